//! The guest's own code, run natively: loading, calling, and what the answers say.

use crucible_guest::call::{call, Calling, Request, Status};
use crucible_guest::compile::{Engine, LoadOptions};
use crucible_guest::convert::Limits;
use crucible_guest::host::{set_test_host, Reply};
use serde_json::{json, Value as Json};

fn run(source: &str, calling: Calling, names: &str, args: &Json) -> (Status, Json) {
    let mut engine = Engine::new().expect("the context builds");
    let options = LoadOptions {
        name: "t.rn".into(),
        ..LoadOptions::default()
    };
    let (tool, _) = engine.load(source.into(), options).expect("the source compiles");
    let args = args.to_string();
    let request = Request {
        entry: "call",
        calling,
        names,
        args: args.as_bytes(),
        limits: Limits::default(),
    };
    let (status, text) = call(&tool, &request);
    (status, serde_json::from_slice(&text).expect("an answer is JSON"))
}

fn object(source: &str, args: Json) -> (Status, Json) {
    run(source, Calling::Object, "", &args)
}

#[test]
fn values_go_in_and_out() {
    let args = json!({"a": [1, -2.5, null, "x\u{1F600}", true], "b": {"c": {}}});
    assert_eq!(
        object("pub fn call(args) { args }", args.clone()),
        (Status::Value, args)
    );
}

#[test]
fn parameters_are_picked_by_name_and_the_missing_are_unit() {
    let (status, value) = run("pub fn call(a, b) { [a, b] }", Calling::Named, "a,b", &json!({"b": 2}));
    assert_eq!((status, value), (Status::Value, json!([null, 2])));
}

#[test]
fn parameters_go_by_position() {
    let (_, value) = run("pub fn call(a, b) { a - b }", Calling::Positional, "", &json!([7, 2]));
    assert_eq!(value, json!(5));
}

#[test]
fn err_is_the_tools_own() {
    let (status, value) = object("pub async fn call(args) { Err(#{ code: 1 }) }", json!({}));
    assert_eq!((status, value), (Status::ToolError, json!({"code": 1})));
}

#[test]
fn a_missing_method_is_named() {
    let (status, value) = object("pub fn call(args) { args.x.trim_start_matches(1) }", json!({"x": " a"}));
    assert_eq!(status, Status::ScriptError);
    assert_eq!(
        value["note"],
        "`trim_start_matches` is no method of `::std::string::String`"
    );
    assert_eq!(value["line"], 1);
}

#[test]
fn an_error_of_the_host_is_the_scripts_to_handle() {
    let source = "pub async fn call(args) { crucible::http_get(\"x\").await?; 1 }";
    set_test_host(|name, args| {
        assert_eq!((name, args), ("crucible::http_get", &b"[\"x\"]"[..]));
        Reply::Err(b"\"no network\"".to_vec())
    });
    assert_eq!(object(source, json!({})), (Status::ToolError, json!("no network")));
}

#[test]
fn all_diagnostics_are_given_with_their_places() {
    let mut engine = Engine::new().expect("the context builds");
    let source = "pub fn a() { nope }\npub fn b() { crucible::nope() }";
    let errors = engine
        .load(source.into(), LoadOptions::default())
        .err()
        .expect("two errors");
    let places: Vec<_> = errors
        .iter()
        .map(|e| (e["line"].clone(), e["column"].clone()))
        .collect();
    assert_eq!(places, [(json!(1), json!(14)), (json!(2), json!(14))]);
    assert_eq!(errors[1]["message"], "Missing item crucible::nope");
    assert_eq!(errors[1]["source_line"], "pub fn b() { crucible::nope() }");
}
