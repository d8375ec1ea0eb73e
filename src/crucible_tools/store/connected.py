"""What has a connection to a state of its own, and closes it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from crucible_tools.store.database import Database
from crucible_tools.store.place import Place, resolve


class Connected:
    """Something of one state, reached by a connection of its own. A context manager that closes it.

    Args:
        place: the folder or URL, or a resolved place.
    """

    def __init__(self, place: Path | str | Place) -> None:
        self.place = place if isinstance(place, Place) else resolve(place)
        self._database = Database(self.place)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        self._database.close()
