//! Hooks with their `ctx`, and methods of a plugin's instance.

use crucible_guest::call::{call, Calling, Request, Status};
use crucible_guest::compile::{Engine, LoadOptions, Tool};
use crucible_guest::convert::Limits;
use crucible_guest::host::{set_test_host, Reply};
use serde_json::{json, Value as Json};

fn load(source: &str) -> Tool {
    let mut engine = Engine::new().expect("the context builds");
    let loaded = engine.load(source.into(), LoadOptions::default());
    loaded.expect("the source compiles").0
}

fn ask(tool: &Tool, entry: &str, calling: Calling, names: &str, args: &Json) -> (Status, Json) {
    let args = args.to_string();
    let request = Request {
        entry,
        calling,
        names,
        args: args.as_bytes(),
        limits: Limits::default(),
    };
    let (status, text) = call(tool, &request);
    (status, serde_json::from_slice(&text).expect("an answer is JSON"))
}

#[test]
fn a_hook_reads_and_changes_its_event() {
    let tool = load("pub async fn before(ctx, event) { event.payload.seen = true; event }");
    let event = json!([{"payload": {}}]);
    let answer = ask(&tool, "before", Calling::Hook, "", &event);
    assert_eq!(answer, (Status::Value, json!({"payload": {"seen": true}})));
}

#[test]
fn the_context_is_the_hosts() {
    let source = "pub fn hook(ctx, event) {
        let seen = ctx.get(\"n\").unwrap_or(0);
        ctx.set(\"n\", seen + 1);
        ctx.emit(#{event_type: \"a\"});
        ctx.emit_custom(\"b\", seen);
        [ctx.get(\"missing\").is_none(), ctx.get(\"null\") == Some(())]
    }";
    set_test_host(|name, args| match (name, args) {
        ("ctx::get", b"[\"n\"]") => Reply::Ok(b"[4]".to_vec()),
        ("ctx::get", b"[\"null\"]") => Reply::Ok(b"[null]".to_vec()),
        ("ctx::get", _) => Reply::Ok(b"[]".to_vec()),
        ("ctx::set", b"[\"n\",5]") => Reply::Ok(Vec::new()),
        ("ctx::emit", b"[{\"event_type\":\"a\"}]") => Reply::Ok(Vec::new()),
        ("ctx::emit_custom", b"[\"b\",4]") => Reply::Ok(Vec::new()),
        _ => Reply::Stop(format!("unexpected {name}")),
    });
    let answer = ask(&load(source), "hook", Calling::Hook, "", &json!([{}]));
    assert_eq!(answer, (Status::Value, json!([true, true])));
}

#[test]
fn what_the_host_refuses_stops_the_hook() {
    set_test_host(|_, _| Reply::Err(b"\"too much is kept\"".to_vec()));
    let tool = load("pub fn hook(ctx, event) { ctx.set(\"a\", 1); event }");
    let (status, error) = ask(&tool, "hook", Calling::Hook, "", &json!([{}]));
    assert_eq!(status, Status::ScriptError);
    assert!(
        error["message"].to_string().contains("ctx::set: too much is kept"),
        "{error}"
    );
}

#[test]
fn scripts_cannot_make_or_give_a_context() {
    let mut engine = Engine::new().expect("the context builds");
    let made = engine.load("pub fn f() { crucible::HookContext }".into(), LoadOptions::default());
    if let Ok((tool, _)) = made {
        let (status, _) = ask(&tool, "f", Calling::Nothing, "", &json!(null));
        assert_ne!(status, Status::Value);
    }
    let tool = load("pub fn hook(ctx, event) { ctx }");
    assert_eq!(ask(&tool, "hook", Calling::Hook, "", &json!([{}])).0, Status::BadValue);
}

const PLUGIN: &str = "struct Counter { calls }
    impl Counter {
        fn tools(self) { [#{name: \"count\"}] }
        async fn dispatch(self, name, args) { self.calls += args.by; [name, self.calls] }
    }
    pub fn create() { Counter { calls: 0 } }";

#[test]
fn a_plugin_is_made_once_and_its_methods_called() {
    let tool = load(PLUGIN);
    let tools = ask(&tool, "create", Calling::Method, "tools", &json!([]));
    assert_eq!(tools, (Status::Value, json!([{"name": "count"}])));
    for expected in [2, 4] {
        let answer = ask(
            &tool,
            "create",
            Calling::Method,
            "dispatch",
            &json!(["count", {"by": 2}]),
        );
        assert_eq!(answer, (Status::Value, json!(["count", expected])));
    }
}

#[test]
fn a_plugin_that_cannot_be_made_says_why_and_is_tried_again() {
    let tool = load("pub async fn create() { Err(#{ code: 1 }) }");
    for _ in 0..2 {
        let answer = ask(&tool, "create", Calling::Method, "tools", &json!([]));
        assert_eq!(answer, (Status::ToolError, json!({"code": 1})));
    }
}

#[test]
fn a_missing_method_is_an_error_of_the_script() {
    let tool = load("pub fn create() { 1 }");
    assert_eq!(
        ask(&tool, "create", Calling::Method, "tools", &json!([])).0,
        Status::ScriptError
    );
}
