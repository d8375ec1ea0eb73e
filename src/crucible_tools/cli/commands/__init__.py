"""The commands, by what they are about: plain functions whose parameters are their options.

Each imports what it needs when it runs.
"""
