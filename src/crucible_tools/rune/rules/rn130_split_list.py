"""RN130: `split` used as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.method_edits import after, place, renamed
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of
from crucible_tools.rune.rules.rn121_contains import contains_fix
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Field, Index, Let, MethodCall, Node, Paren, Path
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.values import ITERATOR, LIST, OTHER, STRING

_LIST_ONLY: Final = (METHODS[LIST] - METHODS[ITERATOR]) | {"len", "is_empty", "length", "reverse", "forEach", "size"}
_TWO_ENDED: Final = frozenset({"rev", "next_back", "nth_back"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `split` where what it gives is used in a way that only lists allow, at once or under a name."""
    for call in calls(script, ("split",)):
        mask = kinds(script, call.base)
        if not mask & STRING or not call.args.items or (mask & OTHER and having(script, OTHER, "split")):
            continue
        start, end = place(script, call)
        node: Node = call
        while isinstance(node.parent, Paren):
            node = node.parent
        up = node.parent
        fix: Fix | None = None
        if isinstance(up, Let) and up.value is node:
            if not _is_list_by_name(script, up):
                continue
            fix = _collected(script, node)
        elif isinstance(up, MethodCall) and up.base is node:
            if name_of(script, up) == "contains":
                fix = contains_fix(script, up, ITERATOR)
            elif name_of(script, up) == "len" and not up.args.items:
                fix = Fix(True, "Call `count`", (renamed(script, up, "count"),))
            elif name_of(script, up) in _LIST_ONLY:
                fix = _collected(script, node)
            elif name_of(script, up) in _TWO_ENDED:
                fix = Fix(True, "Collect first", (after(script, node, ".collect::<Vec>().iter()"),))
            else:
                continue
        elif (isinstance(up, Index) and up.base is node) or _is_length(script, up, node):
            fix = _collected(script, node)
        else:
            continue
        yield Finding(
            "RN130",
            start,
            end,
            "`split` gives an iterator, and this needs a list",
            hint="`.collect::<Vec>()` makes a list of it",
            fix=fix,
        )


def _collected(script: Script, node: Node) -> Fix:
    return Fix(True, "Collect", (after(script, node, ".collect::<Vec>()"),))


def _is_length(script: Script, up: Node | None, node: Node) -> bool:
    return isinstance(up, Field) and up.base is node and script.word(up.name) in ("length", "size")


def _is_list_by_name(script: Script, let: Let) -> bool:
    """Whether a use of the name needs a list, and nothing assigns to it."""
    if let.pattern.first != let.pattern.last:
        return script.word(let.pattern.first) == "["
    found = False
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Assign) and up.target is use:
            return False
        found = found or _needs_list(script, use)
    return found


def _needs_list(script: Script, use: Path) -> bool:
    up = use.parent
    if isinstance(up, MethodCall) and up.base is bare(use):
        return name_of(script, up) in _LIST_ONLY
    return (isinstance(up, Index) and up.base is use) or _is_length(script, up, use)


RULE = Rule(
    code="RN130",
    name="split-as-list",
    summary='`line.split(",")[0]`: `split` gives an iterator, which has no index and no length.',
    why="""\
What `split` gives can be walked over once, and nothing else. An index, `len()`, `push` or a pattern `[a, b]` needs
a list: the repair writes `.collect::<Vec>()`, for a name that is used as a list too. `split(..).len()` becomes
`count()`.

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
