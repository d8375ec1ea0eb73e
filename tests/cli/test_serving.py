"""`crucible serve` for agents: what a host is told, and a server that ends when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from crucible_tools.store.place import resolve
from tests.cli.conftest import Crucible

HOSTS = {"claude": "mcpServers", "claude-desktop": "mcpServers", "vscode": "servers", "cursor": "mcpServers"}


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_told_how_to_start_the_server_wherever_it_does(crucible: Crucible, host: str) -> None:
    done = crucible("serve", "--print-config", host)
    assert done.code == 0
    server = done.document[HOSTS[host]]["crucible"]
    assert Path(server["command"]).is_absolute()
    state = server["args"][server["args"].index("--state") + 1]
    assert state == str(crucible.root / ".crucible")
    assert "paste it into" in done.err


def printed_state(crucible: Crucible, state: str) -> str:
    """How a host's configuration names a state."""
    arguments = crucible("serve", "--state", state, "--print-config", "claude").document["mcpServers"]["crucible"][
        "args"
    ]
    return arguments[arguments.index("--state") + 1]


def test_a_host_is_told_of_a_database_by_its_whole_path(crucible: Crucible) -> None:
    assert printed_state(crucible, "sqlite:///st/crucible.db") == f"sqlite:///{crucible.root}/st/crucible.db"
    assert resolve(printed_state(crucible, "sqlite:///st/crucible.db")).name == f"{crucible.root}/st/crucible.db"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@h/db",
        "postgres://u:s3cret@h:5432/db?sslmode=require&schema=mine",
        "postgresql://u@h/db?password=s3cret&sslmode=require",
        "postgresql://u@h/db?pass%77ord=s3cret",
        "postgresql://h/db?user=u&sslpassword=s3cret",
        "postgresql://u%40x:s3cret%40@[::1]:5432/db",
        "postgresql://:s3cret@/db",
        "postgresql://u:s3cret?@h/db",
        "postgresql:///db?host=/tmp&user=u",
        "postgresql://u@h1:1,h2:2/db",
    ],
)
def test_a_host_is_told_of_a_server_without_a_password_so_that_libpq_looks_for_it_elsewhere(
    crucible: Crucible, url: str
) -> None:
    given, printed = libpq(url), printed_state(crucible, url)
    told = libpq(printed)
    assert "password" not in told
    assert told == {key: value for key, value in given.items() if key not in ("password", "sslpassword")}
    done = crucible("serve", "--state", url, "--print-config", "claude")
    assert "s3cret" not in done.out + done.err
    assert ("PGPASSWORD" in done.err) == ("s3cret" in url)


def test_a_host_of_a_server_that_watches_is_told_where_to_start_it(crucible: Crucible) -> None:
    crucible.tool("echo")
    state = ("--state", "postgresql://u@h/db")
    done = crucible("serve", "--watch", "tools", *state, "--print-config", "vscode")
    assert done.document["servers"]["crucible"]["args"][-1] == str(crucible.root / "tools")
    assert f"have the host start it in {crucible.root}" in done.err


def libpq(url: str) -> dict[str, Any]:
    """What libpq reads in a URL; `schema` is ours, and no parameter of it."""
    return conninfo_to_dict(url.replace("&schema=mine", ""))


def test_no_host_is_told_a_url_whose_password_can_not_be_told_from_the_rest(crucible: Crucible) -> None:
    done = crucible("serve", "--state", "postgresql://u:s3cret/with@slash@h/db", "--print-config", "claude")
    assert (done.code, done.out) == (2, "")
    assert "s3cret" not in done.err


def test_a_host_is_told_of_settings_that_were_named_and_not_of_those_that_were_found(crucible: Crucible) -> None:
    (crucible.root / "crucible.toml").write_text('mode = "full"\n')
    found = crucible("serve", "--print-config", "claude")
    assert "--config" not in found.document["mcpServers"]["crucible"]["args"]
    assert "is left out" in found.err
    named = crucible("serve", "--config", "crucible.toml", "--print-config", "claude")
    assert str(crucible.root / "crucible.toml") in named.document["mcpServers"]["crucible"]["args"]


def test_an_unknown_host_is_refused_with_those_that_there_are(crucible: Crucible) -> None:
    done = crucible("serve", "--print-config", "emacs")
    assert done.code == 2
    assert "claude-desktop" in done.err


def test_the_printed_command_speaks_mcp_and_nothing_else_on_stdout(crucible: Crucible) -> None:
    crucible.tool("echo")
    assert crucible("migrate", "tools").code == 0
    server = crucible("serve", "--print-config", "claude").document["mcpServers"]["crucible"]
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": _META}}
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "echo", "arguments": {"a": 1}, "_meta": _META},
    }
    lines = "".join(f"{json.dumps(each)}\n" for each in (ask, call))
    with subprocess.Popen(
        [server["command"], *server["args"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"no JSON\n{lines}".encode())
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(60) == 0
    by_id = {answer["id"]: answer["result"] for answer in answers}
    assert [tool["name"] for tool in by_id[1]["tools"]] == ["echo"]
    assert by_id[2]["structuredContent"] == {"a": 1}


def test_a_server_on_stdio_ends_at_sigterm_though_its_host_says_nothing(crucible: Crucible) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "crucible_tools", "serve", "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert b"serving 0 tools" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_the_doctor_says_what_the_catalogue_costs_and_which_tools_are_at_risk(crucible: Crucible) -> None:
    crucible.tool("notes.list")
    assert crucible("migrate", "tools").code == 0
    checks = {check["check"]: check["detail"] for check in crucible("doctor", "--format", "json").document["checks"]}
    assert "1 tool, some " in checks["catalogue"]
    assert "characters a token" in checks["catalogue"]
    assert checks["catalogue: notes.list"].startswith("mended: some hosts refuse names with dots")


def test_help_and_calls_import_no_server(crucible: Crucible) -> None:
    code = (
        "import sys; from crucible_tools.cli import main; main(['call', '--help']); main(['serve', '--help']); "
        "import crucible_tools.operations.call; "
        "print([name for name in ('mcp', 'mcp_types', 'starlette', 'uvicorn', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.endswith("[]\n")


_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
