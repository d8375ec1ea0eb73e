"""Commands about migrated tools and where they are: `list`, `hooks`, `show`, `status`, `call`, `doctor`."""

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


def hooks(
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """List the recorded hooks: what they listen to, and whether they are enabled.

    A migration records hooks and enables none. To enable some, write into crucible.toml, and name or trust it:

    \b
    [hooks]
    enabled = ["hooks/guard_paths.rn"]     or true: all of them
    guards = ["hooks/guard_paths.rn"]      its failure refuses a call

    \b
    crucible hooks
    crucible hooks --config crucible.toml --format json
    """
    from crucible_tools.cli.hooks import run_hooks
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_hooks(terminal, Flags(state=state, config=config))


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
    record: Annotated[
        bool | None,
        typer.Option(
            "--record/--no-record",
            help="Record the call, for `crucible replay`. [CRUCIBLE_RECORD_ENABLED; default: no]",
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
    """Call a migrated tool and print its result.

    What the script logs goes to stderr. Ctrl-C stops the script at once. A value given with -a is text where the
    tool's schema says text, else JSON if it is JSON.

    \b
    crucible call slugify --args '{"title": "Hello World"}'
    crucible call slugify -a title='Hello World'
    cat arguments.json | crucible call bench_compare --args -
    crucible call weather -a city=Oslo --record
    """
    from crucible_tools.cli.calling import run_call
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    flags = Flags(state=state, config=config, record=record)
    return run_call(terminal, flags, tool, text=args, pairs=argument or ())


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
