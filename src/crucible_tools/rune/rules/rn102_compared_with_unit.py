"""RN102: comparing with `()`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare, has_comment, is_base, tight
from crucible_tools.rune.rules.reads import (
    field_read,
    get_edits,
    is_assigned,
    is_foreign_null,
    is_null,
    optional,
    single_name,
    used_as_list,
    used_as_option,
)  # fmt: skip
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Closure,
    Expr,
    For,
    Function,
    Is,
    Let,
    Loop,
    Path,
    Unary,
    Unit,
    While,
)
from crucible_tools.rune.types.values import ANY, FUTURE, ITERATOR, LIST, OBJECT, OPTION, RESULT, TUPLE, UNIT, Value

_SIGNS = {"==": False, "!=": True, "===": False, "!==": True}


def check(script: Script) -> Iterator[Finding]:
    """Finds comparisons with `()` and with what people write for it."""
    for node in script.tree.of(Binary):
        negated = _SIGNS.get(node.op)
        if negated is None:
            continue
        right, left = is_null(script, node.right), is_null(script, node.left)
        if right is not left:
            finding = _compared(script, node, negated=negated, reverse=left)
            if finding is not None:
                yield finding
    for node in script.tree.of(Is):
        if script.source(node.type).replace(" ", "") == "()":
            start, end = script.start(node.type), script.end(node.type)
            fix = Fix(True, "Write `Tuple`", (Edit(start, end, "Tuple"),))
            yield Finding("RN102", start, end, "`()` is a value: the type behind `is` is called `Tuple`", fix=fix)


def _compared(script: Script, node: Binary, *, negated: bool, reverse: bool) -> Finding | None:
    tested, null = (node.right, node.left) if reverse else (node.left, node.right)
    foreign = is_foreign_null(script, null)
    value = script.types.of(tested)
    works = UNIT | TUPLE if reverse else UNIT | TUPLE | LIST | ITERATOR
    if not foreign and (value.only(works) or value.only(FUTURE) or not value.kinds):
        return None
    unsure = value.may(LIST | TUPLE | ITERATOR)
    if not foreign and _is_still_unit(script, tested):
        return None
    if not foreign and not reverse and unsure and value.may(UNIT) and used_as_list(script, tested):
        return None
    # An empty list equals (), so a call with one may have succeeded.
    empty = unsure and not reverse and not foreign and script.compiles is not False
    fix = None
    if not value.only(RESULT):
        fix = _repair(script, node, tested, value, negated=negated, reverse=reverse, empty=empty)
    tokens = script.tree.tokens
    certain = foreign or (not value.may(works) and value.kinds != ANY)
    source, sign = script.source(tested), script.source(null)
    if value.only(OPTION):
        message = f"`{source}` is an Option, and comparing that with `{sign}` is an error"
    elif certain and not foreign:
        message = f"`{source}` is never `()`, and comparing other values with `()` is an error"
    else:
        message = f"comparing `{source}` with `{sign}` is an error for every value that is present"
    return Finding(
        "RN102",
        script.start(node) if reverse else tokens.starts[node.token],
        tokens.ends[node.token] if reverse else script.end(node),
        message,
        "error" if certain else "warning",
        hint=None if fix else "ask with `.is_ok()`, `.is_err()`, or take the value out first",
        choices=(f"{source} is not Tuple" if negated else f"{source} is Tuple",) if empty else (),
        fix=fix,
    )


def _is_still_unit(script: Script, tested: Expr) -> bool:
    """Whether a variable begins as `()`, and nothing else was given to it where it is asked."""
    path = bare(tested)
    let = script.types.binding(path) if isinstance(path, Path) else None
    if not isinstance(let, Let) or not isinstance(let.value, Unit):
        return False
    for up in path.up():
        if isinstance(up, (Closure, For, Function, Loop, While)):
            return False  # it may be asked again, later
        if up is let.parent:
            break
    before = [use for use in script.types.uses(let) if use.first < path.first]
    return not any(isinstance(use.parent, Assign) and use.parent.target is use for use in before)


def _repair(
    script: Script, node: Binary, tested: Expr, value: Value, *, negated: bool, reverse: bool, empty: bool
) -> Fix | None:
    start, end = script.start(tested), script.end(tested)
    gap = (script.start(node), start) if reverse else (end, script.end(node))
    if has_comment(script, *gap):
        return None
    more: tuple[Edit, ...] = ()
    before, behind, words = "", "", " is not Tuple" if negated else " is Tuple"
    read = field_read(script, tested)
    if value.only(OPTION):
        held = _defaulted(script, bare(tested))
        more = held or ()
        if held is None and value.inside.may(UNIT) and tight(tested) and not isinstance(bare(tested), Path):
            behind = ".unwrap_or(())"
        elif held is None:
            words = ".is_some()" if negated else ".is_none()"
    elif read is not None and read.expr is tested and (optional(script, read) or _may_lack(script, node, read.base)):
        more, behind = get_edits(script, read), ".unwrap_or(())"
    if empty and not value.only(OPTION):
        yes, no = ("false", "true") if negated else ("true", "false")
        before, words = "match ", f" {{ () => {yes}, [] => {yes}, _ => {no} }}"
    elif not tight(tested) and (behind or words.startswith(".") or not isinstance(tested, Unary)):
        before, behind = "(", f"){behind}"
    title = f"Write `{before}{script.source(tested)}{behind}{words}`" if not more else f"Write `{words.strip()}`"
    up = node.parent
    if is_base(node) or (isinstance(up, Binary) and up.op not in ("&&", "||")):
        before, words = f"({before}", f"{words})"
    edits = [*more, Edit(end, end, behind + words) if reverse else Edit(*gap, behind + words)]
    if reverse:
        edits.append(Edit(*gap, before))
    elif before:
        edits.append(Edit(start, start, before))
    return Fix(True, title, tuple(_merged(sorted(edits, key=lambda edit: (edit.start, edit.end)))))


def _may_lack(script: Script, node: Binary, base: Expr) -> bool:
    """Whether `undefined` or `null` asks whether an object that came from somewhere has a field at all."""
    if not (is_foreign_null(script, node.left) or is_foreign_null(script, node.right)):
        return False
    value, root = script.types.of(base), bare(base)
    return value.may(OBJECT) and value.kinds != ANY and not (isinstance(root, Path) and root.name == "args")


def _merged(edits: list[Edit]) -> Iterator[Edit]:
    """The same edits; those that touch become one."""
    last: Edit | None = None
    for edit in edits:
        if last is not None and last.end == edit.start:
            last = Edit(last.start, edit.end, last.text + edit.text)
            continue
        if last is not None:
            yield last
        last = edit
    if last is not None:
        yield last


def _defaulted(script: Script, tested: Expr) -> tuple[Edit, ...] | None:
    """Edits that make a variable hold the value, or `()`, where it holds an Option and is used as a plain value."""
    if not isinstance(tested, Path):
        return None
    binding = script.types.binding(tested)
    if not isinstance(binding, Let) or binding.value is None or single_name(script, binding) is None:
        return None
    uses = script.types.uses(binding)
    if any(is_assigned(use) or used_as_option(script, use) for use in uses):
        return None
    plain_uses = [use for use in uses if not _is_compared(script, use)]
    if (
        not (plain_uses or script.types.scopes.short_uses(binding))
        or not tight(binding.value)
        or not script.types.of(binding.value).only(OPTION)
    ):
        return None
    at = script.end(binding.value)
    return (Edit(at, at, ".unwrap_or(())"),)


def _is_compared(script: Script, use: Path) -> bool:
    up = use.parent
    return isinstance(up, Binary) and up.op in _SIGNS and (is_null(script, up.right) or is_null(script, up.left))


RULE = Rule(
    code="RN102",
    name="compared-with-unit",
    summary="`x == ()`, `x != null`: the test is an error for every value that is there.",
    why="""\
Rune compares values of one type. A string compared with `()` is an error, not `false`, so a test for a value that is
missing fails whenever it is there. Only lists compare with `()`: an empty one equals it.

`x is Tuple` asks for the type of `x`, and works for every value: `()` is a tuple without parts. `null`, `nil` and
`undefined` are no names in Rune at all. An Option has `.is_none()`.

Where `x` may be a list and the source compiles, the repair is `match x { () => true, [] => true, _ => false }`, because
a call with an empty list may have succeeded; `x is Tuple` is shorter, and says no to that. What is used as a list
is left alone.
""",
    before="""\
pub async fn call(args) {
    let name = args.get("a").unwrap_or(());
    if name != null { name } else { "none" }
}
""",
    after="""\
pub async fn call(args) {
    let name = args.get("a").unwrap_or(());
    if name is not Tuple { name } else { "none" }
}
""",
    kind=Kind.LIKELY,
    fix="safe",
    check=check,
    words=("()", "null", "nil", "undefined", "NULL"),
)
