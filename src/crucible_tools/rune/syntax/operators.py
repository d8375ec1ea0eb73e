"""Reading expressions, by operator precedence."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.branches import BRANCH_WORDS
from crucible_tools.rune.syntax.cursor import MAX_DEPTH
from crucible_tools.rune.syntax.groups import RANGE
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Block,
    Closure,
    Expr,
    For,
    If,
    Jump,
    LetCondition,
    Literal,
    Loop,
    Match,
    Path,
    Range,
    Select,
    Ternary,
    Unary,
    Unread,
    While,
)
from crucible_tools.rune.syntax.operands import BEHIND_NAME, LITERALS, WORDS, Operands

# How tight each operator binds; those of Rune as its own parser has them (`BinOp::precedence`).
_ASSIGN: Final = 1
_TERNARY: Final = 2
_BINDS: Final = {
    "||": 5, "or": 5, "??": 5,
    "&&": 7, "and": 7,
    "==": 9, "!=": 9, "<": 9, ">": 9, "<=": 9, ">=": 9, "===": 9, "!==": 9, "in": 9, "not in": 9,
    "instanceof": 9,
    "|": 11, "^": 13, "&": 15, "<<": 17, ">>": 17,
    "+": 19, "-": 19, "--": 19, "*": 21, "/": 21, "%": 21, "**": 23,
}  # fmt: skip
_CAST: Final = 24
_POSTFIX: Final = 25
_CASTS: Final = frozenset({"as", "is"})
_ENDS: Final = frozenset({",", ";", ")", "]", "}"})
_ASSIGNS: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_OPERATORS: Final = frozenset({*_BINDS, *_ASSIGNS, *_CASTS, "..", "..=", "?", "not"})
_PREFIX: Final = frozenset({"-", "!", "*", "**", "&", "&&", "++", "--", "typeof", "new", "not", "await", "+"})

# Behind the `}` of a statement: what surely joins, and what joins on the same line only; there it begins the next
# statement as often, though Rune always joins it.
_JOINS: Final = frozenset({"+", "/", "%", "==", "!=", "<=", ">=", ">", "^", "as", "is", ".", "?", "..="})
_MAY_JOIN: Final = frozenset({"-", "*", "&", "&&", "|", "||", "<", "<<", ".."})
_BLOCK_LIKE: Final = frozenset({If, Match, Select, For, While, Loop, Block})
_WHOLE: Final = frozenset({Jump, Closure, LetCondition})
# What a statement that ends with a block may begin with.
_BLOCK_WORDS: Final = BRANCH_WORDS | {"{", "async", "unsafe", "const", "select", "do", "try"}


class Operators(Operands):
    """Reads expressions."""

    def expr(self, least: int = 0) -> Expr | None:
        """Reads an expression whose operators bind at least so tight; None, and nothing read, if there is none."""
        i = self.i
        if i >= self.hi:
            return None
        texts, kind = self.texts, self.kinds[i]
        word, after = texts[i], texts[i + 1]
        if kind in LITERALS:
            left: Expr | None = Literal(i, kind)
        elif kind == "name" and word not in WORDS and after not in BEHIND_NAME:
            left = Path(i, i, [word], [i], [])
        else:
            left = None
        if left is not None and after in _ENDS:
            # Half of all expressions are one token.
            self.i = i + 1
            return left
        if self.depth >= MAX_DEPTH:
            return self._too_deep(i)
        self.depth += 1
        if left is not None:
            self.i = i + 1
            left = self.postfix(left)
        else:
            left = self._operand(i, word, kind)
        if left is not None and texts[self.i] in _OPERATORS:
            left = self._operators(left, least)
        self.depth -= 1
        return left

    def _too_deep(self, start: int) -> Unread:
        self.i = self.hi
        return Unread(start, self.hi - 1)

    def statement_expr(self) -> Expr | None:
        """Reads an expression as a statement: what ends with a block ends the statement."""
        i, word = self.i, self.texts[self.i]
        if word not in _BLOCK_WORDS and self.kinds[i] != "label":
            return self.expr()
        node = self._operand_without_postfix(i, word, self.kinds[i])
        if node is None:
            self.i = i
            return self.expr()
        if type(node) in _BLOCK_LIKE and not self._joins():
            return node
        return self._operators(node if type(node) in _WHOLE else self.postfix(node), 0)

    def _joins(self) -> bool:
        """Whether what stands behind a block goes on with it."""
        word = self.texts[self.i]
        if self.i >= self.hi:
            return False
        return word in _JOINS or (word in _MAY_JOIN and self.same_line(self.i - 1))

    # --- operators ---

    def _operators(self, left: Expr, least: int) -> Expr:
        texts = self.texts
        while self.i < self.hi:
            op = texts[self.i]
            if op not in _OPERATORS:
                return left
            width = 1
            if op == ">" or op == "?":
                op, width = self._joined(op)
            elif op == "not":
                if texts[self.i + 1] != "in":
                    return left
                op, width = "not in", 2
            binds = _BINDS.get(op)
            if binds is not None:
                joined = self._binary(left, op, width, binds) if binds >= least else None
            elif op in _CASTS:
                joined = self.cast(left, op) if least <= _CAST else None
            elif op in _ASSIGNS:
                joined = self._assign(left, op, width) if least <= _ASSIGN else None
            elif op == "?":
                joined = self._ternary(left) if least <= _TERNARY else None
            else:
                joined = self._range(left) if least <= RANGE else None
            if joined is None:
                return left
            left = joined
        return left

    def _joined(self, op: str) -> tuple[str, int]:
        """The operator that begins with `>` or `?`, and how many tokens it has."""
        after = self.texts[self.i + 1]
        return (op + after, 2) if after == op and self.adjacent(self.i) else (op, 1)

    def _binary(self, left: Expr, op: str, width: int, binds: int) -> Expr | None:
        token = self.i
        self.i = token + width
        if op == "--":
            return self._minus_minus(left, token)
        right = self.expr(binds + 1)
        if right is None:
            self.i = token
            return None
        return Binary(left, op, token, right)

    def _minus_minus(self, left: Expr, token: int) -> Expr | None:
        """Reads `a--b`, which is `a - (-b)` in Rune; behind `a--` alone another line begins something else."""
        operand = self.expr(_POSTFIX) if self.same_line(token) else None
        if operand is None:
            self.i = token
            return None
        return Binary(left, "-", token, self._operators(Unary(token, "-", operand), _BINDS["-"] + 1))

    def _assign(self, left: Expr, op: str, width: int) -> Expr | None:
        token = self.i
        self.i = token + width
        value = self.expr(_ASSIGN)
        if value is None:
            self.i = token
            return None
        return Assign(left, op, token, value)

    def _range(self, left: Expr | None) -> Range:
        token = self.i
        self.i += 1
        if self.no_struct and self.texts[self.i] == "{":
            return Range(left, token, None)
        return Range(left, token, self.expr(RANGE + 1))

    def _ternary(self, condition: Expr) -> Expr | None:
        question = self.i
        self.i += 1
        yes = self.expr(_TERNARY)
        if yes is None or self.texts[self.i] != ":":
            self.i = question
            return None
        colon = self.i
        self.i += 1
        no = self.expr(_TERNARY)
        if no is None:
            self.i = question
            return None
        return Ternary(condition, question, yes, colon, no)

    # --- what an expression begins with ---

    def _operand(self, i: int, word: str, kind: str) -> Expr | None:
        if self._is_prefix(i):
            return self._unary()
        if word == ".." or word == "..=":
            return self._range(None)
        node = self._operand_without_postfix(i, word, kind)
        if node is None:
            self.i = i
            return None
        return node if type(node) in _WHOLE else self.postfix(node)

    def _operand_without_postfix(self, i: int, word: str, kind: str) -> Expr | None:
        if kind != "name":
            return self.sign(i, word, kind)
        return self.word(i, word) if word in WORDS else self.name(i, word)

    def _is_prefix(self, i: int) -> bool:
        """Whether a token is an operator in front of an operand; those that are words are also names."""
        word = self.texts[i]
        if word not in _PREFIX:
            return False
        if self.kinds[i] != "name":
            return True
        return self.begins(i + 1) and (word != "new" or self.kinds[i + 1] == "name")

    def _unary(self) -> Expr | None:
        start = self.i
        signs: list[tuple[int, str]] = []
        while self.i < self.hi and self._is_prefix(self.i):
            if len(signs) > MAX_DEPTH:
                return self._too_deep(start)
            word = self.texts[self.i]
            at = self.i
            self.i += 1
            if word == "&" and self.texts[self.i] == "mut":
                word = "&mut"
                self.i += 1
            signs.append((at, word))
        operand = self.expr(_POSTFIX)
        if operand is None:
            self.i = start
            return None
        for at, word in reversed(signs):
            operand = Unary(at, word, operand)
        return operand
