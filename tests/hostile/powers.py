"""Scripts that reach for what their policy does not have, by every road that a script can take to it."""

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


def awaiting(text: str) -> str:
    """An async function with this body."""
    return f"pub async fn f(a) {{ {text} }}"


GET = 'crucible::http_get("http://localhost/")'
RUN = 'shell::exec("id", [], #{})'

DENIED = {
    "file-read": awaiting('crucible::file_read("/etc/passwd").await'),
    "file-write": awaiting('crucible::file_write("/tmp/x", "y").await'),
    "file-removal": awaiting('fs::remove("/tmp/x").await'),
    "http-get": awaiting('http::get("http://169.254.169.254/latest/meta-data/").await'),
    "http-post": awaiting('http::post("http://localhost/", "x").await'),
    "program": awaiting(f"{RUN}.await"),
    "function-in-a-variable": awaiting('let g = crucible::http_get; g("http://localhost/").await'),
    "function-in-a-list": awaiting('let g = [crucible::http_get]; let h = g[0]; h("http://localhost/").await'),
    "closure": awaiting('let g = |u| crucible::http_get(u); g("http://localhost/").await'),
    "innocent-import": "use crucible::http_get as innocent; " + awaiting('innocent("http://localhost/").await'),
    "re-export": "mod m { pub use crucible::http_get as g; } " + awaiting('m::g("http://localhost/").await'),
    "select": awaiting(f"let x = {GET}; let y = {GET}; select {{ v = x => v, v = y => v }}"),
    "join": awaiting(f"std::future::join([{GET}, {GET}]).await"),
    "ignored-error": awaiting(f'{GET}.await.unwrap_or("x")'),
    "swallowed-by-a-match": awaiting(f"match {GET}.await {{ Ok(x) => x, Err(e) => 1, _ => 2 }}"),
    "sort": body(f"let v = [2, 1]; v.sort_by(|a, b| {{ {RUN}; a.cmp(b) }}); v"),
    "fold": body(f"[1, 2].iter().fold(0, |a, x| {{ {RUN}; 0 }})"),
    "metadata-function": f"pub fn NAME() {{ {RUN} }} " + body("NAME()"),
    "method": f"struct S; impl S {{ fn g(self) {{ {RUN} }} }} " + body("S.g()"),
}

UNKNOWN = {
    "environment-macro": body('env!("HOME")'),
    "file-included": body('include_str!("/etc/passwd")'),
    "source-of-another-file": "mod outside; " + body("outside::x()"),
    "foreign-function": 'extern "C" { fn system(x); } ' + body('system("id")'),
    "unsafe": body("unsafe { 1 }"),
    "import-of-python": body('__import__("os")'),
    "import-of-the-guest": body('crucible::invoke("crucible::http_get", [])'),
    "other-import-of-the-guest": body("crucible::fetch(0, 0)"),
    "host-call-in-a-constant": f"const X = {GET}; " + body("X"),
    "sleep": awaiting("crucible::sleep(1000000).await"),
    "random": awaiting("crucible::random().await"),
}

JQ = {
    "env": "env",
    "env-variable": "$ENV",
    "input": "input",
    "now": "now",
    "import": 'import \\"x\\" as x; 1',
    "include": 'include \\"/etc/passwd\\"; 1',
    "input-filename": "input_filename",
}

SHADOWS = {
    "std": ("mod std { pub fn x() { 1 } } " + body("std::x()"), 1),
    "crucible": ("mod crucible { pub fn log_info(x) { 7 } } " + body("crucible::log_info(1)"), 7),
    "a-denied-module": ("mod http { pub fn get(x) { 7 } } " + body("http::get(1)"), 7),
}

CASES = [
    *(Case(f"power-{name}", L.CAPABILITY, text, S.DENIED) for name, text in DENIED.items()),
    *(Case(f"no-{name}", L.NONE, text, S.SCRIPT_ERROR, stage="compile") for name, text in UNKNOWN.items()),
    *(Case(f"no-jq-{name}", L.NONE, body(f'oq::query(1, "{text}")'), S.TOOL_ERROR) for name, text in JQ.items()),
    *(Case(f"shadow-of-{name}", L.NONE, text, S.FINISHED, result=result) for name, (text, result) in SHADOWS.items()),
]
