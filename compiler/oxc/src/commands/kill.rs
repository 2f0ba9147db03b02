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
        let request = Request::Kill {
            process: pid.number,
        };
        let host = match hosts.iter().position(|(run, _)| *run == pid.run) {
            Some(index) => &hosts[index].1,
            None => {
                let store = access::store_of(args.store.store.as_deref(), *pid)?;
                commands::require_unended(&store, *pid)?;
                if change(&store, &request)? {
                    output.mention(format!("killed: {pid}"));
                    continue;
                }
                let host = Host::open(output, Some(&store), &Manner::default())?;
                host.run()?;
                hosts.push((pid.run, host));
                &hosts[hosts.len() - 1].1
            }
        };
        host.subject.change(&request)?;
        host.engine.wait_for_end(pid.number)?;
        output.mention(format!("killed: {pid}"));
    }
    hosts.iter().for_each(|(_, host)| host.close());
    Ok(0)
}
