"""Scripts that load and then misbehave: endless loops, memory, the stack, values without end."""

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


LOOPS = [
    Case("loop", L.SCRIPT_TIME, body("loop {}"), S.TIMED_OUT),
    Case("while-counting", L.SCRIPT_TIME, body("let n = 0; while n >= 0 { n = (n + 1) % 1000; } n"), S.TIMED_OUT),
    Case(
        "for-over-all-integers",
        L.SCRIPT_TIME,
        body("let s = 0; for i in 0..9223372036854775807 { s = i; } s"),
        S.TIMED_OUT,
    ),
    Case(
        "fib-of-90",
        L.SCRIPT_TIME,
        "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } " + body("fib(90)"),
        S.TIMED_OUT,
    ),
    Case("endless-awaits", L.SCRIPT_TIME, "async fn g() { 1 } pub async fn f(a) { loop { g().await; } }", S.TIMED_OUT),
    Case(
        "endless-generator",
        L.SCRIPT_TIME,
        "fn g() { let n = 0; loop { yield n; n = 1 - n; } } pub fn f(a) { for x in g() {} }",
        S.TIMED_OUT,
    ),
    Case(
        "endless-stream",
        L.SCRIPT_TIME,
        "async fn g() { loop { yield 1; } } pub async fn f(a) { let s = g(); while let Some(x) = s.next().await {} }",
        S.TIMED_OUT,
    ),
    Case(
        "endless-select",
        L.SCRIPT_TIME,
        "pub async fn f(a) { loop { let x = async { 1 }; let y = async { 2 }; select { v = x => v, v = y => v }; } }",
        S.TIMED_OUT,
    ),
    Case("metadata-never-ends", L.SCRIPT_TIME, "pub fn NAME() { loop {} } " + body("NAME()"), S.TIMED_OUT),
    Case("native-count", L.NATIVE_TIME, body("(0..100000000000).iter().count()"), S.TIMED_OUT),
    Case("native-sum", L.NATIVE_TIME, body("(0..100000000000).iter().map(|x| 0).sum::<i64>()"), S.TIMED_OUT),
    Case("native-nth", L.NATIVE_TIME, body("(0..).iter().nth(4294967295)"), S.TIMED_OUT),
    Case("native-last-of-skip", L.NATIVE_TIME, body("(0..100000000000).iter().skip(4294967295).next()"), S.TIMED_OUT),
    Case(
        "native-chain-rev-count",
        L.NATIVE_TIME,
        body("(0..100000000000).iter().chain((0..100000000000).iter()).count()"),
        S.TIMED_OUT,
    ),
    Case(
        "native-replace-quadratic",
        L.NATIVE_TIME,
        body('let s = "a"; for i in 0..20 { s = s + s; } loop { s.replace("a", "b"); }'),
        S.TIMED_OUT,
    ),
    Case("map-callback", L.CALLBACK_TIME, body("(0..10).iter().map(|x| { loop {} }).count()"), S.TIMED_OUT),
    Case(
        "filter-callback",
        L.CALLBACK_TIME,
        body("[1, 2, 3].iter().filter(|x| { loop {} }).collect::<Vec>()"),
        S.TIMED_OUT,
    ),
    Case("sort-by-callback", L.CALLBACK_TIME, body("let v = [3, 1, 2]; v.sort_by(|a, b| { loop {} }); v"), S.TIMED_OUT),
    Case("fold-callback", L.CALLBACK_TIME, body("(0..10).iter().fold(0, |a, b| { loop {} })"), S.TIMED_OUT),
    Case("any-callback", L.CALLBACK_TIME, body("(0..).iter().any(|x| false)"), S.TIMED_OUT),
    Case("option-callback", L.CALLBACK_TIME, body("Some(1).map(|x| { loop {} })"), S.TIMED_OUT),
]

MEMORY = [
    Case("push-for-ever", L.MEMORY, body("let v = []; loop { v.push(1); }"), S.OUT_OF_MEMORY),
    Case("double-a-string", L.MEMORY, body('let s = "a"; for i in 0..34 { s = s + s; } s.len()'), S.OUT_OF_MEMORY),
    Case(
        "double-a-template", L.MEMORY, body('let s = "a"; for i in 0..34 { s = `${s}${s}`; } s.len()'), S.OUT_OF_MEMORY
    ),
    Case(
        "vec-with-capacity",
        L.NONE,
        body("std::vec::Vec::with_capacity(1000000000000).len()"),
        S.SCRIPT_ERROR,
    ),
    Case(
        "vec-with-fitting-capacity",
        L.MEMORY,
        body("let v = []; for i in 0..100 { v.push(std::vec::Vec::with_capacity(1000000)); } v.len()"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "string-with-capacity",
        L.NONE,
        body("std::string::String::with_capacity(4000000000).len()"),
        S.SCRIPT_ERROR,
    ),
    Case("resize", L.MEMORY, body("let v = []; v.resize(100000000, 1); v.len()"), S.OUT_OF_MEMORY),
    Case(
        "object-of-a-million-keys",
        L.MEMORY,
        body("let o = #{}; for i in 0..1000000 { o[`key number ${i}`] = i; } o.len()"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "hash-map-of-a-million-keys",
        L.MEMORY,
        "use std::collections::HashMap; "
        + body("let m = HashMap::new(); for i in 0..10000000 { m.insert(i, [i]); } m.len()"),
        S.OUT_OF_MEMORY,
    ),
    Case("collect-all-integers", L.NONE, body("(0..100000000000).iter().collect::<Vec>()"), S.SCRIPT_ERROR),
    Case(
        "collect-filtered-integers",
        L.MEMORY,
        body("(0..100000000000).iter().filter(|x| true).collect::<Vec>()"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "format-width",
        L.MEMORY,
        body('format!("{:>1000000000}", 1).len()'),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "format-precision",
        L.MEMORY,
        body('format!("{:.1000000000}", 1.5).len()'),
        (S.CRASHED, S.OUT_OF_MEMORY),
    ),
    Case(
        "extend-itself", L.MEMORY, body("let v = [1]; for i in 0..40 { v.extend(v.clone()); } v.len()"), S.OUT_OF_MEMORY
    ),
    Case("closures-that-keep-closures", L.MEMORY, body("let g = || 0; loop { let h = g; g = || h; }"), S.OUT_OF_MEMORY),
    Case("recursion", L.MEMORY, "fn g(n) { g(n + 1) + 1 } " + body("g(0)"), S.OUT_OF_MEMORY),
    Case(
        "recursion-through-a-closure",
        L.MEMORY,
        body("let g = |h| h(h) + 1; g(g)"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "exponential-clone",
        L.MEMORY,
        "fn copy(v) { let w = []; for x in v { w.push(if x is Vec { copy(x) } else { x }); } w } "
        + body("let v = [1]; for i in 0..40 { v = [v, v]; } copy(v).len()"),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "split-into-ten-million",
        L.MEMORY,
        body('let s = ","; for i in 0..23 { s = s + s; } s.split(",").collect::<Vec>().len()'),
        S.OUT_OF_MEMORY,
    ),
    Case(
        "panic-with-ten-megabytes",
        L.MEMORY,
        body('let s = "x"; for i in 0..23 { s = s + s; } panic!("{}", s)'),
        S.OUT_OF_MEMORY,
    ),
]

STACK = [
    Case(
        "deep-value-given-back",
        L.STACK,
        body("let v = []; for i in 0..100000 { v = [v]; } v"),
        S.STACK_EXHAUSTED,
    ),
    Case("deep-value-dropped", L.STACK, body("let v = []; for i in 0..200000 { v = [v]; } 1"), S.STACK_EXHAUSTED),
    Case(
        "deep-values-compared",
        L.STACK,
        body("let v = []; let w = []; for i in 0..100000 { v = [v]; w = [w]; } v == w"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "deep-value-formatted",
        L.STACK,
        body('let v = []; for i in 0..100000 { v = [v]; } format!("{:?}", v).len()'),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "deep-objects-dropped",
        L.STACK,
        body("let v = #{}; for i in 0..100000 { v = #{ v }; } 1"),
        S.STACK_EXHAUSTED,
    ),
    Case("cyclic-value-given-back", L.RESULT_DEPTH, body("let v = []; v.push(v); v"), S.LIMIT),
    Case(
        "cyclic-value-formatted",
        L.STACK,
        body('let v = []; v.push(v); format!("{:?}", v).len()'),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "cyclic-values-compared",
        L.STACK,
        body("let v = []; v.push(v); let w = []; w.push(w); v == w"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "cyclic-values-sorted",
        L.STACK,
        body("let v = []; v.push(v); let w = []; w.push(w); let x = [v, w]; x.sort(); 1"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "iterator-chain",
        L.STACK,
        body("let it = (0..3).iter(); for i in 0..50000 { it = it.chain((0..1).iter()); } it.count()"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "iterator-of-maps",
        L.STACK,
        body("let it = (0..3).iter(); for i in 0..50000 { it = it.map(|x| x); } it.count()"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "recursion-through-map",
        L.STACK,
        "fn g(n) { [n].iter().map(|x| g(x + 1)).collect::<Vec>() } " + body("g(0)"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "recursion-through-sort",
        L.STACK,
        "fn g() { let v = [2, 1]; v.sort_by(|a, b| g()); v } " + body("g()"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "recursion-through-await",
        L.STACK,
        "async fn g(n) { g(n + 1).await } pub async fn f(a) { g(0).await }",
        S.STACK_EXHAUSTED,
    ),
    Case(
        "recursion-through-generators",
        L.STACK,
        "fn g(n) { for x in g(n + 1) { yield x; } } " + body("for x in g(0) {}"),
        S.STACK_EXHAUSTED,
    ),
    Case(
        "iterators-in-iterators",
        L.NONE,
        body("(0..10).iter().map(|x| (0..x).iter().map(|y| y).collect::<Vec>()).collect::<Vec>().len()"),
        S.FINISHED,
        result=10,
    ),
]

ODD = [
    Case("smallest-integer-divided", L.NONE, body("(0 - 9223372036854775807 - 1) / (0 - 1)"), S.SCRIPT_ERROR),
    Case("shift-too-far", L.NONE, body("1 << 1000"), S.SCRIPT_ERROR),
    Case("slice-inside-a-character", L.NONE, body('"é"[1..]'), S.SCRIPT_ERROR),
    Case("insert-far-outside", L.NONE, body("let v = [1]; v.insert(1000000000000, 1); v"), S.SCRIPT_ERROR),
    Case("remove-from-nothing", L.NONE, body("let v = []; v.remove(0)"), S.SCRIPT_ERROR),
    Case(
        "change-while-sorting",
        L.NONE,
        body("let v = [3, 2, 1]; v.sort_by(|a, b| { v.push(1); a.cmp(b) }); v.len()"),
        S.SCRIPT_ERROR,
    ),
    Case(
        "change-while-iterating",
        L.NONE,
        body("let v = [1]; for x in v { v.push(x); } v.len()"),
        S.SCRIPT_ERROR,
    ),
    Case(
        "order-that-is-none",
        L.NONE,
        """
        use std::cmp::Ordering;
        pub fn f(a) {
            let n = [0];
            let v = (0..1000).iter().collect::<Vec>();
            v.sort_by(|a, b| {
                n[0] = (n[0] * 7919 + 13) % 1009;
                if n[0] % 2 == 0 { Ordering::Less } else { Ordering::Greater }
            });
            v.len()
        }
        """,
        (S.CRASHED, S.FINISHED),
    ),
    Case(
        "generator-resumes-itself",
        L.NONE,
        "fn g() { let me = yield 1; me.next(); } " + body("let x = g(); x.resume(()); x.resume(x)"),
        S.SCRIPT_ERROR,
    ),
    Case("panic", L.NONE, body('panic!("no")'), S.SCRIPT_ERROR, message="no"),
    Case("no-such-entry", L.NONE, "fn g(a) { 1 }", S.SCRIPT_ERROR),
    Case("nan", L.VALUE, body("0.0 / 0.0"), S.BAD_VALUE),
    Case("infinity-deep-inside", L.VALUE, body("#{ a: [1, #{ b: 1.0 / 0.0 }] }"), S.BAD_VALUE),
    Case("closure-given-back", L.VALUE, body("|x| x"), S.BAD_VALUE),
    Case("generator-given-back", L.VALUE, "fn g() { yield 1; } " + body("g()"), S.BAD_VALUE),
    Case("bytes-given-back", L.VALUE, body('b"ab"'), S.BAD_VALUE),
]

CASES = [*LOOPS, *MEMORY, *STACK, *ODD]
