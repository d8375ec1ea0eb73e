"""What output formats have in common, whatever is written in them: escaping, and the shapes of documents.

Texts of scripts, names of files and messages of others are hostile; each format has its way of saying them harmlessly.
"""
