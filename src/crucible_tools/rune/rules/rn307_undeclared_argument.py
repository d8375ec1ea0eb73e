"""RN307: an argument that is read, and that the schema does not declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from crucible_tools.model.near import near
from crucible_tools.rune.rules.operands import outer
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Expr, Field, Index, Literal, MethodCall
from crucible_tools.rune.types.declared import DeclaredTool

_ASKING: Final = frozenset({"get", "contains_key", "remove"})
_WRITING: Final = frozenset({"insert", "extend"})
_OPEN: Final = frozenset({
    "$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "propertyNames", "dependentSchemas",
    "unevaluatedProperties",
})  # fmt: skip
"""Keywords by which further arguments may be declared."""

_MOST_NAMED: Final = 6
_MOST_COMPARED: Final = 100
"""Names that are compared with each other; more of them are no tool, but an attempt to keep somebody busy."""


def check(script: Script) -> Iterator[Finding]:
    """Finds reads of arguments that a written schema has no property for."""
    found: list[Finding] = []
    for tool in script.types.declared.tools:
        names = _declared(tool)
        if names:
            found += _of_tool(script, tool, names)
    yield from sorted(found, key=lambda item: item.start)


def _declared(tool: DeclaredTool) -> list[str]:
    """The names of all arguments that a tool may get; none if the schema does not say it."""
    schema = tool.schema
    if schema is None or not tool.exact or tool.calling != "object" or schema.keys() & _OPEN:
        return []
    further: Any = schema.get("additionalProperties", False)
    properties: Any = schema.get("properties")
    return list(cast("dict[str, Any]", properties)) if isinstance(properties, dict) and further is False else []


def _of_tool(script: Script, tool: DeclaredTool, names: list[str]) -> Iterator[Finding]:
    reads: list[tuple[str, Expr]] = []
    asked: list[tuple[str, Expr]] = []
    for use in script.types.uses(tool.entry.params[0]):
        up = outer(use).parent
        if isinstance(up, (Field, Index)) and up.base is outer(use):
            read = field_read(script, up)
            target = isinstance(up.parent, Assign) and up.parent.target is up
            if read is not None and read.key is not None and not target:
                reads.append((read.key, up))
        elif isinstance(up, MethodCall) and up.base is outer(use):
            name = script.word(up.name)
            key = up.args.items[0] if up.args.items else None
            if name in _WRITING:
                return  # it gets what no caller gives
            if name in _ASKING and isinstance(key, Literal) and key.kind == "string":
                asked.append((script.source(key)[1:-1], key))
        elif isinstance(up, Assign) and up.target is outer(use):
            return
    optional = {key for key, _ in asked}
    closed = cast("dict[str, Any]", tool.schema).get("additionalProperties") is False
    declared, read_keys = set(names), {key for key, _ in (*reads, *asked)}
    unread = [name for name in names if name not in read_keys]
    compared = 0
    for key, node in (*reads, *asked):
        if key in declared or key in _assigned(script):
            continue
        compared += 1
        close = near(key, (unread or names)[:_MOST_COMPARED], 1) if compared <= _MOST_COMPARED else []
        if key in optional and not (close or closed):
            continue  # it may well be one that nobody should know of
        yield _finding(script, key, node, names, close, closed=closed and key not in optional)


@remembered
def _assigned(script: Script) -> frozenset[str]:
    """The fields that a source gives values itself."""
    reads = (field_read(script, assign.target) for assign in script.tree.of(Assign))
    return frozenset(read.key for read in reads if read is not None and read.key is not None)


def _finding(script: Script, key: str, node: Expr, names: list[str], close: list[str], *, closed: bool) -> Finding:
    start, end = script.start(node), script.end(node)
    listed = ", ".join(names[:_MOST_NAMED]) + (", .." if len(names) > _MOST_NAMED else "")
    message = f"the schema declares no argument `{key}`: it has {listed}"
    if not close:
        hint = f"declare `{key}` among its properties, or read what is declared"
        return Finding("RN307", start, end, message, "error" if closed else "warning", hint)
    tokens = script.tree.tokens
    at = node.name if isinstance(node, Field) else node.last - 1 if isinstance(node, Index) else node.first
    quoted = script.word(at).startswith('"')
    edit = Edit(tokens.starts[at], tokens.ends[at], f'"{close[0]}"' if quoted else close[0])
    fix = Fix(False, f"Read `{close[0]}`", (edit,)) if quoted or close[0].isidentifier() else None
    severity = "error" if closed else "warning"
    return Finding("RN307", start, end, message, severity, f"did you mean `{close[0]}`?", fix=fix)


RULE = Rule(
    code="RN307",
    name="undeclared-argument",
    summary="`args.file` where the schema declares `path`: no caller can know of that argument.",
    why="""\
Callers fill in what the schema declares. What it does not name is missing in every call, and reading it stops the tool
("missing field"); with `get` it is the default every time. Usually an argument was renamed in one of the two places.

Where one declared argument that nothing reads has nearly the same name, the repair reads that one. It is unsafe: it may
as well be the schema that is wrong.
""",
    before="""\
pub fn NAME() { "open" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ file_name: #{ type: "string" } },
        required: ["file_name"],
    }
}
pub async fn call(args) {
    args.filename
}
""",
    after="""\
pub fn NAME() { "open" }
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ file_name: #{ type: "string" } },
        required: ["file_name"],
    }
}
pub async fn call(args) {
    args.file_name
}
""",
    kind=Kind.SCHEMA,
    fix="unsafe",
    check=check,
    words=("INPUT_SCHEMA", "param"),
)
