"""Reading a source inside the sandbox: compiled, described by Rune's own parser, its metadata functions called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crucible_tools.engine import protocol
from crucible_tools.engine.protocol import Calling
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.rune.inspection import Evaluation, Inspection

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox

_METADATA_S: Final = 2.0
"""Wall time that `NAME()` or `INPUT_SCHEMA()` may take: they give constants."""


async def inspect(sandbox: Sandbox, registry: Registry, text: str, path: str) -> Inspection:
    """Compiles and describes a source in a VM of its own, under SAFE, whatever level it will run at.

    Sources longer than the limit are the caller's to refuse. Close the inspection when it was read.
    """
    policy = Policy.for_level(SecurityLevel.SAFE)
    vm = sandbox.vm(registry, policy, path)
    try:
        # Described first: nothing stays of that, and the compiler takes the same pages. What it leaves is in the way.
        vm.expect(text)
        described = await vm.describe(text)
        if vm.spent or vm.was_refused_memory:
            vm.close()
            vm = sandbox.vm(registry, policy, path)
        loaded = await vm.load(text, kept=False)
        facts = _facts(described)
    except BaseException:
        vm.close()
        raise
    diagnostics = loaded.diagnostics

    async def evaluate(function: str, method: str | None = None) -> Evaluation:
        calling, names = (Calling.NOTHING, ()) if method is None else (Calling.METHOD, (method,))
        head = protocol.call_head(function, calling, names, policy.max_depth, policy.max_result_bytes)
        if vm.spent:
            return Evaluation(False, None, "the script was stopped before", StopReason.CRASHED, None)
        outcome = await vm.call(head, b"" if method is None else b"[]", _METADATA_S)
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


def _facts(described: Outcome) -> bytes:
    """The description; of a source that could not be described, why."""
    if described.ok:
        return described.value
    return protocol.to_json({"parsed": False, "error": {"message": f"{described.reason.value}: {described.message}"}})
