"""Small sources that Rune's own parser takes, one for each construct of its grammar."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = {
    "empty comment that goes on": "/**/ 1 */ 2",
    "comment in a comment": "/* /* */ 1",
    "doc comment on a closure's line": "let f = |x| x; // x\n f(1)",
    "float with a dot at its end": "1. + 2.",
    "numbers": "1e5 + 1.5e-3 + 1e+2 + 2.0_f64 + 1_f64 + 0xfe + 0b1010 + 0o17 + 1_000",
    "suffixes": "0xffu8; 0b11i64 + 0o7i64 + 1_000u64",
    "numbers with methods": "1.max(2); 1.5.floor(); 0xff.min(3); 1..2",
    "minus and minus": "let a = 1; a--1; a - -1; --a",
    "characters": r"""'a'; '\n'; '"'; '\''; '\u{1F600}'; '\x41'; '('""",
    "bytes": r"""b'a'; b'\n'; b"ab\"c"; b"\x00" """,
    "strings": 'let x = "a \\\n   b"; "\\"" + "\\\\"; "a\nb"; "${x} `"',
    "templates": r"`a ${`b ${1 + 1} ${#{a: 1}.a}`} \` \${} `; ``; `${1}${2}`",
    "marks in names": "let मराठी = 1; let é = 2; मराठी",
    "labels": "'outer: for i in 0..3 { 'inner: loop { break 'outer; continue 'inner } }",
    "label of a block": "let x = 'a: { break 'a 1; };",
    "value of a loop": "let x = loop { break 1 + 2; };",
    "jumps": "loop { if true { break } else { continue } } return; return 1 + 2",
    "yield": "yield 1; yield; let x = yield 2;",
    "if": "let x = if a { 1 } else if b { 2 } else { 3 }; if !a.b() && c.d { }",
    "if with let": "if let Some(x) = a { } else if let #{b} = c { } while let Some(x) = a.next() { }",
    "let in an expression": "let y = (let z = 3); f(let q = 1); if a && let Some(b) = c { }",
    "if in front of an operator": "if a { 1 } else { 2 } - 1",
    "match in front of an operator": "match 1 { _ => { 2 } } + 1",
    "if in front of a method": "if a { 1 } else { 2 }.foo()?",
    "match": "match x { n if n < 3 => 1, Some(x) | _ => 2 }".replace("Some(x) | ", ""),
    "match arms without commas": "match 1 { 1 => if a { 1 } else { 2 } 2 => { 3 } _ => 4 }",
    "match arms with blocks that go on": "match 1 { 1 => { 1 }.foo(), 2 => {Some(3)}?, _ => 4 }",
    "match on a block": "match { 1 } { _ => 1 }",
    "patterns": """match x { 'a' => 1, b'a' => 2, "a" => 3, -1 => 4, 1.5 => 5, true => 6, () => 7, [] => 8, [..] => 9,
        #{..} => 10, #{a: Some(b)} if b > 1 => 11, _ if x == 1 => 12, Some(x) => 13, a::B => 14, Foo { a } => 15,
        [a, b, ..] => 16, (a, _, ..) => 17, #{"k": v, ..} => 18, Foo { a: 1, .. } => 19, a::B(c) => 20 }""",
    "patterns of let": """let #{a, "b": c, ..} = x; let [x, .., ] = [1]; let (p, q) = (1, 2); let _ = 3; let Foo(a) = b;""",
    "select": "async { select { x = a() => x, Some(y) = b() => { y } #{z} = c => z, default => 3, } }",
    "for": "for x in [1] {} for #{a} in b {} for (a, b) in c.iter() {} for _ in 0..=3 {} for i in 1.. { break; }",
    "async blocks and closures": "let a = async { 1 }; let b = async |x| x; let c = async move || 1; let d = move |x| x;",
    "const block": "let x = const { 1 };",
    "closures": "|a, (b, c), #{d}, [e, ..], _| a; || || 1; |a| |b| a + b; (|x| { x })(1); f(|x| x, || { 1 })",
    "objects": '#{}; #{ "a": 1, b: 2, }.a; #{a}; #{a: #{b: []}}; #{f: |x| x}',
    "struct literals": "Foo { a: 1 }; foo { a: 2 }.a; a::Foo { a, b: 1, }; (Foo { a: 1 }).a; Foo {}",
    "no struct in a head": "if x == Foo {} {} match foo(Bar { a }) { _ => {} } while x is not i64 {} for a in b {}",
    "field that is a function": "(o.f)(x); o.f()(y); o[1](z); [f][0](1)",
    "tuples": "let a = (1,); let b = ((),); a.0 = 3; a.0 += 2; a.0.b; (1, 2,); ()",
    "tuples in tuples": "a.0.1; a.0.1.2; (a.0).1",
    "chains": 'a.b::<i64>(1)?.c[0](1)?.d.0; (a)(b)(c); [1][0]; "a".len(); \'a\'.x(); `a`.len(); x\n.a()\n.b()',
    "await": "async { a.await?; a.b(1).await.c; x.await.await }",
    "two tries": "a??.b; f()?(1); a?[0]; a? - 1; -a?",
    "is and as": "a is i64 && b is not String; !(c is Foo); -1 as f64 + 2.0; a is a::B || b; x is Vec::<i64>",
    "ranges": "let r = ..; let s = ..=3; let t = 1..; (1..2).iter(); 0..=a.len() - 1; 1 .. 2; a..b + 1; [..]",
    "operators": "a && b || c && !d; a & b | c ^ d; a == b && c != d; a + b * c - d / e % f; a << 2 >> 1; a < (b > c)",
    "assignments": "a = b; a <<= 2; a >>= 1; a ^= 1; a |= 1; a &= 1; a %= 2; a.b = c; a[0] = 1; a = b = c; *a = 1",
    "unary": "&a; *b; !-1; - -1; !!a; -a.b; &a.b[0]",
    "macros": 'println!["a"]; println!{"a"}; println!("a {}", 1); stringify!(a b + - ); std::dbg!(1)',
    "paths": "a::b::C; self::z; super::q::r; crate::x; ::std::x(); Self::new(); Vec::<i64>::new()",
    "blocks": "let x = { 1 }; { 1 }; {1} {2} {} let y = {};",
    "items in a block": """fn a() { 1 } struct X { a } struct Y(a, b); struct Z; impl X { fn f(self) { self.a } } use std::iter;
        mod m { } enum E { A } const C = 1; a()""",
    "names that are words elsewhere": " ".join(
        f"let {word} = 1; {word}; {word} + 1; f({word}); {word}.x; {word} = 2; [{word}, {word}]; #{{ a: {word} }};"
        for word in ("new", "not_", "from", "class", "def", "import", "where_", "var", "function", "catch", "finally",
                     "trait", "and", "or", "instanceof", "interface", "union", "func", "elif", "null", "nil", "this")
    ),
}  # fmt: skip
"""What stands in a function."""

FILES: Final = {
    "shebang": "#!/usr/bin/env rune\npub fn main() { }",
    "inner attribute at the end": "#![foo]",
    "inner attributes and docs": "\n#![foo]\n//! a\n\n/// b\npub fn main() { 1 }",
    "attributes on functions": '#[a] #[b(c = "d", e)] #[a::f = 1]\npub fn main(#[x] a) { 1 }',
    "attributes on all that may have them": "#[a] struct A { #[b] c } #[d] enum E { #[e] F } #[f] mod m {} #[g] const C = 1;",
    "uses": "use std::{iter, string::String as S, collections::{HashMap}}; use ::std::iter::*; use self::x; use crate::x;",
    "modules": "pub mod a { pub(crate) fn f() {} pub fn g() {} pub(in crate::a) fn h() {} mod b { fn i() {} } } fn j() {}",
    "module in a file of its own": "mod a; pub fn main() {}",
    "types": "fn f(x: i64, y: Option, z: (i64, String), w: !) -> Vec::<i64> { x } struct A { b: a::C, d: i64 }",
    "enums": "enum E { A, B(a, b), C { x, y: i64 }, } struct P(pub x, y,); struct Q { pub x, } struct R;",
    "impl": "impl crate::a::Foo { fn x(self) {} async fn y(a, b) {} } impl Vec { pub fn z(self, a) { a } }",
    "functions": "pub const fn a() { 1 } pub async fn b() {} fn c((a, b), #{c}, [d], _, -1) {} pub(super) fn d(a,) {}",
    "macro at the top": "macro_x!{ a b c } macro_y!(a); pub fn main() { }",
    "constants": 'const A = 1; pub const B = #{a: [1, "x"]}; const C = { 1 + 2 };',
    "line ends of Windows": "/// a\r\npub fn main(a) {\r\n    // b\r\n    a\r\n}\r\n",
}
"""Whole files."""
