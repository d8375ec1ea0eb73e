"""What `crucible check` prints, in each of its formats; one module a format."""

from enum import StrEnum


class CheckFormat(StrEnum):
    """For whom the findings are."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
