"""Whether the engine works here: each promise of the sandbox tried once, on this machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crucible_tools.engine import protocol
from crucible_tools.engine.protocol import Calling
from crucible_tools.engine.wasm.capi import installed_version
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import MIB, Policy

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried, and what came of it."""

    check: str
    ok: bool
    detail: str

    def to_json(self) -> dict[str, Any]:
        """`{check, ok, detail}`."""
        return {"check": self.check, "ok": self.ok, "detail": self.detail}


_CASES = (
    ("a call", "pub fn call(args) { args.n + 1 }", StopReason.FINISHED),
    ("a script's error", "pub fn call(args) { args.missing }", StopReason.SCRIPT_ERROR),
    (
        "the time limit, in a native loop",
        "pub fn call(args) { (0..100000000000).iter().count() }",
        StopReason.TIMED_OUT,
    ),
    ("the memory limit", "pub fn call(args) { let v = []; loop { v.push([1, 2]); } }", StopReason.OUT_OF_MEMORY),
    (
        "the stack limit",
        "pub fn call(args) { let i = (0..3).iter(); for n in 0..100000 { i = i.chain((0..1).iter()); } i.count() }",
        StopReason.STACK_EXHAUSTED,
    ),
    ("a denial", 'pub fn call(args) { fs::exists("/") }', StopReason.DENIED),
)


async def run_self_test(sandbox: Sandbox, registry: Registry) -> list[Check]:
    """Runs all checks; none raises."""
    checks = [Check("wasmtime", True, installed_version())]
    for name, source, expected in _CASES:
        # Only the check that waits for its end has little time: a loaded machine is slow at all others, and not broken.
        timeout_s = 0.1 if expected is StopReason.TIMED_OUT else 60.0
        policy = replace(Policy.for_level(SecurityLevel.SAFE), timeout_s=timeout_s, memory_bytes=16 * MIB)
        outcome = await _try(sandbox, registry, policy, source)
        right = outcome.reason is expected
        detail = (
            outcome.reason.value if right else f"{outcome.reason.value} instead of {expected.value}: {outcome.message}"
        )
        checks.append(Check(name, right, detail))
    return checks


async def _try(sandbox: Sandbox, registry: Registry, policy: Policy, source: str) -> Outcome:
    vm = sandbox.vm(registry, policy, "self-test")
    try:
        loaded = await vm.load(source)
        if not loaded.ok:
            return loaded
        head = protocol.call_head("call", Calling.OBJECT, (), policy.max_depth, policy.max_result_bytes)
        return await vm.call(head, b'{"n":1}')
    finally:
        vm.close()
