"""RN012: `vec![..]`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Macro


def check(script: Script) -> Iterator[Finding]:
    """Finds every call of the macro `vec`."""
    tokens = script.tree.tokens
    for macro in script.tree.of(Macro):
        if macro.path.name != "vec":
            continue
        start, end = script.start(macro), tokens.starts[macro.args.first]
        if _repeats(script, macro):
            hint = "fill the list in a loop: `for _ in 0..n { list.push(x); }`"
            yield Finding("RN012", start, end, "there is no macro `vec`, and no list of `n` times `x`", hint=hint)
            continue
        edits = [Edit(start, end, "")]
        if tokens.texts[macro.args.first] != "[":
            edits = [Edit(start, tokens.ends[macro.args.first], "[")]
            if tokens.partner[macro.args.first] > 0:
                edits.append(Edit(tokens.starts[macro.args.last], tokens.ends[macro.args.last], "]"))
        fix = Fix(True, "Write a list", tuple(edits))
        yield Finding("RN012", start, end, "there is no macro `vec` in Rune: a list is written `[..]`", fix=fix)


def _repeats(script: Script, macro: Macro) -> bool:
    at, partner = macro.args.first + 1, script.tree.tokens.partner
    while at < macro.args.last:
        if script.word(at) == ";":
            return True
        at = partner[at] + 1 if partner[at] > at else at + 1
    return False


RULE = Rule(
    code="RN012",
    name="vec-macro",
    summary="`vec![]`, `vec![1, 2]`: Rune has no macro `vec`, a list is written `[1, 2]`.",
    why="""\
Lists need no macro in Rune: `[]` and `[1, 2]` can grow.

The repair deletes `vec!`. `vec![x; n]` has no literal form and is only reported: fill the list in a loop.
""",
    before="""\
pub async fn call(args) {
    let v = vec![args.a];
    v.push(2);
    v
}
""",
    after="""\
pub async fn call(args) {
    let v = [args.a];
    v.push(2);
    v
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("vec!", "vec !"),
)
