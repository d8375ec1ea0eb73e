"""RN169: `{:.0}` and `{:8.2}`, which Rune reads in another way than Rust and Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.formats import MACROS, Place, format_of, places, values
from crucible_tools.rune.rules.languages import divides_truly
from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.true_division import divides, in_floats
from crucible_tools.rune.syntax.nodes import Expr, Macro
from crucible_tools.rune.types.values import NUMBER

_WHOLE: Final = re.compile(r":([<>^+0]*\d*)\.0")
_WIDTH: Final = re.compile(r":\+?(?!0)\d+(?:\.\d+)?$")


def check(script: Script) -> Iterator[Finding]:
    """Finds places of a format that ask for no digits behind the point, or for a width and no side."""
    for macro in script.tree.of(Macro):
        text = format_of(macro.args) if macro.path.segments[-1] in MACROS else None
        given = values(macro.args)
        if text is None or given is None:
            continue
        at = 0
        for place in places(script, text):
            value = None
            if not place.name:
                value = given[at] if at < len(given) else None
                at += 1
            yield from _place(script, place, value)


def _place(script: Script, place: Place, value: Expr | None) -> Iterator[Finding]:
    whole = _WHOLE.fullmatch(place.spec)
    if whole is not None:
        fix = _rounded(script, place, whole[1], value) if value is not None else None
        message = f"Rune takes `{place.spec}` for no number of digits, and shows them all"
        hint = None if fix else "round first: `x.round() as i64`"
        yield Finding("RN169", place.start, place.end, message, "warning", hint=hint, fix=fix)
    elif script.compiles is False and _WIDTH.fullmatch(place.spec) and _is_number(script, value):
        behind = place.start + script.text[place.start : place.end].index(":") + 1
        fix = Fix(True, "Write `>`", (Edit(behind, behind, ">"),))
        message = f"with `{place.spec}` alone Rune puts a number to the left: `>` puts it to the right"
        yield Finding("RN169", place.start, place.end, message, "warning", fix=fix)


def _is_number(script: Script, value: Expr | None) -> bool:
    return value is not None and script.types.of(value).only(NUMBER)


def _rounded(script: Script, place: Place, rest: str, value: Expr) -> Fix | None:
    """`format!("{}%", (x as f64).round() as i64)`."""
    start, end = script.start(value), script.end(value)
    if has_comment(script, start, end):
        return None
    spec = f"{{:{rest}}}" if rest else "{}"
    before, after = ("(", " as f64)") if tight(value) else ("((", ") as f64)")
    divided = in_floats(script, value) if divides_truly(script) and divides(value) else None
    if divided is not None:
        made = Edit(start, end, f"({divided}).round() as i64")
        return Fix(True, "Round first", (Edit(place.start, place.end, spec), made))
    edits = (
        Edit(place.start, place.end, spec),
        Edit(start, start, before),
        Edit(end, end, f"{after}.round() as i64"),
    )
    # What compiles showed something until now.
    return Fix(script.compiles is False, "Round first", edits)


RULE = Rule(
    code="RN169",
    name="format-spec",
    summary='`format!("{:.0}%", share)` shows all digits, `{:8.2}` puts a number to the left.',
    why="""\
The formats of Rune look like those of Rust and Python, but `{:.0}` asks for nothing: `format!("{:.0}", 2.75)` is
`2.75`. And where a width has no `<`, `^` or `>`, numbers stand on the left as texts do, not on the right.

The repair rounds the value, `(share as f64).round() as i64`, and writes `>` in a source that never compiled. Where one
did compile, rounding is unsafe, and how numbers stand is left as it is.
""",
    before="""\
pub async fn call(args) {
    let mut share = args.a * 100.0;
    format!("{:.0}%", share)
}
""",
    after="""\
pub async fn call(args) {
    let share = args.a * 100.0;
    format!("{}%", (share as f64).round() as i64)
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("{:", ":>", ":."),
)
