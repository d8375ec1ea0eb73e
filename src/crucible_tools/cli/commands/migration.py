"""`crucible plan` and `crucible migrate`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format
from crucible_tools.errors import UsageError
from crucible_tools.model.enums import MigrationMode

_MODES = ", ".join(mode.value.replace("_", "-") for mode in MigrationMode)


def _mode(text: str) -> MigrationMode:
    """`dry-run` as the configuration takes it, or `dry_run` as it is recorded."""
    try:
        return MigrationMode(text.lower().replace("-", "_"))
    except ValueError:
        raise UsageError(
            f"--mode: {text!r} is none of {_MODES}", hint="`crucible migrate --help` explains it"
        ) from None


def _repair(*, no_repair: bool, unsafe_fixes: bool) -> str | None:
    """What the two flags ask for; None if neither is given.

    Raises:
        UsageError: both are.
    """
    if no_repair and unsafe_fixes:
        raise UsageError("--no-repair and --unsafe-fixes contradict each other", hint="give one of them")
    return "none" if no_repair else "unsafe" if unsafe_fixes else None


def migrate(
    paths: o.Paths = None,
    tool: o.Tools = None,
    mode: Annotated[
        MigrationMode | None,
        typer.Option(
            "--mode",
            parser=_mode,
            metavar=f"[{_MODES.replace(', ', '|')}]",
            help="How to go about it. [CRUCIBLE_MODE; default: incremental]",
            show_default=False,
        ),
    ] = None,
    level: o.Level = None,
    validation: o.Validation = None,
    no_repair: o.NoRepair = False,
    unsafe_fixes: o.UnsafeFixes = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the report there, as JSON.")
    ] = None,
    lock_timeout: Annotated[
        float | None,
        typer.Option("--lock-timeout", metavar="S", min=0, help="Seconds to wait for another run.", show_default=False),
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Migrate legacy tools: load each into a sandbox of its own and record it.

    Sources are never changed: what has to be repaired is repaired in the migrated copy, and the report says
    what was done. A tool that can't be migrated is told why, and the others are migrated.
    A second run writes only what changed.

    \b
    crucible migrate tools
    crucible migrate tools --level production      tools that need http or json
    crucible migrate tools --tool slugify          only this one
    crucible migrate tools --format json > report.json
    """
    from crucible_tools.cli.migrating import run_migrate
    from crucible_tools.operations.configuration import Flags

    flags = Flags(
        config=config,
        state=state,
        directories=tuple(paths or ()),
        mode=mode,
        level=level,
        validation=validation,
        repair=_repair(no_repair=no_repair, unsafe_fixes=unsafe_fixes),
        lock_timeout=lock_timeout,
    )
    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_migrate(terminal, flags, tools=tool or (), report=report)


def plan(
    paths: o.Paths = None,
    tool: o.Tools = None,
    level: o.Level = None,
    validation: o.Validation = None,
    no_repair: o.NoRepair = False,
    unsafe_fixes: o.UnsafeFixes = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the plan there, as JSON.")
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Say what a migration would do with each tool, and why; change nothing.

    The exit code is the one that the migration would give.

    \b
    crucible plan tools
    crucible plan tools --level production --format json
    """
    from crucible_tools.cli.migrating import run_plan
    from crucible_tools.operations.configuration import Flags

    flags = Flags(
        config=config,
        state=state,
        directories=tuple(paths or ()),
        level=level,
        validation=validation,
        repair=_repair(no_repair=no_repair, unsafe_fixes=unsafe_fixes),
    )
    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_plan(terminal, flags, tools=tool or (), out=out)
