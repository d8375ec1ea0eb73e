//! Running a jq expression on a value.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{compile, Compiler, Ctx, Filter, Vars};
use jaq_json::{Map, Num, Val};
use serde_json::{Number, Value as Json};

use super::natives;

/// What filters run on: values only, no inputs, no environment.
pub type Data = JustLut<Val>;

/// Greatest nesting of a result, as Rune values are built.
const DEPTH: usize = 128;

/// How many compiled expressions are kept: reading jq's own definitions takes longer than most queries.
const KEPT: usize = 16;

/// The filters of jq that jaq leaves out and that need no clock, no environment and no input.
const DEFINITIONS: &str = r#"
def date: todate;
def leaf_paths: paths(scalars);
def toarray: if isarray then . else [.] end;
def trimstr($x): ltrimstr($x) | rtrimstr($x);
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);
def @csv: [.[] | if isstring then "\"" + gsub("\""; "\"\"") + "\"" elif . == null then "" else tojson end] | join(",");
def @tsv: [.[] | if isstring then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
    elif . == null then "" else tojson end] | join("\t");
"#;

/// All outputs of the expression for the input, in order.
///
/// Errors: the expression is no jq, with its column; the error of the program; an output that JSON cannot say.
pub fn run(expression: &str, input: &Json) -> Result<Vec<Json>, String> {
    let filter = compiled(expression)?;
    let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
    let mut outputs = Vec::new();
    for output in filter.id.run((context, value(input))) {
        match output {
            Ok(output) => outputs.push(json(&output, DEPTH)?),
            Err(exception) => match exception.get_err() {
                Ok(error) => return Err(message(error)),
                Err(exception) => match exception.get_halt() {
                    Ok(0) => break,
                    Ok(code) => return Err(format!("the expression halted with code {code}")),
                    Err(_) => return Err("a `break` without its label".into()),
                },
            },
        }
    }
    Ok(outputs)
}

/// An error's text: a message as it is, everything else as JSON.
fn message(error: jaq_json::Error) -> String {
    match error.into_val() {
        Val::TStr(text) => String::from_utf8_lossy(&text).into_owned(),
        other => other.to_string(),
    }
}

thread_local! {
    /// The expressions that were used last with their filters, the newest at the end.
    static CACHE: RefCell<Vec<(String, Rc<Filter<Data>>)>> = const { RefCell::new(Vec::new()) };
}

fn compiled(expression: &str) -> Result<Rc<Filter<Data>>, String> {
    CACHE.with(|cache| {
        let mut kept = cache.borrow_mut();
        let entry = match kept.iter().position(|(text, _)| text == expression) {
            Some(at) => kept.remove(at),
            None => (expression.into(), Rc::new(compile(expression)?)),
        };
        if kept.len() == KEPT {
            kept.remove(0);
        }
        let filter = entry.1.clone();
        kept.push(entry);
        Ok(filter)
    })
}

fn compile(expression: &str) -> Result<Filter<Data>, String> {
    let own = load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .chain(own);
    let functions = jaq_core::funs()
        .chain(jaq_std::base_funs())
        .chain(jaq_json::funs())
        .chain(natives::all());
    let arena = Arena::default();
    let main = File {
        code: expression,
        path: (),
    };
    let modules = Loader::new(definitions)
        .load(&arena, main)
        .map_err(|errors| syntax(expression, errors))?;
    load::import(&modules, |_| Err("data cannot be imported here".into()))
        .map_err(|errors| syntax(expression, errors))?;
    Compiler::default()
        .with_funs(functions)
        .compile(modules)
        .map_err(|errors| undefined(expression, errors))
}

fn syntax(expression: &str, errors: load::Errors<&str, ()>) -> String {
    let mut text = String::from("invalid jq expression: ");
    let problem = errors.into_iter().next().map(|(_, error)| error);
    let (what, at) = match problem {
        Some(load::Error::Io(list)) => match list.into_iter().next() {
            Some((at, message)) => (message, Some(at)),
            None => ("an import failed".into(), None),
        },
        Some(load::Error::Lex(list)) => match list.into_iter().next() {
            Some((expected, at)) => (format!("{} expected", expected.as_str()), Some(at)),
            None => ("it cannot be read".into(), None),
        },
        Some(load::Error::Parse(list)) => match list.into_iter().next() {
            Some((expected, at)) => (format!("{} expected", expected.as_str()), Some(at)),
            None => ("it cannot be read".into(), None),
        },
        None => ("it cannot be read".into(), None),
    };
    text.push_str(&what);
    place(&mut text, expression, at);
    text
}

fn undefined(expression: &str, errors: compile::Errors<&str, ()>) -> String {
    let first = errors.into_iter().flat_map(|(_, list)| list).next();
    let Some((name, kind)) = first else {
        return "invalid jq expression".into();
    };
    let mut text = format!("invalid jq expression: undefined {} {name}", kind.as_str());
    if let compile::Undefined::Filter(arity) = kind {
        let _ = write!(text, "/{arity}");
    }
    place(&mut text, expression, Some(name));
    if matches!(name, "now" | "env" | "input" | "inputs" | "$ENV" | "localtime") {
        text.push_str(" (there is no clock, no environment and no input here)");
    }
    text
}

/// Adds where in the expression a part of it stands, in characters from 1.
fn place(text: &mut String, expression: &str, part: Option<&str>) {
    let Some(part) = part else { return };
    let start = expression.as_ptr() as usize;
    let offset = (part.as_ptr() as usize).checked_sub(start);
    if let Some(before) = offset.and_then(|offset| expression.get(..offset)) {
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        let _ = match line {
            1 => write!(text, " at column {column}"),
            _ => write!(text, " at line {line} column {column}"),
        };
    }
}

fn value(json: &Json) -> Val {
    match json {
        Json::Null => Val::Null,
        Json::Bool(flag) => Val::Bool(*flag),
        Json::Number(number) => Val::Num(match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Num::from_integral(integer),
            (None, Some(integer)) => Num::from_integral(integer),
            (None, None) => Num::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Json::String(text) => Val::utf8_str(text.clone().into_bytes()),
        Json::Array(items) => Val::Arr(Rc::new(items.iter().map(value).collect())),
        Json::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, item)| (Val::utf8_str(key.clone().into_bytes()), value(item)));
            Val::obj(entries.collect::<Map>())
        }
    }
}

/// A value of jq as JSON, as jq prints it: NaN is null, infinities are the largest floats.
fn json(value: &Val, left: usize) -> Result<Json, String> {
    let Some(left) = left.checked_sub(1) else {
        return Err(format!("the result is nested more than {DEPTH} levels deep"));
    };
    Ok(match value {
        Val::Null => Json::Null,
        Val::Bool(flag) => Json::Bool(*flag),
        Val::Num(number) => number_json(number)?,
        Val::TStr(text) => Json::String(String::from_utf8_lossy(text).into_owned()),
        Val::BStr(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Json::String(text.into()),
            Err(_) => return Err("the result has bytes that are no UTF-8 text".into()),
        },
        Val::Arr(items) => {
            let items = items.iter().map(|item| json(item, left));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Val::Obj(entries) => {
            let entries = entries.iter().map(|(key, item)| match key {
                Val::TStr(text) => {
                    let key = String::from_utf8_lossy(text).into_owned();
                    Ok((key, json(item, left)?))
                }
                other => Err(format!("the result has the object key {other}, no string")),
            });
            Json::Object(entries.collect::<Result<_, _>>()?)
        }
    })
}

fn number_json(number: &Num) -> Result<Json, String> {
    let float = match number {
        Num::Int(integer) => return Ok(Json::from(*integer)),
        Num::BigInt(integer) => {
            let text = integer.to_string();
            return match text.parse::<i64>() {
                Ok(integer) => Ok(Json::from(integer)),
                Err(_) => Err(format!("the integer {text} does not fit 64 bits")),
            };
        }
        Num::Float(float) => *float,
        Num::Dec(text) => text.parse().unwrap_or(f64::NAN),
    };
    let float = float.clamp(f64::MIN, f64::MAX);
    Ok(Number::from_f64(float).map_or(Json::Null, Json::Number))
}

#[cfg(test)]
mod tests {
    use super::{run, CACHE, KEPT};
    use serde_json::{json, Value};

    fn one(expression: &str, input: Value) -> Value {
        let mut outputs = run(expression, &input).unwrap_or_else(|e| panic!("{expression}: {e}"));
        assert_eq!(outputs.len(), 1, "{expression}");
        outputs.remove(0)
    }

    fn error(expression: &str) -> String {
        run(expression, &Value::Null).expect_err(expression)
    }

    #[test]
    fn jq_s_own_filters_are_there() {
        let people = json!([{"n": "b", "a": 2}, {"n": "a", "a": 1}, {"n": "c"}]);
        assert_eq!(one("map(.n) | sort | join(\",\")", people.clone()), json!("a,b,c"));
        assert_eq!(one("[.[] | select(.a > 1).n]", people.clone()), json!(["b"]));
        assert_eq!(one("group_by(.a) | length", people.clone()), json!(3));
        assert_eq!(
            one("map({(.n): .a}) | add", people.clone()),
            json!({"a": 1, "b": 2, "c": null})
        );
        assert_eq!(one("INDEX(.n) | keys", people), json!(["a", "b", "c"]));
        assert_eq!(one(".a // \"none\"", json!({})), json!("none"));
        assert_eq!(one("to_entries", json!({"a": 1})), json!([{"key": "a", "value": 1}]));
        assert_eq!(one("IN(1, 2)", json!(2)), json!(true));
    }

    #[test]
    fn text_is_escaped_for_tables() {
        let row = json!(["a,\"b\"", 1, null, true]);
        assert_eq!(one("@csv", row), json!("\"a,\"\"b\"\"\",1,,true"));
        assert_eq!(one("@tsv", json!(["a\tb", 1.5])), json!("a\\tb\t1.5"));
    }

    #[test]
    fn integers_stay_exact() {
        assert_eq!(one(".", json!(i64::MAX)), json!(i64::MAX));
        assert_eq!(one(". + 1", json!(9007199254740993_i64)), json!(9007199254740994_i64));
        assert_eq!(one("3000000000 + 1", Value::Null), json!(3_000_000_001_i64));
        assert_eq!(
            run(". + 1", &json!(i64::MAX)),
            Err("the integer 9223372036854775808 does not fit 64 bits".into())
        );
    }

    #[test]
    fn what_json_cannot_say_is_said_as_jq_does() {
        assert_eq!(one("nan", Value::Null), json!(null));
        assert_eq!(one("infinite", Value::Null), json!(f64::MAX));
        assert!(error("{(0): 1}").contains("object key 0"));
    }

    #[test]
    fn a_program_s_error_is_its_message() {
        assert_eq!(error("error(\"no luck\")"), "no luck");
        assert_eq!(error("error({a: 1})"), "{\"a\":1}");
        assert_eq!(error(".[0].a | 1 + \"x\""), "cannot calculate 1 + \"x\"");
        assert_eq!(error("halt_error(3)"), "the expression halted with code 3");
        assert_eq!(run("1, halt, 2", &Value::Null), Ok(vec![json!(1)]));
    }

    #[test]
    fn an_expression_that_is_no_jq_has_its_column() {
        assert_eq!(
            error(".a | foo(1)"),
            "invalid jq expression: undefined filter foo/1 at column 6"
        );
        assert_eq!(
            error(".[0"),
            "invalid jq expression: closing bracket expected at column 4"
        );
        assert_eq!(error(""), "invalid jq expression: term expected at column 1");
        assert!(
            error("1 +\n  }").contains("at line 2 column 3"),
            "{}",
            error("1 +\n  }")
        );
    }

    #[test]
    fn there_is_no_way_out() {
        for expression in [
            "now",
            "env",
            "$ENV",
            "input",
            "[inputs]",
            "input_filename",
            "$__prog_args",
        ] {
            assert!(error(expression).contains("undefined"), "{expression}");
        }
        for expression in [
            "import \"a\" as a; a::f",
            "include \"a\"; .",
            "import \"a\" as $a; $a",
            "get_search_list",
            "modulemeta",
        ] {
            assert!(error(expression).contains("invalid jq expression"), "{expression}");
        }
        assert_eq!(run("debug, stderr", &json!(1)), Ok(vec![json!(1), json!(1)]));
    }

    #[test]
    fn a_deep_result_is_refused() {
        let deep = "reduce range(200) as $i (0; [.])";
        assert!(error(deep).contains("nested more than 128"), "{}", error(deep));
    }

    #[test]
    fn the_cache_is_bounded() {
        for i in 0..(2 * KEPT) {
            assert_eq!(one(&i.to_string(), Value::Null), json!(i));
        }
        CACHE.with(|cache| assert_eq!(cache.borrow().len(), KEPT));
    }
}
