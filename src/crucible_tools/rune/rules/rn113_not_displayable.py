"""RN113: showing a value that cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.formats import format_of, places, values
from crucible_tools.rune.rules.operands import around, bare
from crucible_tools.rune.rules.reads import field_read, is_undeclared_argument
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Expr, Macro, Path, Template
from crucible_tools.rune.types.values import (
    ANY,
    BYTES,
    FUNCTION,
    ITERATOR,
    LIST,
    NAMES,
    OBJECT,
    OPTION,
    OTHER,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    Value,
)  # fmt: skip

_HIDDEN: Final = LIST | OBJECT | TUPLE | UNIT | OPTION | RESULT | ITERATOR | RANGE | FUNCTION | BYTES
_MACROS: Final = frozenset({"println", "print", "format", "panic"})
_LISTS: Final = frozenset({"tags", "labels", "links", "backlinks", "keywords", "categories", "aliases", "authors"})
"""Names that are lists wherever notes and files have them."""


def check(script: Script) -> Iterator[Finding]:
    """Finds values without a display form in templates, formats and sums of texts."""
    found = [*_templates(script), *_formats(script), *_sums(script)]
    yield from sorted(found, key=lambda item: item.start)


def _templates(script: Script) -> Iterator[Finding]:
    for template in script.tree.of(Template):
        for part in template.parts:
            value = script.types.of(part)
            if _hidden(value):
                yield _shown(script, part, value, "error")
            elif _list_by_name(script, part):
                yield _shown(script, part, value, "warning")


def _hidden(value: Value) -> bool:
    return value.kinds != ANY and (value.only(_HIDDEN) or (value.only(OTHER) and value.name == "ParseError"))


def _list_by_name(script: Script, part: Expr) -> bool:
    """Whether what nobody declared is a list by its name, or by the word in front of it."""
    read = field_read(script, part)
    if read is None or read.key is None or not is_undeclared_argument(script, part):
        return False
    before = script.text[max(0, script.start(part) - 24) : script.start(part)].removesuffix("${").rstrip()
    label = before[:-1].rsplit(None, 1)[-1].strip("`\"'").lower() if before[:-1].strip() and before[-1:] in ":=" else ""
    return read.key.lower() in _LISTS or label in _LISTS


def _shown(script: Script, part: Expr, value: Value, severity: str) -> Finding:
    start, end = script.start(part), script.end(part)
    source = script.source(part)
    choices = [f'format!("{{:?}}", {source})']
    if value.only(RESULT):
        choices.append(f"{source}?")
    if value.only(OPTION) and not _hidden(value.inside):
        choices.insert(0, f'{source}.unwrap_or("")')
        fix = Fix(False, 'Show it, or nothing, with `.unwrap_or("")`', around(script, part, "", '.unwrap_or("")'))
    else:
        fix = _debug(start, end)
    return Finding(
        "RN113",
        start,
        end,
        _message(source, value),
        "error" if severity == "error" else "warning",
        hint="join a list first, take the value out of an Option, or show it with `{:?}`",
        choices=tuple(choices),
        fix=fix,
    )


def _debug(start: int, end: int) -> Fix:
    return Fix(False, "Show it with `{:?}`", (Edit(start, start, 'format!("{:?}", '), Edit(end, end, ")")))


def _message(source: str, value: Value) -> str:
    if value.only(OTHER):
        return f"`{source}` is the error of a failed `parse`, and that has no display form"
    names = [name for kind, name in NAMES.items() if value.kinds & kind]
    if len(names) > 3:
        return f"`{source}` is a list, as its name says, and that has no display form"
    kinds = " or ".join(with_article(name) for name in names)
    return f"`{source}` is {kinds}, and that has no display form"


def _formats(script: Script) -> Iterator[Finding]:
    for macro in script.tree.of(Macro):
        if macro.path.segments[-1] not in _MACROS:
            continue
        text = format_of(macro.args)
        given = values(macro.args)
        if text is None or given is None:
            continue
        at = 0
        for place in places(script, text):
            if place.name:
                continue
            if at >= len(given):
                break
            value = script.types.of(given[at])
            if not place.spec and _hidden(value):
                source = script.source(given[at])
                yield Finding(
                    "RN113",
                    script.start(given[at]),
                    script.end(given[at]),
                    _message(source, value),
                    hint="show it with `{:?}`, or join it first",
                    fix=Fix(False, "Show it with `{:?}`", (Edit(place.start, place.end, "{:?}"),)),
                )
            at += 1


def _sums(script: Script) -> Iterator[Finding]:
    for node in (*script.tree.of(Binary), *script.tree.of(Assign)):
        if isinstance(node, Binary):
            if node.op != "+":
                continue
            text, added = node.left, node.right
        else:
            if node.op != "+=":
                continue
            text, added = node.target, node.value
        if not script.types.of(text).only(STRING) or (isinstance(bare(added), Path) and bare(added) is text):
            continue
        value = script.types.of(added)
        if _hidden(value):
            yield _shown(script, added, value, "error")


RULE = Rule(
    code="RN113",
    name="not-displayable",
    summary="`` `tags: ${args.tags}` ``: lists, objects, `()` and Options have no display form.",
    why="""\
A template, `{}` in a format, and `+` on a text take strings, numbers, booleans and characters. Showing a list, an
object, `()` or an Option is an error.

`format!("{:?}", value)` shows anything, the way Rune would write it: `["a", "b"]`. The repair does that; of an Option
it shows what is inside, with `.unwrap_or("")`. It is unsafe, because the text is a choice: perhaps the list should be
joined.
""",
    before="""\
pub async fn call(args) {
    `tags: ${[args.a]}`
}
""",
    after="""\
pub async fn call(args) {
    `tags: ${format!("{:?}", [args.a])}`
}
""",
    kind=Kind.CERTAIN,
    fix="unsafe",
    check=check,
)
