"""The diff is one that `patch` takes, whatever the line ends are, and that does nothing to a terminal."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from crucible_tools.cli.formats.diff import diff, painted
from tests.rune.check.support import checked


def made(before: str, after: str, **facts: object) -> str:
    return diff([checked(before, repaired=after, path="a.rn", **facts)])


def test_a_difference_is_unified_and_names_the_file() -> None:
    assert made("let mut x;\nx\n", "let x;\nx\n") == ("--- a.rn\n+++ a.rn\n@@ -1,2 +1,2 @@\n-let mut x;\n+let x;\n x\n")


def test_no_difference_is_nothing() -> None:
    assert made("a\n", "a\n") == ""
    assert diff([checked("a\n"), checked(None)]) == ""


@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nmut b\nc\n", "a\nb\nc\n"),
        ("a\r\nmut b\r\nc\r\n", "a\r\nb\r\nc\r\n"),
        ("a\nmut b", "a\nb"),
        ("mut b", "b\n"),
        ("x\x0c\x0by\u2028mut ü\r\n", "x\x0c\x0by\u2028ü\r\n"),
        ("a\n" * 50 + "mut b\n" + "a\n" * 50, "new\n" + "a\n" * 50 + "b\n" + "a\n" * 50),
    ],
)
def test_patch_makes_the_repaired_file_of_it(tmp_path: Path, before: str, after: str, bom: bool) -> None:
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("there is no patch here")
    mark = b"\xef\xbb\xbf" if bom else b""
    (tmp_path / "a.rn").write_bytes(mark + before.encode())
    subprocess.run(
        [patch, "-p0", "--binary"],
        cwd=tmp_path,
        input=made(before, after, bom=bom).encode(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert (tmp_path / "a.rn").read_bytes() == mark + after.encode()


@pytest.mark.parametrize("name", ["a b.rn", "two  blanks .rn", 'quo"te.rn', "back\\slash.rn", "new\nline.rn", "ü ☃.rn"])
def test_patch_finds_a_file_of_an_odd_name(tmp_path: Path, name: str) -> None:
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("there is no patch here")
    (tmp_path / name).write_bytes(b"a\nmut b\n")
    text = diff([checked("a\nmut b\n", repaired="a\nb\n", path=name)])
    subprocess.run(
        [patch, "-p0", "--binary"], cwd=tmp_path, input=text.encode(), check=True, capture_output=True, timeout=60
    )
    assert (tmp_path / name).read_bytes() == b"a\nb\n"


def test_on_a_terminal_it_is_coloured_and_harmless() -> None:
    shown = painted(made("\x1b[2Jmut\t\r\n", "\x1b[2J\r\n"), lambda text, colour: f"<{colour}>{text}</>")
    assert "<red>-\\x1b[2Jmut    </>\n<green>+\\x1b[2J</>\n" in shown
    assert "\x1b" not in shown
