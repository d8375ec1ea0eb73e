"""What must not be recorded is replaced wherever it usually stands; all else stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crucible_tools.engine.record_redaction import Redaction
from crucible_tools.model.calls import MARKER

PLAIN = Redaction()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ({"password": "x"}, {"password": MARKER}),
        ({"DB_PASSWORD_2": 12}, {"DB_PASSWORD_2": MARKER}),
        ({"credentials": {"user": "a", "key": ["b"]}}, {"credentials": MARKER}),
        ({"access_token": "x", "max_tokens": 5}, {"access_token": MARKER, "max_tokens": 5}),
        ({"password": None, "secret": True}, {"password": None, "secret": True}),
        ([["Authorization", "Bearer x"], ["Accept", "y"]], [["Authorization", MARKER], ["Accept", "y"]]),
        ("https://host/?page=1&token=abc#top", f"https://host/?page=1&token={MARKER}"),
        ("a=1&api_key=k;b=2", f"a=1&api_key={MARKER};b=2"),
        ("https://user:pass@host/", f"https://{MARKER}@host/"),
        ("Cookie: a=b\nHost: x", f"Cookie: {MARKER}\nHost: x"),
        ('{"token": "x", "n": 1}', f'{{"token":"{MARKER}","n":1}}'),
        ({"body": '[{"secret": "x"}]'}, {"body": f'[{{"secret":"{MARKER}"}}]'}),
        ('{"token": "cut off', f'{{"token": "{MARKER}'),
        ('{"token": 12}\n{"n": 1}', f'{{"token": {MARKER}}}\n{{"n": 1}}'),
        ('it gave {"token": "x \\" y", "n": 1}', f'it gave {{"token": "{MARKER}", "n": 1}}'),
        ('a text of {\\"token\\": \\"x\\", \\"n\\": 1}', f'a text of {{\\"token\\": \\"{MARKER}\\", \\"n\\": 1}}'),
        ('see {"credentials": {"user": "a"}}', 'see {"credentials": {"user": "a"}}'),
        ('password = "x y"\nport = 1', f'password = "{MARKER}"\nport = 1'),
        ("export DB_PASSWORD='x y' PORT=1", f"export DB_PASSWORD='{MARKER}' PORT=1"),
        ('password: "x y"\nport: 1', f'password: "{MARKER}"\nport: 1'),
        ({"name": "API_KEY", "value": "x"}, {"name": "API_KEY", "value": MARKER}),
        ({"key": "Cookie", "value": ["x"], "n": 1}, {"key": "Cookie", "value": MARKER, "n": 1}),
        ({"name": "colour", "value": "x"}, {"name": "colour", "value": "x"}),
        ({"privateKey": "x"}, {"privateKey": MARKER}),
        ("a password is needed", "a password is needed"),
        ("12:30 x=1", "12:30 x=1"),
    ],
)
def test_values_are_replaced_by_their_names(value: Any, clean: Any) -> None:
    assert PLAIN.of_value(value) == (clean, clean != value)
    assert json.loads(PLAIN.of_json(json.dumps(value))[0]) == clean


def test_names_of_the_configuration_join_those_that_always_are() -> None:
    mine = Redaction(names=("PIN", "customer_*"))
    value = {"pin": "1", "customer_name": "a", "cookie": "c", "pins": "x"}
    assert mine.of_value(value)[0] == {"pin": MARKER, "customer_name": MARKER, "cookie": MARKER, "pins": "x"}


def test_a_secret_that_is_known_is_replaced_where_it_is_a_fields_name_too() -> None:
    mine = Redaction(prefixes=("ghp_",)).knowing(['{"password": "hunter2-x"}'])
    assert mine.of_value({"hunter2-x": {"ghp_1": 1}, "port": 2})[0] == {MARKER: {MARKER: 1}, "port": 2}
    assert mine.of_json('{"of hunter2-x": 1}')[0] == f'{{"of {MARKER}":1}}'


def test_words_are_replaced_by_how_they_begin() -> None:
    mine = Redaction(prefixes=("ghp_", "sk-"))
    assert mine.of_text("use ghp_aB3-x.y, not task-1 or sk-9")[0] == f"use {MARKER}, not task-1 or {MARKER}"


def test_a_name_that_is_written_with_escapes_is_found() -> None:
    assert json.loads(PLAIN.of_json('{"p\\u0061ssword": "x"}')[0]) == {"password": MARKER}


def test_a_value_with_such_a_name_is_replaced_where_it_stands_alone_too() -> None:
    knowing = PLAIN.knowing(['{"token": "0123456789"}', '[["Authorization", "Bearer abcdefgh"]]'])
    assert knowing.of_json('["0123456789", "run abcdefgh"]')[0] == f'["{MARKER}","run {MARKER}"]'
    assert PLAIN.knowing(['{"token": "short"}']).of_text("a short text")[0] == "a short text"


@settings(max_examples=60)
@given(JSON)
def test_replacing_twice_is_replacing_once_and_what_has_no_secrets_stays(value: Any) -> None:
    once, replaced = PLAIN.of_value(value)
    assert PLAIN.of_value(once) == (once, False)
    assert replaced == (once != value)
    text = json.dumps(value)
    if not PLAIN.of_json(text)[1]:
        assert PLAIN.of_json(text)[0] == text


@settings(max_examples=40)
@given(JSON, st.text("abcdefghijkl", min_size=12, max_size=20))
def test_a_secret_is_found_at_any_depth(value: Any, secret: str) -> None:
    assume(secret not in json.dumps(value))
    text = json.dumps(
        {"around": [value, {"client_secret": secret}, f"x?token={secret}", json.dumps({"token": secret})]}
    )
    assert secret not in PLAIN.of_json(text)[0]


@pytest.mark.parametrize(
    "text",
    ["token=" * 9000, "a=:" * 9000, "://a:" * 9000, '["token","x"],' * 9000, "[" * 90_000, '{"a":"' * 9000],
)
def test_texts_that_are_made_to_take_long_come_to_an_end(text: str) -> None:
    clean, _ = PLAIN.of_text(text)
    assert len(clean) <= 4 * len(text)
