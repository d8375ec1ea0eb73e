"""How the value of a variable changes later: assignments, `push`, fields that are set, functions it goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Call,
    Entry,
    Expr,
    Field,
    Index,
    Let,
    Literal,
    MethodCall,
    Node,
    Paren,
    Path,
    Unary,
)  # fmt: skip
from crucible_tools.rune.types import operators, patterns
from crucible_tools.rune.types.values import (
    ANY,
    JSON,
    JSON_DATA,
    LIST,
    NEVER,
    OBJECT,
    UNKNOWN,
    Value,
    holder,
    join,
    record,
)  # fmt: skip

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types

_ADDING: Final = frozenset({"push", "insert", "extend", "append", "resize"})
_CHANGING: Final = _ADDING | {"remove", "clear", "pop", "sort", "sort_by", "retain", "truncate", "drain", "push_str"}
_MOST_USES: Final = 2000


class Changes:
    """What becomes of variables.

    Args:
        types: of the source.
    """

    def __init__(self, types: Types) -> None:
        self._types = types
        self._changed: dict[Node, bool] = {}
        self._assigned: dict[Node, bool] = {}

    def assigned(self, binding: Node, name: str, old: Value) -> Value:
        """What the assignments to a variable give it."""
        found = NEVER
        if not self.is_assigned(binding):
            return found
        for use in self._uses(binding, name):
            node = use.parent
            if isinstance(node, Assign) and node.target is use:
                found = join(found, operators.assigned(node.op, old, self._types.value(node.value)))
        return found

    def is_assigned(self, binding: Node) -> bool:
        """Whether something is assigned to a variable after its declaration."""
        found = self._assigned.get(binding)
        if found is None:
            uses = self._types.scopes.uses(binding)
            found = False
            for use in uses:
                node = use.parent
                if type(node) is Assign and node.target is use:
                    found = True
                    break
            self._assigned[binding] = found
        return found

    def inside(self, binding: Node, name: str, value: Value) -> Value:
        """The value of a variable with what is put into it later."""
        if (
            not value.may(LIST | OBJECT)
            or value.kinds == ANY
            or (value.item is None and value.fields is None and not value.data)
        ):
            return value
        for use in self._uses(binding, name):
            value = self._one(use, value)
            if value.item is None and value.fields is None and not value.data:
                break
        return value

    def _uses(self, binding: Node, name: str) -> list[Path]:
        uses = self._types.scopes.uses(binding)[:_MOST_USES]
        return [use for use in uses if use.segments[0] == name]

    def _one(self, use: Path, value: Value) -> Value:
        node = use.parent
        if isinstance(node, MethodCall) and node.base is use:
            return self._method(node, value)
        if isinstance(node, (Index, Field)) and node.base is use:
            return self._place(node, value)
        if self._escapes(use):
            return value.opened()
        return value

    def _method(self, node: MethodCall, value: Value) -> Value:
        types = self._types
        name = types.word(node.name)
        if name not in _ADDING:
            return value
        items = [types.value(item) if isinstance(item, Expr) else UNKNOWN for item in node.args.items]
        if value.may(OBJECT):
            if name != "insert" or not value.only(OBJECT):
                return value.opened()
            first = node.args.items[0] if node.args.items else None
            return self._with_field(value, first, items[1] if len(items) > 1 else UNKNOWN)
        if name in ("extend", "append"):
            return self._with_item(value, patterns.element(items[0]) if items else UNKNOWN)
        return self._with_item(value, items[-1] if items else UNKNOWN)

    def _place(self, node: Index | Field, value: Value) -> Value:
        """A field or an element that is set, or changed inside."""
        types = self._types
        outer = node.parent
        if isinstance(outer, Assign) and outer.target is node:
            given = types.value(outer.value) if outer.op == "=" else NEVER
            if isinstance(node, Field):
                return self._set(value, types.word(node.name), given)
            if value.only(LIST):
                return self._with_item(value, given)
            return self._with_field(value, node.index, given) if value.only(OBJECT) else value.opened()
        link: Node = node
        while isinstance(outer, (Index, Field)) and outer.base is link:
            link, outer = outer, outer.parent
        changes = (isinstance(outer, Assign) and outer.target is link and link is not node) or (
            isinstance(outer, MethodCall) and outer.base is link and types.word(outer.name) in _CHANGING
        )
        if not changes:
            return value
        if isinstance(node, Field) and value.only(OBJECT):
            name = types.word(node.name)
            return self._set(value, name, value.field(name).opened(), replace=True)
        return value.opened()

    def _with_item(self, value: Value, item: Value) -> Value:
        both = join(value.item if value.item is not None else value.inside, item)
        return holder(value.kinds, both, value.error, data=value.data)

    def _with_field(self, value: Value, key: Node | None, given: Value) -> Value:
        if isinstance(key, Literal) and key.kind == "string":
            return self._set(value, self._types.key(key.first), given)
        return Value(value.kinds, data=value.data and given.only(JSON))

    def _set(self, value: Value, name: str, given: Value, *, replace: bool = False) -> Value:
        if value.fields is None and not value.data:
            return value
        fields = dict(value.fields or {})
        old = fields.get(name)
        if old is None and not value.closed:
            old = JSON_DATA if value.data else UNKNOWN
        fields[name] = given if replace or old is None else join(old, given)
        return record(fields, value.required, closed=value.closed, data=value.data)

    def _escapes(self, use: Path) -> bool:
        """Whether a value is given a second name, or to a function, that changes it."""
        node: Node | None = use.parent
        inner: Node = use
        while isinstance(node, (Paren, Unary)):
            inner, node = node, node.parent
        if isinstance(node, Args) and isinstance(call := node.parent, Call):
            function = self._types.function(call)
            if function is None:
                return False
            at = next((at for at, item in enumerate(node.items) if item is inner), -1)
            return at >= len(function.params) or at < 0 or self.changed(function.params[at])
        if isinstance(node, Let) and node.value is inner:
            return self.changed(node)
        if isinstance(node, Assign) and node.value is inner:
            return not isinstance(node.target, Path)
        return isinstance(node, Entry)

    def changed(self, binding: Node) -> bool:
        """Whether the inside of what a variable holds is changed through it."""
        found = self._changed.get(binding)
        if found is None:
            self._changed[binding] = False
            found = any(self._changes(use) for use in self._types.scopes.uses(binding)[:_MOST_USES])
            self._changed[binding] = found
        return found

    def _changes(self, use: Path) -> bool:
        link: Node = use
        outer = use.parent
        while isinstance(outer, (Index, Field)) and outer.base is link:
            link, outer = outer, outer.parent
        if isinstance(outer, Assign) and outer.target is link:
            return link is not use
        if isinstance(outer, MethodCall) and outer.base is link:
            return self._types.word(outer.name) in _CHANGING
        return link is use and self._escapes(use)
