//! Instants as RFC 3339 has them.
//!
//! # Invariants
//! - What is written is in UTC, with milliseconds, or with nanoseconds where it has some.
//! - Dates are of the proleptic Gregorian calendar, years 0000 to 9999.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use std::fmt;

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub seconds: i64,
    /// Nanoseconds after that, below 10^9.
    pub nanos: u32,
}

/// How UTC is written behind a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offset {
    /// `-00:00`, as Clojure does in `#inst`.
    Zero,
    /// `Z`, as most do.
    Zulu,
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

const NANOS_PER_MILLI: u32 = 1_000_000;

/// What a shorter text leaves out.
const DEFAULTS: &str = "0000-01-01T00:00:00";

impl Instant {
    /// The last instant that has a text.
    pub const MAX: Instant = Instant {
        seconds: 253_402_300_799,
        nanos: 999_999_999,
    };

    /// The first instant that has a text.
    pub const MIN: Instant = Instant {
        seconds: -62_167_219_200,
        nanos: 0,
    };

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z; `None` outside of the years
    /// that have a text.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Instant> {
        Instant {
            seconds: millis.div_euclid(1000),
            nanos: millis.rem_euclid(1000) as u32 * NANOS_PER_MILLI,
        }
        .valid()
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded down; saturates.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.seconds
            .saturating_mul(1000)
            .saturating_add(i64::from(self.nanos / NANOS_PER_MILLI))
    }

    /// This instant if it has a text.
    #[must_use]
    pub fn valid(self) -> Option<Instant> {
        let valid = (Instant::MIN..=Instant::MAX).contains(&self) && self.nanos < 1_000_000_000;
        valid.then_some(self)
    }

    /// Reads RFC 3339 and its beginnings, as `#inst` takes them: `2020`, `2020-02`, … up to
    /// `2020-02-29T23:59:59.123456789+01:30`. Without an offset it is UTC. A leap second is the
    /// first of the next minute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Instant> {
        let (parts, rest) = split_parts(text)?;
        let has_seconds = parts.len() == DEFAULTS.len();
        let (fraction, rest) = match rest.strip_prefix('.').filter(|_| has_seconds) {
            Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("0", rest),
        };
        if !(1..=9).contains(&fraction.len()) {
            return None;
        }
        let nanos = format!("{fraction:0<9}").parse().ok()?;
        let has_time = parts.len() > "0000-01-01".len();
        let offset_minutes = match rest {
            "" => 0,
            rest if has_time => offset_minutes(rest)?,
            _ => return None,
        };
        let full = format!("{parts}{}", &DEFAULTS[parts.len()..]);
        let number = |at: usize| full[at..at + 2].parse::<i64>().ok();
        let (hour, minute, second) = (number(11)?, number(14)?, number(17)?);
        let date: Date = full[..10].parse().ok()?;
        if hour > 23 || minute > 59 || second > if minute == 59 { 60 } else { 59 } {
            return None;
        }
        let day = date.at(0, 0, 0, 0).duration_since(EPOCH);
        Instant {
            seconds: day.as_secs() + hour * 3600 + (minute - offset_minutes) * 60 + second,
            nanos,
        }
        .valid()
    }

    /// The text: `2020-02-29T23:59:59.123` and the offset.
    #[must_use]
    pub fn display(self, offset: Offset) -> impl fmt::Display {
        Shown {
            instant: self,
            offset,
        }
    }
}

/// The longest beginning of the text that is whole parts of a date and time, and what follows.
fn split_parts(text: &str) -> Option<(&str, &str)> {
    let same_shape = |(byte, default): (u8, u8)| match default {
        b'0' | b'1' => byte.is_ascii_digit(),
        mark => byte == mark,
    };
    let length = text
        .bytes()
        .zip(DEFAULTS.bytes())
        .take_while(|pair| same_shape(*pair))
        .count();
    let ends = [4, 7, 10, 13, 16, 19];
    ends.contains(&length).then(|| text.split_at(length))
}

/// Minutes east of UTC: `Z`, `+01:30`.
fn offset_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, text) = match text.split_at_checked(1)? {
        ("+", text) => (1, text),
        ("-", text) => (-1, text),
        _ => return None,
    };
    let (hours, minutes) = text.split_once(':')?;
    let part = |text: &str| {
        let two_digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        two_digits.then(|| text.parse::<i64>().ok())?
    };
    let (hours, minutes) = (part(hours)?, part(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

struct Shown {
    instant: Instant,
    offset: Offset,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Instant { seconds, nanos } = self.instant;
        let Ok(time) = EPOCH.checked_add(SignedDuration::from_secs(seconds)) else {
            // No program can make one; it is shown for what it is.
            return write!(f, "{seconds}s");
        };
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )?;
        if nanos.is_multiple_of(NANOS_PER_MILLI) {
            write!(f, "{:03}", nanos / NANOS_PER_MILLI)?;
        } else {
            write!(f, "{nanos:09}")?;
        }
        f.write_str(match self.offset {
            Offset::Zero => "-00:00",
            Offset::Zulu => "Z",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Option<String> {
        Some(Instant::parse(text)?.display(Offset::Zero).to_string())
    }

    #[test]
    fn instants_are_read_with_parts_left_out() {
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
            ("2020-01-01T00:30+01:00", "2019-12-31T23:30:00.000-00:00"),
            ("1995-12-31T23:59:60-00:30", "1996-01-01T00:30:00.000-00:00"),
            (
                "1969-12-31T23:59:59.999-00:00",
                "1969-12-31T23:59:59.999-00:00",
            ),
            ("0000-01-01", "0000-01-01T00:00:00.000-00:00"),
            ("9999-12-31T23:59:59", "9999-12-31T23:59:59.000-00:00"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "20",
            "2020-",
            "2020-1",
            "2020-13",
            "2019-02-29",
            "2020-01-01T",
            "2020-01-01T24:00",
            "2020-01-01T23:58:60",
            "2020-01-01T10:00:00.",
            "2020-01-01T10:00:00.1234567890",
            "2020-01-01T10:00.5",
            "2020-01-01Z",
            "2020-01-01X",
            "2020-01-01T10:00+1:00",
            "2020-01-01T10:00+24:00",
            "2020-01-01T10:00+01",
            "0000-01-01T00:00+00:01",
            "9999-12-31T23:59-00:01",
            "2000-é",
            "x",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn the_ends_are_those_of_the_calendar() {
        assert_eq!(Instant::parse("0000"), Some(Instant::MIN));
        assert_eq!(
            Instant::parse("9999-12-31T23:59:59.999999999"),
            Some(Instant::MAX)
        );
        assert_eq!(Instant::from_millis(i64::MAX), None);
        let impossible = Instant {
            seconds: i64::MIN,
            nanos: u32::MAX,
        };
        assert_eq!(
            impossible.display(Offset::Zulu).to_string(),
            "-9223372036854775808s"
        );
    }

    proptest! {
        #[test]
        fn instants_are_read_back(
            seconds in Instant::MIN.seconds..=Instant::MAX.seconds,
            nanos in prop_oneof![Just(0), 0u32..1_000_000_000]
        ) {
            let instant = Instant { seconds, nanos };
            for offset in [Offset::Zero, Offset::Zulu] {
                prop_assert_eq!(Instant::parse(&instant.display(offset).to_string()), Some(instant));
            }
        }
    }
}
