"""`crucible token`: secrets are shown once, and kept as digests; `crucible export`: tools as others take them."""

from __future__ import annotations

import re
import sqlite3

import pytest

from crucible_tools.model.access import Secret
from tests.cli.conftest import Crucible

WHOLE = re.compile(r"crucible_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}\n")


def test_a_token_is_printed_once_and_nothing_of_its_secret_is_kept(crucible: Crucible) -> None:
    made = crucible("token", "create", "--name", "ci", "--tools", "just_*", "--expires", "30d")
    assert made.code == 0
    assert WHOLE.fullmatch(made.out)
    assert "it is not shown again" in made.err
    secret = made.out.strip().split("_", 2)[2]  # a secret may itself have "_"
    database = (crucible.root / ".crucible" / "crucible.db").read_bytes()
    log = crucible.root / ".crucible" / "crucible.db-wal"
    assert secret.encode() not in database + (log.read_bytes() if log.exists() else b"")
    listed = crucible("token", "list")
    assert secret not in listed.out
    assert "active   ci" in listed.out
    assert "never used" in listed.out


def test_a_token_as_json_says_what_it_is_for(crucible: Crucible) -> None:
    arguments = ("--scope", "read", "--scope", "call", "--per-minute", "60", "--format", "json")
    document = crucible("token", "create", "--name", "robot", *arguments).document
    assert document["scopes"] == ["call", "read"]
    assert document["limits"] == {"per_minute": 60, "per_day": None}
    parsed = Secret.parse(document["token"])
    assert parsed is not None
    assert parsed.token_id == document["id"]
    (listed,) = crucible("token", "list", "--format", "json").document
    assert listed["status"] == "active"
    assert "token" not in listed
    assert "digest" not in listed


def test_rotating_gives_another_secret_to_the_same_token(crucible: Crucible) -> None:
    before = crucible("token", "create", "--name", "ci").out
    after = crucible("token", "rotate", "ci", "--grace", "10m").out
    assert WHOLE.fullmatch(after)
    assert before != after
    assert before[:17] == after[:17]


def test_a_token_is_revoked_by_its_name_its_id_or_itself(crucible: Crucible) -> None:
    whole = crucible("token", "create", "--name", "one").out.strip()
    token_id = crucible("token", "create", "--name", "two", "--format", "json").document["id"]
    crucible("token", "create", "--name", "three")
    assert [crucible("token", "revoke", name).code for name in (whole, token_id, "three", "three")] == [0, 0, 0, 0]
    document = crucible("token", "list", "--format", "json").document
    assert {token["status"] for token in document} == {"revoked"}
    assert crucible("token", "rotate", "one").code == 2


def test_what_is_done_with_tokens_is_accounted_for(crucible: Crucible) -> None:
    crucible("token", "create", "--name", "ci", "--scope", "admin")
    crucible("token", "rotate", "ci")
    crucible("token", "revoke", "ci")
    records = crucible("audit", "list", "--format", "json").document
    kinds = [record["kind"] for record in records if "token" in record["kind"]]
    assert kinds == ["token_created", "token_rotated", "token_revoked"]
    assert crucible("audit", "verify").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "--name", ""],
        ["create", "--name", "a\nb"],
        ["create", "--tools", "a b"],
        ["create", "--expires", "soon"],
        ["create", "--expires", "2020-01-01"],
        ["create", "--expires", "0d"],
        ["create", "--scope", "everything"],
        ["create", "--per-day", "0"],
        ["revoke", "nobody"],
        ["rotate", "nobody"],
    ],
)
def test_wrong_usage_is_refused(crucible: Crucible, arguments: list[str]) -> None:
    assert crucible("token", *arguments).code == 2
    assert crucible("token", "list", "--format", "json").document == []


def test_two_active_tokens_have_different_names(crucible: Crucible) -> None:
    crucible("token", "create", "--name", "ci")
    assert "named 'ci' already" in crucible("token", "create", "--name", "ci").err
    crucible("token", "revoke", "ci")
    assert crucible("token", "create", "--name", "ci").code == 0
    assert crucible("token", "rotate", "ci").code == 0


def test_a_token_that_is_damaged_in_the_state_is_damage(crucible: Crucible) -> None:
    crucible("token", "create")
    connection = sqlite3.connect(crucible.root / ".crucible" / "crucible.db")
    connection.execute("UPDATE tokens SET scopes = '[\"all\"]'")
    connection.commit()
    connection.close()
    assert crucible("token", "list").code == 5


@pytest.fixture
def filled(crucible: Crucible) -> Crucible:
    """A project with tools whose names some refuse."""
    for name in ("notes.list", "notes_list", f"long{'x' * 70}"):
        crucible.tool(name)
    assert crucible("migrate").code == 0
    return crucible


def test_tools_are_exported_as_others_take_them(filled: Crucible) -> None:
    openai = filled("export", "--for", "openai").document
    anthropic = filled("export", "--for", "anthropic").document
    langchain = filled("export", "--for", "langchain").document
    assert {tool["function"]["parameters"]["type"] for tool in openai} == {"object"}
    assert {tool["input_schema"]["type"] for tool in anthropic} == {"object"}
    names = [tool["function"]["name"] for tool in openai]
    assert names == [tool["name"] for tool in anthropic] == [tool["name"] for tool in langchain]
    assert len(set(names)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in names)
    assert filled("export", "--for", "openapi").document["openapi"] == "3.1.0"


def test_exported_names_lead_back_to_the_tools(filled: Crucible) -> None:
    names = filled("export", "--for", "openai", "--names").document
    assert sorted(names.values()) == sorted(
        tool["original_name"] for tool in filled("list", "--format", "json").document
    )
    assert names["notes_list"] == "notes_list"
    assert {tool["metadata"]["crucible_name"] for tool in filled("export", "--for", "langchain").document} == set(
        names.values()
    )


def test_a_tool_that_anthropic_would_refuse_all_others_for_is_left_out_and_told(filled: Crucible) -> None:
    filled.tool("sized", schema='#{ type: "object", properties: #{ "größe": #{ type: "integer" }, "ticket id": #{} } }')
    filled.tool("below", schema='#{ type: "object", properties: #{ a: #{ properties: #{ "größe": #{} } } } }')
    assert filled("migrate").code == 0
    done = filled("export", "--for", "anthropic")
    names = [tool["name"] for tool in done.document]
    assert "sized" not in names
    assert "below" in names
    assert len(names) == 4
    assert "sized is left out: " in done.err
    assert "größe" in done.err
    assert "sized" not in filled("export", "--for", "anthropic", "--names").document
    assert "sized" in [tool["function"]["name"] for tool in filled("export", "--for", "openai").document]
    checks = {check["check"]: check["detail"] for check in filled("doctor", "--format", "json").document["checks"]}
    assert "export --for anthropic leaves the tool out" in checks["catalogue: sized"]
