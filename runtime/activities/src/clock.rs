//! The system's clock and chance, and a clock that skips the time in which nothing happens.

use engine::transport::Clock;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

/// A clock for tests: it begins at the time of day, stands still while processes compute, and is at the next
/// time that somebody waits for as soon as nobody has anything else to do. While attempts are under way
/// outside it goes on like any other.
///
/// # Invariants
/// - It never goes back.
/// - How long programs compute, and how fast the machine is, does not show in it, but for what they
///   wait for outside.
#[derive(Debug)]
pub struct SkippingClock {
    world: SystemClock,
    /// Wall time of its beginning, milliseconds since 1970.
    began_ms: u64,
    passed: Mutex<Passed>,
}

/// The time that has gone by.
#[derive(Debug)]
struct Passed {
    /// As it was when the clock stood still last.
    before: Duration,
    /// When it has begun to go on, if it does.
    goes_since: Option<Instant>,
}

impl Passed {
    fn now(&self) -> Duration {
        let since = self.goes_since.map(|since| since.elapsed());
        self.before + since.unwrap_or_default()
    }
}

impl SkippingClock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> SkippingClock {
        let world = SystemClock::new();
        SkippingClock {
            began_ms: world.now_ms(),
            world,
            passed: Mutex::new(Passed {
                before: Duration::ZERO,
                goes_since: None,
            }),
        }
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for SkippingClock {
    fn default() -> SkippingClock {
        SkippingClock::new()
    }
}

impl Clock for SkippingClock {
    fn now_ms(&self) -> u64 {
        let passed = self.passed().now();
        let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        self.began_ms.saturating_add(passed)
    }

    fn monotonic_ns(&self) -> u64 {
        self.world.monotonic_ns()
    }

    fn program_ns(&self) -> u64 {
        u64::try_from(self.passed().now().as_nanos()).unwrap_or(u64::MAX)
    }

    fn random(&self) -> u64 {
        self.world.random()
    }

    fn outside(&self, is_under_way: bool) {
        let mut passed = self.passed();
        match (is_under_way, passed.goes_since) {
            (true, None) => passed.goes_since = Some(Instant::now()),
            (false, Some(_)) => {
                passed.before = passed.now();
                passed.goes_since = None;
            }
            _ => {}
        }
    }

    fn skip_to(&self, wall_ms: u64) -> bool {
        let mut passed = self.passed();
        let wanted = Duration::from_millis(wall_ms.saturating_sub(self.began_ms));
        // With attempts under way something may happen before.
        let can_skip = passed.goes_since.is_none() && wanted > passed.before;
        if can_skip {
            passed.before = wanted;
        }
        can_skip
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

    #[test]
    fn a_skipping_clock_goes_where_it_is_told_and_never_back() {
        let clock = SkippingClock::new();
        let (began, began_ns) = (clock.now_ms(), clock.program_ns());
        assert!(clock.skip_to(began + 3_600_000));
        assert_eq!(clock.now_ms(), began + 3_600_000);
        assert_eq!(clock.program_ns() - began_ns, 3_600_000_000_000);
        assert!(!clock.skip_to(began), "it does not go back");
        assert_eq!(clock.now_ms(), began + 3_600_000);
    }

    #[test]
    fn a_skipping_clock_goes_on_while_attempts_are_under_way() {
        let clock = SkippingClock::new();
        assert_eq!(clock.program_ns(), clock.program_ns(), "it stands still");
        clock.outside(true);
        let began = clock.program_ns();
        while clock.program_ns() == began {
            std::thread::yield_now();
        }
        assert!(
            !clock.skip_to(clock.now_ms() + 1_000),
            "something may happen before"
        );
        clock.outside(false);
        let stands = clock.program_ns();
        assert!(stands > began);
        assert_eq!(clock.program_ns(), stands);
    }
}
