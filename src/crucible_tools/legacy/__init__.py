"""The original service: runs legacy tools as they are in their folders, without a migration."""

from crucible_tools.legacy.catalog import LoadedFile, LoadReport, ToolProblem
from crucible_tools.legacy.service import RuneService

__all__ = ["LoadReport", "LoadedFile", "RuneService", "ToolProblem"]
