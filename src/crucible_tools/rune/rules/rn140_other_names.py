"""RN140: methods and properties under the names that other languages have for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.char_cases import char_cases
from crucible_tools.rune.rules.foreign_names import FOREIGN_NAMES, Foreign
from crucible_tools.rune.rules.foreign_values import FOREIGN_VALUES
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.languages import is_javascript, is_python
from crucible_tools.rune.rules.loops import loop_fix
from crucible_tools.rune.rules.method_edits import after, arguments, as_function, function_fix, place, renamed
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of, use_of
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rn121_contains import contains_fix
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.sort_orders import by_several
from crucible_tools.rune.rules.used_as import place_of, shown_lists, shown_texts
from crucible_tools.rune.rules.written_references import written_references
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Call,
    Closure,
    Const,
    Field,
    Let,
    MethodCall,
    Node,
    Path,
    Range,
    Statement,
    Unary,
)
from crucible_tools.rune.types.values import ITERATOR, LIST, NAMES, NUMBER, OTHER, STRING, TUPLE

_BY_NAME: Final[dict[str, list[Foreign]]] = {}
for _entry in (*FOREIGN_NAMES, *FOREIGN_VALUES):
    _BY_NAME.setdefault(_entry.name, []).append(_entry)
_LENGTHS: Final = {
    "length": "len()",
    "size": "len()",
    "len": "len()",
    "is_empty": "is_empty()",
    "isEmpty": "is_empty()",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds names of JavaScript, Python and Rust for what Rune spells otherwise."""
    for call in calls(script, _BY_NAME):
        items = arguments(call)
        counts = {one.count for one in _BY_NAME[name_of(script, call)]}
        if items is None or len(items) not in counts or (mask := kinds(script, call.base)) == 0:
            continue
        if _is_made_anew(script, call.base):
            continue
        entry = next((one for one in _BY_NAME[name_of(script, call)] if _fits(script, call, one, mask, items)), None)
        if entry is not None:
            start, end = place(script, call)
            message = _message(entry, mask)
            written = call in written_references(script).sources
            fix = None if written else _fix(script, call, entry, mask, items)
            yield Finding("RN140", start, end, message, hint=entry.hint, fix=fix)
    yield from char_cases(script, "RN140")
    yield from _with_digits(script)
    yield from _sorted_by_name(script)
    for field in script.tree.of(Field):
        yield from _property(script, field)
    if "cmp(" in script.text:
        yield from _of_orders(script)
    if "HashSet" in script.text or "HashMap" in script.text or "Regex" in script.text:
        yield from _of_collections(script)


def _is_made_anew(script: Script, base: Node) -> bool:
    """Whether it is not known yet what `new Set()` makes: it is repaired first."""
    let = script.types.binding(base) if isinstance(base, Path) else None
    value = let.value if isinstance(let, (Const, Let)) else None
    return isinstance(value, Unary) and value.op == "new"


def _with_digits(script: Script) -> Iterator[Finding]:
    """JavaScript's `x.toFixed(2)`."""
    for call in calls(script, ("toFixed",)):
        items = arguments(call)
        mask = kinds(script, call.base)
        if items is None or len(items) > 1 or not mask & NUMBER:
            continue
        digits = script.source(items[0]) if items else "0"
        start, end = place(script, call)
        fix = None
        if digits.isdigit() and not has_comment(script, script.start(call), script.end(call)):
            edits = (
                Edit(script.start(call), script.start(call), f'format!("{{:.{digits}}}", '),
                Edit(script.end(call.base), script.end(call), " as f64)"),
            )
            fix = Fix(True, "Write `format!`", edits)
        yield Finding("RN140", start, end, "no number of Rune has a `toFixed`", hint='`format!("{:.2}", x)`', fix=fix)


def _sorted_by_name(script: Script) -> Iterator[Finding]:
    """Python's `list.sort(reverse=True)` and `list.sort(key=f)`."""
    for call in calls(script, ("sort",)):
        named = {script.source(item.target): item.value for item in call.args.items if isinstance(item, Assign)}
        if not named or len(named) != len(call.args.items) or not named.keys() <= {"key", "reverse"}:
            continue
        backward = script.source(named["reverse"]) in ("true", "True") if "reverse" in named else False
        by_key = "sort_by_key_backward" if backward else "sort_by_key"
        function = by_key if "key" in named else "sort_backward" if backward else "sort"
        start, end = place(script, call)
        fix = None
        if not has_comment(script, script.start(call), script.end(call)):
            called, additions = inserted(script, call, function) if function != "sort" else ("", ())
            base = script.source(call.base)
            more = f", {script.source(named['key'])}" if "key" in named else ""
            text = f"{called}({base}{more})" if called else f"{base}.sort()"
            fix = Fix(True, f"Write `{text}`", (Edit(script.start(call), script.end(call), text),), additions)
        yield Finding("RN140", start, end, "`sort` of Rune takes nothing", hint="`list.sort_by(f)`", fix=fix)


_OF_ORDERS: Final = {("then", 1): "then_order", ("then_with", 1): "then_order_with", ("reverse", 0): "reversed_order"}


def _of_orders(script: Script) -> Iterator[Finding]:
    """`a.cmp(b).then(..)`, `a.cmp(b).reverse()`: an Ordering of Rune can only be compared."""
    for call in calls(script, {name for name, _ in _OF_ORDERS}):
        value = script.types.of(call.base)
        function = _OF_ORDERS.get((name_of(script, call), len(call.args.items)))
        if function is not None and value.only(OTHER) and value.name == "Ordering":
            start, end = place(script, call)
            message = f"an Ordering has no `{name_of(script, call)}`"
            yield Finding("RN140", start, end, message, fix=function_fix(script, call, function, safe=True))


_OF_COLLECTIONS: Final = {
    ("HashSet", "add"): "insert",
    ("HashSet", "has"): "contains",
    ("HashSet", "delete"): "remove",
    ("HashSet", "size"): "len()",
    ("HashMap", "set"): "insert",
    ("HashMap", "put"): "insert",
    ("HashMap", "has"): "contains_key",
    ("HashMap", "containsKey"): "contains_key",
    ("HashMap", "delete"): "remove",
    ("HashMap", "size"): "len()",
    ("Regex", "test"): "is_match",
    ("Regex", "find_iter"): "find_all",
}
"""What sets, maps and regular expressions are called with elsewhere."""


def _of_collections(script: Script) -> Iterator[Finding]:
    """`set.add(x)`, `set.size`, `map.set(k, v)`."""
    tokens = script.tree.tokens
    for node in (*script.tree.of(MethodCall), *script.tree.of(Field)):
        value = script.types.of(node.base)
        name = _OF_COLLECTIONS.get((value.name, script.word(node.name)))
        if name is None or not value.only(OTHER) or (name == "len()") is isinstance(node, MethodCall):
            continue
        start, end = tokens.starts[node.name], tokens.ends[node.name]
        message = f"{with_article(value.name)} has no `{script.word(node.name)}`: write `{name}`"
        yield Finding("RN140", start, end, message, fix=Fix(True, f"Call `{name}`", (Edit(start, end, name),)))


def _fits(script: Script, call: MethodCall, entry: Foreign, mask: int, items: list[Node]) -> bool:
    """Whether an entry speaks of a call, and the call certainly fails."""
    if len(items) != entry.count or not mask & entry.on or (entry.certainly and mask & ~entry.on):
        return False
    if entry.taking is not None:
        what = kinds(script, items[-1])
        if not what & entry.taking or (entry.takes_certainly and what & ~entry.taking):
            return False
    if entry.closure is not None:
        closure = bare(items[0]) if items else None
        if not isinstance(closure, Closure) or len(closure.params) != entry.closure:
            return False
    return entry.wrong_count or not having(script, mask, entry.name)


def _message(entry: Foreign, mask: int) -> str:
    if mask in NAMES and not entry.wrong_count:
        what = f"{with_article(NAMES[mask])} has no `{entry.name}`"
    elif entry.wrong_count:
        what = (
            f"`{entry.name}` takes no {entry.count} arguments" if entry.count > 1 else f"`{entry.name}` takes nothing"
        )
    else:
        what = f"no value of Rune has a `{entry.name}`"
    return f"{what}: write `{entry.rune}`" if entry.rune else what


def _fix(script: Script, call: MethodCall, entry: Foreign, mask: int, items: list[Node]) -> Fix | None:
    safe, name = entry.safe, entry.function
    if entry.name == "append" and mask & LIST and is_python(script):
        return Fix(True, "Call `push`", (renamed(script, call, "push"),))  # a list, too, is one item there
    if entry.action == "rename":
        return Fix(safe, f"Call `{entry.rune}`", (renamed(script, call, entry.rune),))
    if entry.action == "item":
        return contains_fix(script, call, mask)
    if entry.action == "loop":
        certain = is_javascript(script)  # nothing but lists and sets has it there
        return loop_fix(script, call, items[0], safe=certain) or function_fix(script, call, name, safe=certain)
    if entry.action == "statement" and isinstance(call.parent, Statement) and call.parent.semicolon is not None:
        return function_fix(script, call, f"{name}_in_place", safe=safe)
    if entry.name == "sort" and entry.closure == 2:
        joined = by_several(script, call, items[0])
        safe = is_javascript(script)  # its own functions for this are meant, and give numbers
        if joined is not None:
            return joined
        if "||" in script.source(items[0]):
            return None
    if entry.name == "sort_by" and not isinstance(call.parent, Statement):
        return function_fix(script, call, "sorted_by_key", safe=safe)
    if name == "sort_by_key" and (backward := _backward(script, call, items[0])) is not None:
        return backward
    read = field_read(script, call.base) if entry.name.startswith("as_") else None
    if read is not None and read.expr is call.base and not has_comment(script, script.start(call), script.end(call)):
        # What is missing in JSON is null for serde, and nothing else than asking for it can be meant.
        function, additions = inserted(script, call, name)
        text = f'{function}({script.source(read.base)}.get("{read.key}").unwrap_or(()))'
        edit = Edit(script.start(call), script.end(call), text)
        return Fix(safe, f"Call a function `{function}` that the repair adds", (edit,), additions)
    if entry.action in ("function", "statement"):
        return function_fix(script, call, name, safe=safe)
    if entry.action == "iterator":
        front = "" if mask == ITERATOR else ".iter()"
        behind = ".collect::<Vec>()" if entry.gives_list and front and use_of(script, call) == "list" else ""
        edits = (
            *((after(script, call.base, front),) if front else ()),
            renamed(script, call, entry.rune),
            *((after(script, call, behind),) if behind else ()),
        )
        return Fix(safe, f"Call `{entry.rune}` of the iterator", edits)
    if entry.action == "text":
        return _with_text(script, call, entry, items, safe=safe)
    return None


def _backward(script: Script, call: MethodCall, key: Node) -> Fix | None:
    """`sort_by_key(|x| Reverse(x.n))`: from the greatest to the least."""
    made = bare(key.body) if isinstance(key, Closure) else None
    if not isinstance(made, Call) or len(made.args.items) != 1 or not isinstance(made.callee, Path):
        return None
    if made.callee.segments[-1] != "Reverse" or has_comment(script, script.start(made), script.end(made)):
        return None
    edits, additions = as_function(script, call, "sort_by_key_backward")
    inner = made.args.items[0]
    cut = (Edit(script.start(made), script.start(inner), ""), Edit(script.end(inner), script.end(made), ""))
    return Fix(True, f"Call a function `{edits[0].text[:-1]}` that the repair adds", (*edits, *cut), additions)


def _with_text(script: Script, call: MethodCall, entry: Foreign, items: list[Node], *, safe: bool) -> Fix:
    """What stands in an entry's text, with the arguments in their places."""
    start, _ = place(script, call)
    text = entry.text
    for at, item in enumerate(items):
        text = text.replace(f"${at}", script.source(item))
    return Fix(safe, f"Write `{entry.rune}`", (Edit(start, script.end(call), text),))


def _property(script: Script, field: Field) -> Iterator[Finding]:
    """`list.length` and `text.size`, read as properties."""
    name = script.word(field.name)
    if name not in _LENGTHS or field.number:
        return
    up = field.parent
    if isinstance(up, (Call, Assign)) and up.kids[0] is field:
        return
    mask = kinds(script, field.base)
    if not mask or (isinstance(up, Unary) and up.op in ("++", "--")):
        return
    certain = not mask & ~(LIST | STRING | TUPLE)
    # What runs may have data with a `length`: of a track, of a page.
    meant = name in ("len", "is_empty") or (name == "length" and script.compiles is False)
    named = meant and isinstance(field.base, Field) and not _names_key(script, name)
    if not certain and not (mask & (LIST | STRING) and (named or (name == "length" and _is_counted(script, field)))):
        return
    tokens = script.tree.tokens
    start, end = tokens.starts[field.name], tokens.ends[field.name]
    severity = "error" if certain else "warning"
    what = "a string" if mask == STRING else "a list" if mask == LIST else "this value"
    yield Finding(
        "RN140",
        start,
        end,
        f"{what} has no field `{name}`: write `{_LENGTHS[name]}`",
        severity,
        fix=Fix(
            certain or (name == "length" and is_javascript(script)),
            f"Call `{_LENGTHS[name]}`",
            (Edit(start, end, _LENGTHS[name]),),
        ),
    )


def _names_key(script: Script, name: str) -> bool:
    """Whether a source has a field of that name, or a text that is one."""
    texts = script.tree.tokens.texts
    return f'"{name}"' in texts or any(word == name and texts[at + 1] == ":" for at, word in enumerate(texts[:-1]))


def _is_counted(script: Script, field: Field) -> bool:
    """Whether what has a `length` is a list or a text by its other uses, or is counted up to: it may be an object.

    In a source that never compiled, it means what it does in the language that the source is written in.
    """
    if script.compiles is False and not _names_length(script) and not _has_fields(script, field.base):
        return True
    up = field.parent
    if isinstance(up, Range) and up.end is field:
        return True
    place = place_of(script, field.base)
    return place is not None and (place in shown_lists(script) or place in shown_texts(script))


def _has_fields(script: Script, base: Node) -> bool:
    """Whether a variable is an object by what else is read of it, or nothing says what it is."""
    if not isinstance(base, Path):
        return False
    let = script.types.binding(base)
    if let is None or not is_javascript(script):
        return True
    read = (use.parent for use in script.types.uses(let))
    return any(isinstance(up, Field) and script.word(up.name) not in _LENGTHS for up in read)


@remembered
def _names_length(script: Script) -> bool:
    """Whether something else than a read is called so."""
    return any(script.word(at + 1) == ":" or word != "length" for at, word in _mentions(script))


def _mentions(script: Script) -> Iterator[tuple[int, str]]:
    for at, word in enumerate(script.tree.tokens.texts):
        if word in ("length", '"length"') and script.word(at - 1) != ".":
            yield at, word


RULE = Rule(
    code="RN140",
    name="names-of-other-languages",
    summary="`list.length`, `list.append(x)`, `o.has(k)`, `list.forEach(f)`: Rune has other names for these.",
    why="""\
JavaScript, Python and Rust have names for lists, objects and iterators that Rune has not: `length` and `size` are
`len()`, `append` is `push`, `has` and `hasOwnProperty` are `contains_key`, `some` and `every` are `any` and `all`
of an iterator. The repair writes Rune's name or, for `reverse`, `retain`, `swap`, `slice` and some others, adds a
private function with the same meaning.

It is unsafe where a name means one thing for lists and another one for strings, and nothing says which is there.
""",
    before="""\
pub async fn call(args) {
    let names = [];
    for name in args.names {
        names.append(`${name}`);
    }
    names.length
}
""",
    after="""\
pub async fn call(args) {
    let names = [];
    for name in args.names {
        names.push(`${name}`);
    }
    names.len()
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=tuple(
        sorted(
            set(_BY_NAME)
            | set(_LENGTHS)
            | {name for _, name in _OF_COLLECTIONS}
            | {"to_uppercase", "to_lowercase", "toFixed", "sort", "then", "then_with"}
        )
    ),
)
