"""Objects as JavaScript and JSON write them: `{ "k": v }`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import stop
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Args,
    Arm,
    Assign,
    Binary,
    Block,
    Cast,
    Closure,
    Const,
    Entry,
    Function,
    Jump,
    Let,
    List,
    Paren,
    Statement,
    Tuple,
)  # fmt: skip

_VALUE_OF = (Args, Arm, Assign, Binary, Cast, Closure, Const, Entry, Jump, Let, List, Paren, Statement, Tuple)

_MOST_KEYS = 100


def shorthand_blocks(script: Script) -> Iterator[Block]:
    """Blocks that can only be objects: `{ a, b }` and `{ a, b: 1 }` where a value stands."""
    kinds, texts, partner = script.tree.tokens.kinds, script.tree.tokens.texts, script.tree.tokens.partner
    for block in script.tree.of(Block):
        at = block.open + 1
        if (
            block.prefix is None
            and at + 1 <= block.last
            and kinds[at] == "name"
            and (texts[at + 1] == "," or (at + 1 == block.last and _is_given_by_arrow(block)))
            and partner[block.open] > 0
            and isinstance(block.parent, _VALUE_OF)
        ):
            yield block


def tables(script: Script) -> Iterator[tuple[Block, list[int]]]:
    """Blocks that can only be objects, `{ a = 1, b = 2 }` where a value stands, each with the tokens of its keys."""
    tokens = script.tree.tokens
    kinds, texts, partner = tokens.kinds, tokens.texts, tokens.partner
    for block in script.tree.of(Block):
        at, close = block.open + 1, partner[block.open]
        if block.prefix is not None or close < 0 or kinds[at] != "name" or texts[at + 1] != "=":
            continue
        if not isinstance(block.parent, _VALUE_OF) or isinstance(block.parent, (Closure, Function, Arm)):
            continue
        keys, comma = [at], close
        for _ in range(_MOST_KEYS):
            comma = stop(script, keys[-1] + 2)
            if comma >= close or texts[comma] != "," or comma + 1 == close:
                break
            keys.append(comma + 1)
        if len(keys) > 1 and all(kinds[key] == "name" and texts[key + 1] == "=" for key in keys) and comma >= close - 1:
            yield block, keys


def _is_given_by_arrow(block: Block) -> bool:
    """Whether it is the block of `x => ({ x })`, which JavaScript puts parentheses around because it is an object."""
    around = block.parent
    closure = around.parent if isinstance(around, Paren) else None
    return isinstance(closure, Closure) and closure.arrow is not None


def _is_unpacking(script: Script, at: int) -> bool:
    """Whether names with commas between them are given values: `a, b = 0, 1`."""
    kinds, texts = script.tree.tokens.kinds, script.tree.tokens.texts
    while kinds[at : at + 1] == ["name"] and script.word(at + 1) == ",":
        at += 2
    return script.word(at + 1) == "=" or texts[at + 1 : at + 3] == [":", "="]


def bodies(script: Script) -> Iterator[Block]:
    """Bodies of functions and closures that are the inside of an object: `fn f() { "k": 1 }`, `fn f() { a, b }`."""
    kinds, texts, partner = script.tree.tokens.kinds, script.tree.tokens.texts, script.tree.tokens.partner
    for block in script.tree.of(Block):
        at = block.open + 1
        if (
            at + 1 < block.last
            and (
                (kinds[at] == "string" and texts[at + 1] == ":" and isinstance(block.parent, (Function, Closure)))
                or (kinds[at] == "name" and texts[at + 1] == "," and isinstance(block.parent, Function))
            )
            and not _is_unpacking(script, at)
            and partner[block.open] > 0
        ):
            yield block
