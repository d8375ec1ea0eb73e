"""The fields of a form that is made from a JSON Schema, and the arguments that they stand for.

An empty field is an argument that is not given. What fields can't say, such as an empty text, is said in JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, cast

from crucible_tools.formats.text import json_text
from crucible_tools.model.json import Json, JsonObject

MOST_FIELDS: Final = 60
"""Of more properties no form is made: the arguments are given as JSON."""

_MOST_CHOICES: Final = 200
_LONGEST_LINE: Final = 200
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,300}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_REQUIRED: Final = re.compile(r'"(.*)" is a required property', re.DOTALL)
_ONE_LINE: Final = frozenset({"date", "date-time", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"})
_BOUNDS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "length at least {}",
    "maxLength": "length at most {}",
    "minItems": "length at least {}",
    "maxItems": "length at most {}",
}
_PREFIX: Final = "arg."


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One argument in a form.

    Args:
        number: counts the fields, from 0: ids of elements are made of it.
        name: of the argument.
        kind: how it is filled in.
        title: what it is called, if not by its name.
        description: what the schema says about it.
        limits: what values it takes, in words.
        required: whether it has to be given.
        choices: JSON text of each value that it can have, if there are few.
        value: what is in it; of a choice the number of the chosen one.
        error: what is wrong with that.
    """

    number: int
    name: str
    kind: Kind
    title: str = ""
    description: str = ""
    limits: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    value: str = ""
    error: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The choices as people read them: a text without its quotes, unless it would be taken for another value."""
        values: list[Json] = [json.loads(choice) for choice in self.choices]
        return tuple(
            value if isinstance(value, str) and value.strip() and value not in self.choices else choice
            for value, choice in zip(values, self.choices, strict=True)
        )

    @property
    def id(self) -> str:
        """Of its element."""
        return f"arg-{self.number}"

    @property
    def key(self) -> str:
        """By which it is posted."""
        return f"{_PREFIX}{self.name}"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that somebody filled in.

    Args:
        fields: as they are shown again, each with its error.
        arguments: what they stand for; None when one of them stands for nothing.
    """

    fields: tuple[Field, ...]
    arguments: JsonObject | None


def fields_of(schema: JsonObject) -> tuple[Field, ...]:
    """The fields of a schema, each with its default in it; none when it has no properties, or too many."""
    properties = _object(schema.get("properties"))
    if not 0 < len(properties) <= MOST_FIELDS:
        return ()
    wanted = schema.get("required")
    required = cast("list[object]", wanted) if isinstance(wanted, list) else []
    # What has to be given comes first; the rest stays as it is.
    names = sorted(properties, key=lambda name: name not in required)
    return tuple(
        _field(number, name, _object(properties[name]), required=name in required) for number, name in enumerate(names)
    )


def filled(fields: Iterable[Field], form: Mapping[str, str]) -> Filled:
    """What was filled in.

    Args:
        fields: of the schema.
        form: as it was posted.
    """
    shown: list[Field] = []
    arguments: dict[str, Json] = {}
    for field in fields:
        text = form.get(field.key, "")
        error = ""
        if text.strip():
            try:
                arguments[field.name] = _value(field, text)
            except (ValueError, RecursionError) as problem:
                error = str(problem)
        elif field.required:
            error = "It has to be given."
        shown.append(replace(field, value=text, error=error))
    return Filled(tuple(shown), None if any(field.error for field in shown) else arguments)


def with_violations(fields: Sequence[Field], violations: Iterable[JsonObject]) -> tuple[tuple[Field, ...], list[str]]:
    """Puts what the engine found wrong beside the fields; what concerns none of them comes second."""
    errors: dict[str, str] = {}
    others: list[str] = []
    for violation in violations:
        path, message = str(violation["path"]), str(violation["message"])
        found = _REQUIRED.fullmatch(message) if path == "$" else None
        names = [field.name for field in fields if _about(path, field.name)]
        name = found[1] if found else max(names, key=len, default=None)
        if name is not None and any(field.name == name for field in fields):
            below = "" if found or path == f"$.{name}" else f"{path}: "
            errors.setdefault(name, "It has to be given." if found else f"{below}{message}")
        else:
            others.append(message if path == "$" else f"{path}: {message}")
    return tuple(replace(field, error=errors.get(field.name, field.error)) for field in fields), others


def arguments_text(fields: Iterable[Field], schema: JsonObject) -> str:
    """What the arguments as JSON begin with: the defaults, and what has to be given."""
    properties = _object(schema.get("properties"))
    given = {
        field.name: _object(properties.get(field.name)).get("default")
        for field in fields
        if field.required or field.value
    }
    return json_text(given)


def _about(path: str, name: str) -> bool:
    return path == f"$.{name}" or path.startswith((f"$.{name}.", f"$.{name}["))


def _field(number: int, name: str, part: JsonObject, *, required: bool) -> Field:
    part = _without_null(part)
    choices = _choices(part)
    kind = Kind.CHOICE if choices else _kind(part)
    return Field(
        number=number,
        name=name,
        kind=kind,
        title=_text(part.get("title")),
        description=_text(part.get("description")),
        limits=_limits(part, kind),
        required=required,
        choices=choices,
        value=_default(part, kind, choices),
    )


def _without_null(part: JsonObject) -> JsonObject:
    """What a value is unless it is null, which is what an empty field stands for."""
    kinds: object = part.get("type")
    if isinstance(kinds, list):
        others = [kind for kind in cast("list[object]", kinds) if kind != "null"]
        return {**part, "type": others[0]} if len(others) == 1 else part
    either: object = part.get("anyOf")
    if isinstance(either, list):
        others = [_object(each) for each in cast("list[object]", either) if _object(each).get("type") != "null"]
        if len(others) == 1:
            return {**others[0], **{name: value for name, value in part.items() if name != "anyOf"}}
    return part


def _choices(part: JsonObject) -> tuple[str, ...]:
    values: object = [part["const"]] if "const" in part else part.get("enum")
    if values is None and part.get("type") == "boolean":
        values = [True, False]
    if not isinstance(values, list) or len(cast("list[object]", values)) > _MOST_CHOICES:
        return ()
    return tuple(json_text(value, compact=True) for value in cast("list[Json]", values))


def _kind(part: JsonObject) -> Kind:
    match part.get("type"):
        case "integer":
            return Kind.INTEGER
        case "number":
            return Kind.NUMBER
        case "string":
            longest: object = part.get("maxLength")
            short = isinstance(longest, int) and longest <= _LONGEST_LINE
            return Kind.LINE if short or part.get("format") in _ONE_LINE or "pattern" in part else Kind.TEXT
        case _:
            return Kind.JSON


def _limits(part: JsonObject, kind: Kind) -> str:
    named: object = part.get("type")
    if kind is Kind.CHOICE:
        return ""
    words = [named if isinstance(named, str) else "any JSON"]
    if kind is Kind.JSON and named in ("array", "object"):
        words = [f"{named}, as JSON"]
    for keyword, said in _BOUNDS.items():
        bound: object = part.get(keyword)
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            words.append(said.format(f"{bound:,}"))
    for keyword in ("format", "pattern"):
        if isinstance(part.get(keyword), str):
            words.append(f"{keyword} {part[keyword]}")
    return ", ".join(words)


def _default(part: JsonObject, kind: Kind, choices: Sequence[str]) -> str:
    if "default" not in part or part["default"] is None:
        return ""
    default: Json = part["default"]
    if kind is Kind.CHOICE:
        text = json_text(default, compact=True)
        return str(choices.index(text)) if text in choices else ""
    if kind is Kind.JSON:
        return json_text(default)
    return default if isinstance(default, str) else json_text(default, compact=True)


def _value(field: Field, text: str) -> Json:
    """What a field stands for.

    Raises:
        ValueError: nothing; it says what is wrong.
    """
    match field.kind:
        case Kind.LINE | Kind.TEXT:
            return text
        case Kind.INTEGER:
            if not _INTEGER.fullmatch(text.strip()):
                raise ValueError("It has to be a whole number.")
            return int(text)
        case Kind.NUMBER:
            if not _NUMBER.fullmatch(text.strip()):
                raise ValueError("It has to be a number.")
            return int(text) if _INTEGER.fullmatch(text.strip()) else float(text)
        case Kind.CHOICE:
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
            if not 0 <= number < len(field.choices):
                raise ValueError("It has to be one of these.")
            return json.loads(field.choices[number])
        case Kind.JSON:
            return json_value(text)


def json_value(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none; it says where and why.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"This is no JSON: {error.msg}, line {error.lineno} column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise ValueError("This is no JSON that can be read.") from None


def _object(value: object) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
