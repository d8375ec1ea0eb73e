"""Functions for what JavaScript and Python do otherwise than Rune, which repairs add to a source.

`NAME` stands for the name that a function gets.
"""

from __future__ import annotations

from typing import Final

FOREIGN: Final = {
    "is_true": """\
fn NAME(value) {
    match value {
        () => false,
        None => false,
        Some(inner) => NAME(inner),
        value if value is bool => value,
        value if value is i64 || value is u64 => value != 0,
        value if value is f64 => value != 0.0,
        value if value is String || value is Vec || value is Object => !value.is_empty(),
        _ => true,
    }
}
""",
    "is_truthy": """\
fn NAME(value) {
    match value {
        () => false,
        None => false,
        Some(inner) => NAME(inner),
        value if value is bool => value,
        value if value is i64 || value is u64 => value != 0,
        value if value is f64 => value != 0.0,
        value if value is String => !value.is_empty(),
        _ => true,
    }
}
""",
    "dict_of": """\
fn NAME(entries) {
    if entries is Object {
        return entries.clone();
    }
    let object = #{};
    for entry in entries {
        object[entry.get(0).unwrap()] = entry.get(1).unwrap();
    }
    object
}
""",
    "integer_from": """\
fn NAME(value) {
    if !(value is String) {
        return Ok(value as i64);
    }
    match value.trim().parse::<i64>() {
        Ok(number) => Ok(number),
        Err(_) => Err(`no whole number: ${value}`),
    }
}
""",
    "float_from": """\
fn NAME(value) {
    if !(value is String) {
        return Ok(value as f64);
    }
    match value.trim().parse::<f64>() {
        Ok(number) => Ok(number),
        Err(_) => Err(`no number: ${value}`),
    }
}
""",
    "concat_either": """\
fn NAME(whole, more) {
    if whole is String {
        return (`${whole}${more}`);
    }
    let list = whole.clone();
    if more is Vec { list.extend(more); } else { list.push(more); }
    list
}
""",
    "splice": """\
fn NAME(items, at, count) {
    let taken = [];
    while taken.len() < count && at < items.len() {
        taken.push(items.remove(at));
    }
    taken
}
""",
    "type_of": """\
fn NAME(value) {
    match value {
        () => "undefined",
        value if value is String => "string",
        value if value is bool => "boolean",
        value if value is i64 || value is f64 => "number",
        _ => "object",
    }
}
""",
    "divided": """\
fn NAME(number, by) {
    if !(number is f64) && !(by is f64) && by != 0 && number % by == 0 {
        return number / by;
    }
    number as f64 / by as f64
}
""",
    "power": """\
fn NAME(base, exponent) {
    if base is i64 && exponent is i64 && exponent >= 0 {
        return base.pow(exponent);
    }
    (base as f64).powf(exponent as f64)
}
""",
}
