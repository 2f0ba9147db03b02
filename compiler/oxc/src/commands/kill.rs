//! `oxc kill`: ends processes at once.

use crate::access::{self, change};
use crate::args::Kill;
use crate::failure::Outcome;
use crate::host::{Host, Manner};
use crate::output::Output;
use crate::socket::Request;
use crate::commands;

/// Kills each.
pub(crate) fn run(output: Output, args: &Kill) -> Outcome {
    for pid in &args.pids {
        let store = access::store_of(args.store.store.as_deref(), *pid)?;
        commands::require_unended(&store, *pid)?;
        let request = Request::Kill { process: pid.number };
        if !change(&store, &request)? {
            let mut host = Host::open(output, Some(&store), &Manner::default())?;
            // Its other processes are not taken up: only who is killed has anything to do.
            host.run()?;
            let result = host.subject.change(&request);
            let ended = host.engine.wait_for_end(pid.number);
            host.close();
            result?;
            ended?;
        }
        output.mention(format!("killed: {pid}"));
    }
    Ok(0)
}
