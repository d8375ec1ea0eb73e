"""Which version of the schema this package writes and reads."""

from typing import Final

from crucible_tools.errors import StateTooNew
from crucible_tools.store.place import Place

SCHEMA_VERSION: Final = 7
"""One more than there are `upgrades.UPGRADES`; here so that `quick` can compare without SQLAlchemy."""


def check_not_newer(place: Place, found: int, known: int = SCHEMA_VERSION) -> None:
    """Refuse a state of a newer package.

    Raises:
        StateTooNew: always when `found` is above `known`: what a newer schema means can't be guessed.
    """
    if found > known:
        raise StateTooNew(
            f"the state {place.name} has schema version {found}; this version of crucible-tools knows "
            f"versions up to {known}",
            hint="use the crucible-tools that wrote it, or a newer one",
        )
