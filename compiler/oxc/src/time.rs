//! Times as people and JSON see them.

use scalar::{Instant, Offset};

/// Milliseconds since 1970 as `2026-01-31T12:00:00.000Z`.
pub(crate) fn instant(ms: u64) -> String {
    let instant = i64::try_from(ms).ok().and_then(Instant::from_millis);
    let instant = instant.unwrap_or(Instant::MAX);
    instant.display(Offset::Zulu).to_string()
}

/// Milliseconds since 1970 of what [`instant`] wrote.
pub(crate) fn parse_instant(text: &str) -> Option<u64> {
    u64::try_from(Instant::parse(text)?.millis()).ok()
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
