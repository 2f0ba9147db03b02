//! Which lines of a project its tests have run.
//!
//! # Invariants
//! - Lines count that have code, of the files under `:paths`; in a loose file's program, of all files but that
//!   of the tests. What a macro makes counts where the macro is called; macros themselves run when programs
//!   are compiled, and do not count.
//! - The value of a definition is made when the program is linked: its lines have run where a program of the
//!   tests has it, and it does not count where none has. Of functions within it only what runs counts, since
//!   what ran of them to make it is not known.
//! - What no test reaches counts too: the lines of a namespace are those of its whole program.

use super::find::Job;
use crate::failure::{Failure, io};
use crate::output::{self, Output, Style};
use crate::place;
use bytecode::{Image, Slot, SlotKind};
use driver::Workspace;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use vm::image::LoadedImage;

/// Lines by file, each with whether it has run.
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    files: BTreeMap<PathBuf, BTreeMap<u32, bool>>,
}

/// A line of a table: first and end instruction, file, line.
fn lines(image: &Image) -> impl Iterator<Item = (usize, usize, std::ops::Range<u32>, &str, u32)> {
    let map = &image.source_map;
    map.slots
        .iter()
        .enumerate()
        .flat_map(move |(slot, source)| {
            let file = map.files.get(source.file as usize);
            let protos = source.protos.iter().enumerate();
            protos.flat_map(move |(index, proto)| {
                let ends = proto.lines.iter().skip(1).map(|&(first, ..)| first);
                let ranges = proto.lines.iter().zip(ends.chain([u32::MAX]));
                ranges.filter_map(move |(&(first, line, _), end)| {
                    Some((slot, index, first..end, file?.as_str(), source.line + line))
                })
            })
        })
}

impl Coverage {
    /// Takes in what has run of an image.
    pub(super) fn add_run(&mut self, job: &Job, image: &LoadedImage) {
        let Some(covered) = image.covered() else {
            return;
        };
        let wanted = wanted(job);
        let stored = image.image();
        for (slot, index, pcs, file, line) in lines(stored) {
            // The examples of docstrings have the path of the file that they stand in.
            let is_wanted = |slot: &&Slot| wanted.get(file) == Some(&&*slot.namespace);
            let Some(slot) = stored.slots.get(slot).filter(is_wanted) else {
                continue;
            };
            let proto = slot.first_proto + u32::try_from(index).unwrap_or(u32::MAX);
            let has_run = covered.has_run(proto, pcs) || made(slot) && index == 0;
            if has_run || counts(slot, index) {
                self.add(job.root(), file, line, has_run);
            }
        }
    }

    /// Takes in the lines of whole namespaces, as they would be if nothing had run.
    pub(super) fn add_all(&mut self, jobs: &[Job]) {
        let mut done = BTreeSet::new();
        for job in jobs {
            let wanted = wanted(job);
            for (namespace, file) in &job.found.files {
                if !wanted.contains_key(&*file.path) || !done.insert(job.root().join(&file.path)) {
                    continue;
                }
                let mut found = driver::project::Found::clone(&job.found);
                found.entry = Some(namespace.clone());
                // What does not compile has been told, if a test needs it.
                let mut workspace = Workspace::of(found);
                let Ok(built) = workspace.build_whole() else {
                    continue;
                };
                let macros = workspace.macros(namespace);
                for (slot, index, _, of, line) in lines(&built.image) {
                    let slot = &built.image.slots[slot];
                    // What a file does when it is run itself, no test can have it do. Values are made then, too.
                    let is_of_entry =
                        slot.kind == SlotKind::Cell || driver::is_entry_name(&slot.name);
                    let is_left_out = is_of_entry || macros.contains(&*slot.name);
                    if of == file.path && !is_left_out && counts(slot, index) {
                        self.add(job.root(), of, line, false);
                    }
                }
            }
        }
    }

    fn add(&mut self, root: &Path, file: &str, line: u32, has_run: bool) {
        let path = root.join(file);
        let path = place::shown(&path).to_path_buf();
        *self.files.entry(path).or_default().entry(line).or_default() |= has_run;
    }

    /// Takes in what another knows.
    pub(super) fn merge(&mut self, other: Coverage) {
        for (path, lines) in other.files {
            let known = self.files.entry(path).or_default();
            for (line, has_run) in lines {
                *known.entry(line).or_default() |= has_run;
            }
        }
    }

    /// Tells people, a line a file, and the sum.
    pub(super) fn show(&self, output: Output) -> Result<(), Failure> {
        let shown = |path: &PathBuf| path.display().to_string();
        let width = self
            .files
            .keys()
            .map(|path| shown(path).chars().count())
            .max()
            .unwrap_or(0);
        let mut text = String::from("\ncoverage\n");
        let (mut ran, mut all) = (0, 0);
        for (path, lines) in &self.files {
            let count = lines.values().filter(|has_run| **has_run).count();
            let share = percent(count, lines.len());
            let style = if count == lines.len() {
                Style::Green
            } else {
                Style::Red
            };
            let share = output.paint(style, &format!("{share:>4}"));
            let missing = missing(lines);
            let sep = if missing.is_empty() {
                ""
            } else {
                "  not run: "
            };
            let path = shown(path);
            let _ = writeln!(text, "  {path:width$}  {share}{sep}{missing}");
            ran += count;
            all += lines.len();
        }
        let _ = writeln!(text, "{ran} of {all} lines: {}", percent(ran, all));
        output::print(&text)
    }

    /// Tells programs, an object a file.
    pub(super) fn print_json(&self) -> Result<(), Failure> {
        for (path, lines) in &self.files {
            let of = |wanted: bool| {
                let lines = lines.iter().filter(|(_, has_run)| **has_run == wanted);
                lines.map(|(line, _)| *line).collect()
            };
            output::print_json(&OfFile {
                event: "coverage",
                file: path.display().to_string(),
                run: of(true),
                missed: of(false),
            })?;
        }
        Ok(())
    }

    /// Writes it in the format of LCOV, which editors and continuous integration read.
    pub(super) fn write_lcov(&self, path: &Path) -> Result<(), Failure> {
        let mut text = String::from("TN:\n");
        for (file, lines) in &self.files {
            let _ = writeln!(text, "SF:{}", file.display());
            for (line, has_run) in lines {
                let _ = writeln!(text, "DA:{line},{}", u8::from(*has_run));
            }
            let count = lines.values().filter(|has_run| **has_run).count();
            let _ = writeln!(text, "LF:{}\nLH:{count}\nend_of_record", lines.len());
        }
        std::fs::write(path, text).map_err(io(format_args!("write {}", path.display())))
    }
}

#[derive(Serialize)]
struct OfFile {
    event: &'static str,
    file: String,
    run: Vec<u32>,
    missed: Vec<u32>,
}

/// Whether the value of a definition is made when the program is linked.
fn made(slot: &Slot) -> bool {
    matches!(
        slot.kind,
        SlotKind::Value | SlotKind::Template | SlotKind::Dynamic
    )
}

/// Whether what has not run of a function, by its number in the definition, is missing.
fn counts(slot: &Slot, index: usize) -> bool {
    !made(slot) || index == 0
}

/// The files that count, with their namespaces: those of a project but its tests, and what a loose file requires.
fn wanted(job: &Job) -> BTreeMap<&str, &str> {
    let found = &job.found;
    let is_wanted = |path: &Path| match found.is_project {
        true => !found
            .manifest
            .test_paths
            .iter()
            .any(|folder| path.starts_with(folder)),
        false => job.file().is_none_or(|file| Path::new(&file.path) != path),
    };
    let files = found.files.values();
    let files = files.map(|file| (&*file.path, &*file.namespace));
    files
        .filter(|(path, _)| is_wanted(Path::new(path)))
        .collect()
}

/// A share, rounded down: only all is 100 %.
fn percent(count: usize, all: usize) -> String {
    format!("{}%", (count * 100).checked_div(all).unwrap_or(100))
}

/// The lines that have not run, those in a row as `3-5`.
fn missing(lines: &BTreeMap<u32, bool>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    let mut in_row = false;
    for (&line, &has_run) in lines {
        match ranges.last_mut().filter(|_| in_row) {
            _ if has_run => {}
            Some(range) => range.1 = line,
            None => ranges.push((line, line)),
        }
        in_row = !has_run;
    }
    let shown = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_have_not_run_are_told_in_rows() {
        let lines = |text: &str| -> BTreeMap<u32, bool> {
            let lines = (1..).zip(text.chars());
            lines
                .filter(|(_, c)| *c != ' ')
                .map(|(line, c)| (line, c == 'x'))
                .collect()
        };
        assert_eq!(missing(&lines("xx")), "");
        assert_eq!(missing(&lines("-x--x")), "1, 3-4");
        assert_eq!(
            missing(&lines("- -x -")),
            "1-3, 6",
            "a line without code breaks no row"
        );
    }

    #[test]
    fn a_share_is_all_only_if_nothing_is_missing() {
        assert_eq!(percent(999, 1000), "99%");
        assert_eq!(percent(3, 3), "100%");
        assert_eq!(percent(0, 0), "100%");
    }
}
