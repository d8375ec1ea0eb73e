"""The tools that a source means to declare, read from its tree alone: of sources that do not compile, too.

`forms/` reads what the compiler made of a source; this reads what stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, cast

from crucible_tools.rune.schemas import of_object, of_type
from crucible_tools.rune.syntax.nodes import Attribute, Expr, Function, Impl, Item, Module, Node, Param
from crucible_tools.rune.syntax.parser import Tree
from crucible_tools.rune.types import written
from crucible_tools.rune.types.attributes import arguments
from crucible_tools.rune.types.literals import MISSING, Literals
from crucible_tools.rune.types.scopes import Scopes
from crucible_tools.rune.types.values import OBJECT, OTHER, UNIT, Value, join, plain

Form: TypeAlias = Literal["direct", "attribute", "module", "function", "script"]
Calling: TypeAlias = Literal["object", "position"]

_CALL: Final = "call"
_MAIN: Final = "main"
_ARGS: Final = "args"
_HOOKS: Final = frozenset({"hook", "handler"})
_CONTEXT: Final = frozenset({"ctx", "_ctx", "context", "_context"})


@dataclass(frozen=True, slots=True)
class DeclaredTool:
    """A tool that a source means to declare.

    Args:
        form: how it is written.
        entry: the function that is called.
        calling: whether it takes one object with all arguments, or each by its position.
        name: if the source says it outright.
        schema: the input schema as far as it is written out; None if there is none, or it cannot be read.
        exact: whether all of the schema was written out.
        place: the expression, or the function or the attributes' owner, that says the schema; None without one.
    """

    form: Form
    entry: Function
    calling: Calling
    name: str | None
    schema: dict[str, Any] | None
    exact: bool
    place: Node | None


class Declared:
    """The tools of one source.

    Args:
        tree: the source.
        scopes: its names.
    """

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree = tree
        self._texts = tree.tokens.texts
        self._literals = Literals(tree, scopes)
        self._top = {
            self._name(item): item for item in reversed(tree.file.items) if isinstance(item, Function) and item.name
        }
        self.tools: tuple[DeclaredTool, ...] = tuple(self._find())
        """The tools, in the order of their entries."""
        self._by_entry = {tool.entry: tool for tool in self.tools}
        self._arguments: dict[Param, Value] = {}
        for tool in self.tools:
            self._take(tool)

    def tool_of(self, function: Function) -> DeclaredTool | None:
        """The tool whose entry a function is."""
        return self._by_entry.get(function)

    def metadata(self, name: str) -> Function | None:
        """The function outside of all modules that describes a direct tool: `NAME`, `INPUT_SCHEMA`, ..."""
        found = self._top.get(name)
        return found if found is not None and not found.params else None

    def argument(self, param: Param) -> Value | None:
        """What a parameter is given from outside; None when nobody outside calls its function."""
        found = self._arguments.get(param)
        if found is not None:
            return found
        function = param.parent
        if isinstance(function, Function) and self.is_hook(function):
            return self._of_hook(function, param)
        if isinstance(function, Function) and self._tree.text(param.pattern) == _ARGS:
            dispatched = isinstance(function.parent, Impl) and self._name(function) == "dispatch"
            return Value(OBJECT, data=True) if dispatched else None
        return None

    def is_hook(self, function: Function) -> bool:
        """Whether a function is called with a context and an event."""
        if any(mark.name in _HOOKS for mark in function.attributes):
            return True
        name = self._name(function)
        if len(function.params) != 2 or function.pub is None or self._top.get(name) is not function:
            return False
        if name == "handle":
            return self._tree.text(function.params[0].pattern) in _CONTEXT
        return name in self._handlers

    def _of_hook(self, function: Function, param: Param) -> Value:
        """What a parameter of a hook is: the context comes first, then the event."""
        name = self._tree.text(param.pattern)
        is_first = len(function.params) == 2 and param is function.params[0]
        context = name in _CONTEXT or (is_first and "event" not in name)
        return Value(OTHER, name="Context") if context else Value(OBJECT, data=True)

    @cached_property
    def _handlers(self) -> frozenset[str]:
        """The functions that `init` names as handlers."""
        init = self._top.get("init")
        given = self._literals.given(init) if init is not None and not init.params else None
        hooks: Any = cast("dict[str, Any]", given).get("hooks") if isinstance(given, dict) else None
        listed = cast("list[Any]", hooks) if isinstance(hooks, list) else []
        names = (cast("dict[str, Any]", hook).get("handler") for hook in listed if isinstance(hook, dict))
        return frozenset(name for name in names if isinstance(name, str))

    def _take(self, tool: DeclaredTool) -> None:
        """Notes what the parameters of an entry are given."""
        if tool.calling == "object":
            self._arguments[tool.entry.params[0]] = written.of_schema(tool.schema, root=True)
            return
        known = written.of_schema(tool.schema, root=True)
        for param in tool.entry.params:
            name = self._tree.text(param.pattern)
            value = known.field(name)
            if tool.schema is not None and name not in known.required:
                value = join(value, plain(UNIT))
            self._arguments[param] = value

    # --- finding ---

    def _find(self) -> list[DeclaredTool]:
        found = [tool for function in self._tree.of(Function) if (tool := self._attribute(function)) is not None]
        direct = self._direct()
        if direct is not None:
            found.append(direct)
        taken = {tool.entry for tool in found}
        found.extend(self._grouped(taken))
        main = self._top.get(_MAIN)
        if main is not None and main not in taken and not any(tool.form == "direct" for tool in found):
            found.append(self._script(main))
        return sorted(found, key=lambda tool: tool.entry.first)

    def _direct(self) -> DeclaredTool | None:
        call = self._top.get(_CALL)
        if call is None or any(mark.name == "tool" for mark in call.attributes):
            return None
        schema, exact, place = self._schema()
        name = self.metadata("NAME")
        said = self._literals.given(name) if name is not None else None
        one = len(call.params) == 1 and not self._field(schema, call.params[0])
        return DeclaredTool(
            form="direct",
            entry=call,
            calling="object" if one else "position",
            name=said if isinstance(said, str) else None,
            schema=schema,
            exact=exact,
            place=place,
        )

    def _schema(self) -> tuple[dict[str, Any] | None, bool, Node | None]:
        function = self.metadata("INPUT_SCHEMA")
        if function is None:
            return None, True, None
        self._literals.exact = True
        value = self._literals.given(function)
        place: Node = function
        body = function.body
        if body is not None and isinstance(body.value, Expr):
            place = body.value
        known = cast("dict[str, Any]", value) if isinstance(value, dict) else None
        return known, self._literals.exact, place

    def _field(self, schema: dict[str, Any] | None, param: Param) -> bool:
        """Whether a parameter is named like a field of the schema: then it takes that, not all arguments."""
        properties = schema.get("properties") if schema else None
        return isinstance(properties, dict) and self._tree.text(param.pattern) in properties

    def _attribute(self, function: Function) -> DeclaredTool | None:
        marks = [mark for mark in function.attributes if mark.name == "tool"]
        if not marks:
            return None
        given = arguments(self._tree.tokens, marks[0])
        described = {
            name: (mark, known)
            for mark in function.attributes
            if mark.name == "param"
            and isinstance(name := (known := arguments(self._tree.tokens, mark)).get("name", known.get("")), str)
        }
        names = [self._tree.text(param.pattern) for param in function.params]
        one = len(names) == 1 and names[0] not in described and (bool(described) or names[0] == _ARGS)
        name = given.get("name")
        schema = self._described(function, described, one=one)
        return DeclaredTool(
            form="attribute",
            entry=function,
            calling="object" if one else "position",
            name=name if isinstance(name, str) else None,
            schema=schema,
            exact=schema is not None,
            place=function if schema is not None else None,
        )

    def _described(
        self, function: Function, described: dict[str, tuple[Attribute, dict[str, Any]]], *, one: bool
    ) -> dict[str, Any] | None:
        """The schema out of `#[param]` and of the types in the signature."""
        if one and not described:
            return None
        properties: dict[str, Any] = {}
        required: list[str] = []
        params = {} if one else {self._tree.text(param.pattern): param for param in function.params}
        for name in [*params, *(name for name in described if name not in params)]:
            param = params.get(name)
            given = described[name][1] if name in described else {}
            properties[name] = self._property(given, param)
            if given.get("required") is not False and (param is None or param.question is None):
                required.append(name)
        return of_object(properties, required)

    def _property(self, given: dict[str, Any], param: Param | None) -> dict[str, Any]:
        declared = given.get("type")
        lists = 0
        while isinstance(declared, list) and len(cast("list[Any]", declared)) == 1 and lists < 8:
            declared = cast("list[Any]", declared)[0]
            lists += 1
        text = "[" * lists + declared + "]" * lists if isinstance(declared, str) else None
        if text is None and param is not None and param.type is not None:
            text = self._tree.text(param.type)
        schema = of_type(text)
        for key in ("default", "enum", "description", "desc"):
            if key in given and given[key] is not MISSING:
                schema["description" if key == "desc" else key] = given[key]
        return schema

    def _grouped(self, taken: set[Function]) -> list[DeclaredTool]:
        """Public functions that take `args`: those of public modules, and async ones outside."""
        found: list[DeclaredTool] = []
        for function in self._tree.of(Function):
            if function in taken or function.pub is None or len(function.params) != 1:
                continue
            if self._tree.text(function.params[0].pattern) != _ARGS or self._is_other(function):
                continue
            inside = isinstance(function.parent, Module)
            name = self._name(function)
            if inside or (function.is_async and name not in (_CALL, _MAIN) and function.parent is self._tree.file):
                form: Form = "module" if inside else "function"
                found.append(DeclaredTool(form, function, "object", None, None, exact=True, place=None))
        return found

    def _is_other(self, function: Function) -> bool:
        return any(mark.name in _HOOKS or mark.name in ("test", "bench") for mark in function.attributes)

    def _script(self, main: Function) -> DeclaredTool:
        names = [self._tree.text(param.pattern) for param in main.params]
        if names == [_ARGS]:
            return DeclaredTool("script", main, "object", None, None, exact=True, place=None)
        properties = {
            name: of_type(self._tree.text(param.type)) if param.type is not None else {}
            for name, param in zip(names, main.params, strict=True)
        }
        schema = of_object(properties, names)
        return DeclaredTool("script", main, "position", None, schema, exact=True, place=None)

    def _name(self, item: Item) -> str:
        return self._texts[item.name] if item.name is not None else ""
