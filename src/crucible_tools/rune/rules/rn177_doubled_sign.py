"""RN177: signs that stand twice."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `[a,, b]`, `[, a]` and `#{{ a: 1 }}`."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    texts, starts, ends, partner = tokens.texts, tokens.starts, tokens.ends, tokens.partner
    for i, word in enumerate(texts):
        before = script.word(i - 1)
        if word == "," and before in (",", "(", "[") and script.word(i + 1) not in (")", "]"):
            fix = Fix(True, "Delete it", (Edit(starts[i], ends[i], ""),))
            yield Finding("RN177", starts[i], ends[i], "there is nothing in front of this comma", fix=fix)
        elif word == "{" and before == "#" and script.word(i + 1) == "{":
            inner, outer = partner[i + 1], partner[i]
            if inner > 0 and outer == inner + 1:
                edits = (Edit(starts[i + 1], ends[i + 1], ""), Edit(starts[inner], ends[inner], ""))
                message = "these braces stand twice: an object is written `#{ .. }`"
                yield Finding("RN177", starts[i + 1], ends[i + 1], message, fix=Fix(True, "Delete one of each", edits))


RULE = Rule(
    code="RN177",
    name="doubled-sign",
    summary="`[a,, b]`, `#{{ a: 1 }}`: a sign that stands twice.",
    why="""\
Two commas have nothing between them, which is no value in Rune. Braces stand twice where a source went through a
template of Python or Jinja, in which `{{` means one.

The repair deletes what is too much.
""",
    before="""\
pub async fn call(args) {
    #{{ list: [args.a,, 2] }}
}
""",
    after="""\
pub async fn call(args) {
    #{ list: [args.a, 2] }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(",", "{{"),
)
