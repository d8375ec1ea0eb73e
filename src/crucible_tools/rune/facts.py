"""A typed view of what the guest says about a source.

The description is made inside the sandbox, from a source that may be hostile: each field is checked as it is read,
and what is not as it should be is a `BadGuestAnswer`. `guest/src/describe.rs` says what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeAlias, cast

from msgspec import Meta, MsgspecError, Struct
from msgspec.json import Decoder

from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.json import Json

Text: TypeAlias = Annotated[str, Meta(max_length=2**20)]
"""A text of the guest's: no source is longer."""

MISSING: Final = object()
"""No value at all, where None is one."""

How: TypeAlias = Literal["field", "index", "pattern", "demand", "get", "check", "set"]


class Parameter(Struct, frozen=True, rename={"declared": "type"}):
    """A parameter: `name` is None for a pattern; `declared` and `optional` are what `x?: T` says."""

    name: Text | None
    declared: Text | None = None
    optional: bool = False


class Argument(Struct, frozen=True):
    """An argument of an attribute; `key` is None for one without. Bare words are `{"word": ..}`."""

    key: Text | None
    value: Json = None


class Attribute(Struct, frozen=True):
    """An attribute: `#[name(..)]`."""

    name: Text
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


class Read(Struct, frozen=True):
    """A field of a parameter that is read or written; `default` is MISSING when there is none."""

    param: Text
    key: Text
    how: How
    default: Json = MISSING


class Pass(Struct, frozen=True):
    """A parameter that is passed on whole; `target` is the path of a function of the same source, if it is one."""

    param: Text
    target: tuple[str, ...] | None
    position: int


class Function(Struct, frozen=True, rename={"is_async": "async"}):
    """A function. `returns` is the literal that is its whole body, or MISSING."""

    name: Text
    module: tuple[str, ...]
    impl: Text | None
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


class Module(Struct, frozen=True):
    """A module; `external` says that its text would be in another file."""

    path: tuple[str, ...]
    public: bool
    external: bool
    line: int
    column: int


class HostCall(Struct, frozen=True):
    """A path that leads out of the source.

    `name` has `use` resolved; `guessed` says that a `use module::*` may have brought it.
    """

    name: Text
    written: Text
    called: bool
    guessed: bool
    line: int
    column: int
    length: int


class ParseError(Struct, frozen=True):
    """Where Rune's parser stopped."""

    message: Text
    line: int = 0
    column: int = 0
    length: int = 0


class Facts(Struct, frozen=True, dict=True):
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

    @cached_property
    def by_path(self) -> Mapping[tuple[str, ...], Function]:
        """The functions by their paths; of several with one path the first."""
        found: dict[tuple[str, ...], Function] = {}
        for function in self.functions:
            found.setdefault(function.path, function)
        return found


_DECODER: Final = Decoder(Facts)


def read_facts(description: bytes) -> Facts:
    """Checks a description, which is JSON, and gives it types.

    Raises:
        BadGuestAnswer: it is no JSON, or a field is missing or of the wrong type.
    """
    try:
        return _DECODER.decode(description)
    except (MsgspecError, ValueError, RecursionError) as error:
        raise BadGuestAnswer(f"the guest's description of a source is wrong: {str(error)[:200]}") from error
