//! Literals as JSON: what `NAME() { "x" }` returns, what `unwrap_or(5)` falls back to, what an attribute says.

use serde_json::{json, Map, Number, Value as Json};

use super::tokens::{Kind, Tokens};

/// Deepest nesting of lists and objects that is read as a value.
const DEPTH: usize = 24;

/// The literal that begins at a token, and the token behind it. Lists and objects may hold only literals.
pub fn literal(tokens: &Tokens, at: usize) -> Option<(Json, usize)> {
    value(tokens, at, DEPTH, false)
}

/// The same for attributes, where bare words are values too: `string` is `{"word": "string"}`.
pub fn argument(tokens: &Tokens, at: usize) -> Option<(Json, usize)> {
    value(tokens, at, DEPTH, true)
}

fn value(tokens: &Tokens, at: usize, depth: usize, words: bool) -> Option<(Json, usize)> {
    let depth = depth.checked_sub(1)?;
    match tokens.kind(at) {
        Kind::Text | Kind::Char => Some((tokens.string(at)?.into(), at + 1)),
        Kind::Number => Some((number(tokens.text(at), false)?.into(), at + 1)),
        Kind::Punctuation if tokens.is(at, "-") && tokens.kind(at + 1) == Kind::Number => {
            Some((number(tokens.text(at + 1), true)?.into(), at + 2))
        }
        Kind::Punctuation if tokens.is(at, "#") && tokens.is(at + 1, "{") => object(tokens, at + 1, depth, words),
        Kind::Keyword if tokens.is(at, "true") => Some((true.into(), at + 1)),
        Kind::Keyword if tokens.is(at, "false") => Some((false.into(), at + 1)),
        Kind::Open => match tokens.text(at) {
            "[" => list(tokens, at, depth, words),
            "(" if tokens.mate(at) == at + 1 => Some((Json::Null, at + 2)),
            "{" if words => object(tokens, at, depth, words),
            "`" => template(tokens, at),
            _ => None,
        },
        Kind::Name | Kind::Keyword if words => {
            let (segments, next) = tokens.path(at);
            Some((json!({ "word": segments.join("::") }), next))
        }
        _ => None,
    }
}

fn list(tokens: &Tokens, open: usize, depth: usize, words: bool) -> Option<(Json, usize)> {
    let close = tokens.mate(open);
    let mut items = Vec::new();
    let mut at = open + 1;
    while at < close {
        let (item, next) = value(tokens, at, depth, words)?;
        items.push(item);
        at = separator(tokens, next, close)?;
    }
    Some((items.into(), close + 1))
}

fn object(tokens: &Tokens, open: usize, depth: usize, words: bool) -> Option<(Json, usize)> {
    let close = tokens.mate(open);
    let mut fields = Map::new();
    let mut at = open + 1;
    while at < close {
        let key = match tokens.kind(at) {
            Kind::Text => tokens.string(at)?,
            // A reserved word as a key is no Rune, and still no riddle.
            Kind::Name | Kind::Keyword => tokens.text(at).to_owned(),
            _ => return None,
        };
        if !(tokens.is(at + 1, ":") || words && tokens.is(at + 1, "=")) {
            return None;
        }
        let (field, next) = value(tokens, at + 2, depth, words)?;
        fields.insert(key, field);
        at = separator(tokens, next, close)?;
    }
    Some((fields.into(), close + 1))
}

/// A template without code in it.
fn template(tokens: &Tokens, open: usize) -> Option<(Json, usize)> {
    match tokens.mate(open).checked_sub(open)? {
        1 => Some(("".into(), open + 2)),
        2 if tokens.kind(open + 1) == Kind::Piece => Some((tokens.string(open + 1)?.into(), open + 3)),
        _ => None,
    }
}

fn separator(tokens: &Tokens, at: usize, close: usize) -> Option<usize> {
    match at == close {
        true => Some(close),
        false => tokens.is(at, ",").then_some(at + 1),
    }
}

/// A number as Rune reads it (`rune::ast::LitNumber`): bases, `_`, exponents and the suffixes of sizes.
fn number(text: &str, negative: bool) -> Option<Number> {
    let text = text.replace('_', "");
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (&text[..], 10),
    };
    let suffixes = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let whole = suffixes
        .iter()
        .find_map(|suffix| digits.strip_suffix(suffix))
        .unwrap_or(digits);
    let sign = if negative { -1 } else { 1 };
    if let Ok(value) = i128::from_str_radix(whole, radix) {
        return i64::try_from(value * sign).ok().map(Number::from);
    }
    let float = digits
        .strip_suffix("f64")
        .or(digits.strip_suffix("f32"))
        .unwrap_or(digits);
    let value: f64 = float.parse().ok().filter(|_| radix == 10)?;
    Number::from_f64(value * sign as f64)
}
