"""RN179: names, texts and lists as PHP writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import MOST, stop
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_CODE: Final = "RN179"
_VALUES: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_CLOSERS: Final = frozenset({")", "]"})
_PIECE: Final = re.compile(r"\\.|\{\$(\w+(?:->\w+|\[['\"]?\w+['\"]?\])*)\}|\$(\w+)((?:->\w+|\[\w+\])?)|[`$]", re.DOTALL)


def check(script: Script) -> Iterator[Finding]:
    """Finds `$x`, `$x->y`, `"a" . $b`, `"v $x"`, `["k" => 1]`, `$list[] = 1` and `foreach ($list as $x)`."""
    tokens = script.tree.tokens
    if script.compiles:
        return
    if not any(_is_dollar(script, i) for i in range(len(tokens))):
        yield from _arrows(script)
        return
    found = [*_names(script), *_signs(script), *_texts(script), *_lists(script), *_loops(script)]
    yield from sorted(found, key=lambda item: item.start)


def _is_dollar(script: Script, i: int) -> bool:
    tokens = script.tree.tokens
    return (
        tokens.texts[i] == "$"
        and i + 1 < len(tokens)
        and tokens.kinds[i + 1] == "name"
        and tokens.ends[i] == tokens.starts[i + 1]
    )


def _names(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    looped = {i for first, last, _ in _heads(script) for i in range(first, last + 1)}
    for i in range(len(tokens)):
        if not _is_dollar(script, i) or i in looped:
            continue
        edits = [Edit(tokens.starts[i], tokens.ends[i], "")]
        if script.word(i + 2) == "[" and script.word(i + 3) == "]" and script.word(i + 4) == "=":
            end = stop(script, i + 5, frozenset({";", "}"}))
            if script.word(end) == ";":
                edits.append(Edit(tokens.starts[i + 2], tokens.starts[i + 5], ".push("))
                edits.append(Edit(tokens.starts[end], tokens.ends[end], ");"))
        message = f"a name of Rune has no `$`: `{tokens.texts[i + 1]}`"
        yield _finding(tokens.starts[i], tokens.ends[i + 1], message, "Delete `$`", edits)


def _signs(script: Script) -> Iterator[Finding]:
    """`$a->b` and `$a . $b`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 1):
        word, start, end = tokens.texts[i], tokens.starts[i], tokens.ends[i]
        before = tokens.kinds[i - 1] in _VALUES or tokens.texts[i - 1] in _CLOSERS
        if not before:
            continue
        if word == "->" and tokens.kinds[i + 1] == "name" and script.text[start - 1 : start].strip():
            yield _finding(start, end, "a field stands behind a dot in Rune", "Write `.`", [Edit(start, end, ".")])
        elif word == "." and script.text[start - 1].isspace() and script.text[end].isspace():
            after = tokens.kinds[i + 1] in _VALUES or tokens.texts[i + 1] in ("$", "(")
            if after:
                message = "texts are joined with `+` in Rune"
                yield _finding(start, end, message, "Write `+`", [Edit(start, end, "+")])


def _arrows(script: Script) -> Iterator[Finding]:
    """`user->name`, where nothing else is of PHP, or of C."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "->" or i == 0 or i + 1 >= len(tokens) or tokens.kinds[i - 1] != "name":
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        if tokens.kinds[i + 1] == "name" and tokens.ends[i - 1] == start and tokens.starts[i + 1] == end:
            yield _finding(start, end, "a field stands behind a dot in Rune", "Write `.`", [Edit(start, end, ".")])


def _texts(script: Script) -> Iterator[Finding]:
    """`"v $x"` as a template."""
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        text = tokens.texts[i]
        if kind != "string" or "$" not in text or not text.startswith('"'):
            continue
        parts: list[str] = []
        at = 1
        named = False
        for piece in _PIECE.finditer(text, 1, len(text) - 1):
            parts.append(text[at : piece.start()])
            at = piece.end()
            if piece[1] or piece[2]:
                named = True
                parts.append(f"${{{(piece[1] or piece[2] + (piece[3] or '')).replace('->', '.')}}}")
            else:
                parts.append({"`": "\\`", "$": "\\$", "\\$": "\\$", '\\"': '"'}.get(piece[0], piece[0]))
        if named:
            made = f"`{''.join([*parts, text[at:-1]])}`"
            edits = [Edit(tokens.starts[i], tokens.ends[i], made)]
            message = "values are put into a template, which stands in backticks"
            yield _finding(tokens.starts[i], tokens.ends[i], message, "Write a template", edits)


def _lists(script: Script) -> Iterator[Finding]:
    """`["k" => 1]` as an object."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        close = tokens.partner[i] if word == "[" else -1
        if close < 0 or tokens.kinds[i + 1] != "string" or script.word(i + 2) != "=>":
            continue
        edits = [Edit(tokens.starts[i], tokens.ends[i], "#{")]
        key = i + 1
        while key < close and tokens.kinds[key] == "string" and script.word(key + 1) == "=>":
            edits.append(Edit(tokens.ends[key], tokens.ends[key + 1], ":"))
            comma = stop(script, key + 2)
            if script.word(comma) != ",":
                key = comma
                break
            key = comma + 1
        if key != close:
            continue
        edits.append(Edit(tokens.starts[close], tokens.ends[close], "}"))
        message = "an object is written `#{ key: value }` in Rune"
        yield _finding(tokens.starts[i], tokens.ends[i], message, "Write an object", edits)


def _heads(script: Script) -> Iterator[tuple[int, int, str]]:
    """The heads `foreach ($list as $x)`: first and last token, and how Rune writes them."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        close = tokens.partner[i + 1] if word == "foreach" and script.word(i + 1) == "(" else -1
        within = range(i + 2, close if close - i < MOST else 0)
        at = next((k for k in within if tokens.texts[k] == "as"), -1)
        if at < 0 or script.word(close + 1) != "{":
            continue
        names = [tokens.texts[k] for k in range(at + 1, close) if tokens.kinds[k] == "name"]
        of = script.text[tokens.starts[i + 2] : tokens.ends[at - 1]].replace("$", "").replace("->", ".")
        keyed = any(tokens.texts[k] == "=>" for k in range(at, close))
        if len(names) == 1 and not keyed:
            yield i, close, f"for {names[0]} in {of}"
        elif len(names) == 2 and keyed:
            yield i, close, f"for ({names[0]}, {names[1]}) in {of}.iter()"


def _loops(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for first, last, text in _heads(script):
        edits = [Edit(tokens.starts[first], tokens.ends[last], text)]
        message = "a loop of Rune is written `for x in list {`"
        yield _finding(tokens.starts[first], tokens.ends[first], message, f"Write `{text[:40]}`", edits)


def _finding(start: int, end: int, message: str, title: str, edits: list[Edit]) -> Finding:
    return Finding(_CODE, start, end, message, fix=Fix(True, title, tuple(edits)))


RULE = Rule(
    code=_CODE,
    name="dollar-name",
    summary='`$x`, `$x->name`, `"a" . $b`, `foreach ($list as $x)`: PHP, which Rune writes otherwise.',
    why="""\
Names of PHP begin with `$`, fields stand behind `->`, texts are joined with a dot, and put into texts in quotes. Rune
has names without a sign, fields behind a dot, `+` and templates.

The repair writes all of that as Rune does. It is safe: no source with such a name compiles.
""",
    before="""\
pub fn call($args) {
    $out = [];
    foreach ($args->list as $x) {
        $out[] = "v " . $x;
    }
    return $out;
}
""",
    after="""\
pub fn call(args) {
    out = [];
    for x in args.list {
        out.push("v " + x);
    }
    return out;
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("$", "->"),
)
