"""RN308: metadata that nobody gets."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import any_fix, found, lines, repaired

CALL = "pub async fn call(args) {\n    args.a\n}\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('pub fn NAME() { "x"; }\n', 'pub fn NAME() { "x" }\n'),
        (
            'pub fn INPUT_SCHEMA() {\n    #{ type: "object" };\n}\n',
            'pub fn INPUT_SCHEMA() {\n    #{ type: "object" }\n}\n',
        ),
        ('pub fn TAGS() { ["a"]; }\n', 'pub fn TAGS() { ["a"] }\n'),
    ],
)
def test_a_value_in_front_of_a_semicolon_is_given(written: str, meant: str) -> None:
    assert repaired(written + CALL) == meant + CALL


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('pub const NAME = "x";\n', 'pub fn NAME() { "x" }\n'),
        ("const INPUT_SCHEMA = #{\n    a: 1,\n}; // two\n", "pub fn INPUT_SCHEMA() { #{\n    a: 1,\n} } // two\n"),
        ('pub fn NAME(args) { "x" }\n', 'pub fn NAME() { "x" }\n'),
        (
            'pub fn name() { "x" }\npub fn description() { "y" }\n',
            'pub fn NAME() { "x" }\npub fn DESCRIPTION() { "y" }\n',
        ),
    ],
)
def test_what_changes_the_name_of_the_tool_needs_permission(written: str, meant: str) -> None:
    assert repaired(written + CALL) == written + CALL
    assert repaired(written + CALL, accept=any_fix) == meant + CALL
    assert {item.severity for item in found(written + CALL, "RN308")} == {"warning"}


@pytest.mark.parametrize(
    ("entry", "severity"),
    [
        ("pub fn execute(input) { input.a }", "error"),
        ("pub async fn Call(args) { args.a }", "warning"),
        ("pub async fn run(args) { args.a }", "warning"),
    ],
)
def test_the_one_function_that_may_be_the_entry_is_told(entry: str, severity: str) -> None:
    text = f'pub fn NAME() {{ "x" }}\n{entry}\n'
    [finding] = found(text, "RN308")
    assert (lines(text, "RN308"), finding.severity) == ([2], severity)
    assert "fn call(" in repaired(text, accept=any_fix)


@pytest.mark.parametrize(
    "source",
    [
        'pub fn NAME() { "x" }\n' + CALL,
        'const NAME = "x";\npub fn DESCRIPTION() { NAME }\n' + "pub async fn run(args) { args.a }\n",
        'fn name() { "x" }\npub fn description() { "y" }\n' + CALL,
        "pub fn name(x) { x }\npub fn version() { 1 }\n" + CALL,
        'pub fn name() { "x" }\npub fn description() { name() }\n' + CALL,
        'pub fn NAME() { let x = "x"; x }\n' + CALL,
        'pub fn NAME() { return "x"; }\n' + CALL,
        'const VERSION = "1.0";\npub fn call(args) { VERSION }\n',
        'pub const VERSION = "1.0";\npub const TAGS = ["a"];\n' + CALL,
        '#[tool]\npub fn a(args) { args.a }\npub fn NAME() { "x" }\n',
        'pub fn NAME() { "x" }\npub async fn a(args) { args.a }\npub async fn b(args) { args.a }\n',
    ],
)
def test_what_is_found_by_a_host_or_describes_the_file_is_right(source: str) -> None:
    assert found(source, "RN308") == []
