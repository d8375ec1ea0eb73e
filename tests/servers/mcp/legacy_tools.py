"""Legacy tools that try everything that a server has to pass on."""

from __future__ import annotations

ANY = '#{ type: "object", properties: #{ value: #{} } }'
COUNT = '#{ type: "object", properties: #{ n: #{ type: "integer" } }, required: ["n"] }'
NAMED = (
    '#{ type: "object", properties: #{ name: #{ type: "string" }, count: #{ type: "integer" } }, '
    'required: ["name"], additionalProperties: false }'
)
EITHER = (
    '#{ type: "object", anyOf: [#{ required: ["name"], properties: #{ name: #{ type: "string" } } }, '
    '#{ required: ["id"], properties: #{ id: #{ type: "integer" } } }] }'
)


def source(name: str, body: str, schema: str = '#{ type: "object" }', output: str | None = None) -> str:
    """A tool of the direct form."""
    outputs = f"pub fn OUTPUT_SCHEMA() {{ {output} }}\n" if output else ""
    return (
        f'pub fn NAME() {{ "{name}" }}\npub fn DESCRIPTION() {{ "The tool {name}" }}\n'
        f"pub fn INPUT_SCHEMA() {{ {schema} }}\n{outputs}pub fn call(args) {{ {body} }}\n"
    )


STEPS = """
    for i in 0..args.n {
        crucible::log_info(`step ${i}`);
        crucible::log_debug(`detail ${i}`);
        progress::report((i as f64 + 1.0) / (args.n as f64), `did ${i}`);
    }
    args.n
"""

UNSTEADY = """
    progress::report(0.5, "half");
    progress::report(0.2, "back");
    progress::report(0.5, "again");
    progress::report(0.9, "nearly");
    ()
"""

SOURCES = {
    "echo": source("echo", 'match args.get("value") { Some(value) => value, None => () }', ANY),
    "steps": source("steps", STEPS, COUNT),
    "unsteady": source("unsteady", UNSTEADY),
    "endless": source("endless", 'progress::report(0.1, "begun"); loop {}'),
    "greet": source("greet", "`hello ${args.name}`", NAMED),
    "fails": source("fails", 'Err(#{ message: "no such order", order: 7 })'),
    "breaks": source("breaks", "let list = []; list[7]"),
    "escapes": source("escapes", 'crucible::log_info("\\u{1b}[2J\\u{202e}log"); "\\u{1b}[31mred\\u{202e}"'),
    "shout": source("shout", "args.value", ANY, '#{ type: "string" }'),
    "profile": source("profile", "args.value", ANY, '#{ type: "object", required: ["age"] }'),
    "either": source("either", "args", EITHER),
    "notes.list": source("notes.list", '["one", "two"]'),
}
