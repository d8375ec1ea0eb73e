"""Reading a source inside the sandbox: compiled, described by Rune's own parser, its metadata functions called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine import protocol
from crucible_tools.engine.protocol import Calling
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.rune.inspection import Evaluation, Inspection

if TYPE_CHECKING:
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.vm import VM

_METADATA_S: Final = 2.0
"""Wall time that `NAME()` or `INPUT_SCHEMA()` may take: they give constants."""


async def inspect(sandbox: Sandbox, registry: Registry, text: str, path: str) -> Inspection:
    """Compiles and describes a source in a VM of its own, under SAFE, whatever level it will run at.

    Sources longer than the limit are the caller's to refuse. Close the inspection when it was read.
    """
    policy = Policy.for_level(SecurityLevel.SAFE)
    vm = sandbox.vm(registry, policy, path)
    try:
        loaded = await vm.load(text, kept=False)
        facts = await _describe(sandbox, registry, vm, text, path)
    except BaseException:
        vm.close()
        raise
    diagnostics = loaded.diagnostics

    async def evaluate(function: str) -> Evaluation:
        head = protocol.call_head(function, Calling.NOTHING, (), policy.max_depth, policy.max_result_bytes)
        if vm.spent:
            return Evaluation(False, None, "the script was stopped before", StopReason.CRASHED, None)
        outcome = await vm.call(head, b"", _METADATA_S)
        value: Any = protocol.parse_json(outcome.value) if outcome.value else None
        if outcome.ok:
            return Evaluation(True, value, None, outcome.reason, None)
        message = outcome.message or f"it gave Err({outcome.value.decode('utf-8', 'replace')[:200]})"
        return Evaluation(False, value, message, outcome.reason, outcome.location)

    return Inspection(
        diagnostics=diagnostics,
        facts=facts,
        compiles=loaded.ok,
        evaluate=evaluate,
        close=vm.close,
        stopped=None if loaded.ok or loaded.diagnostics else f"{loaded.reason.value}: {loaded.message}",
    )


async def _describe(sandbox: Sandbox, registry: Registry, vm: VM, text: str, path: str) -> dict[str, Any]:
    """The description, in a fresh VM when compiling stopped the first one."""
    reader = sandbox.vm(registry, vm.policy, path) if vm.spent else vm
    try:
        outcome = await reader.describe(text)
    finally:
        if reader is not vm:
            reader.close()
    if not outcome.ok:
        return {"parsed": False, "error": {"message": f"{outcome.reason.value}: {outcome.message}"}}
    return protocol.parse_object(outcome.value)
