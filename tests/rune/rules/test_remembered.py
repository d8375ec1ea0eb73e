"""What several rules want to know of a source is found once, or told."""

from __future__ import annotations

from crucible_tools.rune.rules.remembered import remember, remembered
from crucible_tools.rune.rules.script import Script

LOOKED: list[str] = []


@remembered
def length(script: Script) -> int:
    LOOKED.append(script.text)
    return len(script.text)


def test_a_source_is_looked_at_once() -> None:
    LOOKED.clear()
    one, other = Script("one"), Script("other")
    assert [length(one), length(one), length(other)] == [3, 3, 5]
    assert LOOKED == ["one", "other"]


def test_what_is_told_is_not_looked_for() -> None:
    LOOKED.clear()
    script = Script("told")
    remember(script, length, 7)
    assert (length(script), length(Script("told")), LOOKED) == (7, 4, ["told"])
