"""Heads of functions as Go, Java, C# and C write them: `func f(a string) int {`, `public static int f(String a) {`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.angles import closing_angle
from crucible_tools.rune.rules.remembered import remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_WORDS: Final = frozenset({
    "public", "private", "protected", "internal", "pub", "static", "final", "virtual", "override", "async", "extern",
})  # fmt: skip
"""What stands in front of the type that a function gives."""
_TYPES: Final = frozenset({
    "any", "bool", "boolean", "byte", "char", "decimal", "double", "dynamic", "float", "int", "long", "object", "short",
    "string", "void", "unsigned", "uint", "size_t",
})  # fmt: skip
_BEFORE_PARAM: Final = frozenset({"final", "const", "required"})


@dataclass(frozen=True, slots=True)
class Head:
    """A head whose types stand beside the names without a colon.

    Args:
        first: its first token.
        name: the token of its name.
        open, close: the tokens of its parentheses.
        params: the tokens of the names of its parameters.
        body: the token of the `{`.
        public: whether others may call it.
        is_async: whether it says so.
    """

    first: int
    name: int
    open: int
    close: int
    params: tuple[int, ...]
    body: int
    public: bool
    is_async: bool


@remembered
def foreign_heads(script: Script) -> dict[int, Head]:
    """The heads of the functions of the file itself, by their first tokens; those of a class are none."""
    texts, partner = script.tree.tokens.texts, script.tree.tokens.partner
    found: dict[int, Head] = {}
    at, begins = 0, True
    while at < len(texts):
        head = _head(script, at) if begins else None
        if head is not None:
            found[at] = head
            at = head.body
        end = max(partner[at], at)
        begins = texts[end] in ("}", ";") or (texts[end] == "]" and texts[at - 1] == "#")
        at = end + 1
    return found


def _head(script: Script, first: int) -> Head | None:
    texts = script.tree.tokens.texts
    at = first
    while script.word(at) in _WORDS:
        at += 1
    words = texts[first:at]
    public = "public" in words or "pub" in words
    if script.word(at) == "func":
        return _of_go(script, first, at + 1, public=public)
    name = _java_type(script, at, known=True)
    params = _java_params(script, name + 1) if name > 0 else None
    if params is None:
        return None
    close = script.tree.tokens.partner[name + 1]
    body = close + 1
    is_async = "async" in words
    if script.word(body) == "async":  # Dart
        is_async = True
        body += 1
    elif script.word(body) == "throws":
        while script.word(body) in ("throws", ",") or script.tree.tokens.kinds[body : body + 1] == ["name"]:
            body += 1
    if not _opens(script, body):
        return None
    return Head(first, name, name + 1, close, params, body, public, is_async)


def _opens(script: Script, body: int) -> bool:
    return script.word(body) == "{" and script.tree.tokens.partner[body] > body


def _is_name(script: Script, at: int) -> bool:
    return script.tree.tokens.kinds[at : at + 1] == ["name"]


# --- Java, C#, C ---


def _java_type(script: Script, at: int, *, known: bool = False) -> int:
    """The token behind a type, in front of the name that must follow; -1 if there is none.

    Args:
        script: the source.
        at: where it begins.
        known: whether it must look like a type: a known one, or one that begins with a capital.
    """
    if not _is_name(script, at):
        return -1
    word = script.word(at)
    if known and word not in _TYPES and not word[0].isupper():
        return -1
    at += 1
    while script.word(at) == "." and _is_name(script, at + 1):
        at += 2
    if script.word(at) == "<":
        close = closing_angle(script, at)
        if close is None:
            return -1
        at = close + 1
    while script.word(at) == "[" and script.word(at + 1) == "]":
        at += 2
    while script.word(at) in ("?", "*", "&"):
        at += 1
    return at if _is_name(script, at) else -1


def _java_params(script: Script, open_: int) -> tuple[int, ...] | None:
    """The names in `(String a, int b)`; None if something else stands there."""
    close = script.tree.tokens.partner[open_] if script.word(open_) == "(" else -1
    names: list[int] = []
    at = open_ + 1
    while at < close:
        if script.word(at) in _BEFORE_PARAM:
            at += 1
        name = _java_type(script, at)
        if name < 0 or name >= close or script.word(name + 1) not in (",", ")"):
            return None
        names.append(name)
        at = name + 2
    return tuple(names) if close > 0 else None


# --- Go ---


def _of_go(script: Script, first: int, name: int, *, public: bool) -> Head | None:
    open_ = name + 1
    close = script.tree.tokens.partner[open_] if _is_name(script, name) and script.word(open_) == "(" else -1
    if close < 0:
        return None
    names: list[int] = []
    typed = False
    at = open_ + 1
    while at < close:
        end = at + 1
        if script.word(end) not in (",", ")"):
            end = _go_type(script, at + 1)
            typed = True
        if not _is_name(script, at) or script.word(end) not in (",", ")") or not at < end <= close:
            return None
        names.append(at)
        at = end + 1
    body = close + 1
    if script.word(body) == "(":
        body = script.tree.tokens.partner[body] + 1
    elif script.word(body) != "{":
        body = _go_type(script, body)
    elif not typed:
        return None  # Rune's own form, but for the word
    return Head(first, name, open_, close, tuple(names), body, public, False) if _opens(script, body) else None


def _go_type(script: Script, at: int) -> int:
    """The token behind a type of Go; -1 if there is none."""
    partner = script.tree.tokens.partner
    while True:
        word = script.word(at)
        if word in ("*", "chan"):
            at += 1
        elif word == "map" and script.word(at + 1) == "[":
            at = partner[at + 1] + 1
        elif word == "[":
            at = partner[at] + 1
        else:
            break
        if at <= 0:
            return -1
    if not _is_name(script, at):
        return -1
    if script.word(at) in ("interface", "struct") and script.word(at + 1) == "{":
        return at + 3 if script.word(at + 2) == "}" else -1
    return at + 3 if script.word(at + 1) == "." and _is_name(script, at + 2) else at + 1
