"""RN183: signs of Ruby: `x.nil?`, `:name`, `&:method`, `return x if y`, `puts x`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import begins_line, end_of_code, line_around
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_ASKED: Final = {
    "empty": "is_empty()",
    "include": "contains",
    "start_with": "starts_with",
    "end_with": "ends_with",
    "key": "contains_key",
    "has_key": "contains_key",
}
_GIVEN: Final = frozenset({"include", "start_with", "end_with", "key", "has_key"})
_QUESTION: Final = re.compile(r"\.(?:nil|empty|include|start_with|end_with|key|has_key)\?")
_VALUES: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_BEFORE_SYMBOL: Final = frozenset({"(", "[", ",", "=", "==", "!=", "=>", "{", "return", "when"})
_SHOWN: Final = frozenset({"puts", "echo"})
_WORDS: Final = re.compile(r"\b(?:end|puts|elsif|unless|nil|def)\b|\.each\b")
_NO_END: Final = frozenset({"else", "=", "(", ",", "{", "=>", "&&", "||", "return", ";", "}", "in", "match", "not"})


def check(script: Script) -> Iterator[Finding]:
    """Finds questions, symbols, `&:method`, `&.`, conditions behind a statement, and `puts x`."""
    found = [*_questions(script)] if _QUESTION.search(script.text) else []
    if script.compiles is not True:
        found += [*_symbols(script), *_safe(script), *_behind(script), *_printed(script), *_texts(script)]
        found += _defaults(script)
    yield from sorted(found, key=lambda item: item.start)


def _finding(start: int, end: int, message: str, title: str, *edits: Edit) -> Finding:
    return Finding("RN183", start, end, message, fix=Fix(True, title, edits))


def _questions(script: Script) -> Iterator[Finding]:
    """`list.empty?`, `x.nil?`, `text.include?("a")`."""
    tokens = script.tree.tokens
    for i in range(2, len(tokens) - 1):
        word = tokens.texts[i]
        if tokens.texts[i + 1] != "?" or tokens.texts[i - 1] != "." or tokens.ends[i] != tokens.starts[i + 1]:
            continue
        start, end = tokens.starts[i], tokens.ends[i + 1]
        called = script.word(i + 2) == "(" and tokens.starts[i + 2] == end
        if word == "nil" and not called:
            edit = Edit(tokens.starts[i - 1], end, " is Tuple")
            yield _finding(start, end, "whether there is nothing asks `x is Tuple`", "Write `is Tuple`", edit)
        elif word in _ASKED and called is (word in _GIVEN):
            text = _ASKED[word]
            message = f"no name of Rune ends with `?`: write `{text}`"
            yield _finding(start, end, message, f"Write `{text}`", Edit(start, end, text))


def _symbols(script: Script) -> Iterator[Finding]:
    """`:name`, `{ :a => 1 }`, `map(&:upcase)`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 1):
        if tokens.texts[i] != ":" or tokens.kinds[i + 1] != "name" or tokens.ends[i] != tokens.starts[i + 1]:
            continue
        before, start, end = tokens.texts[i - 1], tokens.starts[i], tokens.ends[i + 1]
        name = tokens.texts[i + 1]
        if before == "&" and script.word(i - 2) == "(" and script.word(i + 2) == ")":
            edit = Edit(tokens.starts[i - 1], end, f"|value| value.{name}()")
            yield _finding(tokens.starts[i - 1], end, "a closure calls a method: `|x| x.f()`", "Write a closure", edit)
        elif before == "[" and _is_value(script, name):
            continue  # `text[:n]` of Python
        elif before in _BEFORE_SYMBOL and script.word(i + 2) != ":":
            edits = [Edit(start, end, f'"{name}"')]
            if script.word(i + 2) == "=>" and before in ("{", ","):
                edits = [Edit(start, tokens.ends[i + 2], f"{name}:")]
            message = f'Rune has no symbols: a name as a value is a text, `"{name}"`'
            yield _finding(start, end, message, "Write a text", *edits)


def _is_value(script: Script, name: str) -> bool:
    """Whether a name stands for a value somewhere: a symbol never does."""
    return name in _standing(script)


@remembered
def _standing(script: Script) -> frozenset[str]:
    tokens = script.tree.tokens
    names = (i for i, kind in enumerate(tokens.kinds) if kind == "name" and script.word(i - 1) not in (".", ":"))
    return frozenset(tokens.texts[i] for i in names if script.word(i + 1) != ":")


def _safe(script: Script) -> Iterator[Finding]:
    """`user&.name`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 1):
        if tokens.texts[i] == "&" and tokens.texts[i + 1] == "." and tokens.ends[i] == tokens.starts[i + 1]:
            start, end = tokens.starts[i], tokens.ends[i + 1]
            message = "there is no `&.` in Rune"
            yield _finding(start, end, message, "Write `?.`", Edit(start, end, "?."))


def _behind(script: Script) -> Iterator[Finding]:
    """`return x if y`: a condition behind its statement."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in ("if", "unless") or i == 0 or begins_line(script, i) or tokens.kinds[i] != "name":
            continue
        if script.word(i - 1) in _NO_END or (
            tokens.kinds[i - 1] not in _VALUES and script.word(i - 1) not in (")", "]")
        ):
            continue
        line = line_around(script, i)
        if line is None or line[1] <= i or line[0] >= i:
            continue
        first, last = line
        if any(tokens.texts[k] == "for" or tokens.partner[k] > i for k in range(first, i)):
            continue  # `[x for x in list if y]`
        semicolon = script.word(last) == ";"
        end = tokens.ends[last - semicolon]
        inside = tokens.texts[i + 1 : last + 1]
        if {"{", "}", "else", "=>", "then"} & {*inside} or tokens.texts[first] in ("let", "if", "while", "for", "case"):
            continue
        if {"{", "}"} & {*tokens.texts[first:i]}:
            continue
        start = tokens.starts[first]
        condition = script.text[tokens.starts[i + 1] : end]
        statement = script.text[start : tokens.ends[i - 1]]
        word = f"!({condition})" if word == "unless" else condition
        made = f"if {word} {{ {statement}; }}"
        edit = Edit(start, tokens.ends[last], made)
        message = "a condition stands in front of what it is for: `if x { .. }`"
        yield _finding(tokens.starts[i], tokens.ends[i], message, "Write the condition first", edit)


def _printed(script: Script) -> Iterator[Finding]:
    """`puts x`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in _SHOWN or not begins_line(script, i) or i + 1 >= len(tokens):
            continue
        if tokens.kinds[i + 1] not in _VALUES:
            continue
        line = line_around(script, i)
        if line is None:
            continue
        last = line[1]
        end = end_of_code(script, last)
        value = script.text[tokens.starts[i + 1] : end].rstrip()
        if last <= i or "{" in value.replace("#{", ""):
            continue
        edit = Edit(tokens.starts[i], tokens.ends[last], f'println!("{{}}", {_template(value)});')
        yield _finding(
            tokens.starts[i], tokens.ends[i], f"`{word}` is no word of Rune: `println!` prints", "Print", edit
        )


def _template(value: str) -> str:
    plain = value.startswith('"') and value.endswith('"') and value.count('"') == 2 and "#{" in value
    return _in_backticks(value) if plain else value


def _in_backticks(text: str) -> str:
    """A text of Ruby in quotes, as a template of Rune."""
    return f"`{text[1:-1].replace('#{', '${')}`"


def _texts(script: Script) -> Iterator[Finding]:
    """`"v #{x}"`, where something else shows that Ruby is meant."""
    tokens = script.tree.tokens
    if "#{" not in script.text or not _WORDS.search(script.text):
        return
    for i, kind in enumerate(tokens.kinds):
        text = tokens.texts[i]
        if kind != "string" or "#{" not in text or not text.startswith('"') or "`" in text or "$" in text:
            continue
        if script.word(i - 1) in _SHOWN or not re.search(r"#\{[\w.\[\]]+\}", text):
            continue
        edit = Edit(tokens.starts[i], tokens.ends[i], _in_backticks(text))
        message = "values are put into a template, which stands in backticks"
        yield _finding(tokens.starts[i], tokens.ends[i], message, "Write a template", edit)


def _defaults(script: Script) -> Iterator[Finding]:
    """`name ||= x` and `name ??= x`."""
    tokens = script.tree.tokens
    for i in range(1, len(tokens) - 2):
        double = tokens.texts[i] == "||" or (tokens.texts[i] == "?" and script.word(i - 1) == "?")
        if not double or tokens.texts[i + 1] != "=" or tokens.ends[i] != tokens.starts[i + 1]:
            continue
        name = i - 1 - (tokens.texts[i] == "?")
        if name < 0 or tokens.kinds[name] != "name" or not begins_line(script, name):
            continue
        line = line_around(script, i)
        if line is None:
            continue
        last = line[1]
        end = end_of_code(script, last)
        value = script.text[tokens.starts[i + 2] : end].rstrip()
        if last < i + 2 or value.count("{") != value.count("}"):
            continue
        word = tokens.texts[name]
        edit = Edit(tokens.starts[name], tokens.ends[last], f"if {word} is Tuple {{ {word} = {value}; }}")
        message = "there is no such operator in Rune: a condition sets what is missing"
        yield _finding(tokens.starts[i], tokens.ends[i + 1], message, "Write a condition", edit)


RULE = Rule(
    code="RN183",
    name="ruby-sign",
    summary="`list.empty?`, `:name`, `map(&:upcase)`, `return x if y`, `puts x`: Ruby, which Rune writes otherwise.",
    why="""\
Names of Ruby may end with `?`, which takes the value out of a Result in Rune. Its symbols are texts in Rune, a
condition stands in front of what it is for, and `println!` prints.

The repair writes that.
""",
    before="""\
pub fn call(args) {
    return "none" if args.list.empty?
    args.list[0]
}
""",
    after="""\
pub fn call(args) {
    if args.list.is_empty() { return "none"; }
    args.list[0]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("?", ":", " if ", " unless ", "puts ", "echo ", "&.", "#{", "||="),
)
