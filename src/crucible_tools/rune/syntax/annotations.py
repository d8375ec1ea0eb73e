"""Reading types and generic arguments: of Rune, and those that Rust and TypeScript write where Rune has none."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.cursor import MAX_DEPTH, Cursor
from crucible_tools.rune.syntax.nodes import Generics, Type

_COMMA: Final = frozenset({","})
# What may stand in a type between its groups; anything else ends it.
_NO_TYPE: Final = frozenset({"=", ";", ",", ")", "]", "}", "{", "|", "=>", ""})
_BEHIND_FIELDS: Final = frozenset({",", ")", "=", "{", ">", "[", "|", "&"})
_IN_ANGLES: Final = frozenset({"::", ":", ",", "&", "->", "=", "+", "?", "*", "&&", "|"})
_BEFORE_TYPE: Final = frozenset({"&", "&&", "*", "mut", "dyn", "impl", "const"})


class Annotations(Cursor):
    """Reads types."""

    def generics(self, *, turbofish: bool) -> Generics | None:
        """Reads `<..>`, with the `::` in front if `turbofish`; None, and nothing read, if it is not one."""
        start = self.i
        open_ = start + 1 if turbofish else start
        if open_ >= self.hi or self.texts[open_] != "<":
            return None
        end = self._angle(open_)
        if end < 0:
            return None
        args: list[Type] = []
        stop = self.hi
        self.i, self.hi = open_ + 1, end
        while self.i < end:
            at = self.i
            arg = self.type_()
            if arg is not None:
                args.append(arg)
            self.to(_COMMA)
            self.i = max(self.i + 1, at + 1)
        self.i, self.hi = end + 1, stop
        return Generics(start, end, args, turbofish=turbofish)

    def _angle(self, open_: int) -> int:
        """The `>` that belongs to a `<`, or -1: only what may stand among types stands between them."""
        depth, i, texts, kinds = 0, open_, self.texts, self.kinds
        while i < self.hi:
            word = texts[i]
            if word == "<":
                depth += 1
                if depth > MAX_DEPTH:
                    return -1
            elif word == ">":
                depth -= 1
                if depth == 0:
                    return i
            elif word == "(" or word == "[" or word == "{":
                if self.partner[i] < 0:
                    return -1
                i = self.closing(i)
            elif kinds[i] not in ("name", "label", "int") and word not in _IN_ANGLES:
                return -1
            i += 1
        return -1

    def type_(self, *, union: bool = False, operand: bool = False) -> Type | None:
        """Reads a type; None, and nothing read, if there is none.

        Args:
            union: whether `|` may stand in it, as in TypeScript.
            operand: whether it stands behind `as` or `is`, where a `+` adds.
        """
        if self.depth > MAX_DEPTH:
            return None
        self.depth += 1
        found = self._type(union, operand)
        self.depth -= 1
        return found

    def _type(self, union: bool, operand: bool) -> Type | None:
        start, texts, kinds = self.i, self.texts, self.kinds
        while self.i < min(self.hi, start + 8) and (texts[self.i] in _BEFORE_TYPE or kinds[self.i] == "label"):
            self.i += 1
        generics = None
        fields = self.i < self.hi and texts[self.i] == "{" and self._is_fields(self.i)
        if self.i >= self.hi or (texts[self.i] in _NO_TYPE and not fields):
            self.i = start
            return None
        if fields or texts[self.i] in ("(", "["):
            self.i = self.behind(self.i)
        elif texts[self.i] == "#" and texts[self.i + 1] == "{":
            self.i = self.behind(self.i + 1)
        elif kinds[self.i] == "name" or texts[self.i] == "::":
            at = self.i
            generics = self._type_path()
            if self.i == at:
                self.i = start
                return None
        elif texts[self.i] == "!" or kinds[self.i] == "string":
            self.i += 1
        else:
            self.i = start
            return None
        self._type_tail(union, operand)
        return Type(start, self.i - 1, generics)

    def _is_argument(self, open_: int) -> bool:
        """Whether brackets hold the arguments of a type of Python: `List[str]`."""
        return self.kinds[open_ - 1] == "name" and self.adjacent(open_ - 1) and self.kinds[open_ + 1] == "name"

    def _is_fields(self, open_: int) -> bool:
        """Whether braces are a type of TypeScript, `{ a: number, b?: string }`, by what follows them."""
        behind = self.behind(open_)
        return self.texts[behind] in _BEHIND_FIELDS and (behind < self.hi or self.texts[behind] in (">", ")"))

    def _type_path(self) -> Generics | None:
        texts, found = self.texts, None
        while self.i < self.hi:
            word = texts[self.i]
            if word == "<":
                found = self.generics(turbofish=False)
                if found is None:
                    break
            elif word == "::" and texts[self.i + 1] == "<":
                found = self.generics(turbofish=True)
                if found is None:
                    break
            elif word == "::":
                self.i += 1
            elif self.kinds[self.i] == "name" and (self.i == 0 or texts[self.i - 1] == "::" or found is None):
                self.i += 1
                if texts[self.i] not in ("::", "<"):
                    break
            else:
                break
        if texts[self.i] == "(" and texts[self.i - 1] in ("Fn", "FnMut", "FnOnce", "fn", "Function"):
            self.i = self.behind(self.i)
        return found

    def _type_tail(self, union: bool, operand: bool) -> None:
        texts = self.texts
        while self.i < self.hi:
            word = texts[self.i]
            if word == "[" and (texts[self.i + 1] == "]" or (not operand and self._is_argument(self.i))):
                self.i = self.behind(self.i)
            elif (word in ("->", "+") and not operand) or (
                union and (word == "|" or (word == "=>" and texts[self.i - 1] == ")"))
            ):
                self.i += 1
                if self.type_(union=union) is None:
                    self.i -= 1
                    return
            elif word == "?" and texts[self.i + 1] in (",", ")", "=", ";", ">", "|"):
                self.i += 1
            else:
                return
