//! Rune's own tokens, with their places, their matching delimiters and the text of strings.
//!
//! The lexer expands two things that are easier to read unexpanded: a documentation comment, which arrives as the
//! tokens of `#[doc = ".."]`, and a template, whose first backtick arrives as eleven. Both become one token again;
//! the code inside `${..}` stays code.

use rune::ast::{self, BuiltIn, Delimiter, LitSource, StrSource};
use rune::parse::Parser;
use rune::{compile, SourceId};

/// No token.
pub const NONE: usize = u32::MAX as usize;

/// What a token is; its text says the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A name.
    Name,
    /// A reserved word.
    Keyword,
    /// A string in quotes.
    Text,
    /// A piece of text between backticks.
    Piece,
    /// A number.
    Number,
    /// A character, `'c'`.
    Char,
    /// A byte, a byte string, a label, the shebang: nothing that facts are made of.
    Other,
    /// A `///` comment.
    Doc,
    /// A `//!` comment.
    InnerDoc,
    /// `(`, `[`, `{`, or the first backtick of a template.
    Open,
    /// `)`, `]`, `}`, or the last backtick of a template.
    Close,
    /// Operators and separators.
    Punctuation,
    /// Behind the last token.
    End,
}

struct Token {
    kind: Kind,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    mate: u32,
    parent: u32,
}

/// The tokens of a source.
pub struct Tokens<'s> {
    source: &'s str,
    list: Vec<Token>,
}

/// Lexes as far as Rune can; the error says what stopped it.
pub fn lex(source: &str) -> (Tokens<'_>, Option<compile::Error>) {
    let list = Vec::with_capacity(source.len() / 5);
    let mut tokens = Tokens { source, list };
    let error = tokens.fill().err();
    tokens.locate();
    tokens.pair();
    (tokens, error)
}

impl<'s> Tokens<'s> {
    fn fill(&mut self) -> Result<(), compile::Error> {
        let mut parser = Parser::new(self.source, SourceId::EMPTY, true);
        while !parser.is_eof()? {
            let token = parser.parse::<ast::Token>()?;
            let range = token.span.range();
            let (kind, skipped) = match token.kind {
                // `#[builtin(literal)] template!(`, all at the place of the backtick.
                ast::Kind::Open(Delimiter::Empty) => (Kind::Open, 10),
                ast::Kind::Close(Delimiter::Empty) => {
                    // The `)` of `template!(..)` stands in front of it.
                    self.list.pop();
                    (Kind::Close, 0)
                }
                ast::Kind::Ident(LitSource::BuiltIn(BuiltIn::Doc)) => {
                    // `#[` or `#![` at the same place stand in front of it; `=`, the text and `]` behind.
                    let opened = self.list.iter().rev().take_while(|t| t.start as usize == range.start);
                    let opened = opened.count();
                    self.list.truncate(self.list.len() - opened);
                    (if opened == 3 { Kind::InnerDoc } else { Kind::Doc }, 3)
                }
                kind => (self.kind_of(kind, range.start), 0),
            };
            for _ in 0..skipped {
                parser.parse::<ast::Token>()?;
            }
            self.list.push(Token {
                kind,
                start: range.start as u32,
                end: range.end as u32,
                line: 0,
                column: 0,
                mate: NONE as u32,
                parent: NONE as u32,
            });
        }
        Ok(())
    }

    fn kind_of(&self, kind: ast::Kind, start: usize) -> Kind {
        match kind {
            ast::Kind::Ident(_) => Kind::Name,
            ast::Kind::Str(StrSource::Text(text)) if !text.wrapped => Kind::Piece,
            ast::Kind::Str(_) => Kind::Text,
            ast::Kind::Number(_) => Kind::Number,
            ast::Kind::Char(_) => Kind::Char,
            ast::Kind::Byte(_) | ast::Kind::ByteStr(_) | ast::Kind::Label(_) | ast::Kind::Shebang(_) => Kind::Other,
            ast::Kind::Open(_) => Kind::Open,
            ast::Kind::Close(_) => Kind::Close,
            _ => match self.source.as_bytes().get(start) {
                Some(b'_' | b'a'..=b'z' | b'A'..=b'Z') => Kind::Keyword,
                _ => Kind::Punctuation,
            },
        }
    }

    /// Gives each token its line and column, in one walk over the source.
    fn locate(&mut self) {
        let (mut line, mut column) = (1, 1);
        let mut characters = self.source.char_indices().peekable();
        for token in &mut self.list {
            while let Some((_, c)) = characters.next_if(|(at, _)| *at < token.start as usize) {
                if c == '\n' {
                    line += 1;
                    column = 1;
                } else {
                    column += 1;
                }
            }
            (token.line, token.column) = (line, column);
        }
    }

    /// Finds the mate and the parent of each token. Delimiters that do not match are closed by what closes around them.
    fn pair(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        let mut waiting = [0usize; 128];
        for at in 0..self.list.len() {
            let kind = self.list[at].kind;
            if kind == Kind::Close {
                let opener = match self.text(at) {
                    ")" => b'(',
                    "]" => b'[',
                    "}" => b'{',
                    _ => b'`',
                };
                while waiting[opener as usize] > 0 {
                    let Some(top) = open.pop() else { break };
                    let byte = self.source.as_bytes()[self.list[top].start as usize] & 0x7f;
                    waiting[byte as usize] -= 1;
                    self.list[top].mate = at as u32;
                    if byte == opener {
                        self.list[at].mate = top as u32;
                        break;
                    }
                }
            }
            self.list[at].parent = open.last().map_or(NONE, |top| *top) as u32;
            if kind == Kind::Open {
                let byte = self.source.as_bytes()[self.list[at].start as usize] & 0x7f;
                waiting[byte as usize] += 1;
                open.push(at);
            }
        }
        let end = self.list.len() as u32;
        for at in open {
            self.list[at].mate = end;
        }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The whole source.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// What a token is; `End` for `NONE` and whatever lies outside.
    pub fn kind(&self, at: usize) -> Kind {
        self.list.get(at).map_or(Kind::End, |token| token.kind)
    }

    /// A token as it is written.
    pub fn text(&self, at: usize) -> &'s str {
        self.list
            .get(at)
            .map_or("", |token| &self.source[token.start as usize..token.end as usize])
    }

    /// Whether a token is this keyword, delimiter, operator or name. Strings and comments never are.
    pub fn is(&self, at: usize, text: &str) -> bool {
        let code = matches!(
            self.kind(at),
            Kind::Name | Kind::Keyword | Kind::Open | Kind::Close | Kind::Punctuation
        );
        code && self.text(at) == text
    }

    /// Whether a token is one of these.
    pub fn is_any(&self, at: usize, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(at, text))
    }

    /// Whether a token is a name or a reserved word: what may stand after a dot or as a key.
    pub fn is_word(&self, at: usize) -> bool {
        matches!(self.kind(at), Kind::Name | Kind::Keyword)
    }

    /// The other delimiter: of an opening one its closing one, or the end; of a closing one its opening one, or `NONE`.
    pub fn mate(&self, at: usize) -> usize {
        self.list.get(at).map_or(NONE, |token| token.mate as usize)
    }

    /// The opening delimiter around a token, or `NONE`.
    pub fn parent(&self, at: usize) -> usize {
        self.list.get(at).map_or(NONE, |token| token.parent as usize)
    }

    /// The token behind this one on its own level: delimiters are stepped over with all that is in them.
    pub fn next(&self, at: usize) -> usize {
        match self.kind(at) {
            Kind::Open => self.mate(at) + 1,
            _ => at + 1,
        }
    }

    /// The first token that begins at or behind a byte offset.
    pub fn at(&self, offset: usize) -> usize {
        self.list.partition_point(|token| (token.start as usize) < offset)
    }

    /// Where a token begins in the source, in bytes.
    pub fn start(&self, at: usize) -> usize {
        self.list
            .get(at)
            .map_or(self.source.len(), |token| token.start as usize)
    }

    /// Line of a token, from 1.
    pub fn line(&self, at: usize) -> u32 {
        self.list.get(at).map_or(0, |token| token.line)
    }

    /// Column of a token, from 1, in characters.
    pub fn column(&self, at: usize) -> u32 {
        self.list.get(at).map_or(0, |token| token.column)
    }

    /// The source from one token up to the end of another.
    pub fn between(&self, first: usize, last: usize) -> &'s str {
        let end = self
            .list
            .get(last)
            .map_or(self.source.len(), |token| token.end as usize);
        self.source.get(self.start(first)..end).unwrap_or_default()
    }

    /// The segments of the path that begins at a token, and the token behind it. Generic arguments end it.
    pub fn path(&self, at: usize) -> (Vec<&'s str>, usize) {
        let mut segments = vec![self.text(at)];
        let mut next = at + 1;
        while self.is(next, "::") && self.is_word(next + 1) {
            segments.push(self.text(next + 1));
            next += 2;
        }
        (segments, next)
    }

    /// The lines of a documentation comment, without its signs, one blank in front, and blanks behind.
    pub fn doc(&self, at: usize) -> Vec<String> {
        let text = self.text(at);
        let inside = text.get(3..).unwrap_or_default();
        if text.starts_with("//") {
            return vec![inside.strip_prefix(' ').unwrap_or(inside).trim_end().to_owned()];
        }
        let lines = inside.strip_suffix("*/").unwrap_or(inside).lines();
        let lines = lines.map(|line| line.trim().strip_prefix('*').unwrap_or(line.trim()).trim().to_owned());
        let mut lines: Vec<String> = lines.skip_while(String::is_empty).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    /// The value of a string, a piece of a template or a character; nothing when an escape in it is none of Rune's.
    pub fn string(&self, at: usize) -> Option<String> {
        let text = self.text(at);
        match self.kind(at) {
            Kind::Text | Kind::Char => unescape(text.get(1..text.len().checked_sub(1)?)?),
            Kind::Piece => unescape(text),
            _ => None,
        }
    }
}

/// Rune's escapes (`rune::ast::unescape`): `\n \r \t \0 \\ \' \" \$ \`` `, `\x41`, `\u{1F600}`, and a line that goes on.
fn unescape(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match characters.next()? {
            '\n' | '\r' => while characters.next_if(|c| c.is_whitespace()).is_some() {},
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '0' => value.push('\0'),
            c @ ('\\' | '\'' | '"' | '$' | '`') => value.push(c),
            'x' => {
                let digits = [characters.next()?, characters.next()?];
                value.push(character(digits.iter().copied())?);
            }
            'u' => {
                characters.next_if_eq(&'{')?;
                let digits: Vec<char> = std::iter::from_fn(|| characters.next_if(|c| *c != '}'))
                    .take(8)
                    .collect();
                characters.next_if_eq(&'}')?;
                value.push(character(digits.into_iter())?);
            }
            _ => return None,
        }
    }
    Some(value)
}

fn character(mut digits: impl Iterator<Item = char>) -> Option<char> {
    let code = digits.try_fold(0u32, |code, digit| {
        code.checked_mul(16)?.checked_add(digit.to_digit(16)?)
    });
    char::from_u32(code?)
}
