"""RN105: `if let Some(x) = plain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.let_chains import chained_lets
from crucible_tools.rune.rules.operands import bare, has_comment, repeatable
from crucible_tools.rune.rules.reads import (
    Sure,
    bound_read,
    field_read,
    get_edits,
    get_text,
    only_as_option,
    plain,
)  # fmt: skip
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Expr, If, LetCondition, Match, Path, Pattern
from crucible_tools.rune.types.values import ANY, FUTURE, OPTION, RESULT, Value

_HOLDERS: Final = {"Some": OPTION, "None": OPTION, "Ok": RESULT, "Err": RESULT}
_CALLED: Final = {OPTION: "Option", RESULT: "Result"}


def check(script: Script) -> Iterator[Finding]:
    """Finds patterns of Options and Results that a plain value is matched with."""
    conditions = [*script.tree.of(LetCondition), *script.tree.of(Match)]
    for node in sorted(conditions, key=lambda item: item.first):
        if node in chained_lets(script):
            continue
        patterns = [node.pattern] if isinstance(node, LetCondition) else [arm.pattern for arm in node.arms]
        subject = node.value if isinstance(node, LetCondition) else node.subject
        held = 0
        for pattern in patterns:
            held |= _holder(script, pattern)
            if script.tree.tokens.kinds[pattern.first] != "name":
                held = OPTION | RESULT  # whoever matches with a literal too knows what may come
                break
        if held not in (OPTION, RESULT):
            continue
        sure = _plain(script, subject, held)
        if sure is Sure.NO:
            continue
        yield _finding(script, node, subject, held, sure)


def _holder(script: Script, pattern: Pattern) -> int:
    word = script.word(pattern.first)
    held = _HOLDERS.get(word, 0)
    if word == "None":
        return held if pattern.first == pattern.last else 0
    return held if script.word(pattern.first + 1) == "(" else 0


def _plain(script: Script, subject: Expr, held: int) -> Sure:
    """How sure it is that a value is neither an Option nor a Result."""
    value = script.types.of(subject)
    if value.kinds != ANY:
        if not value.kinds or value.may(FUTURE | held):
            return Sure.NO
        return Sure.CERTAIN
    if held == RESULT:
        return Sure.NO
    read = field_read(script, subject)
    if read is not None:
        return plain(script, read)
    subject = bare(subject)
    bound = bound_read(script, subject) if isinstance(subject, Path) else None
    return plain(script, bound[1]) if bound else Sure.NO


def _finding(script: Script, node: LetCondition | Match, subject: Expr, held: int, sure: Sure) -> Finding:
    value = script.types.of(subject)
    fix = _repair(script, node, subject, value) if held == OPTION else None
    called = _CALLED[held]
    source = script.source(subject)
    if isinstance(node, LetCondition):
        start, end = script.start(node.pattern), script.end(node)
        what = f"`{script.source(node.pattern)}` never matches"
    else:
        start, end = script.start(subject), script.end(subject)
        what = f"no pattern of an {called} matches" if held == OPTION else "no pattern of a Result matches"
    return Finding(
        "RN105",
        start,
        end,
        f"`{source}` gives the value itself, no {called}: {what}",
        "warning",
        hint=None if fix else "a plain value that may be missing is `()`: ask with `is not Tuple`",
        fix=fix,
    )


def _repair(script: Script, node: LetCondition | Match, subject: Expr, value: Value) -> Fix | None:
    read = field_read(script, subject)
    if read is not None and plain(script, read) is not Sure.NO:
        return Fix(False, f"Read the field with `{get_text(script, read)}`", get_edits(script, read))
    name = bare(subject)
    bound = bound_read(script, name) if isinstance(name, Path) else None
    if bound is not None and plain(script, bound[1]) is not Sure.NO:
        let, read = bound
        if only_as_option(script, let):
            return Fix(False, f"Read the field with `{get_text(script, read)}`", get_edits(script, read))
    if isinstance(node, Match):
        return _match(script, node)
    if isinstance(node.parent, If):
        return _if(script, node, node.parent)
    return None


def _if(script: Script, node: LetCondition, site: If) -> Fix | None:
    """`if let Some(x) = v {..} else {..}` for a value that may be `()`."""
    pattern = node.pattern
    name = _inner_name(script, pattern)
    if name is None or has_comment(script, script.start(site), script.start(node.value)):
        return None
    start, behind = script.start(node), script.end(node.value)
    value = bare(node.value)
    if isinstance(value, Path) and value.name == name and repeatable(value):
        edits = (Edit(start, script.start(node.value), ""), Edit(behind, behind, " is not Tuple"))
        return Fix(False, f"Write `if {name} is not Tuple`", edits)
    then, other = script.end(site.then), site.otherwise
    gap = (then, script.start(other)) if other is not None else (then, then)
    if has_comment(script, *gap):
        return None
    rest = (Edit(*gap, ", _ => "), Edit(script.end(site), script.end(site), " }")) if other is not None else ()
    edits = (
        Edit(script.start(site), script.start(node.value), "match "),
        Edit(behind, behind, f" {{ {name} if {name} is not Tuple =>"),
        *(rest or (Edit(then, then, ", _ => {} }"),)),
    )
    return Fix(False, f"Write `match .. {{ {name} if {name} is not Tuple => ..`", edits)


def _match(script: Script, node: Match) -> Fix | None:
    edits: list[Edit] = []
    for arm in node.arms:
        made = _arm(script, arm)
        if made is None:
            return None
        edits += made
    return Fix(False, "Match the value itself", tuple(edits)) if edits else None


def _arm(script: Script, arm: Arm) -> list[Edit] | None:
    """The pattern of an arm, for the value itself; None when it cannot be told."""
    pattern = arm.pattern
    start, end = script.start(pattern), script.end(pattern)
    word = script.word(pattern.first)
    if word == "None" and pattern.first == pattern.last:
        return [Edit(start, end, "()")]
    if not _holder(script, pattern):
        return []
    name = _inner_name(script, pattern)
    if name == "_":
        return None
    if name is not None:
        test = f"{name} if {name} is not Tuple"
        if arm.guard is None:
            return [Edit(start, end, test)]
        guard = (script.start(arm.guard), script.end(arm.guard))
        return [Edit(start, guard[0], f"{test} && ("), Edit(guard[1], guard[1], ")")]
    kinds = script.tree.tokens.kinds
    if pattern.last - pattern.first == 3 and kinds[pattern.first + 2] in ("string", "int", "char"):
        return [Edit(start, end, script.word(pattern.first + 2))]
    return None


def _inner_name(script: Script, pattern: Pattern) -> str | None:
    """The name in `Some(name)`."""
    if pattern.last - pattern.first == 3 and script.tree.tokens.kinds[pattern.first + 2] == "name":
        word = script.word(pattern.first + 2)
        return word if word not in ("true", "false") else None
    return None


RULE = Rule(
    code="RN105",
    name="some-of-plain-value",
    summary="`if let Some(x) = args.links`: a plain value never matches `Some(..)`, so the branch never runs.",
    why="""\
A field read gives the value itself. It is no Option, so `Some(x)` never matches it and `None` does not either,
without any error: the branch is simply never taken. `args.get("links")` gives an Option. A parameter, or what a
function gives, is asked with `is not Tuple` whether it is there.

The repair is always unsafe, because a branch starts to run that never did.
""",
    before="""\
pub async fn call(args) {
    if let Some(list) = args.a { list.len() } else { 0 }
}
""",
    after="""\
pub async fn call(args) {
    if let Some(list) = args.get("a") { list.len() } else { 0 }
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=("Some(", "None", "Ok(", "Err("),
)
