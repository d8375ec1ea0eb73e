"""Functions of an application that a source calls and nobody here knows: what their calls say about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, HostFunctionInfo
from crucible_tools.rune.syntax.nodes import Await, Call, MethodCall, Node, Path, Try, Use
from crucible_tools.rune.syntax.parser import Tree, parse

_OF_RESULTS: Final = frozenset({"unwrap", "expect", "is_ok", "is_err", "map_err", "unwrap_or", "unwrap_or_else", "ok"})

_MOST_AWAITED_PARAMS: Final = 5
_MOST_FUNCTIONS: Final = 50
_MOST_TEXT: Final = 256 << 10
"""Longer sources are not read for this: no tool is as long."""

_PATH: Final = re.compile(rf"(?:{'|'.join(APPLICATION_ROOTS)})::(?:\w+(?:::\w+)*)?")
_USE: Final = re.compile(r"\buse\b")


def application_functions(text: str) -> dict[str, HostFunctionInfo]:
    """The functions below `db`, `graph` and `cru` that a source calls, as its calls look: number of arguments, awaited
    or not, used as a Result or not. Known ones are left out.

    Args:
        text: the source.
    """
    if len(text) > _MOST_TEXT:
        return {}
    paths = _PATH.findall(text)
    if not paths or (all(path in KNOWN for path in paths) and not _USE.search(text)):
        return {}
    found: dict[str, HostFunctionInfo] = {}
    tree = parse(text)
    for name, call in _calls(tree):
        if name in KNOWN or name in found or len(found) >= _MOST_FUNCTIONS:
            continue
        root = name.partition("::")[0]
        parent = call.parent
        awaited = isinstance(parent, Await)
        count = len(call.args.items)
        if awaited and count > _MOST_AWAITED_PARAMS:
            continue
        found[name] = HostFunctionInfo(
            name=name,
            module=name.rpartition("::")[0],
            capability=root,
            lowest_level=SecurityLevel.DEVELOPMENT,
            params=tuple(f"argument{number}" for number in range(1, count + 1)),
            awaited=awaited,
            gives="result" if _as_result(tree, parent.parent if awaited and parent else parent) else "value",
        )
    return found


def _calls(tree: Tree) -> Iterator[tuple[str, Call]]:
    brought = {name: path for use in tree.of(Use) for name, path in use.names.items()}
    for call in tree.of(Call):
        if isinstance(call.callee, Path):
            segments = call.callee.segments
            path = (*brought.get(segments[0], (segments[0],)), *segments[1:])
            if len(path) > 1 and path[0] in APPLICATION_ROOTS:
                yield "::".join(path), call


def _as_result(tree: Tree, user: Node | None) -> bool:
    if isinstance(user, MethodCall):
        return tree.tokens.texts[user.name] in _OF_RESULTS
    return isinstance(user, Try)
