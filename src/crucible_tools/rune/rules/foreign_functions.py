"""Built-in functions of JavaScript and Python, and how Rune writes what they do."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from crucible_tools.rune.rules.operands import closed, has_comment, is_operand, outer, tight
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.rules.tried import is_tried
from crucible_tools.rune.rules.true_division import divides, in_floats
from crucible_tools.rune.syntax.nodes import Assign, Binary, Call, Expr, For, MethodCall, Statement, Template
from crucible_tools.rune.syntax.nodes import Literal as LiteralNode
from crucible_tools.rune.types.values import ANY, BOOL, CHAR, FLOAT, INT, ITERATOR, LIST, NUMBER, OBJECT, STRING

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

Form = Literal[
    "method", "text", "call", "cast", "range", "print", "behind", "parse", "list", "swapped", "type", "added", "named"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meant:
    """What a function of another language is in Rune.

    Args:
        form: how it is written: `method` as `a.name(b)`, `call` as `name(a)?`, `behind` as `a` with `name` behind it,
            `text` as a template, `cast` with `as`, `parse` as a number of a text, `range` as `a..b`, `print`, `list`
            as a list of what is gone through, `swapped` as `b.iter().name(a)`, `type` with `is`, `added` as a call of
            a function that the repair adds, `named` as the same call of another function.
        name: the method, the function, the type, or what stands behind.
        counts: the numbers of arguments that are understood.
        hint: what to do when it cannot be repaired.
        kinds: what the first argument must certainly be, for a repair.
    """

    form: Form
    name: str
    counts: tuple[int, ...] = (1,)
    hint: str = ""
    kinds: int = ANY


_NUMBER_HINT: Final = "a text becomes a number with `text.parse::<i64>()`, a float an integer with `x as i64`"
_MAX: Final = Meant("method", "max", (2,), "`a.max(b)` compares two numbers")
_MIN: Final = Meant("method", "min", (2,), "`a.min(b)` compares two numbers")
_MOST: Final = {
    _MAX: Meant("behind", ".iter().fold(None, |m, x| match m { Some(y) if y >= x => m, _ => Some(x) }).unwrap()"),
    _MIN: Meant("behind", ".iter().fold(None, |m, x| match m { Some(y) if y <= x => m, _ => Some(x) }).unwrap()"),
}
"""What they are of the items of a list."""
_ABS: Final = Meant("method", "abs")
_ROUND: Final = Meant("method", "round", kinds=FLOAT, hint="a float has `.round()`")
_FLOOR: Final = Meant("method", "floor", kinds=FLOAT, hint="a float has `.floor()`")
_CEIL: Final = Meant("method", "ceil", kinds=FLOAT, hint="a float has `.ceil()`")
_SQRT: Final = Meant("method", "sqrt", kinds=NUMBER, hint="a float has `.sqrt()`")
_POWER: Final = Meant("method", "pow", (2,), "integers have `a.pow(b)`, floats `a.powf(b)`", INT)
_TEXT: Final = Meant("text", "", hint="a template shows a value: `` `${x}` ``")
_PRINT: Final = Meant("print", "println", (1, 2, 3, 4, 5), "`println!` prints")
_INTEGER: Final = Meant("parse", "i64", (1, 2), _NUMBER_HINT)
_FLOATING: Final = Meant(
    "parse", "f64", hint="a text becomes a float with `text.parse::<f64>()`, an integer with `n as f64`"
)
_ITEMS: Final = "an iterator has `sum::<i64>()`, `any(f)`, `all(f)`: `list.iter().any(f)`"
_LONGEST_TITLE: Final = 40
_ENTRIES: Final = Meant("behind", ".iter().collect::<Vec>()")

FUNCTIONS: Final = {
    "max": _MAX,
    "min": _MIN,
    "abs": _ABS,
    "round": _ROUND,
    "floor": _FLOOR,
    "ceil": _CEIL,
    "sqrt": _SQRT,
    "pow": _POWER,
    "len": Meant("method", "len"),
    "str": _TEXT,
    "String": _TEXT,
    "int": _INTEGER,
    "parseInt": _INTEGER,
    "float": _FLOATING,
    "parseFloat": _FLOATING,
    "Number": Meant("parse", "", hint=_NUMBER_HINT, kinds=0),
    "range": Meant("range", "", (1, 2, 3), "`0..n` is a range"),
    "enumerate": Meant("behind", ".iter().enumerate()"),
    "reversed": Meant("behind", ".iter().rev()"),
    "sum": Meant("behind", ".iter().reduce(|sum, item| sum + item).unwrap_or(0)", hint=_ITEMS),
    "any": Meant("behind", ".iter().any(|item| item)", hint=_ITEMS),
    "all": Meant("behind", ".iter().all(|item| item)", hint=_ITEMS),
    "list": Meant("list", ".collect::<Vec>()", hint="`.iter().collect::<Vec>()` makes a list of what is gone through"),
    "map": Meant("swapped", "map", (2,), "`list.iter().map(f)`"),
    "filter": Meant("swapped", "filter", (2,), "`list.iter().filter(f)`"),
    "sorted": Meant("added", "sorted_list", (1, 2, 3), "`list.sort()` sorts in place, `list.sort_by(f)` by a function"),
    "isinstance": Meant("type", "", (2,), "`x is String` asks for a type"),
    "type": Meant("call", "", (), "`x is String` asks for a type"),
    "fetch": Meant("call", "", (), "the host fetches: `crucible::http_get(url).await?` gives a text"),
    "open": Meant("call", "", (), "`fs::read_to_string(path)?` reads a file"),
    "input": Meant("call", "", (), "a tool asks nobody: what it needs are its arguments"),
}
"""Functions that are called by a bare name."""

_TYPES: Final = {
    "str": "String", "int": "i64", "float": "f64", "bool": "bool", "list": "Vec", "dict": "Object", "tuple": "Tuple",
}  # fmt: skip
_SORTED: Final = """\
fn NAME(items) {
    let list = [];
    for item in if items is Object { items.keys() } else { items } {
        list.push(item);
    }
    list.sort();
    list
}
"""
_SORTED_BY: Final = """\
fn NAME(items, key) {
    let list = [];
    for item in if items is Object { items.keys() } else { items } {
        list.push(item);
    }
    list.sort_by(|one, other| key(ONE).cmp(key(OTHER)));
    list
}
"""
_NUMBER_OF: Final = """\
fn NAME(value) {
    if value is String { value.trim().parse::<TYPE>().unwrap() } else { value as TYPE }
}
"""

OF_OBJECTS: Final = {
    ("Math", "max"): _MAX,
    ("Math", "min"): _MIN,
    ("Math", "abs"): _ABS,
    ("Math", "round"): _ROUND,
    ("Math", "floor"): _FLOOR,
    ("Math", "ceil"): _CEIL,
    ("Math", "sqrt"): _SQRT,
    ("Math", "pow"): _POWER,
    ("math", "sqrt"): _SQRT,
    ("math", "floor"): _FLOOR,
    ("math", "ceil"): _CEIL,
    ("JSON", "parse"): Meant("call", "json::from_string", hint="`json::from_string(text)?` reads JSON"),
    ("JSON", "stringify"): Meant("call", "json::to_string", hint="`json::to_string(value)?` gives JSON on one line"),
    ("json", "loads"): Meant("call", "json::from_string", hint="`json::from_string(text)?` reads JSON"),
    ("json", "dumps"): Meant("call", "json::to_string", hint="`json::to_string(value)?` gives JSON on one line"),
    ("Array", "from"): _ENTRIES,
    ("Promise", "all"): Meant("named", "std::future::join", hint="`std::future::join(list).await` waits for all"),
    ("asyncio", "gather"): Meant("call", "", (), "`std::future::join([a, b]).await` waits for all"),
    ("Array", "isArray"): Meant("behind", " is Vec"),
    ("Number", "isInteger"): Meant("behind", " is i64"),
    ("Number", "parseInt"): _INTEGER,
    ("Number", "parseFloat"): _FLOATING,
    ("console", "log"): _PRINT,
    ("console", "info"): _PRINT,
    ("console", "debug"): _PRINT,
    ("console", "warn"): _PRINT,
    ("console", "error"): _PRINT,
    ("fmt", "Println"): _PRINT,
    ("Console", "WriteLine"): _PRINT,
    ("System.out", "println"): _PRINT,
    ("Integer", "parseInt"): _INTEGER,
    ("strconv", "Atoi"): Meant("call", "", (), "`text.parse::<i64>()` gives a Result"),
    ("Date", "now"): Meant("call", "", (), "the host tells the time: `crucible::time_now().await?`"),
    ("Math", "random"): Meant("call", "", (), "`random::number()` gives a float from 0 to below 1"),
}
"""Functions that are called as methods of an object which is always there."""

_WITH_STEP: Final = 3
"""Arguments of a `range` that says how far each step goes."""
_SHOWN: Final = NUMBER | BOOL | CHAR | STRING


def rewritten(script: Script, call: Call | MethodCall, meant: Meant) -> Fix | None:
    """A call as Rune writes it; None when it cannot be told, or comments would be lost."""
    items = [item for item in call.args.items if isinstance(item, Expr)]
    if not closed(script, call.args) or len(items) != len(call.args.items):
        return None
    if meant in _MOST and len(items) == 1:
        meant = _MOST[meant]
    if len(items) not in meant.counts:
        return None
    start, end = script.start(call), script.end(call)
    head = (start, script.start(items[0]))
    gaps = [head, *((script.end(one), script.start(two)) for one, two in itertools.pairwise(items))]
    tail = (script.end(items[-1]), end)
    if any(has_comment(script, *gap) for gap in (*gaps, tail)):
        return None
    if meant.form == "named":
        return Fix(True, f"Call `{meant.name}`", (Edit(*head, f"{meant.name}("),))
    if meant.form == "print":
        return _printed(script, call, items, head)
    if meant.form == "call":
        return Fix(True, f"Write `{meant.name}(..)?`", (Edit(*head, f"{meant.name}("), Edit(*tail, ")?")))
    if meant.form == "range":
        return _range(script, call, items, head, tail)
    if meant.form == "added":
        return _added(script, call, meant)
    if meant.form == "type":
        return _type(script, call, items)
    value = script.types.of(items[0])
    before, after = ("", "") if tight(items[0]) else ("(", ")")
    if meant.form == "swapped":
        return _swapped(script, call, meant, items)
    if meant.form == "list":
        read = value.kinds == ANY and field_read(script, items[0]) is not None
        if not value.only(ITERATOR) and not value.only(LIST) and not read:
            return None
        text = meant.name if value.only(ITERATOR) else f".iter(){meant.name}"
        return Fix(True, "Make a list", (Edit(*head, before), Edit(*tail, f"{after}{text}")))
    if meant.form == "text":
        # What has no display form would fail in the template.
        if value.kinds != ANY and not value.may(_SHOWN):
            return None
        return Fix(True, "Write a template", (Edit(*head, "`${"), Edit(*tail, "}`")))
    if meant.form == "parse":
        return _number(script, call, meant, items[0], head, tail)
    if meant.form == "behind":
        title = f"Write `{meant.name}`" if len(meant.name) < _LONGEST_TITLE else "Go through the items"
        if meant.name.startswith(" ") and is_operand(call):
            return Fix(True, title, (Edit(*head, f"({before}"), Edit(*tail, f"{after}{meant.name})")))
        return Fix(True, title, (Edit(*head, before), Edit(*tail, f"{after}{meant.name}")))
    if meant is _FLOOR and value.only(INT) and _is_never_between(script, items[0]):
        return Fix(True, "Leave the whole number as it is", (Edit(*head, before), Edit(*tail, after)))
    if meant in (_FLOOR, _CEIL, _ROUND) and not value.only(FLOAT) and value.may(NUMBER):
        # Whether it is a whole number already is not known: of a float it makes one, as these languages do.
        fraction = isinstance(call.parent, Binary) and call.parent.op == "/" and call.parent.left is call
        whole = "" if fraction else " as i64"  # `Math.round(x * 100) / 100`
        divided = in_floats(script, items[0]) if divides(items[0]) else None
        if divided is not None:
            divided = f"({divided}).{meant.name}(){whole}"
            edit = Edit(start, end, f"({divided})" if is_operand(call) and whole else divided)
            return Fix(True, f"Call `{meant.name}` of a float", (edit,))
        text = f" as f64).{meant.name}(){whole}"
        if is_operand(call) and whole:
            before, text = f"({before}", f"{text})"
        edits = (Edit(*head, f"({before}"), Edit(*tail, f"{after}{text}"))
        return Fix(True, f"Call `{meant.name}` of a float", edits)
    if meant.kinds != ANY and not value.only(meant.kinds):
        return None
    if meant.name == "sqrt" and not value.only(FLOAT):
        before, after = ("(", " as f64)") if tight(items[0]) else ("((", ") as f64)")
    if len(items) == 1:
        return Fix(True, f"Write `.{meant.name}()`", (Edit(*head, before), Edit(*tail, f"{after}.{meant.name}()")))
    edits = (Edit(*head, before), Edit(*gaps[1], f"{after}.{meant.name}("), Edit(*tail, ")"))
    return Fix(True, f"Write `.{meant.name}(..)`", edits)


def _added(script: Script, call: Call | MethodCall, meant: Meant) -> Fix | None:
    """A function of the same name, which is added to the file."""
    if not isinstance(call, Call):
        return None
    words = {script.source(item.target): item.value for item in call.args.items[1:] if isinstance(item, Assign)}
    if len(words) != len(call.args.items) - 1 or not words.keys() <= {"key", "reverse"}:
        return None
    backward = words.get("reverse")
    if backward is not None and script.source(backward) not in ("true", "True"):
        return None
    ordered = ("other", "one") if backward is not None else ("one", "other")
    text, called = _SORTED, meant.name
    if words:
        text = _SORTED_BY.replace("ONE", ordered[0]).replace("OTHER", ordered[1])
        called = "sorted_backward_by" if backward is not None else "sorted_by"
    name, addition = script.helper(call, called, text)
    edits = [Edit(script.start(call.callee), script.end(call.callee), name)]
    if words:
        key = script.source(words["key"]) if "key" in words else "|item| item"
        edits.append(Edit(script.end(call.args.items[0]), script.end(call.args.items[-1]), f", {key}"))
    added = (addition,) if addition is not None else ()
    return Fix(True, f"Call a function `{name}` that the repair adds", tuple(edits), added)


def _swapped(script: Script, call: Call | MethodCall, meant: Meant, items: list[Expr]) -> Fix | None:
    """`map(f, list)` as `list.iter().map(f)`."""
    function, of = script.source(items[0]), script.source(items[1])
    if script.types.of(items[1]).only(STRING | OBJECT) or not tight(items[1]):
        return None
    through = "" if script.types.of(items[1]).only(ITERATOR) else ".iter()"
    edit = Edit(script.start(call), script.end(call), f"{of}{through}.{meant.name}({function})")
    return Fix(True, f"Write `.{meant.name}(..)`", (edit,))


def _type(script: Script, call: Call | MethodCall, items: list[Expr]) -> Fix | None:
    """`isinstance(x, str)` as `x is String`."""
    name = _TYPES.get(script.source(items[1]))
    if name is None or not tight(items[0]):
        return None
    text = f"{script.source(items[0])} is {name}"
    if is_operand(call):
        text = f"({text})"
    return Fix(True, f"Write `is {name}`", (Edit(script.start(call), script.end(call), text),))


def _is_never_between(script: Script, item: Expr) -> bool:
    """Whether an integer is what rounding down gives: a division of negative ones is rounded up by Rune."""
    return all(
        isinstance(node.left, MethodCall)
        and script.word(node.left.name) == "len"
        and isinstance(node.right, LiteralNode)
        for node in item.walk()
        if isinstance(node, Binary) and node.op == "/"
    )


def _number(
    script: Script, call: Call | MethodCall, meant: Meant, item: Expr, head: tuple[int, int], tail: tuple[int, int]
) -> Fix | None:
    """`int(x)` of a number; what is no number stops the tool, as Python does."""
    if not meant.name or (isinstance(call, Call) and is_tried(script, call)):
        return None  # there a number that is none must leave the block, not stop the script
    value = script.types.of(item)
    if len(call.args.items) > 1 and script.source(call.args.items[1]) != "10":
        return None
    if not value.only(NUMBER):
        if value.kinds != ANY and not value.may(STRING | NUMBER):
            return None
        text = _NUMBER_OF.replace("TYPE", meant.name)
        name, addition = script.helper(call, "integer_of" if meant.name == "i64" else "float_of", text)
        added = (addition,) if addition is not None else ()
        edits = (Edit(*head, f"{name}("), Edit(script.end(item), script.end(call), ")"))
        # Python's take a text as a whole; JavaScript's take what it begins with.
        whole = isinstance(call, Call) and script.source(call.callee) in ("int", "float")
        return Fix(whole, f"Call a function `{name}` that the repair adds", edits, added)
    tail = (script.end(item), tail[1])
    before, after = ("(", " as ") if tight(item) else ("((", ") as ")
    return Fix(True, f"Write `as {meant.name}`", (Edit(*head, before), Edit(*tail, f"{after}{meant.name})")))


def _range(
    script: Script, call: Call | MethodCall, items: list[Expr], head: tuple[int, int], tail: tuple[int, int]
) -> Fix | None:
    """`for i in range(n)`."""
    up = outer(call).parent
    if not isinstance(up, For) or up.iterable is not outer(call):
        return None
    if len(items) == _WITH_STEP:
        return _stepped(script, call, items)
    if len(items) == 1:
        return Fix(True, "Write `0..n`", (Edit(*head, "0.."), Edit(*tail, "")))
    gap = (script.end(items[0]), script.start(items[1]))
    return Fix(True, "Write `a..b`", (Edit(*head, ""), Edit(*gap, ".."), Edit(*tail, "")))


def _stepped(script: Script, call: Call | MethodCall, items: list[Expr]) -> Fix | None:
    """`range(a, b, 2)`, and `range(a, b, -1)`."""
    low, high, step = (script.source(item) for item in items)
    if step == "-1":
        first = "0" if high == "-1" else f"{high} + 1"
        last = f"..{low.removesuffix(' - 1')}" if low.endswith(" - 1") else f"..={low}"
        text = f"({first}{last}).iter().rev()"
    elif step.isdigit() and int(step) > 0:
        counted = "i" if low == "0" else f"(i - {low})" if low.isdigit() else f"(i - ({low}))"
        text = f"({low}..{high}).iter().filter(|i| {counted} % {step} == 0)"
    else:
        return None
    return Fix(True, "Write a range", (Edit(script.start(call), script.end(call), text),))


def _printed(script: Script, call: Call | MethodCall, items: list[Expr], head: tuple[int, int]) -> Fix | None:
    if not isinstance(call.parent, Statement):
        return None
    only = items[0]
    if len(items) == 1 and (isinstance(only, Template) or script.types.of(only).only(STRING)):
        return Fix(True, "Write `println(..)`", (Edit(head[0], head[1], "println("),))
    forms: list[str] = []
    for item in items:
        value = script.types.of(item)
        shown = isinstance(item, LiteralNode) or (value.kinds not in (0, ANY) and value.only(_SHOWN))
        # What may be a list is shown the way that shows everything, but a text without its quotes.
        forms.append("{}" if shown else "{:?}")
    return Fix(True, "Write `println!`", (Edit(head[0], head[1], f'println!("{" ".join(forms)}", '),))
