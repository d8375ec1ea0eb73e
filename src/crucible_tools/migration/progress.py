"""What a running migration tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from crucible_tools.model.enums import MigrationPhase


@dataclass(frozen=True, slots=True)
class Progress:
    """One step was made.

    Args:
        phase: what is being done.
        done: steps made in this phase.
        total: steps of this phase.
        subject: the file or tool of the step.
    """

    phase: MigrationPhase
    done: int
    total: int
    subject: str


Watcher: TypeAlias = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """The watcher of those who don't watch."""
