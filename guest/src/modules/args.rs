//! Declaring host functions, and reading their arguments with errors that name function, argument and type.

use rune::runtime::{BorrowRef, Bytes, Object, RuntimeError, Vec as RuneVec, VmError};
use rune::{alloc, TypeHash, Value};

use crate::host::{Decl, Outcome};

/// A function that gives a plain value: a failure stops the script.
pub const fn plain(name: &'static str, params: &'static [&'static str]) -> Decl {
    Decl {
        name,
        params,
        awaited: false,
        gives_result: false,
    }
}

/// A function that gives Ok or Err.
pub const fn result(name: &'static str, params: &'static [&'static str]) -> Decl {
    Decl {
        name,
        params,
        awaited: false,
        gives_result: true,
    }
}

/// A function that has to be awaited and gives Ok or Err.
pub const fn awaited_result(name: &'static str, params: &'static [&'static str]) -> Decl {
    Decl {
        name,
        params,
        awaited: true,
        gives_result: true,
    }
}

/// Why a pure function has no value to give.
pub enum Failure {
    /// What was asked for cannot be had: the script's `Err`, or the end of the script for functions of plain values.
    Text(String),
    /// An argument is not what the function takes.
    Argument(String),
    /// The script cannot go on.
    Stop(VmError),
}

impl Failure {
    /// A failure with a text of the function's own.
    pub fn text(message: impl Into<String>) -> Self {
        Self::Text(message.into())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Text(message)
    }
}

impl From<alloc::Error> for Failure {
    fn from(error: alloc::Error) -> Self {
        Self::Stop(error.into())
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::Stop(error.into())
    }
}

/// The arguments of one call.
pub struct Args<'a> {
    decl: &'static Decl,
    values: &'a [Value],
}

impl<'a> Args<'a> {
    fn wrong(&self, index: usize, wanted: &str) -> Failure {
        let given = self.values.get(index).map_or("nothing".into(), kind);
        Failure::Argument(format!(
            "argument `{}` must be {wanted}, not {given}",
            self.decl.params.get(index).unwrap_or(&"?"),
        ))
    }

    /// The argument as it is.
    pub fn value(&self, index: usize) -> Result<&'a Value, Failure> {
        self.values.get(index).ok_or_else(|| self.wrong(index, "given"))
    }

    /// The argument, which must be a string.
    pub fn text(&self, index: usize) -> Result<BorrowRef<'a, str>, Failure> {
        self.value(index)?
            .borrow_string_ref()
            .map_err(|_| self.wrong(index, "a string"))
    }

    /// The argument, which must be bytes.
    pub fn bytes(&self, index: usize) -> Result<BorrowRef<'a, Bytes>, Failure> {
        self.value(index)?
            .borrow_ref::<Bytes>()
            .map_err(|_| self.wrong(index, "bytes"))
    }

    /// The argument, which must be an integer.
    pub fn integer(&self, index: usize) -> Result<i64, Failure> {
        self.value(index)?
            .as_signed()
            .map_err(|_| self.wrong(index, "an integer"))
    }

    /// The argument, which must be a list of strings.
    pub fn texts(&self, index: usize) -> Result<Vec<String>, Failure> {
        let list = self
            .value(index)?
            .borrow_ref::<RuneVec>()
            .map_err(|_| self.wrong(index, "a list of strings"))?;
        list.iter()
            .enumerate()
            .map(|(at, item)| match item.borrow_string_ref() {
                Ok(text) => Ok(text.to_string()),
                Err(_) => Err(Failure::Argument(format!(
                    "argument `{}` must be a list of strings, but item {at} is {}",
                    self.decl.params.get(index).unwrap_or(&"?"),
                    kind(item),
                ))),
            })
            .collect()
    }

    /// An argument failure for this argument.
    pub fn refuse<T>(&self, index: usize, wanted: &str) -> Result<T, Failure> {
        Err(self.wrong(index, wanted))
    }
}

/// What a value is, in words that a script's author uses.
pub fn kind(value: &Value) -> String {
    let hash = value.type_hash();
    let name = if hash == alloc::String::HASH {
        "a string"
    } else if value.into_unit().is_ok() {
        "() (null)"
    } else if value.as_bool().is_ok() {
        "a boolean"
    } else if value.as_signed().is_ok() {
        "an integer"
    } else if value.as_float().is_ok() {
        "a float"
    } else if hash == RuneVec::HASH {
        "a list"
    } else if hash == Object::HASH {
        "an object"
    } else if hash == Bytes::HASH {
        "bytes"
    } else if hash == Option::<Value>::HASH {
        "an Option"
    } else if hash == Result::<Value, Value>::HASH {
        "a Result (is a `?` or `.unwrap()` missing?)"
    } else if hash == rune::runtime::Future::HASH {
        "a Future (is an `.await` missing?)"
    } else {
        return format!("a value of type {}", value.type_info());
    };
    name.into()
}

/// Runs a pure function's code and gives its failure the form that the host layer takes.
pub fn run(decl: &'static Decl, values: &[Value], code: fn(&Args<'_>) -> Result<Value, Failure>) -> Outcome {
    let message = match code(&Args { decl, values }) {
        Ok(value) => return Ok(Ok(value)),
        Err(Failure::Stop(error)) => return Err(error),
        Err(Failure::Text(message)) => message,
        // A failure that stops the script is given the function's name by the host layer.
        Err(Failure::Argument(message)) if decl.gives_result => {
            format!("{}: {message}", decl.name)
        }
        Err(Failure::Argument(message)) => message,
    };
    Ok(Err(text(&message).map_err(VmError::from)?))
}

/// A string value.
pub fn text(text: &str) -> Result<Value, alloc::Error> {
    Value::try_from(text)
}

/// A list value of strings.
pub fn texts<'t>(items: impl IntoIterator<Item = &'t str>) -> Result<Value, alloc::Error> {
    let mut list = alloc::Vec::new();
    for item in items {
        list.try_push(text(item)?)?;
    }
    Value::vec(list)
}

/// The last segment of a canonical name: what the function is called inside its module.
pub fn last(name: &'static str) -> &'static str {
    name.rsplit("::").next().unwrap_or(name)
}

/// Installs a pure function by its declaration and its code.
macro_rules! pure {
    ($module:expr, $decl:ident, $code:path) => {
        $crate::host::pure($module, $crate::modules::args::last($decl.name), &$decl, |values| {
            $crate::modules::args::run(&$decl, values, $code)
        })
    };
}
pub(crate) use pure;

/// Installs functions that only ask the host.
pub fn effects(module: &mut rune::Module, decls: &'static [Decl]) -> Result<(), rune::ContextError> {
    for decl in decls {
        crate::host::effect(module, last(decl.name), decl)?;
    }
    Ok(())
}
