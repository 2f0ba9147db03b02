//! Writes the library's summaries for a release to embed: `library FILE`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("library FILE: where the summaries are to be written");
        return ExitCode::from(2);
    };
    match std::fs::write(&path, driver::summaries_of_library()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
