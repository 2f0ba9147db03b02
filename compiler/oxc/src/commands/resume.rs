//! `oxc resume`: goes on with what a crash or Ctrl-C left, in the foreground.

use crate::access::{self, DAMAGED, NEWER, Surveyed, Taken, has_not_ended, no_process};
use crate::args::Resume;
use crate::changed;
use crate::facts;
use crate::failure::{FAILED, Failure, Fault, Outcome, io};
use crate::folder::Folder;
use crate::host::{Host, foreground, hint};
use crate::manner::Manner;
use crate::output::Output;
use engine::Pid;
use engine::pid::MAIN;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use store::Store;

/// Resumes those named, or all that are unfinished.
pub(crate) fn run(output: Output, args: &Resume) -> Outcome {
    let manner = Manner::new(args.park, &args.serve)?;
    let folder = || -> Result<Folder, Failure> {
        let dir = std::env::current_dir().map_err(io("find the working folder"))?;
        Folder::around(&dir)
    };
    let mut left = 0;
    let mut running = Vec::new();
    let chosen = match (&args.store.store, args.pids.as_slice()) {
        (Some(store), pids) => {
            let found = access::take(store)?;
            let found = found
                .ok_or_else(|| Failure::new(format!("there is no store {}", store.display())))?;
            if found.run.is_running {
                return Err(access::in_use(&found.run));
            }
            if pids.is_empty() {
                unfinished(output, vec![found], &mut left)
            } else {
                named(
                    output,
                    BTreeMap::from([(found.run.run, found)]),
                    pids,
                    &mut left,
                )?
            }
        }
        (None, []) => {
            let all = access::survey_unfinished(&folder()?)?;
            running.extend(all.iter().filter(|run| run.is_running).cloned());
            let all = all.into_iter().map(Taken::from).collect();
            let found = unfinished(output, all, &mut left);
            let is_asked = !args.all && output.is_terminal && std::io::stdin().is_terminal();
            if found.len() > 1 && is_asked {
                let chosen = ask(output, found)?;
                if chosen.is_empty() {
                    output.say("nothing is resumed");
                    return Ok(left);
                }
                chosen
            } else {
                found
            }
        }
        (None, pids) => {
            // Other runs are not looked at: what one takes does not depend on what lies beside it.
            let folder = folder()?;
            let mut found = BTreeMap::new();
            for pid in pids {
                let run = folder.run(pid.run).ok_or_else(|| no_process(*pid))?;
                if let Entry::Vacant(vacant) = found.entry(pid.run) {
                    vacant.insert(access::take(&run.store())?.ok_or_else(|| no_process(*pid))?);
                }
            }
            named(output, found, pids, &mut left)?
        }
    };
    if chosen.is_empty() && args.pids.is_empty() {
        // Who is told that nothing is unfinished believes that all is done.
        for run in &running {
            output.fail(&access::running(run, run.pid()));
            left = FAILED;
        }
        if left == 0 {
            output.say("nothing is unfinished");
        }
        return Ok(left);
    }
    go_on(output, chosen, &manner).map(|code| code.max(left))
}

/// Those that there is something to do in. Of the others it is told what cannot be read, and that is
/// what `left` is set for.
fn unfinished(output: Output, mut all: Vec<Taken>, left: &mut u8) -> Vec<Taken> {
    all.retain(|Taken { run, .. }| {
        let goes_on = run.is_unfinished() && !run.is_running;
        if !goes_on {
            let mut all = run.unreadable().peekable();
            while let Some(process) = all.next() {
                let what = process.damage();
                output.fail(&if process.status == NEWER {
                    Failure::new(format!("{}: {what}", process.pid)).because(Some(Fault::Newer))
                } else if all.peek().is_some() {
                    damaged(&process.pid, what)
                } else {
                    damaged(&process.pid, what).help(verify_hint(&run.store))
                });
                *left = FAILED;
            }
        }
        goes_on
    });
    all
}

fn damaged(pid: &str, what: &str) -> Failure {
    Failure::new(format!("{pid} is damaged: {what}")).because(Some(Fault::Damaged))
}

fn verify_hint(store: &Path) -> String {
    format!("`oxc verify {}` lists what is damaged", store.display())
}

/// The runs of these processes that are unfinished. `left` is set for one that has ended otherwise than
/// well: who goes on after it should not.
fn named(
    output: Output,
    all: BTreeMap<u64, Taken>,
    pids: &[Pid],
    left: &mut u8,
) -> Result<Vec<Taken>, Failure> {
    let mut wanted = BTreeSet::new();
    for pid in pids {
        let taken = all.get(&pid.run).ok_or_else(|| no_process(*pid))?;
        let run = &taken.run;
        let text = pid.to_string();
        let process = run
            .processes
            .iter()
            .find(|process| process.pid == text)
            .ok_or_else(|| no_process(*pid))?;
        if run.is_running {
            return Err(access::running(run, *pid));
        }
        let status = process.status.as_str();
        let is_part = pid.number != MAIN;
        if is_part && !has_not_ended(status) || !run.is_unfinished() {
            if status == DAMAGED {
                return Err(damaged(&text, process.damage()).help(verify_hint(&run.store)));
            }
            let name = if is_part { text } else { run.label() };
            output.say(format!("{name} has ended: {status}"));
            if status != "done" {
                *left = FAILED;
            }
            if status == "failed" {
                output.say(format!(
                    "`{}` goes on just before the failure",
                    hint("retry", *pid, Some(&run.store))
                ));
            }
        } else {
            wanted.insert(pid.run);
        }
    }
    let mut all: Vec<Taken> = all.into_values().collect();
    all.retain(|taken| wanted.contains(&taken.run.run));
    Ok(all)
}

/// Lists what is unfinished and asks which to go on with.
fn ask(output: Output, mut unfinished: Vec<Taken>) -> Result<Vec<Taken>, Failure> {
    let processes: Vec<_> = unfinished
        .iter()
        .filter_map(|Taken { run, .. }| run.open().next().or(run.processes.first()).cloned())
        .collect();
    output.say(facts::processes_text(output, &processes).trim_end());
    let _ = write!(
        std::io::stderr().lock(),
        "resume which? (pids, `all`, or nothing) "
    );
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(io("read the answer"))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    if words == ["all"] {
        return Ok(unfinished);
    }
    let mut wanted = BTreeSet::new();
    for word in &words {
        let pid: Pid = word
            .parse()
            .map_err(|error| Failure::usage(format!("{error}")))?;
        if !unfinished.iter().any(|taken| taken.run.run == pid.run) {
            return Err(no_process(pid));
        }
        wanted.insert(pid.run);
    }
    unfinished.retain(|taken| wanted.contains(&taken.run.run));
    Ok(unfinished)
}

/// Why a process is parked, in one line.
fn why_parked(run: &Surveyed, opened: Option<&Arc<dyn Store>>, pid: Pid) -> Option<String> {
    let report = match opened {
        Some(store) => {
            let record = engine::read_record(&store.snapshot(), pid.number);
            record.ok()?.ending?.report
        }
        None => access::inspect(&run.store, pid).ok()?.report?,
    };
    report.lines().next().map(str::to_owned)
}

/// Takes these runs up in the foreground; the highest exit status. One that cannot be is told, and keeps no
/// other from going on: what runs already would end as in a crash.
pub(crate) fn go_on(output: Output, runs: Vec<Taken>, manner: &Manner) -> Outcome {
    let mut left = 0;
    let mut fails = |failure: &Failure| {
        output.fail(failure);
        left = left.max(failure.code);
    };
    // All are open before the first runs: others may have to be waited for, and nobody hears Ctrl-C yet.
    let mut hosts = Vec::new();
    for taken in runs {
        if taken.run.is_running {
            fails(&access::running(&taken.run, taken.run.pid()));
        } else if taken.run.is_parked() {
            tell_parked(output, &taken);
            fails(&Failure::told(FAILED));
        } else {
            match open(output, &taken, manner) {
                Ok(host) => hosts.push((taken.run, host)),
                Err(failure) => fails(&failure),
            }
        }
    }
    hosts.retain(|(run, host)| match take_up(output, run, host) {
        Ok(()) => true,
        Err(failure) => {
            host.give_up();
            fails(&failure);
            false
        }
    });
    if hosts.is_empty() {
        return Ok(left);
    }
    let hosts = hosts.into_iter().map(|(_, host)| host).collect();
    foreground(output, hosts).map(|code| code.max(left))
}

/// Says of a run in which nothing would happen what its processes wait for.
fn tell_parked(output: Output, taken: &Taken) {
    let run = &taken.run;
    for process in run.open() {
        let pid: Pid = process.pid.parse().unwrap_or(run.pid());
        let name = if pid == run.pid() {
            run.label()
        } else {
            format!("{pid} ({})", process.function)
        };
        let why = why_parked(run, taken.opened.as_ref(), pid);
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        output.say(format!(
            "{name} is parked{why} – {} · {}",
            hint("retry", pid, Some(&run.store)),
            hint("cancel", pid, Some(&run.store))
        ));
    }
}

/// Opens a run to go on with it. Nothing of it is taken up yet.
fn open(output: Output, taken: &Taken, manner: &Manner) -> Result<Host, Failure> {
    let Taken { run, opened } = taken;
    let host = match opened {
        Some(opened) => Host::over(output, Arc::clone(opened), Some(&run.store), manner)?,
        None => Host::open(output, &run.store, manner)?,
    };
    host.is_taken_up();
    changed::tell(output, run, &host);
    host.set_main(MAIN);
    Ok(host)
}

/// Goes on with a run.
fn take_up(output: Output, run: &Surveyed, host: &Host) -> Result<(), Failure> {
    host.engine.resume()?;
    for (number, what) in host.engine.damaged() {
        // Of the main process the end tells.
        if number != MAIN {
            let pid = Pid {
                run: run.run,
                number,
            };
            output.fail(&damaged(&pid.to_string(), &what).help(verify_hint(&run.store)));
        }
    }
    host.run()?;
    output.mention(format!("pid {} goes on", run.label()));
    Ok(())
}
