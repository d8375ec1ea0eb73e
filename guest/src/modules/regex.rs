//! `regex::*`: regular expressions, the pattern first.
//!
//! Syntax and matching are those of the Rust crate `regex` (Unicode, linear time, no look-around, no references back).
//! An invalid pattern stops the script and names the pattern: these functions give plain values.

use std::cell::RefCell;
use std::rc::Rc;

use rune::alloc::fmt::TryWrite;
use rune::runtime::{Formatter, VmError, VmResult};
use rune::{alloc, vm_try, Any, ContextError, Module, Value};

use super::args::{plain, pure, text, texts, Args, Failure};
use crate::host::{self, Decl};

/// Greatest size of a compiled pattern in bytes, and of its cache while it searches.
const COMPILED: usize = 1 << 20;

/// How many compiled patterns are kept.
const KEPT: usize = 32;

static IS_MATCH: Decl = plain("regex::is_match", &["pattern", "text"]);
static FIND: Decl = plain("regex::find", &["pattern", "text"]);
static FIND_ALL: Decl = plain("regex::find_all", &["pattern", "text"]);
static REPLACE: Decl = plain("regex::replace", &["pattern", "text", "replacement"]);
static REPLACE_ALL: Decl = plain("regex::replace_all", &["pattern", "text", "replacement"]);
static CAPTURES: Decl = plain("regex::captures", &["pattern", "text"]);
static SPLIT: Decl = plain("regex::split", &["pattern", "text"]);

/// The functions of this file.
pub fn declarations() -> [&'static Decl; 7] {
    [&IS_MATCH, &FIND, &FIND_ALL, &REPLACE, &REPLACE_ALL, &CAPTURES, &SPLIT]
}

/// The module `regex`.
pub fn module() -> Result<Module, ContextError> {
    let mut module = Module::with_crate("regex")?;
    pure!(&mut module, IS_MATCH, is_match)?;
    pure!(&mut module, FIND, find)?;
    pure!(&mut module, FIND_ALL, find_all)?;
    pure!(&mut module, REPLACE, replace)?;
    pure!(&mut module, REPLACE_ALL, replace_all)?;
    pure!(&mut module, CAPTURES, captures)?;
    pure!(&mut module, SPLIT, split)?;

    module.ty::<Regex>()?;
    module.function("new", Regex::new).build_associated::<Regex>()?;
    module.associated_function("is_match", Regex::is_match)?;
    module.associated_function("find", Regex::find)?;
    module.associated_function("find_all", Regex::find_all)?;
    module.associated_function("replace", Regex::replace)?;
    module.associated_function("replace_all", Regex::replace_all)?;
    module.associated_function("captures", Regex::captures)?;
    module.associated_function("split", Regex::split)?;
    module.associated_function("pattern", Regex::pattern)?;
    module.associated_function(&rune::runtime::Protocol::DISPLAY_FMT, Regex::display)?;
    module.associated_function(&rune::runtime::Protocol::DEBUG_FMT, Regex::debug)?;
    Ok(module)
}

/// `regex::is_match(pattern, text)`: whether the pattern matches anywhere in the text.
fn is_match(args: &Args<'_>) -> Result<Value, Failure> {
    let regex = compiled(&args.text(0)?)?;
    Ok(Value::from(regex.is_match(&args.text(1)?)))
}

/// `regex::find(pattern, text)`: the first match as `Some(text)`, or `None`.
fn find(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(first(&*compiled(&args.text(0)?)?, &args.text(1)?)?)
}

/// `regex::find_all(pattern, text)`: the texts of all matches that do not overlap, in order.
fn find_all(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(all(&*compiled(&args.text(0)?)?, &args.text(1)?)?)
}

/// `regex::replace(pattern, text, replacement)`: the text with the first match replaced.
///
/// `$1`, `${1}`, `$name` and `${name}` in the replacement are groups of the match; `$$` is a dollar sign.
fn replace(args: &Args<'_>) -> Result<Value, Failure> {
    let (regex, whole) = (compiled(&args.text(0)?)?, args.text(1)?);
    Ok(text(&regex.replace(&whole, &*args.text(2)?))?)
}

/// `regex::replace_all(pattern, text, replacement)`: the text with every match replaced, as `replace` does it.
fn replace_all(args: &Args<'_>) -> Result<Value, Failure> {
    let (regex, whole) = (compiled(&args.text(0)?)?, args.text(1)?);
    Ok(text(&regex.replace_all(&whole, &*args.text(2)?))?)
}

/// `regex::captures(pattern, text)`: `None` without a match, else `Some(list)`: the whole match, then each group, as
/// `Some(text)`, or `None` for a group that took no part.
fn captures(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(groups(&*compiled(&args.text(0)?)?, &args.text(1)?)?)
}

/// `regex::split(pattern, text)`: the parts between the matches.
fn split(args: &Args<'_>) -> Result<Value, Failure> {
    let regex = compiled(&args.text(0)?)?;
    Ok(texts(regex.split(&args.text(1)?))?)
}

fn first(regex: &::regex::Regex, whole: &str) -> Result<Value, alloc::Error> {
    let found = regex.find(whole).map(|m| text(m.as_str())).transpose()?;
    Value::new(found)
}

fn all(regex: &::regex::Regex, whole: &str) -> Result<Value, alloc::Error> {
    texts(regex.find_iter(whole).map(|m| m.as_str()))
}

fn groups(regex: &::regex::Regex, whole: &str) -> Result<Value, alloc::Error> {
    let Some(captures) = regex.captures(whole) else {
        return Value::new(None::<Value>);
    };
    let mut list = alloc::Vec::new();
    for group in captures.iter() {
        let group = group.map(|m| text(m.as_str())).transpose()?;
        list.try_push(Value::new(group)?)?;
    }
    Value::new(Some(Value::vec(list)?))
}

thread_local! {
    /// The patterns that were used last, the newest at the end.
    static CACHE: RefCell<Vec<Rc<::regex::Regex>>> = const { RefCell::new(Vec::new()) };
}

/// The compiled pattern, from the cache if it is there. Error: an invalid pattern, or one too large.
fn compiled(pattern: &str) -> Result<Rc<::regex::Regex>, String> {
    CACHE.with(|cache| {
        let mut kept = cache.borrow_mut();
        if let Some(at) = kept.iter().position(|regex| regex.as_str() == pattern) {
            // The newest is asked for again most often: it stays where it is.
            if at + 1 < kept.len() {
                let regex = kept.remove(at);
                kept.push(regex);
            }
        } else {
            let regex = Rc::new(compile(pattern)?);
            if kept.len() == KEPT {
                kept.remove(0);
            }
            kept.push(regex);
        }
        kept.last().cloned().ok_or_else(|| "no pattern".into())
    })
}

fn compile(pattern: &str) -> Result<::regex::Regex, String> {
    ::regex::RegexBuilder::new(pattern)
        .size_limit(COMPILED)
        .dfa_size_limit(COMPILED)
        .build()
        .map_err(|error| format!("invalid pattern {pattern:?}: {error}"))
}

/// A compiled pattern: `regex::Regex::new(pattern)`.
#[derive(Any)]
#[rune(item = ::regex)]
struct Regex {
    compiled: Rc<::regex::Regex>,
}

impl Regex {
    /// `Regex::new(pattern)`. An invalid pattern stops the script.
    fn new(pattern: &str) -> VmResult<Self> {
        const NAME: &str = "regex::Regex::new";
        if host::routed(NAME) {
            // No host can make one: asking is how a policy without `basic` stops the script.
            let pattern = vm_try!(text(pattern));
            vm_try!(host::invoke(NAME, &[pattern]).map(drop));
        }
        match compiled(pattern) {
            Ok(compiled) => VmResult::Ok(Self { compiled }),
            Err(error) => VmResult::Err(VmError::panic(format!("{NAME}: {error}"))),
        }
    }

    /// `is_match(text)`.
    fn is_match(&self, whole: &str) -> bool {
        self.compiled.is_match(whole)
    }

    /// `find(text)`: `Some(text)` or `None`.
    fn find(&self, whole: &str) -> VmResult<Value> {
        VmResult::Ok(vm_try!(first(&self.compiled, whole)))
    }

    /// `find_all(text)`.
    fn find_all(&self, whole: &str) -> VmResult<Value> {
        VmResult::Ok(vm_try!(all(&self.compiled, whole)))
    }

    /// `replace(text, replacement)`: the first match.
    fn replace(&self, whole: &str, replacement: &str) -> String {
        self.compiled.replace(whole, replacement).into_owned()
    }

    /// `replace_all(text, replacement)`.
    fn replace_all(&self, whole: &str, replacement: &str) -> String {
        self.compiled.replace_all(whole, replacement).into_owned()
    }

    /// `captures(text)`: as `regex::captures`.
    fn captures(&self, whole: &str) -> VmResult<Value> {
        VmResult::Ok(vm_try!(groups(&self.compiled, whole)))
    }

    /// `split(text)`.
    fn split(&self, whole: &str) -> VmResult<Value> {
        VmResult::Ok(vm_try!(texts(self.compiled.split(whole))))
    }

    /// `pattern()`: the text that it was made of.
    fn pattern(&self) -> String {
        self.compiled.as_str().into()
    }

    fn display(&self, f: &mut Formatter) -> VmResult<()> {
        rune::vm_write!(f, "{}", self.compiled.as_str())
    }

    fn debug(&self, f: &mut Formatter) -> VmResult<()> {
        rune::vm_write!(f, "Regex({:?})", self.compiled.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, value};
    use super::{compiled, CACHE, KEPT};
    use serde_json::json;

    #[test]
    fn the_pattern_comes_first() {
        assert_eq!(value(r#"regex::is_match("^v[0-9]+$", "v1")"#), json!(true));
        assert_eq!(value(r#"regex::is_match("v1", "^v[0-9]+$")"#), json!(false));
    }

    #[test]
    fn find_gives_an_option_and_find_all_a_list() {
        assert_eq!(
            value(r#"[regex::find("E[0-9]+", "a E1 E2"), regex::find("x", "a")]"#),
            json!(["E1", null])
        );
        assert_eq!(
            value(r#"if let Some(x) = regex::find("b", "abc") { x } else { () }"#),
            json!("b")
        );
        assert_eq!(
            value(r#"regex::find_all("E[0-9]{4}", "E0308 and E0001")"#),
            json!(["E0308", "E0001"])
        );
    }

    #[test]
    fn replacements_know_groups() {
        assert_eq!(
            value(r#"regex::replace("(\\w)(\\w)", "ab cd", "$2$1")"#),
            json!("ba cd")
        );
        assert_eq!(
            value(r#"regex::replace_all("(?P<n>\\d)", "1 2", "<$n>")"#),
            json!("<1> <2>")
        );
    }

    #[test]
    fn groups_and_parts() {
        assert_eq!(value(r#"regex::captures("(a)|(b)", "xb")"#), json!(["b", null, "b"]));
        assert_eq!(value(r#"regex::captures("z", "x")"#), json!(null));
        assert_eq!(value(r#"regex::split("[,;]", "a,b;c")"#), json!(["a", "b", "c"]));
    }

    #[test]
    fn the_type_has_the_same_as_methods() {
        assert_eq!(
            value(
                r#"let re = regex::Regex::new("(\\d)(x)?");
                [re.is_match("a1"), re.find("a1"), re.find_all("1 2"), re.replace("1 2", "_"), re.replace_all("1 2", "_"),
                 re.captures("1").unwrap(), re.split("a1b"), re.pattern(), `${re}`]"#
            ),
            json!([
                true,
                "1",
                ["1", "2"],
                "_ 2",
                "_ _",
                ["1", "1", null],
                ["a", "b"],
                "(\\d)(x)?",
                "(\\d)(x)?"
            ])
        );
    }

    #[test]
    fn an_invalid_pattern_stops_the_script_and_is_named() {
        let message = error(r#"regex::is_match("a(", "a")"#);
        assert!(
            message.contains(r#"regex::is_match: invalid pattern "a(""#),
            "{message}"
        );
        let message = error(r#"regex::Regex::new("[")"#);
        assert!(
            message.contains(r#"regex::Regex::new: invalid pattern "[""#),
            "{message}"
        );
    }

    #[test]
    fn a_wrong_argument_stops_the_script_and_is_named() {
        let message = error(r#"regex::is_match("a", ())"#);
        assert!(
            message.contains("regex::is_match: argument `text` must be a string, not () (null)"),
            "{message}"
        );
    }

    #[test]
    fn a_pattern_that_would_compile_to_megabytes_is_refused() {
        let message = error(r#"regex::is_match("\\w{1000}{1000}", "a")"#);
        assert!(message.contains("invalid pattern"), "{message}");
    }

    #[test]
    fn a_hostile_pattern_takes_linear_time() {
        assert_eq!(
            value(r#"let s = "a"; for _ in 0..14 { s = `${s}${s}`; } regex::is_match("(a+)+$", `${s}!`)"#),
            json!(false)
        );
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_the_newest() {
        for i in 0..100 {
            assert!(compiled(&format!("x{i}")).is_ok());
        }
        CACHE.with(|cache| {
            let kept = cache.borrow();
            assert_eq!(kept.len(), KEPT);
            assert_eq!(kept.last().map(|r| r.as_str()), Some("x99"));
        });
    }
}
