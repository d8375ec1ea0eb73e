"""RN207: arguments of host functions of the wrong type."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import any_fix, found, repaired


def source(body: str) -> str:
    return f"pub async fn call(args) {{\n    {body}\n}}\n"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("fs::write_file(args.p, #{ a: 1 })?", "takes a text as `text`, and gets an object"),
        ("crucible::json_parse([1]).await?", "takes a text as `text`, and gets a list"),
        ("crucible::math_abs(1.5).await?", "takes a whole number as `integer`, and gets"),
        ('crucible::math_round("1").await?', "takes a number as `float`, and gets a text"),
        ("crucible::string_trim(5).await?", "takes a text as `text`, and gets a whole number"),
        ('shell::exec("git", ["a"], [])?', "takes an object as `options`, and gets a list"),
    ],
)
def test_it_says_what_is_taken_and_what_is_given(call: str, said: str) -> None:
    (finding,) = found(source(call), "RN207")
    assert said in finding.message


def test_one_argument_of_a_program_becomes_a_list() -> None:
    written = source('shell::exec("git", "status", #{})?.stdout')
    assert repaired(written) == source('shell::exec("git", ["status"], #{})?.stdout')
    several = source('shell::exec("git", "log -n 5", #{})?.stdout')
    assert repaired(several) == several
    assert repaired(several, accept=any_fix) == source('shell::exec("git", ["log -n 5"], #{})?.stdout')


@pytest.mark.parametrize(
    "call",
    [
        "crucible::log_info(5)",
        "crucible::log_info(#{ a: 1 })",
        "crucible::math_round(3).await?",
        "json::to_string(5)?",
        "fs::write_file(args.p, args.t)?",
        'fs::write_file(`${args.p}`, format!("{}", 1))?',
        'oq::query(#{ a: 1 }, ".a")?',
        'shell::exec("git", args.list, #{})?',
    ],
)
def test_what_the_host_takes_is_not_found(call: str) -> None:
    assert found(source(call), "RN207") == []
