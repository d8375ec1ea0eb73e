"""Whether a tool does what it should: it loads, its calls run, and its author's examples hold."""

from crucible_tools.migration.validation.candidate import Candidate, Unforeseen, Validated, Validating
from crucible_tools.migration.validation.validator import Validator, validated

__all__ = ["Candidate", "Unforeseen", "Validated", "Validating", "Validator", "validated"]
