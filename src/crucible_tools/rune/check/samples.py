"""Values that look like what a parameter's name asks for: scripts split dates and paths, and look into addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import jsonschema_rs

from crucible_tools.model.json import Json

GuessedKind: TypeAlias = Literal["string", "array", "object", "integer"]

_BY_FORMAT: Final = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "a@example.com",
    "idn-email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/a",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "regex": "a",
    "json-pointer": "/a",
}

# The words of a name, the last one first: `due_date` is a date, `date_format` is not.
_BY_WORD: Final = {
    word: text
    for words, text in (
        ("url uri link href endpoint homepage webhook website", "https://example.com/"),
        ("email mail", "a@example.com"),
        ("date day since until due today", "2026-01-01"),
        ("timestamp datetime", "2026-01-01T00:00:00Z"),
        ("month", "2026-01"),
        ("year", "2026"),
        ("time", "12:00"),
        ("path file filename filepath note", "notes/a.md"),
        ("folder dir directory", "notes"),
        ("version", "1.0.0"),
        ("host hostname domain", "example.com"),
        ("json", "{}"),
        ("color colour", "#000000"),
        ("count limit number num port id", "1"),
        ("lang language locale", "en"),
        ("branch", "main"),
        ("sql", "select 1"),
    )
    for word in words.split()
}

_WORDS: Final = re.compile(r"[a-z]+|[A-Z][a-z]*")
_BY_KIND: Final[tuple[tuple[GuessedKind, str], ...]] = (
    ("integer", "limit count max min days hours minutes seconds page size width height depth year age port index"),
    ("integer", "offset n amount number total level priority timeout"),
    ("object", "config options params meta metadata frontmatter properties context data settings"),
    ("array", "list queue all"),
)
_KINDS: Final[dict[str, GuessedKind]] = {word: kind for kind, words in _BY_KIND for word in words.split()}
_SINGULAR: Final = re.compile(r"(ss|us|is|as|js|css|address|progress|alias|news)$")

_PATTERNED: Final = (
    *dict.fromkeys((*_BY_FORMAT.values(), *_BY_WORD.values())),
    *("A", "0", "00", "000", "0000", "aa", "AA", "ab", "a1", "A1", "AB-1", "ABC-123", "a-b", "a_b", "a.b", "a/b"),
    *("a:b", "a b", "#a", "#1", "@a", "v1.0.0", "1.0", "v1", "1h", "1d", "30m", "10%", "1.5", "00:00", "23:59"),
    *("2026-W01", "#000", "0xff", "a.md", "a.txt", "/a", "./a", "aaa", "aaaaaaaa", "12345", "12345678", "a=b", "a,b"),
    *("owner/name", "+4912345678", "deadbeef", "0" * 40, "A" * 8, "true", "yes", "MAJOR", "major", "GET", "TODO"),
)


def sample_text(name: str, form: object = None) -> str:
    """A text for a parameter: by its format, or by the words of its name."""
    if isinstance(form, str) and form in _BY_FORMAT:
        return _BY_FORMAT[form]
    for word in reversed(_words(name)):
        if word in _BY_WORD:
            return _BY_WORD[word]
    return "a"


def patterned(pattern: str) -> tuple[str, ...]:
    """Those of some common texts that match a regular expression of a schema."""
    try:
        validator: Any = jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
        return tuple(text for text in _PATTERNED if validator.is_valid(text))
    except (jsonschema_rs.ValidationError, ValueError):
        return ()


def sample_number(schema: Mapping[str, Any], *, whole: bool, small: bool) -> int | float:
    """A number within the bounds of a schema: 0 or the nearest one if `small`, else 1, or 1.5.

    Raises:
        OverflowError: there is none that a script can hold.
    """
    least, most = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    step = schema.get("multipleOf")
    step = step if isinstance(step, (int, float)) and step > 0 else None
    wanted: int | float = 0 if small else 1 if whole or step else 1.5
    if step is not None and not small:
        wanted = step
    open_ends = not whole and step is None
    if least is not None and (wanted < least[0] or (wanted == least[0] and least[1])):
        wanted = _beyond(least, most, 1, open_ends)
        if step is not None:
            wanted = -(-wanted // step) * step
    if most is not None and (wanted > most[0] or (wanted == most[0] and most[1])):
        wanted = _beyond(most, least, -1, open_ends)
        if step is not None:
            wanted = wanted // step * step
    if abs(wanted) >= 2**63:
        raise OverflowError
    if whole:
        return int(wanted)
    return wanted


def _bound(schema: Mapping[str, Any], name: str, inward: int) -> tuple[int | float, bool] | None:
    """A bound, and whether it is itself outside."""
    found: list[tuple[int | float, bool]] = []
    for key, outside in ((name, False), (f"exclusive{name.capitalize()}", True)):
        value = schema.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found.append((value, outside))
    return max(found, key=lambda bound: (bound[0] * inward, bound[1])) if found else None


def _beyond(
    bound: tuple[int | float, bool], other: tuple[int | float, bool] | None, inward: int, open_ends: bool
) -> int | float:
    """The first number inside of a bound; between two, their middle will do."""
    value, outside = bound
    if open_ends:
        if not outside:
            return value
        return (value + other[0]) / 2 if other is not None else value + inward
    whole = int(value)
    while whole * inward < value * inward or (outside and whole == value):
        whole += inward
    return whole


def guessed_kind(name: str) -> GuessedKind:
    """The JSON type that a parameter of this name most likely has."""
    words = _words(name)
    if not words:
        return "string"
    last = words[-1]
    if words[0] in ("max", "min", "num"):
        return "integer"
    plural = last.endswith("s") and len(last) > 2 and not _SINGULAR.search(last)
    return _KINDS.get(last) or ("array" if plural else "string")


_TEXTS: Final = frozenset(
    word
    for words in (
        "url uri link href path file folder dir tag title name word line day date id key column label text email",
        "keyword term command arg argument extension ext version branch host language category kind type status",
    )
    for word in words.split()
)


def holds_texts(name: str) -> bool:
    """Whether a list of things of this name is most likely one of texts; else it is one of objects."""
    words = _words(name)
    return bool(words) and words[-1] in _TEXTS


def sample(name: str) -> Json:
    """A value for a field of which nothing but its name is known."""
    match guessed_kind(name):
        case "integer":
            return 1
        case "array":
            return [sample_text(name.removesuffix("s"))]
        case "object":
            return {}
        case "string":
            return sample_text(name)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name[:200])]
