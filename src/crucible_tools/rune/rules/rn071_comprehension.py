"""RN071: comprehensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.rune.rules.extents import LONGEST, MOST, extent, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_OPENERS: Final = frozenset({"[", "(", "{"})
_LOOSE: Final = frozenset({"+", "-", "*", "/", "%", "..", "..=", "==", "&&", "||", "and", "or", "if", "|", "<", ">"})


@dataclass(frozen=True, slots=True)
class _Parts:
    """The tokens of `value for names in items if condition`; `condition` is None when there is none."""

    value: tuple[int, int]
    names: tuple[int, int]
    items: tuple[int, int]
    condition: tuple[int, int] | None


def check(script: Script) -> Iterator[Finding]:
    """Finds `[x * 2 for x in list]`, `{k: v for k, v in pairs}` and `sum(x for x in list)`."""
    tokens = script.tree.tokens
    seen: set[int] = set()
    for i, word in enumerate(tokens.texts):
        if word != "for" or tokens.kinds[i] != "name" or script.word(i - 1) in (";", "}", "{", "[", "(", ",", "."):
            continue
        open_ = _around(script, i)
        if open_ < 0 or open_ in seen:
            continue
        parts = _parts(script, open_, i)
        if parts is None:
            continue
        seen.add(open_)
        message = "there are no comprehensions in Rune: `list.iter().map(|x| ..).collect::<Vec>()` makes a list"
        fix = _fix(script, open_, parts)
        hint = None if fix else "write a loop that calls `push`"
        yield Finding("RN071", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)


def _around(script: Script, token: int) -> int:
    """The bracket around a token, when it is closed; -1 else."""
    tokens = script.tree.tokens
    at = token - 1
    for _ in range(MOST):
        if at < 0:
            break
        partner = tokens.partner[at]
        if partner > token:
            return at if tokens.texts[at] in _OPENERS else -1
        if tokens.texts[at] == ";" or (partner < 0 and tokens.texts[at] in _OPENERS):
            return -1
        at = partner - 1 if 0 <= partner < at else at - 1
    return -1


def _parts(script: Script, open_: int, word: int) -> _Parts | None:
    tokens = script.tree.tokens
    close = tokens.partner[open_]
    if close - open_ > LONGEST:
        return None
    in_ = _find(script, "in", word + 1, close)
    if in_ < 0 or in_ == word + 1 or in_ + 1 >= close or word == open_ + 1:
        return None
    if script.word(open_) == "{" and _find(script, ":", open_ + 1, word) < 0:
        return None
    condition = _find(script, "if", in_ + 1, close)
    last = (condition if condition > 0 else close) - 1
    if last <= in_ or any(script.word(at) == "{" for at in range(in_ + 1, close) if _depth_is(script, at, open_)):
        return None  # `for x in list { .. }` behind something that lacks its semicolon
    return _Parts(
        (open_ + 1, word - 1),
        (word + 1, in_ - 1),
        (in_ + 1, last),
        (condition + 1, close - 1) if condition > 0 else None,
    )


def _find(script: Script, word: str, first: int, end: int) -> int:
    """A word from `first` up to `end`, outside of brackets; -1 if it is not there."""
    tokens = script.tree.tokens
    at = first
    while at < end:
        if tokens.texts[at] == word and tokens.kinds[at] in ("name", "punct"):
            return at
        at = max(tokens.partner[at], at) + 1
    return -1


def _depth_is(script: Script, token: int, open_: int) -> bool:
    """Whether a `{` begins a block: an object of Rune has a `#` in front."""
    return script.word(token - 1) != "#" and script.tree.tokens.partner[token] > token and token > open_


def _fix(script: Script, open_: int, parts: _Parts) -> Fix | None:
    tokens = script.tree.tokens
    close = tokens.partner[open_]
    start, end = extent(script, open_, close)
    rest = (parts.items[1] if parts.condition is None else parts.condition[1]) + 1
    if has_comment(script, start, end) or rest != close:
        return None
    if _find(script, "for", parts.items[0], close) > 0:
        return _nested(script, open_, parts)
    if parts.condition is not None and _find(script, "if", parts.condition[0], close) > 0:
        return None
    names = _named(script, parts.names)
    items = _gone_through(script, parts.items)
    pair = _find(script, ":", parts.value[0], parts.value[1] + 1) if script.word(open_) == "{" else -1
    value = written(script, *parts.value)
    if pair > 0:
        value = f"({_key(script, parts.value[0], pair - 1)}, {written(script, pair + 1, parts.value[1])})"
    text = f"{items}.iter()"
    if parts.condition is not None:
        text += f".filter(|{names}| {written(script, *parts.condition)})"
    if value != names:
        text += f".map(|{names}| {value})"
    text += ".collect::<Object>()" if pair > 0 else ".collect::<Vec>()"
    if script.word(open_) != "(" or not _is_call(script, open_):
        return Fix(True, "Go through the iterator", (Edit(start, end, text),))
    inner = (tokens.ends[open_], tokens.starts[close])
    return Fix(True, "Go through the iterator", (Edit(*inner, text),))


def _key(script: Script, first: int, last: int) -> str:
    """The key of an entry: an object would take a text away from where it stands, and takes nothing but texts."""
    key, tokens = written(script, first, last), script.tree.tokens
    read = all(tokens.kinds[at] == "name" or tokens.texts[at] == "." for at in range(first, last + 1))
    return f"`${{{key}}}`" if read else key


def _named(script: Script, extent_: tuple[int, int]) -> str:
    names = written(script, *extent_)
    return f"({names})" if _find(script, ",", extent_[0], extent_[1] + 1) > 0 else names


def _gone_through(script: Script, extent_: tuple[int, int]) -> str:
    loose = any(script.word(at) in _LOOSE for at in range(extent_[0], extent_[1] + 1) if _top(script, at, extent_))
    items = written(script, *extent_)
    return f"({items})" if loose else items


def _nested(script: Script, open_: int, parts: _Parts) -> Fix | None:
    """`[value for a in b for c in d if e]`, whose second `for` goes through something for each item of the first."""
    tokens = script.tree.tokens
    close = tokens.partner[open_]
    second = _find(script, "for", parts.items[0], close)
    in_ = _find(script, "in", second + 1, close)
    if in_ < 0 or in_ == second + 1 or _find(script, "for", second + 1, close) > 0 or script.word(open_) == "{":
        return None
    first_if, last_if = _find(script, "if", parts.items[0], second), _find(script, "if", in_ + 1, close)
    outer_items = (parts.items[0], (first_if if first_if > 0 else second) - 1)
    inner_items = (in_ + 1, (last_if if last_if > 0 else close) - 1)
    outer, inner = _named(script, parts.names), _named(script, (second + 1, in_ - 1))
    value = written(script, *parts.value)
    if inner_items[1] < inner_items[0] or outer_items[1] < outer_items[0]:
        return None
    text = f"{_gone_through(script, inner_items)}.iter()"
    if last_if > 0:
        text += f".filter(|{inner}| {written(script, last_if + 1, close - 1)})"
    if value != inner:
        text += f".map(|{inner}| {value})"
    chosen = f".filter(|{outer}| {written(script, first_if + 1, second - 1)})" if first_if > 0 else ""
    whole = f"{_gone_through(script, outer_items)}.iter(){chosen}.flat_map(|{outer}| {text}).collect::<Vec>()"
    kept = script.word(open_) == "(" and _is_call(script, open_)
    place = (tokens.ends[open_], tokens.starts[close]) if kept else extent(script, open_, close)
    return Fix(True, "Go through the iterator", (Edit(*place, whole),))


def _top(script: Script, token: int, extent_: tuple[int, int]) -> bool:
    """Whether a token of a stretch stands outside of the brackets in it."""
    tokens = script.tree.tokens
    at = extent_[0]
    while at < token:
        at = max(tokens.partner[at], at) + 1
    return at == token


def _is_call(script: Script, open_: int) -> bool:
    tokens = script.tree.tokens
    return open_ > 0 and (tokens.kinds[open_ - 1] == "name" or script.word(open_ - 1) in (")", "]"))


RULE = Rule(
    code="RN071",
    name="comprehension",
    summary="`[x * 2 for x in list]`: a list is made of another one with `map`, `filter` and `collect`.",
    why="""\
Python builds a list by saying what is in it. In Rune an iterator does that: `list.iter().filter(|x| x > 1).map(|x| x *
2).collect::<Vec>()`, and `collect::<Object>()` makes an object of pairs.

The repair writes that. Two `for` in one comprehension are not repaired: write a loop.
""",
    before="""\
pub async fn call(args) {
    [x * 2 for x in args.items if x > 1]
}
""",
    after="""\
pub async fn call(args) {
    args.items.iter().filter(|x| x > 1).map(|x| x * 2).collect::<Vec>()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(" for ",),
)
