"""RN024: attributes that Rune does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Attribute, Function, Impl, Item, Let, Node, Statement, Struct, Use

_HOST: Final = frozenset({"tool", "param", "hook", "handler", "plugin"})
_OF_FUNCTIONS: Final = frozenset({"test", "bench"})

_MEANT: Final = {
    "tools": "tool",
    "params": "param",
    "parameter": "param",
    "parameters": "param",
    "argument": "param",
    "arg": "param",
    "hooks": "hook",
    "handlers": "handler",
    "plugins": "plugin",
}
"""What authors call the attributes of a host; capitals are no other name."""


def check(script: Script) -> Iterator[Finding]:
    """Finds attributes of items and statements that neither Rune nor a host knows, and known ones out of place."""
    found = [*_of_items(script), *_of_fields(script)]
    yield from sorted(found, key=lambda item: item.start)


def _of_items(script: Script) -> Iterator[Finding]:
    behind = _behind_inner_attributes(script)
    for attribute in script.tree.of(Attribute):
        if attribute.inner:
            if not _may_stand(script, attribute, behind):
                message = f"`#![{attribute.name}]` says nothing to Rune"
                yield _finding(script, attribute.first, attribute.last, message)
            continue
        target = attribute.target
        if target is None or attribute.name == "builtin" or _is_known(attribute.name, target):
            continue
        message = f"Rune knows no attribute `{attribute.name}` here"
        if meant := _meant(script, attribute, target):
            yield _misnamed(script, attribute, message, meant)
        else:
            yield _finding(script, attribute.first, attribute.last, message)


def _meant(script: Script, attribute: Attribute, target: Node) -> str | None:
    """The attribute of a host that is meant: deleting it would delete what it says about the tool.

    Parameters are described only where something says that there is a tool.
    """
    if not isinstance(target, Function):
        return None
    lower = attribute.name.lower()
    meant = _MEANT.get(lower, lower)
    if meant not in _HOST or script.word(attribute.first + 2) != attribute.name:
        return None
    names = {_MEANT.get(other.name.lower(), other.name.lower()) for other in target.attributes}
    return meant if meant != "param" or "tool" in names else None


def _misnamed(script: Script, attribute: Attribute, message: str, meant: str) -> Finding:
    tokens = script.tree.tokens
    word = attribute.first + 2
    fix = Fix(True, f"Write `{meant}`", (Edit(tokens.starts[word], tokens.ends[word], meant),))
    start, end = tokens.starts[attribute.first], tokens.ends[attribute.last]
    return Finding("RN024", start, end, f"{message}: hosts know `#[{meant}]`", fix=fix)


def _is_known(name: str, target: Node) -> bool:
    if name in _HOST:
        return True
    if isinstance(target, (Let, Statement, Use)) or (isinstance(target, Impl) and target.word == "impl"):
        return False
    if name in _OF_FUNCTIONS:
        return isinstance(target, Function)
    return name == "doc" or not isinstance(target, Item)


def _may_stand(script: Script, attribute: Attribute, behind: int) -> bool:
    """Whether an attribute of the file is a doc text at its top, or the first line, which Rune takes for a shebang."""
    if attribute.name == "doc":
        return attribute.first <= behind
    end = script.end(attribute)
    line = script.text.find("\n")
    first = script.text[: line if line >= 0 else len(script.text)]
    return script.start(attribute) == 0 and end <= len(first) and not first[end:].strip()


def _behind_inner_attributes(script: Script) -> int:
    first = 0
    for attribute in script.tree.of(Attribute):
        if attribute.inner and attribute.first == first:
            first = attribute.last + 1
    return first


def _of_fields(script: Script) -> Iterator[Finding]:
    """Attributes of fields and of variants."""
    tokens = script.tree.tokens
    for struct in script.tree.of(Struct):
        if struct.open is None or tokens.partner[struct.open] < 0:
            continue
        for i in range(struct.open + 1, struct.last):
            close = tokens.partner[i + 1]
            if tokens.texts[i] == "#" and tokens.texts[i + 1] == "[" and close > 0 and script.word(i + 2) != "doc":
                message = f"Rune knows no attribute `{script.word(i + 2)}` on a field"
                yield _finding(script, i, close, message)


def _finding(script: Script, first: int, last: int, message: str) -> Finding:
    tokens = script.tree.tokens
    start, end = tokens.starts[first], tokens.ends[last]
    fix = Fix(True, f"Delete `{script.text[start:end]}`", (cut_line(script, start, end),))
    return Finding("RN024", start, end, message, fix=fix)


RULE = Rule(
    code="RN024",
    name="unknown-attribute",
    summary="`#[derive(Debug)]`, `#[inline]`, `#[cfg(test)]`: attributes that Rune does not know.",
    why="""\
Of Rust's attributes Rune has `#[test]` and `#[bench]` on functions and `#[doc = ".."]`; hosts add `#[tool]`,
`#[param]`, `#[hook]`, `#[handler]` and `#[plugin]`. All others are refused, and statements and `impl` blocks take
none at all.

The repair deletes the attribute. It changed nothing: values of Rune can be printed, compared and copied as they are.
A misspelt attribute of a host, `#[Tool(..)]`, `#[params(..)]`, is spelled right instead: it says what the tool is.
""",
    before="""\
#[derive(Debug)]
struct Pair {
    x,
}

pub async fn call(args) {
    Pair { x: args.a }
}
""",
    after="""\
struct Pair {
    x,
}

pub async fn call(args) {
    Pair { x: args.a }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("#[", "# [", "#!["),
)
