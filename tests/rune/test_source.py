"""Bytes to text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crucible_tools.rune.source import Source, Unreadable, line_ends, read_source


def test_the_mark_is_dropped_and_the_line_ends_stay(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf// a\r\npub fn call(args) { 1 }\r\n"
    (tmp_path / "a.rn").write_bytes(data)
    source = read_source(tmp_path / "a.rn", 1000)
    assert source == Source(
        text="// a\r\npub fn call(args) { 1 }\r\n",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        bom=True,
        line_ends="\r\n",
    )


@pytest.mark.parametrize(("text", "ends"), [("", "\n"), ("a\nb", "\n"), ("a\r\nb\r\n", "\r\n"), ("a\r\nb\n", "mixed")])
def test_line_ends_are_told_apart(text: str, ends: str) -> None:
    assert line_ends(text) == ends


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_is_no_utf8_is_named_with_its_offset_in_the_file(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "a.rn").write_bytes(mark + b"// \xc4nderung\n")
    source = read_source(tmp_path / "a.rn", 1000)
    assert isinstance(source, Unreadable)
    assert source.encoding
    assert source.message == f"is not UTF-8 (byte 0xC4 at offset {3 + len(mark)})"


def test_a_file_that_has_grown_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.rn").write_bytes(b"x" * 11)
    source = read_source(tmp_path / "a.rn", 10)
    assert isinstance(source, Unreadable)
    assert "10 bytes" in source.message


@pytest.mark.parametrize("name", ["gone.rn", "."])
def test_what_can_not_be_opened_says_why(tmp_path: Path, name: str) -> None:
    source = read_source(tmp_path / name, 10)
    assert isinstance(source, Unreadable)
    assert source.message.startswith("is not readable: ")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_two_bytes_a_letter_is_told_without_its_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.rn").write_bytes("pub fn call(args) { 1 } // größer\n".encode(encoding))
    source = read_source(tmp_path / "a.rn", 1000)
    assert isinstance(source, Unreadable)
    assert source.encoding
    assert "UTF-16" in source.message


@pytest.mark.parametrize("text", ["a", "\0", "a\0b", "pub fn call(args) { '\0\0\0' }", ""])
def test_some_zeros_are_no_other_encoding(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.rn").write_text(text)
    assert isinstance(read_source(tmp_path / "a.rn", 1000), Source)
