"""RN006: references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.written_references import loop_by_index, written_references
from crucible_tools.rune.syntax.nodes import Param, Pattern, Unary

_OPERATORS: Final = frozenset({"&", "&&", "&mut", "*", "**"})
_WRITING: Final = (
    "write to the place itself (`list[i] = ..`, `map[key] = ..`, `self.n = ..`), or give the new value back"
)


def check(script: Script) -> Iterator[Finding]:
    """Finds `&x`, `&mut x`, `*x`, and `&` or `ref` in parameters and patterns; not in types, which go as a whole."""
    found: dict[int, int] = {}
    for node in script.tree.of(Unary):
        if node.op in _OPERATORS:
            found[node.first] = node.operand.first
    for param in script.tree.of(Param):
        for ref in param.refs:
            found[ref] = ref + 1
    for pattern in script.tree.of(Pattern):
        for token in range(pattern.first, pattern.last + 1):
            word = script.word(token)
            if word in ("&", "&&") or (word == "ref" and script.tree.tokens.kinds[token + 1 : token + 2] == ["name"]):
                found[token] = token + 1
    kept_as_they_are, loops = _written(script)
    for token, kept in sorted(found.items()):
        if token not in kept_as_they_are:
            yield _finding(script, token, kept)
            continue
        start = script.tree.tokens.starts[token]
        sign = "&mut" if script.word(token + 1) == "mut" else script.word(token)
        loop = loops.get(token)
        if loop is not None:
            message = f"there are no references in Rune: `{sign}` writes to no element of a list"
            yield Finding("RN006", start, start + len(script.word(token)), message, fix=loop)
        else:
            message = f"there are no references in Rune: writing through `{sign}` changes nothing elsewhere"
            yield Finding("RN006", start, start + len(script.word(token)), message, hint=_WRITING)


def _written(script: Script) -> tuple[set[int], dict[int, Fix]]:
    """The tokens that belong to writes through references, and the repairs of loops by the first of them in each."""
    written = written_references(script)
    tokens = {unary.first for unary in written.targets}
    tokens |= {source.first for source in written.sources if isinstance(source, Unary)}
    fixes: dict[int, Fix] = {}
    for loop in written.loops:
        fix = loop_by_index(script, loop)
        first = min((token for token in tokens if loop.first < token <= loop.last), default=None)
        if fix is not None and first is not None:
            fixes[first] = fix
    return tokens, fixes


def _finding(script: Script, token: int, kept: int) -> Finding:
    tokens = script.tree.tokens
    word = tokens.texts[token]
    last = token
    while script.word(last + 1) in ("mut", "&", "&&", "*") and last + 1 < kept:
        last += 1
    # `&'a self`, `&mut self`: what stands between goes too. Doubled signs are findings of their own.
    while script.word(kept) == "mut" or (kept < len(tokens) and tokens.kinds[kept] == "label"):
        kept += 1
    if script.word(token + 1) in ("&", "&&", "*"):
        kept = token + 1
    if word == "&" and script.word(token + 1) == "mut":
        word = "&mut"
    fix = Fix(True, f"Delete `{word}`", cut_up_to(script, token, kept))
    message = f"there are no references in Rune: `{word}` is not needed"
    return Finding("RN006", tokens.starts[token], tokens.starts[token] + len(word), message, fix=fix)


RULE = Rule(
    code="RN006",
    name="reference",
    summary="`f(&x)`, `for x in &list`, `&mut self`, `|&x|`, `*x`: there are no references in Rune.",
    why="""\
Values are shared in Rune: a list that is passed on is the same list there, and changing it is seen by everyone. So
nothing takes a reference and nothing follows one; `&x` and `*x` do not compile.

The repair deletes `&`, `&mut`, `*` and `ref` in front of operands, parameters and parts of patterns. The operators `a
& b` and `a * b` are left alone.

Numbers, texts and other plain values cannot be changed from elsewhere: `*n += 1`, where `n` is a parameter, an element
of `list.iter_mut()` or what `get_mut` gave, would only change the variable `n`. A simple loop over a list is written
with an index, `for i in 0..list.len() { list[i] = .. }`; everything else of this kind is only reported.
""",
    before="""\
pub async fn call(args) {
    let n = 0;
    for x in &args.a {
        n += double(&x);
    }
    n
}

fn double(x) {
    x * 2
}
""",
    after="""\
pub async fn call(args) {
    let n = 0;
    for x in args.a {
        n += double(x);
    }
    n
}

fn double(x) {
    x * 2
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("&", "*", "ref "),
)
