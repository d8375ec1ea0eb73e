"""RN205: `use json;`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import File, Item, Use

_HERE: Final = frozenset({"crate", "self", "super"})


def check(script: Script) -> Iterator[Finding]:
    """Finds imports that bring a module under the name that it has already, and `self` in imports."""
    own = {
        script.word(item.name) for item in script.tree.file.items if isinstance(item, Item) and item.name is not None
    }
    for use in script.tree.of(Use):
        if isinstance(use.parent, File) and not use.stars and use.pub is None and use.names:
            yield from _of_itself(script, use, own)
        yield from _self(script, use)


def _of_itself(script: Script, use: Use, own: set[str]) -> Iterator[Finding]:
    """`use json;` outside of all modules: Rune follows the name `json` to this very import."""
    single = [name for name, path in use.names.items() if _is_root(name, path, own)]
    if not single:
        return
    start, end = script.start(use), script.end(use)
    fix = None
    if len(single) == len(use.names) and not has_comment(script, start, end):
        fix = Fix(True, "Delete it", (cut_line(script, start, end),))
    named = " and ".join(f"`{name}`" for name in single[:3])
    message = f"{named} {'is' if len(single) == 1 else 'are'} known without it, and this import leads to itself"
    yield Finding("RN205", start, end, message, hint=None if fix else "leave the name out", fix=fix)


def _is_root(name: str, path: tuple[str, ...], own: set[str]) -> bool:
    """Whether a path is a name at the root alone, brought under that name; `use crate::json;` is the same there."""
    if len(path) == 2 and path[0] in _HERE:
        return path[1] == name and name not in own
    return path == (name,) and name not in own


def _self(script: Script, use: Use) -> Iterator[Finding]:
    """`use http::{self, Client};`: in Rune `self` stands only at the beginning of a path."""
    tokens = script.tree.tokens
    for at in range(use.first + 2, use.last):
        if tokens.texts[at] != "self" or tokens.texts[at - 1] not in ("::", "{", ","):
            continue
        if tokens.texts[at - 1] != "::" and not _is_inside(script, use, at):
            continue
        start, end = tokens.starts[at], tokens.ends[at]
        message = "in an import of Rune `self` stands only at the beginning: it brings the module under its own name"
        yield Finding("RN205", start, end, message, fix=_without_self(script, use, at))


def _is_inside(script: Script, use: Use, at: int) -> bool:
    """Whether a group stands behind a module: `http::{self}`, not `{self::a}`."""
    tokens = script.tree.tokens
    opened = at - 1
    while opened > use.first and tokens.texts[opened] != "{":
        opened -= 1
    return tokens.texts[opened - 1] == "::" and tokens.texts[at + 1] in (",", "}")


def _without_self(script: Script, use: Use, at: int) -> Fix | None:
    """The import without `self`, where its module is one of the root, which needs no import."""
    tokens = script.tree.tokens
    before = tokens.texts[at - 1]
    root = tokens.texts[use.first : at].count("::") == 1
    if not root or has_comment(script, script.start(use), script.end(use)):
        return None
    others = len(use.names) > 1 or bool(use.stars)
    if not others:
        return Fix(True, "Delete it", (cut_line(script, script.start(use), script.end(use)),))
    if tokens.texts[at + 1] == ",":
        return Fix(True, "Delete `self`", (Edit(tokens.starts[at], tokens.starts[at + 2], ""),))
    if before == ",":
        return Fix(True, "Delete `self`", (Edit(tokens.starts[at - 1], tokens.ends[at], ""),))
    return None


RULE = Rule(
    code="RN205",
    name="imported-module",
    summary="`use json;`: modules of the host and of Rune are known everywhere, and importing one leads to itself.",
    why="""\
Paths begin at the root, where `json`, `http`, `fs`, `crucible` and `std` are. An import at the top of a file puts its
name there too, so that `json` means the import, which means `json`: "Cycle in import". In an import `self` is allowed
at the beginning only.

The repair deletes what is not needed: `json::from_string(text)` works without it.
""",
    before="""\
use json;

pub async fn call(args) {
    json::from_string(args.a)?
}
""",
    after="""\

pub async fn call(args) {
    json::from_string(args.a)?
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("use ",),
)
