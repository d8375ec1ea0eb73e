"""What is caught: `try { .. } catch (e) { .. }` of JavaScript and Python as a block that is left when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.foreign_calls import CALLS
from crucible_tools.rune.rules.foreign_functions import FUNCTIONS, OF_OBJECTS
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import has_comment, is_base, is_operand, tight
from crucible_tools.rune.rules.rule import Addition, Edit, Fix
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Block,
    Call,
    Closure,
    Expr,
    For,
    Function,
    If,
    Index,
    Jump,
    Let,
    Loop,
    Match,
    MethodCall,
    Node,
    Path,
    Range,
    Skipped,
    Statement,
    Try,
    Unary,
    Unread,
    While,
)
from crucible_tools.rune.types.values import OPTION, RESULT

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_CATCHING: Final = frozenset({"catch", "except"})
_GOING_ON: Final = frozenset({"catch", "except", "else"})
_MISSING: Final = ("KeyError", "IndexError", "LookupError")
_NUMBERS: Final = {"int": "integer_from", "float": "float_from"}
_FRAMES: Final = (Function, Closure)
_BLOCKS: Final = (If, For, While, Loop, Match, Block)
_RESULTS: Final = frozenset({"is_ok", "is_err", "ok", "err", "unwrap", "unwrap_or", "unwrap_or_else", "map_err", "map"})
_ERR: Final = "Err(error) => break LABEL Err(error)"
_BAD: Final = 'Err(_) => break LABEL Err("it is no number")'
_NONE: Final = 'None => break LABEL Err("there is no such value")'


@dataclass(frozen=True, slots=True)
class _Clause:
    """What deals with a failure.

    Args:
        first: the word `catch` or `except`.
        open, last: its braces.
        name: what it calls the failure; None when it does not.
        missing: whether it speaks of keys or items that are not there.
    """

    first: int
    open: int
    last: int
    name: str | None
    missing: bool


def caught_fix(script: Script, block: Block) -> Fix | None:
    """`if let Err(e) = 'attempt: { .. } { .. }` for `try { .. } catch (e) { .. }`.

    None as long as something in the block is none of Rune's yet, where nothing is known to fail in it, and where a
    loop around it is left from inside.
    """
    tokens = script.tree.tokens
    clause = _clause(script, block)
    if clause is None or tokens.partner[block.open] != block.last or not block.kids:
        return None
    inside = _inside(block)
    if inside is None or any(_is_foreign(script, node) for node in inside):
        return None
    label = _label(script)
    failing = [edits for node in inside if (edits := _left(script, node, clause, label)) is not None]
    if not failing:
        return None
    gives = _gives(block)
    finally_ = _finally(script, clause, inside, gives)
    if finally_ is None:
        return None
    ending = _ending(script, block, gives, label)
    if ending is None:
        return None
    head = f"match {label}:" if gives else f"if let Err({clause.name or '_'}) = {label}:"
    opening, closing = (ending[:1], ending[1:]) if gives else ([], ending)
    edits = [Edit(tokens.starts[block.first], tokens.ends[block.first], head), *opening]
    additions: list[Addition] = []
    ended = {edit.start for edit in ending}
    for made, added in failing:
        edits += [edit for edit in made if edit.start == edit.end or edit.start not in ended]
        additions += added
    edits += closing
    catching = tokens.starts[clause.first]
    if gives:
        arms = f"{{ Ok(value) => {gives}, Err({clause.name or '_'}) => {{"
        close = tokens.ends[clause.last]
        edits += [Edit(catching, tokens.ends[clause.open], arms), Edit(close, close, " }")]
    else:
        edits.append(Edit(catching, tokens.starts[clause.open], ""))
    edits += [*_messages(script, clause), *finally_]
    order = sorted(edits, key=lambda edit: (edit.start, edit.end))
    return Fix(True, f"Write a block `{label}` that is left when something fails", tuple(order), tuple(additions))


def _clause(script: Script, block: Block) -> _Clause | None:
    """The one `catch` or `except` behind a block."""
    tokens = script.tree.tokens
    first = block.last + 1
    if script.word(first) not in _CATCHING:
        return None
    at, name, missing = first + 1, None, False
    while at < len(tokens) and tokens.texts[at] not in ("{", ";", ":", "}"):
        if tokens.texts[at] == "as" or (tokens.texts[at] == "(" and script.word(first) == "catch"):
            name = script.word(at + 1)
        missing = missing or tokens.texts[at] in _MISSING
        at += 1
    # `catch (e: any) {`
    while script.word(first) == "catch" and at < len(tokens) and tokens.texts[at] != "{":
        at += 1
    last = tokens.partner[at] if script.word(at) == "{" else -1
    if last < at or script.word(last + 1) in _GOING_ON:
        return None
    if has_comment(script, tokens.ends[block.last], tokens.ends[at]):
        return None
    return _Clause(first, at, last, name if name and name.isidentifier() else None, missing)


def _finally(script: Script, clause: _Clause, inside: list[Node], gives: str) -> list[Edit] | None:
    """A block of its own for what is always done; None if something leaves before it is."""
    tokens, word = script.tree.tokens, clause.last + 1
    if script.word(word) != "finally":
        return []
    leaves = {"return", "break", "continue", "throw", "raise"}.intersection(tokens.texts[clause.open : clause.last])
    if (
        gives
        or leaves
        or script.word(word + 1) != "{"
        or any(isinstance(node, Jump) and node.word in ("return", "break", "continue") for node in inside)
    ):
        return None
    place = tokens.ends[clause.last]
    indent = script.indent_at(tokens.starts[clause.last])
    return [Edit(place, tokens.starts[word + 1], f"{script.newline}{indent}")]


def _inside(block: Block) -> list[Node] | None:
    """What is evaluated in a block, but for what closures do; None if a part of it is unread, or leaves a loop."""
    found: list[Node] = []
    stack: list[tuple[Node, bool]] = [(kid, False) for kid in reversed(block.kids)]
    while stack:
        node, looped = stack.pop()
        if isinstance(node, (Skipped, Unread)) or (isinstance(node, Block) and node.prefix is not None):
            return None
        if isinstance(node, Jump) and node.word in ("break", "continue") and not looped and node.label is None:
            return None
        found.append(node)
        if not isinstance(node, _FRAMES):
            within = looped or isinstance(node, (For, While, Loop))
            stack += [(kid, within) for kid in reversed(node.kids)]
    return found


def _is_foreign(script: Script, node: Node) -> bool:
    """Whether another rule has to be first: what it makes of this may fail."""
    if isinstance(node, Unary):
        return node.op in ("await", "new") and not (isinstance(node.parent, Jump) and node.parent.word != "return")
    if isinstance(node, Call) and isinstance(node.callee, Path):
        name = node.callee.text
        if name in _NUMBERS or name.startswith(("Error", "Exception")):
            return False
        return (name in FUNCTIONS or name in CALLS) and not _is_declared(script, node.callee)
    if isinstance(node, MethodCall) and isinstance(node.base, Path) and node.base.name is not None:
        return (node.base.name, script.word(node.name)) in OF_OBJECTS and script.types.binding(node.base) is None
    return False


def _is_declared(script: Script, path: Path) -> bool:
    return script.types.function(path) is not None or script.types.binding(path) is not None


def _label(script: Script) -> str:
    label, number = "'attempt", 1
    while label in script.tree.tokens.texts:
        number += 1
        label = f"'attempt_{number}"
    return label


def _left(script: Script, node: Node, clause: _Clause, label: str) -> tuple[list[Edit], tuple[Addition, ...]] | None:
    """Edits that leave the block where an expression fails; None for one that does not."""
    tokens = script.tree.tokens
    if isinstance(node, Jump) and node.word in ("throw", "raise") and node.value is not None:
        return _thrown(script, node, label), ()
    if isinstance(node, Try):
        sign = Edit(tokens.starts[node.last], tokens.ends[node.last], "")
        return [*_matched(script, node.base, node, label), sign], ()
    if isinstance(node, Call) and isinstance(node.callee, Path) and not _is_declared(script, node.callee):
        function = _NUMBERS.get(node.callee.text)
        if function is not None and len(node.args.items) == 1:
            name, additions = inserted(script, node, function)
            callee = Edit(script.start(node.callee), script.end(node.callee), name)
            matched = _matched(script, node, node, label)
            return [Edit(callee.start, callee.end, f"{matched[0].text}{name}"), *matched[1:]], additions
    if clause.missing and isinstance(node, Index) and _is_read(node) and node.index is not None:
        open_ = tokens.ends[node.base.last]
        matched = _matched(script, node, node, label, option=True)
        return [matched[0], Edit(open_, script.start(node.index), ".get("), _closed(script, node, matched[1])], ()
    if isinstance(node, (Call, MethodCall, Await)) and _is_result_kept(script, node):
        return _matched(script, node, node, label), ()
    return None


def _closed(script: Script, node: Index, end: Edit) -> Edit:
    return Edit(script.tree.tokens.starts[node.last], end.end, f"){end.text}")


def _is_read(node: Index) -> bool:
    up = node.parent
    return not (isinstance(up, Assign) and up.target is node) and not isinstance(node.index, Range)


def _is_result_kept(script: Script, node: Expr) -> bool:
    """Whether a Result is used as the value in it."""
    if not script.types.of(node).only(RESULT):
        return False
    up = node.parent
    if isinstance(up, Statement):
        return True
    if not isinstance(up, Let) or up.value is not node or up.pattern.first != up.pattern.last:
        return False
    uses = [use.parent for use in script.types.uses(up)]
    return not any(
        isinstance(use, (Try, Match)) or (isinstance(use, MethodCall) and script.word(use.name) in _RESULTS)
        for use in uses
    )


def _matched(script: Script, base: Expr, whole: Expr, label: str, *, option: bool = False) -> list[Edit]:
    """`match base { Ok(value) => value, Err(error) => break 'attempt Err(error) }`."""
    option = option or script.types.of(base).only(OPTION)
    parsed = script.types.of(base).failure.name == "ParseError"
    arms = f"{{ Some(value) => value, {_NONE} }}" if option else f"{{ Ok(value) => value, {_BAD if parsed else _ERR} }}"
    before, after = "match ", f" {arms.replace('LABEL', label)}"
    if is_base(whole) or is_operand(whole):
        before, after = f"({before}", f"{after})"
    if not tight(base):
        before, after = f"{before}(", f"){after}"
    start, end = script.start(base), script.end(base)
    return [Edit(start, start, before), Edit(end, end, after)]


def _thrown(script: Script, node: Jump, label: str) -> list[Edit]:
    """`break 'attempt Err(reason)` for `throw new Error(reason)`."""
    tokens = script.tree.tokens
    assert node.value is not None
    value = node.value.operand if isinstance(node.value, Unary) and node.value.op == "new" else node.value
    begin = tokens.starts[node.first]
    if isinstance(value, Call) and len(value.args.items) == 1:
        return [Edit(begin, tokens.starts[value.args.first], f"break {label} Err")]
    end = script.end(node.value)
    return [Edit(begin, script.start(node.value), f"break {label} Err("), Edit(end, end, ")")]


def _gives(block: Block) -> str:
    """What is done with what a block gives when nothing fails: empty when it gives nothing."""
    last, value, statement = _last(block), block.value, block.parent
    if isinstance(last, Jump) and last.word == "return" and last.value is not None:
        return "return value"
    if value is None or isinstance(value, (Assign, Jump, *_BLOCKS)):
        return ""
    if isinstance(statement, (Let, Jump)):
        return "value"
    body = statement.parent if isinstance(statement, Statement) else None
    ends = isinstance(body, Block) and isinstance(body.parent, Function) and body.kids[-1] is statement
    return "value" if ends else ""


def _last(block: Block) -> Node:
    last = block.kids[-1]
    return last.expression if isinstance(last, Statement) else last


def _ending(script: Script, block: Block, gives: str, label: str) -> list[Edit] | None:
    """Edits of what a block gives; None where it never comes to its end, and Rune would find no value there."""
    tokens = script.tree.tokens
    last = _last(block)
    if gives:
        value = last.value if isinstance(last, Jump) else last
        assert value is not None
        start, end = script.start(last), script.end(value)
        opening = Edit(start, script.start(value), "Ok(")
        sign = script.word(value.last + 1) == ";"
        return [opening, Edit(end, end + 1 if sign and script.text[end : end + 1] == ";" else end, ")")]
    if isinstance(last, Jump):
        return _failure(script, last, label) if last.word in ("throw", "raise") and last.value is not None else None
    if _never_ends(last):
        return None
    place = tokens.ends[block.last - 1]
    sign = "" if script.word(block.last - 1) == ";" or isinstance(last, _BLOCKS) else ";"
    at = tokens.starts[block.last - 1]
    if "\n" in script.text[place : tokens.starts[block.last]]:
        end = script.text.find("\n", place)
        end -= script.text[:end].endswith("\r")
        ended = [Edit(place, place, sign)] if sign else []
        return [*ended, Edit(end, end, f"{script.newline}{script.indent_at(at)}Ok(())")]
    return [Edit(place, place, f"{sign} Ok(())")]


def _failure(script: Script, last: Jump, label: str) -> list[Edit]:
    """A block whose last word is `throw` gives the failure."""
    edits = _thrown(script, last, label)
    return [Edit(edits[0].start, edits[0].end, edits[0].text.removeprefix(f"break {label} ")), *edits[1:]]


def _never_ends(last: Node) -> bool:
    """Whether each branch of the last statement leaves the block."""
    if isinstance(last, If):
        return last.otherwise is not None and _never_ends(last.then) and _never_ends(last.otherwise)
    return isinstance(last, Jump) or (isinstance(last, Block) and bool(last.kids) and _never_ends(_last(last)))


def _messages(script: Script, clause: _Clause) -> list[Edit]:
    """`e.message` of JavaScript: what `Err` holds is the message."""
    tokens = script.tree.tokens
    return [
        Edit(tokens.starts[i], tokens.ends[i + 2], f"`${{{clause.name}}}`")
        for i in range(clause.open, clause.last - 2)
        if tokens.texts[i] == clause.name
        and tokens.texts[i + 1 : i + 3] == [".", "message"]
        and script.word(i - 1) != "."
        and script.word(i + 3) != "("
    ]
