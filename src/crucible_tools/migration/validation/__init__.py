"""Whether a tool does what it should: it loads, its calls run, and its author's examples hold."""

from crucible_tools.migration.validation.candidate import Candidate, Validated
from crucible_tools.migration.validation.validator import Validator

__all__ = ["Candidate", "Validated", "Validator"]
