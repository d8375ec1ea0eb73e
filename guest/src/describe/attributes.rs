//! Attributes as data: `#[tool(desc = "..", tags = ["a"])]`, and `#[tool(desc: "..")]` as older tools wrote it.

use serde_json::{json, Value as Json};

use super::literals;
use super::tokens::{Kind, Tokens};

/// Deepest nesting of `name(..)` inside an attribute that is read as data.
const DEPTH: usize = 8;

/// The attribute whose `#` is this token: `{name, args: [{key, value}], line}`.
///
/// `#[name = value]` gives one argument without a key. What is no value (an expression) is given as `{"text": ".."}`.
pub fn attribute(tokens: &Tokens, at: usize) -> Json {
    let open = if tokens.is(at + 1, "[") { at + 1 } else { at + 2 };
    let (name, next) = match tokens.is_word(open + 1) {
        true => tokens.path(open + 1),
        false => (Vec::new(), open + 1),
    };
    let args = if tokens.is(next, "(") {
        arguments(tokens, next, DEPTH)
    } else if tokens.is(next, "=") {
        vec![json!({ "key": null, "value": value(tokens, next + 1, tokens.mate(open), DEPTH) })]
    } else {
        Vec::new()
    };
    json!({ "name": name.join("::"), "args": args, "line": tokens.line(at) })
}

fn arguments(tokens: &Tokens, open: usize, depth: usize) -> Vec<Json> {
    let close = tokens.mate(open);
    let mut found = Vec::new();
    let mut at = open + 1;
    while at < close {
        let end = end_of(tokens, at, close);
        let keyed = tokens.is(at + 1, "=") || tokens.is(at + 1, ":");
        let key = match tokens.kind(at) {
            Kind::Name | Kind::Keyword if keyed => Some(tokens.text(at).to_owned()),
            Kind::Text if keyed => tokens.string(at),
            _ => None,
        };
        let first = if key.is_some() { at + 2 } else { at };
        found.push(json!({ "key": key, "value": value(tokens, first, end, depth) }));
        at = end + 1;
    }
    found
}

/// The value between two tokens.
fn value(tokens: &Tokens, at: usize, end: usize, depth: usize) -> Json {
    if tokens.is_word(at) && tokens.is(at + 1, "(") && tokens.mate(at + 1) + 1 == end && depth > 0 {
        return json!({ "call": tokens.text(at), "args": arguments(tokens, at + 1, depth - 1) });
    }
    match literals::argument(tokens, at) {
        Some((value, next)) if next == end => value,
        _ if at < end => json!({ "text": tokens.between(at, end - 1) }),
        _ => json!({ "text": "" }),
    }
}

/// The comma, or the closing delimiter, that ends the argument at a token.
fn end_of(tokens: &Tokens, mut at: usize, close: usize) -> usize {
    while at < close && !tokens.is(at, ",") {
        at = tokens.next(at);
    }
    at.min(close)
}
