"""What a pattern with alternatives or ranges stands for: several patterns, some with conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Final

from crucible_tools.rune.rules.script import Script

MOST: Final = 16
"""Patterns that one is taken apart into."""

RANGES: Final = frozenset({"..", "..=", "..."})
_SCALARS: Final = frozenset({"int", "float", "string", "char", "byte"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One pattern.

    Args:
        text: how it is written.
        conditions: what must hold for the names in it.
        scalar: the test that it is, with `{0}` for the value, when it takes nothing apart: `{0} == 4`.
        literal: whether it is a literal that Rune takes as a pattern.
    """

    text: str
    conditions: tuple[str, ...] = ()
    scalar: str | None = None
    literal: bool = False


@dataclass
class Reader:
    """Reads one pattern.

    Args:
        script: the source.
        names: names for values that a range is about, each used once.
    """

    script: Script
    names: list[str]
    _next: int = field(default=0, init=False)

    def choices(self, first: int, last: int) -> list[Choice] | None:
        """All patterns that the tokens from `first` to `last` stand for; None if they are not understood."""
        found: list[Choice] = []
        for lo, hi in self._split(first, last, "|"):
            read = self._one(lo, hi)
            if read is None:
                return None
            found += read
            if len(found) > MOST:
                return None
        return found or None

    def _split(self, first: int, last: int, sign: str) -> list[tuple[int, int]]:
        partner = self.script.tree.tokens.partner
        parts: list[tuple[int, int]] = []
        lo = at = first
        while at <= last:
            if self.script.word(at) == sign:
                if at > lo:
                    parts.append((lo, at - 1))
                lo = at + 1
            at = partner[at] + 1 if at < partner[at] <= last else at + 1
        if lo <= last:
            parts.append((lo, last))
        return parts

    def _one(self, first: int, last: int) -> list[Choice] | None:
        script, tokens = self.script, self.script.tree.tokens
        text = script.text[tokens.starts[first] : tokens.ends[last]]
        if first < last and tokens.kinds[first] == "name" and script.word(first + 1) == "@":
            return self._named(tokens.texts[first], first + 2, last)
        inside = first + 1, last - 1
        in_parentheses = script.word(first) == "(" and tokens.partner[first] == last
        if in_parentheses and len(self._split(*inside, ",")) == 1 and self._has_bar(*inside):
            return self.choices(*inside)
        test = self._test(first, last)
        if test is not None:
            literal = (
                not any(word in RANGES for word in tokens.texts[first : last + 1]) and tokens.kinds[last] != "float"
            )
            if literal:
                return [Choice(text, scalar=test, literal=True)]
            name = self._name()
            return [Choice(name, (test.format(name),), scalar=test)]
        return self._groups(first, last)

    def _named(self, name: str, first: int, last: int) -> list[Choice] | None:
        if self.script.word(first) == "(" and self.script.tree.tokens.partner[first] == last:
            first, last = first + 1, last - 1
        tests: list[str] = []
        for lo, hi in self._split(first, last, "|"):
            test = self._test(lo, hi)
            if test is None:
                return None
            tests.append(test.format(name))
        return [Choice(name, (joined(tests),))] if tests else None

    def _test(self, first: int, last: int) -> str | None:
        """The test for a literal or a range; None for anything else."""
        tokens, text = self.script.tree.tokens, self.script.text
        at = next((i for i in range(first, last + 1) if tokens.texts[i] in RANGES), None)
        if at is None:
            return (
                f"{{0}} == {_escaped(text[tokens.starts[first] : tokens.ends[last]])}"
                if self._scalar(first, last)
                else None
            )
        parts: list[str] = []
        if at > first:
            if not self._operand(first, at - 1):
                return None
            parts.append(f"{{0}} >= {_escaped(text[tokens.starts[first] : tokens.ends[at - 1]])}")
        if at < last:
            if not self._operand(at + 1, last):
                return None
            sign = "<" if tokens.texts[at] == ".." else "<="
            parts.append(f"{{0}} {sign} {_escaped(text[tokens.starts[at + 1] : tokens.ends[last]])}")
        return " && ".join(parts) if parts else None

    def _scalar(self, first: int, last: int) -> bool:
        tokens = self.script.tree.tokens
        if first + 1 == last:
            return tokens.texts[first] == "-" and tokens.kinds[last] in ("int", "float")
        return first == last and (tokens.kinds[first] in _SCALARS or tokens.texts[first] in ("true", "false"))

    def _operand(self, first: int, last: int) -> bool:
        tokens = self.script.tree.tokens
        return self._scalar(first, last) or all(
            tokens.kinds[i] == "name" or tokens.texts[i] == "::" for i in range(first, last + 1)
        )

    def _groups(self, first: int, last: int) -> list[Choice] | None:
        """A pattern that takes something apart: alternatives and ranges inside its brackets."""
        tokens, text = self.script.tree.tokens, self.script.text
        parts: list[list[Choice]] = []
        at, done = first, tokens.starts[first]
        while at <= last:
            close = tokens.partner[at]
            if not at < close <= last:
                at += 1
                continue
            for lo, hi in self._split(at + 1, close - 1, ","):
                lo = self._behind_key(lo, hi)
                if not self._is_special(lo, hi):
                    continue
                inner = self.choices(lo, hi)
                if inner is None:
                    return None
                parts += [[Choice(text[done : tokens.starts[lo]])], inner]
                done = tokens.ends[hi]
            at = close + 1
        parts.append([Choice(text[done : tokens.ends[last]])])
        combined: list[Choice] = []
        for chosen in product(*parts):
            conditions = tuple(condition for choice in chosen for condition in choice.conditions)
            combined.append(Choice("".join(choice.text for choice in chosen), conditions))
            if len(combined) > MOST:
                return None
        return combined

    def _behind_key(self, first: int, last: int) -> int:
        return first + 2 if first + 2 <= last and self.script.word(first + 1) == ":" else first

    def _is_special(self, first: int, last: int) -> bool:
        """Whether there is something in here that Rune does not take; `..` alone is the rest of a list."""
        tokens = self.script.tree.tokens
        words = tokens.texts[first : last + 1]
        if "|" in words or "@" in words:
            return True
        if any(tokens.kinds[i] == "float" for i in range(first, last + 1)):
            return True
        return any(word in RANGES for word in words[1:]) or (words[0] in RANGES and "(" in words)

    def _has_bar(self, first: int, last: int) -> bool:
        return len(self._split(first, last, "|")) > 1

    def _name(self) -> str:
        name = self.names[min(self._next, len(self.names) - 1)]
        self._next += 1
        return name


def joined(tests: list[str]) -> str:
    """Tests of which one must hold."""
    if len(tests) == 1:
        return tests[0]
    return " || ".join(f"({test})" if "&&" in test else test for test in tests)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
