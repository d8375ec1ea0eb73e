"""RN015: fields of structs with a type or with `pub`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_tokens, cut_up_to
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Struct


def check(script: Script) -> Iterator[Finding]:
    """Finds fields with `pub`, with a type, or, where only their order counts, that are no name."""
    found: list[Finding] = []
    for struct in script.tree.of(Struct):
        if struct.word == "enum":
            found += _variants(script, struct)
        elif struct.open is not None and script.word(struct.open) == "(":
            found += _places(script, struct.open)
        else:
            found += _fields(script, struct)
    yield from sorted(found, key=lambda item: item.start)


def _fields(script: Script, struct: Struct) -> Iterator[Finding]:
    for field in struct.fields:
        if field.pub is None and field.colon is None:
            continue
        edits: tuple[Edit, ...] = ()
        if field.pub is not None:
            edits += cut_up_to(script, field.pub, field.name)
        if field.colon is not None:
            last = field.type.last if field.type is not None else field.last
            edits += cut_tokens(script, field.colon, last)
        name = script.word(field.name)
        fix = Fix(True, f"Write `{name}`", edits)
        message = f"a field of Rune has a name and nothing else: `{name}`"
        yield Finding("RN015", script.start(field), script.end(field), message, fix=fix)


def _variants(script: Script, enum: Struct) -> Iterator[Finding]:
    partner = script.tree.tokens.partner
    at = enum.open + 1 if enum.open is not None else enum.last
    while at < enum.last:
        if script.word(at) == "(":
            yield from _places(script, at)
        at = partner[at] + 1 if partner[at] > at else at + 1


def _places(script: Script, open_: int) -> Iterator[Finding]:
    """The fields of `Name(..)`: each needs a name, whatever it is."""
    tokens = script.tree.tokens
    close = tokens.partner[open_]
    first, at, number = open_ + 1, open_ + 1, 0
    while at <= close:
        if at < close and tokens.texts[at] == "<":
            at = _behind_angle(script, at, close)
            continue
        if at == close or tokens.texts[at] == ",":
            if at > first and (at - first > 1 or tokens.kinds[first] != "name"):
                yield _place(script, first, at - 1, number)
            first, number = at + 1, number + 1
        at = tokens.partner[at] + 1 if at < close and tokens.partner[at] > at else at + 1


def _behind_angle(script: Script, at: int, close: int) -> int:
    depth = 0
    while at < close:
        depth += (script.word(at) == "<") - (script.word(at) == ">")
        at += 1
        if depth == 0:
            break
    return at


def _place(script: Script, first: int, last: int, number: int) -> Finding:
    tokens = script.tree.tokens
    start, end = tokens.starts[first], tokens.ends[last]
    words = [tokens.texts[i] for i in range(first, last + 1)]
    name = words[1] if len(words) == 2 and words[0] == "pub" and tokens.kinds[last] == "name" else f"field_{number}"
    fix = Fix(True, f"Write `{name}`", (Edit(start, end, name),))
    return Finding("RN015", start, end, "a field of Rune has a name and nothing else", fix=fix)


RULE = Rule(
    code="RN015",
    name="struct-field",
    summary="`struct A { pub n: i64 }`: fields of structs have a name and nothing else.",
    why="""\
Whoever has a value may read its fields, and a field holds anything. So there is no `pub` in front of it and no type
behind it.

The repair deletes both. Fields that have no name, as in `struct Pair(Vec<i64>, pub String);`, get one.
""",
    before="""\
struct Point {
    pub x: i64,
    y: i64,
}

pub async fn call(args) {
    Point { x: args.a, y: 2 }
}
""",
    after="""\
struct Point {
    x,
    y,
}

pub async fn call(args) {
    Point { x: args.a, y: 2 }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("struct ", "enum "),
)
