//! `oxc new`: a project or script that builds and runs at once.

use crate::args::{New, Template};
use crate::failure::{Failure, Outcome, io};
use crate::output::Output;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

/// Where the library's namespaces and those of scripts begin.
const TAKEN: [&str; 3] = ["clojure", "ox", "user"];

/// Makes it and says how to run it.
pub(crate) fn run(output: Output, args: &New) -> Outcome {
    let name = without_detours(&args.name, |path| path.symlink_metadata().is_ok());
    match args.template {
        Template::Script => script(output, &name),
        Template::App => app(output, &name),
    }
}

/// The path without what leads through a folder that is not there and out again, as in `nope/../a`:
/// such a folder is not made on the way, and what is said to be done next can be done.
fn without_detours(path: &Path, exists: impl Fn(&Path) -> bool) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let is_detour = part == Component::ParentDir
            && matches!(plain.components().next_back(), Some(Component::Normal(_)))
            && !exists(&plain);
        if is_detour {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    if plain.as_os_str().is_empty() && !path.as_os_str().is_empty() {
        plain.push(Component::CurDir);
    }
    plain
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

/// Refuses a name that no namespace could have, and says which could.
fn check_name(
    name: &str,
    noun: &str,
    is_part: impl Fn(char) -> bool,
    parts: &str,
    example: &str,
) -> Result<(), Failure> {
    let first_is_letter = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if first_is_letter && name.chars().all(is_part) {
        return Ok(());
    }
    Err(
        Failure::usage(format!("`{name}` cannot be the name of {noun}")).help(format!(
            "names are of small letters, {parts} and begin with a letter: `{example}`"
        )),
    )
}

fn script(output: Output, name: &Path) -> Outcome {
    let is_named = name.extension().is_some_and(|extension| extension == "ox");
    let stem = if is_named {
        name.file_stem()
    } else {
        name.file_name()
    };
    let is_part = |c: char| is_part_of_name(c) || c == '_';
    let stem = stem.and_then(OsStr::to_str).unwrap_or_default();
    check_name(
        stem,
        "a script",
        is_part,
        "digits, hyphens and underscores",
        "deploy",
    )?;
    let path = if is_named {
        name.to_owned()
    } else {
        PathBuf::from(format!("{}.ox", name.display()))
    };
    write_new(&path, include_str!("new/script.ox"))?;
    make_executable(&path)?;
    output.say(format!(
        "{0}: a script; `oxc run {0}` runs it",
        path.display()
    ));
    Ok(0)
}

fn app(output: Output, path: &Path) -> Outcome {
    // `.` is the folder that one is in.
    let name = match path.file_name() {
        Some(name) => name.to_owned(),
        None => path
            .canonicalize()
            .ok()
            .and_then(|path| Some(path.file_name()?.to_owned()))
            .unwrap_or_default(),
    };
    let name = name.to_str().unwrap_or_default();
    check_name(
        name,
        "a project",
        is_part_of_name,
        "digits and hyphens",
        "my-shop",
    )?;
    if TAKEN.contains(&name) {
        return Err(Failure::usage(format!(
            "`{name}` cannot be the name of a project: its namespaces would hide the library's"
        ))
        .help("choose another name: `my-shop`"));
    }
    if path.exists() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(
            Failure::new(format!("the folder {} is not empty", path.display()))
                .help("choose another name, or remove the folder"),
        );
    }
    let folder = name.replace('-', "_");
    let (source, tests) = (
        path.join("src").join(&folder),
        path.join("test").join(&folder),
    );
    for folder in [&source, &tests] {
        fs::create_dir_all(folder)
            .map_err(io(format_args!("make the folder {}", folder.display())))?;
    }
    let fill = |template: &str| template.replace("NAME", name);
    write_new(&path.join("ox.edn"), &fill(include_str!("new/ox.edn")))?;
    write_new(&path.join(".gitignore"), "/.ox/\n*.oxi\n")?;
    write_new(
        &path.join("README.md"),
        &fill(include_str!("new/README.md")),
    )?;
    write_new(&source.join("core.ox"), &fill(include_str!("new/core.ox")))?;
    write_new(
        &tests.join("core_test.ox"),
        &fill(include_str!("new/core_test.ox")),
    )?;
    output.say(format!(
        "{0}: a project; {1}`oxc run .` runs it",
        path.display(),
        if path.file_name().is_some() {
            format!("`cd {}`, then ", path.display())
        } else {
            String::new()
        }
    ));
    Ok(0)
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = fs::File::create_new(path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Failure::new(format!("{} is there already", path.display()))
                .help("choose another name, or remove it")
        } else {
            io(format_args!("write {}", path.display()))(error)
        }
    })?;
    file.write_all(text.as_bytes())
        .map_err(io(format_args!("write {}", path.display())))
}

fn make_executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(io(format_args!("look at {}", path.display())))?;
    let mut permissions = metadata.permissions();
    permissions.set_mode(permissions.mode() | 0o111);
    fs::set_permissions(path, permissions)
        .map_err(io(format_args!("make {} executable", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_no_detour() {
        let there = ["/w/here", "here", "..", "../here"].map(Path::new);
        let cases = [
            ("../nope/../n/shop", "../n/shop"),
            ("nope/deeper/../../shop", "shop"),
            ("/w/nope/../shop", "/w/shop"),
            ("here/../shop", "here/../shop"),
            ("../../shop", "../../shop"),
            ("/w/here/../shop", "/w/here/../shop"),
            ("nope/..", "."),
            (".", "."),
            ("./shop", "./shop"),
            ("shop", "shop"),
        ];
        for (path, plain) in cases {
            let found = without_detours(Path::new(path), |path| there.contains(&path));
            assert_eq!(found, Path::new(plain), "{path}");
        }
    }
}
