//! Which host functions a source names, and which of its own functions its calls reach.
//!
//! Names are looked up as Rune does it (`query::convert_initial_path`): from the innermost block outwards to the module
//! around it, then among the crates; `use` with its groups and aliases, `self`, `super` and `crate` are followed. What
//! then begins with no item of the source, no type and no module of Rune's own library is a function of the host, or
//! of nobody: which one, is for the reader of the facts to say.

use std::collections::HashMap;

use super::items::MODULES;
use super::tokens::{Kind, Tokens, NONE};

/// Crates and primitive types that Rune itself brings along.
const OWN: [&str; 17] = [
    "std", "core", "alloc", "i64", "u64", "f64", "u8", "i8", "i16", "i32", "u16", "u32", "f32", "bool", "char", "str",
    "test",
];

/// Longest chain of `use` that is followed; longer ones, and circles, end there.
const STEPS: usize = 16;

/// Segments of a path that are kept.
const SEGMENTS: usize = 16;

/// Places of one host function that are reported, and host functions that are.
const PLACES: usize = 16;
const NAMES: usize = 4096;

/// Words that end a `use` whose semicolon was forgotten.
const NEXT_ITEM: [&str; 8] = ["fn", "pub", "async", "struct", "mod", "let", "use", "impl"];

/// A path that leads out of the source.
pub struct HostCall {
    /// The path, with `use` resolved.
    pub name: Vec<String>,
    /// First token of what is written.
    pub first: usize,
    /// Last token of what is written.
    pub last: usize,
    /// Whether arguments follow; else the function itself is passed on.
    pub called: bool,
    /// Whether the module is only one that a `use module::*` might have brought it from.
    pub guessed: bool,
}

/// What the paths of a source lead to.
#[derive(Default)]
pub struct Paths {
    /// Functions outside of the source, in its order.
    pub host_calls: Vec<HostCall>,
    /// How often each of them was found.
    places: HashMap<Vec<String>, usize>,
    /// For the first token of a called path: the item of this source that it names.
    pub targets: HashMap<usize, Vec<String>>,
}

/// What a name stands for in a scope.
#[derive(Clone)]
enum Meaning<'s> {
    /// An item of the source; a module has its number.
    Item(Option<usize>),
    /// What a `use` says, with the module that says it.
    Use(Vec<&'s str>, usize),
}

/// A module, or a block with items of its own.
struct Scope<'s> {
    names: HashMap<&'s str, Meaning<'s>>,
    globs: Vec<Vec<&'s str>>,
    module: usize,
}

struct Module<'s> {
    parent: usize,
    scope: usize,
    name: &'s str,
}

struct Resolver<'t, 's> {
    tokens: &'t Tokens<'s>,
    scopes: Vec<Scope<'s>>,
    /// The scope that a `{` begins, by its token.
    begins: HashMap<usize, usize>,
    modules: Vec<Module<'s>>,
    /// What a name means where the walk is, innermost last.
    visible: HashMap<&'s str, Vec<(usize, Meaning<'s>)>>,
}

/// Follows every path of a source. `callees` are the first tokens of the paths whose targets are wanted.
pub fn resolve(tokens: &Tokens, callees: impl Iterator<Item = usize>) -> Paths {
    let mut resolver = Resolver {
        tokens,
        scopes: vec![Scope {
            names: HashMap::new(),
            globs: Vec::new(),
            module: 0,
        }],
        begins: HashMap::new(),
        modules: vec![Module {
            parent: 0,
            scope: 0,
            name: "",
        }],
        visible: HashMap::new(),
    };
    resolver.declare();
    resolver.walk(callees.map(|at| (at, Vec::new())).collect())
}

impl<'s> Resolver<'_, 's> {
    /// Finds the items and imports of every module and block.
    fn declare(&mut self) {
        let tokens = self.tokens;
        let mut open = vec![(NONE, 0)];
        let mut of_impl = false;
        let mut at = 0;
        while at < tokens.len() {
            while open.len() > 1 && open.last().is_some_and(|(brace, _)| tokens.mate(*brace) <= at) {
                open.pop();
            }
            let scope = open.last().map_or(0, |(_, scope)| *scope);
            let module = self.scopes[scope].module;
            if tokens.is(at, "{") {
                let declares_module = at >= 2 && tokens.is(at - 2, "mod") && tokens.kind(at - 1) == Kind::Name;
                let module = match declares_module {
                    true => self.add_module(scope, at),
                    false => module,
                };
                self.scopes.push(Scope {
                    names: HashMap::new(),
                    globs: Vec::new(),
                    module,
                });
                let inner = self.scopes.len() - 1;
                if declares_module {
                    self.modules[module].scope = inner;
                }
                // The functions of an `impl` block are no names of their own.
                if !std::mem::take(&mut of_impl) {
                    self.begins.insert(at, inner);
                }
                open.push((at, inner));
            } else if tokens.kind(at) == Kind::Keyword {
                match tokens.text(at) {
                    "use" => {
                        at = self.import(at + 1, scope, module);
                        continue;
                    }
                    "impl" => of_impl = true,
                    "fn" | "mod" | "struct" | "enum" | "const" | "trait" if tokens.kind(at + 1) == Kind::Name => {
                        let names = &mut self.scopes[scope].names;
                        names.insert(tokens.text(at + 1), Meaning::Item(None));
                    }
                    _ => {}
                }
            }
            at += 1;
        }
    }

    fn add_module(&mut self, scope: usize, brace: usize) -> usize {
        let name = self.tokens.text(brace - 1);
        let parent = self.scopes[scope].module;
        let module = self.modules.len();
        self.modules.push(Module { parent, scope, name });
        self.scopes[scope].names.insert(name, Meaning::Item(Some(module)));
        module
    }

    /// Reads `a::{b, c as d, e::*}` up to its semicolon; gives the token behind it.
    fn import(&mut self, mut at: usize, scope: usize, module: usize) -> usize {
        let tokens = self.tokens;
        let mut path: Vec<&'s str> = Vec::new();
        let mut groups: Vec<usize> = Vec::new();
        let mut done = false;
        while at < tokens.len() && !tokens.is(at, ";") {
            let start = groups.last().copied().unwrap_or(0);
            if tokens.is(at, "{") {
                groups.push(path.len());
            } else if tokens.is(at, "*") {
                self.scopes[scope].globs.push(path.clone());
                done = true;
            } else if tokens.is_any(at, &[",", "}"]) {
                if !done && path.len() > start {
                    self.add_import(&path, None, scope, module);
                }
                path.truncate(start);
                done = tokens.is(at, "}");
                if done {
                    groups.pop();
                }
            } else if tokens.is(at, "as") {
                self.add_import(&path, Some(tokens.text(at + 1)), scope, module);
                done = true;
                at += 1;
            } else if tokens.is_any(at, &NEXT_ITEM) {
                return at;
            } else if tokens.is_word(at) && path.len() < SEGMENTS {
                done = false;
                path.push(tokens.text(at));
            }
            at += 1;
        }
        if !done {
            self.add_import(&path, None, scope, module);
        }
        at + 1
    }

    fn add_import(&mut self, path: &[&'s str], alias: Option<&'s str>, scope: usize, module: usize) {
        // `use a::{self}` brings `a`.
        let path = match path.split_last() {
            Some((&"self", rest)) if !rest.is_empty() => rest,
            _ => path,
        };
        if let Some(name) = alias.or(path.last().copied()) {
            let meaning = Meaning::Use(path.to_vec(), module);
            self.scopes[scope].names.insert(name, meaning);
        }
    }

    fn walk(mut self, mut wanted: HashMap<usize, Vec<String>>) -> Paths {
        let tokens = self.tokens;
        let mut found = Paths::default();
        self.enter(0);
        let mut open: Vec<(usize, usize)> = vec![(tokens.len(), 0)];
        let mut at = 0;
        while at < tokens.len() {
            while open.len() > 1 && open.last().is_some_and(|(end, _)| *end <= at) {
                let scope = open.pop().map_or(0, |(_, scope)| scope);
                self.leave(scope);
            }
            if let Some(scope) = self.begins.get(&at).copied() {
                self.enter(scope);
                open.push((tokens.mate(at), scope));
            }
            let scope = open.last().map_or(0, |(_, scope)| *scope);
            at = match tokens.kind(at) {
                Kind::Keyword if tokens.is(at, "use") => self.end_of_use(at),
                Kind::Keyword if tokens.is_any(at, &["fn", "mod", "struct", "enum", "impl"]) => at + 2,
                Kind::Punctuation if tokens.is(at, "#") && tokens.is(at + 1, "[") => tokens.next(at + 1),
                Kind::Name => self.path(at, scope, &mut found, &mut wanted),
                Kind::Keyword if tokens.is_any(at, &["self", "super", "crate"]) && tokens.is(at + 1, "::") => {
                    self.path(at, scope, &mut found, &mut wanted)
                }
                _ => at + 1,
            };
        }
        wanted.retain(|_, target| !target.is_empty());
        found.targets = wanted;
        found
    }

    fn end_of_use(&self, mut at: usize) -> usize {
        let tokens = self.tokens;
        at += 1;
        while at < tokens.len() && !tokens.is(at, ";") && !tokens.is_any(at, &NEXT_ITEM) {
            at += 1;
        }
        at
    }

    fn enter(&mut self, scope: usize) {
        let module = self.scopes[scope].module;
        for (name, meaning) in &self.scopes[scope].names {
            self.visible.entry(name).or_default().push((module, meaning.clone()));
        }
    }

    fn leave(&mut self, scope: usize) {
        for name in self.scopes[scope].names.keys() {
            if let Some(meanings) = self.visible.get_mut(name) {
                meanings.pop();
            }
        }
    }

    fn path(&self, at: usize, scope: usize, found: &mut Paths, wanted: &mut HashMap<usize, Vec<String>>) -> usize {
        let tokens = self.tokens;
        let (mut segments, next) = tokens.path(at);
        segments.truncate(SEGMENTS);
        let called = tokens.is(next, "(");
        let global = tokens.is(at.wrapping_sub(1), "::");
        // A field, a method, a macro, a key, or a plain name that nobody calls.
        let is_member = tokens.is(at.wrapping_sub(1), ".");
        let is_value = segments.len() == 1 && !called;
        if is_member || is_value || tokens.is(next, "!") {
            return next;
        }
        let module = self.scopes[scope].module;
        let name = match global {
            true => Err(segments),
            false => self.follow(segments, module),
        };
        match name {
            Ok(target) => {
                if let Some(wanted) = wanted.get_mut(&at) {
                    *wanted = target;
                }
            }
            Err(name) => self.outside(at, next, name, scope, called, found),
        }
        next
    }

    /// The item of this source that a path names, or else the path that leads out of it.
    fn follow(&self, mut segments: Vec<&'s str>, mut module: usize) -> Result<Vec<String>, Vec<&'s str>> {
        // Inside: the path has led into a module of this source, where it can only name an item of it.
        let mut inside = false;
        for _ in 0..STEPS {
            let relative = segments
                .iter()
                .take_while(|s| matches!(**s, "self" | "super" | "crate"))
                .count();
            for segment in &segments[..relative] {
                match *segment {
                    "super" => module = self.modules[module].parent,
                    "crate" => module = 0,
                    _ => {}
                }
            }
            inside |= relative > 0;
            segments.drain(..relative);
            let Some(name) = segments.first().copied() else {
                return Ok(self.module_path(module));
            };
            match self.meaning(name, module, inside) {
                // `use json;` names the crate.
                Some(Meaning::Use(path, _)) if path.first() == Some(&name) => {
                    return Err(path.iter().copied().chain(segments.into_iter().skip(1)).collect());
                }
                Some(Meaning::Use(path, declared)) => {
                    module = *declared;
                    segments = path.iter().copied().chain(segments.into_iter().skip(1)).collect();
                    inside = false;
                }
                Some(Meaning::Item(Some(inner))) if segments.len() > 1 => {
                    module = *inner;
                    segments.remove(0);
                    inside = true;
                }
                None if !inside => return Err(segments),
                _ => {
                    let mut path = self.module_path(module);
                    path.extend(segments.into_iter().map(str::to_owned));
                    return Ok(path);
                }
            }
        }
        Ok(Vec::new())
    }

    fn module_path(&self, mut module: usize) -> Vec<String> {
        let mut path = Vec::new();
        while module != 0 && path.len() < MODULES {
            path.push(self.modules[module].name.to_owned());
            module = self.modules[module].parent;
        }
        path.reverse();
        path
    }

    fn meaning(&self, name: &str, module: usize, inside: bool) -> Option<&Meaning<'s>> {
        let here = self.visible.get(name).and_then(|meanings| meanings.last());
        match here.filter(|(visible_in, _)| *visible_in == module && !inside) {
            Some((_, meaning)) => Some(meaning),
            None => self.scopes[self.modules[module].scope].names.get(name),
        }
    }

    /// Keeps a path that leads out of the source, unless it leads into Rune's own library.
    fn outside(&self, at: usize, next: usize, name: Vec<&'s str>, scope: usize, called: bool, found: &mut Paths) {
        let foreign = |root: &str| !OWN.contains(&root) && !root.starts_with(char::is_uppercase);
        let mut report = |name: Vec<&str>, guessed| {
            let name: Vec<String> = name.into_iter().map(str::to_owned).collect();
            if found.places.len() >= NAMES && !found.places.contains_key(&name) {
                return;
            }
            let places = found.places.entry(name.clone()).or_default();
            *places += 1;
            if *places <= PLACES {
                let (first, last) = (at, next - 1);
                found.host_calls.push(HostCall {
                    name,
                    first,
                    last,
                    called,
                    guessed,
                });
            }
        };
        match name[..] {
            [plain] => {
                // Perhaps a function of a module whose names were all brought in.
                let module = self.modules[self.scopes[scope].module].scope;
                let globs = self.scopes[scope].globs.iter().chain(&self.scopes[module].globs);
                let globs = globs.filter(|glob| glob.first().is_some_and(|root| foreign(root)));
                for glob in globs.take(STEPS) {
                    report(glob.iter().copied().chain([plain]).collect(), true);
                }
            }
            [root, ..] if foreign(root) => report(name, false),
            _ => {}
        }
    }
}
