//! jq's native filters for text: regular expressions and `@` formats. jaq's own ones are not used: they come only
//! together with a clock, an environment and time zone tables.

use std::rc::Rc;

use jaq_core::native::{bome, run, v, Filter, Fun};
use jaq_core::{Bind, Cv, RunPtr};
use jaq_json::{Error, Map, Val, ValR};

use super::query::Data;
use super::{dates, math};

/// A native filter: name, parameters, code.
pub type Native = Filter<RunPtr<Data>>;

/// Greatest size of a compiled pattern in bytes.
const COMPILED: usize = 1 << 20;

/// Every native filter besides those that jaq has without extras.
pub fn all() -> impl Iterator<Item = Fun<Data>> {
    text_filters()
        .into_iter()
        .chain(math::filters())
        .chain(dates::filters())
        .map(run::<Data>)
}

fn text_filters() -> Vec<Native> {
    let two = || [Bind::Var(()), Bind::Var(())].into();
    vec![
        // What `debug` and `stderr` would print goes nowhere: there is no terminal here.
        ("debug_empty", v(0), |_| Box::new(std::iter::empty())),
        ("stderr_empty", v(0), |_| Box::new(std::iter::empty())),
        ("matches", two(), |cv| bome(matches(cv, Parts::Matches))),
        ("split_matches", two(), |cv| bome(matches(cv, Parts::Both))),
        ("split_", two(), |cv| bome(matches(cv, Parts::Between))),
        ("escape_html", v(0), |cv| bome(map_text(&cv.1, escape_html))),
        ("unescape_html", v(0), |cv| bome(map_text(&cv.1, unescape_html))),
        ("encode_uri", v(0), |cv| bome(map_text(&cv.1, encode_uri))),
        ("decode_uri", v(0), |cv| bome(decode_uri(&cv.1))),
        ("encode_base64", v(0), |cv| bome(map_text(&cv.1, encode_base64))),
        ("decode_base64", v(0), |cv| bome(decode_base64(&cv.1))),
    ]
}

/// The text of a string.
pub fn text_of(value: &Val) -> Result<&str, Error> {
    match value {
        Val::TStr(bytes) => std::str::from_utf8(bytes).map_err(Error::str),
        _ => Err(Error::typ(value.clone(), "string")),
    }
}

/// A string of jq.
pub fn string(text: &str) -> Val {
    Val::utf8_str(text.as_bytes().to_vec())
}

fn map_text(value: &Val, change: fn(&str) -> String) -> ValR {
    Ok(string(&change(text_of(value)?)))
}

/// Which parts of a text a regular expression's filter gives.
#[derive(Clone, Copy)]
enum Parts {
    Matches,
    Between,
    Both,
}

/// `matches(re; flags)` and its like: for each match a list of the match and its groups as
/// `{offset, length, string, name}`; for what is between the matches its text.
fn matches(mut cv: Cv<'_, Data>, parts: Parts) -> ValR {
    let flags = cv.0.pop_var();
    let pattern = cv.0.pop_var();
    let text = text_of(&cv.1)?;
    let flags = text_of(&flags)?;
    let pattern = text_of(&pattern)?;
    let regex = compile(pattern, flags)?;
    let (global, no_empty) = (flags.contains('g'), flags.contains('n'));

    let mut position = Position::default();
    let mut out = Vec::new();
    let mut last = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if no_empty && whole.is_empty() {
            continue;
        }
        if !matches!(parts, Parts::Matches) {
            out.push(string(&text[last..whole.start()]));
            last = whole.end();
        }
        if !matches!(parts, Parts::Between) {
            let at_whole = position.clone().advance(text, whole.start());
            position = at_whole.clone();
            let groups = captures.iter().zip(regex.capture_names());
            let groups = groups.filter_map(|(group, name)| {
                let group = group?;
                let offset = at_whole.clone().advance(text, group.start()).characters;
                Some(fields(offset, group.as_str(), name))
            });
            out.push(groups.collect());
        }
        if !global {
            break;
        }
    }
    if !matches!(parts, Parts::Matches) {
        out.push(string(&text[last..]));
    }
    Ok(Val::Arr(Rc::new(out)))
}

fn compile(pattern: &str, flags: &str) -> Result<regex::Regex, Error> {
    let mut builder = regex::RegexBuilder::new(pattern);
    builder.size_limit(COMPILED).dfa_size_limit(COMPILED);
    for flag in flags.chars() {
        match flag {
            'g' | 'n' => &mut builder,
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'l' => builder.swap_greed(true),
            'x' => builder.ignore_whitespace(true),
            'p' => builder.multi_line(true).dot_matches_new_line(true),
            _ => return Err(Error::str(format!("invalid regex flag: {flag}"))),
        };
    }
    let regex = builder.build();
    regex.map_err(|e| Error::str(format!("invalid regex {pattern:?}: {e}")))
}

/// A place in a text, in bytes and in characters: jq counts characters.
#[derive(Clone, Default)]
struct Position {
    bytes: usize,
    characters: usize,
}

impl Position {
    fn advance(mut self, text: &str, bytes: usize) -> Self {
        self.characters += text.get(self.bytes..bytes).map_or(0, |t| t.chars().count());
        self.bytes = bytes;
        self
    }
}

fn fields(offset: usize, text: &str, name: Option<&str>) -> Val {
    let length = text.chars().count();
    let mut fields: Map = [
        (string("offset"), Val::from(offset)),
        (string("length"), Val::from(length)),
        (string("string"), string(text)),
    ]
    .into_iter()
    .collect();
    if let Some(name) = name {
        fields.insert(string("name"), string(name));
    }
    Val::obj(fields)
}

const HTML: [(&str, &str); 5] = [
    // The ampersand first: the others' replacements begin with one.
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("'", "&#39;"),
    ("\"", "&quot;"),
];

fn escape_html(text: &str) -> String {
    HTML.iter()
        .fold(text.to_string(), |text, (sign, name)| text.replace(sign, name))
}

fn unescape_html(text: &str) -> String {
    let text = text.replace("&apos;", "'");
    HTML.iter()
        .rev()
        .fold(text, |text, (sign, name)| text.replace(name, sign))
}

/// RFC 3986: everything but letters, digits and `-_.~` becomes `%XX`.
fn encode_uri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decode_uri(value: &Val) -> ValR {
    let text = text_of(value)?.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Ok(Val::utf8_str(out))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4, with padding.
fn encode_base64(text: &str) -> String {
    let mut out = String::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.as_bytes().chunks(3) {
        let mut word = 0u32;
        for i in 0..3 {
            word = word << 8 | u32::from(chunk.get(i).copied().unwrap_or(0));
        }
        for i in 0..4 {
            let sign = BASE64[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { sign.into() } else { '=' });
        }
    }
    out
}

fn decode_base64(value: &Val) -> ValR {
    let text = text_of(value)?;
    let fail = || Error::str(format!("{value} is no base64"));
    let signs = text.trim_end_matches('=').as_bytes();
    if signs.len() % 4 == 1 {
        return Err(fail());
    }
    let mut out = Vec::with_capacity(signs.len() / 4 * 3 + 2);
    for chunk in signs.chunks(4) {
        let mut word = 0u32;
        for sign in chunk {
            let code = BASE64.iter().position(|s| s == sign).ok_or_else(fail)?;
            word = word << 6 | code as u32;
        }
        word <<= 6 * (4 - chunk.len());
        let bytes = word.to_be_bytes();
        out.extend_from_slice(&bytes[1..chunk.len()]);
    }
    Ok(Val::utf8_str(out))
}

#[cfg(test)]
mod tests {
    use super::super::query;
    use serde_json::{json, Value};

    fn one(expression: &str, input: Value) -> Value {
        let mut outputs = query::run(expression, &input).unwrap_or_else(|e| panic!("{expression}: {e}"));
        outputs.remove(0)
    }

    #[test]
    fn regular_expressions() {
        assert_eq!(one("test(\"^a\")", json!("abc")), json!(true));
        assert_eq!(one("test(\"^A\"; \"i\")", json!("abc")), json!(true));
        assert_eq!(
            one("capture(\"(?<y>\\\\d{4})-(?<m>\\\\d\\\\d)\")", json!("on 2025-06-02")),
            json!({"y": "2025", "m": "06"})
        );
        assert_eq!(one("[scan(\"\\\\d+\")]", json!("a1 b22")), json!(["1", "22"]));
        assert_eq!(
            one("[scan(\"(a)(b)\")]", json!("abab")),
            json!([["a", "b"], ["a", "b"]])
        );
        assert_eq!(one("sub(\"a\"; \"x\")", json!("aa")), json!("xa"));
        assert_eq!(one("gsub(\"(?<l>[a-z])\"; \"<\\(.l)>\")", json!("ab")), json!("<a><b>"));
        assert_eq!(one("[splits(\", *\")]", json!("a, b,c")), json!(["a", "b", "c"]));
        assert_eq!(one("split(\", *\"; \"\")", json!("a, b")), json!(["a", "b"]));
    }

    #[test]
    fn offsets_count_characters() {
        assert_eq!(
            one(
                "[match(\"b(é)?\"; \"g\") | [.offset, .length, .string, (.captures | length)]]",
                json!("éb béb")
            ),
            json!([[1, 1, "b", 0], [3, 2, "bé", 1], [5, 1, "b", 0]])
        );
    }

    #[test]
    fn a_bad_pattern_or_flag_is_an_error() {
        let error = query::run("test(\"(\")", &json!("a")).expect_err("no regex");
        assert!(error.starts_with("invalid regex \"(\""), "{error}");
        let error = query::run("test(\"a\"; \"q\")", &json!("a")).expect_err("no flag");
        assert_eq!(error, "invalid regex flag: q");
    }

    #[test]
    fn at_formats() {
        assert_eq!(one("@html", json!("<a & 'b'>")), json!("&lt;a &amp; &#39;b&#39;&gt;"));
        assert_eq!(one("@htmld", json!("&lt;&amp;amp;&apos;")), json!("<&amp;'"));
        assert_eq!(one("@uri", json!("a b/é")), json!("a%20b%2F%C3%A9"));
        assert_eq!(one("@urid", json!("a%20b%C3%A9%zz")), json!("a bé%zz"));
        assert_eq!(one("@sh", json!("it's")), json!("'it'\\''s'"));
        assert_eq!(one("@json", json!([1])), json!("[1]"));
        for (text, code) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("é", "w6k=")] {
            assert_eq!(one("@base64", json!(text)), json!(code));
            assert_eq!(one("@base64d", json!(code)), json!(text));
        }
        assert!(query::run("@base64d", &json!("a*")).is_err());
        assert_eq!(one("@base64 \"x\\(.)\"", json!("f")), json!("xZg=="));
    }
}
