"""RN101: `unwrap_or` on a plain field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import bare, closed, has_comment, is_base, is_operand
from crucible_tools.rune.rules.reads import (
    OPTION_METHODS,
    Read,
    Sure,
    bound_read,
    field_read,
    get_edits,
    get_text,
    is_assigned,
    only_as_option,
    plain,
)  # fmt: skip
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, Closure, Expr, MethodCall, Path
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    FLOAT,
    FUTURE,
    INT,
    ITERATOR,
    LIST,
    OBJECT,
    OPTION,
    OTHER,
    RANGE,
    RESULT,
    STRING,
    UNIT,
    Value,
)  # fmt: skip

_ALSO: Final = frozenset({"map", "take", "iter"})
"""Methods of Options that other values have too."""

_EMPTY: Final = {STRING: '""', INT: "0", FLOAT: "0.0", BOOL: "false", LIST: "[]", OBJECT: "#{}"}


def check(script: Script) -> Iterator[Finding]:
    """Finds methods of Options that are called on what certainly is none."""
    tokens = script.tree.tokens
    for call in script.tree.of(MethodCall):
        method = tokens.texts[call.name]
        if method not in OPTION_METHODS and method not in _ALSO:
            continue
        base = bare(call.base)
        read = field_read(script, base)
        if read is not None:
            finding = _on_field(script, call, method, read)
        elif isinstance(base, Path) and base.name is not None and method in OPTION_METHODS:
            finding = _on_name(script, call, method, base)
        else:
            continue
        if finding is not None:
            yield finding


def _on_field(script: Script, call: MethodCall, method: str, read: Read) -> Finding | None:
    sure = plain(script, read)
    if sure is Sure.NO or (sure is Sure.LIKELY and method not in OPTION_METHODS):
        return None
    value = script.types.of(read.expr)
    if method == "map" and value.may(LIST | ITERATOR | RANGE):
        return None  # somebody takes a list for an iterator
    if method in ("take", "iter") and value.may(LIST | ITERATOR | RANGE | OBJECT | STRING):
        return None
    edits = get_edits(script, read)
    if method == "unwrap_or_default":
        default = _EMPTY.get(value.kinds & ~UNIT)
        if default is None:
            edits = ()
        else:
            name, end = script.tree.tokens.starts[call.name], script.end(call)
            edits = (*edits, Edit(name, end, f"unwrap_or({default})"))
    fix = Fix(sure is Sure.CERTAIN, f"Read the field with `{get_text(script, read)}`", edits) if edits else None
    what = f"`{script.source(read.expr)}`" if read.key is not None else "the element"
    return _finding(
        script,
        call,
        f"{what} gives the value itself, no Option: it has no `{method}`",
        fix,
        f"`{get_text(script, read)}` gives an Option",
    )


def _on_name(script: Script, call: MethodCall, method: str, name: Path) -> Finding | None:
    value = script.types.of(name)
    bound = bound_read(script, name)
    sure = Sure.NO
    if value.kinds not in (ANY, 0) and not value.may(OPTION | RESULT | OTHER | FUTURE):
        sure = Sure.CERTAIN
    elif bound is not None and value.kinds == ANY:
        sure = plain(script, bound[1])
    if sure is Sure.NO:
        return None
    fix: Fix | None = None
    if bound is not None and plain(script, bound[1]) is not Sure.NO:
        let, read = bound
        if only_as_option(script, let):
            fix = Fix(
                sure is Sure.CERTAIN,
                f"Read the field with `{get_text(script, read)}`",
                get_edits(script, read),
            )
    if fix is None and (bound is None or method != "unwrap_or_default"):
        fix = _in_place(script, call, method, name, value, safe=sure is Sure.CERTAIN)
    return _finding(
        script,
        call,
        f"`{script.source(name)}` is the value itself, no Option: it has no `{method}`",
        fix,
        "compare with `is Tuple`, or take the value from `.get(..)`, which gives an Option",
    )


def _in_place(script: Script, call: MethodCall, method: str, name: Path, value: Value, *, safe: bool) -> Fix | None:
    """A repair of one use of a plain value that may be `()`."""
    if (
        not closed(script, call.args)
        or is_assigned(name)
        or has_comment(script, script.end(call.base), script.end(call))
    ):
        return None
    start, behind, end = script.start(call.base), script.end(call.base), script.end(call)
    known = script.source(call.base)
    if method in ("unwrap", "expect"):
        return Fix(safe, f"Delete `.{method}(..)`", (Edit(behind, end, ""),))
    if method in ("is_some", "is_none"):
        words = " is not Tuple" if method == "is_some" else " is Tuple"
        return Fix(safe, f"Write `{known}{words}`", _enclosed(call, start, behind, end, "", words))
    default = _default(script, call, method, value)
    if default is None:
        return None
    kept, missing = ("Ok(value)", f"Err({default})") if method.startswith("ok_or") else ("value", default)
    arms = f" {{ () => {missing}, value => {kept} }}"
    return Fix(safe, f"Write `match {known}{arms}`", _enclosed(call, start, behind, end, "match ", arms))


def _enclosed(call: MethodCall, start: int, behind: int, end: int, before: str, after: str) -> tuple[Edit, ...]:
    if is_base(call) or (before and is_operand(call)):
        before, after = f"({before}", f"{after})"
    return (*((Edit(start, start, before),) if before else ()), Edit(behind, end, after))


def _default(script: Script, call: MethodCall, method: str, value: Value) -> str | None:
    if method == "unwrap_or_default":
        return _EMPTY.get(value.kinds & ~UNIT)
    items = call.args.items
    if len(items) != 1 or not isinstance(items[0], Expr):
        return None
    given = items[0]
    if method in ("unwrap_or", "ok_or"):
        return script.source(given)
    if method in ("unwrap_or_else", "ok_or_else") and isinstance(given, Closure) and not given.params:
        return script.source(given.body) if not isinstance(given.body, Block) else None
    return None


def _finding(script: Script, call: MethodCall, message: str, fix: Fix | None, hint: str) -> Finding:
    tokens = script.tree.tokens
    certain = fix is None or fix.safe
    return Finding(
        "RN101",
        tokens.starts[call.name],
        tokens.ends[call.name],
        message,
        "error" if certain else "warning",
        hint=None if fix else hint,
        fix=fix,
    )


RULE = Rule(
    code="RN101",
    name="plain-field-as-option",
    summary="`args.folder.unwrap_or(\"\")`: a field read gives the value itself, which has no methods of an Option.",
    why="""\
`args.folder` is the folder, a string. Strings, numbers and `()` have no `unwrap_or`, `is_some` or `unwrap`, so the
call always fails; and when the field is missing, reading it is an error already. `args.get("folder")` gives an
Option: `None` when the field is missing, `Some(folder)` otherwise.

The repair reads the field with `get`. It is safe where the value came in from outside, because there it is never an
Option. A parameter is no field: there `folder.unwrap_or("")` becomes `match folder { () => "", value => value }`.
""",
    before="""\
pub async fn call(args) {
    args.folder.unwrap_or("root")
}
""",
    after="""\
pub async fn call(args) {
    args.get("folder").unwrap_or("root")
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=(
        ".unwrap", ".is_some", ".is_none", ".expect", ".ok_or", ".and_then", ".map", "unwrap_or",
    ),
)  # fmt: skip
