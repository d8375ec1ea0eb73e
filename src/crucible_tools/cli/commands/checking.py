"""`crucible check` and `crucible rule`."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.formats import CheckFormat
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


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
    terminal = open_terminal(as_json, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_check(terminal, flags, wanted)


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
    return run_rule(open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color), code)
