"""The table of host functions is the corpus's, and near names are near."""

import json
from pathlib import Path

import pytest

from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, NEVER_IMPLEMENTED, near_names

HOSTS = json.loads((Path(__file__).parent.parent / "corpus" / "hosts.json").read_text())


@pytest.mark.parametrize("name", HOSTS["functions"])
def test_a_function_is_known_as_the_legacy_hosts_had_it(name: str) -> None:
    expected, info = HOSTS["functions"][name], KNOWN[name]
    assert info.module == expected["module"]
    assert info.lowest_level == expected["lowest_level"]
    assert info.awaited is expected["async"]
    assert info.gives == expected["gives"]
    assert list(info.params) == expected["args"]
    assert info.capability == expected["module"].rpartition("::")[2]


def test_functions_that_nobody_ever_had_are_not_known() -> None:
    assert set(HOSTS["never_implemented"]) <= NEVER_IMPLEMENTED
    assert not NEVER_IMPLEMENTED & KNOWN.keys()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("crucible::log_warning", "crucible::log_warn"),
        ("crucible::http_gett", "crucible::http_get"),
        ("crucible::exec", "shell::exec"),
        ("json::from_strng", "json::from_string"),
    ],
)
def test_a_near_name_is_suggested(written: str, meant: str) -> None:
    assert meant in near_names(written)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert near_names("crucible::xyzzy_plugh") == ()


def test_only_functions_that_touch_nothing_are_pure() -> None:
    pure = {name for name, info in KNOWN.items() if info.pure}
    assert "crucible::string_trim" in pure
    assert "crucible::log_info" not in pure
    powerful = {name for name in pure if KNOWN[name].module not in ("crucible::basic", "crucible::json")}
    assert powerful == {"paths::join", "http::Client::new"}
    assert not any(name.partition("::")[0] in APPLICATION_ROOTS for name in pure)
