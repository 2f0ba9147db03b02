//! `oxc ps`: lists processes.

use crate::access::{self, Surveyed};
use crate::args::{Format, Ps};
use crate::facts::{ProcessFacts, processes_text};
use crate::failure::{Failure, Outcome, io};
use crate::folder::Folder;
use crate::output::{self, Output};

/// Lists those of the folder's runs, or of one store.
pub(crate) fn run(output: Output, args: &Ps) -> Outcome {
    let (runs, place) = match &args.store.store {
        Some(store) => {
            let found = access::survey_store(store)?
                .ok_or_else(|| Failure::new(format!("there is no store {}", store.display())))?;
            (vec![found], store.display().to_string())
        }
        None => {
            let dir = std::env::current_dir().map_err(io("find the working folder"))?;
            let folder = Folder::around(&dir)?;
            let progress = output.progress("looking at the runs");
            let runs = access::survey(&folder)?;
            drop(progress);
            (runs, folder.base.display().to_string())
        }
    };
    let is_wanted =
        |run: &Surveyed, process: &ProcessFacts| !args.unfinished || run.is_unfinished_for(process);
    let mut shown: Vec<ProcessFacts> = Vec::new();
    for mut run in runs {
        let processes = std::mem::take(&mut run.processes).into_iter();
        shown.extend(processes.filter(|process| is_wanted(&run, process)));
    }
    match args.format {
        Format::Json => output::print_json(&shown)?,
        Format::Text if shown.is_empty() => output.say(format!(
            "no {}processes of {place}",
            if args.unfinished { "unfinished " } else { "" }
        )),
        Format::Text => output::print(&processes_text(output, &shown))?,
    }
    Ok(0)
}
