//! `oxc cancel`: asks processes to stop. One that computes hears of it only when it waits: who asked
//! is told so.

use crate::access::{self, change};
use crate::args::Cancel;
use crate::commands;
use crate::failure::Outcome;
use crate::host::{Host, Manner, foreground, hint};
use crate::output::Output;
use crate::socket::Request;
use engine::Pid;
use engine::pid::MAIN;
use engine::record::Status;
use std::time::Duration;

/// Time that a process may compute on before its owner is told how to end it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks each. One whose run is suspended is taken up, so that its `finally` forms run.
pub(crate) fn run(output: Output, args: &Cancel) -> Outcome {
    let mut hosts: Vec<(u64, Host)> = Vec::new();
    let mut asked = Vec::new();
    for pid in &args.pids {
        let store = access::store_of(args.store.store.as_deref(), *pid)?;
        for process in commands::to_stop(&store, *pid)? {
            let request = Request::Cancel { process };
            let named = Pid {
                run: pid.run,
                number: process,
            };
            if let Some((_, host)) = hosts.iter().find(|(run, _)| *run == pid.run) {
                host.subject.change(&request)?;
                asked.push((host.engine.clone(), named, store.clone()));
            } else if !change(&store, &request)? {
                let host = Host::open(output, Some(&store), &Manner::default())?;
                host.set_main(MAIN);
                host.engine.resume()?;
                host.run()?;
                host.subject.change(&request)?;
                asked.push((host.engine.clone(), named, store.clone()));
                hosts.push((pid.run, host));
            }
        }
        output.mention(format!("asked to stop: {pid}"));
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
                output.note(format!(
                    "{pid} computes, and hears of the request only when it waits for something; \
                     `{}` ends it",
                    hint("kill", pid, Some(&store))
                ));
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
