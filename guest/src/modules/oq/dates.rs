//! jq's native filters for dates, in UTC and without a clock: seconds since 1970, "broken down" lists, and text.
//!
//! A broken down time is `[year, month from 0, day, hour, minute, second, weekday from Sunday 0, day of year from 0]`.

use std::fmt::Write as _;
use std::rc::Rc;

use jaq_core::native::{bome, unary, v};
use jaq_json::{Error, Val, ValR};
use jaq_std::ValT as _;

use super::natives::{string, text_of, Native};

const DAY: i64 = 86_400;

/// Seconds since 1970 of the years -9999 and 10000: what dates are given for.
const SECONDS: std::ops::Range<i64> = -377_705_116_800..253_402_300_800;

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

/// The filters.
pub fn filters() -> Vec<Native> {
    vec![
        ("todateiso8601", v(0), |cv| bome(to_iso(&cv.1))),
        ("fromdateiso8601", v(0), |cv| bome(from_iso(&cv.1))),
        ("gmtime", v(0), |cv| {
            bome(Moment::of_number(&cv.1).map(|m| m.list()))
        }),
        ("localtime", v(0), |cv| {
            bome(Moment::of_number(&cv.1).map(|m| m.list()))
        }),
        ("mktime", v(0), |cv| {
            bome(Moment::of_list(&cv.1).map(|m| whole(m.seconds())))
        }),
        ("strftime", v(1), |cv| {
            unary(cv, |time, pattern| format(&time, &pattern))
        }),
        ("strflocaltime", v(1), |cv| {
            unary(cv, |time, pattern| format(&time, &pattern))
        }),
        ("strptime", v(1), |cv| {
            unary(cv, |text, pattern| parse(&text, &pattern))
        }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    year: i64,
    /// From 1.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    /// With its fraction.
    second: f64,
}

impl Moment {
    fn of_seconds(seconds: f64) -> Result<Self, Error> {
        let floor = libm::floor(seconds);
        if !(SECONDS.start as f64..SECONDS.end as f64).contains(&floor) {
            return Err(Error::str(format!(
                "{seconds} seconds are out of range for a date"
            )));
        }
        let (days, rest) = (
            (floor as i64).div_euclid(DAY),
            (floor as i64).rem_euclid(DAY),
        );
        let (year, month, day) = civil(days);
        Ok(Self {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            // The fraction as microseconds: a float of seconds since 1970 says no more.
            second: (rest % 60) as f64 + libm::round((seconds - floor) * 1e6) / 1e6,
        })
    }

    fn of_number(value: &Val) -> Result<Self, Error> {
        let seconds = value.as_f64();
        Self::of_seconds(seconds.ok_or_else(|| Error::typ(value.clone(), "number"))?)
    }

    fn of_list(value: &Val) -> Result<Self, Error> {
        let fail = || Error::str(format!("{value} is no broken down time"));
        let Val::Arr(items) = value else {
            return Err(fail());
        };
        let part = |index: usize| {
            items
                .get(index)
                .and_then(|item| item.as_f64())
                .ok_or_else(fail)
        };
        let mut whole = [0; 5];
        for (index, slot) in whole.iter_mut().enumerate() {
            *slot = libm::floor(part(index)?) as i64;
        }
        let [year, month, day, hour, minute] = whole;
        let moment = Self {
            year,
            month: month.saturating_add(1),
            day,
            hour,
            minute,
            second: part(5)?,
        };
        if moment.is_valid() {
            Ok(moment)
        } else {
            Err(fail())
        }
    }

    fn is_valid(&self) -> bool {
        (-9999..10_000).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=month_days(self.year, self.month)).contains(&self.day)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0.0..61.0).contains(&self.second)
    }

    /// Whole seconds since 1970.
    fn seconds(&self) -> i64 {
        days(self.year, self.month, self.day) * DAY
            + self.hour * 3600
            + self.minute * 60
            + libm::floor(self.second) as i64
    }

    fn weekday(&self) -> i64 {
        (days(self.year, self.month, self.day) + 4).rem_euclid(7)
    }

    fn day_of_year(&self) -> i64 {
        days(self.year, self.month, self.day) - days(self.year, 1, 1)
    }

    fn list(&self) -> Val {
        let second = match self.second == libm::floor(self.second) {
            true => whole(self.second as i64),
            false => Val::from(self.second),
        };
        Val::Arr(Rc::new(vec![
            whole(self.year),
            whole(self.month - 1),
            whole(self.day),
            whole(self.hour),
            whole(self.minute),
            second,
            whole(self.weekday()),
            whole(self.day_of_year()),
        ]))
    }
}

fn whole(number: i64) -> Val {
    Val::Num(jaq_json::Num::from_integral(number))
}

/// Days since 1970 of a date: years are counted from March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

fn month_days(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    days(next_year, next_month, 1) - days(year, month, 1)
}

/// Seconds since 1970 as `2025-06-02T07:00:00Z`, with a fraction if there is one.
fn to_iso(value: &Val) -> ValR {
    let moment = Moment::of_number(value)?;
    let mut text = strftime(&moment, "%Y-%m-%dT%H:%M:%S")?;
    let micros = libm::round((moment.second - libm::floor(moment.second)) * 1e6) as i64;
    if micros > 0 {
        let _ = write!(text, ".{}", format!("{micros:06}").trim_end_matches('0'));
    }
    text.push('Z');
    Ok(string(&text))
}

/// Seconds since 1970 of RFC 3339 text; a float if the text has a fraction.
fn from_iso(value: &Val) -> ValR {
    let text = text_of(value)?;
    let fail = || Error::str(format!("{value} is no date and time of RFC 3339"));
    let mut scan = Scan { rest: text };
    let mut moment = Moment {
        year: scan.digits(4, 4).ok_or_else(fail)?,
        month: scan
            .sign("-")
            .and_then(|s| s.digits(2, 2))
            .ok_or_else(fail)?,
        day: scan
            .sign("-")
            .and_then(|s| s.digits(2, 2))
            .ok_or_else(fail)?,
        hour: scan
            .sign("Tt ")
            .and_then(|s| s.digits(2, 2))
            .ok_or_else(fail)?,
        minute: scan
            .sign(":")
            .and_then(|s| s.digits(2, 2))
            .ok_or_else(fail)?,
        second: scan
            .sign(":")
            .and_then(|s| s.digits(2, 2))
            .ok_or_else(fail)? as f64,
    };
    let mut fraction = 0.0;
    let fractional = scan.sign(".").is_some();
    if fractional {
        let digits = scan.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (ahead, rest) = scan.rest.split_at(digits);
        fraction = format!("0.{ahead}").parse().map_err(|_| fail())?;
        scan.rest = rest;
    }
    let offset = scan.offset().ok_or_else(fail)?;
    if !scan.rest.is_empty() || !moment.is_valid() {
        return Err(fail());
    }
    moment.second = libm::floor(moment.second);
    let seconds = moment.seconds() - offset;
    Ok(match fractional {
        true => Val::from(seconds as f64 + fraction),
        false => whole(seconds),
    })
}

fn format(time: &Val, pattern: &Val) -> ValR {
    let moment = match time {
        Val::Arr(_) => Moment::of_list(time)?,
        _ => Moment::of_number(time)?,
    };
    Ok(string(&strftime(&moment, text_of(pattern)?)?))
}

fn strftime(moment: &Moment, pattern: &str) -> Result<String, Error> {
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

fn parse(text: &Val, pattern: &Val) -> ValR {
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
struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    /// A number of so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let length = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if length < least {
            return None;
        }
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        number.parse().ok()
    }

    /// One of these signs.
    fn sign(&mut self, signs: &str) -> Option<&mut Self> {
        let first = self
            .rest
            .chars()
            .next()
            .filter(|first| signs.contains(*first))?;
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
    fn offset(&mut self) -> Option<i64> {
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
        if matches!(
            directive,
            'd' | 'e' | 'H' | 'k' | 'I' | 'l' | 'j' | 'm' | 'M' | 'S'
        ) {
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
            'p' | 'P' => self
                .name(&["AM", "PM"])
                .map(|n| found.afternoon = Some(n == 1)),
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
    use super::{civil, days};
    use serde_json::{json, Value};

    fn one(expression: &str, input: Value) -> Value {
        let mut outputs =
            query::run(expression, &input).unwrap_or_else(|e| panic!("{expression}: {e}"));
        outputs.remove(0)
    }

    #[test]
    fn days_and_dates_are_each_other_s_inverse() {
        for day in (-4_300_000..2_900_000).step_by(997) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
    }

    #[test]
    fn seconds_as_text_and_back() {
        assert_eq!(
            one("todate", json!(1425599621)),
            json!("2015-03-05T23:53:41Z")
        );
        assert_eq!(
            one("todate", json!(1425599621.25)),
            json!("2015-03-05T23:53:41.25Z")
        );
        assert_eq!(one("todate", json!(-1)), json!("1969-12-31T23:59:59Z"));
        assert_eq!(
            one("fromdate", json!("2015-03-05T23:53:41Z")),
            json!(1425599621)
        );
        assert_eq!(
            one("fromdate", json!("2015-03-06T01:53:41.5+02:00")),
            json!(1425599621.5)
        );
        assert_eq!(
            one("fromdate", json!("9999-12-31T23:59:59Z")),
            json!(253402300799_i64)
        );
        for bad in [
            "2015-02-30T00:00:00Z",
            "2015-03-05",
            "2015-03-05T23:53:41",
            "x",
        ] {
            assert!(query::run("fromdate", &json!(bad)).is_err(), "{bad}");
        }
        assert!(query::run("todate", &json!(1e300)).is_err());
    }

    #[test]
    fn broken_down_times() {
        assert_eq!(
            one("gmtime", json!(1425599621)),
            json!([2015, 2, 5, 23, 53, 41, 4, 63])
        );
        assert_eq!(one("gmtime | mktime", json!(1425599621)), json!(1425599621));
        assert!(query::run("mktime", &json!([2015, 12, 1, 0, 0, 0])).is_err());
        assert!(query::run("mktime", &json!("x")).is_err());
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
            one(
                "strftime(\"%F %T %R %D %Z %z\")",
                json!([2015, 0, 2, 3, 4, 5, 0, 0])
            ),
            json!("2015-01-02 03:04:05 03:04 01/02/15 UTC +0000")
        );
        assert_eq!(
            one("strftime(\"%G-W%V\")", json!(1230768000)),
            json!("2009-W01")
        );
        assert!(query::run("strftime(\"%Q\")", &json!(0)).is_err());
    }

    #[test]
    fn patterns_read() {
        assert_eq!(
            one(
                "strptime(\"%Y-%m-%dT%H:%M:%SZ\")",
                json!("2015-03-05T23:51:47Z")
            ),
            json!([2015, 2, 5, 23, 51, 47, 4, 63])
        );
        assert_eq!(
            one(
                "strptime(\"%d %b %Y %I:%M %p\") | mktime",
                json!("5 mar 2015 11:51 PM")
            ),
            json!(1425599460)
        );
        assert_eq!(
            one(
                "strptime(\"%F %T %z\") | mktime",
                json!("2015-03-06 01:51:47 +0200")
            ),
            json!(1425599507)
        );
        assert_eq!(
            one("strptime(\"%Y %j\") | strftime(\"%F\")", json!("2024 60")),
            json!("2024-02-29")
        );
        for bad in ["2015-13-01", "2015-3", "2015-03-05x"] {
            assert!(
                query::run("strptime(\"%Y-%m-%d\")", &json!(bad)).is_err(),
                "{bad}"
            );
        }
    }
}
