"""RN301: an input schema that does not say that arguments are an object."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.declared_schemas import entry_of, input_schemas, value_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.schema_mistakes import flat
from crucible_tools.rune.rules.schema_words import TYPES
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds the roots of input schemas that have no `type`, or one that is no object."""
    for _, schema in input_schemas(script):
        entry = entry_of(script, schema, "type")
        if entry is None and flat(script, schema):
            continue  # RN306 says more
        if entry is None:
            start = script.start(schema)
            message = 'the input schema does not say `type: "object"`, and arguments are always an object'
            end = script.tree.tokens.ends[schema.open]
            yield Finding("RN301", start, end, message, "warning", choices=('type: "object"',))
            continue
        value = value_of(script, entry.value)
        if isinstance(value, str) and value in TYPES - {"object"}:
            message = f"the input schema is for a value of type `{value}`, and arguments are always an object"
            yield Finding("RN301", script.start(entry), script.end(entry), message, hint='write `type: "object"`')


RULE = Rule(
    code="RN301",
    name="untyped-root",
    summary='An input schema without `type: "object"` at its root: many callers refuse a tool that has one.',
    why="Arguments are one object with a field for each argument. A schema that does not say so lets other values "
    "pass, and several agent hosts drop a tool whose schema has no object at its root. It is not added by a "
    "machine, because it changes what a tool that works declares.",
    before="""\
pub fn NAME() { "greet" }
pub fn INPUT_SCHEMA() {
    #{
        properties: #{ name: #{ type: "string" } },
        required: ["name"],
    }
}
pub async fn call(args) {
    `Hello ${args.name}`
}
""",
    after="""\
pub fn NAME() { "greet" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ name: #{ type: "string" } },
        required: ["name"],
    }
}
pub async fn call(args) {
    `Hello ${args.name}`
}
""",
    kind=Kind.SCHEMA,
    fix="none",
    check=check,
    words=("INPUT_SCHEMA",),
)
