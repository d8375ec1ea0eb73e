"""RN185: loops, several values and literals as Go writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import MOST, begins_line, end_of_code, ends_line, line_around, stop
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_ZEROS: Final = {
    **dict.fromkeys(("int", "int32", "int64", "uint", "uint64", "byte", "rune"), "0"),
    **dict.fromkeys(("float64", "float32"), "0.0"), "string": '""', "bool": "false",
}  # fmt: skip
_MAP: Final = re.compile(r"\bmap\[\w+\]\w")
_KEYS: Final = frozenset({"k", "key", "name", "id", "field"})
_NO_CONDITION: Final = frozenset({"in", "of", ";", "=", ":", "let", "const", "var", "await"})
_BLOCK: Final = frozenset({"{"})
_LINE: Final = frozenset({";", "{", "}"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `for _, x := range list {`, `for cond {`, `x, err := f()`, `[]int{}` and `map[string]int{}`."""
    if script.compiles:
        return
    found = [*_loops(script), *_several(script), *_literals(script), *_variables(script), *_package(script)]
    found += [*_counters(script), *_functions(script), *_structs(script), *_ignored(script)]
    yield from sorted(found, key=lambda item: item.start)


def _finding(start: int, end: int, message: str, title: str, *edits: Edit, safe: bool = True) -> Finding:
    return Finding("RN185", start, end, message, fix=Fix(safe, title, edits))


def _is_walrus(script: Script, i: int) -> bool:
    return script.word(i) == ":" and script.word(i + 1) == "="


def _loops(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "for" or tokens.kinds[i] != "name" or not begins_line(script, i):
            continue
        open_ = stop(script, i + 1, _BLOCK)
        if script.word(open_) != "{" or open_ - i > MOST:
            continue
        start, end, body = tokens.starts[i], tokens.ends[i], tokens.starts[open_]
        inside = tokens.texts[i + 1 : open_]
        if script.word(tokens.partner[open_] + 1) in ("in", "of", "=") or script.word(open_ - 1) == "#":
            continue  # `for { id } of list {`
        if not inside:
            yield _finding(start, end, "a loop without an end is `loop {`", "Write `loop`", Edit(start, end, "loop"))
        elif "range" in inside:
            yield from _over(script, i, open_)
        elif inside.count(";") == 2 and inside[0] != "(":
            edits = [Edit(tokens.starts[i + 1], tokens.starts[i + 1], "(")]
            if _is_walrus(script, i + 2):
                edits = [
                    Edit(tokens.starts[i + 1], tokens.starts[i + 1], "(let "),
                    Edit(tokens.starts[i + 2], tokens.ends[i + 3], "="),
                ]
            last = tokens.ends[open_ - 1]
            message = "a loop of Rune is written `for x in list {`, or with `while`"
            yield _finding(start, end, message, "Write parentheses", *edits, Edit(last, body, ") "))
        elif not _NO_CONDITION & set(inside) and (inside[0] != "(" or tokens.partner[i + 1] != open_ - 1):
            message = "a loop with a condition is `while x {`"
            yield _finding(start, end, message, "Write `while`", Edit(start, end, "while"))


def _over(script: Script, i: int, open_: int) -> Iterator[Finding]:
    """`for i, x := range list {`."""
    tokens = script.tree.tokens
    at = next(k for k in range(i + 1, open_) if tokens.texts[k] == "range")
    names = [tokens.texts[k] for k in range(i + 1, at) if tokens.kinds[k] == "name"]
    of = script.text[tokens.starts[at + 1] : tokens.ends[open_ - 1]]
    safe, head = True, None
    if len(names) == 2 and names[0] == "_":
        head = f"{names[1]} in {of}"
    elif len(names) == 2 and names[0] in _KEYS:
        head = f"({names[0]}, {names[1]}) in {of}.iter()"
    elif len(names) == 2:
        head, safe = f"({names[0]}, {names[1]}) in {of}.iter().enumerate()", len(names[0]) == 1 or "i" in names[0]
    elif len(names) == 1:
        head, safe = (f"{names[0]} in {of}.keys()", False) if names[0] in _KEYS else (f"{names[0]} in 0..{of}", False)
    start, end = tokens.starts[i], tokens.ends[i]
    if head is not None:
        edit = Edit(start, tokens.ends[open_ - 1], f"for {head}")
        message = "a loop of Rune is written `for x in list {`"
        yield _finding(start, end, message, f"Write `for {head[:40]}`", edit, safe=safe)


def _several(script: Script) -> Iterator[Finding]:
    """`x, err := f()`, `return x, nil`, `if v, ok := m[k]; ok {`."""
    tokens = script.tree.tokens
    texts = tokens.texts
    walrus = ":=" in script.text
    for i, word in enumerate(texts):
        if walrus and word == "," and _is_walrus(script, i + 2) and tokens.kinds[i - 1 : i + 2 : 2] == ["name", "name"]:
            if script.word(i - 2) == "if":
                yield from _asked(script, i)
            elif begins_line(script, i - 1):
                yield from _both(script, i)
        elif word == "return" and (begins_line(script, i) or script.word(i - 1) == "{"):
            yield from _returned(script, i)


def _asked(script: Script, i: int) -> Iterator[Finding]:
    tokens = script.tree.tokens
    semicolon = stop(script, i + 4, frozenset({";", "{"}))
    if script.word(semicolon) != ";" or script.word(semicolon + 1) != script.word(i + 1):
        return
    close = semicolon - 1
    bracket = tokens.partner[close] if script.word(close) == "]" else -1
    if bracket < i or script.word(semicolon + 2) != "{":
        return
    of = script.text[tokens.starts[i + 4] : tokens.ends[bracket - 1]]
    key = script.text[tokens.ends[bracket] : tokens.starts[close]]
    start = tokens.starts[i - 2]
    edit = Edit(start, tokens.ends[semicolon + 1], f"if let Some({script.word(i - 1)}) = {of}.get({key})")
    message = "whether an object has a key asks `if let Some(x) = object.get(key) {`"
    yield _finding(start, tokens.ends[i - 2], message, "Write `if let Some(..)`", edit)


def _both(script: Script, i: int) -> Iterator[Finding]:
    """`x, err := f()`, with the `if err != nil` that follows, or `a, b := f()`."""
    tokens = script.tree.tokens
    name, other = script.word(i - 1), script.word(i + 1)
    start = tokens.starts[i - 1]
    line = line_around(script, i)
    last = line[1] if line is not None else -1
    if last < i + 4 or script.word(last) in ("{", ","):
        return
    end = end_of_code(script, last)
    value = script.text[tokens.starts[i + 4] : end].rstrip()
    ask = last + 1
    if tokens.texts[ask : ask + 4] == ["if", other, "!=", "nil"] and script.word(ask + 4) == "{":
        close = tokens.partner[ask + 4]
        if close > 0 and script.word(ask + 5) == "return" and other in tokens.texts[ask + 5 : close]:
            value = _of_text(value)
            edit = Edit(start, tokens.ends[close], f"let {name} = {value}?;")
            message = "a function of Rune gives one value: a Result, which `?` takes apart"
            yield _finding(start, tokens.ends[i + 1], message, "Write `?`", edit)
            return
    if other == "err":
        return
    edit = Edit(start, tokens.ends[i + 3], f"let ({name}, {other}) =")
    message = "several values stand in parentheses in Rune"
    yield _finding(start, tokens.ends[i + 1], message, "Write `let (..)`", edit)


def _of_text(value: str) -> str:
    for function, type_ in (("strconv.Atoi(", "i64"), ("strconv.ParseFloat(", "f64")):
        if value.startswith(function) and value.endswith(")"):
            return f"{value[len(function) : -1].partition(', 64')[0]}.parse::<{type_}>()"
    return value


def _returned(script: Script, i: int) -> Iterator[Finding]:
    """`return x, nil` and `return nil, err`; `return a, b`."""
    tokens = script.tree.tokens
    comma = stop(script, i + 1)
    line = line_around(script, i) if script.word(comma) == "," else None
    if line is None or comma > line[1] or "=>" in script.tree.tokens.texts[i : line[1] + 1]:
        return
    last = line[1]
    last -= script.word(last) in (";", "}")
    if last <= comma or script.word(last) == ",":
        return
    one = script.text[tokens.starts[i + 1] : tokens.ends[comma - 1]]
    other = script.text[tokens.starts[comma + 1] : tokens.ends[last]]
    start, end = tokens.starts[i + 1], tokens.ends[last]
    if other == "nil":
        text = f"Ok({one})"
    elif other == "err" or other.startswith(("errors.New(", "fmt.Errorf(")):
        text = f"Err({other})"
    elif stop(script, comma + 1) <= last:
        return
    else:
        text = f"({one}, {other})"
    message = "a function of Rune gives one value: a Result, or several in parentheses"
    yield _finding(tokens.starts[i], tokens.ends[i], message, f"Write `{text[:40]}`", Edit(start, end, text))


def _literals(script: Script) -> Iterator[Finding]:
    """`[]int{1, 2}`, `map[string]int{"a": 1}`, `make(map[string]int)`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word == "[" and script.word(i + 1) == "]" and tokens.kinds[i + 2 : i + 3] == ["name"]:
            open_ = i + 3
            close = tokens.partner[open_] if script.word(open_) == "{" else -1
            if close > 0 and tokens.ends[i + 1] == tokens.starts[i + 2]:
                start, end = tokens.starts[i], tokens.ends[open_]
                edits = (Edit(start, end, "["), Edit(tokens.starts[close], tokens.ends[close], "]"))
                yield _finding(start, end, "a list is written `[..]` in Rune", "Write a list", *edits)
        elif word == "map" and script.word(i + 1) == "[" and tokens.partner[i + 1] == i + 3:
            open_ = i + 4
            while open_ < min(i + 9, len(tokens) - 1) and tokens.ends[open_ - 1] == tokens.starts[open_]:
                if script.word(open_) not in ("[", "]", ".", "*") and tokens.kinds[open_] != "name":
                    break
                open_ += 1
            if tokens.kinds[open_ - 1] != "name":
                continue  # `map[key]` of a variable that is called so
            start = tokens.starts[i]
            if script.word(open_) == "{" and script.word(open_ + 1) == "}" and script.word(open_ - 1) == "{":
                open_ -= 1
            if script.word(open_) == "{" and tokens.partner[open_] > 0:
                edit = Edit(start, tokens.ends[open_], "#{")
                yield _finding(start, tokens.ends[open_], "an object is written `#{..}` in Rune", "Write `#{`", edit)
            elif script.word(open_) == ")" and script.word(i - 2) == "make":
                edit = Edit(tokens.starts[i - 2], tokens.ends[open_], "#{}")
                message = "an object is written `#{..}` in Rune"
                yield _finding(tokens.starts[i - 2], tokens.ends[open_], message, "Write `#{}`", edit)


def _variables(script: Script) -> Iterator[Finding]:
    """`var total int`, `var parts []string`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "var" or not begins_line(script, i) or tokens.kinds[i + 1 : i + 2] != ["name"]:
            continue
        listed = script.word(i + 2) == "[" and script.word(i + 3) == "]"
        type_ = i + 4 if listed else i + 2
        if tokens.kinds[type_ : type_ + 1] != ["name"] or script.word(type_ + 1) in ("=", ",", ".", "["):
            continue
        zero = "[]" if listed else _ZEROS.get(script.word(type_))
        if zero is not None:
            start, end = tokens.starts[i], tokens.ends[type_]
            edit = Edit(start, end, f"let {script.word(i + 1)} = {zero};")
            message = "a variable of Rune begins with `let`, and with a value"
            yield _finding(start, tokens.ends[i], message, "Write `let`", edit)


def _counters(script: Script) -> Iterator[Finding]:
    """`counts[key]++` of what `make(map[..]int)` made: what is missing counts as 0."""
    tokens = script.tree.tokens
    if not _MAP.search(script.text):
        return
    for i, word in enumerate(tokens.texts):
        if word != "++" or script.word(i - 1) != "]" or tokens.partner[i - 1] < 1:
            continue
        open_ = tokens.partner[i - 1]
        name = open_ - 1
        if tokens.kinds[name] != "name" or not begins_line(script, name):
            continue
        of, key = tokens.texts[name], script.text[tokens.ends[open_] : tokens.starts[i - 1]]
        start, end = tokens.starts[name], tokens.ends[i]
        edit = Edit(start, end, f"{of}.insert({key}, {of}.get({key}).unwrap_or(0) + 1);")
        yield _finding(start, end, "there is no `++` in Rune, and what is missing is no 0", "Count", edit)


def _functions(script: Script) -> Iterator[Finding]:
    """`func(x int) int { .. }` where a value stands, and heads that give several values."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "func":
            continue
        named = tokens.kinds[i + 1 : i + 2] == ["name"]
        open_ = i + 1 + named
        close = tokens.partner[open_] if script.word(open_) == "(" else -1
        if close < 0 or close - open_ > MOST:
            continue
        body = close + 1
        if script.word(body) == "(" and tokens.partner[body] > 0:
            body = tokens.partner[body] + 1
        elif not named:
            while body < close + 6 and script.word(body) != "{":
                body += 1
        if script.word(body) != "{" or (named and body == close + 1):
            continue
        start = tokens.starts[i]
        if named:
            edit = Edit(tokens.ends[close], tokens.starts[body], " ")
            message = "a function of Rune does not say what it gives"
            yield _finding(tokens.starts[close + 1], tokens.ends[body - 1], message, "Delete it", edit)
        elif script.word(i - 1) in ("=", "(", ","):
            names = _names(script, open_, close)
            edit = Edit(start, tokens.starts[body], f"|{names}| ")
            yield _finding(start, tokens.ends[i], "a function without a name is `|x| ..`", "Write `|..|`", edit)


def _names(script: Script, open_: int, close: int) -> str:
    tokens = script.tree.tokens
    return ", ".join(
        tokens.texts[k]
        for k in range(open_ + 1, close)
        if tokens.kinds[k] == "name" and script.word(k - 1) in ("(", ",")
    )


def _structs(script: Script) -> Iterator[Finding]:
    """`type Person struct {`, with a field and its type on each line."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "type" or script.word(i + 2) != "struct" or script.word(i + 3) != "{" or not begins_line(script, i):
            continue
        close = tokens.partner[i + 3]
        if close < 0 or close - i > MOST or "{" in tokens.texts[i + 4 : close]:
            continue
        edits = [Edit(tokens.starts[i], tokens.ends[i + 2], f"struct {script.word(i + 1)}")]
        at = i + 4
        while at < close:
            last = at
            while last + 1 < close and not begins_line(script, last + 1):
                last += 1
            edits.append(Edit(tokens.ends[at], tokens.ends[last], ","))
            at = last + 1
        message = "a struct of Rune is written `struct Name { field, field }`"
        yield _finding(tokens.starts[i], tokens.ends[i + 2], message, "Write `struct`", *edits)


def _ignored(script: Script) -> Iterator[Finding]:
    """`_ = f()`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word == "_" and script.word(i + 1) == "=" and begins_line(script, i):
            start, end = tokens.starts[i], tokens.ends[i]
            yield _finding(
                start, end, "what nobody needs is given to `let _`", "Write `let`", Edit(start, start, "let ")
            )


def _package(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts[:4]):
        if word == "package" and i == 0 and tokens.kinds[1:2] == ["name"] and ends_line(script, 1):
            start, end = tokens.starts[0], tokens.ends[1]
            edit = Edit(start, start, "// ")
            yield _finding(start, end, "a tool belongs to no package", "Make a comment of it", edit)


RULE = Rule(
    code="RN185",
    name="go-form",
    summary="`for _, x := range list {`, `x, err := f()`, `return x, nil`, `[]int{1}`: the forms of Go.",
    why="""\
Go has one word for all loops, gives several values, and writes types in front of literals. Rune has `for x in list`,
`while` and `loop`, a Result that `?` takes apart, and literals without types.

The repair writes that. It is unsafe where Go itself goes over numbers, lists and maps in the same way.
""",
    before="""\
pub fn call(args) {
    for _, x := range args.list {
        for x > 3 {
            x -= 1;
        }
    }
}
""",
    after="""\
pub fn call(args) {
    for x in args.list {
        while x > 3 {
            x -= 1;
        }
    }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("for ", "range ", ":=", "return ", "func", "map[", "[]", "var ", "package "),
)
