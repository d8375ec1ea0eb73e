"""RN089: branches and loops without braces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import MOST, ends_line, extent
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_HEADS: Final = frozenset({"if", "while", "for"})
_JOINING: Final = frozenset({"is", "as", "in", "and", "or", "then", "instanceof"})
_JUMPS: Final = frozenset({"return", "break", "continue", "throw", "raise", "yield"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `if (x) return y;`, `else y;` and `for (x of list) f(x);`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if tokens.kinds[i] != "name" or script.word(i - 1) in (".", "::", "fn", "let"):
            continue
        if word in _HEADS and script.word(i + 1) == "(":
            head = tokens.partner[i + 1]
        elif word == "else":
            head = i
        else:
            continue
        first = head + 1
        if head < i or not _begins_statement(script, first, otherwise=word == "else"):
            continue
        message = f"what belongs to an `{word}` stands in braces in Rune"
        if word in ("while", "for"):
            message = f"what belongs to a `{word}` stands in braces in Rune"
        yield Finding("RN089", tokens.starts[i], tokens.ends[i], message, fix=_fix(script, i, head, first))


def _begins_statement(script: Script, first: int, *, otherwise: bool) -> bool:
    """Whether a token begins a statement: an operator or a brace behind a head says that all is as it should be."""
    tokens = script.tree.tokens
    if first >= len(tokens) or tokens.kinds[first] != "name":
        return False
    word, after = tokens.texts[first], script.word(first + 1)
    if word in _JUMPS:
        return True
    if word in _HEADS:
        return not otherwise or word != "if"
    if word in _JOINING or word == "else":
        return False
    return after in ("=", "+=", "-=", "*=", "/=", "(", "[", ".", "+", "-", "!")


def _fix(script: Script, word: int, head: int, first: int) -> Fix | None:
    tokens, text = script.tree.tokens, script.text
    last = _last(script, first)
    if last < first:
        return None
    start, end = extent(script, first, last)
    before = tokens.ends[head]
    if has_comment(script, before, start):
        return None
    if "\n" not in text[before:start]:
        return Fix(True, "Write braces", (Edit(start, start, "{ "), Edit(end, end, " }")))
    indent = script.indent_at(tokens.starts[word])
    close = text.find("\n", end)
    close = len(text) if close < 0 else close - text[:close].endswith("\r")
    if script.word(last + 1) == "else":
        following = tokens.starts[last + 1]
        return Fix(True, "Write braces", (Edit(before, before, " {"), Edit(following, following, "} ")))
    return Fix(True, "Write braces", (Edit(before, before, " {"), Edit(close, close, f"{script.newline}{indent}}}")))


def _last(script: Script, first: int) -> int:
    """The last token of a statement: its semicolon, or what ends its line."""
    tokens = script.tree.tokens
    at = first
    for _ in range(MOST):
        if at >= len(tokens):
            break
        word = tokens.texts[at]
        if word in (";", "}"):
            return at if word == ";" else at - 1
        last = max(tokens.partner[at], at)
        head = script.word(at - 1) in _HEADS and word == "("
        if ends_line(script, last) and script.word(last + 1) not in (".", ";", "+", "&&", "||", "?", ":") and not head:
            return last
        at = last + 1
    return -1


RULE = Rule(
    code="RN089",
    name="without-braces",
    summary="`if (x) return y;`, `for (const x of list) f(x);`: what belongs to a branch stands in braces.",
    why="""\
C, JavaScript and others leave the braces out around one statement. Rune always wants them, and wants no parentheses
around the condition.

The repair puts braces around the statement.
""",
    before="""\
pub async fn call(args) {
    if (args.a > 1) return "many";
    return "one";
}
""",
    after="""\
pub async fn call(args) {
    if (args.a > 1) { return "many"; }
    return "one";
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("if (", "if(", "for (", "for(", "while (", "while(", "else"),
)
