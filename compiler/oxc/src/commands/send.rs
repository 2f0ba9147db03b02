//! `oxc send`: a message to a process.

use crate::access::{self, Change, change};
use crate::args::Send;
use crate::failure::Outcome;
use crate::host::Host;
use crate::manner::Manner;
use crate::output::Output;
use crate::socket::Request;
use crate::{answers, commands};

/// Sends it to a process that runs, or leaves it for one that is suspended.
pub(crate) fn run(output: Output, args: &Send) -> Outcome {
    answers::message(&args.message, "oxc send 17 '[:approve \"ada\"]'")?;
    let store = access::store_of(args.store.store.as_deref(), args.pid)?;
    commands::require_unended(&store, args.pid)?;
    let process = args.pid.number;
    let request = Request::Send {
        process,
        message: args.message.clone(),
    };
    let Change::Opened(opened) = change(&store, args.pid, &request)? else {
        return Ok(0);
    };
    let manner = Manner {
        is_idle: true,
        ..Manner::default()
    };
    let host = Host::over(output, opened, Some(&store), &manner)?;
    host.run()?;
    let result = host.subject.change(&request);
    host.close();
    result.map(|()| 0)
}
