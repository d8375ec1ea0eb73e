//! Reading YAML 1.2 into JSON values.
//!
//! The crate `saphyr-parser` gives events; this file makes values of them, by the core schema (`yes` is a string, `0o17`
//! an integer, a date a string) with merge keys (`<<`). Aliases are copied, up to a bound: a few lines of nested
//! aliases can stand for gigabytes.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Number, Value as Json};

/// Greatest nesting.
const DEPTH: usize = 128;

/// How much all aliases together may bring, in bytes of text and 16 for each value.
const ALIASED: usize = 4 << 20;

/// Reads the one document of a YAML text; a second one is an error unless it is empty (the `---` that ends a front
/// matter begins one). Errors have line and column.
pub fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        aliased: 0,
        at: (1, 1),
    };
    let mut first = None;
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(first.unwrap_or(Json::Null)),
            Event::DocumentStart(_) => {
                let event = reader.next()?;
                let document = reader.node(event, DEPTH)?.value;
                match first {
                    None => first = Some(document),
                    Some(_) if document.is_null() => {}
                    Some(_) => return reader.fail("the text has more than one document"),
                }
            }
            _ => {}
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// What each anchor stands for, by its number; nothing while it is being read.
    anchors: Vec<Option<Node>>,
    aliased: usize,
    /// Line and column of the event that was read last.
    at: (usize, usize),
}

/// A value and what a copy of it costs.
#[derive(Clone)]
struct Node {
    value: Json,
    weight: usize,
}

impl<'t> Reader<'t> {
    fn fail<T>(&self, message: impl std::fmt::Display) -> Result<T, String> {
        let (line, column) = self.at;
        Err(format!("{message} at line {line} column {column}"))
    }

    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.at = place(&span);
                Ok(event)
            }
            Some(Err(error)) => {
                self.at = (error.marker().line(), error.marker().col() + 1);
                self.fail(error.info())
            }
            None => Ok(Event::StreamEnd),
        }
    }

    fn node(&mut self, event: Event<'t>, left: usize) -> Result<Node, String> {
        let Some(left) = left.checked_sub(1) else {
            return self.fail(format_args!("nested more than {DEPTH} levels deep"));
        };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = Node {
                    weight: 16 + text.len(),
                    value: self.scalar(&text, style, tag.as_deref())?,
                };
                self.keep(anchor, &node);
                Ok(node)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                let mut weight = 16;
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => {
                            let node = self.node(event, left)?;
                            weight += node.weight;
                            items.push(node.value);
                        }
                    }
                }
                let value = Json::Array(items);
                let node = Node { value, weight };
                self.keep(anchor, &node);
                Ok(node)
            }
            Event::MappingStart(anchor, _) => {
                let node = self.mapping(left)?;
                self.keep(anchor, &node);
                Ok(node)
            }
            Event::Alias(anchor) => {
                let Some(Some(node)) = self.anchors.get(anchor) else {
                    return self.fail("an alias stands inside of what it stands for");
                };
                let node = node.clone();
                self.aliased += node.weight;
                if self.aliased > ALIASED {
                    return self.fail(format_args!("the aliases stand for more than {ALIASED} bytes"));
                }
                Ok(node)
            }
            other => self.fail(format_args!("unexpected {other:?}")),
        }
    }

    fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            if let Some(slot) = self.anchors.get_mut(anchor) {
                *slot = Some(node.clone());
            }
        }
    }

    fn mapping(&mut self, left: usize) -> Result<Node, String> {
        let mut entries = Map::new();
        let mut merged = Vec::new();
        let mut weight = 16;
        loop {
            let event = self.next()?;
            let (key, is_merge) = match &event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, ..) => {
                    let plain = *style == ScalarStyle::Plain;
                    (text.to_string(), plain && text == "<<")
                }
                _ => (String::new(), false),
            };
            let key_at = self.at;
            let key = match self.node(event, left)?.value {
                Json::String(text) => text,
                Json::Array(_) | Json::Object(_) => {
                    return self.fail("a key must be a scalar, not a list or an object");
                }
                _ if key.is_empty() => return self.fail("a key is missing"),
                // 1: and true: are keys by their text, as JSON has no others.
                _ => key,
            };
            let event = self.next()?;
            let node = self.node(event, left)?;
            weight += node.weight + key.len() + 16;
            if is_merge {
                merged.push(node.value);
            } else if entries.insert(key.clone(), node.value).is_some() {
                self.at = key_at;
                return self.fail(format_args!("the key {key:?} stands twice in one object"));
            }
        }
        for source in merged {
            self.merge(&mut entries, source)?;
        }
        let value = Json::Object(entries);
        Ok(Node { value, weight })
    }

    /// Adds what `<<` names; a key that is there already stays.
    fn merge(&self, entries: &mut Map<String, Json>, source: Json) -> Result<(), String> {
        match source {
            Json::Object(source) => {
                for (key, value) in source {
                    entries.entry(key).or_insert(value);
                }
                Ok(())
            }
            Json::Array(sources) => {
                for source in sources {
                    if !source.is_object() {
                        return self.fail("<< must name objects");
                    }
                    self.merge(entries, source)?;
                }
                Ok(())
            }
            _ => self.fail("<< must name an object or a list of objects"),
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Json, String> {
        let core = tag.filter(|tag| tag.is_yaml_core_schema());
        let resolved = match core.map(|tag| tag.suffix.as_str()) {
            Some("str") => return Ok(Json::String(text.into())),
            Some("null" | "bool" | "int" | "float") => resolve(text),
            _ if style == ScalarStyle::Plain => resolve(text),
            _ => return Ok(Json::String(text.into())),
        };
        match (resolved, core.map(|tag| tag.suffix.as_str())) {
            (Err(problem), _) => self.fail(problem),
            (Ok(Json::Number(number)), Some("float")) => {
                let float = number.as_f64().and_then(Number::from_f64);
                Ok(float.map_or(Json::Null, Json::Number))
            }
            (Ok(value), Some(wanted)) => {
                let fits = match wanted {
                    "null" => value.is_null(),
                    "bool" => value.is_boolean(),
                    "int" => value.is_i64(),
                    "float" => false,
                    _ => true,
                };
                if fits {
                    Ok(value)
                } else {
                    self.fail(format_args!("{text:?} is no !!{wanted}"))
                }
            }
            (Ok(value), None) => Ok(value),
        }
    }
}

fn place(span: &Span) -> (usize, usize) {
    (span.start.line(), span.start.col() + 1)
}

/// What an unquoted scalar is by the core schema (YAML 1.2.2, section 10.3.2).
///
/// Errors: an integer beyond 64 bits; infinities and NaN, which JSON cannot say.
pub fn resolve(text: &str) -> Result<Json, String> {
    let string = || Ok(Json::String(text.into()));
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Json::Null),
        "true" | "True" | "TRUE" => return Ok(Json::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Json::Bool(false)),
        _ => {}
    }
    let first = text.bytes().next().unwrap_or(b' ');
    if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
        return string();
    }
    let too_large = || format!("the integer {text} does not fit 64 bits");
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
                return string();
            }
            let number = i64::from_str_radix(digits, radix);
            return number.map(Json::from).map_err(|_| too_large());
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("the float {text} has no JSON form"));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|digit| digit.is_ascii_digit()) {
        return text.parse::<i64>().map(Json::from).map_err(|_| too_large());
    }
    if !is_float(unsigned) {
        return string();
    }
    match text.parse::<f64>().ok().and_then(Number::from_f64) {
        Some(number) => Ok(Json::Number(number)),
        None => Err(format!("the float {text} is too large")),
    }
}

/// `1.5`, `1.`, `.5`, `1e3`: digits with a point or an exponent or both.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::{json, Value};

    fn error(text: &str) -> String {
        read(text).expect_err(text)
    }

    #[test]
    fn front_matter() {
        assert_eq!(
            read("title: Roses\ntags: [garden, \"x\"]\ndraft: false\nday: 2025-06-02\nn: 3\nlist:\n  - a\n  - b: 1\n    c: ~"),
            Ok(json!({
                "title": "Roses", "tags": ["garden", "x"], "draft": false, "day": "2025-06-02", "n": 3,
                "list": ["a", {"b": 1, "c": null}]
            }))
        );
        assert_eq!(read("---\na: 1\n---"), Ok(json!({"a": 1})));
        assert_eq!(read(""), Ok(Value::Null));
        assert_eq!(read("# only a comment\n"), Ok(Value::Null));
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        for (text, value) in [
            ("yes", json!("yes")),
            ("True", json!(true)),
            ("~", json!(null)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("007", json!(7)),
            ("+12", json!(12)),
            ("-0.5", json!(-0.5)),
            ("1e3", json!(1000.0)),
            (".5", json!(0.5)),
            ("1_000", json!("1_000")),
            ("1.2.3", json!("1.2.3")),
            ("12:30", json!("12:30")),
            ("-", json!([null])),
            ("+", json!("+")),
            (".", json!(".")),
            ("'1'", json!("1")),
            ("!!str 1", json!("1")),
            ("!!float 1", json!(1.0)),
            ("!!int '1'", json!(1)),
            ("!custom x", json!("x")),
            ("|\n  a\n  b\n", json!("a\nb\n")),
            (">-\n  a\n  b\n", json!("a b")),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        assert_eq!(error("!!int x"), "\"x\" is no !!int at line 1 column 1");
    }

    #[test]
    fn numbers_that_json_cannot_say_are_errors() {
        assert_eq!(
            error("a: 9223372036854775808"),
            "the integer 9223372036854775808 does not fit 64 bits at line 1 column 4"
        );
        assert!(error("a: .inf").contains("no JSON form"));
        assert!(error("a: 1e999").contains("too large"));
        assert_eq!(read("-9223372036854775808"), Ok(json!(i64::MIN)));
    }

    #[test]
    fn keys_are_strings() {
        assert_eq!(
            read("1: a\ntrue: b\n~: c"),
            Ok(json!({"1": "a", "true": "b", "~": "c"}))
        );
        assert!(error("[a]: 1").contains("a key must be a scalar"));
        assert_eq!(
            error("a: 1\na: 2"),
            "the key \"a\" stands twice in one object at line 2 column 1"
        );
    }

    #[test]
    fn aliases_and_merge_keys() {
        assert_eq!(
            read("base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\nlist: [*b]"),
            Ok(json!({"base": {"x": 1, "y": 2}, "other": {"x": 1, "y": 3}, "list": [{"x": 1, "y": 2}]}))
        );
        assert!(error("<<: 1").contains("<< must name"));
        assert!(error("a: *b").contains("at line 1"));
        assert!(error("&a [*a]").contains("an alias stands inside"));
    }

    #[test]
    fn a_bomb_of_aliases_is_an_error() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..30 {
            let before = i - 1;
            let item = format!("*a{before}");
            text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![item; 10].join(", ")));
        }
        assert!(error(&text).contains("the aliases stand for more than"));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        // The parser reads ahead and has a bound of its own for brackets.
        let flow = error(&"[".repeat(5000));
        assert!(flow.contains("recursion limit exceeded"), "{flow}");
        assert!(error(&format!("{}x", "- ".repeat(200))).contains("nested more than 128"));
    }

    #[test]
    fn several_documents_are_an_error() {
        assert!(error("a: 1\n---\nb: 2").contains("more than one document"));
    }

    #[test]
    fn broken_text_has_line_and_column() {
        assert!(error("a: [1, 2").contains("at line"));
        assert!(error("a: b: c").contains("at line 1 column"));
        assert_eq!(error(": :"), "a key is missing at line 1 column 1");
    }
}
