"""RN201: host functions that exist nowhere."""

from __future__ import annotations

import pytest

from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import by_code, find
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.runtime_cases import findings, mended, source, spots
from tests.rune.rules.support import any_fix, found


@pytest.mark.parametrize(
    ("body", "spot"),
    [
        ("crucible::read_note(args.p)?", "crucible::read_note"),
        ('crucible::log_warning("x")', "crucible::log_warning"),
        ("json::to_text(args)", "json::to_text"),
        ("`${fs::slurp(args.p)}`", "fs::slurp"),
        ('args.l.iter().map(|x| regex::test("a", x)).collect::<Vec>()', "regex::test"),
        ("crucible::http::fetch(args.u).await?", "crucible::http::fetch"),
        ('log_info("x")', "log_info"),
    ],
)
def test_an_unknown_function_is_told(body: str, spot: str) -> None:
    assert spots(body, "RN201") == [spot]


@pytest.mark.parametrize(
    "body",
    [
        'crucible::log_warn("x")',
        "crucible::http::http_get(args.u).await?",
        'regex::Regex::new("a")',
        "http::Client::new()",
        "db::anything(1)",
        "graph::walk(1)",
        "own::thing(1)",
        "json::twice(1)\n}\nmod json { pub fn twice(x) { x * 2 }",
        'log_info("x")\n}\nfn log_info(x) { x',
        "let log_info = |x| x;\n    log_info(1)",
        "std::cmp::max(1, 2)",
        "Vec::new()",
        '"crucible::read_note(1)"',
    ],
)
def test_what_somebody_may_have_is_left_alone(body: str) -> None:
    assert findings(body, "RN201") == []


def test_a_name_that_use_brings_is_followed() -> None:
    body = "use crucible::read_note;\npub fn call(args) { read_note(args.p) }"
    assert [item.message for item in findings(body, "RN201")] == [
        "`crucible::read_note` was documented once and exists in no host"
    ]


def test_what_the_application_registered_is_known() -> None:
    script = Script(source("crucible::read_note(args.p)"), capability_of=lambda name: "notes")
    assert find(script, [by_code()["RN201"]]) == []


def test_a_slip_is_corrected_with_permission_only() -> None:
    body = 'crucible::log_warning("x")'
    assert mended(body, "RN201") == source(body)
    assert mended(body, "RN201", unsafe=True) == source('crucible::log_warn("x")')


def test_a_name_without_its_module_gets_it_with_permission_only() -> None:
    assert mended('log_info("x")', "RN201", unsafe=True) == source('crucible::log_info("x")')


def test_what_was_never_built_has_no_repair() -> None:
    assert [item.fix for item in findings("crucible::now()", "RN201")] == [None]


@pytest.mark.parametrize(
    ("call", "after", "safe"),
    [
        ("serde_json::from_str(args.a)", "json::from_string(args.a)", True),
        ("json::parse(args.a)", "json::from_string(args.a)", True),
        ("fs::read_file(args.a)", "fs::read_to_string(args.a)", False),
        ("time::now()", "crucible::time_now()", False),
        ("crucible::json::parse(args.a)", "json::from_string(args.a)", True),
        ("crucible::read_file(args.a)", "crucible::file_read(args.a)", True),
        ("crucible::file_append(args.a, args.b)", "fs::append_file(args.a, args.b)", False),
        ("crucible::log(args.a)", "crucible::log_info(args.a)", True),
        ("readFile(args.a)", "fs::read_to_string(args.a)", False),
        ("http_get_json(args.a)", "crucible::http_json_get(args.a)", False),
        ("crucible.log_info(args.a)", "crucible::log_info(args.a)", True),
        ("json.parse(args.a)", "json::from_string(args.a)", True),
    ],
)
def test_a_name_of_another_library_stands_for_a_function_of_a_host(call: str, after: str, safe: bool) -> None:
    text = f"pub async fn call(args) {{\n    {call}\n}}\n"
    [finding] = found(text, "RN201")
    assert finding.fix is not None
    assert finding.fix.safe is safe
    assert after in repair(text, among=[by_code()["RN201"]], accept=any_fix).text


def test_what_nobody_has_is_told_with_what_to_do_instead() -> None:
    [finding] = found('pub async fn call(args) {\n    env::var("KEY")\n}\n', "RN201")
    assert finding.fix is None
    assert "argument" in str(finding.hint)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ("sleep_ms(5)", "wait"),
        ("std::time::sleep(5)", "wait"),
        ("crucible::uuid()", "identifiers"),
        ("rand::random()", "random::number"),
        ("sha256(args.a)", "computes"),
        ("crucible::math_floor(args.a)", "methods"),
        ("crucible::string_upper(args.a)", "to_uppercase"),
        ("http::put(args.a)", "client"),
        ("getenv(args.a)", "environment"),
    ],
)
def test_what_other_libraries_have_is_told_with_what_to_do_instead(call: str, word: str) -> None:
    [finding] = found(f"pub async fn call(args) {{\n    {call}\n}}\n", "RN201")
    assert finding.fix is None
    assert word in str(finding.hint)


def test_no_function_is_offered_that_does_something_else() -> None:
    for call in ("crucible::read_all(args.a)", "env::fetch_all(args.a)", "crucible::delete_all(args.a)"):
        for finding in found(f"pub async fn call(args) {{\n    {call}\n}}\n", "RN201"):
            assert finding.choices == ()


@pytest.mark.parametrize(
    "text",
    [
        "let log = |x| x;\n    log(args.a)",
        "let fs = args.fs;\n    fs.exists(args.a)",
        "sleep(args.a)\n}\nfn sleep(x) {\n    x",
        "time(args.a)\n}\nfn time(x) {\n    x",
    ],
)
def test_names_of_the_source_itself_are_no_names_of_others(text: str) -> None:
    assert found(f"pub async fn call(args) {{\n    {text}\n}}\n", "RN201") == []
