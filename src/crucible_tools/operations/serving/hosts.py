"""The configuration of agent hosts that start the server, as JSON to paste."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.json import JsonObject
from crucible_tools.model.state_url import StateUrl, without_secrets
from crucible_tools.store.place import FolderPlace, resolve

NAME = "crucible"
"""What hosts call the server."""


class AgentHost(StrEnum):
    """Hosts whose configuration is known."""

    CLAUDE = "claude"
    """Claude Code: `.mcp.json` in the project."""
    CLAUDE_DESKTOP = "claude-desktop"
    """Claude Desktop: `claude_desktop_config.json`, under Settings, Developer."""
    VSCODE = "vscode"
    """VS Code: `.vscode/mcp.json`."""
    CURSOR = "cursor"
    """Cursor: `.cursor/mcp.json`, or `~/.cursor/mcp.json`."""


WHERE = {
    AgentHost.CLAUDE: "paste it into .mcp.json in your project",
    AgentHost.CLAUDE_DESKTOP: "paste it into claude_desktop_config.json (Settings, Developer, Edit Config)",
    AgentHost.VSCODE: "paste it into .vscode/mcp.json",
    AgentHost.CURSOR: "paste it into .cursor/mcp.json",
}
"""Where a host's configuration belongs."""


def host_configuration(host: AgentHost, state: str, config: Path | None, extra: Sequence[str] = ()) -> JsonObject:
    """What a host has to be told so that it starts the server.

    The state is named by its whole path: hosts start servers in folders of their own, and naming it is trust.

    Args:
        host: which.
        state: the state's folder or URL; a password in it is left out.
        config: the settings' file, if one is to be followed.
        extra: more arguments of `crucible serve`.

    Raises:
        ConfigurationError: the state is at a URL that can't be used, or that can't be told without its password.
    """
    arguments = ["serve", "--stdio", "--state", _anywhere(state)]
    if config is not None:
        arguments += ["--config", str(config.expanduser().resolve())]
    server: JsonObject = {"command": _command(), "args": [*_before(), *arguments, *extra]}
    if host is AgentHost.VSCODE:
        return {"servers": {NAME: {"type": "stdio", **server}}}
    return {"mcpServers": {NAME: {"type": "stdio", **server} if host is AgentHost.CLAUDE else server}}


def _anywhere(state: str) -> str:
    """The state as it is named from any folder, without its password."""
    place = resolve(state)
    if isinstance(place, FolderPlace):
        return f"sqlite:///{place.database}" if "://" in state else str(place.folder)
    told = without_secrets(StateUrl(state))
    if told is None:
        raise ConfigurationError(
            f"the password can't be told from the rest of the URL {place.name}, and no host's configuration gets one",
            hint="leave it out and give it as PGPASSWORD or in a passfile; an @ or / of another part is %40 or %2F",
        )
    return told


def _command() -> str:
    """The command by its whole path: hosts have other search paths than shells."""
    script = Path(sys.executable).with_name("crucible")
    return str(script) if script.exists() else sys.executable


def _before() -> list[str]:
    return [] if Path(_command()).stem == "crucible" else ["-m", "crucible_tools"]
