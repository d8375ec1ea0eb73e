//! Reading TOON (Token-Oriented Object Notation), strictly: the core forms of version 3.3 of its specification
//! (github.com/toon-format/spec) and the comment lines of version 4.
//!
//! Counts must hold, indentation is two blanks a level, blank lines inside arrays and keys that stand twice are errors.
//! Not read: version 4's keyed tables (`[N:]{..}`) and field groups in table heads, which are refused by name.

use serde_json::{Map, Value as Json};

use super::toon_tokens::{colon, head, key_text, split, token, unquoted, Head};

/// Greatest nesting.
const DEPTH: usize = 128;

/// Reads a document. Errors have their line.
pub fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader {
        lines: lines(text)?,
        at: 0,
    };
    let Some(first) = reader.lines.first() else {
        return Ok(Json::Object(Map::new()));
    };
    if first.depth > 0 {
        return Err(format!("the first line is indented at line {}", first.number));
    }
    let (number, content) = (first.number, first.content.clone());
    let value = match head(&content).map_err(|e| located(&e, number))? {
        Some(head) if head.key.is_none() => {
            reader.at += 1;
            reader.array(head, 0, number)?
        }
        None if reader.lines.len() == 1 && colon(&content).is_none() => {
            reader.at += 1;
            token(&content).map_err(|e| located(&e, number))?
        }
        _ => reader.object(0)?,
    };
    match reader.lines.get(reader.at) {
        None => Ok(value),
        Some(line) => Err(located("the document goes on behind its value", line.number)),
    }
}

struct Line {
    number: usize,
    depth: usize,
    content: String,
    /// Whether a blank line stands before it.
    after_blank: bool,
}

fn located(message: &str, line: usize) -> String {
    format!("{message} at line {line}")
}

fn lines(text: &str) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    let mut after_blank = false;
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            after_blank = true;
            continue;
        }
        let content = line.trim_start_matches(' ');
        if content.starts_with('\t') {
            return Err(located("a tab is no indentation", number));
        }
        if content.starts_with('#') {
            continue;
        }
        let blanks = line.len() - content.len();
        if blanks % 2 != 0 {
            return Err(located("the indentation must be a multiple of 2 blanks", number));
        }
        lines.push(Line {
            number,
            depth: blanks / 2,
            content: content.trim_end_matches(' ').into(),
            after_blank,
        });
        after_blank = false;
    }
    Ok(lines)
}

struct Reader {
    lines: Vec<Line>,
    at: usize,
}

impl Reader {
    /// The line that is next, if it stands at this depth.
    fn peek(&self, depth: usize) -> Option<&Line> {
        self.lines.get(self.at).filter(|line| line.depth == depth)
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        if depth > DEPTH {
            return Err(format!("nested more than {DEPTH} levels deep"));
        }
        let mut entries = Map::new();
        while let Some(line) = self.lines.get(self.at) {
            if line.depth < depth {
                break;
            }
            let (number, content) = (line.number, line.content.clone());
            if line.depth > depth {
                return Err(located("the line is indented too far", number));
            }
            self.at += 1;
            let (key, value) = self.field(&content, depth, number)?;
            if entries.contains_key(&key) {
                return Err(located(&format!("the key {key:?} stands twice"), number));
            }
            entries.insert(key, value);
        }
        Ok(Json::Object(entries))
    }

    fn field(&mut self, content: &str, depth: usize, number: usize) -> Result<(String, Json), String> {
        let fail = |message: String| located(&message, number);
        if let Some(mut head) = head(content).map_err(fail)? {
            if let Some(key) = head.key.take() {
                return Ok((key, self.array(head, depth, number)?));
            }
        }
        let Some(at) = colon(content) else {
            return Err(located("a colon is missing behind the key", number));
        };
        let key = key_text(content[..at].trim()).map_err(fail)?;
        let rest = content[at + 1..].trim_matches(' ');
        if !rest.is_empty() {
            return Ok((key, token(rest).map_err(fail)?));
        }
        let inner = match self.peek(depth + 1) {
            Some(_) => self.object(depth + 1)?,
            None => Json::Object(Map::new()),
        };
        Ok((key, inner))
    }

    /// The array of a head that stands at `depth`.
    fn array(&mut self, head: Head, depth: usize, number: usize) -> Result<Json, String> {
        if depth > DEPTH {
            return Err(format!("nested more than {DEPTH} levels deep"));
        }
        let items = match &head.fields {
            Some(_) if !head.rest.is_empty() => {
                return Err(located("a table's rows stand on their own lines", number));
            }
            Some(fields) => self.rows(fields, &head, depth + 1)?,
            None if head.rest.is_empty() => self.items(&head, depth + 1)?,
            None => {
                let cells = split(&head.rest, head.delimiter);
                let values = cells.iter().map(|cell| token(cell.trim()));
                values.collect::<Result<_, _>>().map_err(|e| located(&e, number))?
            }
        };
        if items.len() != head.length {
            let (wanted, got) = (head.length, items.len());
            return Err(located(
                &format!("{wanted} values are announced, but there are {got}"),
                number,
            ));
        }
        Ok(Json::Array(items))
    }

    fn rows(&mut self, fields: &[String], head: &Head, depth: usize) -> Result<Vec<Json>, String> {
        let mut rows: Vec<Json> = Vec::new();
        while let Some(line) = self.peek(depth) {
            if rows.len() == head.length && is_field(&line.content, head.delimiter) {
                break;
            }
            let number = line.number;
            if line.after_blank && !rows.is_empty() {
                return Err(located("a blank line stands inside of an array", number));
            }
            let cells = split(&line.content, head.delimiter);
            if cells.len() != fields.len() {
                let (wanted, got) = (fields.len(), cells.len());
                return Err(located(
                    &format!("the row must have {wanted} values, not {got}"),
                    number,
                ));
            }
            let mut row = Map::new();
            for (field, cell) in fields.iter().zip(cells) {
                let value = token(cell.trim()).map_err(|e| located(&e, number))?;
                if row.insert(field.clone(), value).is_some() {
                    return Err(located(&format!("the field {field:?} stands twice"), number));
                }
            }
            rows.push(Json::Object(row));
            self.at += 1;
        }
        Ok(rows)
    }

    fn items(&mut self, head: &Head, depth: usize) -> Result<Vec<Json>, String> {
        let mut items = Vec::new();
        while items.len() < head.length {
            let Some(line) = self.peek(depth) else { break };
            let (number, content) = (line.number, line.content.clone());
            if line.after_blank && !items.is_empty() {
                return Err(located("a blank line stands inside of an array", number));
            }
            let inner = match content.strip_prefix("- ") {
                Some(inner) => inner.trim_start_matches(' ').to_string(),
                None if content == "-" => {
                    self.at += 1;
                    items.push(Json::Object(Map::new()));
                    continue;
                }
                None => return Err(located("an item must begin with \"- \"", number)),
            };
            let fail = |message: String| located(&message, number);
            let item = match self::head(&inner).map_err(fail)? {
                Some(head) if head.key.is_none() => {
                    self.at += 1;
                    self.array(head, depth, number)?
                }
                None if colon(&inner).is_none() => {
                    self.at += 1;
                    token(&inner).map_err(fail)?
                }
                _ => {
                    // The first field stands behind the hyphen, at the depth of the other fields.
                    if let Some(line) = self.lines.get_mut(self.at) {
                        line.content = inner;
                        line.depth = depth + 1;
                    }
                    self.object(depth + 1)?
                }
            };
            items.push(item);
        }
        Ok(items)
    }
}

/// Whether a line at the rows' depth is a field behind the table: its colon comes before its delimiter.
fn is_field(content: &str, delimiter: char) -> bool {
    match (colon(content), unquoted(content, |sign| sign == delimiter)) {
        (Some(colon), Some(delimiter)) => colon < delimiter,
        (colon, None) => colon.is_some(),
        (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

    fn error(text: &str) -> String {
        read(text).expect_err(text)
    }

    #[test]
    fn the_forms_of_the_specification() {
        for (text, value) in [
            (
                "id: 123\nname: Ada\nactive: true",
                json!({"id": 123, "name": "Ada", "active": true}),
            ),
            (
                "user:\n  id: 1\n  empty:\nlast: x",
                json!({"user": {"id": 1, "empty": {}}, "last": "x"}),
            ),
            ("tags[3]: admin,ops,dev", json!({"tags": ["admin", "ops", "dev"]})),
            (
                "pairs[2]:\n  - [2]: 1,2\n  - [2]: 3,4",
                json!({"pairs": [[1, 2], [3, 4]]}),
            ),
            (
                "items[2]{sku,qty}:\n  A1,2\n  B2,1",
                json!({"items": [{"sku": "A1", "qty": 2}, {"sku": "B2", "qty": 1}]}),
            ),
            (
                "items[3]:\n  - 1\n  - a: 1\n  - text",
                json!({"items": [1, {"a": 1}, "text"]}),
            ),
            (
                "items[2]:\n  - id: 1\n    n:\n      x: 1\n  - id: 2",
                json!({"items": [{"id": 1, "n": {"x": 1}}, {"id": 2}]}),
            ),
            (
                "items[1]:\n  - users[2]{id}:\n      1\n      2\n    s: a",
                json!({"items": [{"users": [{"id": 1}, {"id": 2}], "s": "a"}]}),
            ),
            ("t[3|]: a|b,c|d", json!({"t": ["a", "b,c", "d"]})),
            ("t[1\t]{a\tb}:\n  1\tx y", json!({"t": [{"a": 1, "b": "x y"}]})),
            (
                "links[1]{id,url}:\n  1,\"http://a:b\"",
                json!({"links": [{"id": 1, "url": "http://a:b"}]}),
            ),
            ("[2]: 1,2", json!([1, 2])),
            ("[]", json!([])),
            ("a: []\nb[0]:", json!({"a": [], "b": []})),
            ("hello world", json!("hello world")),
            ("42", json!(42)),
            ("", json!({})),
            ("\"a b\": \"x\\n\\u0041\"", json!({"a b": "x\nA"})),
            ("\"my-key\"[1]: x", json!({"my-key": ["x"]})),
            (
                "n: 05\nm: -1.5e3\nv: 1.2.3",
                json!({"n": "05", "m": -1500.0, "v": "1.2.3"}),
            ),
            ("# a comment\na: 1\n\nb: 2\n", json!({"a": 1, "b": 2})),
            ("x[2]: \"\",", json!({"x": ["", ""]})),
            ("a[b]: 1", json!({"a[b]": 1})),
            ("a: 1\r\nb: 2\r\n", json!({"a": 1, "b": 2})),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, message) in [
            ("a: 1\nkey value", "a colon is missing behind the key at line 2"),
            ("name: \"bad\\x\"", "unknown escape \\x at line 1"),
            ("name: \"open", "the closing quote is missing at line 1"),
            (
                "items[1]:\n   - value",
                "the indentation must be a multiple of 2 blanks at line 2",
            ),
            ("items[1]:\n\t- value", "a tab is no indentation at line 2"),
            (
                "items[3]{id,name}:\n  1,A\n  2,B",
                "3 values are announced, but there are 2 at line 1",
            ),
            ("items[1]{id,name}:\n  1", "the row must have 2 values, not 1 at line 2"),
            ("tags[5]: a,b", "5 values are announced, but there are 2 at line 1"),
            (
                "t[2]{a}:\n  1\n\n  2",
                "a blank line stands inside of an array at line 4",
            ),
            ("a: 1\na: 2", "the key \"a\" stands twice at line 2"),
            ("a:\n    b: 1", "the line is indented too far at line 2"),
            ("[1]: a\nb: 1", "the document goes on behind its value at line 2"),
            (
                "s[2:]{a}:\n  x: 1\n  y: 2",
                "keyed tables of TOON 4 are not read at line 1",
            ),
            ("s[1]{a{b,c}}:\n  1,2", "field groups of TOON 4 are not read at line 1"),
            (
                "n: 9223372036854775808",
                "the integer 9223372036854775808 does not fit 64 bits at line 1",
            ),
        ] {
            assert_eq!(error(text), message, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep: String = (0..300).map(|depth| format!("{}a:\n", "  ".repeat(depth))).collect();
        assert!(error(&deep).contains("nested more than 128"));
    }
}
