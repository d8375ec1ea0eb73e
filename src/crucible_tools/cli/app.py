"""The command line: its commands, and the options of all of them.

Help is plain text: with markup, typer would import rich, which costs more than `crucible --help` may take.
"""

from typing import Annotated

import typer

from crucible_tools import __version__
from crucible_tools.cli.commands import (
    auditing,
    checking,
    events,
    exporting,
    history,
    migration,
    replaying,
    reporting,
    serving,
    tokens,
    tools,
    validating,
)
from crucible_tools.cli.terminal import Terminal

app = typer.Typer(
    name="crucible",
    help="Migrate legacy Rune tools into a sandboxed engine, and run them.\n\n"
    "\b\n"
    "crucible check tools              what is wrong with the sources, and what to do\n"
    "crucible plan tools               what a migration would do, and why\n"
    "crucible migrate tools            migrate what is safe to migrate\n"
    "crucible list                     what is there now\n"
    "crucible call slugify -a title='Hello World'\n"
    "crucible serve --stdio            let agents call them, over MCP\n",
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


app.command()(migration.migrate)
app.command()(checking.check)
app.command()(checking.rule)
app.command()(migration.plan)
app.command("list")(tools.list_tools)
app.command()(tools.hooks)
app.command()(tools.show)
app.command()(tools.status)
app.command()(reporting.report)
app.command()(validating.validate)
history.add_to(app)
app.command()(events.events)
app.add_typer(auditing.audit, name="audit")
app.command()(tools.call)
app.command()(replaying.calls)
app.command()(replaying.replay)
app.command()(serving.serve)
app.add_typer(tokens.token, name="token")
app.command()(exporting.export)
app.command()(tools.doctor)
