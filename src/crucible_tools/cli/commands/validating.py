"""`crucible validate`."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


def validate(
    tools: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOOL]...", help="Names of migrated tools; all when none is named.", show_default=False
        ),
    ] = None,
    validation: o.Validation = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Say whether migrated tools still do what they should; run nothing that reaches outside.

    basic loads each tool and makes one trial call. comprehensive also makes the calls of its NAME.cases.json, runs
    its tests, tries the edges of its schema and compares what was repaired with the original. skip only looks
    whether the recorded sources are intact.

    \b
    crucible validate
    crucible validate slugify --validation comprehensive
    """
    from crucible_tools.cli.validating import run_validate
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_validate(terminal, Flags(config=config, state=state, validation=validation), tools or ())
