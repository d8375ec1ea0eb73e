"""Edits of calls of methods: another name, a function in place of the method, one more step in a chain of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Addition, Edit, Fix
from crucible_tools.rune.syntax.nodes import Closure, Literal, MethodCall, Node, Skipped, Template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_tools.rune.rules.script import Script


def place(script: Script, call: MethodCall) -> tuple[int, int]:
    """Where the name of a method stands."""
    tokens = script.tree.tokens
    return tokens.starts[call.name], tokens.ends[call.name]


def renamed(script: Script, call: MethodCall, name: str) -> Edit:
    """The same call of another method."""
    start, end = place(script, call)
    return Edit(start, end, name)


def replaced(script: Script, call: MethodCall, text: str) -> Edit:
    """Another name and other arguments: `text` is both."""
    return Edit(place(script, call)[0], script.end(call), text)


def removed(script: Script, call: MethodCall) -> Edit:
    """No call: the dot, the name and the arguments go."""
    return Edit(_dot(script, call), script.end(call), "")


def after(script: Script, node: Node, text: str) -> Edit:
    """Something behind a node."""
    end = script.end(node)
    return Edit(end, end, text)


def before(script: Script, node: Node, text: str) -> Edit:
    """Something in front of a node."""
    start = script.start(node)
    return Edit(start, start, text)


def as_function(
    script: Script, call: MethodCall, name: str, *, behind: str = "", more: str = ""
) -> tuple[tuple[Edit, ...], tuple[Addition, ...]]:
    """`base.method(a)` as `name(base, a)`, with a function that is added.

    Args:
        script: the source.
        call: the call.
        name: which function of `INSERTED`.
        behind: what follows the call.
        more: further arguments.
    """
    tokens = script.tree.tokens
    function, additions = inserted(script, call, name)
    opened = tokens.ends[call.args.first]
    comma = ", " if call.args.items else ""
    edits = [before(script, call.base, f"{function}("), Edit(_dot(script, call), opened, comma)]
    if more:
        edits.append(Edit(tokens.starts[call.args.last], tokens.starts[call.args.last], f", {more}"))
    if behind:
        edits.append(after(script, call, behind))
    return tuple(edits), additions


def function_fix(script: Script, call: MethodCall, name: str, *, safe: bool, behind: str = "", more: str = "") -> Fix:
    """A repair that calls a function instead of a method; see `as_function`."""
    edits, additions = as_function(script, call, name, behind=behind, more=more)
    return Fix(safe, f"Call a function `{edits[0].text[:-1]}` that the repair adds", edits, additions)


def fresh(script: Script, nodes: Iterable[Node], *names: str) -> str:
    """The first of these names that none of the nodes mentions."""
    texts = script.tree.tokens.texts
    used = {texts[at] for node in nodes for at in range(node.first, node.last + 1)}
    return next((name for name in names if name not in used), f"{names[-1]}_")


def arguments(call: MethodCall) -> list[Node] | None:
    """The arguments of a call; None when one of them could not be read."""
    items = call.args.items
    return None if any(isinstance(item, Skipped) for item in items) else items


def closure_of(node: Node) -> Closure | None:
    """The closure that an argument is."""
    return node if isinstance(node, Closure) else None


def is_text(node: Node) -> bool:
    """Whether something is a text as written: a string or a template."""
    return isinstance(node, Template) or (isinstance(node, Literal) and node.kind in ("string", "rawstring"))


def _dot(script: Script, call: MethodCall) -> int:
    """Where the dot stands, with the blanks in front of it unless a comment is among them."""
    tokens = script.tree.tokens
    end, dot = script.end(call.base), tokens.starts[call.name - 1]
    return end if not script.text[end:dot].strip() else dot
