//! `oxc remove`: takes dependencies away from the project.

use crate::args::{Format, Remove};
use crate::compile::not_opened;
use crate::dependencies::{project, shown_project};
use crate::failure::{Failure, Outcome};
use crate::output::Output;
use driver::packages::{Change, Options, change};

/// Removes dependencies.
pub(crate) fn run(output: Output, args: &Remove) -> Outcome {
    let (root, manifest) = project(output)?;
    let known: Vec<&str> = manifest.deps.iter().map(|dep| &*dep.name).collect();
    for name in &args.names {
        if !known.contains(&name.as_str()) {
            let failure = Failure::new(format!(
                "{} has no dependency `{name}`",
                shown_project(&root)
            ));
            return Err(match scalar::suggest(name, known) {
                Some(similar) => failure.help(format!("did you mean {similar}?")),
                None => failure,
            });
        }
    }
    let mut names = args.names.clone();
    names.sort();
    names.dedup();
    let changes: Vec<Change> = names.iter().cloned().map(Change::Remove).collect();
    change(&root, &changes, &Options::default())
        .map_err(|error| not_opened(output, error, Format::Text))?;
    output.say(format!("removed {}", names.join(", ")));
    Ok(0)
}
