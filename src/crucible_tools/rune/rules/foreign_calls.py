"""Functions of JavaScript and Python whose arguments decide what they are in Rune."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.calls_elsewhere import CALLS_ELSEWHERE
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import closed, has_comment, is_operand, tight
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.rules.true_division import divides, in_floats
from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Call,
    Closure,
    Expr,
    Jump,
    Literal,
    MethodCall,
    Object,
    Path,
    Skipped,
    Unary,
)

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_MOST: Final = ".iter().fold(None, |m, x| match m {{ Some(y) if y {} x => m, _ => Some(x) }})"
_ORDER: Final = {"max": ">=", "min": "<="}
_DIGITS: Final = 6
Rewriting = Callable[["Script", "Call | MethodCall", str], "Fix | None"]


def spread_of(script: Script, call: Call | MethodCall) -> str | None:
    """The list whose items are all the arguments: `xs` of `f(...xs)`, in parentheses if it needs them."""
    items = call.args.items
    if len(items) != 1 or not isinstance(items[0], Skipped) or not closed(script, call.args):
        return None
    tokens, first, last = script.tree.tokens, items[0].first, items[0].last
    if script.word(first) != "..." or first == last or has_comment(script, script.start(call), script.end(call)):
        return None
    text = script.text[tokens.starts[first + 1] : tokens.ends[last]]
    at = first + 1
    while at <= last:
        if tokens.kinds[at] != "name" and tokens.texts[at] not in (".", "(", "["):
            return f"({text})"
        at = tokens.partner[at] + 1 if tokens.partner[at] > at else at + 1
    return text


def _added(function: str, *counts: int, safe: bool = True) -> Rewriting:
    """The same call of a function that the repair adds."""

    def rewriting(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
        del name
        items = call.args.items
        if len(items) not in counts or any(not isinstance(item, Expr) or isinstance(item, Assign) for item in items):
            return None
        called, additions = inserted(script, call, function)
        opened = script.tree.tokens.starts[call.args.first]
        edit = Edit(script.start(call), opened, called)
        return Fix(safe, f"Call a function `{called}` that the repair adds", (edit,), additions)

    return rewriting


def _extreme(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`max(...xs)`, `max(a, b, c)`, `max(xs, key=f)` and `max(xs, default=0)`."""
    name = name.rpartition(".")[2]
    fold = _MOST.format(_ORDER[name])  # begins with `.iter()`
    start, end = script.start(call), script.end(call)
    spread = spread_of(script, call)
    if spread is not None:
        return Fix(True, "Go through the items", (Edit(start, end, f"{spread}{fold}.unwrap()"),))
    items = call.args.items
    if has_comment(script, start, end) or not closed(script, call.args):
        return None
    if any(isinstance(item, Skipped) for item in items):
        through = _through(script, call)
        return Fix(True, "Go through the items", (Edit(start, end, f"{through}{fold}.unwrap()"),)) if through else None
    named = {script.source(item.target): item.value for item in items if isinstance(item, Assign)}
    plain = [item for item in items if isinstance(item, Expr) and not isinstance(item, Assign)]
    if len(plain) + len(named) != len(items) or not plain:
        return None
    first = script.source(plain[0]) if tight(plain[0]) else f"({script.source(plain[0])})"
    if named and len(plain) == 1 and named.keys() <= {"key", "default"}:
        ends = f".unwrap_or({script.source(named['default'])})" if "default" in named else ".unwrap()"
        if "key" not in named:
            return Fix(True, "Go through the items", (Edit(start, end, f"{first}{fold}{ends}"),))
        key = script.source(named["key"])
        key = "|item| item.len()" if key == "len" else key
        # Python takes the first of several that are equal, as the function for the least does.
        called, additions = inserted(script, call, f"first_{name}_by_key")
        made = f"{called}({script.source(plain[0])}, {key}){ends}"
        return Fix(True, f"Call a function `{called}` that the repair adds", (Edit(start, end, made),), additions)
    if not named and len(plain) > 2:
        rest = "".join(f".{name}({script.source(item)})" for item in plain[1:])
        return Fix(True, f"Write `.{name}(..)`", (Edit(start, end, f"{first}{rest}"),))
    return None


def _through(script: Script, call: Call | MethodCall) -> str | None:
    """What is gone through for `max(...a, ...b, c)`: a list of all the items."""
    tokens, parts = script.tree.tokens, list[str]()
    for item in call.args.items:
        if isinstance(item, Expr) and not isinstance(item, Assign):
            parts.append(script.source(item))
        elif isinstance(item, Skipped) and script.word(item.first) == "..." and item.last > item.first:
            parts.append(script.text[tokens.starts[item.first] : tokens.ends[item.last]])
        else:
            return None
    return f"[{', '.join(parts)}]"


def _rounded(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """Python's `round(x, 2)`."""
    del name
    items = call.args.items
    if len(items) != 2 or not isinstance(items[0], Expr) or not isinstance(items[1], Literal):
        return None
    digits = script.source(items[1])
    if (
        not digits.isdigit()
        or not 0 < int(digits) <= _DIGITS
        or has_comment(script, script.start(call), script.end(call))
    ):
        return None
    scale = f"1{'0' * int(digits)}.0"
    value = script.source(items[0]) if tight(items[0]) else f"({script.source(items[0])})"
    divided = in_floats(script, items[0]) if divides(items[0]) else None
    value = f"({divided})" if divided is not None else f"({value} as f64)"
    made = f"({value} * {scale}).round() / {scale}"
    edit = Edit(script.start(call), script.end(call), f"({made})" if is_operand(call) else made)
    return Fix(True, "Round a multiple", (edit,))


def _made_anew(text: str) -> Rewriting:
    """A call without arguments that makes something empty."""

    def rewriting(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
        del name
        if call.args.items:
            return None
        return Fix(True, f"Write `{text}`", (Edit(script.start(call), script.end(call), text),))

    return rewriting


def _set(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`set()` and `set(list)`."""
    del name
    items = call.args.items
    if len(items) > 1 or any(not isinstance(item, Expr) for item in items):
        return None
    addition = script.imported(call, "std::collections::HashSet")
    opened = script.tree.tokens.starts[call.args.first]
    edit = Edit(script.start(call), opened, "HashSet::from_iter" if items else "HashSet::new")
    return Fix(True, "Make a HashSet", (edit,), (addition,) if addition else ())


def _dict(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`dict()` and `dict(zip(a, b))`."""
    items = call.args.items
    if not items:
        return _made_anew("#{}")(script, call, name)
    inner = items[0]
    if len(items) != 1 or not isinstance(inner, Expr) or isinstance(inner, Assign):
        return None
    zipped = isinstance(inner, Call) and isinstance(inner.callee, Path) and inner.callee.text == "zip"
    return _added("object_of" if zipped else "dict_of", 1)(script, call, name)


def _numbered(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`enumerate(list, 1)` and `enumerate(list, start=1)`."""
    del name
    items = call.args.items
    if len(items) != 2 or not isinstance(items[0], Expr) or not tight(items[0]):
        return None
    second = items[1]
    if isinstance(second, Assign):
        if script.source(second.target) != "start":
            return None
        second = second.value
    if not isinstance(second, Literal) or has_comment(script, script.start(call), script.end(call)):
        return None
    start = script.source(second)
    made = f"{script.source(items[0])}.iter().enumerate().map(|(at, item)| (at + {start}, item))"
    return Fix(True, "Number the items", (Edit(script.start(call), script.end(call), made),))


def _filled(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`Array.from({ length: n }, (_, i) => f(i))` and `Array.from(new Set(list))`."""
    del name
    items = call.args.items
    made = items[0].operand if len(items) == 1 and isinstance(items[0], Unary) and items[0].op == "new" else None
    if isinstance(made, Call) and script.source(made.callee) == "Set" and len(made.args.items) == 1:
        function, additions = inserted(script, call, "unique")
        edits = (
            Edit(script.start(call), script.end(made.callee), function),
            Edit(script.end(made), script.end(call), ""),
        )
        return Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)
    if len(items) != 2 or not isinstance(items[0], Object) or not isinstance(items[1], Closure):
        return None
    entries, closure = items[0].entries, items[1]
    if len(entries) != 1 or script.word(entries[0].key) != "length" or entries[0].value is None:
        return None
    if len(closure.params) not in (0, 2) or has_comment(script, script.start(call), script.start(closure.body)):
        return None
    at = script.source(closure.params[1]) if closure.params else "_"
    head = f"(0..{script.source(entries[0].value)}).iter().map(|{at}| "
    edits = (
        Edit(script.start(call), script.start(closure.body), head),
        Edit(script.end(closure.body), script.end(call), ").collect::<Vec>()"),
    )
    return Fix(True, "Go through the numbers", edits)


def _span(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`range(n)` outside of `for`."""
    del name
    items = call.args.items
    if len(items) not in (1, 2) or any(not isinstance(item, Expr) for item in items):
        return None
    sources = [script.source(item) for item in items]
    made = f"(0..{sources[0]})" if len(items) == 1 else f"({sources[0]}..{sources[1]})"
    return Fix(True, "Write `a..b`", (Edit(script.start(call), script.end(call), made),))


def _error(script: Script, call: Call | MethodCall, name: str) -> Fix | None:
    """`return Error("no")` as `return Err("no")`, and `Err(Error::new("no"))` as `Err("no")`."""
    del name
    items, up = call.args.items, call.parent
    if len(items) != 1 or not isinstance(call, Call) or has_comment(script, script.start(call), script.end(call)):
        return None
    outer = up.parent if isinstance(up, Args) else None
    start, end = script.start(call), script.end(call)
    if isinstance(outer, Call) and script.source(outer.callee) == "Err":
        edits = (Edit(start, script.start(items[0]), ""), Edit(script.end(items[0]), end, ""))
        return Fix(True, "Give the reason itself", edits)
    if isinstance(up, Jump) and up.word == "return":
        return Fix(True, "Write `Err(..)`", (Edit(start, script.end(call.callee), "Err"),))
    return None


_ERROR: Final = (_error, "what fails gives `Err(reason)`")

CALLS: Final[dict[str, tuple[Rewriting, str]]] = {
    "Error": _ERROR,
    "Error::new": _ERROR,
    "Error::msg": _ERROR,
    "Exception": _ERROR,
    "max": (_extreme, "`a.max(b)` compares two numbers"),
    "min": (_extreme, "`a.min(b)` compares two numbers"),
    "Math.max": (_extreme, "`a.max(b)` compares two numbers"),
    "Math.min": (_extreme, "`a.min(b)` compares two numbers"),
    "Math.pow": (_added("power", 2), "integers have `a.pow(b)`, floats `a.powf(b)`"),
    "Math.trunc": (_added("whole_part", 1), "a float has `.floor()` and `.ceil()`"),
    "Math.sign": (_added("sign_of", 1), "an integer has `.signum()`"),
    "Array.from": (_filled, "`.iter().collect::<Vec>()` makes a list of what is gone through"),
    "Object.fromEntries": (_added("object_of", 1), "`pairs.iter().collect::<Object>()` makes an object of tuples"),
    "String.fromCharCode": (_added("text_of_code", 1), "`char::from_i64(n)` gives an Option of a character"),
    "round": (_rounded, "a float has `.round()`"),
    "set": (_set, "`HashSet::new()` and `HashSet::from_iter(list)` of `std::collections` make sets"),
    "dict": (_dict, "`#{}` is an object"),
    "zip": (_added("zip", 2), "a loop over the numbers takes one item of each list"),
    "enumerate": (_numbered, "`list.iter().enumerate()` numbers from 0"),
    "list": (_added("list_of", 1), "`.iter().collect::<Vec>()` makes a list of what is gone through"),
    "range": (_span, "`0..n` is a range"),
    "ord": (_added("code_of", 1), "`c.to_i64()` is the number of a char"),
    "chr": (_added("text_of_code", 1), "`char::from_i64(n)` gives an Option of a character"),
    "Number": (_added("number_of", 1, safe=False), "a text becomes a number with `text.parse::<i64>()`"),
    **CALLS_ELSEWHERE,
}
"""By name, as it is called: how it is rewritten, and what to do where it is not."""
