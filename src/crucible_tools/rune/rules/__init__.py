"""The rules: what is not Rune, or fails on Rune, and how it is repaired. One file a rule."""
