//! The modules that scripts see besides Rune's own.
//!
//! Every function has one canonical name (`crucible::json_parse`, `fs::exists`), which is its place in Rune, and
//! aliases, which Rune resolves when it compiles:
//!
//! - `crucible::json_parse` is `crucible::json::json_parse` as well, by its capability (basic, http, json, file);
//! - `fs::exists` is `crucible::fs::exists` as well, and so on for json, toml, regex, oq, http, fs, paths, shell.

pub mod args;
mod basic;
mod files;
pub mod hooks;
mod http;
mod json;
mod oq;
mod process;
mod regex;
mod toml;

use rune::{Context, ContextError, Item, ItemBuf, Module};

use crate::host::Decl;

/// Installs every module.
pub fn install(context: &mut Context) -> Result<(), ContextError> {
    let mut crucible = Module::with_crate("crucible")?;
    basic::install(&mut crucible)?;
    files::install_crucible(&mut crucible)?;
    hooks::install(&mut crucible)?;
    http::install_crucible(&mut crucible)?;
    json::install_crucible(&mut crucible)?;
    context.install(crucible)?;

    let roots = [
        ("json", json::module()?),
        ("toml", toml::module()?),
        ("regex", regex::module()?),
        ("oq", oq::module()?),
        ("http", http::module()?),
        ("fs", files::fs_module()?),
        ("paths", files::paths_module()?),
        ("shell", process::module()?),
    ];
    for (root, module) in roots {
        context.install(module)?;
        context.install(aliases_of_root(root)?)?;
    }
    context.install(aliases_of_flat("basic", &[])?)?;
    context.install(aliases_of_flat("file", &[])?)?;
    Ok(())
}

/// `crucible::json`, with the functions of `json` and those of the flat `crucible::json_*`.
fn aliases_of_root(root: &'static str) -> Result<Module, ContextError> {
    let types: &[&str] = match root {
        "regex" => &["Regex"],
        "http" => &["Client", "RequestBuilder", "Response", "StatusCode"],
        _ => &[],
    };
    let mut module = aliases_of_flat(root, types)?;
    for decl in declarations() {
        let mut parts = decl.name.split("::");
        if let (Some(first), Some(name), None) = (parts.next(), parts.next(), parts.next()) {
            if first == root {
                module.reexport([name], &item(&[root, name])?)?;
            }
        }
    }
    Ok(module)
}

/// `crucible::basic`, with the flat functions of that capability.
fn aliases_of_flat(capability: &'static str, types: &[&'static str]) -> Result<Module, ContextError> {
    let mut module = Module::with_crate_item("crucible", [capability])?;
    for name in types {
        module.reexport([*name], &item(&[capability, name])?)?;
    }
    for decl in declarations() {
        if let Some(name) = decl.name.strip_prefix("crucible::") {
            if capability_of_flat(name) == capability {
                module.reexport([name], &item(&["crucible", name])?)?;
            }
        }
    }
    Ok(module)
}

fn item(path: &[&'static str]) -> Result<ItemBuf, ContextError> {
    let mut buffer = ItemBuf::new();
    if let [first, rest @ ..] = path {
        buffer.extend(Item::new())?;
        buffer.push(rune::item::ComponentRef::Crate(first))?;
        for part in rest {
            buffer.push(*part)?;
        }
    }
    Ok(buffer)
}

/// The capability that a flat function belongs to: the first word of its name, or `basic`.
fn capability_of_flat(name: &str) -> &'static str {
    match name.split('_').next() {
        Some("http") => "http",
        Some("json") => "json",
        Some("file") => "file",
        _ => "basic",
    }
}

/// The declarations of all functions that stand in a module by themselves (methods of types do not).
fn declarations() -> impl Iterator<Item = &'static Decl> {
    let pure: [&'static Decl; 7] = [
        &basic::STRING_SPLIT,
        &basic::STRING_JOIN,
        &basic::STRING_TRIM,
        &basic::MATH_ABS,
        &basic::MATH_ROUND,
        &basic::VALIDATE_EMAIL,
        &basic::VALIDATE_URL,
    ];
    pure.into_iter()
        .chain(&basic::EFFECTS)
        .chain(json::declarations())
        .chain(toml::declarations())
        .chain(regex::declarations())
        .chain(oq::declarations())
        .chain(http::declarations())
        .chain(files::declarations())
        .chain(process::declarations())
}

#[cfg(test)]
mod tests {
    //! What the tests of all modules share: running an expression as a script.

    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context as TaskContext, Poll, Waker};

    use rune::{Context, Diagnostics, Source, Sources, Value, Vm};

    use crate::convert;

    fn run(source: &str) -> Result<Value, String> {
        let mut context = Context::with_default_modules().map_err(|e| e.to_string())?;
        super::install(&mut context).map_err(|e| e.to_string())?;
        let mut sources = Sources::new();
        let source = Source::memory(source).map_err(|e| e.to_string())?;
        sources.insert(source).map_err(|e| e.to_string())?;
        let mut diagnostics = Diagnostics::new();
        let unit = rune::prepare(&mut sources)
            .with_context(&context)
            .with_diagnostics(&mut diagnostics)
            .build()
            .map_err(|_| format!("does not compile: {diagnostics:?}"))?;
        let runtime = context.runtime().map_err(|e| e.to_string())?;
        let mut vm = Vm::new(Arc::new(runtime), Arc::new(unit));
        let mut call = pin!(vm.async_call(["main"], ()));
        let mut task = TaskContext::from_waker(Waker::noop());
        for _ in 0..1000 {
            if let Poll::Ready(result) = call.as_mut().poll(&mut task) {
                return result.map_err(|e| e.to_string());
            }
        }
        Err("the script waits for ever".into())
    }

    fn wrapped(code: &str) -> String {
        // `?` in the body needs a function that may give an Err, and `Ok(x)?` at the end would hide it.
        format!("pub async fn main() {{ let value = {{ {code} }}; value }}")
    }

    /// The value of a script's body, as JSON.
    pub fn value(code: &str) -> serde_json::Value {
        let value = run(&wrapped(code)).unwrap_or_else(|e| panic!("{code}: {e}"));
        convert::to_serde(&value).unwrap_or_else(|e| panic!("{code}: {e}"))
    }

    /// The value of a script's body as Rune has it.
    pub fn raw(code: &str) -> Value {
        run(&wrapped(code)).unwrap_or_else(|e| panic!("{code}: {e}"))
    }

    /// Why a script stopped.
    pub fn error(code: &str) -> String {
        match run(&wrapped(code)) {
            Ok(value) => panic!("{code} gave {:?}", convert::to_serde(&value)),
            Err(error) => error,
        }
    }

    /// The calls that reach the host, and the reply that it gives to each.
    pub fn with_host(replies: &'static [(&'static str, &'static str, Result<&'static str, &'static str>)]) {
        use crate::host::{set_test_host, Reply};
        let next = std::cell::Cell::new(0);
        set_test_host(move |name, args| {
            let Some((wanted, arguments, reply)) = replies.get(next.get()) else {
                return Reply::Stop(format!("unexpected call of {name}"));
            };
            next.set(next.get() + 1);
            let given = String::from_utf8_lossy(args);
            if *wanted != name || *arguments != given {
                return Reply::Stop(format!("{name}{given} was called, not {wanted}{arguments}"));
            }
            match reply {
                Ok(text) => Reply::Ok(text.as_bytes().to_vec()),
                Err(text) => Reply::Err(text.as_bytes().to_vec()),
            }
        });
    }

    #[test]
    fn names_are_declared_once() {
        let mut names: Vec<_> = super::declarations().map(|d| d.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(before, names.len());
    }

    #[test]
    fn declarations_agree_with_the_table_of_legacy_hosts() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/hosts.json");
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let table: serde_json::Value = serde_json::from_str(&text).expect("hosts.json is JSON");
        let functions = table["functions"].as_object().expect("an object");
        let mut checked = 0;
        for (name, facts) in functions {
            // An application brings `db`; constructors of types are no functions of a module.
            if name.starts_with("db::") || name.ends_with("::new") {
                continue;
            }
            let decl = super::declarations()
                .find(|d| d.name == name)
                .unwrap_or_else(|| panic!("{name} is not declared"));
            let params: Vec<_> = facts["args"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|p| p.as_str())
                .collect();
            assert_eq!(decl.params, params, "{name}");
            assert_eq!(Some(decl.awaited), facts["async"].as_bool(), "{name}");
            assert_eq!(decl.gives_result, facts["gives"] == "result", "{name}");
            checked += 1;
        }
        assert!(checked > 40, "only {checked} functions were checked");
    }

    #[test]
    fn every_effect_asks_the_host_by_its_canonical_name() {
        use crate::host::{set_test_host, Reply};
        let flat = super::basic::EFFECTS.iter().chain(super::files::effects_of_files());
        let all = flat.chain(super::process::declarations()).chain(&super::http::CRUCIBLE);
        for decl in all {
            let args: Vec<_> = decl.params.iter().map(|p| format!("{p:?}")).collect();
            let args = args.join(",");
            let (name, expected) = (decl.name, format!("[{args}]"));
            set_test_host(move |asked, given| {
                assert_eq!((asked, given), (name, expected.as_bytes()));
                Reply::Ok(b"[1]".to_vec())
            });
            let wait = if decl.awaited { ".await" } else { "" };
            let answer = value(&format!("{name}({args}){wait}"));
            let wanted = match decl.gives_result {
                true => serde_json::json!({"Ok": [1]}),
                false => serde_json::json!([1]),
            };
            assert_eq!(answer, wanted, "{name}");
        }
    }

    #[test]
    fn aliases_reach_the_same_functions() {
        for code in [
            r#"crucible::basic::string_trim(" 1 ").await?"#,
            r#"use crucible::basic::string_trim; string_trim(" 1 ").await?"#,
            r#"crucible::json::to_string(crucible::json::from_string("1")?)?"#,
            r#"crucible::json::json_stringify(1).await?"#,
            r#"crucible::regex::find("1", "213").unwrap()"#,
            r#"crucible::regex::Regex::new("1").find("213").unwrap()"#,
            r#"crucible::oq::query("{\"a\": \"1\"}", ".a")?"#,
        ] {
            assert_eq!(value(code), serde_json::json!("1"), "{code}");
        }
    }

    #[test]
    fn a_routed_function_is_answered_by_the_host() {
        crate::host::set_routed(["crucible::string_trim".to_string()].into());
        with_host(&[("crucible::string_trim", r#"[" a "]"#, Ok(r#""host""#))]);
        assert_eq!(
            value(r#"crucible::string_trim(" a ").await?"#),
            serde_json::json!("host")
        );
    }
}
