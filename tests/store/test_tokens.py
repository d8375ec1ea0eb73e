"""Tokens in the state: digests only, and what they were used for adds up by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crucible_tools.model.access import Limits, Scope, Secret, Token, TokenStatus
from crucible_tools.store.tokens import Tokens, Use
from tests.on_server import execute

NOW = datetime(2026, 11, 29, 23, 59, 58, tzinfo=UTC)
TOKEN = Token(
    id="AbCd2345",
    name="ci",
    scopes=frozenset({Scope.CALL, Scope.READ}),
    tools=("just_*", "notes.list"),
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
    limits=Limits(per_minute=10, per_day=100),
)


def test_a_token_is_read_as_it_was_written_and_makes_the_state(tmp_path: Path) -> None:
    with Tokens(tmp_path / "state") as tokens:
        assert tokens.all() == []
        tokens.add(TOKEN, "digest")
        (stored,) = tokens.all()
        assert (stored.token, stored.digest, stored.previous_digest) == (TOKEN, "digest", None)


def test_uses_add_up_within_a_day_of_utc(tmp_path: Path) -> None:
    with Tokens(tmp_path / "state") as tokens:
        tokens.add(TOKEN, "digest")
        tokens.record_use({TOKEN.id: Use(NOW, 3), "gone": Use(NOW, 9)})
        tokens.record_use({TOKEN.id: Use(NOW + timedelta(seconds=1), 2)})
        (stored,) = tokens.all()
        assert (stored.day, stored.used) == ("2026-11-29", 5)
        tokens.record_use({TOKEN.id: Use(NOW + timedelta(seconds=2), 1)})
        (stored,) = tokens.all()
        assert (stored.day, stored.used) == ("2026-11-30", 1)
        assert stored.token.last_used_at == NOW + timedelta(seconds=2)


def test_rotating_keeps_the_digest_before_until_then(tmp_path: Path) -> None:
    with Tokens(tmp_path / "state") as tokens:
        tokens.add(TOKEN, "first")
        tokens.replace(TOKEN, "second", NOW + timedelta(minutes=1))
        (stored,) = tokens.all()
        assert (stored.digest, stored.previous_digest) == ("second", "first")
        assert stored.previous_until == NOW + timedelta(minutes=1)


def test_a_token_ends_at_its_time_or_when_it_is_taken_back(tmp_path: Path) -> None:
    assert TOKEN.status(NOW) is TokenStatus.ACTIVE
    assert TOKEN.status(NOW + timedelta(days=1)) is TokenStatus.EXPIRED
    with Tokens(tmp_path / "state") as tokens:
        tokens.add(TOKEN, "digest")
        tokens.revoke(replace(TOKEN, revoked_at=NOW))
        assert tokens.all()[0].token.status(NOW) is TokenStatus.REVOKED


def test_what_is_no_token_is_none() -> None:
    secret = Secret.of("AbCd2345", "x" * 43)
    assert Secret.parse(secret.text) == secret
    assert "x" * 43 not in repr(secret)
    for wrong in ("", "crucible_", secret.text[1:], f"{secret.text}x", secret.text.replace("A", "ä"), "x" * 10_000):
        assert Secret.parse(wrong) is None


def test_limits_that_are_damaged_limit_to_nothing(tmp_path: Path) -> None:
    with Tokens(tmp_path / "state") as tokens:
        tokens.add(TOKEN, "digest")
    execute(tmp_path / "state", 'UPDATE tokens SET limits = \'{"per_day": "many"}\'')
    with Tokens(tmp_path / "state") as tokens:
        assert tokens.all()[0].token.limits.per_day == 0
