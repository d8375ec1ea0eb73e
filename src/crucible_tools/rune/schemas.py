"""Input schemas of tools that declare none, or declare types instead of one.

Rules are those of legacy-tools.md, "Forms": a field that is read as `args.x` or `args["x"]` is required, one that is
asked for with `args.get("x")` is not, `unwrap_or(v)` gives default and type, and arguments that are passed on whole
are followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard, cast

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.rune.facts import MISSING, Function

_TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "str": "string",
    "number": "number",
    "float": "number",
    "f64": "number",
    "f32": "number",
    "int": "integer",
    "integer": "integer",
    "i64": "integer",
    "i32": "integer",
    "isize": "integer",
    "long": "integer",
    "double": "number",
    "u64": "integer",
    "u32": "integer",
    "usize": "integer",
    "bool": "boolean",
    "boolean": "boolean",
    "array": "array",
    "list": "array",
    "vec": "array",
    "object": "object",
}
TYPE_NAMES: Final = frozenset({*_TYPES, "any"})
"""What a type may be called; another name is an object (legacy-tools.md)."""

_LISTS: Final = ("array<", "list<", "vec<")
_REFERENCE: Final = re.compile(r"^(?:&\s*(?:'\w+\s+)?(?:mut\s+)?)+")
_NOTHING: Final = re.compile(r"\s*\|\s*(?:null|none|undefined)\b")
_MOST_NESTED: Final = 16

_NEEDING: Final = frozenset({"field", "index", "pattern", "demand"})


def of_type(declared: str | None) -> JsonObject:
    """The schema of a declared type; an unknown one is an object, no type is anything (legacy-tools.md).

    Args:
        declared: as it is written: `string`, `[string]`, `array<number>`, `i64`.
    """
    if declared is None:
        return {}
    name = _plain(declared.partition("=")[0].strip().lower())  # `limit?: number = 5`
    lists = 0
    while lists < _MOST_NESTED:
        if name.startswith("[") and name.endswith("]"):
            name = name[1:-1].partition(";")[0].strip()
        elif name.endswith("[]"):
            name = name[:-2].strip()
        elif name.startswith(_LISTS) and name.endswith(">"):
            name = name.partition("<")[2][:-1].strip()
        elif name.startswith("list[") and name.endswith("]"):
            name = name[len("list[") : -1].strip()
        else:
            break
        name = _plain(name)
        lists += 1
    schema: JsonObject = {}
    if name not in ("any", "_", ""):
        schema = {"type": _TYPES.get(name, "object")}
    for _ in range(lists):
        schema = {"type": "array", "items": schema} if schema else {"type": "array"}
    return schema


def _plain(name: str) -> str:
    """A type without what says that there may be none, and without references: `&'a str`, `Option<i64>`, `T | null`."""
    name = _REFERENCE.sub("", name)
    name = _NOTHING.sub("", name).strip()
    for opened, closed in (("option<", ">"), ("optional[", "]")):
        if name.startswith(opened) and name.endswith(closed):
            return _plain(name[len(opened) : -1].strip())
    return name.removesuffix("?")


def of_value(value: Json) -> JsonObject:
    """The schema that a default value suggests: its type."""
    match value:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            return {"type": "array"}
        case dict():
            return {"type": "object"}
        case _:
            return {}


def of_object(properties: JsonObject, required: Iterable[str], *, closed: bool = False) -> JsonObject:
    """The schema of an arguments object; `closed` refuses other names."""
    schema: JsonObject = {"type": "object", "properties": properties, "required": list(required)}
    if closed:
        schema["additionalProperties"] = False
    return schema


@dataclass(slots=True)
class _Key:
    needed: bool = False
    asked: bool = False
    default: Json = MISSING


@dataclass(slots=True)
class _Uses:
    """What a function, and those that it passes its arguments on to, do with the fields."""

    keys: dict[str, _Key] = field(default_factory=dict[str, _Key])
    complete: bool = True


def inferred(function: Function, param: str, functions: Mapping[tuple[str, ...], Function]) -> JsonObject:
    """The input schema of a function that takes all arguments as one object.

    Names that it does not read are refused if every use of the object could be followed; else they are let through.

    Args:
        function: the entry.
        param: the name of its parameter.
        functions: all functions of the source by path.
    """
    uses = _Uses()
    # Each function is looked at once for each of its parameters: recursion in the source ends here.
    pending: list[tuple[Function, str, frozenset[str]]] = [(function, param, frozenset())]
    seen = {(function.path, param)}
    while pending:
        current, name, given = pending.pop()
        own = _note(current, name, given, uses)
        if name in current.whole:
            uses.complete = False
        for passed in reversed(current.passes):
            if passed.param != name:
                continue
            callee = functions.get(passed.target) if passed.target else None
            target = _parameter(callee, passed.position)
            if callee is None or target is None:
                uses.complete = False
            elif (callee.path, target) not in seen:
                seen.add((callee.path, target))
                pending.append((callee, target, given | own))
    properties: JsonObject = {}
    for key, use in uses.keys.items():
        schema = {} if use.default is MISSING else of_value(use.default)
        if schema:
            schema["default"] = use.default
        properties[key] = schema
    required = [key for key, use in uses.keys.items() if use.needed and not use.asked]
    return of_object(properties, required, closed=uses.complete)


def _note(function: Function, param: str, given: frozenset[str], uses: _Uses) -> frozenset[str]:
    """Adds what one function reads; gives the fields that it sets itself before anything reads them."""
    own: set[str] = set()
    for read in function.reads:
        if read.param != param or read.key in given or read.key in own:
            continue
        if read.how == "set":
            if read.key not in uses.keys:
                own.add(read.key)
            continue
        use = uses.keys.setdefault(read.key, _Key())
        if read.how in _NEEDING:
            use.needed = True
        else:
            use.asked = True
        if use.default is MISSING:
            use.default = read.default
    return frozenset(own)


def _parameter(function: Function | None, position: int) -> str | None:
    """The name of the parameter that a call fills at a position."""
    if function is None:
        return None
    # `Type::method(value, args)`: the value is `self`.
    at = position - 1 if function.instance else position
    return function.params[at].name if 0 <= at < len(function.params) else None


def _within_limits(value: Json, schema: Mapping[str, Any]) -> bool:
    """Whether a number, a text or a list keeps the limits that its schema sets; a limit that is no number sets none."""
    size = len(cast("list[Any] | str", value)) if isinstance(value, (str, list)) else value
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return True
    low, high = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
    if not isinstance(value, (str, list)):
        low, high = "minimum", "maximum"
        if _is_number(above := schema.get("exclusiveMinimum")) and size <= above:
            return False
        if _is_number(below := schema.get("exclusiveMaximum")) and size >= below:
            return False
    least, most = schema.get(low), schema.get(high)
    return not (_is_number(least) and size < least) and not (_is_number(most) and size > most)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def default_fits(value: Json, schema: Mapping[str, Any]) -> bool:
    """Whether a default is of its schema's type, among its values and within its limits."""
    allowed = schema.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        return False
    if not _within_limits(value, schema):
        return False
    types: Any = schema.get("type")
    names = cast("list[Any]", types) if isinstance(types, list) else [types]
    actual = of_value(value).get("type", "null")
    whole = isinstance(value, float) and value.is_integer()
    return (
        types is None
        or actual in names
        or (actual == "integer" and "number" in names)
        or (whole and "integer" in names)
    )
