"""Functions on texts that repairs add to a source: for methods that few languages have, or that change a text in place.

`NAME` stands for the name that a function gets. A text is shared in Rune as a list is: what changes it in place does so
for whoever else holds it, as the method of Rust does.
"""

from __future__ import annotations

from typing import Final

STRINGS: Final = {
    "is_digits": "fn NAME(text) {\n    !text.is_empty() && text.chars().all(|c| c.is_numeric())\n}\n",
    "is_letters": "fn NAME(text) {\n    !text.is_empty() && text.chars().all(|c| c.is_alphabetic())\n}\n",
    "is_letters_or_digits": "fn NAME(text) {\n    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric())\n}\n",
    "is_blank": "fn NAME(text) {\n    !text.is_empty() && text.chars().all(|c| c.is_whitespace())\n}\n",
    "is_upper": "fn NAME(text) {\n    text == text.to_uppercase() && text != text.to_lowercase()\n}\n",
    "is_lower": "fn NAME(text) {\n    text == text.to_lowercase() && text != text.to_uppercase()\n}\n",
    "capitalize": """\
fn NAME(text) {
    let chars = text.chars();
    match chars.next() {
        Some(first) => `${first}`.to_uppercase() + chars.collect::<String>().to_lowercase(),
        None => "",
    }
}
""",
    "title_case": """\
fn NAME(text) {
    let title = "";
    let inside = false;
    for c in text.chars() {
        title += if inside { `${c}`.to_lowercase() } else { `${c}`.to_uppercase() };
        inside = c.is_alphabetic();
    }
    title
}
""",
    "swap_case": """\
fn NAME(text) {
    let swapped = "";
    for c in text.chars() {
        swapped += if c.is_uppercase() { `${c}`.to_lowercase() } else { `${c}`.to_uppercase() };
    }
    swapped
}
""",
    "fill_zeros": """\
fn NAME(text, width) {
    let sign = if text.starts_with("-") || text.starts_with("+") { text[..1] } else { "" };
    let zeros = "";
    for _ in text.chars().count()..width {
        zeros += "0";
    }
    sign + zeros + text[sign.len()..]
}
""",
    "count_text": "fn NAME(text, what) {\n    text.split(what).count() as i64 - 1\n}\n",
    "matches_of": """\
fn NAME(text, what) {
    let found = [];
    for _ in 1..text.split(what).count() {
        found.push(`${what}`);
    }
    found
}
""",
    "replace_first": """\
fn NAME(text, what, by, most) {
    let made = "";
    let rest = text;
    for _ in 0..most {
        match rest.split_once(what) {
            Some((before, behind)) => {
                made += before;
                made += by;
                rest = behind;
            }
            None => break,
        }
    }
    made + rest
}
""",
    "rsplitn": """\
fn NAME(text, most, what) {
    let all = text.split(what).collect::<Vec>();
    let parts = [];
    while parts.len() + 1 < most && all.len() > 1 {
        parts.push(all.pop().unwrap());
    }
    let first = true;
    let rest = "";
    for part in all {
        if !first {
            rest += `${what}`;
        }
        first = false;
        rest += part;
    }
    parts.push(rest);
    parts
}
""",
    "split_inclusive": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    let last = parts.pop().unwrap();
    let all = parts.iter().map(|part| `${part}${what}`).collect::<Vec>();
    if !last.is_empty() {
        all.push(last);
    }
    all
}
""",
    "split_terminator": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    if parts[parts.len() - 1].is_empty() {
        parts.pop();
    }
    parts
}
""",
    "parts_around": """\
fn NAME(text, what) {
    match text.split_once(what) {
        Some((before, behind)) => (before, what, behind),
        None => (text, "", ""),
    }
}
""",
    "insert_text": """\
fn NAME(text, at, what) {
    let changed = text[..at] + `${what}` + text[at..];
    text.clear();
    text.push_str(changed);
}
""",
    "pop_char": """\
fn NAME(text) {
    let chars = text.chars().collect::<Vec>();
    let last = chars.pop();
    text.clear();
    for c in chars {
        text.push(c);
    }
    last
}
""",
    "truncate_text": """\
fn NAME(text, length) {
    if length < text.len() {
        let kept = text[..length];
        text.clear();
        text.push_str(kept);
    }
}
""",
    "remove_char": """\
fn NAME(text, at) {
    let taken = text[at..].chars().next().unwrap();
    let kept = text[..at] + text[at + `${taken}`.len()..];
    text.clear();
    text.push_str(kept);
    taken
}
""",
    "part_of": """\
fn NAME(text, from, length) {
    let from = if from < 0 { (text.chars().count() as i64 + from).max(0) } else { from };
    text.chars().skip(from).take(length.max(0)).collect::<String>()
}
""",
    "part_from": """\
fn NAME(text, from) {
    text.chars().skip(if from < 0 { (text.chars().count() as i64 + from).max(0) } else { from }).collect::<String>()
}
""",
    "sign_at": """\
fn NAME(text, at) {
    match text.chars().skip(if at < 0 { text.chars().count() as i64 + at } else { at }).next() {
        Some(c) => `${c}`,
        None => (),
    }
}
""",
    "code_at": "fn NAME(text, at) {\n    text.chars().skip(at).next().unwrap().to_i64()\n}\n",
    "compare_texts": """\
fn NAME(one, other) {
    if one == other { 0 } else if one < other { -1 } else { 1 }
}
""",
}
