"""RN302: a required argument that the schema does not describe."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.model.near import near
from crucible_tools.rune.rules.declared_schemas import entry_of, input_schemas, key_of, value_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import List, Object


def check(script: Script) -> Iterator[Finding]:
    """Finds names in `required` that are no properties."""
    for _, schema in input_schemas(script):
        required = entry_of(script, schema, "required")
        described = entry_of(script, schema, "properties")
        if required is None or not isinstance(required.value, List):
            continue
        if described is not None and not isinstance(described.value, Object):
            continue  # it is made somewhere else
        entries = described.value.entries if described and isinstance(described.value, Object) else []
        known = {key_of(script, entry) for entry in entries}
        if None in known:
            continue
        for item in required.value.items:
            name = value_of(script, item)
            if isinstance(name, str) and name not in known:
                close = near(name, [other for other in known if other])
                meant = f"did you mean {' or '.join(f'`{other}`' for other in close)}? " if close else ""
                message = f"`{name}` is required, and no property describes it"
                hint = f"{meant}describe it among the properties, or drop it from `required`"
                yield Finding("RN302", script.start(item), script.end(item), message, "warning", hint)


RULE = Rule(
    code="RN302",
    name="required-unknown",
    summary="A name in `required` that is none of the `properties`: every call has to give what nothing describes.",
    why="Usually an argument was renamed in one of the two places. Callers that fill in arguments from the schema can "
    "never make a valid call. Nothing but the author knows which of the two is right, so there is no repair.",
    before="""\
pub fn NAME() { "goal" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ written: #{ type: "integer" } },
        required: ["written", "day"],
    }
}
pub async fn call(args) {
    args.written
}
""",
    after="""\
pub fn NAME() { "goal" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ written: #{ type: "integer" } },
        required: ["written"],
    }
}
pub async fn call(args) {
    args.written
}
""",
    kind=Kind.SCHEMA,
    fix="none",
    check=check,
    words=("INPUT_SCHEMA",),
)
