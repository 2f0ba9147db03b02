//! `oxc rm`: removes ended runs and all that is kept of them.
//!
//! # Invariants
//! - What is removed has been found to be over, or damaged, while nobody else could take it, and nobody can
//!   before it is gone.

use crate::access::{self, Seized, Surveyed};
use crate::args::Rm;
use crate::commands;
use crate::failure::{Failure, Fault, Outcome};
use crate::folder::RunDir;
use crate::host::hint;
use crate::output::Output;
use engine::Pid;
use engine::pid::MAIN;
use std::path::Path;

/// Removes each, or none if one cannot be removed.
pub(crate) fn run(output: Output, args: &Rm) -> Outcome {
    let mut doomed: Vec<(Pid, Doomed)> = Vec::new();
    for &pid in &args.pids {
        if pid.number != MAIN {
            return Err(
                Failure::usage(format!("{pid} is part of the run {}", pid.run))
                    .help(format!("runs are removed as a whole: `oxc rm {}`", pid.run)),
            );
        }
        // Named twice it is removed once.
        if !doomed.iter().any(|(named, _)| *named == pid) {
            let found = Doomed::of(args.store.store.as_deref(), pid);
            let found = found.map_err(|failure| commands::none(failure, &args.pids, "removed"))?;
            doomed.push((pid, found));
        }
    }
    for (pid, doomed) in doomed {
        doomed.remove()?;
        output.mention(format!("removed: {pid}"));
    }
    Ok(0)
}

/// A run that is over, and that nobody can take up any more.
struct Doomed {
    seized: Seized,
    /// Its folder; none of a store that was named, which lies in somebody else's.
    dir: Option<RunDir>,
}

impl Doomed {
    fn of(named: Option<&Path>, pid: Pid) -> Result<Doomed, Failure> {
        let store = access::store_of(named, pid)?;
        match access::survey_store(&store) {
            Ok(Some(run)) if run.is_running => {
                let hint = hint("cancel", pid, Some(&store));
                return Err(Failure::new(format!("{} is running", run.label()))
                    .help(format!("end it first: `{hint}`")));
            }
            // What is damaged can be removed, but not what somebody has in hand.
            Err(failure) if access::is_held(&store) => return Err(failure),
            _ => {}
        }
        let dir = match named {
            Some(_) => None,
            None => Some(access::run_of(pid)?),
        };
        let seized = access::seize(&store)?;
        // Somebody may have gone on with it meanwhile; from now on nobody can.
        match seized.survey() {
            Ok(Some(run)) => require_over(&run, pid)?,
            Ok(None) => {}
            // Nobody can go on with it; with what is not understood or not read somebody may.
            Err(failure) if failure.fault == Some(Fault::Damaged) => {}
            Err(failure) => return Err(failure),
        }
        Ok(Doomed { seized, dir })
    }

    fn remove(self) -> Result<(), Failure> {
        match self.dir {
            Some(dir) => dir.remove(),
            None => self.seized.remove(),
        }
    }
}

fn require_over(run: &Surveyed, pid: Pid) -> Result<(), Failure> {
    if !run.is_unfinished() {
        return Ok(());
    }
    let hint = |command| hint(command, pid, Some(&run.store));
    Err(if run.open().next().is_none() {
        Failure::new(format!(
            "what {} printed has not all been written",
            run.label()
        ))
        .help(format!("write it first: `{}`", hint("resume")))
    } else {
        Failure::new(format!("{} is unfinished", run.label()))
            .help(format!("end it first: `{}`", hint("kill")))
    })
}
