"""RN013: `let` outside of functions, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import ends_line
from crucible_tools.rune.rules.file_variables import FileVariable, file_variables
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Closure, Const, Module, Node, Path

_FUNCTION_WORDS: Final = frozenset({"function", "def", "func", "fun"})
"""Behind `const` these would be read as the beginning of a function of another language."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `let`, `var` and `static` at the level of the file or of a module, if nothing changes the value."""
    yield from sorted((*_declared(script), *_bare(script)), key=lambda item: item.start)


def _declared(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for variable in file_variables(script):
        if variable.changed is not None or isinstance(variable.const.value, Closure):
            continue
        word = _word(script, variable.const)
        start, end = tokens.starts[word], tokens.ends[word]
        message = f"only declarations may stand outside of functions: `{tokens.texts[word]}` is none"
        hint = _hint(variable)
        fix = None
        if hint is None:
            fix = Fix(True, "Write `const`", tuple(_edits(script, variable, word)))
        yield Finding("RN013", start, end, message, hint=hint, fix=fix)


def _bare(script: Script) -> Iterator[Finding]:
    """`LIMITS = {..}` of Python, outside of functions."""
    if script.compiles is not False:
        return
    tokens, at, given = script.tree.tokens, 0, list[tuple[int, int]]()
    while at < len(tokens):
        last = max(tokens.partner[at], at)
        if tokens.kinds[at] == "name" and script.word(at + 1) == "=" and _begins_file_line(script, at):
            last = at + 1
            while last + 1 < len(tokens) and (last == at + 1 or not ends_line(script, last)):
                last = max(tokens.partner[last + 1], last + 1)
            given.append((at, last))
        at = last + 1
    names = [tokens.texts[first] for first, _ in given]
    for first, last in given:
        start, end = tokens.starts[first], tokens.ends[first]
        message = f"only declarations may stand outside of functions: `{tokens.texts[first]}` is none yet"
        close = tokens.ends[last]
        sign = () if tokens.texts[last] == ";" else (Edit(close, close, ";"),)
        once = names.count(tokens.texts[first]) == 1
        fix = Fix(True, "Write `const`", (Edit(start, start, "const "), *sign)) if once else None
        yield Finding("RN013", start, end, message, hint=None if fix else "declare it once", fix=fix)


def _begins_file_line(script: Script, token: int) -> bool:
    start = script.tree.tokens.starts[token]
    return start == 0 or script.text[start - 1] == "\n"


def _word(script: Script, const: Const) -> int:
    """The token of `let`, `var` or `static`."""
    at = const.first
    while script.word(at) != const.word and at < const.last:
        at += 1
    return at


def _hint(variable: FileVariable) -> str | None:
    if variable.name in _FUNCTION_WORDS:
        return f"call it something else than `{variable.name}`"
    if variable.name is None:
        return "give each value a name of its own: `const A = ..; const B = ..;`"
    if not variable.constant:
        return (
            f"its value is no constant: write `fn {variable.name}() {{ .. }}` and call it, or move it into a function"
        )
    if variable.shadowed:
        return f"a `const` would do, if no variable or parameter were called `{variable.name}` as well: rename one"
    return None


def _edits(script: Script, variable: FileVariable, word: int) -> Iterator[Edit]:
    tokens = script.tree.tokens
    const = variable.const
    end = tokens.ends[word] if const.mut is None else tokens.ends[const.mut]
    yield Edit(tokens.starts[word], end, "const")
    if script.word(const.last) != ";":
        yield Edit(tokens.ends[const.last], tokens.ends[const.last], ";")
    home = _module(const)
    for path in script.tree.of(Path):
        if path.name == variable.name:
            depth = _depth(path, home)
            if depth:
                yield Edit(script.start(path), script.start(path), "super::" * depth)


def _module(node: Node) -> Node | None:
    return next((up for up in node.up() if isinstance(up, Module)), None)


def _depth(path: Path, home: Node | None) -> int:
    """How many modules lie between a use and the declaration: a module does not see the names outside of it."""
    depth = 0
    for up in path.up():
        if up is home:
            return depth
        depth += isinstance(up, Module)
    return depth if home is None else 0


RULE = Rule(
    code="RN013",
    name="let-outside",
    summary="`let LIMIT = 20;` at file level: only declarations may stand outside of functions.",
    why="""\
A file of Rune consists of functions, constants, structs, modules and `use`. A value that the whole file needs is a
`const`.

The repair writes `const` when the value is made of literals and other constants, and when nothing assigns to it or
calls something like `push` on it. (If something does, see RN023.) A function that uses the name inside a module
reaches it with `super::`.
""",
    before="""\
let STEP = 3;

pub async fn call(args) {
    args.a + STEP
}
""",
    after="""\
const STEP = 3;

pub async fn call(args) {
    args.a + STEP
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("let ", "var ", "static ", " = "),
)
