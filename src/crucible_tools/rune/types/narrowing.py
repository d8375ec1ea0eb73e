"""What a test around a place says of a variable there: `if x is String {..}`, `match x {..}`, an early return."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import (
    Arm,
    Binary,
    Block,
    Expr,
    Function,
    If,
    Is,
    Match,
    Node,
    Paren,
    Path,
    Statement,
    Unary,
    Unit,
    While,
)  # fmt: skip
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    BYTES,
    CHAR,
    FLOAT,
    FUNCTION,
    FUTURE,
    INT,
    LIST,
    OBJECT,
    OPTION,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    UNKNOWN,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types

TYPE_KINDS: Final = {
    "i64": INT, "u64": INT, "f64": FLOAT, "bool": BOOL, "char": CHAR, "String": STRING, "Vec": LIST,
    "Object": OBJECT, "Tuple": UNIT | TUPLE, "Option": OPTION, "Result": RESULT, "Function": FUNCTION, "Bytes": BYTES,
    "Future": FUTURE, "Range": RANGE,
}  # fmt: skip
"""What `x is Type` asks for."""

_MOST_AROUND: Final = 60
_MOST_PARTS: Final = 20
_STARTS: Final = {
    "Some": OPTION, "None": OPTION, "Ok": RESULT, "Err": RESULT, "true": BOOL, "false": BOOL, "[": LIST, "#": OBJECT,
    "{": OBJECT,
}  # fmt: skip
_LITERALS: Final = {"string": STRING, "int": INT, "char": CHAR, "float": FLOAT, "bytes": BYTES}


_WHOLE: Final = (
    (("(",), UNIT),
    (("true", "false"), BOOL),
    (("Some", "None"), OPTION),
    (("Ok", "Err"), RESULT),
)
"""The patterns that together take all values of a kind; `(` is that of `()`."""


class Narrowing:
    """What tests say of variables.

    Args:
        types: of the source.
    """

    def __init__(self, types: Types) -> None:
        self._types = types
        tree = types.tree
        self._tested: set[Node] = set()
        """The variables that some test speaks of: all others need no look around."""
        self._passed: dict[tuple[Node, Node], list[tuple[int, int, int]]] = {}
        self._guards: dict[Node, list[If]] = {}
        """In each block the tests whose branch leaves it."""
        subjects: list[Expr] = [test.base for test in tree.of(Is)]
        subjects += [match.subject for match in tree.of(Match)]
        for test in tree.of(Binary):
            if test.op in ("==", "!=", "===", "!=="):
                subjects += [side for side in (test.left, test.right) if isinstance(side, Path)]
        for subject in subjects:
            binding = types.binding(subject) if isinstance(subject, Path) else None
            if binding is not None:
                self._tested.add(binding)
        if self._tested:
            for test in tree.of(If):
                statement = test.parent
                if test.otherwise is None and isinstance(statement, Statement) and isinstance(statement.parent, Block):
                    self._guards.setdefault(statement.parent, []).append(test)

    def at(self, use: Path, binding: Node, value: Value) -> Value:
        """What is known of a variable at one of its uses.

        Args:
            use: the place.
            binding: what introduces it.
            value: what is known of it everywhere.
        """
        if binding not in self._tested or self._types.changes.is_assigned(binding):
            return value
        inner: Node = use
        keep, drop = ANY, 0
        for _ in range(_MOST_AROUND):
            outer = inner.parent
            if outer is None or isinstance(outer, Function):
                break
            more, less = self._says(outer, inner, binding)
            keep &= more
            drop |= less
            if outer is binding.parent:
                break
            inner = outer
        if keep == ANY and not drop:
            return value
        if not value.kinds & keep & ~drop:
            # By all that is known nobody comes here; who wrote it thought of other values.
            return UNKNOWN
        return value.narrowed(keep).without(drop)

    def _says(self, outer: Node, inner: Node, binding: Node) -> tuple[int, int]:
        """Which kinds are left, and which are out, inside a part of something."""
        match outer:
            case If() if inner is outer.then:
                return self._test(outer.condition, binding, holds=True)
            case If() if inner is outer.otherwise:
                return self._test(outer.condition, binding, holds=False)
            case While() if inner is outer.body:
                return self._test(outer.condition, binding, holds=True)
            case Binary() if inner is outer.right and outer.op in ("&&", "and"):
                return self._test(outer.left, binding, holds=True)
            case Binary() if inner is outer.right and outer.op in ("||", "or"):
                return self._test(outer.left, binding, holds=False)
            case Arm() if isinstance(outer.parent, Match) and inner is not outer.pattern:
                return self._arm(outer, outer.parent, binding)
            case Block():
                return self._guarded(outer, inner, binding)
            case _:
                return ANY, 0

    def _guarded(self, block: Block, inner: Node, binding: Node) -> tuple[int, int]:
        """What the tests say that stand above and leave the block."""
        if block not in self._guards:
            return ANY, 0
        known = self._passed.get((block, binding))
        if known is None:
            known = self._passed[block, binding] = self._passing(block, binding)
        at = bisect_left(known, inner.first, key=lambda guard: guard[0])
        return known[at - 1][1:] if at else (ANY, 0)

    def _passing(self, block: Block, binding: Node) -> list[tuple[int, int, int]]:
        """For each test that leaves a block: its last token, and what is known of a variable behind it."""
        found: list[tuple[int, int, int]] = []
        keep, drop = ANY, 0
        for guard in self._guards[block]:
            more, less = self._test(guard.condition, binding, holds=False)
            if (more != ANY or less) and self._types.value(guard.then).kinds == 0:
                keep &= more
                drop |= less
                found.append((guard.last, keep, drop))
        return found

    def _test(self, test: Expr, binding: Node, *, holds: bool) -> tuple[int, int]:
        """Which kinds a test leaves, and which it rules out, if it holds or does not."""
        keep, drop = ANY, 0
        pending = [(test, holds)]
        for _ in range(_MOST_PARTS):
            if not pending:
                break
            part, holds = pending.pop()
            match part:
                case Paren():
                    pending += [(part.inner, holds)] if part.inner is not None else []
                case Unary() if part.op in ("!", "not"):
                    pending.append((part.operand, not holds))
                case Binary() if part.op in (("&&", "and") if holds else ("||", "or")):
                    pending += [(part.left, holds), (part.right, holds)]
                case Binary() if part.op in ("==", "!=", "===", "!=="):
                    if self._compares_unit(part, binding):
                        equal = part.op in ("==", "===")
                        # An empty list equals `()`.
                        keep &= UNIT | LIST if equal == holds else ANY
                        drop |= 0 if equal == holds else UNIT
                case Is() if self._speaks_of(part.base, binding):
                    kinds = TYPE_KINDS.get(self._types.text(part.type).rpartition("::")[2], 0)
                    keep &= kinds if kinds and part.negated != holds else ANY
                    drop |= kinds if part.negated == holds else 0
                case _:
                    pass
        return keep, drop

    def _compares_unit(self, test: Binary, binding: Node) -> bool:
        for one, other in ((test.left, test.right), (test.right, test.left)):
            if self._speaks_of(one, binding):
                return isinstance(other, Unit) or (isinstance(other, Path) and other.name in ("null", "undefined"))
        return False

    def _speaks_of(self, expr: Expr, binding: Node) -> bool:
        return isinstance(expr, Path) and self._types.binding(expr) is binding

    def _arm(self, arm: Arm, match: Match, binding: Node) -> tuple[int, int]:
        if not self._speaks_of(match.subject, binding):
            return ANY, 0
        return self.arm_kinds(arm), self.before(arm, match)

    def arm_kinds(self, arm: Arm) -> int:
        """The kinds that an arm's pattern can match."""
        tokens = self._types.tree.tokens
        kinds = 0
        for first, last in arm.pattern.alternatives:
            word = tokens.texts[first]
            if word == "(":
                kinds |= UNIT if last == first + 1 else TUPLE
            elif word == "-":
                kinds |= INT | FLOAT
            else:
                kinds |= _STARTS.get(word) or _LITERALS.get(tokens.kinds[first], ANY)
        return kinds or ANY

    def before(self, arm: Arm, match: Match) -> int:
        """The kinds that the arms above one take away whole."""
        at = next((at for at, other in enumerate(match.arms[:_MOST_PARTS]) if other is arm), 0)
        return self._taken(match.arms[:at])

    def exhausted(self, match: Match) -> bool:
        """Whether some arm always takes the value, as far as its kinds tell."""
        texts = self._types.tree.tokens.texts
        for arm in match.arms:
            first, last = arm.pattern.alternatives[-1]
            if arm.guard is None and first == last and (texts[first] == "_" or first in arm.pattern.names):
                return True
        subject = self._types.value(match.subject)
        return subject.kinds != 0 and not subject.kinds & ~self._taken(match.arms[:_MOST_PARTS])

    def _taken(self, arms: list[Arm]) -> int:
        """The kinds that arms take whole."""
        texts = self._types.tree.tokens.texts
        seen: set[str] = set()
        for arm in arms:
            for first, last in arm.pattern.alternatives if arm.guard is None else ():
                wrapped = last == first + 3 and texts[first + 1] == "(" and self._takes_all(texts[first + 2])
                if wrapped or first == last or texts[first : last + 1] == ["(", ")"]:
                    seen.add(texts[first])
        return sum(kind for names, kind in _WHOLE if seen.issuperset(names))

    @staticmethod
    def _takes_all(word: str) -> bool:
        return word == "_" or (word.isidentifier() and word[0].islower() and word not in ("true", "false"))
