"""Cases of rules about missing methods: what people write, what a repair makes of it, and what that gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.inserted import INSERTED
from crucible_tools.rune.rules.registry import by_code, chosen_codes, find
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.support import any_fix, outcome, safe_only

RULES = tuple(by_code()[code] for code in chosen_codes(("RN12", "RN13", "RN14")))


@dataclass(frozen=True)
class Case:
    """One case.

    Args:
        before: the body of `call`, or a whole source.
        after: the same, repaired, without functions that were added.
        gives: what the repaired one gives.
        args: the arguments of the call.
        adds: the functions that are added, by the names of `INSERTED`, in order; `name as other` when called otherwise.
        safe: whether all its repairs are.
        lines: where something is found, from the first line of what is given here.
    """

    before: str
    after: str
    gives: Any
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    adds: tuple[str, ...] = ()
    safe: bool = True
    lines: tuple[int, ...] = (1,)

    def __str__(self) -> str:
        """For the names of tests."""
        return self.before.split("\n")[0][:60]


def source(body: str) -> str:
    """A body of `call` as a source; a whole source as it is."""
    return body if "fn call(" in body else "pub async fn call(args) {\n" + _indented(body) + "}\n"


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in body.split("\n"))


def found_lines(body: str, code: str) -> tuple[int, ...]:
    """The lines at which a rule finds something, counted from the first line of the body."""
    script = Script(source(body))
    first = 0 if "fn call(" in body else 1
    places = [script.tree.tokens.place(item.start)[0] - first for item in find(script, RULES) if item.code == code]
    return tuple(places)


def found_codes(body: str) -> list[str]:
    """The codes of what the rules about missing methods find."""
    return [item.code for item in find(Script(source(body)), RULES)]


def mended(case: Case, *, safe: bool = True) -> str:
    """What the repairs of these rules make of a case."""
    accept = safe_only if safe else any_fix
    made = repair(source(case.before), among=RULES, accept=accept)
    assert made.settled, "the repairs never come to an end"
    assert repair(made.text, among=RULES, accept=accept).text == made.text, "repairing is not idempotent"
    return made.text


def expected(case: Case) -> str:
    """What the repairs should make of a case."""
    added = [(name.partition(" as ")[0], name.rpartition(" as ")[2]) for name in case.adds]
    return source(case.after) + "".join("\n" + INSERTED[name].replace("NAME", called) for name, called in added)


async def given(engine: ScriptEngine, case: Case) -> Any:
    """What a repaired case gives on the real engine."""
    return await outcome(engine, mended(case, safe=case.safe), case.args)
