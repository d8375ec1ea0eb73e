"""A call that touches nothing outside does not wait for what does."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("httpcore2", "h11", "anyio", "idna", "http.client", "urllib.request")


def test_the_http_library_is_only_imported_when_a_script_makes_a_request() -> None:
    code = (
        "import sys; from crucible_tools.engine import ScriptEngine; ScriptEngine(); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
