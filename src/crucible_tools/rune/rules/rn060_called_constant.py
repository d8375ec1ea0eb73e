"""RN060: constants that are results of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut
from crucible_tools.rune.rules.file_variables import calls_constant_function
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Closure, Const, File, List, Literal, MethodCall, Module, Path

_EMPTY: Final = {"Vec::new": "[]", "String::new": '""', "Object::new": "#{}"}
_SAME: Final = frozenset({"to_string", "to_owned", "into", "to_vec", "clone"})


def check(script: Script) -> Iterator[Finding]:
    """Finds calls in the values of constants."""
    for const in script.tree.of(Const):
        if const.value is None or not isinstance(const.parent, (File, Module)) or isinstance(const.value, Closure):
            continue
        for node in const.value.walk():
            if isinstance(node, Call) and script.source(node.callee) == "require":
                continue  # an import of JavaScript
            if isinstance(node, (Call, MethodCall)) and not calls_constant_function(script, node):
                found = _finding(script, const, node)
                # What a `let` at file level has to become is said there.
                if found.fix is not None or const.word == "const":
                    yield found


def _finding(script: Script, const: Const, node: Call | MethodCall) -> Finding:
    start, end = script.start(node), script.end(node)
    name = script.word(const.name) if const.name is not None else "it"
    message = f"the value of `{name}` must be known when the script is compiled: nothing is called for it"
    fix = _fix(script, node)
    hint = None if fix else f"make it a function: `fn {name}() {{ .. }}`"
    return Finding("RN060", start, end, message, hint=hint, fix=fix)


def _fix(script: Script, node: Call | MethodCall) -> Fix | None:
    end = script.end(node)
    if isinstance(node, MethodCall):
        return _converted(script, node)
    if not isinstance(node.callee, Path):
        return None
    text = node.callee.text
    if text in _EMPTY and not node.args.items:
        return Fix(True, f"Write `{_EMPTY[text]}`", (Edit(script.start(node), end, _EMPTY[text]),))
    first = node.args.items[0] if len(node.args.items) == 1 else None
    if text == "String::from" and isinstance(first, Literal):
        return Fix(True, "Delete the call", (Edit(script.start(node), end, script.source(first)),))
    return None


def _converted(script: Script, node: MethodCall) -> Fix | None:
    """`"x".to_string()`, `1.to_string()`, `[1].to_vec()`."""
    start, end, base = script.start(node), script.end(node), node.base
    if script.word(node.name) not in _SAME or node.args.items:
        return None
    if isinstance(base, List) or (isinstance(base, Literal) and base.kind == "string"):
        return Fix(True, "Delete the call", cut(script, script.end(base), end))
    if isinstance(base, Literal) and base.kind == "int" and script.word(node.name) == "to_string":
        text = f'"{script.source(base)}"'
        return Fix(True, f"Write `{text}`", (Edit(start, end, text),))
    return None


RULE = Rule(
    code="RN060",
    name="called-constant",
    summary="`const NAMES = Vec::new();`: nothing is called for the value of a constant.",
    why="""\
The value of a `const` is worked out when the script is compiled. It is made of literals, lists and objects of them,
operators, other constants and functions that are `const` themselves.

The repair writes literals for `Vec::new()`, `String::new()` and `String::from("..")`, and deletes `.to_string()`
behind a literal. Other values belong into a function.
""",
    before="""\
const PREFIX = String::from("note-");

pub async fn call(args) {
    PREFIX + args.a
}
""",
    after="""\
const PREFIX = "note-";

pub async fn call(args) {
    PREFIX + args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("const ", "let ", "static "),
)
