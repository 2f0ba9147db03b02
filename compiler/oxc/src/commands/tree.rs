//! `oxc tree`: the packages of the project, and which needs which.

use crate::args::{Format, Tree};
use crate::compile::not_opened;
use crate::dependencies::{name_of, place_of, project};
use crate::failure::Outcome;
use crate::output;
use crate::output::Output;
use driver::packages::{Package, Packages, look_up};
use driver::project::Source;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

#[derive(Serialize)]
struct Facts<'a> {
    name: &'a str,
    version: Option<&'a str>,
    dependencies: Vec<&'a str>,
    packages: Vec<Fact<'a>>,
}

#[derive(Serialize)]
struct Fact<'a> {
    label: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    path: Option<&'a str>,
    git: Option<&'a str>,
    root: Option<&'a str>,
    rev: Option<&'a str>,
    hash: String,
    dependencies: Vec<&'a str>,
}

fn labels<'a>(packages: &'a Packages, deps: &BTreeMap<String, usize>) -> Vec<&'a str> {
    let indices = deps.values();
    indices.map(|index| &*packages.all[*index].label).collect()
}

fn fact<'a>(packages: &'a Packages, package: &'a Package) -> Fact<'a> {
    let (path, git) = match &package.source {
        Source::Path(path) => (Some(path.as_str()), None),
        Source::Git(git) => (None, Some(git)),
        Source::Hash(_) => (None, None),
    };
    Fact {
        label: &package.label,
        name: &package.name,
        version: package.version.as_deref(),
        path,
        git: git.map(|git| &*git.url),
        root: git.and_then(|git| git.root.as_deref()),
        rev: package.commit.as_deref(),
        hash: package.hash.to_string(),
        dependencies: labels(packages, &package.deps),
    }
}

/// Prints the packages.
pub(crate) fn run(output: Output, args: &Tree) -> Outcome {
    let (root, manifest) = project(output)?;
    let packages = look_up(&root, &args.packages.options())
        .map_err(|error| not_opened(output, error, args.format))?;
    if args.format == Format::Json {
        output::print_json(&Facts {
            name: &manifest.name,
            version: manifest.version.as_deref(),
            dependencies: labels(&packages, &packages.deps),
            packages: packages
                .all
                .iter()
                .map(|package| fact(&packages, package))
                .collect(),
        })?;
        return Ok(0);
    }
    let name = match &*manifest.name {
        "" => "this project",
        name => name,
    };
    let version = manifest.version.as_deref();
    let mut text = match version {
        Some(version) => format!("{name} {version}\n"),
        None => format!("{name}\n"),
    };
    let mut shown = BTreeSet::new();
    branches(&packages, &packages.deps, "", &mut shown, &mut text);
    output::print(&text)?;
    Ok(0)
}

/// The lines of what a package needs. Packages are acyclic, and each is shown with what it needs once.
fn branches(
    packages: &Packages,
    deps: &BTreeMap<String, usize>,
    indentation: &str,
    shown: &mut BTreeSet<usize>,
    text: &mut String,
) {
    let mut left = deps.len();
    for &index in deps.values() {
        left -= 1;
        let (fork, deeper) = if left == 0 {
            ("└── ", "    ")
        } else {
            ("├── ", "│   ")
        };
        let package = &packages.all[index];
        let _ = write!(
            text,
            "{indentation}{fork}{} ({})",
            name_of(package),
            place_of(package)
        );
        let all = packages.all.iter();
        let versions = all.filter(|other| other.name == package.name).count();
        if versions > 1 {
            let _ = write!(text, ", one of {versions} versions");
        }
        let is_new = shown.insert(index);
        if !is_new && !package.deps.is_empty() {
            text.push_str(", shown above");
        }
        text.push('\n');
        if is_new {
            let indentation = format!("{indentation}{deeper}");
            branches(packages, &package.deps, &indentation, shown, text);
        }
    }
}
