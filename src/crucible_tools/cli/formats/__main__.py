"""`python -m crucible_tools.cli.formats FILE` writes the page about the rules; `make docs` runs it."""

import sys
from pathlib import Path

from crucible_tools.cli.formats.rules import markdown
from crucible_tools.rune.rules.registry import rules

Path(sys.argv[1]).write_text(markdown(rules()), "utf-8")
