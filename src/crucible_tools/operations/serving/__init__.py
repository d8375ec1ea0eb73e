"""Serving migrated tools: what every server stands on, whatever it speaks."""

from crucible_tools.operations.serving.calls import CallView, HostStep
from crucible_tools.operations.serving.condition import Liveness, Readiness
from crucible_tools.operations.serving.schemas import Advice, SchemaProblem
from crucible_tools.operations.serving.serving import Serving
from crucible_tools.operations.serving.tool import ServedTool

__all__ = ["Advice", "CallView", "HostStep", "Liveness", "Readiness", "SchemaProblem", "ServedTool", "Serving"]
