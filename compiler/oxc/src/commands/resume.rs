//! `oxc resume`: goes on with what a crash or Ctrl-C left, in the foreground.

use crate::access::{self, Surveyed, has_not_ended, no_process};
use crate::args::Resume;
use crate::changed;
use crate::facts;
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::folder::Folder;
use crate::host::{Host, Manner, foreground, hint};
use crate::output::Output;
use engine::Pid;
use engine::pid::MAIN;
use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Resumes those named, or all that are unfinished.
pub(crate) fn run(output: Output, args: &Resume) -> Outcome {
    let manner = Manner::new(args.park, &args.serve)?;
    let all =
        match &args.store.store {
            Some(store) => {
                let found = access::survey_store(store)?;
                vec![found.ok_or_else(|| {
                    Failure::new(format!("there is no store {}", store.display()))
                })?]
            }
            None => {
                let dir = std::env::current_dir().map_err(io("find the working folder"))?;
                access::survey(&Folder::around(&dir)?)?
            }
        };
    let chosen = if args.pids.is_empty() {
        let unfinished: Vec<Surveyed> = all
            .into_iter()
            .filter(|run| run.is_unfinished() && !run.is_running)
            .collect();
        if unfinished.is_empty() {
            output.say("nothing is unfinished");
            return Ok(0);
        }
        if unfinished.len() > 1 && !args.all && output.is_terminal && std::io::stdin().is_terminal()
        {
            ask(output, unfinished)?
        } else {
            unfinished
        }
    } else {
        named(output, all, &args.pids)?
    };
    go_on(output, chosen, &manner)
}

/// The runs of these processes that are unfinished.
fn named(output: Output, all: Vec<Surveyed>, pids: &[Pid]) -> Result<Vec<Surveyed>, Failure> {
    let mut wanted = BTreeSet::new();
    for pid in pids {
        let run = all
            .iter()
            .find(|run| run.run == pid.run)
            .ok_or_else(|| no_process(*pid))?;
        let text = pid.to_string();
        let process = run
            .processes
            .iter()
            .find(|process| process.pid == text)
            .ok_or_else(|| no_process(*pid))?;
        if run.is_running {
            let failure = Failure::new(format!("{} is running already", run.label()));
            return Err(failure.help(format!(
                "`{}` shows where it stands",
                hint("inspect", *pid, Some(&run.store))
            )));
        }
        let status = process.status.as_str();
        let is_part = pid.number != MAIN;
        if is_part && !has_not_ended(status) || !run.is_unfinished() {
            let name = if is_part { text } else { run.label() };
            output.say(format!("{name} has ended: {status}"));
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
    Ok(all
        .into_iter()
        .filter(|run| wanted.contains(&run.run))
        .collect())
}

/// Lists what is unfinished and asks which to go on with.
fn ask(output: Output, unfinished: Vec<Surveyed>) -> Result<Vec<Surveyed>, Failure> {
    let processes: Vec<_> = unfinished
        .iter()
        .filter_map(|run| run.open().next().or(run.processes.first()).cloned())
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
        if !unfinished.iter().any(|run| run.run == pid.run) {
            return Err(no_process(pid));
        }
        wanted.insert(pid.run);
    }
    Ok(unfinished
        .into_iter()
        .filter(|run| wanted.contains(&run.run))
        .collect())
}

/// Takes these runs up in the foreground; the highest exit status.
pub(crate) fn go_on(output: Output, runs: Vec<Surveyed>, manner: &Manner) -> Outcome {
    let mut hosts = Vec::new();
    let mut left = 0;
    for run in runs {
        if run.is_running {
            let failure = Failure::new(format!("{} is running already", run.label()));
            return Err(failure.help(format!(
                "`{}` shows where it stands",
                hint("inspect", run.pid(), Some(&run.store))
            )));
        }
        if run.is_parked() {
            for process in run.open() {
                let pid: Pid = process.pid.parse().unwrap_or(run.pid());
                let name = if pid == run.pid() {
                    run.label()
                } else {
                    format!("{pid} ({})", process.function)
                };
                output.say(format!(
                    "{name} is parked – {} · {}",
                    hint("retry", pid, Some(&run.store)),
                    hint("cancel", pid, Some(&run.store))
                ));
            }
            left = FAILED;
            continue;
        }
        let host = Host::open(output, Some(&run.store), manner)?;
        changed::tell(output, &run, &host);
        host.set_main(MAIN);
        host.engine.resume()?;
        host.run()?;
        output.mention(format!("pid {} goes on", run.label()));
        hosts.push(host);
    }
    if hosts.is_empty() {
        return Ok(left);
    }
    foreground(output, hosts).map(|code| code.max(left))
}
