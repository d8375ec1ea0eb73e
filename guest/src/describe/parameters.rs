//! The parameters of a function, those too that Rune refuses for their types.

use super::tokens::{Kind, Tokens};

/// A parameter. `declared` and `optional` are what `x?: T` says, which Rune itself refuses.
pub struct Parameter {
    /// Its name; a pattern has none.
    pub name: Option<String>,
    /// The type behind a colon, as it is written.
    pub declared: Option<String>,
    /// `?` behind the name.
    pub optional: bool,
}

/// The parameters between these parentheses, without `self`.
pub fn parameters(tokens: &Tokens, open: usize) -> Vec<Parameter> {
    let close = tokens.mate(open);
    let mut params = Vec::new();
    let mut at = open + 1;
    while at < close {
        let first = at;
        while at < close && !tokens.is(at, ",") {
            at = tokens.next(at);
        }
        params.extend(parameter(tokens, first, at.min(close)));
        at += 1;
    }
    params
}

fn parameter(tokens: &Tokens, mut first: usize, end: usize) -> Option<Parameter> {
    while tokens.is_any(first, &["mut", "&"]) {
        first += 1;
    }
    if tokens.is(first, "self") || first >= end {
        return None;
    }
    let optional = tokens.is(first + 1, "?");
    let colon = if optional { first + 2 } else { first + 1 };
    let declared = (tokens.is(colon, ":") && colon + 1 < end).then(|| tokens.between(colon + 1, end - 1).to_owned());
    let plain = tokens.kind(first) == Kind::Name && (colon == end || declared.is_some());
    Some(Parameter {
        name: plain.then(|| tokens.text(first).to_owned()),
        declared,
        optional,
    })
}
