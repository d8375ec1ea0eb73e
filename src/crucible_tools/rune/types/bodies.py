"""What functions and closures are given, and what they give."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes import (
    Block,
    Call,
    Closure,
    Expr,
    For,
    Function,
    Jump,
    Let,
    Loop,
    Node,
    Param,
    Path,
    Skipped,
    Try,
    Unread,
    While,
)  # fmt: skip
from crucible_tools.rune.types import calls
from crucible_tools.rune.types.scopes import owners
from crucible_tools.rune.types.values import (
    ANY,
    FUTURE,
    NEVER,
    OPTION,
    RESULT,
    UNIT,
    UNKNOWN,
    Value,
    holder,
    join,
    joined,
    plain,
)  # fmt: skip
from crucible_tools.rune.types.written import of_type

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types


class Bodies:
    """The functions and closures of one source.

    Args:
        types: of the source.
    """

    def __init__(self, types: Types) -> None:
        self._types = types

    def parameter(self, param: Param) -> Value:
        """What a parameter is: from who calls, from outside, or as it is written."""
        types = self._types
        owner = param.parent
        if isinstance(owner, Closure):
            return calls.closure_argument(types, owner, owner.params.index(param))
        declared = of_type(self._types.text(param.type)) if param.type is not None else UNKNOWN
        if not isinstance(owner, Function):
            return declared
        given = self._types.declared.argument(param)
        if given is not None:
            return given if given.kinds != ANY else declared
        if owner.pub is not None or owner in self._seen_elsewhere or owner.parent is None:
            return declared
        position = owner.params.index(param)
        found = joined(self._argument(call, position) for call in self._calls.get(owner, ()))
        return found if found.kinds not in (0, ANY) else found if types.is_assumed(owner) else declared

    def _argument(self, call: Call, position: int) -> Value:
        items = call.args.items
        item = items[position] if position < len(items) else None
        return self._types.value(item) if isinstance(item, Expr) else UNKNOWN

    @cached_property
    def _calls(self) -> dict[Function, list[Call]]:
        """The calls of each function of the source."""
        found: dict[Function, list[Call]] = {}
        for call in self._types.tree.of(Call):
            function = self._types.function(call)
            if function is not None:
                found.setdefault(function, []).append(call)
        return found

    @cached_property
    def _seen_elsewhere(self) -> set[Function]:
        """Functions that may be called from where no call is seen."""
        found: set[Function] = set()
        for path in self._types.tree.of(Path):
            if not (isinstance(path.parent, Call) and path.parent.callee is path):
                function = self._types.function(path)
                if function is not None:
                    found.add(function)
        hidden = {
            word
            for kind in (Skipped, Unread)
            for node in self._types.tree.of(kind)
            for word in self._types.tree.tokens.texts[node.first : node.last + 1]
        }
        for function in self._types.tree.of(Function):
            if function.name is not None and self._types.tree.tokens.texts[function.name] in hidden:
                found.add(function)
        return found

    def passed(self, closure: Closure, position: int) -> Value:
        """What a closure that has a name is called with; nothing known if it is used in another way."""
        let = closure.parent
        if not isinstance(let, Let) or let.value is not closure or self._types.changes.is_assigned(let):
            return UNKNOWN
        found = NEVER
        for use in self._types.scopes.uses(let):
            call = use.parent
            if not isinstance(call, Call) or call.callee is not use:
                return UNKNOWN
            found = join(found, self._argument(call, position))
        return found if found.kinds else UNKNOWN

    # --- what functions give ---

    def closure(self, path: Path) -> Closure | None:
        """The closure that a variable holds, if it never holds anything else."""
        binding = self._types.binding(path)
        if (
            isinstance(binding, Let)
            and isinstance(binding.value, Closure)
            and not self._types.changes.is_assigned(binding)
        ):
            return binding.value
        return None

    def result(self, closure: Closure) -> Value:
        """What a closure gives."""
        found = self._types.cell(closure, lambda: join(self._types.value(closure.body), self._leaving(closure)))
        return holder(FUTURE, found) if closure.is_async else found

    def returned(self, function: Function) -> Value:
        """What the body of a function gives; of an async one, when it is awaited."""
        body = function.body
        if body is None:
            return of_type(self._types.text(function.returns)) if function.returns is not None else UNKNOWN
        found = self._types.cell(function, lambda: join(self._types.value(body), self._leaving(function)))
        if found.kinds == ANY and function.returns is not None:
            return of_type(self._types.text(function.returns))
        return found

    def _leaving(self, owner: Node) -> Value:
        """What the `return` and `?` of a function, or of a closure, give it."""
        found = NEVER
        for exit_ in self._exits.get(owner, ()):
            if isinstance(exit_, Jump):
                found = join(found, self._types.value(exit_.value) if exit_.value is not None else plain(UNIT))
            elif isinstance(exit_, Try):
                tried = self._types.value(exit_.base)
                if tried.kinds == ANY:
                    continue
                if tried.may(RESULT):
                    found = join(found, holder(RESULT, NEVER, tried.narrowed(RESULT).failure))
                if tried.may(OPTION):
                    found = join(found, holder(OPTION, NEVER))
        return found

    @cached_property
    def _exits(self) -> dict[Node, list[Expr]]:
        """The places from which each function and closure is left."""
        leaving: list[Expr] = [jump for jump in self._types.tree.of(Jump) if jump.word == "return"]
        leaving += self._types.tree.of(Try)
        around: list[Node] = [*self._types.tree.of(Function), *self._types.tree.of(Closure)]
        around += [block for block in self._types.tree.of(Block) if block.prefix == "async"]
        found: dict[Node, list[Expr]] = {}
        for node, owner in owners(leaving, around).items():
            found.setdefault(owner, []).append(node)
        return found

    def broken(self, loop: Loop) -> Value:
        """What the `break` of a loop gives."""
        return joined(
            self._types.value(jump.value) if jump.value is not None else plain(UNIT)
            for jump in self._breaks.get(loop, ())
        )

    @cached_property
    def _breaks(self) -> dict[Node, list[Jump]]:
        jumps = [jump for jump in self._types.tree.of(Jump) if jump.word == "break"]
        around: list[Node] = [*self._types.tree.of(Loop), *self._types.tree.of(While), *self._types.tree.of(For)]
        found: dict[Node, list[Jump]] = {}
        for jump, owner in owners(jumps, around).items():
            found.setdefault(owner, []).append(jump)
        return found
