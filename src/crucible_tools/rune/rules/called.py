"""Which function a call means: one of the source, one of a module that the host brings, or none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes import Path, Use

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


def spelled(script: Script, path: Path) -> str:
    """The whole name of what a path means, with every `use` followed."""
    return script.types.scopes.spelled(path)


def is_foreign(script: Script, path: Path) -> bool:
    """Whether a path leads out of the source: nothing in it has that name, nor brings all names of a module."""
    types = script.types
    if types.function(path) is not None or types.scopes.item(path) is not None:
        return False
    if len(path.segments) > 1:
        return True
    binding = types.binding(path)
    return (binding is None or isinstance(binding, Use)) and not types.scopes.stars(path)


def is_nothing(script: Script, path: Path) -> bool:
    """Whether nothing has the bare name of a path: it is no variable, no function, and no `use` brings it."""
    return len(path.segments) == 1 and is_foreign(script, path) and spelled(script, path) == path.text
