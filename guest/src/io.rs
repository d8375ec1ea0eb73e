//! `std::io`: what a script prints goes to the host as log lines, there is no other output.

use rune::runtime::{InstAddress, Memory, Output, VmError, VmResult};
use rune::{vm_try, ContextError, Module};

use crate::host::{raw_invoke, Reply};

/// Name under which printed text reaches the host.
pub const PRINT: &str = "std::io::print";

fn print(text: &str) -> VmResult<()> {
    let json = serde_json::to_vec(&[text]).unwrap_or_default();
    match raw_invoke(PRINT, &json) {
        Reply::Stop(message) => VmResult::Err(VmError::panic(message)),
        _ => VmResult::Ok(()),
    }
}

/// `print`, `println` and `dbg` as functions; the macros of the same names come with Rune and call these.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate_item("std", ["io"])?;
    module.function("print", |text: &str| print(text)).build()?;
    module
        .function("println", |text: &str| {
            let mut line = String::from(text);
            line.push('\n');
            print(&line)
        })
        .build()?;
    module.raw_function("dbg", dbg).build()?;
    Ok(module)
}

fn dbg(stack: &mut dyn Memory, at: InstAddress, count: usize, out: Output) -> VmResult<()> {
    let mut text = String::new();
    for value in vm_try!(stack.slice_at(at, count)) {
        text.push_str(&format!("{value:?}\n"));
    }
    vm_try!(print(&text));
    vm_try!(out.store(stack, ()));
    VmResult::Ok(())
}
