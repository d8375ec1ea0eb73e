"""What the forms share: the source that they look at, and the drafts that they make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Location
from crucible_tools.model.tools import Calling
from crucible_tools.rune.facts import Facts, Function
from crucible_tools.rune.inspection import Evaluate
from crucible_tools.rune.report import Form, Hook, Plugin, Reason

ARGUMENTS = "args"
"""The parameter that takes all arguments as one object."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A tool as a form sees it, before it is checked.

    Its fields are those of `ToolDefinition`. `function` is its entry, None when the source has none; `declared` says
    that the input schema was written by the tool's author, and so may be wrong or hostile; `problems` are what keeps
    it from being a tool.
    """

    name: str
    form: Form
    entry: str
    function: Function | None
    description: str = ""
    input_schema: JsonObject = field(default_factory=dict[str, object])
    output_schema: JsonObject | None = None
    version: str = "1.0.0"
    category: str = "general"
    tags: tuple[str, ...] = ()
    author: str | None = None
    calling: Calling = "object"
    positional: tuple[str, ...] = ()
    declared: bool = False
    problems: list[Reason] = field(default_factory=list[Reason])


@dataclass(slots=True)
class Reading:
    """A source while its forms are looked for.

    Args:
        facts: what the guest says about it.
        path: its path below its folder, for messages.
        stem: the name of its file without the ending.
        text: the source itself.
        evaluate: calls a function without parameters, or a method of what it makes; of a source that does not compile
            it knows literals only.
    """

    facts: Facts
    path: str
    stem: str
    text: str
    evaluate: Evaluate
    drafts: list[Draft] = field(default_factory=list[Draft])
    hooks: list[Hook] = field(default_factory=list[Hook])
    plugin: Plugin | None = None
    reasons: list[Reason] = field(default_factory=list[Reason])
    taken: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    """Functions that some form has claimed, by path: a hook is no tool."""
    forms: list[Form] = field(default_factory=list[Form])

    def top(self, name: str) -> Function | None:
        """The function of this name outside of all modules and types."""
        return self.facts.by_path.get((name,))

    def claim(self, function: Function, form: Form) -> None:
        """Says that a function belongs to a form."""
        self.taken.add(function.path)
        self.found(form)

    def found(self, form: Form) -> None:
        """Says that the source has a form."""
        if form not in self.forms:
            self.forms.append(form)

    def at(self, function: Function) -> Location:
        """Where a function is declared."""
        return Location(self.path, function.line, function.column, len(function.name))

    def plain_header(self) -> str:
        """The first line of the header that says something and is no directive."""
        lines = (line.strip() for line in self.facts.header)
        return next((line for line in lines if line and not line.startswith("@")), "")


def parameters(function: Function) -> tuple[str, ...] | None:
    """The names of a function's parameters; None if one of them is a pattern."""
    names = tuple(param.name for param in function.params if param.name is not None)
    return names if len(names) == len(function.params) else None


def takes_object(function: Function) -> bool:
    """Whether a function takes all arguments as one object: its only parameter is called `args`."""
    return not function.instance and len(function.params) == 1 and function.params[0].name == ARGUMENTS


def reads_object(function: Function) -> bool:
    """Whether a function with one parameter uses it as an object."""
    return len(function.params) == 1 and any(read.param == function.params[0].name for read in function.reads)
