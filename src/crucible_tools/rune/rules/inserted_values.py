"""Functions on characters, numbers, booleans, orders and objects that repairs add, for methods that Rune does not have.

`NAME` stands for the name that a function gets.
"""

from __future__ import annotations

from typing import Final

VALUES: Final = {
    # --- characters ---
    "is_ascii_digit": "fn NAME(c) {\n    c >= '0' && c <= '9'\n}\n",
    "is_ascii_lowercase": "fn NAME(c) {\n    c >= 'a' && c <= 'z'\n}\n",
    "is_ascii_uppercase": "fn NAME(c) {\n    c >= 'A' && c <= 'Z'\n}\n",
    "is_ascii_alphabetic": "fn NAME(c) {\n    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')\n}\n",
    "is_ascii_alphanumeric": (
        "fn NAME(c) {\n    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')\n}\n"
    ),
    "is_ascii_hexdigit": (
        "fn NAME(c) {\n    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')\n}\n"
    ),
    "is_ascii_punctuation": "fn NAME(c) {\n    c >= '!' && c <= '~' && !c.is_alphanumeric()\n}\n",
    "is_ascii_whitespace": "fn NAME(c) {\n    c == ' ' || c == '\\t' || c == '\\n' || c == '\\r' || c == '\\u{c}'\n}\n",
    "is_ascii_char": "fn NAME(c) {\n    c.to_i64() < 128\n}\n",
    "ascii_lowercase": """\
fn NAME(c) {
    if c >= 'A' && c <= 'Z' { char::from_i64(c.to_i64() + 32).unwrap() } else { c }
}
""",
    "ascii_uppercase": """\
fn NAME(c) {
    if c >= 'a' && c <= 'z' { char::from_i64(c.to_i64() - 32).unwrap() } else { c }
}
""",
    "lowercase_of": "fn NAME(c) {\n    `${c}`.to_lowercase()\n}\n",
    "uppercase_of": "fn NAME(c) {\n    `${c}`.to_uppercase()\n}\n",
    "utf8_length": "fn NAME(c) {\n    `${c}`.len()\n}\n",
    # --- numbers, booleans, orders ---
    "abs_diff": "fn NAME(one, other) {\n    if one > other { one - other } else { other - one }\n}\n",
    "rem_euclid": """\
fn NAME(number, by) {
    let rest = number % by;
    if rest < by - by { rest + by.abs() } else { rest }
}
""",
    "div_euclid": """\
fn NAME(number, by) {
    let rest = number % by;
    if rest >= 0 { number / by } else if by > 0 { number / by - 1 } else { number / by + 1 }
}
""",
    "floor_div": """\
fn NAME(number, by) {
    if number is f64 || by is f64 {
        return (number as f64 / by as f64).floor();
    }
    let rest = number % by;
    if rest != 0 && (rest < 0) != (by < 0) { number / by - 1 } else { number / by }
}
""",
    "trunc": "fn NAME(number) {\n    if number < 0.0 { number.ceil() } else { number.floor() }\n}\n",
    "fract": "fn NAME(number) {\n    if number < 0.0 { number - number.ceil() } else { number - number.floor() }\n}\n",
    "then": "fn NAME(flag, make) {\n    if flag { Some(make()) } else { None }\n}\n",
    "then_some": "fn NAME(flag, value) {\n    if flag { Some(value) } else { None }\n}\n",
    "then_order": "fn NAME(order, other) {\n    if order == std::cmp::Ordering::Equal { other } else { order }\n}\n",
    "then_order_with": (
        "fn NAME(order, other) {\n    if order == std::cmp::Ordering::Equal { other() } else { order }\n}\n"
    ),
    "reversed_order": """\
fn NAME(order) {
    if order == std::cmp::Ordering::Less {
        std::cmp::Ordering::Greater
    } else if order == std::cmp::Ordering::Greater {
        std::cmp::Ordering::Less
    } else {
        order
    }
}
""",
    # --- objects ---
    "merged": """\
fn NAME(one, other) {
    let all = #{};
    for (key, value) in one {
        all[key] = value;
    }
    for (key, value) in other {
        all[key] = value;
    }
    all
}
""",
    "take_over": """\
fn NAME(object, other) {
    for (key, value) in other {
        object[key] = value;
    }
}
""",
    "set_default": """\
fn NAME(map, key, value) {
    if !map.contains_key(key) {
        map[key] = value;
    }
    map.get(key).unwrap()
}
""",
    # --- lists ---
    "windows": """\
fn NAME(items, size) {
    let parts = [];
    let at = 0;
    while at + size <= items.len() {
        parts.push(items[at..at + size]);
        at += 1;
    }
    parts
}
""",
    "chunks": """\
fn NAME(items, size) {
    let parts = [];
    let at = 0;
    while at < items.len() {
        parts.push(items[at..items.len().min(at + size)]);
        at += size;
    }
    parts
}
""",
    "concat_all": """\
fn NAME(parts) {
    if parts.iter().all(|part| part is String) && !parts.is_empty() {
        return parts.iter().collect::<String>();
    }
    let all = [];
    for part in parts {
        all.extend(part);
    }
    all
}
""",
    "flat": """\
fn NAME(items) {
    let all = [];
    for item in items {
        if item is Vec {
            all.extend(item);
        } else {
            all.push(item);
        }
    }
    all
}
""",
    "item_at": """\
fn NAME(items, at) {
    items.get(if at < 0 { items.len() as i64 + at } else { at }).unwrap_or(())
}
""",
    "split_first": "fn NAME(items) {\n    if items.is_empty() { None } else { Some((items[0], items[1..])) }\n}\n",
    "split_last": """\
fn NAME(items) {
    if items.is_empty() { None } else { Some((items[items.len() - 1], items[..items.len() - 1])) }
}
""",
    "drained": """\
fn NAME(items) {
    let all = items.iter().collect::<Vec>();
    items.clear();
    all
}
""",
    "fill": "fn NAME(items, value) {\n    for at in 0..items.len() {\n        items[at] = value;\n    }\n}\n",
    "swap_remove": """\
fn NAME(items, at) {
    let taken = items[at];
    let last = items.pop().unwrap();
    if at < items.len() {
        items[at] = last;
    }
    taken
}
""",
    "is_sorted": """\
fn NAME(items) {
    (1..items.len()).iter().all(|at| items[at - 1] <= items[at])
}
""",
    "unique": """\
fn NAME(items) {
    let kept = [];
    for item in items {
        if !kept.iter().any(|other| other == item) {
            kept.push(item);
        }
    }
    kept
}
""",
    "sorted_list": (
        "fn NAME(items) {\n    let list = [];\n    for item in items {\n        list.push(item);\n    }\n"
        "    list.sort();\n    list\n}\n"
    ),
    "reversed_list": "fn NAME(items) {\n    items.iter().rev().collect::<Vec>()\n}\n",
    "sort_by_key_backward": """\
fn NAME(items, key) {
    items.sort_by(|one, other| key(other).cmp(key(one)));
}
""",
    "sorted_set": """\
fn NAME(items) {
    let list = [];
    for item in items {
        if !list.iter().any(|other| other == item) {
            list.push(item);
        }
    }
    list.sort();
    list
}
""",
    "sort_backward": """\
fn NAME(items) {
    items.sort_by(|one, other| other.cmp(one));
}
""",
    "reversed_either": """\
fn NAME(items) {
    if items is String { items.chars().rev().collect::<String>() } else { items.iter().rev().collect::<Vec>() }
}
""",
    "every": """\
fn NAME(items, step) {
    let kept = [];
    let at = 0;
    for item in if items is String { items.chars().collect::<Vec>() } else { items } {
        if at % step == 0 {
            kept.push(item);
        }
        at += 1;
    }
    if items is String { kept.iter().collect::<String>() } else { kept }
}
""",
    "as_integer": "fn NAME(value) {\n    if value is i64 { Some(value) } else { None }\n}\n",
    "as_float": "fn NAME(value) {\n    if value is i64 || value is f64 { Some(value as f64) } else { None }\n}\n",
    "as_boolean": "fn NAME(value) {\n    if value is bool { Some(value) } else { None }\n}\n",
    "as_text": "fn NAME(value) {\n    if value is String { Some(value) } else { None }\n}\n",
    "as_list": "fn NAME(value) {\n    if value is Vec { Some(value) } else { None }\n}\n",
    "as_object": "fn NAME(value) {\n    if value is Object { Some(value) } else { None }\n}\n",
    "is_number": "fn NAME(value) {\n    value is i64 || value is f64\n}\n",
    "is_integer": "fn NAME(value) {\n    value is i64\n}\n",
    "is_boolean": "fn NAME(value) {\n    value is bool\n}\n",
    "is_text": "fn NAME(value) {\n    value is String\n}\n",
    "is_list": "fn NAME(value) {\n    value is Vec\n}\n",
    "is_object": "fn NAME(value) {\n    value is Object\n}\n",
    "is_null": "fn NAME(value) {\n    value is Tuple\n}\n",
    "count_item": "fn NAME(items, what) {\n    items.iter().filter(|item| item == what).count() as i64\n}\n",
    "list_of": """\
fn NAME(items) {
    if items is String {
        return items.chars().map(|c| `${c}`).collect::<Vec>();
    }
    let list = [];
    for item in if items is Object { items.keys() } else { items } {
        list.push(item);
    }
    list
}
""",
    "object_of": """\
fn NAME(entries) {
    let object = #{};
    for entry in entries {
        object[entry.get(0).unwrap()] = entry.get(1).unwrap();
    }
    object
}
""",
    "first_max_by_key": """\
fn NAME(items, key) {
    let best = None;
    for item in items {
        best = match best {
            Some(other) if key(other) >= key(item) => best,
            _ => Some(item),
        };
    }
    best
}
""",
    "first_min_by_key": """\
fn NAME(items, key) {
    let best = None;
    for item in items {
        best = match best {
            Some(other) if key(other) <= key(item) => best,
            _ => Some(item),
        };
    }
    best
}
""",
    "code_of": "fn NAME(text) {\n    `${text}`.chars().next().unwrap().to_i64()\n}\n",
    "text_of_code": "fn NAME(code) {\n    `${char::from_i64(code).unwrap()}`\n}\n",
    "whole_part": """\
fn NAME(number) {
    let number = number as f64;
    (if number < 0.0 { number.ceil() } else { number.floor() }) as i64
}
""",
    "sign_of": """\
fn NAME(number) {
    let number = number as f64;
    if number > 0.0 { 1 } else if number < 0.0 { -1 } else { 0 }
}
""",
    "number_of": """\
fn NAME(value) {
    if value is String {
        if let Ok(number) = value.trim().parse::<i64>() {
            return number;
        }
        return value.trim().parse::<f64>().unwrap();
    }
    value
}
""",
    "times": """\
fn NAME(item, count) {
    let items = [];
    for _ in 0..count {
        items.push(if item is bool || item is char { item } else { item.clone() });
    }
    items
}
""",
    "results_of": """\
fn NAME(results) {
    let values = [];
    for result in results {
        values.push(result?);
    }
    Ok(values)
}
""",
    "options_of": """\
fn NAME(options) {
    let values = [];
    for option in options {
        values.push(option?);
    }
    Some(values)
}
""",
}  # fmt: skip
