"""Commands about recorded calls: `calls` and `replay`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


def calls(
    tool: Annotated[
        str | None, typer.Argument(metavar="[TOOL]", help="Only calls of this tool.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the newest N.", show_default=False)
    ] = None,
    delete: Annotated[
        list[str] | None,
        typer.Option("--delete", metavar="CALL", help="Forget this call; may be given several times."),
    ] = None,
    purge: Annotated[bool, typer.Option("--purge", help="Forget all of them, or all of TOOL.")] = False,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """List the calls that were recorded, the newest first: id, when, tool, how it ended.

    Calls are recorded with `crucible call --record`, or where [record] of crucible.toml says enabled = true.

    \b
    crucible calls
    crucible calls slugify --limit 10
    crucible calls --delete 5f2a9c01-1
    """
    from crucible_tools.cli.replaying import run_calls, run_delete, run_purge
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    flags = Flags(state=state, config=config)
    if delete:
        return run_delete(terminal, flags, delete, alone=tool is None and not purge)
    if purge:
        return run_purge(terminal, flags, tool)
    return run_calls(terminal, flags, tool, limit)


def replay(
    call: Annotated[
        str, typer.Argument(metavar="CALL", help="Id of a recorded call, the beginning of one, or last: the newest.")
    ],
    script: Annotated[
        Path | None,
        typer.Option(
            "--script", metavar="FILE", help="Run this source in place of the recorded one.", show_default=False
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
    """Run a recorded call again, exactly, and show the first difference.

    Whatever the script asks for outside is answered from the record: no request is made, no file is touched, no
    program is run, and the time is that of the call. Exit code 0 when all is as it was, 1 when something differs.

    \b
    crucible replay last
    crucible replay 5f2a9c01-1 --script tools/slugify.rn      would the changed script do the same?
    """
    from crucible_tools.cli.replaying import run_replay
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_replay(terminal, Flags(state=state, config=config), call, script)
