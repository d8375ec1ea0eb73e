"""`python -m crucible_tools`, for where the `crucible` command is not on the path."""

import sys

from crucible_tools.cli import main

sys.exit(main())
