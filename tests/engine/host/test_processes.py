"""Programs that a policy names: how they run, what they see, and how they end."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine.host.world import World
from crucible_tools.model.grants import ALL
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.host.support import Heard, Stage
from tests.engine.support import level, tool

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXEC = "pub fn call(args) { shell::exec(args.program, args.words, args.options)? }"


def named(*programs: str, **fields: Any) -> Policy:
    """DEVELOPMENT, but for the programs."""
    policy = level("development")
    fields.setdefault("environment", frozenset())
    return replace(policy, programs=replace(policy.programs, programs=frozenset(programs) or ALL, **fields))


async def run(stage: Stage, program: str, *words: Any, options: Any = None, **given: Any) -> Any:
    """What `shell::exec` gives, or the tool's own error as `{"error": ..}`."""
    arguments = {"program": program, "words": list(words), "options": {} if options is None else options}
    given.setdefault("policy", level("development"))
    result = await stage.call(EXEC, arguments, **given)
    return result.result if result.error is None else {result.error.kind: result.error.data}


async def python(stage: Stage, code: str, *words: str, **given: Any) -> Any:
    return await run(stage, sys.executable, "-I", "-c", code, *words, **given)


async def test_a_program_gives_output_errors_and_its_exit_code(stage: Stage) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert await python(stage, code) == {"stdout": "out\n", "stderr": "err\n", "exit_code": 3, "truncated": False}


async def test_a_program_that_a_signal_ended_has_its_negative_number(stage: Stage) -> None:
    found = await python(stage, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    assert found["exit_code"] == -15


@pytest.mark.parametrize(
    "word", ["a b", "$HOME", "`id`", "$(id)", "; id", "| id", "> x", "*", "'\"", "-", "\n", "ü", ""]
)
async def test_words_reach_the_program_as_they_are_and_no_shell_sees_them(stage: Stage, word: str) -> None:
    found = await python(stage, "import sys; sys.stdout.write(sys.argv[1])", word)
    assert found["stdout"] == word


async def test_nothing_comes_in(stage: Stage) -> None:
    assert (await python(stage, "import sys; print(repr(sys.stdin.read()))"))["stdout"] == "''\n"


async def test_output_that_is_no_utf_8_has_marks(stage: Stage) -> None:
    assert (await python(stage, "import sys; sys.stdout.buffer.write(b'a\\xff')"))["stdout"] == "a�"


# What it may run


@pytest.mark.parametrize("program", ["sh", "/bin/sh", "./git", "../git", "git ", "GIT", "git/../sh", "/usr/bin/env"])
async def test_a_program_that_the_policy_does_not_name_is_refused(stage: Stage, program: str) -> None:
    heard = Heard()
    found = await run(stage, program, policy=named("git"), heard=heard)
    assert found["denied"]["capability"] == "process"
    assert [effect.allowed for effect in heard.effects] == [False]
    assert heard.denied[0].target == f"run {program}"


async def test_a_policy_that_names_none_refuses_all(stage: Stage) -> None:
    policy = replace(level("development"), programs=replace(level("safe").programs))
    assert "denied" in await run(stage, "true", policy=policy)


async def test_a_named_program_is_found_by_its_name_or_its_path(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "greet"
    script.write_text("#!/bin/sh\necho hello\n")
    script.chmod(0o755)
    world = World(environment={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    for program, policy in [
        ("greet", named("greet")),
        ("greet", named(str(script))),
        (str(script), named(str(script))),
    ]:
        assert (await run(stage, program, policy=policy, world=world))["stdout"] == "hello\n"
    assert "denied" in await run(stage, str(script), policy=named("greet"), world=world)


async def test_relative_folders_of_the_search_path_are_left_out(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "planted").write_text("#!/bin/sh\necho planted\n")
    (tmp_path / "planted").chmod(0o755)
    world = World(environment={"PATH": ".::/bin"}, working_directory=lambda: str(tmp_path))
    found = await run(stage, "planted", policy=named("planted"), world=world)
    assert found == {"tool": "there is no program 'planted'"}


@pytest.mark.parametrize("program", ["no-such-program", "/no/such/program", "/etc/passwd", "/", "", "a\0b"])
async def test_a_program_that_cannot_be_started_is_the_tools_own_error(stage: Stage, program: str) -> None:
    assert list(await run(stage, program)) == ["tool"]


# What it sees


async def test_the_environment_is_its_own(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOST", "visible")
    monkeypatch.setenv("LD_PRELOAD_X", "visible")
    world = World(environment={"PATH": "/usr/bin:relative:/bin", "TOKEN": "secret", "HOME": "/root"})
    found = await python(stage, "import os; print(sorted(os.environ.items()))", world=world)
    assert found["stdout"].strip() == str([("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/bin:/bin")])


async def test_a_script_adds_variables(stage: Stage) -> None:
    found = await python(stage, "import os; print(os.environ['CI'], os.environ['LANG'])", options={"env": {"CI": "1"}})
    assert found["stdout"] == "1 C.UTF-8\n"


@pytest.mark.parametrize(
    ("policy", "name"),
    [
        (named(sys.executable), "CI"),
        (named(sys.executable, environment=frozenset({"CI"})), "PATH"),
        (named(sys.executable, environment=ALL), "LD_PRELOAD"),
        (named(sys.executable, environment=frozenset({"LD_LIBRARY_PATH"})), "LD_LIBRARY_PATH"),
        (named(sys.executable, environment=ALL), "DYLD_INSERT_LIBRARIES"),
    ],
)
async def test_variables_that_the_policy_does_not_name_or_that_change_what_runs_are_refused(
    stage: Stage, policy: Policy, name: str
) -> None:
    heard = Heard()
    found = await python(stage, "print(1)", options={"env": {name: "x"}}, policy=policy, heard=heard)
    assert "denied" in found
    assert name in heard.denied[0].reason


async def test_it_holds_no_descriptor_of_the_host(stage: Stage) -> None:
    with open(os.devnull) as kept:
        os.set_inheritable(kept.fileno(), True)
        found = await python(stage, "import os; print(sorted(os.listdir('/proc/self/fd'), key=int)[:-1])")
    assert found["stdout"] == "['0', '1', '2']\n"


async def test_it_runs_in_the_folder_that_the_script_says(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    world = World(working_directory=lambda: str(tmp_path))
    for cwd, folder in [("in", tmp_path / "in"), (str(tmp_path / "in"), tmp_path / "in"), (None, tmp_path)]:
        options = {} if cwd is None else {"cwd": cwd}
        found = await python(stage, "import os; print(os.getcwd())", options=options, world=world)
        assert found["stdout"].strip() == str(folder)


async def test_the_folder_must_be_one_that_may_be_read(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "way").symlink_to("/")
    policy = level("development")
    policy = replace(policy, files=replace(policy.files, read=frozenset({str(tmp_path)})))
    world = World(working_directory=lambda: str(tmp_path / "in"))
    where = "import os; print(os.getcwd())"
    assert (await python(stage, where, options={"cwd": ".."}, policy=policy, world=world))["stdout"].strip() == str(
        tmp_path
    )
    for cwd in ("/", "../..", "../way", f"{tmp_path}/way/etc"):
        heard = Heard()
        found = await python(stage, where, options={"cwd": cwd}, policy=policy, world=world, heard=heard)
        assert found["denied"]["capability"] == "process"
        assert [effect.allowed for effect in heard.effects] == [False]
    found = await python(stage, where, options={"cwd": "nothing"}, policy=policy, world=world)
    assert "does not exist" in found["tool"]


async def test_without_a_folder_that_may_be_read_it_runs_in_the_root(stage: Stage) -> None:
    policy = level("development")
    policy = replace(policy, files=replace(policy.files, read=frozenset()))
    assert (await python(stage, "import os; print(os.getcwd())", policy=policy))["stdout"] == "/\n"


# How it ends

FORKS = """
    sleep 1000 &
    echo $$ $! > "$1.tmp"
    mv "$1.tmp" "$1"
    test "$2" = go || wait
"""
"""A program with a child that outlives it; both numbers are in the file that it is given."""


async def forks(stage: Stage, noted: Path, *words: str, **given: Any) -> Any:
    return await run(stage, "sh", "-c", FORKS, "forks", str(noted), *words, **given)


def is_gone(pid: int) -> bool:
    """Whether a process is over; one that nobody has waited for yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return True


def nobody_dies() -> bool:
    """Whether no thread looks after a program that was killed: it holds a descriptor now and then."""
    return all(thread.name != "crucible-child" for thread in threading.enumerate())


async def until(condition: Callable[[], bool]) -> None:
    """Lets the loop go on until something has happened."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.002)


async def test_its_time_kills_the_whole_group(stage: Stage, tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    waiting = asyncio.create_task(forks(stage, noted, policy=named("sh", timeout_s=1.0)))
    await until(noted.exists)
    found = await waiting
    assert "ran longer than 1 s and was stopped" in found["tool"]
    pids = [int(pid) for pid in noted.read_text().split()]
    await until(lambda: all(is_gone(pid) for pid in pids))


async def test_the_scripts_own_timeout_is_in_milliseconds_and_never_longer_than_the_policys(stage: Stage) -> None:
    for options, policy in [({"timeout": 50}, named()), ({"timeout": 60_000}, named(timeout_s=0.05))]:
        found = await run(stage, "sleep", "1000", options=options, policy=policy)
        assert "ran longer than 0.05 s" in found["tool"]


async def test_what_it_leaves_behind_is_killed_when_it_ends(stage: Stage, tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    found = await forks(stage, noted, "go")
    assert found["exit_code"] == 0
    pids = [int(pid) for pid in noted.read_text().split()]
    await until(lambda: all(is_gone(pid) for pid in pids))


OWN_GROUP = """
    timeout 1000 sleep 1000 &
    echo $$ $! > "$1.tmp"
    mv "$1.tmp" "$1"
    test "$2" = go || wait
    while ! test -e "$1.go"; do sleep 0.01; done
"""
"""A program with a child that makes a process group of its own, as `timeout` and shells with job control do."""


@pytest.mark.parametrize("ends", ["by itself", "cancelled"])
async def test_a_child_in_a_group_of_its_own_is_killed_too(stage: Stage, tmp_path: Path, ends: str) -> None:
    noted = tmp_path / "pids"
    words = ("go",) if ends == "by itself" else ()
    running = asyncio.create_task(run(stage, "sh", "-c", OWN_GROUP, "own", str(noted), *words))
    await until(noted.exists)
    parent, child = (int(pid) for pid in noted.read_text().split())
    await until(lambda: os.getpgid(child) == child)
    assert os.getsid(child) == os.getpgid(parent) == parent
    if ends == "by itself":
        Path(f"{noted}.go").touch()
        assert (await running)["exit_code"] == 0
    else:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await until(lambda: is_gone(child) and is_gone(parent))


async def test_the_deadline_of_the_call_kills_it(stage: Stage, tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    context = ToolExecutionContext(deadline=datetime.now(UTC) + timedelta(seconds=1))
    found = await forks(stage, noted, context=context)
    assert list(found) in (["timed_out"], ["tool"])
    pids = [int(pid) for pid in noted.read_text().split()]
    await until(lambda: all(is_gone(pid) for pid in pids))


async def test_a_cancelled_call_kills_it(stage: Stage, tmp_path: Path) -> None:
    noted = tmp_path / "pids"
    waiting = asyncio.create_task(forks(stage, noted))
    await until(noted.exists)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    pids = [int(pid) for pid in noted.read_text().split()]
    await until(lambda: all(is_gone(pid) for pid in pids))


@pytest.mark.parametrize("missing", ["on this system", "at the moment"])
async def test_where_processes_have_no_descriptors_they_are_waited_for_all_the_same(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def none_left(pid: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    if missing == "on this system":
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    else:
        monkeypatch.setattr(os, "pidfd_open", none_left)
    assert (await run(stage, "sh", "-c", "echo out; exit 4"))["exit_code"] == 4
    noted = tmp_path / "pids"
    found = await forks(stage, noted, policy=named("sh", timeout_s=1.0))
    assert "was stopped" in found["tool"]
    pids = [int(pid) for pid in noted.read_text().split()]
    await until(lambda: all(is_gone(pid) for pid in pids))


async def test_output_is_capped_and_the_program_goes_on(stage: Stage) -> None:
    code = "import sys; sys.stdout.write('x' * 3_000_000); sys.stderr.write('y' * 10); sys.exit(7)"
    found = await python(stage, code, policy=named(sys.executable, max_output_bytes=1000))
    assert found == {"stdout": "x" * 1000, "stderr": "y" * 10, "exit_code": 7, "truncated": True}


async def test_endless_output_ends_with_its_time(stage: Stage) -> None:
    found = await run(stage, "yes", policy=named(timeout_s=0.2, max_output_bytes=100))
    assert "ran longer" in found["tool"]


async def test_many_programs_run_at_the_same_time_and_leave_nothing(stage: Stage) -> None:
    await run(stage, "true")
    await until(nobody_dies)
    before = len(os.listdir("/proc/self/fd"))
    await stage.engine.register_tool(tool("many"), EXEC, policy=level("development"))
    calls = [
        stage.engine.execute_tool("many", {"program": "echo", "words": [str(n)], "options": {}}) for n in range(20)
    ]
    found = [result.result["stdout"] for result in await asyncio.gather(*calls)]
    assert found == [f"{n}\n" for n in range(20)]
    await until(nobody_dies)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([1], {}),
        (["a\0b"], {}),
        (["x"] * 1001, {}),
        (["x" * 200_000], {}),
        ([], 5),
        ([], {"shell": True}),
        ([], {"timeout": 0}),
        ([], {"timeout": -1}),
        ([], {"timeout": "1"}),
        ([], {"timeout": True}),
        ([], {"cwd": 5}),
        ([], {"cwd": ""}),
        ([], {"cwd": "a\0b"}),
        ([], {"env": []}),
        ([], {"env": {"A": 1}}),
        ([], {"env": {"A=B": "1"}}),
        ([], {"env": {"": "1"}}),
        ([], {"env": {"A": "1\0"}}),
        ([], {"env": {"A": "x" * 200_000}}),
    ],
)
async def test_wrong_arguments_are_the_tools_own_error(stage: Stage, words: list[Any], options: Any) -> None:
    heard = Heard()
    found = await run(stage, "true", *words, options=options, heard=heard)
    if options == {"cwd": ""}:
        assert found["exit_code"] == 0
    else:
        assert list(found) == ["tool"]
        assert heard.effects == []
