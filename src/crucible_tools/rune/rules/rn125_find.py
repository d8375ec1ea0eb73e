"""RN125: `find` on a string."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.languages import is_python
from crucible_tools.rune.rules.method_edits import arguments, function_fix, is_text, place
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import place_of, shown_texts
from crucible_tools.rune.syntax.nodes import Closure, Literal, MethodCall, Node, Path
from crucible_tools.rune.types import positions
from crucible_tools.rune.types.values import ANY, CHAR, FUNCTION, ITERATOR, STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `find` and `rfind` that look for a text."""
    for call in calls(script, ("find", "rfind")):
        name = name_of(script, call)
        items = arguments(call)
        mask = kinds(script, call.base)
        if items is None or len(items) != 1 or not mask & STRING:
            continue
        what = kinds(script, items[0])
        if _is_test(items[0]):
            if mask == STRING or (
                mask != ANY and not having(script, mask, name) and place_of(script, call.base) in shown_texts(script)
            ):
                yield _finding(script, call, name, f"{name}_where")
            continue
        if not what & (STRING | CHAR):
            if mask == STRING:
                yield _finding(script, call, name, None)
            continue
        there = having(script, mask, name)
        # An iterator's `find` takes a function: with a text it fails as well.
        if there and not (there == ITERATOR and (_is_pattern(items[0]) or (what != ANY and not what & FUNCTION))):
            continue
        if positions.is_number(script.types, call) or is_python(script):
            yield _finding(script, call, name, "position_of" if name == "find" else "last_position_of")
            continue
        yield _finding(script, call, name, name)


def _is_test(node: Node) -> bool:
    """Whether an argument is a question to characters, as in `find(char::is_numeric)`."""
    node = bare(node)
    return isinstance(node, Closure) or (isinstance(node, Path) and node.segments[0] == "char")


def _finding(script: Script, call: MethodCall, name: str, function: str | None) -> Finding:
    start, end = place(script, call)
    return Finding(
        "RN125",
        start,
        end,
        f"strings have no `{name}`",
        hint="`text.split_once(what)` gives what stands before and behind it",
        fix=function_fix(script, call, function, safe=True) if function else None,
    )


def _is_pattern(node: Node) -> bool:
    node = bare(node)
    return is_text(node) or (isinstance(node, Literal) and node.kind == "char")


RULE = Rule(
    code="RN125",
    name="string-find",
    summary='`text.find(" - ")`: iterators have `find`, with a function; strings have none.',
    why="""\
A string cannot say where a part of it begins. The repair adds a private function that gives it as Rust's `find`
does: `Some` of the number of bytes in front of the part, or `None`. Where the result is compared with -1, it is
Python's `find` that is meant, which gives -1 for nothing. `rfind` is mended likewise.

A `find` with a closure is one of iterators and no concern of this rule, unless it is called on what is a string, or
is used as one elsewhere in the source; the function then asks the closure about one character after another.
""",
    before="""\
pub async fn call(args) {
    args.a.find("b").unwrap_or(-1)
}
""",
    after="""\
pub async fn call(args) {
    find(args.a, "b").unwrap_or(-1)
}

fn find(text, what) {
    match text.split_once(what) {
        Some((before, _)) => Some(before.len()),
        None => None,
    }
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("find",),
)
