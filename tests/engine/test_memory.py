"""What compiling leaves behind is given back, and what it made is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crucible_tools.engine import protocol
from crucible_tools.engine.protocol import Calling
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.vm import VM
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import ALL
from tests.engine.support import level

TEXTS = [letter * length for letter, length in zip("abcdefgh", (1, 16, 120, 128, 129, 500, 5000, 40_000), strict=True)]
TYPES = """
struct Point { x, y }
enum Shape { Round { radius }, Square(side), None }
const HALF = [0.5, "half", (1, 2)];
mod inner { pub fn twice(n) { n * 2 } }
fn area(shape) { match shape { Shape::Round { radius } => radius * 3, Shape::Square(side) => side * side, _ => 0 } }
async fn later(n) { n + 1 }
pub async fn call() {
    let point = Point { x: 1, y: 2 };
    let add = |n| n + point.x + point.y;
    let #{ a, ..} = #{ a: 7, b: 8 };
    [area(Shape::Round { radius: 2 }), area(Shape::Square(3)), HALF, inner::twice(4), add(5), later(6).await, a,
     b"bytes".len(), `${a} and more`]
}
"""
FAILING = 'pub fn call() {\n    let list = [];\n    let text = "' + "x" * 300 + '";\n    list[3]\n}\n'


@pytest.fixture
async def vm(sandbox: Sandbox, registry: Registry) -> AsyncIterator[VM]:
    made = sandbox.vm(registry, level("development", capabilities=ALL), "test")
    yield made
    made.close()


async def value(vm: VM, entry: str = "call") -> object:
    outcome = await vm.call(protocol.call_head(entry, Calling.NOTHING, (), 64, 4 << 20), b"")
    assert outcome.ok, outcome
    return json.loads(outcome.value)


# In a process of its own: what else a process does shows in its memory, too.
MEASURE = """
import asyncio, gc
from pathlib import Path
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox
from tests.engine.support import level
from tests.engine.test_memory import TYPES

def private_bytes():
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))

async def measure():
    sandbox, registry = Sandbox(), Registry()
    vms = [sandbox.vm(registry, level("safe"), "test") for _ in range(60)]
    for vm in vms[:10]:
        assert (await vm.load(TYPES)).ok
    gc.collect()
    before = private_bytes()
    for vm in vms[10:]:
        assert (await vm.load(TYPES)).ok
    print((private_bytes() - before) // 50)
    for vm in vms:
        vm.close()
    sandbox.close()

asyncio.run(measure())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops pages so that they read as new")
def test_the_compilers_pages_are_given_back() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", MEASURE], cwd=root, capture_output=True, text=True, check=True)
    # Compiling touches a good 100 KB that nobody needs afterwards; without giving it back, some 200 KB are added.
    assert int(done.stdout) < 160 * 1024


async def test_all_kinds_of_things_outlive_the_compiler(vm: VM) -> None:
    assert (await vm.load(TYPES)).ok
    for _ in range(2):
        expected = [6, 9, [0.5, "half", [1, 2]], 8, 8, 7, 7, 5, "7 and more"]
        assert await value(vm) == expected


async def test_texts_of_any_length_outlive_the_compiler(vm: VM) -> None:
    functions = [f"pub fn text{i}() {{ {json.dumps(text)} }}" for i, text in enumerate(TEXTS)]
    assert (await vm.load("\n".join(functions))).ok
    for i, text in enumerate(TEXTS):
        assert await value(vm, f"text{i}") == text


async def test_a_source_that_needs_more_than_the_block_compiles(vm: VM) -> None:
    functions = [f'pub fn f{i}(a) {{ let list = [a, {i}, "text {i}"]; list[1] + list.len() }}' for i in range(1500)]
    calls = " + ".join(f"f{i}(1)" for i in range(0, 1500, 50))
    assert (await vm.load("\n".join([*functions, f"pub fn call() {{ {calls} }}"]))).ok
    assert await value(vm) == sum(i + 3 for i in range(0, 1500, 50))


async def test_a_vm_can_be_loaded_again_and_again(vm: VM) -> None:
    sizes = set[int]()
    for i in range(30):
        assert (await vm.load(f"pub fn call() {{ [{i}, {json.dumps(TEXTS[i % 6])}] }}")).ok
        assert await value(vm) == [i, TEXTS[i % 6]]
        assert not (await vm.load("pub fn call() { let }")).ok
        outcome = await vm.call(protocol.call_head("call", Calling.NOTHING, (), 64, 4 << 20), b"")
        sizes.add(outcome.memory_bytes)
    assert len(sizes) <= 2


async def test_errors_keep_their_places_without_the_compiler(vm: VM) -> None:
    assert (await vm.load(FAILING)).ok
    outcome = await vm.call(protocol.call_head("call", Calling.NOTHING, (), 64, 4 << 20), b"")
    assert outcome.reason is StopReason.SCRIPT_ERROR
    assert outcome.location is not None
    assert (outcome.location.line, outcome.location.column) == (4, 5)
    assert outcome.location.source_line == "    list[3]"
