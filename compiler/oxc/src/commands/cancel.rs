//! `oxc cancel`: asks processes to stop, and says what has come of it. One that computes hears of it
//! only when it waits: who asked is told so, whether its engine is this one or another `oxc`'s.

use crate::access::{self, Change, change};
use crate::args::Cancel;
use crate::commands;
use crate::failure::{Failure, INTERRUPTED, Outcome};
use crate::host::{Host, foreground, hint};
use crate::manner::{Manner, directory_of};
use crate::output::Output;
use crate::socket::Request;
use engine::pid::MAIN;
use engine::record::Status;
use engine::{Engine, Pid};
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
        let store = access::store_of(args.store.store.as_deref(), *pid);
        let found = store.and_then(|store| {
            let processes = commands::to_stop(&store, *pid)?;
            Ok((*pid, store, processes))
        });
        named.push(found.map_err(|failure| commands::none(failure, &args.pids, "cancelled"))?);
    }
    let mut asked = Asked::default();
    let mut failed = None;
    for (pid, store, processes) in named {
        if let Err(failure) = asked.ask(output, pid, &store, &processes) {
            // Those before are on their way, and go it to their end.
            failed = Some(failure);
            break;
        }
        output.mention(format!("asked to stop: {pid}"));
    }
    let mut fails = |failure: Failure| match &failed {
        None => failed = Some(failure),
        Some(_) => output.note(failure.to_string()),
    };
    let mut hosts = Vec::new();
    for host in asked.hosts {
        match host.run() {
            Ok(()) => hosts.push(host),
            Err(failure) => {
                host.give_up();
                fails(failure);
            }
        }
    }
    let until = Instant::now() + PATIENCE;
    for (pid, store) in &asked.elsewhere {
        if let Err(failure) = tell_of(output, *pid, store, until) {
            fails(failure);
        }
    }
    let mut code = 0;
    if !hosts.is_empty() {
        tell_later(output, asked.here);
        // Whatever it makes of being cancelled: that it was asked to is what this command is for.
        match foreground(output, hosts) {
            Ok(INTERRUPTED) => code = INTERRUPTED,
            Ok(_) => {}
            Err(failure) => fails(failure),
        }
    }
    failed.map_or(Ok(code), Err)
}

/// Processes that were asked.
#[derive(Default)]
struct Asked {
    /// The runs that were opened to be asked; each has a process that was.
    hosts: Vec<Host>,
    /// Processes of those.
    here: Vec<(Engine, Pid, PathBuf)>,
    /// Processes that another `oxc` runs.
    elsewhere: Vec<(Pid, PathBuf)>,
}

impl Asked {
    /// Asks processes of a run.
    fn ask(
        &mut self,
        output: Output,
        pid: Pid,
        store: &Path,
        processes: &[u64],
    ) -> Result<(), Failure> {
        for &process in processes {
            let request = Request::Cancel { process };
            let named = Pid {
                run: pid.run,
                number: process,
            };
            let of_run = |host: &&Host| host.pid().run == pid.run;
            let engine = match self.hosts.iter().find(of_run) {
                Some(host) => {
                    host.subject.change(&request)?;
                    host.engine.clone()
                }
                None => match change(store, named, &request)? {
                    Change::Done => {
                        self.elsewhere.push((named, store.to_owned()));
                        continue;
                    }
                    Change::Opened(opened) => {
                        // Its `finally` forms act where it did.
                        directory_of(Some(store), false).map_err(|failure| {
                            let hint = hint("kill", named, Some(store));
                            failure.help(format!("`{hint}` ends it without its `finally` forms"))
                        })?;
                        let host = Host::over(output, opened, Some(store), &Manner::default())?;
                        host.set_main(MAIN);
                        // One that cannot be asked is not to go on.
                        if let Err(failure) = take_up(&host, &request) {
                            host.give_up();
                            return Err(failure);
                        }
                        let engine = host.engine.clone();
                        self.hosts.push(host);
                        engine
                    }
                },
            };
            self.here.push((engine, named, store.to_owned()));
        }
        Ok(())
    }
}

/// Takes a run up with the request in it; it does not run yet.
fn take_up(host: &Host, request: &Request) -> Result<(), Failure> {
    host.engine.resume()?;
    host.subject.change(request)
}

/// Tells of those that compute on.
fn tell_later(output: Output, asked: Vec<(Engine, Pid, PathBuf)>) {
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
        let name = run.name_of(pid);
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
