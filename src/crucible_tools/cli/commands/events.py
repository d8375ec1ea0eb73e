"""`crucible events`."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


def events(
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with events as they come, until Ctrl-C.")
    ] = False,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="Only this type; may be given several times.", show_default=False),
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option(
            "--tool", metavar="PATTERN", help="Only of tools with such names; * is any text.", show_default=False
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="SEQUENCE-or-TIME",
            help="Only events after the one of this number, or since this time.",
            show_default=False,
        ),
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Tell what happened to tools: migrations, rollbacks, calls, errors, limits, denials; the oldest first.

    The newest 10,000 events of the last 30 days are kept. With --follow, --format json prints one object a line.

    \b
    crucible events --type error --type limit_hit
    crucible events --follow --tool 'just_*' --since 2026-11-24T16:20:00Z
    crucible events --follow --format json --since 1234      goes on after event 1234
    """
    from crucible_tools.cli.following import run_events
    from crucible_tools.operations.configuration import Flags
    from crucible_tools.operations.events import wanted

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    what = wanted(types=types or (), tool=tool, since=since)
    return run_events(terminal, Flags(config=config, state=state), what, endless=follow)
