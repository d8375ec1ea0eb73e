//! What a source declares, as Rune's own parser sees it.

use std::ops::Range;

use rune::ast::{self, Spanned};
use rune::parse::parse_all;
use rune::{compile, SourceId};

/// Deepest nesting of modules whose items are listed: a tool's name has at most 128 characters (legacy-tools.md).
pub const MODULES: usize = 64;

/// Longest name of a module whose items are listed, in bytes, for the same reason.
pub const NAME: usize = 128;

/// A function. Places are byte offsets from the parser, and token numbers once they were looked up.
pub struct FunctionAt {
    /// Its documentation comments and attributes.
    pub marks: Vec<usize>,
    /// Its name.
    pub name: usize,
    /// The `(` of its parameters.
    pub params: usize,
    /// The `{` of its body; a trait's function has none.
    pub body: Option<usize>,
    /// `pub`, without a restriction.
    pub public: bool,
    /// `async`.
    pub is_async: bool,
    /// The modules around it.
    pub module: Vec<String>,
    /// The type whose `impl` block it stands in.
    pub impl_of: Option<String>,
}

/// A module.
pub struct ModuleAt {
    /// Its documentation comments and attributes.
    pub marks: Vec<usize>,
    /// Its name.
    pub name: usize,
    /// Its name and the modules around it.
    pub path: Vec<String>,
    /// `pub`, without a restriction.
    pub public: bool,
    /// `mod x;`: the module is in another file.
    pub external: bool,
}

/// A constant.
pub struct ConstantAt {
    /// Its name.
    pub name: usize,
    /// The modules around it.
    pub module: Vec<String>,
    /// `pub`, without a restriction.
    pub public: bool,
    /// Its value in the source, in bytes.
    pub value: Range<usize>,
}

/// Everything that a source declares, in its order.
#[derive(Default)]
pub struct Items {
    /// Functions, those in modules and `impl` blocks too.
    pub functions: Vec<FunctionAt>,
    /// Modules.
    pub modules: Vec<ModuleAt>,
    /// Constants.
    pub constants: Vec<ConstantAt>,
}

/// Parses a source. All places in the result are byte offsets; `Items::look_up` turns them into tokens.
pub fn parse(source: &str) -> Result<Items, compile::Error> {
    let file = parse_all::<ast::File>(source, SourceId::EMPTY, true)?;
    let mut items = Items::default();
    let mut stack = vec![(file.items.iter(), Vec::<String>::new())];
    while let Some((rest, module)) = stack.last_mut() {
        let Some((item, _)) = rest.next() else {
            stack.pop();
            continue;
        };
        match item {
            ast::Item::Fn(function) => items.functions.push(function_at(function, module, None)),
            ast::Item::Impl(block) => {
                let name = &source[block.path.span().range()];
                for function in block.functions.iter() {
                    items.functions.push(function_at(function, module, Some(name)));
                }
            }
            ast::Item::Const(constant) => items.constants.push(ConstantAt {
                name: start(&constant.name),
                module: module.clone(),
                public: constant.visibility.is_public(),
                value: constant.expr.span().range(),
            }),
            ast::Item::Mod(inner) => {
                let mut path = module.clone();
                path.push(source[inner.name.span().range()].to_owned());
                let body = match &inner.body {
                    ast::ItemModBody::InlineBody(body) => Some(body),
                    _ => None,
                };
                items.modules.push(ModuleAt {
                    marks: inner.attributes.iter().map(start).collect(),
                    name: start(&inner.name),
                    path: path.clone(),
                    public: inner.visibility.is_public(),
                    external: body.is_none(),
                });
                if let Some(body) = body.filter(|_| path.len() < MODULES && path.iter().all(|name| name.len() <= NAME))
                {
                    stack.push((body.file.items.iter(), path));
                }
            }
            _ => {}
        }
    }
    Ok(items)
}

fn function_at(function: &ast::ItemFn, module: &[String], impl_of: Option<&str>) -> FunctionAt {
    FunctionAt {
        marks: function.attributes.iter().map(start).collect(),
        name: start(&function.name),
        params: start(&function.args),
        body: Some(start(&function.body)),
        public: function.visibility.is_public(),
        is_async: function.async_token.is_some(),
        module: module.to_vec(),
        impl_of: impl_of.map(str::to_owned),
    }
}

fn start(spanned: &impl Spanned) -> usize {
    spanned.span().range().start
}

impl Items {
    /// Turns the parser's byte offsets into tokens.
    pub fn look_up(mut self, token_at: impl Fn(usize) -> usize) -> Self {
        let look_up = |place: &mut usize| *place = token_at(*place);
        for function in &mut self.functions {
            function.marks.iter_mut().for_each(look_up);
            look_up(&mut function.name);
            look_up(&mut function.params);
            function.body.iter_mut().for_each(look_up);
        }
        for module in &mut self.modules {
            module.marks.iter_mut().for_each(look_up);
            look_up(&mut module.name);
        }
        self.constants
            .iter_mut()
            .for_each(|constant| look_up(&mut constant.name));
        self
    }
}
