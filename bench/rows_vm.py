"""VMs: to start one, to load a tool into it, to keep it."""

import gc
from pathlib import Path

from bench.bed import Bed, text
from bench.row import Row, among, median, median_of_calls, row

LIVE = 300


@row
async def start_of_a_vm(bed: Bed) -> Row:
    """A new instance of the guest, and its end. Peer: a session checked out of monty's warm pool."""
    seconds = median_of_calls(lambda: bed.vm().close(), times=bed.rounds(2000))
    return Row("start of a VM", seconds * 1e3, "ms", among(bed.peers, "checkout", 1e3), at_most=0.1)


@row
async def load_of_a_tool(bed: Bed) -> Row:
    """A 40-line tool compiled in a fresh VM; the VM's start is not counted."""
    source = text("tool.rn")
    vms = [bed.vm() for _ in range(bed.rounds(400) + 1)]
    pool = iter(vms)
    seconds = await median(lambda: next(pool).load(source), times=len(vms) - 1)
    for vm in vms:
        vm.close()
    return Row("load of a 40-line tool", seconds * 1e3, "ms", among(bed.peers, "load", 1e3), at_most=1.0)


@row
async def memory_of_a_loaded_vm(bed: Bed) -> Row:
    """Private memory that each of 300 live VMs adds, a tool loaded and called once. Linux only."""
    source, head = text("tool.rn"), bed.head("echo")
    vms = [await bed.loaded(source)]
    gc.collect()
    before = private_bytes()
    for _ in range(LIVE):
        vm = await bed.loaded(source)
        await vm.call(head, b'{"name":"x","n":3}')
        vms.append(vm)
    added = private_bytes() - before
    for vm in vms:
        vm.close()
    return Row("memory of a loaded VM", added / LIVE / 1024, "KB", at_most=220)


def private_bytes() -> int:
    """Memory that is this process's alone."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
