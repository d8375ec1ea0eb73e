"""Values with a default: what people write with `||`, as Rune writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.operands import has_comment, is_operand, repeatable, tight
from crucible_tools.rune.rules.reads import Sure, field_read, get_edits, plain
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import Binary, Index
from crucible_tools.rune.types.values import ANY, BYTES, INT, JSON, LIST, OBJECT, OPTION, RANGE, RESULT, STRING, UNIT

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


def defaulted(script: Script, node: Binary) -> tuple[tuple[Edit, ...], str] | None:
    """Edits that give the left side of an operator its right side as a default, and how that is written.

    None when what is meant cannot be told, or the left side would have to be evaluated twice.
    """
    left, right = node.left, node.right
    gap = (script.end(left), script.start(right))
    if has_comment(script, *gap):
        return None
    end = script.end(node)
    value = script.types.of(left)
    source, other = script.source(left), script.source(right)
    if isinstance(left, Binary) or script.types.of(right).only(OPTION | RESULT):
        return None
    if value.only(OPTION | RESULT) and tight(left):
        return (Edit(*gap, ".unwrap_or("), Edit(end, end, ")")), f"{source}.unwrap_or({other})"
    read = field_read(script, left)
    if read is not None and read.expr is left and plain(script, read) is not Sure.NO:
        *firsts, last = get_edits(script, read)
        behind = ".unwrap_or("
        edits = (*firsts, Edit(last.start, gap[1], last.text + behind), Edit(end, end, ")"))
        return edits, f'{script.source(read.base)}.get("{read.key}").unwrap_or({other})'
    if isinstance(left, Index) and left.index is not None and _may_be_missing(script, left):
        asked = (script.end(left.base), script.start(left.index))
        edits = (
            Edit(*asked, ".get("),
            Edit(script.end(left.index), gap[1], ").unwrap_or("),
            Edit(end, end, ")"),
        )
        if has_comment(script, script.start(left), script.end(left)):
            return None
        return edits, f"{script.source(left.base)}.get({script.source(left.index)}).unwrap_or({other})"
    if value.only(STRING | LIST | OBJECT) and repeatable(left):
        before, after = f"if {source}.is_empty() {{ ", f" }} else {{ {source} }}"
        return _moved(script, node, before, after)
    if value.only(INT) and repeatable(left):
        return _moved(script, node, f"if {source} == 0 {{ ", f" }} else {{ {source} }}")
    if (value.kinds == ANY or value.only(JSON)) and value.may(UNIT):
        start = script.start(node)
        before, after = "match ", ", value => value }"
        if is_operand(node):
            before, after = f"({before}", f"{after})"
        edits = (Edit(start, start, before), Edit(*gap, " { () => "), Edit(end, end, after))
        return edits, f"match {source} {{ () => {other}, value => value }}"
    return None


def _may_be_missing(script: Script, index: Index) -> bool:
    """Whether an element is read from an object or a list, where reading what is not there is an error."""
    base, at = script.types.of(index.base), script.types.of(index.index) if index.index else None
    return (base.may(OBJECT | LIST) and not base.may(BYTES) and at is not None and not at.may(RANGE)) or (
        base.only(OBJECT) or base.name == "HashMap"
    )


def _moved(script: Script, node: Binary, before: str, after: str) -> tuple[tuple[Edit, ...], str]:
    start, end = script.start(node), script.end(node)
    written = f"{before}{script.source(node.right)}{after}"
    if is_operand(node):
        before, after = f"({before}", f"{after})"
    return (Edit(start, script.start(node.right), before), Edit(end, end, after)), written
