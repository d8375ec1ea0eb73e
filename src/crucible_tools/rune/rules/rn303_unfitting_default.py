"""RN303: a default that does not fit its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from crucible_tools.rune.rules.declared_schemas import entry_of, input_schemas, properties, value_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.schemas import default_fits
from crucible_tools.rune.syntax.nodes import Object
from crucible_tools.rune.types.literals import MISSING

_DEEPEST = 12


def check(script: Script) -> Iterator[Finding]:
    """Finds defaults of properties, nested ones too, that their own schema refuses."""
    for _, schema in input_schemas(script):
        pending = [(schema, 0)]
        while pending:
            obj, deep = pending.pop()
            for part in properties(script, obj):
                yield from _default(script, part.name, part.schema)
                if deep < _DEEPEST:
                    pending.append((part.schema, deep + 1))


def _default(script: Script, name: str, schema: Object) -> Iterator[Finding]:
    entry = entry_of(script, schema, "default")
    declared = value_of(script, schema)
    if entry is None or declared is MISSING:
        return
    fields = cast("dict[str, Any]", declared)
    if not default_fits(fields["default"], fields):
        kind = fields.get("type")
        among = isinstance(fields.get("enum"), list) and default_fits(fields["default"], {"type": kind})
        typed = default_fits(fields["default"], {"type": kind})
        what = "of its `enum`" if among else "within its limits" if typed else "as it is described"
        what = f"of type `{kind}`" if not typed and isinstance(kind, str) else what
        message = f"the default of `{name}` is no value {what}"
        hint = "correct the default or the type: hosts that fill in defaults hand the tool a wrong value"
        node = entry.value or entry
        yield Finding("RN303", script.start(node), script.end(node), message, "warning", hint)


RULE = Rule(
    code="RN303",
    name="unfitting-default",
    summary="A default that its own schema refuses: a text for an integer, or a number beyond its limits.",
    why="Hosts that fill in defaults hand the tool a value of the wrong type, and it fails, or gives something wrong, "
    "exactly when the caller left the argument out. Either the type or the default is wrong; a machine can't know "
    "which.",
    before="""\
pub fn NAME() { "goal" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ goal: #{ type: "integer", "default": "500" } },
    }
}
pub async fn call(args) {
    args.get("goal").unwrap_or(500)
}
""",
    after="""\
pub fn NAME() { "goal" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ goal: #{ type: "integer", "default": 500 } },
    }
}
pub async fn call(args) {
    args.get("goal").unwrap_or(500)
}
""",
    kind=Kind.SCHEMA,
    fix="none",
    check=check,
    words=("INPUT_SCHEMA",),
)
