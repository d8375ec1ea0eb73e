"""`crucible serve` over HTTP: where it listens, the token that it makes, and how it ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from tests.cli.conftest import Crucible


@contextlib.contextmanager
def server(crucible: Crucible, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`crucible serve` on a free port, and the address that it prints."""
    command = [sys.executable, "-m", "crucible_tools", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=crucible.root, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    crucible.tool("echo")
    crucible.tool("endless", "loop {}")
    assert crucible("migrate", "--validation", "skip").code == 0
    return crucible


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_prints_a_link_with_a_token_and_finishes_what_runs_when_it_is_told_to_end(migrated: Crucible) -> None:
    with server(migrated) as (process, link), httpx2.Client(timeout=60) as client:
        url, _, token = link.partition("/?token=")
        assert url.startswith("http://127.0.0.1:")
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post(f"{url}/tools/echo", json={"a": 1}, headers=headers).json()["result"] == {"a": 1}
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "agents: http://127.0.0.1:" in told
        assert "Traceback" not in told


def test_a_configured_token_is_used_and_none_is_made(migrated: Crucible) -> None:
    token = migrated("token", "create").out.strip()
    with server(migrated) as (_, link), httpx2.Client(timeout=60) as client:
        assert "token" not in link
        assert client.get(f"{link}tools").status_code == 401
        assert client.get(f"{link}tools", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_beyond_this_machine_it_needs_a_token(crucible: Crucible, host: str) -> None:
    done = crucible("serve", "--host", host, "--port", "0")
    assert done.code == 2
    assert "no token is configured" in done.err
    assert "crucible token create" in done.err


def test_a_port_that_is_taken_is_told(crucible: Crucible) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = crucible("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert "nothing can listen on 127.0.0.1 port" in done.err
