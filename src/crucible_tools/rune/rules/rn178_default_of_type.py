"""RN178: `String::default()`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Addition, Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.type_defaults import default_of
from crucible_tools.rune.syntax.nodes import Struct

_COLLECTIONS: Final = frozenset({"HashMap", "HashSet", "VecDeque"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `Type::default()`."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    structs = {script.word(item.name): item for item in script.tree.of(Struct) if item.name is not None}
    for i, word in enumerate(tokens.texts):
        if word != "default" or script.word(i - 1) != "::" or script.word(i + 1) != "(" or i < 2:
            continue
        if tokens.partner[i + 1] != i + 2 or tokens.kinds[i - 2] != "name":
            continue
        name = script.word(i - 2)
        first = i - 2
        while script.word(first - 1) == "::" and first >= 2 and tokens.kinds[first - 2] == "name":
            first -= 2
        start, end = tokens.starts[first], tokens.ends[i + 2]
        text = _default(structs.get(name), script) if name in structs else _of_std(name)
        additions: tuple[Addition, ...] = ()
        if text is not None and name in _COLLECTIONS:
            addition = script.imported(script.tree.file, f"std::collections::{name}")
            additions = (addition,) if addition else ()
        fix = Fix(True, f"Write `{text}`", (Edit(start, end, text),), additions) if text is not None else None
        message = f"nothing in Rune derives a default, and `default` is a reserved word: `{name}` has none"
        yield Finding("RN178", start, end, message, hint=None if fix else "name what it begins as", fix=fix)


def _of_std(name: str) -> str | None:
    return f"{name}::new()" if name in _COLLECTIONS else default_of(name)


def _default(struct: Struct | None, script: Script) -> str | None:
    """A struct with the defaults of its fields, as `#[derive(Default)]` makes it."""
    if struct is None or struct.word != "struct" or struct.name is None or struct.open is None:
        return None
    if script.word(struct.open) != "{" or not any(
        "Default" in script.source(mark) for mark in struct.attributes if mark.name == "derive"
    ):
        return None
    fields: list[str] = []
    for field in struct.fields:
        text = default_of(script.source(field.type)) if field.type is not None else None
        if text is None:
            return None
        fields.append(f"{script.word(field.name)}: {text}")
    return f"{script.word(struct.name)} {{ {', '.join(fields)} }}"


RULE = Rule(
    code="RN178",
    name="default-of-type",
    summary="`String::default()`, `Config::default()`: nothing in Rune has a default.",
    why="""\
Rust derives a function `default` for a type. Rune has neither traits nor `derive`, and `default` is one of its reserved
words.

The repair writes what the default is: `""`, `0`, `[]`, or a struct with the defaults of its fields, where it says their
types. Otherwise it is only reported.
""",
    before="""\
pub async fn call(args) {
    let text = String::default();
    text + args.a
}
""",
    after="""\
pub async fn call(args) {
    let text = "";
    text + args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("default",),
)
