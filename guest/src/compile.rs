//! A script becomes a tool: Rune's context is built once, a source is compiled against it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use rune::alloc::clone::TryClone;
use rune::ast::{Kind, Spanned, Token};
use rune::compile::LinkerError;
use rune::diagnostics::{Diagnostic, FatalDiagnosticKind};
use rune::parse::Parser;
use rune::runtime::{RuntimeContext, Unit};
use rune::{Context, ContextError, Diagnostics, Module, Source, SourceId, Sources, Value};
use serde::Deserialize;
use serde_json::{json, Value as Json};

use crate::block;
use crate::convert::{self, Names};
use crate::host;
use crate::source::SourceText;

/// Attributes of the old host: they mark functions and are legal, whatever they say.
const MARKS: [&str; 5] = ["tool", "param", "hook", "handler", "plugin"];

/// Rune with every module that this guest knows, ready to compile.
pub struct Engine {
    context: Context,
    runtime: Arc<RuntimeContext>,
}

/// A compiled source, ready to be called.
pub struct Tool {
    /// The compiled code.
    pub unit: Arc<Unit>,
    /// The native functions it runs with.
    pub runtime: Arc<RuntimeContext>,
    /// Its text, for the places of errors.
    pub source: SourceText,
    /// What a plugin's function has made, from its first call on.
    pub instance: RefCell<Option<Value>>,
}

/// What the host says when a source is loaded.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct LoadOptions {
    /// Name of the source in messages.
    pub name: String,
    /// Modules of the application that this source may use.
    pub modules: Vec<DeclaredModule>,
    /// Pure functions that the host answers.
    pub routed: HashSet<String>,
}

/// An application's own module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredModule {
    /// Path, `cru::mcp`.
    pub path: String,
    /// Its functions.
    pub functions: Vec<DeclaredFunction>,
}

/// A function of an application's own module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFunction {
    /// Last part of its name.
    pub name: String,
    /// Number of parameters.
    pub params: usize,
    /// Whether scripts await it.
    pub awaited: bool,
    /// Whether scripts get Ok/Err.
    pub gives_result: bool,
}

/// Builds Rune's context with everything that does not depend on a tool.
fn context() -> Result<Context, ContextError> {
    let mut context = Context::with_config(false)?;
    context.install(crate::io::module()?)?;
    let mut marks = Module::new();
    for name in MARKS {
        marks.attribute_macro([name], |_, _, item| Ok(item.try_clone()?))?;
    }
    context.install(marks)?;
    crate::modules::install(&mut context)?;
    Ok(context)
}

impl Engine {
    /// Builds the engine: some milliseconds, done once, when the guest is made.
    pub fn new() -> Result<Self, ContextError> {
        let context = context()?;
        let runtime = Arc::new(context.runtime()?);
        Ok(Self { context, runtime })
    }

    /// Compiles a source. Errors: all diagnostics, as JSON.
    ///
    /// Modules of the application stay in this engine: a VM has one tool.
    pub fn load(&mut self, text: String, options: LoadOptions) -> Result<(Tool, Vec<Json>), Vec<Json>> {
        if !options.modules.is_empty() {
            self.declare(&options.modules)
                .map_err(|e| vec![problem("module", &e.to_string())])?;
        }
        host::set_routed(options.routed);
        let source = SourceText::new(text);
        convert::set_names(names(source.text()));
        let mut diagnostics = Diagnostics::new();
        let built = block::within(|| build(&self.context, &source, &options.name, &mut diagnostics));
        // The copy is what stays: the compiler's own memory is empty when this is over.
        let unit = built.and_then(|unit| unit.try_clone().map_err(|e| e.to_string()));
        let mut found: Vec<Json> = Vec::new();
        for diagnostic in diagnostics.diagnostics() {
            report(diagnostic, &source, &mut found);
        }
        match unit {
            Ok(unit) => Ok((
                Tool {
                    unit: Arc::new(unit),
                    runtime: self.runtime.clone(),
                    source,
                    instance: RefCell::new(None),
                },
                found,
            )),
            Err(error) => {
                if !found.iter().any(|d| d["severity"] == "error") {
                    found.push(problem("build", &error));
                }
                Err(found)
            }
        }
    }

    fn declare(&mut self, modules: &[DeclaredModule]) -> Result<(), ContextError> {
        for declared in modules {
            let mut parts = declared.path.split("::");
            let first = parts.next().unwrap_or_default();
            let mut module = Module::with_crate_item(first, parts.collect::<Vec<_>>())?;
            for function in &declared.functions {
                host::declared(
                    &mut module,
                    &function.name,
                    format!("{}::{}", declared.path, function.name),
                    function.params,
                    function.awaited,
                    function.gives_result,
                )?;
            }
            self.context.install(module)?;
        }
        self.runtime = Arc::new(self.context.runtime()?);
        Ok(())
    }
}

fn build(context: &Context, source: &SourceText, name: &str, diagnostics: &mut Diagnostics) -> Result<Unit, String> {
    let mut sources = Sources::new();
    let memory = Source::new(name, source.text()).map_err(|e| e.to_string())?;
    sources.insert(memory).map_err(|e| e.to_string())?;
    rune::prepare(&mut sources)
        .with_context(context)
        .with_diagnostics(diagnostics)
        .build()
        .map_err(|e| e.to_string())
}

fn problem(kind: &str, message: &str) -> Json {
    json!({"severity": "error", "kind": kind, "message": message})
}

/// Appends a diagnostic of Rune's as JSON; a link error becomes one for each place.
fn report(diagnostic: &Diagnostic, source: &SourceText, found: &mut Vec<Json>) {
    let placed = |severity: &str, kind: &str, message: String, span| {
        let mut it = source.locate(span);
        it["severity"] = severity.into();
        it["kind"] = kind.into();
        // Rune writes the crate that a path starts at as `{root}`, which users never wrote.
        it["message"] = message.replace("{root}::::", "").replace("{root}::", "").into();
        it
    };
    match diagnostic {
        Diagnostic::Fatal(fatal) => match fatal.kind() {
            FatalDiagnosticKind::CompileError(error) => {
                found.push(placed("error", "compile", error.to_string(), error.span()));
            }
            FatalDiagnosticKind::LinkError(LinkerError::MissingFunction { spans, hash }) => {
                for (span, _) in spans {
                    let place = source.locate(*span);
                    let written = source.text().get(span.range()).unwrap_or_default();
                    let mut it = place;
                    it["severity"] = "error".into();
                    it["kind"] = "link".into();
                    it["message"] = format!("Missing function `{written}` with hash `{hash}`").into();
                    found.push(it);
                }
            }
            other => found.push(problem("internal", &other.to_string())),
        },
        Diagnostic::Warning(warning) => {
            found.push(placed("warning", "warning", warning.to_string(), warning.span()));
        }
        _ => {}
    }
}

/// The identifiers and enums of a source, when it declares structs or enums at all.
fn names(text: &str) -> Names {
    let mut names = Names::default();
    if !text.contains("struct") && !text.contains("enum") {
        return names;
    }
    let mut seen = HashSet::new();
    let mut parser = Parser::new(text, SourceId::EMPTY, true);
    let mut after_enum = false;
    while let Ok(token) = parser.parse::<Token>() {
        match token.kind {
            Kind::Eof => break,
            Kind::Ident(_) => {
                let ident = text.get(token.span.range()).unwrap_or_default();
                if after_enum {
                    names.enums.insert(ident.to_string());
                }
                if seen.insert(ident) {
                    names.idents.push(ident.to_string());
                }
            }
            _ => {}
        }
        after_enum = matches!(token.kind, Kind::Enum);
    }
    names
}
