"""Kept answers as requests use them: beside the event loop, in order, and for nobody who has gone."""

from datetime import datetime

from crucible_tools.servers.access.beside import WAIT_S, Beside
from crucible_tools.store.idempotency import Answer, Kept, KeptAnswers
from crucible_tools.store.place import Place


class Answers:
    """The answers that a state keeps for requests that come again.

    Args:
        place: the state; it exists when it is first asked.
        wait_s: seconds for which a request waits for the state.
    """

    def __init__(self, place: Place, wait_s: float = WAIT_S) -> None:
        self._kept = KeptAnswers(place)
        self._beside = Beside("kept answers", wait_s)

    async def claim(self, token: str, key: str, digest: str, now: datetime) -> Kept | None:
        """As `KeptAnswers.claim`. A key that was taken for a request that no longer waits is free again.

        Raises:
            StateError: the state can't be written, or is kept busy by another program.
        """

        def undo(found: Kept | None) -> None:
            if found is None:
                self._kept.release(token, key)

        return await self._beside.ask(lambda: self._kept.claim(token, key, digest, now), undo)

    async def keep(self, token: str, key: str, answer: Answer) -> None:
        """As `KeptAnswers.keep`; also when this raises, since it takes long, or is cancelled, the answer is kept.

        Raises:
            StateError: the state can't be written, or is kept busy by another program.
        """
        await self._beside.ask(lambda: self._kept.keep(token, key, answer))

    async def release(self, token: str, key: str) -> None:
        """As `KeptAnswers.release`; done also when this raises, since it takes long, or is cancelled.

        Raises:
            StateError: the state can't be written, or is kept busy by another program.
        """
        await self._beside.ask(lambda: self._kept.release(token, key))

    async def close(self) -> None:
        """Keeps what is left to be kept, and closes the connection."""
        await self._beside.close(self._kept.close)
