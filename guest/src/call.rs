//! Calling an entry of a loaded tool: arguments in, exactly one answer out.

use std::future::Future;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};

use rune::runtime::{Object, VmError};
use rune::{Hash, ItemBuf, TypeHash, Value, Vm};
use serde_json::{json, Value as Json};

use crate::compile::Tool;
use crate::convert::{self, BadValue, Limits};
use crate::modules::hooks::HookContext;

/// What an answer is; its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// JSON of the value.
    Value = 0,
    /// JSON of the data that the script gave with `Err`.
    ToolError = 1,
    /// JSON `{message, line, ..., backtrace, note}`: the script stopped.
    ScriptError = 2,
    /// JSON `{message, path, limit}`: the value has no JSON form.
    BadValue = 3,
    /// JSON list of diagnostics: the source does not compile.
    NotCompiled = 4,
    /// JSON `{message}`: the host asked for something that makes no sense.
    Misuse = 5,
}

/// How the arguments are handed to the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calling {
    /// The JSON value is the one argument.
    Object,
    /// A JSON array, one argument an item.
    Positional,
    /// A JSON object, its fields picked by the parameters' names; a missing one is `()`.
    Named,
    /// No arguments.
    Nothing,
    /// A JSON array, `ctx` in front of it.
    Hook,
    /// The entry makes an instance, once a VM; a method of it is called with a JSON array.
    Method,
}

/// A request to call a function.
pub struct Request<'a> {
    /// Path of the function, `file::list`.
    pub entry: &'a str,
    /// How the arguments are handed over.
    pub calling: Calling,
    /// The parameters' names, for `Named`; the method's name, for `Method`.
    pub names: &'a str,
    /// The arguments as JSON.
    pub args: &'a [u8],
    /// Limits for the result.
    pub limits: Limits,
}

/// An answer: status and JSON.
pub type Answer = (Status, Vec<u8>);

/// Runs the entry to its end, awaiting what is async.
pub fn call(tool: &Tool, request: &Request<'_>) -> Answer {
    let args = match arguments(request) {
        Ok(args) => args,
        Err(message) => return (Status::Misuse, text(&json!({ "message": message }))),
    };
    let outcome = match request.calling {
        Calling::Method => method(tool, request, args),
        _ => function(tool, request.entry, args),
    };
    match outcome {
        Some(Ok(value)) => answer(&value, request.limits),
        Some(Err(error)) => (Status::ScriptError, text(&describe(tool, &error))),
        None => {
            let message = "the script waits for something that never happens";
            (Status::ScriptError, text(&json!({ "message": message })))
        }
    }
}

/// Calls a function by its path.
fn function(tool: &Tool, path: &str, args: Vec<Value>) -> Option<Result<Value, VmError>> {
    let path: Vec<&str> = path.split("::").collect();
    let mut vm = Vm::new(tool.runtime.clone(), tool.unit.clone());
    finish(vm.async_call(path.as_slice(), args))
}

/// Calls a method of the instance that the entry makes. What it keeps in its fields stays until the VM is dropped.
fn method(tool: &Tool, request: &Request<'_>, args: Vec<Value>) -> Option<Result<Value, VmError>> {
    let kept = tool.instance.borrow().clone();
    let instance = match kept {
        Some(instance) => instance,
        None => {
            let made = match function(tool, request.entry, Vec::new())? {
                Ok(made) => made,
                Err(error) => return Some(Err(error)),
            };
            let instance = match unwrapped(&made) {
                Ok(instance) => instance,
                // The script's own reason, as if the method had given it.
                Err(_) => return Some(Ok(made)),
            };
            *tool.instance.borrow_mut() = Some(instance.clone());
            instance
        }
    };
    let hash = Hash::associated_function(instance.type_hash(), request.names);
    let args: Vec<Value> = std::iter::once(instance).chain(args).collect();
    let mut vm = Vm::new(tool.runtime.clone(), tool.unit.clone());
    finish(vm.async_call(hash, args))
}

/// What is inside of an `Ok`; a value that is no `Result` is itself. Error: it is an `Err`.
fn unwrapped(value: &Value) -> Result<Value, ()> {
    if value.type_hash() != Result::<Value, Value>::HASH {
        return Ok(value.clone());
    }
    match value.borrow_ref::<Result<Value, Value>>() {
        Ok(result) => result.clone().map_err(|_| ()),
        Err(_) => Ok(value.clone()),
    }
}

/// Polls a future to its end. Host calls block inside of it, so one that is pending has nothing left to wake it.
fn finish<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = TaskContext::from_waker(Waker::noop());
    match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn arguments(request: &Request<'_>) -> Result<Vec<Value>, String> {
    if request.calling == Calling::Nothing {
        return Ok(Vec::new());
    }
    let value = match request.calling {
        // What a caller gave stands inside of a list, and inside of an event.
        Calling::Hook | Calling::Method => convert::from_json_deep(request.args, Limits::default().depth + 2)?,
        _ => convert::from_json(request.args)?,
    };
    match request.calling {
        Calling::Positional | Calling::Method | Calling::Hook => {
            let list = value.borrow_ref::<rune::runtime::Vec>().map_err(|e| e.to_string())?;
            let context = match request.calling {
                Calling::Hook => Some(HookContext::value().map_err(|e| e.to_string())?),
                _ => None,
            };
            Ok(context.into_iter().chain(list.iter().cloned()).collect())
        }
        Calling::Named => {
            let object = value.borrow_ref::<Object>().map_err(|e| e.to_string())?;
            let names = request.names.split(',').filter(|n| !n.is_empty());
            Ok(names
                .map(|n| object.get(n).cloned().unwrap_or_else(|| Value::from(())))
                .collect())
        }
        _ => Ok(vec![value]),
    }
}

/// `Ok(x)` and `Some(x)` are x, `Err(e)` is the tool's own error.
fn answer(value: &Value, limits: Limits) -> Answer {
    if value.type_hash() == Result::<Value, Value>::HASH {
        if let Ok(result) = value.borrow_ref::<Result<Value, Value>>() {
            return match &*result {
                Ok(inner) => converted(Status::Value, inner, limits),
                Err(inner) => converted(Status::ToolError, inner, limits),
            };
        }
    }
    converted(Status::Value, value, limits)
}

fn converted(status: Status, value: &Value, limits: Limits) -> Answer {
    match convert::to_json(value, limits) {
        Ok(json) => (status, json),
        Err(BadValue { path, message, limit }) => (
            Status::BadValue,
            text(&json!({"message": message, "path": path, "limit": limit})),
        ),
    }
}

/// The greatest number of frames in a backtrace.
const FRAMES: usize = 32;

/// A runtime error: Rune's own words, the place, the calls that led there, and what its hashes stand for.
fn describe(tool: &Tool, error: &VmError) -> Json {
    let message = error.to_string();
    let mut places = Vec::new();
    if let Some(location) = error.first_location() {
        let ips = [location.ip]
            .into_iter()
            .chain(location.frames.iter().rev().map(|f| f.ip));
        for ip in ips.take(FRAMES) {
            if let Some(inst) = location.unit.debug_info().and_then(|d| d.instruction_at(ip)) {
                places.push(tool.source.locate(inst.span));
            }
        }
    }
    let mut it = places.first().cloned().unwrap_or_else(|| json!({}));
    if let Some(note) = note(tool, &message) {
        it["note"] = note.into();
    }
    it["message"] = message.into();
    it["backtrace"] = places.into();
    it
}

/// Rune names missing methods by a hash of type and name; the name is the word of the source that gives this hash.
fn note(tool: &Tool, message: &str) -> Option<String> {
    let from = message.find("`0x")? + 1;
    let hash = message[from..].split('`').next()?;
    let owner = message[from..].split("for `").nth(1)?.trim_end_matches('`');
    let mut path = owner.trim_start_matches("::").split("::");
    let item = ItemBuf::with_crate_item(path.next()?, path).ok()?;
    let owner_hash = Hash::type_hash(&*item);
    let mut words = tool.source.text().split(|c: char| !c.is_alphanumeric() && c != '_');
    let name = words.find(|w| Hash::associated_function(owner_hash, *w).to_string() == hash)?;
    Some(format!("`{name}` is no method of `{owner}`"))
}

fn text(value: &Json) -> Vec<u8> {
    value.to_string().into_bytes()
}
