"""RN033: `var`, and `const` for what is no constant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import local_names
from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.file_variables import changes, is_constant
from crucible_tools.rune.rules.function_constants import function_constants
from crucible_tools.rune.rules.languages import is_python
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.typed_variables import WORDS, typed_variables
from crucible_tools.rune.syntax.nodes import Block, Const, Let

_ENDS: Final = frozenset({";", "{", "}", ""})
"""What a statement may follow."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `var` in functions, and `const` and `static` there for values that are none or that change."""
    found: list[Finding] = []
    for let in script.tree.of(Let):
        # `var` is a name like any other in Rune: `var + 1`, `var[0] = 1`.
        if let.word != "let" and script.word(let.pattern.first)[:1].isidentifier() and "var" not in local_names(script):
            found.append(_finding(script, let.first, f"`{let.word}` is no word of Rune: a variable begins with `let`"))
    inside = [const for const in script.tree.of(Const) if isinstance(const.parent, Block)]
    changed = changes(script) if inside else {}
    functions = {known.const for known in function_constants(script).values()} if inside else set[Const]()
    for const in inside:
        if const in functions:
            continue
        name = script.word(const.name) if const.name is not None else ""
        word = const.first
        while script.word(word) != const.word and word < const.last:
            word += 1
        if const.word in ("let", "var", "static"):
            if const.word != "let":
                found.append(
                    _finding(script, word, f"there is no `{const.word}` in a function: a variable begins with `let`")
                )
        elif const.name is None:
            found.append(_finding(script, word, "a `const` takes nothing apart: a variable begins with `let`"))
        elif const.value is not None and not is_constant(script, const.value):
            message = f"the value of `{name}` is not known when the script is compiled: this is a variable"
            found.append(_finding(script, word, message))
        elif name in changed:
            found.append(_finding(script, word, f"`{name}` is changed later: this is a variable"))
    found += [*_typed(script), *_walrus(script), *_annotated(script)]
    yield from sorted(found, key=lambda item: item.start)


def _typed(script: Script) -> Iterator[Finding]:
    """`int n = 3;` of C and Java, `val n = 3` of others."""
    tokens = script.tree.tokens
    for first, last in typed_variables(script).values():
        start, end = tokens.starts[first], tokens.ends[last]
        message = f"a variable of Rune carries no type: it begins with `let`, not with `{script.text[start:end]}`"
        yield Finding("RN033", start, end, message, fix=Fix(True, "Write `let`", (Edit(start, end, "let"),)))


def _annotated(script: Script) -> Iterator[Finding]:
    """`n: int = 3` of Python."""
    tokens = script.tree.tokens
    for i in range(len(tokens) - 3) if is_python(script) else ():
        if tokens.texts[i + 1] != ":" or tokens.kinds[i] != "name" or not begins_line(script, i):
            continue
        equals = i + 2
        while script.word(equals) in ("[", "]", ",", ".", "|") or tokens.kinds[equals : equals + 1] == ["name"]:
            equals += 1
        if script.word(equals) != "=" or equals == i + 2 or script.word(i - 1) in (",", "(", "["):
            continue
        start, end = tokens.starts[i], tokens.ends[equals - 1]
        if "\n" in script.text[start:end]:
            continue
        edits = (Edit(start, start, "let "), Edit(tokens.starts[i + 1], end, ""))
        message = f"a variable of Rune carries no type, and begins with `let`: `let {tokens.texts[i]}`"
        yield Finding("RN033", start, end, message, fix=Fix(True, "Write `let`", edits))


def _walrus(script: Script) -> Iterator[Finding]:
    """`n := 3` of Go."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != ":" or script.word(i + 1) != "=" or tokens.ends[i] != tokens.starts[i + 1]:
            continue
        name = i - 1
        if name < 0 or tokens.kinds[name] != "name":
            continue
        new_line = "\n" in script.text[tokens.ends[name - 1] : tokens.starts[name]] if name else True
        if (script.word(name - 1) not in _ENDS and not new_line) or script.word(name - 1) == ",":
            continue
        start, end = tokens.starts[name], tokens.ends[i + 1]
        edits = (Edit(start, start, "let "), Edit(tokens.starts[i], end, "="))
        message = "there is no `:=` in Rune: a variable begins with `let`"
        yield Finding("RN033", tokens.starts[i], end, message, fix=Fix(True, "Write `let`", edits))


def _finding(script: Script, word: int, message: str) -> Finding:
    tokens = script.tree.tokens
    start, end = tokens.starts[word], tokens.ends[word]
    return Finding("RN033", start, end, message, fix=Fix(True, "Write `let`", (Edit(start, end, "let"),)))


RULE = Rule(
    code="RN033",
    name="other-let",
    summary="`var x = 1;`, `int x = 1;`, `x := 1;`, `const x = f(args);` in a function: a variable begins with `let`.",
    why="""\
`let` is the only word for a variable in Rune, and every variable can be changed. A `const` is worked out when the
script is compiled, so its value cannot depend on arguments or on calls.

The repair writes `let`, in the place of a type, too. A `const` in a function whose value is made of literals is Rune,
and left alone.
""",
    before="""\
pub async fn call(args) {
    const doubled = args.a * 2;
    doubled
}
""",
    after="""\
pub async fn call(args) {
    let doubled = args.a * 2;
    doubled
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("const ", "var ", "static ", ":=", "] = ", *sorted(WORDS)),
)
