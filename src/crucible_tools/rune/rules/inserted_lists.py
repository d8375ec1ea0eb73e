"""Functions on lists and iterators that repairs add to a source, for methods that Rune does not have.

`NAME` stands for the name that a function gets. What walks over items takes lists and
iterators alike.
"""

from __future__ import annotations

from typing import Final

LISTS: Final = {
    "join": """\
fn NAME(items, glue) {
    let text = "";
    let first = true;
    for item in items {
        if !first {
            text += glue;
        }
        first = false;
        text += `${item}`;
    }
    text
}
""",
    "contains": """\
fn NAME(items, what) {
    for item in items {
        if item == what {
            return true;
        }
    }
    false
}
""",
    "includes": """\
fn NAME(items, what) {
    if items is String {
        return items.contains(what);
    }
    for item in items {
        if item == what {
            return true;
        }
    }
    false
}
""",
    "index_of_item": """\
fn NAME(items, what) {
    let at = 0;
    for item in items {
        if item == what {
            return at;
        }
        at += 1;
    }
    return -1;
}
""",
    "position": """\
fn NAME(items, matches) {
    let at = 0;
    for item in items {
        if matches(item) {
            return Some(at);
        }
        at += 1;
    }
    None
}
""",
    "find_index": """\
fn NAME(items, matches) {
    let at = 0;
    for item in items {
        if matches(item) {
            return at;
        }
        at += 1;
    }
    return -1;
}
""",
    "zip": """\
fn NAME(items, others) {
    let pairs = [];
    let rest = [];
    for other in others {
        rest.push(other);
    }
    for item in items {
        match rest.get(pairs.len()) {
            Some(other) => pairs.push((item, other)),
            None => break,
        }
    }
    pairs
}
""",
    "for_each": """\
fn NAME(items, each) {
    for item in items {
        each(item);
    }
}
""",
    "max_by_key": """\
fn NAME(items, key) {
    let best = None;
    for item in items {
        best = match best {
            Some(other) if key(other) > key(item) => best,
            _ => Some(item),
        };
    }
    best
}
""",
    "min_by_key": """\
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
    "max_by": """\
fn NAME(items, compare) {
    let best = None;
    for item in items {
        best = match best {
            Some(other) if compare(other, item) == std::cmp::Ordering::Greater => best,
            _ => Some(item),
        };
    }
    best
}
""",
    "min_by": """\
fn NAME(items, compare) {
    let best = None;
    for item in items {
        best = match best {
            Some(other) if compare(other, item) != std::cmp::Ordering::Greater => best,
            _ => Some(item),
        };
    }
    best
}
""",
    "take_while": """\
fn NAME(items, matches) {
    let kept = [];
    for item in items {
        if !matches(item) {
            break;
        }
        kept.push(item);
    }
    kept
}
""",
    "skip_while": """\
fn NAME(items, matches) {
    let kept = [];
    for item in items {
        if !kept.is_empty() || !matches(item) {
            kept.push(item);
        }
    }
    kept
}
""",
    "step_by": """\
fn NAME(items, step) {
    let kept = [];
    let at = 0;
    for item in items {
        if at % step == 0 {
            kept.push(item);
        }
        at += 1;
    }
    kept
}
""",
    "partition": """\
fn NAME(items, matches) {
    let yes = [];
    let no = [];
    for item in items {
        if matches(item) {
            yes.push(item);
        } else {
            no.push(item);
        }
    }
    (yes, no)
}
""",
    "unzip": """\
fn NAME(pairs) {
    let left = [];
    let right = [];
    for (one, other) in pairs {
        left.push(one);
        right.push(other);
    }
    (left, right)
}
""",
    "reverse": """\
fn NAME(items) {
    for at in 0..items.len() / 2 {
        let kept = items[at];
        items[at] = items[items.len() - 1 - at];
        items[items.len() - 1 - at] = kept;
    }
    items
}
""",
    "reverse_in_place": """\
fn NAME(items) {
    for at in 0..items.len() / 2 {
        let kept = items[at];
        items[at] = items[items.len() - 1 - at];
        items[items.len() - 1 - at] = kept;
    }
}
""",
    "retain": """\
fn NAME(items, matches) {
    let kept = [];
    for item in items {
        if matches(item) {
            kept.push(item);
        }
    }
    items.clear();
    items.extend(kept);
}
""",
    "dedup": """\
fn NAME(items) {
    let kept = [];
    for item in items {
        if kept.is_empty() || kept[kept.len() - 1] != item {
            kept.push(item);
        }
    }
    items.clear();
    items.extend(kept);
}
""",
    "truncate": """\
fn NAME(items, length) {
    while items.len() > length {
        items.pop();
    }
}
""",
    "swap": """\
fn NAME(items, one, other) {
    let kept = items[one];
    items[one] = items[other];
    items[other] = kept;
}
""",
    "append": """\
fn NAME(items, others) {
    items.extend(others.clone());
    others.clear();
}
""",
    "sort_by_key": """\
fn NAME(items, key) {
    items.sort_by(|one, other| key(one).cmp(key(other)));
}
""",
    "sorted_by_key": """\
fn NAME(items, key) {
    items.sort_by(|one, other| key(one).cmp(key(other)));
    items
}
""",
    "sort_by_difference": """\
fn NAME(items, difference) {
    items.sort_by(|one, other| match difference(one, other) {
        true => 1.cmp(0),
        false => if difference(other, one) { 0.cmp(1) } else { 0.cmp(0) },
        number => number.cmp(number - number),
    });
    items
}
""",
    "slice": """\
fn NAME(items, from, to) {
    let length = items.len() as i64;
    let from = if from < 0 { (length + from).max(0) } else { from as i64 };
    let to = if to < 0 { length + to } else { to as i64 };
    items.iter().skip(from).take((to - from).max(0)).collect::<Vec>()
}
""",
    "slice_from": """\
fn NAME(items, from) {
    let length = items.len() as i64;
    items.iter().skip(if from < 0 { (length + from).max(0) } else { from }).collect::<Vec>()
}
""",
    "index_of_either": """\
fn NAME(items, what) {
    if items is String {
        if let Some((before, _)) = items.split_once(what) {
            return before.chars().count() as i64;
        }
        return -1;
    }
    let at = 0;
    for item in items {
        if item == what {
            return at;
        }
        at += 1;
    }
    return -1;
}
""",
    "slice_either": """\
fn NAME(items, from, to) {
    let list = if items is String { items.chars().collect::<Vec>() } else { items };
    let length = list.len() as i64;
    let from = if from < 0 { (length + from).max(0) } else { from as i64 };
    let to = if to < 0 { length + to } else { to as i64 };
    let part = list.iter().skip(from).take((to - from).max(0));
    if items is String { part.collect::<String>() } else { part.collect::<Vec>() }
}
""",
    "slice_either_from": """\
fn NAME(items, from) {
    let list = if items is String { items.chars().collect::<Vec>() } else { items };
    let length = list.len() as i64;
    let part = list.iter().skip(if from < 0 { (length + from).max(0) } else { from });
    if items is String { part.collect::<String>() } else { part.collect::<Vec>() }
}
""",
    "sorted": """\
fn NAME(items) {
    items.sort();
    items
}
""",
    "sorted_by": """\
fn NAME(items, compare) {
    items.sort_by(compare);
    items
}
""",
}
