//! `oxc kill`: ends processes at once.

use crate::access::{self, Change, Surveyed, change};
use crate::args::Kill;
use crate::commands;
use crate::failure::{Failure, Outcome};
use crate::host::Host;
use crate::manner::Manner;
use crate::output::Output;
use crate::socket::Request;
use engine::Pid;

/// Kills each, and says so. Of a suspended run the others are not taken up: only who is killed takes
/// turns, and with the main process all, which end with it.
pub(crate) fn run(output: Output, args: &Kill) -> Outcome {
    let manner = Manner {
        only_ends: true,
        ..Manner::default()
    };
    let mut hosts: Vec<(Surveyed, Host)> = Vec::new();
    let of_run =
        |hosts: &[(Surveyed, Host)], pid: Pid| hosts.iter().position(|(run, _)| run.run == pid.run);
    for &pid in &args.pids {
        if let Some(at) = of_run(&hosts, pid) {
            let (run, host) = &hosts[at];
            kill(host, pid.number)?;
            tell(output, run, pid);
            continue;
        }
        let store = access::store_of(args.store.store.as_deref(), pid)?;
        let processes = commands::to_stop(&store, pid)?;
        // Once it is open here, nobody looks at it from outside.
        let run = access::survey_store(&store)?.ok_or_else(|| access::no_process(pid))?;
        for number in processes {
            let named = Pid {
                run: pid.run,
                number,
            };
            if let Some(at) = of_run(&hosts, named) {
                kill(&hosts[at].1, number)?;
            } else {
                let request = Request::Kill { process: number };
                if let Change::Opened(opened) = change(&store, named, &request)? {
                    let host = Host::over(output, opened, Some(&store), &manner)?;
                    // What others want would be begun here, and cut off.
                    host.refuse_changes();
                    host.run()?;
                    kill(&host, number)?;
                    hosts.push((run.clone(), host));
                }
            }
            tell(output, &run, named);
        }
    }
    hosts.iter().for_each(|(_, host)| host.close());
    Ok(0)
}

fn tell(output: Output, run: &Surveyed, pid: Pid) {
    output.say(format!("killed: {}", run.name_of(pid)));
}

/// Kills a process of a run that has been opened, and waits for its end.
fn kill(host: &Host, process: u64) -> Result<(), Failure> {
    host.engine.wake_only(process);
    host.subject.change(&Request::Kill { process })?;
    host.engine.wait_for_end(process)?;
    Ok(())
}
