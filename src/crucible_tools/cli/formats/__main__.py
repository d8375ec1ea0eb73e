"""`python -m crucible_tools.cli.formats DOCS` writes the pages that are made from the code; `make docs` runs it."""

import sys
from pathlib import Path

from crucible_tools.cli.formats.rules import markdown
from crucible_tools.formats.text import json_text
from crucible_tools.migration.formats.document import json_schema
from crucible_tools.rune.rules.registry import rules

docs = Path(sys.argv[1])
(docs / "rules.md").write_text(markdown(rules()), "utf-8")
(docs / "migration-report.schema.json").write_text(f"{json_text(json_schema())}\n", "utf-8")
