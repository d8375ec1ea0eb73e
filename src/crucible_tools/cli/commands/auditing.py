"""`crucible audit`: what was recorded, and whether it still is as it was written."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format
from crucible_tools.model.enums import AuditKind

audit = typer.Typer(
    help="Show and check the record of runs, registrations, changes of policies, trust and denials.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@audit.command("list")
def list_records(
    kind: Annotated[AuditKind | None, typer.Option("--kind", help="Only records of this kind.")] = None,
    tool: Annotated[str | None, typer.Option("--tool", metavar="NAME", help="Only records about this tool.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Only the last N records.")] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """List the records, the oldest first.

    \b
    crucible audit list --kind denial
    crucible audit list --tool slugify --limit 10
    """
    from crucible_tools.cli.auditing import run_list
    from crucible_tools.operations.audit import Wanted
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_list(terminal, Flags(config=config, state=state), Wanted(kind=kind, tool=tool, most=limit))


@audit.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="NUMBER:DIGEST", help="What verify printed before: it must still be there."),
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Check that no record was changed, removed or put elsewhere, and that the state is what they tell.

    Prints the head of the chain. Kept elsewhere and given with --head, it also proves that nobody has cut the end off
    or written everything anew.

    \b
    crucible audit verify
    crucible audit verify --head 12:5f0c…
    """
    from crucible_tools.cli.auditing import run_verify
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_verify(terminal, Flags(config=config, state=state), head)
