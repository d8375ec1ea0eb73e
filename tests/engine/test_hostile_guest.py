"""The guest itself as the enemy: modules in its place whose answers are lies. None may hurt the host."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import wasmtime

from crucible_tools.engine import protocol
from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.protocol import Calling
from crucible_tools.engine.registry import HostModule, Registry
from crucible_tools.engine.sandbox import Sandbox
from crucible_tools.engine.vm import VM
from crucible_tools.errors import EngineUnavailable
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import ALL
from tests.engine.support import level

HEAD = protocol.call_head("call", Calling.NOTHING, (), 64, 4 << 20)

GUEST = """
(module
  (import "crucible" "invoke" (func $invoke (param i32 i32 i32 i32) (result i64)))
  (import "crucible" "fetch" (func $fetch (param i32 i32)))
  (memory (export "memory") 4)
  (global (export "__stack_pointer") (mut i32) (i32.const 1048576))
  (global (export "CRUCIBLE_REQUEST") i32 (i32.const {request}))
  (global (export "CRUCIBLE_AFTERMATH") i32 (i32.const {aftermath}))
  (global (export "CRUCIBLE_SPARE") i32 (i32.const {spare}))
  (data (i32.const 1024) "{data}")
  (data (i32.const 8192) "{ranges}")
  (func (export "load") (param i32) (result i64) {body})
  (func (export "describe") (param i32) (result i64) {body})
  (func (export "call") (param i32) (result i64) {body})
  (func (export "reserve") (param i32) (result i32) {reserve}))
"""


only_linux_drops = pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops pages so that they read as new")


def answer(pointer: int, length: int) -> str:
    """Code that answers with a pointer and a length."""
    return f"(i64.or (i64.shl (i64.const {pointer}) (i64.const 32)) (i64.const {length}))"


def ask(name: tuple[int, int], arguments: tuple[int, int]) -> str:
    """Code that makes a host call, and answers with the status that it got."""
    numbers = " ".join(f"(i32.const {n})" for n in (*name, *arguments))
    return f"(drop (call $invoke {numbers})) {answer(1024, 2)}"


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[Fakes]:
    made = Fakes(tmp_path)
    yield made
    made.close()


class Fakes:
    """Makes VMs of invented guests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.chmod(0o700)
        self._boxes: list[Sandbox] = []

    def vm(
        self,
        body: str,
        *,
        data: str = "\\00[]",
        request: int = 2048,
        aftermath: int = 4096,
        spare: int = 8192,
        ranges: str = "",
        reserve: str = "(i32.const 65536)",
    ) -> VM:
        text = GUEST.format(
            body=body, data=data, request=request, aftermath=aftermath, spare=spare, ranges=ranges, reserve=reserve
        )
        path = self._folder / f"guest{len(self._boxes)}.wasm"
        path.write_bytes(wasmtime.wat2wasm(text))
        box = Sandbox(cache=self._folder, guest=path)
        self._boxes.append(box)
        module = HostModule("shop")
        module.add("ask", lambda x: x, params={"x": "any"})
        registry = Registry()
        registry.add(module)
        return box.vm(registry, level("development", capabilities=ALL, timeout_s=2.0), "fake")

    def close(self) -> None:
        for box in self._boxes:
            box.close()


async def crashed(vm: VM) -> Outcome:
    outcome = await vm.call(HEAD, b"")
    vm.close()
    assert outcome.reason is StopReason.CRASHED, outcome
    assert outcome.message
    return outcome


@pytest.mark.parametrize(
    ("pointer", "length"),
    [
        (0xFFFFFFFF, 1),
        (0, 0xFFFFFFFF),
        (262144, 1),
        (262143, 2),
        (1024, 0),
        (0x80000000, 16),
        (1, 262144),
        (0xFFFFFFF0, 0xFFFFFFF0),
    ],
)
async def test_answers_outside_of_the_memory_are_refused(fakes: Fakes, pointer: int, length: int) -> None:
    await crashed(fakes.vm(answer(pointer, length)))


@pytest.mark.parametrize(
    "data",
    [
        "\\06{}",
        "\\ff{}",
        "\\02not json",
        "\\02[1]",
        "\\03null",
        "\\02\\ff\\fe",
        '\\02{\\"message\\": NaN}',
        "\\05",
    ],
    ids=["status 6", "status 255", "no json", "a list", "null", "no utf-8", "NaN", "nothing"],
)
async def test_answers_that_make_no_sense_are_refused(fakes: Fakes, data: str) -> None:
    length = (
        len(data.encode().decode("unicode_escape").encode("latin-1"))
        if "\\f" in data
        else len(data) - data.count("\\") * 2
    )
    await crashed(fakes.vm(answer(1024, max(length, 1)), data=data))


def ranges(*numbers: int, count: int = 1) -> str:
    """Spare ranges as they lie in memory."""
    return "".join(f"\\{byte:02x}" for byte in struct.pack(f"<{1 + len(numbers)}I", count, *numbers))


@only_linux_drops
@pytest.mark.parametrize(
    "named",
    [
        ranges(0, 262145),
        ranges(262144, 4096),
        ranges(0xFFFFF000, 4096),
        ranges(0xFFFFFFFF, 0xFFFFFFFF),
        ranges(0, 0, 0, 0x80000000, count=0xFFFFFFFF),
    ],
)
async def test_spare_memory_outside_of_the_memory_is_refused(fakes: Fakes, named: str) -> None:
    vm = fakes.vm(answer(1024, 3), ranges=named)
    outcome = await vm.load("")
    vm.close()
    assert outcome.reason is StopReason.CRASHED
    assert "outside of its memory" in outcome.message


@only_linux_drops
async def test_spare_memory_is_looked_for_inside_of_the_memory_only(fakes: Fakes) -> None:
    vm = fakes.vm(answer(1024, 3), spare=262144 - 8)
    outcome = await vm.load("")
    vm.close()
    assert outcome.reason is StopReason.CRASHED


@only_linux_drops
async def test_a_guest_that_lies_about_spare_memory_loses_its_own(fakes: Fakes) -> None:
    wrong = "(i32.store (i32.const 131072) (i32.const 1)) (i32.store (i32.const 1024) (i32.const 255))"
    lied = fakes.vm(f"{wrong} {answer(1024, 3)}", ranges=ranges(0, 262144))
    outcome = await lied.load("")
    lied.close()
    # The answer is the image's again, which the guest had overwritten.
    assert outcome.reason is StopReason.FINISHED


async def test_deep_json_in_an_answer_is_refused(fakes: Fakes) -> None:
    await crashed(fakes.vm(answer(1024, 60_001), data="\\02" + "[" * 60_000, aftermath=200_000))


async def test_fields_of_the_wrong_type_become_plain_words(fakes: Fakes) -> None:
    data = '\\02{\\"message\\": [1], \\"line\\": -5, \\"column\\": \\"x\\"}'
    vm = fakes.vm(answer(1024, len(data) - 2 - data.count("\\") + 1), data=data)
    outcome = await vm.call(HEAD, b"")
    vm.close()
    assert outcome.reason is StopReason.SCRIPT_ERROR
    assert (outcome.message, outcome.location) == ("the script stopped", None)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ((0xFFFFFFF, 10), (1024, 1)),
        ((1024, 0x7FFFFFFF), (1024, 1)),
        ((1024, 8), (-1, 10)),
        ((1024, 8), (1024, -1)),
        ((1024, 9), (1033, 5)),
        ((3000, 4), (1024, 1)),
    ],
    ids=["name outside", "name too long", "arguments outside", "length negative", "arguments no list", "unknown name"],
)
async def test_host_calls_with_impossible_requests_stop_the_guest(
    fakes: Fakes, name: tuple[int, int], arguments: tuple[int, int]
) -> None:
    vm = fakes.vm(ask(name, arguments), data="shop::ask{}   ")
    await crashed(vm)


async def test_a_reply_cannot_be_fetched_to_a_place_outside_or_twice(fakes: Fakes) -> None:
    invoke = "(drop (call $invoke (i32.const 1024) (i32.const 9) (i32.const 1033) (i32.const 3)))"
    for fetch in (
        "(call $fetch (i32.const 262143) (i32.const 1))",
        "(call $fetch (i32.const -1) (i32.const 1))",
        "(call $fetch (i32.const 0) (i32.const 500))",
        "(call $fetch (i32.const 0) (i32.const 1)) (call $fetch (i32.const 0) (i32.const 1))",
    ):
        await crashed(fakes.vm(f"{invoke} {fetch} {answer(1024, 2)}", data="shop::ask[7]"))
    await crashed(fakes.vm(f"(call $fetch (i32.const 0) (i32.const 1)) {answer(1024, 2)}"))


async def test_a_request_buffer_outside_of_the_memory_is_never_written(fakes: Fakes) -> None:
    await crashed(fakes.vm(answer(1024, 3), request=0x7FFFFFFF))
    vm = fakes.vm(answer(1024, 3), reserve="(i32.const -4)")
    outcome = await vm.call(HEAD, b" " * 70_000)
    vm.close()
    assert outcome.reason is StopReason.CRASHED


async def test_a_trap_with_a_lying_aftermath_is_still_a_crash(fakes: Fakes) -> None:
    await crashed(fakes.vm("unreachable", aftermath=0x7FFFFFF0))


async def test_the_host_is_not_asked_before_the_guest_may(fakes: Fakes) -> None:
    vm = fakes.vm(answer(1024, 3))
    outcome = await vm.call(HEAD, b"")
    assert outcome.ok
    vm.close()


def test_a_guest_with_other_imports_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guest.wasm"
    path.write_bytes(wasmtime.wat2wasm('(module (import "wasi_snapshot_preview1" "fd_write" (func)))'))
    with pytest.raises(EngineUnavailable, match="imports that it must not have"):
        Sandbox(cache=tmp_path, guest=path)


def test_a_guest_without_the_exports_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guest.wasm"
    path.write_bytes(wasmtime.wat2wasm("(module)"))
    box = Sandbox(cache=tmp_path, guest=path)
    with pytest.raises(EngineUnavailable, match="no export"):
        box.vm(Registry(), level("safe"), "x")
    box.close()


def test_a_file_that_is_no_module_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guest.wasm"
    path.write_bytes(b"not wasm")
    with pytest.raises(EngineUnavailable, match="does not load"):
        Sandbox(cache=tmp_path, guest=path)
    with pytest.raises(EngineUnavailable, match="cannot be read"):
        Sandbox(cache=tmp_path, guest=tmp_path / "missing.wasm")
