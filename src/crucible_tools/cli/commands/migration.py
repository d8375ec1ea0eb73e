"""`crucible plan` and `crucible migrate`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format
from crucible_tools.errors import UsageError
from crucible_tools.model.enums import MigrationMode, ReportFormat

_MODES = ", ".join(mode.value.replace("_", "-") for mode in MigrationMode)


def _mode(text: str) -> MigrationMode:
    """`dry-run` as the configuration takes it, or `dry_run` as it is recorded."""
    try:
        return MigrationMode(text.lower().replace("-", "_"))
    except ValueError:
        raise UsageError(
            f"--mode: {text!r} is none of {_MODES}", hint="`crucible migrate --help` explains it"
        ) from None


def _of_terminal(output_format: ReportFormat) -> Format:
    """Whether errors are told as JSON: only where the report would be."""
    return Format.JSON if output_format is ReportFormat.JSON else Format.TEXT


def repair_mode(*, no_repair: bool, unsafe_fixes: bool) -> str | None:
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
    jobs: o.Jobs = None,
    atomic: o.Atomic = False,
    no_repair: o.NoRepair = False,
    unsafe_fixes: o.UnsafeFixes = False,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Refuse to migrate unless this saved plan is still right."),
    ] = None,
    report: o.Reports = None,
    verify_rollback: Annotated[
        bool, typer.Option("--verify-rollback", help="Migrate, roll back, compare with before, migrate again.")
    ] = False,
    lock_timeout: Annotated[
        float | None,
        typer.Option("--lock-timeout", metavar="S", min=0, help="Seconds to wait for another run.", show_default=False),
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.ReportOutputFormat = ReportFormat.TEXT,
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
    crucible migrate tools --plan plan.json        only what `crucible plan --out plan.json` said
    crucible migrate tools --format json > report.json
    crucible migrate tools --report report.html --report report.sarif
    """
    from crucible_tools.cli.migrating import Asked, run_migrate
    from crucible_tools.operations.configuration import Flags

    flags = Flags(
        config=config,
        state=state,
        directories=tuple(paths or ()),
        mode=mode,
        level=level,
        validation=validation,
        repair=repair_mode(no_repair=no_repair, unsafe_fixes=unsafe_fixes),
        lock_timeout=lock_timeout,
        jobs=jobs,
        atomic=atomic or None,
    )
    terminal = open_terminal(_of_terminal(output_format), quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    asked = Asked(tools=tuple(tool or ()), plan=plan_file, verify_rollback=verify_rollback)
    return run_migrate(terminal, flags, asked, reports=report or (), wanted=output_format)


def plan(
    paths: o.Paths = None,
    tool: o.Tools = None,
    level: o.Level = None,
    validation: o.Validation = None,
    jobs: o.Jobs = None,
    atomic: o.Atomic = False,
    no_repair: o.NoRepair = False,
    unsafe_fixes: o.UnsafeFixes = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the plan there, as JSON.")
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.ReportOutputFormat = ReportFormat.TEXT,
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
        repair=repair_mode(no_repair=no_repair, unsafe_fixes=unsafe_fixes),
        jobs=jobs,
        atomic=atomic or None,
    )
    terminal = open_terminal(_of_terminal(output_format), quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_plan(terminal, flags, tools=tool or (), out=out, wanted=output_format)
