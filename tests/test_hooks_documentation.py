"""The example in docs/hooks.md runs, and says what it says."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "hooks.md"


def test_the_example_of_hooks_in_code_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=300, check=False)
    assert done.stderr == ""
    assert done.stdout == "the hook guard.rn refused the call: no way up\n{'title': 'A'}\n"
