"""Reading parameters, and the closures of Rune and of JavaScript."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.cursor import CLOSERS
from crucible_tools.rune.syntax.groups import Groups
from crucible_tools.rune.syntax.nodes import Closure, Expr, Param, Pattern

PARAM_ENDS: Final = frozenset({",", ":", "=", "?"})
"""What ends the name of a parameter."""

_CLOSURE_ENDS: Final = frozenset({",", ":", "=", "|"})
_COMMA: Final = frozenset({","})
_BEFORE_PARAM: Final = frozenset({"&", "&&", "mut", "ref", "...", "*", "**"})
_NOT_IN_BARS: Final = frozenset({";", "=>", "&&", "||", "=="}) | CLOSERS


class Closures(Groups):
    """Reads closures."""

    def closure(self, first: int, *, is_async: bool = False) -> Closure | None:
        """Reads `|a| body`; `i` is the first bar."""
        open_ = self.i
        params: list[Param] = []
        close = open_
        if self.texts[open_] == "|":
            close = self._bar(open_ + 1)
            if close < 0:
                return None
            params = self.params(open_ + 1, close, _CLOSURE_ENDS)
        self.i = close + 1
        if self.texts[self.i] == "->":
            self.i += 1
            self.type_()
        body = self.expr()
        return Closure(first, params, open_, close, body, is_async=is_async) if body else None

    def _bar(self, at: int) -> int:
        """The `|` that ends a closure's parameters, or -1."""
        while at < self.hi:
            word = self.texts[at]
            if word == "|":
                return at
            if word in _NOT_IN_BARS and not (word == "&&" and self.texts[at - 1] in ("|", ",", "(")):
                return -1
            at = self.partner[at] + 1 if self.partner[at] > at else at + 1
        return -1

    def is_arrow(self, i: int) -> bool:
        """Whether `=>` follows the group that a token opens: it holds the parameters of JavaScript's closure."""
        close = self.closing(i)
        return close + 1 < self.hi and self.texts[close + 1] == "=>" and not self.no_arrow

    def arrow(self, i: int) -> Closure | None:
        """Reads `(a, b) => body`."""
        close = self.closing(i)
        params = self.params(i + 1, close, PARAM_ENDS)
        self.i = close + 2
        body = self._arrow_body()
        return Closure(i, params, i, close, body, arrow=close + 1) if body else None

    def arrow_of_name(self, i: int) -> Closure | None:
        """Reads `a => body`."""
        param = Param(i, i, Pattern(i, i, [(i, i)], [i]))
        self.i = i + 2
        body = self._arrow_body()
        return Closure(i, [param], i, i, body, arrow=i + 1) if body else None

    def _arrow_body(self) -> Expr | None:
        return self.block(self.i) if self.texts[self.i] == "{" and not self.is_object(self.i) else self.expr()

    # --- parameters ---

    def params(self, lo: int, hi: int, ends: frozenset[str]) -> list[Param]:
        """Reads parameters with commas between them, at once; what is none is left out."""
        i, stop = self.i, self.hi
        self.i, self.hi = lo, hi
        found: list[Param] = []
        while self.i < hi:
            if self.texts[self.i] == ",":
                self.i += 1
                continue
            if self.skips_attribute():
                continue
            param = self._param(ends)
            if param is not None:
                found.append(param)
            self.to(_COMMA)
        self.i, self.hi = i, stop
        return found

    def _param(self, ends: frozenset[str]) -> Param | None:
        first, texts, hi = self.i, self.texts, self.hi
        mut: int | None = None
        refs: list[int] | None = None
        while self.i < hi and (texts[self.i] in _BEFORE_PARAM or self.kinds[self.i] == "label"):
            if texts[self.i] == "mut":
                mut = self.i
            elif texts[self.i] in ("&", "&&"):
                refs = [*(refs or []), self.i]
            self.i += 1
        pattern = self.pattern(ends)
        if pattern is None:
            return None
        if self.i >= hi or texts[self.i] == ",":
            return Param(first, pattern.last, pattern, mut, refs)
        question = self._sign("?")
        colon = self._sign(":")
        type_ = self.type_(union="|" not in ends) if colon is not None else None
        equals = self._sign("=")
        default = self.expr() if equals is not None else None
        last = max(self.i - 1, pattern.last)
        return Param(first, last, pattern, mut, refs, question, colon, type_, equals, default)

    def _sign(self, word: str) -> int | None:
        """Goes over a sign and gives its token, if it is there."""
        if self.i >= self.hi or self.texts[self.i] != word:
            return None
        self.i += 1
        return self.i - 1
