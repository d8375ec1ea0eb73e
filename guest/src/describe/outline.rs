//! What a source that Rune cannot parse declares, as far as its tokens show.
//!
//! Only the shape of items is read: marks, `pub`, `async`, `fn name(..) {..}`, `mod name {..}`, `impl Name {..}`,
//! `const NAME = ..;`. Bodies are stepped over. On a source that does parse this finds what the parser finds.

use super::items::{ConstantAt, FunctionAt, Items, ModuleAt, MODULES, NAME};
use super::tokens::{Kind, Tokens};

/// An item's marks and modifiers, as they come before its keyword.
#[derive(Default)]
struct Prefix {
    marks: Vec<usize>,
    public: bool,
    is_async: bool,
}

/// A level of items: the file, a module, an `impl` block.
struct Level {
    end: usize,
    module: Vec<String>,
    impl_of: Option<String>,
}

/// The declarations that the tokens show, in their order.
pub fn sketch(tokens: &Tokens) -> Items {
    let mut items = Items::default();
    let mut levels = vec![Level {
        end: tokens.len(),
        module: Vec::new(),
        impl_of: None,
    }];
    let mut prefix = Prefix::default();
    let mut at = 0;
    while let Some(level) = levels.last() {
        if at >= level.end {
            at = level.end + 1;
            levels.pop();
            prefix = Prefix::default();
            continue;
        }
        match tokens.kind(at) {
            Kind::Doc => {
                prefix.marks.push(at);
                at += 1;
                continue;
            }
            Kind::Punctuation if tokens.is(at, "#") => {
                let open = if tokens.is(at + 1, "!") { at + 2 } else { at + 1 };
                if tokens.is(open, "[") {
                    prefix.marks.push(at);
                    at = tokens.next(open);
                } else {
                    at += 1;
                }
                continue;
            }
            Kind::Keyword => match tokens.text(at) {
                "pub" => {
                    let restricted = tokens.is(at + 1, "(");
                    prefix.public = !restricted;
                    at = if restricted { tokens.next(at + 1) } else { at + 1 };
                    continue;
                }
                "async" => {
                    prefix.is_async = true;
                    at += 1;
                    continue;
                }
                "fn" if tokens.is_word(at + 1) => at = function(tokens, at, level, prefix, &mut items),
                "mod" if tokens.kind(at + 1) == Kind::Name => {
                    let (next, inner) = module(tokens, at, level, prefix, &mut items);
                    at = next;
                    levels.extend(inner);
                }
                "impl" => {
                    let body = find(tokens, at + 1, level.end, &["{", ";"]);
                    if tokens.is(body, "{") {
                        let (end, module) = (tokens.mate(body), level.module.clone());
                        let impl_of = (at + 1..body).rev().find(|at| tokens.kind(*at) == Kind::Name);
                        let impl_of = impl_of.map(|at| tokens.text(at).to_owned());
                        levels.push(Level { end, module, impl_of });
                    }
                    at = body + 1;
                }
                "const" if tokens.kind(at + 1) == Kind::Name => at = constant(tokens, at, level, &prefix, &mut items),
                "const" => {
                    at += 1;
                    continue;
                }
                "use" | "let" => at = find(tokens, at, level.end, &[";"]) + 1,
                "struct" | "enum" => {
                    let end = find(tokens, at, level.end, &[";", "{"]);
                    at = tokens.next(end);
                }
                _ => at += 1,
            },
            _ => at = tokens.next(at),
        }
        prefix = Prefix::default();
    }
    items
}

fn function(tokens: &Tokens, at: usize, level: &Level, prefix: Prefix, items: &mut Items) -> usize {
    let params = find(tokens, at + 2, level.end, &["(", "{", ";"]);
    if !tokens.is(params, "(") {
        return params;
    }
    let behind = tokens.next(params);
    let body = find(tokens, behind, level.end, &["{", ";", "fn"]);
    let body = tokens.is(body, "{").then_some(body);
    items.functions.push(FunctionAt {
        marks: prefix.marks,
        name: at + 1,
        params,
        body,
        public: prefix.public,
        is_async: prefix.is_async,
        module: level.module.clone(),
        impl_of: level.impl_of.clone(),
    });
    body.map_or(behind, |body| tokens.next(body))
}

fn module(tokens: &Tokens, at: usize, level: &Level, prefix: Prefix, items: &mut Items) -> (usize, Option<Level>) {
    let inline = tokens.is(at + 2, "{");
    let mut path = level.module.clone();
    path.push(tokens.text(at + 1).to_owned());
    items.modules.push(ModuleAt {
        marks: prefix.marks,
        name: at + 1,
        path: path.clone(),
        public: prefix.public,
        external: !inline,
    });
    if !inline || path.len() >= MODULES || path.iter().any(|name| name.len() > NAME) {
        return (tokens.next(at + 2), None);
    }
    let inner = Level {
        end: tokens.mate(at + 2),
        module: path,
        impl_of: None,
    };
    (at + 3, Some(inner))
}

fn constant(tokens: &Tokens, at: usize, level: &Level, prefix: &Prefix, items: &mut Items) -> usize {
    let equals = find(tokens, at + 2, level.end, &["=", ";"]);
    let end = find(tokens, equals, level.end, &[";"]);
    items.constants.push(ConstantAt {
        name: at + 1,
        module: level.module.clone(),
        public: prefix.public,
        value: tokens.start(equals + 1)..tokens.start(end),
    });
    end + 1
}

/// The first of these tokens on the level of `at`, or `end`.
fn find(tokens: &Tokens, mut at: usize, end: usize, wanted: &[&str]) -> usize {
    while at < end && !tokens.is_any(at, wanted) {
        at = tokens.next(at);
    }
    at.min(end)
}
