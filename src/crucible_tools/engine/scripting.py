"""The script side of the ScriptEngine: sources that are compiled, executed, streamed and let go, by an id."""

from __future__ import annotations

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crucible_tools.engine.calls import Execution, seconds_left
from crucible_tools.engine.core import EngineCore
from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.scripts import Script, script_id_of
from crucible_tools.engine.streaming import StreamEvent, stream
from crucible_tools.errors import CallRefused, CompileFailed, RegistrationError
from crucible_tools.model.enums import StopReason
from crucible_tools.model.scripts import ScriptInfo, ScriptSecurity
from crucible_tools.monitoring.engine_metrics import SCRIPTS

if TYPE_CHECKING:
    from crucible_tools.engine.hooks.hooks import Hooks
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.model.locations import Diagnostic
    from crucible_tools.model.policy import Policy
    from crucible_tools.model.tools import ToolExecutionContext, ToolExecutionResult


class Scripting(EngineCore):
    """What the engine does with scripts. See `EngineCore` for the arguments."""

    @abstractmethod
    async def _execute(
        self,
        tool: LoadedTool,
        arguments: dict[str, Any] | bytes,
        context: ToolExecutionContext | None,
        listener: Listener | None = None,
        hooks: Hooks | None = None,
    ) -> ToolExecutionResult:
        """Makes a call, with hooks around it if any are given."""

    # Compiling

    async def compile_script(self, source: str, name: str = "script") -> ScriptInfo:
        """Compiles a source and keeps it until it is deleted; one that does not compile is kept for its findings.

        Args:
            source: its text.
            name: for messages.

        Returns:
            The facts, `script_id` to execute it by; `valid` says whether it compiled.

        Raises:
            EngineClosed: the engine is not running.
        """
        self._open()
        script = self._scripts.find(script_id_of(name, source))
        if script is None:
            script = self._new_script(source, name, kept=True)
            await self._compile(script)
            script = self._add(script)
        self._scripts.keep(script)
        info = script.info()
        return info if info.loaded or not info.valid else await self._compile(script)

    async def compile_script_file(self, path: Path) -> ScriptInfo:
        """Compiles a file under its name; the rest is as for `compile_script`.

        Raises:
            RegistrationError: there is no such file, it cannot be read, is too large, or is no UTF-8.
            EngineClosed: the engine is not running.
        """
        # Not at the top: a call of a tool must not wait for what reads files.
        from crucible_tools.rune.source import Unreadable, read_source

        self._open()
        read = await asyncio.to_thread(read_source, path, self.config.effective_policy().max_source_bytes)
        if isinstance(read, Unreadable):
            raise RegistrationError(f"{path} {read.message}", hint="name a file of Rune in UTF-8")
        return await self.compile_script(read.text, path.name)

    async def check_source(self, source: str, name: str = "script") -> Outcome:
        """Compiles a source and forgets it: the outcome has all diagnostics, or the reason that it was stopped for."""
        vm = self._open().vm(self._registry, self.config.effective_policy(), name)
        try:
            return await vm.load(source)
        finally:
            vm.close()

    async def revalidate_script(self, script_id: str) -> ScriptInfo:
        """Compiles a script again, under the policy and with the host functions of now.

        Raises:
            ScriptNotFound: there is no such script.
        """
        script = self._scripts.get(script_id)
        script.move(self._pool(script.info().name, script.pool.source, script.pool.policy), self._queue)
        return await self._compile(script)

    def get_compilation_errors(self, script_id: str) -> tuple[Diagnostic, ...]:
        """What the compiler had to say against a script when it compiled it last; nothing when it is valid.

        Raises:
            ScriptNotFound: there is no such script.
        """
        found = self._scripts.get(script_id).info()
        return () if found.valid else tuple(item for item in found.diagnostics if item.severity == "error")

    async def validate_script_security(
        self, source: str, name: str = "script.rn", *, policy: Policy | None = None
    ) -> ScriptSecurity:
        """What a source needs to be allowed, compared with a policy. Nothing of it is run but its own metadata.

        Args:
            source: its text.
            name: for messages.
            policy: the engine's own if not given.
        """
        # Not at the top: a call of a tool must not wait for what reads sources.
        from crucible_tools.rune.discovery import DiscoveredFile
        from crucible_tools.rune.reader import read_text
        from crucible_tools.rune.source import Source, line_ends

        held = policy or self.config.effective_policy()
        data = source.encode(errors="replace")
        read = Source(source, hashlib.sha256(data).hexdigest(), len(data), False, line_ends(source))
        file = DiscoveredFile(Path(name), Path(), name)
        report = await read_text(file, read, self, capability_of=self.capability_of)
        missing = held.missing(report.capabilities)
        errors = [reason.message for reason in report.reasons if reason.severity == "error"]
        return ScriptSecurity(
            allowed=report.compiles and not missing and not report.unknown_functions,
            capabilities=report.capabilities,
            missing=missing,
            host_functions=report.host_functions,
            unknown_functions=report.unknown_functions,
            lowest_level=report.lowest_level,
            message="" if report.compiles else (errors[0] if errors else "it does not compile"),
        )

    def _new_script(self, source: str, name: str, *, kept: bool) -> Script:
        pool = self._pool(name, source, self.config.effective_policy())
        return Script(name, pool, self.metrics.of(SCRIPTS), kept=kept)

    def _add(self, script: Script) -> Script:
        """The script, or the one of this source that was compiled meanwhile."""
        found = self._scripts.find(script.id)
        if found is not None:
            script.close(self._queue)
            return found
        self._scripts.add(script, self._queue)
        return script

    async def _load(self, script: Script, left: float | None = None, execution: Execution | None = None) -> Outcome:
        """Compiles a script when it is its turn: compiling is bounded as calls are.

        Args:
            script: which.
            left: seconds until the deadline of the call that it is compiled for.
            execution: by which that call can be cancelled meanwhile.
        """
        queue, line = self._queue, self._compiling
        execution = execution or Execution("")
        try:
            async with asyncio.timeout(left):
                if not queue.try_enter(line):
                    ticket = execution.ticket = queue.join(line)
                    if not await queue.enter(line, ticket):
                        raise _cancelled(script)
                    execution.ticket = None
                try:
                    outcome = await script.pool.load(execution)
                    if execution.cancelled:
                        raise _cancelled(script)
                    return outcome
                finally:
                    queue.leave(line)
        except TimeoutError:
            message = f"the deadline passed before {script.name} was compiled"
            raise CompileFailed(message, reason=StopReason.TIMED_OUT) from None

    async def _compile(self, script: Script) -> ScriptInfo:
        try:
            return script.compiled(await self._load(script))
        except CompileFailed as error:
            return script.compiled(Outcome(error.reason, message=error.message, diagnostics=error.diagnostics))
        except CallRefused as error:
            return script.compiled(Outcome(StopReason.LIMIT, message=error.message))

    # Executing

    async def execute_script(
        self,
        script_id: str,
        arguments: dict[str, Any] | None = None,
        *,
        function: str = "main",
        context: ToolExecutionContext | None = None,
    ) -> ToolExecutionResult:
        """Calls a function of a compiled script.

        Args:
            script_id: from `compile_script`.
            arguments: given to the function as one object; None calls it with nothing.
            function: its path below the source, `main` or `report::make`.
            context: what the caller says about the call; its deadline includes waiting.

        Returns:
            The result, or the error of the closed set of kinds, as `execute_tool` gives it.

        Raises:
            ScriptNotFound: there is no such script.
            CompileFailed: it does not compile.
            EngineClosed, EngineBusy, ConfigurationError: as `execute_tool`.
        """
        self._open()
        return await self._run(self._scripts.get(script_id), arguments, function, context, None)

    async def execute_script_source(
        self,
        source: str,
        arguments: dict[str, Any] | None = None,
        *,
        function: str = "main",
        name: str = "script",
        context: ToolExecutionContext | None = None,
    ) -> ToolExecutionResult:
        """Calls a function of a source, which is compiled at its first call and kept while it is used.

        Raises:
            CompileFailed: it does not compile, not before the deadline, or it was cancelled before; nothing of it is
                kept.
            CallRefused: it is larger than a source may be.
            EngineClosed, EngineBusy, ConfigurationError: as `execute_tool`.
        """
        return await self._run(await self._script_of(source, name, context), arguments, function, context, None)

    def execute_script_stream(
        self,
        script_id: str,
        arguments: dict[str, Any] | None = None,
        *,
        function: str = "main",
        context: ToolExecutionContext | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """Calls a function of a compiled script and gives what it logs as it does, its progress, and its result last.

        Arguments and errors are those of `execute_script`. Closing the iterator before its end cancels the call.
        """
        self._open()
        script = self._scripts.get(script_id)
        return stream(lambda listener: self._run(script, arguments, function, context, listener))

    def execute_script_source_stream(
        self,
        source: str,
        arguments: dict[str, Any] | None = None,
        *,
        function: str = "main",
        name: str = "script",
        context: ToolExecutionContext | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """The same for a source. Arguments and errors are those of `execute_script_source`."""
        self._open()

        async def run(listener: Listener) -> ToolExecutionResult:
            return await self._run(await self._script_of(source, name, context), arguments, function, context, listener)

        return stream(run)

    async def _script_of(self, source: str, name: str, context: ToolExecutionContext | None) -> Script:
        """The script of a source, compiled now when it is new."""
        self._open()
        script = self._scripts.find(script_id_of(name, source))
        if script is None:
            script = self._new_script(source, name, kept=False)
            execution = Execution((context and context.call_id) or "", context and context.user)
            with self._calls.preparing(execution) if execution.call_id else nullcontext():
                script.compiled(await self._load(script, seconds_left(context), execution))
            script = self._add(script)
        return script

    async def _run(
        self,
        script: Script,
        arguments: dict[str, Any] | None,
        function: str,
        context: ToolExecutionContext | None,
        listener: Listener | None,
    ) -> ToolExecutionResult:
        info = script.info()
        if not info.valid:
            raise CompileFailed(info.message, diagnostics=info.diagnostics)
        tool = script.function(function, takes_object=arguments is not None)
        script.called()
        return await self._execute(tool, arguments or {}, context, listener)

    # Keeping

    def list_scripts(self) -> list[ScriptInfo]:
        """All scripts that the engine holds, by name."""
        return sorted((script.info() for script in self._scripts), key=lambda info: (info.name, info.script_id))

    def get_script_info(self, script_id: str) -> ScriptInfo:
        """The facts of one script.

        Raises:
            ScriptNotFound: there is no such script.
        """
        return self._scripts.get(script_id).info()

    async def delete_script(self, script_id: str) -> bool:
        """Removes a script and cancels its calls; False when there is none of this id."""
        script = self._scripts.remove(script_id)
        if script is not None:
            script.close(self._queue)
        return script is not None

    async def cache_script(self, script_id: str) -> ScriptInfo:
        """Keeps a script until it is deleted, though it was only executed by its source, and compiles it if need be.

        Raises:
            ScriptNotFound: there is no such script.
        """
        script = self._scripts.get(script_id)
        self._scripts.keep(script)
        return script.info() if script.pool.bytes else await self._compile(script)


def _cancelled(script: Script) -> CompileFailed:
    return CompileFailed(f"the call was cancelled before {script.name} was compiled", reason=StopReason.CANCELLED)
