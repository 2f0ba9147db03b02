//! `oxc retry`: goes on with what has failed, just before the failure.

use crate::access::{self, Change, change};
use crate::answers;
use crate::args::Retry;
use crate::failure::{FAILED, Failure, Outcome};
use crate::host::{Host, foreground, hint};
use crate::manner::Manner;
use crate::output::Output;
use crate::socket::Request;
use engine::pid::MAIN;
use engine::record::Status;

/// Retries in the foreground, or tells the engine that holds it to.
pub(crate) fn run(output: Output, args: &Retry) -> Outcome {
    if let Some(value) = &args.value {
        answers::message(value, "oxc retry 17 --value '{:exit 0}'")?;
    }
    let manner = Manner::new(args.park, &args.serve)?;
    let store = access::store_of(args.store.store.as_deref(), args.pid)?;
    let status = access::inspect(&store, args.pid)?.process.status;
    if status != "failed" && status != "parked" {
        let failure = Failure::new(format!(
            "{} is {status}: only what has failed or is parked can be retried",
            args.pid
        ));
        return Err(if status == "suspended" {
            let hint = hint("resume", args.pid, Some(&store));
            failure.help(format!("`{hint}` goes on with it"))
        } else {
            failure
        });
    }
    let request = Request::Retry {
        process: args.pid.number,
        value: args.value.clone(),
    };
    let Change::Opened(opened) = change(&store, args.pid, &request)? else {
        output.mention(format!("retried: {}", args.pid));
        return Ok(0);
    };
    let host = Host::over(output, opened, Some(&store), &manner)?;
    let process = args.pid.number;
    if let Err(failure) = host.subject.require_retry(process, args.value.is_some()) {
        host.close();
        return Err(failure);
    }
    host.set_main(MAIN);
    if let Err(failure) = take_up(&host, &request) {
        host.give_up();
        return Err(failure);
    }
    let engine = host.engine.clone();
    let code = foreground(output, vec![host])?;
    // The main process may have ended well long ago: what was retried has not.
    let standing = engine.standing(args.pid.number);
    let fell = standing.is_some_and(|standing| {
        matches!(
            standing.status,
            Status::Failed | Status::Parked | Status::Damaged
        )
    });
    Ok(if fell { code.max(FAILED) } else { code })
}

/// Takes the run up with the retry in it.
fn take_up(host: &Host, request: &Request) -> Result<(), Failure> {
    host.engine.resume()?;
    host.subject.change(request)?;
    host.run()
}
