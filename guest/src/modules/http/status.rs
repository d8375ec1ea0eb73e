//! `http::StatusCode`.

use rune::alloc::fmt::TryWrite;
use rune::runtime::{Formatter, Protocol, VmResult};
use rune::{Any, ContextError, Module, ToConstValue, Value};

/// Installs the type into the module `http`.
pub fn install(module: &mut Module) -> Result<(), ContextError> {
    module.ty::<StatusCode>()?;
    module.associated_function("as_u16", |this: &StatusCode| this.code)?;
    module.associated_function("as_str", |this: &StatusCode| this.code.to_string())?;
    module.associated_function("canonical_reason", StatusCode::canonical_reason)?;
    for (item, hundreds) in [
        ("is_informational", 1),
        ("is_success", 2),
        ("is_redirection", 3),
        ("is_client_error", 4),
        ("is_server_error", 5),
    ] {
        module.associated_function(item, move |this: &StatusCode| this.code / 100 == hundreds)?;
    }
    module.associated_function(&Protocol::PARTIAL_EQ, StatusCode::equals)?;
    module.associated_function(&Protocol::DISPLAY_FMT, StatusCode::display)?;
    module.associated_function(&Protocol::DEBUG_FMT, StatusCode::display)?;
    for (code, name, _) in CODES {
        module
            .constant(name, StatusCode { code })
            .build_associated::<StatusCode>()?;
    }
    Ok(())
}

/// A status: `response.status()`, or a constant like `http::StatusCode::NOT_FOUND`.
#[derive(Any, ToConstValue)]
#[rune(item = ::http)]
pub struct StatusCode {
    // Rune 0.14.2's derive passes a reference to a function that takes none: a field needs its own conversion.
    #[const_value(with = self::const_code)]
    pub code: i64,
}

mod const_code {
    use rune::runtime::{ConstValue, RuntimeError, ToConstValue as _, Value};

    pub(super) fn to_const_value(code: i64) -> Result<ConstValue, RuntimeError> {
        code.to_const_value()
    }

    pub(super) fn from_const_value(code: &ConstValue) -> Result<i64, RuntimeError> {
        rune::from_const_value(code)
    }

    pub(super) fn from_value(code: Value) -> Result<i64, RuntimeError> {
        rune::from_value(code)
    }
}

impl StatusCode {
    /// `canonical_reason()`: `Some("Not Found")`, or `None` for a code that has no usual name.
    fn canonical_reason(&self) -> Option<String> {
        self.reason().map(String::from)
    }

    fn reason(&self) -> Option<&'static str> {
        let found = CODES.iter().find(|(code, ..)| *code == self.code);
        found.map(|(_, _, reason)| *reason)
    }

    /// Equal to another StatusCode or to its number.
    fn equals(&self, other: Value) -> bool {
        if let Ok(number) = other.as_signed() {
            return number == self.code;
        }
        other.borrow_ref::<Self>().is_ok_and(|other| other.code == self.code)
    }

    fn display(&self, f: &mut Formatter) -> VmResult<()> {
        match self.reason() {
            Some(reason) => rune::vm_write!(f, "{} {reason}", self.code),
            None => rune::vm_write!(f, "{}", self.code),
        }
    }
}

/// Code, constant and reason: RFC 9110, section 15, and the others that servers commonly give.
const CODES: [(i64, &str, &str); 30] = [
    (100, "CONTINUE", "Continue"),
    (101, "SWITCHING_PROTOCOLS", "Switching Protocols"),
    (200, "OK", "OK"),
    (201, "CREATED", "Created"),
    (202, "ACCEPTED", "Accepted"),
    (204, "NO_CONTENT", "No Content"),
    (206, "PARTIAL_CONTENT", "Partial Content"),
    (301, "MOVED_PERMANENTLY", "Moved Permanently"),
    (302, "FOUND", "Found"),
    (303, "SEE_OTHER", "See Other"),
    (304, "NOT_MODIFIED", "Not Modified"),
    (307, "TEMPORARY_REDIRECT", "Temporary Redirect"),
    (308, "PERMANENT_REDIRECT", "Permanent Redirect"),
    (400, "BAD_REQUEST", "Bad Request"),
    (401, "UNAUTHORIZED", "Unauthorized"),
    (402, "PAYMENT_REQUIRED", "Payment Required"),
    (403, "FORBIDDEN", "Forbidden"),
    (404, "NOT_FOUND", "Not Found"),
    (405, "METHOD_NOT_ALLOWED", "Method Not Allowed"),
    (406, "NOT_ACCEPTABLE", "Not Acceptable"),
    (408, "REQUEST_TIMEOUT", "Request Timeout"),
    (409, "CONFLICT", "Conflict"),
    (410, "GONE", "Gone"),
    (422, "UNPROCESSABLE_ENTITY", "Unprocessable Entity"),
    (429, "TOO_MANY_REQUESTS", "Too Many Requests"),
    (500, "INTERNAL_SERVER_ERROR", "Internal Server Error"),
    (501, "NOT_IMPLEMENTED", "Not Implemented"),
    (502, "BAD_GATEWAY", "Bad Gateway"),
    (503, "SERVICE_UNAVAILABLE", "Service Unavailable"),
    (504, "GATEWAY_TIMEOUT", "Gateway Timeout"),
];
