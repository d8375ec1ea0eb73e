"""RN103: a value as a condition."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.conditions import Asked, as_text, asked, meaning, only_value, used_as_value
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.languages import divides_truly, is_javascript, is_python
from crucible_tools.rune.rules.let_chains import chained_values
from crucible_tools.rune.rules.operands import bare, has_comment, same
from crucible_tools.rune.rules.reads import Read, Sure, field_read, get_edits, plain
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import place_of, shown_lists, shown_numbers, shown_texts
from crucible_tools.rune.syntax.nodes import Assign, Block, Expr, Field, If, Index, Literal, MethodCall
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    FUTURE,
    INT,
    LIST,
    NAMES,
    NUMBER,
    OBJECT,
    OPTION,
    RESULT,
    STRING,
    UNIT,
    Value,
)  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds conditions that are certainly no booleans, or are used as no boolean is."""
    foreign = script.compiles is False and (is_python(script) or is_javascript(script))
    for item in asked(script)[0]:
        if isinstance(item.expr, (Assign, Block)) or item.expr in chained_values(script):
            continue
        value = script.types.of(item.expr)
        if not value.kinds or value.only(FUTURE):
            continue
        read = field_read(script, item.expr)
        if foreign and (found := _truth(script, item, value, read)) is not None:
            yield found
            continue
        if value.kinds & BOOL:
            if not _used_otherwise(script, item, read):
                continue
            value = value.without(BOOL)
        if item.role == "not" and value.kinds & (INT | BOOL):
            continue  # flips bits
        yield _finding(script, item, value, read)


def _truth(script: Script, item: Asked, value: Value, read: Read | None) -> Finding | None:
    """What is true in the language of a source that never compiled: everything but nothing, zero and what is empty."""
    known = value.kinds & ~UNIT
    if value.kinds & BOOL:
        place = place_of(script, item.expr)
        shown = place in shown_numbers(script) or place in shown_texts(script) or place in shown_lists(script)
        used = item.site is not None and used_as_value(script, item.expr, item.site.then)
        # What came in may be anything, and what is missing is an error in Rune.
        came_in = divides_truly(script) and isinstance(bare(item.expr), Field | Index)
        if place is None or not (shown or used or came_in) or value.only(BOOL | UNIT):
            return None
        known = LIST if place in shown_lists(script) else STRING
    if item.role == "operand" or not known & (NUMBER | STRING | LIST | OBJECT) or known & (OPTION | RESULT):
        return None
    python = is_python(script)
    if not python and not known & (NUMBER | STRING):
        return None  # every list and object of JavaScript is true
    start, end = script.start(item.expr), script.end(item.expr)
    if has_comment(script, start, end):
        return None
    function, additions = inserted(script, item.expr, "is_true" if python else "is_truthy")
    edits = [Edit(start, start, f"{function}(")]
    if read is not None and read.key is not None and not python and read.expr is item.expr:
        edits += get_edits(script, read)
    edits.append(Edit(end, end, ")"))
    title = f"Call a function `{function}` that the repair adds"
    message = f"`{script.source(item.expr)}` is {_kind(value)}, {_consequence(item, value)}"
    severity = "error" if _fails(item, value) else "warning"
    return Finding("RN103", start, end, message, severity, fix=Fix(True, title, tuple(edits), additions))


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
`x.unwrap_or(d)`. It is unsafe, because the source runs today and the repair changes which branch it takes.

A source that does not compile since it is written in JavaScript or Python means what is true there. Where a value is
certainly a number, a text or a list, or is used as one elsewhere, the repair adds a private function that says so.
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
    fix="sometimes",
    check=check,
)
