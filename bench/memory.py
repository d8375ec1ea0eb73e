"""What loaded VMs take, in a process of its own: `python -m bench.memory` prints the bytes of each. Linux only.

`python -m bench.memory COUNT` prints the private bytes of a whole process with so many loaded tools.

Only a fresh process tells: in an older one malloc fills holes that earlier work has left, and the figure is too low.
"""

import asyncio
import gc
import statistics
import subprocess
import sys
from pathlib import Path

from bench.bed import bench_policy, definition, host, text
from crucible_tools import ScriptEngine, ScriptEngineConfig
from crucible_tools.engine.protocol import Calling, call_head
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.vm import VM

LIVE = 300
GIB = 2**30
COMPILE = "from crucible_tools.engine.sandbox import Sandbox; Sandbox().close()"


def bytes_of_a_loaded_vm() -> int:
    """Median of what three processes of their own print: now and then one finds holes, and prints too little."""
    command, root = [sys.executable, "-m", "bench.memory"], Path(__file__).parent.parent
    printed = [subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True) for _ in range(3)]
    return int(statistics.median(int(done.stdout) for done in printed))


def bytes_of_loaded_tools(count: int) -> int:
    """Private memory of a process whose engine has so many tools, all loaded, each of a source of its own."""
    command, root = [sys.executable, "-m", "bench.memory", str(count)], Path(__file__).parent.parent
    return int(subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout)


async def measure_tools(count: int) -> int:
    """Registers so many tools, each a little different, and calls each once."""
    source = text("tool.rn")
    config = ScriptEngineConfig(max_cache_size=count, max_cache_bytes=16 * GIB)
    async with ScriptEngine(config, modules=[host()]) as engine:
        for number in range(count):
            name = f"digest_{number}"
            await engine.register_tool(
                definition(name, "echo"), source.replace('"ticket_digest"', f'"{name}"'), policy=bench_policy()
            )
            answer = await engine.execute_tool(name, {"name": "x", "n": 3})
            if answer.error:
                raise RuntimeError(f"the bench's own script fails: {answer.error}")
        if engine.instances < count:
            raise RuntimeError(f"only {engine.instances} of {count} tools are loaded")
        gc.collect()
        return private_bytes()


async def measure() -> int:
    """Private memory that each of 300 live VMs adds, the 40-line tool loaded and called once."""
    registry, policy = Registry(), bench_policy()
    registry.add(host())
    source = text("tool.rn")
    head = call_head("echo", Calling.OBJECT, (), policy.max_depth, policy.max_result_bytes)
    sandbox = Sandbox()

    async def used() -> VM:
        vm = sandbox.vm(registry, policy, "bench")
        for outcome in (await vm.load(source), await vm.call(head, b'{"name":"x","n":3}')):
            if not outcome.ok:
                raise RuntimeError(f"the bench's own script fails: {outcome.message}")
        return vm

    try:
        vms = [await used()]
        gc.collect()
        before = private_bytes()
        vms += [await used() for _ in range(LIVE)]
        return (private_bytes() - before) // LIVE
    finally:
        sandbox.cancel()
        sandbox.close()


def private_bytes() -> int:
    """Memory that is this process's alone."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def main() -> None:
    """Measures and prints."""
    # Compiling the guest, where no cache has it yet, would leave holes of many megabytes.
    subprocess.run([sys.executable, "-c", COMPILE], check=True)
    print(asyncio.run(measure_tools(int(sys.argv[1])) if len(sys.argv) > 1 else measure()))


if __name__ == "__main__":
    main()
