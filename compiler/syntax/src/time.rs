//! The text form of `#inst`: RFC 3339 with everything after the year optional, as in Clojure.

use crate::datum::Inst;

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Hinnant's algorithm).
fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a count of days since 1970-01-01.
pub(crate) fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Reads `yyyy[-mm[-dd[Thh[:mm[:ss[.fraction]]]]]][Z|±hh:mm]`.
pub(crate) fn parse_inst(text: &str) -> Option<Inst> {
    let mut cursor = Cursor { rest: text };
    let year = cursor.digits(4)?;
    let (mut month, mut day, mut hour, mut minute, mut second, mut nanos) = (1, 1, 0, 0, 0, 0);
    // Each part is there only if the one before it is.
    'parts: {
        if !cursor.eat('-') {
            break 'parts;
        }
        month = cursor.digits(2)?;
        if !cursor.eat('-') {
            break 'parts;
        }
        day = cursor.digits(2)?;
        if !cursor.eat('T') {
            break 'parts;
        }
        hour = cursor.digits(2)?;
        if !cursor.eat(':') {
            break 'parts;
        }
        minute = cursor.digits(2)?;
        if !cursor.eat(':') {
            break 'parts;
        }
        second = cursor.digits(2)?;
        if cursor.eat('.') {
            nanos = cursor.fraction()?;
        }
    }
    let offset_minutes = cursor.offset()?;
    let valid = cursor.rest.is_empty()
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && (second < 60 || (second == 60 && minute == 59));
    if !valid {
        return None;
    }
    let days = days_of_civil(year, month, day);
    let seconds = days * 86_400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
    // The offset may lead out of the years that have a text.
    let (year, _, _) = civil_of_days(seconds.div_euclid(86_400));
    (0..=9999)
        .contains(&year)
        .then_some(Inst { seconds, nanos })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn eat(&mut self, char: char) -> bool {
        match self.rest.strip_prefix(char) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.rest.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[count..];
        digits.parse().ok()
    }

    /// The digits after the point as nanoseconds; at most nine.
    fn fraction(&mut self) -> Option<u32> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 || count > 9 {
            return None;
        }
        let value: u32 = self.rest[..count].parse().ok()?;
        self.rest = &self.rest[count..];
        Some(value * 10u32.pow(9 - count as u32))
    }

    /// Minutes east of UTC; nothing written is UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.rest.is_empty() || self.eat('Z') {
            return Some(0);
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') {
            -1
        } else {
            return None;
        };
        let hours = self.digits(2)?;
        let minutes = if self.eat(':') {
            self.digits(2)?
        } else {
            return None;
        };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_go_there_and_back() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_of_days(days);
            assert_eq!(days_of_civil(year, month, day), days);
        }
        assert_eq!(civil_of_days(0), (1970, 1, 1));
    }

    #[test]
    fn instants_are_read_with_parts_left_out() {
        let seconds = |text| parse_inst(text).map(|inst| inst.seconds);
        assert_eq!(seconds("1970"), Some(0));
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        assert_eq!(seconds("2000-02-29T00:00:00Z"), Some(951_782_400));
        assert_eq!(seconds("1970-01-01T01:00+01:00"), Some(0));
        assert_eq!(
            parse_inst("1969-12-31T23:59:59.5Z"),
            Some(Inst {
                seconds: -1,
                nanos: 500_000_000
            })
        );
    }

    #[test]
    fn impossible_instants_are_refused() {
        for text in [
            "",
            "70",
            "2001-02-29",
            "2000-13",
            "2000-01-01T24:00",
            "2000-01-01X",
            "2000-é",
        ] {
            assert_eq!(parse_inst(text), None, "{text}");
        }
    }
}
