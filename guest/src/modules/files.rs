//! `crucible::file_*`, `fs::*` and `paths::*`: the host does the work and decides which files may be touched.

use rune::{ContextError, Module, Value};

use super::args::{awaited_result, effects, plain, pure, result, text, Args, Failure};
use crate::host::Decl;

/// The flat functions; all are awaited and give a Result, `file_exists` and its like of a boolean.
static CRUCIBLE: [Decl; 6] = [
    awaited_result("crucible::file_read", &["path"]),
    awaited_result("crucible::file_write", &["path", "text"]),
    awaited_result("crucible::file_exists", &["path"]),
    awaited_result("crucible::file_is_dir", &["path"]),
    awaited_result("crucible::file_is_file", &["path"]),
    awaited_result("crucible::file_list_dir", &["path"]),
];

/// The functions of `fs`; none is awaited. `exists`, `is_file` and `is_dir` give a plain boolean, the others a Result:
/// of text, of nothing, or (`list_dir`) of a list of names.
static FS: [Decl; 11] = [
    result("fs::read_to_string", &["path"]),
    result("fs::write_file", &["path", "text"]),
    result("fs::append_file", &["path", "text"]),
    result("fs::mkdir", &["path"]),
    plain("fs::exists", &["path"]),
    plain("fs::is_file", &["path"]),
    plain("fs::is_dir", &["path"]),
    result("fs::remove", &["path"]),
    result("fs::list_dir", &["path"]),
    result("fs::copy", &["from", "to"]),
    result("fs::rename", &["from", "to"]),
];

/// Where the application keeps its things: a Result of a path, `Err` when the application has set none.
static PATHS: [Decl; 3] = [
    result("paths::kiln", &[]),
    result("paths::session", &[]),
    result("paths::workspace", &[]),
];

static JOIN: Decl = plain("paths::join", &["base", "parts"]);

/// The functions of this file.
pub fn declarations() -> impl Iterator<Item = &'static Decl> {
    effects_of_files().chain([&JOIN])
}

/// The functions that the host answers.
pub fn effects_of_files() -> impl Iterator<Item = &'static Decl> {
    CRUCIBLE.iter().chain(&FS).chain(&PATHS)
}

/// Installs `file_*` into the module `crucible`.
pub fn install_crucible(module: &mut Module) -> Result<(), ContextError> {
    effects(module, &CRUCIBLE)
}

/// The module `fs`.
pub fn fs_module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("fs")?;
    effects(&mut module, &FS)?;
    Ok(module)
}

/// The module `paths`.
pub fn paths_module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("paths")?;
    effects(&mut module, &PATHS)?;
    pure!(&mut module, JOIN, join)?;
    Ok(module)
}

/// `paths::join(base, [part, ..])`: one path with `/` between the parts.
///
/// Text only, no file is looked at and `..` stays: the host judges the path when it is used. A part that begins with
/// `/` starts the path anew; empty parts are skipped.
fn join(args: &Args<'_>) -> Result<Value, Failure> {
    let mut path = args.text(0)?.to_string();
    for part in args.texts(1)? {
        if part.starts_with('/') {
            path = part;
        } else if !part.is_empty() {
            if !path.is_empty() && !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(&part);
        }
    }
    Ok(text(&path)?)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, value, with_host};
    use serde_json::json;

    #[test]
    fn paths_are_joined_as_text() {
        assert_eq!(value(r#"paths::join("a", ["b/", "c.md"])"#), json!("a/b/c.md"));
        assert_eq!(value(r#"paths::join("a", ["/b", "../c"])"#), json!("/b/../c"));
        assert_eq!(value(r#"paths::join("", ["", "c"])"#), json!("c"));
        let message = error(r#"paths::join("a", "b")"#);
        assert!(
            message.contains("paths::join: argument `parts` must be a list of strings, not a string"),
            "{message}"
        );
    }

    #[test]
    fn effects_ask_the_host_by_their_canonical_names() {
        with_host(&[
            ("fs::read_to_string", r#"["a"]"#, Ok(r#""text""#)),
            ("fs::exists", r#"["b"]"#, Ok("true")),
            ("crucible::file_list_dir", r#"["c"]"#, Ok(r#"["x"]"#)),
            ("paths::kiln", "[]", Err(r#""no kiln""#)),
        ]);
        assert_eq!(
            value(
                r#"[fs::read_to_string("a")?, crucible::fs::exists("b"), crucible::file::file_list_dir("c").await?, paths::kiln()]"#
            ),
            json!(["text", true, ["x"], {"Err": "no kiln"}])
        );
    }
}
