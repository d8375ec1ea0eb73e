"""What is known about the values of a source's expressions.

Every question is answered when it is asked, and the answer is kept. What refers to itself (a variable that is assigned
its own sum, functions that call each other) is answered in rounds: the first takes what is asked for to have no value,
each next one what the last one found, until nothing changes. The steps of a source are bounded; beyond them nothing is
known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from crucible_tools.model.host_functions import KNOWN, HostFunctionInfo
from crucible_tools.rune.hosts import canonical
from crucible_tools.rune.syntax.nodes import (
    Arm,
    Call,
    Const,
    Entry,
    Expr,
    For,
    Function,
    Let,
    LetCondition,
    Literal,
    Match,
    Node,
    Param,
    Paren,
    Path,
    Pattern,
    SelectArm,
    Struct,
)  # fmt: skip
from crucible_tools.rune.types import evaluation, methods, patterns
from crucible_tools.rune.types.bodies import Bodies
from crucible_tools.rune.types.changes import Changes
from crucible_tools.rune.types.declared import Declared
from crucible_tools.rune.types.functions import CONSTANTS
from crucible_tools.rune.types.narrowing import Narrowing
from crucible_tools.rune.types.notation import constant
from crucible_tools.rune.types.scopes import Scopes
from crucible_tools.rune.types.structs import Structs
from crucible_tools.rune.types.values import (
    ANY,
    FUNCTION,
    FUTURE,
    LIST,
    NEVER,
    OTHER,
    UNKNOWN,
    Value,
    join,
    plain,
)  # fmt: skip
from crucible_tools.rune.types.written import of_type

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.parser import Tree

_DEEPEST: Final = 60
"""Questions inside of questions; each takes some frames of Python's stack."""

_VARIABLES: Final = (Let, Param, For, Arm, LetCondition, SelectArm)
_ROUNDS: Final = 5
_STEPS_A_TOKEN: Final = 10
_FEWEST_STEPS: Final = 4000


class Types:
    """What is known about the values of one source.

    Args:
        script: the source.
    """

    def __init__(self, script: Script) -> None:
        self.tree: Tree = script.tree
        self._texts = self.tree.tokens.texts
        self._memo: dict[Expr, Value] = {}
        self._cells: dict[Hashable, Value] = {}
        self._assumed: dict[Hashable, Value] = {}
        self._touched: set[Hashable] | None = None
        """What is not settled yet and was asked for; None for nothing: most answers rest on nothing of that."""
        self._hosts: dict[Call, HostFunctionInfo | None] = {}
        self._depth = 0
        self.steps_left = _FEWEST_STEPS + _STEPS_A_TOKEN * len(self._texts)

    # --- what rules ask ---

    def of(self, expr: Expr) -> Value:
        """What is known of the value of an expression; never raises."""
        found = self._memo.get(expr)
        if found is None:
            found = self.value(expr)
        return found if found.kinds else UNKNOWN

    def binding(self, path: Path) -> Node | None:
        """What introduces a single name: `Let`, `Param`, `For`, `Arm`, `LetCondition`, or an item; None if nothing."""
        return self.scopes.binding(path) if len(path.segments) == 1 else None

    def uses(self, binding: Node) -> list[Path]:
        """The places that read or assign what a binding introduces, in order; see `scopes.short_uses` for `#{name}`."""
        return self.scopes.uses(binding)

    def function(self, call: Call | Path) -> Function | None:
        """The function of this source that a call, or a path, names."""
        path = call.callee if isinstance(call, Call) else call
        return self.scopes.function(path) if isinstance(path, Path) else None

    def host(self, call: Call) -> HostFunctionInfo | None:
        """The host function that a call names, with `use` followed."""
        if call not in self._hosts:
            self._hosts[call] = self._host(call)
        return self._hosts[call]

    def _host(self, call: Call) -> HostFunctionInfo | None:
        path = call.callee
        if not isinstance(path, Path) or self.declared_here(path):
            return None
        name = self.scopes.spelled(path)
        if "::" in name:
            return KNOWN.get(canonical(name))
        for star in self.scopes.stars(path):
            found = KNOWN.get(canonical("::".join((*star, name))))
            if found:
                return found
        return None

    def is_future(self, expr: Expr) -> bool:
        """Whether an expression is a call of an async function that was not awaited."""
        while isinstance(expr, Paren) and expr.inner is not None:
            expr = expr.inner
        if not isinstance(expr, Call):
            return False
        function = self.function(expr)
        if function is not None:
            return function.is_async
        info = self.host(expr)
        return info is not None and info.awaited

    def lacks(self, expr: Expr, method: str) -> bool:
        """Whether calling a method of an expression's value certainly fails, as far as kinds tell."""
        return methods.lacks(self.of(expr), method)

    @cached_property
    def scopes(self) -> Scopes:
        """Which name means what."""
        return Scopes(self.tree)

    @cached_property
    def declared(self) -> Declared:
        """The tools that the source means to declare."""
        return Declared(self.tree, self.scopes)

    @cached_property
    def bodies(self) -> Bodies:
        """What functions and closures are given, and give."""
        return Bodies(self)

    @cached_property
    def changes(self) -> Changes:
        """What becomes of variables."""
        return Changes(self)

    @cached_property
    def structs(self) -> Structs:
        """What the fields of the source's own structs are."""
        return Structs(self)

    # --- texts ---

    def word(self, token: int) -> str:
        """The text of a token."""
        return self._texts[token] if 0 <= token < len(self._texts) else ""

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.tree.text(node)

    def key(self, token: int) -> str:
        """The key of an object that a token stands for."""
        word = self.word(token)
        return word[1:-1] if word[:1] in ('"', "'") else word

    # --- questions inside of questions ---

    def value(self, expr: Expr) -> Value:
        """What is known of the value of an expression; `NEVER` when it has none."""
        found = self._memo.get(expr)
        if found is not None:
            return found
        if self._depth >= _DEEPEST or self.steps_left <= 0:
            return UNKNOWN
        self.steps_left -= 1
        kind = type(expr)
        evaluate = evaluation.BY_CLASS.get(kind)
        if evaluate is None:
            return UNKNOWN
        if kind is Literal:
            found = self._memo[expr] = evaluate(self, expr)
            return found
        self._depth += 1
        outer, self._touched = self._touched, None
        try:
            found = evaluate(self, expr)
        finally:
            self._depth -= 1
            inner, self._touched = self._touched, outer
        if inner is None:
            self._memo[expr] = found
        else:
            # It rests on what is not settled yet.
            self._touched = inner if outer is None else outer | inner
        return found

    def unknown_yet(self, expr: Expr) -> bool:
        """Whether nobody asked for an expression yet."""
        return expr not in self._memo

    def keep(self, expr: Expr, value: Value) -> None:
        """Keeps the answer for a part that was worked out on the way, if it is settled."""
        if self._touched is None:
            self._memo[expr] = value

    def is_assumed(self, key: Hashable) -> bool:
        """Whether a question is being answered right now."""
        return key in self._assumed

    def cell(self, key: Hashable, find: Callable[[], Value]) -> Value:
        """The answer to a question that may depend on itself."""
        found = self._cells.get(key)
        if found is not None:
            return found
        if key in self._assumed:
            self._touched = {key} if self._touched is None else self._touched | {key}
            return self._assumed[key]
        if self._depth >= _DEEPEST or self.steps_left <= 0:
            return UNKNOWN
        outer = self._touched
        inner: set[Hashable] = set()
        value = NEVER
        self._depth += 1
        try:
            for turn in range(_ROUNDS + 1):
                self._assumed[key] = value
                self._touched = None
                found = find()
                touched = self._touched
                if touched is None:
                    break
                inner |= touched - {key}
                if key not in touched or found == value:
                    break
                value = join(value, found) if turn < _ROUNDS - 1 else UNKNOWN
            else:
                found = UNKNOWN
        finally:
            self._depth -= 1
            self._assumed.pop(key, None)
            self._touched = outer if not inner else inner if outer is None else outer | inner
        if not inner:
            self._cells[key] = found or NEVER
        return found or NEVER

    # --- names ---

    def path(self, path: Path) -> Value:
        """What a name, or a path, stands for."""
        segments = path.segments
        binding = self.scopes.binding(path) if len(segments) == 1 else None
        if binding is not None and not isinstance(binding, (Function, Struct)):
            # Most names are variables that somebody asked for before.
            value = self._cells.get((binding, segments[0])) or self.named(path, segments[0])
            return self._narrowing.at(path, binding, value)
        item = self.scopes.item(path)
        if isinstance(item, Function):
            return plain(FUNCTION)
        if isinstance(item, Const):
            return self._const(item)
        if item is not None:
            return plain(OTHER)
        gives = CONSTANTS.get(path.text)
        return constant(gives) if gives is not None else UNKNOWN

    @cached_property
    def _narrowing(self) -> Narrowing:
        return Narrowing(self)

    def named(self, name: Path | Entry, word: str) -> Value:
        """What a variable is, wherever it is used."""
        binding = self.scopes.binding(name)
        if isinstance(binding, Const):
            return self._const(binding)
        if isinstance(binding, _VARIABLES):
            found = self._cells.get((binding, word))
            return found if found is not None else self.cell((binding, word), lambda: self._variable(binding, word))
        item = self.scopes.item(name) if isinstance(name, Path) else None
        if isinstance(item, Const):
            return self._const(item)
        return plain(FUNCTION) if isinstance(item or binding, Function) else UNKNOWN

    def _const(self, const: Const) -> Value:
        value = const.value
        return self.cell(const, lambda: self.value(value)) if value is not None else UNKNOWN

    def _variable(self, binding: Node, word: str) -> Value:
        found = self._introduced(binding, word)
        found = join(found, self.changes.assigned(binding, word, self._assumed.get((binding, word), NEVER)))
        return self.changes.inside(binding, word, found)

    def _introduced(self, binding: Node, word: str) -> Value:
        """What a variable gets where it is introduced."""
        match binding:
            case Let():
                return self._let(binding, word)
            case Param():
                return self._matched(binding.pattern, word, self.bodies.parameter(binding))
            case SelectArm() if binding.pattern is not None and binding.future is not None:
                future = self.value(binding.future)
                return self._matched(binding.pattern, word, future.inside if future.may(FUTURE) else UNKNOWN)
            case For():
                return self._matched(binding.pattern, word, patterns.element(self.value(binding.iterable)))
            case LetCondition():
                return self._matched(binding.pattern, word, self.value(binding.value))
            case Arm() if isinstance(match := binding.parent, Match):
                subject = self.value(match.subject)
                return self._matched(binding.pattern, word, subject.without(self._narrowing.before(binding, match)))
            case _:
                return UNKNOWN

    def _let(self, let: Let, word: str) -> Value:
        if let.value is None:
            return of_type(self.text(let.type)) if let.type is not None else NEVER
        value = self.value(let.value)
        if let.type is not None and (value.kinds == ANY or (value.only(OTHER) and value.item is None)):
            written = of_type(self.text(let.type))
            value = written if value.kinds == ANY or written.name == value.name != "" else value
        if value.only(LIST) and value.item is None and self._is_empty(let.value):
            # Its elements are those that are pushed.
            value = self.changes.inside(let, word, Value(LIST, item=NEVER))
            return value if value.item is not None and value.item.kinds else plain(LIST)
        return self._matched(let.pattern, word, value)

    def _is_empty(self, expr: Expr) -> bool:
        text = self.text(expr)
        return text in ("[]", "Vec::new()", "vec![]")

    def _matched(self, pattern: Pattern, word: str, value: Value) -> Value:
        for token in pattern.names:
            if self._texts[token] == word:
                return patterns.bound(self.tree.tokens, pattern, token, value)
        return UNKNOWN

    def exhausted(self, match: Match) -> bool:
        """Whether some arm of a match always takes the value."""
        return self._narrowing.exhausted(match)

    # --- what is declared ---

    def declared_here(self, path: Path) -> bool:
        """Whether a path names something of this source."""
        if self.scopes.item(path) is not None:
            return True
        binding = self.binding(path)
        return binding is not None and isinstance(binding, (*_VARIABLES, Struct))

    def other_method(self, name: str, receiver: Value) -> bool:
        """Whether a value of a kind of its own may have a method."""
        if receiver.name in methods.OTHERS:
            return name in methods.OTHERS[receiver.name]
        if name in methods.VAGUE or self.scopes.has_method(name):
            return True
        return any(name in table for table in methods.OTHERS.values())
