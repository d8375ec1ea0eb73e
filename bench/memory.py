"""What a loaded VM takes, in a process of its own: `python -m bench.memory` prints the bytes of each. Linux only.

Only a fresh process tells: in an older one malloc fills holes that earlier work has left, and the figure is too low.
"""

import asyncio
import gc
import statistics
import subprocess
import sys
from pathlib import Path

from bench.bed import bench_policy, host, text
from crucible_tools.engine.protocol import Calling, call_head
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.vm import VM

LIVE = 300
COMPILE = "from crucible_tools.engine.sandbox import Sandbox; Sandbox().close()"


def bytes_of_a_loaded_vm() -> int:
    """Median of what three processes of their own print: now and then one finds holes, and prints too little."""
    command, root = [sys.executable, "-m", "bench.memory"], Path(__file__).parent.parent
    printed = [subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True) for _ in range(3)]
    return int(statistics.median(int(done.stdout) for done in printed))


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
    print(asyncio.run(measure()))


if __name__ == "__main__":
    main()
