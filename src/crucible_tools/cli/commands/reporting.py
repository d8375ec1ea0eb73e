"""`crucible report`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format
from crucible_tools.model.enums import ReportFormat


def report(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="A run's id, or the beginning of one.", show_default=True)
    ] = "last",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there, in the format of the file's ending.")
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format",
            envvar="CRUCIBLE_FORMAT",
            show_envvar=False,
            help="For whom the report is. [default: text, or the ending of --out]",
        ),
    ] = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Make the report of a migration again, in any format, out of what the state has recorded.

    \b
    crucible report                                the last migration
    crucible report 20261129T11                    the one whose id begins so
    crucible report last --out report.html         one file, for a browser without network
    crucible report last --format markdown >> "$GITHUB_STEP_SUMMARY"
    """
    from crucible_tools.cli.reporting import run_report
    from crucible_tools.operations.configuration import Flags

    as_json = Format.JSON if output_format is ReportFormat.JSON else Format.TEXT
    terminal = open_terminal(as_json, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_report(terminal, Flags(state=state, config=config), run, wanted=output_format, out=out)
