"""One value for a JSON Schema: small, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.rune.check.samples import guessed_kind, holds_texts, patterned, sample, sample_number, sample_text
from crucible_tools.rune.check.subschemas import NoValue, as_list, as_object, both, count, kinds, resolved, texts

MOST_VALUES: Final = 500
"""Values that one set of arguments may consist of."""

_MOST_ITEMS: Final = 64
_MOST_DEPTH: Final = 24
_MOST_CHOICES: Final = 8
_MOST_CHARACTERS: Final = 4096
_FULL_DEPTH: Final = 4
"""How deep optional properties are given; below, only required ones are."""

Kind: TypeAlias = Literal["string", "array", "object", "integer"]

ValuePath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which arguments are wanted.

    Args:
        full: with the optional parameters; else with the smallest values and only what is required.
        without: an optional parameter to leave out.
        null: a parameter that is to be null.
        kind: the type of what neither the schema nor its name say the type of; `array` also turns what lists hold.
    """

    full: bool = False
    without: str | None = None
    null: str | None = None
    kind: Kind | None = None


class Maker:
    """Makes arguments.

    Args:
        root: the schema of all of them.
        wish: which are wanted.
        attempts: at which places the first choice was refused, and how often.
        fields: names of fields for objects of which the schema says nothing.

    `made` are the places that were filled, `guesses` those whose type the schema does not say.
    """

    def __init__(
        self, root: JsonObject, wish: Wish, attempts: Mapping[ValuePath, int], fields: tuple[str, ...] = ()
    ) -> None:
        self._root = root
        self._wish = wish
        self._attempts = attempts
        self._names = fields
        self._left = MOST_VALUES
        self.made: set[ValuePath] = set()
        self.guesses: dict[ValuePath, None] = {}

    @property
    def values(self) -> int:
        """How many were made."""
        return MOST_VALUES - self._left

    def make(self, schema: Any, name: str, path: ValuePath) -> Json:
        """A value for a schema, the best that was not refused.

        Raises:
            NoValue: there is none.
        """
        self._left -= 1
        if self._left < 0 or len(path) > _MOST_DEPTH:
            raise NoValue
        self.made.add(path)
        parts = resolved(schema, self._root)
        skip = self._attempts.get(path, 0)
        for form, part in self._choices(parts, path):
            for value in self._values(form, part, name, path):
                if skip == 0:
                    return value
                skip -= 1
        raise NoValue

    def _choices(self, schema: Mapping[str, Any], path: ValuePath) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What kinds of value come into question, the best first: `given`, or a JSON type."""
        if "const" in schema:
            yield "given", {"given": [schema["const"]]}
            return
        given = [schema["default"]] if "default" in schema else []
        given += as_list(schema.get("examples")) + as_list(schema.get("enum"))
        # An object's own example is fine, but the parameters' names decide about the arguments as a whole.
        if given and path:
            yield "given", {"given": given[:_MOST_CHOICES]}
        if "enum" in schema:
            return
        branches = as_list(schema.get("anyOf")) or as_list(schema.get("oneOf"))
        base = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        wholes: list[dict[str, Any]] = []
        for branch in branches[:_MOST_CHOICES]:
            try:
                wholes.append(both(base, resolved(branch, self._root)))
            except NoValue:
                continue
        # Null last: it has sets of arguments of its own. But deep down it is what ends a value that contains itself.
        wholes.sort(key=lambda whole: ("null" in kinds(whole)) != (len(path) >= _FULL_DEPTH))
        for whole in wholes:
            if not any(key in whole for key in ("anyOf", "oneOf")):
                yield from self._choices({k: v for k, v in whole.items() if k not in ("default", "examples")}, path)
        if branches:
            return
        types = kinds(schema) if path else ("object",)
        yield from ((kind, schema) for kind in types if kind != "null")
        if not types:
            yield "any", schema
        if "null" in types:
            yield "null", schema

    def _values(self, form: str, schema: Mapping[str, Any], name: str, path: ValuePath) -> Iterator[Json]:
        try:
            if form == "given":
                yield from schema["given"]
            elif form == "any":
                self.guesses[path] = None
                yield from self._values(self._open(name, path), {}, name, path)
            elif form == "string":
                yield from self._strings(schema, name)
            elif form in ("integer", "number"):
                yield sample_number(schema, whole=form == "integer", small=not self._wish.full)
            elif form == "boolean":
                yield from (self._wish.full, not self._wish.full)
            elif form == "array":
                yield self._array(schema, name, path)
            elif form == "object":
                yield self._fields(schema, path)
            elif form == "null":
                yield None
        except (NoValue, OverflowError):
            return

    def _open(self, name: str, path: ValuePath) -> Kind:
        """The type of what the schema says no type of."""
        wanted = self._wish.kind
        if isinstance(path[-1], int):
            # The other type when lists are asked for: then both were tried.
            holds = not self._names or holds_texts(name) != (wanted == "array")
            return "string" if holds else "object"
        kind = guessed_kind(name)
        return wanted if wanted and kind == "string" and sample_text(name) == "a" else kind

    def _strings(self, schema: Mapping[str, Any], name: str) -> Iterator[str]:
        pattern = schema.get("pattern")
        least, most = count(schema.get("minLength"), 0), count(schema.get("maxLength"), 1 << 30)
        if least > _MOST_CHARACTERS or least > most:
            return
        first = sample_text(name, schema.get("format"))
        texts = (first, *patterned(pattern)) if isinstance(pattern, str) else (first,)
        for text in texts:
            if isinstance(pattern, str):
                if least <= len(text) <= most:
                    yield text
            else:
                yield text.ljust(least, "a")[:most]

    def _array(self, schema: Mapping[str, Any], name: str, path: ValuePath) -> list[Json]:
        contains = schema.get("contains")
        least = count(schema.get("minItems"), 0)
        wanted = max(least, 1 if self._wish.full or self._wish.kind == "array" else 0)
        if contains is not None:
            wanted = max(wanted, count(schema.get("minContains"), 1))
        wanted = min(wanted, max(least, count(schema.get("maxItems"), 1 << 30)))
        if wanted > _MOST_ITEMS:
            raise NoValue
        before, rest = as_list(schema.get("prefixItems")), schema.get("items", {})
        made: list[Json] = []
        for number in range(wanted):
            part = before[number] if number < len(before) else rest
            if number >= len(before) and contains is not None:
                part = both(as_object(part), as_object(contains))
            if part is False and number >= least:
                break
            made.append(self._item(part, name, (*path, number), schema.get("uniqueItems") is True, made))
        return made

    def _item(self, schema: Any, name: str, path: ValuePath, unique: bool, others: list[Json]) -> Json:
        # A list's name is that of many: `urls` has a `url` in it.
        item = self.make(schema, name[:-1] if name.endswith("s") else "", path)
        if not unique or item not in others:
            return item
        for number in range(len(others) + 2):
            other = f"{item}{number}" if isinstance(item, str) else number
            if other not in others and (isinstance(item, str) or "enum" not in as_object(schema)):
                return other
        return item

    def _fields(self, schema: Mapping[str, Any], path: ValuePath) -> JsonObject:
        properties = as_object(schema.get("properties"))
        required = dict.fromkeys(texts(schema.get("required")))
        more: Any = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
        made: JsonObject = {}
        for name, part in properties.items():
            if name in required:
                made[name] = self._field(part, name, (*path, name))
            elif self._wish.full and len(path) < _FULL_DEPTH and not (not path and name == self._wish.without):
                try:
                    made[name] = self._field(part, name, (*path, name))
                except NoValue:
                    continue
        for name in required:
            if name not in properties:
                made[name] = self._field(more if isinstance(more, dict) else {}, name, (*path, name))
        if isinstance(more, dict) and self._wish.full and path and not properties:
            made.setdefault("a", self.make(more, "a", (*path, "a")))
        if path and not properties and not isinstance(more, dict):
            self.guesses[path] = None
            if (self._wish.full or self._wish.kind == "array") and more is not False:
                for name in self._names:
                    made.setdefault(name, sample(name))
        self._fill(schema, properties, more, made, path)
        return made

    def _field(self, schema: Any, name: str, path: ValuePath) -> Json:
        if len(path) == 1 and name == self._wish.null:
            self.made.add(path)
            return None
        return self.make(schema, name, path)

    def _fill(
        self, schema: Mapping[str, Any], properties: Mapping[str, Any], more: Any, made: JsonObject, path: ValuePath
    ) -> None:
        """Adds what `minProperties` asks for."""
        least = count(schema.get("minProperties"), 0)
        if least > _MOST_ITEMS:
            raise NoValue
        for name, part in properties.items():
            if len(made) >= least:
                return
            if name not in made and (path or name != self._wish.without):
                made[name] = self._field(part, name, (*path, name))
        for number in range(least - len(made)):
            made[f"a{number}"] = self.make({} if more is None else more, "a", (*path, f"a{number}"))
