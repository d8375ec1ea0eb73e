"""Kept answers: one request a key, forgotten after a while, bounded in number and size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crucible_tools.store import idempotency
from crucible_tools.store.idempotency import ABANDONED_AFTER, KEPT_FOR, MOST_BYTES, Answer, Kept, KeptAnswers
from crucible_tools.store.place import resolve
from crucible_tools.store.state import State
from tests.store.conftest import fill

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def answers(state: State, folder: Path) -> Iterator[KeptAnswers]:
    fill(state)
    kept = KeptAnswers(resolve(folder))
    yield kept
    kept.close()


def test_a_key_is_taken_once_and_then_has_its_answer(answers: KeptAnswers) -> None:
    answer = Answer(200, "application/json", b'{"a":1}' * 1000)
    assert answers.claim("token", "key", "digest", NOW) is None
    assert answers.claim("token", "key", "other", NOW) == Kept("digest", None)
    answers.keep("token", "key", answer)
    assert answers.claim("token", "key", "digest", NOW) == Kept("digest", answer)
    assert answers.claim("other", "key", "digest", NOW) is None


def test_a_key_that_was_released_is_free(answers: KeptAnswers) -> None:
    answers.claim("token", "key", "digest", NOW)
    answers.release("token", "key")
    assert answers.claim("token", "key", "other", NOW) is None


def test_answers_are_forgotten_after_a_while_and_requests_without_one_earlier(answers: KeptAnswers) -> None:
    answers.claim("token", "answered", "digest", NOW)
    answers.keep("token", "answered", Answer(200, "text/plain", b""))
    answers.claim("token", "abandoned", "digest", NOW)
    later = NOW + ABANDONED_AFTER + SECOND
    assert answers.claim("token", "answered", "digest", later) is not None
    assert answers.claim("token", "abandoned", "digest", later) is None
    assert answers.claim("token", "answered", "digest", NOW + KEPT_FOR + SECOND) is None


def test_of_a_large_answer_it_is_only_known_that_there_was_one(answers: KeptAnswers) -> None:
    answers.claim("token", "key", "digest", NOW)
    answers.keep("token", "key", Answer(200, "text/plain", b"x" * (MOST_BYTES + 1)))
    assert answers.claim("token", "key", "digest", NOW) == Kept("digest", Answer(200, "text/plain", None))


def test_a_token_keeps_so_many_keys_and_forgets_the_oldest(
    answers: KeptAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_KEPT", 3)
    for number in range(5):
        answers.claim("token", f"key-{number}", "digest", NOW + number * SECOND)
    answers.claim("other", "key-0", "digest", NOW)
    found = [answers.claim("token", f"key-{number}", "digest", NOW + 5 * SECOND) for number in (4, 3, 2)]
    assert found == [Kept("digest", None)] * 3
    assert answers.claim("token", "key-0", "digest", NOW + 6 * SECOND) is None
    assert answers.claim("other", "key-0", "digest", NOW + 6 * SECOND) is not None
