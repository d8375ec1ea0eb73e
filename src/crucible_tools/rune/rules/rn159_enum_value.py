"""RN159: variants of an enum that have values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_tokens
from crucible_tools.rune.rules.extents import stop, written
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Struct

_ENDS: Final = frozenset({",", ";", "}"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `enum Color { Red = 1 }`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Struct):
        if node.word != "enum" or node.open is None or tokens.texts[node.open] != "{":
            continue
        close = tokens.partner[node.open]
        at = node.open + 1
        while at < close:
            end = stop(script, at, _ENDS)
            if at + 2 < end <= close and tokens.kinds[at] == "name" and tokens.texts[at + 1] == "=":
                yield _finding(script, node, at, end - 1)
            at = end + 1


def _finding(script: Script, enum: Struct, variant: int, last: int) -> Finding:
    tokens = script.tree.tokens
    name = tokens.texts[variant]
    value = written(script, variant + 2, last)
    hint = (
        f"the value is lost: where it is needed, write `const {name.upper()} = {value};`"
        if last == variant + 2
        else None
    )
    of = script.word(enum.name) if enum.name is not None else "the enum"
    message = f"a variant of an enum has no value in Rune: `{of}::{name}` stands for itself"
    fix = Fix(False, f"Delete `= {value}`", cut_tokens(script, variant + 1, last))
    return Finding("RN159", tokens.starts[variant + 1], tokens.ends[last], message, hint=hint, fix=fix)


RULE = Rule(
    code="RN159",
    name="enum-value",
    summary="`enum Level { Low = 1 }`: a variant of an enum has no value in Rune.",
    why="""\
In C, Rust and TypeScript a variant can stand for a number or a text. In Rune it stands for itself only: it is compared
with others and matched, and is no number. Who needs numbers writes constants, `const LOW = 1;`, or a function that
matches the enum, `match level { Level::Low => 1, Level::High => 9 }`.

The repair deletes the value. It is unsafe, because the value is lost.
""",
    before="""\
enum Level {
    Low = 1,
    High = 9,
}

pub async fn call(args) {
    let level = if args.a > 5 { Level::High } else { Level::Low };
    match level {
        Level::High => "high",
        _ => "low",
    }
}
""",
    after="""\
enum Level {
    Low,
    High,
}

pub async fn call(args) {
    let level = if args.a > 5 { Level::High } else { Level::Low };
    match level {
        Level::High => "high",
        _ => "low",
    }
}
""",
    kind=Kind.SYNTAX,
    fix="unsafe",
    check=check,
    words=("enum ",),
)
