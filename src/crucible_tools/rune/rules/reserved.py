"""The words that Rune keeps for itself."""

from __future__ import annotations

from typing import Final

RESERVED: Final = frozenset({
    "as", "async", "await", "break", "const", "continue", "crate", "default", "do", "else", "enum", "extern",
    "false", "final", "fn", "for", "if", "impl", "in", "is", "let", "loop", "macro", "match", "mod", "move",
    "mut", "not", "override", "priv", "pub", "ref", "return", "select", "self", "Self", "static", "struct",
    "super", "true", "typeof", "unsafe", "use", "virtual", "while", "yield", "abstract", "alignof", "become",
    "offsetof", "proc", "pure", "sizeof",
})  # fmt: skip
"""Words that are no names (`type`, `where`, `try`, `box`, `union` and `tool` are). Observed on Rune 0.14.2."""

UNUSED: Final = frozenset({
    "default", "do", "extern", "final", "macro", "override", "priv", "static", "typeof", "unsafe", "virtual",
    "abstract", "alignof", "become", "offsetof", "proc", "pure", "sizeof",
})  # fmt: skip
"""Reserved words that nothing in Rune is written with: wherever one stands, somebody took it for a name."""
