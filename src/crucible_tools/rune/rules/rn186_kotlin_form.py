"""RN186: forms of Kotlin, Swift, Java and C#: `when`, `a ?: b`, `"\\(x)"`, `guard`, `List<int> x = new List<int>()`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.angles import closing_angle
from crucible_tools.rune.rules.extents import begins_line, line_around, stop
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.when_arms import whens

_LISTS: Final = frozenset(
    {"List", "ArrayList", "LinkedList", "Vector", "Array", "mutableListOf", "arrayListOf", "listOf"}
)
_MAPS: Final = frozenset({
    "Map", "HashMap", "LinkedHashMap", "TreeMap", "Dictionary", "mutableMapOf", "hashMapOf", "mapOf", "linkedMapOf",
})  # fmt: skip
_TEXTS: Final = frozenset({"StringBuilder", "StringBuffer"})
_MADE: Final = _LISTS | _MAPS | _TEXTS
_INTERPOLATED: Final = re.compile(r"\\\(((?:[^()\"\\]|\([^()\"\\]*\))*)\)")
_NAMED: Final = re.compile(r"(?<!\\)\$(?:([A-Za-z_]\w*)|(?=\{))")
_HELD: Final = re.compile(r"\{\{|\}\}|\{([^{}:\"]+)\}|[{}`$]")
_KOTLIN: Final = re.compile(r"\b(?:val|fun) \w|\bvar \w+ = ")
_VALUES: Final = frozenset({"name", "int", "float", "string", "backtick"})


def check(script: Script) -> Iterator[Finding]:
    """Finds them."""
    if script.compiles:
        return
    found = [*_whens(script), *_defaults(script), *_texts(script), *_guards(script), *_variables(script)]
    found += [*_made(script), *_ranges(script), *_pairs(script), *_lambdas(script)]
    yield from sorted(found, key=lambda item: item.start)


def _finding(start: int, end: int, message: str, title: str, *edits: Edit) -> Finding:
    return Finding("RN186", start, end, message, fix=Fix(True, title, edits))


def _whens(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, edits in whens(script):
        yield _finding(
            tokens.starts[i], tokens.ends[i], "there is no `when` in Rune: `match` chooses", "Write `match`", *edits
        )


def _defaults(script: Script) -> Iterator[Finding]:
    """`a ?: b`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 1):
        if tokens.texts[i] == "?" and tokens.texts[i + 1] == ":" and tokens.ends[i] == tokens.starts[i + 1]:
            start, end = tokens.starts[i], tokens.ends[i + 1]
            if script.text[start - 1].isspace():
                yield _finding(start, end, "there is no `?:` in Rune", "Write `??`", Edit(start, end, "??"))


def _texts(script: Script) -> Iterator[Finding]:
    """`"\\(x)"` of Swift, `$"{x}"` of C# and `"$x"` of Kotlin."""
    tokens = script.tree.tokens
    kotlin = "$" in script.text and _KOTLIN.search(script.text) is not None
    for i, kind in enumerate(tokens.kinds):
        text = tokens.texts[i]
        if kind != "string" or not text.startswith('"') or len(text) < len('""') or not text.endswith('"'):
            continue
        start, made = tokens.starts[i], None
        if "\\(" in text and "`" not in text and "${" not in text:
            made = _INTERPOLATED.sub(lambda found: f"${{{found[1]}}}", text[1:-1])
            made = made if made != text[1:-1] and "\\(" not in made else None
        elif script.word(i - 1) == "$" and tokens.ends[i - 1] == start:
            start, made = tokens.starts[i - 1], _held(text[1:-1])
        elif kotlin and "$" in text and "`" not in text and script.word(i - 1) != "$":
            made = _NAMED.sub(lambda found: f"${{{found[1]}}}" if found[1] else found[0], text[1:-1])
            made = made if "${" in made and made.count("$") == made.count("${") else None
        if made is not None:
            end = tokens.ends[i]
            made = made.replace('\\"', '"')
            message = "values are put into a template, which stands in backticks"
            yield _finding(start, end, message, "Write a template", Edit(start, end, f"`{made}`"))


def _held(text: str) -> str | None:
    parts: list[str] = []
    at = 0
    for piece in _HELD.finditer(text):
        parts.append(text[at : piece.start()])
        at = piece.end()
        if piece[1]:
            parts.append(f"${{{piece[1]}}}")
        elif piece[0] in ("{{", "}}"):
            parts.append(piece[0][0])
        elif piece[0] in ("{", "}"):
            return None
        else:
            parts.append(f"\\{piece[0]}")
    return "".join([*parts, text[at:]])


def _guards(script: Script) -> Iterator[Finding]:
    """`guard let x = y else {` and `guard x > 1 else {`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "guard" or not begins_line(script, i) or i + 1 >= len(tokens):
            continue
        else_ = stop(script, i + 1, frozenset({"else", "{", ";"}))
        if script.word(else_) != "else" or script.word(else_ + 1) != "{":
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        message = "there is no `guard` in Rune: an `if` asks for the opposite"
        if script.word(i + 1) == "let" and script.word(i + 3) == "=":
            name = script.word(i + 2)
            value = script.text[tokens.starts[i + 4] : tokens.ends[else_ - 1]]
            newline = f"{script.newline}{script.indent_at(start)}"
            edit = Edit(start, tokens.ends[else_], f"let {name} = {value};{newline}if {name} is Tuple")
        else:
            condition = script.text[tokens.starts[i + 1] : tokens.ends[else_ - 1]]
            edit = Edit(start, tokens.ends[else_], f"if !({condition})")
        yield _finding(start, end, message, "Write `if`", edit)


def _variables(script: Script) -> Iterator[Finding]:
    """`List<int> xs = ..`, `StringBuilder sb = ..`."""
    tokens = script.tree.tokens
    for i in range(len(tokens) - 2):
        if tokens.kinds[i] != "name" or not tokens.texts[i][0].isupper() or not begins_line(script, i):
            continue
        last = closing_angle(script, i + 1) if script.word(i + 1) == "<" else i
        if last is None or tokens.kinds[last + 1 : last + 2] != ["name"] or script.word(last + 2) != "=":
            continue
        start, end = tokens.starts[i], tokens.ends[last]
        message = f"a variable of Rune carries no type: it begins with `let`, not with `{script.text[start:end]}`"
        yield _finding(start, end, message, "Write `let`", Edit(start, end, "let"))


def _made(script: Script) -> Iterator[Finding]:
    """`new ArrayList<>()`, `mutableMapOf<String, Int>()`, `mapOf("a" to 1)`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in _MADE or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "::"):
            continue
        new = script.word(i - 1) == "new"
        angled = closing_angle(script, i + 1) if script.word(i + 1) == "<" else i
        open_ = angled + 1 if angled is not None else len(tokens)
        close = tokens.partner[open_] if script.word(open_) == "(" else -1
        if close < 0 or not (new or word[0].islower()):
            continue
        start = tokens.starts[i - 1 if new else i]
        end = tokens.ends[close]
        if close == open_ + 1:
            text = "[]" if word in _LISTS else "#{}" if word in _MAPS else "String::new()"
            yield _finding(start, end, f"`{text}` makes this in Rune", f"Write `{text}`", Edit(start, end, text))
        elif word in _MAPS and not new and (edits := _filled(script, open_, close)):
            edits = [Edit(start, tokens.ends[open_], "#{"), *edits, Edit(tokens.starts[close], end, "}")]
            yield _finding(start, tokens.ends[open_], "an object is written `#{..}` in Rune", "Write `#{`", *edits)
        elif angled is not None and angled > i and not new:
            edit = Edit(tokens.ends[i], tokens.ends[angled], "")
            yield _finding(start, tokens.ends[angled], "functions of Rune have no types", "Delete the types", edit)


def _filled(script: Script, open_: int, close: int) -> list[Edit]:
    """`"a" to 1, "b" to 2`."""
    tokens = script.tree.tokens
    edits: list[Edit] = []
    key = open_ + 1
    while key < close and tokens.kinds[key] == "string" and script.word(key + 1) == "to":
        edits.append(Edit(tokens.ends[key], tokens.ends[key + 1], ":"))
        comma = stop(script, key + 2)
        key = comma + 1 if script.word(comma) == "," else comma
    return edits if key == close else []


def _ranges(script: Script) -> Iterator[Finding]:
    """`1...n`, `0 until n`, `n downTo 1`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in ("...", "until", "downTo") or i == 0 or i + 1 >= len(tokens) or begins_line(script, i):
            continue
        if tokens.kinds[i + 1] not in _VALUES or (tokens.kinds[i - 1] not in _VALUES and script.word(i - 1) != ")"):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        line = line_around(script, i)
        words = tokens.texts[line[0] : i] if line is not None else []
        if line is None or "for" not in words or "in" not in words:
            continue
        if word == "downTo":
            head = max(k for k in range(line[0], i) if tokens.texts[k] == "in") + 1
            behind = stop(script, i + 1, frozenset({")", "{"}))
            high = script.text[tokens.starts[head] : tokens.ends[i - 1]]
            low = script.text[tokens.starts[i + 1] : tokens.ends[behind - 1]]
            edit = Edit(tokens.starts[head], tokens.ends[behind - 1], f"({low}..={high}).iter().rev()")
        elif word == "until":
            edit = Edit(tokens.ends[i - 1], tokens.starts[i + 1], "..")
        else:
            edit = Edit(tokens.ends[i - 1], tokens.starts[i + 1], "..=")
        yield _finding(start, end, "numbers are gone through with `a..b` and `a..=b` in Rune", "Write a range", edit)


def _lambdas(script: Script) -> Iterator[Finding]:
    """`x -> x * 2` and `(a, b) -> a + b` as arguments, and `collect(Collectors.toList())`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word == "->" and i > 1:
            close = i - 1
            first = tokens.partner[close] if tokens.texts[close] == ")" else close
            named = tokens.kinds[first] == "name" or tokens.texts[first] == "("
            if first < 1 or not named or script.word(first - 1) not in ("(", ","):
                continue
            names = script.text[tokens.starts[first] : tokens.ends[close]].strip("()")
            start, end = tokens.starts[first], tokens.ends[i]
            message = "a function without a name is written `|x| ..` in Rune"
            yield _finding(tokens.starts[i], end, message, "Write `|..|`", Edit(start, end, f"|{names}|"))
        elif word == "Collectors" and tokens.texts[i + 1 : i + 6] == [".", "toList", "(", ")", ")"]:
            start, end = tokens.starts[i - 1], tokens.ends[i + 5]
            if script.word(i - 2) == "collect":
                message = "what is collected is a type: `collect::<Vec>()`"
                yield _finding(start, end, message, "Write `::<Vec>`", Edit(start, end, "::<Vec>()"))


def _pairs(script: Script) -> Iterator[Finding]:
    """`[:]` and `["a": 1]` of Swift."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        close = tokens.partner[i] if word == "[" else -1
        if close < 0 or tokens.kinds[i - 1 : i] == ["name"] or script.word(i - 1) in (")", "]"):
            continue
        empty = close == i + 2 and tokens.texts[i + 1] == ":"
        if not empty and (tokens.kinds[i + 1] != "string" or script.word(i + 2) != ":"):
            continue
        edits = [Edit(tokens.starts[i], tokens.ends[i], "#{"), Edit(tokens.starts[close], tokens.ends[close], "}")]
        if empty:
            edits = [Edit(tokens.starts[i], tokens.ends[close], "#{}")]
        message = "an object is written `#{ key: value }` in Rune"
        yield _finding(tokens.starts[i], tokens.ends[i], message, "Write an object", *edits)


RULE = Rule(
    code="RN186",
    name="kotlin-form",
    summary='`when (x) { 1 -> ..}`, `a ?: b`, `"\\\\(x)"`, `guard x else {`, `new List<int>()`: Kotlin, Swift and C#.',
    why="""\
Kotlin, Swift, Java and C# choose, set defaults, put values into texts and make lists in forms of their own. Rune has
`match`, templates between backticks, `[]` and `#{}`, and no types anywhere.

The repair writes what comes to the same.
""",
    before="""\
pub fn call(args) {
    when (args.a) {
        0 -> "none",
        in 1..9 -> "some",
        else -> "many",
    }
}
""",
    after="""\
pub fn call(args) {
    match args.a {
        0 => "none",
        n if n >= 1 && n <= 9 => "some",
        _ => "many",
    }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("when", "?:", "\\(", "$", "guard", "<", "...", "until", "downTo", "[:", '["', "(", "mapOf"),
)
