"""The sandbox: the real Rune in WebAssembly, its VMs, policies and host functions, and the ScriptEngine."""

from crucible_tools.engine.host.effects import Effect, EffectSink, HostContext
from crucible_tools.engine.host.world import World
from crucible_tools.engine.outcome import LogLine, Outcome
from crucible_tools.engine.registry import HostFunction, HostModule, ToolFailure
from crucible_tools.engine.service import ScriptEngine
from crucible_tools.engine.streaming import LogEvent, ProgressEvent, ResultEvent, StreamEvent

__all__ = [
    "Effect",
    "EffectSink",
    "HostContext",
    "HostFunction",
    "HostModule",
    "LogEvent",
    "LogLine",
    "Outcome",
    "ProgressEvent",
    "ResultEvent",
    "ScriptEngine",
    "StreamEvent",
    "ToolFailure",
    "World",
]
