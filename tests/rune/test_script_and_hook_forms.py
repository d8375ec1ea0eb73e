"""Headers, scripts, hooks and plugins, one by one, beyond what the corpus has of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import FileKind
from tests.rune.support import failure, read

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
    ("text", "properties"),
    [
        ("pub async fn main(args) { r(args) }\nfn r(o) { o.x }", ["x"]),
        ("pub async fn main(args) { r(args) }\nfn r(o) { 1 }", []),
        ("pub async fn main(args) { args.len() }", []),
        ("pub fn main(args) { r(args) }\nfn r(o) { o.x }", ["x"]),
        ("//! @entry go\n\npub async fn go(args) { g(args) }\nfn g(a) { a.get(`y`) + a.z }", ["z"]),
        ("//! @param x string\n\npub async fn main(args) { args.len() }", ["x"]),
    ],
)
async def test_a_script_takes_an_object_where_args_is_one(
    engine: ScriptEngine, tmp_path: Path, text: str, properties: list[str]
) -> None:
    [tool] = (await read(engine, tmp_path, text)).tools
    assert (tool.calling, tool.input_schema["type"], tool.input_schema["required"]) == ("object", "object", properties)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pub fn main(args) { args.split(` `) }", "args"),
        ("pub fn main(args) { r(args) }\nfn r(o) { o.len() }", "args"),
        ("pub async fn main(tag) { r(tag) }\nfn r(o) { 1 }", "tag"),
        ("//! @param args string\n\npub async fn main(args) { args }", "args"),
    ],
)
async def test_any_other_parameter_of_a_script_is_a_text(
    engine: ScriptEngine, tmp_path: Path, text: str, name: str
) -> None:
    [tool] = (await read(engine, tmp_path, text)).tools
    assert (tool.calling, tool.positional) == ("positional", (name,))
    assert tool.input_schema["properties"] == {name: {"type": "string"}}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
async def test_a_header_may_stand_behind_a_line_for_the_shell(engine: ScriptEngine, tmp_path: Path, ends: str) -> None:
    lines = [
        "#!/usr/bin/env rune",
        "// A licence",
        "//! Adds.",
        "",
        "//! @entry add",
        "//! @param x integer First",
        "pub fn add(x) { x }",
        "//! @param y string",
    ]
    for count in (7, 8):
        report = await read(engine, tmp_path, ends.join(lines[:count]))
        # Rune refuses the last line; it is no part of the header.
        assert report.forms == ("header",)
        tool = report.tools[0] if count == 7 else report.failed[0].definition
        assert tool is not None
        assert (tool.entry, tool.description) == ("add", "Adds.")
        assert tool.input_schema["properties"] == {"x": {"type": "integer", "description": "First"}}


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


@pytest.mark.parametrize(("hooks", "kind"), [("", FileKind.TOOL), ("// hooks\n", FileKind.HOOK)])
async def test_an_init_that_does_not_end_leaves_the_tool_beside_it_alone(
    engine: ScriptEngine, tmp_path: Path, hooks: str, kind: FileKind
) -> None:
    text = hooks + 'pub fn init() { loop {} } pub fn NAME() { "x" } pub fn call(args) { 1 }'
    report = await read(engine, tmp_path, text)
    assert ([tool.name for tool in report.tools], report.failed, report.kind) == (["x"], (), kind)
    assert [reason.code for reason in report.reasons] == (["RN304"] if hooks else [])


async def test_the_handler_of_a_manifest_is_no_tool_of_another_form(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """
        pub fn init() { #{ hooks: [#{ event: "a", handler: "guard" }] } }
        pub async fn guard(args) { args.x }
        pub fn call(args) { 1 }
    """
    report = await read(engine, tmp_path, text)
    assert ([hook.function for hook in report.hooks], [tool.entry for tool in report.tools]) == (["guard"], ["call"])


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


async def test_a_plugin_that_stops_when_it_is_asked_for_its_tools_has_none_and_says_why(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    text = """
        struct P { x }
        impl P { fn tools(self) { [] } fn dispatch(self, name, args) { 1 } fn on_watch(self, change) { 1 } }
        /// Makes it
        #[plugin(deps = ["make"], watch = "Makefile")]
        pub fn create() { panic!("no luck") }
    """
    report = await read(engine, tmp_path, text, "make_it.rn")
    assert (report.kind, report.tools) == (FileKind.PLUGIN, ())
    assert [reason.message for reason in report.reasons] == ["tools() stopped: Panicked: no luck"]
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


# Where it is said


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("//! Runs.\n//! @entry run_it\npub fn run(a) { a }", (2, 12), "`run`"),
        ("//! Runs.\n//! @param frist string x\npub fn main(first) { first }", (2, 12), "'first'"),
        ("//! Runs.\n//! @param [first] string x\npub fn main(first) { first }", (2, 12), "'first'"),
        ('#[tool]\n#[param(name = "titel")]\npub fn f(title) { title }', (2, 1), "'title'"),
        ('#[tool]\n#[param(name = "a")]\n#[param(name = "c")]\npub fn f(a, b) { a }', (3, 1), None),
    ],
)
async def test_a_description_of_nothing_is_shown_where_it_stands(
    engine: ScriptEngine, tmp_path: Path, text: str, place: tuple[int, int], hint: str | None
) -> None:
    reason = (await failure(engine, tmp_path, text)).reason
    assert reason.location is not None
    assert (reason.location.line, reason.location.column) == place
    assert (hint in str(reason.hint)) if hint else reason.hint is None


async def test_a_wrong_hook_of_a_manifest_is_shown_where_it_stands(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """pub fn init() {
    #{ hooks: [
        #{ event: "tool:before", handler: "gaurd" },
        #{ event: "tool:after" },
    ] }
}
pub fn guard(ctx, event) { event }
"""
    reasons = (await read(engine, tmp_path, text)).reasons
    assert [reason.location.line if reason.location else 0 for reason in reasons] == [3, 4]
    assert "did you mean `guard`" in reasons[0].message


@pytest.mark.parametrize("event", ["tool:befor", "tool_before", "Tool.After", "note:create"])
async def test_an_event_that_is_nearly_a_known_one_is_told(engine: ScriptEngine, tmp_path: Path, event: str) -> None:
    report = await read(engine, tmp_path, f'#[hook(event = "{event}")]\npub fn f(ctx, event) {{ event }}')
    assert [reason.severity for reason in report.reasons] == ["warning"]


@pytest.mark.parametrize("event", ["tool:before", "mcp:detached", "file:created", "recipe:discovered", "custom"])
async def test_an_event_of_its_own_is_none_of_the_known_ones(engine: ScriptEngine, tmp_path: Path, event: str) -> None:
    report = await read(engine, tmp_path, f'#[hook(event = "{event}")]\npub fn f(ctx, event) {{ event }}')
    assert report.reasons == ()


async def test_a_plugin_with_tools_and_no_way_to_call_them_is_wrong(engine: ScriptEngine, tmp_path: Path) -> None:
    text = """struct P {}
impl P { fn tools(self) { [#{ name: "p.a" }] } }
#[plugin(name = "p")]
pub fn create() { P {} }
"""
    reasons = (await read(engine, tmp_path, text)).reasons
    assert [(reason.severity, "`dispatch`" in reason.message) for reason in reasons] == [("error", True)]


# What is nearly a declaration


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("//! Runs.\n//! @entrypoint run\npub fn run(a) { a }", 2, "@entry"),
        ("//! Runs.\n//! @parameter a string\npub fn main(a) { a }", 2, "@param"),
        ("// Runs.\n// @entry run\n\npub fn run(a) { a }", 2, "//!"),
        ("mod notes {\n    /// Lists\n    pub async fn list(args) { args.a }\n}", 1, "pub"),
    ],
)
async def test_what_is_nearly_a_declaration_is_told(
    engine: ScriptEngine, tmp_path: Path, text: str, line: int, hint: str
) -> None:
    [reason] = (await read(engine, tmp_path, text)).reasons
    assert reason.location is not None
    assert (reason.severity, reason.location.line) == ("warning", line)
    assert hint in str(reason.hint)


@pytest.mark.parametrize(
    "text",
    [
        "//! Runs.\n//! @see other\n//! @returns text\npub fn main(a) { a }",
        "// @param a string\npub async fn call(args) { args.a }",
        "pub fn helper(x) { x }\n// @param y number\npub fn other(y) { y }",
        "mod notes { pub fn list(args) { args.a } fn own(args) { args.a } }\npub fn f(x) { notes::list(x) }",
        "mod notes { pub async fn list(args) { args.a } }\npub async fn all(args) { notes::list(args).await }",
    ],
)
async def test_other_comments_and_modules_are_what_they_are(engine: ScriptEngine, tmp_path: Path, text: str) -> None:
    assert (await read(engine, tmp_path, text)).reasons == ()
