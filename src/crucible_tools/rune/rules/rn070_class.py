"""RN070: classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.classes import class_fix
from crucible_tools.rune.rules.extents import begins_line, stop
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script

_FIELD: Final = re.compile(r"\b(?:this|self)\.([A-Za-z_]\w*)\s*=(?!=)")
_MOST_FIELDS: Final = 8
_LONGEST: Final = 2_000
"""Characters of a class in which its fields are looked for."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `class Name {`, `class Name extends Other {`, `class Name:`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "class" or script.word(i - 1) in (".", "::", "let", "fn", "|", ",", "#") or i + 1 >= len(tokens):
            continue
        name = script.word(i + 1)
        if tokens.kinds[i + 1] != "name" or not (name[:1].isupper() or begins_line(script, i)):
            continue
        open_ = stop(script, i + 1, frozenset({"{", ":", ";"}))
        if script.word(open_) not in ("{", ":"):
            continue
        close = tokens.partner[open_]
        begin = tokens.ends[open_]
        inside = script.text[begin : min(tokens.starts[close], begin + _LONGEST) if close > open_ else begin + _LONGEST]
        names = list(dict.fromkeys(_FIELD.findall(inside)))[:_MOST_FIELDS]
        fields = f"{{ {', '.join(names)} }}" if names else "{ .. }"
        hint = f"write `struct {name} {fields}`, and its methods as `impl {name} {{ fn method(self) {{ .. }} }}`"
        message = f"there are no classes in Rune: `{name}` is a struct with an `impl`"
        fix = class_fix(script, i, open_) if script.word(open_) == "{" else None
        yield Finding("RN070", tokens.starts[i], tokens.ends[i + 1], message, hint=None if fix else hint, fix=fix)


RULE = Rule(
    code="RN070",
    name="class",
    summary="`class Counter { .. }`: there are no classes, a struct has its functions in an `impl`.",
    why="""\
A struct of Rune names its fields, `struct Counter { value }`, and an `impl Counter { .. }` holds its functions. Those
whose first parameter is `self` are methods; what makes one is a plain function, `pub fn new(start) { Counter { value:
start } }`, called as `Counter::new(1)`. Nothing is inherited.

The repair writes both. The constructor becomes `new`, methods get `self`, for which others say `this`. A class that
inherits, or whose getters are read as fields, is only reported.
""",
    before="""\
class Counter {
    constructor(start) {
        this.value = start;
    }
}

pub async fn call(args) {
    args.a
}
""",
    after="""\
struct Counter { value }

impl Counter {
    pub fn new(start) {
        let this = Counter { value: () };
        this.value = start;
        this
    }
}

pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("class ",),
)
