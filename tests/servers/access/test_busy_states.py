"""A state that another program keeps busy holds up those who need it, a while, and nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crucible_tools.errors import StateLocked
from crucible_tools.model.access import Limits, Scope
from crucible_tools.operations.tokens import NewToken, create_token
from crucible_tools.servers.access.beside import Beside
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.http.answers import Answers
from crucible_tools.servers.refusals import RateLimited
from crucible_tools.store.idempotency import Answer, Kept, KeptAnswers
from crucible_tools.store.place import resolve
from crucible_tools.store.tokens import Tokens
from tests.on_server import kept_busy
from tests.servers.http.conftest import Served, client, migrated, project, serve, until
from tests.servers.http.problems import problem
from tests.servers.mcp.conftest import Project

__all__ = ["client", "migrated", "project"]

KEYED = {"Idempotency-Key": "once"}


class Gate:
    """Holds up a method of the store as a lock does, on whatever thread, until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self.opened, self.entered = threading.Event(), threading.Event()
        real: Callable[..., Any] = getattr(owner, name)

        def held(*given: Any) -> Any:
            self.entered.set()
            assert self.opened.wait(60)
            return real(*given)

        monkeypatch.setattr(owner, name, held)


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type, str], Gate]]:
    """Makes gates, which are all open at the end."""
    gates: list[Gate] = []

    def make(owner: type, name: str) -> Gate:
        gates.append(Gate(monkeypatch, owner, name))
        return gates[-1]

    yield make
    for gate in gates:
        gate.opened.set()


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served."""
    async with serve(project) as running:
        yield running


async def test_others_are_answered_while_a_call_with_a_key_waits_for_a_lock(
    served: Served, client: httpx2.AsyncClient, gated: Callable[[type, str], Gate]
) -> None:
    gate = gated(KeptAnswers, "claim")
    waiting = asyncio.create_task(client.post("/tools/echo", headers=KEYED))
    await until(gate.entered.is_set)
    for _ in range(3):
        assert (await client.get("/livez")).status_code == 200
        assert (await client.post("/tools/echo")).status_code == 200
    gate.opened.set()
    assert (await waiting).status_code in (200, 503)  # as long as it may wait
    assert (await client.post("/tools/echo", headers=KEYED)).status_code == 200


async def test_a_writer_elsewhere_holds_up_calls_with_keys_only(served: Served, client: httpx2.AsyncClient) -> None:
    with kept_busy(Path(served.project.state)):
        waiting = asyncio.create_task(client.post("/tools/echo", headers=KEYED))
        assert (await client.post("/tools/echo")).status_code == 200
    assert (await waiting).status_code in (200, 503)


async def test_those_who_need_no_token_are_answered_while_the_tokens_are_locked(
    served: Served, gated: Callable[[type, str], Gate]
) -> None:
    caller, stranger = await served.member(Scope.CALL), await served.client(None)
    gate = gated(Tokens, "all")
    waiting = asyncio.create_task(caller.get("/tools"))
    await until(gate.entered.is_set)
    assert (await stranger.get("/livez")).status_code == 200
    assert (await stranger.get("/tools")).status_code == 401
    gate.opened.set()
    assert (await waiting).status_code in (200, 503)
    assert (await caller.get("/tools")).status_code == 200


async def test_who_waits_for_the_tokens_waits_a_while_and_is_told_to_come_again(
    served: Served, gated: Callable[[type, str], Gate]
) -> None:
    caller = await served.member(Scope.CALL)
    gated(Tokens, "all")
    response = await caller.get("/tools")
    assert "busy" in problem(response, 503, "state-locked")["detail"]
    assert response.headers["retry-after"] == "1"


async def test_a_key_that_nobody_waits_for_any_more_is_free_again(
    project: Project, gated: Callable[[type, str], Gate]
) -> None:
    gate = gated(KeptAnswers, "claim")
    hasty, patient = Answers(resolve(project.state), wait_s=0.01), Answers(resolve(project.state))
    now = datetime.now(UTC)
    with pytest.raises(StateLocked):
        await hasty.claim("token", "running", "digest", now)
    with pytest.raises(StateLocked):
        await hasty.claim("token", "waiting", "digest", now)
    leaving = asyncio.create_task(patient.claim("token", "left", "digest", now))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    gate.opened.set()
    await hasty.close()
    for key in ("running", "waiting", "left"):
        async with asyncio.timeout(60):
            while await patient.claim("token", key, "digest", now) is not None:
                await asyncio.sleep(0.001)
    await patient.close()


async def test_an_answer_is_kept_although_nobody_waits_for_that(
    project: Project, gated: Callable[[type, str], Gate]
) -> None:
    answer, now = Answer(200, "text/plain", b"1"), datetime.now(UTC)
    hasty, patient = Answers(resolve(project.state), wait_s=0.01), Answers(resolve(project.state))
    assert await patient.claim("token", "key", "digest", now) is None
    gate = gated(KeptAnswers, "keep")
    with pytest.raises(StateLocked):
        await hasty.keep("token", "key", answer)
    gate.opened.set()
    await hasty.close()
    assert await patient.claim("token", "key", "digest", now) == Kept("digest", answer)
    await patient.close()


async def test_a_quota_holds_while_its_calls_are_being_recorded(
    project: Project, gated: Callable[[type, str], Gate]
) -> None:
    made = await create_token(project.state, NewToken(name="robot", scopes=(Scope.CALL,), limits=Limits(per_day=3)))
    async with Doorman(resolve(project.state)) as knows:
        caller = await knows.admit(made.secret.text)
        for _ in range(2):
            knows.call(caller)
        gate = gated(Tokens, "record_use")
        recording = asyncio.create_task(knows.record())
        await until(gate.entered.is_set)
        knows.call(caller)
        assert full(knows, caller)
        gate.opened.set()
        await recording
        assert full(knows, await knows.admit(made.secret.text))
        await knows.record()
        assert full(knows, await knows.admit(made.secret.text))


def full(knows: Doorman, caller: Any) -> bool:
    try:
        knows.call(caller)
    except RateLimited:
        return True
    return False


async def test_what_is_asked_beside_the_loop_is_done_in_turn() -> None:
    beside, done = Beside("things"), list[int]()
    await asyncio.gather(*(beside.ask(lambda number=number: done.append(number)) for number in range(50)))
    await beside.close(lambda: done.append(50))
    assert done == list(range(51))
