//! `oxc update`: looks up anew what the dependencies are.

use crate::args::{Format, Update};
use crate::compile::not_opened;
use crate::dependencies::{project, tell_changes};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use driver::packages::{Options, Packages, look_up};

/// Renews the lock.
pub(crate) fn run(output: Output, args: &Update) -> Outcome {
    let (root, _) = project(output)?;
    let as_locked = Options {
        offline: true,
        keeps_lock: true,
        ..Options::default()
    };
    // What was there may be gone from this machine, or never have been on it.
    let before = look_up(&root, &as_locked).unwrap_or_else(|_| Packages::default());
    let known = |name: &String| before.all.iter().any(|package| package.name == *name);
    if let Some(unknown) = args
        .names
        .iter()
        .find(|name| !before.all.is_empty() && !known(name))
    {
        let names = before.all.iter().map(|package| &*package.name);
        let failure = Failure::new(format!("no package `{unknown}` is needed here"));
        return Err(match scalar::suggest(unknown, names) {
            Some(similar) => failure.help(format!("did you mean {similar}?")),
            None => failure.help("`oxc tree` shows which are"),
        });
    }
    let options = Options {
        renewed: Some(args.names.clone()),
        ..Options::default()
    };
    let progress = output.progress("fetching");
    let after = look_up(&root, &options);
    drop(progress);
    let after = after.map_err(|error| not_opened(output, error, Format::Text))?;
    tell_changes(output, &before, &after);
    Ok(0)
}
