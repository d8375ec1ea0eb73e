"""What a field of a configuration may be: checks that give its value, or say what is wrong with it.

A configuration is a frozen dataclass that checks all of its fields when it is made. A check takes whatever was given,
and gives the value that the field has, or raises `ValueError`.
"""

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, cast, runtime_checkable

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.json import Json, JsonObject


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


@runtime_checkable
class _InJson(Protocol):
    def to_json(self) -> dict[str, Any]: ...


_Config = TypeVar("_Config", bound=_Dataclass)
_Member = TypeVar("_Member", bound=StrEnum)
_Value = TypeVar("_Value")


def from_mapping(kind: type[_Config], values: Mapping[str, Json]) -> _Config:
    """A configuration of this kind from a table of a file.

    Raises:
        ConfigurationError: a name is unknown (near names are in the hint), or a value is wrong.
    """
    names = [item.name for item in dataclasses.fields(kind)]
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            raise ConfigurationError(
                f"{kind.__name__} has no field {name!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"its fields are {', '.join(names)}",
            )
    return kind(**values)


def normalise(config: _Dataclass, **checks: Callable[[Any], object]) -> None:
    """Replace each field by what its check makes of it.

    Raises:
        ConfigurationError: a check refuses the value of its field.
    """
    for name, check in checks.items():
        value = getattr(config, name)
        try:
            object.__setattr__(config, name, check(value))
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{type(config).__name__}.{name}: {error}") from error


def to_json(config: _Dataclass) -> JsonObject:
    """The fields as a JSON object: durations in seconds, members of enums by their values."""
    return {item.name: _json_value(getattr(config, item.name)) for item in dataclasses.fields(config)}


def one_of(kind: type[_Config]) -> Callable[[Any], _Config]:
    """A configuration of this kind, or a table of its fields."""

    def check(value: object) -> _Config:
        if isinstance(value, Mapping):
            return from_mapping(kind, cast("Mapping[str, Json]", value))
        if not isinstance(value, kind):
            raise ValueError(f"{value!r} is no {kind.__name__}")
        return value

    return check


def member(kind: type[_Member]) -> Callable[[Any], _Member]:
    """A member of an enum, also by its value."""

    def check(value: object) -> _Member:
        try:
            return kind(str(value).lower().replace("-", "_"))
        except ValueError:
            allowed = ", ".join(each.value for each in kind)
            raise ValueError(f"{value!r} is none of {allowed}") from None

    return check


def flag(value: object) -> bool:
    """True or false, and nothing that could be taken for it."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def whole(least: int) -> Callable[[Any], int]:
    """A whole number."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"{value!r} is no whole number of at least {least}")
        return value

    return check


def number(least: float, most: float = float("inf")) -> Callable[[Any], float]:
    """A number that is finite."""

    def check(value: object) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value < float("inf"):
            raise ValueError(f"{value!r} is no number of at least {least:g}")
        if value > most:
            raise ValueError(f"{value!r} is more than {most:g}")
        return float(value)

    return check


def seconds(value: object) -> float:
    """Seconds, as a number."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
        raise ValueError(f"{value!r} is no number of seconds above 0")
    return float(value)


def duration(value: object) -> timedelta:
    """A duration above 0, also as seconds."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    try:
        return timedelta(seconds=seconds(value))
    except OverflowError:
        raise ValueError(f"{value!r} seconds are no duration") from None


def optional(check: Callable[[Any], _Value]) -> Callable[[Any], _Value | None]:
    """What a check gives, or None."""
    return lambda value: None if value is None else check(value)


def items(value: object) -> list[object]:
    """What any collection holds but a text."""
    if isinstance(value, (str, bytes, Path)) or not isinstance(value, Iterable):
        raise ValueError(f"{value!r} is no list")
    return list(cast("Iterable[object]", value))


def text(value: object) -> str:
    """A text; a path is one too."""
    if not isinstance(value, (str, Path)):
        raise ValueError(f"{value!r} is no text")
    return str(value)


def texts(value: object) -> tuple[str, ...]:
    """Texts."""
    return tuple(text(item) for item in items(value))


def words(value: object) -> tuple[str, ...]:
    """Texts, none of which stands for everything."""
    found = texts(value)
    for word in found:
        if not word.strip("* "):
            raise ValueError(f"{word!r} would replace everything")
    return found


def extensions(value: object) -> tuple[str, ...]:
    """Endings of files, with the dot."""
    found = texts(value)
    for extension in found:
        if not extension.startswith(".") or len(extension) < 2:
            raise ValueError(f"{extension!r} does not start with a dot")
    return found


def path(value: object) -> Path:
    """A path."""
    return Path(text(value))


def paths(value: object) -> tuple[Path, ...]:
    """Paths."""
    return tuple(path(item) for item in items(value))


def _json_value(value: object) -> Json:
    match value:
        case Path():
            return str(value)
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {name: _json_value(item) for name, item in cast("Mapping[str, object]", value).items()}
        case tuple():
            return [_json_value(item) for item in cast("tuple[object, ...]", value)]
        case StrEnum():
            return value.value
        case _InJson():
            return value.to_json()
        case _:
            return value
