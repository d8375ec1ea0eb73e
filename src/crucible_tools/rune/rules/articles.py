"""The names of kinds in sentences: a list, an Option, an integer."""

from __future__ import annotations


def with_article(name: str) -> str:
    """A kind, as a sentence speaks of one value of it."""
    if name == "()":
        return "`()`"
    return ("an " if name[0] in "aeioO" else "a ") + name
