"""Progress of a migration: a bar on a terminal, a line a step where asked for, else nothing."""

import contextlib
from collections.abc import Generator
from typing import Final

from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.model.enums import MigrationPhase

_WORDS: Final = {
    MigrationPhase.DISCOVERING: "reading",
    MigrationPhase.MIGRATING: "migrating",
    MigrationPhase.VALIDATING: "validating",
}


@contextlib.contextmanager
def watching(terminal: Terminal) -> Generator[Watcher]:
    """The watcher for this terminal."""
    if terminal.verbose:
        yield lambda step: terminal.note(f"{_WORDS.get(step.phase, step.phase)} {line(step.subject)}")
    elif terminal.interactive:
        with _bar(terminal) as watcher:
            yield watcher
    else:
        yield ignore


@contextlib.contextmanager
def _bar(terminal: Terminal) -> Generator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True, no_color=terminal.no_color)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[subject]}", markup=False),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        tasks = {phase: bar.add_task(word, visible=False, subject="") for phase, word in _WORDS.items()}

        def watch(step: Progress) -> None:
            if step.phase in tasks:
                bar.update(
                    tasks[step.phase], completed=step.done, total=step.total, subject=line(step.subject), visible=True
                )

        yield watch
