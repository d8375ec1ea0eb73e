"""RN005: `null`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Is, Node, Paren, Path, Pattern

_NULLS: Final[tuple[str, ...]] = ("null", "nil", "undefined", "NULL", "nullptr")
_COMPARES: Final = frozenset({"==", "!=", "===", "!=="})


def check(script: Script) -> Iterator[Finding]:
    """Finds every `null`, `nil` and the like that is no name of this source."""
    bound = bound_names(script)
    names: set[str] = {name for name in _NULLS if name not in bound}
    if not names:
        return
    found = [*_values(script, names), *_patterns(script, names), *_tests(script, names)]
    yield from sorted(found, key=lambda item: item.start)


def _values(script: Script, names: set[str]) -> Iterator[Finding]:
    for path in script.tree.of(Path):
        if path.name not in names or path.generics:
            continue
        start, end = script.start(path), script.end(path)
        message = f"there is no `{path.name}` in Rune: nothing is written `()`"
        if _is_compared(path):
            hint = "compare with `is Tuple` or `is not Tuple`: `==` with `()` fails for every other value"
            yield Finding("RN005", start, end, message, hint=hint)
        else:
            yield Finding("RN005", start, end, message, fix=_unit(start, end))


def _patterns(script: Script, names: set[str]) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for pattern in script.tree.of(Pattern):
        for token in range(pattern.first, pattern.last + 1):
            word = tokens.texts[token]
            if word in names and script.word(token + 1) != ":" and script.word(token - 1) not in (".", "::"):
                start, end = tokens.starts[token], tokens.ends[token]
                message = f"`{word}` would be a name for any value here: nothing is written `()`"
                yield Finding("RN005", start, end, message, fix=_unit(start, end))


def _tests(script: Script, names: set[str]) -> Iterator[Finding]:
    for node in script.tree.of(Is):
        word = script.source(node.type)
        if word in names:
            start, end = script.start(node.type), script.end(node.type)
            fix = Fix(True, "Write `Tuple`", (Edit(start, end, "Tuple"),))
            yield Finding("RN005", start, end, f"there is no type `{word}` in Rune: that of `()` is `Tuple`", fix=fix)


def _unit(start: int, end: int) -> Fix:
    return Fix(True, "Write `()`", (Edit(start, end, "()"),))


def _is_compared(path: Path) -> bool:
    up: Node | None = path.parent
    while isinstance(up, Paren):
        up = up.parent
    return isinstance(up, Binary) and up.op in _COMPARES


RULE = Rule(
    code="RN005",
    name="null",
    summary="`null`, `nil`, `undefined`: Rune has no such name, and reads it as a variable that is missing.",
    why="""\
What JSON calls `null` is the empty tuple in Rune, `()`: arguments that are null arrive as `()`, and a result of `()`
leaves as null.

As a value the repair writes `()`. In a comparison that would not do: `x == ()` fails for every `x` that is something
else, so the whole comparison is repaired (see RN102). `None` is not the same: it is a case of an `Option`, as
`object.get("key")` gives one, and becomes null only when it leaves the script.
""",
    before="""\
pub async fn call(args) {
    #{ a: args.a, b: null }
}
""",
    after="""\
pub async fn call(args) {
    #{ a: args.a, b: () }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=_NULLS,
)
