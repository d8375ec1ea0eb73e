"""RN175: values named in a text that is no template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Args, Const, Expr, Literal, Macro, Template

_QUOTED: Final = re.compile(r"\$\{([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)+|\[[\"'\w]+\])*\}")
_BARE: Final = re.compile(r"(?<![\\$\w{])\{([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)+)\}(?!\})")
_MESSAGE: Final = "this stays as it is written: values are put into a template, which stands in backticks"


def check(script: Script) -> Iterator[Finding]:
    """Finds `"v ${args.a}"` and `` `v {args.a}` ``."""
    found: list[Finding] = []
    if "${" in script.text:
        for node in script.tree.of(Literal):
            if node.kind == "string" and "${" in script.word(node.first):
                found += _quoted(script, node)
    found += [item for node in script.tree.of(Template) for item in _bare(script, node)]
    yield from sorted(found, key=lambda item: item.start)


def _parameters(script: Script, node: Expr) -> set[str]:
    """The names of the parameters of the function around: a text that names one means its value."""
    function = script.function_of(node)
    if function is None:
        return set()
    return {script.word(param.pattern.first) for param in function.params}


def _is_told(node: Expr) -> bool:
    """Whether a text is given to a call, which may look for it or fill it in, or is a constant's."""
    return isinstance(node.parent, (Args, Macro)) or any(isinstance(up, Const) for up in node.up())


def _quoted(script: Script, node: Literal) -> Iterator[Finding]:
    text = script.word(node.first)
    if _is_told(node) or "`" in text or not text.startswith('"'):
        return
    known = _parameters(script, node)
    names = {match[1] for match in _QUOTED.finditer(text)}
    if not names or not names <= known or text.count("${") != sum(1 for _ in _QUOTED.finditer(text)):
        return
    start, end = script.start(node), script.end(node)
    inside = text[1:-1].replace('\\"', '"')
    fix = Fix(False, "Write a template", (Edit(start, end, f"`{inside}`"),))
    yield Finding("RN175", start, end, _MESSAGE, "warning", fix=fix)


def _bare(script: Script, node: Template) -> Iterator[Finding]:
    start, end = script.start(node), script.end(node)
    text = script.text[start:end]
    if "${" in text or "{" not in text or _is_told(node):
        return
    known = _parameters(script, node)
    places = list(_BARE.finditer(text))
    if not places or not {match[1] for match in places} <= known or text.count("{") != len(places):
        return
    edits = tuple(Edit(start + match.start(), start + match.start(), "$") for match in places)
    message = "this stays as it is written: a template puts in the values of `${..}`"
    yield Finding("RN175", start, end, message, "warning", fix=Fix(False, "Write `${..}`", edits))


RULE = Rule(
    code="RN175",
    name="quoted-template",
    summary='`"v ${args.a}"`: in quotes nothing is put in; a template stands in backticks.',
    why="""\
Kotlin, PHP and shells put values into texts in quotes. Rune does so only in templates, between backticks, and only for
`${..}`. What stands in quotes stays as it is written, without an error.

It is reported only for parameters of the function, and not where the text is given to a call, which may fill it in
itself. The repair writes a template. It is unsafe, because results change.
""",
    before="""\
pub async fn call(args) {
    "v ${args.a}"
}
""",
    after="""\
pub async fn call(args) {
    `v ${args.a}`
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=("{",),
)
