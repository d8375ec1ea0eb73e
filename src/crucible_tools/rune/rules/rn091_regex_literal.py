"""RN091: `/^v[0-9]+/.test(text)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.rules.regex_literals import RegexLiteral, regex_literals
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import MethodCall

_TEST: Final = re.compile(r"\s*\.\s*test\s*\(")
_GIVEN: Final = re.compile(r"\s*,\s*")
_PLAIN_TEXT: Final = re.compile(r"""(["'`])(?:(?!\1)[^\\$\n])*\1\s*\)""")
_OF_TEXT: Final = {
    "replace": "regex::replace",
    "replaceAll": "regex::replace_all",
    "match": "regex::find",
    "matchAll": "regex::find_all",
}
"""Methods of texts that take one, and the functions that do the same."""
_TAKING: Final = frozenset({*_OF_TEXT, "split"})


def check(script: Script) -> Iterator[Finding]:
    """Finds regular expressions between slashes."""
    literals = regex_literals(script)
    if not literals:
        return
    calls = {script.tree.tokens.ends[call.args.first]: call for call in script.tree.of(MethodCall)}
    for literal in literals:
        fix = None if literal.pattern is None else _fix(script, literal, literal.pattern, calls)
        hint = None if fix else "write it as a text, and give it to the function that does what is meant"
        if literal.pattern is None:
            hint = "Rune's regular expressions neither look around nor refer to what they found"
        message = "a regular expression is a text in Rune, which `regex::is_match` and its like take first"
        yield Finding("RN091", literal.start, literal.end, message, hint=hint, fix=fix)


def _fix(script: Script, literal: RegexLiteral, pattern: str, calls: dict[int, MethodCall]) -> Fix | None:
    tested = _TEST.match(script.text, literal.end)
    if tested and not has_comment(script, literal.end, tested.end()):
        text = f"regex::is_match({pattern}, "
        return Fix(True, "Call `regex::is_match`", (Edit(literal.start, tested.end(), text),))
    call = calls.get(literal.start)
    if call is not None and script.word(call.name) in _TAKING:
        return _of_text(script, literal, pattern, call) if tight(call.base) else None
    edit = Edit(literal.start, literal.end, f"regex::Regex::new({pattern})")
    return Fix(True, "Write `regex::Regex::new(..)`", (edit,))


def _of_text(script: Script, literal: RegexLiteral, pattern: str, call: MethodCall) -> Fix | None:
    """`text.replace(/a/g, "b")` as `regex::replace_all("a", text, "b")`."""
    name = script.word(call.name)
    begin, behind = script.start(call.base), script.end(call.base)
    dot = script.tree.tokens.starts[call.name - 1]
    if has_comment(script, dot, literal.start):
        return None
    if has_comment(script, behind, dot):
        behind = dot
    if name == "split":
        edits = (
            Edit(begin, begin, f"regex::Regex::new({pattern}).split("),
            Edit(behind, literal.end, ""),
        )
        return Fix(True, "Split at a `Regex`", edits)
    function = _OF_TEXT[name]
    if literal.everywhere:
        function = {"regex::replace": "regex::replace_all", "regex::find": "regex::find_all"}.get(function, function)
    head = Edit(begin, begin, f"{function}({pattern}, ")
    if name in ("match", "matchAll"):
        # What is found is null in JavaScript when there is nothing; here it is an Option, or a list.
        return Fix(False, f"Call `{function}`", (head, Edit(behind, literal.end, "")))
    given = _GIVEN.match(script.text, literal.end)
    if given is None:
        return None
    safe = _PLAIN_TEXT.match(script.text, given.end()) is not None
    return Fix(safe, f"Call `{function}`", (head, Edit(behind, given.end(), ", ")))


RULE = Rule(
    code="RN091",
    name="regex-literal",
    summary="`/^v[0-9]+/.test(text)`: a regular expression is a text, and stands in quotes.",
    why="""\
JavaScript writes regular expressions between slashes. In Rune `/` divides, and functions take the pattern as a text,
before the text that is searched: `regex::is_match("^v[0-9]+", text)`.

The repair doubles the backslashes and calls `regex::is_match`, `regex::replace`, `regex::replace_all`, or makes a
`regex::Regex` of it. Of `text.match(..)`, and where a replacement has a `$` or is a function, it is unsafe: what they
give and take differs.
""",
    before="""\
pub async fn call(args) {
    /^v[0-9]+/.test(args.a)
}
""",
    after="""\
pub async fn call(args) {
    regex::is_match("^v[0-9]+", args.a)
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("/",),
)
