"""RN110: `println` as a function with a format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.formats import format_of, places
from crucible_tools.rune.rules.operands import closed
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Expr, Path
from crucible_tools.rune.types.values import ANY, BOOL, CHAR, NUMBER, STRING

_ONE_STRING: Final = frozenset({"println", "print", "panic"})
"""Functions that take one string."""
_MACRO_ONLY: Final = frozenset({"format"})
_PATHS: Final = frozenset({"std::io::println", "std::io::print", "std::panic"})
_SHOWN: Final = NUMBER | BOOL | CHAR | STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `println` and the like that only the macros take."""
    for call in script.tree.of(Call):
        path = call.callee
        if not isinstance(path, Path):
            continue
        name = path.segments[-1]
        if name not in _ONE_STRING and name not in _MACRO_ONLY:
            continue
        if len(path.segments) > 1 and path.text not in _PATHS:
            continue
        if script.types.function(call) is not None or script.types.binding(path) is not None:
            continue
        finding = _looked_at(script, call, path, name)
        if finding is not None:
            yield finding


def _looked_at(script: Script, call: Call, path: Path, name: str) -> Finding | None:
    if not closed(script, call.args):
        return None
    items = call.args.items
    start, end = script.start(path), script.end(path)
    sign = Edit(end, end, "!")
    if name not in _MACRO_ONLY:
        if not items:
            if name == "panic":
                return None
            at = script.end(call) - 1
            fix = Fix(True, 'Write `("")`', (Edit(at, at, '""'),))
            return Finding("RN110", start, end, f"`{name}` takes one string, and gets nothing", fix=fix)
        if len(items) == 1:
            return _one(script, items[0], start, end, name, sign)
    message = (
        f"there is no function `{name}`, only the macro `{name}!`"
        if name in _MACRO_ONLY
        else f"the function `{name}` takes one string; the macro `{name}!` takes a format and values"
    )
    fix = _macro(script, call, sign) if items else None
    hint = None if fix else f"give `{name}!` a format with one `{{}}` for each value"
    return Finding("RN110", start, end, message, hint=hint, fix=fix)


def _one(script: Script, item: object, start: int, end: int, name: str, sign: Edit) -> Finding | None:
    """One argument that is no string."""
    if not isinstance(item, Expr):
        return None
    value = script.types.of(item)
    if value.kinds in (0, ANY) or value.may(STRING):
        return None
    form = "{}" if value.only(_SHOWN) else "{:?}"
    at = script.start(item)
    fix = Fix(form == "{}", f'Write `{name}!("{form}", ..)`', (sign, Edit(at, at, f'"{form}", ')))
    message = f"the function `{name}` takes one string, and `{script.source(item)}` is none"
    return Finding("RN110", start, end, message, fix=fix)


def _macro(script: Script, call: Call, sign: Edit) -> Fix | None:
    """The macro in the place of the function, with a place in its format for each value."""
    items = call.args.items
    text = format_of(call.args)
    name = script.source(call.callee)
    if text is None:
        at = script.start(items[0])
        form = " ".join(["{}"] * len(items))
        return Fix(True, f"Write `{name}!`", (sign, Edit(at, at, f'"{form}", ')))
    there = places(script, text)
    given = len(items) - 1
    if any(place.name for place in there) or len(there) > given:
        return None
    edits = [sign]
    missing = given - len(there)
    if missing:
        at = script.end(text) - 1
        inner = script.source(text)[1:-1]
        gap = " " if inner and not inner.endswith((" ", "\\n", "\\t")) else ""
        edits.append(Edit(at, at, gap + " ".join(["{}"] * missing)))
    return Fix(True, f"Write `{name}!`", tuple(edits))


RULE = Rule(
    code="RN110",
    name="print-with-format",
    summary='`println("{} notes", n)`: the function `println` takes one string, the macro `println!` takes a format.',
    why="""\
Rune has both: a function `println(text)` for one string, and a macro `println!("{}", value)` that formats. With two
arguments, or one that is no string, the function fails. `print` and `panic` are the same; `format` is a macro only.

The repair writes the macro. Values for which the format has no place get one at its end.
""",
    before="""\
pub async fn call(args) {
    println("{} notes", args.a);
    args.a
}
""",
    after="""\
pub async fn call(args) {
    println!("{} notes", args.a);
    args.a
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("println", "print", "panic", "format"),
)
