"""A typed view of what the guest says about a source.

The description is made inside the sandbox, from a source that may be hostile: each field is checked here, and what is
not as it should be is a `BadGuestAnswer`. `guest/src/describe.rs` says what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.json import Json

_T = TypeVar("_T")

_MOST_TEXT: Final = 2**20

MISSING: Final = object()
"""No value at all, where None is one."""

How: TypeAlias = Literal["field", "index", "pattern", "demand", "get", "check", "set"]
_HOWS: Final[dict[str, How]] = {
    "field": "field",
    "index": "index",
    "pattern": "pattern",
    "demand": "demand",
    "get": "get",
    "check": "check",
    "set": "set",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: `name` is None for a pattern; `declared` and `optional` are what `x?: T` says."""

    name: str | None
    declared: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an attribute; `key` is None for one without. Bare words are `{"word": ..}`."""

    key: str | None
    value: Json


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: `#[name(..)]`."""

    name: str
    args: tuple[Argument, ...]
    line: int

    def get(self, *keys: str) -> Json:
        """The value of the first of `keys` that is there, or None."""
        for key in keys:
            for argument in self.args:
                if argument.key == key:
                    return argument.value
        return None

    def text(self, *keys: str) -> str | None:
        """The same, when it is a text or a bare word."""
        value = self.get(*keys)
        return word(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list; one text alone is a list of one."""
        value = self.get(key)
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        return tuple(text for item in items if (text := word(item)) is not None)


def word(value: Json) -> str | None:
    """A text, or a bare word, of an attribute; else None."""
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("word")
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Read:
    """A field of a parameter that is read or written; `default` is MISSING when there is none."""

    param: str
    key: str
    how: How
    default: Json = MISSING


@dataclass(frozen=True, slots=True)
class Pass:
    """A parameter that is passed on whole; `target` is the path of a function of the same source, if it is one."""

    param: str
    target: tuple[str, ...] | None
    position: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function. `returns` is the literal that is its whole body, or MISSING."""

    name: str
    module: tuple[str, ...]
    impl: str | None
    public: bool
    is_async: bool
    instance: bool
    params: tuple[Parameter, ...]
    docs: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    line: int
    column: int
    reads: tuple[Read, ...]
    passes: tuple[Pass, ...]
    whole: frozenset[str]
    returns: Json = MISSING

    @property
    def path(self) -> tuple[str, ...]:
        """The modules, the type and the name, as other functions of the source reach it."""
        return (*self.module, *((self.impl,) if self.impl else ()), self.name)

    @property
    def entry(self) -> str:
        """The path as the engine enters it: `call`, `file::list`."""
        return "::".join(self.path)

    @property
    def top(self) -> bool:
        """Whether it stands in no module and belongs to no type."""
        return not self.module and self.impl is None

    @property
    def description(self) -> str:
        """Its documentation lines, joined by blanks."""
        return " ".join(line.strip() for line in self.docs if line.strip())

    def marked(self, *names: str) -> tuple[Attribute, ...]:
        """Its attributes of these names."""
        return tuple(attribute for attribute in self.attributes if attribute.name in names)


@dataclass(frozen=True, slots=True)
class Module:
    """A module; `external` says that its text would be in another file."""

    path: tuple[str, ...]
    public: bool
    external: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class HostCall:
    """A path that leads out of the source.

    `name` has `use` resolved; `guessed` says that a `use module::*` may have brought it.
    """

    name: str
    written: str
    called: bool
    guessed: bool
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class ParseError:
    """Where Rune's parser stopped."""

    message: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole source.

    Args:
        parsed: whether Rune could parse it; if not, the declarations are only what the tokens show.
        lexed: whether Rune could read all tokens.
        truncated: whether it declares more than is reported.
        error: where the parser stopped.
        header: the `//!` lines it begins with.
        functions: all functions, in their order.
        modules: all modules.
        host_calls: paths that lead out of it.
    """

    parsed: bool
    lexed: bool = True
    truncated: bool = False
    error: ParseError | None = None
    header: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    modules: tuple[Module, ...] = ()
    host_calls: tuple[HostCall, ...] = ()
    by_path: Mapping[tuple[str, ...], Function] = field(default_factory=dict[tuple[str, ...], Function])


def read_facts(data: Mapping[str, Any]) -> Facts:
    """Checks a description and gives it types.

    Raises:
        BadGuestAnswer: a field is missing or of the wrong type.
    """
    functions = tuple(_function(item) for item in _list(data, "functions", required=False))
    by_path: dict[tuple[str, ...], Function] = {}
    for function in functions:
        by_path.setdefault(function.path, function)
    return Facts(
        parsed=_bool(data, "parsed"),
        lexed=bool(data.get("lexed", True)),
        truncated=bool(data.get("truncated", False)),
        error=_error(data.get("error")),
        header=_texts(data, "header"),
        functions=functions,
        modules=tuple(_module(item) for item in _list(data, "modules", required=False)),
        host_calls=tuple(_host_call(item) for item in _list(data, "host_calls", required=False)),
        by_path=by_path,
    )


def _function(data: Mapping[str, Any]) -> Function:
    return Function(
        name=_text(data, "name"),
        module=_texts(data, "module"),
        impl=_optional_text(data, "impl"),
        public=_bool(data, "public"),
        is_async=_bool(data, "async"),
        instance=_bool(data, "instance"),
        params=tuple([_parameter(item) for item in _list(data, "params")]),
        docs=_texts(data, "docs"),
        attributes=tuple([_attribute(item) for item in _list(data, "attributes")]),
        line=_int(data, "line"),
        column=_int(data, "column"),
        reads=tuple([_read(item) for item in _list(data, "reads")]),
        passes=tuple([_pass(item) for item in _list(data, "passes")]),
        whole=frozenset(_texts(data, "whole")),
        returns=data.get("returns", MISSING),
    )


def _parameter(data: Mapping[str, Any]) -> Parameter:
    return Parameter(_optional_text(data, "name"), _optional_text(data, "type"), data.get("optional") is True)


def _attribute(data: Mapping[str, Any]) -> Attribute:
    args = tuple(Argument(_optional_text(item, "key"), item.get("value")) for item in _list(data, "args"))
    return Attribute(_text(data, "name"), args, _int(data, "line"))


def _read(data: Mapping[str, Any]) -> Read:
    how = _HOWS.get(_text(data, "how"))
    if how is None:
        raise _wrong("how")
    return Read(_text(data, "param"), _text(data, "key"), how, data.get("default", MISSING))


def _pass(data: Mapping[str, Any]) -> Pass:
    target = None if data.get("target") is None else _texts(data, "target")
    return Pass(_text(data, "param"), target, _int(data, "position"))


def _module(data: Mapping[str, Any]) -> Module:
    return Module(
        _texts(data, "path"), _bool(data, "public"), _bool(data, "external"), _int(data, "line"), _int(data, "column")
    )


def _host_call(data: Mapping[str, Any]) -> HostCall:
    return HostCall(
        name=_text(data, "name"),
        written=_text(data, "written"),
        called=_bool(data, "called"),
        guessed=_bool(data, "guessed"),
        line=_int(data, "line"),
        column=_int(data, "column"),
        length=_int(data, "length"),
    )


def _error(data: Any) -> ParseError | None:
    if data is None:
        return None
    fields = _object(data, "error")
    places = [fields.get(name, 0) for name in ("line", "column", "length")]
    line, column, length = (place if isinstance(place, int) else 0 for place in places)
    return ParseError(_text(fields, "message")[:2000], line, column, length)


def _wrong(name: str) -> BadGuestAnswer:
    return BadGuestAnswer(f"the guest's description of a source is wrong in {name!r}")


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(name)
    return cast("dict[str, Any]", value)


def _list(data: Mapping[str, Any], name: str, *, required: bool = True) -> Iterable[Mapping[str, Any]]:
    value = data.get(name)
    if value is None and not required:
        return []
    if not isinstance(value, list):
        raise _wrong(name)
    items = cast("list[Any]", value)
    for item in items:
        if not isinstance(item, dict):
            raise _wrong(name)
    return items


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name, [])
    if not isinstance(value, list):
        raise _wrong(name)
    if not value:
        return ()  # as most are
    items = cast("list[Any]", value)
    for item in items:
        if not isinstance(item, str):
            raise _wrong(name)
    return tuple(items)


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise _wrong(name)
    return value


def _optional_text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > _MOST_TEXT):
        raise _wrong(name)
    return value


def _int(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(name)
    return value


def _bool(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name)
    if not isinstance(value, bool):
        raise _wrong(name)
    return value
