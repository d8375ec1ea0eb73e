"""RN106: `==` between different types."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.char_patterns import as_string, char_patterns, is_sign_of_text, is_text_or_other_data
from crucible_tools.rune.rules.comparisons import EQUALITY, ORDER, differ, literal_of, matched, may_be_missing
from crucible_tools.rune.rules.operands import bare, has_comment
from crucible_tools.rune.rules.reads import (
    Sure,
    field_read,
    get_edits,
    is_null,
    is_undeclared_argument,
    mentions,
    plain,
)  # fmt: skip
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Call, Expr, Is, Literal, Match, Path
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    CHAR,
    JSON,
    LIST,
    NAMES,
    NUMBER,
    OPTION,
    STRING,
    UNIT,
    Value,
)  # fmt: skip

_MOST_NAMED: Final = 3
"""Kinds that a message names; more of them say nothing."""

_MOST_PARTS: Final = 30
"""Parts of the longest condition that is looked at as a whole."""


def check(script: Script) -> Iterator[Finding]:
    """Finds comparisons of values whose types certainly differ, or do for some values that somebody thought of."""
    found = [*_comparisons(script), *char_patterns(script, "RN106")]
    yield from sorted(found, key=lambda item: item.start)


def _comparisons(script: Script) -> Iterator[Finding]:
    for node in script.tree.of(Binary):
        if (node.op not in EQUALITY and node.op not in ORDER) or _with_null(script, node):
            continue
        if is_sign_of_text(script, node.left) or is_sign_of_text(script, node.right):
            continue
        left, right = script.types.of(node.left), script.types.of(node.right)
        if differ(left, right) or (node.op in EQUALITY and _is_none(node.right) and left.data and not left.may(OPTION)):
            yield _certain(script, node, left, right)
        elif node.op in EQUALITY:
            yield from _likely(script, node, left, right)


def _with_null(script: Script, node: Binary) -> bool:
    return is_null(script, node.left) or is_null(script, node.right)


def _certain(script: Script, node: Binary, left: Value, right: Value) -> Finding:
    tokens = script.tree.tokens
    message = f"comparing {_kinds(left)} with {_kinds(right)} is an error"
    fix = _repair(script, node, left, right) if node.op in EQUALITY else None
    return Finding(
        "RN106",
        tokens.starts[node.token],
        tokens.ends[node.token],
        message,
        hint=None if fix else "convert one of the two, or take the value out of the Option",
        fix=fix,
    )


def _likely(script: Script, node: Binary, left: Value, right: Value) -> Iterator[Finding]:
    """A literal compared with a value that may be `()` as well, or is tested for that in the same condition."""
    for literal, tested, known, value in (
        (node.right, node.left, right, left),
        (node.left, node.right, left, right),
    ):
        found = literal_of(literal)
        if found is None or literal_of(tested) is not None:
            continue
        missing = may_be_missing(value, known)
        others = value.kinds & ~known.kinds & ~UNIT
        if not missing and not others:
            continue
        empty = script.source(found) == '""'
        if (missing or empty) and _guarded(script, tested):
            missing = empty = False
        empty = empty and is_undeclared_argument(script, tested)
        if not missing and not (others and (empty or _tested_beside(script, node, tested))):
            continue
        edits = matched(script, node, tested, script.source(bare(literal)))
        tokens = script.tree.tokens
        yield Finding(
            "RN106",
            tokens.starts[node.token],
            tokens.ends[node.token],
            f"`{script.source(tested)}` may be something else than {_kinds(known)}, and then comparing is an error",
            "warning",
            fix=Fix(True, "Write `match`", edits) if edits else None,
        )
        return


def _guarded(script: Script, tested: Expr) -> bool:
    """Whether a function asks elsewhere what a value is."""
    for other in mentions(script, bare(tested)):
        up = other.parent
        if isinstance(up, Is) or (isinstance(up, Match) and up.subject is other):
            return True
        if isinstance(up, Binary) and up.op in EQUALITY and _with_null(script, up):
            return True
    return False


def _tested_beside(script: Script, node: Binary, tested: Expr) -> bool:
    """Whether a value is compared with `()` in the same chain of `&&` or `||`: its author thinks of several types."""
    top: Binary = node
    for up in itertools.islice(node.up(), _MOST_PARTS):
        if not isinstance(up, Binary) or up.op not in ("&&", "||"):
            break
        top = up
    if top is node:
        return False
    for other in mentions(script, bare(tested)):
        up = other.parent
        if (
            top.first <= other.first <= top.last
            and isinstance(up, Binary)
            and up.op in EQUALITY
            and _with_null(script, up)
        ):
            return True
    return False


def _repair(script: Script, node: Binary, left: Value, right: Value) -> Fix | None:
    sides = ((node.left, node.right, left, right), (node.right, node.left, right, left))
    for one, other, _, _ in sides:
        if _is_none(other):
            return _none(script, node, one)
    for one, other, value, given in sides:
        made = (
            _letter(script, value, other, given)
            or _some(script, other, value)
            or _option(script, node, one, other, value, given)
            or _number(script, value, other)
            or _literal(script, node, one, other)
        )
        if made is not None:
            return made
    return None


def _none(script: Script, node: Binary, value: Expr) -> Fix | None:
    """`x == None` for a plain `x`."""
    reverse = value is node.right
    start, end = script.start(value), script.end(value)
    gap = (script.start(node), start) if reverse else (end, script.end(node))
    if has_comment(script, *gap):
        return None
    # An empty list equals None.
    safe = reverse or not script.types.of(value).may(LIST) or script.compiles is False
    negated = node.op.startswith("!")
    read = field_read(script, value)
    words, edits = " is not Tuple" if negated else " is Tuple", list[Edit]()
    if read is not None and read.expr is value and plain(script, read) is not Sure.NO:
        words, edits = ".is_some()" if negated else ".is_none()", list(get_edits(script, read))
    if reverse:
        edits = [Edit(*gap, ""), *edits]
        gap = (end, end)
    if edits and edits[-1].end == end:
        last = edits.pop()
        words, gap = last.text + words, (last.start, gap[1])
    return Fix(safe, f"Write `{words.strip()}`", (*edits, Edit(*gap, words)))


def _is_none(expr: Expr) -> bool:
    expr = bare(expr)
    return isinstance(expr, Path) and expr.name == "None"


def _some(script: Script, option: Expr, value: Value) -> Fix | None:
    """A plain value compared with `Some(x)`."""
    option = bare(option)
    if value.may(OPTION) or not isinstance(option, Call) or len(option.args.items) != 1:
        return None
    if not isinstance(option.callee, Path) or option.callee.name != "Some":
        return None
    if has_comment(script, script.start(option), script.end(option)):
        return None
    inner = option.args.items[0]
    edits = (
        Edit(script.start(option), script.start(inner), ""),
        Edit(script.end(inner), script.end(option), ""),
    )
    return Fix(True, f"Write `{script.source(inner)}`", edits)


def _letter(script: Script, value: Value, literal: Expr, given: Value) -> Fix | None:
    """A character compared with a text of one character, or the other way round."""
    literal = bare(literal)
    if not isinstance(literal, Literal):
        return None
    text = script.source(literal)
    if value.only(CHAR) and given.only(STRING) and literal.kind == "string":
        inner = text[1:-1]
        if len(inner) == 1 or (len(inner) == 2 and inner[0] == "\\" and inner[1] in 'nrt\\0"'):
            inner = '"' if inner == '\\"' else "\\'" if inner == "'" else inner
            return _replaced(script, literal, f"'{inner}'")
    if is_text_or_other_data(value) and given.only(CHAR) and literal.kind == "char":
        # A string of one sign: comparing with a char is an error for all data.
        return _replaced(script, literal, as_string(text))
    return None


def _replaced(script: Script, literal: Expr, text: str, *, safe: bool = True) -> Fix:
    return Fix(safe, f"Write `{text}`", (Edit(script.start(literal), script.end(literal), text),))


def _option(script: Script, node: Binary, option: Expr, other: Expr, value: Value, given: Value) -> Fix | None:
    """An Option compared with what it may hold."""
    if not value.only(OPTION) or given.may(OPTION):
        return None
    literal = literal_of(other)
    if literal is not None:
        edits = matched(script, node, option, f"Some({script.source(bare(other))})")
        return Fix(True, "Write `match`", edits) if edits else None
    start, end = script.start(other), script.end(other)
    edits = (Edit(start, start, "Some("), Edit(end, end, ")"))
    inside = value.inside
    return Fix(inside.kinds != ANY and inside.only(given.kinds), f"Write `Some({script.source(other)})`", edits)


def _number(script: Script, value: Value, literal: Expr) -> Fix | None:
    """`n == "0"`, `flag == "true"`: the quotes are too many."""
    literal = bare(literal)
    if not isinstance(literal, Literal) or literal.kind != "string":
        return None
    inner = script.source(literal)[1:-1]
    if value.without(UNIT).only(NUMBER) and inner.isascii() and inner.isdigit() and len(inner) < 18:
        return _replaced(script, literal, inner, safe=False)
    if value.without(UNIT).only(BOOL) and inner in ("true", "false"):
        return _replaced(script, literal, inner, safe=False)
    return None


def _literal(script: Script, node: Binary, tested: Expr, literal: Expr) -> Fix | None:
    if literal_of(literal) is None or literal_of(tested) is not None:
        return None
    edits = matched(script, node, tested, script.source(bare(literal)))
    return Fix(True, "Write `match`", edits) if edits else None


def _kinds(value: Value) -> str:
    names = [name for kind, name in NAMES.items() if value.kinds & kind]
    if len(names) > _MOST_NAMED:
        return "a value from outside" if value.only(JSON) else "such a value"
    return " or ".join(("an " if name[0] in "aeioO" else "a ") + name for name in names)


RULE = Rule(
    code="RN106",
    name="different-types",
    summary='`value == ""` where `value` is a number: comparing values of different types is an error, not `false`.',
    why="""\
`==` compares values of one type. A number compared with a text, or an Option with what it holds, stops the tool.

`match` asks without an error: `match value { "" => true, _ => false }`. Where the comparison gave an answer, it gives
the same, so the repair is safe. A character is compared with `'x'`, a text with `"x"`; an Option with `Some("x")`.
Arguments hold texts and no characters: in `match args.grade { 'A' => 4, _ => 0 }` the first arm is never taken, without
an error. There `"A"` is meant, too; in a source that runs, that repair is unsafe, since results change.
""",
    before="""\
pub async fn call(args) {
    args.a == None
}
""",
    after="""\
pub async fn call(args) {
    args.get("a").is_none()
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
)
