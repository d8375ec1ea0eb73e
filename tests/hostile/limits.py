"""Scripts and callers that ask for more than the policy's sizes and counts, or for what it does not have."""

import json

from crucible_tools.model.enums import StopReason
from tests.hostile.case import Case, Limit

S = StopReason
L = Limit

KIB = 2**10
MIB = 2**20


def body(text: str) -> str:
    """A function with this body."""
    return f"pub fn f(a) {{ {text} }}"


def awaiting(text: str) -> str:
    """An async function with this body."""
    return f"pub async fn f(a) {{ {text} }}"


def deep_list(depth: int) -> list[object]:
    """A list in a list in a list."""
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


ECHO = body("a")

ARGUMENTS = [
    Case("argument-string-of-5-mib", L.ARGUMENT_SIZE, ECHO, S.LIMIT, arguments=lambda: {"s": "x" * 5 * MIB}),
    Case("argument-list-of-5-mib", L.ARGUMENT_SIZE, ECHO, S.LIMIT, arguments=lambda: {"v": [0] * (5 * MIB // 2)}),
    Case(
        "argument-bytes-above-a-small-limit",
        L.ARGUMENT_SIZE,
        ECHO,
        S.LIMIT,
        arguments=lambda: json.dumps({"s": "x" * 2000}).encode(),
        policy={"max_argument_bytes": KIB},
    ),
    Case("argument-65-deep", L.ARGUMENT_DEPTH, ECHO, S.LIMIT, arguments=lambda: {"v": deep_list(64)}),
    Case("argument-5000-deep", L.ARGUMENT_DEPTH, ECHO, S.LIMIT, arguments=lambda: deep_json(5_000)),
    Case("argument-a-million-deep", L.ARGUMENT_DEPTH, ECHO, S.LIMIT, arguments=lambda: deep_json(1_000_000)),
    Case(
        "argument-deeper-than-a-small-limit",
        L.ARGUMENT_DEPTH,
        ECHO,
        S.LIMIT,
        arguments={"v": {"w": {"x": 1}}},
        policy={"max_depth": 2},
    ),
]


def deep_json(depth: int) -> bytes:
    """An object with a list `depth` levels deep, as JSON text: no Python value is needed for it."""
    return b'{"v":' + b"[" * depth + b"]" * depth + b"}"


RESULTS = [
    Case("result-string-of-8-mib", L.RESULT_SIZE, body('let s = "x"; for i in 0..23 { s = s + s; } s'), S.LIMIT),
    Case(
        "result-list-of-6-mib",
        L.RESULT_SIZE,
        body("let v = []; for i in 0..100000 { v.push(`item number ${i} ${i} ${i} ${i} ${i} ${i} ${i}`); } v"),
        S.LIMIT,
    ),
    Case("result-shared-40-times", L.RESULT_SIZE, body('let v = ["x"]; for i in 0..40 { v = [v, v]; } v'), S.LIMIT),
    Case(
        "result-shared-in-objects",
        L.RESULT_SIZE,
        body("let v = #{}; for i in 0..40 { v = #{ left: v, right: v }; } v"),
        S.LIMIT,
    ),
    Case(
        "error-data-shared-40-times", L.RESULT_SIZE, body("let v = [1]; for i in 0..40 { v = [v, v]; } Err(v)"), S.LIMIT
    ),
    Case("result-above-a-small-limit", L.RESULT_SIZE, body('"0123456789"'), S.LIMIT, policy={"max_result_bytes": 10}),
    Case("result-65-deep", L.RESULT_DEPTH, body("let v = []; for i in 0..64 { v = [v]; } v"), S.LIMIT),
    Case("error-data-cyclic", L.RESULT_DEPTH, body("let v = []; v.push(v); Err(v)"), S.LIMIT),
    Case("result-options-1000-deep", L.RESULT_DEPTH, body("let v = 1; for i in 0..1000 { v = Some(v); } v"), S.LIMIT),
    Case("result-as-deep-as-allowed", L.NONE, body("let v = []; for i in 0..63 { v = [v]; } v"), S.FINISHED),
]

LOGS = [
    Case(
        "log-line-of-a-megabyte",
        L.LOG_SIZE,
        body('let s = "x"; for i in 0..20 { s = s + s; } crucible::log_info(s)'),
        S.LIMIT,
    ),
    Case(
        "log-for-ever",
        L.LOG_SIZE,
        body('loop { crucible::log_warn("one more line for the log, and it is no short one"); }'),
        S.LIMIT,
    ),
    Case("print-for-ever", L.LOG_SIZE, body('loop { println!("{}", "one more line for the log"); }'), S.LIMIT),
    Case("print-without-line-ends", L.LOG_SIZE, body('let s = "x"; for i in 0..20 { s = s + s; } print(s)'), S.LIMIT),
    Case("log-nothing-for-ever", L.HOST_CALLS, body('loop { crucible::log_debug(""); }'), S.LIMIT),
]

HOST = [
    Case("host-call-for-ever", L.HOST_CALLS, body("loop { probe::echo(1); }"), S.LIMIT),
    Case(
        "clock-for-ever",
        L.HOST_CALLS,
        awaiting("loop { crucible::time_now().await?; }"),
        S.LIMIT,
        policy={"max_host_calls": 100},
    ),
    Case(
        "host-calls-in-a-callback",
        L.HOST_CALLS,
        body("(0..10).iter().map(|x| probe::echo(x)).collect::<Vec>()"),
        S.LIMIT,
        policy={"max_host_calls": 5},
    ),
    Case(
        "host-call-argument-of-8-mib",
        L.HOST_CALL_SIZE,
        body('let s = "x"; for i in 0..23 { s = s + s; } probe::echo(s)'),
        S.LIMIT,
    ),
    Case(
        "host-call-argument-above-a-small-limit",
        L.HOST_CALL_SIZE,
        body("probe::echo([1, 2, 3, 4, 5, 6])"),
        S.LIMIT,
        policy={"max_host_call_bytes": 10},
    ),
    Case(
        "host-call-argument-shared-40-times",
        L.MEMORY,
        body("let v = [1]; for i in 0..40 { v = [v, v]; } probe::echo(v)"),
        S.OUT_OF_MEMORY,
    ),
    Case("host-call-reply-of-8-mib", L.HOST_CALL_SIZE, body("probe::text(8388608).len()"), S.LIMIT),
    Case(
        "host-call-argument-cyclic",
        L.VALUE,
        body("let v = []; v.push(v); probe::echo(v)"),
        S.SCRIPT_ERROR,
    ),
    Case("host-call-argument-nan", L.VALUE, body("probe::echo(0.0 / 0.0)"), S.SCRIPT_ERROR),
    Case("host-call-that-never-ends", L.HOST_TIME, awaiting("probe::wait().await"), S.TIMED_OUT),
    Case("host-call-that-never-ends-unawaited", L.HOST_TIME, body("probe::block()"), S.TIMED_OUT),
    Case(
        "host-call-that-never-ends-in-a-callback",
        L.HOST_TIME,
        body("[1].iter().map(|x| probe::block()).count()"),
        S.TIMED_OUT,
    ),
    Case(
        "host-calls-joined-that-never-end",
        L.HOST_TIME,
        awaiting("std::future::join([probe::wait(), probe::wait()]).await"),
        S.TIMED_OUT,
    ),
    Case("host-call-that-fails", L.NONE, body("probe::fail()"), S.SCRIPT_ERROR),
    Case("host-call-with-too-many-arguments", L.NONE, body("probe::echo(1, 2, 3)"), S.SCRIPT_ERROR),
    Case("future-never-awaited", L.NONE, awaiting("let x = probe::wait(); 1"), S.FINISHED, result=1),
]

POWERS = [
    Case(
        "http-without-the-capability", L.CAPABILITY, awaiting('crucible::http_get("http://localhost/").await'), S.DENIED
    ),
    Case(
        "files-under-another-name", L.CAPABILITY, "use fs::read_to_string as r; " + body('r("/etc/passwd")'), S.DENIED
    ),
    Case(
        "process-in-a-callback", L.CAPABILITY, body('[1].iter().map(|x| shell::exec("id", [], #{})).count()'), S.DENIED
    ),
    Case("module-that-nobody-has", L.NONE, body('db::query("select 1", [])'), S.SCRIPT_ERROR, stage="compile"),
]

CASES = [*ARGUMENTS, *RESULTS, *LOGS, *HOST, *POWERS]
