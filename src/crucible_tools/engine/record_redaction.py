"""What never reaches a record: values by their names, and words by how they begin.

Both are replaced by a marker before anything is kept. Texts are looked into as far as secrets usually stand in them:
JSON inside of a text, the query of a URL or a form, header lines, and the password of a URL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final, cast

from crucible_tools.model.calls import MARKER

NAMES: Final = (
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "*password*",
    "*passwd*",
    "*passphrase*",
    "*secret*",
    "*token",
    "*api_key*",
    "*api-key*",
    "*apikey*",
    "*private_key*",
    "*private-key*",
    "*privatekey*",
    "*credential*",
)
"""Names of values that are always replaced, whatever the configuration adds."""

_MOST_NAME: Final = 128
"""Characters of a name that are compared: no name of a secret is longer."""
_LEARNED: Final = range(6, 4097)
"""Characters of a value that is replaced wherever else it stands: shorter ones stand in anything."""
_MOST_LEARNED: Final = 100
_MOST_NESTING: Final = 8
"""JSON in a text in JSON in a text … is looked into so often."""

_MOST_FOUND: Final = 1000
"""A text with more secrets than this is replaced as a whole: a script must not keep the event loop with them."""

# Each takes one way through a text, whatever it is: a name has a bounded length.
_NAMED: Final = re.compile(
    r"(?<![\w.%-])(?P<name>[\w.%-]{1,128})(?P<closed>\\?[\"'])?[ \t]{0,8}(?P<sign>[=:])[ \t]{0,8}"
    r"(?:(?P<quote>\\?[\"'])|(?=[^\s\"']))"
)
"""A name and what stands before its value: `name=`, `name: `, `name = "`, `"name": "`, the quotes escaped or not."""
_END: Final = {
    "=": re.compile(r"[&\s\"'<>;,]|\Z"),
    ":": re.compile(r"[\r\n\"']|\Z"),
    '"': re.compile(r'(?:[^"\\\r\n]|\\[^\r\n])*'),
    "'": re.compile(r"(?:[^'\\\r\n]|\\[^\r\n])*"),
    '\\"': re.compile(r'(?:[^"\\\r\n]|\\\\\\"|\\[^"\r\n])*'),
    "\\'": re.compile(r"(?:[^'\\\r\n]|\\\\\\'|\\[^'\r\n])*"),
}
"""Where a value ends, by its quote, or else by the sign before it."""
_JSON_END: Final = re.compile(r"[,}\]\s\"']|\Z")
"""Where a value without quotes ends whose name has some: a number of JSON."""
_LOGIN: Final = re.compile(r"(?<=://)[^/\s:@\"']{0,256}:[^/\s@\"']{1,256}(?=@)")


class Redaction:
    """Replaces what must not be recorded.

    Args:
        names: of values, in small letters; `*` stands for any characters.
        prefixes: of words.
        secrets: texts that are replaced wherever they stand.
    """

    def __init__(self, names: Iterable[str] = (), prefixes: Iterable[str] = (), secrets: Iterable[str] = ()) -> None:
        self.names = tuple(dict.fromkeys(name.lower() for name in names))
        self.prefixes = tuple(dict.fromkeys(prefixes))
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))
        self._learned: dict[str, None] = {}
        every = dict.fromkeys((*NAMES, *self.names))
        self._name = re.compile("|".join(_pattern(name) for name in every), re.DOTALL)
        # A text that contains none of these has no such name in it, and most have none.
        self._parts = {max(name.split("*"), key=len) for name in every}
        words = "|".join(re.escape(prefix) for prefix in self.prefixes)
        self._word = re.compile(rf"(?<![\w-])(?:{words})[\w.~+/=-]*") if words else None

    def knowing(self, texts: Iterable[str]) -> Redaction:
        """One that also replaces the values that these texts have by such names, wherever they stand without them.

        A script that was given a secret may pass it on alone; its replay is given the marker, and passes that on.
        """
        for text in texts:
            self.of_json(text)
        if not self._learned:
            return self
        return Redaction(self.names, self.prefixes, (*self._secrets, *self._learned))

    def _learn(self, value: Any) -> str:
        """What stands in the place of a value."""
        if isinstance(value, str) and len(self._learned) < _MOST_LEARNED:
            # `Bearer …` in a header is the kind of what follows.
            for part in (value, value.rpartition(" ")[2]):
                if len(part) in _LEARNED and part != MARKER:
                    self._learned[part] = None
        elif isinstance(value, (list, dict)):
            inner = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
            for item in inner:
                self._learn(item)
        return MARKER

    def of_json(self, text: str) -> tuple[str, bool]:
        """A JSON text without what must not be recorded, and whether something was replaced; else it is as it was.

        A text that is no JSON is treated as plain text.
        """
        if not self._may_have(text):
            return text, False
        try:
            value = json.loads(text)
            replaced = self._value(value, 0)
            clean = text if replaced == value else json.dumps(replaced, ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            clean = self._text(text, _MOST_NESTING)
        return clean, clean != text

    def of_value(self, value: Any) -> tuple[Any, bool]:
        """A JSON value without what must not be recorded, and whether something was replaced."""
        clean = self._value(value, 0)
        return clean, clean != value

    def of_text(self, text: str) -> tuple[str, bool]:
        """A text without what must not be recorded, and whether something was replaced."""
        clean = self._text(text, 0) if self._may_have(text) else text
        return clean, clean != text

    def _may_have(self, text: str) -> bool:
        small = text.lower()
        return (
            # An escaped character may stand for a letter of a name.
            "\\u" in small
            or "://" in small
            or any(part in small for part in self._parts)
            or any(prefix in text for prefix in self.prefixes)
            or any(secret in text for secret in self._secrets)
        )

    def _names(self, name: str) -> bool:
        return len(name) <= _MOST_NAME and self._name.fullmatch(name.lower()) is not None

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value, depth)
        if isinstance(value, list):
            items = cast("list[Any]", value)
            if len(items) == 2 and isinstance(items[0], str) and isinstance(items[1], str) and self._names(items[0]):
                return [items[0], self._learn(items[1])]  # a header
            return [self._value(item, depth) for item in items]
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            clean = {self._alone(name): self._field(name, item, depth) for name, item in fields.items()}
            named = fields.get("name", fields.get("key"))
            if "value" in fields and isinstance(named, str):
                clean["value"] = self._field(named, fields["value"], depth)  # a header, or a variable
            return clean
        return value

    def _field(self, name: str, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool) or not self._names(name):
            return self._value(value, depth)
        return self._learn(value)

    def _text(self, text: str, depth: int) -> str:
        if not self._may_have(text):
            return text
        if depth < _MOST_NESTING and text.lstrip()[:1] in ("{", "["):
            inner = self._inner(text, depth + 1)
            if inner is not None:
                return inner
        text = _replaced(_LOGIN, self._named(self._known(text)))
        return text if self._word is None else _replaced(self._word, text)

    def _known(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MARKER)
        return text

    def _alone(self, name: str) -> str:
        """A field's name, which may be a secret itself."""
        name = self._known(name)
        return name if self._word is None else _replaced(self._word, name)

    def _named(self, text: str) -> str:
        """A text without the values of `name=value`, of `name: value` up to the end of the line, and quoted ones."""
        parts: list[str] = []
        at = 0
        for found in _NAMED.finditer(text):
            if found.start() < at or not self._names(found["name"]):
                continue
            if len(parts) > 2 * _MOST_FOUND:
                return MARKER
            ends = _end_of(found, text)
            if ends > found.end():
                parts += (text[at : found.end()], self._learn(text[found.end() : ends]))
                at = ends
        return "".join((*parts, text[at:]))

    def _inner(self, text: str, depth: int) -> str | None:
        """A text that is JSON itself; None when it is none."""
        try:
            value = json.loads(text)
            replaced = self._value(value, depth)
            return text if replaced == value else json.dumps(replaced, ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            return None


def _end_of(found: re.Match[str], text: str) -> int:
    """Where the value ends that begins behind a name."""
    if found["quote"] is not None:
        value = _END[found["quote"]].match(text, found.end())
        return value.end() if value else found.end()
    if found["closed"] is not None and text[found.end()] in "{[":
        return found.end()  # an object or a list that is cut off, or stands in other text: looked into by its names
    end = (_END[found["sign"]] if found["closed"] is None else _JSON_END).search(text, found.end())
    return end.start() if end else len(text)


def _replaced(pattern: re.Pattern[str], text: str) -> str:
    clean, count = pattern.subn(MARKER, text, count=_MOST_FOUND)
    return clean if count < _MOST_FOUND else MARKER


def _pattern(glob: str) -> str:
    return ".*".join(re.escape(part) for part in re.sub(r"\*+", "*", glob).split("*"))
