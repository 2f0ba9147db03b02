//! `oxc add`: makes a package a dependency of the project.

use crate::args::{Add, Format};
use crate::compile::not_opened;
use crate::dependencies::{name_of, place_of, project};
use crate::failure::{Failure, Outcome, io};
use crate::output::Output;
use driver::packages::{Change, Options, change};
use driver::project::{Dependency, Git, Revision, Source};
use std::path::{Component, Path, PathBuf};

/// Adds a dependency.
pub(crate) fn run(output: Output, args: &Add) -> Outcome {
    let (root, _) = project(output)?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !args.name.starts_with(char::is_alphabetic) || !args.name.chars().all(is_name) {
        return Err(
            Failure::usage(format!("`{}` is no name of a package", args.name))
                .help("names are of letters, digits and hyphens: `oxc add json --git URL`"),
        );
    }
    let source = source(args, &root)?;
    let dep = Dependency {
        hash: None,
        name: args.name.clone(),
        source,
    };
    // What was looked up of one that is replaced is not looked at.
    let options = Options {
        renewed: Some(vec![args.name.clone()]),
        ..Options::default()
    };
    let progress = output.progress("fetching");
    let changed = change(&root, &[Change::Add(dep)], &options);
    drop(progress);
    let packages = changed.map_err(|error| not_opened(output, error, Format::Text))?;
    if let Some(index) = packages.deps.get(&args.name) {
        let package = &packages.all[*index];
        output.say(format!(
            "added {} ({})",
            name_of(package),
            place_of(package)
        ));
    }
    Ok(0)
}

/// Where the package is, as the project file is to say it.
fn source(args: &Add, root: &Path) -> Result<Source, Failure> {
    if let Some(path) = &args.path {
        return Ok(Source::Path(from_project(path, root)?));
    }
    let at = match (&args.rev, &args.tag, &args.branch) {
        (Some(rev), ..) => Revision::Commit(rev.clone()),
        (_, Some(tag), _) => Revision::Tag(tag.clone()),
        (.., Some(branch)) => Revision::Branch(branch.clone()),
        _ => Revision::Head,
    };
    let url = args.git.clone().unwrap_or_default();
    // An address that is a folder is one from here.
    let url = match !url.contains(':') && Path::new(&url).is_dir() {
        true => from_project(Path::new(&url), root)?,
        false => url,
    };
    let within = args
        .root
        .as_deref()
        .map(|root| root.trim_matches('/').to_owned());
    Ok(Source::Git(Git {
        url,
        at,
        root: within.filter(|root| !root.is_empty()),
    }))
}

/// A path as it is named from the project's folder; an absolute one as it is.
fn from_project(path: &Path, root: &Path) -> Result<String, Failure> {
    if path.is_absolute() {
        return Ok(path.display().to_string());
    }
    let whole = |path: &Path| {
        path.canonicalize()
            .map_err(io(format_args!("find {}", path.display())))
    };
    let (from, to) = (whole(root)?, whole(path)?);
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = std::iter::repeat_n(Component::ParentDir, from.len() - shared);
    let way: PathBuf = ups.chain(to[shared..].iter().copied()).collect();
    Ok(way.display().to_string())
}
