//! Writing JSON values as YAML, in block style.

use serde_json::Value as Json;

use super::yaml;

/// Writes a document that ends with a line break.
pub fn write(value: &Json) -> String {
    let mut out = String::new();
    match value {
        Json::Object(entries) if !entries.is_empty() => block(&mut out, value, 0),
        Json::Array(items) if !items.is_empty() => block(&mut out, value, 0),
        scalar => {
            leaf(&mut out, scalar, 0);
            out.push('\n');
        }
    }
    out
}

/// An object or a list that is not empty; the cursor stands behind `level` levels of indentation.
fn block(out: &mut String, value: &Json, level: usize) {
    match value {
        Json::Object(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    indent(out, level);
                }
                text(out, key);
                out.push(':');
                if is_block(value) {
                    out.push('\n');
                    indent(out, level + 1);
                    block(out, value, level + 1);
                } else {
                    out.push(' ');
                    leaf(out, value, level + 1);
                    out.push('\n');
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    indent(out, level);
                }
                out.push_str("- ");
                if is_block(item) {
                    block(out, item, level + 1);
                } else {
                    leaf(out, item, level + 1);
                    out.push('\n');
                }
            }
        }
        _ => {}
    }
}

fn is_block(value: &Json) -> bool {
    match value {
        Json::Object(entries) => !entries.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

fn leaf(out: &mut String, value: &Json, level: usize) {
    match value {
        Json::String(content) if fits_literal(content) => literal(out, content, level),
        Json::String(content) => text(out, content),
        // Numbers, booleans, null, `[]` and `{}` are the same in JSON and YAML.
        other => out.push_str(&other.to_string()),
    }
}

fn text(out: &mut String, content: &str) {
    if is_plain(content) {
        out.push_str(content);
    } else {
        // A JSON string is a YAML one in double quotes, but for signs that YAML calls unprintable.
        let quoted = Json::String(content.into()).to_string();
        for sign in quoted.chars() {
            match sign {
                '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                    out.push_str(&format!("\\u{:04x}", u32::from(sign)));
                }
                sign => out.push(sign),
            }
        }
    }
}

/// Whether text stays a string without quotes, in YAML 1.2 and in the wild (where `yes` and `on` are booleans).
fn is_plain(text: &str) -> bool {
    let old_booleans = ["y", "n", "yes", "no", "on", "off"];
    let resolved = yaml::resolve(text);
    !text.is_empty()
        && resolved.is_ok_and(|value| value.is_string())
        && !old_booleans.contains(&text.to_ascii_lowercase().as_str())
        && !text.starts_with(|first: char| "-?:,[]{}#&*!|>'\"%@`=".contains(first))
        && !text.starts_with("...")
        && text != "<<"
        && text.trim() == text
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && text.chars().all(is_printable)
}

fn is_printable(sign: char) -> bool {
    !sign.is_control() && !matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether several lines can stand as a literal block: its first line must not begin with a blank, which would look
/// like more indentation, and lines of blanks only would lose them.
fn fits_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text
            .split('\n')
            .all(|line| line.chars().all(is_printable) && (line.is_empty() || !line.trim().is_empty()))
}

fn literal(out: &mut String, text: &str, level: usize) {
    let trimmed = text.trim_end_matches('\n');
    out.push_str(match text.len() - trimmed.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, level.max(1));
            out.push_str(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml;
    use super::write;
    use serde_json::json;

    #[test]
    fn blocks() {
        assert_eq!(
            write(&json!({"a": 1, "b": ["x", {"c": true, "d": [[1, 2], []]}], "e": {}, "f": {"g": null}})),
            "a: 1\nb:\n  - x\n  - c: true\n    d:\n      - - 1\n        - 2\n      - []\ne: {}\nf:\n  g: null\n"
        );
        assert_eq!(write(&json!("x")), "x\n");
        assert_eq!(write(&json!([])), "[]\n");
        assert_eq!(
            write(&json!({"t": "a\nb\n", "u": ["a\n\nb"]})),
            "t: |\n  a\n  b\nu:\n  - |-\n    a\n\n    b\n"
        );
    }

    #[test]
    fn dates_and_sentences_need_no_quotes() {
        assert_eq!(
            write(&json!({"day": "2025-06-02", "t": "Roses, red"})),
            "day: 2025-06-02\nt: Roses, red\n"
        );
    }

    #[test]
    fn whatever_is_written_reads_the_same() {
        let texts = [
            "",
            " ",
            "a b",
            "a: b",
            "a #b",
            "#a",
            "- a",
            "-",
            "1",
            "1.5",
            "0x1",
            "true",
            "yes",
            "NO",
            "null",
            "~",
            "'",
            "\"",
            "a:",
            ":a",
            "a\nb",
            "a\nb\n",
            "a\n\n",
            "\na",
            " a\nb",
            "a\n b\n",
            "a\n \nb",
            "\t",
            "a\tb",
            "a\r\nb",
            "\u{0}",
            "é",
            "\u{85}x",
            "\u{2028}x",
            "\u{feff}x",
            "{}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "---",
            "...",
            "... x",
            "<<",
            "=",
            "a\\b",
            "|",
            ">",
            "?",
            "? a",
            ",a",
            "a,b",
            "2025-06-02",
            "\n",
            "\n\n",
            "a\n\n\n",
            "#\n#",
            "- a\n- b",
            "+1",
            "1e5",
            ".5",
            ".",
            "..",
            ".inf",
            "9223372036854775808",
            "0o7",
            "👋",
            "key: |",
            "\u{7f}",
        ];
        for text in texts {
            for value in [
                json!(text),
                json!([text]),
                json!({text: text}),
                json!([[text], {"k": {"l": text}}]),
            ] {
                let written = write(&value);
                assert_eq!(yaml::read(&written).as_ref(), Ok(&value), "{written}");
            }
        }
    }
}
