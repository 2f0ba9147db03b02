//! `oxc kill`: ends processes at once.

use crate::access::{self, change};
use crate::args::Kill;
use crate::commands;
use crate::failure::Outcome;
use crate::host::{Host, Manner};
use crate::output::Output;
use crate::socket::Request;

/// Kills each. Of a suspended run the others are not taken up: only who is killed has anything to
/// do.
pub(crate) fn run(output: Output, args: &Kill) -> Outcome {
    let mut hosts: Vec<(u64, Host)> = Vec::new();
    for pid in &args.pids {
        let open = hosts.iter().position(|(run, _)| *run == pid.run);
        let processes = match open {
            Some(_) => vec![pid.number],
            None => {
                let store = access::store_of(args.store.store.as_deref(), *pid)?;
                let processes = commands::to_stop(&store, *pid)?;
                let requests = processes.iter().map(|&process| Request::Kill { process });
                let mut told = requests.map(|request| change(&store, &request));
                if told.next().transpose()?.unwrap_or(false) {
                    told.collect::<Result<Vec<bool>, _>>()?;
                    output.mention(format!("killed: {pid}"));
                    continue;
                }
                let host = Host::open(output, Some(&store), &Manner::default())?;
                host.run()?;
                hosts.push((pid.run, host));
                processes
            }
        };
        let host = &hosts[open.unwrap_or(hosts.len() - 1)].1;
        for process in processes {
            host.subject.change(&Request::Kill { process })?;
            host.engine.wait_for_end(process)?;
        }
        output.mention(format!("killed: {pid}"));
    }
    hosts.iter().for_each(|(_, host)| host.close());
    Ok(0)
}
