"""RN187: decorators of Python, TypeScript and Java."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import begins_line, ends_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_OF_HOST: Final = frozenset({"tool", "param", "hook", "handler", "plugin"})
_DROPPED: Final = frozenset({
    "Override", "staticmethod", "classmethod", "property", "dataclass", "abstractmethod", "override",
    "SuppressWarnings",
    "Test", "objc", "MainActor", "cache", "lru_cache", "wraps",
})  # fmt: skip
"""Those that mean nothing where there are neither classes nor a cache."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `@tool(..)` above a function."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "@" or not begins_line(script, i) or tokens.kinds[i + 1 : i + 2] != ["name"]:
            continue
        last = i + 1
        while script.word(last + 1) == "." and tokens.kinds[last + 2 : last + 3] == ["name"]:
            last += 2
        name = tokens.texts[last]
        if script.word(last + 1) == "(" and tokens.ends[last] == tokens.starts[last + 1]:
            last = tokens.partner[last + 1]
        if last < 0 or not ends_line(script, last):
            continue
        start, end = tokens.starts[i], tokens.ends[last]
        fix = None
        if name in _OF_HOST:
            at = i + 1
            while script.word(at + 1) == ".":
                at += 2
            empty = "" if last > at else "()"
            fix = Fix(
                True,
                "Write an attribute",
                (Edit(start, tokens.starts[at], "#["), Edit(end, end, f"{empty}]")),
            )
        elif name in _DROPPED:
            fix = Fix(True, "Delete it", (cut_line(script, start, end),))
        message = f"there are no decorators in Rune: an attribute is written `#[{name}(..)]`"
        hint = None if fix else "what it does to the function is written into the function"
        yield Finding("RN187", start, end, message, hint=hint, fix=fix)


RULE = Rule(
    code="RN187",
    name="decorator",
    summary='`@tool(description="..")`: an attribute is written `#[tool(..)]`.',
    why="""\
Python, TypeScript and Java put what is said about a function behind an `@`. Rune has attributes for that, and knows
only those of the host.

The repair writes `#[..]` for those of tools and hooks, and deletes some that mean nothing in Rune. What others do is
not known.
""",
    before="""\
@tool(description="Picks")
pub async fn pick(m) { m }
""",
    after="""\
#[tool(description="Picks")]
pub async fn pick(m) { m }
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("@",),
)
