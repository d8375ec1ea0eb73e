"""RN126: `to_string` and its like on values that do not have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.method_edits import before, function_fix, place, removed, renamed
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Closure,
    Let,
    LetCondition,
    Literal,
    Match,
    MethodCall,
    Template,
    Try,
)
from crucible_tools.rune.types.values import ANY, BOOL, CHAR, FLOAT, INT, LIST, NAMES, OBJECT, OPTION, STRING

_TEXT: Final = frozenset({"to_string", "toString", "ToString"})
_SAME: Final = frozenset({"as_mut_slice", "as_slice", "as_str", "as_string", "borrow", "into", "into_string", "to_str"})
_COPY: Final = frozenset({"to_owned", "to_vec"})
_SHOWN: Final = BOOL | INT | FLOAT | CHAR | STRING
_CHANGING: Final = frozenset({"clear", "push", "push_str"})


def check(script: Script) -> Iterator[Finding]:
    """Finds conversions to a text, or to the very same value, that a receiver does not have."""
    doubtful: list[Finding] = []
    certain = False
    for call in calls(script, _TEXT | _SAME | _COPY):
        name = name_of(script, call)
        mask = kinds(script, call.base)
        there = having(script, mask, name)
        if call.args.items or mask == 0 or not mask & ~there:
            continue
        if name in _TEXT:
            if there and mask == ANY:
                continue
            found = _to_text(script, call, name, mask, there)
            if found is None:
                continue
            if found.severity == "warning" and mask & (LIST | OBJECT):
                doubtful.append(found)
                continue
            certain = True
            yield found
        elif name == "as_str" and script.types.of(call.base).name == "Chars":
            start, end = place(script, call)
            edits = (renamed(script, call, "collect::<String>"),)
            yield Finding("RN126", start, end, "an iterator has no `as_str`", fix=Fix(True, "Collect the rest", edits))
        elif name == "as_str" and mask != STRING and field_read(script, call.base) is None and _is_asked(script, call):
            start, end = place(script, call)
            fix = function_fix(script, call, "as_text", safe=True)
            yield Finding("RN126", start, end, "no value of Rune has a `as_str`", fix=fix)
        elif not there:
            certain = True
            yield _to_same(script, call, name, mask)
    if certain:
        # An author who calls it on strings takes it for a method of all values.
        yield from doubtful


_OF_OPTIONS: Final = frozenset({
    "and_then", "expect", "is_none", "is_some", "map", "ok_or", "ok_or_else", "unwrap", "unwrap_or",
    "unwrap_or_default", "unwrap_or_else",
})  # fmt: skip


def _is_asked(script: Script, call: MethodCall) -> bool:
    """Whether an Option is meant, as serde's `as_str` gives one: `value.as_str().unwrap_or("")`."""
    up = call.parent
    if isinstance(up, MethodCall) and up.base is call:
        return name_of(script, up) in _OF_OPTIONS
    if isinstance(up, Closure) and isinstance(up.parent, Args):
        owner = up.parent.parent
        return isinstance(owner, MethodCall) and name_of(script, owner) in ("and_then", "filter_map")
    if isinstance(up, LetCondition):
        return script.word(up.pattern.first) in ("Some", "None")
    if isinstance(up, Match):
        return any(script.word(arm.pattern.first) == "Some" for arm in up.arms)
    return isinstance(up, Try)


def _to_text(script: Script, call: MethodCall, name: str, mask: int, there: int) -> Finding | None:
    shown = mask & _SHOWN
    start, end = place(script, call)
    fix: Fix | None
    if mask == STRING:
        fix = _kept(script, call)
    elif mask == OPTION and script.types.of(call.base).inside.only(STRING):
        # What is meant is the text inside, as with the groups of a match; without one it stops there as here.
        fix = Fix(True, "Take the text", (Edit(script.end(call.base), script.end(call), ".unwrap()"),))
        return Finding("RN126", start, end, f"an Option has no `{name}`: the text is inside", fix=fix)
    elif not shown:
        if not mask & (LIST | OBJECT):
            return None
        edits = (before(script, call.base, 'format!("{:?}", '), Edit(_behind(script, call), script.end(call), ")"))
        fix = Fix(False, "Show it as Rune's debugging output does", edits)
    elif isinstance(call.parent, Template):
        fix = Fix(True, f"Delete `.{name}()`: a template shows the value", (removed(script, call),))
    else:
        edits = (before(script, call.base, "`${"), Edit(_behind(script, call), script.end(call), "}`"))
        fix = Fix(True, "Show it in a template", edits)
    if not there and mask in NAMES:
        message = f"a {NAMES[mask]} has no `{name}`"
    elif name == "to_string":
        message = "of all values only integers have `to_string`"
    else:
        message = f"no value of Rune has a `{name}`"
    return Finding("RN126", start, end, message, severity="warning" if there else "error", fix=fix)


def _to_same(script: Script, call: MethodCall, name: str, mask: int) -> Finding:
    start, end = place(script, call)
    if name in _COPY and mask != STRING and not (mask & (BOOL | CHAR) and not mask & (LIST | OBJECT)):
        fix = Fix(True, "Call `clone`", (renamed(script, call, "clone"),))
    elif name in _COPY or name in ("into", "into_string"):
        fix = _kept(script, call)
    else:
        fix = Fix(True, f"Delete `.{name}()`", (removed(script, call),))
    return Finding("RN126", start, end, f"no value of Rune has a `{name}`", fix=fix)


def _kept(script: Script, call: MethodCall) -> Fix:
    """The string itself; a copy where it is changed later, since that would change the original too."""
    if _is_changed(script, call):
        return Fix(True, "Call `clone`", (renamed(script, call, "clone"),))
    return Fix(True, f"Delete `.{name_of(script, call)}()`", (removed(script, call),))


def _is_changed(script: Script, call: MethodCall) -> bool:
    let = call.parent
    if isinstance(bare(call.base), (Literal, Template)) or not isinstance(let, Let) or let.value is not call:
        return False
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Assign) and up.target is use and up.op == "+=":
            return True
        if isinstance(up, MethodCall) and up.base is use and name_of(script, up) in _CHANGING:
            return True
    return False


def _behind(script: Script, call: MethodCall) -> int:
    return removed(script, call).start


RULE = Rule(
    code="RN126",
    name="to-string",
    summary='`"green".to_string()`, `flag.to_string()`: of all values only integers have `to_string`.',
    why="""\
A string literal is a string already, and there is nothing to convert: the repair deletes `.to_string()`, and
`.to_owned()`, `.as_str()` and `.into()` likewise. Other values are shown in a template: `` `${flag}` ``. Where a
string is changed after it was copied that way, the repair writes `.clone()`, since Rune would change both.

Of a value that comes from outside and may be an integer, the rule says something only when the source shows
elsewhere that its author takes `to_string` for a method of all values.
""",
    before="""\
pub async fn call(args) {
    "n".to_string() + args.a.to_string()
}
""",
    after="""\
pub async fn call(args) {
    "n" + `${args.a}`
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=(
        "to_string",
        "toString",
        "ToString",
        "as_str",
        "into",
        "to_str",
        "to_owned",
        "to_vec",
        "as_string",
        "borrow",
        "as_slice",
        "as_mut_slice",
    ),
)
