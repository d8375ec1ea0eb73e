//! `crucible::string_*`, `math_*`, `validate_*` (computed here) and `log_*`, `time_*`, `categorize_by_name`
//! (answered by the host: they need a sink, a clock, or the application's own categories).

use rune::{ContextError, Module, Value};

use super::args::{awaited_result, effects, plain, pure, text, texts, Args, Failure};
use crate::host::Decl;

/// Functions that the host answers.
pub static EFFECTS: [Decl; 7] = [
    plain("crucible::log_info", &["text"]),
    plain("crucible::log_debug", &["text"]),
    plain("crucible::log_warn", &["text"]),
    plain("crucible::log_error", &["text"]),
    plain("crucible::categorize_by_name", &["name"]),
    awaited_result("crucible::time_now", &[]),
    awaited_result("crucible::time_format", &["timestamp", "format"]),
];

pub static STRING_SPLIT: Decl = awaited_result("crucible::string_split", &["text", "delimiter"]);
pub static STRING_JOIN: Decl = awaited_result("crucible::string_join", &["parts", "delimiter"]);
pub static STRING_TRIM: Decl = awaited_result("crucible::string_trim", &["text"]);
pub static MATH_ABS: Decl = awaited_result("crucible::math_abs", &["integer"]);
pub static MATH_ROUND: Decl = awaited_result("crucible::math_round", &["float"]);
pub static VALIDATE_EMAIL: Decl = awaited_result("crucible::validate_email", &["text"]);
pub static VALIDATE_URL: Decl = awaited_result("crucible::validate_url", &["text"]);

/// Installs the functions into the module `crucible`.
pub fn install(module: &mut Module) -> Result<(), ContextError> {
    effects(module, &EFFECTS)?;
    pure!(module, STRING_SPLIT, string_split)?;
    pure!(module, STRING_JOIN, string_join)?;
    pure!(module, STRING_TRIM, string_trim)?;
    pure!(module, MATH_ABS, math_abs)?;
    pure!(module, MATH_ROUND, math_round)?;
    pure!(module, VALIDATE_EMAIL, validate_email)?;
    pure!(module, VALIDATE_URL, validate_url)
}

/// `string_split(text, delimiter)`: the parts between the delimiters, in order, empty ones kept.
///
/// An empty delimiter gives the characters. An empty text has one empty part (none with an empty delimiter).
fn string_split(args: &Args<'_>) -> Result<Value, Failure> {
    let (whole, delimiter) = (args.text(0)?, args.text(1)?);
    if delimiter.is_empty() {
        let letters = whole
            .char_indices()
            .map(|(at, letter)| &whole[at..at + letter.len_utf8()]);
        return Ok(texts(letters)?);
    }
    Ok(texts(whole.split(&*delimiter))?)
}

/// `string_join(parts, delimiter)`: one text. The parts must be strings: a number is an error, not its digits.
fn string_join(args: &Args<'_>) -> Result<Value, Failure> {
    let (parts, delimiter) = (args.texts(0)?, args.text(1)?);
    Ok(text(&parts.join(&delimiter))?)
}

/// `string_trim(text)`: without the white space (Unicode's) at both ends.
fn string_trim(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(text(args.text(0)?.trim())?)
}

/// `math_abs(integer)`. Error: the smallest integer, whose absolute value is no 64-bit integer.
fn math_abs(args: &Args<'_>) -> Result<Value, Failure> {
    let number = args.integer(0)?;
    match number.checked_abs() {
        Some(absolute) => Ok(Value::from(absolute)),
        None => Err(Failure::text(format!(
            "the absolute value of {number} does not fit 64 bits"
        ))),
    }
}

/// `math_round(float)`: the nearest whole number as a float, halves away from zero (2.5 gives 3.0, -2.5 gives -3.0).
///
/// An integer is given back as it is: JSON's `2` arrives as one where a float was meant.
fn math_round(args: &Args<'_>) -> Result<Value, Failure> {
    let number = args.value(0)?;
    if let Ok(integer) = number.as_signed() {
        return Ok(Value::from(integer));
    }
    match number.as_float() {
        Ok(float) => Ok(Value::from(float.round())),
        Err(_) => args.refuse(0, "a float"),
    }
}

/// `validate_email(text)`: whether the text could be the address of a mailbox, `local@domain`.
///
/// No mail is sent and no name looked up. The local part has 1 to 64 of the characters that RFC 5321 allows without
/// quotes (or any beyond ASCII), no dot at its ends and no two in a row; the domain is a host name with a dot in it.
fn validate_email(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(Value::from(is_email(&args.text(0)?)))
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let allowed = |letter: char| {
        letter.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(letter)
            || (!letter.is_ascii() && !letter.is_whitespace() && !letter.is_control())
    };
    text.len() <= 254
        && local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(allowed))
        && domain.contains('.')
        && is_host_name(domain)
}

/// Labels of letters, digits and hyphens (RFC 1123), or of anything beyond ASCII (an internationalised name).
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| {
                letter.is_ascii_alphanumeric() || letter == '-' || (letter.is_alphanumeric() && !letter.is_ascii())
            })
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// `validate_url(text)`: whether the text is an absolute http or https URL with a host.
///
/// A port must be a number up to 65535; user information is allowed; white space and control characters are not.
fn validate_url(args: &Args<'_>) -> Result<Value, Failure> {
    Ok(Value::from(is_url(&args.text(0)?)))
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    if text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control() || "<>\"\\^`{|}".contains(letter))
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if let Some(inner) = place.strip_prefix('[') {
        return inner.split_once(']').is_some_and(|(address, port)| {
            address.parse::<std::net::Ipv6Addr>().is_ok()
                && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        });
    }
    match place.split_once(':') {
        Some((host, port)) => is_host(host) && is_port(port),
        None => is_host(place),
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A host name, which may end in the dot of the root. Browsers and name servers take underscores besides.
fn is_host(text: &str) -> bool {
    is_host_name(&text.strip_suffix('.').unwrap_or(text).replace('_', "x"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, value};
    use super::{is_email, is_url};
    use serde_json::json;

    #[test]
    fn split_keeps_empty_parts() {
        assert_eq!(
            value(r#"crucible::string_split("a,,b,", ",").await?"#),
            json!(["a", "", "b", ""])
        );
        assert_eq!(value(r#"crucible::string_split("", ",").await?"#), json!([""]));
    }

    #[test]
    fn split_by_nothing_gives_the_characters() {
        assert_eq!(value(r#"crucible::string_split("aé", "").await?"#), json!(["a", "é"]));
        assert_eq!(value(r#"crucible::string_split("", "").await?"#), json!([]));
    }

    #[test]
    fn join_and_trim() {
        assert_eq!(value(r#"crucible::string_join(["a", "b"], "-").await?"#), json!("a-b"));
        assert_eq!(value(r#"crucible::string_trim(" a\n").await?"#), json!("a"));
    }

    #[test]
    fn a_wrong_argument_is_an_err_that_names_it() {
        assert_eq!(
            value(r#"crucible::string_trim(1).await"#),
            json!({"Err": "crucible::string_trim: argument `text` must be a string, not an integer"})
        );
        assert_eq!(
            value(r#"crucible::string_join(["a", 2], "").await"#),
            json!({"Err": "crucible::string_join: argument `parts` must be a list of strings, but item 1 is an integer"})
        );
    }

    #[test]
    fn a_wrong_number_of_arguments_stops_the_script() {
        assert!(error(r#"crucible::string_trim().await"#).contains("argument"));
    }

    #[test]
    fn abs_overflows_with_an_err() {
        assert_eq!(value("crucible::math_abs(-4).await?"), json!(4));
        assert_eq!(
            value("crucible::math_abs(i64::MIN).await"),
            json!({"Err": "the absolute value of -9223372036854775808 does not fit 64 bits"})
        );
        assert_eq!(
            value("crucible::math_abs(1.5).await"),
            json!({"Err": "crucible::math_abs: argument `integer` must be an integer, not a float"})
        );
    }

    #[test]
    fn round_goes_away_from_zero() {
        assert_eq!(value("crucible::math_round(2.5).await?"), json!(3.0));
        assert_eq!(value("crucible::math_round(-2.5).await?"), json!(-3.0));
        assert_eq!(value("crucible::math_round(2).await?"), json!(2));
    }

    #[test]
    fn emails() {
        for good in ["a@b.org", "ada.moss+x@mail.example.test", "é@exämple.test"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.org",
            "a@",
            "a@b",
            "a@.b",
            "a..b@c.de",
            ".a@b.de",
            "a b@c.de",
            "a@b@c.de",
            "a@-b.de",
            "a@b_c.de",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert_eq!(value(r#"crucible::validate_email("a@b.org").await?"#), json!(true));
    }

    #[test]
    fn urls() {
        for good in [
            "https://a.test",
            "http://localhost:8080/x?y=1#z",
            "HTTPS://u:p@a.test/",
            "http://127.0.0.1",
            "http://[::1]:80/",
            "https://a.test./",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "a.test",
            "ftp://a.test",
            "https://",
            "https:///x",
            "http://a b",
            "http://a:x",
            "http://a:70000",
            "http://[::1",
            "http://[zz]/",
            "javascript:alert(1)",
            "http://-a.test",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
        assert_eq!(value(r#"crucible::validate_url("ftp://x").await?"#), json!(false));
    }
}
