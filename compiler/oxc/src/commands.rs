//! What each command does, one file a command.

pub(crate) mod add;
pub(crate) mod build;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod disasm;
pub(crate) mod effects;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod inspect;
pub(crate) mod kill;
pub(crate) mod logs;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod ps;
pub(crate) mod remove;
pub(crate) mod repl;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod rm;
pub(crate) mod run;
pub(crate) mod semver;
pub(crate) mod send;
pub(crate) mod test;
pub(crate) mod tree;
pub(crate) mod update;
pub(crate) mod verify;
pub(crate) mod version;

use crate::access::{has_not_ended, inspect, no_process, survey_store};
use crate::failure::Failure;
use crate::host::hint;
use engine::Pid;
use engine::pid::MAIN;
use std::path::Path;

/// Why one of several processes cannot be had, of a command that begins with none of them then.
pub(crate) fn none(failure: Failure, pids: &[Pid], done: &str) -> Failure {
    match pids {
        [_] => failure,
        _ => failure.help(format!("none of the {} was {done}", pids.len())),
    }
}

/// The processes that are meant when one is to be stopped: itself, or those that the main process
/// has left behind.
fn to_stop(store: &Path, pid: Pid) -> Result<Vec<u64>, Failure> {
    let ended = match require_unended(store, pid) {
        Ok(()) => return Ok(vec![pid.number]),
        Err(failure) if pid.number != MAIN => return Err(failure),
        Err(failure) => failure,
    };
    let run = survey_store(store)?.ok_or_else(|| no_process(pid))?;
    let left: Vec<u64> = run
        .open()
        .filter_map(|process| process.pid.parse::<Pid>().ok())
        .map(|pid| pid.number)
        .collect();
    if left.is_empty() {
        Err(ended)
    } else {
        Ok(left)
    }
}

/// That there is something left of a process to be told or stopped.
fn require_unended(store: &Path, pid: Pid) -> Result<(), Failure> {
    let status = inspect(store, pid)?.process.status;
    if has_not_ended(&status) {
        return Ok(());
    }
    let failure = Failure::new(format!("{pid} has ended: {status}"));
    Err(if status == "failed" {
        failure.help(format!(
            "`{}` goes on just before the failure",
            hint("retry", pid, Some(store))
        ))
    } else {
        failure
    })
}
