"""`crucible serve` over HTTP: where it listens is a result; the rest is told beside it."""

import sys
from dataclasses import asdict, dataclass

from crucible_tools.cli.running import finished
from crucible_tools.cli.serving import opened, started
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.formats.text import count
from crucible_tools.operations.configuration import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How it is to be served; `servers.running.serve_http` takes the same."""

    host: str
    port: int
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    drain_s: float
    notice_s: float
    output_schemas: bool


def serve_over_http(terminal: Terminal, flags: Flags, wanted: Wanted, *, watch: bool) -> int:
    """`crucible serve`: until SIGINT or SIGTERM, which finish the calls that run; a second one does not wait."""
    configuration = configured(terminal, flags)
    serve = started("running", "serve_http")

    async def run() -> None:
        async with opened(terminal, configuration, watch=watch) as serving:

            def told(link: str, mcp_url: str, *, own_token: bool) -> None:
                terminal.result(link)
                sys.stdout.flush()
                tools = count(len(serving.tools()), "tool")
                terminal.note(f"serving {tools} of {line(configuration.state.value)}; agents: {mcp_url}")
                if own_token:
                    terminal.note(
                        "the token in the address holds until the server stops; `crucible token create` makes one that "
                        "lasts, and then none is made here"
                    )

            await serve(serving, told=told, **asdict(wanted))

    finished(run())
    terminal.note("stopped")
    return 0
