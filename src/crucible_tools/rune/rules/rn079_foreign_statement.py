"""RN079: statements of other languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import MOST, begins_line, ends_line, extent, stop, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_BEGINS: Final = frozenset({";", "{", "}", ""})
_WITH: Final = "nothing is opened and closed in Rune: `fs::read_to_string(path)?` reads a whole file"


def check(script: Script) -> Iterator[Finding]:
    """Finds `delete o.k;`, `del o["k"]`, `pass`, `assert x` and `with open(..) as f {`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in ("delete", "del", "pass", "assert", "with") or tokens.kinds[i] != "name":
            continue
        if script.word(i - 1) not in _BEGINS and not begins_line(script, i):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        after = script.word(i + 1)
        if word == "pass" and word not in bound_names(script) and (after in _BEGINS or ends_line(script, i)):
            last = i + 1 if after == ";" else i
            fix = Fix(True, "Delete `pass`", (cut_line(script, start, tokens.ends[last]),))
            yield Finding("RN079", start, end, "an empty block of Rune is `{ }`: there is no `pass`", fix=fix)
        elif i + 1 >= len(tokens) or not (tokens.kinds[i + 1] == "name" or after in ("(", "!", "not")):
            continue
        elif word == "with" and script.word(stop(script, i, frozenset({"{", ":", ";"}))) in ("{", ":"):
            if tokens.kinds[i + 1] == "name":
                yield Finding("RN079", start, end, "there is no `with` in Rune", hint=_WITH)
        elif word in ("delete", "del") and tokens.kinds[i + 1] == "name":
            fix = _removed(script, i)
            hint = None if fix else "`object.remove(key)` takes a field out"
            message = f"there is no `{word}` in Rune: `object.remove(key)` takes a field out"
            yield Finding("RN079", start, end, message, hint=hint, fix=fix)
        elif word == "assert" and after == "!" and script.word(i + 2) in ("(", "[", "{"):
            continue  # the macro
        elif word == "assert" and not (after == "(" and script.word(tokens.partner[i + 1] + 1) in (";", "}")):
            last = _last(script, i)
            edits = (Edit(end, tokens.starts[i + 1], "!("), Edit(tokens.ends[last], tokens.ends[last], ")"))
            fix = None if has_comment(script, start, tokens.ends[last]) else Fix(True, "Write `assert!(..)`", edits)
            yield Finding("RN079", start, end, "`assert!` is a macro in Rune, with parentheses", fix=fix)


def _last(script: Script, first: int) -> int:
    """The last token of a statement: it ends with a semicolon, the block, or the line."""
    tokens = script.tree.tokens
    at = first
    for _ in range(MOST):
        if script.word(at) in (";", "}", ""):
            break
        last = max(tokens.partner[at], at)
        if ends_line(script, last) and script.word(last) != ",":
            return last
        at = last + 1
    return at - 1


def _removed(script: Script, word: int) -> Fix | None:
    """`delete o.k` and `del o["k"]` as `o.remove("k")`."""
    tokens = script.tree.tokens
    last = _last(script, word)
    start, end = extent(script, word, last)
    if has_comment(script, start, end) or last <= word + 1:
        return None
    if script.word(last) == "]" and tokens.partner[last] > word + 1:
        open_ = tokens.partner[last]
        base, key = written(script, word + 1, open_ - 1), written(script, open_ + 1, last - 1)
    elif script.word(last - 1) == "." and tokens.kinds[last] == "name" and last - 2 > word:
        base, key = written(script, word + 1, last - 2), f'"{tokens.texts[last]}"'
    else:
        return None
    return Fix(True, "Call `remove`", (Edit(start, end, f"{base}.remove({key})"),))


RULE = Rule(
    code="RN079",
    name="foreign-statement",
    summary="`delete o.k;`, `pass`, `assert x`, `with open(p) as f {`: statements that Rune does not have.",
    why="""\
A field is taken out of an object with `object.remove("key")`, an empty block has nothing between its braces, and
`assert!(x)` is a macro.

The repair writes that. `with` has none: nothing has to be closed, and host functions read whole files.
""",
    before="""\
pub async fn call(args) {
    delete args.a;
    args
}
""",
    after="""\
pub async fn call(args) {
    args.remove("a");
    args
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("delete ", "del ", "pass", "assert ", "assert(", "with "),
)
