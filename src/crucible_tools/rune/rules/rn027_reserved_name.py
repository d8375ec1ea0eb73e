"""RN027: a reserved word as a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.reserved import RESERVED, UNUSED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Attribute,
    Closure,
    Const,
    Function,
    Impl,
    Module,
    Object,
    Struct,
)  # fmt: skip

_ITEMS: Final = frozenset({"enum", "struct", "mod", "use", "impl", "fn", "pub", "ref"})
"""Words that are followed by a name where they mean what Rune means."""

_OPENING: Final = frozenset({"match", "if", "for", "while", "let", "loop", "async", "not", "const"})
"""Words that something follows where they mean what Rune means."""

_BEHIND: Final = frozenset({")", ",", ";", ".", "]", "}", "+", "-", "/", "==", "!=", ">", ">=", "<=", "?"})
_IN_FRONT: Final = frozenset({"(", ",", "=", "[", "{", ";", "+", "-", "/", "==", "!=", "return", "in", "${"})

_NEVER: Final = frozenset({"self", "Self", "crate", "super", "true", "false", "mut", "await"})


def check(script: Script) -> Iterator[Finding]:
    """Finds functions, modules, variables and parameters with such a name."""
    tokens = script.tree.tokens
    declared = sorted({token for token in _declared(script) if tokens.texts[token] in RESERVED - _NEVER})
    if not declared:
        return
    renaming = _Renaming(script, declared)
    for token in declared:
        word = tokens.texts[token]
        start, end = tokens.starts[token], tokens.ends[token]
        message = f"`{word}` is a reserved word of Rune and no name"
        yield Finding("RN027", start, end, message, hint=f"call it `{renaming.name(word)}`", fix=renaming.fix(token))


def _declared(script: Script) -> Iterator[int]:
    """Tokens where a name is declared."""
    texts = script.tree.tokens.texts
    for item in (*script.tree.of(Function), *script.tree.of(Module), *script.tree.of(Struct), *script.tree.of(Const)):
        if item.name is not None:
            yield item.name
    for struct in script.tree.of(Struct):
        yield from (field.name for field in struct.fields)
    ranges = [(function.open, function.close) for function in script.tree.of(Function)]
    ranges += [(closure.open, closure.close) for closure in script.tree.of(Closure)]
    for first, last in ranges:
        for i in range(first + 1, last):
            if texts[i - 1] in ("(", ",", "|", "&", "mut") and script.word(i + 1) in (",", ")", "|", ":", "=", "?"):
                yield i
    for i, word in enumerate(texts):
        if word in ("let", "for", "const", "var"):
            at = i + 1 + (script.word(i + 1) == "mut")
            if script.word(at + 1) in ("=", ":", ";", "in") and at < len(texts):
                yield at


class _Renaming:
    """Where the reserved words of one source are used as names."""

    def __init__(self, script: Script, declared: list[int]) -> None:
        self._script = script
        self._declared = set(declared)
        tokens = script.tree.tokens
        texts = tokens.texts
        self._words = {texts[token] for token in declared}
        self._keys = {entry.key for node in script.tree.of(Object) for entry in node.entries if entry.colon is not None}
        self._short = {entry.key for node in script.tree.of(Object) for entry in node.entries if entry.colon is None}
        self._attributes = [(item.first, item.last) for item in script.tree.of(Attribute)]
        self._methods = {
            texts[item.name]
            for item in script.tree.of(Function)
            if item.name is not None and isinstance(item.parent, Impl)
        }
        self._fields = {field.name for struct in script.tree.of(Struct) for field in struct.fields}
        self._functions = {item.name: item for item in script.tree.of(Function) if item.name is not None}

    def name(self, word: str) -> str:
        """What to call it instead."""
        name = f"{word}_"
        while name in self._script.tree.tokens.texts:
            name += "_"
        return name

    def fix(self, token: int) -> Fix | None:
        """Renames it wherever it is used; None where that cannot be told from what Rune means by the word."""
        word = self._script.word(token)
        if token in self._fields:
            return None
        edits: list[Edit] = []
        tokens = self._script.tree.tokens
        for i, text in enumerate(tokens.texts):
            if text != word or tokens.kinds[i] != "name" or i in self._keys or i in self._fields:
                continue
            used = self._is_use(i, word)
            if used is None:
                return None
            if used and not any(first <= i <= last for first, last in self._attributes):
                new = self.name(word)
                new = f'"{word}": {new}' if i in self._short else new
                edits.append(Edit(tokens.starts[i], tokens.ends[i], new))
        function = self._functions.get(token)
        edits += self._told(function, word) if function is not None else ()
        return Fix(False, f"Call it `{self.name(word)}`", tuple(sorted(edits, key=lambda edit: edit.start)))

    def _is_use(self, i: int, word: str) -> bool | None:
        """Whether a word is a name here; None if nobody can say."""
        before, after = self._script.word(i - 1), self._script.word(i + 1)
        if i in self._declared:
            return True
        if before == ".":
            return word in self._methods and after == "("
        if before == "::":
            return True
        if word in UNUSED:
            return True
        if word == "move":
            return after not in ("|", "||", "{")
        if word == "select":
            return after != "{"
        if word in _ITEMS:
            return after != "::" and self._script.tree.tokens.kinds[i + 1 : i + 2] != ["name"]
        if word in _OPENING:
            # `match(x)` could be either.
            return None if after == "(" else after in _BEHIND
        if word in ("in", "is", "as"):
            return before in _IN_FRONT and i - 1 not in self._declared
        return None

    def _told(self, function: Function, word: str) -> Iterator[Edit]:
        """The tool keeps its name."""
        for attribute in function.attributes:
            if attribute.name != "tool":
                continue
            tokens = self._script.tree.tokens
            if attribute.arguments is None:
                at = tokens.starts[attribute.last]
                if self._script.word(attribute.last - 1) == "tool":
                    yield Edit(at, at, f'(name = "{word}")')
                continue
            first, last = attribute.arguments
            if "name" in tokens.texts[first : last + 1] or self._script.word(first - 1) != "(":
                continue
            sign = ":" if self._script.word(first + 1) == ":" else " ="
            yield Edit(tokens.starts[first], tokens.starts[first], f'name{sign} "{word}", ')


RULE = Rule(
    code="RN027",
    name="reserved-name",
    summary="`fn move(args)`, `fn f(default)`, `let final = 1`: a name must not be a reserved word.",
    why="""\
Rune reserves the words that RN003 lists, also those that it makes no use of, such as `default`, `move` and `final`.

The repair puts a `_` behind the name wherever this source uses it; a tool with `#[tool(..)]` keeps its name there. It
is unsafe: the name of a tool may come from that of its function, and other files may call it. Words that statements
are written with (`match`, `in`, `return`) are renamed only where they can be told apart.
""",
    before="""\
pub mod notes {
    pub async fn move(args) {
        args.a
    }
}

pub async fn call(args) {
    notes::move(args).await
}
""",
    after="""\
pub mod notes {
    pub async fn move_(args) {
        args.a
    }
}

pub async fn call(args) {
    notes::move_(args).await
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("fn ", "let ", "mod ", "|", "for ", "const ", "struct "),
)
