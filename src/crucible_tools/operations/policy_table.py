"""The `[policy]` table of a configuration file: a level's policy with some limits named."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.json import Json
from crucible_tools.model.policy import MIB, Policy


def policy_from_table(table: Mapping[str, Json], base: Policy, origin: str, *, may_raise: bool) -> Policy:
    """A policy that starts from a level and names what differs.

    Args:
        table: names as in the contract: memory_mb, time_s, compile_time_s, source_bytes, argument_bytes,
            output_bytes, log_bytes, host_calls, concurrent_calls, modules.
        base: the level's policy.
        origin: the file, for messages.
        may_raise: whether a value may allow more than the level; else the stricter one holds.

    Raises:
        ConfigurationError: a name is unknown or a value is wrong.
    """
    limits: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _FIELDS:
            raise ConfigurationError(
                f"{origin}: [policy] has no setting {name!r}", hint=f"it has {', '.join(sorted(_FIELDS))}"
            )
        field, read = _FIELDS[name]
        try:
            limits[field] = read(value)
        except ValueError as error:
            raise ConfigurationError(f"{origin}: [policy] {name}: {error}") from None
    return replace(base, **limits) if may_raise else base.narrowed(**limits)


def _positive(value: Json) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise ValueError(f"{value!r} is no number above 0")
    return value


def _whole(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no whole number, 0 or more")
    return value


def _count(value: Json) -> int:
    if not _whole(value):
        raise ValueError("it must be at least 1")
    return value


def _modules(value: Json) -> frozenset[str]:
    """Names of modules, `crucible::json` or just `json`; what a policy holds is the last part."""
    return frozenset(name.rpartition("::")[2] for name in texts(value))


def texts(value: Json) -> list[str]:
    """A list of texts.

    Raises:
        ValueError: it is something else.
    """
    items: list[Json] = cast("list[Json]", value) if isinstance(value, list) else [None]
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"{value!r} is no list of texts")
    return items


_FIELDS: Final[dict[str, tuple[str, Callable[[Json], object]]]] = {
    "memory_mb": ("memory_bytes", lambda value: int(_positive(value) * MIB)),
    "time_s": ("timeout_s", lambda value: float(_positive(value))),
    "compile_time_s": ("compile_timeout_s", lambda value: float(_positive(value))),
    "source_bytes": ("max_source_bytes", _count),
    "argument_bytes": ("max_argument_bytes", _count),
    "output_bytes": ("max_result_bytes", _count),
    "log_bytes": ("max_log_bytes", _whole),
    "host_calls": ("max_host_calls", _whole),
    "concurrent_calls": ("concurrent_calls", _count),
    "modules": ("capabilities", _modules),
}
