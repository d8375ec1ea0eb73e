//! `crucible::http_*` and `http::*`: the host does the request and decides which are allowed.
//!
//! A reply comes back as `#{status, body, headers}` with text as body, and `headers` (optional) an object or a list of
//! `[name, value]`. A status like 404 is no error: `status().is_success()` tells.

mod status;

use std::rc::Rc;

use rune::runtime::{Bytes, Object, Ref, Vec as RuneVec, VmError, VmResult};
use rune::{alloc, vm_try, Any, ContextError, Module, Value};

use super::args::{awaited_result, effects, kind, text};
use super::json;
use crate::host::{self, Decl};
use status::StatusCode;

/// The flat functions: `http_get(url)` and `http_post(url, body)` give the body's text, `http_json_get(url)` the value
/// that the body says as JSON.
pub static CRUCIBLE: [Decl; 3] = [
    awaited_result("crucible::http_get", &["url"]),
    awaited_result("crucible::http_post", &["url", "body"]),
    awaited_result("crucible::http_json_get", &["url"]),
];

static HTTP: [Decl; 2] = [
    awaited_result("http::get", &["url"]),
    awaited_result("http::post", &["url", "body"]),
];

/// What a client's `send` asks the host for: method, url, headers as `[[name, value], ..]`, body (text or null).
const REQUEST: &str = "http::request";

/// The functions of this file.
pub fn declarations() -> impl Iterator<Item = &'static Decl> {
    CRUCIBLE.iter().chain(&HTTP)
}

/// Installs `http_*` into the module `crucible`.
pub fn install_crucible(module: &mut Module) -> Result<(), ContextError> {
    effects(module, &CRUCIBLE)
}

/// The module `http`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("http")?;
    // Not `host::effect`: the reply becomes a Response.
    module
        .function("get", |url: Value| async move { ask("http::get", &[url]) })
        .build()?;
    module
        .function("post", |url: Value, body: Value| async move {
            ask("http::post", &[url, body])
        })
        .build()?;

    module.ty::<Client>()?;
    module.function("new", Client::new).build_associated::<Client>()?;
    for (item, method) in [
        ("get", "GET"),
        ("post", "POST"),
        ("put", "PUT"),
        ("patch", "PATCH"),
        ("delete", "DELETE"),
        ("head", "HEAD"),
    ] {
        module.associated_function(item, move |_: &Client, url: &str| RequestBuilder::new(method, url))?;
    }

    module.ty::<RequestBuilder>()?;
    module.associated_function("header", RequestBuilder::header)?;
    module.associated_function("bearer_auth", RequestBuilder::bearer_auth)?;
    module.associated_function("body", RequestBuilder::body)?;
    module.associated_function("body_bytes", RequestBuilder::body_bytes)?;
    module.associated_function("json", RequestBuilder::json)?;
    module.associated_function("send", RequestBuilder::send)?;

    module.ty::<Response>()?;
    module.associated_function("status", Response::status)?;
    module.associated_function("header", Response::header)?;
    module.associated_function("text", Response::text)?;
    module.associated_function("json", Response::json)?;
    module.associated_function("bytes", Response::bytes)?;

    status::install(&mut module)?;
    Ok(module)
}

fn ask(name: &str, args: &[Value]) -> VmResult<Result<Response, Value>> {
    match vm_try!(host::invoke(name, args)) {
        Err(error) => VmResult::Ok(Err(error)),
        Ok(reply) => match Response::read(&reply) {
            Ok(response) => VmResult::Ok(Ok(response)),
            Err(problem) => VmResult::Err(VmError::panic(format!("{name}: {problem}"))),
        },
    }
}

/// `http::Client::new()`: makes requests with headers. It holds nothing.
#[derive(Any)]
#[rune(item = ::http)]
struct Client;

impl Client {
    fn new() -> VmResult<Self> {
        const NAME: &str = "http::Client::new";
        if host::routed(NAME) {
            // No host can make one: asking is how a policy without `http` stops the script.
            vm_try!(host::invoke(NAME, &[]).map(drop));
        }
        VmResult::Ok(Self)
    }
}

/// A request that is not sent yet; each method gives a new one.
#[derive(Any, Clone)]
#[rune(item = ::http)]
struct RequestBuilder {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl RequestBuilder {
    fn new(method: &'static str, url: &str) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// `header(name, value)`: with one more header.
    fn header(&self, name: &str, value: &str) -> Self {
        let mut next = self.clone();
        next.headers.push((name.into(), value.into()));
        next
    }

    /// `bearer_auth(token)`: with the header `Authorization: Bearer token`.
    fn bearer_auth(&self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// `body(text)`: with this body.
    fn body(&self, body: &str) -> Self {
        Self {
            body: Some(body.into()),
            ..self.clone()
        }
    }

    /// `body_bytes(bytes)`: with this body, which must be UTF-8: bodies cross the sandbox's wall as text.
    fn body_bytes(&self, body: &Bytes) -> VmResult<Self> {
        match std::str::from_utf8(body.as_slice()) {
            Ok(body) => VmResult::Ok(self.body(body)),
            Err(error) => VmResult::panic(format!("RequestBuilder::body_bytes: {error}")),
        }
    }

    /// `json(value)`: with the value as JSON body and the header `Content-Type: application/json`.
    fn json(&self, value: Value) -> VmResult<Self> {
        match json::write(&value) {
            Ok(body) => VmResult::Ok(self.body(&body).header("Content-Type", "application/json")),
            Err(error) => VmResult::panic(format!("RequestBuilder::json: {error}")),
        }
    }

    /// `send()`: awaited, a Result of a Response.
    async fn send(this: Ref<Self>) -> VmResult<Result<Response, Value>> {
        let args = vm_try!(this.arguments());
        drop(this);
        ask(REQUEST, &args)
    }

    fn arguments(&self) -> Result<[Value; 4], alloc::Error> {
        let mut headers = alloc::Vec::new();
        for (name, value) in &self.headers {
            let pair = alloc::Vec::try_from([text(name)?, text(value)?])?;
            headers.try_push(Value::vec(pair)?)?;
        }
        let body = match &self.body {
            Some(body) => text(body)?,
            None => Value::from(()),
        };
        Ok([text(self.method)?, text(&self.url)?, Value::vec(headers)?, body])
    }
}

/// What a server answered.
#[derive(Any)]
#[rune(item = ::http)]
struct Response {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Rc<str>,
}

impl Response {
    fn read(reply: &Value) -> Result<Self, String> {
        let Ok(reply) = reply.borrow_ref::<Object>() else {
            return Err(format!("the reply must be an object, not {}", kind(reply)));
        };
        let code = reply.get("status").and_then(|s| s.as_signed().ok());
        let Some(code) = code.filter(|code| (100..=999).contains(code)) else {
            return Err("the reply has no status from 100 to 999".into());
        };
        let body = match reply.get("body") {
            None => Rc::from(""),
            Some(body) => match body.borrow_string_ref() {
                Ok(body) => Rc::from(&*body),
                Err(_) if body.into_unit().is_ok() => Rc::from(""),
                Err(_) => return Err(format!("the reply's body must be text, not {}", kind(body))),
            },
        };
        let mut headers = Vec::new();
        if let Some(given) = reply.get("headers") {
            if let Ok(object) = given.borrow_ref::<Object>() {
                for (name, value) in object.iter() {
                    headers.push((name.to_string(), header_text(value)?));
                }
            } else if let Ok(list) = given.borrow_ref::<RuneVec>() {
                for pair in list.iter() {
                    let pair = pair.borrow_ref::<RuneVec>().map_err(|e| e.to_string())?;
                    match (pair.get(0), pair.get(1)) {
                        (Some(name), Some(value)) => {
                            headers.push((header_text(name)?, header_text(value)?));
                        }
                        _ => return Err("a header of the reply is no [name, value]".into()),
                    }
                }
            }
        }
        Ok(Self {
            status: StatusCode { code },
            headers,
            body,
        })
    }

    /// `status()`: the StatusCode.
    fn status(&self) -> StatusCode {
        StatusCode { code: self.status.code }
    }

    /// `header(name)`: `Some(value)` of the first header with this name in any case, or `None`.
    fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    /// `text()`: awaited, `Ok(body)`. It can be asked for again.
    async fn text(this: Ref<Self>) -> VmResult<Result<Value, Value>> {
        VmResult::Ok(Ok(vm_try!(text(&this.body))))
    }

    /// `json()`: awaited, the value that the body says, or `Err` as of `json::from_string`.
    async fn json(this: Ref<Self>) -> VmResult<Result<Value, Value>> {
        match json::read(this.body.as_bytes()) {
            Ok(value) => VmResult::Ok(Ok(value)),
            Err(error) => VmResult::Ok(Err(vm_try!(text(&error)))),
        }
    }

    /// `bytes()`: awaited, `Ok(body as bytes)`.
    async fn bytes(this: Ref<Self>) -> VmResult<Result<Bytes, Value>> {
        let bytes = vm_try!(alloc::Vec::try_from(this.body.as_bytes()));
        VmResult::Ok(Ok(Bytes::from_vec(bytes)))
    }
}

fn header_text(value: &Value) -> Result<String, String> {
    match value.borrow_string_ref() {
        Ok(text) => Ok(text.to_string()),
        Err(_) => Err(format!("a header of the reply is {}, no text", kind(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, value, with_host};
    use serde_json::json;

    #[test]
    fn a_response_has_status_text_and_json() {
        with_host(&[(
            "http::get",
            r#"["https://a.test"]"#,
            Ok(r#"{"status": 200, "body": "{\"a\": 1}", "headers": {"Content-Type": "x"}}"#),
        )]);
        assert_eq!(
            value(
                r#"let r = http::get("https://a.test").await?;
                [r.status().is_success(), r.status().as_u16(), r.text().await?, r.json().await?, r.header("content-type"), r.header("z")]"#
            ),
            json!([true, 200, "{\"a\": 1}", {"a": 1}, "x", null])
        );
    }

    #[test]
    fn a_failing_status_is_no_error() {
        with_host(&[("http::post", r#"["u","b"]"#, Ok(r#"{"status": 404, "body": ""}"#))]);
        assert_eq!(
            value(
                r#"let r = http::post("u", "b").await?; let s = r.status();
                [s.is_success(), s.is_client_error(), s == 404, s == http::StatusCode::NOT_FOUND, s == http::StatusCode::OK,
                 `${s}`, s.canonical_reason(), r.json().await]"#
            ),
            json!([
                false, true, true, true, false, "404 Not Found", "Not Found",
                {"Err": "EOF while parsing a value at line 1 column 0"}
            ])
        );
    }

    #[test]
    fn a_host_s_refusal_is_an_err() {
        with_host(&[("http::get", r#"["u"]"#, Err(r#""timed out""#))]);
        assert_eq!(
            value(r#"match http::get("u").await { Ok(_) => "sent", Err(e) => e }"#),
            json!("timed out")
        );
    }

    #[test]
    fn a_client_builds_requests() {
        with_host(&[
            (
                "http::request",
                r#"["POST","u",[["A","1"],["Authorization","Bearer t"],["Content-Type","application/json"]],"{\"x\":1}"]"#,
                Ok(r#"{"status": 201, "body": null, "headers": [["a", "b"]]}"#),
            ),
            (
                "http::request",
                r#"["GET","v",[],null]"#,
                Ok(r#"{"status": 200, "body": "ok"}"#),
            ),
            (
                "http::request",
                r#"["PUT","w",[],"é"]"#,
                Ok(r#"{"status": 200, "body": "ok"}"#),
            ),
        ]);
        assert_eq!(
            value(
                r#"let client = http::Client::new();
                let a = client.post("u").header("A", "1").bearer_auth("t").json(#{x: 1}).send().await?;
                let b = client.get("v").send().await?;
                let c = client.put("w").body_bytes(json::to_bytes("é")?).body("é").send().await?;
                [a.status().as_u16(), a.header("A"), a.text().await?, b.text().await?, json::from_bytes(b"1")?, b.bytes().await?.len()]"#
            ),
            json!([201, "b", "", "ok", 1, 2])
        );
    }

    #[test]
    fn a_reply_of_the_wrong_form_stops_the_script() {
        with_host(&[("http::get", r#"["u"]"#, Ok(r#"{"status": 7}"#))]);
        let message = error(r#"http::get("u").await"#);
        assert!(message.contains("http::get: the reply has no status"), "{message}");
    }

    #[test]
    fn the_flat_functions_ask_the_host() {
        with_host(&[("crucible::http_json_get", r#"["u"]"#, Ok("[1]"))]);
        assert_eq!(value(r#"crucible::http::http_json_get("u").await?"#), json!([1]));
    }
}
