//! Ctrl-C, SIGTERM and SIGHUP: the first asks to suspend, the second leaves at once.
//!
//! # Invariants
//! - What comes together is one wish: `timeout` signals a command and then its group.
//! - Leaving at once is safe: it is what a crash does.
//! - A signal that was ignored when `oxc` was started (by `nohup`) stays ignored.

use crate::failure::{Failure, INTERRUPTED, io};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::time::{Duration, Instant};

/// Within this time after the first signal others mean the same.
const TOGETHER: Duration = Duration::from_millis(200);

/// Calls `suspend` on a thread of its own at the first signal; at the second calls `leave` and
/// leaves. `suspend` is told whether somebody typed Ctrl-C. A Ctrl-C that `take` takes counts as none.
///
/// # Errors
/// When the system gives no thread or handler.
pub(crate) fn on_interrupt(
    take: impl Fn() -> bool + Send + 'static,
    suspend: impl FnOnce(bool) + Send + 'static,
    leave: impl Fn() + Send + 'static,
) -> Result<(), Failure> {
    let ignored = ignored_signals();
    let wanted = [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let mut signals = Signals::new(wanted).map_err(io("watch for signals"))?;
    let watch = move || {
        let mut suspend = Some(suspend);
        let mut first = None;
        for signal in signals.forever() {
            if signal == SIGINT && suspend.is_some() && take() {
                continue;
            }
            let begun = *first.get_or_insert_with(Instant::now);
            if let Some(suspend) = suspend.take() {
                let thread = std::thread::Builder::new()
                    .name("suspend".to_owned())
                    .spawn(move || suspend(signal == SIGINT));
                if thread.is_ok() {
                    continue;
                }
            } else if begun.elapsed() < TOGETHER {
                continue;
            }
            leave();
            std::process::exit(i32::from(INTERRUPTED));
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
