//! `oxc cancel`: asks processes to stop, and says what has come of it. One that computes hears of it
//! only when it waits: who asked is told so, whether its engine is this one or another `oxc`'s.

use crate::access::{self, Change, change};
use crate::args::Cancel;
use crate::commands;
use crate::failure::{Failure, Outcome};
use crate::host::{Host, Manner, foreground, hint};
use crate::output::Output;
use crate::socket::Request;
use engine::Pid;
use engine::pid::MAIN;
use engine::record::Status;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Time that a process may compute on before its owner is told how to end it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time between two looks at a process that another `oxc` runs.
const LOOK: Duration = Duration::from_millis(50);

/// Asks each. One whose run is suspended is taken up, so that its `finally` forms run: it is asked
/// before it has its first turn, so that it does not begin again what it was cut off from.
pub(crate) fn run(output: Output, args: &Cancel) -> Outcome {
    let mut named = Vec::new();
    for pid in &args.pids {
        let store = access::store_of(args.store.store.as_deref(), *pid)?;
        let processes = commands::to_stop(&store, *pid)?;
        named.push((*pid, store, processes));
    }
    let mut hosts: Vec<(u64, Host)> = Vec::new();
    let mut asked = Vec::new();
    let mut elsewhere: Vec<(Pid, PathBuf)> = Vec::new();
    for (pid, store, processes) in named {
        for process in processes {
            let request = Request::Cancel { process };
            let named = Pid {
                run: pid.run,
                number: process,
            };
            if !hosts.iter().any(|(run, _)| *run == pid.run) {
                match change(&store, named, &request)? {
                    Change::Done => {
                        elsewhere.push((named, store.clone()));
                        continue;
                    }
                    Change::Opened(opened) => {
                        let host = Host::over(output, opened, Some(&store), &Manner::default())?;
                        host.set_main(MAIN);
                        host.engine.resume()?;
                        hosts.push((pid.run, host));
                    }
                }
            }
            if let Some((_, host)) = hosts.iter().find(|(run, _)| *run == pid.run) {
                host.subject.change(&request)?;
                asked.push((host.engine.clone(), named, store.clone()));
            }
        }
        output.mention(format!("asked to stop: {pid}"));
    }
    for (_, host) in &hosts {
        host.run()?;
    }
    let until = Instant::now() + PATIENCE;
    for (pid, store) in &elsewhere {
        tell_of(output, *pid, store, until)?;
    }
    if hosts.is_empty() {
        return Ok(0);
    }
    // If the system gives no thread, nobody is told.
    let _ = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(PATIENCE);
        for (engine, pid, store) in asked {
            let status = engine.standing(pid.number).map(|standing| standing.status);
            if matches!(status, Some(Status::Running | Status::Ready)) {
                output.note(computes(pid, &store));
            }
        }
    });
    // Whatever it makes of being cancelled: that it was asked to is what this command is for.
    foreground(output, hosts.into_iter().map(|(_, host)| host).collect()).map(|code| {
        if code == crate::failure::INTERRUPTED {
            code
        } else {
            0
        }
    })
}

fn computes(pid: Pid, store: &Path) -> String {
    format!(
        "{pid} computes, and hears of the request only when it waits for something; `{}` ends it",
        hint("kill", pid, Some(store))
    )
}

/// Says what has come of the request to a process that another `oxc` runs: that it has ended, or what
/// it does instead when its time is up.
fn tell_of(output: Output, pid: Pid, store: &Path, until: Instant) -> Result<(), Failure> {
    let text = pid.to_string();
    loop {
        let found = access::survey_store(store)?;
        let process = found.as_ref().and_then(|run| {
            let mut processes = run.processes.iter();
            processes.find(|process| process.pid == text)
        });
        let Some((run, process)) = found.as_ref().zip(process) else {
            return Ok(());
        };
        let name = if pid.number == MAIN {
            run.label()
        } else {
            format!("{pid} ({})", process.function)
        };
        let status = process.status.as_str();
        if !access::has_not_ended(status) {
            output.say(format!("{status}: {name}"));
        } else if Instant::now() < until {
            std::thread::sleep(LOOK);
            continue;
        } else if matches!(status, "running" | "ready") {
            output.note(computes(pid, store));
        } else {
            output.say(format!(
                "asked to stop: {name} ({status}) – {} · {}",
                hint("inspect", pid, Some(store)),
                hint("kill", pid, Some(store))
            ));
        }
        return Ok(());
    }
}
