//! The one way out of the sandbox, and the one way in which host functions are put into Rune.
//!
//! The script sees functions; each either computes here (pure) or asks the host (effect). A pure function asks the
//! host too when it is *routed*: the application replaced it, or the policy lacks its module (then the host stops
//! the script with `denied`). Nothing here decides what is allowed: the host does.

use std::cell::RefCell;
use std::collections::HashSet;

use rune::alloc;
use rune::runtime::{InstAddress, Memory, Output, VmError, VmResult};
use rune::{vm_try, ContextError, Module, Value};

use crate::convert::{self, Limits};

/// A host function as scripts see it.
#[derive(Debug)]
pub struct Decl {
    /// Canonical name, `fs::read_to_string`: what the host is asked for.
    pub name: &'static str,
    /// Parameter names; their number is the arity.
    pub params: &'static [&'static str],
    /// Whether the script has to `.await` it.
    pub awaited: bool,
    /// Whether the script gets Ok/Err, or the plain value (a failure then stops the script).
    pub gives_result: bool,
}

/// What a host function came to: the outer error stops the script, the inner one is the function's own.
pub type Outcome = Result<Result<Value, Value>, VmError>;

/// A pure function's own code.
pub type Pure = fn(&[Value]) -> Outcome;

/// How large a host call's arguments may get before they leave the sandbox; the host checks its policy besides.
const ARGUMENTS: Limits = Limits {
    depth: 64,
    bytes: 16 << 20,
    base64: false,
};

thread_local! {
    static ROUTED: RefCell<HashSet<String>> = RefCell::new(HashSet::new());
}

/// Sets the names of pure functions that go to the host.
pub fn set_routed(names: HashSet<String>) {
    ROUTED.with(|r| *r.borrow_mut() = names);
}

/// Whether a pure function is answered by the host.
pub fn routed(name: &str) -> bool {
    ROUTED.with(|r| {
        let names = r.borrow();
        !names.is_empty() && names.contains(name)
    })
}

/// Asks the host to do `name`, and waits: the script's stack is suspended, the host goes on.
///
/// Does not come back when the host refuses or a limit is hit: the VM is stopped then.
pub fn invoke(name: &str, args: &[Value]) -> Outcome {
    let mut text = vec![b'['];
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            text.push(b',');
        }
        text = convert::append_json(text, arg, ARGUMENTS).map_err(|e| {
            VmError::panic(format!(
                "{name}: argument {} cannot be passed on: {} at {}",
                i + 1,
                e.message,
                e.path
            ))
        })?;
    }
    text.push(b']');
    match raw_invoke(name, &text) {
        Reply::Ok(reply) => Ok(Ok(read(name, &reply)?)),
        Reply::Err(reply) => Ok(Err(read(name, &reply)?)),
        Reply::Stop(message) => Err(VmError::panic(message)),
    }
}

fn read(name: &str, reply: &[u8]) -> Result<Value, VmError> {
    if reply.is_empty() {
        return Ok(Value::from(()));
    }
    convert::from_json_deep(reply, 128).map_err(|e| VmError::panic(format!("{name}: the reply cannot be read: {e}")))
}

/// What came back over the wall.
pub enum Reply {
    /// The function's value as JSON; empty for null.
    Ok(Vec<u8>),
    /// The function's own error as JSON.
    Err(Vec<u8>),
    /// A misuse: the script stops with this message.
    Stop(String),
}

#[cfg(target_arch = "wasm32")]
mod wall {
    #[link(wasm_import_module = "crucible")]
    unsafe extern "C" {
        pub fn invoke(name: *const u8, name_len: usize, args: *const u8, args_len: usize) -> i64;
        pub fn fetch(to: *mut u8, len: usize);
    }
}

/// Status in the high half of what `invoke` returns, length of the reply in the low half.
#[cfg(target_arch = "wasm32")]
pub fn raw_invoke(name: &str, args: &[u8]) -> Reply {
    let (status, reply) = unsafe {
        let answer = wall::invoke(name.as_ptr(), name.len(), args.as_ptr(), args.len());
        let len = answer as u32 as usize;
        let mut reply = vec![0u8; len];
        if len > 0 {
            wall::fetch(reply.as_mut_ptr(), len);
        }
        (answer >> 32, reply)
    };
    match status {
        0 => Reply::Ok(reply),
        1 => Reply::Err(reply),
        _ => Reply::Stop(String::from_utf8_lossy(&reply).into_owned()),
    }
}

/// Natively (unit tests) there is no host; a test sets one.
#[cfg(not(target_arch = "wasm32"))]
pub fn raw_invoke(name: &str, args: &[u8]) -> Reply {
    TEST_HOST.with(|host| match &*host.borrow() {
        Some(answer) => answer(name, args),
        None => Reply::Stop(format!("{name}: there is no host")),
    })
}

#[cfg(not(target_arch = "wasm32"))]
type TestHost = Box<dyn Fn(&str, &[u8]) -> Reply>;

#[cfg(not(target_arch = "wasm32"))]
thread_local! {
    static TEST_HOST: RefCell<Option<TestHost>> = const { RefCell::new(None) };
}

/// Sets the host that answers natively.
#[cfg(not(target_arch = "wasm32"))]
pub fn set_test_host(answer: impl Fn(&str, &[u8]) -> Reply + 'static) {
    TEST_HOST.with(|host| *host.borrow_mut() = Some(Box::new(answer)));
}

/// Gives an outcome the form that the declaration promises.
pub fn shape(name: &str, gives_result: bool, outcome: Outcome) -> VmResult<Value> {
    match outcome {
        Err(stop) => VmResult::Err(stop),
        Ok(result) if gives_result => match Value::new(result) {
            Ok(value) => VmResult::Ok(value),
            Err(error) => VmResult::Err(error.into()),
        },
        Ok(Ok(value)) => VmResult::Ok(value),
        Ok(Err(error)) => VmResult::Err(VmError::panic(format!("{name}: {}", show(&error)))),
    }
}

/// An error's data as text: strings as they are, everything else as JSON.
pub fn show(value: &Value) -> String {
    if let Ok(text) = value.borrow_string_ref() {
        return text.to_string();
    }
    match convert::to_json(value, Limits::default()) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => "an error that cannot be shown".into(),
    }
}

/// Installs a function that only asks the host.
pub fn effect(module: &mut Module, item: &str, decl: &'static Decl) -> Result<(), ContextError> {
    install(module, item, decl.params.len(), decl.awaited, move |args| {
        shape(decl.name, decl.gives_result, invoke(decl.name, args))
    })
}

/// Installs a function that is computed here, unless it is routed to the host.
pub fn pure(module: &mut Module, item: &str, decl: &'static Decl, code: Pure) -> Result<(), ContextError> {
    install(module, item, decl.params.len(), decl.awaited, move |args| {
        let outcome = if routed(decl.name) {
            invoke(decl.name, args)
        } else {
            code(args)
        };
        shape(decl.name, decl.gives_result, outcome)
    })
}

/// Installs a function of an application's module, declared when a tool is loaded.
pub fn declared(
    module: &mut Module,
    item: &str,
    name: String,
    arity: usize,
    awaited: bool,
    gives_result: bool,
) -> Result<(), ContextError> {
    install(module, item, arity, awaited, move |args| {
        shape(&name, gives_result, invoke(&name, args))
    })
}

/// One function for every arity: Rune's typed closures give the arity errors and, for awaited ones, the futures.
fn install<F>(module: &mut Module, item: &str, arity: usize, awaited: bool, code: F) -> Result<(), ContextError>
where
    F: Fn(&[Value]) -> VmResult<Value> + Clone + Send + Sync + 'static,
{
    if !awaited {
        let code = move |stack: &mut dyn Memory, at: InstAddress, count: usize, out: Output| {
            if count != arity {
                return VmResult::Err(VmError::from(rune::runtime::RuntimeError::bad_argument_count(
                    count, arity,
                )));
            }
            // Cloning a value copies a reference; the host may look at the memory while the call waits.
            let args: Vec<Value> = vm_try!(stack.slice_at(at, count)).to_vec();
            let value = vm_try!(code(&args));
            vm_try!(out.store(stack, value));
            VmResult::Ok(())
        };
        module.raw_function(name_of(item)?, code).build()?;
        return Ok(());
    }
    macro_rules! awaited {
        ($($arg:ident)*) => {
            module.function(name_of(item)?, move |$($arg: Value),*| {
                let code = code.clone();
                async move { code(&[$($arg),*]) }
            }).build().map(|_| ())
        };
    }
    match arity {
        0 => awaited!(),
        1 => awaited!(a),
        2 => awaited!(a b),
        3 => awaited!(a b c),
        4 => awaited!(a b c d),
        _ => awaited!(a b c d e),
    }
}

/// The largest number of parameters that an awaited function can have.
pub const MOST_AWAITED_PARAMS: usize = 5;

fn name_of(item: &str) -> Result<alloc::String, ContextError> {
    Ok(alloc::String::try_from(item)?)
}
