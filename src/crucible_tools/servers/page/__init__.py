"""The page for people: rendered here, with small scripts that it can do without."""
