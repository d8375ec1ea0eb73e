"""Which token is presented: looked up in memory, which is read anew as the state changes."""

import asyncio
import contextlib
import hmac
import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from crucible_tools.errors import StateError
from crucible_tools.model.access import Secret, Token, TokenStatus
from crucible_tools.operations.tokens import MadeToken
from crucible_tools.servers.access.beside import WAIT_S, Beside, heard
from crucible_tools.servers.access.caller import Caller
from crucible_tools.servers.access.limits import Usage
from crucible_tools.servers.refusals import Unauthorized
from crucible_tools.store.place import Place
from crucible_tools.store.tokens import StoredToken, Tokens, Use

_LOG: Final = logging.getLogger("crucible_tools.access")

FRESH_S: Final = 1.0
"""Seconds that what was read holds: a token that is revoked opens nothing after that, and whoever is in is looked at
again."""

_AGAIN_S: Final = 0.05
"""Seconds from one reading to the next for the sake of a token or a secret that is not known: one that was just made
opens, after so long at most, and somebody who tries out tokens does not make the state busy."""

_RECORD_S: Final = 5.0
"""Seconds in which uses gather before they are recorded: what other servers of the state let in then, counts late."""

_HELP: Final = "send `Authorization: Bearer TOKEN`; `crucible token create` makes one"


class Doorman:
    """Knows every token of a state, and the one that a server made for itself. An async context manager.

    Nothing of it waits for the state on the event loop, and nobody waits for it longer than `beside.WAIT_S`.

    Args:
        place: the state.
        own: tokens that hold as long as the process, recorded nowhere.
    """

    def __init__(self, place: Place, own: Iterable[MadeToken] = ()) -> None:
        self._place = place
        # Two connections: who comes in need not wait until something is written.
        self._tokens, self._uses = Tokens(place), Tokens(place)
        self._reader, self._recorder = Beside("tokens"), Beside("the use of tokens", wait_s=None)
        self._own = {made.token.id: StoredToken(token=made.token, digest=made.secret.digest) for made in own}
        self._known: dict[str, StoredToken] = dict(self._own)
        self._had_some = False
        self._read_at = float("-inf")
        """When the reading began that is known."""
        self._reading: asyncio.Task[None] | None = None
        self._callers: dict[tuple[str, str], Caller] = {}
        self._inside: dict[asyncio.Timeout, Caller] = {}
        self._usage = Usage()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Begins to record uses, and to look after those who are in."""
        self._tasks = [asyncio.create_task(self._record_uses()), asyncio.create_task(self._look_after())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Records what is left."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        try:
            async with asyncio.timeout(WAIT_S):
                await self.record()
        except TimeoutError:
            _LOG.warning("the use of tokens may not be recorded: another program keeps the state busy")
        await self._reader.close(self._tokens.close)
        await self._recorder.close(self._uses.close)

    async def admit(self, presented: str) -> Caller:
        """Whoever presents this as a token.

        Raises:
            Unauthorized: it is none, or opens nothing.
            StateError: the tokens can't be read, or the state is gone.
        """
        secret = Secret.parse(presented.strip())
        stored = await self._find(secret.token_id, secret.digest) if secret else None
        now = datetime.now(UTC)
        if secret is None or stored is None or not _fits(stored, secret.digest, now):
            # Nothing tells which part was wrong.
            raise Unauthorized("the token opens nothing: it is none of this server's", hint=_HELP)
        token = stored.token
        if token.status(now) is not TokenStatus.ACTIVE:
            status = token.status(now).value
            raise Unauthorized(f"the token {token.id} is {status}", hint="make another: crucible token create")
        return self._admitted(token, secret.digest)

    async def recall(self, token_id: str, digest: str) -> Caller | None:
        """Whoever presented a token before, as sessions remember it; None when that would open nothing now.

        Raises:
            StateError: the tokens can't be read, or the state is gone.
        """
        stored = await self._find(token_id)
        if stored is None or not _opens(stored, digest, datetime.now(UTC)):
            return None
        return self._admitted(stored.token, digest)

    @contextlib.asynccontextmanager
    async def while_open(self, caller: Caller) -> AsyncGenerator[None]:
        """Lets a block run as long as what let a caller in still would, and cancels it some seconds after that at most.

        While the tokens can't be read, whoever is in stays in.

        Raises:
            Unauthorized: the block was cancelled.
        """
        bound = asyncio.timeout(None)
        try:
            async with bound:
                self._inside[bound] = caller
                try:
                    yield
                finally:
                    del self._inside[bound]
        except TimeoutError:
            if not bound.expired():
                raise
            raise Unauthorized(
                f"the token {caller.token.id} was taken back, or has expired, meanwhile", hint=_HELP
            ) from None

    def call(self, caller: Caller) -> None:
        """Count a call of a caller's.

        Raises:
            RateLimited: it may not call at the moment.
        """
        stored = self._known.get(caller.token.id)
        if stored is not None:
            self._usage.call(stored)

    async def record(self) -> None:
        """Record what tokens were used for; what can't be waits for the next time."""
        uses = self._usage.take()
        self._usage.recorded({token: uses.pop(token) for token in self._own if token in uses})  # they are nowhere
        if not uses:
            return
        try:
            began, tokens = await self._recorder.ask(lambda: self._write(uses))
        except StateError as error:
            _LOG.warning("the use of tokens could not be recorded: %s", error.message)
            self._usage.put_back(uses)
        else:
            self._usage.recorded(uses)
            self._know(began, tokens)

    def _admitted(self, token: Token, digest: str) -> Caller:
        self._usage.seen(token.id)
        caller = self._callers.get((token.id, digest))
        if caller is None or caller.token is not token:
            caller = self._callers[token.id, digest] = Caller(token, digest)
        return caller

    async def _find(self, token_id: str, digest: str | None = None) -> StoredToken | None:
        """The token of this id; one whose secret is not this may have just got it, by a rotation."""
        asked = time.monotonic()
        while True:
            known = self._known.get(token_id)
            strange = known is None or (digest is not None and not _fits(known, digest, datetime.now(UTC)))
            if self._read_at >= (asked if strange else asked - FRESH_S):
                return known
            if strange:
                await asyncio.sleep(self._read_at + _AGAIN_S - time.monotonic())
            await self._read()

    async def _read(self) -> None:
        """Reads the tokens; whoever wants that at the same time shares a reading."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._look())
            self._reading.add_done_callback(heard)
        await asyncio.shield(self._reading)

    async def _look(self) -> None:
        try:
            began, tokens = await self._reader.ask(lambda: _read_all(self._tokens), undo=lambda _: None)
            if self._had_some and not tokens:  # tokens are never deleted, not even revoked ones
                raise self._place.gone()
            self._know(began, tokens)
        finally:
            self._reading = None

    def _write(self, uses: Mapping[str, Use]) -> tuple[float, list[StoredToken]]:
        """Records uses and reads what they come to, on a thread: from then on they count by what is read."""
        self._uses.record_use(uses)
        return _read_all(self._uses)

    def _know(self, began: float, tokens: list[StoredToken]) -> None:
        """Takes up a reading, unless a newer one is known."""
        if began < self._read_at:
            return
        known = {stored.token.id: self._counted(stored) for stored in tokens}
        self._had_some = self._had_some or bool(known)
        self._known = {**known, **self._own}
        self._callers = {}
        self._read_at = began

    def _counted(self, stored: StoredToken) -> StoredToken:
        """As it was read; what is being recorded meanwhile is counted here, and may be in it already."""
        before = self._known.get(stored.token.id)
        if before is None or not self._usage.is_recording(stored.token.id):
            return stored
        return replace(stored, used=before.used, day=before.day)

    async def _record_uses(self) -> None:
        while True:
            await asyncio.sleep(_RECORD_S)
            try:
                await self.record()
            except Exception:  # noqa: BLE001 - the outermost handler of this task, which logs it
                _LOG.exception("the use of tokens could not be recorded")

    async def _look_after(self) -> None:
        """Ends the blocks of those whose token was taken back."""
        while True:
            await asyncio.sleep(FRESH_S)
            try:
                await self._end_those_outside()
            except StateError as error:
                _LOG.debug("the tokens can't be read: %s", error.message)
            except Exception:  # noqa: BLE001 - the outermost handler of this task, which logs it
                _LOG.exception("those whose tokens were taken back could not be sent away")

    async def _end_those_outside(self) -> None:
        if not self._inside:
            return
        await self._read()
        now = datetime.now(UTC)
        for bound, caller in self._inside.items():
            stored = self._known.get(caller.token.id)
            opens = stored is not None and _opens(stored, caller.digest, now)
            if not opens and not bound.expired():
                bound.reschedule(asyncio.get_running_loop().time())


def _read_all(tokens: Tokens) -> tuple[float, list[StoredToken]]:
    """Every token, and when it was begun to read them."""
    began = time.monotonic()
    return began, tokens.all()


def _opens(stored: StoredToken, digest: str, now: datetime) -> bool:
    return _fits(stored, digest, now) and stored.token.status(now) is TokenStatus.ACTIVE


def _fits(stored: StoredToken, digest: str, now: datetime) -> bool:
    """Whether a digest is that of the secret, or of the one before within its time; takes as long for any digest."""
    present = hmac.compare_digest(stored.digest, digest)
    previous = hmac.compare_digest(stored.previous_digest or "", digest)
    return present or (previous and stored.previous_until is not None and stored.previous_until > now)
