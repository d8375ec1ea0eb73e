"""What the fields of a source's own structs are: as they are written, and by what they are given."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes import (
    Assign,
    Entry,
    Expr,
    Field,
    Function,
    Impl,
    Index,
    Literal,
    Node,
    Object,
    Path,
    Struct,
)  # fmt: skip
from crucible_tools.rune.types import operators
from crucible_tools.rune.types.values import ANY, NEVER, UNKNOWN, Value, join
from crucible_tools.rune.types.written import of_type

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types


class Structs:
    """The fields of one source's structs.

    Args:
        types: of the source.
    """

    def __init__(self, types: Types) -> None:
        self._types = types
        self._texts = types.tree.tokens.texts

    def field(self, node: Field) -> Value:
        """What `self.name` is in an `impl` block; nothing is known of a field of anything else."""
        base = node.base
        if not isinstance(base, Path) or base.text != "self":
            return UNKNOWN
        function = next((up for up in base.up() if isinstance(up, Function)), None)
        impl = function.parent if function is not None else None
        if not isinstance(impl, Impl) or impl.word != "impl":
            return UNKNOWN
        name = self._texts[node.name]
        return self._types.cell((impl.target, name), lambda: self._known(impl.target, name))

    def _known(self, target: str, name: str) -> Value:
        written = self._written.get((target, name))
        if written is not None and written.kinds != ANY:
            return written
        if (target, "") in self._entries:
            return UNKNOWN
        entries = self._entries.get((target, name), [])
        found = NEVER if entries else UNKNOWN
        for entry in entries:
            given = self._types.value(entry.value) if entry.value is not None else self._types.named(entry, name)
            found = join(found, given)
        for assign in self._assigned.get(name, ()) if found.kinds != ANY else ():
            found = join(found, operators.assigned(assign.op, found, self._types.value(assign.value)))
        # What is inside may be changed from everywhere.
        return found.opened()

    @cached_property
    def _written(self) -> dict[tuple[str, str], Value]:
        """The types that fields are declared with: Rune has none, but people write them."""
        return {
            (self._texts[struct.name], self._texts[field.name]): of_type(self._types.text(field.type))
            for struct in self._types.tree.of(Struct)
            if struct.name is not None
            for field in struct.fields
            if field.type is not None
        }

    @cached_property
    def _entries(self) -> dict[tuple[str, str], list[Entry]]:
        """What fields get where structs are made."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for made in self._types.tree.of(Object):
            if made.style != "struct" or made.path is None:
                continue
            target = made.path.segments[-1]
            if target == "Self":
                target = next((up.target for up in made.up() if isinstance(up, Impl)), target)
            for entry in made.entries:
                key = "" if entry.spread else self._texts[entry.key].strip('"')
                found.setdefault((target, key), []).append(entry)
        return found

    @cached_property
    def _assigned(self) -> dict[str, list[Assign]]:
        """What is assigned to fields, whatever they are of."""
        found: dict[str, list[Assign]] = {}
        for assign in self._types.tree.of(Assign):
            name = self._field_name(assign.target)
            if name is not None:
                found.setdefault(name, []).append(assign)
        return found

    def _field_name(self, target: Expr) -> str | None:
        if isinstance(target, Field):
            return self._texts[target.name]
        index: Node | None = target.index if isinstance(target, Index) else None
        return self._texts[index.first].strip('"') if isinstance(index, Literal) and index.kind == "string" else None
