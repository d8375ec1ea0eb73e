"""Names that every host takes: always the same, and never two alike."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.operations.serving.names import host_names

TOOL_NAMES = st.sets(st.from_regex(r"[A-Za-z0-9_.-]{1,80}", fullmatch=True), max_size=20)


@given(TOOL_NAMES)
def test_each_name_is_taken_by_every_host_and_stands_for_one_tool(names: set[str]) -> None:
    written = host_names(names)
    assert written.keys() == names
    assert len(set(written.values())) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", alias) for alias in written.values())
    assert all(written[name] == name for name in names if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name))
    assert host_names(sorted(names, reverse=True)) == written


def test_a_dot_becomes_a_line_unless_another_tool_has_that_name() -> None:
    assert host_names(["notes.list"]) == {"notes.list": "notes_list"}
    both = host_names(["notes.list", "notes_list"])
    assert both["notes_list"] == "notes_list"
    assert re.fullmatch(r"notes_list_[0-9a-f]{8}", both["notes.list"])


def test_a_tool_that_has_the_name_another_one_would_get_keeps_it() -> None:
    would_be = host_names(["a.b", "a_b"])["a.b"]
    written = host_names(["a.b", "a_b", would_be])
    assert written[would_be] == would_be
    assert written["a.b"] != would_be
