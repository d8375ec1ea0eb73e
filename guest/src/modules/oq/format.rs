//! The four formats, and telling them apart.

use serde_json::Value as Json;

use super::{toon, toon_tokens, toon_writer, yaml, yaml_writer};
use crate::modules::{json, toml};

/// A format of structured text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Yaml,
    Toml,
    Toon,
}

impl Format {
    /// The format of a name that a script gave, in any case. Error: there is none.
    pub fn by_name(name: &str) -> Result<Self, String> {
        match name.to_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "yaml" | "yml" => Ok(Self::Yaml),
            "toml" => Ok(Self::Toml),
            "toon" => Ok(Self::Toon),
            _ => Err(format!("unknown format {name:?}: it must be json, yaml, toml or toon")),
        }
    }
}

/// Reads text of a known format. Errors begin with "JSON parse error: " and so on.
pub fn read(text: &str, format: Format) -> Result<Json, String> {
    match format {
        Format::Json => read_json(text).map_err(|e| format!("JSON parse error: {e}")),
        Format::Yaml => yaml::read(text).map_err(|e| format!("YAML parse error: {e}")),
        Format::Toml => toml::read(text).map_err(|e| format!("TOML parse error: {e}")),
        Format::Toon => toon::read(text).map_err(|e| format!("TOON parse error: {e}")),
    }
}

fn read_json(text: &str) -> Result<Json, String> {
    let value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    json::refuse_large_integers(text.as_bytes())?;
    Ok(value)
}

/// Writes text.
pub fn write(value: &Json, format: Format) -> Result<String, String> {
    match format {
        Format::Json => serde_json::to_string_pretty(value).map_err(|e| e.to_string()),
        Format::Yaml => Ok(yaml_writer::write(value)),
        Format::Toml => toml::write(value),
        Format::Toon => Ok(toon_writer::write(value)),
    }
}

/// Reads text of an unknown format.
///
/// Text that begins with `{`, `[` or `"` is JSON (or a table of TOML): YAML would make something of broken JSON too. YAML
/// comes last since it takes nearly every text, and a TOON document before it only when a line has TOON's array header:
/// the other TOON documents are YAML too, with the same meaning.
pub fn read_detected(text: &str) -> Result<Json, String> {
    let Some(first) = text.trim_start().bytes().next() else {
        return Err("the text is empty".into());
    };
    let as_json = read(text, Format::Json);
    if as_json.is_ok() || matches!(first, b'{' | b'"') {
        return as_json;
    }
    let as_toml = read(text, Format::Toml);
    if as_toml.is_ok() || begins_with_table(text) {
        return as_toml;
    }
    if text.lines().any(toon_tokens::has_array_header) {
        let as_toon = read(text, Format::Toon);
        if as_toon.is_ok() || first == b'[' {
            return as_toon;
        }
    }
    if first == b'[' {
        return as_json;
    }
    match read(text, Format::Yaml) {
        Err(_) if text.lines().any(|line| line.contains(" = ")) => as_toml,
        as_yaml => as_yaml,
    }
}

/// Whether the first line is a table of TOML, `[name]`, rather than the begin of a JSON array.
fn begins_with_table(text: &str) -> bool {
    let line = text.trim_start().lines().next().unwrap_or("").trim_end();
    line.starts_with('[') && line.ends_with(']') && !line.contains(',')
}

#[cfg(test)]
mod tests {
    use super::{read, read_detected, Format};
    use serde_json::json;

    #[test]
    fn each_format_is_told_by_its_look() {
        assert_eq!(read_detected(" [1, 2]"), Ok(json!([1, 2])));
        assert_eq!(read_detected("42"), Ok(json!(42)));
        assert_eq!(read_detected("[a]\nb = 1"), Ok(json!({"a": {"b": 1}})));
        assert_eq!(read_detected("a: 1\nb: [x]"), Ok(json!({"a": 1, "b": ["x"]})));
        assert_eq!(read_detected("---\na: 1\n---\n"), Ok(json!({"a": 1})));
        assert_eq!(read_detected("- a\n- b"), Ok(json!(["a", "b"])));
        assert_eq!(read_detected("tags[2]: a,b"), Ok(json!({"tags": ["a", "b"]})));
        assert_eq!(read_detected("just a text"), Ok(json!("just a text")));
    }

    #[test]
    fn the_error_is_of_the_format_that_was_meant() {
        let error = |text: &str| read_detected(text).expect_err(text);
        assert!(error("{\"a\": }").starts_with("JSON parse error"));
        assert!(error("[1, 2").starts_with("JSON parse error"));
        assert!(error("[a]\nb = \n").starts_with("TOML parse error"));
        assert!(error("a: b: c\n- d").starts_with("YAML parse error"));
        assert_eq!(error(" \n"), "the text is empty");
    }

    #[test]
    fn names_of_formats_are_in_any_case() {
        assert_eq!(Format::by_name("YML"), Ok(Format::Yaml));
        assert!(Format::by_name("xml").is_err());
        assert_eq!(read("1", Format::Json), Ok(json!(1)));
    }

    #[test]
    fn integers_beyond_64_bits_are_refused_in_every_format() {
        for (format, text) in [
            (Format::Json, "[100000000000000000000]"),
            (Format::Yaml, "a: 100000000000000000000"),
            (Format::Toml, "a = 100000000000000000000"),
            (Format::Toon, "a: 100000000000000000000"),
        ] {
            assert!(read(text, format).is_err(), "{format:?}");
        }
    }
}
