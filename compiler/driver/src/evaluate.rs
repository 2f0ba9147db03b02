//! Evaluation of definitions' values when an image is linked.
//!
//! All computed values of an image are evaluated in one process, in link order, each kept in a cell
//! of that process; then they are copied to the boot segment together, so what they share stays
//! shared.
//!
//! # Invariants
//! - Evaluation is pure: an effect is a failure of the definition.
//! - Fuel and memory count instructions and words, so the result is the same everywhere.
//! - A failure is reported at the definition whose own evaluation failed. The others are evaluated
//!   all the same; those that need a failed one are neither evaluated nor reported.

use bytecode::{Image, SlotKind};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use vm::Word;
use vm::boot::{BootBuilder, has_identity};
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal, trace_of};
use vm::object::Kind;
use vm::process::{Process, Root};
use vm::value::{print, string, vector};

/// Fuel for one definition's value.
const FUEL: i64 = 50_000_000;
/// Fuel between two looks at whether the result is still wanted, a few milliseconds.
const SLICE: i64 = 100_000;
/// Memory for all values, words.
const QUOTA_WORDS: u32 = 1 << 24;

/// A definition whose value cannot be computed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Its slot; none if the fault is the image's.
    pub(crate) slot: Option<u32>,
    /// Why.
    pub(crate) failure: Failure,
}

/// Why an evaluation gave no value.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, one line.
    pub(crate) message: String,
    /// Prototypes and pcs of the frames it happened in, innermost first.
    pub(crate) trace: Vec<(u32, u32)>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            trace: Vec::new(),
        }
    }
}

/// Evaluates the values of these slots and puts them into the image and its boot segment. `idle` is
/// called now and then meanwhile.
///
/// # Errors
/// All definitions whose own evaluation failed, in link order.
pub(crate) fn evaluate(
    image: &mut Image,
    boot: &mut BootBuilder,
    computed: &[u32],
    idle: &dyn Fn(),
) -> Result<(), Vec<Failed>> {
    if computed.is_empty() {
        return Ok(());
    }
    // The draft is the image with cells in place of the values; it is taken apart again below.
    let mut draft = std::mem::take(image);
    draft.boot = boot.words().to_vec();
    let kinds: Vec<SlotKind> = computed
        .iter()
        .map(|&slot| std::mem::replace(&mut draft.slots[slot as usize].kind, SlotKind::Cell))
        .collect();
    let draft = Arc::new(draft);
    let result =
        run_all(&draft, computed, idle).and_then(|process| adopt(boot, &process, computed));
    *image = Arc::unwrap_or_clone(draft);
    image.boot = Vec::new();
    for (&slot, kind) in computed.iter().zip(kinds) {
        image.slots[slot as usize].kind = kind;
    }
    for (&slot, (value, identity)) in computed.iter().zip(result?) {
        let slot = &mut image.slots[slot as usize];
        slot.value = value;
        if slot.kind == SlotKind::Value && identity {
            slot.kind = SlotKind::Template;
        }
    }
    Ok(())
}

/// Evaluates the values into the cells of a process.
fn run_all(draft: &Arc<Image>, computed: &[u32], idle: &dyn Fn()) -> Result<Process, Vec<Failed>> {
    let loaded = LoadedImage::load_trusted(Arc::clone(draft)).map_err(|error| {
        let failure = Failure::new(format!("the linked code is wrong: {error}"));
        vec![Failed {
            slot: None,
            failure,
        }]
    })?;
    let loaded = Arc::new(loaded);
    let mut heap = Heap::new(Arc::clone(loaded.boot()));
    heap.quota_words = QUOTA_WORDS;
    let mut process = Process::empty(Arc::clone(&loaded), heap);
    let mut failed = Vec::new();
    let mut without_value = FxHashSet::default();
    for &slot in computed {
        if reaches(draft, slot, &without_value) {
            without_value.insert(slot);
            continue;
        }
        match run(&mut process, draft.slots[slot as usize].first_proto, idle) {
            Ok(word) => {
                let cell = cell_of(&process, slot);
                let cells = process.root(Root::Cells);
                process.heap.write(cells, cell, word);
            }
            Err(failure) => {
                without_value.insert(slot);
                failed.push(Failed {
                    slot: Some(slot),
                    failure,
                });
            }
        }
    }
    if failed.is_empty() {
        Ok(process)
    } else {
        Err(failed)
    }
}

/// Word of a slot's cell in the array of cells.
fn cell_of(process: &Process, slot: u32) -> u32 {
    let cell = process.image.cell_of(slot);
    cell.expect("a computed slot is a cell of the draft") + 1
}

/// Whether the code of `from` can reach one of these slots.
fn reaches(image: &Image, from: u32, targets: &FxHashSet<u32>) -> bool {
    if targets.is_empty() {
        return false;
    }
    let mut seen = FxHashSet::default();
    let mut rest = vec![from];
    while let Some(slot) = rest.pop() {
        if targets.contains(&slot) {
            return true;
        }
        if seen.insert(slot) {
            rest.extend(&image.slots[slot as usize].refs);
        }
    }
    false
}

/// Copies the values to the boot segment: their words, and whether they have parts with identity.
fn adopt(
    boot: &mut BootBuilder,
    process: &Process,
    computed: &[u32],
) -> Result<Vec<(u64, bool)>, Vec<Failed>> {
    let cells = process.root(Root::Cells);
    let words: Vec<Word> = computed
        .iter()
        .map(|&slot| process.heap.word(cells, cell_of(process, slot)))
        .collect();
    let adopted = boot.adopt(&process.heap, &words).map_err(|error| {
        // Which of them it was is found by copying each alone; nothing of this is used.
        let image = process.image.image();
        let mut refused = FxHashSet::default();
        let mut failed = Vec::new();
        for (&slot, &word) in computed.iter().zip(&words) {
            if reaches(image, slot, &refused) {
                continue;
            }
            if let Err(error) = boot.adopt(&process.heap, &[word]) {
                refused.insert(slot);
                let failure = Failure::new(error.message);
                failed.push(Failed {
                    slot: Some(slot),
                    failure,
                });
            }
        }
        if failed.is_empty() {
            let failure = Failure::new(error.message);
            failed.push(Failed {
                slot: None,
                failure,
            });
        }
        failed
    })?;
    let identities = words.iter().map(|&word| has_identity(&process.heap, word));
    Ok(adopted
        .into_iter()
        .map(|word| word.0)
        .zip(identities)
        .collect())
}

/// Runs a prototype without parameters to its value, purely.
fn run(process: &mut Process, proto: u32, idle: &dyn Fn()) -> Result<Word, Failure> {
    let fiber = process.add_call(proto, &[]);
    let result = finish(process, fiber, idle);
    // What a failed evaluation left behind must not run on in the next.
    while let Some(left) = process.fibers.last().map(|fiber| fiber.id) {
        process.remove_fiber(left);
    }
    process.run_queue.clear();
    result
}

/// Runs a fiber to its value, purely.
fn finish(process: &mut Process, fiber: u64, idle: &dyn Fn()) -> Result<Word, Failure> {
    let mut left = FUEL;
    loop {
        idle();
        let given = SLICE.min(left);
        let mut fuel = given;
        let outcome = process.run(&mut fuel, Zeal::default());
        left -= given - fuel.max(0);
        match outcome {
            Outcome::Done(done) if done == fiber => {
                let ended = process.remove_fiber(done).expect("the fiber has just run");
                return Ok(ended.request);
            }
            Outcome::Failed(failed) => {
                let ended = process
                    .remove_fiber(failed)
                    .expect("the fiber has just run");
                let mut failure = failure_of(process, ended.request);
                // All cells of the draft are values: one that is read too early is part of a circle.
                if is_unbound(process, ended.request)
                    && let Some((name, _)) = failure.message.split_once(UNBOUND)
                {
                    failure.message = format!("it needs the value of {name}, which needs this one");
                }
                return Err(failure);
            }
            Outcome::Effect(asked) => {
                let message = format!(
                    "it asks for the effect {}, which pure code cannot have",
                    effect_name(process, asked)
                );
                let trace = trace_of_fiber(process, asked);
                return Err(Failure { message, trace });
            }
            Outcome::OutOfFuel if left > 0 => {}
            Outcome::OutOfFuel => {
                let trace = trace_of_fiber(process, fiber);
                return Err(Failure {
                    message: "it did not end within its fuel; is it an endless loop?".to_owned(),
                    trace,
                });
            }
            Outcome::Done(_) => {}
            Outcome::Idle => return Err(Failure::new("it waits for something that cannot happen")),
        }
    }
}

/// What follows the name in the message of an error `:ox/unbound`.
const UNBOUND: &str = " has no value yet";

fn is_unbound(process: &Process, error: Word) -> bool {
    let heap = &process.heap;
    heap.try_object(error)
        .filter(|object| object.kind() == Kind::Error)
        .and_then(|object| string::try_keyword(heap, object.word(1)))
        .is_some_and(|(_, name)| name == "unbound")
}

/// The effect that a fiber asks for, `:ox/sleep` say.
pub(crate) fn effect_name(process: &Process, fiber: u64) -> String {
    let request = process
        .fiber_index(fiber)
        .map_or(Word::NIL, |index| process.fibers[index].request);
    let op = vector::is_vector(&process.heap, request)
        .then(|| vector::elements(&process.heap, request))
        .and_then(|parts| parts.first().copied());
    op.and_then(|op| string::try_keyword(&process.heap, op))
        .map_or_else(
            || "it names by no keyword".to_owned(),
            |(_, name)| format!(":ox/{name}"),
        )
}

/// Frames of a trace that are looked at.
const FRAMES_MAX: usize = 64;

/// Where a fiber is, innermost frame first.
pub(crate) fn trace_of_fiber(process: &Process, fiber: u64) -> Vec<(u32, u32)> {
    let Some(index) = process.fiber_index(fiber) else {
        return Vec::new();
    };
    let parts = process.fibers[index].parts.iter().rev();
    parts
        .flat_map(|part| part.frames(0))
        .take(FRAMES_MAX)
        .map(|frame| (frame.proto, frame.at))
        .collect()
}

/// What is said of an error: its message and the frames it came through.
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
        let options = print::Options::READABLE;
        match print::print(heap, &image, &mut text, error, options, "print*slow") {
            Ok(()) => text,
            Err(_) => "it threw a large value".to_owned(),
        }
    });
    let trace = trace_of(&process.heap, error);
    Failure { message, trace }
}

/// Frames of a trace that are shown.
const SHOWN_MAX: usize = 8;

/// A trace as it is shown: each definition once in a row, the innermost ones.
pub(crate) fn shown(trace: &[(u32, u32)], name: impl Fn(u32, u32) -> String) -> Vec<String> {
    let mut lines: Vec<String> = trace.iter().map(|&(proto, pc)| name(proto, pc)).collect();
    lines.dedup();
    lines.truncate(SHOWN_MAX);
    lines
}
