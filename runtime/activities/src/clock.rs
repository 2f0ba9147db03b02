//! The system's clock and chance.

use engine::transport::Clock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Wall time, a clock that never goes back, and the system's random numbers.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[must_use]
    pub fn new() -> SystemClock {
        SystemClock {
            started: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn monotonic_ns(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn random(&self) -> u64 {
        u64::from_le_bytes(random_bytes())
    }
}

/// Bytes from the system's generator.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let mut filled = 0;
    while filled < N {
        // Fails only where the system call itself is missing or a signal interrupts it.
        match rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => filled += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("the system gives no random numbers: {error}"),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_differ_and_time_goes_on() {
        let clock = SystemClock::new();
        assert_ne!(clock.random(), clock.random());
        let earlier = clock.monotonic_ns();
        assert!(clock.monotonic_ns() >= earlier);
        assert!(
            clock.now_ms() > 1_600_000_000_000,
            "milliseconds since 1970"
        );
    }
}
