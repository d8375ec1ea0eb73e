"""`crucible export`."""

from enum import StrEnum
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


class Target(StrEnum):
    """For whom the catalogue is: `operations.export.Catalogue`, which imports more than `--help` has time for."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    LANGCHAIN = "langchain"
    OPENAPI = "openapi"


def export(
    target: Annotated[Target, typer.Option("--for", help="Who takes the tools.", show_default=False)],
    names: Annotated[
        bool, typer.Option("--names", help="Print only what each exported name stands for: {exported: own}.")
    ] = False,
    state: o.State = None,
    config: o.Config = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Print the active tools as others take them: always one JSON document.

    Names that some of them refuse (dots, more than 64 characters) are written otherwise, always the same way;
    `crucible serve` takes those names, too, and --names says what they stand for. A tool that would have all of a
    request refused, by the name of a parameter, is left out and told on standard error.

    \b
    crucible export --for openai > tools.json
    crucible export --for anthropic --names
    crucible export --for openapi > openapi.json
    """
    from crucible_tools.cli.exporting import run_export
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(Format.JSON, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_export(terminal, Flags(config=config, state=state), target.value, names=names)
