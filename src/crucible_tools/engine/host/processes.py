"""`shell::exec`: programs that the policy names, without a shell. Documented in docs/host-functions.md."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine.host.sessions import end_session
from crucible_tools.engine.registry import HostModule, ToolFailure
from crucible_tools.model.grants import ALL, ProcessGrant

if TYPE_CHECKING:
    from crucible_tools.engine.host.effects import HostContext
    from crucible_tools.engine.host.world import World

_POSSIBLE: Final = hasattr(os, "killpg") and hasattr(os, "waitid")
_OPTIONS: Final = ("cwd", "env", "timeout")
_MOST_ARGUMENTS: Final = 1000
_MOST_ARGUMENT_BYTES: Final = 128 * 1024
"""Length of all arguments, and of all variables; Linux refuses a single one from 128 KiB on."""
_PIECE: Final = 64 * 1024
_LOADER: Final = ("LD_", "DYLD_", "GLIBC_TUNABLES")
"""Beginnings of variables by which a named program would run other code than its own."""
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
"""All that a program is told of this process's environment, and the search path."""
_DEFAULT_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Options:
    """What a script says about how to run a program.

    Args:
        cwd: the folder that it runs in; None for the working directory.
        environment: variables that are added to the program's.
        timeout_s: how long it may run, in seconds; None for as long as the policy says.
    """

    cwd: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_s: float | None = None

    @staticmethod
    def read(given: Any) -> Options:
        """The options of a script: an object with `cwd`, `env` and `timeout` (milliseconds), or nothing.

        Raises:
            ToolFailure: it is something else.
        """
        if given is None:
            return Options()
        if not isinstance(given, dict):
            raise ToolFailure("the options are no object")
        options = cast("dict[str, Any]", given)
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ToolFailure(f"there is no option {unknown[0][:100]!r}: there are {', '.join(_OPTIONS)}")
        cwd, timeout = options.get("cwd"), options.get("timeout")
        if cwd is not None and not isinstance(cwd, str):
            raise ToolFailure("the option cwd is no text")
        if timeout is not None and (
            not isinstance(timeout, (int, float)) or isinstance(timeout, bool) or not 0 < timeout < 1e12
        ):
            raise ToolFailure("the option timeout is no number of milliseconds above 0")
        return Options(cwd, _variables(options.get("env")), None if timeout is None else timeout / 1000)


def _variables(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    pairs = cast("dict[str, Any]", given) if isinstance(given, dict) else {"": ""}
    for name, value in pairs.items():
        if not name or "=" in name or "\0" in name or not isinstance(value, str) or "\0" in value:
            raise ToolFailure("the option env is no object of names and texts")
    if sum(len(name) + len(value) for name, value in pairs.items()) > _MOST_ARGUMENT_BYTES:
        raise ToolFailure(f"the option env has more than {_MOST_ARGUMENT_BYTES:,} bytes")
    return pairs


class _Processes:
    """The function, in a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def exec(self, context: HostContext, program: str, arguments: list[Any], options: Any) -> dict[str, Any]:
        if not _POSSIBLE:
            raise ToolFailure("programs can't be run on this system: it has no process groups")
        given = Options.read(options)
        words = _words(arguments)
        grant = context.policy.programs
        wanted = f"run {program}"
        path = self._find(context, program, wanted)
        _check_variables(context, given.environment, wanted)
        seconds = context.seconds_left(min(grant.timeout_s, given.timeout_s or grant.timeout_s))
        with self._folder(context, given.cwd, wanted) as cwd:
            context.allowed(wanted)
            environment = {**_ENVIRONMENT, "PATH": self._search_path(), **given.environment}
            running = _start([path, *words], cwd, environment, program)
        try:
            async with asyncio.timeout(seconds):
                return await running.finish(grant.max_output_bytes)
        except TimeoutError:
            raise ToolFailure(f"{program[:100]} ran longer than {seconds:.3g} s and was stopped") from None
        finally:
            running.end()

    def _find(self, context: HostContext, program: str, wanted: str) -> str:
        """The file of a program that the policy names."""
        grant = context.policy.programs
        if not program or "\0" in program:
            raise ToolFailure("the program's name is no name")
        path = self._located(program)
        named = grant.programs is ALL or program in grant.programs or (path is not None and path in grant.programs)
        if not named:
            raise context.denied(wanted, f"the policy does not name the program {program}", "programs")
        if path is None:
            raise ToolFailure(f"there is no program {program[:100]!r}")
        return path

    def _located(self, program: str) -> str | None:
        if "/" in program:
            here = self._world.working_directory()
            return program if program.startswith("/") else f"{here}/{program}"
        for folder in self._search_path().split(":"):
            path = f"{folder}/{program}"
            if os.access(path, os.X_OK) and os.path.isfile(path):
                return path
        return None

    def _search_path(self) -> str:
        """The search path without relative folders: what lies in a working directory is no program by its name."""
        folders = self._world.environment.get("PATH", "").split(":")
        return ":".join(folder for folder in folders if folder.startswith("/")) or _DEFAULT_PATH

    @contextmanager
    def _folder(self, context: HostContext, cwd: str | None, wanted: str) -> Generator[str]:
        """The folder to run in: on Linux as a path that leads to the very folder that was checked."""
        from crucible_tools.engine.host.paths import PathRefused, Walker

        here = self._world.working_directory()
        walker = Walker(context.policy.files.read, here, self._world.open)
        try:
            opened = _open_folder(walker, cwd or here)
        except PathRefused as refused:
            if cwd is not None:
                raise context.denied(wanted, f"the folder {cwd} to run it in: {refused}", "read_folders") from None
            # The script did not ask for the working directory, and the policy does not show it either.
            yield "/"
            return
        except (OSError, ValueError):
            raise ToolFailure("the folder to run it in does not exist, or can't be used") from None
        try:
            yield f"/proc/self/fd/{opened}" if os.path.isdir("/proc/self/fd") else os.path.realpath(cwd or here)
        finally:
            os.close(opened)


def _open_folder(walker: Any, path: str) -> int:
    with walker.at(path) as place:
        return place.open_folder()


def _words(arguments: list[Any]) -> list[str]:
    if len(arguments) > _MOST_ARGUMENTS:
        raise ToolFailure(f"there are more than {_MOST_ARGUMENTS:,} arguments")
    if not all(isinstance(word, str) and "\0" not in word for word in arguments):
        raise ToolFailure("an argument is no text")
    if sum(len(word) for word in arguments) > _MOST_ARGUMENT_BYTES:
        raise ToolFailure(f"the arguments have more than {_MOST_ARGUMENT_BYTES:,} characters")
    return arguments


def _check_variables(context: HostContext, variables: Mapping[str, str], wanted: str) -> None:
    grant: ProcessGrant = context.policy.programs
    for name in variables:
        if not (grant.environment is ALL or name in grant.environment):
            raise context.denied(
                wanted, f"the policy does not name the variable {name} that the script sets", "program_variables"
            )
        if grant.programs is not ALL and name.startswith(_LOADER):
            raise context.denied(wanted, f"the variable {name} would make the program run other code than its own")


def _start(command: Sequence[str], cwd: str, environment: Mapping[str, str], program: str) -> _Running:
    try:
        return _Running(
            subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        )
    except (OSError, ValueError, UnicodeError) as error:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "its arguments can't be passed on"
        raise ToolFailure(f"{program[:100]} could not be started: {why}") from None


class _Output:
    """What comes out of one pipe: the beginning is kept, the rest is read and dropped, so that the program goes on."""

    def __init__(self, pipe: Any, most: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._pipe: int = pipe.fileno()
        self._most = most
        self.kept = bytearray()
        self.truncated = False
        self.ended = self._loop.create_future()
        os.set_blocking(self._pipe, False)
        self._loop.add_reader(self._pipe, self._read)

    def _read(self) -> None:
        try:
            piece = os.read(self._pipe, _PIECE)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.stop()
            return
        room = self._most - len(self.kept)
        self.kept += piece[:room]
        self.truncated = self.truncated or len(piece) > room

    def drain(self) -> None:
        """Takes what is in the pipe now, without waiting."""
        for _ in range(16):  # a pipe holds 1 MiB at most, unless its owner was root
            if self.ended.done():
                return
            self._read()

    def stop(self) -> None:
        """Listens no longer."""
        self._loop.remove_reader(self._pipe)
        if not self.ended.done():
            self.ended.set_result(None)


class _Running:
    """A started program: the leader of a process group of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._outputs: list[_Output] = []

    async def finish(self, most: int) -> dict[str, Any]:
        """Waits until the program ends; what it started and left behind is killed.

        Args:
            most: bytes of each output that are kept.
        """
        out, errors = (_Output(pipe, most) for pipe in (self._process.stdout, self._process.stderr))
        self._outputs = [out, errors]
        await _exit_of(self._process.pid)
        self._kill()
        for output in self._outputs:
            output.drain()
        await asyncio.to_thread(end_session, self._process.pid)
        return {
            "stdout": out.kept.decode("utf-8", "replace"),
            "stderr": errors.kept.decode("utf-8", "replace"),
            "exit_code": self._process.wait(),
            "truncated": out.truncated or errors.truncated,
        }

    def _kill(self) -> None:
        """Kills the whole group. The leader is not waited for before: until then nobody else has its number."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kills what still runs and closes everything. May be called twice, also when the waiting was cancelled."""
        self._kill()
        for output in self._outputs:
            output.stop()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        if self._process.returncode is None:
            # Killed, and gone in a moment; or never, if the kernel holds it or it became another user's.
            threading.Thread(target=self._bury, name="crucible-child", daemon=True).start()

    def _bury(self) -> None:
        end_session(self._process.pid)
        self._process.wait()


async def _exit_of(pid: int) -> None:
    """Waits until a child has ended, and leaves it to be waited for."""
    descriptor = None
    with suppress(AttributeError, OSError):  # a system without them, or none left
        descriptor = os.pidfd_open(pid)
    if descriptor is None:
        await _exit_on_thread(pid)
        return
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    try:
        loop.add_reader(descriptor, lambda: ended.done() or ended.set_result(None))
        await ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _exit_on_thread(pid: int) -> None:
    """The same where processes have no descriptors. The thread ends with the child, which is killed at the latest."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not ended.done():
            ended.set_result(None)

    def wait() -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell)

    threading.Thread(target=wait, name="crucible-child", daemon=True).start()
    await ended


def process_modules(world: World) -> list[HostModule]:
    """The module, in a world."""
    module = HostModule("shell", capability="process")
    module.add(
        "exec",
        _Processes(world).exec,
        params={"program": "string", "arguments": "array", "options": "any"},
        gives="result",
        context=True,
    )
    return [module]
