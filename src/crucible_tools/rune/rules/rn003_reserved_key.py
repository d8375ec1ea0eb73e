"""RN003: a reserved word as the key of an object."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Object, Pattern


def check(script: Script) -> Iterator[Finding]:
    """Finds reserved words that are followed by a colon where a key stands, in objects and in patterns of objects."""
    for token in sorted({*_of_objects(script), *_of_patterns(script)}):
        tokens = script.tree.tokens
        start, end, word = tokens.starts[token], tokens.ends[token], tokens.texts[token]
        fix = Fix(True, "Put the key in quotes", (Edit(start, end, f'"{word}"'),))
        message = f"`{word}` is a reserved word of Rune: as a key it needs quotes"
        yield Finding("RN003", start, end, message, fix=fix)


def _of_objects(script: Script) -> Iterator[int]:
    for node in script.tree.of(Object):
        if node.style != "struct":
            for entry in node.entries:
                if entry.colon is not None and script.word(entry.key) in RESERVED:
                    yield entry.key


def _of_patterns(script: Script) -> Iterator[int]:
    partner = script.tree.tokens.partner
    for node in script.tree.of(Pattern):
        for at in range(node.first, node.last):
            if script.word(at) != "#" or script.word(at + 1) != "{":
                continue
            key, end = at + 2, partner[at + 1]
            while 0 < key < end:
                if script.word(key) in RESERVED and script.word(key + 1) == ":":
                    yield key
                while key < end and script.word(key) != ",":
                    key = partner[key] + 1 if partner[key] > key else key + 1
                key += 1


RULE = Rule(
    code="RN003",
    name="reserved-key",
    summary=(
        "`#{ default: 5, enum: [..], match: 1 }`: a key without quotes must be a name, and these are reserved words."
    ),
    why="""\
Rune reserves more words than it uses. As a key without quotes none of them is allowed: as, async, await, break,
const, continue, crate, default, do, else, enum, extern, false, final, fn, for, if, impl, in, is, let, loop, macro,
match, mod, move, mut, not, override, priv, pub, ref, return, select, self, Self, static, struct, super, true, typeof,
unsafe, use, virtual, while, yield, abstract, alignof, become, offsetof, proc, pure, sizeof. (`type`, `where`, `try`,
`box`, `union` and `tool` are.) Schemas meet three of them: `default`, `enum` and `const`.

The repair puts the key in quotes, which changes nothing about the object. Reading such a field needs brackets as well
(see RN026): `schema["default"]`.
""",
    before="""\
pub async fn call(args) {
    #{ default: args.a, enum: ["x"], type: "t" }
}
""",
    after="""\
pub async fn call(args) {
    #{ "default": args.a, "enum": ["x"], type: "t" }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("{",),
)
