"""VMs: to start one, to load a tool into it, to keep it."""

import asyncio

from bench.bed import Bed, text
from bench.memory import bytes_of_a_loaded_vm
from bench.row import Row, among, median, median_of_calls, row


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
    """Private memory of each live VM, a tool loaded and called once; measured in a fresh process. Linux only."""
    taken = await asyncio.to_thread(bytes_of_a_loaded_vm)
    return Row("memory of a loaded VM", taken / 1024, "KB", at_most=220)
