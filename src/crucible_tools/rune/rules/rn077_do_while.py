"""RN077: `do { .. } while (..)`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import LONGEST, extent, stop, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds loops that ask at their end."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "do" or tokens.kinds[i] != "name" or script.word(i + 1) != "{":
            continue
        close = tokens.partner[i + 1]
        if close < 0 or script.word(close + 1) != "while":
            continue
        message = "no loop of Rune asks at its end: `loop` goes on until a `break`"
        fix = _fix(script, i, close)
        hint = None if fix else "write `loop { ..; if !condition { break; } }`"
        yield Finding("RN077", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)


def _fix(script: Script, word: int, close: int) -> Fix | None:
    tokens = script.tree.tokens
    last = stop(script, close + 2) - 1
    if script.word(close + 2) == "(":
        last = tokens.partner[close + 2]
    body = range(word + 2, close)
    if (
        not close + 1 < last < close + LONGEST
        or len(body) > LONGEST
        or any(tokens.texts[at] == "continue" for at in body)
    ):
        return None  # it asks before it goes on, too
    condition = written(script, close + 2, last)
    start = tokens.ends[close]
    if script.word(last + 1) == ";":
        last += 1
    end = tokens.ends[last]
    if has_comment(script, start, end):
        return None
    ask = f"if !{condition} {{ break; }}" if condition.startswith("(") else f"if !({condition}) {{ break; }}"
    brace = tokens.starts[close]
    indent = script.indent_at(tokens.starts[word])
    if script.indent_at(brace) == script.text[script.text.rfind("\n", 0, brace) + 1 : brace]:
        inner = script.indent_at(tokens.starts[close - 1])
        behind = tokens.ends[close - 1]
        semicolon = "" if script.word(close - 1) in (";", "}", "{") else ";"
        gap = script.text[behind:brace].rstrip(" \t")
        put = Edit(behind, brace, f"{semicolon}{gap}{inner}{ask}{script.newline}{indent}")
    else:
        put = Edit(brace, brace, f"{ask} ")
    first = extent(script, word, word)
    return Fix(True, "Write `loop` and `break`", (Edit(*first, "loop"), put, Edit(start, end, "")))


RULE = Rule(
    code="RN077",
    name="do-while",
    summary="`do { .. } while (x < 3);`: no loop asks at its end, `loop` goes on until a `break`.",
    why="""\
Rune has `while`, which asks before each round, `for`, and `loop`, which goes on for ever. What runs once at least is a
`loop` with a `break` at its end.

The repair writes that, unless the body says `continue`, which would go round without asking.
""",
    before="""\
pub async fn call(args) {
    let i = 0;
    do {
        i += 1;
    } while (i < args.a);
    i
}
""",
    after="""\
pub async fn call(args) {
    let i = 0;
    loop {
        i += 1;
        if !(i < args.a) { break; }
    }
    i
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("do ", "do{"),
)
