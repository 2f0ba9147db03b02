//! `oxc rm`: removes ended runs and all that is kept of them.

use crate::access::{self, no_process};
use crate::args::Rm;
use crate::failure::{Failure, Outcome, io};
use crate::folder::Folder;
use crate::host::hint;
use crate::output::Output;
use engine::pid::MAIN;

/// Removes each, or none if one cannot be removed.
pub(crate) fn run(output: Output, args: &Rm) -> Outcome {
    for pid in &args.pids {
        if pid.number != MAIN {
            return Err(
                Failure::usage(format!("{pid} is part of the run {}", pid.run))
                    .help(format!("runs are removed as a whole: `oxc rm {}`", pid.run)),
            );
        }
        let store = access::store_of(args.store.store.as_deref(), *pid)?;
        let run = match access::survey_store(&store) {
            Ok(run) => run,
            // What is damaged can be removed, but not what somebody has in hand.
            Err(failure) if access::is_held(&store) => return Err(failure),
            Err(_) => None,
        };
        if let Some(run) = run {
            if run.is_running {
                return Err(
                    Failure::new(format!("{} is running", run.label())).help(format!(
                        "end it first: `{}`",
                        hint("cancel", *pid, Some(&store))
                    )),
                );
            }
            if run.is_unfinished() && run.open().next().is_none() {
                let told = format!("what {} printed has not all been written", run.label());
                return Err(Failure::new(told).help(format!(
                    "write it first: `{}`",
                    hint("resume", *pid, Some(&store))
                )));
            }
            if run.is_unfinished() {
                return Err(
                    Failure::new(format!("{} is unfinished", run.label())).help(format!(
                        "end it first: `{}`",
                        hint("kill", *pid, Some(&store))
                    )),
                );
            }
        }
    }
    for pid in &args.pids {
        if let Some(store) = &args.store.store {
            access::remove_store(store)?;
        } else {
            let dir = std::env::current_dir().map_err(io("find the working folder"))?;
            Folder::around(&dir)?
                .run(pid.run)
                .ok_or_else(|| no_process(*pid))?
                .remove()?;
        }
        output.mention(format!("removed: {pid}"));
    }
    Ok(0)
}
