"""Fields of a record of a call, read back: each is what it has to be, or the record is refused.

Each function gives the field, and raises KeyError, TypeError, ValueError or AttributeError for what is none.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import GIB

_MOST_NAME: Final = 4096
"""Characters of a path below a source."""

_LIMITS: Final = {
    "memory_bytes": 4 * GIB,
    "max_source_bytes": 4 * GIB,
    "max_argument_bytes": 4 * GIB,
    "max_result_bytes": 4 * GIB,
    "max_depth": 4 * GIB,
    "max_host_calls": 2**62,
    "max_host_call_bytes": 4 * GIB,
    "max_log_bytes": 4 * GIB,
    "concurrent_calls": 2**62,
}
"""Limits of a policy, and the greatest that each can be."""

_UNLIMITED: Final = ("max_host_calls", "concurrent_calls")
"""Those of them that may be no limit."""

_T = TypeVar("_T")


def of(kind: type[_T], value: object) -> _T:
    """A value of a kind."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value


def array(value: object) -> list[object]:
    """A list of anything."""
    return cast("list[object]", of(list, value))


def json_object(value: object) -> JsonObject:
    """An object of anything."""
    return cast("JsonObject", of(dict, value))


def text(value: object) -> str | None:
    """A text, or none."""
    return None if value is None else of(str, value)


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(of(str, item) for item in array(value))


def whole(value: object) -> int:
    """A whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r:.40} is no whole number")
    return value


def seconds(value: object) -> float:
    """Seconds, as a decimal number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e12:
        raise TypeError(f"{value!r:.40} is no number of seconds")
    return float(value)


def log(value: object) -> tuple[str, str]:
    """A line of a log: its level and its text."""
    level, line = texts(value)
    return level, line


def error(value: object) -> JsonObject:
    """An error, with its kind and its message."""
    found = json_object(value)
    of(str, found["kind"])
    of(str, found["message"])
    return found


def definition(value: object) -> Mapping[str, Any]:
    """The definition's object, as far as it is used to enter a script."""
    found = json_object(value)
    for name in ("name", "description", "version", "category", "form", "entry"):
        of(str, found[name])
    if found["calling"] not in ("object", "positional"):
        raise ValueError(f"{found['calling']!r:.40} is no way to call")
    if len(found["entry"]) > _MOST_NAME:
        raise ValueError("the entry has a longer path than any function")
    json_object(found["input_schema"])
    texts(found["positional"])
    return found


def policy(value: object) -> JsonObject:
    """A policy's object whose limits are limits."""
    found = json_object(value)
    if found["capabilities"] != "all":
        texts(found["capabilities"])
    for grant in ("http", "files", "programs"):
        for value in json_object(found[grant]).values():
            _check_granted(value)
    for name, limit in found.items():
        if name in _LIMITS and (limit is None or whole(limit) > _LIMITS[name]) and name not in _UNLIMITED:
            raise ValueError(f"{limit!r:.40} is no limit {name}")
        if name in ("timeout_s", "compile_timeout_s") and (limit is not None or name == "compile_timeout_s"):
            seconds(limit)
    return found


def _check_granted(value: object) -> None:
    """Raises TypeError for what is neither a number, nor texts, nor headers: what a grant has."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    for item in items:
        parts = cast("JsonObject", item).values() if isinstance(item, dict) else [item]
        for part in parts:
            if isinstance(part, bool) or not isinstance(part, (str, int, float)):
                raise TypeError(f"{part!r:.40} is in no policy")


def check_texts(data: object) -> None:
    """Raises ValueError for a text that is no Unicode: the guest takes none."""
    json.dumps(data, ensure_ascii=False).encode()


def module(value: object) -> JsonObject:
    """A module as `Registry.declarations` has it: it goes to the guest as it is."""
    found = json_object(value)
    of(str, found["path"])
    for item in array(found["functions"]):
        function = json_object(item)
        of(str, function["name"])
        whole(function["params"])
        of(bool, function["awaited"])
        of(bool, function["gives_result"])
    return found
