"""What Rust programs import that Rune does not have."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.nodes import Use

CRATES: Final = frozenset({
    "serde", "serde_json", "tokio", "anyhow", "chrono", "reqwest", "rand", "itertools", "clap", "thiserror",
})  # fmt: skip
"""Crates that scripts for Rust's ecosystem begin with; none is the name of a module of a host."""

MACROS: Final = frozenset({"json", "bail", "anyhow", "ensure"})
"""Macros of such crates."""


def is_import_of_macros(use: Use) -> bool:
    """Whether a `use` brings nothing but macros of such a crate: then nothing is lost without it."""
    paths = list(use.names.values())
    return not use.stars and bool(paths) and all(path and path[0] in CRATES and path[-1] in MACROS for path in paths)
