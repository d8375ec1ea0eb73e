"""The book of calls: ids, what runs, and that nothing begins once it is closed."""

from __future__ import annotations

import pytest

from crucible_tools.errors import EngineClosed, UsageError
from crucible_tools.operations.serving.calls import CallBook


def test_no_two_calls_are_given_one_id_here_or_elsewhere() -> None:
    one, other = CallBook(), CallBook()
    made = [book.new_id() for book in (one, other) for _ in range(100)]
    assert len(set(made)) == 200
    assert not [name for name in made if ":" in name]


def test_an_id_is_free_again_when_its_call_has_ended() -> None:
    book = CallBook()
    call = book.begin("mine", "tool", "ada")
    with pytest.raises(UsageError, match="'mine' runs already"):
        book.begin("mine", "tool", "ada")
    book.end(call)
    assert book.begin("mine", "other", "ada").tool == "other"


def test_a_closed_book_begins_no_call_and_keeps_those_that_run() -> None:
    book = CallBook()
    call = book.begin("mine", "tool", None)
    book.close()
    with pytest.raises(EngineClosed):
        book.begin("late", "tool", None)
    assert [view.id for view in book.live(lambda _: True)] == ["mine"]
    book.end(call)
    assert [view.id for view in book.recent(lambda _: True, 9)] == ["mine"]
