//! `oxc cancel`: asks processes to stop.

use crate::access::{self, change};
use crate::args::Cancel;
use crate::commands;
use crate::failure::Outcome;
use crate::host::{Host, Manner, foreground};
use crate::output::Output;
use crate::socket::Request;
use engine::pid::MAIN;

/// Asks each. One whose run is suspended is taken up, so that its `finally` forms run.
pub(crate) fn run(output: Output, args: &Cancel) -> Outcome {
    let mut hosts: Vec<(u64, Host)> = Vec::new();
    for pid in &args.pids {
        let store = access::store_of(args.store.store.as_deref(), *pid)?;
        for process in commands::to_stop(&store, *pid)? {
            let request = Request::Cancel { process };
            if let Some((_, host)) = hosts.iter().find(|(run, _)| *run == pid.run) {
                host.subject.change(&request)?;
            } else if !change(&store, &request)? {
                let host = Host::open(output, Some(&store), &Manner::default())?;
                host.set_main(MAIN);
                host.engine.resume()?;
                host.run()?;
                host.subject.change(&request)?;
                hosts.push((pid.run, host));
            }
        }
        output.mention(format!("asked to stop: {pid}"));
    }
    if hosts.is_empty() {
        return Ok(0);
    }
    // Whatever it makes of being cancelled: that it was asked to is what this command is for.
    foreground(output, hosts.into_iter().map(|(_, host)| host).collect()).map(|code| {
        if code == crate::failure::INTERRUPTED {
            code
        } else {
            0
        }
    })
}
