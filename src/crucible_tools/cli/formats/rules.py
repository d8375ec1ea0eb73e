"""The documentation of rules: one for a terminal, all as a table, as JSON, and as the page `docs/rules.md`."""

import difflib
from collections.abc import Sequence
from typing import Final

from crucible_tools.formats.text import Colour, Paint
from crucible_tools.model.json import JsonObject
from crucible_tools.rune.rules.rule import FixKind, Kind, Rule

_KINDS: Final = {
    Kind.SYNTAX: "does not compile",
    Kind.CERTAIN: "fails when it is reached",
    Kind.LIKELY: "fails sometimes, or does what nobody means",
    Kind.SCHEMA: "a wrong declaration",
    Kind.FILE: "no source of a tool",
}

_FIXES: Final[dict[FixKind, str]] = {
    "safe": "safe",
    "unsafe": "unsafe",
    "sometimes": "safe or unsafe, by the case",
    "none": "none",
}

_REPAIRS: Final[dict[FixKind, str]] = {
    "safe": "`--fix` makes it",
    "unsafe": "`--fix --unsafe-fixes` makes it; look at what calls give then",
    "sometimes": "`--fix` makes it where no call can give another result, `--fix --unsafe-fixes` also elsewhere",
    "none": "none: the intent needs a person",
}

_HEAD: Final = """\
# Rules of `crucible check`

<!-- Made from the rules by `make docs`; a test says when it is stale. Do not edit. -->

Each rule is about one thing that people write and Rune does not take, or takes for something else. `crucible rule
CODE` says the same as this page.

**Consequence**: a source with a finding does not compile; or it compiles and fails when the place is reached; or it
fails only sometimes, or does silently what nobody means; or its tool is declared wrongly; or the file is no source of
a tool.

**Repair**: a *safe* one has one reading, and no call that succeeded before gives another result; `--fix` makes it. An
*unsafe* one is a guess or changes results; it takes `--fix --unsafe-fixes`. Repairs are kept only if Rune's own
compiler takes the result.

**Suppression**: `// crucible: allow CODE` at the end of a line allows what begins on that line; on a line of its own,
what begins on the next line of code. `// crucible: allow-file CODE` allows it in the whole file. Several codes are
separated by commas or blanks, a beginning such as `RN1` stands for all codes that begin so, and what follows the
codes is for people. What is allowed is not repaired either. A suppression that allows nothing is itself a warning
(`suppression`). What does not compile or can't be migrated can be allowed too, and is still not migrated: `crucible
check` ends with 0 then and warns of it, `crucible plan` says why.

Errors of Rune's compiler that no rule explains have the code `compile`.
"""


def table(rules: Sequence[Rule], paint: Paint) -> str:
    """All rules, a line each."""
    width = max((len(rule.name) for rule in rules), default=0)
    lines = [f"{paint(rule.code, 'bold')}  {rule.name:<{width}}  {rule.summary}" for rule in rules]
    return "\n".join([*lines, "", "crucible rule CODE explains one."])


def page_of(rule: Rule, paint: Paint) -> str:
    """One rule, for a terminal."""
    lines = [
        paint(f"{rule.code} {rule.name}", "bold"),
        f"  left as it is: {_KINDS[rule.kind]}",
        f"  repair: {_REPAIRS[rule.fix]}",
        "",
        rule.summary,
        "",
        rule.why.strip(),
        "",
    ]
    lines += ["For example:", ""]
    if rule.after.strip() and rule.after != rule.before:
        for row in _diff(rule):
            lines.append(f"    {paint(row, _COLOURS[row[0]]) if row[:1] in _COLOURS else row}".rstrip())
    else:
        lines += [f"    {row}".rstrip() for row in rule.before.splitlines()]
    lines += ["", f"To allow it on one line: // crucible: allow {rule.code}"]
    return "\n".join(lines)


def rule_json(rule: Rule) -> JsonObject:
    """One rule as a JSON object."""
    return {
        "code": rule.code,
        "name": rule.name,
        "kind": rule.kind.value,
        "fix": rule.fix,
        "summary": rule.summary,
        "why": rule.why.strip(),
        "before": rule.before,
        "after": rule.after,
    }


def markdown(rules: Sequence[Rule]) -> str:
    """The page `docs/rules.md`."""
    lines = [_HEAD, "| rule | name | consequence | repair |", "| --- | --- | --- | --- |"]
    for rule in rules:
        link = f"[{rule.code}](#{rule.code.lower()})"
        lines.append(f"| {link} | {rule.name} | {_KINDS[rule.kind]} | {_FIXES[rule.fix]} |")
    for rule in rules:
        lines += _section(rule)
    return "\n".join(lines) + "\n"


_COLOURS: Final[dict[str, Colour]] = {"+": "green", "-": "red"}


def _section(rule: Rule) -> list[str]:
    lines = ["", f"## {rule.code}", f"**{rule.name}**: {_KINDS[rule.kind]}. Repair: {_REPAIRS[rule.fix]}.", ""]
    lines += [rule.summary, "", rule.why.strip(), ""]
    if rule.after.strip() and rule.after != rule.before:
        lines += ["```diff", *_diff(rule), "```"]
    else:
        lines += ["```rust", *rule.before.splitlines(), "```"]
    return lines


def _diff(rule: Rule) -> list[str]:
    """Before and after as one text, all of it: examples are short."""
    before, after = rule.before.splitlines(), rule.after.splitlines()
    rows = difflib.unified_diff(before, after, n=max(len(before), len(after)), lineterm="")
    return [row.rstrip() for row in rows if not row.startswith(("---", "+++", "@@"))]
