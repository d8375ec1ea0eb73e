"""Differences that `patch` takes, whatever characters are in the texts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.formats.diffs import unified_diff


@given(st.text(alphabet="ab\n\r\x0b\x0c\x85\u2028", max_size=30), st.text(alphabet="ab\n\r\u2028", max_size=30))
def test_only_line_feeds_end_a_row_and_only_different_texts_differ(before: str, after: str) -> None:
    diff = unified_diff(before, after, "a", "b")
    assert (diff == "") == (before == after)
    assert diff == "" or diff.endswith("\n")
    assert all(row[:1] in "-+@ \\" and row for row in diff.split("\n")[:-1])


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch here")
@pytest.mark.parametrize(
    ("before", "after"),
    [("a\u2028b\n", "a\u2028c\n"), ("a\x0cb\nc", "a\x0cb\nd"), ("a\r\nb\r\n", "a\r\nc\r\n"), ("", "a"), ("a", "")],
)
def test_patch_makes_one_text_of_the_other(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(before.encode())
    diff = unified_diff(before, after, "x", "x")
    done = subprocess.run(
        ["patch", "--binary", "-s", "-p0", "-E", "x"],
        input=diff.encode(),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (file.read_bytes() if file.exists() else b"").decode() == after
