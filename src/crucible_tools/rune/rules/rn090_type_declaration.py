"""RN090: declarations of types as TypeScript has them."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import begins_line, ends_line
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `interface Name { .. }` and `type Name = ..;` outside of functions, and `x!`."""
    yield from sorted((*_declared(script), *_not_null(script)), key=lambda item: item.start)


def _not_null(script: Script) -> Iterator[Finding]:
    """`list[0]!`: there is something, says the author."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        before = script.word(i - 1)
        if word != "!" or not (before in (")", "]") or tokens.kinds[i - 1] == "name") or i == 0:
            continue
        if tokens.ends[i - 1] != tokens.starts[i] or script.word(i + 1) not in (",", ")", ";", ".", "]", "}"):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        message = "nothing of Rune says that a value is there: `!` denies what follows it"
        yield Finding("RN090", start, end, message, fix=Fix(True, "Delete `!`", (Edit(start, end, ""),)))


def _declared(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    at = 0
    while at < len(tokens):
        word = tokens.texts[at]
        begin = at - 1 if script.word(at - 1) in ("export", "pub") else at
        named = tokens.kinds[at + 1 : at + 2] == ["name"] and script.word(at + 1)[:1].isupper()
        if word in ("interface", "type") and named and begins_line(script, begin):
            last = _last(script, at, brace=word == "interface")
            start, end = tokens.starts[begin], tokens.ends[last]
            message = f"Rune has no types to declare: nothing needs `{script.word(at + 1)}`"
            fix = None if has_comment(script, start, end) else Fix(True, "Delete it", (cut_line(script, start, end),))
            yield Finding("RN090", tokens.starts[at], tokens.ends[at + 1], message, fix=fix)
            at = last + 1
            continue
        at = max(tokens.partner[at], at) + 1


def _last(script: Script, first: int, *, brace: bool) -> int:
    tokens = script.tree.tokens
    at = first
    while at < len(tokens):
        last = max(tokens.partner[at], at)
        if brace and tokens.texts[at] == "{":
            return last
        if not brace and (
            tokens.texts[at] == ";" or (ends_line(script, last) and script.word(last + 1) not in ("|", "&"))
        ):
            return last
        at = last + 1
    return len(tokens) - 1


RULE = Rule(
    code="RN090",
    name="type-declaration",
    summary="`interface Item { id: number; }`, `type Args = { .. };`: Rune has no types to declare.",
    why="""\
Nothing in Rune says beforehand what a value is. What a tool takes stands in its input schema.

The repair deletes the declaration: what names the type is repaired too, since parameters and variables carry no types.
""",
    before="""\
interface Args { a: number; }

pub async fn call(args: Args) {
    args.a
}
""",
    after="""\

pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("interface ", "type ", "!,", "!)", "!;", "!.", "!]", "!}"),
)
