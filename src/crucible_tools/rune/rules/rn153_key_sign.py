"""RN153: `=` or `=>` behind the key of an object."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Object


def check(script: Script) -> Iterator[Finding]:
    """Finds `#{ a = 1 }` and `#{ "a" => 1 }`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Object):
        for entry in node.entries:
            sign = entry.colon
            if sign is None and not entry.spread and tokens.kinds[entry.key] == "string":
                yield from _without(script, entry.key)
            if sign is None or tokens.texts[sign] == ":" or entry.value is None:
                continue
            start, end = tokens.starts[sign], tokens.ends[sign]
            before = tokens.ends[sign - 1]
            begin = start if script.text[before:start].strip() else before
            colon = ":" if script.text[end].isspace() else ": "
            message = f"between a key and its value stands `:` in Rune, not `{tokens.texts[sign]}`"
            yield Finding("RN153", start, end, message, fix=Fix(True, "Write `:`", (Edit(begin, end, colon),)))


def _without(script: Script, key: int) -> Iterator[Finding]:
    """`"a" 1`: a value right behind a key that is a text."""
    tokens = script.tree.tokens
    if key + 1 < len(tokens) and tokens.kinds[key + 1] in ("name", "int", "float", "string", "backtick"):
        end = tokens.ends[key]
        message = "between a key and its value stands `:`"
        yield Finding("RN153", tokens.starts[key], end, message, fix=Fix(True, "Write `:`", (Edit(end, end, ":"),)))


RULE = Rule(
    code="RN153",
    name="key-sign",
    summary='`#{ a = 1 }`, `#{ "a" => 1 }`: between a key and its value stands a colon.',
    why="""\
Lua, TOML and Nix write `=` behind a key, Ruby and PHP `=>`. Rune writes `:`, in objects and in structs.

The repair writes it.
""",
    before="""\
pub async fn call(args) {
    #{ a = args.a, "b" => 2 }
}
""",
    after="""\
pub async fn call(args) {
    #{ a: args.a, "b": 2 }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("{",),
)
