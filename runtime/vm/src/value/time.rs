//! Instants and UUIDs as text.
//!
//! # Invariants
//! - An instant is a number of seconds since 1970-01-01T00:00:00Z and nanoseconds from 0 to below
//!   10^9. It is written in UTC, with milliseconds, or with nanoseconds where it has some.
//! - Dates are of the proleptic Gregorian calendar, years 0000 to 9999, as in RFC 3339.

use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;
use std::fmt::Write as _;

const SECONDS_PER_DAY: i64 = 86_400;

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Nanoseconds after that, below 10^9.
    pub nanos: u32,
}

/// Days from 1970-01-01 to a date. The year starts in March, so that the leap day is its last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date that many days after 1970-01-01: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Instant {
    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_millis(millis: i64) -> Instant {
        let nanos = millis.rem_euclid(1000) as u32 * 1_000_000;
        Instant {
            seconds: millis.div_euclid(1000),
            nanos,
        }
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down; saturates.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.seconds
            .saturating_mul(1000)
            .saturating_add(i64::from(self.nanos / 1_000_000))
    }

    /// The instant that an object is.
    #[must_use]
    pub fn of(heap: &Heap, word: Word) -> Option<Instant> {
        let object = heap.try_object(word)?;
        (object.kind() == Kind::Inst).then(|| Instant {
            seconds: object.raw(1) as i64,
            nanos: object.raw(2) as u32,
        })
    }

    /// Makes the object.
    pub fn make(self, heap: &mut Heap) -> Word {
        heap.make(
            Kind::Inst,
            0,
            0,
            &[self.seconds as u64, u64::from(self.nanos)],
            &[],
        )
    }

    /// Writes it as Clojure does in `#inst`, or with `Z` as RFC 3339 has it.
    pub fn write(self, out: &mut String, offset: &str) {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(SECONDS_PER_DAY));
        let second = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            out,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )
        .expect("strings take all text");
        let fraction = if self.nanos.is_multiple_of(1_000_000) {
            write!(out, ".{:03}", self.nanos / 1_000_000)
        } else {
            write!(out, ".{:09}", self.nanos)
        };
        fraction.expect("strings take all text");
        out.push_str(offset);
    }

    /// Reads RFC 3339 and its beginnings, as `#inst` takes them: `2020`, `2020-02`, … up to
    /// `2020-02-29T23:59:59.123456789+01:30`. Without an offset it is UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Instant> {
        let mut rest = text.as_bytes();
        let year = digits(&mut rest, 4)?;
        let (mut month, mut day, mut hour, mut minute, mut second) = (1, 1, 0, 0, 0);
        let mut nanos = 0;
        let fields: [(u8, &mut i64); 5] = [
            (b'-', &mut month),
            (b'-', &mut day),
            (b'T', &mut hour),
            (b':', &mut minute),
            (b':', &mut second),
        ];
        let mut in_time = false;
        let mut complete = true;
        for (mark, field) in fields {
            if !take(&mut rest, mark) {
                complete = false;
                break;
            }
            in_time = mark == b'T' || in_time;
            *field = digits(&mut rest, 2)?;
        }
        if complete && take(&mut rest, b'.') {
            let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let digits = rest.get(..length).filter(|d| (1..=9).contains(&d.len()))?;
            let value: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
            nanos = value * 10u32.pow(9 - u32::try_from(length).ok()?);
            rest = &rest[length..];
        }
        let mut offset = 0;
        if in_time && !rest.is_empty() && !take(&mut rest, b'Z') {
            let sign = if take(&mut rest, b'+') {
                1
            } else if take(&mut rest, b'-') {
                -1
            } else {
                return None;
            };
            let hours = digits(&mut rest, 2)?;
            if !take(&mut rest, b':') {
                return None;
            }
            let minutes = digits(&mut rest, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            offset = sign * (hours * 3600 + minutes * 60);
        }
        let valid = rest.is_empty()
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && (second < 60 || (second == 60 && minute == 59));
        valid.then(|| Instant {
            seconds: days_from_civil(year, month, day) * SECONDS_PER_DAY
                + hour * 3600
                + minute * 60
                + second
                - offset,
            nanos,
        })
    }
}

fn take(rest: &mut &[u8], mark: u8) -> bool {
    let found = rest.first() == Some(&mark);
    if found {
        *rest = &rest[1..];
    }
    found
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let digits = rest
        .get(..count)
        .filter(|d| d.iter().all(u8::is_ascii_digit))?;
    *rest = &rest[count..];
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Makes a UUID object.
pub fn make_uuid(heap: &mut Heap, high: u64, low: u64) -> Word {
    heap.make(Kind::Uuid, 0, 0, &[high, low], &[])
}

/// Writes a UUID: `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.
pub fn write_uuid(out: &mut String, high: u64, low: u64) {
    write!(
        out,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
    .expect("strings take all text");
}

/// Reads a UUID: five groups of hexadecimal digits. As in Java, a group may have fewer digits than
/// it is written with.
#[must_use]
pub fn parse_uuid(text: &str) -> Option<(u64, u64)> {
    let mut parts = [0u64; 5];
    let mut groups = text.split('-');
    for (part, width) in parts.iter_mut().zip([8, 4, 4, 4, 12]) {
        let group = groups.next()?;
        if group.is_empty() || group.len() > width || !group.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return None;
        }
        *part = u64::from_str_radix(group, 16).ok()?;
    }
    if groups.next().is_some() {
        return None;
    }
    let [a, b, c, d, e] = parts;
    Some((a << 32 | b << 16 | c, d << 48 | e))
}

#[cfg(test)]
mod tests {
    use super::{Instant, civil_from_days, days_from_civil, parse_uuid, write_uuid};
    use proptest::prelude::*;

    fn shown(text: &str) -> Option<String> {
        let mut out = String::new();
        Instant::parse(text)?.write(&mut out, "-00:00");
        Some(out)
    }

    #[test]
    fn instants_are_read_and_written() {
        for (text, expected) in [
            ("2020", "2020-01-01T00:00:00.000-00:00"),
            ("2020-02", "2020-02-01T00:00:00.000-00:00"),
            ("2020-02-29", "2020-02-29T00:00:00.000-00:00"),
            ("2020-02-29T23", "2020-02-29T23:00:00.000-00:00"),
            ("2020-02-29T23:59:59.5", "2020-02-29T23:59:59.500-00:00"),
            (
                "2020-02-29T23:59:59.123456789Z",
                "2020-02-29T23:59:59.123456789-00:00",
            ),
            ("2020-01-01T00:30:00+01:00", "2019-12-31T23:30:00.000-00:00"),
            (
                "1969-12-31T23:59:59.999-00:00",
                "1969-12-31T23:59:59.999-00:00",
            ),
            ("0000-01-01", "0000-01-01T00:00:00.000-00:00"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "20",
            "2020-13",
            "2019-02-29",
            "2020-01-01T24:00",
            "2020-01-01Z",
            "2020-01-01T10:00:00.",
            "x",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn uuids_are_read_and_written() {
        let mut out = String::new();
        let (high, low) = parse_uuid("F81D4FAE-7dec-11d0-a765-00a0c91e6bf6").expect("a UUID");
        write_uuid(&mut out, high, low);
        assert_eq!(out, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        assert_eq!(parse_uuid("f81d4fae-7dec-11d0-a765"), None);
        assert_eq!(parse_uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6-0"), None);
    }

    proptest! {
        #[test]
        fn dates_and_days_agree(days in -719_000i64..2_900_000) {
            let (year, month, day) = civil_from_days(days);
            prop_assert_eq!(days_from_civil(year, month, day), days);
        }
    }
}
