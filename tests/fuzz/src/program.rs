//! Programs made by a grammar: compiled, and run in every mode with the same value, output and error.
//!
//! # Invariants
//! - What the grammar makes compiles, but for a few programs in a thousand; a diagnostic is no finding,
//!   a program without diagnostics that does not link or load is.

mod grammar;

use crate::choices::Choices;
use crate::machine::{self, Ran};
use driver::Workspace;
use std::cell::RefCell;
use std::sync::Arc;
use vm::image::LoadedImage;

/// Programs after which the database is made anew: it keeps what it has interned.
const PROGRAMS_MAX: u32 = 400;

thread_local! {
    static WORKSPACE: RefCell<Option<(Workspace, u32)>> = const { RefCell::new(None) };
}

/// Runs the target.
///
/// # Panics
/// When two modes differ, or anything panics.
pub fn run(bytes: &[u8]) {
    try_run(bytes);
}

/// Runs the target; what came of the program, if it could be compiled.
///
/// # Panics
/// When two modes differ, or anything panics.
pub fn try_run(bytes: &[u8]) -> Option<Ran> {
    let text = text(bytes);
    let image = compile(&text)?;
    let entry = image.image().entry.expect("a script has something to run");
    let start = || machine::start(&image, entry, &[]).expect("a script takes nothing");
    Some(machine::compare(&start, bytes.last().copied().unwrap_or(0)))
}

/// The program that an input stands for.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    grammar::program(&mut Choices::new(bytes))
}

/// The program's image; none if it has a mistake.
fn compile(text: &str) -> Option<Arc<LoadedImage>> {
    let image = WORKSPACE.with_borrow_mut(|slot| {
        let (workspace, count) =
            slot.get_or_insert_with(|| (Workspace::of_text("program.ox", ""), 0));
        workspace.edit("user", text);
        *count += 1;
        let is_last = *count >= PROGRAMS_MAX;
        let built = workspace.build().map(|built| built.image);
        if is_last {
            *slot = None;
        }
        built
    });
    let image = image.ok()?;
    let loaded = LoadedImage::load(Arc::new(image));
    Some(Arc::new(loaded.expect("a linked image is right")))
}

/// The diagnostics of the program that an input stands for, for looking at the grammar.
#[must_use]
pub fn mistakes(bytes: &[u8]) -> Vec<String> {
    let mut workspace = Workspace::of_text("program.ox", &text(bytes));
    match workspace.build() {
        Ok(_) => Vec::new(),
        Err(all) => all.into_iter().map(|one| one.message).collect(),
    }
}
