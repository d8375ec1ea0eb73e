"""All rules, by code.

Each rule is the `RULE` of a module `rnNNN_name.py` beside this file; finding them by name keeps a new rule to one file.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import UsageError
from crucible_tools.model.near import near
from crucible_tools.rune.rules.intact import holds
from crucible_tools.rune.rules.misread import READ_FIRST, is_misread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crucible_tools.rune.rules.rule import Finding, Rule
    from crucible_tools.rune.rules.script import Script

_MODULE: Final = re.compile(r"rn\d{3}_\w+")


@cache
def _modules() -> dict[str, str]:
    """The module of each rule, by the rule's code."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("rn*.py"))
    return {name.partition("_")[0].upper(): name for name in names if _MODULE.fullmatch(name)}


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their codes."""
    found = [import_module(f"crucible_tools.rune.rules.{name}").RULE for name in _modules().values()]
    return tuple(sorted(found, key=lambda rule: rule.code))


@cache
def by_code() -> dict[str, Rule]:
    """All rules by their codes."""
    return {rule.code: rule for rule in rules()}


def find(script: Script, among: Sequence[Rule] | None = None) -> list[Finding]:
    """What the rules have to say about a source, in the order of the text.

    Args:
        script: the source.
        among: the rules to ask; all by default.
    """
    return sorted(_found(script, rules() if among is None else among), key=lambda item: (item.start, item.code))


def _found(script: Script, among: Iterable[Rule]) -> Iterator[Finding]:
    text = script.text
    among = tuple(among)
    reread: bool | None = None
    for rule in among:
        if script.compiles and rule.kind == "syntax":
            continue  # the compiler knows better
        if rule.words and not _has_one(text, rule.words):
            continue
        for finding in rule.check(script):
            if reread is None:
                reread = {rule.code for rule in among} >= READ_FIRST
            if reread and is_misread(script, finding, rule.kind):
                continue
            if finding.fix is None or holds(script, finding, finding.fix):
                yield finding
            else:
                yield replace(finding, fix=None)


def _has_one(text: str, words: Iterable[str]) -> bool:
    # Half the time of `any` over a generator, and asked a hundred times a source.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def chosen_codes(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[str, ...]:
    """The codes of the rules of a selection. The rules themselves are not imported for it.

    Args:
        select: codes, or beginnings of codes such as `RN1`; none means all.
        ignore: the same, of rules that are left out.

    Raises:
        UsageError: no rule has such a code.
    """
    known = _modules()
    wanted, unwanted = tuple(select), tuple(ignore)
    for code in (*wanted, *unwanted):
        if not code or not any(other.startswith(code) for other in known):
            hint = near(code, list(known))
            raise UsageError(
                f"there is no rule {code!r}",
                hint=f"did you mean {' or '.join(hint)}?" if hint else "`crucible rule` lists them",
            )
    return tuple(
        code
        for code in known
        if (not wanted or code.startswith(wanted)) and not (unwanted and code.startswith(unwanted))
    )
