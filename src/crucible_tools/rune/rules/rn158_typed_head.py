"""RN158: heads of functions as Go, Java and C# write them."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.foreign_heads import Head, foreign_heads
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `func f(a string) int {` and `public String f(int a) {` in the file, not in classes."""
    tokens = script.tree.tokens
    for head in foreign_heads(script).values():
        start, end = tokens.starts[head.first], tokens.ends[head.body - 1]
        begin = f"{'pub ' if head.public else ''}{'async ' if head.is_async else ''}fn"
        text = f"{begin} {script.word(head.name)}({', '.join(script.word(name) for name in head.params)})"
        message = f"a function of Rune names no types: its head is `{text}`"
        fix = None
        if not has_comment(script, start, tokens.starts[head.body]):
            fix = Fix(True, f"Write `{text}`", tuple(_edits(script, head, begin)))
        hint = None if fix else "the comments in it have to be moved first"
        yield Finding("RN158", start, end, message, hint=hint, fix=fix)


def _edits(script: Script, head: Head, begin: str) -> Iterator[Edit]:
    """Leaves the names, and what stands between the parameters."""
    tokens = script.tree.tokens
    yield Edit(tokens.starts[head.first], tokens.starts[head.name], f"{begin} ")
    at = head.open + 1
    for name in head.params:
        if name > at:
            yield Edit(tokens.starts[at], tokens.starts[name], "")
        at = name + 1
        while tokens.texts[at] != "," and at < head.close:
            at = max(tokens.partner[at], at) + 1
        if at > name + 1:
            yield Edit(tokens.ends[name], tokens.ends[at - 1], "")
        at += 1
    if head.body > head.close + 1:
        yield Edit(tokens.ends[head.close], tokens.ends[head.body - 1], "")


RULE = Rule(
    code="RN158",
    name="typed-head",
    summary="`func f(a string) int {`, `public int f(String a) {`: a function of Rune names no types.",
    why="""\
Go writes a type behind each name, Java, C# and C write it in front. In Rune a parameter is a name, and what a function
gives is not declared.

The repair deletes the types, and writes `fn`, with `pub` for `public` and `async` where it stands. The methods of a
class are left alone (see RN070).
""",
    before="""\
public static String call(Map<String, Object> args) {
    twice(args.a)
}

func twice(x int) int {
    x * 2
}
""",
    after="""\
pub fn call(args) {
    twice(args.a)
}

fn twice(x) {
    x * 2
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("(",),
)
