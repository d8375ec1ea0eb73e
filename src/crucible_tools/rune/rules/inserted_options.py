"""Functions on Options and Results that repairs add to a source, for methods that Rune does not have.

`NAME` stands for the name that a function gets.
"""

from __future__ import annotations

from typing import Final

OPTIONS: Final = {
    "optional": """\
fn NAME(value, path) {
    for key in path {
        value = if value is Object { value.get(key).unwrap_or(()) } else { () };
    }
    value
}
""",
    "optional_length": """\
fn NAME(value, path) {
    for key in path {
        value = if value is Object {
            value.get(key).unwrap_or(())
        } else if key == "length" && (value is Vec || value is String) {
            value.len()
        } else {
            ()
        };
    }
    value
}
""",
    "unwrap_err": """\
fn NAME(result) {
    match result {
        Err(error) => error,
        Ok(_) => panic!("not an error"),
    }
}
""",
    "expect_err": """\
fn NAME(result, message) {
    match result {
        Err(error) => error,
        Ok(_) => panic!("{}", message),
    }
}
""",
    "error_of": """\
fn NAME(result) {
    match result {
        Err(error) => Some(error),
        Ok(_) => None,
    }
}
""",
    "map_err": """\
fn NAME(result, change) {
    match result {
        Err(error) => Err(change(error)),
        Ok(value) => Ok(value),
    }
}
""",
    "map_or": """\
fn NAME(value, fallback, change) {
    match value {
        Some(inner) => change(inner),
        Ok(inner) => change(inner),
        _ => fallback,
    }
}
""",
    "map_or_else": """\
fn NAME(value, fallback, change) {
    match value {
        Some(inner) => change(inner),
        Ok(inner) => change(inner),
        Err(error) => fallback(error),
        _ => fallback(),
    }
}
""",
    "or_else": """\
fn NAME(value, other) {
    match value {
        None => other(),
        Err(error) => other(error),
        _ => value,
    }
}
""",
    "or_other": """\
fn NAME(value, other) {
    match value {
        None => other,
        Err(_) => other,
        _ => value,
    }
}
""",
    "and_other": """\
fn NAME(value, other) {
    match value {
        Some(_) => other,
        Ok(_) => other,
        _ => value,
    }
}
""",
    "is_some_and": """\
fn NAME(value, matches) {
    match value {
        Some(inner) => matches(inner),
        _ => false,
    }
}
""",
    "is_none_or": """\
fn NAME(value, matches) {
    match value {
        Some(inner) => matches(inner),
        _ => true,
    }
}
""",
    "is_ok_and": """\
fn NAME(result, matches) {
    match result {
        Ok(value) => matches(value),
        _ => false,
    }
}
""",
    "is_err_and": """\
fn NAME(result, matches) {
    match result {
        Err(error) => matches(error),
        _ => false,
    }
}
""",
    "filter_option": """\
fn NAME(value, matches) {
    match value {
        Some(inner) if matches(inner) => value,
        _ => None,
    }
}
""",
}
