"""What a source asks of its host in so many words: URLs, paths and programs that are written out in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.model.host_functions import KNOWN
from crucible_tools.rune.hosts import canonical
from crucible_tools.rune.syntax.nodes import Assign, Binary, Call, Expr, Let, Macro, Paren, Path, Template
from crucible_tools.rune.syntax.parser import parse
from crucible_tools.rune.types.literals import Literals, unescaped
from crucible_tools.rune.types.scopes import Scopes

_TARGETS: Final = frozenset({"url", "path", "from", "to", "program"})
"""Arguments that decide where an effect goes, by their names in `host_functions.KNOWN`."""

_DEEPEST: Final = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """An argument of a call of a host function that says where the effect goes.

    Args:
        function: canonical name of the function.
        parameter: name of the argument.
        line: of the call, from 1.
        text: what is written out of it.
        whole: whether that is all of it, and not only how it begins.
    """

    function: str
    parameter: str
    line: int
    text: str
    whole: bool


def asked_of(text: str) -> tuple[Asked, ...]:
    """Every such argument of the calls in a source, in their order; never fails, whatever the text is."""
    reader = _Reader(text)
    return tuple(reader.read())


class _Reader:
    def __init__(self, text: str) -> None:
        self._tree = parse(text)
        self._scopes = Scopes(self._tree)
        self._literals = Literals(self._tree, self._scopes)
        self._assigned = {
            self._scopes.binding(node.target) for node in self._tree.of(Assign) if isinstance(node.target, Path)
        }

    def read(self) -> Iterator[Asked]:
        for call in self._tree.of(Call):
            if not isinstance(call.callee, Path):
                continue
            known = KNOWN.get(self._name(call.callee))
            for at, parameter in enumerate(known.params if known else ()):
                if known is None or parameter not in _TARGETS:
                    continue
                item = call.args.items[at] if at < len(call.args.items) else None
                text, whole = self._written(item if isinstance(item, Expr) else None)
                line, _ = self._tree.tokens.place(self._tree.start(call))
                yield Asked(known.name, parameter, line, text, whole)

    def _name(self, path: Path) -> str:
        name = canonical(self._scopes.spelled(path))
        if name in KNOWN:
            return name
        starred = (canonical("::".join((*star, *path.segments))) for star in self._scopes.stars(path))
        return next((other for other in starred if other in KNOWN), name)

    def _written(self, expr: Expr | None, depth: int = 0) -> tuple[str, bool]:
        """What is written out of a text, from its beginning, and whether that is all of it."""
        value = self._literals.value(expr)
        if isinstance(value, str):
            return value, True
        if depth > _DEEPEST:
            return "", False
        match expr:
            case Paren():
                return self._written(expr.inner, depth + 1)
            case Template():
                return self._template(expr, depth)
            case Macro() if expr.path.text == "format" and expr.args.items:
                pattern = expr.args.items[0]
                text = self._literals.value(pattern if isinstance(pattern, Expr) else None)
                return (text.partition("{")[0] if isinstance(text, str) else ""), False
            case Binary() if expr.op == "+":
                left, whole = self._written(expr.left, depth + 1)
                if not whole:
                    return left, False
                right, whole = self._written(expr.right, depth + 1)
                return left + right, whole
            case Path():
                binding = self._scopes.binding(expr)
                if isinstance(binding, Let) and binding not in self._assigned and len(binding.pattern.names) == 1:
                    return self._written(binding.value, depth + 1)
                return "", False
            case _:
                return "", False

    def _template(self, template: Template, depth: int) -> tuple[str, bool]:
        tokens, parts, known = self._tree.tokens, iter(template.parts), ""
        at = template.first + 1
        while at < template.last:
            if tokens.kinds[at] != "dollar":
                known += unescaped(tokens.texts[at])
                at += 1
                continue
            text, whole = self._written(next(parts, None), depth + 1)
            known += text
            if not whole or tokens.partner[at] < at:
                return known, False
            at = tokens.partner[at] + 1
        return known, True
