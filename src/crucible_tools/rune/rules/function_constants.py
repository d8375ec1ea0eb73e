"""Functions that are kept in constants of the file: `const f = (x) => x + 1;`, `let f = |x| x + 1;`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Block, Closure, Const, File, Module, Statement

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_FUNCTION_WORDS: Final = frozenset({"function", "fn", "func"})


@dataclass(frozen=True, slots=True)
class FunctionConstant:
    """A constant that is a function.

    Args:
        const: the declaration; what stands behind its `=` may have been read apart from it.
        sign: token of the `=>`, of the word `function`, or of the first bar of a closure of Rune.
        fix: makes a function of it.
    """

    const: Const
    sign: int
    fix: Fix


@remembered
def function_constants(script: Script) -> dict[int, FunctionConstant]:
    """The constants of the file and of its modules that are functions, by the token of their `=>` or `function`."""
    if "=" not in script.text or not any(sign in script.text for sign in ("=>", "function", "|")):
        return {}
    texts, partner = script.tree.tokens.texts, script.tree.tokens.partner
    consts = {const.name + 1: const for const in script.tree.of(Const) if _is_outside(const) and const.name is not None}
    found: dict[int, FunctionConstant] = {}
    for closure in script.tree.of(Closure):
        if not isinstance(closure.parent, (Const, Statement)):
            continue
        const = consts.get(_equals(script, closure.first))
        if const is not None:
            whole = isinstance(closure.body, Block) and closure.body.prefix is None
            fix = _fix(script, const, closure.open, closure.close, closure.body.first, closure.body.last, whole=whole)
            sign = closure.open if closure.arrow is None else closure.arrow
            found[sign] = FunctionConstant(const, sign, fix)
    for i, word in enumerate(texts):
        if word not in _FUNCTION_WORDS or (const := consts.get(_equals(script, i))) is None:
            continue
        open_ = i + 1 if script.word(i + 1) == "(" else i + 2
        close = partner[open_] if script.word(open_) == "(" else -1
        body = close + 1
        if close > 0 and script.word(body) == "{" and partner[body] > 0:
            found[i] = FunctionConstant(const, i, _fix(script, const, open_, close, body, partner[body], whole=True))
    return found


def _is_outside(const: Const) -> bool:
    return isinstance(const.parent, (File, Module))


def _equals(script: Script, first: int) -> int:
    """The token of the `=` in front of a function."""
    at = first - 1
    return at - 1 if script.word(at) == "async" else at


def _fix(script: Script, const: Const, open_: int, close: int, first: int, last: int, *, whole: bool) -> Fix:
    """Edits that make `fn name(params) { body }`."""
    tokens = script.tree.tokens
    word = const.first
    while script.word(word) != const.word and word < const.last:
        word += 1
    name = const.name if const.name is not None else word
    is_async = "async" in tokens.texts[name + 1 : open_ + 1]
    opened = tokens.texts[open_] == "("
    bars = tokens.texts[open_] in ("|", "||")
    edits = [
        Edit(tokens.starts[word], tokens.ends[word], "async fn" if is_async else "fn"),
        # From behind the name to the parameters, and from these to the body.
        Edit(tokens.ends[name], tokens.ends[open_] if bars else tokens.starts[open_], "" if opened else "("),
    ]
    end = tokens.ends[last]
    behind = tokens.ends[last + 1] if script.word(last + 1) == ";" else end
    closes = tokens.starts[close] if bars and close > open_ else tokens.ends[close]
    edits.append(Edit(closes, tokens.starts[first], ("" if opened else ")") + (" " if whole else " { ")))
    edits.append(Edit(end, behind, "" if whole else " }"))
    return Fix(True, "Write a function", tuple(edit for edit in edits if edit.text or edit.start < edit.end))
