"""The `[policy]` table: every setting is read, checked and documented, and a found file only lowers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.grants import ALL, SecretHeader
from crucible_tools.model.policy import Policy
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.policy_table import SETTINGS, policy_from_table

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "policy.md"


def policy(table: dict[str, Any], level: str = "safe", *, may_raise: bool = True, folder: Path | None = None) -> Policy:
    base = Policy.for_level(SecurityLevel(level))
    return policy_from_table(table, base, "crucible.toml", may_raise=may_raise, folder=folder)


def read(folder: Path, toml: str, *, trusted: bool) -> Configuration:
    file = folder / "crucible.toml"
    file.write_text(toml)
    return read_configuration(Flags(config=file if trusted else None), {}, folder)


def test_every_grant_can_be_named() -> None:
    found = policy(
        {
            "modules": ["basic", "http", "file", "process"],
            "http_hosts": ["API.example.com", "*.example.com:8443", "127.0.0.1", "[0:0::1]:80", "::1"],
            "http_private": ["127.0.0.1", "10.0.0.0/8", "::1"],
            "http_methods": ["get", "POST"],
            "http_headers": {
                "api.example.com": {"Authorization": {"env": "TOKEN", "prefix": "Bearer "}},
                "api.example.com:443": {"X-One": {"env": "ONE"}},
                "http://127.0.0.1:80": {"X-Two": {"env": "TWO"}},
                "https://other.example.com:8443": {"X-Three": {"env": "THREE"}},
            },
            "http_bytes": 1,
            "http_time_s": 2,
            "http_redirects": 0,
            "read_folders": ["in", "/data/../data/"],
            "write_folders": ["."],
            "file_bytes": 3,
            "folder_entries": 4,
            "programs": ["git", "/usr/bin/make"],
            "program_variables": ["CI"],
            "program_time_s": 0.5,
            "program_output_bytes": 5,
        },
        folder=Path("/project"),
    )
    assert found.http.hosts == {"api.example.com", "*.example.com:8443", "127.0.0.1", "[::1]:80", "[::1]"}
    assert found.http.private == {"127.0.0.1/32", "10.0.0.0/8", "::1/128"}
    assert found.http.methods == {"GET", "POST"}
    assert found.http.headers == (
        SecretHeader("api.example.com", "Authorization", "TOKEN", "Bearer "),
        SecretHeader("api.example.com", "X-One", "ONE"),
        SecretHeader("http://127.0.0.1", "X-Two", "TWO"),
        SecretHeader("https://other.example.com:8443", "X-Three", "THREE"),
    )
    assert (found.http.max_bytes, found.http.timeout_s, found.http.max_redirects) == (1, 2.0, 0)
    assert (found.files.read, found.files.write) == ({"/project/in", "/data"}, {"/project"})
    assert (found.files.max_bytes, found.files.max_entries) == (3, 4)
    assert (found.programs.programs, found.programs.environment) == ({"git", "/usr/bin/make"}, {"CI"})
    assert (found.programs.timeout_s, found.programs.max_output_bytes) == (0.5, 5)


def test_a_star_alone_names_everything() -> None:
    names = ("http_hosts", "http_private", "http_methods", "read_folders", "write_folders", "programs")
    found = policy({name: ["*"] for name in (*names, "program_variables")})
    assert (found.http.hosts, found.http.private, found.http.methods) == (ALL, ALL, ALL)
    assert (found.files.read, found.files.write) == (ALL, ALL)
    assert (found.programs.programs, found.programs.environment) == (ALL, ALL)


def test_what_is_not_named_stays_the_levels() -> None:
    found = policy({"http_hosts": ["a.test"]}, "development")
    assert (found.http.private, found.files, found.programs) == (
        ALL,
        Policy.for_level(SecurityLevel.DEVELOPMENT).files,
        Policy.for_level(SecurityLevel.DEVELOPMENT).programs,
    )


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("http_hosts", "a.test", "no list of texts"),
        ("http_hosts", ["https://a.test"], "port"),
        ("http_hosts", ["a.test/path"], "is no host"),
        ("http_hosts", ["a..test"], "is no host"),
        ("http_hosts", ["a.*.test"], "is no host"),
        ("http_hosts", ["*"] * 2, "stands for all"),
        ("http_hosts", ["*", "a.test"], "stands for all"),
        ("http_hosts", ["127.1"], "is no host"),
        ("http_hosts", ["2130706433"], "is no host"),
        ("http_hosts", ["a.test:0"], "port"),
        ("http_hosts", ["a.test:99999"], "port"),
        ("http_hosts", [""], "is no host"),
        ("http_hosts", ["a.test\n"], "is no host"),
        ("http_private", ["localhost"], "no address and no network"),
        ("http_private", ["10.0.0.1/8"], "host bits"),
        ("http_methods", ["CONNECT"], "none of"),
        ("http_headers", {"a.test": {"Authorization": "secret"}}, "a secret is not written here"),
        ("http_headers", {"a.test": {"Authorization": {"value": "secret"}}}, "a secret is not written here"),
        ("http_headers", {"a.test": {"Authorization": {"env": "a b"}}}, "environment variable"),
        ("http_headers", {"a.test": {"Authorization": {"env": "A", "prefix": "x\r\n"}}}, "plain texts"),
        ("http_headers", {"a.test": {"Bad Name": {"env": "A"}}}, "no name of a header"),
        ("http_headers", {"a.test": {"Host": {"env": "A"}}}, "no name of a header"),
        ("http_headers", {"*.test": {"X": {"env": "A"}}}, "one host"),
        ("http_headers", {"ftp://a.test": {"X": {"env": "A"}}}, "neither http"),
        ("http_headers", {"a.test": ["X"]}, "no table"),
        ("http_headers", ["a.test"], "no table"),
        ("http_bytes", 0, "at least 1"),
        ("http_time_s", -1, "above 0"),
        ("http_redirects", -1, "0 or more"),
        ("read_folders", ["a\0b"], "no path"),
        ("read_folders", "in", "no list"),
        ("write_folders", [5], "no list"),
        ("file_bytes", 1.5, "whole number"),
        ("folder_entries", True, "whole number"),
        ("programs", ["./git"], "neither the name"),
        ("programs", [""], "neither the name"),
        ("program_variables", ["A=B"], "environment variable"),
        ("program_time_s", "1", "above 0"),
        ("program_output_bytes", 0, "at least 1"),
    ],
)
def test_a_wrong_value_names_the_setting_and_what_is_wrong(setting: str, value: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"crucible.toml: [policy] {setting}: ")) as raised:
        policy({setting: value})
    assert says in raised.value.message


def test_an_unknown_setting_has_a_near_name() -> None:
    with pytest.raises(ConfigurationError) as raised:
        policy({"http_host": []})
    assert raised.value.hint == "did you mean 'http_hosts'?"


@pytest.mark.parametrize("level", ["safe", "production", "development"])
def test_a_found_table_never_adds_a_grant(level: str) -> None:
    base = Policy.for_level(SecurityLevel(level))
    wide: dict[str, Any] = {
        "modules": ["basic", "http", "file", "process", "json"],
        "http_hosts": ["a.test"],
        "http_private": ["127.0.0.1", "0.0.0.0/0"],
        "http_headers": {"a.test": {"X": {"env": "HOME"}}},
        "http_bytes": 10**12,
        "http_time_s": 1e9,
        "http_redirects": 1000,
        "read_folders": ["/"],
        "write_folders": ["/"],
        "file_bytes": 10**12,
        "programs": ["sh"],
        "program_variables": ["LD_PRELOAD"],
        "program_time_s": 1e9,
        "program_output_bytes": 10**12,
    }
    found = policy(wide, level, may_raise=False)
    assert (
        base.narrowed(http=found.http, files=found.files, programs=found.programs).to_json()
        | {"capabilities": found.to_json()["capabilities"]}
        == found.to_json()
    )
    assert found.http.headers == ()
    if level != "development":
        assert (found.http.private, found.files.read, found.programs.programs) == (frozenset(),) * 3


def test_a_module_that_is_allowed_nothing_is_worth_a_warning(tmp_path: Path) -> None:
    toml = """
        [policy]
        modules = ["basic", "http", "file", "process"]
        write_folders = ["out"]
        [tool.x.policy]
        time_s = 1
    """
    warnings = read(tmp_path, toml, trusted=True).warnings
    file = tmp_path / "crucible.toml"
    assert warnings == tuple(
        f"{file}: [{name}] has the module {module} and allows it nothing: set {setting}"
        for name in ("policy", 'tool."x".policy')
        for module, setting in (("http", "http_hosts"), ("process", "programs"))
    )
    assert read(tmp_path, 'level = "production"\n[policy]\ntime_s = 1\n', trusted=True).warnings == ()


def test_a_tool_has_a_policy_of_its_own_that_starts_from_the_common_one(tmp_path: Path) -> None:
    toml = """
        level = "production"
        [policy]
        time_s = 5
        http_hosts = ["a.test"]
        [tool."files.list".policy]
        time_s = 2
        read_folders = ["in"]
        [tool.fetch.policy]
    """
    configuration = read(tmp_path, toml, trusted=True)
    policies = configuration.tool_policies.value
    assert configuration.policy.value is not None
    assert policies["fetch"] == configuration.policy.value
    listing = policies["files.list"]
    assert (listing.timeout_s, listing.http.hosts) == (2, {"a.test"})
    assert listing.files.read == {str(tmp_path / "in")}


def test_a_found_file_does_not_raise_the_powers_of_a_single_tool_either(tmp_path: Path) -> None:
    toml = '[tool.fetch.policy]\nmodules = ["basic", "http"]\nhttp_hosts = ["a.test"]\ntime_s = 1\n'
    found = read(tmp_path, toml, trusted=False).tool_policies.value["fetch"]
    safe = Policy.for_level(SecurityLevel.SAFE)
    assert (found.capabilities, found.http, found.timeout_s) == (safe.capabilities, safe.http, 1)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("tool = 5", "tool is no table"),
        ("[tool]\nx = 5", "tool.x is no table"),
        ("[tool.x]\npolicies = 5", "no setting 'policies'"),
        ("[tool.x]\npolicy = 5", 'tool."x".policy is no table'),
        ("[tool.x.policy]\ntime = 5", '[tool."x".policy] has no setting'),
    ],
)
def test_a_wrong_table_of_a_tool_is_named(tmp_path: Path, toml: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tmp_path, toml, trusted=True)
    assert says in raised.value.message


def test_every_setting_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(SETTINGS)


def test_the_example_of_the_documentation_is_one(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    configuration = read(tmp_path, found[1], trusted=True)
    assert configuration.policy.value is not None
    assert configuration.policy.value.http.headers == (
        SecretHeader("api.example.com", "Authorization", "EXAMPLE_TOKEN", "Bearer "),
    )
    assert configuration.tool_policies.value["notes.list"].files.read == {str(tmp_path / "notes")}
