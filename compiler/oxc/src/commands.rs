//! What each command does, one file a command.

pub(crate) mod build;
pub(crate) mod cancel;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod disasm;
pub(crate) mod eval;
pub(crate) mod inspect;
pub(crate) mod kill;
pub(crate) mod logs;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod ps;
pub(crate) mod resume;
pub(crate) mod retry;
pub(crate) mod rm;
pub(crate) mod run;
pub(crate) mod send;
pub(crate) mod verify;
pub(crate) mod version;

use crate::access::{has_not_ended, inspect};
use crate::failure::Failure;
use crate::host::hint;
use engine::Pid;
use std::path::Path;

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
