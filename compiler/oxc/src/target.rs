//! What X means: a source file, an image file, a folder, or a namespace.
//!
//! # Invariants
//! - X is a path if it has a `/`, is `.` or `..`, or ends as a program's file does; else it is a
//!   namespace. What is there does not matter, so that a line means the same everywhere.

use crate::failure::{Failure, io};
use crate::folder::{Folder, PROJECT_FILE, project_root};
use std::path::{Path, PathBuf};

/// How the name of an image file ends.
pub(crate) const IMAGE_EXTENSION: &str = "oxi";
/// How the names of programs' files end.
const EXTENSIONS: [&str; 4] = ["ox", "cljc", "clj", IMAGE_EXTENSION];
/// The file that `-` stands for.
const STDIN: &str = "/dev/stdin";
/// What image files begin with.
const IMAGE_MAGIC: &[u8] = b"OxIm";

/// A program as named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// To be compiled.
    Source(driver::Target),
    /// Compiled already: an image file.
    Image(PathBuf),
}

/// Whether what is named is a path, and no namespace.
pub(crate) fn is_path(text: &str) -> bool {
    let extension = Path::new(text)
        .extension()
        .and_then(|extension| extension.to_str());
    text.contains('/')
        || text == "."
        || text == ".."
        || extension.is_some_and(|e| EXTENSIONS.contains(&e))
}

/// Whether a file is an image by how it begins, whatever it is called.
fn is_image(path: &Path) -> bool {
    // What is read from a pipe is gone.
    if !path.is_file() {
        return false;
    }
    use std::io::Read as _;
    let mut start = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(IMAGE_MAGIC.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == IMAGE_MAGIC
}

impl Program {
    /// What X means, or its absence: the project around the working folder.
    ///
    /// # Errors
    /// When it names nothing that is there.
    pub(crate) fn named(text: Option<&str>) -> Result<Program, Failure> {
        let Some(text) = text else {
            return Program::here();
        };
        let text = if text == "-" { STDIN } else { text };
        let path = Path::new(text);
        if !is_path(text) {
            return Program::namespace(text);
        }
        if path.is_dir() {
            return if path.join(PROJECT_FILE).is_file() || project_root(&absolute(path)).is_some() {
                Ok(Program::Source(driver::Target::Folder(path.to_owned())))
            } else {
                Err(Failure::new(format!(
                    "the folder {text} is no project: it has no {PROJECT_FILE}"
                ))
                .help("name a file, or make a project with `oxc new NAME`"))
            };
        }
        if let Err(error) = std::fs::metadata(path) {
            if !matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) {
                return Err(io(format_args!("read {text}"))(error));
            }
            let failure = Failure::new(format!("there is no file {text}"));
            return Err(match similar_file(path) {
                Some(similar) => failure.help(format!("did you mean {}?", similar.display())),
                None => failure,
            });
        }
        let is_named_so = path.extension().is_some_and(|e| e == IMAGE_EXTENSION);
        Ok(if is_named_so || is_image(path) {
            Program::Image(path.to_owned())
        } else {
            Program::Source(driver::Target::File(path.to_owned()))
        })
    }

    fn here() -> Result<Program, Failure> {
        let dir = std::env::current_dir().map_err(io("find the working folder"))?;
        if project_root(&dir).is_none() {
            return Err(Failure::usage(format!(
                "no program is named, and there is no {PROJECT_FILE} here or above"
            ))
            .help("name a file, like deploy.ox, or make a project with `oxc new NAME`"));
        }
        Ok(Program::Source(driver::Target::Folder(PathBuf::from("."))))
    }

    fn namespace(text: &str) -> Result<Program, Failure> {
        let dir = std::env::current_dir().map_err(io("find the working folder"))?;
        if project_root(&dir).is_some() && !Path::new(text).exists() {
            return Ok(Program::Source(driver::Target::Namespace(text.to_owned())));
        }
        if Path::new(text).exists() {
            return Err(Failure::new(format!("`{text}` is read as a namespace"))
                .help(format!("for the file or folder write `./{text}`")));
        }
        let failure = Failure::new(format!(
            "`{text}` is read as a namespace, but there is no {PROJECT_FILE} here or above"
        ));
        Err(match similar_file(Path::new(text)) {
            Some(similar) => failure.help(format!("did you mean {}?", similar.display())),
            None => failure.help("name a file: its name ends in .ox, or has a `/` in it"),
        })
    }

    /// The folder whose runs its runs are among.
    ///
    /// # Errors
    /// When there is no place for them.
    pub(crate) fn folder(&self) -> Result<Folder, Failure> {
        let around = match self {
            Program::Source(driver::Target::Namespace(_)) => PathBuf::from("."),
            Program::Source(driver::Target::Folder(path)) => path.clone(),
            // A pipe is in no folder.
            Program::Source(driver::Target::File(path)) if !path.is_file() => PathBuf::from("."),
            Program::Source(driver::Target::File(path)) | Program::Image(path) => parent(path),
        };
        Folder::around(&around)
    }

    /// What it is called, for people and to find its runs again: the path within its folder, the
    /// project's name, or the namespace.
    pub(crate) fn label(&self, folder: &Folder) -> String {
        match self {
            Program::Source(driver::Target::Namespace(namespace)) => namespace.clone(),
            Program::Source(driver::Target::Folder(_)) => folder.base.file_name().map_or_else(
                || ".".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            Program::Source(driver::Target::File(path)) if !path.is_file() => {
                path.display().to_string()
            }
            Program::Source(driver::Target::File(path)) | Program::Image(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                path.strip_prefix(&folder.base)
                    .unwrap_or(&path)
                    .display()
                    .to_string()
            }
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn parent(path: &Path) -> PathBuf {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

/// A program's file that was probably meant.
fn similar_file(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?;
    let folder = parent(path);
    let names: Vec<String> = std::fs::read_dir(&folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            EXTENSIONS
                .iter()
                .any(|extension| name.ends_with(&format!(".{extension}")))
        })
        .collect();
    let with_extension = format!("{wanted}.ox");
    if names.contains(&with_extension) {
        return Some(path.with_file_name(with_extension));
    }
    let similar = scalar::suggest(wanted, names.iter().map(String::as_str))?;
    Some(path.with_file_name(similar))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_slash_or_a_programs_ending() {
        assert!(
            ["a.ox", "a.cljc", "a.clj", "a.oxi", "./a", "a/b", ".", ".."]
                .iter()
                .all(|text| is_path(text))
        );
        assert!(
            !["app.core", "user", "a.txt", "ox"]
                .iter()
                .any(|text| is_path(text))
        );
    }
}
