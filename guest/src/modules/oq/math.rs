//! jq's native filters for numbers: the functions of C's mathematical library.

use std::rc::Rc;

use jaq_core::native::{bome, v};
use jaq_json::{Error, Val};
use jaq_std::ValT as _;

use super::natives::Native;

fn float(value: &Val) -> Result<f64, Error> {
    value.as_f64().ok_or_else(|| Error::typ(value.clone(), "number"))
}

fn integer(value: &Val) -> Result<i32, Error> {
    value
        .as_isize()
        .and_then(|i| i32::try_from(i).ok())
        .ok_or_else(|| Error::typ(value.clone(), "integer"))
}

fn pair(first: Val, second: Val) -> Val {
    Val::Arr(Rc::new(vec![first, second]))
}

/// Filters without parameters, from the input.
macro_rules! of_input {
    ($list:ident: $($name:ident)*) => {
        $($list.push((stringify!($name), v(0), |cv| bome(float(&cv.1).map(|x| Val::from(libm::$name(x))))));)*
    };
}

/// Filters with two parameters; the input is ignored.
macro_rules! of_two {
    ($list:ident: $($name:ident($first:ident, $second:ident))*) => {
        $($list.push((stringify!($name), v(2), |mut cv| {
            let second = cv.0.pop_var();
            let first = cv.0.pop_var();
            bome($first(&first).and_then(|x| Ok(Val::from(libm::$name(x, $second(&second)?)))))
        }));)*
    };
}

/// The filters.
pub fn filters() -> Vec<Native> {
    let mut list: Vec<Native> = Vec::new();
    of_input!(list: acos acosh asin asinh atan atanh cbrt cos cosh erf erfc exp exp10 exp2 expm1 fabs j0 j1 lgamma log
        log10 log1p log2 rint sin sinh sqrt tan tanh tgamma trunc y0 y1);
    of_two!(list: atan2(float, float) copysign(float, float) fdim(float, float) fmax(float, float) fmin(float, float)
        fmod(float, float) hypot(float, float) jn(integer, float) ldexp(float, integer) nextafter(float, float)
        pow(float, float) remainder(float, float) yn(integer, float));
    list.push(("nearbyint", v(0), |cv| {
        bome(float(&cv.1).map(|x| Val::from(libm::rint(x))))
    }));
    list.push(("ilogb", v(0), |cv| {
        bome(float(&cv.1).map(|x| Val::from(libm::ilogb(x) as isize)))
    }));
    list.push(("frexp", v(0), |cv| {
        let parts = float(&cv.1).map(libm::frexp);
        bome(parts.map(|(x, exponent)| pair(Val::from(x), Val::from(exponent as isize))))
    }));
    list.push(("modf", v(0), |cv| {
        let parts = float(&cv.1).map(libm::modf);
        bome(parts.map(|(fraction, whole)| pair(Val::from(fraction), Val::from(whole))))
    }));
    list.push(("scalbln", v(2), |mut cv| {
        let exponent = cv.0.pop_var();
        let x = cv.0.pop_var();
        bome(float(&x).and_then(|x| Ok(Val::from(libm::scalbn(x, integer(&exponent)?)))))
    }));
    list.push(("fma", v(3), |mut cv| {
        let z = cv.0.pop_var();
        let y = cv.0.pop_var();
        let x = cv.0.pop_var();
        bome(float(&x).and_then(|x| Ok(Val::from(libm::fma(x, float(&y)?, float(&z)?)))))
    }));
    list
}

#[cfg(test)]
mod tests {
    use super::super::query;
    use serde_json::{json, Value};

    fn one(expression: &str, input: Value) -> Value {
        let mut outputs = query::run(expression, &input).unwrap_or_else(|e| panic!("{expression}: {e}"));
        outputs.remove(0)
    }

    #[test]
    fn numbers() {
        assert_eq!(one("sqrt", json!(9)), json!(3.0));
        assert_eq!(one("pow(2; 10)", Value::Null), json!(1024.0));
        assert_eq!(one("log2", json!(8)), json!(3.0));
        assert_eq!(one("floor, ceil", json!(2.5)), json!(2));
        assert_eq!(one("round", json!(2.5)), json!(3));
        assert_eq!(one("round", json!(3_000_000_000.4)), json!(3_000_000_000_i64));
        assert_eq!(one("frexp", json!(8)), json!([0.5, 4]));
        assert_eq!(one("modf", json!(2.25)), json!([0.25, 2.0]));
        assert_eq!(one("fma(2; 3; 4)", Value::Null), json!(10.0));
        assert_eq!(one("scalbln(1; 3), ldexp(1; 3)", Value::Null), json!(8.0));
        assert_eq!(one("significand", json!(10)), json!(1.25));
        assert_eq!(one("logb", json!(10)), json!(3.0));
        assert_eq!(one("nearbyint", json!(2.5)), json!(2.0));
        assert_eq!(one("jn(0; 0.0)", Value::Null), json!(1.0));
        assert_eq!(one("abs", json!(-2)), json!(2));
    }

    #[test]
    fn no_number_is_an_error() {
        assert_eq!(
            query::run("sqrt", &json!("a")),
            Err("cannot use \"a\" as number".into())
        );
        assert_eq!(
            query::run("ldexp(1; 1.5)", &Value::Null),
            Err("cannot use 1.5 as integer".into())
        );
    }
}
