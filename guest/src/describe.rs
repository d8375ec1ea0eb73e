//! A source as facts: what it declares, how its functions read their arguments, which host functions it names.
//!
//! Sources that parse are read from Rune's own syntax tree (`rune::parse::parse_all::<ast::File>`) and its own tokens.
//! Sources that do not are sketched from the tokens up to the first one that Rune cannot read: enough to say what was
//! meant, never enough to run it. Time and memory are linear in the source; nothing here recurses on its depth.

mod attributes;
mod bodies;
mod items;
mod literals;
mod outline;
mod parameters;
mod paths;
mod tokens;

use rune::ast::Spanned;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use self::items::{ConstantAt, FunctionAt, ModuleAt};
use self::tokens::{Kind, Tokens};

/// Functions, parameters, reads, calls and marks that are reported at most; real tools have some hundreds.
///
/// Beyond it the facts say `truncated`: a source of a megabyte must not become an answer of thirty.
const FACTS: usize = 20_000;

/// What is said about a source: its texts stay in the source, and no map is made of them on the way to JSON.
#[derive(Serialize)]
struct Facts<'s> {
    parsed: bool,
    lexed: bool,
    truncated: bool,
    error: Option<Map<String, Json>>,
    header: Vec<String>,
    functions: Vec<Function<'s>>,
    modules: Vec<Module<'s>>,
    constants: Vec<Constant<'s>>,
    host_calls: Vec<HostCall<'s>>,
}

#[derive(Serialize)]
struct Function<'s> {
    name: &'s str,
    module: &'s [String],
    #[serde(rename = "impl")]
    impl_of: &'s Option<String>,
    public: bool,
    #[serde(rename = "async")]
    is_async: bool,
    instance: bool,
    params: Vec<Parameter<'s>>,
    docs: Vec<String>,
    attributes: Vec<Json>,
    line: u32,
    column: u32,
    reads: Vec<Read<'s>>,
    passes: Vec<Pass<'s>>,
    whole: Vec<&'s Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returns: Option<Json>,
}

#[derive(Serialize)]
struct Parameter<'s> {
    name: &'s Option<String>,
    /// Only a source that is not Rune writes types; the old attribute form does, and its schema is made of them.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    declared: Option<&'s Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    optional: Option<bool>,
}

#[derive(Serialize)]
struct Read<'s> {
    param: &'s Option<String>,
    key: &'s str,
    how: &'s str,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: &'s Option<Json>,
}

#[derive(Serialize)]
struct Pass<'s> {
    param: &'s Option<String>,
    callee: Vec<&'s str>,
    target: Option<&'s Vec<String>>,
    position: usize,
}

#[derive(Serialize)]
struct Module<'s> {
    path: &'s [String],
    public: bool,
    docs: Vec<String>,
    attributes: Vec<Json>,
    line: u32,
    column: u32,
    external: bool,
}

#[derive(Serialize)]
struct Constant<'s> {
    name: &'s str,
    module: &'s [String],
    public: bool,
    text: &'s str,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
}

#[derive(Serialize)]
struct HostCall<'s> {
    name: String,
    written: &'s str,
    called: bool,
    guessed: bool,
    line: u32,
    column: u32,
    length: usize,
}

/// Everything that Python needs to know about a source, as JSON text.
///
/// `parsed` says whether Rune could parse it; if not, `error` says where it stopped, and `functions`, `modules` and
/// `constants` are only what the tokens show. Lines and columns count from 1, columns and lengths in characters.
pub fn describe(source: &str) -> Result<String, serde_json::Error> {
    let (items, error) = match items::parse(source) {
        Ok(items) => (Some(items), None),
        Err(error) => (None, Some(error)),
    };
    // The syntax tree is gone here: tree and tokens of a large source together would not fit into a SAFE VM.
    let (tokens, lex_error) = tokens::lex(source);
    let parsed = items.is_some();
    let items = match items {
        Some(items) => items.look_up(|offset| tokens.at(offset)),
        None => outline::sketch(&tokens),
    };

    let mut left = FACTS.saturating_sub(items.modules.len() + items.constants.len());
    let mut bodies: Vec<bodies::Body> = Vec::new();
    for function in &items.functions {
        let body = bodies::read(&tokens, function);
        let size = 1 + function.marks.len() + body.params.len() + body.reads.len() + body.passes.len();
        if size > left {
            break;
        }
        left -= size;
        bodies.push(body);
    }
    let callees = bodies
        .iter()
        .flat_map(|body| body.passes.iter().map(|pass| pass.callee));
    let paths = paths::resolve(&tokens, callees);
    let functions = items.functions.iter().zip(&bodies);

    serde_json::to_string(&Facts {
        parsed,
        lexed: lex_error.is_none(),
        truncated: bodies.len() < items.functions.len(),
        error: error.map(|error| {
            let range = error.span().range();
            let mut place = place(source, range.start, range.end);
            place.insert("message".into(), error.to_string().into());
            place
        }),
        header: header(&tokens),
        functions: functions
            .map(|(at, body)| function(&tokens, at, body, &paths, parsed))
            .collect(),
        modules: items.modules.iter().take(FACTS).map(|at| module(&tokens, at)).collect(),
        constants: items
            .constants
            .iter()
            .take(FACTS)
            .map(|at| constant(&tokens, at))
            .collect(),
        host_calls: paths.host_calls.iter().map(|call| host_call(&tokens, call)).collect(),
    })
}

/// The `//!` lines (or `/*! */` blocks) that the source begins with.
fn header(tokens: &Tokens) -> Vec<String> {
    (0..)
        .take_while(|at| tokens.kind(*at) == Kind::InnerDoc)
        .flat_map(|at| tokens.doc(at))
        .collect()
}

fn function<'s>(
    tokens: &Tokens<'s>,
    at: &'s FunctionAt,
    body: &'s bodies::Body,
    paths: &'s paths::Paths,
    parsed: bool,
) -> Function<'s> {
    let (docs, attributes) = marks(tokens, &at.marks);
    let name_of = |param: usize| &body.params[param].name;
    Function {
        name: tokens.text(at.name),
        module: &at.module,
        impl_of: &at.impl_of,
        public: at.public,
        is_async: at.is_async,
        instance: tokens.is(at.params + 1, "self"),
        params: body.params.iter().map(|param| parameter(param, parsed)).collect(),
        docs,
        attributes,
        line: tokens.line(at.name),
        column: tokens.column(at.name),
        reads: body
            .reads
            .iter()
            .map(|read| Read {
                param: name_of(read.param),
                key: &read.key,
                how: read.how,
                line: tokens.line(read.token),
                default: &read.default,
            })
            .collect(),
        passes: body
            .passes
            .iter()
            .map(|pass| Pass {
                param: name_of(pass.param),
                callee: tokens.path(pass.callee).0,
                target: paths.targets.get(&pass.callee),
                position: pass.position,
            })
            .collect(),
        whole: body.whole.iter().map(|param| name_of(*param)).collect(),
        returns: returned(tokens, at),
    }
}

fn parameter(param: &parameters::Parameter, parsed: bool) -> Parameter<'_> {
    Parameter {
        name: &param.name,
        declared: (!parsed).then_some(&param.declared),
        optional: (!parsed).then_some(param.optional),
    }
}

/// The value of a function without parameters whose body is one literal, such as `NAME() { "slugify" }`.
///
/// Compiled sources are evaluated; this is what is left to say about sources that do not compile.
fn returned(tokens: &Tokens, at: &FunctionAt) -> Option<Json> {
    if tokens.mate(at.params) != at.params + 1 {
        return None;
    }
    let body = at.body?;
    let (value, next) = literals::literal(tokens, body + 1)?;
    (next == tokens.mate(body)).then_some(value)
}

fn module<'s>(tokens: &Tokens<'s>, at: &'s ModuleAt) -> Module<'s> {
    let (docs, attributes) = marks(tokens, &at.marks);
    Module {
        path: &at.path,
        public: at.public,
        docs,
        attributes,
        line: tokens.line(at.name),
        column: tokens.column(at.name),
        external: at.external,
    }
}

fn constant<'s>(tokens: &Tokens<'s>, at: &'s ConstantAt) -> Constant<'s> {
    Constant {
        name: tokens.text(at.name),
        module: &at.module,
        public: at.public,
        text: tokens.source().get(at.value.clone()).unwrap_or_default().trim(),
        line: tokens.line(at.name),
        value: literals::literal(tokens, tokens.at(at.value.start)).map(|(value, _)| value),
    }
}

fn host_call<'s>(tokens: &Tokens<'s>, call: &paths::HostCall) -> HostCall<'s> {
    let written = tokens.between(call.first, call.last);
    HostCall {
        name: call.name.join("::"),
        written,
        called: call.called,
        guessed: call.guessed,
        line: tokens.line(call.first),
        column: tokens.column(call.first),
        length: written.chars().count(),
    }
}

/// The documentation lines and the attributes among the marks in front of an item.
fn marks(tokens: &Tokens, marks: &[usize]) -> (Vec<String>, Vec<Json>) {
    let mut docs = Vec::new();
    let mut found = Vec::new();
    for at in marks {
        match tokens.kind(*at) {
            Kind::Doc => docs.extend(tokens.doc(*at)),
            Kind::Punctuation => found.push(attributes::attribute(tokens, *at)),
            _ => {}
        }
    }
    (docs, found)
}

/// Line, column and length of a byte range of the source.
fn place(source: &str, start: usize, end: usize) -> Map<String, Json> {
    let floor = |at: usize| {
        (0..=at.min(source.len()))
            .rev()
            .find(|at| source.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let (start, end) = (floor(start), floor(end));
    let before = &source[..start];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let mut place = Map::new();
    place.insert("line".into(), (before.matches('\n').count() + 1).into());
    place.insert("column".into(), (before[line_start..].chars().count() + 1).into());
    place.insert("length".into(), source[start..end.max(start)].chars().count().into());
    place
}

#[cfg(test)]
mod tests;
