"""RN036: words in front of a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.foreign_heads import foreign_heads
from crucible_tools.rune.rules.function_constants import function_constants
from crucible_tools.rune.rules.nameless import nameless_entries
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Function

_FUNCTION: Final = frozenset({"function", "def", "func", "fun"})
_PUBLIC: Final = frozenset({"export", "public"})
_NOTHING: Final = frozenset({"default", "private", "static"})


def check(script: Script) -> Iterator[Finding]:
    """Finds functions that begin as in JavaScript, Python, Go or Kotlin, and `export` in front of constants."""
    found = [*_functions(script), *_constants(script), *_nameless(script)]
    yield from sorted(found, key=lambda item: item.start)


def _functions(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    heads = foreign_heads(script)
    for node in script.tree.of(Function):
        if node.first in heads:
            continue  # see RN158
        for token in node.words:
            if token in function_constants(script):
                continue  # `const f = function ..`
            word = tokens.texts[token]
            start, end = tokens.starts[token], tokens.ends[token]
            if word in _FUNCTION:
                message = f"`{word}` is no word of Rune: a function begins with `fn`"
                behind = (node.returns.last if node.returns is not None else node.close) + 1
                short = script.word(behind) in ("=>", "=")
                fix = Fix(True, "Write `fn`", (Edit(start, end, "fn"),)) if node.body is not None or short else None
                hint = None if fix else "its body needs braces"
                yield Finding("RN036", start, end, message, hint=hint, fix=fix)
            elif word in _PUBLIC and node.pub is None:
                fix = Fix(True, "Write `pub`", (Edit(start, end, "pub"),))
                yield Finding("RN036", start, end, f"`{word}` is no word of Rune: it says `pub`", fix=fix)
            elif word in _PUBLIC or word in _NOTHING:
                fix = Fix(True, f"Delete `{word}`", cut_up_to(script, token, token + 1))
                yield Finding("RN036", start, end, f"`{word}` in front of a function is not Rune", fix=fix)


def _nameless(script: Script) -> Iterator[Finding]:
    """`export default async function (args) {`: what a file gives is its entry."""
    tokens = script.tree.tokens
    for i, entry in nameless_entries(script).items():
        start, end = tokens.starts[i], tokens.ends[entry.open - 1]
        is_async = "async " if entry.is_async else ""
        edits = [Edit(start, tokens.starts[entry.open], f"pub {is_async}fn call")]
        if entry.arrow is not None:
            edits += cut_up_to(script, entry.arrow, entry.arrow + 1)
        message = "what a file of Rune gives has a name: the entry of a tool is `pub async fn call(args)`"
        yield Finding("RN036", start, end, message, fix=Fix(True, "Name it `call`", tuple(edits)))


def _constants(script: Script) -> Iterator[Finding]:
    """`export const LIMIT = 3;`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "export" or script.word(i + 1) not in ("const", "let", "var") or not begins_line(script, i):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        function = any(known.const.first in (i, i + 1) for known in function_constants(script).values())
        public = function or script.word(i + 1) == "const"
        fix = Fix(
            True,
            "Write `pub`" if public else "Delete `export`",
            ((Edit(start, end, "pub"),) if public else cut_up_to(script, i, i + 1)),
        )
        yield Finding("RN036", start, end, "`export` is no word of Rune: it says `pub`", fix=fix)


RULE = Rule(
    code="RN036",
    name="function-word",
    summary=(
        "`function f(x) {`, `def f(x)`, `export fn f(x)`: a function begins with `fn`, and a public one with `pub fn`."
    ),
    why="""\
Rune has one word for functions, `fn`, and one for what others may call, `pub`. What is not `pub` is private.

The repair writes `fn` for `function`, `def`, `func` and `fun`, and `pub` for `export` and `public`; it deletes
`private`, `static` and the `default` of `export default`. A function of Python without braces is only reported.
""",
    before="""\
export async function call(args) {
    args.a
}
""",
    after="""\
pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("function ", "def ", "func ", "fun ", "export ", "public ", "private ", "static "),
)
