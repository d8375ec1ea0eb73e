"""Commands about what was and what changed: `rollback`, `restore`, `history`, `reload`, `adopt`, `cleanup`, `trust`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format

_Names = Annotated[
    list[str] | None, typer.Argument(metavar="[TOOL]...", help="Names of migrated tools.", show_default=False)
]
_Drifted = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TOOL]...", help="Names of migrated tools; all that drifted by default.", show_default=False
    ),
]
_Run = Annotated[
    str | None,
    typer.Option("--run", metavar="ID", help="A run's id, the beginning of one, or last: the last migration."),
]
_LockTimeout = Annotated[
    float | None,
    typer.Option("--lock-timeout", metavar="S", min=0, help="Seconds to wait for another run.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of the command line."""
    for command in (rollback, restore, history, reload, adopt, cleanup, trust):
        app.command()(command)


def rollback(
    tools: _Names = None,
    run: _Run = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="Go back to what was then, such as 2026-11-24T16:20:00Z."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Go back to before the first migration.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")] = False,
    lock_timeout: _LockTimeout = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Let tools be what they were before.

    A named tool goes back to its previous version; one that has none becomes inactive. All is done in one
    transaction, as a run that can be rolled back itself. Sources are not touched: `crucible restore` writes them.

    \b
    crucible rollback slugify
    crucible rollback --run 20261124T162000Z-0a1b2c3d      all that this run did
    crucible rollback --to 2026-11-24T16:20:00Z --dry-run
    """
    from crucible_tools.cli.undoing import run_rollback
    from crucible_tools.operations.configuration import Flags
    from crucible_tools.operations.history import wanted

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    what = wanted(tools=tuple(tools or ()), run=run, to=to, everything=everything)
    flags = Flags(config=config, state=state, lock_timeout=lock_timeout)
    return run_rollback(terminal, flags, what, dry_run=dry_run)


def restore(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the originals are written.")],
    tools: _Names = None,
    run: _Run = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite other files that are there.")] = False,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Write the originals of tools below a folder, byte for byte, as they were when they were migrated.

    Each keeps its path below the folder that it was migrated from. Without names all tools are meant, inactive ones
    too; with --run what they were when that run had ended. Nothing is written unless everything can be.

    \b
    crucible restore slugify --to /tmp/before
    crucible restore --run 20261124T162000Z-0a1b2c3d --to tools --force
    """
    from crucible_tools.cli.undoing import run_restore
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_restore(terminal, Flags(config=config, state=state), to, tools=tools or (), run=run, force=force)


def history(
    tool: Annotated[
        str | None, typer.Argument(metavar="[TOOL]", help="Name of a tool; all runs by default.", show_default=False)
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Tell what happened: every run, or every version of one tool, the newest first.

    \b
    crucible history
    crucible history slugify
    """
    from crucible_tools.cli.undoing import run_history
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_history(terminal, Flags(config=config, state=state), tool)


def reload(
    tools: _Drifted = None,
    level: o.Level = None,
    validation: o.Validation = None,
    no_repair: o.NoRepair = False,
    unsafe_fixes: o.UnsafeFixes = False,
    lock_timeout: _LockTimeout = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Migrate tools again whose sources changed since, from the folders that they were migrated from.

    \b
    crucible reload
    crucible reload slugify
    """
    from crucible_tools.cli.commands.migration import repair_mode
    from crucible_tools.cli.drifting import run_reload
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    flags = Flags(
        config=config,
        state=state,
        level=level,
        validation=validation,
        repair=repair_mode(no_repair=no_repair, unsafe_fixes=unsafe_fixes),
        lock_timeout=lock_timeout,
    )
    return run_reload(terminal, flags, tools=tools or ())


def adopt(
    tools: _Drifted = None,
    lock_timeout: _LockTimeout = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Accept sources that changed as they are, without migrating them: the tools stay what they were.

    Until such a file changes again, its tool does not drift, and `crucible migrate` leaves it alone.

    \b
    crucible adopt slugify
    """
    from crucible_tools.cli.drifting import run_adopt
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    flags = Flags(config=config, state=state, lock_timeout=lock_timeout)
    return run_adopt(terminal, flags, tools=tools or ())


def cleanup(
    lock_timeout: _LockTimeout = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Forget inactive tools: those that vanished or were rolled back. Their history stays.

    \b
    crucible cleanup
    """
    from crucible_tools.cli.undoing import run_cleanup
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_cleanup(terminal, Flags(config=config, state=state, lock_timeout=lock_timeout))


def trust(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder that `crucible` is called in.", show_default=False)
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Trust it no more.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show what is trusted.")] = False,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Trust a folder: its crucible.toml and its .crucible may then raise powers though nobody names them.

    It is recorded in your own configuration folder. When the crucible.toml changes, it has to be trusted again.

    \b
    crucible trust .
    crucible trust --list
    """
    from crucible_tools.cli.trusting import run_trust

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_trust(terminal, folder, remove=remove, listed=listed)
