"""Places for what is open for long: so many in all, and so many of them for one token, so that none has them all."""

import contextlib
from collections import Counter
from collections.abc import Generator
from typing import Final, TypeVar

from crucible_tools.servers.refusals import RateLimited

_AGAIN_S: Final = 15.0
"""Seconds after which whoever found no place may ask again."""

_Who = TypeVar("_Who")


class Places:
    """Places for streams.

    Args:
        most: that may be open at the same time.
        of_one: those of one token.
    """

    def __init__(self, most: int, of_one: int) -> None:
        self._most = most
        self._of_one = of_one
        self._taken: Counter[str] = Counter()

    def check(self, user: str) -> None:
        """Refuse one more, before anything of it is sent.

        Args:
            user: whose it would be (`Caller.user`).

        Raises:
            RateLimited: there is no place for it.
        """
        if self._taken[user] >= self._of_one:
            raise RateLimited(
                f"{self._of_one} streams of this token are open already",
                retry_after_s=_AGAIN_S,
                hint="close one, or use another token",
            )
        if self._taken.total() >= self._most:
            raise RateLimited(f"{self._most} streams are open already", retry_after_s=_AGAIN_S)

    def taken(self, user: str) -> contextlib.AbstractContextManager[None]:
        """One place, as long as the block runs."""
        return counted(self._taken, user)


@contextlib.contextmanager
def counted(counts: Counter[_Who], who: _Who) -> Generator[None]:
    """One more of somebody, as long as the block runs; whoever has none is not kept.

    Args:
        counts: how many each has.
        who: whose it is.
    """
    counts[who] += 1
    try:
        yield
    finally:
        counts[who] -= 1
        if not counts[who]:
            del counts[who]
