//! `oxc kill`: ends processes at once.

use crate::access::{self, Change, change};
use crate::args::Kill;
use crate::commands;
use crate::failure::{Failure, Outcome};
use crate::host::{Host, Manner};
use crate::output::Output;
use crate::socket::Request;
use engine::Pid;

/// Kills each. Of a suspended run the others are not taken up: only who is killed has anything to
/// do.
pub(crate) fn run(output: Output, args: &Kill) -> Outcome {
    let mut hosts: Vec<(u64, Host)> = Vec::new();
    for pid in &args.pids {
        let of_run = |(run, _): &(u64, Host)| *run == pid.run;
        if let Some((_, host)) = hosts.iter().find(|host| of_run(host)) {
            kill(host, pid.number)?;
        } else {
            let store = access::store_of(args.store.store.as_deref(), *pid)?;
            for process in commands::to_stop(&store, *pid)? {
                if let Some((_, host)) = hosts.iter().find(|host| of_run(host)) {
                    kill(host, process)?;
                    continue;
                }
                let named = Pid {
                    run: pid.run,
                    number: process,
                };
                let request = Request::Kill { process };
                if let Change::Opened(opened) = change(&store, named, &request)? {
                    let host = Host::over(output, opened, Some(&store), &Manner::default())?;
                    host.run()?;
                    kill(&host, process)?;
                    hosts.push((pid.run, host));
                }
            }
        }
        output.mention(format!("killed: {pid}"));
    }
    hosts.iter().for_each(|(_, host)| host.close());
    Ok(0)
}

/// Kills a process of a run that has been opened, and waits for its end.
fn kill(host: &Host, process: u64) -> Result<(), Failure> {
    host.subject.change(&Request::Kill { process })?;
    host.engine.wait_for_end(process)?;
    Ok(())
}
