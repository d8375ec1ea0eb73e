"""`crucible token`: who may use the server."""

from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format
from crucible_tools.model.access import Scope

token = typer.Typer(
    help="Make, list, rotate and revoke the tokens that `crucible serve` asks for.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

_Named = Annotated[str, typer.Argument(metavar="TOKEN", help="Its id or its name.")]


@token.command()
def create(
    name: Annotated[str, typer.Option("--name", help="What it is called; shown with its calls.")] = "token",
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            "--scope",
            help="call: list and call tools; read: see calls, runs, events and metrics; admin: both, and cancel calls. "
            "May be given several times. [default: call]",
            show_default=False,
        ),
    ] = None,
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tools",
            metavar="PATTERN",
            help="Only tools with such names; * is any text. May be given several times. [default: *]",
            show_default=False,
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="TIME", help="When it ends: 30d, 12h, or 2027-01-31. [default: never]"),
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option("--per-minute", metavar="N", min=1, help="At most N calls a minute.")
    ] = None,
    per_day: Annotated[
        int | None, typer.Option("--per-day", metavar="N", min=1, help="At most N calls a day of UTC.")
    ] = None,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Make a token and print it. It is shown this once: the state keeps only a digest.

    \b
    crucible token create --name ci --scope call --tools 'just_*' --expires 90d
    crucible token create --name dashboards --scope read
    """
    from crucible_tools.cli.tokens import run_create
    from crucible_tools.model.access import Limits
    from crucible_tools.operations.configuration import Flags
    from crucible_tools.operations.tokens import DEFAULT_SCOPES, NewToken

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    wanted = NewToken(
        name=name,
        scopes=scope or DEFAULT_SCOPES,
        tools=tools or ("*",),
        expires=expires,
        limits=Limits(per_minute, per_day),
    )
    return run_create(terminal, Flags(config=config, state=state), wanted)


@token.command("list")
def list_tokens(
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """List the tokens: what each may do, until when, and when it was used last. Never a secret.

    \b
    crucible token list
    """
    from crucible_tools.cli.tokens import run_list
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_list(terminal, Flags(config=config, state=state))


@token.command()
def revoke(
    wanted: _Named,
    state: o.State = None,
    config: o.Config = None,
    output_format: o.OutputFormat = Format.TEXT,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Take a token back. Servers refuse it within a second; calls that run go on.

    \b
    crucible token revoke ci
    """
    from crucible_tools.cli.tokens import run_revoke
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_revoke(terminal, Flags(config=config, state=state), wanted)


@token.command()
def rotate(
    wanted: _Named,
    grace: Annotated[
        str | None,
        typer.Option(
            "--grace", metavar="SPAN", help="How long the old secret still opens: 10m, 1h. [default: not at all]"
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
    """Give a token another secret and print it; its id, scopes, limits and end stay.

    With --grace no call fails while its users change over.

    \b
    crucible token rotate ci --grace 10m
    """
    from crucible_tools.cli.tokens import run_rotate
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(output_format, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    return run_rotate(terminal, Flags(config=config, state=state), wanted, grace)
