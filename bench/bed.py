"""The test bed: one engine, the scripts, and the peers' figures, shared by all rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crucible_tools import HostModule, Policy, ScriptEngine, ScriptEngineConfig, SecurityLevel, ToolDefinition
from crucible_tools.engine.protocol import Calling, call_head
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.vm import VM

SOURCES = Path(__file__).parent / "sources"
MIB = 2**20

HOST_CALLS = """
pub fn plain(args) { for i in 0..args.n { peer::echo(i); } args.n }
pub async fn awaited(args) { for i in 0..args.n { peer::later(i).await; } args.n }
pub async fn wait(args) { peer::wait(args.seconds).await }
pub fn spin(args) { (0..100000000000).iter().count() }
"""


def host() -> HostModule:
    """The host functions that the scripts call."""
    module = HostModule("peer")
    module.add("echo", lambda value: value, params={"value": "integer"}, inline=True)

    @module.function(params={"value": "integer"}, awaited=True)
    async def later(value: int) -> int:
        await asyncio.sleep(0)
        return value

    @module.function(params={"seconds": "number"}, awaited=True)
    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)

    return module


@dataclass(frozen=True, slots=True)
class Bed:
    """What the rows measure on.

    Args:
        sandbox: the engine layer.
        registry: its host functions.
        engine: the ScriptEngine, with the tools `echo` and those of `cpu.rn` registered.
        policy: of all VMs: PRODUCTION's memory, no time limit.
        peers: the peers' figures in seconds, by peer and name.
        quick: fewer rounds, to see whether it works at all.
    """

    sandbox: Sandbox
    registry: Registry
    engine: ScriptEngine
    policy: Policy
    peers: dict[str, dict[str, float]]
    quick: bool

    def rounds(self, full: int) -> int:
        """How often to measure."""
        return max(3, full // 20) if self.quick else full

    def vm(self) -> VM:
        """An empty VM."""
        return self.sandbox.vm(self.registry, self.policy, "bench")

    async def loaded(self, source: str) -> VM:
        """A VM with this source in it."""
        vm = self.vm()
        outcome = await vm.load(source)
        if not outcome.ok:
            raise RuntimeError(f"the bench's own script does not load: {outcome.message}")
        return vm

    def head(self, entry: str) -> bytes:
        """The head of a request to call `entry` with one object."""
        return call_head(entry, Calling.OBJECT, (), self.policy.max_depth, self.policy.max_result_bytes)


def bench_policy() -> Policy:
    """PRODUCTION's memory, no time limit, and what the scripts call."""
    return replace(
        Policy.for_level(SecurityLevel.PRODUCTION),
        timeout_s=None,
        concurrent_calls=None,
        max_host_calls=None,
        capabilities=frozenset({"basic", "json", "peer"}),
    )


def text(name: str) -> str:
    """One of the bench's scripts."""
    return (SOURCES / name).read_text(encoding="utf-8")


def definition(name: str, entry: str) -> ToolDefinition:
    """A tool of the bench, with a schema that is checked at each call."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "integer"}}}
    return ToolDefinition(name=name, description="", input_schema=schema, form="direct", entry=entry)


@asynccontextmanager
async def prepared(peers: dict[str, dict[str, float]], *, quick: bool) -> AsyncIterator[Bed]:
    """A bed, with its engine started and its tools registered."""
    policy = bench_policy()
    registry = Registry()
    registry.add(host())
    sandbox = await asyncio.to_thread(Sandbox)
    try:
        async with ScriptEngine(ScriptEngineConfig(policy=policy), modules=[host()]) as engine:
            await engine.register_tool(definition("echo", "echo"), text("tool.rn"))
            for entry in ("fib", "count", "primes", "strings"):
                await engine.register_tool(definition(entry, entry), text("cpu.rn"))
            yield Bed(sandbox, registry, engine, policy, peers, quick)
    finally:
        sandbox.close()


def write_tools(folder: Path, count: int) -> None:
    """As many tools as wanted, each a little different."""
    folder.mkdir()
    source = text("tool.rn").partition("\npub fn echo")[0]
    for number in range(count):
        tool = source.replace('"ticket_digest"', f'"digest_{number}"')
        (folder / f"digest_{number}.rn").write_text(tool, encoding="utf-8")
