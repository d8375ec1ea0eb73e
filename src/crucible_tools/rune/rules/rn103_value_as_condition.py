"""RN103: a value as a condition."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.conditions import Asked, as_text, asked, meaning, only_value, used_as_value
from crucible_tools.rune.rules.let_chains import chained_values
from crucible_tools.rune.rules.operands import bare, has_comment, same
from crucible_tools.rune.rules.reads import Read, Sure, field_read, get_edits, plain
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Block, Expr, If, Literal, MethodCall
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    FUTURE,
    INT,
    LIST,
    NAMES,
    OBJECT,
    OPTION,
    RESULT,
    STRING,
    UNIT,
    Value,
)  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds conditions that are certainly no booleans, or are used as no boolean is."""
    for item in asked(script)[0]:
        if isinstance(item.expr, (Assign, Block)) or item.expr in chained_values(script):
            continue
        value = script.types.of(item.expr)
        if not value.kinds or value.only(FUTURE):
            continue
        read = field_read(script, item.expr)
        if value.kinds & BOOL:
            if not _used_otherwise(script, item, read):
                continue
            value = value.without(BOOL)
        if item.role == "not" and value.kinds & (INT | BOOL):
            continue  # flips bits
        yield _finding(script, item, value, read)


def _used_otherwise(script: Script, item: Asked, read: Read | None) -> bool:
    """Whether the branch behind a field shows that it is no boolean."""
    site = item.site
    if site is None or read is None or plain(script, read) is Sure.NO:
        return False
    value = script.types.of(read.expr)
    if value.only(BOOL | UNIT):
        return False
    given = only_value(site.then)
    if given is not None and same(script, given, item.expr):
        other = only_value(site.otherwise)
        return not (isinstance(other, Literal) and other.kind == "bool")
    return used_as_value(script, item.expr, site.then)


def _finding(script: Script, item: Asked, value: Value, read: Read | None) -> Finding:
    source = script.source(item.expr)
    start, end = script.start(item.expr), script.end(item.expr)
    site = item.site
    choices: tuple[str, ...] = ()
    fix = _default_instead(script, item, value, read) if site is not None else None
    if fix is None:
        text = site is not None and as_text(script, item.expr, site.then)
        edits, choices = meaning(script, item, value, read, text=text)
        if edits and not has_comment(script, edits[0].start, edits[-1].end):
            fix = Fix(False, "Say what is asked", edits)
    return Finding(
        "RN103",
        start,
        end,
        f"`{source}` is {_kind(value)}, {_consequence(item, value)}",
        "error" if _fails(item, value) else "warning",
        hint=None if fix else "say what is asked: `.is_some()`, `!x.is_empty()`, `n != 0`",
        choices=choices,
        fix=fix,
    )


def _default_instead(script: Script, item: Asked, value: Value, read: Read | None) -> Fix | None:
    """`if x { x } else { d }` as `x.unwrap_or(d)`."""
    site = item.site
    if site is None or item.negation is not None or isinstance(site.parent, If):
        return None
    given, default = only_value(site.then), only_value(site.otherwise)
    if given is None or default is None or bare(site.condition) is not item.expr:
        return None
    option = value.only(OPTION)
    if not option and (read is None or read.key is None or plain(script, read) is Sure.NO):
        return None
    if not (same(script, given, item.expr) or (option and _is_same_field(script, given, item.expr))):
        return None
    start, end = script.start(site), script.end(site)
    condition = (script.start(item.expr), script.end(item.expr))
    inner = (script.start(default), script.end(default))
    gaps = ((start, condition[0]), (condition[1], inner[0]), (inner[1], end))
    if any(has_comment(script, *gap) for gap in gaps):
        return None
    edits = [Edit(*gaps[0], "")]
    behind = ".unwrap_or("
    if not option and read is not None:
        *firsts, last = get_edits(script, read)
        edits += firsts
        if last.end == gaps[1][0]:
            edits.append(Edit(last.start, gaps[1][1], last.text + behind))
        else:
            edits += [last, Edit(*gaps[1], behind)]
    else:
        edits.append(Edit(*gaps[1], behind))
    edits.append(Edit(*gaps[2], ")"))
    return Fix(False, "Write `.unwrap_or(..)`", tuple(edits))


def _is_same_field(script: Script, given: Expr, tested: Expr) -> bool:
    """Whether `args.x` is given where `args.get("x")` was tested."""
    read = field_read(script, given)
    tested = bare(tested)
    if read is None or not isinstance(tested, MethodCall) or script.word(tested.name) != "get":
        return False
    items = tested.args.items
    return len(items) == 1 and same(script, read.base, tested.base) and script.source(items[0]) == f'"{read.key}"'


def _kind(value: Value) -> str:
    if value.kinds == ANY:
        return "no boolean here"
    names = [name for kind, name in NAMES.items() if value.kinds & kind]
    if len(names) > 3:
        return "no boolean here"
    return " or ".join(with_article(name) for name in names)


def _fails(item: Asked, value: Value) -> bool:
    """Whether it is an error, not merely a branch that is never taken."""
    if item.role == "closure" and item.negation is None:
        return True
    strings = STRING | LIST | OBJECT | OPTION | RESULT | UNIT
    return item.negation is not None and value.only(strings)


def _consequence(item: Asked, value: Value) -> str:
    if _fails(item, value):
        return "and `!` of that is an error" if item.negation is not None else "and a closure must give a boolean here"
    if item.role == "guard":
        return "and a guard takes everything but `false` for true"
    if item.role in ("operand", "not"):
        return "no boolean"
    return "and a condition takes everything but `true` for false"


RULE = Rule(
    code="RN103",
    name="value-as-condition",
    summary="`if args.limit { .. }`, `while queue.len() { .. }`: Rune takes everything that is not `true` for false.",
    why="""\
Other languages take numbers, texts and lists for true unless they are empty. Rune 0.14 does not, and does not
complain either: whatever is not `true` takes the `else` branch, for ever. In a closure of `filter` or `any`, and
behind `!`, it is an error; in the guard of a `match` everything but `false` counts as true.

The repair says what is probably meant: `.is_some()`, `!text.is_empty()`, `n != 0`; `if x { x } else { d }` becomes
`x.unwrap_or(d)`. It is always unsafe, because the source runs today and the repair changes which branch it takes.
""",
    before="""\
pub async fn call(args) {
    if args.get("a") { "set" } else { "not set" }
}
""",
    after="""\
pub async fn call(args) {
    if args.get("a").is_some() { "set" } else { "not set" }
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
)
