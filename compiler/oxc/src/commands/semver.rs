//! `oxc semver`: what a change of a package asks of its version.

use crate::args::{Format, Semver};
use crate::compile::{count, not_opened, show};
use crate::dependencies::project;
use crate::failure::{FAILED, Failure, Outcome};
use crate::output::{self, Output};
use driver::packages::{Options, at_revision};
use driver::project::{Found, find};
use driver::semver::{Difference, Interface, Level, Version, differences};
use driver::{Target, Workspace};
use serde::Serialize;
use source::Severity;
use std::path::Path;

#[derive(Serialize)]
struct Facts {
    base: Option<String>,
    version: Option<String>,
    /// The gravest change.
    change: String,
    /// The least version after it.
    required: Option<String>,
    suffices: bool,
    differences: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    change: String,
    name: String,
    what: String,
}

/// Compares two versions of the project.
pub(crate) fn run(output: Output, args: &Semver) -> Outcome {
    let options = args.packages.options();
    // It only looks; with `--locked` a lock that does not fit is an error nevertheless.
    let options = Options {
        keeps_lock: !options.locked,
        ..options
    };
    let (root, _) = project(output)?;
    let told = |error| not_opened(output, error, args.format);
    let new = find(&Target::Folder(root.clone()), Path::new(""), &options).map_err(told)?;
    let folder = Path::new(&args.base);
    let mut base = if folder.is_dir() {
        let options = Options {
            keeps_lock: true,
            ..options.clone()
        };
        find(&Target::Folder(folder.to_owned()), Path::new(""), &options).map_err(told)?
    } else {
        at_revision(&root, &args.base, &options).map_err(told)?
    };
    let read = |found: &Found| found.manifest.version.as_deref().and_then(Version::read);
    let (before, now) = (read(&base), read(&new));
    // The package is the same, however it was called.
    base.manifest.name.clone_from(&new.manifest.name);
    let progress = output.progress("comparing");
    let before_interface = interface(output, base, "the older version")?;
    let new_interface = interface(output, new, "the project")?;
    drop(progress);
    let all = differences(&before_interface, &new_interface);
    let change = all.first().map_or(Level::None, |first| first.level);
    let least = before.as_ref().map(|before| before.after(change));
    let suffices = match (&least, &now) {
        (Some(least), Some(now)) => now.suffices(least),
        (Some(_), None) => false,
        (None, _) => true,
    };
    match args.format {
        Format::Json => output::print_json(&Facts {
            base: before.as_ref().map(Version::to_string),
            version: now.as_ref().map(Version::to_string),
            change: change.to_string(),
            required: least.as_ref().map(Version::to_string),
            suffices,
            differences: all.into_iter().map(fact).collect(),
        })?,
        Format::Text => {
            let rows = all.iter().map(|one| {
                let fact = [one.level.to_string(), one.name.clone(), one.what.clone()];
                fact.to_vec()
            });
            output::print(&output::table(&rows.collect::<Vec<_>>()))?;
            output::print(&format!(
                "{}\n",
                verdict(before.as_ref(), now.as_ref(), change)
            ))?;
        }
    }
    Ok(if suffices { 0 } else { FAILED })
}

fn fact(one: Difference) -> Fact {
    Fact {
        change: one.level.to_string(),
        name: one.name,
        what: one.what,
    }
}

fn verdict(before: Option<&Version>, now: Option<&Version>, change: Level) -> String {
    let Some(before) = before else {
        return format!(
            "the change is: {change}; the older version has no `:version` to compare with"
        );
    };
    let least = before.after(change);
    let since = match change {
        Level::None => format!("nothing has changed since {before}"),
        _ => format!("since {before} the least version is {least}"),
    };
    match now {
        None => format!("{since}; there is no `:version` in ox.edn"),
        Some(now) if now.suffices(&least) => format!("{since}; `:version` is {now}"),
        Some(now) => format!("{since}; `:version` is {now}, which is too low"),
    }
}

/// What others can use, unless there are errors.
fn interface(output: Output, found: Found, what: &str) -> Result<Interface, Failure> {
    let mut workspace = Workspace::of(found);
    let mut diagnostics = workspace.check();
    diagnostics.retain(|one| one.severity == Severity::Error);
    if count(&diagnostics, Severity::Error) > 0 {
        show(output, &workspace, &diagnostics);
        return Err(Failure::new(format!(
            "{what} has errors, so it cannot be compared"
        )));
    }
    Ok(Interface::of(&mut workspace))
}
