//! jq's native filters for dates, in UTC and without a clock: seconds since 1970, "broken down" lists, and text.
//!
//! A broken down time is `[year, month from 0, day, hour, minute, second, weekday from Sunday 0, day of year from 0]`.

use std::fmt::Write as _;
use std::rc::Rc;

use jaq_core::native::{bome, unary, v};
use jaq_json::{Error, Val, ValR};
use jaq_std::ValT as _;

use super::date_patterns::{strftime, strptime, Scan};
use super::natives::{string, text_of, Native};

const DAY: i64 = 86_400;

/// Seconds since 1970 of the years -9999 and 10000: what dates are given for.
const SECONDS: std::ops::Range<i64> = -377_705_116_800..253_402_300_800;

/// The filters.
pub fn filters() -> Vec<Native> {
    vec![
        ("todateiso8601", v(0), |cv| bome(to_iso(&cv.1))),
        ("fromdateiso8601", v(0), |cv| bome(from_iso(&cv.1))),
        ("gmtime", v(0), |cv| bome(Moment::of_number(&cv.1).map(|m| m.list()))),
        ("localtime", v(0), |cv| bome(Moment::of_number(&cv.1).map(|m| m.list()))),
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
            unary(cv, |text, pattern| strptime(&text, &pattern))
        }),
    ]
}

/// A date and time in UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub year: i64,
    /// From 1.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    /// With its fraction.
    pub second: f64,
}

impl Moment {
    pub fn of_seconds(seconds: f64) -> Result<Self, Error> {
        let floor = libm::floor(seconds);
        if !(SECONDS.start as f64..SECONDS.end as f64).contains(&floor) {
            return Err(Error::str(format!("{seconds} seconds are out of range for a date")));
        }
        let (days, rest) = ((floor as i64).div_euclid(DAY), (floor as i64).rem_euclid(DAY));
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
        let part = |index: usize| items.get(index).and_then(|item| item.as_f64()).ok_or_else(fail);
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

    pub fn is_valid(&self) -> bool {
        (-9999..10_000).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=month_days(self.year, self.month)).contains(&self.day)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0.0..61.0).contains(&self.second)
    }

    /// Whole seconds since 1970.
    pub fn seconds(&self) -> i64 {
        days(self.year, self.month, self.day) * DAY
            + self.hour * 3600
            + self.minute * 60
            + libm::floor(self.second) as i64
    }

    pub fn weekday(&self) -> i64 {
        (days(self.year, self.month, self.day) + 4).rem_euclid(7)
    }

    pub fn day_of_year(&self) -> i64 {
        days(self.year, self.month, self.day) - days(self.year, 1, 1)
    }

    pub fn list(&self) -> Val {
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
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of days since 1970.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

fn month_days(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
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
        month: scan.sign("-").and_then(|s| s.digits(2, 2)).ok_or_else(fail)?,
        day: scan.sign("-").and_then(|s| s.digits(2, 2)).ok_or_else(fail)?,
        hour: scan.sign("Tt ").and_then(|s| s.digits(2, 2)).ok_or_else(fail)?,
        minute: scan.sign(":").and_then(|s| s.digits(2, 2)).ok_or_else(fail)?,
        second: scan.sign(":").and_then(|s| s.digits(2, 2)).ok_or_else(fail)? as f64,
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

#[cfg(test)]
mod tests {
    use super::super::query;
    use super::{civil, days};
    use serde_json::{json, Value};

    fn one(expression: &str, input: Value) -> Value {
        let mut outputs = query::run(expression, &input).unwrap_or_else(|e| panic!("{expression}: {e}"));
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
        assert_eq!(one("todate", json!(1425599621)), json!("2015-03-05T23:53:41Z"));
        assert_eq!(one("todate", json!(1425599621.25)), json!("2015-03-05T23:53:41.25Z"));
        assert_eq!(one("todate", json!(-1)), json!("1969-12-31T23:59:59Z"));
        assert_eq!(one("fromdate", json!("2015-03-05T23:53:41Z")), json!(1425599621));
        assert_eq!(
            one("fromdate", json!("2015-03-06T01:53:41.5+02:00")),
            json!(1425599621.5)
        );
        assert_eq!(one("fromdate", json!("9999-12-31T23:59:59Z")), json!(253402300799_i64));
        for bad in ["2015-02-30T00:00:00Z", "2015-03-05", "2015-03-05T23:53:41", "x"] {
            assert!(query::run("fromdate", &json!(bad)).is_err(), "{bad}");
        }
        assert!(query::run("todate", &json!(1e300)).is_err());
    }

    #[test]
    fn broken_down_times() {
        assert_eq!(one("gmtime", json!(1425599621)), json!([2015, 2, 5, 23, 53, 41, 4, 63]));
        assert_eq!(one("gmtime | mktime", json!(1425599621)), json!(1425599621));
        assert!(query::run("mktime", &json!([2015, 12, 1, 0, 0, 0])).is_err());
        assert!(query::run("mktime", &json!("x")).is_err());
    }
}
