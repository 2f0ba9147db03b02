//! Dying at a chosen commit, for the tests of durability: `OX_TEST_KILL_AT_COMMIT=N` makes the
//! command kill itself as `kill -9` does before its N-th commit is written, `N+` when that is
//! durable and nothing of it has left.
//!
//! # Invariants
//! - Without the variable the store is used as it is.

use signal_hook::consts::SIGKILL;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Hooked, Store};

/// The variable.
const VARIABLE: &str = "OX_TEST_KILL_AT_COMMIT";

/// The store, or one that kills the command at a commit if the environment asks for it.
pub(crate) fn armed(store: impl Store + 'static) -> Arc<dyn Store> {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let (number, is_after) = match wanted.strip_suffix('+') {
        Some(number) => (number, true),
        None => (wanted.as_str(), false),
    };
    let Ok(at) = number.parse::<u64>() else {
        return Arc::new(store);
    };
    let commits = AtomicU64::new(0);
    let deadly = Hooked::new(Arc::new(store), move |store, batches| {
        let is_last = commits.fetch_add(1, Ordering::Relaxed) + 1 == at;
        if is_last && !is_after {
            let _ = signal_hook::low_level::raise(SIGKILL);
        }
        let committed = store.commit(batches);
        if is_last {
            let _ = signal_hook::low_level::raise(SIGKILL);
        }
        committed
    });
    Arc::new(deadly)
}
