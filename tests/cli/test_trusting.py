"""`crucible trust`: what is merely found in a folder may raise powers once its user said so."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Crucible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="XDG_CONFIG_HOME is for Linux")


@pytest.fixture(autouse=True)
def configuration_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def found(crucible: Crucible) -> Crucible:
    """A folder whose settings ask for more than SAFE, with a tool."""
    crucible.write("crucible.toml", 'level = "production"\n')
    crucible.tool("echo", "1")
    return crucible


def level(crucible: Crucible) -> str:
    return crucible("migrate", "--format", "json").document["config"]["security_level"]


def test_settings_that_are_found_raise_powers_once_their_folder_is_trusted(found: Crucible) -> None:
    assert level(found) == "safe"
    assert found("trust", ".").code == 0
    assert level(found) == "production"
    assert found("call", "echo").out == "1\n"


def test_settings_that_changed_need_trust_again(found: Crucible) -> None:
    found("trust", ".")
    assert level(found) == "production"
    found.write("crucible.toml", 'level = "development"\n')
    done = found("migrate")
    assert "may not raise powers" in done.err
    assert "crucible trust DIR" in done.err
    assert "(its crucible.toml changed: trust it again)" in found("trust", "--list").out
    found("trust", ".")
    assert level(found) == "development"


def test_a_state_that_is_found_gives_more_than_safe_only_in_a_trusted_folder(crucible: Crucible) -> None:
    crucible.tool("echo", "1")
    crucible("migrate", "--level", "production")
    refused = crucible("call", "echo", "--format", "json")
    assert refused.code == 1
    assert refused.document["error"]["code"] == "call-refused"
    assert "crucible trust DIR" in refused.document["error"]["hint"]
    crucible("trust", ".")
    assert crucible("call", "echo").out == "1\n"
    crucible.write("crucible.toml", "")
    assert crucible("call", "echo").code == 1


def test_trust_does_not_come_with_what_is_trusted(found: Crucible, configuration_folder: Path) -> None:
    found("trust", ".")
    recorded = (configuration_folder / "crucible-tools" / "trusted.json").read_text()
    found("trust", "--remove", ".")
    for place in (".", ".crucible", ".config/crucible-tools"):
        found.write(f"{place}/trusted.json", recorded)
    assert level(found) == "safe"


def test_trust_ends_when_it_is_removed(found: Crucible) -> None:
    found("trust", ".")
    assert found("trust", ".", "--remove").out == ". is trusted no more.\n"
    assert level(found) == "safe"
    assert found("trust", ".", "--remove").out == ". was not trusted.\n"


def test_trust_is_shown_as_json(found: Crucible) -> None:
    assert found("trust", "--list", "--format", "json").document == []
    done = found("trust", ".", "--format", "json").document
    assert (done["path"], done["valid"]) == (str(found.root.resolve()), True)
    assert found("trust", "--list", "--format", "json").document == [done]
    assert found("trust", ".", "--remove", "--format", "json").document == {"path": ".", "removed": True}


@pytest.mark.parametrize(
    "arguments", [(), ("--list", "."), ("--list", "--remove"), ("nothing-here",)], ids=lambda given: " ".join(given)
)
def test_what_can_not_be_trusted_is_wrong_usage(found: Crucible, arguments: tuple[str, ...]) -> None:
    done = found("trust", *arguments)
    assert done.code == 2
    assert "hint:" in done.err


def test_settings_that_are_named_are_trusted_without_their_folder(found: Crucible) -> None:
    done = found("migrate", "--config", "crucible.toml", "--format", "json")
    assert done.document["config"]["security_level"] == "production"
    assert found("call", "echo").code == 1
