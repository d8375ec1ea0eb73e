"""Blocks that end with a word, as Lua and Ruby write them: `if x then .. end`, `list.each do |x| .. end`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crucible_tools.rune.rules.extents import MOST, begins_line
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.rules.script import Script

_HEADS: Final = frozenset({"if", "while", "for", "unless", "until"})
_ELSE_IF: Final = frozenset({"elseif", "elsif"})
_OPENS: Final = frozenset({"then", "do"})
_FUNCTIONS: Final = frozenset({"fn", "def", "function"})
_VALUES: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_CASES: Final = frozenset({"{}", "}}"})
_BEHIND: Final = frozenset({"{", "}", ";", "then", "do", "else", "end", "=", "return", "repeat"})


@dataclass(slots=True)
class Blocks:
    """The blocks of a source: the first word of one, and the edits that write all of them with braces."""

    first: int
    edits: list[Edit] = field(default_factory=list[Edit])


@remembered
def end_blocks(script: Script) -> Blocks | None:
    """The blocks that end with a word, if every one of them does; None when there is none."""
    texts = script.tree.tokens.texts
    if script.compiles or ("end" not in texts and "repeat" not in texts):
        return None
    return _Reading(script).run()


class _Reading:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._tokens = script.tree.tokens
        self._edits: list[Edit] = []
        self._open: list[str] = []
        self._first = -1

    def run(self) -> Blocks | None:
        i = 0
        while 0 <= i < len(self._tokens):
            i = self._read(i)
        if i < 0 or self._open or self._first < 0:
            return None
        return Blocks(self._first, sorted(self._edits, key=lambda edit: edit.start))

    def _read(self, i: int) -> int:
        """Reads what begins with a token; the next one to look at, -1 where nobody knows what is meant."""
        script, word = self._script, self._tokens.texts[i]
        before = script.word(i - 1)
        if self._tokens.kinds[i] != "name" or before in (".", "::"):
            return i + 1
        starts = before in _BEHIND or begins_line(script, i)
        if word == "case" and starts and self._first_behind(self._line_end(i)) == "when":
            return self._case(i)
        if word == "when" and starts and self._open and self._open[-1] in _CASES:
            return self._when(i)
        if word == "else" and self._open and self._open[-1] == "}}" and begins_line(script, i):
            self._put(i, i, "} _ => {")
            return i + 1
        if word in _HEADS and starts:
            return self._head(i, word)
        if word in _ELSE_IF and self._open and self._open[-1] == "}":
            end = self._end_of_head(i + 1)
            self._put(i, i, "} else if")
            return self._opened(end, again=True)
        if word == "else" and self._open and self._open[-1] == "}" and script.word(i + 1) not in ("{", "if"):
            if before == "}":
                return i + 1
            self._put(i, i, "} else {")
            return i + 1
        if word == "local" and script.word(i + 1) == "function":
            self._put(i, i + 1, "fn")
            return self._function(i + 1)
        if (word in _FUNCTIONS and starts) or (word == "fn" and before in ("pub", "async")):
            return self._function(i)
        if word in _FUNCTIONS and script.word(i + 1) == "(":
            return self._function(i)
        if word == "do" and not starts:
            return self._closure(i)
        if word == "repeat" and starts and self._ends_line(i):
            self._put(i, i, "loop {")
            self._begin(i, "until")
            return i + 1
        if word == "until" and self._open and self._open[-1] == "until":
            return i + 1
        if (
            word == "end"
            and before != ","
            and starts | self._ends_line(i) | (script.word(i + 1) in (")", ",", ";", "."))
        ):
            if not self._open or self._open[-1] in ("until", "{}"):
                return -1
            self._put(i, i, self._open.pop())
        return i + 1

    def _first_behind(self, i: int) -> str:
        return self._script.word(i + 1)

    def _case(self, i: int) -> int:
        """`case x` of Ruby, on the lines behind it `when a, b`."""
        end = self._line_end(i)
        self._put(i, i, "match")
        self._edits.append(Edit(self._tokens.ends[end], self._tokens.ends[end], " {"))
        self._begin(i, "{}")
        return end + 1

    def _when(self, i: int) -> int:
        if i + 1 >= len(self._tokens):
            return -1
        again = self._open.pop() == "}}"
        self._open.append("}}")
        end = self._line_end(i)
        then = self._script.word(end) == "then"
        self._edits.append(Edit(self._tokens.starts[i], self._tokens.starts[i + 1], "} " if again else ""))
        for at in range(i + 1, end + 1):
            if self._tokens.texts[at] == ",":
                self._put(at, at, " |")
        if then:
            self._put(end, end, "=> {")
        else:
            self._edits.append(Edit(self._tokens.ends[end], self._tokens.ends[end], " => {"))
        return end + 1

    def _head(self, i: int, word: str) -> int:
        if word == "until" and self._open and self._open[-1] == "until":
            self._open.pop()
            end = self._line_end(i)
            start, stop = self._tokens.starts[i], self._tokens.ends[end]
            condition = self._script.text[self._tokens.ends[i] : stop].strip()
            self._edits.append(Edit(start, stop, f"    if {condition} {{ break; }}\n{self._script.indent_at(start)}}}"))
            return end + 1
        end = self._end_of_head(i + 1)
        if end < 0:
            return i + 1
        self._begin(i, "}")
        return self._opened(end)

    def _opened(self, end: int, *, again: bool = False) -> int:
        """Writes the brace behind a head that ends with a token: `then`, `do`, or the last one of its line."""
        del again
        if end < 0:
            return -1
        if self._tokens.texts[end] in _OPENS:
            self._put(end, end, "{")
        else:
            at = self._tokens.ends[end]
            self._edits.append(Edit(at, at, " {"))
        return end + 1

    def _end_of_head(self, first: int) -> int:
        """The token that ends a head: `then` or `do`, or the last one of the line; -1 when braces follow."""
        at = first
        for _ in range(MOST):
            if at >= len(self._tokens):
                return -1
            word = self._tokens.texts[at]
            if word in ("{", "=>", ";", ":"):
                return -1
            if word in _OPENS:
                return at
            at = max(self._tokens.partner[at], at)
            if self._ends_line(at):
                whole = self._tokens.kinds[at] in _VALUES or self._tokens.texts[at] in (")", "]")
                return -1 if self._script.word(at + 1) == "{" or not whole else at
            at += 1
        return -1

    def _function(self, i: int) -> int:
        script, tokens = self._script, self._tokens
        at = i + 1
        while at < len(tokens) and (tokens.kinds[at] == "name" or tokens.texts[at] in (".", "::")):
            if self._ends_line(at):
                if script.word(i) != "def":
                    return i + 1
                end = tokens.ends[at]
                self._edits.append(Edit(end, end, "() {"))
                self._begin(i, "}")
                return at + 1
            at += 1
        close = tokens.partner[at] if script.word(at) == "(" else -1
        if close < 0:
            return i + 1
        if script.word(close + 1) in ("{", "->", ":", "=>", "=") or not self._is_block(close):
            return i + 1
        end = tokens.ends[close]
        self._edits.append(Edit(end, end, " {"))
        self._begin(i, "}")
        return close + 1

    def _is_block(self, close: int) -> bool:
        """Whether the body of a function follows: on the next line, or up to an `end` on this one."""
        last = min(self._line_end(close), close + MOST)
        return self._ends_line(close) or "end" in self._tokens.texts[close : last + 1]

    def _closure(self, i: int) -> int:
        """`list.each do |x|`, whose `end` closes an argument."""
        script, tokens = self._script, self._tokens
        bar = i + 1
        if script.word(bar) != "|":
            if not self._ends_line(i):
                return i + 1
            self._put(i, i, "(|| {")
        else:
            last = next((k for k in range(bar + 1, min(bar + 20, len(tokens))) if tokens.texts[k] == "|"), -1)
            if last < 0:
                return -1
            self._edits.append(Edit(self._behind(i - 1), tokens.starts[bar], "("))
            self._edits.append(Edit(tokens.ends[last], tokens.ends[last], " {"))
            bar = last
        self._begin(i, "})")
        return bar + 1

    def _behind(self, i: int) -> int:
        return self._tokens.ends[i]

    def _begin(self, i: int, ending: str) -> None:
        self._open.append(ending)
        if self._first < 0:
            self._first = i

    def _put(self, first: int, last: int, text: str) -> None:
        self._edits.append(Edit(self._tokens.starts[first], self._tokens.ends[last], text))

    def _ends_line(self, i: int) -> bool:
        tokens = self._tokens
        return i + 1 >= len(tokens) or "\n" in self._script.text[tokens.ends[i] : tokens.starts[i + 1]]

    def _line_end(self, i: int) -> int:
        """The last token of the line that a token stands in."""
        stop = self._script.text.find("\n", self._tokens.ends[i])
        return len(self._tokens) - 1 if stop < 0 else self._tokens.at(stop)
