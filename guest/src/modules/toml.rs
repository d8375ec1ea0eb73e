//! `toml::*`.
//!
//! TOML's dates and times become strings (`1979-05-27T07:32:00Z`); integers are 64 bits. Written text has sorted keys.

use rune::runtime::Bytes;
use rune::{alloc, ContextError, Module, Value};
use serde_json::Value as Json;

use super::args::{pure, result, text, Args, Failure};
use crate::convert;
use crate::host::Decl;

static FROM_STRING: Decl = result("toml::from_string", &["text"]);
static FROM_BYTES: Decl = result("toml::from_bytes", &["bytes"]);
static TO_STRING: Decl = result("toml::to_string", &["value"]);
static TO_BYTES: Decl = result("toml::to_bytes", &["value"]);

/// The functions of this file.
pub fn declarations() -> [&'static Decl; 4] {
    [&FROM_STRING, &FROM_BYTES, &TO_STRING, &TO_BYTES]
}

/// The module `toml`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("toml")?;
    pure!(&mut module, FROM_STRING, from_string)?;
    pure!(&mut module, FROM_BYTES, from_bytes)?;
    pure!(&mut module, TO_STRING, to_string)?;
    pure!(&mut module, TO_BYTES, to_bytes)?;
    Ok(module)
}

/// `toml::from_string(text)`: the document as an object. Error: no TOML, with line and column.
fn from_string(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(convert::from_serde(&read(&args.text(0)?)?)?)
}

/// `toml::from_bytes(bytes)`: the same from UTF-8 text.
fn from_bytes(args: &Args<'_>) -> Result<Value, Failure> {
    let bytes = args.bytes(0)?;
    let document = std::str::from_utf8(bytes.as_slice()).map_err(|e| e.to_string())?;
    Ok(convert::from_serde(&read(document)?)?)
}

/// `toml::to_string(value)`: a TOML document.
///
/// Errors: the value is no object; it has a null (`()`, `None`), which TOML cannot say, with its place.
fn to_string(args: &Args<'_>) -> Result<Value, Failure> {
    let written = write(&convert::to_serde(args.value(0)?)?)?;
    Ok(text(&written)?)
}

/// `toml::to_bytes(value)`: the same as bytes.
fn to_bytes(args: &Args<'_>) -> Result<Value, Failure> {
    let written = write(&convert::to_serde(args.value(0)?)?)?;
    let bytes = alloc::Vec::try_from(written.as_bytes())?;
    Ok(Value::new(Bytes::from_vec(bytes))?)
}

/// Reads a TOML document.
pub fn read(document: &str) -> Result<Json, String> {
    let table: ::toml::Table = document.parse().map_err(|e: ::toml::de::Error| {
        let at = e.span().map_or(0, |span| span.start);
        let before = document.get(..at).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        format!("{} at line {line} column {column}", e.message())
    })?;
    to_json(::toml::Value::Table(table))
}

fn to_json(value: ::toml::Value) -> Result<Json, String> {
    Ok(match value {
        ::toml::Value::String(text) => Json::String(text),
        ::toml::Value::Integer(number) => Json::from(number),
        ::toml::Value::Float(number) => match serde_json::Number::from_f64(number) {
            Some(number) => Json::Number(number),
            None => return Err(format!("the float {number} has no JSON form")),
        },
        ::toml::Value::Boolean(flag) => Json::Bool(flag),
        ::toml::Value::Datetime(moment) => Json::String(moment.to_string()),
        ::toml::Value::Array(items) => Json::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?),
        ::toml::Value::Table(table) => {
            let entries = table.into_iter().map(|(key, value)| Ok((key, to_json(value)?)));
            Json::Object(entries.collect::<Result<_, String>>()?)
        }
    })
}

/// Writes a TOML document.
pub fn write(value: &Json) -> Result<String, String> {
    match from_json(value, "$")? {
        ::toml::Value::Table(table) => ::toml::to_string(&table).map_err(|e| e.to_string()),
        _ => Err("a TOML document is an object".into()),
    }
}

fn from_json(value: &Json, path: &str) -> Result<::toml::Value, String> {
    Ok(match value {
        Json::Null => return Err(format!("TOML has no null, at {path}")),
        Json::Bool(flag) => ::toml::Value::Boolean(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => ::toml::Value::Integer(integer),
            (None, Some(float)) if number.is_f64() => ::toml::Value::Float(float),
            _ => return Err(format!("{number} does not fit 64 bits, at {path}")),
        },
        Json::String(text) => ::toml::Value::String(text.clone()),
        Json::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .map(|(i, item)| from_json(item, &format!("{path}[{i}]")));
            ::toml::Value::Array(items.collect::<Result<_, _>>()?)
        }
        Json::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), from_json(value, &format!("{path}.{key}"))?)));
            ::toml::Value::Table(entries.collect::<Result<_, String>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::value;
    use serde_json::json;

    #[test]
    fn a_document_is_an_object() {
        assert_eq!(
            value(r#"toml::from_string("a = 1\n[b]\nc = [1.5, true]\nd = 1979-05-27T07:32:00Z")?"#),
            json!({"a": 1, "b": {"c": [1.5, true], "d": "1979-05-27T07:32:00Z"}})
        );
    }

    #[test]
    fn errors_have_line_and_column() {
        let answer = value(r#"toml::from_string("a = 1\nb = = 2")"#);
        let message = answer["Err"].as_str().unwrap_or_default();
        assert!(message.ends_with("at line 2 column 5"), "{message}");
    }

    #[test]
    fn written_documents_read_the_same() {
        assert_eq!(
            value(r#"toml::from_string(toml::to_string(#{a: #{b: [#{c: 1}, #{c: 2}]}, d: "x"})?)?"#),
            json!({"a": {"b": [{"c": 1}, {"c": 2}]}, "d": "x"})
        );
        assert_eq!(value(r#"toml::from_bytes(toml::to_bytes(#{a: 1})?)?"#), json!({"a": 1}));
    }

    #[test]
    fn what_toml_cannot_say_is_an_err() {
        assert_eq!(
            value("toml::to_string(#{a: [1, ()]})"),
            json!({"Err": "TOML has no null, at $.a[1]"})
        );
        assert_eq!(
            value("toml::to_string([1])"),
            json!({"Err": "a TOML document is an object"})
        );
        let answer = value(r#"toml::from_string("a = nan")"#);
        assert_eq!(answer, json!({"Err": "the float NaN has no JSON form"}));
    }
}
