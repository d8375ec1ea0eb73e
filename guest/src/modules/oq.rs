//! `oq::*`: jq over values and over JSON, YAML, TOML and TOON text.
//!
//! The jq is jaq 3. It has no clock (`now`), no environment (`env`, `$ENV`), no inputs (`input`, `inputs`) and no
//! modules (`import`, `include`); `debug` and `stderr` pass their input on and print nothing; local time is UTC.

mod date_patterns;
mod dates;
mod format;
mod math;
mod natives;
mod query;
mod toon;
mod toon_tokens;
mod toon_writer;
mod yaml;
mod yaml_writer;

use rune::{ContextError, Module, Value};

use super::args::{pure, result, text, Args, Failure};
use crate::convert;
use crate::host::Decl;
use format::Format;

static QUERY: Decl = result("oq::query", &["text", "expression"]);
static PARSE: Decl = result("oq::parse", &["text"]);
static PARSE_WITH_FORMAT: Decl = result("oq::parse_with_format", &["text", "format"]);
static FORMAT: Decl = result("oq::format", &["value"]);
static FORMAT_TO: Decl = result("oq::format_to", &["value", "format"]);

/// The functions of this file.
pub fn declarations() -> [&'static Decl; 5] {
    [&QUERY, &PARSE, &PARSE_WITH_FORMAT, &FORMAT, &FORMAT_TO]
}

/// The module `oq`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("oq")?;
    pure!(&mut module, QUERY, query)?;
    pure!(&mut module, PARSE, parse)?;
    pure!(&mut module, PARSE_WITH_FORMAT, parse_with_format)?;
    pure!(&mut module, FORMAT, format)?;
    pure!(&mut module, FORMAT_TO, format_to)?;
    Ok(module)
}

/// `oq::query(text, expression)`: what the jq expression gives for the value, or for the value that the text says
/// (its format is detected as `parse` does it).
///
/// One output is given as it is, several as a list, none as `()`; `[..]` around the expression makes it a list in any
/// case. Errors: the text cannot be read; the expression is no jq (with column); the jq program's own error.
fn query(args: &Args<'_>) -> Result<Value, Failure> {
    let given = args.value(0)?;
    let input = match given.borrow_string_ref() {
        Ok(document) => format::read_detected(&document)?,
        Err(_) => convert::to_serde(given)?,
    };
    let expression = args.text(1)?;
    let mut outputs = query::run(&expression, &input)?;
    let output = match outputs.len() {
        0 => serde_json::Value::Null,
        1 => outputs.remove(0),
        _ => serde_json::Value::Array(outputs),
    };
    Ok(convert::from_serde(&output)?)
}

/// `oq::parse(text)`: the value; JSON, then TOML, then TOON (if a line has its array header `[N]:`), then YAML is tried.
///
/// Error: no format fits; the text says what the likeliest one missed.
fn parse(args: &Args<'_>) -> Result<Value, Failure> {
    let value = format::read_detected(&args.text(0)?)?;
    Ok(convert::from_serde(&value)?)
}

/// `oq::parse_with_format(text, format)`: the value, with "json", "yaml" (or "yml"), "toml" or "toon" in any case.
fn parse_with_format(args: &Args<'_>) -> Result<Value, Failure> {
    let format = Format::by_name(&args.text(1)?)?;
    let value = format::read(&args.text(0)?, format)?;
    Ok(convert::from_serde(&value)?)
}

/// `oq::format(value)`: the value as TOON, as the legacy hosts did it.
fn format(args: &Args<'_>) -> Result<Value, Failure> {
    let value = convert::to_serde(args.value(0)?)?;
    Ok(text(&format::write(&value, Format::Toon)?)?)
}

/// `oq::format_to(value, format)`: the value as text. JSON is indented by two blanks; keys are sorted in all formats.
///
/// Errors: an unknown format; a value without a JSON form; for TOML a null or a value that is no object.
fn format_to(args: &Args<'_>) -> Result<Value, Failure> {
    let format = Format::by_name(&args.text(1)?)?;
    let value = convert::to_serde(args.value(0)?)?;
    Ok(text(&format::write(&value, format)?)?)
}

#[cfg(test)]
mod tests {
    use super::super::tests::value;
    use serde_json::json;

    #[test]
    fn a_query_reads_text_of_any_format() {
        assert_eq!(value(r#"oq::query("title: Roses", "keys")?"#), json!(["title"]));
        assert_eq!(value(r#"oq::query("{\"a\": [1, 2]}", ".a")?"#), json!([1, 2]));
        assert_eq!(value(r#"oq::query("a = 1\n[b]\nc = 2", ".b.c")?"#), json!(2));
        assert_eq!(
            value(r#"oq::query("items[2]{id,name}:\n  1,x\n  2,y", ".items[1].name")?"#),
            json!("y")
        );
    }

    #[test]
    fn a_query_reads_values() {
        assert_eq!(
            value("oq::query(#{a: [#{n: 1}, #{n: 2}]}, \"[.a[].n] | add\")?"),
            json!(3)
        );
    }

    #[test]
    fn outputs_none_one_and_several() {
        assert_eq!(value(r#"oq::query([1, 2], "empty")?"#), json!(null));
        assert_eq!(value(r#"oq::query([1, 2], ".[0]")?"#), json!(1));
        assert_eq!(value(r#"oq::query([1, 2], ".[]")?"#), json!([1, 2]));
        assert_eq!(value(r#"oq::query([1], "[.[]]")?"#), json!([1]));
    }

    #[test]
    fn errors_are_texts() {
        assert_eq!(
            value(r#"oq::query("<feed/>", ".items | map(.title)")"#),
            json!({"Err": "cannot index \"<feed/>\" with \"items\""})
        );
        assert_eq!(
            value(r#"oq::query("{..}", ".")"#),
            json!({"Err": "JSON parse error: key must be a string at line 1 column 2"})
        );
        assert_eq!(
            value(r#"oq::query(1, 2)"#),
            json!({"Err": "oq::query: argument `expression` must be a string, not an integer"})
        );
        assert_eq!(
            value(r#"oq::format_to(1, "xml")"#),
            json!({"Err": "unknown format \"xml\": it must be json, yaml, toml or toon"})
        );
    }

    #[test]
    fn formats_there_and_back() {
        for format in ["json", "yaml", "toml", "toon"] {
            assert_eq!(
                value(&format!(
                    r#"let v = #{{a: [1, 2.5, true], b: #{{c: "x: y"}}, d: [#{{e: 1}}, #{{e: 2}}]}};
                    oq::parse_with_format(oq::format_to(v, "{format}")?, "{format}")?"#
                )),
                json!({"a": [1, 2.5, true], "b": {"c": "x: y"}, "d": [{"e": 1}, {"e": 2}]}),
                "{format}"
            );
        }
        assert_eq!(value("oq::format(#{tags: [\"a\", \"b\"]})?"), json!("tags[2]: a,b"));
        assert_eq!(
            value(r#"oq::parse(oq::format([#{id: 1}, #{id: 2}])?)?"#),
            json!([{"id": 1}, {"id": 2}])
        );
    }
}
