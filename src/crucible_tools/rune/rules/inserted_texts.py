"""Functions on texts that repairs add to a source, for methods that Rune does not have.

`NAME` stands for the name that a function gets. A text may be changed in place in Rune
(`text += ..` changes it for whoever else holds it), so each begins with one of its own.
"""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "lines_of": """\
fn NAME(text) {
    let list = text.split("\\n").map(|l| if l.ends_with("\\r") { l[..l.len() - 1] } else { l }).collect::<Vec>();
    if text.is_empty() || text.ends_with("\\n") {
        list.pop();
    }
    list
}
""",
    "find": """\
fn NAME(text, what) {
    match text.split_once(what) {
        Some((before, _)) => Some(before.len()),
        None => None,
    }
}
""",
    "rfind": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    if parts.len() < 2 {
        return None;
    }
    Some(text.len() - parts[parts.len() - 1].len() - `${what}`.len())
}
""",
    "find_where": """\
fn NAME(text, matches) {
    let at = 0;
    for c in text.chars() {
        if matches(c) {
            return Some(at);
        }
        at += `${c}`.len();
    }
    None
}
""",
    "rfind_where": """\
fn NAME(text, matches) {
    let (at, found) = (0, None);
    for c in text.chars() {
        if matches(c) {
            found = Some(at);
        }
        at += `${c}`.len();
    }
    found
}
""",
    "index_of": """\
fn NAME(text, what) {
    match text.split_once(what) {
        Some((before, _)) => before.chars().count() as i64,
        None => -1,
    }
}
""",
    "index_of_from": """\
fn NAME(text, what, from) {
    let from = from.max(0);
    match text.chars().skip(from).collect::<String>().split_once(what) {
        Some((before, _)) => before.chars().count() as i64 + from as i64,
        None => -1,
    }
}
""",
    "position_of": """\
fn NAME(text, what) {
    match text.split_once(what) {
        Some((before, _)) => before.len() as i64,
        None => -1,
    }
}
""",
    "last_position_of": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    if parts.len() < 2 {
        return -1;
    }
    let behind = parts[parts.len() - 1].len() + what.len();
    text.len() as i64 - behind
}
""",
    "last_index_of": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    if parts.len() < 2 {
        return -1;
    }
    let behind = parts[parts.len() - 1].chars().count() + what.chars().count();
    text.chars().count() as i64 - behind
}
""",
    "trim_start": """\
fn NAME(text) {
    let kept = `${text}.`.trim();
    kept[..kept.len() - 1]
}
""",
    "trim_start_matches": """\
fn NAME(text, what) {
    let what = `${what}`;
    while !what.is_empty() && text.starts_with(what) {
        text = text[what.len()..];
    }
    text
}
""",
    "trim_end_matches": """\
fn NAME(text, what) {
    let what = `${what}`;
    while !what.is_empty() && text.ends_with(what) {
        text = text[..text.len() - what.len()];
    }
    text
}
""",
    "trim_matches": """\
fn NAME(text, what) {
    let what = `${what}`;
    while !what.is_empty() && text.starts_with(what) {
        text = text[what.len()..];
    }
    while !what.is_empty() && text.ends_with(what) {
        text = text[..text.len() - what.len()];
    }
    text
}
""",
    "strip_prefix": """\
fn NAME(text, what) {
    let what = `${what}`;
    if text.starts_with(what) { Some(text[what.len()..]) } else { None }
}
""",
    "strip_suffix": """\
fn NAME(text, what) {
    let what = `${what}`;
    if text.ends_with(what) { Some(text[..text.len() - what.len()]) } else { None }
}
""",
    "remove_prefix": """\
fn NAME(text, what) {
    if text.starts_with(what) { text[what.len()..] } else { text }
}
""",
    "remove_suffix": """\
fn NAME(text, what) {
    if text.ends_with(what) { text[..text.len() - what.len()] } else { text }
}
""",
    "repeat": """\
fn NAME(text, times) {
    let repeated = "";
    for _ in 0..times {
        repeated += text;
    }
    repeated
}
""",
    "split_whitespace": """\
fn NAME(text) {
    let words = [];
    let word = "";
    for c in text.chars() {
        if !c.is_whitespace() {
            word.push(c);
        } else if !word.is_empty() {
            words.push(word);
            word = "";
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
""",
    "splitn": """\
fn NAME(text, most, what) {
    let parts = [];
    while parts.len() + 1 < most {
        match text.split_once(what) {
            Some((before, rest)) => {
                parts.push(before);
                text = rest;
            }
            None => break,
        }
    }
    if most > 0 {
        parts.push(text);
    }
    parts
}
""",
    "rsplit": """\
fn NAME(text, what) {
    text.split(what).collect::<Vec>().iter().rev().collect::<Vec>()
}
""",
    "rsplit_once": """\
fn NAME(text, what) {
    let parts = text.split(what).collect::<Vec>();
    if parts.len() < 2 {
        return None;
    }
    let last = parts[parts.len() - 1];
    Some((text[..text.len() - last.len() - `${what}`.len()], last))
}
""",
    "split_at": """\
fn NAME(text, at) {
    (text[..at], text[at..])
}
""",
    "char_indices": """\
fn NAME(text) {
    let pairs = [];
    let at = 0;
    for c in text.chars() {
        pairs.push((at, c));
        at += `${c}`.len();
    }
    pairs
}
""",
    "to_ascii_lowercase": """\
fn NAME(text) {
    let lower = "";
    for c in text.chars() {
        lower += if c >= 'A' && c <= 'Z' { `${c}`.to_lowercase() } else { `${c}` };
    }
    lower
}
""",
    "to_ascii_uppercase": """\
fn NAME(text) {
    let upper = "";
    for c in text.chars() {
        upper += if c >= 'a' && c <= 'z' { `${c}`.to_uppercase() } else { `${c}` };
    }
    upper
}
""",
    "eq_ignore_ascii_case": """\
fn NAME(one, other) {
    let lower = |text| text.chars().map(|c| if c >= 'A' && c <= 'Z' { `${c}`.to_lowercase() } else { `${c}` });
    lower(one).collect::<String>() == lower(other).collect::<String>()
}
""",
    "substring": """\
fn NAME(text, from, to) {
    let (from, to) = (from.max(0), to.max(0));
    text.chars().skip(from.min(to)).take(from.max(to) - from.min(to)).collect::<String>()
}
""",
    "substring_from": """\
fn NAME(text, from) {
    text.chars().skip(from.max(0)).collect::<String>()
}
""",
    "pad_start": """\
fn NAME(text, width, fill) {
    if fill.is_empty() {
        return text;
    }
    let padding = "";
    for at in text.chars().count()..width {
        padding += `${fill.chars().nth((at - text.chars().count()) % fill.chars().count()).unwrap()}`;
    }
    padding + text
}
""",
    "pad_end": """\
fn NAME(text, width, fill) {
    if fill.is_empty() {
        return text;
    }
    let padded = `${text}`;
    for at in text.chars().count()..width {
        padded += `${fill.chars().nth((at - text.chars().count()) % fill.chars().count()).unwrap()}`;
    }
    padded
}
""",
    "char_at": """\
fn NAME(text, at) {
    match text.chars().skip(at).next() {
        Some(c) => `${c}`,
        None => "",
    }
}
""",
    "slice_text": """\
fn NAME(text, from, to) {
    let length = text.chars().count() as i64;
    let from = if from < 0 { (length + from).max(0) } else { from as i64 };
    let to = if to < 0 { length + to } else { to as i64 };
    text.chars().skip(from).take((to - from).max(0)).collect::<String>()
}
""",
    "slice_text_from": """\
fn NAME(text, from) {
    let length = text.chars().count() as i64;
    text.chars().skip(if from < 0 { (length + from).max(0) } else { from }).collect::<String>()
}
""",
}
