"""The tools that a source means to declare, with what their arguments are; of sources that do not compile, too."""

from __future__ import annotations

import pytest

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.types.declared import DeclaredTool
from tests.rune.support import EXPECTED, TOOLS, within
from tests.rune.types.support import kinds

DIRECT = """\
pub fn NAME() -> String { "x".to_string() }
const MOST = 20;
pub fn INPUT_SCHEMA() {
    return {
        type: "object",
        default: null,
        "properties": #{
            limit: #{ type: "integer", default: MOST, minimum: -1 },
            files: { type: "array", items: { type: "object", properties: { path: { type: "string" } } } },
            either: #{ type: ["string", "null"] },
            mode: #{ enum: ["a", "b"] },
            rate: #{ type: "number", },
            choice: #{ anyOf: [#{ type: "integer" }, #{ type: "boolean" }] },
            free: #{ description: `anything` },
        },
        required: ["files"],
    };
}
pub async fn call(args: Object) -> Object {
    let limit = args.limit;
    let names = args.files.filter(|f| f.path.ends_with(".md"));
    TAIL
}
"""


def tools(source: str) -> list[DeclaredTool]:
    """The tools of a source."""
    return list(Script(source).types.declared.tools)


def test_the_schema_of_a_direct_tool_is_read_from_what_is_written() -> None:
    [tool] = tools(DIRECT)
    assert (tool.form, tool.calling, tool.name) == ("direct", "object", "x")
    assert tool.exact
    assert tool.schema is not None
    assert tool.schema["default"] is None
    assert tool.schema["properties"]["limit"] == {"type": "integer", "default": 20, "minimum": -1}
    assert tool.schema["required"] == ["files"]
    assert tool.place is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("args.limit", "integer"),
        ("limit", "integer"),
        ("args.files", "list<object>"),
        ("args.files[0].path", "string"),
        ("args.either", "()|string"),
        ("args.mode", "string"),
        ("args.rate", "integer|float"),
        ("args.choice", "bool|integer"),
        ("args.free", "json"),
        ("args.more", "json"),
        ("args.get(`limit`)", "Option<json>"),
        ('args.get("limit")', "Option<integer>"),
        ('args["files"]', "list<object>"),
    ],
)
def test_arguments_are_what_the_schema_says(text: str, kind: str) -> None:
    assert kinds(DIRECT.replace("TAIL", text), text) == kind


def test_the_closures_of_an_array_of_the_schema_are_given_its_items() -> None:
    assert kinds(DIRECT, "f.path") == "string"


def test_fields_that_are_required_or_have_a_default_are_certainly_there() -> None:
    source = DIRECT.replace("TAIL", "args")
    script = Script(source)
    [tool] = script.types.declared.tools
    given = script.types.declared.argument(tool.entry.params[0])
    assert given is not None
    assert given.required == {"files", "limit"}


def test_a_schema_that_is_computed_is_read_as_far_as_it_is_written_out() -> None:
    [tool] = tools("pub fn INPUT_SCHEMA() { #{ type: `object`, properties: made(1) } } pub fn call(args) { 1 }")
    assert tool.schema == {"type": "object"}
    assert not tool.exact
    [tool] = tools("pub fn INPUT_SCHEMA() { let s = #{}; s.type = 1; s } pub fn call(args) { 1 }")
    assert tool.schema is None
    assert not tool.exact


ATTRIBUTE = """\
#[tool(name = "find_notes", desc = "x")]
#[param(name = "query", type = "string", desc = "what")]
#[param(name = "limit", type = "integer", required = false, default = 5)]
#[param(name = "tags", type = [string], required = false)]
pub async fn find(SIGNATURE) { BODY }
"""


@pytest.mark.parametrize(
    ("signature", "body", "kind"),
    [
        ("args", "args.query", "string"),
        ("args", "args.limit", "integer"),
        ("args", "args.tags", "list<string>"),
        ("query, limit, tags", "query", "string"),
        ("query, limit, tags", "limit", "integer"),
        ("query, limit, tags", "tags", "()|list<string>"),
    ],
)
def test_attributes_describe_the_fields_or_the_parameters(signature: str, body: str, kind: str) -> None:
    source = ATTRIBUTE.replace("SIGNATURE", signature).replace("BODY", body)
    assert kinds(source, body) == kind
    [tool] = tools(source)
    assert tool.name == "find_notes"
    assert tool.calling == ("object" if signature == "args" else "position")
    assert tool.schema is not None
    assert tool.schema["required"] == ["query"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("title", "string"), ("folder", "()|string"), ("tags", "list<string>"), ("most", "()|integer|float")],
)
def test_types_in_the_signature_of_a_tool_count(name: str, kind: str) -> None:
    signature = "title: string, folder?: string, tags: [string], most?: number"
    assert kinds(f"#[tool(desc: `x`)]\npub async fn make({signature}) {{ {name} }}", name) == kind


def test_functions_that_take_args_are_tools_where_no_other_form_claims_them() -> None:
    found = tools(
        "pub async fn find(args) { 1 } pub fn quick(args) { 1 } fn own(args) { 1 }\n"
        "pub mod notes { pub async fn list(args) { 1 } pub fn other(a, b) { 1 } }\n"
        "#[test] pub fn check(args) { 1 } #[hook(event = `x`)] pub fn hooked(args) { 1 }"
    )
    assert [tool.form for tool in found] == ["function", "module"]


def test_a_script_takes_its_arguments_by_position() -> None:
    [tool] = tools("pub fn main(name, count: i64) { name }")
    assert (tool.form, tool.calling) == ("script", "position")
    assert kinds("pub fn main(name, count: i64) { count }", "count") == "integer"
    assert kinds("pub fn main(args) { args.a }", "args.a") == "json"


def test_what_a_hook_is_given_came_from_outside_and_its_context_did_not() -> None:
    source = "#[hook(event = `note`)]\npub fn on(ctx, event) { ctx.set(1); event.payload.links }"
    assert kinds(source, "event.payload.links") == "json"
    assert kinds(source, "ctx.set(1)") == "any"


@pytest.mark.parametrize(
    "source",
    [
        "#[hook(event = `x`)]\npub fn seen(ctx, event) { ctx.get(`n`) }",
        "#[handler(event = `x`)]\npub fn seen(state, event) { state.get(`n`) }",
        "pub fn handle(context, event) { context.get(`n`) }",
        "pub fn init() { #{ hooks: [#{ event: `x`, handler: `seen` }] } }\npub fn seen(c, e) { c.get(`n`) }",
    ],
)
def test_what_the_context_of_a_hook_keeps_may_be_missing(source: str) -> None:
    text = source.rsplit("{", 1)[1].strip(" }")
    assert kinds(source, text) == "Option"


@pytest.mark.parametrize(
    "source",
    [
        "pub fn handle(store, event) { store.get(`n`) }",
        "fn handle(ctx, event) { ctx.get(`n`) }",
        "pub fn other(ctx, event) { ctx.get(`n`) }",
        "impl Plugin { pub fn handle(ctx, event) { ctx.get(`n`) } }",
    ],
)
def test_what_is_no_hook_has_no_context(source: str) -> None:
    text = source.rsplit("{", 1)[1].strip(" }")
    assert kinds(source, text) == "any"


def test_the_tools_of_the_corpus_are_found_with_their_schemas() -> None:
    found = wanted = schemas = 0
    for entry in EXPECTED["files"]:
        path = entry["path"]
        try:
            text = (TOOLS / path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        script = Script(text)
        declared = script.types.declared
        names = {script.word(one.entry.name or 0) for one in declared.tools}
        for tool in entry.get("tools", ()):
            wanted += 1
            last = tool["entry"].rpartition("::")[2]
            if last in names:
                found += 1
            made = next((one for one in declared.tools if one.form == "direct" and one.exact and one.schema), None)
            if made is not None and tool.get("input_schema") and tool["entry"] == "call":
                given = (made.schema or {}).get("properties", {})
                assert within(tool["input_schema"].get("properties", {}), given), path
                schemas += 1
    assert found >= wanted * 0.9
    assert schemas > 10
