"""What authors write who think in Rust, and what it is meant to give; see `test_meant.py`."""

from __future__ import annotations

from typing import Any, Final

MEANT: Final[list[tuple[str, Any]]] = [
    ("'a'.is_digit(10)", False),
    ('["1", "2"].iter().map(|x| x.parse::<i64>()).collect::<Result<Vec<_>, _>>().unwrap()', [1, 2]),
    ("[[1], [2]].concat()", [1, 2]),
    ("b.then(|| 1).unwrap_or(0)", 1),
    ('b.then_some("x").unwrap_or("y")', "x"),
    ("f.clamp(0.0, 1.0)", 1.0),
    ("f.fract()", 0.5),
    ("f.trunc()", 2.0),
    ("for c in l.chunks(2) { return c; }", [3, 1]),
    ("l.as_slice().len()", 3),
    ("l.chunks(2).map(|c| c.len()).collect::<Vec<_>>()", [2, 1]),
    ("l.fill(0); l", [0, 0, 0]),
    ("l.is_sorted()", False),
    ("l.sort_by(|a, b| b.cmp(a).reverse()); l", [1, 2, 3]),
    ("l.sort_by(|a, b| b.cmp(a).then(a.cmp(b))); l", [3, 2, 1]),
    ("l.sort_by_key(|x| std::cmp::Reverse(*x)); l", [3, 2, 1]),
    ("l.split_first().unwrap().0", 3),
    ("l.swap_remove(0); l", [2, 1]),
    ("l.windows(2).map(|p| p[1] - p[0]).collect::<Vec<_>>()", [-2, 1]),
    ("let (first, rest) = l.split_first().unwrap(); rest", [1, 2]),
    (
        "let mut c = s.chars(); match c.next() { Some(f) => "
        "f.to_uppercase().collect::<String>() + c.as_str(), None => String::new() }",
        "Hello World",
    ),
    ("let mut g = vec![vec![0; 2]; 2]; g[0][1] = 5; g", [[0, 5], [0, 0]]),
    ('let mut out = String::new(); write!(out, "{}", n).unwrap(); out', "7"),
    ('let mut out = String::new(); writeln!(&mut out, "{} {}", n, s)?; Ok(out)', "7 Hello World\n"),
    ("let v = vec![0; 3]; v", [0, 0, 0]),
    ("n.abs_diff(10)", 3),
    ("n.clamp(0, 5)", 5),
    ("n.div_euclid(2)", 3),
    ("n.rem_euclid(5)", 2),
    ('o.entry("z").or_insert(5); o["z"]', 5),
    ('o.get("x").and_then(|v| v.as_i64()).unwrap_or(0)', 1),
    ('o.get("x").and_then(|v| v.as_str()).unwrap_or("none")', "none"),
    ('o["x"].as_i64().unwrap_or(0)', 1),
    ("s.char_indices().filter(|(_, c)| *c == 'o').map(|(i, _)| i).collect::<Vec<_>>()", [4, 7]),
    ("s.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ')", True),
    ("s.chars().filter(|c| c.is_ascii_digit()).count()", 0),
    ("s.chars().filter(|c| c.is_ascii_punctuation()).count()", 0),
    ("s.chars().filter(|c| c.is_ascii_uppercase()).count()", 2),
    ("s.chars().flat_map(|c| c.to_uppercase()).collect::<String>()", "HELLO WORLD"),
    ("s.chars().map(|c| c.to_ascii_lowercase()).collect::<String>()", "hello world"),
    ("s.chars().map(|c| c.to_lowercase().next().unwrap()).collect::<String>()", "hello world"),
    ('s.chars().map(|c| c.to_uppercase().to_string()).collect::<Vec<_>>().join("")', "HELLO WORLD"),
    ("s.insert(0, '>'); s", ">Hello World"),
    ('s.insert_str(0, ">> "); s', ">> Hello World"),
    ('s.matches("l").collect::<Vec<_>>().len()', 3),
    ("s.matches('o').count()", 2),
    ("s.pop(); s", "Hello Worl"),
    ("s.remove(0)", "H"),
    ('s.replacen("l", "L", 1)', "HeLlo World"),
    ("s.rsplitn(2, ' ').next().unwrap()", "World"),
    ("s.split_inclusive(' ').collect::<Vec<_>>()", ["Hello ", "World"]),
    ("s.split_terminator('o').count()", 3),
    ("s.truncate(5); s", "Hello"),
    (
        "use std::collections::BTreeSet;@@ let set: BTreeSet<_> = w.iter().collect(); "
        "set.into_iter().collect::<Vec<_>>()",
        ["a", "b"],
    ),
    (
        "use std::collections::HashMap;@@ let mut m = HashMap::new(); for x in &w { *m.entry(x).or_insert(0) += 1; } m",
        {"b": 2, "a": 1},
    ),
    (
        "use std::collections::HashMap;@@ let mut m = HashMap::new(); for x in &w { "
        'm.entry(x).and_modify(|c| *c += 1).or_insert(1); } m["b"]',
        2,
    ),
    (
        'use std::collections::HashMap;@@ let mut m = HashMap::new(); m.insert("k", 1); #{ counts: m }',
        {"counts": {"k": 1}},
    ),
    (
        "use std::collections::HashMap;@@ let mut m: HashMap<String, i64> = HashMap::new(); "
        'for x in &w { let c = m.entry(x.clone()).or_insert(0); *c += 1; } m.get("b").unwrap()',
        2,
    ),
    ("w.iter().map(|x| x.parse::<i64>()).collect::<Result<Vec<_>, _>>().is_err()", True),
    ("let g = vec![None; 2]; g[0].is_none()", True),
    ('let g = vec![String::new(); 2]; g[0].push_str("x"); g', ["x", ""]),
    ("let g = vec![Vec::new(); l.len() + 1]; g[0].push(1); g", [[1], [], [], []]),
    ('let mut out = String::new(); let _ = write!(out, "{n}"); writeln!(out).unwrap(); out', "7\n"),
    ("let v = vec![b; 2]; v", [True, True]),
    ("let v = vec![false; n as usize]; v.len()", 7),
    ("let v = vec![s; 2]; v", ["Hello World", "Hello World"]),
    (
        'use std::fmt::Write;@@ let mut out = String::new(); for x in &l { write!(&mut out, "{x},").expect("w"); } out',
        "3,1,2,",
    ),
    (
        "let mut c = s.chars(); match c.next() { None => String::new(), Some(f) => "
        "f.to_uppercase().to_string() + c.as_str() }",
        "Hello World",
    ),
    (
        'use std::collections::BTreeMap;@@ let mut m = BTreeMap::new(); m.insert("b", 1); '
        '*m.entry("b").or_insert(0) += 2; m["b"]',
        3,
    ),
    (
        "use std::collections::BTreeSet;@@ w.iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()",
        ["a", "b"],
    ),
    (
        "use std::collections::HashMap;@@ let m = w.iter().map(|x| (x.clone(), "
        "x.len())).collect::<HashMap<String, usize>>(); Ok(m)",
        {"b": 1, "a": 1},
    ),
    (
        "use std::collections::HashMap;@@ let m: HashMap<_, _> = w.iter().map(|x| (x.clone(), x.len())).collect(); m",
        {"b": 1, "a": 1},
    ),
    (
        "use std::collections::HashMap;@@ let mut m = HashMap::new(); for x in &w { "
        "*m.entry(x.to_string()).or_default() += 1; } Ok(#{ counts: m })",
        {"counts": {"b": 2, "a": 1}},
    ),
    (
        "use std::collections::HashMap;@@ let mut m = HashMap::new(); for x in &w { let e = "
        "m.entry(x.to_string()).or_insert_with(Vec::new); e.push(1); } m",
        {"b": [1, 1], "a": [1]},
    ),
    (
        "use std::collections::HashMap;@@ let mut m = HashMap::new(); for x in &w { "
        "m.entry(x.to_string()).or_default().push(1); } Ok(m)",
        {"b": [1, 1], "a": [1]},
    ),
    (
        "use std::collections::HashMap;@@ let mut m: HashMap<String, Vec<i64>> = "
        'HashMap::new(); m.insert("k".into(), l); m',
        {"k": [3, 1, 2]},
    ),
    (
        "use std::collections::{HashMap, BTreeSet};@@ let set: BTreeSet<String> = w.into_iter().collect(); set.len()",
        2,
    ),
    ('o["q"].as_str().unwrap_or("none")', "none"),
    ('o["x"].as_i64().unwrap_or(0)', 1),
    ('o["q"].as_i64().unwrap_or(5)', 5),
]
