"""RN130: `split` used as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.iterator_lists import list_fix
from crucible_tools.rune.rules.method_edits import after, place, renamed
from crucible_tools.rune.rules.receivers import calls, having, kinds, name_of
from crucible_tools.rune.rules.rn121_contains import contains_fix
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Let, MethodCall
from crucible_tools.rune.types.values import ITERATOR, OTHER, STRING

_TWO_ENDED: Final = frozenset({"next_back", "nth_back", "rev"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `split` where what it gives is used in a way that only lists allow, at once or under a name."""
    for call in calls(script, ("split",)):
        mask = kinds(script, call.base)
        if not mask & STRING or not call.args.items or (mask & OTHER and having(script, OTHER, "split")):
            continue
        fix = _at_once(script, call) or list_fix(script, call)
        if fix is not None:
            start, end = place(script, call)
            yield Finding(
                "RN130",
                start,
                end,
                "`split` gives an iterator, and this needs a list",
                hint="`.collect::<Vec>()` makes a list of it",
                fix=fix,
            )


def _at_once(script: Script, call: MethodCall) -> Fix | None:
    """The repair where an iterator can give the same as the list that is meant."""
    up = call.parent
    if isinstance(up, Let) and up.value is call:
        return _taken_apart(script, call, up)
    if not isinstance(up, MethodCall) or up.base is not call:
        return None
    name = name_of(script, up)
    if name == "contains":
        return contains_fix(script, up, ITERATOR)
    if name == "len" and not up.args.items:
        return Fix(True, "Call `count`", (renamed(script, up, "count"),))
    if name in _TWO_ENDED:
        return Fix(True, "Collect first", (after(script, call, ".collect::<Vec>().iter()"),))
    return None


def _taken_apart(script: Script, call: MethodCall, let: Let) -> Fix | None:
    """`let (a, b) = text.split(..)`: there must be as many parts as names, and a list says so too."""
    tokens, first, last = script.tree.tokens, let.pattern.first, let.pattern.last
    if script.word(first) != "(" or tokens.partner[first] != last or len(let.pattern.names) < 2:
        return None
    edits = (
        Edit(tokens.starts[first], tokens.ends[first], "["),
        Edit(tokens.starts[last], tokens.ends[last], "]"),
        after(script, call, ".collect::<Vec>()"),
    )
    return Fix(True, "Take a list apart", edits)


RULE = Rule(
    code="RN130",
    name="split-as-list",
    summary='`line.split(",")[0]`: `split` gives an iterator, which has no index and no length.',
    why="""\
What `split` gives can be walked over once, and nothing else. An index, `len()`, `push` or a pattern `[a, b]` needs
a list: the repair writes `.collect::<Vec>()`, for a name that is used as a list too. `split(..).len()` becomes
`count()`.

`let (key, value) = line.split("=")` becomes a pattern of a list, which wants exactly two parts as well.

`for part in line.split(",")` and `line.split(",").map(..)` are right as they are.
""",
    before="""\
pub async fn call(args) {
    args.a.split(",")[0]
}
""",
    after="""\
pub async fn call(args) {
    args.a.split(",").collect::<Vec>()[0]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("split",),
)
