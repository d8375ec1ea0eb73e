"""`crucible serve --watch`: edits are taken up while it serves, and what is wrong with them is told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import httpx2
import pytest

from tests.cli.conftest import Crucible

BROKEN = "let x = ;"
GUARD_S = 240.0


@contextmanager
def watching(crucible: Crucible, *arguments: str) -> Iterator[tuple[Popen[str], httpx2.Client]]:
    """A server of the project, and a client that may do everything."""
    command = [sys.executable, "-m", "crucible_tools", "serve", "--port", "0", "--watch", *arguments]
    with Popen(command, cwd=crucible.root, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout is not None
        guard = threading.Timer(GUARD_S, process.kill)  # else a server that says nothing hangs the run
        guard.start()
        try:
            url, _, token = process.stdout.readline().strip().partition("/?token=")
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
                yield process, client
        finally:
            guard.cancel()
            process.kill()


def heard(process: Popen[str], words: str) -> str:
    """The line on standard error that has these words, as soon as it comes."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


def test_edits_are_taken_up_and_a_broken_one_is_told_and_leaves_the_last_good_version(crucible: Crucible) -> None:
    crucible.tool("answer", "42")
    with watching(crucible, "tools") as (process, client):
        assert client.post("/tools/answer", json={}).json()["result"] == 42
        crucible.tool("answer", "43")
        heard(process, "the sources were taken up: 1 tool")
        while client.post("/tools/answer", json={}).json()["result"] == 42:
            heard(process, "the sources were taken up: 1 tool")
        assert client.post("/tools/answer", json={}).json()["result"] == 43
        crucible.tool("answer", f"{BROKEN} \x1b[2J")
        line = heard(process, "the newest edit of tools/answer.rn is broken, the last good version of answer serves")
        assert "\x1b" not in line
        assert client.post("/tools/answer", json={}).json()["result"] == 43
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert "tools/answer.rn is broken" in ready.json()["reasons"][0]
        assert client.get("/health").json()["status"] == "degraded"
        crucible.tool("answer", "44")
        heard(process, "is mended")
        assert client.get("/readyz").json()["reasons"] == []
        assert client.post("/tools/answer", json={}).json()["result"] == 44


def test_folders_are_named_only_to_be_watched_and_have_to_exist(crucible: Crucible) -> None:
    crucible.tool("answer", "42")
    assert "--watch" in crucible("serve", "tools").err
    assert crucible("serve", "tools").code == 2
    assert crucible("serve", "--port", "0", "--watch", "nowhere").code == 2


@pytest.mark.parametrize("mode", ["manual", "dry_run"])
def test_a_mode_that_migrates_nothing_by_itself_is_refused(
    crucible: Crucible, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRUCIBLE_MODE", mode)
    done = crucible("serve", "--port", "0", "--watch")
    assert done.code == 2
    assert "edits can't be taken up" in done.err


def test_a_host_is_told_to_watch_the_folders_by_their_whole_paths(crucible: Crucible) -> None:
    crucible.tool("answer", "42")
    assert watched_by_a_host(crucible, "tools") == [str(crucible.root / "tools")]


def test_a_host_is_told_of_those_default_folders_that_there_are_and_can_start_it_anywhere(
    crucible: Crucible, tmp_path_factory: pytest.TempPathFactory
) -> None:
    crucible.tool("answer", "42")
    assert watched_by_a_host(crucible) == [str(crucible.root / "tools")]
    (server,) = crucible("serve", "--watch", "--print-config", "claude").document["mcpServers"].values()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with Popen([server["command"], *server["args"]], cwd=elsewhere, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        guard = threading.Timer(GUARD_S, process.kill)
        guard.start()
        assert process.stdin is not None
        assert process.stderr is not None
        while b"serving 1 tool" not in (line := process.stderr.readline()):
            assert line, "it ended without serving"
        process.stdin.close()
        assert process.wait() == 0
        guard.cancel()


def test_no_host_is_told_what_could_not_be_started(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = ("serve", "--watch", "--print-config", "claude")
    assert "nothing to watch" in crucible(*ask).err
    crucible.tool("answer", "42")
    missing = crucible("serve", "--watch", "nowhere", "--print-config", "claude")
    assert (missing.code, missing.out) == (2, "")
    monkeypatch.setenv("CRUCIBLE_MODE", "manual")
    assert "edits can't be taken up" in crucible(*ask).err


def watched_by_a_host(crucible: Crucible, *folders: str) -> list[str]:
    """The folders that a host's configuration names."""
    (server,) = crucible("serve", "--watch", *folders, "--print-config", "claude").document["mcpServers"].values()
    return server["args"][server["args"].index("--watch") + 1 :]
