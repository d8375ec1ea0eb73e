"""The tree: what each kind of node is read from, and which tokens belong to it."""

from __future__ import annotations

import inspect

import pytest

from crucible_tools.rune.syntax import nodes
from crucible_tools.rune.syntax.nodes import (
    Args,
    Arm,
    Assign,
    Attribute,
    Await,
    Binary,
    Block,
    Call,
    Cast,
    Closure,
    Const,
    Entry,
    Field,
    File,
    For,
    Function,
    Generics,
    If,
    Impl,
    Index,
    Is,
    Jump,
    Let,
    LetCondition,
    List,
    Literal,
    Loop,
    Macro,
    Match,
    MethodCall,
    Module,
    Node,
    Object,
    Param,
    Paren,
    Path,
    Pattern,
    Range,
    Select,
    SelectArm,
    Skipped,
    Statement,
    Struct,
    StructField,
    Template,
    Ternary,
    Try,
    Tuple,
    Type,
    Unary,
    Unit,
    Unread,
    Use,
    While,
)
from crucible_tools.rune.syntax.parser import parse
from tests.rune.syntax.support import shown, unreadable

# In a function: the class, what is read, and the texts of the nodes of that class.
CASES: list[tuple[type[Node], str, list[str]]] = [
    (Args, "f(1, g())", ["(1, g())", "()"]),
    (Arm, "match a { 1 if b => 2, _ => {} }", ["1 if b => 2", "_ => {}"]),
    (Assign, "a.b += c = 1", ["a.b += c = 1", "c = 1"]),
    (Attribute, "#[a(b)] #[c] let d = 1;", ["#[a(b)]", "#[c]"]),
    (Await, "a.b().await?", ["a.b().await"]),
    (Binary, "a + b * c == d && e", ["a + b * c == d && e", "a + b * c == d", "a + b * c", "b * c"]),
    (Binary, "a - b - c", ["a - b - c", "a - b"]),
    (Binary, "a ?? b", ["a ?? b"]),
    (Binary, "a >> b", ["a >> b"]),
    (Binary, "a--b", ["a--b"]),
    (Call, "f(1)(2)", ["f(1)(2)", "f(1)"]),
    (Cast, "-a as f64 + 1 * b as i64", ["-a as f64", "b as i64"]),
    (Cast, "a as u32 + b as i64 + c", ["a as u32", "b as i64"]),
    (Closure, "f(|a, b| a + b, || 1, async |x| x)", ["|a, b| a + b", "|| 1", "async |x| x"]),
    (Closure, "f(a => b, (c, d) => { e })", ["a => b", "(c, d) => { e }"]),
    (Const, "const A = 1;", ["const A = 1;"]),
    (Entry, '#{a, "b": 1, ..c}', ["a", '"b": 1', "..c"]),
    (Field, "a.b.0", ["a.b.0", "a.b"]),
    (For, "for (a, b) in c { d }", ["for (a, b) in c { d }"]),
    (Generics, "a.collect::<Vec<i64>>()", ["::<Vec<i64>>", "<i64>"]),
    (If, "if a { 1 } else if b { 2 } else { 3 }", ["if a { 1 } else if b { 2 } else { 3 }", "if b { 2 } else { 3 }"]),
    (If, "if a { 1 } elif b { 2 }", ["if a { 1 } elif b { 2 }", "elif b { 2 }"]),
    (Index, "a[0][b]", ["a[0][b]", "a[0]"]),
    (Is, "a is b::C && d is not E || !f is G", ["a is b::C", "d is not E", "!f is G"]),
    (Jump, "loop { break 'a 1; continue; return; yield 2 }", ["break 'a 1", "continue", "return", "yield 2"]),
    (Let, "let (a, b): T = c else { d };", ["let (a, b): T = c else { d };"]),
    (LetCondition, "if let Some(a) = b {} while let c = d {}", ["let Some(a) = b", "let c = d"]),
    (List, "[a, [b; 2]]", ["[a, [b; 2]]", "[b; 2]"]),
    (Literal, "f(1, 1.5, \"a\", 'b', b\"c\", b'd', r\"e\", true)",
     ["1", "1.5", '"a"', "'b'", 'b"c"', "b'd'", 'r"e"', "true"]),
    (Loop, "'a: loop { 1 }", ["'a: loop { 1 }"]),
    (Macro, "a!(1); b![2]; c::d!{3}", ["a!(1)", "b![2]", "c::d!{3}"]),
    (Match, "match a { _ => 1 }", ["match a { _ => 1 }"]),
    (MethodCall, "a.b::<C>(1).d()", ["a.b::<C>(1).d()", "a.b::<C>(1)"]),
    (Object, '#{a: 1}; Foo { b }; x = { "c": 2 }', ["#{a: 1}", "Foo { b }", '{ "c": 2 }']),
    (Param, "|a, &b, mut c: D = 1, e?: F| a", ["a", "&b", "mut c: D = 1", "e?: F"]),
    (Paren, "(a + (b))", ["(a + (b))", "(b)"]),
    (Path, "a::b; Vec::<i64>::new; ::c; self", ["a::b", "Vec::<i64>::new", "::c", "self"]),
    (Pattern, "let #{a, b: c} = d; match e { 1 | 2 => 3, _ => 4 }", ["#{a, b: c}", "1 | 2", "_"]),
    (Range, "a..b; ..=c; d..; ..", ["a..b", "..=c", "d..", ".."]),
    (Select, "select { a = b() => c, default => d }", ["select { a = b() => c, default => d }"]),
    (SelectArm, "select { a = b() => c, default => d }", ["a = b() => c", "default => d"]),
    (Skipped, "let a = ); b", [")"]),
    (Statement, "a; b()", ["a;", "b()"]),
    (Template, "`a ${`b`}`", ["`a ${`b`}`", "`b`"]),
    (Ternary, "a ? b : c", ["a ? b : c"]),
    (Try, "a?.b()?", ["a?.b()?", "a?"]),
    (Tuple, "(a, (b,))", ["(a, (b,))", "(b,)"]),
    (Type, "let a: &mut Vec<B> = c as [D]", ["&mut Vec<B>", "B", "[D]"]),
    (Unary, "!-a; &mut b; *c", ["!-a", "-a", "&mut b", "*c"]),
    (Unit, "(); f(())", ["()", "()"]),
    (Unread, "if { } a", ["if { }"]),
    (While, "while a { b }", ["while a { b }"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "wanted"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_a_node_has_the_extent_of_what_it_is_read_from(kind: type[Node], text: str, wanted: list[str]) -> None:
    found = shown(f"fn f() {{ {text} }}", kind)
    assert [item for item in found if item not in ("()", f"{{ {text} }}")] == [item for item in wanted if item != "()"]


# In a file.
DECLARATIONS: list[tuple[type[Node], str, list[str]]] = [
    (File, "fn a() {}", ["fn a() {}"]),
    (Function, "#[x] pub async fn a(b) -> C { d } fn e();", ["pub async fn a(b) -> C { d }", "fn e();"]),
    (Function, "function a(b) { c } export default def d() {}", ["function a(b) { c }", "export default def d() {}"]),
    (Block, "fn a() { { b } }", ["{ { b } }", "{ b }"]),
    (Module, "pub mod a { mod b; }", ["pub mod a { mod b; }", "mod b;"]),
    (Struct, "struct A; struct B(c); enum D { E(f) } struct G<T> {}",
     ["struct A;", "struct B(c);", "enum D { E(f) }", "struct G<T> {}"]),
    (StructField, "struct A { pub b: C, d } enum E { F { g } }", ["pub b: C", "d", "g"]),
    (Impl, "impl A {} impl B for C {} trait D {}", ["impl A {}", "impl B for C {}", "trait D {}"]),
    (Use, "use a::b; pub use c::{d, e as f};", ["use a::b;", "pub use c::{d, e as f};"]),
    (Const, "pub const A: B = 1; let c = 2; static mut D = 3;",
     ["pub const A: B = 1;", "let c = 2;", "static mut D = 3;"]),
    (Attribute, "#![a] #[b::c = 1] ##[d] fn e() {}", ["#![a]", "#[b::c = 1]", "##[d]"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "wanted"), DECLARATIONS, ids=lambda value: getattr(value, "__name__", None))
def test_a_declaration_has_the_extent_of_what_it_is_read_from(kind: type[Node], text: str, wanted: list[str]) -> None:
    assert shown(text, kind) == wanted


def test_every_class_of_node_has_an_example() -> None:
    shown_here = {kind for kind, _, _ in [*CASES, *DECLARATIONS]}
    public = {kind for _, kind in inspect.getmembers(nodes, inspect.isclass)}
    assert public - shown_here == {nodes.Node, nodes.Expr, nodes.Item}


def test_a_function_knows_its_words_and_its_parts() -> None:
    tree = parse("#[x(y = 1)]\npub async fn a<T>(b, #{c}) -> D { e }")
    [function] = tree.of(Function)
    words = tree.tokens.texts
    assert [words[i] for i in function.words] == ["pub", "async", "fn"]
    assert (function.is_async, words[function.name or 0], words[function.pub or 0]) == (True, "a", "pub")
    assert [tree.text(param) for param in function.params] == ["b", "#{c}"]
    assert function.generics is not None
    assert function.returns is not None
    assert tree.text(function.returns) == "D"
    assert function.body is not None
    assert tree.text(function.body) == "{ e }"
    [attribute] = function.attributes
    assert (attribute.name, attribute.target) == ("x", function)
    assert attribute.arguments is not None
    assert words[attribute.arguments[0] : attribute.arguments[1] + 1] == ["y", "=", "1"]


def test_a_block_knows_what_it_gives() -> None:
    [outer, inner] = parse("fn a() { b; { c; } }").of(Block)
    assert outer.value is inner
    assert inner.value is None


def test_a_pattern_knows_what_it_binds_and_its_alternatives() -> None:
    tree = parse("fn f() { match a { #{b, c: d, \"e\": Foo(g), ..} => 1, h::I | J(k) | 'l' => 2, मराठी => 3 } }")
    words = tree.tokens.texts
    bound = [[words[i] for i in pattern.names] for pattern in tree.of(Pattern)]
    assert bound == [["b", "d", "g"], ["k"], ["मराठी"]]
    assert [len(pattern.alternatives) for pattern in tree.of(Pattern)] == [1, 3, 1]


def test_uses_are_resolved() -> None:
    [use] = parse("use a::{b, c::d as e, f::*, g::{h, self}};").of(Use)
    assert use.names == {"b": ("a", "b"), "e": ("a", "c", "d"), "h": ("a", "g", "h"), "g": ("a", "g")}
    assert use.stars == [("a", "f")]


def test_of_what_looks_alike_the_operators_tell_which_it_is() -> None:
    assert [tried.base for tried in parse("fn f() { a? - 1; b?[0]; c?; d? as e }").of(Try)]
    assert shown("fn f() { a? - 1; b?[0] }", Ternary) == []
    assert shown("fn f() { a ? - 1 : 2; b ? [0] : [1]; c ? { d: 1 } : e }", Try) == []
    assert len(parse("fn f() { a ? - 1 : 2; b ? [0] : [1]; c ? { d: 1 } : e }").of(Ternary)) == 3


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("if a { b } - 1", ["if a { b } - 1"]),
        ("if a { b }\n-1", ["if a { b }", "-1"]),
        ("if a { b }\n(c)", ["if a { b }", "(c)"]),
        ("if a { b }\n[c]", ["if a { b }", "[c]"]),
        ("if a { b }\n.c()", ["if a { b }\n.c()"]),
        ("match a { _ => b } + 1", ["match a { _ => b } + 1"]),
        ("loop { }\n*a = 1", ["loop { }", "*a = 1"]),
        ("{ a } { b }", ["{ a }", "{ b }"]),
        ("i--\nj", ["i", "--\nj"]),
    ],
)
def test_a_block_ends_a_statement_as_people_mean_it(text: str, statements: list[str]) -> None:
    tree = parse(f"fn f() {{ {text} }}")
    assert [tree.text(item) for item in tree.of(Block)[0].statements] == statements


def test_what_is_broken_costs_no_more_than_itself() -> None:
    tree = parse("fn a() { let b = ); c(d, @, e) } fn f( { } fn g() { h }")
    words = tree.tokens.texts
    assert [words[function.name or 0] for function in tree.of(Function)] == ["a", "f", "g"] or unreadable(tree)
    assert "h" in shown("fn a() { let b = ; c(@) } fn g() { h }", Path)
