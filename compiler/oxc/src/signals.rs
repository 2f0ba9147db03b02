//! Ctrl-C, SIGTERM and SIGHUP: the first asks to suspend, the second leaves at once.
//!
//! # Invariants
//! - Leaving at once is safe: it is what a crash does.
//! - A signal that was ignored when `oxc` was started (by `nohup`) stays ignored.

use crate::failure::{Failure, INTERRUPTED, io};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Calls `suspend` on a thread of its own at the first signal, and leaves at the second.
///
/// # Errors
/// When the system gives no thread or handler.
pub(crate) fn on_interrupt(suspend: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let ignored = ignored_signals();
    let wanted = [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = Signals::new(wanted).map_err(io("watch for signals"))?;
    let watch = move || {
        let mut suspend = Some(suspend);
        for _ in signals.forever() {
            match suspend.take() {
                Some(suspend) => {
                    let thread = std::thread::Builder::new()
                        .name("suspend".to_owned())
                        .spawn(suspend);
                    if thread.is_err() {
                        std::process::exit(i32::from(INTERRUPTED));
                    }
                }
                None => std::process::exit(i32::from(INTERRUPTED)),
            }
        }
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch)
        .map_err(io("watch for signals"))?;
    Ok(())
}

/// Signals that are ignored, a bit each, the lowest for signal 1.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
