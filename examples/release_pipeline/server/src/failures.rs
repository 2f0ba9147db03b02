//! When the server fails, and how.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The answer is 503.
    Busy,
    /// The connection breaks before anything is done.
    BreakBefore,
    /// The connection breaks when all is done.
    BreakAfter,
}

/// Chooses failures. Of ten requests about one each gets each kind; never more than two for the same
/// method and path one after the other.
pub(crate) struct Failures {
    /// None: there are no failures.
    seed: Option<u64>,
    /// How often each method and path was asked for, and how often in a row it has failed.
    asked: Mutex<HashMap<(String, String), (u64, u64)>>,
}

impl Failures {
    pub(crate) fn new(seed: Option<u64>) -> Failures {
        Failures {
            seed,
            asked: Mutex::default(),
        }
    }

    /// What goes wrong with the next request for a path.
    pub(crate) fn next(&self, method: &str, path: &str) -> Option<Failure> {
        let seed = self.seed?;
        let mut asked = self.asked.lock().expect("nobody panics while choosing");
        let (count, in_row) = asked
            .entry((method.to_owned(), path.to_owned()))
            .or_default();
        let mut hasher = DefaultHasher::new();
        (seed, method, path, *count).hash(&mut hasher);
        *count += 1;
        let failure = match hasher.finish() % 10 {
            0 => Some(Failure::Busy),
            1 => Some(Failure::BreakBefore),
            2 => Some(Failure::BreakAfter),
            _ => None,
        };
        if failure.is_none() || *in_row == 2 {
            *in_row = 0;
            return None;
        }
        *in_row += 1;
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_repeat_with_their_seed_and_leave_room() {
        let run = |seed| {
            let failures = Failures::new(seed);
            (0..200)
                .map(|n| failures.next("POST", &format!("r/p{}", n % 3)))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(Some(1)), run(Some(1)));
        assert_ne!(run(Some(1)), run(Some(2)));
        for kind in [Failure::Busy, Failure::BreakBefore, Failure::BreakAfter] {
            assert!(run(Some(1)).contains(&Some(kind)), "{kind:?}");
        }
        assert!(run(None).iter().all(Option::is_none));
        let one = Failures::new(Some(3));
        let found: Vec<bool> = (0..1_000)
            .map(|_| one.next("GET", "r/p").is_some())
            .collect();
        assert!(!found.windows(3).any(|three| three == [true, true, true]));
    }
}
