"""Places of values in JSON texts."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.migration.validation import places

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=15,
)


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def count(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(count(item) for item in inner)


@given(_VALUES, st.sampled_from([None, 1]))
def test_every_value_is_found_where_it_is(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    found = list(places.values(text))
    assert len(found) == count(value)
    for path, offset in found:
        assert json.JSONDecoder().raw_decode(text, offset)[0] == at(value, path)
        assert places.find(text, path) == offset


def test_what_is_not_there_is_told_at_what_is_around_it() -> None:
    text = '{"a": {"b": [1, 2]}}'
    assert places.find(text, ("a", "b", 7, "c")) == text.index("[")
    assert places.find(text, ()) == 0


def test_a_key_that_comes_again_is_found() -> None:
    assert places.find_again('{"a": {"b": 1}, "c": {"b": 2}, "a": 3}') == len('{"a": {"b": 1}, "c": {"b": 2}, "a": ')
    assert places.find_again('{"a": [1, 1]}') == 0


def test_brackets_in_texts_do_not_nest() -> None:
    assert places.too_deep('["[[[[", [1]]', 2) is None
    assert places.too_deep('["[[[[", [[1]]]', 2) == 10


def test_a_place_has_lines_and_columns_from_one() -> None:
    place = places.location("a.json", "x\nyz", 3)
    assert (str(place), place.line, place.column) == ("a.json:2:2", 2, 2)
