"""docs/host-functions.md says what there is: the names, the arguments, and how they are called."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crucible_tools.engine.basic import basic_module
from crucible_tools.engine.host.modules import host_modules
from crucible_tools.engine.host.world import World
from crucible_tools.engine.registry import HostFunction
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN

DOCUMENT = Path(__file__).parent.parent.parent.parent / "docs" / "host-functions.md"
ROWS = {
    name: (tuple(part for part in parameters.split(", ") if part), how, gives, errors)
    for name, parameters, how, gives, errors in re.findall(
        r"^\| `([\w:]+)\((.*?)\)` \| (.+?) \| (.+?) \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
}
SCRIPTS_KNOW = {name for name in KNOWN if name.split("::")[0] not in APPLICATION_ROOTS}
INTERNAL = {"http::request"}
"""What `http::Client` asks the host for: no script can name it."""


def registered() -> dict[str, HostFunction]:
    modules = [basic_module(lambda: datetime(2026, 1, 1, tzinfo=UTC)), *host_modules(World())]
    return {function.name: function for module in modules for function in module.functions}


def test_every_function_is_documented_and_no_other() -> None:
    assert sorted(ROWS) == sorted(SCRIPTS_KNOW)


@pytest.mark.parametrize("name", sorted(SCRIPTS_KNOW))
def test_a_function_is_documented_as_scripts_call_it(name: str) -> None:
    parameters, how, gives, errors = ROWS[name]
    known = KNOWN[name]
    assert parameters == known.params
    expected = ["await"] * known.awaited + ["Result"] * (known.gives == "result")
    assert how == (", ".join(expected) or "value")
    assert gives
    assert errors


@pytest.mark.parametrize("name", sorted(registered()))
def test_a_registered_function_is_what_scripts_know(name: str) -> None:
    function = registered()[name]
    if name in INTERNAL:
        assert name not in KNOWN
        return
    known = KNOWN[name]
    assert tuple(parameter for parameter, _ in function.params) == known.params
    assert (function.awaited, function.gives, function.capability) == (known.awaited, known.gives, known.capability)


def test_every_function_of_the_host_has_a_module() -> None:
    logged = {name for name in KNOWN if name.startswith("crucible::log_")}
    wanted = {name for name in SCRIPTS_KNOW if not KNOWN[name].pure} - logged
    assert wanted - registered().keys() == set()
