"""RN161: a parameter that takes one part of a tuple, and ignores what follows with `_`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Param


def check(script: Script) -> Iterator[Finding]:
    """Finds `|(a, _)|`, `|[a, _]|` and `|#{a: x, b: _}|`, of closures and of functions."""
    tokens = script.tree.tokens
    used: set[str] | None = None
    for param in script.tree.of(Param):
        pattern = param.pattern
        if len(pattern.names) != 1 or script.word(pattern.first) not in ("(", "[", "#{", "#"):
            continue
        name = pattern.names[0]
        ignored = [at for at in range(name + 1, pattern.last + 1) if tokens.texts[at] == "_"]
        if not ignored:
            continue
        if used is None:
            used = set(tokens.texts)
        edits: list[Edit] = []
        for at in ignored:
            free = next(
                text
                for text in (f"_{tokens.texts[name]}{number or ''}" for number in range(len(tokens) + 1))
                if text not in used
            )
            used.add(free)
            edits.append(Edit(tokens.starts[at], tokens.ends[at], free))
        message = (
            f"`{script.source(pattern)}` as a parameter fails in Rune 0.14: the part behind `{tokens.texts[name]}`"
        )
        fix = Fix(True, "Give the part a name", tuple(edits))
        first = ignored[0]
        yield Finding(
            "RN161",
            tokens.starts[first],
            tokens.ends[first],
            f"{message} is looked for in the wrong place",
            hint=f"give it a name that begins with `_`: `{edits[0].text}`",
            fix=fix,
        )


RULE = Rule(
    code="RN161",
    name="ignored-part",
    summary="`|(name, _)| name`: a parameter that takes one part and ignores what follows fails in Rune 0.14.",
    why="""\
A pattern of a parameter that binds exactly one name, with a `_` behind it, is compiled wrongly by Rune 0.14: the place
of the whole value is taken by the part, and the next part is looked for in there ("The tuple index get 1 operation is
not supported on `::std::i64`"). `(_, b)`, `(a, b, _)` and the same patterns in `let`, `for` and `match` are fine.

The repair gives what is ignored a name, `_name`, which changes nothing else.
""",
    before="""\
pub async fn call(args) {
    args.o.iter().map(|(key, _)| key).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    args.o.iter().map(|(key, _key)| key).collect::<Vec>()
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("_",),
)
