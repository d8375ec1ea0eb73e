"""RN082: strings in three quotes."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `\"\"\"..\"\"\"`."""
    tokens = script.tree.tokens
    for i in range(len(tokens) - 2):
        if tokens.texts[i] != '""' or tokens.texts[i + 2] != '""' or tokens.kinds[i + 1] != "string":
            continue
        if tokens.ends[i] != tokens.starts[i + 1] or tokens.ends[i + 1] != tokens.starts[i + 2]:
            continue
        start, end = tokens.starts[i], tokens.ends[i + 2]
        message = "a string of Rune has one quote on each side, and may go over several lines"
        if begins_line(script, i) and script.word(i - 1) in ("{", "", ":", "}", ";"):
            text, last = _comment(script, i), end + (script.word(i + 3) == ";" and script.text[end : end + 1] == ";")
            fix = Fix(True, "Make it a comment", (Edit(start, last, text),))
        else:
            fix = Fix(True, "Write one quote", (Edit(start, start + 2, ""), Edit(end - 2, end, "")))
        yield Finding("RN082", start, start + 3, message, fix=fix)


def _comment(script: Script, i: int) -> str:
    tokens = script.tree.tokens
    indent = script.indent_at(tokens.starts[i])
    lines = [line.strip() for line in tokens.texts[i + 1][1:-1].split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return f"{script.newline}{indent}".join(f"// {line}".rstrip() for line in lines or [""])


RULE = Rule(
    code="RN082",
    name="triple-quotes",
    summary='`"""Says hello."""`: a string has one quote on each side.',
    why="""\
A string of Rune may go over several lines as it is. What says what a function does stands in front of it, behind `///`.

The repair makes a comment of what stands where a statement would, and writes one quote elsewhere.
""",
    before='''\
pub async fn call(args) {
    """Gives a back."""
    args.a
}
''',
    after="""\
pub async fn call(args) {
    // Gives a back.
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=('"""',),
)
