"""The wheel that users install: pure Python, with the guest inside."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import crucible_tools

ROOT = Path(__file__).parent.parent
ENGINE = "crucible_tools/engine/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as `make wheel` does but with the build backend that is installed: no network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_runs_on_every_python_3_and_every_platform(wheel: Path) -> None:
    assert wheel.name == f"crucible_tools-{crucible_tools.__version__}-py3-none-any.whl"


def test_the_wheel_carries_the_guest_and_its_digest_as_they_are(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in ("guest.wasm", "guest.json"):
            assert archive.read(ENGINE + name) == (ROOT / "src" / ENGINE / name).read_bytes()


def test_the_wheel_carries_every_module_the_type_marker_and_both_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "crucible_tools").rglob("*.py")}
    page = ROOT / "src" / "crucible_tools" / "servers" / "page"
    shown = {path.relative_to(ROOT / "src").as_posix() for path in page.rglob("*.*") if path.suffix != ".pyc"}
    assert modules | shown | {"crucible_tools/py.typed"} <= names
    assert {name.rpartition("/")[2] for name in names} >= {"LICENSE-MIT", "LICENSE-APACHE"}


def test_the_wheel_carries_nothing_but_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert tops == {"crucible_tools", f"crucible_tools-{crucible_tools.__version__}.dist-info"}
