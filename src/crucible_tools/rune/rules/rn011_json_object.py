"""RN011: an object as JSON or JavaScript writes it."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.js_objects import bodies, shorthand_blocks, tables
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Object, Skipped

_MESSAGE = "`{` opens a block in Rune: an object is written `#{`"


def check(script: Script) -> Iterator[Finding]:
    """Finds `{ key: value }` where a value stands, `{ a, b }` likewise, and bodies that are objects."""
    found = [*_objects(script), *_shorthand(script), *_bodies(script), *_tables(script)]
    yield from sorted(found, key=lambda item: item.start)


def _objects(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Object):
        if node.style != "js":
            continue
        start, end = tokens.starts[node.open], tokens.ends[node.open]
        if tokens.partner[node.open] < 0:
            yield Finding("RN011", start, end, _MESSAGE, hint="nothing closes this one")
            continue
        if any(isinstance(kid, Skipped) and script.word(kid.first) == "[" for kid in node.kids):
            hint = "a computed key has no form in Rune: begin with `#{}`, then `object[key] = value`"
            yield Finding("RN011", start, end, _MESSAGE, hint=hint)
            continue
        if any(entry.spread for entry in node.entries):
            hint = "`...` has no form in Rune: begin with a copy, then add the other fields"
            yield Finding("RN011", start, end, _MESSAGE, hint=hint)
            continue
        edits = [Edit(start, start, "#")]
        for entry in node.entries:
            if tokens.kinds[entry.key] == "int" and entry.colon is not None:
                key = tokens.starts[entry.key], tokens.ends[entry.key]
                edits.append(Edit(*key, f'"{tokens.texts[entry.key]}"'))
        yield Finding("RN011", start, end, _MESSAGE, fix=Fix(True, "Write `#{`", tuple(edits)))


def _shorthand(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for block in shorthand_blocks(script):
        start, end = tokens.starts[block.open], tokens.ends[block.open]
        yield Finding("RN011", start, end, _MESSAGE, fix=Fix(True, "Write `#{`", (Edit(start, start, "#"),)))


def _tables(script: Script) -> Iterator[Finding]:
    """`{ a = 1, b = 2 }`, as Lua writes it."""
    tokens = script.tree.tokens
    for block, keys in tables(script):
        start, end = tokens.starts[block.open], tokens.ends[block.open]
        edits = [Edit(start, start, "#")]
        for key in keys:
            first = key - 1 if script.word(key - 1) == "," else key
            before = tokens.starts[first]
            blank = "" if script.text[tokens.ends[key + 1]].isspace() else " "
            text = f"{script.text[before : tokens.ends[key]]}:{blank}"
            edits.append(Edit(before, tokens.ends[key + 1], text))
        yield Finding("RN011", start, end, _MESSAGE, fix=Fix(True, "Write `#{`", tuple(edits)))


def _bodies(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for block in bodies(script):
        start, end = tokens.starts[block.open], tokens.ends[block.open]
        close = tokens.starts[block.last]
        edits = (Edit(end, end, " #{"), Edit(close, close, "} "))
        message = "these braces are the body of the function: an object inside it needs `#{ .. }`"
        yield Finding("RN011", start, end, message, fix=Fix(True, "Put an object into the body", edits))


RULE = Rule(
    code="RN011",
    name="json-object",
    summary='`{ "k": v }`, `return { a: 1 };`: `{` opens a block in Rune, and an object is written `#{`.',
    why="""\
Rune reads `{` as the beginning of a block, and stumbles over the first colon. An object begins with `#{`; all objects
inside it do, too. Keys are names or strings.

The repair writes the `#`. Structs (`Point { x: 1 }`), the arms of a `match` and the bodies of functions are left
alone. An object with `...rest` or a computed key (`{ [k]: v }`) has no such form and is only reported.
""",
    before="""\
pub async fn call(args) {
    { "a": args.a, "b": { "c": 2 } }
}
""",
    after="""\
pub async fn call(args) {
    #{ "a": args.a, "b": #{ "c": 2 } }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("{",),
)
