"""`crucible serve`."""

from pathlib import Path
from typing import Annotated

import typer

from crucible_tools.cli import options as o
from crucible_tools.cli.opening import open_terminal
from crucible_tools.cli.terminal import Format


def serve(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="With --watch: folders of sources, or single files. [CRUCIBLE_DIRECTORIES; default: ./tools and "
            "./rune_tools]",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Migrate the sources, and again whenever one of them is edited.")
    ] = False,
    stdio: Annotated[bool, typer.Option("--stdio", help="Speak MCP on stdin and stdout, for a host.")] = False,
    print_config: Annotated[
        str | None,
        typer.Option(
            "--print-config",
            metavar="HOST",
            help="Print what claude, claude-desktop, vscode or cursor has to be told, and stop.",
            show_default=False,
        ),
    ] = None,
    output_schemas: Annotated[
        bool,
        typer.Option(
            "--output-schemas/--no-output-schemas",
            help="Also describe what tools give: some hosts drop tools for it.",
        ),
    ] = True,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen for HTTP; beyond 127.0.0.1 a token has to be configured.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8765,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A name that the server is reached by, beside addresses and localhost. May be given several times.",
            show_default=False,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            metavar="URL",
            help="A site whose pages may send requests. May be given several times.",
            show_default=False,
        ),
    ] = None,
    drain: Annotated[
        float, typer.Option("--drain", metavar="S", min=0, help="Seconds in which calls are finished at the end.")
    ] = 30.0,
    notice: Annotated[
        float,
        typer.Option(
            "--notice", metavar="S", min=0, help="Seconds before that in which /readyz says no, and calls are taken."
        ),
    ] = 0.0,
    state: o.State = None,
    config: o.Config = None,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
    no_color: o.NoColor = False,
) -> int:
    """Serve the migrated tools: a page for people, HTTP for programs, MCP at /mcp or on stdin and stdout for agents.

    Each tool runs under the policy that it was migrated to. What is migrated or rolled back meanwhile, by whatever
    process, is taken up within a second. Over HTTP each request needs a token (`crucible token create`); as long as
    none is configured, one is made for this start, and printed with the address. SIGTERM finishes what runs.

    With --watch, edits of the sources are taken up as `crucible migrate` would: a broken one leaves the last good
    version serving, and is told here, by /health and by /readyz.

    \b
    crucible serve                                        http://127.0.0.1:8765, MCP at /mcp, /openapi.json
    crucible serve --watch tools/                         and takes up each edit
    crucible serve --host 0.0.0.0 --allow-host tools.example.com
    crucible serve --print-config claude > .mcp.json      and Claude Code starts it itself
    crucible serve --stdio                                what it then calls
    """
    from crucible_tools.cli.listening import Wanted, serve_over_http
    from crucible_tools.cli.serving import print_host_config, serve_on_stdio
    from crucible_tools.errors import UsageError
    from crucible_tools.operations.configuration import Flags

    terminal = open_terminal(Format.TEXT, quiet=quiet, verbose=verbose, debug=debug, no_color=no_color)
    if paths and not watch:
        raise UsageError("sources are served once they are migrated", hint="with --watch they are, and at each edit")
    flags = Flags(config=config, state=state, directories=tuple(paths or ()))
    if print_config is not None:
        return print_host_config(terminal, flags, print_config, watch=watch, output_schemas=output_schemas)
    if stdio:
        return serve_on_stdio(terminal, flags, watch=watch, output_schemas=output_schemas)
    wanted = Wanted(
        host=host,
        port=port,
        hosts=tuple(allow_host or ()),
        origins=tuple(allow_origin or ()),
        drain_s=drain,
        notice_s=notice,
        output_schemas=output_schemas,
    )
    return serve_over_http(terminal, flags, wanted, watch=watch)
