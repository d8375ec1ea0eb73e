//! Facts of small sources, and of the corpus as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{json, Value as Json};

use super::items::{self, Items};
use super::{outline, tokens};

fn describe(source: &str) -> Json {
    let facts = super::describe(source).expect("facts");
    serde_json::from_str(&facts).expect("JSON")
}

fn function<'f>(facts: &'f Json, name: &str) -> &'f Json {
    let mut functions = facts["functions"].as_array().expect("a list").iter();
    functions
        .find(|f| f["name"] == name)
        .unwrap_or_else(|| panic!("no function {name}"))
}

fn reads(source: &str) -> Vec<(String, String, Json)> {
    let facts = describe(source);
    assert_eq!(facts["error"], Json::Null, "{source}");
    let reads = facts["functions"][0]["reads"].as_array().expect("a list").clone();
    let text = |value: &Json| value.as_str().expect("text").to_owned();
    let default = |read: &Json| read.get("default").cloned().unwrap_or(json!("none"));
    reads
        .iter()
        .map(|r| (text(&r["key"]), text(&r["how"]), default(r)))
        .collect()
}

fn read(key: &str, how: &str, default: Json) -> (String, String, Json) {
    (key.to_owned(), how.to_owned(), default)
}

fn host_calls(source: &str) -> Vec<String> {
    let facts = describe(source);
    let calls = facts["host_calls"].as_array().expect("a list").clone();
    calls
        .iter()
        .map(|c| c["name"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn fields_indexes_and_gets_are_told_apart() {
    let source = r#"pub fn call(args) { args.a + args["b"] + args.get("c").unwrap_or(-5) + args.get("d").unwrap() }"#;
    assert_eq!(
        reads(source),
        [
            read("a", "field", json!("none")),
            read("b", "index", json!("none")),
            read("c", "get", json!(-5)),
            read("d", "demand", json!("none")),
        ]
    );
}

#[test]
fn a_field_is_set_after_its_value_was_computed() {
    let source = r#"pub fn f(args) { args.a = args.get("a").unwrap_or(1); args["b"] = 1; args.b + args.a }"#;
    let found = reads(source);
    assert_eq!(found[0], read("a", "get", json!(1)));
    assert_eq!(found[1], read("a", "set", json!("none")));
    assert_eq!(found[2], read("b", "set", json!("none")));
    assert_eq!(found[3], read("b", "field", json!("none")));
}

#[test]
fn code_inside_templates_is_code() {
    assert_eq!(
        reads("pub fn f(args) { `a args.no ${args.yes} b` }"),
        [read("yes", "field", json!("none"))]
    );
}

#[test]
fn defaults_are_any_literal() {
    let source = r#"pub fn f(args) { [args.get("a").unwrap_or("x\ty\u{e9}"), args.get("b").unwrap_or([1, #{ c: 2.5 }]),
        args.get("d").unwrap_or(args.a), args.get("e").unwrap_or(0xff), args.get("f").unwrap_or(`t`)] }"#;
    assert_eq!(
        reads(source),
        [
            read("a", "get", json!("x\ty\u{e9}")),
            read("b", "get", json!([1, { "c": 2.5 }])),
            read("d", "get", json!("none")),
            read("a", "field", json!("none")),
            read("e", "get", json!(255)),
            read("f", "get", json!("t")),
        ]
    );
}

#[test]
fn names_that_stand_for_something_else_are_not_read() {
    let source =
        "pub fn f(args) { let n = args.yes; let c = [1].iter().map(|args| args.no); for args in [1] { args.no }
        if let Some(args) = n { args.no } let args = #{}; args.no }";
    assert_eq!(reads(source), [read("yes", "field", json!("none"))]);
}

#[test]
fn other_names_and_patterns_of_a_parameter_are_followed() {
    let source = "pub fn f(args) { let a = args; let #{ title, tag: t, .. } = args; a.folder }";
    let found = reads(source);
    assert_eq!(found[0], read("title", "pattern", json!("none")));
    assert_eq!(found[1], read("tag", "pattern", json!("none")));
    assert_eq!(found[2], read("folder", "field", json!("none")));
}

#[test]
fn keys_members_and_macros_are_no_uses_of_a_parameter() {
    let facts = describe("pub fn f(args) { let o = #{ args: 1 }; o.args + args::x() + args.len() }");
    assert_eq!(facts["functions"][0]["whole"], json!([]));
    assert_eq!(facts["functions"][0]["reads"], json!([]));
}

#[test]
fn a_parameter_that_goes_anywhere_is_whole() {
    for body in [
        "args",
        "[args]",
        "g.m(args)",
        "args[key]",
        "args.keys()",
        "for x in args {}",
        "#{ args }",
    ] {
        let facts = describe(&format!("pub fn f(args) {{ {body} }}"));
        assert_eq!(facts["functions"][0]["whole"], json!(["args"]), "{body}");
    }
}

#[test]
fn calls_that_take_a_parameter_on_are_resolved() {
    let source = "use self::m::g as h; mod m { pub fn g(o) { super::k(1, o) } } fn k(n, o) { o.x }
        pub fn f(args) { h(args); m::g(args); crucible::log_info(args) }";
    let facts = describe(source);
    let passes = &function(&facts, "f")["passes"];
    assert_eq!(
        passes[0],
        json!({ "param": "args", "callee": ["h"], "target": ["m", "g"], "position": 0 })
    );
    assert_eq!(passes[1]["target"], json!(["m", "g"]));
    assert_eq!(passes[2]["target"], Json::Null);
    let inner = &function(&facts, "g")["passes"][0];
    assert_eq!((&inner["target"], &inner["position"]), (&json!(["k"]), &json!(1)));
}

#[test]
fn host_functions_are_found_through_every_kind_of_use() {
    let source = "use crucible::{log_info, http::{self, http_get as fetch}}; use fs; use oq::*; use a::b; use b::c;
        use regex::Regex; use std::collections::HashMap; mod json { pub fn mine() {} }
        mod inner { use crucible::log_warn; pub fn f() { log_warn(1); log_info(2); super::fetch(3); json::theirs(4) } }
        pub async fn call(args) { log_info(1); http::http_post(2, 3); fetch(4); fs::exists(5); query(6, 7); c(8);
            Regex::new(9); json::mine(); HashMap::new(); Vec::new(); i64::parse(1); x.fetch(2); notes::no(3); [fs::copy] }";
    assert_eq!(
        host_calls(source),
        [
            "crucible::log_warn",
            "crucible::http::http_get",
            "json::theirs",
            "crucible::log_info",
            "crucible::http::http_post",
            "crucible::http::http_get",
            "fs::exists",
            "oq::query",
            "a::b::c",
            "regex::Regex::new",
            "notes::no",
            "fs::copy",
        ]
    );
}

#[test]
fn imports_in_a_block_end_with_it() {
    let source = "pub fn f() { { use shell::exec; exec(1) } exec(2) }";
    assert_eq!(host_calls(source), ["shell::exec"]);
}

#[test]
fn attributes_take_colons_equals_words_lists_objects_and_calls() {
    let source = r#"#[tool(desc: "a\"b", tags = ["x", string], flag, limit = -1, on = true, like(a = 1), o = #{ k: 2 }, e = 1 + 2)]
        pub fn f() {}"#;
    let facts = describe(source);
    let attribute = &facts["functions"][0]["attributes"][0];
    assert_eq!(attribute["name"], "tool");
    assert_eq!(
        attribute["args"],
        json!([
            { "key": "desc", "value": "a\"b" },
            { "key": "tags", "value": ["x", { "word": "string" }] },
            { "key": null, "value": { "word": "flag" } },
            { "key": "limit", "value": -1 },
            { "key": "on", "value": true },
            { "key": null, "value": { "call": "like", "args": [{ "key": "a", "value": 1 }] } },
            { "key": "o", "value": { "k": 2 } },
            { "key": "e", "value": { "text": "1 + 2" } },
        ])
    );
}

#[test]
fn comments_become_lines() {
    let source = "//! First\r\n//!\r\n//!   indented\r\n\r\n/// One\n/** two\n * three\n */\npub fn f() {}";
    let facts = describe(source);
    assert_eq!(facts["header"], json!(["First", "", "  indented"]));
    assert_eq!(facts["functions"][0]["docs"], json!(["One", "two", "three"]));
}

#[test]
fn places_count_characters() {
    let facts = describe("const É = \"ü\"; pub fn naïf() { fs::é(1) }");
    assert_eq!(facts["functions"][0]["column"], json!(23));
    assert_eq!(facts["host_calls"][0]["column"], json!(32));
    assert_eq!(facts["host_calls"][0]["length"], json!(5));
}

#[test]
fn typed_parameters_are_read_though_rune_refuses_them() {
    let facts = describe("#[tool(desc: \"d\")] pub fn f(a: string, b?: [string], _) {}");
    assert_eq!(facts["parsed"], json!(false));
    assert_eq!(
        facts["functions"][0]["params"],
        json!([
            { "name": "a", "type": "string", "optional": false },
            { "name": "b", "type": "[string]", "optional": true },
            { "name": null, "type": null, "optional": false },
        ])
    );
}

#[test]
fn sources_that_are_no_rune_at_all_are_described_too() {
    let nested = "(".repeat(2_000);
    let braces = "{".repeat(2_000);
    let lets = "let ".repeat(5_000);
    let bars = format!("fn ; fn f(a) {{ {} }}", "|a| ".repeat(5_000));
    for source in [
        "", "{", "}}}", "`${", "\"", "#[", "#[a(", "pub", "fn", "fn f", "fn f(", "use a::{", "mod", "é→", "'",
    ] {
        assert!(describe(source)["functions"].is_array(), "{source}");
    }
    for source in [
        format!("fn ; {nested}"),
        format!("fn ; {braces}"),
        format!("fn ; fn f(a) {{ {lets}"),
        bars,
    ] {
        assert_eq!(describe(&source)["parsed"], json!(false));
    }
}

#[test]
fn a_source_of_very_many_functions_is_cut_short_and_says_so() {
    let facts = describe(&"fn f(a) { a.x }\n".repeat(60_000));
    assert_eq!(facts["truncated"], json!(true));
    assert!(facts["functions"].as_array().expect("a list").len() < 20_000);
    assert_eq!(describe("fn f(a) { a.x }")["truncated"], json!(false));
}

fn sources() -> Vec<(PathBuf, String)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let mut folders = vec![corpus.join("legacy"), corpus.join("repaired")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path, text.trim_start_matches('\u{feff}').to_owned()));
            }
        }
    }
    assert!(found.len() > 90, "the corpus is not there");
    found
}

fn shape(items: &Items) -> Vec<String> {
    let functions = items.functions.iter().map(|f| {
        let places = format!("{} {} {:?} {:?}", f.name, f.params, f.body, f.marks);
        format!("{places} {} {} {:?} {:?}", f.public, f.is_async, f.module, f.impl_of)
    });
    let modules = items
        .modules
        .iter()
        .map(|m| format!("{} {:?} {:?} {} {}", m.name, m.marks, m.path, m.public, m.external));
    let constants = items
        .constants
        .iter()
        .map(|c| format!("{} {:?} {}", c.name, c.module, c.public));
    functions.chain(modules).chain(constants).collect()
}

/// The sketch of broken sources is right about what the parser can check it on.
#[test]
fn the_sketch_finds_what_the_parser_finds() {
    let mut compared = 0;
    for (path, source) in sources() {
        let Ok(items) = items::parse(&source) else { continue };
        let (tokens, _) = tokens::lex(&source);
        let items = items.look_up(|offset| tokens.at(offset));
        assert_eq!(shape(&items), shape(&outline::sketch(&tokens)), "{}", path.display());
        compared += 1;
    }
    assert!(compared > 60, "only {compared} sources parse");
}
