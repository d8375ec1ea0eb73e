"""RN119: a call that fails because of what the source calls."""

from __future__ import annotations

from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.rule import Kind, Rule

RULE = Rule(
    code="RN119",
    name="fails-when-called",
    summary="The tool was called, and something that it calls does not exist, or takes another number of arguments.",
    why="""\
Tools in which something was found are called with made-up arguments, in the sandbox, with every outside effect
answered by a stand-in. This is what such a call stopped at, where no other rule has an explanation: a method that the
value does not have, or a wrong number of arguments. It does not depend on the arguments, so it fails in earnest, too.

A machine can't know what was meant. Look at the value that stands in front of the dot.
""",
    before="""\
pub fn NAME() { "last_item" }
pub fn INPUT_SCHEMA() {
    #{ type: "object", properties: #{ items: #{ type: "array", "default": 3 } } }
}
fn pick(list, which) {
    list.get(which)
}
pub async fn call(args) {
    let picker = #{ by: pick }.by;
    picker(args.items)
}
""",
    after="""\
pub fn NAME() { "last_item" }
pub fn INPUT_SCHEMA() {
    #{ type: "object", properties: #{ items: #{ type: "array", "default": [] } } }
}
fn pick(list, which) {
    list.get(which)
}
pub async fn call(args) {
    let picker = #{ by: pick }.by;
    picker(args.items, 0)
}
""",
    kind=Kind.CERTAIN,
    fix="none",
    check=found_by_reading,
)
