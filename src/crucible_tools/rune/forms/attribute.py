"""The attribute forms: `#[tool(..)]` with `#[param(..)]`, and the older one with types in the signature."""

from __future__ import annotations

from typing import Any, Final, cast

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.locations import Location
from crucible_tools.model.near import near
from crucible_tools.rune import schemas
from crucible_tools.rune.facts import MISSING, Attribute, Function, Parameter, word
from crucible_tools.rune.forms.reading import ARGUMENTS, Draft, Reading, parameters, reads_object, takes_object
from crucible_tools.rune.report import Reason

_MOST_NESTED: Final = 8


def read(reading: Reading) -> None:
    """Finds a tool for each function with `#[tool]`."""
    for function in reading.facts.functions:
        if marks := function.marked("tool"):
            _read(reading, function, marks[0])


def _read(reading: Reading, function: Function, tool: Attribute) -> None:
    typed = any(param.declared for param in function.params)
    params = function.marked("param")
    form = "attribute-typed" if typed else "attribute"
    reading.claim(function, form)
    category = tool.text("category")
    tags = tool.texts("tags")
    described = tool.text("desc", "description") or next((word(a.value) for a in tool.args if a.key is None), None)
    draft = Draft(
        name=tool.text("name") or ".".join(function.path),
        form=form,
        entry=function.entry,
        function=function,
        description=described or function.description,
        version=tool.text("version") or "1.0.0",
        category=category or "general",
        # A category comes first among the tags.
        tags=(category, *(tag for tag in tags if tag != category)) if category else tags,
        author=tool.text("author"),
    )
    reading.drafts.append(draft)
    if problem := _unusable(function):
        code, message = problem
        draft.problems.append(Reason(code, "error", message, location=reading.at(function)))
        return
    names = parameters(function)
    if names is None:
        message = f"`{function.name}` takes a pattern, not a parameter with a name"
        draft.problems.append(Reason("parameters", "error", message, location=reading.at(function)))
        return
    described_names = [name for param in params if (name := _name(param)) is not None]
    one = len(names) == 1 and names[0] not in described_names and (bool(described_names) or takes_object(function))
    if one and not (described_names and _misspelt(function, names[0], described_names)):
        _by_object(reading, draft, function, params)
    else:
        _by_position(reading, draft, function, params)


def _misspelt(function: Function, name: str, described: list[str]) -> bool:
    """Whether the one parameter is meant by a description that names nearly the same, and not used as an object."""
    return not takes_object(function) and not reads_object(function) and bool(near(name, described, 1))


def _unusable(function: Function) -> tuple[str, str] | None:
    if function.impl or function.instance:
        return "no-entry", f"`{function.name}` belongs to a type, so that nothing can call it by its name"
    if not function.public:
        return "RN029", f"`{function.name}` is private, so that nothing can call it"
    return None


def _by_object(reading: Reading, draft: Draft, function: Function, params: tuple[Attribute, ...]) -> None:
    """One parameter takes all arguments; the attributes describe its fields, or else its uses do."""
    if not params:
        draft.input_schema = schemas.inferred(function, function.params[0].name or ARGUMENTS, reading.facts.by_path)
        return
    properties = {name: _property(reading, draft, param) for param in params if (name := _name(param)) is not None}
    required = [name for param in params if (name := _name(param)) is not None and param.get("required") is not False]
    draft.input_schema = schemas.of_object(properties, required)


def _by_position(reading: Reading, draft: Draft, function: Function, params: tuple[Attribute, ...]) -> None:
    described = {name: param for param in params if (name := _name(param)) is not None}
    properties: JsonObject = {}
    required: list[str] = []
    for param in function.params:
        name = param.name or ""
        attribute = described.pop(name, None)
        properties[name] = _property(reading, draft, attribute, param)
        optional = param.optional or (attribute is not None and attribute.get("required") is False)
        if not optional:
            required.append(name)
    for name in described:
        message = f"#[param] describes {name!r}, which is no parameter of `{function.name}`"
        close = near(name, list(properties), 1)
        hint = f"did you mean {close[0]!r}?" if close else None
        location = Location(reading.path, described[name].line, 1)
        draft.problems.append(Reason("parameters", "error", message, hint=hint, location=location))
    draft.calling, draft.positional = "positional", tuple(properties)
    draft.input_schema = schemas.of_object(properties, required)


def _name(param: Attribute) -> str | None:
    return param.text("name") or next((word(a.value) for a in param.args if a.key is None), None)


def _property(
    reading: Reading, draft: Draft, attribute: Attribute | None, param: Parameter | None = None
) -> JsonObject:
    """The schema of one parameter, out of its attribute or its declared type."""
    if attribute is None:
        return schemas.of_type(param.declared if param else None)
    declared = _type(attribute.get("type"))
    schema = schemas.of_type(declared or (param.declared if param else None))
    if description := attribute.text("desc", "description"):
        schema["description"] = description
    if any(argument.key == "default" for argument in attribute.args):
        value = _literal(attribute.get("default"), in_object=schema.get("type") == "object")
        if value is MISSING:
            _unreadable(reading, draft, attribute, "default")
        else:
            schema["default"] = value
    values = _literal(attribute.get("enum", "values"))
    if values is MISSING:
        _unreadable(reading, draft, attribute, "enum")
    elif isinstance(values, list) and values:
        schema["enum"] = values
    return schema


def _unreadable(reading: Reading, draft: Draft, attribute: Attribute, what: str) -> None:
    """A value that is not known must not be taken for none: calls would get that."""
    message = f"the {what} of {_name(attribute)!r} is no literal that can be read"
    hint = "write a text, a number, true, false, a list or an object of such"
    location = Location(reading.path, attribute.line, 1)
    draft.problems.append(Reason("parameters", "error", message, hint=hint, location=location))


def _literal(value: Json, *, in_object: bool = False) -> Json:
    """A value of an attribute, bare words as texts; MISSING if it is an expression (`{"text": ..}`, `{"call": ..}`).

    `#{word: "x"}` and the bare word `x` are the same in the facts: it is an object where one is declared.
    """
    if isinstance(value, list):
        return [_literal(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    if fields.keys() in ({"text"}, {"call", "args"}):
        return MISSING
    if fields.keys() == {"word"} and not in_object:
        return word(value)
    return {key: _literal(item) for key, item in fields.items()}


def _type(value: Json) -> str | None:
    """A type in an attribute: a text, a bare word, or a list of one, `[string]`."""
    lists = 0
    while isinstance(value, list) and lists < _MOST_NESTED:
        items = cast("list[Any]", value)
        value = items[0] if len(items) == 1 else None
        lists += 1
    name = word(value)
    if name is None and isinstance(value, dict):
        text = cast("dict[str, Any]", value).get("text")
        name = text if isinstance(text, str) else None
    return "[" * lists + name + "]" * lists if name else None
