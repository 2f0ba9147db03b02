//! What is said when `oxc` itself is wrong: a panic, wherever it happens, is one message that says so
//! and what to do, instead of the runtime's own words.
//!
//! # Invariants
//! - Every panic is told once, where it happens, and by nobody else.
//! - A command that panics ends with [`STATUS`], which nothing else does on its own.

use crate::failure::{Failure, Outcome};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

/// Exit status of a command that panicked.
pub(crate) const STATUS: u8 = 101;

/// From now on panics are told as mistakes of `oxc`.
pub(crate) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|info| {
        if store::panic_is_damage() {
            // A file's mistake, and told as that.
            return;
        }
        // With standard error gone there is nobody to tell.
        let _ = std::io::stderr().lock().write_all(told(info).as_bytes());
    }));
}

fn told(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|at| {
        // Where the crate was compiled is nobody's business.
        let file = at.file();
        let from = ["compiler/", "runtime/", "stdlib/"].iter();
        let start = from.filter_map(|crates| file.find(crates)).min();
        let file = match start {
            Some(start) => &file[start..],
            None => file.rsplit('/').next().unwrap_or(file),
        };
        format!(" ({file}:{})", at.line())
    });
    let mut text = format!(
        "error: internal error, this is a bug in oxc: {message}{}\n",
        place.unwrap_or_default()
    );
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(
        text,
        "help: please report it with this message, `oxc {version}`, the command line and, if you can, the program"
    );
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        let _ = writeln!(text, "{backtrace}");
    } else {
        text.push_str("help: RUST_BACKTRACE=1 shows where it happened\n");
    }
    text
}

/// The outcome of a command, also if it panics.
pub(crate) fn contained(command: impl FnOnce() -> Outcome) -> Outcome {
    // Nothing that the command has touched is looked at afterwards.
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|_| Err(Failure::told(STATUS)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_panic_is_told_as_a_bug_and_ends_the_command() {
        let heard: Arc<Mutex<String>> = Arc::default();
        let sink = Arc::clone(&heard);
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            sink.lock().unwrap().push_str(&told(info));
        }));
        let outcome = contained(|| panic!("an empty {}", "stack"));
        std::panic::set_hook(usual);
        assert_eq!(outcome.unwrap_err().code, STATUS);
        let heard = heard.lock().unwrap();
        let first =
            "error: internal error, this is a bug in oxc: an empty stack (compiler/oxc/src/bug.rs:";
        assert!(heard.starts_with(first), "{heard}");
        assert!(heard.contains("please report it"), "{heard}");
    }
}
