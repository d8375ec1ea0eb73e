"""Arguments made from a tool's schema, for rehearsals: small values that the schema allows.

Nothing here is random: a schema always gives the same arguments. It is hostile, too, so all work is bounded, and a
schema that asks for more (ten thousand items, a value that contains itself) gives no arguments at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import jsonschema_rs

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.rune.check.making import Kind, Maker, ValuePath, Wish
from crucible_tools.rune.check.subschemas import NoValue, as_list, as_object, kinds, resolved, texts
from crucible_tools.rune.schema_expansion import expansion, weight

MOST_VARIANTS: Final = 12
"""Sets of arguments that are made of one schema."""

MOST_CALLS: Final = 36
"""Calls of all tools of a source together, as long as each is called once: three tools have all their sets."""

_MOST_ROUNDS: Final = 40
"""How often, over all sets, values are replaced by others until the schema takes them."""

_MOST_WORK: Final = 200_000
"""Alternatives times values that a validation may try: a few milliseconds."""

_MOST_ERRORS: Final = 20
_MOST_NAMES: Final = 3
_KINDS: Final[tuple[Kind, ...]] = ("string", "array", "object", "integer")


def share(tools: int) -> int:
    """How many sets of arguments each of so many tools of one source gets."""
    return max(1, min(MOST_VARIANTS, MOST_CALLS // max(tools, 1)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a function that reaches outside answers in a call.

    Args:
        value: what the script gets; with `failed` what is in its `Err`.
        failed: whether the function fails.
    """

    value: Json
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of arguments, generated or an author's example.

    Args:
        arguments: what the tool is called with.
        words: which set it is, to go behind "calls": "without `folder`", "with all arguments".
        without: the optional parameters that are left out.
        guessed: places whose type the schema does not say (`notes`, `notes[0]`): what is there was made up.
        kind: the type that was chosen for them, when it was not chosen by their names.
        replies: what functions that reach outside answer, in order; after these, and without, stand-ins do.
    """

    arguments: JsonObject
    words: str
    without: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    kind: Kind | None = None
    replies: tuple[Reply, ...] = ()

    @property
    def key(self) -> str:
        """The same text for the same arguments."""
        return json.dumps(self.arguments, sort_keys=True)


_READS: Final = re.compile(r'\.([A-Za-z_]\w{0,40})\b(?!\s*[(:!])|(?:\[|\.get\()"([A-Za-z_]\w{0,40})"')
_MOST_FIELDS: Final = 24


def fields_of(text: str) -> tuple[str, ...]:
    """Names of the fields that a source reads, the first ones."""
    found: dict[str, None] = {}
    for match in _READS.finditer(text):
        found[match[1] or match[2]] = None
        if len(found) > _MOST_FIELDS:
            break
    found.pop("await", None)
    return tuple(found)


def minimal(schema: JsonObject) -> JsonObject | None:
    """The required parameters alone, with the smallest values; None if no arguments were found."""
    source = _Source.of(schema)
    variant = source and source.variant(Wish())
    return variant.arguments if variant else None


def everything(schema: JsonObject) -> JsonObject | None:
    """All parameters; None if no arguments were found."""
    source = _Source.of(schema)
    variant = source and source.variant(Wish(full=True))
    return variant.arguments if variant else None


def variants(schema: JsonObject, most: int = MOST_VARIANTS, fields: tuple[str, ...] = ()) -> tuple[Variant, ...]:
    """Sets of arguments: minimal, all, one without each optional parameter, one with each null that is allowed.

    Where the schema does not say the type of a required parameter, several are tried. All sets fit the schema, and no
    two are alike; none at all if the schema can't be satisfied, or not within bounds.

    Args:
        schema: of the arguments.
        most: number of sets.
        fields: names of fields that objects get of which the schema says nothing: those that the source reads.
    """
    source = _Source.of(schema, fields)
    found: dict[str, Variant] = {}
    if source is not None:
        for wish in source.wishes():
            if len(found) >= most:
                break
            if variant := source.variant(wish):
                key = variant.key
                # Of two alike, "without `folder`" says more than "with the smallest arguments".
                if key not in found or wish.without:
                    found[key] = variant
    return tuple(found.values())


class _Source:
    """A schema that arguments are made from."""

    def __init__(self, root: JsonObject, validator: Any, fields: tuple[str, ...]) -> None:
        self._root = root
        self._fields = fields
        self._validator = validator
        self._weight = weight(root)
        self._rounds = _MOST_ROUNDS
        self._attempts: dict[ValuePath, int] = {}
        self._guesses = False
        head = resolved(root, root)
        self._properties = as_object(head.get("properties"))
        required = frozenset(texts(head.get("required")))
        self._optional = tuple(name for name in self._properties if name not in required)

    @staticmethod
    def of(schema: JsonObject, fields: tuple[str, ...] = ()) -> _Source | None:
        """The schema, or None for one that no validator must be given."""
        if expansion(schema) is not None:
            return None
        try:
            return _Source(schema, jsonschema_rs.Draft202012Validator(schema, offline=True), fields)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, NoValue):
            return None

    def wishes(self) -> Iterator[Wish]:
        """Which sets of arguments are worth a call, the most telling first."""
        yield Wish()
        yield Wish(full=True)
        for name in self._optional[:MOST_VARIANTS]:
            yield Wish(full=True, without=name)
        nullable = (name for name, part in self._properties.items() if self._takes_null(part))
        for name, _ in zip(nullable, range(MOST_VARIANTS), strict=False):
            yield Wish(full=True, null=name)
        if self._guesses:
            for kind in _KINDS:
                yield Wish(kind=kind)

    def variant(self, wish: Wish) -> Variant | None:
        """Arguments that the schema takes, or None if none were found."""
        # What was refused once is refused again, except where null or another type was forced upon a place.
        attempts = self._attempts if not (wish.null or wish.kind) else dict(self._attempts)
        while self._rounds > 0:
            maker = Maker(self._root, wish, attempts, self._fields)
            try:
                arguments: Any = maker.make(self._root, "", ())
            except NoValue:
                return None
            if not isinstance(arguments, dict):
                return None
            fields = cast("JsonObject", arguments)
            refused = self._refused(fields, maker.values)
            if not refused:
                return None if refused is None else self._named(wish, fields, maker)
            self._rounds -= 1
            for path in refused:
                if wish.null is not None and path[:1] == (wish.null,):
                    return None
                while path and path not in maker.made:
                    path = path[:-1]
                attempts[path] = attempts.get(path, 0) + 1
        return None

    def _refused(self, arguments: JsonObject, values: int) -> set[ValuePath] | None:
        """The places at which the schema refuses arguments; None when looking would take too long."""
        if self._weight * max(values, 1) > _MOST_WORK:
            return None
        try:
            if self._validator.is_valid(arguments):
                return set()
            errors = zip(self._validator.iter_errors(arguments), range(_MOST_ERRORS), strict=False)
            return {tuple(error.instance_path) for error, _ in errors}
        except ValueError:
            return None  # a pattern that takes too long

    def _named(self, wish: Wish, fields: JsonObject, maker: Maker) -> Variant:
        left_out = tuple(name for name in self._optional if name not in fields)
        guesses = [path for path in maker.guesses if _within(path, fields)]
        self._guesses |= any(len(path) == 1 for path in guesses) and wish == Wish()
        return Variant(fields, self._words(wish, fields, left_out), left_out, tuple(map(_shown, guesses)), wish.kind)

    def _words(self, wish: Wish, fields: JsonObject, left_out: tuple[str, ...]) -> str:
        if wish.null is not None:
            return f"with `{wish.null}` null"
        if wish.kind is not None:
            return f"with {'an' if wish.kind[0] in 'aio' else 'a'} {wish.kind} where the type is open"
        if wish.full and left_out:
            names = ", ".join(f"`{name}`" for name in left_out[:_MOST_NAMES])
            more = len(left_out) - _MOST_NAMES
            return f"without {names}{f' and {more} more' if more > 0 else ''}"
        if not fields:
            return "without arguments"
        return "with all arguments" if wish.full else "with the smallest arguments"

    def _takes_null(self, part: Any) -> bool:
        try:
            schema = resolved(part, self._root)
            branches = as_list(schema.get("anyOf")) + as_list(schema.get("oneOf"))
            return any("null" in kinds(resolved(item, self._root)) for item in (schema, *branches))
        except NoValue:
            return False


def _shown(path: ValuePath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _within(path: ValuePath, value: Json) -> bool:
    """Whether there is something at a path."""
    for part in path:
        if isinstance(part, int):
            if not isinstance(value, list) or part >= len(cast("list[Any]", value)):
                return False
        elif not isinstance(value, dict) or part not in value:
            return False
        value = cast("Any", value)[part]
    return True
