//! Evaluation of definitions' values when an image is linked.
//!
//! All computed values of an image are evaluated in one process, in link order, each kept in a cell
//! of that process; then they are copied to the boot segment together, so what they share stays
//! shared.
//!
//! # Invariants
//! - Evaluation is pure: an effect is a failure of the definition.
//! - Fuel and memory count instructions and words, so the result is the same everywhere.

use crate::link::LinkError;
use bytecode::{Image, SlotKind};
use hir::body::DefName;
use std::sync::Arc;
use vm::Word;
use vm::boot::{BootBuilder, has_identity};
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal, trace_of};
use vm::object::Kind;
use vm::process::{Process, Root};
use vm::value::{print, string};

/// Fuel for one definition's value.
const FUEL: i64 = 50_000_000;
/// Memory for all values, words.
const QUOTA_WORDS: u32 = 1 << 26;

/// Evaluates the values of these slots and puts them into the image and its boot segment.
///
/// # Errors
/// The first definition whose value cannot be computed.
pub(crate) fn evaluate(
    image: &mut Image,
    boot: &mut BootBuilder,
    computed: &[u32],
) -> Result<(), LinkError> {
    if computed.is_empty() {
        return Ok(());
    }
    let mut draft = image.clone();
    draft.boot = boot.words().to_vec();
    for &slot in computed {
        draft.slots[slot as usize].kind = SlotKind::Cell;
    }
    let fail = |slot: u32, message: String, trace: Vec<String>| {
        let slot = &image.slots[slot as usize];
        let definition = Some(DefName::new(slot.namespace.as_str(), slot.name.as_str()));
        LinkError {
            definition,
            message,
            trace,
        }
    };
    let loaded = LoadedImage::load_trusted(Arc::new(draft)).map_err(|error| {
        fail(
            computed[0],
            format!("the linked code is wrong: {error}"),
            Vec::new(),
        )
    })?;
    let loaded = Arc::new(loaded);
    let mut heap = Heap::new(Arc::clone(loaded.boot()));
    heap.quota_words = QUOTA_WORDS;
    let mut process = Process::empty(Arc::clone(&loaded), heap);
    for &slot in computed {
        let proto = image.slots[slot as usize].first_proto;
        let word = run(&mut process, proto)
            .map_err(|failure| fail(slot, failure.message, failure.trace))?;
        let cell = loaded
            .cell_of(slot)
            .expect("a computed slot is a cell of the draft");
        let cells = process.root(Root::Cells);
        process.heap.write(cells, cell + 1, word);
    }
    let cells = process.root(Root::Cells);
    let words: Vec<Word> = computed
        .iter()
        .map(|&slot| {
            let cell = loaded
                .cell_of(slot)
                .expect("a computed slot is a cell of the draft");
            process.heap.word(cells, cell + 1)
        })
        .collect();
    let adopted = boot
        .adopt(&process.heap, &words)
        .map_err(|error| fail(computed[0], error.message, Vec::new()))?;
    for ((&slot, word), adopted) in computed.iter().zip(words).zip(adopted) {
        let slot = &mut image.slots[slot as usize];
        slot.value = adopted.0;
        if slot.kind == SlotKind::Value && has_identity(&process.heap, word) {
            slot.kind = SlotKind::Template;
        }
    }
    Ok(())
}

/// Why an evaluation gave no value.
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) trace: Vec<String>,
}

/// Runs a prototype without parameters to its value, purely.
pub(crate) fn run(process: &mut Process, proto: u32) -> Result<Word, Failure> {
    let fiber = process.add_call(proto, &[]);
    finish(process, fiber, FUEL)
}

/// Runs a fiber to its value, purely.
pub(crate) fn finish(process: &mut Process, fiber: u64, mut fuel: i64) -> Result<Word, Failure> {
    let failure = |message: &str| Failure {
        message: message.to_owned(),
        trace: Vec::new(),
    };
    loop {
        match process.run(&mut fuel, Zeal::default()) {
            Outcome::Done(done) if done == fiber => {
                let ended = process.remove_fiber(done).expect("the fiber has just run");
                return Ok(ended.request);
            }
            Outcome::Failed(failed) => {
                let ended = process
                    .remove_fiber(failed)
                    .expect("the fiber has just run");
                return Err(failure_of(process, ended.request));
            }
            Outcome::Effect(asked) => {
                process.remove_fiber(asked);
                return Err(failure(
                    "it asks for an effect, which pure code cannot have",
                ));
            }
            Outcome::OutOfFuel => {
                process.remove_fiber(fiber);
                process.run_queue.clear();
                return Err(failure(
                    "it did not end within its fuel; is it an endless loop?",
                ));
            }
            Outcome::Done(_) | Outcome::Idle => return Err(failure("it stopped without a value")),
        }
    }
}

/// Frames of a trace that are shown.
const TRACE_MAX: usize = 8;

/// What is said of an error: its message and the functions it came through.
pub(crate) fn failure_of(process: &mut Process, error: Word) -> Failure {
    let image = Arc::clone(&process.image);
    let heap = &mut process.heap;
    let message = heap
        .try_object(error)
        .filter(|object| object.kind() == Kind::Error)
        .map(|object| object.word(2))
        .and_then(|message| string::try_text(heap, message).map(str::to_owned));
    let message = message.unwrap_or_else(|| {
        let mut text = String::from("it threw ");
        match print::print(
            heap,
            &image,
            &mut text,
            error,
            print::Options::READABLE,
            "print*slow",
        ) {
            Ok(()) => text,
            Err(_) => "it threw a large value".to_owned(),
        }
    });
    let mut trace: Vec<String> = trace_of(&process.heap, error)
        .into_iter()
        .map(|(proto, _)| {
            let slot = &image.image().slots[image.proto(proto).slot as usize];
            format!("{}/{}", slot.namespace, slot.name)
        })
        .collect();
    trace.dedup();
    trace.truncate(TRACE_MAX);
    Failure { message, trace }
}
