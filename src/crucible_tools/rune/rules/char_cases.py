"""`to_uppercase` and `to_lowercase` of a character, which give an iterator of characters in Rust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.method_edits import as_function, place, removed
from crucible_tools.rune.rules.receivers import calls, kinds, name_of
from crucible_tools.rune.rules.rule import Finding, Fix
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Closure, For, MethodCall
from crucible_tools.rune.types.values import CHAR

_FUNCTIONS: Final = {"to_uppercase": "uppercase_of", "to_lowercase": "lowercase_of"}
_OF_TEXT: Final = frozenset({"to_string", "to_owned", "into", "as_str"})


def char_cases(script: Script, code: str) -> Iterator[Finding]:
    """Finds `c.to_uppercase()`: a text comes of it, or its characters where an iterator is wanted."""
    for call in calls(script, _FUNCTIONS):
        if call.args.items or kinds(script, call.base) != CHAR:
            continue
        name = name_of(script, call)
        up = call.parent
        behind, extra = "", ()
        if isinstance(up, MethodCall) and up.base is call:
            if name_of(script, up) in _OF_TEXT and not up.args.items:
                extra = (removed(script, up),)
            else:
                behind = ".chars()"
        elif isinstance(up, For) or _is_walked(script, call):
            behind = ".chars()"
        edits, additions = as_function(script, call, _FUNCTIONS[name], behind=behind)
        start, end = place(script, call)
        fix = Fix(True, f"Call a function `{edits[0].text[:-1]}` that the repair adds", (*edits, *extra), additions)
        yield Finding(code, start, end, f"a char has no `{name}`", fix=fix)


def _is_walked(script: Script, call: MethodCall) -> bool:
    """Whether the result goes to what walks over it: the closure of `flat_map`, `extend`, `chain`."""
    up = call.parent
    if isinstance(up, Closure):
        up = up.parent
    owner = up.parent if isinstance(up, Args) else None
    return isinstance(owner, MethodCall) and name_of(script, owner) in ("flat_map", "extend", "chain", "zip")
