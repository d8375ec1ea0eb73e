"""RN131: methods of strings that Rune does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.languages import is_python
from crucible_tools.rune.rules.method_edits import arguments, function_fix, place, renamed, replaced
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of, use_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.sequence_functions import sequence_fix
from crucible_tools.rune.syntax.nodes import Binary, Closure, Expr, Literal, MethodCall, Node, Path
from crucible_tools.rune.types.values import ANY, CHAR, INT, JSON, STRING

_OTHER_NAMES: Final = {
    ("endsWith", 1): "ends_with",
    ("endswith", 1): "ends_with",
    ("lower", 0): "to_lowercase",
    ("lowercase", 0): "to_lowercase",
    ("replaceAll", 2): "replace",
    ("rstrip", 0): "trim_end",
    ("startsWith", 1): "starts_with",
    ("startswith", 1): "starts_with",
    ("strip", 0): "trim",
    ("toLocaleLowerCase", 0): "to_lowercase",
    ("toLocaleUpperCase", 0): "to_uppercase",
    ("toLower", 0): "to_lowercase",
    ("toLowerCase", 0): "to_lowercase",
    ("toUpper", 0): "to_uppercase",
    ("toUpperCase", 0): "to_uppercase",
    ("to_lower", 0): "to_lowercase",
    ("to_upper", 0): "to_uppercase",
    ("trimEnd", 0): "trim_end",
    ("trimRight", 0): "trim_end",
    ("trim_right", 0): "trim_end",
    ("upper", 0): "to_uppercase",
    ("uppercase", 0): "to_uppercase",
}
"""Names that other languages have for methods of Rune, with the number of arguments."""

_FUNCTIONS: Final = {
    ("charAt", 1): "char_at",
    ("eq_ignore_ascii_case", 1): "eq_ignore_ascii_case",
    ("ljust", 1): "pad_end",
    ("ljust", 2): "pad_end",
    ("lstrip", 0): "trim_start",
    ("padEnd", 2): "pad_end",
    ("padStart", 2): "pad_start",
    ("padEnd", 1): "pad_end",
    ("padStart", 1): "pad_start",
    ("pad_end", 1): "pad_end",
    ("pad_end", 2): "pad_end",
    ("pad_start", 1): "pad_start",
    ("pad_start", 2): "pad_start",
    ("removeprefix", 1): "remove_prefix",
    ("removesuffix", 1): "remove_suffix",
    ("repeat", 1): "repeat",
    ("rjust", 1): "pad_start",
    ("rjust", 2): "pad_start",
    ("rsplit_once", 1): "rsplit_once",
    ("split_at", 1): "split_at",
    ("strip_prefix", 1): "strip_prefix",
    ("strip_suffix", 1): "strip_suffix",
    ("substring", 1): "substring_from",
    ("substring", 2): "substring",
    ("to_ascii_lowercase", 0): "to_ascii_lowercase",
    ("to_ascii_uppercase", 0): "to_ascii_uppercase",
    ("trimLeft", 0): "trim_start",
    ("trimStart", 0): "trim_start",
    ("trim_end_matches", 1): "trim_end_matches",
    ("trim_left", 0): "trim_start",
    ("trim_left_matches", 1): "trim_start_matches",
    ("trim_matches", 1): "trim_matches",
    ("trim_right_matches", 1): "trim_end_matches",
    ("trim_start", 0): "trim_start",
    ("trim_start_matches", 1): "trim_start_matches",
}
"""Methods whose place a function takes."""

_STRIPPED: Final = {
    ("lstrip", 1): "trim_start_matches",
    ("rstrip", 1): "trim_end_matches",
    ("strip", 1): "trim_matches",
}
"""Python's take a set of signs: of one sign they are methods of Rust."""

_SEQUENCES: Final = {
    ("char_indices", 0): "char_indices",
    ("matches", 1): "matches_of",
    ("rsplit", 1): "rsplit",
    ("rsplitn", 2): "rsplitn",
    ("split_ascii_whitespace", 0): "split_whitespace",
    ("split_inclusive", 1): "split_inclusive",
    ("split_terminator", 1): "split_terminator",
    ("split_whitespace", 0): "split_whitespace",
    ("splitn", 2): "splitn",
}
"""Methods that give an iterator in Rust; the functions give lists."""

_TAKING_TEXT: Final = frozenset({"contains", "ends_with", "replace", "starts_with"})
_IN_HEX: Final = re.compile(r":[0-9<>^]*[xX]\}")
_NAMES: Final = frozenset(name for name, _ in (*_OTHER_NAMES, *_FUNCTIONS, *_SEQUENCES)) | {"bytes"}


def check(script: Script) -> Iterator[Finding]:
    """Finds what other languages do with strings, and Rune does not."""
    yield from sorted((*_methods(script), *_repeated(script)), key=lambda item: item.start)


def _methods(script: Script) -> Iterator[Finding]:
    """Finds methods of strings of other languages, and strings where Rune wants a character or the other way round."""
    for call in calls(script, _NAMES | _TAKING_TEXT | {"push", "push_str", "split"}):
        name = name_of(script, call)
        items = arguments(call)
        mask = kinds(script, call.base)
        if items is None or not mask & STRING:
            continue
        start, end = place(script, call)
        if name in _NAMES:
            if having(script, mask, name):
                continue
            yield Finding("RN131", start, end, f"strings have no `{name}`", fix=_fix(script, call, name, items))
        elif name in _TAKING_TEXT:
            yield from _characters(script, call, name, mask, items)
        elif name == "split":
            if not items and not (having(script, mask, name) & ~STRING):
                fix = sequence_fix(script, call, "split_whitespace", safe=is_python(script))
                yield Finding("RN131", start, end, "`split` needs the text between the parts", fix=fix)
        elif mask == STRING and len(items) == 1:
            what = kinds(script, items[0])
            if (name == "push" and what & STRING and not what & ~JSON) or (name, what) == ("push_str", CHAR):
                other, wants = ("push_str", "character") if name == "push" else ("push", "string")
                fix = Fix(True, f"Call `{other}`", (renamed(script, call, other),))
                yield Finding("RN131", start, end, f"`{name}` of a string takes a {wants}", fix=fix)


def _repeated(script: Script) -> Iterator[Finding]:
    """Python's `"-" * 20`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "*":
            continue
        for text, times in ((node.left, node.right), (node.right, node.left)):
            if kinds(script, text) == STRING and kinds(script, times) & INT:
                start, end = tokens.starts[node.token], tokens.ends[node.token]
                fix = _repeat_fix(script, node, text, times)
                yield Finding("RN131", start, end, "`*` takes numbers: it repeats no text", fix=fix)
                break


def _repeat_fix(script: Script, node: Binary, text: Expr, times: Expr) -> Fix | None:
    between = script.text[script.end(node.left) : script.start(node.right)]
    if between.strip() != "*":
        return None  # a comment
    function, additions = inserted(script, node, "repeat")
    begin, end = script.start(node), script.end(node)
    first, second = (node.left, node.right) if text is node.left else (node.right, node.left)
    title = f"Call a function `{function}` that the repair adds"
    if text is node.right:
        made = f"{function}({script.source(first)}, {script.source(second)})"
        return Fix(True, title, (Edit(begin, end, made),), additions)
    edits = (Edit(begin, begin, f"{function}("), Edit(script.end(text), script.start(times), ", "), Edit(end, end, ")"))
    return Fix(True, title, edits, additions)


def _fix(script: Script, call: MethodCall, name: str, items: list[Node]) -> Fix | None:
    key = (name, len(items))
    if key in _OTHER_NAMES:
        if any(isinstance(bare(item), Closure) for item in items):
            return None
        return Fix(True, f"Call `{_OTHER_NAMES[key]}`", (renamed(script, call, _OTHER_NAMES[key]),))
    if key in _STRIPPED and _is_sign(script, items[0]):
        return function_fix(script, call, _STRIPPED[key], safe=True)
    if any(_is_test(item) for item in items):
        return None
    if key in _FUNCTIONS:
        more = '" "' if _FUNCTIONS[key] in ("pad_end", "pad_start") and len(items) == 1 else ""
        return function_fix(script, call, _FUNCTIONS[key], safe=True, more=more)
    if key in _SEQUENCES:
        return sequence_fix(script, call, _SEQUENCES[key], safe=True)
    if key == ("bytes", 0):
        # A byte of Rune is no number that a format knows.
        behind = ".iter()" if use_of(script, call) == "iterator" else ""
        if behind and isinstance(call.parent, MethodCall) and _IN_HEX.search(script.source(call.parent.args)):
            behind += ".map(|byte| byte as i64)"
        return Fix(True, "Make a list of the bytes", (replaced(script, call, f"as_bytes().as_vec(){behind}"),))
    return None


def _is_sign(script: Script, node: Node) -> bool:
    """Whether an argument is a text of one sign."""
    return isinstance(node, Literal) and node.kind == "string" and len(script.source(node)) == len('"a"')


def _is_test(node: Node) -> bool:
    """Whether an argument is a question to characters, as in `trim_matches(char::is_numeric)`."""
    node = bare(node)
    return isinstance(node, Closure) or (isinstance(node, Path) and len(node.segments) > 1)


def _characters(script: Script, call: MethodCall, name: str, mask: int, items: list[Node]) -> Iterator[Finding]:
    """`text.contains('x')`: these methods take strings only."""
    there = having(script, mask, name)
    if there & ~STRING or (mask == ANY and name == "contains"):
        return
    for item in items:
        if isinstance(item, Literal) and item.kind == "char":
            start, end = script.start(item), script.end(item)
            text = script.text[start + 1 : end - 1]
            text = '\\"' if text == '"' else "'" if text == "\\'" else text
            fix = Fix(True, "Write a string", (Edit(start, end, f'"{text}"'),))
            yield Finding("RN131", start, end, f"`{name}` takes strings, not characters", fix=fix)


RULE = Rule(
    code="RN131",
    name="string-methods",
    summary="`text.trim_start()`, `text.strip_prefix(p)`, `text.toLowerCase()`: Rune's strings do not have them.",
    why="""\
Rune's strings have `trim`, `trim_end`, `starts_with`, `ends_with`, `contains`, `replace`, `split`, `split_once`,
`to_lowercase`, `to_uppercase`, `chars`, `get`, `push_str` and few others. Where Rune has the method under another
name, the repair writes that name. For the others it adds a private function with the meaning of the original, and
calls it: a list where the original gives an iterator.

`contains('x')` and its like take strings, `push` takes a character and `push_str` a string; the repair writes what
fits. Python's `"-" * 20` becomes a function as well.
""",
    before="""\
pub async fn call(args) {
    args.a.trim_end_matches("/")
}
""",
    after="""\
pub async fn call(args) {
    trim_end_matches(args.a, "/")
}

fn trim_end_matches(text, what) {
    let what = `${what}`;
    while !what.is_empty() && text.ends_with(what) {
        text = text[..text.len() - what.len()];
    }
    text
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=tuple(sorted(_NAMES | _TAKING_TEXT | {"push", "split", "*"})),
)
