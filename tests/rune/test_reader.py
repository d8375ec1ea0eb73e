"""What a file is: kinds, refusals, limits, and that nothing in a file makes reading raise."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import FileKind, SecurityLevel, StopReason
from crucible_tools.rune.discovery import DiscoveredFile, FileProblem
from crucible_tools.rune.inspection import Evaluation, Inspection
from crucible_tools.rune.reader import read_file, read_text
from crucible_tools.rune.source import Source
from tests.rune.support import TOOLS, read

DIRECT = 'pub fn NAME() { "big_table" }\npub fn call(args) { 1 }\n'


@pytest.fixture
def locked_file() -> Iterator[Path]:
    """A tool that only its owner's modes would let be read, and a user whom they bind."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    file = folder / "locked.rn"
    file.write_text(DIRECT)
    file.chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield file
    if root:
        os.seteuid(0)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", FileKind.LIBRARY),
        ("  \n// only words /* here */\n/* and\n\n// here */\n//", FileKind.LIBRARY),
        ("pub fn helper(a) { a }", FileKind.LIBRARY),
        ("fn helper(a: i64) { a }", FileKind.LIBRARY),
        ("const A = 1;", FileKind.LIBRARY),
        ("let a = 1;", FileKind.INVALID),
        ("uniform vec4 color;\nvoid main() { gl_FragColor = color; }", FileKind.NOT_RUNE),
        ("def f(x):\n    return x\n", FileKind.NOT_RUNE),
        ("def call(args):\n    return args\n", FileKind.INVALID),
        ("export async function call(args) {\n}\n", FileKind.INVALID),
        ("#!/bin/sh\necho hello\n", FileKind.NOT_RUNE),
        ("<html></html>", FileKind.NOT_RUNE),
        ('{ "json": true }', FileKind.NOT_RUNE),
        ("use std::fs;\nfn main() { let s: Box<dyn Fn()> = f; }", FileKind.NOT_RUNE),
        ("pub trait T { fn f(&self); }\nimpl T for S { fn f(&self) {} }", FileKind.NOT_RUNE),
        ("fn longest<'a>(x: &'a str) -> &'a str { x }", FileKind.NOT_RUNE),
        ('#[tool(desc: "d")]\npub fn f(a: Box<str>) { a }', FileKind.TOOL),
        ("pub fn handle(ctx: Context, event) { event }", FileKind.HOOK),
        ("// it's a lifetime 'a\nfn f(c: char) { c == 'a' }", FileKind.LIBRARY),
        ("mod x;\npub fn helper(a) { a }", FileKind.LIBRARY),
        ("pub fn call(args) {", FileKind.TOOL),
    ],
)
async def test_each_file_has_a_kind(engine: ScriptEngine, tmp_path: Path, text: str, kind: FileKind) -> None:
    report = await read(engine, tmp_path, text)
    assert report.kind is kind, report.reasons
    assert report.compiles or report.reasons


async def test_a_file_without_tools_has_nothing_to_be_said_about_it(engine: ScriptEngine, tmp_path: Path) -> None:
    for text in ["", "// a comment\n", "pub fn helper(a) { a }"]:
        report = await read(engine, tmp_path, text)
        assert (report.reasons, report.failed, report.tools) == ((), (), ())


async def test_a_source_above_the_limit_is_refused_with_both_figures(engine: ScriptEngine, tmp_path: Path) -> None:
    text = "// filler\n" * 157_300 + DIRECT
    report = await read(engine, tmp_path, text, "big_table.rn")
    assert (report.kind, report.compiles) == (FileKind.INVALID, False)
    [failed] = report.failed
    assert (failed.name, failed.reason.code) == ("big_table", "too-large")
    assert f"{len(text):,}" in failed.reason.message
    assert "1,048,576" in failed.reason.message
    assert (await read(engine, tmp_path, DIRECT, max_source_bytes=10)).failed[0].reason.code == "too-large"


async def test_a_file_that_was_not_to_be_read_is_named(engine: ScriptEngine, tmp_path: Path) -> None:
    file = DiscoveredFile(tmp_path / "a.rn", tmp_path, "a.rn", 11, FileProblem.TOO_LARGE, "is too large")
    report = await read_file(file, engine)
    assert report.kind is FileKind.UNREADABLE
    assert [(reason.code, reason.message) for reason in report.reasons] == [("too-large", "a.rn is too large")]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes bind nobody here")
async def test_a_file_that_may_not_be_read_is_reported(engine: ScriptEngine, locked_file: Path) -> None:
    report = await read_file(DiscoveredFile(locked_file, locked_file.parent, "locked.rn"), engine)
    assert report.kind is FileKind.UNREADABLE
    assert report.reasons[0].code == "unreadable"
    assert report.reasons[0].message.startswith("locked.rn is not readable: ")


async def test_a_tool_in_an_unknown_encoding_is_still_a_tool_that_was_meant(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    (tmp_path / "a.rn").write_bytes(b'// \xe4\npub fn NAME() { "named" }\npub fn call(args) { 1 }')
    report = await read_file(DiscoveredFile(tmp_path / "a.rn", tmp_path, "a.rn"), engine)
    assert report.kind is FileKind.UNREADABLE
    assert [(tool.name, tool.reason.code) for tool in report.failed] == [("named", "RN901")]


async def test_a_mark_and_line_ends_of_windows_are_no_finding(engine: ScriptEngine) -> None:
    report = await read_file(DiscoveredFile(TOOLS / "notes/agenda.rn", TOOLS, "notes/agenda.rn"), engine)
    assert report.reasons == ()
    assert report.source is not None
    assert (report.source.bom, report.source.line_ends) == (True, "\r\n")
    assert report.source.text.startswith("// Meeting")


@pytest.mark.parametrize(
    ("text", "functions", "capabilities", "level"),
    [
        ("crucible::log_info(1)", ["crucible::log_info"], ["basic"], SecurityLevel.SAFE),
        ("crucible::http::http_get(1)", ["crucible::http_get"], ["http"], SecurityLevel.PRODUCTION),
        ("crucible::json::from_string(1)", ["json::from_string"], ["json"], SecurityLevel.PRODUCTION),
        ("fs::exists(1)", ["fs::exists"], ["file"], SecurityLevel.DEVELOPMENT),
        ("db::query(1, 2)", ["db::query"], ["db"], SecurityLevel.DEVELOPMENT),
        ("use fs::*; exists(1); helper(1)", ["fs::exists"], ["file"], SecurityLevel.DEVELOPMENT),
        ("[1].iter().map(regex::find)", ["regex::find"], ["basic"], SecurityLevel.SAFE),
        ("1", [], [], SecurityLevel.SAFE),
    ],
)
async def test_host_functions_say_what_a_file_needs(
    engine: ScriptEngine,
    tmp_path: Path,
    text: str,
    functions: list[str],
    capabilities: list[str],
    level: SecurityLevel,
) -> None:
    report = await read(engine, tmp_path, f"fn helper(a) {{ a }} pub fn call(args) {{ {text} }}")
    assert (list(report.host_functions), list(report.capabilities)) == (functions, capabilities)
    assert report.lowest_level is level
    assert all(tool.capabilities == tuple(capabilities) for tool in report.tools)


async def test_modules_of_an_application_are_what_it_registered(engine: ScriptEngine, tmp_path: Path) -> None:
    text = "pub fn call(args) { mine::look(1); graph::walk(2) }"
    report = await read(engine, tmp_path, text, capability_of=lambda name: "mine" if name == "mine::look" else None)
    assert (report.host_functions, report.capabilities) == (("graph::walk", "mine::look"), ("graph", "mine"))
    report = await read(engine, tmp_path, text)
    assert report.unknown_functions == ("mine::look",)
    assert [reason.code for reason in report.failed[0].reasons] == ["RN201"]


async def test_one_missing_semicolon_is_told_by_the_compiler(engine: ScriptEngine, tmp_path: Path) -> None:
    report = await read(engine, tmp_path, "pub fn call(args) {\n    let a = 1\n    a\n}")
    [failed] = report.failed
    assert failed.reason.code == "compile"
    assert failed.reason.location is not None
    assert failed.reason.location.line == 3
    assert str(failed.reason).endswith("(tool.rn:3:5)")


@pytest.mark.parametrize(
    "body",
    ["(" * 100_000, "[" * 50_000 + "]" * 50_000, "{" * 20_000 + "}" * 20_000, "|a| " * 100_000, "-" * 300_000 + "1"],
    ids=["parentheses", "lists", "blocks", "closures", "signs"],
)
async def test_a_source_that_breaks_the_compiler_is_a_failure_like_any_other(
    engine: ScriptEngine, tmp_path: Path, body: str
) -> None:
    report = await read(engine, tmp_path, f"pub fn call(args) {{ {body} }}")
    assert report.tools == ()
    assert report.reasons
    assert [tool.name for tool in report.failed] == ["tool"]


async def test_a_source_of_very_many_functions_is_not_taken_for_less(engine: ScriptEngine, tmp_path: Path) -> None:
    report = await read(engine, tmp_path, "pub fn call(args) { 1 }\n" + "fn f(a) { a.x }\n" * 15_000)
    assert (report.compiles, report.tools) == (False, ())
    assert [reason.code for reason in report.reasons] == ["stopped", "too-large"]
    assert report.reasons[0].message == "compiling it was stopped: out_of_memory: the memory limit was reached"


async def test_what_reading_is_stopped_by_is_the_reason(tmp_path: Path) -> None:
    # What the sandbox says of 100,000 `//!` lines: they compile, and their syntax tree does not fit into memory.
    error = {"message": "Failed to allocate 15728640 bytes of memory", "line": 1, "column": 1, "length": 0}
    facts: dict[str, object] = {"parsed": False, "lexed": True, "error": error, "header": ["x"]}
    file = DiscoveredFile(tmp_path / "sub" / "a.rn", tmp_path, "sub/a.rn")
    report = await read_text(file, Source("//! x\nlet x = 1;", "", 0, False, "\n"), BrokenInspector(facts))
    assert (report.kind, report.compiles) == (FileKind.INVALID, False)
    [failed] = report.failed
    assert (failed.name, failed.reason.code) == ("a", "stopped")
    assert failed.reason.message == (
        "reading it was stopped: out_of_memory: Failed to allocate 15728640 bytes of memory"
    )
    assert report.reasons == (failed.reason,)


async def test_what_compiling_is_stopped_by_is_the_reason_before_what_is_left_out(tmp_path: Path) -> None:
    facts: dict[str, object] = {"parsed": True, "truncated": True, "header": []}
    file = DiscoveredFile(tmp_path / "a.rn", tmp_path, "a.rn")
    source = Source("pub async fn f(args) { args.x }", "", 0, False, "\n")
    inspector = BrokenInspector(facts, stopped="out_of_memory: the memory limit was reached")
    report = await read_text(file, source, inspector)
    assert report.kind is FileKind.INVALID
    assert [(tool.name, tool.reason.code) for tool in report.failed] == [("a", "stopped")]
    assert report.reasons[0].message == "compiling it was stopped: out_of_memory: the memory limit was reached"
    report = await read_text(file, source, BrokenInspector(facts))
    assert [(tool.name, tool.reason.code) for tool in report.failed] == [("a", "too-large")]
    assert "20,000" in report.reasons[0].message


async def test_helpers_of_a_source_that_is_read_in_part_make_no_library(tmp_path: Path) -> None:
    helper = {"name": "h", "public": False, "async": False, "instance": False, "params": [], "attributes": []}
    helper |= {"line": 1, "column": 1, "reads": [], "passes": [], "module": [], "impl": None, "docs": [], "whole": []}
    facts: dict[str, object] = {"parsed": True, "truncated": True, "functions": [helper]}
    file = DiscoveredFile(tmp_path / "a.rn", tmp_path, "a.rn")
    report = await read_text(file, Source("fn h() {}", "", 0, False, "\n"), BrokenInspector(facts))
    assert (report.kind, [tool.name for tool in report.failed]) == (FileKind.INVALID, ["a"])


@pytest.mark.parametrize("text", ["\n", '"\\', "pub\n", "< ", "/*", "impl ", "fn\n", "<\n"], ids=repr)
async def test_a_large_text_of_one_kind_is_classified_in_one_walk(
    engine: ScriptEngine, tmp_path: Path, text: str
) -> None:
    report = await read(engine, tmp_path, text * (2**20 // len(text)))
    assert report.kind in (FileKind.INVALID, FileKind.NOT_RUNE, FileKind.LIBRARY)
    assert report.tools == ()


class BrokenInspector:
    """A sandbox that was taken over: it says whatever it likes."""

    def __init__(self, facts: object, stopped: str | None = None) -> None:
        self.facts = json.dumps(facts).encode()
        self.stopped = stopped
        self.closed = False

    async def inspect(self, text: str, path: str) -> Inspection:
        async def evaluate(function: str, method: str | None = None) -> Evaluation:
            return Evaluation(True, {"x": 1}, None, StopReason.FINISHED, None)

        def close() -> None:
            self.closed = True

        return Inspection((), self.facts, not self.stopped, evaluate, close, self.stopped)


@pytest.mark.parametrize(
    "facts", [{}, {"parsed": 1}, {"parsed": True, "functions": 5}, {"parsed": True, "functions": [{"name": 1}]}]
)
async def test_a_sandbox_that_lies_is_a_failure_and_is_closed(tmp_path: Path, facts: object) -> None:
    inspector = BrokenInspector(facts)
    file = DiscoveredFile(tmp_path / "a.rn", tmp_path, "a.rn")
    report = await read_text(file, Source(DIRECT, "", 0, False, "\n"), inspector)
    assert report.kind is FileKind.INVALID
    assert [(tool.name, tool.reason.code) for tool in report.failed] == [("big_table", "bad-guest-answer")]
    assert inspector.closed


CODE = (
    "pub fn ,call,(args),{,},[,],#[tool(,#[hook,)],\",`,${,args.x, NAME() ,mod a {,use crucible::,;,::,impl S,=,let ,'"
)
PIECES = st.sampled_from(
    [*CODE.split(","), ",", "\n", "//! @entry f\n", "/// d\n", "é", "\0", "\\", "<<<<<<< ", "=======\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_in_a_source_makes_reading_raise(engine: ScriptEngine, tmp_path: Path, text: str) -> None:
    report = await read(engine, tmp_path, text)
    assert report.kind in FileKind
    assert not report.tools or report.compiles
