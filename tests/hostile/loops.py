"""More ways to go on for ever: iterators, methods of Rune's own, callbacks, and every kind of loop and await."""

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


def awaiting(text: str) -> str:
    """An async function with this body."""
    return f"pub async fn f(a) {{ {text} }}"


NATIVE = {
    "rev-count": "(0..100000000000).iter().rev().count()",
    "enumerate-count": "(0..100000000000).iter().enumerate().count()",
    "peekable-count": "(0..100000000000).iter().peekable().count()",
    "compare-for-ever": "let v = (0..100000).iter().collect::<Vec>(); let w = v.clone(); loop { v == w; }",
    "sort-for-ever": "let v = (0..100000).iter().rev().collect::<Vec>(); loop { let w = v.clone(); w.sort(); }",
    "search-in-text": 'let s = "a"; for i in 0..20 { s = s + s; } loop { s.contains("b"); }',
    "json-for-ever": "let v = (0..10000).iter().collect::<Vec>(); loop { json::to_string(v); }",
    "jq-while": 'oq::query(1, "last(while(true; .))")',
}

CALLBACKS = {
    "reduce": "(0..10).iter().reduce(|a, b| { loop {} })",
    "flat-map": "(0..10).iter().flat_map(|x| { loop {} }).count()",
    "filter-map-of-nothing": "(0..).iter().filter_map(|x| None).next()",
    "all": "(0..).iter().all(|x| true)",
    "unwrap-or-else": "None.unwrap_or_else(|| { loop {} })",
    "in-a-callback": "[1].iter().map(|x| [1].iter().map(|y| { loop {} }).count()).count()",
}

SCRIPT = {
    "continue": body("'a: loop { loop { continue 'a; } }"),
    "match": body("let x = 0; loop { x = match x { 0 => 1, 1 => 2, _ => 0 }; }"),
    "strings": body('let s = ""; loop { s = `${s.len() % 10}`; }'),
    "while-let": body("let v = [1]; while let Some(x) = v.pop() { v.push(x); }"),
    "calls-of-a-closure": body("let g = |x| x; loop { g(1); }"),
    "async-block": awaiting("let g = async { loop {} }; g.await"),
    "join": awaiting("std::future::join((async { loop {} }, async { 1 })).await"),
    "generator-that-never-yields": "fn g() { loop {} yield 1; } " + body("g().next()"),
    "method": "struct S; impl S { fn g(self) { loop {} } } " + body("S.g()"),
}

RECURSION = {
    "fold": "fn g(n) { [n].iter().fold(0, |a, x| g(x + 1)) } " + body("g(0)"),
    "filter": "fn g(n) { [n].iter().filter(|x| g(n)).count() } " + body("g(0)"),
    "option": "fn g(n) { Some(n).map(|x| g(x + 1)) } " + body("g(0)"),
    "two-awaits": "async fn g() { h().await } async fn h() { g().await } " + awaiting("g().await"),
    "hash-of-a-cycle": body("let v = []; v.push(v); let m = std::collections::HashMap::new(); m.insert(v, 1); 1"),
    "cyclic-objects-compared": body("let o = #{}; o.me = o; let p = #{}; p.me = p; o == p"),
    "printed-cycle": body('let v = []; v.push(v); println!("{:?}", v)'),
    "iterator-of-revs": body("let it = (0..3).iter(); for i in 0..50000 { it = it.rev(); } it.count()"),
    "iterator-of-enumerates": body("let it = (0..3).iter(); for i in 0..50000 { it = it.enumerate(); } it.count()"),
    "iterator-of-peekables": body("let it = (0..3).iter(); for i in 0..50000 { it = it.peekable(); } it.count()"),
    "iterator-dropped": body("let it = (0..3).iter(); for i in 0..100000 { it = it.take(5); } 1"),
    "host-call-of-a-deep-value": body("let v = []; for i in 0..100000 { v = [v]; } probe::echo(v)"),
}

CASES = [
    *(Case(f"native-{name}", L.NATIVE_TIME, body(text), S.TIMED_OUT) for name, text in NATIVE.items()),
    *(Case(f"callback-{name}", L.CALLBACK_TIME, body(text), S.TIMED_OUT) for name, text in CALLBACKS.items()),
    *(Case(f"loop-{name}", L.SCRIPT_TIME, text, S.TIMED_OUT) for name, text in SCRIPT.items()),
    *(Case(f"recursion-{name}", L.STACK, text, S.STACK_EXHAUSTED) for name, text in RECURSION.items()),
]
