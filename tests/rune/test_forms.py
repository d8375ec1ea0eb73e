"""The forms of legacy tools, one by one, beyond what the corpus has of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import FileKind
from crucible_tools.rune.report import FailedTool
from tests.rune.support import read

SCHEMA = 'pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ a: #{ type: "string" } } } }\n'


async def failure(engine: ScriptEngine, folder: Path, text: str, path: str = "tool.rn") -> FailedTool:
    report = await read(engine, folder, text, path)
    assert report.tools == ()
    [failed] = report.failed
    return failed


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


# Headers and scripts


async def test_a_header_names_entry_and_types(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """//! @version 3
//! Adds numbers.
//! More words.
//! @entry add
//! @tags a, b
//! @param x integer First
//! @param y [number]
/// Ignored
pub fn add(x, y, z) { x }
pub fn main(a) { a }
"""
    report = await read(engine, tmp_path, text, "sum.rn")
    [tool] = report.tools
    assert (tool.name, tool.entry, tool.version, tool.tags) == ("sum", "add", "3", ("a", "b"))
    assert (tool.description, tool.positional) == ("Adds numbers.", ("x", "y", "z"))
    assert tool.input_schema["properties"] == {
        "x": {"type": "integer", "description": "First"},
        "y": {"type": "array", "items": {"type": "number"}},
        "z": {"type": "string"},
    }
    assert tool.input_schema["required"] == ["x", "y", "z"]


async def test_a_script_is_described_by_its_function_or_else_its_header(engine: ScriptEngine, tmp_path: Path) -> None:
    [tool] = (await read(engine, tmp_path, "//! Head\n\n/// Tail\npub fn main() { 1 }")).tools
    assert (tool.form, tool.description, tool.positional) == ("script", "Tail", ())
    [tool] = (await read(engine, tmp_path, "//! Head\n\npub fn main(args) { args.x }")).tools
    assert (tool.description, tool.calling, tool.input_schema["required"]) == ("Head", "object", ["x"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("//! @entry gone\npub fn other(x) { 1 }", "no-entry"),
        ("//! @entry hidden\nfn hidden(x) { 1 }", "RN029"),
        ("//! @param q string\n\npub fn main(x) { 1 }", "parameters"),
        ("pub fn main((a, b)) { 1 }", "parameters"),
    ],
)
async def test_a_header_that_does_not_fit_its_function_is_a_failure(
    engine: ScriptEngine, tmp_path: Path, text: str, code: str
) -> None:
    failed = await failure(engine, tmp_path, text)
    assert (failed.name, failed.reason.code) == ("tool", code)


# Hooks and plugins


async def test_hooks_are_listed_and_are_no_tools(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        #[hook(event = "tool:before", desc = "Watches")]
        #[hook(event = "custom:x", pattern = "a*", priority = -5, enabled = false)]
        pub async fn watch(args) { args }
    """
    report = await read(engine, tmp_path, text)
    assert (report.kind, report.tools) == (FileKind.HOOK, ())
    first, second = report.hooks
    assert (first.event, first.pattern, first.priority, first.enabled) == ("tool:before", "*", 100, True)
    assert (first.description, second.priority, second.enabled) == ("Watches", -5, False)


@pytest.mark.parametrize(
    "mark", ['hook(pattern = "*")', 'hook(event = "e", priority = "high")', 'hook(event = "e", enabled = 1)']
)
async def test_a_hook_that_says_too_little_or_nonsense_has_a_reason(
    engine: ScriptEngine, tmp_path: Path, mark: str
) -> None:
    report = await read(engine, tmp_path, f"#[{mark}]\npub fn h(ctx, event) {{ event }}")
    assert report.kind is FileKind.HOOK
    assert [(reason.code, reason.severity) for reason in report.reasons] == [("hook", "error")]


async def test_a_manifest_may_name_several_hooks_and_is_checked(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        pub mod m { /// Does
            pub fn deep(ctx, event) { event } }
        fn private(ctx, event) { event }
        pub fn init() { #{ hooks: [
            #{ event: "a", handler: "m::deep", priority: 3 },
            #{ event: "b", handler: "private" }, #{ event: "c" }, 5, #{ event: "d", handler: "m::deep", pattern: 7 },
        ] } }
    """
    report = await read(engine, tmp_path, text)
    [hook] = report.hooks
    assert (hook.function, hook.event, hook.priority, hook.description) == ("m::deep", "a", 3, "Does")
    assert [reason.message.split(" ")[1] for reason in report.reasons] == ["2", "3", "4", "5"]


async def test_an_init_that_stops_is_a_reason(engine: ScriptEngine, tmp_path: Path) -> None:
    report = await read(engine, tmp_path, "pub fn init() { let hooks = 1 / 0; hooks }")
    assert (report.kind, report.hooks) == (FileKind.HOOK, ())
    assert [reason.code for reason in report.reasons] == ["RN304"]


async def test_any_other_init_is_nobody_s_business(engine: ScriptEngine, tmp_path: Path) -> None:
    report = await read(engine, tmp_path, "pub fn init() { 5 }\npub fn call(args) { 1 }")
    assert (report.kind, report.reasons) == (FileKind.TOOL, ())


@pytest.mark.parametrize(
    ("path", "text", "forms"),
    [
        ("a.rn", "pub fn handle(ctx, event) { event }", ("handle",)),
        ("handlers/a.rn", "pub fn handle(a, b) { b }", ("handle",)),
        ("a.rn", "pub fn handle(a, b) { b }", ("library",)),
        ("a.rn", "pub fn on_recipe_discovered(recipe) { recipe }", ("event",)),
        ("a.rn", "pub async fn on_top(args) { args.x }", ("function",)),
        ("events/on_top/a.rn", "pub async fn on_on_top(args) { args.x }", ("event",)),
        ("a.rn", "pub fn on_(x) { 1 }", ("library",)),
        ("a.rn", "fn on_x(x) { 1 }", ("library",)),
    ],
)
async def test_names_make_hooks_where_they_are_meant_to(
    engine: ScriptEngine, tmp_path: Path, path: str, text: str, forms: tuple[str, ...]
) -> None:
    assert (await read(engine, tmp_path, text, path)).forms == forms


async def test_a_plugin_is_read_without_being_run(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        struct P { x }
        impl P { fn tools(self) { [] } fn dispatch(self, name, args) { 1 } fn on_watch(self, change) { 1 } }
        /// Makes it
        #[plugin(deps = ["make"], watch = "Makefile")]
        pub fn create() { panic!("must not run") }
    """
    report = await read(engine, tmp_path, text, "make_it.rn")
    assert (report.kind, report.reasons) == (FileKind.PLUGIN, ())
    assert report.plugin is not None
    assert report.plugin.to_json() == {
        "name": "make_it",
        "create": "create",
        "watch": ["Makefile"],
        "deps": ["make"],
        "description": "Makes it",
        "watches": True,
    }


async def test_a_plugin_that_can_not_work_says_why(engine: ScriptEngine, tmp_path: Path) -> None:
    text = "#[plugin]\nfn create(x) { x }\n#[plugin]\npub fn again() { 1 }"
    report = await read(engine, tmp_path, text)
    assert [reason.severity for reason in report.reasons] == ["error", "error", "warning", "warning"]


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
