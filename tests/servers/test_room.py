"""There is no more room for connections than there are files for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crucible_tools.servers.room import OTHER_FILES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on open files")


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "found"),
    [
        (256, 512, 200, "200 400"),
        (512, 512, 300, "300 512"),
        (256, 512, 5000, f"{512 - OTHER_FILES} 512"),
        (64, 128, 5000, "64 128"),
    ],
    ids=["raised as far as it takes", "enough", "raised as far as it may be", "few"],
)
def test_the_limit_on_files_bounds_connections(soft: int, hard: int, wanted: int, found: str) -> None:
    code = (
        "import resource\n"
        "from crucible_tools.servers.room import places\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        f"print(places({wanted}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == f"{found}\n"
