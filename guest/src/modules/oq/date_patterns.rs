//! Dates as text: `strftime` and `strptime`, with English names, in UTC.

use std::fmt::Write as _;

use jaq_json::{Error, Val, ValR};

use super::dates::{civil, days, Moment};
use super::natives::text_of;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A time by a pattern of C's `strftime`. Error: an unknown directive.
pub fn strftime(moment: &Moment, pattern: &str) -> Result<String, Error> {
    let mut out = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        let directive = signs.next().unwrap_or('%');
        let (weekday, month) = (moment.weekday(), moment.month);
        let twelve = (moment.hour + 11) % 12 + 1;
        let second = libm::floor(moment.second) as i64;
        let _ = match directive {
            'Y' => write!(out, "{:04}", moment.year),
            'C' => write!(out, "{:02}", moment.year.div_euclid(100)),
            'y' => write!(out, "{:02}", moment.year.rem_euclid(100)),
            'm' => write!(out, "{month:02}"),
            'd' => write!(out, "{:02}", moment.day),
            'e' => write!(out, "{:2}", moment.day),
            'H' => write!(out, "{:02}", moment.hour),
            'k' => write!(out, "{:2}", moment.hour),
            'I' => write!(out, "{twelve:02}"),
            'l' => write!(out, "{twelve:2}"),
            'M' => write!(out, "{:02}", moment.minute),
            'S' => write!(out, "{second:02}"),
            'j' => write!(out, "{:03}", moment.day_of_year() + 1),
            'a' => write!(out, "{}", &WEEKDAYS[weekday as usize][..3]),
            'A' => write!(out, "{}", WEEKDAYS[weekday as usize]),
            'b' | 'h' => write!(out, "{}", &MONTHS[month as usize - 1][..3]),
            'B' => write!(out, "{}", MONTHS[month as usize - 1]),
            'p' => write!(out, "{}", if moment.hour < 12 { "AM" } else { "PM" }),
            'P' => write!(out, "{}", if moment.hour < 12 { "am" } else { "pm" }),
            'u' => write!(out, "{}", (weekday + 6) % 7 + 1),
            'w' => write!(out, "{weekday}"),
            'G' => write!(out, "{:04}", iso_week(moment).0),
            'V' => write!(out, "{:02}", iso_week(moment).1),
            's' => write!(out, "{}", moment.seconds()),
            'Z' => write!(out, "UTC"),
            'z' => write!(out, "+0000"),
            'n' => writeln!(out),
            't' => write!(out, "\t"),
            '%' => write!(out, "%"),
            other => match composed(other) {
                Some(longer) => write!(out, "{}", strftime(moment, longer)?),
                None => return Err(Error::str(format!("unknown directive %{other}"))),
            },
        };
    }
    Ok(out)
}

/// Directives that stand for several others.
fn composed(directive: char) -> Option<&'static str> {
    Some(match directive {
        'F' => "%Y-%m-%d",
        'T' | 'X' => "%H:%M:%S",
        'D' | 'x' => "%m/%d/%y",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'c' => "%a %b %e %H:%M:%S %Y",
        _ => return None,
    })
}

/// Year and number of the week by ISO 8601: the week that has the year's first Thursday is the first.
fn iso_week(moment: &Moment) -> (i64, i64) {
    let from_monday = (moment.weekday() + 6) % 7;
    let thursday = days(moment.year, moment.month, moment.day) - from_monday + 3;
    let year = civil(thursday).0;
    (year, (thursday - days(year, 1, 1)) / 7 + 1)
}

/// A broken down time of text by a pattern of C's `strptime`. Errors: the text has another form; an unknown directive.
pub fn strptime(text: &Val, pattern: &Val) -> ValR {
    let (whole_text, pattern) = (text_of(text)?, text_of(pattern)?);
    let fail = || Error::str(format!("{text} does not have the form {pattern:?}"));
    let mut scan = Scan { rest: whole_text };
    let mut found = Found::default();
    scan.pattern(pattern, &mut found)?.ok_or_else(fail)?;
    if !scan.rest.is_empty() {
        return Err(fail());
    }
    let moment = found.moment().ok_or_else(fail)?;
    Ok(moment.list())
}

/// What `strptime` has read.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    epoch: Option<i64>,
    /// Seconds east of Greenwich.
    offset: i64,
}

impl Found {
    fn moment(&self) -> Option<Moment> {
        if let Some(seconds) = self.epoch {
            return Moment::of_seconds(seconds as f64).ok();
        }
        let year = self.year.unwrap_or(1900);
        let (month, day) = match (self.month, self.day, self.day_of_year) {
            (None, None, Some(number)) => {
                let (of, month, day) = civil(days(year, 1, 1) + number - 1);
                if of != year {
                    return None;
                }
                (month, day)
            }
            (month, day, _) => (month.unwrap_or(1), day.unwrap_or(1)),
        };
        let hour = match self.afternoon {
            Some(afternoon) if self.hour <= 12 => self.hour % 12 + if afternoon { 12 } else { 0 },
            _ => self.hour,
        };
        let moment = Moment {
            year,
            month,
            day,
            hour,
            minute: self.minute,
            second: self.second as f64,
        };
        if !moment.is_valid() {
            return None;
        }
        Moment::of_seconds((moment.seconds() - self.offset) as f64).ok()
    }
}

/// What is left to read of a text.
pub struct Scan<'t> {
    pub rest: &'t str,
}

impl<'t> Scan<'t> {
    /// A number of so many digits.
    pub fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let length = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < least {
            return None;
        }
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        number.parse().ok()
    }

    /// One of these signs.
    pub fn sign(&mut self, signs: &str) -> Option<&mut Self> {
        let first = self.rest.chars().next().filter(|first| signs.contains(*first))?;
        self.rest = &self.rest[first.len_utf8()..];
        Some(self)
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// The index of one of these names, in any case, whole or by its first three letters.
    fn name(&mut self, names: &[&str]) -> Option<i64> {
        for length in [usize::MAX, 3] {
            for (index, name) in names.iter().enumerate() {
                let name = &name[..length.min(name.len())];
                let head = self.rest.get(..name.len());
                if head.is_some_and(|head| head.eq_ignore_ascii_case(name)) {
                    self.rest = &self.rest[name.len()..];
                    return Some(index as i64);
                }
            }
        }
        None
    }

    /// `Z`, `UTC`, `GMT`, `+02:00` or `+0200`, as seconds east of Greenwich.
    pub fn offset(&mut self) -> Option<i64> {
        for zero in ["UTC", "GMT", "Z", "z"] {
            if let Some(rest) = self.rest.strip_prefix(zero) {
                self.rest = rest;
                return Some(0);
            }
        }
        let direction = if self.rest.starts_with('-') { -1 } else { 1 };
        let hours = self.sign("+-")?.digits(2, 2)?;
        let _ = self.sign(":");
        let minutes = self.digits(2, 2)?;
        (hours < 24 && minutes < 60).then_some(direction * (hours * 3600 + minutes * 60))
    }

    /// Reads by a pattern; nothing when the text has another form. Error: an unknown directive.
    fn pattern(&mut self, pattern: &str, found: &mut Found) -> Result<Option<()>, Error> {
        let mut signs = pattern.chars();
        while let Some(sign) = signs.next() {
            let read = if sign.is_whitespace() {
                self.spaces();
                Some(())
            } else if sign == '%' {
                self.directive(signs.next().unwrap_or('%'), found)?
            } else {
                self.sign(sign.encode_utf8(&mut [0; 4])).map(|_| ())
            };
            if read.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    fn directive(&mut self, directive: char, found: &mut Found) -> Result<Option<()>, Error> {
        if matches!(directive, 'd' | 'e' | 'H' | 'k' | 'I' | 'l' | 'j' | 'm' | 'M' | 'S') {
            self.spaces();
        }
        let read = match directive {
            'Y' => self.digits(1, 4).map(|n| found.year = Some(n)),
            // POSIX: 69 to 99 are of the last century.
            'y' => self
                .digits(2, 2)
                .map(|n| found.year = Some(if n < 69 { 2000 + n } else { 1900 + n })),
            'm' => self.digits(1, 2).map(|n| found.month = Some(n)),
            'd' | 'e' => self.digits(1, 2).map(|n| found.day = Some(n)),
            'H' | 'k' | 'I' | 'l' => self.digits(1, 2).map(|n| found.hour = n),
            'M' => self.digits(1, 2).map(|n| found.minute = n),
            'S' => self.digits(1, 2).map(|n| found.second = n),
            'j' => self.digits(1, 3).map(|n| found.day_of_year = Some(n)),
            'a' | 'A' => self.name(&WEEKDAYS).map(drop),
            'b' | 'B' | 'h' => self.name(&MONTHS).map(|n| found.month = Some(n + 1)),
            'p' | 'P' => self.name(&["AM", "PM"]).map(|n| found.afternoon = Some(n == 1)),
            's' => self.digits(1, 12).map(|n| found.epoch = Some(n)),
            'Z' | 'z' => self.offset().map(|n| found.offset = n),
            'n' | 't' => {
                self.spaces();
                Some(())
            }
            '%' => self.sign("%").map(|_| ()),
            other => match composed(other) {
                Some(longer) => self.pattern(longer, found)?,
                None => return Err(Error::str(format!("unknown directive %{other}"))),
            },
        };
        Ok(read)
    }
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
    fn patterns_write() {
        assert_eq!(
            one(
                "strftime(\"%A, %B %d, %Y; %j %e %I%p %y %u %w %V %s%%\")",
                json!(1435677542)
            ),
            json!("Tuesday, June 30, 2015; 181 30 03PM 15 2 2 27 1435677542%")
        );
        assert_eq!(
            one("strftime(\"%F %T %R %D %Z %z\")", json!([2015, 0, 2, 3, 4, 5, 0, 0])),
            json!("2015-01-02 03:04:05 03:04 01/02/15 UTC +0000")
        );
        assert_eq!(one("strftime(\"%G-W%V\")", json!(1230768000)), json!("2009-W01"));
        assert!(query::run("strftime(\"%Q\")", &json!(0)).is_err());
    }

    #[test]
    fn patterns_read() {
        assert_eq!(
            one("strptime(\"%Y-%m-%dT%H:%M:%SZ\")", json!("2015-03-05T23:51:47Z")),
            json!([2015, 2, 5, 23, 51, 47, 4, 63])
        );
        assert_eq!(
            one("strptime(\"%d %b %Y %I:%M %p\") | mktime", json!("5 mar 2015 11:51 PM")),
            json!(1425599460)
        );
        assert_eq!(
            one("strptime(\"%F %T %z\") | mktime", json!("2015-03-06 01:51:47 +0200")),
            json!(1425599507)
        );
        assert_eq!(
            one("strptime(\"%Y %j\") | strftime(\"%F\")", json!("2024 60")),
            json!("2024-02-29")
        );
        for bad in ["2015-13-01", "2015-3", "2015-03-05x"] {
            assert!(query::run("strptime(\"%Y-%m-%d\")", &json!(bad)).is_err(), "{bad}");
        }
    }
}
