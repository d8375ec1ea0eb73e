"""RN012: `vec![..]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import has_comment, sign_between
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Macro

_CONSTANT: Final = frozenset({"false", "true", "None"})
_MAKING: Final = frozenset({"vec", "Some", "Vec", "String", "HashMap", "Object"})
"""What is called to make the same value anew."""


def check(script: Script) -> Iterator[Finding]:
    """Finds every call of the macro `vec`."""
    tokens = script.tree.tokens
    for macro in script.tree.of(Macro):
        if macro.path.name != "vec":
            continue
        start, end = script.start(macro), tokens.starts[macro.args.first]
        semicolon = sign_between(script, macro.args.first, macro.args.last, ";")
        if semicolon is not None:
            fix = _repeated(script, macro, semicolon)
            hint = None if fix else "fill the list in a loop: `for _ in 0..n { list.push(x); }`"
            message = "there is no macro `vec`, and no list of `n` times `x`"
            yield Finding("RN012", start, end, message, hint=hint, fix=fix)
            continue
        edits = [Edit(start, end, "")]
        if tokens.texts[macro.args.first] != "[":
            edits = [Edit(start, tokens.ends[macro.args.first], "[")]
            if tokens.partner[macro.args.first] > 0:
                edits.append(Edit(tokens.starts[macro.args.last], tokens.ends[macro.args.last], "]"))
        fix = Fix(True, "Write a list", tuple(edits))
        yield Finding("RN012", start, end, "there is no macro `vec` in Rune: a list is written `[..]`", fix=fix)


def _repeated(script: Script, macro: Macro, semicolon: int) -> Fix | None:
    """`vec![x; n]` as a list of what a closure gives `n` times."""
    tokens = script.tree.tokens
    first, last = macro.args.first + 1, macro.args.last - 1
    start, end = script.start(macro), script.end(macro)
    if (
        first == semicolon
        or last == semicolon
        or tokens.partner[macro.args.first] < 0
        or has_comment(script, start, end)
    ):
        return None
    item = script.text[tokens.starts[first] : tokens.ends[semicolon - 1]]
    count = script.text[tokens.starts[semicolon + 1] : tokens.ends[last]]
    if semicolon == first + 1 and tokens.kinds[first] == "name" and item not in _CONSTANT:
        name, additions = inserted(script, macro, "times")
        edit = Edit(start, end, f"{name}({item}, {count})")
        return Fix(True, f"Call a function `{name}` that the repair adds", (edit,), additions)
    if not _is_the_same_again(script, first, semicolon):
        return None
    text = f"(0..{count}).iter().map(|_| {item}).collect::<Vec>()"
    return Fix(True, "Make a list of as many", (Edit(start, end, text),))


def _is_the_same_again(script: Script, first: int, end: int) -> bool:
    """Whether an expression can be evaluated again and again: literals, and lists and objects of literals."""
    tokens = script.tree.tokens
    for at in range(first, end):
        word, kind = tokens.texts[at], tokens.kinds[at]
        called = kind == "name" and script.word(at + 1) in ("(", "!", ".", "[")
        if called and word not in _MAKING and script.word(at - 1) != "::":
            return False
        if word in ("?", "=", "+=", "await", "return") or kind == "backtick":
            return False
    return True


RULE = Rule(
    code="RN012",
    name="vec-macro",
    summary="`vec![]`, `vec![1, 2]`: Rune has no macro `vec`, a list is written `[1, 2]`.",
    why="""\
Lists need no macro in Rune: `[]` and `[1, 2]` can grow.

The repair deletes `vec!`. `vec![0; n]` has no literal form: it becomes a list of what a closure gives `n` times.
""",
    before="""\
pub async fn call(args) {
    let v = vec![args.a];
    v.push(2);
    v
}
""",
    after="""\
pub async fn call(args) {
    let v = [args.a];
    v.push(2);
    v
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("vec!", "vec !"),
)
