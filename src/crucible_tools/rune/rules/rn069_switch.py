"""RN069: `switch`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import LONGEST, begins_line, ends_line, stop, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_LITERALS: Final = frozenset({"string", "int", "char", "byte"})
_LEAVES: Final = frozenset({"return", "throw", "raise", "continue"})
_VALUE_ENDS: Final = frozenset({",", ":", "->", "=>"})
_ARM_ENDS: Final = frozenset({";", ",", "}"})
_ARROWS: Final = frozenset({"->", "=>"})
_COLONS: Final = frozenset({":", *_ARROWS})


@dataclass(frozen=True, slots=True)
class _Group:
    """Labels that stand one behind the other, and what is done for them.

    Args:
        labels: the first token of each: `case` or `default`.
        colons: the token of the colon of each, or of the arrow that Java writes.
        first, last: the tokens of what is done; `last` lies before `first` when that is nothing.
    """

    labels: tuple[int, ...]
    colons: tuple[int, ...]
    first: int
    last: int


def check(script: Script) -> Iterator[Finding]:
    """Finds `switch (x) { case 1: .. default: .. }`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "switch" or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "::", "fn", "let"):
            continue
        open_ = tokens.partner[i + 1] + 1 if script.word(i + 1) == "(" else stop(script, i + 1, frozenset({"{", ";"}))
        if script.word(open_) != "{" or script.word(open_ + 1) not in ("case", "default"):
            continue
        message = "there is no `switch` in Rune: `match` chooses by a value"
        groups = _groups(script, open_)
        fix = _fix(script, i, groups) if groups else None
        hint = (
            None
            if fix
            else "an arm is written `value => { .. }`, the default `_ => { .. }`: no arm goes on with the next"
        )
        yield Finding("RN069", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)


def _groups(script: Script, open_: int) -> list[_Group]:
    """What stands between the braces; empty if it can't be told."""
    tokens = script.tree.tokens
    close = tokens.partner[open_]
    if not 0 < close < open_ + LONGEST:
        return []
    found: list[_Group] = []
    at = open_ + 1
    while at < close:
        labels: list[int] = []
        colons: list[int] = []
        while script.word(at) in ("case", "default"):
            colon = stop(script, at, _COLONS)
            if colon >= close:
                return []
            labels.append(at)
            colons.append(colon)
            at = colon + 1
            if script.word(colon) in _ARROWS:
                break
        if not labels:
            return []
        first = at
        while at < close and script.word(at) not in ("case", "default"):
            at = max(tokens.partner[at], at) + 1
        found.append(_Group(tuple(labels), tuple(colons), first, min(at, close) - 1))
    return found


def _fix(script: Script, switch: int, groups: list[_Group]) -> Fix | None:
    edits = _edits(script, switch, groups, goes_on=_goes_on(script, switch, groups))
    if edits is not None:
        return Fix(True, "Write `match`", tuple(edits))
    edits = _edits(script, switch, groups, goes_on=False) if _are_values(script, groups) else None
    return Fix(False, "Write `match`", tuple(edits)) if edits is not None else None


def _are_values(script: Script, groups: list[_Group]) -> bool:
    """Whether each arm is a block that gives a value, as in Rune: `case 1: { "a" }`; then none is left by `break`."""
    tokens = script.tree.tokens
    return all(
        len(group.labels) == 1
        and tokens.texts[group.first] == "{"
        and tokens.partner[group.first] == group.last > group.first + 1
        and tokens.texts[group.last - 1] not in (";", "}")
        for group in groups
    )


def _edits(script: Script, switch: int, groups: list[_Group], *, goes_on: bool) -> list[Edit] | None:
    tokens = script.tree.tokens
    edits = [Edit(tokens.starts[switch], tokens.ends[switch], "match")]
    if script.word(switch + 1) == "(":
        close = tokens.partner[switch + 1]
        before = "" if script.text[tokens.starts[switch + 1] - 1].isspace() else " "
        edits.append(Edit(tokens.starts[switch + 1], tokens.ends[switch + 1], before))
        edits.append(Edit(tokens.starts[close], tokens.ends[close], ""))
    for group in groups:
        last = group is groups[-1]
        is_arrow = script.word(group.colons[-1]) in _ARROWS
        made = _arrow_arm(script, group, last=last) if is_arrow else _arm(script, group, last=last or not goes_on)
        if made is None or (not last and any(script.word(label) == "default" for label in group.labels)):
            return None
        edits += made
    return edits


def _goes_on(script: Script, switch: int, groups: list[_Group]) -> bool:
    """Whether an arm goes on with the next one when nothing ends it.

    In Go and Swift, which write no parentheses around the value, none does; there a label with nothing behind it is an
    arm that does nothing.
    """
    tokens = script.tree.tokens
    texts = tokens.texts[groups[0].labels[0] : groups[-1].last + 1]
    of_c = tokens.texts[switch + 1] == "(" and script.word(tokens.partner[switch + 1] + 1) == "{"
    return of_c or "fallthrough" in texts or any(len(group.labels) > 1 for group in groups)


def _pattern(script: Script, group: _Group) -> str | None:
    """What its labels say, as a pattern; None if they are more than literals."""
    if any(script.word(label) == "default" for label in group.labels):
        return "_"
    values: list[str] = []
    for label, colon in zip(group.labels, group.colons, strict=True):
        first = label + 1
        while first < colon:  # `case 1, 2:`
            end = stop(script, first, _VALUE_ENDS)
            if not _is_pattern(script, first, end):
                return None
            values.append(written(script, first, end - 1))
            first = end + 1
    return " | ".join(values) or None


def _arrow_arm(script: Script, group: _Group, *, last: bool) -> list[Edit] | None:
    """One arm as Java writes it, `case 1 -> value;`, which never goes on with the next one."""
    tokens = script.tree.tokens
    texts = tokens.texts
    start, end = tokens.starts[group.labels[0]], tokens.ends[group.colons[-1]]
    pattern = _pattern(script, group)
    inside = texts[group.first : group.last + 1]
    if pattern is None or not inside or "yield" in inside or "break" in inside or has_comment(script, start, end):
        return None
    edits = [Edit(start, end, f"{pattern} =>")]
    if texts[group.first] == "{":
        return edits if tokens.partner[group.first] == group.last else None
    close = stop(script, group.first, _ARM_ENDS)
    if close == group.last and texts[close] == ";":
        return [*edits, Edit(tokens.starts[close], tokens.ends[close], ",")]
    return edits if close == group.last or (last and close == group.last + 1) else None


def _arm(script: Script, group: _Group, *, last: bool) -> list[Edit] | None:
    """One arm; None when it goes on with the next one, or its labels are no patterns."""
    tokens = script.tree.tokens
    start, end = tokens.starts[group.labels[0]], tokens.ends[group.colons[-1]]
    pattern = _pattern(script, group)
    if pattern is None or has_comment(script, start, end):
        return None
    block = script.word(group.first) == "{" and group.first <= group.last
    inner_last = tokens.partner[group.first] - 1 if block else group.last
    breaks, leaves = _ends(script, group, inner_last)
    if not (leaves or last) or _breaks_otherwise(script, group, breaks):
        return None
    edits = [Edit(start, end, f"{pattern} =>" if block else f"{pattern} => {{")]
    if block:
        return [*edits, *(_without(script, at) for at in breaks)]
    indent = script.indent_at(start)
    if breaks:
        at = breaks[-1]
        begin = tokens.starts[at]
        if begins_line(script, at):
            return [*edits, Edit(begin - len(script.indent_at(begin)), _behind(script, at), f"{indent}}}")]
        return [*edits, Edit(begin, _behind(script, at), "}")]
    place = tokens.ends[group.last] if group.first <= group.last else end
    own_line = group.first <= group.last and ends_line(script, group.colons[-1])
    if own_line:
        stop_ = script.text.find("\n", place)
        place = stop_ if stop_ >= 0 and has_comment(script, place, stop_) else place
        return [*edits, Edit(place, place, f"{script.newline}{indent}}}")]
    return [*edits, Edit(place, place, " }")]


def _without(script: Script, token: int) -> Edit:
    """Takes out a `break`: its line, or with the blanks in front of it."""
    tokens = script.tree.tokens
    start, end = tokens.starts[token], _behind(script, token)
    return cut_line(script, start, end) if begins_line(script, token) else Edit(tokens.ends[token - 1], end, "")


def _is_pattern(script: Script, first: int, colon: int) -> bool:
    tokens = script.tree.tokens
    if script.word(first) == "-":
        first += 1
    return first + 1 == colon and (tokens.kinds[first] in _LITERALS or script.word(first) in ("true", "false"))


def _ends(script: Script, group: _Group, inner_last: int) -> tuple[list[int], bool]:
    """The `break` at the end of a group, inside of its block and behind it, and whether the group ends at all."""
    found = [token for last in {inner_last, group.last} if (token := _break_at(script, last)) >= group.first]
    if found:
        return sorted(found), True
    first = inner_last
    texts = script.tree.tokens.texts
    while first > group.first and texts[first - 1] not in (";", "{", "}"):
        first -= 1
    return [], group.first <= first and texts[first] in _LEAVES


def _break_at(script: Script, last: int) -> int:
    """The `break` that ends with a token; -1 when none does."""
    at = last - 1 if script.word(last) == ";" else last
    return at if script.word(at) == "break" else -1


def _behind(script: Script, token: int) -> int:
    tokens = script.tree.tokens
    return tokens.ends[token + 1] if script.word(token + 1) == ";" else tokens.ends[token]


def _breaks_otherwise(script: Script, group: _Group, breaks: list[int]) -> bool:
    """Whether the `switch` is left somewhere else too: a `break` in a `match` leaves the loop around it."""
    texts = script.tree.tokens.texts
    return any(texts[at] == "break" and at not in breaks for at in range(group.first, group.last + 1))


RULE = Rule(
    code="RN069",
    name="switch",
    summary="`switch (x) { case 1: ..; break; default: .. }`: Rune has `match`.",
    why="""\
`match x { 1 => { .. } "a" => { .. } _ => { .. } }` takes the first arm that fits, and none goes on with the next one,
so that there is no `break`.

The repair writes a `match`: labels that share what is done stand in one arm. Where an arm goes on with the next one, is
left in its middle, or has labels that are no literals, nothing is changed. An arm without a `break` goes on with the
next one where parentheses stand around the value, as in JavaScript; without them, as Go and Swift write it, none does.
Arms with an arrow, `case 1 -> "a";`, are taken as Java means them. Where each arm is a block that gives a value, as in
Rune, the repair is unsafe: JavaScript would go through all of them.
""",
    before="""\
pub async fn call(args) {
    switch (args.a) {
        case 1:
            return "one";
        case 2:
        case 3:
            return "few";
        default:
            return "many";
    }
}
""",
    after="""\
pub async fn call(args) {
    match args.a {
        1 => {
            return "one";
        }
        2 => {
            return "few";
        }
        3 => {
            return "few";
        }
        _ => {
            return "many";
        }
    }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("switch",),
)
