//! How a function uses its parameters: what it reads from them, and where it passes them on.
//!
//! `args.x` and `args["x"]` need the field, `args.get("x")` does not; schemas of tools that declare none are made of
//! this. Names that a `let`, a loop or a closure takes over are somebody else's from there on.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::items::FunctionAt;
use super::literals;
use super::parameters::{parameters, Parameter};
use super::tokens::{Kind, Tokens};

/// Arguments of a call that are followed: nobody declares more parameters.
const POSITIONS: usize = 32;

/// Longest path of a called function that is followed, in bytes.
const PATH: usize = 256;

/// One field of a parameter, read or written. Of several of one kind only the first is kept.
pub struct Read {
    /// Number of the parameter.
    pub param: usize,
    /// Name of the field.
    pub key: String,
    /// `field`, `index`, `pattern` and `demand` need it; `get` and `check` do not; `set` writes it.
    pub how: &'static str,
    /// The literal that it falls back to.
    pub default: Option<Json>,
    /// Where.
    pub token: usize,
}

/// A parameter that is passed on as a whole.
pub struct Pass {
    /// Number of the parameter.
    pub param: usize,
    /// Where the path of the called function begins.
    pub callee: usize,
    /// Which argument it is there.
    pub position: usize,
}

/// What was found in one function.
#[derive(Default)]
pub struct Body {
    /// Its parameters, without `self`.
    pub params: Vec<Parameter>,
    /// Fields.
    pub reads: Vec<Read>,
    /// Calls that take a parameter on.
    pub passes: Vec<Pass>,
    /// Parameters that are also used in ways that say nothing about their fields: returned, listed, indexed by a value.
    pub whole: Vec<usize>,
}

/// Reads the parameters and the body of a function.
pub fn read(tokens: &Tokens, function: &FunctionAt) -> Body {
    let mut body = Body {
        params: parameters(tokens, function.params),
        ..Body::default()
    };
    let Some(open) = function.body else { return body };
    let mut reader = Reader {
        tokens,
        names: HashMap::new(),
        seen: HashMap::new(),
        whole: vec![false; body.params.len()],
        found: HashMap::new(),
        call: None,
        assigned: Vec::new(),
        body: &mut body,
    };
    for param in 0..reader.body.params.len() {
        if let Some(name) = reader.body.params[param].name.clone() {
            reader.names.insert(name, Name { param, hidden: 0..0 });
        }
    }
    reader.walk(open + 1, tokens.mate(open));
    body
}

/// A name that stands for a parameter, except between two tokens where it stands for something else.
struct Name {
    param: usize,
    hidden: std::ops::Range<usize>,
}

/// A call whose arguments were counted up to some token.
#[derive(Clone, Copy)]
struct Call {
    open: usize,
    callee: Option<usize>,
    at: usize,
    position: usize,
}

struct Reader<'t, 's> {
    tokens: &'t Tokens<'s>,
    names: HashMap<String, Name>,
    seen: HashMap<(usize, String, &'static str), usize>,
    whole: Vec<bool>,
    found: HashMap<(usize, &'static [&'static str]), (usize, usize)>,
    call: Option<Call>,
    /// Fields that are set once their value was computed, which may read them: the end of the value, then the field.
    assigned: Vec<(usize, usize, String, usize)>,
    body: &'t mut Body,
}

impl Reader<'_, '_> {
    fn walk(&mut self, mut at: usize, end: usize) {
        let tokens = self.tokens;
        while at < end {
            self.note_assigned(at);
            at = match tokens.kind(at) {
                // A function inside a function sees nothing of its parameters.
                Kind::Keyword if tokens.is(at, "fn") => self.step_over_function(at, end),
                Kind::Keyword if tokens.is(at, "let") => self.binding(at, end),
                Kind::Keyword if tokens.is(at, "for") => {
                    let inside = self.find(at, end, &["in", "{", ";"]);
                    let block = self.find(inside, end, &["{", ";"]);
                    self.hide(at + 1..inside, block, tokens.mate(block).min(end));
                    inside
                }
                Kind::Punctuation if tokens.is(at, "|") && self.closure_begins(at) => {
                    let close = self.find(at + 1, end, &["|"]);
                    let until = self.closure_end(close + 1, end);
                    self.hide(at + 1..close, close, until);
                    close + 1
                }
                Kind::Punctuation if tokens.is(at, "#") && tokens.is(at + 1, "[") => tokens.next(at + 1),
                Kind::Name => match self.param(at) {
                    Some(param) => self.mention(at, param),
                    None => at + 1,
                },
                _ => at + 1,
            };
        }
        self.note_assigned(end);
    }

    fn note_assigned(&mut self, at: usize) {
        while self.assigned.last().is_some_and(|(end, ..)| *end <= at) {
            if let Some((_, param, key, token)) = self.assigned.pop() {
                self.note(param, key, "set", None, token);
            }
        }
    }

    /// The parameter that the name at a token stands for.
    fn param(&self, at: usize) -> Option<usize> {
        let name = self.names.get(self.tokens.text(at))?;
        (!name.hidden.contains(&at)).then_some(name.param)
    }

    fn mention(&mut self, at: usize, param: usize) -> usize {
        let tokens = self.tokens;
        let (before, next) = (at.wrapping_sub(1), at + 1);
        let elsewhere = tokens.is_any(before, &[".", "::"]) || tokens.is_any(next, &["::", "!"]);
        let is_key = tokens.is(next, ":") && tokens.is_any(before, &["{", ","]) && tokens.is(tokens.parent(at), "{");
        if elsewhere || is_key || tokens.is(next, "is") {
            return next;
        }
        if tokens.is(next, ".") && tokens.is_word(at + 2) && !tokens.is(at + 2, "await") {
            if tokens.is(at + 3, "(") {
                return self.method(at, param);
            }
            self.field(param, tokens.text(at + 2).to_owned(), "field", at, at + 3);
            return at + 3;
        }
        if tokens.is(next, "[") && tokens.mate(next) == at + 3 && tokens.kind(at + 2) == Kind::Text {
            if let Some(key) = tokens.string(at + 2) {
                self.field(param, key, "index", at, at + 4);
                return at + 4;
            }
        }
        let open = tokens.parent(at);
        let argument = tokens.is_any(before, &["(", ","]) && tokens.is_any(next, &[",", ")"]);
        if argument && tokens.is(open, "(") && self.argument(at, open, param) {
            return next;
        }
        self.whole(param);
        next
    }

    /// `args.x` or `args["x"]`: read, unless a `=` stands behind it.
    fn field(&mut self, param: usize, key: String, how: &'static str, at: usize, behind: usize) {
        if self.tokens.is(behind, "=") {
            let end = self.find(behind, usize::MAX, &[";", ","]);
            self.assigned.push((end, param, key, at));
        } else {
            self.note(param, key, how, None, at);
        }
    }

    /// `args.name(..)`: what it says about the fields of `args`.
    fn method(&mut self, at: usize, param: usize) -> usize {
        let tokens = self.tokens;
        let (open, close) = (at + 3, tokens.mate(at + 3));
        let key = tokens.string(open + 1).filter(|_| tokens.kind(open + 1) == Kind::Text);
        match (tokens.text(at + 2), key) {
            ("get" | "remove", Some(key)) if close == open + 2 => {
                let (how, default) = self.fallback(close + 1);
                self.note(param, key, how, default, at);
            }
            ("contains_key", Some(key)) if close == open + 2 => self.note(param, key, "check", None, at),
            ("insert", Some(key)) if tokens.is(open + 2, ",") => self.note(param, key, "set", None, at),
            ("len" | "is_empty", _) => {}
            _ => self.whole(param),
        }
        open + 1
    }

    /// What stands behind `args.get("x")`: `.unwrap_or(5)` is a default, `.unwrap()` makes it required.
    fn fallback(&self, at: usize) -> (&'static str, Option<Json>) {
        let tokens = self.tokens;
        if tokens.is(at, ".") && tokens.is(at + 2, "(") {
            let close = tokens.mate(at + 2);
            return match tokens.text(at + 1) {
                "unwrap" | "expect" => ("demand", None),
                "unwrap_or" => {
                    let value = literals::literal(tokens, at + 3).filter(|(_, next)| *next == close);
                    ("get", value.map(|(value, _)| value))
                }
                _ => ("get", None),
            };
        }
        // Rune always takes the right side here; what it was meant to be is plain.
        if tokens.is(at, "||") {
            let value = literals::literal(tokens, at + 1);
            let value = value.filter(|(_, next)| tokens.is_any(*next, &[";", ",", ")", "}"]));
            return ("get", value.map(|(value, _)| value));
        }
        ("get", None)
    }

    /// A parameter as an argument of a plain call, `f(args)`; not of a method.
    fn argument(&mut self, at: usize, open: usize, param: usize) -> bool {
        let tokens = self.tokens;
        let mut call = self.call.filter(|call| call.open == open).unwrap_or_else(|| Call {
            open,
            callee: self.callee(open),
            at: open + 1,
            position: 0,
        });
        while call.at < at {
            call.position += usize::from(tokens.is(call.at, ","));
            call.at = tokens.next(call.at);
        }
        self.call = Some(call);
        let position = call.position;
        let Some(callee) = call.callee.filter(|_| position < POSITIONS) else {
            return false;
        };
        self.body.passes.push(Pass {
            param,
            callee,
            position,
        });
        true
    }

    /// Where the path in front of a `(` begins, if it is the path of a function.
    fn callee(&self, open: usize) -> Option<usize> {
        let tokens = self.tokens;
        let mut first = open.checked_sub(1).filter(|at| tokens.kind(*at) == Kind::Name)?;
        while first >= 2 && tokens.is(first - 1, "::") && tokens.is_word(first - 2) {
            first -= 2;
        }
        let followed = tokens.start(open) - tokens.start(first) <= PATH;
        (followed && !tokens.is_any(first.wrapping_sub(1), &[".", "::", "fn"])).then_some(first)
    }

    /// `let pattern = value`: another name for a parameter, its fields taken apart, or a name that is now another's.
    fn binding(&mut self, at: usize, end: usize) -> usize {
        let tokens = self.tokens;
        let conditional = tokens.is_any(at.wrapping_sub(1), &["if", "while", "&&"]);
        let equals = self.find(at + 1, end, &["=", ";", "{"]);
        // An object pattern brings its own brace.
        let equals = match tokens.is(equals, "{") && tokens.is(equals - 1, "#") {
            true => self.find(tokens.next(equals), end, &["=", ";", "{"]),
            false => equals,
        };
        if !tokens.is(equals, "=") {
            return at + 1;
        }
        let value = equals + 1;
        let param = self.param(value);
        let cloned = tokens.is(value + 1, ".") && tokens.is(value + 2, "clone") && tokens.is(value + 3, "(");
        let behind = if cloned { value + 5 } else { value + 1 };
        let whole_value = tokens.is(behind, if conditional { "{" } else { ";" });
        if let Some(param) = param.filter(|_| whole_value) {
            if equals == at + 2 && tokens.kind(at + 1) == Kind::Name && !conditional {
                let name = tokens.text(at + 1).to_owned();
                self.names.insert(name, Name { param, hidden: 0..0 });
                return behind;
            }
            if tokens.is(at + 1, "#") && tokens.is(at + 2, "{") {
                self.pattern(at + 2, param, if conditional { "get" } else { "pattern" });
                return behind;
            }
        }
        let (from, until) = match conditional {
            true => {
                let block = self.find(value, end, &["{", ";"]);
                (block, tokens.mate(block).min(end))
            }
            false => (self.find(value, end, &[";"]), tokens.mate(tokens.parent(at)).min(end)),
        };
        self.hide(at + 1..equals, from, until);
        equals
    }

    /// The fields that an object pattern takes out of a parameter.
    fn pattern(&mut self, open: usize, param: usize, how: &'static str) {
        let tokens = self.tokens;
        let close = tokens.mate(open);
        let mut at = open + 1;
        while at < close {
            let key = match tokens.kind(at) {
                Kind::Name => Some(tokens.text(at).to_owned()),
                Kind::Text => tokens.string(at),
                _ => None,
            };
            if let Some(key) = key {
                self.note(param, key, how, None, at);
            }
            at = self.find(at, close, &[","]) + 1;
        }
    }

    fn note(&mut self, param: usize, key: String, how: &'static str, default: Option<Json>, token: usize) {
        let place = (param, key, how);
        if let Some(first) = self.seen.get(&place) {
            let first = &mut self.body.reads[*first].default;
            if first.is_none() {
                *first = default;
            }
            return;
        }
        self.body.reads.push(Read {
            param,
            key: place.1.clone(),
            how,
            default,
            token,
        });
        self.seen.insert(place, self.body.reads.len() - 1);
    }

    fn whole(&mut self, param: usize) {
        if !std::mem::replace(&mut self.whole[param], true) {
            self.body.whole.push(param);
        }
    }

    /// The names of a pattern stand for something else between two tokens.
    fn hide(&mut self, pattern: std::ops::Range<usize>, from: usize, until: usize) {
        for at in pattern {
            if let Some(name) = self.names.get_mut(self.tokens.text(at)) {
                let overlaps = from < name.hidden.end;
                name.hidden.start = if overlaps { name.hidden.start.min(from) } else { from };
                name.hidden.end = if overlaps { name.hidden.end.max(until) } else { until };
            }
        }
    }

    fn step_over_function(&mut self, at: usize, end: usize) -> usize {
        let body = self.find(at + 1, end, &["{", ";"]);
        self.tokens.next(body)
    }

    /// Whether a `|` begins a closure: an operator would have a value in front of it.
    fn closure_begins(&self, at: usize) -> bool {
        let before = at.wrapping_sub(1);
        match self.tokens.kind(before) {
            Kind::Open | Kind::Punctuation => !self.tokens.is(before, "?"),
            Kind::Keyword => self.tokens.is_any(before, &["move", "async", "return", "in", "else"]),
            Kind::Close => self.tokens.is(before, "}"),
            _ => false,
        }
    }

    /// Where the body of a closure ends.
    fn closure_end(&mut self, first: usize, end: usize) -> usize {
        match self.tokens.is(first, "{") {
            true => self.tokens.mate(first),
            false => self.find(first, end.min(self.tokens.mate(self.tokens.parent(first))), &[",", ";"]),
        }
    }

    /// The first of these tokens on the level of `at`, or the end of that level.
    ///
    /// A search that begins inside an earlier one of the same level ends where that one did: a source of nothing but
    /// `let let let` costs no more than any other.
    fn find(&mut self, at: usize, end: usize, wanted: &'static [&'static str]) -> usize {
        let level = self.tokens.parent(at);
        let end = end.min(self.tokens.mate(level));
        if let Some((from, to)) = self.found.get(&(level, wanted)) {
            if (*from..=*to).contains(&at) {
                return (*to).min(end);
            }
        }
        let mut to = at;
        while to < end && !self.tokens.is_any(to, wanted) {
            to = self.tokens.next(to);
        }
        let to = to.min(end);
        self.found.insert((level, wanted), (at, to));
        to
    }
}
