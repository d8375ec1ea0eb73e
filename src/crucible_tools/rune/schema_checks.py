"""Checks of the schemas that tools declare.

Schemas come out of scripts, so they are as hostile as scripts are. A schema whose references expand to more than
10,000 subschemas, or that refers to itself more than once a level, makes a validator run for ever: it is refused
before any validator sees it (`schema_expansion`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import jsonschema_rs

from crucible_tools.rune.report import Reason
from crucible_tools.rune.schema_expansion import DANGLING, expansion, short
from crucible_tools.rune.schemas import default_fits


def check_input(schema: Mapping[str, Any]) -> list[Reason]:
    """What is wrong with an input schema: what makes it unusable, or else the idioms RN301 to RN303."""
    found = check(schema)
    return found or list(_lint(schema))


def check(schema: Mapping[str, Any]) -> list[Reason]:
    """What makes a schema unusable: too much to expand, or no JSON Schema 2020-12."""
    if problem := expansion(schema):
        if problem.endswith(DANGLING):
            hint = "a reference names a part of the same schema: #/$defs/NAME"
            return [Reason("hostile-schema", "error", problem, hint=hint)]
        return [Reason("hostile-schema", "error", problem, hint="use fewer references")]
    try:
        jsonschema_rs.Draft202012Validator(dict(schema), offline=True)
    except jsonschema_rs.ValidationError as error:
        place = tuple(error.instance_path)
        where = f" at {'.'.join(map(str, place))}"[:100] if place else ""
        message = f"is no JSON Schema 2020-12{where}: {_what(error, place)}"
        return [Reason("invalid-schema", "error", message, within=place)]
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        return [Reason("invalid-schema", "error", f"is no JSON Schema 2020-12: {_first_line(error)}")]
    return []


def _lint(schema: Mapping[str, Any]) -> Iterator[Reason]:
    """The idioms RN301 to RN303. Messages go behind "the input schema of x"."""
    kind: Any = schema.get("type")
    if kind is None:
        yield Reason("RN301", "warning", 'does not say `type: "object"`', hint='add `type: "object"`')
    elif kind != "object" and not (isinstance(kind, list) and "object" in kind):
        yield Reason("RN301", "error", f"is for {short(kind)}, and arguments are always an object")
    properties = cast("Mapping[str, Any]", schema.get("properties", {}))
    for name in cast("list[str]", schema.get("required", [])):
        if name not in properties:
            message = f"requires {name!r}, which is no property of it"
            yield Reason("RN302", "warning", message, hint="describe it, or do not require it")
    for name, item in properties.items():
        if isinstance(item, dict) and "default" in item:
            fields = cast("dict[str, Any]", item)
            if not default_fits(fields["default"], fields):
                message = f"has a default for {name!r}, {short(fields['default'])}, that does not fit its type"
                yield Reason("RN303", "warning", message)


def _what(error: BaseException, place: tuple[str | int, ...]) -> str:
    """What is wrong there; of a type all that the meta-schema says is that it is none of its alternatives."""
    line = _first_line(error)
    if place[-1:] == ("type",):
        return f"{line.partition(' is not valid under')[0]} is no type"
    return line


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
