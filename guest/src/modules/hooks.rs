//! `ctx`, the first argument of a hook: what it keeps between its calls, and the events that it sends.
//!
//! The host holds what `set` kept and what was sent: a VM may be dropped at any time, and the bounds are the host's.

use rune::runtime::{VmError, VmResult};
use rune::{alloc, vm_try, Any, ContextError, Module, Value};

use crate::host;

/// Names under which the methods reach the host.
const GET: &str = "ctx::get";
const SET: &str = "ctx::set";
const EMIT: &str = "ctx::emit";
const EMIT_CUSTOM: &str = "ctx::emit_custom";

/// What a hook is given as `ctx`. Scripts cannot make one.
#[derive(Any, Clone, Copy)]
#[rune(item = ::crucible)]
pub struct HookContext;

impl HookContext {
    /// The value for a call.
    pub fn value() -> Result<Value, alloc::Error> {
        Value::new(Self)
    }

    /// `ctx.get(key)`: what `set` kept under the key as `Some(value)`, else `None`.
    fn get(&self, key: Value) -> VmResult<Option<Value>> {
        let found = vm_try!(ask(GET, &[key]));
        // The host gives a list of one, or an empty one: null may be what was kept.
        let list = vm_try!(found.borrow_ref::<rune::runtime::Vec>());
        VmResult::Ok(list.first().cloned())
    }

    /// `ctx.set(key, value)`: keeps a value for the next calls of all hooks of this file.
    fn set(&self, key: Value, value: Value) -> VmResult<()> {
        vm_try!(ask(SET, &[key, value]));
        VmResult::Ok(())
    }

    /// `ctx.emit(event)`: sends an event, an object with `event_type`, `identifier` and `payload`.
    fn emit(&self, event: Value) -> VmResult<()> {
        vm_try!(ask(EMIT, &[event]));
        VmResult::Ok(())
    }

    /// `ctx.emit_custom(name, payload)`: sends an event of this name.
    fn emit_custom(&self, name: Value, payload: Value) -> VmResult<()> {
        vm_try!(ask(EMIT_CUSTOM, &[name, payload]));
        VmResult::Ok(())
    }
}

fn ask(name: &str, args: &[Value]) -> Result<Value, VmError> {
    match host::invoke(name, args)? {
        Ok(value) => Ok(value),
        Err(error) => Err(VmError::panic(format!("{name}: {}", host::show(&error)))),
    }
}

/// Installs the type into the module `crucible`.
pub fn install(module: &mut Module) -> Result<(), ContextError> {
    module.ty::<HookContext>()?;
    module.associated_function("get", HookContext::get)?;
    module.associated_function("set", HookContext::set)?;
    module.associated_function("emit", HookContext::emit)?;
    module.associated_function("emit_custom", HookContext::emit_custom)?;
    Ok(())
}
