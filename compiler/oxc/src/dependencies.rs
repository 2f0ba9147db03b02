//! What the commands about packages have in common: the project they are about, and how a package is named to people.

use crate::compile::not_opened;
use crate::failure::{Failure, io};
use crate::output::Output;
use crate::{args::Format, place};
use driver::packages::{Package, Packages};
use driver::project::{Manifest, Source, around};
use std::path::PathBuf;

/// The project that the working folder is in: its folder and its file.
pub(crate) fn project(output: Output) -> Result<(PathBuf, Manifest), Failure> {
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    around(&dir).map_err(|error| not_opened(output, error, Format::Text))
}

/// Where a package is, for people: a folder, or a repository and what of it.
pub(crate) fn place_of(package: &Package) -> String {
    match &package.source {
        Source::Path(path) => path.clone(),
        Source::Hash(hash) => format!("hash {}", &hash[..12]),
        Source::Git(git) => {
            let commit = package.commit.as_deref().unwrap_or_default();
            let mut text = format!("{} {}", git.url, &commit[..commit.len().min(7)]);
            if let Some(root) = &git.root {
                text.push_str(&format!(" {root}"));
            }
            text
        }
    }
}

/// A package's name and version.
pub(crate) fn name_of(package: &Package) -> String {
    match &package.version {
        Some(version) => format!("{} {version}", package.name),
        None => package.name.clone(),
    }
}

/// One line for each package, by label.
fn lines(packages: &Packages) -> std::collections::BTreeMap<String, String> {
    let all = packages.all.iter();
    all.map(|package| {
        let line = format!("{} ({})", name_of(package), place_of(package));
        (line, package.label.clone())
    })
    .collect()
}

/// Says what has come and what has gone.
pub(crate) fn tell_changes(output: Output, before: &Packages, after: &Packages) {
    let (before, after) = (lines(before), lines(after));
    let mut same = true;
    for line in before.keys().filter(|line| !after.contains_key(*line)) {
        output.say(format!("- {line}"));
        same = false;
    }
    for line in after.keys().filter(|line| !before.contains_key(*line)) {
        output.say(format!("+ {line}"));
        same = false;
    }
    if same {
        output.say("nothing has changed");
    }
}

/// The project file as it is named from where the user is.
pub(crate) fn shown_project(root: &std::path::Path) -> String {
    place::shown(&root.join("ox.edn")).display().to_string()
}
