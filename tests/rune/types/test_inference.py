"""What is known of values: small sources, and the kinds of one of their expressions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Expr, Let, Path
from crucible_tools.rune.types.values import COUNT
from tests.rune.types.support import expression, kinds, value


def call(body: str, *more: str) -> str:
    """A tool with a body, and other declarations behind it."""
    return "\n".join((f"pub async fn call(args) {{\n{body}\n}}", *more))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "integer"),
        ("1.5", "float"),
        ("true", "bool"),
        ("'a'", "char"),
        ('"a"', "string"),
        ("`a ${x}`", "string"),
        ('b"a"', "bytes"),
        ("()", "()"),
        ("null", "()"),
        ("[1, 2]", "list<integer>"),
        ('[1, "a"]', "list<integer|string>"),
        ("vec![1]", "list<integer>"),
        ("#{ a: 1 }", "object"),
        ('return { "a": 1 }', "any"),
        ('(1, "a").1', "string"),
        ("0..3", "range<integer>"),
        ("|x| x", "function"),
        ("Some(1)", "Option<integer>"),
        ("Ok(1)", "Result<integer>"),
        ("1 + 2", "integer"),
        ("1.0 * 2.0", "float"),
        ('"a" + "b"', "string"),
        ("1 == 2", "bool"),
        ("!true", "bool"),
        ("1 as f64", "float"),
        ("1.5 as i64", "integer"),
        ("if true { 1 } else { 2 }", "integer"),
        ("if true { 1 }", "()"),
        ('match 1 { 1 => "a", _ => "b" }', "string"),
        ('match 1 { 1 => "a" }', "()|string"),
        ("loop { break 5 }", "integer"),
        ("async { 1 }", "Future<integer>"),
        ('"a,b".split(",")', "iterator<string>"),
        ('"a,b".split(",").collect::<Vec>()', "list<string>"),
        ('"ab".chars().rev().collect::<String>()', "string"),
        ("[1, 2].iter().map(|x| `${x}`).collect::<Vec>()", "list<string>"),
        ("[1, 2].iter().filter(|x| x > 1).next()", "Option<integer>"),
        ("[1].iter().enumerate().collect::<Vec>()", "list<tuple>"),
        ("[1.5].iter().sum::<f64>()", "float"),
        ("[1].iter().fold(0, |a, b| a + b)", "integer"),
        ('i64::parse("1")?', "integer"),
        ('"1".parse::<f64>()', "Result<float>"),
        ("#{ a: 1 }.keys()", "iterator<string>"),
        ('#{ a: 1, b: "x" }.get("b")', "Option<string>"),
        ("Some(1).ok_or(2)", "Result<integer>"),
        ("Some(1).map(|x| `${x}`).unwrap_or(`y`)", "string"),
        ("Object::keys(#{ a: 1 })", "iterator<string>"),
        ('format!("{}", 1)', "string"),
        ('"abc"[1..]', "string"),
        ("[1, 2][0]", "integer"),
        ("[1, 2][..1]", "list<integer>"),
        ("#{ a: #{ b: 1.5 } }.a.b", "float"),
        ("args", "object"),
        ("args.x", "json"),
        ('args["x"].y', "json"),
        ("args.x[0]", "json"),
        ('args.get("x")', "Option<json>"),
        ("args.get(`x`).unwrap_or(1)", "json"),
        ("args.text.split(`,`)", "iterator<string>"),
        ("args.text + `x`", "string"),
        ("args.n / 2", "integer"),
        ("args.a ?? 1", "bool|integer|float|string|list|object"),
        ("args.a ? 1 : 2", "integer"),
        ("unknown_function(1)", "any"),
    ],
)
def test_the_value_of_an_expression(text: str, kind: str) -> None:
    assert kinds(call(f"{text};"), text, 0) == kind


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        ("let x = 1; let x = `a`; x", "x", "string"),
        ("let x = 1; { let x = `a`; } x", "x", "integer"),
        ("let n = 0; n += 1; n", "n", "integer"),
        ("let text = ``; for c in args.list { text = text + c; } text", "text", "string"),
        ("let x = 1; if args.y { x = `a`; } x", "x", "integer|string"),
        ("let list = []; list.push(`a`); list", "list", "list<string>"),
        ("let list = []; list.push(1); list.push(`a`); list", "list", "list<integer|string>"),
        ("let list = []; fill(list); list", "list", "list"),
        ("let list = [1]; let other = list; other.push(`a`); list", "list", "list"),
        ("let list = [1]; show(list); list", "list", "list<integer>"),
        ("for line in args.log.split(`\\n`) { line }", "line", "string"),
        ("for i in 0..3 { i }", "i", "integer"),
        ("for (i, x) in [`a`].iter().enumerate() { x }", "x", "string"),
        ("for (i, x) in [`a`].iter().enumerate() { i }", "i", "integer"),
        ("for (k, v) in #{ a: 1.5 } { k }", "k", "string"),
        ("for (k, v) in #{ a: 1.5 } { v }", "v", "float"),
        ("if let Some(x) = [1].get(0) { x }", "x", "integer"),
        ("while let Some(x) = [1].pop() { x }", "x", "integer"),
        ("match i64::parse(args.a) { Ok(n) => n, Err(e) => 0 }", "n", "integer"),
        ("match args.limit { () => 1, v => v }", "v", "bool|integer|float|string|list|object"),
        ("let #{ a, b: c } = #{ a: 1, b: `x` }; c", "c", "string"),
        ("let [a, b] = [1, 2]; b", "b", "integer"),
        ("let (a, b) = (1, `x`); b", "b", "string"),
        ("let f = |x| x; f(1)", "x", "integer"),
        ("let pieces = args.text.split(`,`); for piece in pieces { piece }", "piece", "string"),
        ("let x = args.a; if x is String { x }", "x", "string"),
        ("let x = args.a; if !(x is String) { return 1; } x", "x", "string"),
        ("let x = args.a; x is Vec && x", "x", "list"),
        ("let x = args.a; if x == null { return 1; } x", "x", "bool|integer|float|string|list|object"),
        ("let x = args.a; match x { `a` => 1, () => x, _ => 2 }", "x", "()"),
        ("let names = args.a.iter().map(|i| i.name); names", "names", "iterator<json>"),
        ("let rows = [#{ n: 1 }]; rows.sort_by(|a, b| a.n.cmp(b.n))", "a", "object"),
        ("let r = [1].iter().reduce(|a, b| a + b); r", "r", "Option<integer>"),
        ("let m = std::collections::HashMap::new(); m", "m", "other"),
    ],
)
def test_the_value_of_a_variable(body: str, name: str, kind: str) -> None:
    more = ("fn fill(l) { l.push(1) }", "fn show(l) { println!(`${l.len()}`) }")
    assert kinds(call(body, *more), name) == kind


@pytest.mark.parametrize(
    ("body", "text", "kind"),
    [
        ("shell::exec(`git`, [], #{})?.exit_code", "shell::exec(`git`, [], #{})?.exit_code", "integer"),
        ("crucible::http::http_get(args.url)", "crucible::http::http_get(args.url)", "Future<Result<json>>"),
        ("crucible::file_read(args.p).await?", "crucible::file_read(args.p).await?", "string"),
        ("json::from_string(args.t)?.items", "json::from_string(args.t)?.items", "json"),
        ("regex::find(`a`, args.t)", "regex::find(`a`, args.t)", "Option<string>"),
        ("regex::is_match(`a`, args.t)?", "regex::is_match(`a`, args.t)?", "bool"),
        ("let re = regex::Regex::new(`a`); re.find_all(args.t)", "re.find_all(args.t)", "list<string>"),
        ("let r = http::get(args.u).await?; r.json().await?", "r.json().await?", "json"),
        ("let r = http::get(args.u).await?; r.status().as_u16()", "r.status().as_u16()", "integer"),
    ],
)
def test_what_host_functions_give(body: str, text: str, kind: str) -> None:
    assert kinds(call(body), text) == kind


@pytest.mark.parametrize(
    ("source", "text", "kind"),
    [
        ("pub fn call(args) { f(1) } fn f(x) { x }", "f(1)", "integer"),
        ("pub fn call(args) { f(1); f(`a`) } fn f(x) { x }", "x", "integer|string"),
        ("pub fn call(args) { f(1) } pub fn f(x) { x }", "x", "any"),
        ("pub fn call(args) { [1].iter().map(f); f(1) } fn f(x) { x }", "x", "any"),
        ("pub fn call(args) { f(args.a) } fn f(x) { if x { return 1; } `a` }", "f(args.a)", "integer|string"),
        ("pub fn call(args) { f(args.a) } fn f(x) { Ok(i64::parse(x)?) }", "f(args.a)", "Result<integer>"),
        ("pub fn call(args) { f(3) } fn f(n) { if n < 2 { 1 } else { n * f(n - 1) } }", "f(3)", "integer"),
        ("pub fn call(args) { a(3) } fn a(n) { b(n) } fn b(n) { if n { a(n) } else { `x` } }", "a(3)", "string"),
        ("pub fn call(args) { f(1) } async fn f(x) { x }", "f(1)", "Future<integer>"),
        ("pub fn call(args) { 1 } fn f(x: String) { x }", "x", "string"),
        ("pub fn call(args) { 1 } fn f(x: &str) { x }", "x", "string"),
        ("pub fn f(list: Vec<i64>) { list }", "list", "list<integer>"),
        ("pub fn f(rows: string[] | null) { rows }", "rows", "()|list<string>"),
        ("pub fn f() { g() } fn g() -> Result<Vec<Object>, String> { other() }", "g()", "Result<list<object>>"),
        ("mod m { pub fn f() { super::LIMIT } } const LIMIT = 3; fn g() { m::f() }", "m::f()", "integer"),
        ("mod m { pub fn f() { 1 } } use m::f; fn g() { f() }", "f()", "integer"),
        ("const A = #{ x: [`a`] }; fn g() { A.x }", "A.x", "list<string>"),
        ("struct P { x } impl P { fn new() { 1 } } fn g() { P::new() }", "P::new()", "integer"),
        ("fn g() { let x = other(); x.trim() } ", "x.trim()", "string"),
        ("fn g() { let x = other(); x.trim() } struct S; impl S { fn trim(self) { 1 } }", "x.trim()", "any"),
    ],
)
def test_what_functions_give_and_are_given(source: str, text: str, kind: str) -> None:
    assert kinds(source, text) == kind


def test_a_method_that_is_none_gives_what_was_meant() -> None:
    source = call("for line in args.log.lines() { line.find(`x`) }\nlet n = args.list.join(`,`);\nn")
    assert kinds(source, "line") == "string"
    assert kinds(source, "n") == "string"
    assert kinds(call("args.folder.unwrap_or(`x`).trim_start()"), "args.folder.unwrap_or(`x`).trim_start()") == "string"
    assert kinds(call("f(1).trim()", "async fn f(x) { `a` }"), "f(1).trim()") == "string"


def test_the_fields_of_an_object_are_known_until_something_sets_another() -> None:
    source = call("let o = #{ a: 1 };\no.b = `x`;\no[args.k] = 1;\no.a", "fn f() { let p = #{ a: 1 }; p.a = 2.5; p.a }")
    assert value(source, "o").fields is None
    assert kinds(source, "p.a") == "integer|float"


def test_a_binding_and_its_uses_are_found_by_scope() -> None:
    script = Script("fn f(x) { let x = x + 1; if let Some(x) = x { x } let g = |x| x; #{ x } }\nfn h() { x }")
    uses = script.tree.of(Path)
    types = script.types
    named = [type(types.binding(path)).__name__ for path in uses if path.name == "x"]
    assert named == ["Param", "Let", "LetCondition", "Param", "NoneType"]
    let = script.tree.of(Let)[0]
    assert len(types.uses(let)) == 1
    assert len(types.scopes.short_uses(let)) == 1


def test_host_functions_are_known_by_every_spelling() -> None:
    source = (
        "use crucible::http_get;\nuse crucible::file::file_read as read;\nuse regex::*;\n"
        "fn f() { http_get(1); read(2); is_match(3, 4); crucible::json::from_string(5); mine::is_match(6) }"
    )
    script = Script(source)
    found = [info.name if info else None for call in script.tree.of(Call) for info in [script.types.host(call)]]
    assert found == ["crucible::http_get", "crucible::file_read", "regex::is_match", "json::from_string", None]


def test_a_function_of_the_source_hides_that_of_the_host() -> None:
    script = Script("use crucible::http_get;\nmod m { fn http_get(x) { x } fn f() { http_get(1) } }")
    [found] = script.tree.of(Call)
    assert script.types.host(found) is None
    assert script.types.function(found) is not None


def test_a_future_is_a_call_that_nobody_awaited() -> None:
    script = Script("async fn f() { 1 }\nfn g() { f(); (f()); f().await; crucible::http_get(1); json::from_string(2) }")
    found = [script.types.is_future(call) for call in script.tree.of(Call)]
    assert found == [True, True, True, True, False]
    assert not script.types.is_future(expression(script, "f().await"))


def test_a_length_and_a_sum_that_begins_with_one_have_no_sign() -> None:
    source = "fn f(v) { let n = v.len(); let m = 1; m = n; [n - 1, 1 - n, n as i64, m, v.iter().count() * 2] }"
    found = {text: value(source, text) == COUNT for text in ("n - 1", "1 - n", "n as i64", "v.iter().count() * 2")}
    assert found == {"n - 1": True, "1 - n": False, "n as i64": False, "v.iter().count() * 2": True}
    assert value(source, "m") != COUNT


@pytest.mark.parametrize(
    ("text", "method", "lacking"),
    [
        ("args.a", "unwrap_or", True),
        ("args.a", "contains", False),
        ("args", "split", True),
        ("`a`.split(`,`)", "rev", True),
        ("[1].iter()", "rev", False),
        ("[1].iter()", "len", True),
        ("other()", "no_such_method", False),
        ("regex::Regex::new(`a`)", "matches", True),
        ("std::collections::HashMap::new()", "len", False),
    ],
)
def test_a_method_is_lacking_only_when_nothing_the_value_may_be_has_it(text: str, method: str, lacking: bool) -> None:
    script = Script(call(f"{text};"))
    assert script.types.lacks(expression(script, text), method) is lacking


_WORDS = [
    "fn", "pub", "async", "let", "if", "else", "match", "for", "in", "while", "loop", "return", "break", "x", "y", "f",
    "args", "Some", "Ok", "None", "mod", "use", "const", "struct", "impl", "is", "as", "String", "=", "==", "=>", "->",
    "(", ")", "[", "]", "{", "}", "#{", "|", "||", ".", ",", ";", ":", "::", "?", "+", "&", "1", "1.5", '"a"', "`",
    "${", ".iter()", ".map(", ".await", "..", "#[tool]", "#[param(", "INPUT_SCHEMA", "call", "self", "super",
    "crate", "x = x",
]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=60))
@settings(max_examples=300, deadline=None)
def test_nothing_is_ever_raised(words: list[str]) -> None:
    script = Script(" ".join(words))
    types = script.types
    for node in script.tree.file.walk():
        if isinstance(node, Expr):
            assert types.of(node).kinds
        if isinstance(node, Path):
            types.binding(node)
            types.function(node)
        if isinstance(node, Call):
            types.host(node)
            types.is_future(node)
    assert types.declared.tools is not None


@pytest.mark.parametrize(
    "source",
    [
        "fn f(x) { x" + ".a()" * 5000 + " }",
        "fn f(x) { x" + " + `a`" * 5000 + " }",
        "fn f(x) { " + "[" * 3000 + "x" + "]" * 3000 + " }",
        "fn f(x) { " + "let x = [x];" * 2000 + " x }",
        "fn f() { let a = []; " + "a = [a]; " * 500 + " a }",
        "".join(f"fn f{i}(x) {{ f{(i * 7) % 500}(x) + f{(i * 11) % 500}(x) }}\n" for i in range(500)),
        "fn f(x) { " + "if x is String { return 1; } x; " * 1000 + " }",
    ],
)
def test_large_sources_cost_no_more_than_their_size(source: str) -> None:
    script = Script(source)
    steps = script.types.steps_left
    for node in script.tree.file.walk():
        if isinstance(node, Expr):
            script.types.of(node)
    assert script.types.steps_left <= steps


@pytest.mark.parametrize(
    ("source", "text", "kind"),
    [
        ("struct S { a: Vec<String> } impl S { fn f(self) { self.a } }", "self.a", "list<string>"),
        ("struct S { a } impl S { fn new() { Self { a: [] } } fn f(self) { self.a } }", "self.a", "list"),
        (
            "struct S { a } impl S { fn f(self) { self.a = `x`; self.a } } fn g() { S { a: 1 } }",
            "self.a",
            "integer|string",
        ),
        ("struct S { a } impl S { fn f(self) { self.a } } fn g(x) { S { a: x } }", "self.a", "any"),
        ("struct S { a } impl S { fn f(self) { self.a } }", "self.a", "any"),
        ("struct S { a } struct T { a } impl T { fn f(self) { self.a } } fn g() { S { a: 1 } }", "self.a", "any"),
        (
            "fn g() { let q: VecDeque<Vec<i64>> = VecDeque::new(); q.pop_front() }",
            "q.pop_front()",
            "Option<list<integer>>",
        ),
    ],
)
def test_fields_of_own_structs_are_what_is_written_or_given(source: str, text: str, kind: str) -> None:
    assert kinds(source, text) == kind
