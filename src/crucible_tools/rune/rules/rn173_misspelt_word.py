"""RN173: misspelt words of Rune."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_IN_FRONT: Final = ("pub", "async", "const", "export")
_ITEMS: Final = ("fn", "function", "struct", "enum")
_STATEMENTS: Final = ("return", "let", "if", "while", "for", "match", "const")
_ALONE: Final = ("return", "break", "continue")
_OPERANDS: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_BEHIND: Final = frozenset({"{", "}", ";"})
_HEADS: Final = frozenset({"fn", "async", "struct", "enum", "const", "function", "pub"})
_OTHERS: Final = RESERVED | {
    "and", "assert", "bool", "byte", "case", "char", "class", "def", "del", "double", "each", "echo", "elif", "elseif",
    "elsif", "end", "float", "foreach", "from", "fun", "func", "function", "get", "given", "global", "guard", "import",
    "int", "into", "lambda", "list", "local", "long", "new", "nil", "of", "on", "or", "package", "pass", "print",
    "protocol", "public", "puts", "raise", "range", "set", "str", "string", "switch", "test", "then", "this", "throw",
    "to", "trait", "try", "type", "unless", "until", "user", "uses", "using", "val", "var", "when", "where", "with",
    "export", "private", "protected", "default", "finally", "catch", "except", "defer", "go", "repeat", "begin",
}  # fmt: skip
"""Words that mean something themselves, here or in another language: none of them is misspelt."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `retrun x`, `pub asyn fn`, `pub fucntion f()` and `} esle {`."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    known: set[str] | None = None
    for i, kind in enumerate(tokens.kinds):
        word = tokens.texts[i]
        if kind != "name" or word in _OTHERS or len(word) < 2 or script.word(i - 1) in (".", "::"):
            continue
        meant = _meant(script, i, word)
        if meant is None:
            continue
        known = bound_names(script) if known is None else known
        if word in known:
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        fix = Fix(True, f"Write `{meant}`", (Edit(start, end, meant),))
        yield Finding("RN173", start, end, f"`{word}` is no word of Rune: `{meant}` is meant", fix=fix)


def _meant(script: Script, i: int, word: str) -> str | None:
    tokens = script.tree.tokens
    before, after = script.word(i - 1), script.word(i + 1)
    starts = i == 0 or before in _BEHIND or begins_line(script, i)
    if before == "}" and (after == "{" or after == "if") and not begins_line(script, i):
        return _near(word, ("else",))
    if not (starts or before in _IN_FRONT) or i + 1 >= len(tokens):
        return None
    if after in _HEADS:
        return _near(word, _IN_FRONT)
    if _is_head(script, i):
        return _near(word, _ITEMS)
    if not starts:
        return None
    line = "\n" not in script.text[tokens.ends[i] : tokens.starts[i + 1]]
    if line and after in (";", "}") and script.word(i - 1) != "}":
        return _near(word, _ALONE)
    if line and (tokens.kinds[i + 1] in _OPERANDS or after in ("!", "#")) and not _is_macro(script, i):
        return _near(word, _STATEMENTS)
    return None


def _is_macro(script: Script, i: int) -> bool:
    """Whether a word is the name of a macro, and no condition with `!` follows."""
    tokens = script.tree.tokens
    return script.word(i + 1) == "!" and tokens.ends[i] == tokens.starts[i + 1]


def _is_head(script: Script, i: int) -> bool:
    """Whether a name and what a declaration has follow: `f(a) {`, `Point {`."""
    tokens = script.tree.tokens
    if i + 2 >= len(tokens) or tokens.kinds[i + 1] != "name":
        return False
    if script.word(i + 2) == "{":
        return script.word(i - 1) == "pub"
    close = tokens.partner[i + 2] if script.word(i + 2) == "(" else -1
    return close > 0 and script.word(close + 1) in ("{", "->")


def _near(word: str, words: tuple[str, ...]) -> str | None:
    """The one word that is meant: one sign is wrong, too many or missing, or two stand in the wrong order."""
    lower = word.lower()
    found = [meant for meant in words if lower == meant or _differ_by_one(lower, meant)]
    if not found and len(word) > 6:
        found = [meant for meant in words if len(meant) > 6 and sorted(meant) == sorted(lower)]
    return ("fn" if found == ["function"] else found[0]) if len(found) == 1 else None


def _differ_by_one(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1 or (a[0] != b[0] and sorted(a) != sorted(b) and len(b) < 4):
        return False
    first = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        swapped = a[first + 1 : first + 2] == b[first : first + 1] and a[first : first + 1] == b[first + 1 : first + 2]
        return a[first + 1 :] == b[first + 1 :] or (swapped and a[first + 2 :] == b[first + 2 :])
    long, short = (a, b) if len(a) > len(b) else (b, a)
    return long[first + 1 :] == short[first:]


RULE = Rule(
    code="RN173",
    name="misspelt-word",
    summary="`retrun x;`, `pub asyn fn`, `} esle {`: a word of Rune with a slip of the pen.",
    why="""\
A word that stands where only one of Rune's own words can stand, and differs from it by one sign, or by the order of
two, is that word.

The repair writes it. It is safe: a source with such a word never compiled.
""",
    before="""\
pub asyn fn call(args) {
    if args.a > 1 { 2 } esle { 3 }
}
""",
    after="""\
pub async fn call(args) {
    if args.a > 1 { 2 } else { 3 }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
)
