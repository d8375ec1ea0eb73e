"""Functions that are kept in constants of the file: `const f = (x) => x + 1;`, `let f = |x| x + 1;`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Block, Closure, Const, File, Let, Module, Statement

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_ASSIGNS: Final = frozenset({"=", "+=", "-=", "*=", "/=", "++", "--"})
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
        recursive = _recursive(script, closure) if const is None else None
        if recursive is not None:
            whole = isinstance(closure.body, Block) and closure.body.prefix is None
            first, last = closure.body.first, closure.body.last
            made = _fix(script, recursive, closure.open, closure.close, first, last, whole=whole)
            sign = closure.open if closure.arrow is None else closure.arrow
            found[sign] = FunctionConstant(recursive, sign, _with_captured(script, recursive, closure, made))
            continue
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


def _recursive(script: Script, closure: Closure) -> Const | None:
    """The constant in a function whose closure calls itself, as no closure of Rune can; None where a function inside of
    another one, which sees nothing of it, could not be given what the closure sees."""
    const, texts = closure.parent, script.tree.tokens.texts
    if not isinstance(const, Const) or const.value is not closure or const.name is None or _is_outside(const):
        return None
    name, body = texts[const.name], closure.body
    if not any(texts[i] == name and texts[i + 1] == "(" for i in range(body.first, body.last)):
        return None
    captured = _captured(script, const, closure)
    written = any(
        texts[at] in captured and texts[at - 1] != "." and texts[at + 1] in _ASSIGNS
        for at in range(body.first, body.last)
    )
    handed = sum(word == name for word in texts) != _calls_of(script, name) + 1
    return None if written or (captured and handed) else const


def _calls_of(script: Script, name: str) -> int:
    texts = script.tree.tokens.texts
    return sum(word == name and texts[at + 1 : at + 2] == ["("] for at, word in enumerate(texts))


def _captured(script: Script, const: Const, closure: Closure) -> list[str]:
    """The variables around a closure that it mentions."""
    function = script.function_of(const)
    if function is None:
        return []
    tokens = script.tree.tokens
    around = {tokens.texts[at] for param in function.params for at in param.pattern.names}
    around |= {
        tokens.texts[other.name]
        for other in script.tree.of(Const)
        if other is not const and other.name is not None and script.function_of(other) is function
    }
    around |= {
        tokens.texts[at]
        for let in script.tree.of(Let)
        if not closure.first <= let.first <= closure.last and script.function_of(let) is function
        for at in let.pattern.names
    }
    own = {tokens.texts[at] for param in closure.params for at in param.pattern.names}
    mentioned = (
        tokens.texts[at]
        for at in range(closure.body.first, closure.body.last + 1)
        if tokens.kinds[at] == "name" and tokens.texts[at - 1] != "."
    )
    return list(dict.fromkeys(word for word in mentioned if word in around and word not in own))


def _with_captured(script: Script, const: Const, closure: Closure, fix: Fix) -> Fix:
    """The function with a parameter for each variable that the closure saw, and its calls with these."""
    captured = _captured(script, const, closure)
    if not captured or const.name is None:
        return fix
    tokens, name, more = script.tree.tokens, script.word(const.name), ", ".join(captured)
    edits = list(fix.edits)
    for at, word in enumerate(tokens.texts):
        if word == name and script.word(at + 1) == "(" and tokens.partner[at + 1] > 0:
            place = tokens.ends[at + 1]
            edits.append(Edit(place, place, more if tokens.partner[at + 1] == at + 2 else f"{more}, "))
    place = tokens.ends[closure.open]
    edits.append(Edit(place, place, f"{more}, " if closure.params else more))
    return Fix(fix.safe, fix.title, tuple(sorted(edits, key=lambda edit: (edit.start, edit.end))))


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
