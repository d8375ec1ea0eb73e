"""Classes of JavaScript and Python as a struct with an `impl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import LONGEST, ends_line, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Fix

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_BEFORE: Final = frozenset({
    "static", "async", "get", "public", "private", "protected", "readonly", "pub", "fn", "def", "function",
})  # fmt: skip
_MAKING: Final = frozenset({"constructor", "__init__", "new"})
_FORBIDDEN: Final = frozenset({"super", "@", "set", "extends", "cls"})
_OWN: Final = frozenset({"this", "self"})


@dataclass(frozen=True, slots=True)
class _Member:
    """A method or a field of a class.

    Args:
        first: its first token.
        name: the token of its name.
        open: of a method the token of `(`; of a field -1.
        body, last: of a method its braces; of a field the first and the last token of its value, if it has one.
        words: what stands in front of the name.
    """

    first: int
    name: int
    open: int
    body: int
    last: int
    words: tuple[str, ...]


def class_fix(script: Script, word: int, open_: int) -> Fix | None:
    """`struct Name { .. }` and `impl Name { .. }` for a class; None for what inherits, or is more than that."""
    tokens = script.tree.tokens
    close, name = tokens.partner[open_], script.word(word + 1)
    if close < open_ or close - open_ > LONGEST or open_ != word + 2:
        return None
    if _FORBIDDEN.intersection(tokens.texts[open_:close]):
        return None
    members = _members(script, open_, close)
    if members is None or not any(member.open >= 0 for member in members):
        return None
    if any("get" in member.words and _is_read(script, member, open_, close) for member in members):
        return None
    fields = _fields(script, members, open_, close)
    if any(field in RESERVED for field in fields):
        return None
    making = next((item for item in members if item.open >= 0 and script.word(item.name) in _MAKING), None)
    start = tokens.starts[word - (script.word(word - 1) in ("export", "pub"))]
    newline = script.newline
    head = f"struct {name} {{ {', '.join(fields)} }}" if fields else f"struct {name};"
    edits = [Edit(start, tokens.ends[open_], f"{head}{newline}{newline}impl {name} {{")]
    given = [(script.word(item.name), _value(script, item)) for item in members if item.open < 0]
    if making is None:
        indent = script.indent_at(tokens.starts[members[0].first])
        made = ", ".join(f"{field}: {dict(given).get(field) or '()'}" for field in fields)
        whole = f"{name} {{ {made} }}" if fields else name
        edits.append(Edit(tokens.ends[open_], tokens.ends[open_], f"{newline}{indent}pub fn new() {{ {whole} }}"))
    for member in members:
        if member.open < 0:
            edits.append(cut_line(script, tokens.starts[member.first], tokens.ends[_end(script, member)]))
        elif member is making:
            edits += _constructor(script, member, name, fields, given)
        else:
            edits += _method(script, member)
    edits += _uses(script, name, word, open_, close)
    return Fix(True, f"Write `struct {name}` and `impl {name}`", tuple(sorted(edits, key=lambda edit: edit.start)))


def _members(script: Script, open_: int, close: int) -> list[_Member] | None:
    tokens = script.tree.tokens
    found: list[_Member] = []
    at = open_ + 1
    while at < close:
        if tokens.texts[at] in (";", ","):
            at += 1
            continue
        member = _member(script, at, close)
        if member is None or member.last >= close:
            return None
        found.append(member)
        at = _end(script, member) + 1
    return found


def _member(script: Script, first: int, close: int) -> _Member | None:
    tokens = script.tree.tokens
    name = first
    while tokens.texts[name] in _BEFORE and tokens.kinds[name + 1] == "name":
        name += 1
    words = tuple(tokens.texts[first:name])
    if tokens.kinds[name] != "name":
        return None
    if script.word(name + 1) == "(":
        body = tokens.partner[name + 1] + 1
        while body < close and tokens.texts[body] != "{" and not ends_line(script, body):
            body += 1  # the type of what it gives
        if script.word(body) != "{" or tokens.partner[body] < body:
            return None
        return _Member(first, name, name + 1, body, tokens.partner[body], words)
    last = name
    while last + 1 < close and not ends_line(script, last) and tokens.texts[last + 1] not in (";",):
        last = max(tokens.partner[last + 1], last + 1)
    equals = next((at for at in range(name + 1, last) if tokens.texts[at] == "="), -1)
    if script.word(name + 1) not in ("=", ":", ";", "?") or has_comment(
        script, tokens.starts[first], tokens.ends[last]
    ):
        return None
    return _Member(first, name, -1, equals + 1 if equals > 0 else -1, last, words)


def _end(script: Script, member: _Member) -> int:
    return member.last + 1 if member.open < 0 and script.word(member.last + 1) == ";" else member.last


def _value(script: Script, field: _Member) -> str | None:
    return written(script, field.body, field.last) if field.body > 0 else None


def _is_read(script: Script, member: _Member, open_: int, close: int) -> bool:
    """Whether a getter is read as a field somewhere."""
    texts, name = script.tree.tokens.texts, script.word(member.name)
    del open_, close
    return any(
        word == name and texts[at - 1] == "." and script.word(at + 1) != "(" for at, word in enumerate(texts) if at > 0
    )


def _fields(script: Script, members: list[_Member], open_: int, close: int) -> list[str]:
    texts = script.tree.tokens.texts
    names = [script.word(item.name) for item in members if item.open < 0]
    names += [
        texts[at + 2]
        for at in range(open_, close - 2)
        if texts[at] in _OWN and texts[at + 1] == "." and texts[at + 3] in ("=", "+=", "-=", "??=", "||=")
    ]
    return list(dict.fromkeys(names))


def _constructor(
    script: Script, member: _Member, name: str, fields: list[str], given: list[tuple[str, str | None]]
) -> list[Edit]:
    """`pub fn new(..) { let this = Name { .. }; ..; this }`."""
    tokens = script.tree.tokens
    edits = [Edit(tokens.starts[member.first], tokens.ends[member.name], "pub fn new")]
    if script.word(member.open + 1) == "self":
        behind = member.open + 2 if script.word(member.open + 2) == "," else member.open + 1
        following = tokens.starts[behind + 1]
        edits.append(Edit(tokens.starts[member.open + 1], following, ""))
    values = dict(given)
    whole = ", ".join(f"{field}: {values.get(field) or '()'}" for field in fields)
    made = f"let this = {name} {{ {whole} }};" if fields else f"let this = {name};"
    inside, newline = tokens.ends[member.body], script.newline
    if "\n" in script.text[inside : tokens.starts[member.body + 1]] and member.last > member.body + 1:
        indent = script.indent_at(tokens.starts[member.body + 1])
        edits.append(Edit(inside, inside, f"{newline}{indent}{made}"))
        end = script.text.rfind("\n", 0, tokens.starts[member.last]) + 1
        edits.append(Edit(end, end, f"{indent}this{newline}"))
    else:
        edits += [
            Edit(inside, inside, f" {made}"),
            Edit(tokens.starts[member.last], tokens.starts[member.last], "this "),
        ]
    edits += [
        Edit(tokens.starts[at], tokens.ends[at], "this")
        for at in range(member.body, member.last)
        if tokens.texts[at] == "self" and tokens.kinds[at] == "name"
    ]
    return edits


def _method(script: Script, member: _Member) -> list[Edit]:
    """`pub fn name(self, ..) { .. }`."""
    tokens = script.tree.tokens
    head = "pub async fn " if "async" in member.words else "pub fn "
    edits = [Edit(tokens.starts[member.first], tokens.starts[member.name], head)]
    if "static" not in member.words and script.word(member.open + 1) != "self":
        place = tokens.ends[member.open]
        edits.append(Edit(place, place, "self" if script.word(member.open + 1) == ")" else "self, "))
    edits += [
        Edit(tokens.starts[at], tokens.ends[at], "self")
        for at in range(member.body, member.last)
        if tokens.texts[at] == "this" and tokens.kinds[at] == "name"
    ]
    return edits


def _uses(script: Script, name: str, word: int, open_: int, close: int) -> list[Edit]:
    """`Name.make(x)` and Python's `Name(x)`."""
    tokens = script.tree.tokens
    edits: list[Edit] = []
    for at, text in enumerate(tokens.texts):
        if text != name or at == word + 1 or script.word(at - 1) in (".", "new", "class"):
            continue
        if script.word(at + 1) == "." and script.word(at + 3) == "(":
            edits.append(Edit(tokens.starts[at + 1], tokens.ends[at + 1], "::"))
        elif script.word(at + 1) == "(" and not open_ < at < close:
            edits.append(Edit(tokens.ends[at], tokens.ends[at], "::new"))
    return edits
