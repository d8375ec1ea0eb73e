"""RN112: `{}` as an empty object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import outer
from crucible_tools.rune.rules.reads import single_name
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Binary,
    Block,
    Entry,
    Field,
    Index,
    Jump,
    Let,
    List,
    MethodCall,
    Node,
    Object,
    Path,
    Tuple,
)  # fmt: skip

_OF_OBJECTS: Final = frozenset({"insert", "get", "keys", "values", "contains_key", "remove", "entries", "extend"})


def check(script: Script) -> Iterator[Finding]:
    """Finds empty blocks where a value is wanted."""
    for block in script.tree.of(Block):
        if block.statements or block.prefix is not None or block.open != block.first:
            continue
        if block.last != block.open + 1 or script.word(block.last) != "}":
            continue
        found = _place(script, block)
        if found is None:
            continue
        safe, consequence = found
        start = script.start(block)
        yield Finding(
            "RN112",
            start,
            script.end(block),
            f"`{{}}` is an empty block, which gives `()`: {consequence}",
            "error" if safe else "warning",
            fix=Fix(safe, "Write `#{}`", (Edit(start, start, "#"),)),
        )


def _place(script: Script, block: Block) -> tuple[bool, str] | None:
    """Whether an object is certainly meant, and what comes of it; None where a block may stand."""
    here = outer(block)
    up = here.parent
    if isinstance(up, Let):
        name = single_name(script, up)
        if name is not None and any(_as_object(script, use) for use in script.types.uses(up)):
            return True, f"what `{name}` is used for needs an object"
        return False, "no object"
    if isinstance(up, Assign) and up.value is here:
        return False, "no object"
    if isinstance(up, Jump) and up.word == "return":
        return False, "it becomes null, not an object"
    if isinstance(up, (Args, Entry, List, Tuple)):
        return _in_foreign_object(up), "no object"
    if isinstance(up, Binary):
        return False, "no object"
    return None


def _in_foreign_object(node: Node) -> bool:
    """Whether it stands in an object that is written as JavaScript does, which never compiled: braces are objects."""
    at: Node | None = node
    while isinstance(at, (Entry, List, Object)):
        if isinstance(at, Object) and at.style == "js":
            return True
        at = at.parent
    return False


def _as_object(script: Script, use: Path) -> bool:
    """Whether a variable is used as only an object can be."""
    up = use.parent
    if isinstance(up, (Index, Field)) and up.base is use:
        return True
    if isinstance(up, MethodCall) and up.base is use:
        return script.word(up.name) in _OF_OBJECTS
    return False


RULE = Rule(
    code="RN112",
    name="block-as-object",
    summary="`let kept = {};`: braces without `#` are an empty block, which gives `()`, no object.",
    why="""\
An object is written `#{}`. `{}` is a block without statements, and its value is `()`. Nothing complains until the
first `kept[key] = value` fails; a `{}` that is returned reaches the caller as null.

The repair writes the `#`. It is safe for a variable that is used as an object afterwards, because that always failed;
elsewhere it is unsafe, since somebody may have got used to the null.
""",
    before="""\
pub async fn call(args) {
    let o = {};
    o["a"] = args.a;
    o
}
""",
    after="""\
pub async fn call(args) {
    let o = #{};
    o["a"] = args.a;
    o
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("{}", "{ }"),
)
