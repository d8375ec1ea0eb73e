"""RN026: a reserved word as a field."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Field, MethodCall


def check(script: Script) -> Iterator[Finding]:
    """Finds `x.default` and the like; a method of such a name is found, too, and left alone."""
    found = [*_fields(script), *_methods(script)]
    yield from sorted(found, key=lambda item: item.start)


def _fields(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Field):
        word = tokens.texts[node.name]
        if node.number or word not in RESERVED:
            continue
        dot, start, end = node.name - 1, tokens.starts[node.name], tokens.ends[node.name]
        if tokens.ends[dot] == start:
            edits = (Edit(tokens.starts[dot], end, f'["{word}"]'),)
        else:
            edits = (Edit(tokens.starts[dot], tokens.ends[dot], ""), Edit(start, end, f'["{word}"]'))
        fix = Fix(True, f'Write `["{word}"]`', edits)
        message = f"`{word}` is a reserved word of Rune: as a field it stands in brackets"
        yield Finding("RN026", start, end, message, fix=fix)


def _methods(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for call in script.tree.of(MethodCall):
        word = tokens.texts[call.name]
        if word in RESERVED:
            message = f"`{word}` is a reserved word of Rune: no method has that name"
            hint = "`regex::is_match(pattern, text)` tests a text" if word == "match" else None
            yield Finding("RN026", tokens.starts[call.name], tokens.ends[call.name], message, hint=hint)


RULE = Rule(
    code="RN026",
    name="reserved-field",
    summary="`args.default`, `schema.enum`: a field behind a dot must be a name, and these are reserved words.",
    why="""\
The words that RN003 lists are no names, so none of them may stand behind a dot. Brackets take any key.

The repair writes `args["default"]`. A method of such a name (`text.match(..)`) cannot exist in Rune and is only
reported.
""",
    before="""\
pub async fn call(args) {
    args.default
}
""",
    after="""\
pub async fn call(args) {
    args["default"]
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=(".",),
)
