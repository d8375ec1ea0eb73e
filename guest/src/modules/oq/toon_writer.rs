//! Writing JSON values as TOON (Token-Oriented Object Notation), the core forms of version 3.3 of its specification
//! (github.com/toon-format/spec): two blanks a level, the comma as delimiter.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value as Json};

/// Writes a document, without a line break at its end. An empty object is an empty text.
pub fn write(value: &Json) -> String {
    let mut writer = Writer { lines: Vec::new() };
    match value {
        Json::Object(entries) => writer.object(entries, 0),
        Json::Array(items) if items.is_empty() => writer.line(0, "[]".into()),
        Json::Array(items) => writer.array("", items, 0),
        scalar => writer.line(0, token(scalar)),
    }
    writer.lines.join("\n")
}

struct Writer {
    lines: Vec<String>,
}

impl Writer {
    fn line(&mut self, depth: usize, content: String) {
        self.lines.push(format!("{}{content}", "  ".repeat(depth)));
    }

    fn object(&mut self, entries: &Map<String, Json>, depth: usize) {
        for (key, value) in entries {
            let key = key_token(key);
            match value {
                Json::Object(inner) => {
                    self.line(depth, format!("{key}:"));
                    self.object(inner, depth + 1);
                }
                Json::Array(items) if items.is_empty() => self.line(depth, format!("{key}: []")),
                Json::Array(items) => self.array(&key, items, depth),
                scalar => self.line(depth, format!("{key}: {}", token(scalar))),
            }
        }
    }

    /// An array behind its key (none at the root and in lists); an empty one only in lists.
    fn array(&mut self, key: &str, items: &[Json], depth: usize) {
        let length = items.len();
        if items.iter().all(is_primitive) {
            let values: Vec<_> = items.iter().map(token).collect();
            let values = values.join(",");
            let gap = if values.is_empty() { "" } else { " " };
            self.line(depth, format!("{key}[{length}]:{gap}{values}"));
        } else if let Some(fields) = uniform_fields(items) {
            let names: Vec<_> = fields.iter().map(|name| key_token(name)).collect();
            self.line(depth, format!("{key}[{length}]{{{}}}:", names.join(",")));
            for item in items {
                let cells = fields
                    .iter()
                    .map(|name| item.get(*name).map_or_else(String::new, token));
                self.line(depth + 1, cells.collect::<Vec<_>>().join(","));
            }
        } else {
            self.line(depth, format!("{key}[{length}]:"));
            for item in items {
                self.item(item, depth + 1);
            }
        }
    }

    fn item(&mut self, item: &Json, depth: usize) {
        let first = self.lines.len();
        match item {
            Json::Object(entries) if entries.is_empty() => return self.line(depth, "-".into()),
            // Fields stand one level deeper; the hyphen takes the place of the first one's last two blanks.
            Json::Object(entries) => self.object(entries, depth + 1),
            // What is in the array stands one level deeper than the hyphen.
            Json::Array(items) => {
                self.array("", items, depth);
                if let Some(line) = self.lines.get_mut(first) {
                    line.insert_str(2 * depth, "- ");
                }
                return;
            }
            scalar => return self.line(depth, format!("- {}", token(scalar))),
        }
        if let Some(line) = self.lines.get_mut(first) {
            line.replace_range(2 * depth..2 * depth + 2, "- ");
        }
    }
}

fn is_primitive(value: &Json) -> bool {
    !value.is_array() && !value.is_object()
}

/// The field names of a table: all items are objects with the same keys and primitive values.
fn uniform_fields(items: &[Json]) -> Option<Vec<&str>> {
    let first = items.first()?.as_object()?;
    let same = |item: &Json| {
        item.as_object().is_some_and(|object| {
            object.len() == first.len()
                && object
                    .iter()
                    .all(|(key, value)| first.contains_key(key) && is_primitive(value))
        })
    };
    let fits = !first.is_empty() && items.iter().all(same);
    fits.then(|| first.keys().map(String::as_str).collect())
}

fn token(value: &Json) -> String {
    match value {
        Json::String(text) if needs_quotes(text) => quoted(text),
        Json::String(text) => text.clone(),
        Json::Number(number) => number_token(number),
        other => other.to_string(),
    }
}

fn key_token(key: &str) -> String {
    let mut signs = key.chars();
    let begins = signs
        .next()
        .is_some_and(|sign| sign.is_ascii_alphabetic() || sign == '_');
    if begins && signs.all(|sign| sign.is_ascii_alphanumeric() || sign == '_' || sign == '.') {
        key.into()
    } else {
        quoted(key)
    }
}

/// Section 7.2, and `#`, which begins a comment since version 4.
fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.trim() != text
        || matches!(text, "true" | "false" | "null")
        || text.starts_with(['-', '#', '\u{feff}'])
        || text.contains([':', '"', '\\', '[', ']', '{', '}', ','])
        || text.contains(|sign: char| sign.is_control())
        || super::toon_tokens::looks_numeric(text)
}

/// Section 7.1: five short escapes, other control characters as `\u00XX`.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        match sign {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// Section 2: plain decimals from 1e-6 to 1e21, exponents beyond, no `.0`, no `-0`.
fn number_token(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let size = float.abs();
    if size == 0.0 {
        return "0".into();
    }
    if (1e-6..1e21).contains(&size) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            format!("{mantissa}e+{exponent}")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::toon;
    use super::write;
    use serde_json::json;

    #[test]
    fn objects_and_arrays() {
        assert_eq!(
            write(&json!({"id": 1, "name": "Ada", "tags": ["a", "b"], "user": {"x": null}, "z": []})),
            "id: 1\nname: Ada\ntags[2]: a,b\nuser:\n  x: null\nz: []"
        );
        assert_eq!(
            write(&json!({"items": [{"qty": 2, "sku": "A1"}, {"qty": 1.5, "sku": "B,2"}]})),
            "items[2]{qty,sku}:\n  2,A1\n  1.5,\"B,2\""
        );
        assert_eq!(
            write(&json!({"items": [1, "x", {"a": 1, "b": {"c": 2}}, [1, 2], [], {}, [[1]]]})),
            "items[7]:\n  - 1\n  - x\n  - a: 1\n    b:\n      c: 2\n  - [2]: 1,2\n  - [0]:\n  -\n  - [1]:\n    - [1]: 1"
        );
        assert_eq!(
            write(&json!([{"rows": [{"a": 1}, {"a": 2}], "z": 1}])),
            "[1]:\n  - rows[2]{a}:\n      1\n      2\n    z: 1"
        );
        assert_eq!(write(&json!({})), "");
        assert_eq!(write(&json!([])), "[]");
        assert_eq!(write(&json!("x")), "x");
    }

    #[test]
    fn strings_are_quoted_only_where_they_must_be() {
        for (text, token) in [
            ("hello world", "hello world"),
            ("true", "\"true\""),
            ("05", "\"05\""),
            ("1e5", "\"1e5\""),
            ("-x", "\"-x\""),
            ("a:b", "\"a:b\""),
            ("#x", "\"#x\""),
            ("", "\"\""),
            ("a\nb\u{1}", "\"a\\nb\\u0001\""),
            ("v1.2", "v1.2"),
        ] {
            assert_eq!(write(&json!(text)), token);
        }
        assert_eq!(
            write(&json!({"my-key": 1, "a.b": 2, "": 3})),
            "\"\": 3\na.b: 2\n\"my-key\": 1"
        );
    }

    #[test]
    fn numbers_are_canonical() {
        for (number, token) in [
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(1e6), "1000000"),
            (json!(1e-6), "0.000001"),
            (json!(1e-7), "1e-7"),
            (json!(1.5e21), "1.5e+21"),
            (json!(i64::MIN), "-9223372036854775808"),
        ] {
            assert_eq!(write(&number), token);
        }
    }

    #[test]
    fn whatever_is_written_reads_the_same() {
        let texts = [
            "",
            " ",
            "a b",
            "a: b",
            "#a",
            "- a",
            "-",
            "1",
            "05",
            "1.5",
            "true",
            "null",
            "'",
            "\"",
            "a:",
            "a\nb",
            "\t",
            "é",
            "[a]",
            "{}",
            "[]",
            "[2]: a,b",
            "a,b",
            "a|b",
            "\u{0}",
            "\u{feff}x",
            "👋",
            "\\",
            "key[1]: x",
            "---",
            "\u{85}",
        ];
        for text in texts {
            for value in [
                json!(text),
                json!([text]),
                json!([[text]]),
                json!({text: text}),
                json!({"k": [{text: text, "n": 1}, {text: 2, "n": text}]}),
                json!([{"a": [{text: [text]}], "b": {text: {}}}, [[], [[text]], {}], text]),
            ] {
                let written = write(&value);
                assert_eq!(toon::read(&written).as_ref(), Ok(&value), "{written}");
            }
        }
        for number in [0.1, 1e-7, 1.5e300, -2.5] {
            assert_eq!(toon::read(&write(&json!([number]))), Ok(json!([number])));
        }
    }
}
