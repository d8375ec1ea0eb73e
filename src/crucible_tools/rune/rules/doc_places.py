"""Where the doc comments of a source stand: Rune takes them for attributes, and few things may carry one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum, auto

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.lexer import Doc
from crucible_tools.rune.syntax.nodes import (
    Args,
    Arm,
    Attribute,
    Const,
    Entry,
    Expr,
    File,
    Function,
    Impl,
    Item,
    Let,
    List,
    Module,
    Node,
    Param,
    Statement,
    Struct,
    StructField,
    Tuple,
    Use,
)  # fmt: skip


class Standing(Enum):
    """What a doc comment stands in front of."""

    FINE = auto()
    """Something that may carry one, or nobody knows."""
    USE = auto()
    NOWHERE = auto()
    """Something that may carry none, or nothing at all."""


def doc_places(script: Script) -> Iterator[tuple[Doc, Standing]]:
    """Each doc comment, and how it stands."""
    docs = script.tree.tokens.docs
    if not docs:
        return
    places = _Places(script)
    for doc in docs:
        yield doc, places.of(doc)


class _Places:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._starts: dict[int, Standing] = {}
        self._first = _behind_inner_attributes(script)
        self._openings = {node.open + 1 for node in script.tree.of(Module) if node.open is not None}
        for node in _around(script):
            standing = _standing(node)
            if standing is not None:
                self._starts.setdefault(node.first, standing)
        # An attribute hands the comment on to what it belongs to.
        for attribute in script.tree.of(Attribute):
            if attribute.target is not None and not attribute.inner:
                self._starts[attribute.first] = _standing(attribute.target) or Standing.FINE

    def of(self, doc: Doc) -> Standing:
        at = doc.before
        tokens = self._script.tree.tokens
        if doc.inner and (at <= self._first or at in self._openings):
            return Standing.FINE
        if at >= len(tokens):
            # A file of nothing but comments is no source at all; that is another finding.
            return Standing.NOWHERE if len(tokens) else Standing.FINE
        if at in self._starts:
            return self._starts[at]
        return Standing.NOWHERE if tokens.texts[at] in (")", "]", "}") else Standing.FINE


def _around(script: Script) -> Iterator[Node]:
    """The nodes that hold a token behind a doc comment, parents first."""
    wanted = sorted({doc.before for doc in script.tree.tokens.docs})
    stack: list[Node] = [script.tree.file]
    while stack:
        node = stack.pop()
        yield node
        for kid in reversed(node.kids):
            at = bisect_left(wanted, kid.first)
            if at < len(wanted) and wanted[at] <= kid.last:
                stack.append(kid)


def _behind_inner_attributes(script: Script) -> int:
    """The first token that is no attribute of the file."""
    first = 0
    for attribute in script.tree.of(Attribute):
        if attribute.inner and attribute.first == first:
            first = attribute.last + 1
    return first


def _standing(node: Node) -> Standing | None:
    if isinstance(node, Use):
        return Standing.USE
    if isinstance(node, Impl):
        # A trait, and its implementation, is not Rune at all.
        return Standing.NOWHERE if node.word == "impl" and node.trait is None else Standing.FINE
    if isinstance(node, (Function, Module, Const, Struct, StructField, Arm, Param)):
        return Standing.FINE
    if isinstance(node, (Let, Statement, Entry)):
        return Standing.FINE if isinstance(node.parent, File) else Standing.NOWHERE
    if isinstance(node, Expr) and isinstance(node.parent, (Args, List, Tuple)):
        return Standing.NOWHERE
    return Standing.FINE if isinstance(node, Item) else None
