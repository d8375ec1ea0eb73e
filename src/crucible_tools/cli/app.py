"""The commands and their options. Each command imports what it needs when it runs.

Help is plain text: with markup, typer would import rich, which costs more than `crucible --help` may take.
"""

import logging
from pathlib import Path
from typing import Annotated

import typer

from crucible_tools import __version__
from crucible_tools.cli import options as o
from crucible_tools.cli.formats import CheckFormat
from crucible_tools.cli.terminal import Format, Terminal, body
from crucible_tools.errors import UsageError
from crucible_tools.model.enums import MigrationMode

_MODES = ", ".join(mode.value.replace("_", "-") for mode in MigrationMode)

app = typer.Typer(
    name="crucible",
    help="Migrate legacy Rune tools into a sandboxed engine, and run them.\n\n"
    "\b\n"
    "crucible check tools              what is wrong with the sources, and what to do\n"
    "crucible plan tools               what a migration would do, and why\n"
    "crucible migrate tools            migrate what is safe to migrate\n"
    "crucible list                     what is there now\n"
    "crucible call slugify -a title='Hello World'\n",
    epilog="Exit codes: 0 done, 1 errors or nothing found, all or a call failed, 2 wrong usage, 3 some failed, "
    "4 state locked, 5 state damaged, 130 interrupted.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        Terminal().result(f"crucible-tools {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Migrate legacy Rune tools into a sandboxed engine, and run them."""


class _LogFormatter(logging.Formatter):
    """Log lines may quote sources and file names."""

    def format(self, record: logging.LogRecord) -> str:
        return body(super().format(record), "  ")


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


def _terminal(output_format: Format, *, quiet: bool, verbose: bool, debug: bool, no_color: bool) -> Terminal:
    if verbose or debug:
        handler = logging.StreamHandler()
        handler.setFormatter(_LogFormatter("%(levelname)s %(name)s: %(message)s"))
        logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    return Terminal(output_format, quiet=quiet, verbose=verbose or debug, no_color=no_color)


@app.command()
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
    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_migrate(terminal, flags, tools=tool or (), report=report)


@app.command()
def check(
    paths: o.Paths = None,
    fix: o.Fix = False,
    unsafe_fixes: o.UnsafeFixes = False,
    diff: o.Diff = False,
    select: o.Select = None,
    ignore: o.Ignore = None,
    baseline: o.Baseline = None,
    write_baseline: o.WriteBaseline = False,
    output_file: o.OutputFile = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.CheckOutputFormat = CheckFormat.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Say what is wrong with legacy sources, where, why, and what to do; repair what a machine can repair.

    Nothing is changed without --fix. `crucible rule CODE` explains a finding. A line that ends with
    `// crucible: allow CODE` is let be.

    \b
    crucible check tools
    crucible check tools --diff                    what --fix would do
    crucible check tools --fix                     the safe repairs
    crucible check tools --baseline known.json --write-baseline
    crucible check tools --format sarif --output-file crucible.sarif
    """
    from crucible_tools.cli.checking import Wanted, codes, run_check
    from crucible_tools.operations.configuration import Flags

    flags = Flags(
        config=config,
        state=state,
        directories=tuple(paths or ()),
        select=codes(select),
        ignore=codes(ignore),
        baseline=baseline,
    )
    wanted = Wanted(
        fix=fix,
        unsafe=unsafe_fixes,
        diff=diff,
        write_baseline=write_baseline,
        output_format=output_format,
        output=output_file,
    )
    as_json = Format.JSON if output_format is CheckFormat.JSON else Format.TEXT
    terminal = _terminal(as_json, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_check(terminal, flags, wanted)


@app.command()
def rule(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Code or name of a rule; all are listed without.")
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Explain a rule of `crucible check`, or list all rules.

    \b
    crucible rule
    crucible rule RN001
    """
    from crucible_tools.cli.explaining import run_rule

    del state, config  # common to all commands; rules depend on neither
    return run_rule(_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color), code)


@app.command()
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
    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_plan(terminal, flags, tools=tool or (), out=out)


@app.command("list")
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

    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_list(terminal, state, config)


@app.command()
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

    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_show(terminal, state, config, tool)


@app.command()
def status(
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
    """
    from crucible_tools.cli.inspecting import run_status

    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_status(terminal, state, config)


@app.command()
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

    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_call(terminal, state, config, tool, text=args, pairs=argument or ())


@app.command()
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

    terminal = _terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_doctor(terminal, state, config)
