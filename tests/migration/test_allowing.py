"""The policy that a plan proposes: pasted as it is, it lets the tool be migrated, and do what its source says."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from crucible_tools import Policy, SecurityLevel
from crucible_tools.migration.allowing import policy_snippet
from crucible_tools.model.policy import ALL
from crucible_tools.operations.policy_table import policy_from_table
from tests.cli.conftest import Crucible, crucible

__all__ = ["crucible"]

SAFE = Policy.for_level(SecurityLevel.SAFE)


def proposed(body: str, missing: tuple[str, ...]) -> str:
    found = policy_snippet("t", SAFE, missing, f"pub async fn call(args) {{\n{body}\n}}")
    assert found is not None
    return found


def read(snippet: str) -> dict[str, Any]:
    return tomllib.loads(snippet)["tool"]["t"]["policy"]


@pytest.mark.parametrize(
    ("body", "missing", "settings"),
    [
        ('crucible::http_get("https://Api.Example.com/x")', ("http",), {"http_hosts": ["api.example.com"]}),
        ("crucible::http_get(`http://a.example:8080/${args.x}`)", ("http",), {"http_hosts": ["a.example:8080"]}),
        (
            'http::get("http://localhost:80/"); http::get("http://10.1.2.3/"); http::get("https://[::1]/")',
            ("http",),
            {
                "http_hosts": ["10.1.2.3", "[::1]", "localhost:80"],
                "http_private": ["10.1.2.3", "127.0.0.1", "::1"],
            },
        ),
        (
            'fs::read_to_string("data/in/a.json"); fs::list_dir("docs"); fs::write_file("out/a", "")',
            ("file",),
            {"read_folders": ["data/in", "docs"], "write_folders": ["out"]},
        ),
        ("fs::read_to_string(`notes/${args.name}.md`)", ("file",), {"read_folders": ["notes"]}),
        ('fs::copy("a/x", "b/x")', ("file",), {"read_folders": ["a"], "write_folders": ["b"]}),
        ('shell::exec("git", ["log"], #{})', ("process",), {"programs": ["git"]}),
    ],
)
def test_what_the_source_says_is_allowed_and_nothing_else(
    body: str, missing: tuple[str, ...], settings: dict[str, list[str]]
) -> None:
    snippet = proposed(body, missing)
    modules = sorted({"crucible::basic", *(f"crucible::{name}" for name in missing)})
    assert read(snippet) == {"modules": modules, **settings}
    assert "#" not in snippet
    policy_from_table(read(snippet), SAFE, "snippet", may_raise=True)


@pytest.mark.parametrize(
    ("body", "missing", "setting"),
    [
        ("crucible::http_get(args.url)", ("http",), "http_hosts"),
        ("crucible::http_get(`https://${args.host}/`)", ("http",), "http_hosts"),
        ("crucible::http_get(`https://api.${args.zone}/`)", ("http",), "http_hosts"),
        ("crucible::http_get(`https://api.example${args.rest}`)", ("http",), "http_hosts"),
        ('crucible::http_get("https://user@evil.example/")', ("http",), "http_hosts"),
        ('crucible::http_get("https://*/")', ("http",), "http_hosts"),
        ("fs::read_to_string(args.path)", ("file",), "read_folders"),
        ('fs::list_dir("/")', ("file",), "read_folders"),
        ('fs::remove("~/x")', ("file",), "write_folders"),
        ('shell::exec("*", [], #{})', ("process",), "programs"),
        ("shell::exec(args.program, [], #{})", ("process",), "programs"),
    ],
)
def test_what_it_does_not_say_is_named_in_a_comment_alone(body: str, missing: tuple[str, ...], setting: str) -> None:
    snippet = proposed(body, missing)
    assert set(read(snippet)) == {"modules"}
    assert f"# {setting} = " in snippet


def test_where_only_some_is_known_the_lines_of_the_rest_are_named() -> None:
    snippet = proposed('crucible::http_get("https://a.example/");\ncrucible::http_get(args.url)', ("http",))
    assert read(snippet)["http_hosts"] == ["a.example"]
    assert "# http_hosts: add what line 3 asks for" in snippet


@pytest.mark.parametrize("text", ["*", "a\x7f\u2028\U0001f600", '"]\nmodules = ["crucible::process', "\\", "x" * 5000])
def test_a_hostile_path_stays_one_text_and_never_means_everything(text: str) -> None:
    written = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    snippet = proposed(f'fs::list_dir("{written}")', ("file",))
    [folder] = read(snippet)["read_folders"]
    assert folder == (text if text != "*" else "./*")
    policy = policy_from_table(read(snippet), SAFE, "snippet", may_raise=True)
    assert policy.files.read is not ALL
    assert policy.capabilities == {"basic", "file"}


def test_the_proposal_of_a_plan_pasted_as_it_is_migrates_the_tool_and_lets_it_do_its_work(
    crucible: Crucible,
) -> None:
    crucible.write("data/greeting.txt", "hello")
    crucible.tool("greet", 'fs::read_to_string("data/greeting.txt")?')
    crucible.tool("other", 'fs::read_to_string("data/greeting.txt")?')
    plan = crucible("plan", "--format", "json").document["plan"]
    snippet = next(tool["policy_snippet"] for tool in plan if tool["name"] == "greet")
    crucible.write("crucible.toml", snippet)
    done = crucible("migrate", "--config", "crucible.toml", "--format", "json")
    assert done.document["migrated_tools"] == ["greet"]
    called = crucible("call", "greet", "--state", ".crucible", "--config", "crucible.toml", "--args", "{}")
    assert (called.code, called.out) == (0, "hello\n")
