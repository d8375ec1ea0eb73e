"""Commands about migrated tools and where they are: `list`, `show`, `status`, `call`, `doctor`."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


def list_tools(
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """List the migrated tools.

    \b
    crucible list
    crucible list --format json
    """
    from crucible_tools.cli.inspecting import run_list

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_list(terminal, state, config)


def show(
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="Name of a migrated tool.")],
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Show one tool: what it takes, what it may do, where it came from.

    \b
    crucible show slugify
    """
    from crucible_tools.cli.inspecting import run_show

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_show(terminal, state, config, tool)


def status(
    drift: Annotated[
        bool, typer.Option("--drift", help="Also say which tools are not what they would be now; exit 1 if any is.")
    ] = False,
    level: o.Level = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Say how many tools there are, and how the last run ended.

    \b
    crucible status
    crucible status --drift      compare tools with their sources, the settings and the engine
    """
    from crucible_tools.cli.inspecting import run_status
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_status(terminal, Flags(state=state, config=config, level=level), drift=drift)


def call(
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="Name of a migrated tool.")],
    args: Annotated[
        str | None,
        typer.Option("--args", metavar="JSON", help="The arguments as a JSON object; - reads them from stdin."),
    ] = None,
    argument: Annotated[
        list[str] | None,
        typer.Option("-a", metavar="KEY=VALUE", help="One argument; may be given several times."),
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Call a migrated tool and print its result.

    What the script logs goes to stderr. Ctrl-C stops the script at once. A value given with -a is text where the
    tool's schema says text, else JSON if it is JSON.

    \b
    crucible call slugify --args '{"title": "Hello World"}'
    crucible call slugify -a title='Hello World'
    cat arguments.json | crucible call bench_compare --args -
    """
    from crucible_tools.cli.calling import run_call

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_call(terminal, state, config, tool, text=args, pairs=argument or ())


def doctor(
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Check the installation, the engine and the state, and say where each setting comes from.

    \b
    crucible doctor
    """
    from crucible_tools.cli.inspecting import run_doctor

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_doctor(terminal, state, config)
