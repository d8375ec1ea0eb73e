"""Reading branches, loops and jumps."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.closures import Closures
from crucible_tools.rune.syntax.nodes import (
    Arm,
    Block,
    Expr,
    For,
    If,
    Jump,
    LetCondition,
    Loop,
    Match,
    Pattern,
    Select,
    SelectArm,
    Unread,
    While,
)

BRANCH_WORDS: Final = frozenset({"if", "match", "for", "while", "loop"})
JUMPS: Final = frozenset({"return", "break", "continue", "yield", "throw", "raise"})

_ARROWS: Final = frozenset({"=>", ":", "->"})
"""What stands between a pattern and what is done for it: in Rune the first of them."""
_ARM_ENDS: Final = _ARROWS | {"if", ","}
_SELECT_ENDS: Final = frozenset({"=", "=>", ","})
_EQUALS: Final = frozenset({"="})
_IN: Final = frozenset({"in"})
_COMMA: Final = frozenset({","})


class Branches(Closures):
    """Reads what decides where a script goes on."""

    def branch(self, i: int, word: str) -> Expr | None:
        """Reads what begins with `if`, `match` or the word of a loop; `Unread` if it is broken."""
        if word == "{":
            return self.block(i)
        self.i += 1
        if word == "loop":
            body = self.block(self.i)
            return Loop(i, body) if body else Unread(i, i)
        if word == "if":
            return self._if(i)
        if word == "for":
            return self._for(i)
        if word == "while":
            condition = self._condition()
            body = self.block(self.i) if condition else None
            return While(i, condition, body) if condition and body else Unread(i, self.i - 1)
        return self._match(i)

    def jump(self, i: int, word: str) -> Jump:
        """Reads `return x` and what is like it."""
        self.i = i + 1
        label = None
        if self.kinds[self.i] == "label" and self.i < self.hi:
            label = self.i
            self.i += 1
        last = self.i - 1
        if self.i >= self.hi or (self.no_struct and self.texts[self.i] == "{"):
            return Jump(i, last, word, None, label)
        return Jump(i, last, word, self.expr(), label)

    def head(self) -> Expr | None:
        """Reads the condition of `if`, the subject of `match`: an expression that a `{` ends."""
        before, self.no_struct = self.no_struct, True
        found = self.expr()
        self.no_struct = before
        return found

    # --- conditions ---

    def _condition(self) -> Expr | None:
        return self.let_condition(in_head=True) if self.texts[self.i] == "let" else self.head()

    def let_condition(self, *, in_head: bool) -> LetCondition | None:
        """Reads `let pattern = value`.

        Args:
            in_head: whether a `{` ends it.
        """
        start = self.i
        self.i += 1
        pattern = self.pattern(_EQUALS)
        if pattern is None or self.texts[self.i] != "=":
            return None
        self.i += 1
        # `if let a = b && c` is no chain in Rune; the whole is the value.
        value = self.head() if in_head else self.expr()
        return LetCondition(start, pattern, value) if value else None

    def _if(self, i: int) -> Expr | None:
        links: list[tuple[int, Expr, Block]] = []
        otherwise: Block | If | None = None
        start = i
        while True:
            condition = self._condition()
            then = self.block(self.i) if condition else None
            if condition is None or then is None:
                if not links:
                    # What was read is not read again: without that, `if if if ..` would cost its square.
                    return Unread(i, self.i - 1)
                self.i = links[-1][2].last + 1
                break
            links.append((start, condition, then))
            if self._goes_on():
                start = self.i - 1
                continue
            if self.i < self.hi and self.texts[self.i] == "else":
                self.i += 1
                otherwise = self.block(self.i)
            break
        for first, condition, then in reversed(links):
            otherwise = If(first, condition, then, otherwise)
        return otherwise

    def _goes_on(self) -> bool:
        """Goes over `else if`, `elif`, `elsif` and `elseif`."""
        if self.i < self.hi and self.texts[self.i] in ("elif", "elsif", "elseif"):
            self.i += 1
            return True
        if self.i < self.hi and self.texts[self.i] == "else" and self.texts[self.i + 1] == "if":
            self.i += 2
            return True
        return False

    # --- loops ---

    def _for(self, i: int) -> Expr:
        wrapped = self.texts[self.i] == "(" and self.texts[self.behind(self.i)] == "{"
        if wrapped:  # for (let x of list) {..}
            self.i = self.behind(self.i)
            body = self.block(self.i)
            return Unread(i, body.last if body else self.i - 1)
        pattern = self.pattern(_IN)
        if pattern is None or self.texts[self.i] != "in":
            return Unread(i, self.i - 1)
        self.i += 1
        iterable = self.head()
        body = self.block(self.i) if iterable else None
        return For(i, pattern, iterable, body) if iterable and body else Unread(i, self.i - 1)

    # --- match and select ---

    def _match(self, i: int) -> Expr:
        subject = self.head()
        if subject is None or self.texts[self.i] != "{" or self.i >= self.hi:
            return Unread(i, self.i - 1)
        open_ = self.i
        node = Match(i, subject, open_, self.last_of(open_))
        self.take_group(self._arms, node, open_)
        return node

    def _arms(self, node: Match) -> None:
        while self.i < self.hi:
            start = self.i
            if self.texts[start] in (",", ";"):
                self.i += 1
                continue
            if self.skips_attribute():
                continue
            arm = self._arm()
            if arm is None:
                self.i = start
                self.skip(node, _COMMA)
                continue
            node.arms.append(arm)
            node.add(arm)

    def _arm(self) -> Arm | None:
        pattern = self.pattern(_ARM_ENDS)
        if pattern is None:
            return None
        guard = None
        if self.texts[self.i] == "if":
            self.i += 1
            guard = self._without_arrow()
        arrow = self.i
        body = self._arm_body()
        return Arm(pattern, guard, arrow, body) if body else None

    def _without_arrow(self) -> Expr | None:
        before, self.no_arrow = self.no_arrow, True
        found = self.expr()
        self.no_arrow = before
        return found

    def _arm_body(self) -> Expr | None:
        """Reads `=> body`."""
        if self.texts[self.i] not in _ARROWS or self.i >= self.hi:
            return None
        self.i += 1
        if self.texts[self.i] == "let":
            return self.let_condition(in_head=False)
        return self.statement_expr()

    def select(self, i: int) -> Select:
        """Reads `select { .. }`; `i` is the word."""
        self.i = open_ = i + 1
        node = Select(i, open_, self.last_of(open_))
        self.take_group(self._select_arms, node, open_)
        return node

    def _select_arms(self, node: Select) -> None:
        while self.i < self.hi:
            start = self.i
            if self.texts[start] == ",":
                self.i += 1
                continue
            arm = self._select_arm(start)
            if arm is None:
                self.i = start
                self.skip(node, _COMMA)
                continue
            node.arms.append(arm)
            node.add(arm)

    def _select_arm(self, start: int) -> SelectArm | None:
        pattern: Pattern | None = None
        future: Expr | None = None
        if self.texts[start] == "default":
            self.i += 1
        else:
            pattern = self.pattern(_SELECT_ENDS)
            if pattern is None or self.texts[self.i] != "=":
                return None
            self.i += 1
            future = self._without_arrow()
            if future is None:
                return None
        arrow = self.i
        body = self._arm_body()
        return SelectArm(start, pattern, future, arrow, body) if body else None
