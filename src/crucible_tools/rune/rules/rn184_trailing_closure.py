"""RN184: closures behind a call, without parentheses: `list.map { it * 2 }`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_BRANCHES: Final = frozenset({"if", "while", "for", "match", "select", "switch", "unless", "until", "when"})
_ELSEWHERE: Final = {"select": "filter", "collect": "map", "detect": "find", "inject": "reduce"}
"""Methods of Ruby that take a block, and what Rune calls them."""
_MOST_BACK: Final = 80
_LONGEST: Final = 400
"""Tokens of one closure: each is looked through for `it` and `$0`."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `list.map { |x| .. }`, `list.map { x -> .. }`, `list.map { it * 2 }` and `list.map { $0 * 2 }`."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        close = tokens.partner[i] if word == "{" else -1
        if close < 0 or i < 2 or tokens.kinds[i - 1] != "name" or script.word(i - 2) != ".":
            continue
        if close - i > _LONGEST or _is_branch(script, i):
            continue
        head = _head(script, i, close)
        if head is None:
            continue
        params, behind, edits = head
        name = tokens.texts[i - 1]
        start = tokens.starts[i - 1]
        method = _ELSEWHERE.get(name, name) if script.word(i + 1) == "|" else name
        edits = [
            Edit(start, behind, f"{method}(|{params}| {{"),
            *edits,
            Edit(tokens.starts[close], tokens.ends[close], "})"),
        ]
        message = "a closure is an argument in Rune, and stands in parentheses: `f(|x| ..)`"
        fix = Fix(True, "Write `(|..| ..)`", tuple(edits))
        yield Finding("RN184", tokens.starts[i], tokens.ends[i], message, fix=fix)


def _head(script: Script, i: int, close: int) -> tuple[str, int, list[Edit]] | None:
    """The parameters of such a closure, where its body begins, and edits of the body."""
    tokens = script.tree.tokens
    if script.word(i + 1) == "|":
        last = next((k for k in range(i + 2, min(close, i + 20)) if tokens.texts[k] == "|"), -1)
        return (
            (script.text[tokens.ends[i + 1] : tokens.starts[last]].strip(), tokens.ends[last], []) if last > 0 else None
        )
    at = i + 1
    while tokens.kinds[at] == "name" and script.word(at + 1) == ",":
        at += 2
    if tokens.kinds[at] == "name" and script.word(at + 1) in ("->", "in") and script.word(i - 3) != "for":
        return script.text[tokens.starts[i + 1] : tokens.ends[at]], tokens.ends[at + 1], []
    inside = range(i + 1, close)
    if any(tokens.texts[k] == "it" and tokens.kinds[k] == "name" and script.word(k - 1) != "." for k in inside):
        return "it", tokens.ends[i], []
    numbered = [k for k in inside if tokens.texts[k] == "$" and script.word(k + 1) in ("0", "1")]
    if numbered:
        two = any(script.word(k + 1) == "1" for k in numbered)
        names = {"0": "one", "1": "other"} if two else {"0": "value"}
        edits = [Edit(tokens.starts[k], tokens.ends[k + 1], names[script.word(k + 1)]) for k in numbered]
        return ", ".join(names.values()), tokens.ends[i], edits
    return None


def _is_branch(script: Script, i: int) -> bool:
    """Whether the braces are the body of an `if` or a loop that stands in front, in the same statement."""
    tokens = script.tree.tokens
    at = i - 1
    for _ in range(_MOST_BACK):
        if at < 0 or tokens.texts[at] in (";", "{", "}", "=>", ","):
            return False
        if tokens.texts[at] in _BRANCHES and tokens.kinds[at] == "name" and script.word(at - 1) != ".":
            return True
        at = tokens.partner[at] - 1 if 0 <= tokens.partner[at] < at else at - 1
    return True


RULE = Rule(
    code="RN184",
    name="trailing-closure",
    summary="`list.map { it * 2 }`, `list.each { |x| .. }`: a closure is an argument, and stands in parentheses.",
    why="""\
Ruby, Kotlin and Swift put a closure behind a call, and some name its parameter themselves: `it`, `$0`. In Rune it is an
argument like any other: `list.map(|it| it * 2)`.

The repair writes the parentheses and the parameters.
""",
    before="""\
pub fn call(args) {
    args.list.iter().map { it * 2 }.collect::<Vec>()
}
""",
    after="""\
pub fn call(args) {
    args.list.iter().map(|it| { it * 2 }).collect::<Vec>()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("{",),
)
