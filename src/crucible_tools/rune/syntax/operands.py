"""Reading operands: literals, names, and what may stand behind them."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.branches import BRANCH_WORDS, JUMPS, Branches
from crucible_tools.rune.syntax.cursor import CLOSERS
from crucible_tools.rune.syntax.nodes import (
    Await,
    Call,
    Cast,
    Closure,
    Expr,
    Field,
    Generics,
    Is,
    Literal,
    MethodCall,
    Path,
    Try,
)

LITERALS: Final = frozenset({"int", "float", "string", "rawstring", "bytes", "char", "byte"})
"""Kinds of tokens that are a literal."""

# Words that begin no expression.
_NO_START: Final = frozenset({
    "as", "in", "is", "else", "fn", "pub", "mod", "struct", "enum", "impl", "trait", "use", "where", "let", "const",
    "static", "and", "or", "instanceof", "catch", "finally", "var", "function", "def", "class", "import", "from",
    "mut", "macro",
})  # fmt: skip
# Those of them that are names in Rune, and in front of what they are.
_NAMES: Final = frozenset({"from", "class", "def", "import", "where", "var", "function"})
_RARE_NAMES: Final = frozenset({"catch", "finally", "trait", "and", "or", "instanceof"})
_BEHIND_RARE: Final = frozenset({".", "::", ",", ";", ")", "]", "}", "=", "==", "!=", "+", "-", "/", "*", "?"})
_BETWEEN: Final = frozenset({"or", "and", "in", "instanceof", "as", "is"})
_BEFORE_BLOCK: Final = frozenset({"async", "unsafe", "const", "move", "do", "try"})
WORDS: Final = (
    BRANCH_WORDS | JUMPS | _NO_START | _BEFORE_BLOCK | {"true", "false", "select", "typeof", "new", "not", "await"}
)
"""Words that are no plain name everywhere."""

BEHIND_NAME: Final = frozenset({"::", "!", "{", "=>"})
"""What makes more of a name than a name."""

_BEFORE_LET: Final = frozenset({"(", "[", ",", "=>", "&&", "||"})
_POSTFIXES: Final = frozenset({".", "(", "[", "?"})
_BEGINNINGS: Final = frozenset({"(", "[", "{", "#", "-", "!", "&", "*", "|", "||", "::"})
_MOST_TO_COLON: Final = 60
_STATEMENTS: Final = frozenset({"return", "let", "const", "var", "for", "while", "break", "continue", "throw"})


class Operands(Branches):
    """Reads operands."""

    # --- words ---

    def word(self, i: int, word: str) -> Expr | None:
        """Reads what begins with one of `WORDS`."""
        if word in BRANCH_WORDS or word == "{":
            return self.branch(i, word)
        if word in JUMPS:
            return self.jump(i, word)
        if word in ("true", "false"):
            self.i += 1
            return Literal(i, "bool")
        if word == "select" and self.texts[i + 1] == "{" and not self.no_struct:
            return self.select(i)
        if word == "let" and self.texts[i - 1] in _BEFORE_LET:
            return self.let_condition(in_head=self.no_struct)
        if word in _BEFORE_BLOCK:
            prefixed = self._prefixed(i, word)
            if prefixed is not None or word in ("async", "unsafe", "const"):
                return prefixed
        if word in _NO_START and not self._is_name(i, word):
            return None
        return self.name(i, word)

    def _is_name(self, i: int, word: str) -> bool:
        if word in ("from", "class", "import") and self.texts[i + 1] in ("(", ".", "::"):
            return True
        if word in _RARE_NAMES:
            return self.texts[i + 1] in _BEHIND_RARE
        return word in _NAMES and not self.before_operand(i)

    def before_operand(self, i: int) -> bool:
        """Whether a name follows a word: then it is no name itself."""
        return self.kinds[i + 1] == "name" and self.texts[i + 1] not in _BETWEEN

    def _prefixed(self, i: int, word: str) -> Expr | None:
        self.i = i + 1
        if self.texts[self.i] == "move":
            self.i += 1
        if self.texts[self.i] in ("|", "||"):
            return self.closure(i, is_async=word == "async")
        if word == "async" and (self.is_arrow(self.i) if self.texts[self.i] == "(" else self._is_named_arrow(self.i)):
            return self._async_arrow(i)
        block = self.block(i, word)
        if block is None:
            self.i = i
        return block

    def _is_named_arrow(self, i: int) -> bool:
        return self.kinds[i] == "name" and self.texts[i + 1] == "=>" and not self.no_arrow

    def _async_arrow(self, first: int) -> Closure | None:
        """Reads `async (a) => body` and `async a => body`."""
        found = self.arrow(self.i) if self.texts[self.i] == "(" else self.arrow_of_name(self.i)
        if found is not None:
            found.first, found.is_async = first, True
        return found

    # --- signs ---

    def sign(self, i: int, word: str, kind: str) -> Expr | None:
        """Reads what begins with a sign, but for operators."""
        if word == "(":
            return self.arrow(i) if self.is_arrow(i) else self.parentheses(i)
        if word == "[":
            return self.list(i)
        if word == "{":
            return self.brace(i)
        if word == "#" and self.texts[i + 1] == "{":
            return self.object(i, i + 1, "rune")
        if kind == "backtick":
            return None if 0 <= self.partner[i] < i else self.template(i)
        if word == "|" or word == "||":
            return self.closure(i)
        if word == "::":
            return self.path(i)
        if kind == "label" and self.texts[i + 1] == ":":
            self.i = i + 2
            word = self.texts[self.i]
            return self.branch(i, word) if word in ("loop", "while", "for", "{") else None
        return None

    # --- names ---

    def name(self, i: int, word: str) -> Expr | None:
        """Reads what begins with a name."""
        after = self.texts[i + 1]
        if after not in BEHIND_NAME:
            self.i = i + 1
            return Path(i, i, [word], [i], [])
        if after == "=>" and not self.no_arrow:
            return self.arrow_of_name(i)
        return self.path(i)

    def path(self, i: int) -> Expr | None:
        """Reads a path, or the macro or the struct literal that it begins."""
        texts, kinds = self.texts, self.kinds
        segments: list[str] = []
        names: list[int] = []
        generics: list[Generics] = []
        self.i = i + 1 if texts[i] == "::" else i
        while self.i < self.hi and kinds[self.i] == "name":
            segments.append(texts[self.i])
            names.append(self.i)
            self.i += 1
            if texts[self.i] == "::" and texts[self.i + 1] == "<":
                found = self.generics(turbofish=True)
                if found is None:
                    break
                generics.append(found)
            if not (self.i < self.hi and texts[self.i] == "::" and kinds[self.i + 1] == "name"):
                break
            self.i += 1
        if not segments:
            return None
        path = Path(i, self.i - 1, segments, names, generics)
        if self.i >= self.hi:
            return path
        if texts[self.i] == "!" and texts[self.i + 1] in ("(", "[", "{") and self.adjacent(self.i - 1):
            return self.macro(path)
        if texts[self.i] == "{" and not self.no_struct and self._is_struct(path):
            return self.object(i, self.i, "struct", path)
        return path

    def _is_struct(self, path: Path) -> bool:
        """Whether a `{` behind a path begins the fields of a struct; Rune takes any path, people write capitals."""
        at = self.i + 1
        capital = path.segments[-1][0].isupper()
        if at >= self.hi or self.texts[at] in ("}", ".."):
            return capital
        after = self.texts[at + 1]
        return self.kinds[at] in ("name", "string") and (after == ":" or (capital and after in (",", "}")))

    # --- what follows an operand ---

    def postfix(self, node: Expr) -> Expr:
        """Reads fields, calls, `[..]`, `?` and `.await` behind an operand."""
        texts = self.texts
        while self.i < self.hi:
            word = texts[self.i]
            if word not in _POSTFIXES:
                return node
            if word == ".":
                found = self._member(node)
                if found is None:
                    return node
                node = found
            elif word == "(":
                node = Call(node, self.args())
            elif word == "[":
                node = self.index(node)
            elif self._is_ternary():
                return node
            else:
                node = Try(node, self.i)
                self.i += 1
        return node

    def _member(self, base: Expr) -> Expr | None:
        name = self.i + 1
        kind = self.kinds[name]
        if name >= self.hi:
            return None
        if kind != "name":
            if kind not in ("int", "float"):
                return None
            self.i = name + 1
            return Field(base, name, True)
        self.i = name + 1
        if self.texts[name] == "await":
            return Await(base, name)
        generics = self.generics(turbofish=True) if self.texts[self.i] == "::" else None
        if self.texts[self.i] == "(" and self.i < self.hi:
            return MethodCall(base, name, generics, self.args())
        return Field(base, name)

    def cast(self, node: Expr, word: str) -> Expr | None:
        """Reads `as Type`, `is Type` or `is not Type` behind an operand; None, and nothing read, if no type follows."""
        at = self.i
        self.i += 1
        negated = word == "is" and self.texts[self.i] == "not"
        self.i += negated
        type_ = self.type_(operand=True)
        if type_ is None:
            self.i = at
            return None
        return Cast(node, type_) if word == "as" else Is(node, type_, negated=negated)

    # --- is it a try, or JavaScript's `a ? b : c`? ---

    def _is_ternary(self) -> bool:
        """Whether a `?` behind an operand is no try: `a ? b : c`, `a ?? b`."""
        after = self.texts[self.i + 1]
        if after in CLOSERS or after == ".":
            return False
        if after in _STATEMENTS and not self.same_line(self.i):
            return False  # a semicolon is missing
        if after == "?" and self.adjacent(self.i):
            return self.begins(self.i + 2)
        if not self.begins(self.i + 1):
            return False
        if after == "{":
            return self.texts[self.behind(self.i + 1)] == ":"
        if self.kinds[self.i + 1] == "punct":
            # `x? - 1`, `f(x)?[0]`, `f()?(1)`: a try, unless a colon follows at this depth.
            return after == "#" or self._colon_follows(self.i + 1)
        return True

    def begins(self, i: int) -> bool:
        """Whether a token can begin an operand."""
        if i >= self.hi:
            return False
        word, kind = self.texts[i], self.kinds[i]
        if kind == "name":
            return word not in _NO_START
        return kind in LITERALS or kind == "backtick" or word in _BEGINNINGS

    def _colon_follows(self, at: int) -> bool:
        for _ in range(_MOST_TO_COLON):
            word = self.texts[at]
            if word == ":":
                return at < self.hi
            if at >= self.hi or word in (";", ",", "=>", "="):
                return False
            at = self.over(at)
        return False
