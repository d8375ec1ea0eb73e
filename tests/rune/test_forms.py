"""The forms of legacy tools, one by one, beyond what the corpus has of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import FileKind
from tests.rune.support import failure, read

SCHEMA = 'pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ a: #{ type: "string" } } } }\n'


# Direct


async def test_a_direct_tool_without_a_name_is_called_as_its_file(engine: ScriptEngine, tmp_path: Path) -> None:
    report = await read(engine, tmp_path, SCHEMA + "/// Does it.\npub fn call(args) { args.a }", "sub/do_it.rn")
    [tool] = report.tools
    assert (tool.name, tool.description, tool.version, tool.category) == ("do_it", "Does it.", "1.0.0", "general")
    assert (tool.form, tool.entry, tool.calling) == ("direct", "call", "object")


async def test_metadata_may_be_computed_and_asynchronous(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        const NAMES = ["a", "b"];
        pub async fn NAME() { `${NAMES[0]}.${NAMES[1]}` }
        pub fn TAGS() { "x, y" }
        pub fn AUTHOR() { () }
        pub fn OUTPUT_SCHEMA() { #{ type: "integer" } }
        pub fn call(args) { args.get("n").unwrap_or(1) }
    """
    [tool] = (await read(engine, tmp_path, text)).tools
    assert (tool.name, tool.tags, tool.author, tool.output_schema) == ("a.b", ("x", "y"), None, {"type": "integer"})
    assert tool.input_schema["properties"] == {"n": {"type": "integer", "default": 1}}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ('NAME() { panic!("no name") }', "NAME() stopped: "),
        ("NAME() { 5 }", "NAME() gave a number, not a text"),
        ("DESCRIPTION() { () }", "DESCRIPTION() gave nothing, not a text"),
        ("INPUT_SCHEMA() { [1] }", "INPUT_SCHEMA() gave a list, not a JSON Schema object"),
        ("TAGS() { [1] }", "TAGS() gave a list, not a list of texts"),
        ('VERSION() { Err("none") }', "VERSION() stopped: "),
        ("CATEGORY() { loop {} }", "CATEGORY() stopped: "),
        ("AUTHOR() { AUTHOR() }", "AUTHOR() stopped: "),
        ("DESCRIPTION() { 0.0 / 0.0 }", "DESCRIPTION() stopped: "),
        ('NAME() { fs::read_to_string("/etc/passwd").unwrap() }', "NAME() stopped: "),
    ],
)
async def test_a_metadata_function_that_fails_fails_its_tool(
    engine: ScriptEngine, tmp_path: Path, function: str, says: str
) -> None:
    failed = await failure(engine, tmp_path, f"// one\npub fn {function}\npub fn call(args) {{ 1 }}")
    assert failed.reason.code == "RN304"
    assert failed.reason.message.startswith(says)
    assert failed.reason.location is not None
    assert failed.reason.location.line == 2


async def test_a_failing_function_does_not_hide_what_the_others_say(engine: ScriptEngine, tmp_path: Path) -> None:
    text = (
        'pub fn DESCRIPTION() { panic!("x") }\npub fn VERSION() { 2 }\npub fn NAME() { "n" }\npub fn call(args) { 1 }'
    )
    failed = await failure(engine, tmp_path, text)
    assert failed.name == "n"
    assert [reason.message.split("(")[0] for reason in failed.reasons] == ["DESCRIPTION", "VERSION"]


@pytest.mark.parametrize("name", ["", "a b", "ä", "a/b", "x" * 129, "a\n"])
async def test_a_name_that_no_tool_may_have_is_refused(engine: ScriptEngine, tmp_path: Path, name: str) -> None:
    escaped = name.replace("\n", "\\n")
    failed = await failure(engine, tmp_path, f'pub fn NAME() {{ "{escaped}" }} pub fn call(args) {{ 1 }}')
    assert (failed.name, failed.reason.code) == ("tool", "name")


async def test_metadata_without_an_entry_is_a_tool_that_lost_it(engine: ScriptEngine, tmp_path: Path) -> None:
    failed = await failure(engine, tmp_path, 'pub fn NAME() { "lost" }')
    assert (failed.name, failed.reason.code) == ("lost", "no-entry")
    failed = await failure(engine, tmp_path, 'pub fn NAME() { "lost" }\nfn call(args) { 1 }')
    assert failed.reason.code == "RN029"


async def test_a_direct_tool_may_take_its_arguments_by_position(engine: ScriptEngine, tmp_path: Path) -> None:
    text = 'pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ a: #{}, b: #{} } } }\n'
    [tool] = (await read(engine, tmp_path, text + "pub fn call(a, b) { a + b }")).tools
    assert (tool.calling, tool.positional) == ("positional", ("a", "b"))
    [tool] = (await read(engine, tmp_path, SCHEMA + "pub fn call(a) { a.len() }")).tools
    assert (tool.calling, tool.positional) == ("positional", ("a",))
    failed = await failure(engine, tmp_path, text + "pub fn call(a, c) { a + c }")
    assert "'c'" in failed.reason.message


@pytest.mark.parametrize(("required", "severity"), [('["a"]', "error"), ("[]", "warning")])
async def test_a_declared_argument_that_no_parameter_takes_is_told(
    engine: ScriptEngine, tmp_path: Path, required: str, severity: str
) -> None:
    schema = f"#{{ type: `object`, properties: #{{ a: #{{}}, b: #{{}} }}, required: {required} }}".replace("`", '"')
    text = f"pub fn INPUT_SCHEMA() {{ {schema} }}\npub fn call(b) {{ b + 1 }}"
    report = await read(engine, tmp_path, text)
    reasons = [*report.reasons, *(reason for tool in report.failed for reason in tool.reasons)]
    assert [(reason.severity, "'a'" in reason.message) for reason in reasons] == [(severity, True)]


async def test_a_pattern_of_an_object_takes_all_arguments(engine: ScriptEngine, tmp_path: Path) -> None:
    [tool] = (await read(engine, tmp_path, "pub async fn call(#{ a, b }) { a + b }")).tools
    assert (tool.calling, tool.input_schema["required"]) == ("object", ["a", "b"])
    assert tool.input_schema["additionalProperties"] is False
    [tool] = (await read(engine, tmp_path, "pub async fn call(#{ a, .. }) { a }")).tools
    assert (tool.calling, tool.input_schema["required"]) == ("object", ["a"])
    assert "additionalProperties" not in tool.input_schema
    failed = await failure(engine, tmp_path, "pub async fn call((a, b)) { a + b }")
    assert failed.reason.code == "parameters"


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ('#{ type: "objekt" }', "invalid-schema"),
        ('#{ properties: #{ a: #{ pattern: "(" } } }', "invalid-schema"),
        ('#{ "$ref": "https://example.org/schema" }', "hostile-schema"),
        ('#{ type: "array" }', "RN301"),
        ('#{ properties: #{ l: #{ "$ref": "#" }, r: #{ "$ref": "#" } } }', "hostile-schema"),
    ],
)
async def test_a_schema_that_can_not_be_used_fails_its_tool(
    engine: ScriptEngine, tmp_path: Path, schema: str, code: str
) -> None:
    failed = await failure(engine, tmp_path, f"pub fn INPUT_SCHEMA() {{ {schema} }} pub fn call(args) {{ 1 }}")
    assert failed.reason.code == code
    assert failed.reason.message.startswith("the input schema of tool ")


async def test_what_is_wrong_in_a_schema_is_shown_where_it_is_written(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """\
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{ a: #{ type: "string" }, b: #{ pattern: "(" } },
    }
}
pub fn call(args) { 1 }
"""
    location = (await failure(engine, tmp_path, text)).reason.location
    assert location is not None
    assert (location.line, location.column, location.length) == (4, 63, 3)


# Modules and functions


async def test_only_public_functions_of_args_in_public_modules_are_tools(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        pub mod a {
            /// One
            ///
            /// and two.
            pub fn sync(args) { 1 }
            pub mod b { pub async fn deep(args) { 1 } }
            mod c { pub fn hidden(args) { 1 } }
            fn private(args) { 1 }
            pub fn other(x) { 1 }
            pub fn two(args, x) { 1 }
            pub(crate) fn crate_only(args) { 1 }
            #[test]
            pub fn checks(args) { 1 }
        }
        pub struct S;
        impl S { pub fn method(args) { 1 } }
        pub async fn plain(args) { 1 }
        pub fn helper(args) { 1 }
    """
    report = await read(engine, tmp_path, text)
    assert [(tool.name, tool.entry, tool.form) for tool in report.tools] == [
        ("a.sync", "a::sync", "module"),
        ("a.b.deep", "a::b::deep", "module"),
        ("plain", "plain", "function"),
    ]
    assert report.tools[0].description == "One and two."
    assert report.forms == ("module", "function")


@pytest.mark.parametrize("name", ["create", "init"])
async def test_a_name_with_a_meaning_elsewhere_is_a_tool_where_no_other_form_claims_it(
    engine: ScriptEngine, tmp_path: Path, name: str
) -> None:
    [tool] = (await read(engine, tmp_path, f"pub async fn {name}(args) {{ args.x }}")).tools
    assert (tool.name, tool.entry, tool.form) == (name, name, "function")
    report = await read(engine, tmp_path, "#[plugin]\npub async fn create(args) { args.x }")
    assert (report.kind, report.tools) == (FileKind.PLUGIN, ())


async def test_a_main_beside_the_entry_of_a_header_is_no_tool(engine: ScriptEngine, tmp_path: Path) -> None:
    text = "//! @entry f\n\npub fn f(x) { x }\npub async fn main(args) { args.x }"
    assert [tool.entry for tool in (await read(engine, tmp_path, text)).tools] == ["f"]


async def test_two_tools_of_one_name_in_a_file_are_one_too_many(engine: ScriptEngine, tmp_path: Path) -> None:
    text = '#[tool(name = "x")]\npub fn a() { 1 }\n#[tool(name = "x")]\npub fn b() { 1 }'
    report = await read(engine, tmp_path, text)
    assert [tool.entry for tool in report.tools] == ["a"]
    assert [(tool.entry, tool.reason.code) for tool in report.failed] == [("b", "RN905")]


# Attributes


async def test_parameters_are_described_by_words_lists_and_values(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        #[tool("Says it", version = "2.1", category = "c", tags = ["c", "t"], author = "me")]
        #[param(name = "a", type = [string], description = "A")]
        #[param("b", type = i64, required = false, default = -3)]
        #[param(name = "c", type = "array<number>", enum = ["x"])]
        #[param(name = "d", type = "thing")]
        pub fn f(a, b, c, d, e) { 1 }
    """
    [tool] = (await read(engine, tmp_path, text)).tools
    assert (tool.description, tool.version, tool.category, tool.tags) == ("Says it", "2.1", "c", ("c", "t"))
    assert (tool.author, tool.positional) == ("me", ("a", "b", "c", "d", "e"))
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {"type": "string"}, "description": "A"},
            "b": {"type": "integer", "default": -3},
            "c": {"type": "array", "items": {"type": "number"}, "enum": ["x"]},
            "d": {"type": "object"},
            "e": {},
        },
        "required": ["a", "c", "d", "e"],
    }


async def test_the_older_attribute_is_read_where_it_is_rune(engine: ScriptEngine, tmp_path: Path) -> None:
    [tool] = (await read(engine, tmp_path, '#[tool(desc: "Old")]\npub async fn f(a) { a }')).tools
    assert (tool.description, tool.positional, tool.form) == ("Old", ("a",), "attribute")


async def test_attributes_may_describe_the_fields_of_one_object(engine: ScriptEngine, tmp_path: Path) -> None:
    text = (
        '#[tool]\n#[param(name = "x", type = "string")]\npub fn f(args) { args.x }\n#[tool]\npub fn g(args) { args.y }'
    )
    by_attribute, by_use = (await read(engine, tmp_path, text)).tools
    assert by_attribute.calling == by_use.calling == "object"
    assert by_attribute.input_schema["properties"] == {"x": {"type": "string"}}
    assert by_use.input_schema["required"] == ["y"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#[tool] fn f(a) { 1 }", "RN029"),
        ("struct S; impl S { #[tool] pub fn f(self) { 1 } }", "no-entry"),
        ("#[tool] pub fn f((a, b)) { 1 }", "parameters"),
        ('#[tool] #[param(name = "z")] pub fn f(a, b) { 1 }', "parameters"),
        ('#[tool(name = "no good")] pub fn f() { 1 }', "name"),
    ],
)
async def test_a_marked_function_that_can_not_be_a_tool_is_a_failure(
    engine: ScriptEngine, tmp_path: Path, text: str, code: str
) -> None:
    # Rune itself refuses some of these; the reason why it could be no tool anyway is there too.
    assert code in [reason.code for reason in (await failure(engine, tmp_path, text)).reasons]


async def test_a_marked_function_of_a_module_is_named_after_both(engine: ScriptEngine, tmp_path: Path) -> None:
    # Rune looks for `tool` in the module, so that this does not compile; what it means is plain.
    failed = await failure(engine, tmp_path, 'pub mod m { #[tool(desc = "d")] pub fn f(args) { args.x } }')
    assert (failed.name, failed.form, failed.entry) == ("m.f", "attribute", "m::f")
    assert failed.reason.hint == (
        "move the function to the top level of the file: Rune takes attributes on functions only there"
    )


async def test_a_default_may_be_a_list_or_an_object(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        #[tool]
        #[param(name = "a", type = object, default = #{a: [1, -2.5]})]
        #[param(name = "b", type = [string], default = [x, "y"])]
        #[param(name = "c", type = object, default = #{word: "w"})]
        #[param(name = "d", default = ())]
        #[param(name = "e", type = string, enum = [x, "y"], default = x)]
        #[param(name = "f", type = object, default = #{})]
        pub fn f(a, b, c, d, e, f) { 1 }
    """
    [tool] = (await read(engine, tmp_path, text)).tools
    properties = tool.input_schema["properties"]
    assert {name: schema["default"] for name, schema in properties.items()} == {
        "a": {"a": [1, -2.5]},
        "b": ["x", "y"],
        "c": {"word": "w"},
        "d": None,
        "e": "x",
        "f": {},
    }
    assert properties["e"]["enum"] == ["x", "y"]


@pytest.mark.parametrize("value", ["1 + 2", "now()", "99999999999999999999", "#{a: 1 + 2}", "[f(1)]"])
@pytest.mark.parametrize("what", ["default", "enum"])
@pytest.mark.parametrize("params", ["x", "args"])
async def test_a_value_that_is_no_literal_is_a_failure_and_never_null(
    engine: ScriptEngine, tmp_path: Path, what: str, value: str, params: str
) -> None:
    text = f'#[tool]\n#[param(name = "x", {what} = {value})]\npub fn f({params}) {{ 1 }}'
    failed = await failure(engine, tmp_path, text)
    assert failed.reason.code == "parameters"
    assert failed.reason.message.startswith(f"the {what} of 'x' ")
    assert failed.definition is not None
    assert failed.definition.input_schema["properties"] == {"x": {}}


# Mixed


async def test_a_file_may_mix_forms(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        pub fn NAME() { "direct" }
        pub fn call(args) { 1 }
        #[tool(desc = "d")]
        pub fn marked(a) { a }
        pub mod m { pub fn f(args) { 1 } }
        pub async fn plain(args) { 1 }
        #[hook(event = "tool:after")]
        pub async fn hooked(args) { 1 }
        pub fn main(x) { x }
    """
    report = await read(engine, tmp_path, text, "mixed.rn")
    names: dict[str, Any] = {tool.name: tool.form for tool in report.tools}
    assert names == {
        "direct": "direct",
        "marked": "attribute",
        "m.f": "module",
        "plain": "function",
        "mixed": "script",
    }
    assert [hook.function for hook in report.hooks] == ["hooked"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('// first\npub fn NAME() { "two words" }\npub fn call(args) { 1 }', 2),
        ('const N = "two words";\npub fn call(args) { 1 }\npub fn NAME() { N }', 1),
        ('pub fn call(args) { 1 }\npub fn NAME() { `two ${"words"}` }', 2),
        ('// first\n#[tool(name = "two words")]\npub fn f(args) { 1 }', 2),
    ],
)
async def test_a_refused_name_is_shown_where_it_is_given(
    engine: ScriptEngine, tmp_path: Path, text: str, line: int
) -> None:
    location = (await failure(engine, tmp_path, text)).reason.location
    assert location is not None
    assert location.line == line


async def test_a_name_that_is_used_twice_is_shown_at_the_second_place(engine: ScriptEngine, tmp_path: Path) -> None:
    text = '#[tool(name = "a")]\npub fn f(args) { 1 }\n#[tool(name = "a")]\npub fn g(args) { 1 }\n'
    [failed] = (await read(engine, tmp_path, text)).failed
    assert failed.reason.location is not None
    assert failed.reason.location.line == 3
