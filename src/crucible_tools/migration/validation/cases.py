"""An author's examples: `NAME.cases.json` beside the tool. Hostile input, as all that lies beside sources.

The format is `cases.schema.json`; docs/validation.md explains it.
"""

import json
import math
import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, cast

from crucible_tools.migration.validation import places
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.locations import Location
from crucible_tools.rune.check.arguments import Reply
from crucible_tools.rune.source import Unreadable, read_source

MOST_BYTES: Final = 1 << 20
"""Length of a file with examples."""

MOST_DEPTH: Final = 64
"""Nesting of a file with examples: as deep as arguments may be (model/policy.py, `max_depth`)."""

_MOST_TOLD: Final = 200
_CASE: Final = 2
"""Length of the path to an example."""


@dataclass(frozen=True, slots=True)
class HostCall:
    """A function that a call is to ask its host for.

    Args:
        name: full name.
        arguments: what it is to be given; None: anything.
        reply: what it answers.
    """

    name: str
    arguments: tuple[Json, ...] | None
    reply: Reply


@dataclass(frozen=True, slots=True)
class Failing:
    """What a call is to fail with; None where anything will do, `data` is told by `has_data`."""

    kind: str | None = None
    message: str | None = None
    data: Json = None
    has_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One example.

    Args:
        title: what messages call it.
        location: where it is.
        arguments: what the tool is called with.
        host: what it asks its host for, all of it in order; None: nothing is said about that.
        result: what it gives.
        error: what it fails with; None: it gives `result`.
    """

    title: str
    location: Location
    arguments: JsonObject
    host: tuple[HostCall, ...] | None
    result: Json = None
    error: Failing | None = None


@dataclass(frozen=True, slots=True)
class BadCases:
    """A file with examples that is not one: why, and where."""

    message: str
    location: Location


def cases_file(source: Path, tool: str) -> Path:
    """Where the examples of a tool are.

    Args:
        source: the tool's file.
        tool: its name.
    """
    return source.parent / f"{tool}.cases.json"


def read_cases(file: Path) -> tuple[Case, ...] | BadCases | None:
    """The examples of a file; None when there is no such file. Never raises."""
    if not os.path.lexists(file):
        return None
    if _leads_out(file):
        return BadCases("the file is a link that leads out of its folder", Location(file.name, 1, 1))
    source = read_source(file, MOST_BYTES)
    if isinstance(source, Unreadable):
        return BadCases(f"the file {source.message}", Location(file.name, 1, 1))
    return parse_cases(source.text, file.name)


def _leads_out(file: Path) -> bool:
    """Whether a file is a link to somewhere else: what lies there is nobody's example."""
    return file.is_symlink() and os.path.dirname(os.path.realpath(file)) != os.path.realpath(file.parent)


def parse_cases(text: str, path: str) -> tuple[Case, ...] | BadCases:
    """The examples of a text. Never raises.

    Args:
        text: the JSON.
        path: name of the file, for places.
    """

    def bad(message: str, offset: int = 0) -> BadCases:
        return BadCases(_shortened(message), places.location(path, text, offset))

    deep = places.too_deep(text, MOST_DEPTH)
    if deep is not None:
        return bad(f"it nests more than {MOST_DEPTH} levels deep", deep)
    try:
        data: Any = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, parse_int=_in_64_bits, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        return bad(f"it is no JSON: {error.msg}", error.pos)
    except _Unfit as error:
        return bad(f"the number {error.text} does not fit", max(text.find(error.text), 0))
    except _Again as error:
        return bad(f"the key {error.key!r} is there twice", places.find_again(text))
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return bad("it has half a surrogate pair in it, which is no text")
    error: Any = next(iter(_validator().iter_errors(data)), None)
    if error is not None:
        return bad(_told(error), places.find(text, list(error.instance_path)))
    where = {here: offset for here, offset in places.values(text) if len(here) == _CASE}
    items = cast("list[JsonObject]", data["cases"])
    return tuple(
        _case(item, number, places.location(path, text, where["cases", number])) for number, item in enumerate(items)
    )


class _Unfit(Exception):  # noqa: N818 - a transfer of control, never seen by callers
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _Again(Exception):  # noqa: N818 - as above
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _Again(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return found


def _refuse(text: str) -> float:
    raise _Unfit(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Unfit(text)
    return value


def _in_64_bits(text: str) -> int:
    if len(text) > 20 or not -(1 << 63) <= int(text) < 1 << 63:
        raise _Unfit(text)
    return int(text)


def cases_schema() -> JsonObject:
    """The published JSON Schema of files with examples."""
    text = (
        resources.files("crucible_tools.migration.validation").joinpath("cases.schema.json").read_text(encoding="utf-8")
    )
    schema: JsonObject = json.loads(text)
    return schema


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(cases_schema(), offline=True)


def _told(error: Any) -> str:
    """What a schema says against a value, in words for its author."""
    keyword = error.schema_path[-1]
    if keyword == "oneOf":
        in_error = list(error.instance_path)[-1:] == ["error"]
        return (
            'an "error" is a message, or an object of "kind", "message" and "data"'
            if in_error
            else 'an example has either a "result" or an "error"'
        )
    if keyword == "not":
        return 'a host call has either a "reply" or an "error"'
    return str(error.message)


def _shortened(message: str) -> str:
    """A message without the middle of what it quotes."""
    half = _MOST_TOLD // 2
    return message if len(message) <= _MOST_TOLD else f"{message[:half]}…{message[-half:]}"


def _case(item: JsonObject, number: int, location: Location) -> Case:
    host = item.get("host")
    name = item.get("name")
    return Case(
        title=f"example {number + 1}" if name is None else f"example {number + 1} ({name})",
        location=location,
        arguments=item["arguments"],
        host=None if host is None else tuple(_host_call(call) for call in host),
        result=item.get("result"),
        error=_failing(item["error"]) if "error" in item else None,
    )


def _host_call(item: JsonObject) -> HostCall:
    failed = "error" in item
    arguments = item.get("arguments")
    reply = Reply(item["error"] if failed else item.get("reply"), failed=failed)
    return HostCall(item["call"], None if arguments is None else tuple(arguments), reply)


def _failing(error: Json) -> Failing:
    if isinstance(error, str):
        return Failing(message=error)
    return Failing(error.get("kind"), error.get("message"), error.get("data"), "data" in error)
