"""The sandbox: the real Rune in WebAssembly, its VMs, policies and host functions, and the ScriptEngine."""

from crucible_tools.engine.outcome import LogLine, Outcome
from crucible_tools.engine.registry import HostFunction, HostModule, ToolFailure
from crucible_tools.engine.service import ScriptEngine

__all__ = ["HostFunction", "HostModule", "LogLine", "Outcome", "ScriptEngine", "ToolFailure"]
