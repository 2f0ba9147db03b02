//! Times as people and JSON see them.

/// Milliseconds since 1970 as `2026-01-31T12:00:00.000Z`.
pub(crate) fn instant(ms: u64) -> String {
    let (days, in_day) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, milli) = (in_day / 1_000 % 60, in_day % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Year, month and day of a day counted from 1970-01-01 (the algorithm of H. Hinnant, from years
/// that begin in March).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Milliseconds since 1970 of what [`instant`] wrote.
pub(crate) fn parse_instant(text: &str) -> Option<u64> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let in_day =
        part(11, 13)? * 3_600_000 + part(14, 16)? * 60_000 + part(17, 19)? * 1_000 + part(20, 23)?;
    // The inverse of `civil`.
    let year = if month <= 2 {
        year.checked_sub(1)?
    } else {
        year
    };
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day.checked_sub(1)?;
    let year_of_era = year % 400;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = (year / 400 * 146_097 + of_era).checked_sub(719_468)?;
    Some(days * 86_400_000 + in_day)
}

/// A span of time in its two greatest units: `1h05m`, `250ms`.
pub(crate) fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0 => format!("{ms}ms"),
        1..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// Milliseconds since 1970, now.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_those_of_the_calendar() {
        assert_eq!(instant(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(instant(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(instant(1_767_225_599_999), "2025-12-31T23:59:59.999Z");
        assert_eq!(instant(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn instants_are_read_back() {
        for ms in [0, 951_782_400_001, 1_767_225_599_999, 4_107_542_400_000] {
            assert_eq!(parse_instant(&instant(ms)), Some(ms));
        }
        assert_eq!(parse_instant("soon"), None);
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let shown: Vec<String> = [0, 250, 59_999, 61_000, 3_900_000, 90_000_000]
            .map(span)
            .to_vec();
        assert_eq!(shown, ["0ms", "250ms", "59s", "1m01s", "1h05m", "1d01h"]);
    }
}
