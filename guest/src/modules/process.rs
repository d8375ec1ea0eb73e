//! `shell::exec`: the host runs the program, never through a shell, and only one that the policy names.

use rune::{ContextError, Module};

use super::args::{effects, result};
use crate::host::Decl;

/// `shell::exec(program, [argument, ..], #{cwd, env, timeout})`: `Ok(#{stdout, stderr, exit_code})`, also for a program
/// that fails; `Err(text)` for one that cannot be started or may not be. `timeout` is in milliseconds.
static EXEC: [Decl; 1] = [result("shell::exec", &["program", "arguments", "options"])];

/// The functions of this file.
pub fn declarations() -> &'static [Decl] {
    &EXEC
}

/// The module `shell`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("shell")?;
    effects(&mut module, &EXEC)?;
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, value, with_host};
    use serde_json::json;

    #[test]
    fn what_a_program_gave_has_fields() {
        with_host(&[(
            "shell::exec",
            r#"["git",["status"],{}]"#,
            Ok(r#"{"stdout": "x", "stderr": "", "exit_code": 1}"#),
        )]);
        assert_eq!(
            value(r#"let out = shell::exec("git", ["status"], #{})?; [out.stdout, out.exit_code]"#),
            json!(["x", 1])
        );
    }

    #[test]
    fn options_may_not_be_left_out() {
        let message = error(r#"shell::exec("git", ["status"])"#);
        assert!(message.contains("2"), "{message}");
    }
}
