"""Programs of a grammar: what is nearly sense, nests and repeats itself, and calls whatever there is."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

DEEPEST: Final = 5
"""Nesting of expressions, not counting what a program repeats on purpose."""

NAMES: Final = ("a", "x", "y", "v", "s", "o", "g")
NUMBERS: Final = (
    *("0", "1", "2", "-1", "7", "64", "1000", "100000000000", "4294967296", "9223372036854775807"),
    *("1.5", "0.0", "1e308"),
)
TEXTS: Final = ('""', '"x"', '"a,b,c"', '"é\\u{1F600}"', '"[1, 2"', '"\\0\\x1b[2J"', "`${x}${s}`", "'c'", 'b"ab"')
BINARY: Final = ("+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "==", "!=", "<", ">=", "&&", "||", "..", "..=")
METHODS: Final = (
    *("len()", "iter()", "clone()", "sort()", "pop()", "clear()", "keys()", "next()", "is_empty()", "count()", "rev()"),
    *("push(x)", "insert(0, x)", "remove(0)", "extend(v)", "split(s)", "push_str(s)", "contains(s)", "get(0)"),
    *("replace(s, s)", "chars()", "collect::<Vec>()", "enumerate()", "take(3)", "skip(1)", "chain(v)", "sum::<i64>()"),
    *("unwrap()", "unwrap_or(x)", "to_uppercase()", "trim()", "resize(1000000, x)", "iter().nth(1000000)"),
)
CALLBACKS: Final = (
    "map",
    "filter",
    "any",
    "all",
    "find",
    "for_each",
    "flat_map",
    "sort_by",
    "fold",
    "and_then",
    "reduce",
)
FUNCTIONS: Final = (
    *("probe::echo", "probe::text", "probe::wait", "probe::fail", "crucible::log_info", "json::to_string"),
    *(
        "json::from_string",
        "regex::is_match",
        "oq::query",
        "toml::from_string",
        "http::get",
        "fs::remove",
        "shell::exec",
    ),
    *("std::vec::Vec::with_capacity", "drop", "f", "g", "h", "i64::parse", "dbg!"),
)
PATTERNS: Final = ("_", "1", '"x"', "[x, ..]", "#{ x, .. }", "Some(x)", "Ok(x)", "(x, y)", "true")


class Grammar:
    """Writes one program.

    Args:
        seed: what it is chosen by: the same one gives the same program.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._closures = 0
        self._expressions: tuple[Callable[[int], str], ...] = (
            self._leaf, self._binary, self._method, self._callback, self._call, self._list, self._object, self._index,
            self._closure, self._match, self._if, self._block, self._await, self._repeated,
        )  # fmt: skip

    def program(self) -> str:
        """A source whose entry is `f`."""
        others = [
            f"const C = {self._pick(NUMBERS)};",
            "struct P { x, y }",
            "enum E { A, B(x) }",
            f"mod m {{ pub async fn k(a) {{ {self._body(2)} }} }}",
            f"/// A tool.\n#[tool(description = {self._pick(TEXTS)})]\nfn k(x) {{ x }}",
        ]
        items = [self._function("g"), self._function("h"), *self._chance.sample(others, 2)]
        return "\n".join([*items, f"pub async fn f(a) {{ {self._body(0)} }}"])

    def _function(self, name: str) -> str:
        yielded = self._chance.choice(("", "", "yield a; "))
        return f"async fn {name}(a) {{ {yielded}{self._body(1)} }}"

    def _pick(self, words: tuple[str, ...]) -> str:
        return self._chance.choice(words)

    def _body(self, depth: int) -> str:
        lines = ["let x = 1; let y = a; let v = [1, 2, 3]; let s = `text`; let o = #{ x }; let g = |x| x;"]
        lines += [self._statement(depth) for _ in range(self._chance.randint(1, 4))]
        return " ".join([*lines, self.expression(depth)])

    def _statement(self, depth: int) -> str:
        if depth >= DEEPEST:
            return "x;"
        inner, value, name = self._statement(depth + 1), self.expression(depth + 1), self._pick(NAMES)
        return self._chance.choice(
            (
                f'println!("{{}}", {value});',
                f"let {name} = {value};",
                f"{name} = {value};",
                f"{name} += {value};",
                f"{name}.field = {value};",
                f"for y in {value} {{ {inner} }};",
                f"while {value} {{ {inner} }};",
                f"loop {{ {inner} if {value} {{ break; }} }};",
                f"loop {{ {inner} }};",
                f"if {value} {{ return {name}; }};",
                f"if let {self._pick(PATTERNS)} = {value} {{ {inner} }};",
                f"for y in 0..30 {{ {name} = [{name}, {name}]; }};",
                f"for y in 0..40 {{ s = s + s; {inner} }};",
                f"v.push(v); {inner}",
                f"{value}?;",
                f"{value};",
            )
        )

    def expression(self, depth: int) -> str:
        """An expression; a deep one is a leaf."""
        return self._leaf(depth) if depth >= DEEPEST else self._chance.choice(self._expressions)(depth + 1)

    def _leaf(self, _depth: int) -> str:
        return self._pick(self._chance.choice((NAMES, NUMBERS, TEXTS, ("()", "true", "None", "[]", "#{}"))))

    def _binary(self, depth: int) -> str:
        return f"({self.expression(depth)} {self._pick(BINARY)} {self.expression(depth)})"

    def _method(self, depth: int) -> str:
        return f"({self.expression(depth)}).{self._pick(METHODS)}"

    def _callback(self, depth: int) -> str:
        return f"({self.expression(depth)}).iter().{self._pick(CALLBACKS)}({self._closure(depth)})"

    def _call(self, depth: int) -> str:
        arguments = ", ".join(self.expression(depth) for _ in range(self._chance.randint(0, 2)))
        return f"{self._pick(FUNCTIONS)}({arguments})"

    def _list(self, depth: int) -> str:
        return "[" + ", ".join(self.expression(depth) for _ in range(self._chance.randint(0, 3))) + "]"

    def _object(self, depth: int) -> str:
        return f"#{{ x: {self.expression(depth)}, y: {self.expression(depth)} }}"

    def _index(self, depth: int) -> str:
        return f"{self._pick(NAMES)}[{self.expression(depth)}]"

    def _closure(self, depth: int) -> str:
        # Nothing is awaited in there.
        self._closures += 1
        body = self.expression(depth)
        self._closures -= 1
        return f"({self._chance.choice(('|x|', '|x, y|', '||'))} {{ {body} }})"

    def _match(self, depth: int) -> str:
        return f"(match {self.expression(depth)} {{ {self._pick(PATTERNS)} => {self.expression(depth)}, _ => x }})"

    def _if(self, depth: int) -> str:
        return f"(if {self.expression(depth)} {{ {self.expression(depth)} }} else {{ {self.expression(depth)} }})"

    def _block(self, depth: int) -> str:
        return f"({self._chance.choice(('{', 'async {'))} {self._statement(depth)} {self.expression(depth)} }})"

    def _await(self, depth: int) -> str:
        return self._call(depth) + (".await" if not self._closures else "")

    def _repeated(self, depth: int) -> str:
        """What is nested or chained beyond all reason, now and then."""
        if self._chance.random() < 0.8:
            return self._leaf(depth)
        inner, times = self.expression(depth), self._chance.choice((10, 100, 400))
        opening, closing = self._chance.choice(
            (("(", ")"), ("[", "]"), ("#{ x: ", " }"), ("!", ""), ("1 + ", ""), ("f(", ")"), ("", ".iter()"), ("", "?"))
        )
        return opening * times + inner + closing * times
