//! The parts of a line of TOON: heads of arrays, keys, values, and what stands in quotes.

use serde_json::Value as Json;

/// Whether a line has the head of an array, `[2]:` or `key[2]{a,b}:`, which no other format has.
pub fn has_array_header(line: &str) -> bool {
    let content = line.trim();
    let content = content.strip_prefix("- ").unwrap_or(content);
    matches!(head(content), Ok(Some(_)))
}

/// The head of an array: `key[length delimiter]{fields}: rest`.
#[derive(Debug)]
pub struct Head {
    pub key: Option<String>,
    pub length: usize,
    pub delimiter: char,
    pub fields: Option<Vec<String>>,
    pub rest: String,
}

/// The head of an array that a line begins with, if it does. Error: it is one of a form that is not read.
pub fn head(content: &str) -> Result<Option<Head>, String> {
    let (key, rest) = if content.starts_with('"') {
        let Some((key, rest)) = quoted(content)? else {
            return Ok(None);
        };
        (Some(key), rest)
    } else {
        match content.find('[') {
            Some(0) => (None, content),
            Some(at) if !content[..at].contains(':') => (Some(content[..at].trim_end().to_string()), &content[at..]),
            _ => return Ok(None),
        }
    };
    let Some(inside) = rest.strip_prefix('[') else {
        return Ok(None);
    };
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    let (number, inside) = inside.split_at(digits);
    if number.is_empty() || (number.len() > 1 && number.starts_with('0')) {
        return Ok(None);
    }
    if inside.starts_with(":]") {
        return Err("keyed tables of TOON 4 are not read".into());
    }
    let (delimiter, inside) = match inside.chars().next() {
        Some(sign @ ('\t' | '|')) => (sign, &inside[1..]),
        _ => (',', inside),
    };
    let Some(inside) = inside.strip_prefix(']') else {
        return Ok(None);
    };
    let inside = inside.trim_start_matches(' ');
    let (fields, inside) = match inside.strip_prefix('{') {
        None => (None, inside),
        Some(inside) => {
            let Some(end) = unquoted(inside, |sign| sign == '}') else {
                return Ok(None);
            };
            if unquoted(&inside[..end], |sign| sign == '{').is_some() {
                return Err("field groups of TOON 4 are not read".into());
            }
            let names = split(&inside[..end], delimiter);
            let names = names.iter().map(|name| key_text(name.trim()));
            (Some(names.collect::<Result<_, _>>()?), &inside[end + 1..])
        }
    };
    let Some(rest) = inside.trim_start_matches(' ').strip_prefix(':') else {
        return Ok(None);
    };
    let length = number
        .parse()
        .map_err(|_| format!("the length {number} is too large"))?;
    Ok(Some(Head {
        key,
        length,
        delimiter,
        fields,
        rest: rest.trim().into(),
    }))
}

/// Where the first sign outside of quotes stands that is wanted.
pub fn unquoted(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut inside = false;
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            sign if !inside && wanted(sign) => return Some(at),
            _ => {}
        }
    }
    None
}

pub fn colon(text: &str) -> Option<usize> {
    unquoted(text, |sign| sign == ':')
}

/// The parts between the delimiters that stand outside of quotes.
pub fn split(text: &str, delimiter: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = unquoted(rest, |sign| sign == delimiter) {
        parts.push(&rest[..at]);
        rest = &rest[at + delimiter.len_utf8()..];
    }
    parts.push(rest);
    parts
}

/// A quoted text at the begin, and what stands behind it; nothing when its end is missing. Error: an unknown escape.
fn quoted(text: &str) -> Result<Option<(String, &str)>, String> {
    let mut out = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Ok(Some((out, &text[at + 1..]))),
            '\\' => match signs.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, 't')) => out.push('\t'),
                Some((_, sign @ ('"' | '\\'))) => out.push(sign),
                Some((at, 'u')) => {
                    let hex = text
                        .get(at + 1..at + 5)
                        .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
                    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
                    let Some(sign) = code.and_then(char::from_u32) else {
                        return Err("\\u needs the four hexadecimal digits of a character".into());
                    };
                    out.push(sign);
                    signs.nth(3);
                }
                Some((_, other)) => return Err(format!("unknown escape \\{other}")),
                None => return Ok(None),
            },
            sign => out.push(sign),
        }
    }
    Ok(None)
}

pub fn key_text(key: &str) -> Result<String, String> {
    if !key.starts_with('"') {
        return if key.is_empty() {
            Err("a key is missing".into())
        } else {
            Ok(key.into())
        };
    }
    match quoted(key)? {
        Some((key, "")) => Ok(key),
        Some(_) => Err("something stands behind the closing quote of a key".into()),
        None => Err("the closing quote is missing".into()),
    }
}

/// A primitive value. Errors: a broken quoted text; a number that JSON or 64 bits cannot hold.
pub fn token(text: &str) -> Result<Json, String> {
    if text.starts_with('"') {
        return match quoted(text)? {
            Some((text, "")) => Ok(Json::String(text)),
            Some(_) => Err("something stands behind the closing quote".into()),
            None => Err("the closing quote is missing".into()),
        };
    }
    match text {
        "true" => return Ok(Json::Bool(true)),
        "false" => return Ok(Json::Bool(false)),
        "null" => return Ok(Json::Null),
        "[]" => return Ok(Json::Array(Vec::new())),
        _ => {}
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let leading_zero =
        unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if !looks_numeric(text) || leading_zero {
        return Ok(Json::String(text.into()));
    }
    if unsigned.bytes().all(|sign| sign.is_ascii_digit()) {
        let number = text.parse::<i64>();
        return number
            .map(Json::from)
            .map_err(|_| format!("the integer {text} does not fit 64 bits"));
    }
    let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    number
        .map(Json::Number)
        .ok_or_else(|| format!("the number {text} is too large"))
}

/// Whether a bare word would be read as a number, or nearly: what looks like one is written in quotes.
pub fn looks_numeric(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit());
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)))
}

#[cfg(test)]
mod tests {
    use super::has_array_header;

    #[test]
    fn array_heads_are_recognised() {
        for line in ["a[2]: x,y", "[0]:", "  - [1]: x", "\"a b\"[1]{c}:", "a[2|]:"] {
            assert!(has_array_header(line), "{line}");
        }
        for line in [
            "a: [2]",
            "a[x]: 1",
            "- a",
            "[2]",
            "[section]",
            "a = [1]",
            "[[x]]",
            "a[02]: x",
        ] {
            assert!(!has_array_header(line), "{line}");
        }
    }
}
