//! `oxc build`: a program as an image file.

use crate::args::{Build, Format};
use crate::compile::{Purpose, compile};
use crate::failure::{Failure, Outcome, io};
use crate::output::{self, Output};
use crate::target::{IMAGE_EXTENSION, Program};
use driver::project::TEST_EXTENSIONS;
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Facts {
    file: String,
    hash: String,
    bytes: usize,
    definitions: usize,
}

/// Compiles and writes.
pub(crate) fn run(output: Output, args: &Build) -> Outcome {
    let program = Program::named(args.target.as_deref())?;
    let folder = program.folder()?;
    let compiled = compile(
        output,
        &program,
        Some(&folder),
        &args.packages.options(),
        Purpose::Write,
    )?;
    if matches!(program, Program::Image(_)) {
        return Err(Failure::usage("an image file is built already"));
    }
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| default_path(&program.label(&folder)));
    let bytes = compiled.image.encode();
    write(&path, &bytes)?;
    let facts = Facts {
        file: path.display().to_string(),
        hash: compiled.image.hash().to_string(),
        bytes: bytes.len(),
        definitions: compiled.image.slots.len(),
    };
    match args.format {
        Format::Json => output::print_json(&facts)?,
        Format::Text => output.say(format!(
            "{}: {} definitions, {} bytes, hash {}",
            facts.file,
            facts.definitions,
            facts.bytes,
            &facts.hash[..16]
        )),
    }
    Ok(0)
}

/// The program's name in the working folder.
fn default_path(label: &str) -> PathBuf {
    let name = Path::new(label)
        .file_name()
        .map_or_else(|| PathBuf::from("program"), PathBuf::from);
    let is_source = name
        .extension()
        .is_some_and(|extension| TEST_EXTENSIONS.iter().any(|known| extension == *known));
    let stem = if is_source {
        name.with_extension("")
    } else {
        name
    };
    PathBuf::from(format!("{}.{IMAGE_EXTENSION}", stem.display()))
}

/// Writes all or nothing: under another name first.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = || io(format_args!("write {}", path.display()));
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    };
    write().map_err(failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_called_as_its_program() {
        assert_eq!(default_path("jobs/deploy.ox"), PathBuf::from("deploy.oxi"));
        assert_eq!(default_path("app.core"), PathBuf::from("app.core.oxi"));
        assert_eq!(default_path("shop"), PathBuf::from("shop.oxi"));
    }
}
