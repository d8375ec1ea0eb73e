"""RN021: what only Rust has: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "traits",
        """\
trait A { fn f(&self) -> i64; }
struct B;
impl A for B { fn f(&self) -> i64 { 1 } }
fn call(args) { 1 }
""",
        None,
        (1, 3),
    ),
    Case(
        "imports",
        """\
use std::fs;
use std::path::{Path, PathBuf};
use std::io::Read;
use tokio::time;
fn f(x) { fs::read(Path::new(PathBuf::from(x)), Read, time::now()) }
""",
        None,
        (1, 2, 3, 4),
    ),
    Case(
        "unsafe and extern",
        """\
unsafe fn f() { 1 }
fn g() { unsafe { 2 } }
extern "C" fn h() { 3 }
""",
        None,
        (1, 2, 3),
    ),
    Case(
        "lifetimes",
        """\
struct A<'a> { x: &'a str }
fn f<'a>(x: &'a str) -> &'a str { x }
fn g<'a, T>(x: &'a T) { x }
fn h<'a, 'b>(x: &'a str) { x }
""",
        """\
struct A { x: &'a str }
fn f(x: &'a str) -> &'a str { x }
fn g<T>(x: &'a T) { x }
fn h(x: &'a str) { x }
""",
        (1, 2, 3, 4),
    ),
    Case(
        "macros of its own",
        "macro_rules! a { () => { 1 } }\n",
        None,
    ),
)

RUNE = (
    """\
use std::collections::HashMap;
use std::iter;
use crucible::log_info;
pub fn call(args) { 1 }
""",
    """\
struct A { x }
impl A { fn f(self) { self.x } }
pub fn call(args) { A { x: 1 }.f() }
""",
    body("'a: loop { break 'a; }"),
    body('"trait A {}"'),
    body("let fs = 1;", "fs"),
    """\
mod fs { pub fn read(x) { x } }
use fs::read;
pub fn call(args) { read(1) }
""",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN021")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN021") == []


def test_an_import_that_only_types_and_attributes_name_is_deleted() -> None:
    source = (
        "use serde::{Deserialize, Serialize};\nuse std::path::PathBuf;\n\n#[derive(Serialize)]\nstruct P { x }\n"
        "pub fn call(args: PathBuf) { args }\n"
    )
    assert "use " not in repaired(source)
    used = "use std::path::Path;\npub fn call(args) { Path::new(args) }\n"
    assert repaired(used) == used
