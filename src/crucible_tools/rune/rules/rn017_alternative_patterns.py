"""RN017: alternatives and ranges in a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from crucible_tools.rune.rules.alternatives import RANGES, Choice, Reader, joined
from crucible_tools.rune.rules.operands import tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Binary, Const, Expr, Is, LetCondition, Match, Pattern, Unary
from crucible_tools.rune.types.values import BOOL, CHAR, INT, STRING

_TIGHTER: Final = frozenset({"&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"})
_SHORT: Final = 60
"""Characters of a body that is better written twice than tested for in a guard."""


def check(script: Script) -> Iterator[Finding]:
    """Finds arms whose pattern has `|`, a range, `@` or a float, and `if let` with `|`."""
    tokens = script.tree.tokens
    found: list[Finding] = []
    for match in script.tree.of(Match):
        for arm in match.arms:
            sign = _sign(script, arm.pattern)
            if sign is None:
                continue
            word = tokens.texts[sign]
            what = {"|": "alternatives", "@": "name in front of a pattern"}.get(
                word, "ranges" if word in RANGES else "floats"
            )
            message = f"a pattern of Rune has no {what}: `{script.source(arm.pattern)}` is none"
            fix = _fix(script, arm)
            hint = None if fix else "write an arm for each case, or a guard: `x if .. => ..`"
            found.append(Finding("RN017", tokens.starts[sign], tokens.ends[sign], message, hint=hint, fix=fix))
    for condition in script.tree.of(LetCondition):
        sign = _sign(script, condition.pattern)
        if sign is not None and tokens.texts[sign] in ("|", "@"):
            message = "a pattern of Rune is one pattern, without alternatives"
            hint = "write a `match` with an arm for each"
            found.append(Finding("RN017", tokens.starts[sign], tokens.ends[sign], message, hint=hint))
    yield from sorted(found, key=lambda item: item.start)


def _sign(script: Script, pattern: Pattern) -> int | None:
    """The first token in a pattern that none may have."""
    tokens = script.tree.tokens
    depth = 0
    for i in range(pattern.first, pattern.last + 1):
        word = tokens.texts[i]
        depth += tokens.partner[i] > i
        depth -= 0 <= tokens.partner[i] < i
        if word in ("|", "@"):
            return i
        if tokens.kinds[i] == "float":
            return i
        if word in RANGES:
            before, after = script.word(i - 1), script.word(i + 1)
            left = i > pattern.first and before not in (",", "(", "[", "{", ":", "|")
            right = i < pattern.last and after not in (",", ")", "]", "}", "|")
            if left or (right and depth == 0):
                return i
    return None


def _fix(script: Script, arm: Arm) -> Fix | None:
    names = _names(script, arm)
    choices = Reader(script, names).choices(arm.pattern.first, arm.pattern.last)
    if choices is None:
        return None
    if len(choices) > 1 and not arm.pattern.names and _by_guard(script, arm, choices):
        choices = [_together(script, arm, names[0], choices)]
    guard = _guard(script, arm.guard) if arm.guard is not None else ""
    plain = f" if {script.source(arm.guard)}" if arm.guard is not None else ""
    heads = [
        f"{choice.text} if {_all(choice.conditions, guard)}" if choice.conditions else choice.text + plain
        for choice in choices
    ]
    start = script.start(arm)
    end = script.end(arm.guard) if arm.guard is not None else script.end(arm.pattern)
    if heads == [script.text[start:end]]:
        return None
    edits = [Edit(start, end, heads[0])]
    if len(heads) > 1:
        tail = script.text[end : script.end(arm)]
        alone = not script.text[script.text.rfind("\n", 0, start) + 1 : start].strip()
        between = f",{script.newline}{script.indent_at(start)}" if alone else ", "
        edits.append(Edit(script.end(arm), script.end(arm), "".join(f"{between}{head}{tail}" for head in heads[1:])))
    title = "Write an arm for each" if len(heads) > 1 else "Write a guard"
    return Fix(True, title, tuple(edits))


def _guard(script: Script, guard: Expr) -> str:
    """The guard that stands there, behind another condition."""
    text = script.source(guard)
    plain = tight(guard) or isinstance(guard, (Unary, Is)) or (isinstance(guard, Binary) and guard.op in _TIGHTER)
    return f" && {text}" if plain else f" && ({text})"


def _all(conditions: tuple[str, ...], guard: str) -> str:
    if len(conditions) == 1 and not guard:
        return conditions[0]
    return " && ".join(f"({test})" if "||" in test else test for test in conditions) + guard


def _by_guard(script: Script, arm: Arm, choices: list[Choice]) -> bool:
    """Whether one arm with a guard is better than one for each choice."""
    if any(choice.scalar is None for choice in choices):
        return False
    if any(not choice.literal for choice in choices):
        return True
    body = script.source(arm.body)
    return len(body) > _SHORT or "\n" in body


def _together(script: Script, arm: Arm, name: str, choices: list[Choice]) -> Choice:
    """One pattern for all: a guard that compares, or, where that could fail, one that matches."""
    if all(choice.literal for choice in choices):
        kinds = {_kind(choice.text) for choice in choices}
        subject = arm.parent.subject if isinstance(arm.parent, Match) else None
        if subject is not None and len(kinds) == 1 and script.types.of(subject).only(kinds.pop()):
            return Choice(name, (" || ".join(f"{name} == {choice.text}" for choice in choices),))
        # `==` between different types is an error in Rune, and nothing says what the value is; `match` takes anything.
        arms = ", ".join(f"{choice.text} => true" for choice in choices)
        return Choice(name, (f"match {name} {{ {arms}, _ => false }}",))
    return Choice(name, (joined([choice.scalar.format(name) for choice in choices if choice.scalar is not None]),))


def _kind(literal: str) -> int:
    if literal.startswith('"'):
        return STRING
    if literal.startswith("'"):
        return CHAR
    return BOOL if literal in ("true", "false") else INT


def _names(script: Script, arm: Arm) -> list[str]:
    """Names that nothing in the arm has, and no constant: that would be compared with."""
    texts = script.tree.tokens.texts
    taken = set(texts[arm.first : arm.last + 1])
    taken |= {texts[const.name] for const in script.tree.of(Const) if const.name is not None}
    found = [name for name in ("n", "value", "given", "it") if name not in taken]
    numbers = count(2)
    while len(found) < 4:
        name = f"n_{next(numbers)}"
        if name not in taken:
            found.append(name)
    return found


RULE = Rule(
    code="RN017",
    name="alternative-patterns",
    summary="`4 | 6 | 9 => 30`, `1..=5 => ..`: a pattern of Rune is one pattern.",
    why="""\
The arms of a `match` take values apart, and compare with literals. They know no alternatives, no ranges, no `name @
..`, and no floats.

The repair writes an arm for each alternative. Ranges become guards, `n if n >= 1 && n <= 5 => ..`, and so do
alternatives in front of a long body.
""",
    before="""\
pub async fn call(args) {
    match args.a {
        4 | 6 => "thirty",
        _ => "other",
    }
}
""",
    after="""\
pub async fn call(args) {
    match args.a {
        4 => "thirty",
        6 => "thirty",
        _ => "other",
    }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("match", "if let", "while let"),
)
