//! `json::*` and `crucible::json_*`.
//!
//! Integers are 64 bits, exactly; a larger one is an error, not a rounded float. Written objects have sorted keys
//! and no spaces, so that equal values give equal texts.

use rune::runtime::Bytes;
use rune::{alloc, ContextError, Module, Value};

use super::args::{awaited_result, pure, result, text, Args, Failure};
use crate::convert::{self, Limits};
use crate::host::Decl;

/// The depth that `serde_json` itself reads.
const DEPTH: usize = 128;

/// What a script may write as one text; the VM's memory is the real limit.
const WRITTEN: Limits = Limits {
    depth: DEPTH,
    bytes: 64 << 20,
    base64: false,
};

static FROM_STRING: Decl = result("json::from_string", &["text"]);
static FROM_BYTES: Decl = result("json::from_bytes", &["bytes"]);
static TO_STRING: Decl = result("json::to_string", &["value"]);
static TO_BYTES: Decl = result("json::to_bytes", &["value"]);
static PARSE: Decl = awaited_result("crucible::json_parse", &["text"]);
static STRINGIFY: Decl = awaited_result("crucible::json_stringify", &["value"]);

/// The functions of this file.
pub fn declarations() -> [&'static Decl; 6] {
    [&FROM_STRING, &FROM_BYTES, &TO_STRING, &TO_BYTES, &PARSE, &STRINGIFY]
}

/// The module `json`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("json")?;
    pure!(&mut module, FROM_STRING, from_string)?;
    pure!(&mut module, FROM_BYTES, from_bytes)?;
    pure!(&mut module, TO_STRING, to_string)?;
    pure!(&mut module, TO_BYTES, to_bytes)?;
    Ok(module)
}

/// Installs `json_parse` and `json_stringify` into the module `crucible`.
pub fn install_crucible(module: &mut Module) -> Result<(), ContextError> {
    pure!(module, PARSE, json_parse)?;
    pure!(module, STRINGIFY, json_stringify)
}

/// `json::from_string(text)`: the value; null is `()`, objects are Objects, arrays Vecs.
///
/// Errors, as serde_json says them with line and column: no JSON; nested more than 128 deep; an integer beyond 64
/// bits.
fn from_string(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(read(args.text(0)?.as_bytes())?)
}

/// `json::from_bytes(bytes)`: the value of JSON text in UTF-8. Errors as `from_string`.
fn from_bytes(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(read(args.bytes(0)?.as_slice())?)
}

/// `json::to_string(value)`: compact JSON. `None` is null, `Some(x)` x, tuples are arrays, structs objects.
///
/// Errors: a value without a JSON form (a function, bytes, NaN, infinities), with its place; nested more than 128
/// deep (a value that contains itself).
fn to_string(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(text(&write(args.value(0)?)?)?)
}

/// `json::to_bytes(value)`: the same as bytes.
fn to_bytes(args: &Args<'_>) -> Result<Value, Failure> {
    let bytes = alloc::Vec::try_from(write(args.value(0)?)?.as_bytes())?;
    Ok(Value::new(Bytes::from_vec(bytes))?)
}

/// `crucible::json_parse(text)`: as `json::from_string`, its errors begin with "JSON parse error: ".
fn json_parse(args: &Args<'_>) -> Result<Value, Failure> {
    let value = read(args.text(0)?.as_bytes());
    Ok(value.map_err(|e| format!("JSON parse error: {e}"))?)
}

/// `crucible::json_stringify(value)`: as `json::to_string`, its errors begin with "JSON stringify error: ".
fn json_stringify(args: &Args<'_>) -> Result<Value, Failure> {
    let written = write(args.value(0)?);
    let written = written.map_err(|e| format!("JSON stringify error: {e}"))?;
    Ok(text(&written)?)
}

/// Reads JSON text.
pub fn read(json: &[u8]) -> Result<Value, String> {
    let value = convert::from_json_deep(json, DEPTH)?;
    refuse_large_integers(json)?;
    Ok(value)
}

/// Writes compact JSON.
pub fn write(value: &Value) -> Result<String, String> {
    let json = convert::to_json(value, WRITTEN).map_err(|e| format!("{} at {}", e.message, e.path))?;
    String::from_utf8(json).map_err(|e| e.to_string())
}

/// Errors when valid JSON text has an integer that does not fit 64 bits: serde_json gives beyond u64 a float.
pub fn refuse_large_integers(json: &[u8]) -> Result<(), String> {
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_string(json, at),
            b'-' | b'0'..=b'9' => {
                let end = json[at..]
                    .iter()
                    .position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
                    .map_or(json.len(), |length| at + length);
                // 18 digits always fit: nearly every number is done with after one comparison.
                if end - at > 18 {
                    let number = String::from_utf8_lossy(&json[at..end]);
                    let whole = !number.contains(['.', 'e', 'E']);
                    if whole && number.parse::<i64>().is_err() {
                        let before = String::from_utf8_lossy(&json[..at]);
                        let line = before.matches('\n').count() + 1;
                        let column = before.rsplit('\n').next().map_or(0, |l| l.len()) + 1;
                        return Err(format!(
                            "the integer {number} does not fit 64 bits at line {line} column {column}"
                        ));
                    }
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

/// The index behind the string that begins at `at`.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{raw, value};
    use serde_json::json;

    #[test]
    fn text_and_value_and_back() {
        assert_eq!(
            value(r#"json::from_string("{\"b\": [null, 2, 2.5], \"a\": \"x\"}")?"#),
            json!({"a": "x", "b": [null, 2, 2.5]})
        );
        assert_eq!(
            value(r#"json::to_string(#{b: (), a: [1, Some(2), None, (3, true)]})?"#),
            json!(r#"{"a":[1,2,null,[3,true]],"b":null}"#)
        );
    }

    #[test]
    fn errors_read_as_serde_json_prints_them() {
        assert_eq!(
            value(r#"json::from_string("{oops")"#),
            json!({"Err": "key must be a string at line 1 column 2"})
        );
        assert_eq!(
            value(r#"crucible::json_parse("{").await"#),
            json!({"Err": "JSON parse error: EOF while parsing an object at line 1 column 1"})
        );
        assert_eq!(
            value(r#"json::from_string("1 2")"#),
            json!({"Err": "trailing characters at line 1 column 3"})
        );
    }

    #[test]
    fn integers_are_exact_or_refused() {
        assert_eq!(
            raw("json::from_string(\"-9223372036854775808\")?").as_signed().ok(),
            Some(i64::MIN)
        );
        for (number, column) in [
            ("9223372036854775808", 1),
            (" -9223372036854775809", 2),
            ("[100000000000000000000]", 2),
        ] {
            let answer = value(&format!("json::from_string(\"{number}\")"));
            let message = answer["Err"].as_str().unwrap_or_default();
            assert!(message.contains("does not fit 64 bits"), "{message}");
            assert!(message.contains("line 1 column"), "{message} {column}");
        }
        assert_eq!(
            value(r#"json::from_string("[\"100000000000000000000\", 100000000000000000000.0]")?"#),
            json!(["100000000000000000000", 1e20])
        );
    }

    #[test]
    fn bytes_in_and_out() {
        assert_eq!(value(r#"json::from_bytes(json::to_bytes(#{a: 1})?)?"#), json!({"a": 1}));
        assert_eq!(
            value(r#"json::from_bytes("[]")"#),
            json!({"Err": "json::from_bytes: argument `bytes` must be bytes, not a string"})
        );
    }

    #[test]
    fn stringify_says_what_has_no_json_form() {
        assert_eq!(
            value("crucible::json_stringify([1, 0.0 / 0.0]).await"),
            json!({"Err": "JSON stringify error: non-finite float NaN at $[1]"})
        );
    }

    #[test]
    fn a_value_that_contains_itself_is_an_err() {
        let answer = value("let a = []; a.push(a); json::to_string(a)");
        assert!(answer["Err"].as_str().is_some_and(|e| e.contains("nested")));
    }

    #[test]
    fn a_forgotten_question_mark_is_named() {
        let answer = value("json::from_string(json::to_string(1))");
        assert!(answer["Err"].as_str().is_some_and(|e| e.contains("a Result")));
    }
}
