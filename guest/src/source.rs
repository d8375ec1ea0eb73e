//! Places in a source: byte offsets to lines, columns and the text of a line.

use rune::ast::Span;
use serde_json::{json, Value as Json};

/// Greatest length of a source line that is passed on, in characters.
const LINE: usize = 400;

/// A source text with the starts of its lines.
pub struct SourceText {
    text: String,
    starts: Vec<usize>,
}

impl SourceText {
    /// Takes a source and finds its lines.
    pub fn new(text: String) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i + 1),
        );
        Self { text, starts }
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `{line, column, length, source_line}` of a span: lines and columns from 1, columns and length in characters.
    pub fn locate(&self, span: Span) -> Json {
        let range = span.range();
        let start = self.floor(range.start);
        let end = self.floor(range.end).max(start);
        let line = self.starts.partition_point(|s| *s <= start) - 1;
        let from = self.starts[line];
        let until = self.starts.get(line + 1).map_or(self.text.len(), |n| *n);
        let source_line: String = self.text[from..until]
            .trim_end_matches(['\n', '\r'])
            .chars()
            .take(LINE)
            .collect();
        json!({
            "line": line + 1,
            "column": self.text[from..start].chars().count() + 1,
            "length": self.text[start..end].chars().count(),
            "source_line": source_line,
        })
    }

    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}
