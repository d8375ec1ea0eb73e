"""Tokens: nothing is lost, and each thing that people write is one token of the right kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.rune.syntax.lexer import Tokens, lex
from tests.rune.syntax.support import ANY_BYTES, SOUP


def tokens(text: str) -> list[tuple[str, str]]:
    found = lex(text)
    return list(zip(found.kinds, found.texts, strict=True))


def check(text: str) -> Tokens:
    """The laws of the lexer."""
    found = lex(text)
    assert "".join(found.all_texts) == text
    at = 0
    for start, end in sorted([*zip(found.starts, found.ends, strict=True), *found.comments]):
        blanks = text[at:start]
        assert start >= at, "two tokens overlap"
        assert not blanks.removeprefix("\ufeff").strip(), "something is in no token"
        at = end
    for i, word in enumerate(found.texts):
        assert word == text[found.starts[i] : found.ends[i]] != ""
        other = found.partner[i]
        assert other == -1 or found.partner[other] == i
    assert all(found.partner[i] == -1 for i in found.unclosed)
    return found


@given(st.text())
def test_tokens_join_to_any_text(text: str) -> None:
    check(text)


@given(SOUP)
def test_tokens_join_to_what_looks_like_code(text: str) -> None:
    check(text)


@given(ANY_BYTES)
def test_tokens_join_to_any_bytes(text: str) -> None:
    check(text)


@given(SOUP)
def test_groups_nest(text: str) -> None:
    found = lex(text)
    open_: list[int] = []
    for i, other in enumerate(found.partner):
        if other > i:
            open_.append(i)
        elif other >= 0:
            assert open_.pop() == other


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("name", "name"), ("_x1", "name"), ("é", "name"), ("मराठी", "name"), ("r", "name"), ("b", "name"),
        ("1", "int"), ("1_000", "int"), ("0xff", "int"), ("0xffu8", "int"), ("0b10", "int"), ("0o17", "int"),
        ("10i64", "int"), ("1usize", "int"), ("1.5", "float"), ("1.", "float"), ("1e3", "float"), ("1.5e-3", "float"),
        ("2f64", "float"), ("2.0_f64", "float"),
        ('"a"', "string"), ('""', "string"), (r'"a\"b"', "string"), (r'"\\"', "string"), ('"a\nb"', "string"),
        ('"a \\\n  b"', "string"), ('b"a"', "bytes"), ('r"a\\"', "rawstring"), ('r#"a"b"#', "rawstring"),
        ('br#"a"#', "rawstring"), ("'a'", "char"), (r"'\n'", "char"), (r"'\''", "char"), ("'\"'", "char"),
        (r"'\u{1F600}'", "char"), ("'outer", "label"), ("b'a'", "byte"), (r"b'\n'", "byte"),
        ("::", "punct"), ("..=", "punct"), ("...", "punct"), ("===", "punct"), ("=>", "punct"), ("<<=", "punct"),
        ("²", "unknown"), ("\x00", "unknown"), ("'", "unknown"),
    ],
)  # fmt: skip
def test_each_of_these_is_one_token(text: str, kind: str) -> None:
    assert tokens(text) == [(kind, text)]
    assert tokens(f"x {text} y")[1] == (kind, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1..2", ["1", "..", "2"]), ("1.max(2)", ["1", ".", "max", "(", "2", ")"]), ("a.0", ["a", ".", "0"]),
        ("1._x", ["1", ".", "_x"]), ("a.0.b", ["a", ".", "0", ".", "b"]), ("1.)", ["1.", ")"]),
        ("12px", ["12", "px"]), ("'a: loop", ["'a", ":", "loop"]), ("'a'b", ["'a'", "b"]),
        ("A<B<C>>", ["A", "<", "B", "<", "C", ">", ">"]), ("a>>b", ["a", ">", ">", "b"]), ("a>>=b", ["a", ">>=", "b"]),
        ("x?.y", ["x", "?", ".", "y"]), ("a??b", ["a", "?", "?", "b"]), ("#!x", []),
        ("#![x]", ["#", "!", "[", "x", "]"]),        ("b 'a'", ["b", "'a'"]), ("rb", ["rb"]),
    ],
)  # fmt: skip
def test_tokens_end_where_they_should(text: str, words: list[str]) -> None:
    assert lex(text).texts == words


def test_a_template_nests() -> None:
    found = lex("`a ${`b ${c} }` + {d}} e`")
    assert tokens(found.text) == [
        ("backtick", "`"), ("text", "a "), ("dollar", "${"), ("backtick", "`"), ("text", "b "), ("dollar", "${"),
        ("name", "c"), ("punct", "}"), ("text", " }"), ("backtick", "`"), ("punct", "+"), ("punct", "{"), ("name", "d"),
        ("punct", "}"), ("punct", "}"), ("text", " e"), ("backtick", "`"),
    ]  # fmt: skip
    assert found.partner[0] == len(found) - 1
    assert found.partner[2] == 14


@pytest.mark.parametrize("text", [r"`\``", r"`\${`", "`$5`", "`$`", "`a\nb`", '`"`', "`//`"])
def test_what_ends_no_template_is_text(text: str) -> None:
    assert tokens(text) == [("backtick", "`"), ("text", text[1:-1]), ("backtick", "`")]


def test_inside_of_a_template_nothing_closes_what_is_outside() -> None:
    found = lex("(`${)}`)")
    assert found.partner[0] == len(found) - 1
    assert [found.texts[i] for i in found.unclosed] == [")"]


def test_a_bracket_closes_over_what_nothing_closes() -> None:
    found = lex("{ ( [ }")
    assert found.partner == [3, -1, -1, 0]
    assert found.unclosed == [1, 2]


@pytest.mark.parametrize(
    ("text", "docs"),
    [
        ("/// a", [(False, 0)]), ("//! a", [(True, 0)]), ("/** a */", [(False, 0)]), ("/*! a */", [(True, 0)]),
        ("// a", []), ("//// a", []), ("/* a */", []), ("/*** a */", []), ("x /// a\n y", [(False, 1)]),
    ],
)  # fmt: skip
def test_doc_comments_are_told_from_others(text: str, docs: list[tuple[bool, int]]) -> None:
    found = lex(text)
    assert [(doc.inner, doc.before) for doc in found.docs] == docs
    assert len(found.comments) == 1


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a // b\r\nc", "// b"), ("a // b", "// b"), ("a // b  ", "// b  "), ("a /* b */ c", "/* b */"),
        ("/* /* */ c", "/* /* */"), ("/**/ a */ c", "/**/ a */"), ("/**/ a", "/**/"), ("/*/ a */", "/*/ a */"),
        ("#!/usr/bin/env rune\na", "#!/usr/bin/env rune"), ("\ufeff#!x\n", "#!x"), ("a /* b", "/* b"),
    ],
)  # fmt: skip
def test_comments_end_where_runes_do(text: str, comment: str) -> None:
    found = check(text)
    assert [text[start:end] for start, end in found.comments] == [comment]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('a "b', 2), ('a "b\\"', 2), ('a "b  ', 2), ('a b"c', 2), ('a r#"b"', 2), ("a /* b", 2), ("a `b", 2),
        ("a `${b", 2),        ('"a"', None), ('"a\\\\"', None), ("/* a */", None), ("`${a}`", None), ('"a" ', None),
    ],
)  # fmt: skip
def test_what_the_end_cuts_off_is_known(text: str, at: int | None) -> None:
    assert check(text).cut == at


def test_a_byte_order_mark_is_a_blank_at_the_beginning_only() -> None:
    assert lex("\ufefffn").texts == ["fn"]
    assert lex("fn\ufeff").kinds == ["name", "unknown"]


def test_places_count_characters_from_one() -> None:
    found = lex("é a\r\n b")
    assert [found.place(start) for start in found.starts] == [(1, 1), (1, 3), (2, 2)]
    assert [found.at(offset) for offset in range(7)] == [0, 0, 1, 1, 1, 1, 2]
    assert lex(" a").at(0) == -1
