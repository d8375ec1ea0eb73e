"""RN306: schemas that are no JSON Schema 2020-12, or say something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from crucible_tools.rune.rules.declared_schemas import schemas_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.schema_mistakes import flat, of_properties, of_required, of_schema
from crucible_tools.rune.rules.schema_parts import subschemas
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds wrong types, `required` in the wrong place, and keywords with values of the wrong type."""
    for name, schema in schemas_of(script, ("INPUT_SCHEMA", "OUTPUT_SCHEMA")):
        if name == "INPUT_SCHEMA":
            found = flat(script, schema)
            if found is not None:
                yield found
                continue
        parts = [schema, *subschemas(script, schema)]
        found = chain.from_iterable(
            (*of_schema(script, part), *of_properties(script, part), *of_required(script, part)) for part in parts
        )
        yield from sorted(found, key=lambda item: item.start)


RULE = Rule(
    code="RN306",
    name="schema-keyword",
    summary='`"type": "str"`, `"required": true` at a property, `"items": "string"`: no JSON Schema.',
    why="""\
The types of JSON Schema are `string`, `integer`, `number`, `boolean`, `array`, `object` and `null`. `required` is a
list of names beside `properties`, `items` and each property are schemas of their own, and limits are numbers. Older
drafts, OpenAPI and other libraries write some of this in another way. A host refuses the whole tool.

The repair writes what 2020-12 says. It is unsafe where it is a guess: `"type": "date"` is probably a text.
""",
    before="""\
pub fn NAME() { "find" }
pub fn INPUT_SCHEMA() {
    #{
        "type": "object",
        "properties": #{
            "text": #{ "type": "str", "required": true },
        },
    }
}
pub async fn call(args) {
    args.text
}
""",
    after="""\
pub fn NAME() { "find" }
pub fn INPUT_SCHEMA() {
    #{
        "type": "object",
        "properties": #{
            "text": #{ "type": "string" },
        },
        "required": ["text"],
    }
}
pub async fn call(args) {
    args.text
}
""",
    kind=Kind.SCHEMA,
    fix="sometimes",
    check=check,
    words=("INPUT_SCHEMA", "OUTPUT_SCHEMA"),
)
