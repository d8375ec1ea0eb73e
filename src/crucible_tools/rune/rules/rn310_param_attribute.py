"""RN310: `#[param(..)]` that says nothing, or something else than it seems to."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.schemas import TYPE_NAMES
from crucible_tools.rune.syntax.nodes import Attribute, Function
from crucible_tools.rune.types.attributes import arguments

_BOOLEANS: Final = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}
_CLEAR: Final = 0.75
_MOST_IN_A_ROW: Final = 3


def check(script: Script) -> Iterator[Finding]:
    """Finds parameters without a name or described twice, misspelt types, and values of the wrong type."""
    for function in script.tree.of(Function):
        marks = [mark for mark in function.attributes if mark.name == "param"]
        if not marks or not any(mark.name == "tool" for mark in function.attributes):
            continue
        seen: set[str] = set()
        for mark in marks:
            given = arguments(script.tree.tokens, mark)
            if (parts := _in_a_row(script, mark)) is not None:
                yield _unnamed(script, mark, parts)
                continue
            name = given.get("name", given.get(""))
            if not isinstance(name, str):
                yield _at(script, mark, "this `#[param]` names no parameter", hint='write `name = ".."` into it')
                continue
            if name in seen:
                yield _at(script, mark, f"`{name}` is described twice, and the last one counts", hint="delete one")
            seen.add(name)
            yield from _of_values(script, mark, name, given)


def _in_a_row(script: Script, mark: Attribute) -> tuple[int, ...] | None:
    """The tokens of arguments that only their order tells apart: `#[param(n, string, "how many")]`."""
    if mark.arguments is None:
        return None
    first, last = mark.arguments
    inner = [at for at in range(first, last + 1) if script.word(at) not in ("(", ")")]
    parts = tuple(inner[::2])
    if not parts or any(script.word(at) != "," for at in inner[1::2]) or len(parts) > _MOST_IN_A_ROW:
        return None
    kinds = script.tree.tokens.kinds
    return parts if kinds[parts[0]] == "name" and all(kinds[at] in ("name", "string") for at in parts) else None


def _unnamed(script: Script, mark: Attribute, parts: tuple[int, ...]) -> Finding:
    tokens = script.tree.tokens
    written: list[str] = []
    for key, at in zip(("name", "type", "desc"), parts, strict=False):
        word = script.word(at).strip('"')
        written.append(f'{"desc" if key == "type" and word.lower() not in TYPE_NAMES else key} = "{word}"')
    edit = Edit(tokens.starts[parts[0]], tokens.ends[parts[-1]], ", ".join(written))
    message = f"`{script.word(parts[0])}` is no name in quotes: what describes a parameter is named, one by one"
    return _at(script, mark, message, fix=Fix(False, "Name them", (edit,)))


def _of_values(script: Script, mark: Attribute, name: str, given: dict[str, Any]) -> Iterator[Finding]:
    required, declared = given.get("required"), given.get("type")
    if required is not None and not isinstance(required, bool):
        meant = _BOOLEANS.get(str(required).lower())
        fix = _replaced(script, mark, "required", meant, safe=False) if meant else None
        message = f"`required` of `{name}` is neither `true` nor `false`, and counts as `true`"
        yield _at(script, mark, message, fix=fix, key="required")
    if isinstance(declared, str) and declared.lower() not in TYPE_NAMES and declared.isalpha():
        close = difflib.get_close_matches(declared.lower(), sorted(TYPE_NAMES), 1, _CLEAR)
        if close:
            message = f"`{declared}` is no type of a parameter, so that `{name}` is taken for an object"
            quoted = f'"{close[0]}"'
            fix = _replaced(script, mark, "type", quoted, safe=False)
            yield _at(script, mark, message, fix=fix, key="type", hint=f"did you mean {quoted}?")


def _value(script: Script, mark: Attribute, key: str) -> tuple[int, int] | None:
    """The tokens of what stands behind a key, when it is one token."""
    if mark.arguments is None:
        return None
    first, last = mark.arguments
    for at in range(first, last - 1):
        if script.word(at).strip('"') == key and script.word(at + 1) in ("=", ":"):
            return at, at + 2
    return None


def _replaced(script: Script, mark: Attribute, key: str, text: str, *, safe: bool) -> Fix | None:
    found = _value(script, mark, key)
    if found is None:
        return None
    tokens = script.tree.tokens
    return Fix(safe, f"Write `{text}`", (Edit(tokens.starts[found[1]], tokens.ends[found[1]], text),))


def _at(
    script: Script,
    mark: Attribute,
    message: str,
    *,
    hint: str | None = None,
    fix: Fix | None = None,
    key: str = "",
) -> Finding:
    tokens = script.tree.tokens
    found = _value(script, mark, key) if key else None
    first, last = found or (mark.first, mark.last)
    return Finding("RN310", tokens.starts[first], tokens.ends[last], message, "warning", hint, fix=fix)


RULE = Rule(
    code="RN310",
    name="param-attribute",
    summary='`#[param(name = "n", type = "intger")]`, `required = "false"`: a description that is read in another way.',
    why="""\
`#[param]` names a parameter, its type and whether it must be given: `required = false` without quotes. An unknown type
is taken for an object, what is no boolean counts as `true`, and a description without a name is left out.

The repair writes what is probably meant. It is unsafe, because it changes what the tool declares.
""",
    before="""\
#[tool(desc = "Counts")]
#[param(name = "step", type = "intger", required = false)]
pub async fn count(step) {
    step
}
""",
    after="""\
#[tool(desc = "Counts")]
#[param(name = "step", type = "integer", required = false)]
pub async fn count(step) {
    step
}
""",
    kind=Kind.SCHEMA,
    fix="unsafe",
    check=check,
    words=("param",),
)
