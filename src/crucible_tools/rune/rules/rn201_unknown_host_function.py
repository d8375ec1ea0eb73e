"""RN201: an unknown host function."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, NEVER_IMPLEMENTED, near_names
from crucible_tools.rune.hosts import canonical
from crucible_tools.rune.rules.called import is_foreign, is_nothing, spelled
from crucible_tools.rune.rules.meant_hosts import BARE, NOWHERE, SAME, meant
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, MethodCall, Path

_ROOTS: Final = frozenset(name.partition("::")[0] for name in KNOWN) - APPLICATION_ROOTS
_CLEAR: Final = 0.8
"""How alike two names are when one is a slip of the other: `log_warning` and `log_warn` are by 0.84."""

_BY_LAST: Final = {
    name.rpartition("::")[2]: name for name in sorted(KNOWN, reverse=True) if name.startswith("crucible::")
}


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of host functions that exist in no host, and that nobody registered."""
    for call in script.tree.of(Call):
        path = call.callee
        if not isinstance(path, Path):
            continue
        if script.word(path.first - 1) in (".", "::") or script.word(path.first) == "::":
            continue  # part of something broken
        name = spelled(script, path)
        root, _, rest = name.partition("::")
        if not rest:
            finding = _without_module(script, path, name)
            if finding is not None:
                yield finding
            continue
        known = meant(name) is not None or name in NOWHERE
        if not (known or root in _ROOTS) or not is_foreign(script, path):
            continue
        name = name if known and canonical(name) not in KNOWN else canonical(name)
        if name in KNOWN or script.capability_of(name) is not None:
            continue
        yield _unknown(script, path, name)
    yield from _with_dots(script)


def _with_dots(script: Script) -> Iterator[Finding]:
    """`crucible.log_info(text)`: a module's functions stand behind `::`, and nothing here is called like the module."""
    for call in script.tree.of(MethodCall):
        base = call.base
        if not isinstance(base, Path) or base.text not in _ROOTS or not is_nothing(script, base):
            continue
        name = f"{base.text}::{script.word(call.name)}"
        other = canonical(name) if canonical(name) in KNOWN else meant(name)
        if other is None:
            continue
        tokens = script.tree.tokens
        start, end = script.start(base), tokens.ends[call.name]
        same = other == canonical(name) or name in SAME
        text = name if canonical(name) in KNOWN else other
        message = f"the functions of a module stand behind `::`: `{text}`"
        yield Finding("RN201", start, end, message, fix=Fix(same, f"Write `{text}`", (Edit(start, end, text),)))


def _unknown(script: Script, path: Path, name: str) -> Finding:
    other = meant(name)
    near = (other,) if other else () if name in NOWHERE else _near(name, script.word(path.first))
    never = name in NEVER_IMPLEMENTED
    what = "was documented once and exists in no host" if never else "exists in no host"
    fix = None if never else _other(script, path, name) if other else _slip(script, path, name, near)
    return Finding(
        "RN201",
        script.start(path),
        script.end(path),
        f"`{name}` {what}",
        hint=_hint(name, near),
        choices=near,
        fix=fix,
    )


def _hint(name: str, near: tuple[str, ...]) -> str:
    if near:
        return f"did you mean {' or '.join(f'`{other}`' for other in near)}?"
    return NOWHERE.get(name, "register it with the engine")


def _other(script: Script, path: Path, name: str) -> Fix | None:
    """The function of a host that a name of another library stands for."""
    other = meant(name)
    if other is None or path.text != name:
        return None
    return Fix(
        name in SAME or name.removeprefix("crucible::") in SAME,
        f"Call `{other}`",
        (Edit(script.start(path), script.end(path), other),),
    )


@lru_cache(maxsize=500)
def _near(name: str, root: str) -> tuple[str, ...]:
    """Names of the same module, or nearly the same ones of others: what is a little like it does something else."""
    last = name.rpartition("::")[2]
    return tuple(
        other
        for other in near_names(name)
        if other.partition("::")[0] == root
        or difflib.SequenceMatcher(None, last, other.rpartition("::")[2]).ratio() >= _CLEAR
    )


def _slip(script: Script, path: Path, name: str, near: tuple[str, ...]) -> Fix | None:
    """The repair when exactly one function of the same module is clearly meant."""
    module, _, last = name.rpartition("::")
    close = [
        other
        for other in near
        if difflib.SequenceMatcher(None, last, other.rpartition("::")[2]).ratio() >= _CLEAR
        and other.rpartition("::")[0] == module
    ]
    if len(close) != 1 or path.segments[-1] != last:
        return None
    right = close[0].rpartition("::")[2]
    token = path.tokens[-1]
    start, end = script.tree.tokens.starts[token], script.tree.tokens.ends[token]
    return Fix(False, f"Call `{close[0]}`", (Edit(start, end, right),))


def _without_module(script: Script, path: Path, name: str) -> Finding | None:
    """A host function that is called by its bare name, without a `use`."""
    known = _BY_LAST.get(name) or BARE.get(name)
    if (known is None and name not in NOWHERE) or not is_foreign(script, path) or path.text != name:
        return None
    start, end = script.start(path), script.end(path)
    if known is None:
        return Finding("RN201", start, end, f"`{name}` exists neither in Rune nor in a host", hint=NOWHERE[name])
    return Finding(
        "RN201",
        start,
        end,
        f"there is no function `{name}` here: the host's is called `{known}`",
        choices=(known,),
        fix=Fix(False, f"Call `{known}`", (Edit(start, end, known),)),
    )


RULE = Rule(
    code="RN201",
    name="unknown-host-function",
    summary="`crucible::read_note(path)`: a function that no host has, so the source does not compile.",
    why="""\
A source that calls a function nobody has does not compile, and no repair can write that function. Some of these names
were documented once and never built. If it is a function of your own application, register it with the engine.

Where exactly one known function has nearly the same name, it is offered as an unsafe repair: `log_warning` is probably
`log_warn`. So is the function that a name of another library stands for, `fs::read_file`; where it takes and gives the
same, as `serde_json::from_str` and `json::from_string`, the repair is safe.
""",
    before="""\
pub async fn call(args) {
    crucible::log_warning("full");
    args.a
}
""",
    after="""\
pub async fn call(args) {
    crucible::log_warn("full");
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
)
