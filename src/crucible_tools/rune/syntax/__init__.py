"""A lossless lexer and a light, error-tolerant syntax tree: what findings and edits are placed with.

Facts about valid sources come from Rune's own parser; this one reads what Rune refuses, too, and never fails.
"""
