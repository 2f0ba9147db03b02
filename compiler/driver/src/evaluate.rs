//! Evaluation of definitions' values when an image is linked, and of the expressions at the top level
//! of required namespaces.
//!
//! All computed values of an image are evaluated in one process, in link order, each kept in a cell
//! of that process; then they are copied to the boot segment together, so what they share stays
//! shared. Expressions are evaluated after that, in such a process of their own.
//!
//! Tables are the exception: a value sees in them what its own namespace and those that it requires
//! contribute, so that it is the same whatever program it is linked into. Their cells are filled anew
//! where that changes, and last with what the program sees.
//!
//! # Invariants
//! - Evaluation is pure: an effect is a failure of the definition or expression, and so is changing a
//!   cell that another has made, so that their order makes no difference.
//! - Fuel and memory count instructions and words, so the result is the same everywhere.
//! - A failure is reported at the definition whose own evaluation failed. The others are evaluated
//!   all the same; those that need a failed one are neither evaluated nor reported.

use crate::tables::{Computed, Table, Tables};
use bytecode::{Image, SlotKind};
use hir::body::DefName;
use hir::contributions::is_contributed;
use hir::{Frame, Stage};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt;
use std::sync::Arc;
use vm::Word;
use vm::boot::{BootBuilder, has_identity, has_identity_that};
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal, trace_of};
use vm::object::Kind;
use vm::process::{Process, Root};
use vm::value::{map, print, string, vector};

/// Fuel for one definition's value.
const FUEL: i64 = 50_000_000;
/// Fuel between two looks at whether the result is still wanted, a few milliseconds.
const SLICE: i64 = 100_000;
/// Memory for all values, words.
const QUOTA_WORDS: u32 = 1 << 24;

/// A definition whose value cannot be computed, or an expression that cannot be evaluated.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Its slot; none if the fault is the image's.
    pub(crate) slot: Option<u32>,
    /// Why.
    pub(crate) failure: Failure,
}

/// What stopped an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It asked for an effect, `:ox/sleep` say.
    Effect(String),
    /// It changed a cell that it has not made: `an atom`, and what holds it, if that was found.
    Change(&'static str, Option<DefName>),
    /// A contribution to a table does not fit: what is wrong with it, and the one that it does not fit.
    Contribution(String, Option<DefName>),
    /// It read the value of a definition that was not there yet.
    Unbound(String),
    /// Nothing: there is no code for it, one line.
    Code(String),
    /// Anything else, one line.
    Other(String),
}

impl Reason {
    /// What is said of code that may do neither.
    pub(crate) fn of(&self, who: &str) -> String {
        match self {
            Reason::Effect(_) => format!("{self}, which {who} cannot have"),
            Reason::Change(..) => format!("{self}, which {who} cannot do"),
            Reason::Unbound(_) => self.to_string(),
            Reason::Contribution(message, _) | Reason::Code(message) | Reason::Other(message) => {
                message.clone()
            }
        }
    }
}

/// `it asks for the effect :ox/sleep`
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Effect(name) => write!(f, "it asks for the effect {name}"),
            Reason::Change(what, None) => {
                write!(f, "it changes {what} that it has not made")
            }
            Reason::Change(what, Some(holder)) => {
                write!(f, "it changes {what} of {}", shown_definition(holder))
            }
            Reason::Unbound(name) => {
                write!(f, "it needs the value of {name}, which needs this one")
            }
            Reason::Contribution(message, _) | Reason::Code(message) | Reason::Other(message) => {
                f.write_str(message)
            }
        }
    }
}

/// A definition as people know it: a local around definitions has a name that nobody wrote.
pub(crate) fn shown_definition(name: &DefName) -> String {
    match name.name.split_once('#') {
        Some((owner, rest)) if rest.contains('@') => match is_contributed(&name.name) {
            true => format!("{}/{owner}", name.ns),
            false => format!("the local `{owner}`"),
        },
        _ => name.to_string(),
    }
}

/// Why an evaluation gave no value.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened.
    pub(crate) reason: Reason,
    /// Prototypes and pcs of the frames it happened in, innermost first.
    pub(crate) trace: Vec<(u32, u32)>,
    /// The entries of a table whose fault it is, by number: that which does not fit, and the one that
    /// it does not fit.
    entries: Vec<usize>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure {
            reason: Reason::Other(message.into()),
            trace: Vec::new(),
            entries: Vec::new(),
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
    computed: &Computed,
    idle: &dyn Fn(),
) -> Result<(), Vec<Failed>> {
    let slots = &computed.slots;
    if slots.is_empty() {
        return Ok(());
    }
    let (draft, kinds) = draft_of(std::mem::take(image), boot, slots);
    let result = run_all(&draft, computed, &[], idle).and_then(|process| {
        require_own_state(&process, computed)?;
        adopt(boot, &process, slots)
    });
    *image = Arc::unwrap_or_clone(draft);
    image.boot = Vec::new();
    for (&slot, kind) in slots.iter().zip(kinds) {
        image.slots[slot as usize].kind = kind;
    }
    for (&slot, (value, identity)) in slots.iter().zip(result?) {
        let slot = &mut image.slots[slot as usize];
        slot.value = value;
        if slot.kind == SlotKind::Value && identity {
            slot.kind = SlotKind::Template;
        }
    }
    Ok(())
}

/// Evaluates the functions without parameters in these slots, and the values that they need.
///
/// # Errors
/// All definitions and functions whose own evaluation failed.
pub(crate) fn call_all(
    image: Image,
    boot: &BootBuilder,
    computed: &Computed,
    calls: &[u32],
    idle: &dyn Fn(),
) -> Result<(), Vec<Failed>> {
    let (draft, _) = draft_of(image, boot, &computed.slots);
    run_all(&draft, computed, calls, idle).map(drop)
}

/// The image with cells in place of the values, and what the slots of these were.
fn draft_of(mut draft: Image, boot: &BootBuilder, computed: &[u32]) -> (Arc<Image>, Vec<SlotKind>) {
    draft.boot = boot.words().to_vec();
    let kinds = computed
        .iter()
        .map(|&slot| {
            let kind = &mut draft.slots[slot as usize].kind;
            match *kind {
                // Has a cell in a draft, and can be bound.
                SlotKind::Dynamic => SlotKind::Dynamic,
                _ => std::mem::replace(kind, SlotKind::Cell),
            }
        })
        .collect();
    (Arc::new(draft), kinds)
}

/// Evaluates the values into the cells of a process, and then the calls.
fn run_all(
    draft: &Arc<Image>,
    computed: &Computed,
    calls: &[u32],
    idle: &dyn Fn(),
) -> Result<Process, Vec<Failed>> {
    let loaded = LoadedImage::load_draft(Arc::clone(draft), computed.first).map_err(|error| {
        let failure = Failure::new(format!("the linked code is wrong: {error}"));
        vec![Failed {
            slot: None,
            failure,
        }]
    })?;
    let loaded = Arc::new(loaded);
    let mut heap = Heap::new(Arc::clone(loaded.boot()));
    heap.quota_words = QUOTA_WORDS;
    let process = Process::empty(Arc::clone(&loaded), heap);
    let mut evaluation = Evaluation::new(draft, computed, process, idle);
    for &slot in &computed.slots {
        if !evaluation.tables.is_table(slot) {
            evaluation.evaluate(slot, draft.slots[slot as usize].first_proto, true);
        }
    }
    for &slot in calls {
        let proto = loaded.proto_for_call(slot, 0).unwrap_or_default();
        evaluation.evaluate(slot, proto, false);
    }
    for seen in &computed.seen_in_the_end {
        evaluation.fill_tables(None, seen);
    }
    if evaluation.failed.is_empty() {
        Ok(evaluation.process)
    } else {
        Err(evaluation.failed)
    }
}

/// Values being computed.
struct Evaluation<'a> {
    draft: &'a Image,
    computed: &'a Computed,
    process: Process,
    tables: Tables,
    /// Slots whose value is there.
    done: FxHashSet<u32>,
    without_value: FxHashSet<u32>,
    failed: Vec<Failed>,
    idle: &'a dyn Fn(),
}

impl<'a> Evaluation<'a> {
    fn new(draft: &'a Image, computed: &'a Computed, process: Process, idle: &'a dyn Fn()) -> Self {
        Evaluation {
            draft,
            computed,
            process,
            tables: Tables::new(draft, computed),
            done: FxHashSet::default(),
            without_value: FxHashSet::default(),
            failed: Vec::new(),
            idle,
        }
    }

    /// Evaluates a slot's value, or a call, by this prototype.
    fn evaluate(&mut self, slot: u32, proto: u32, is_value: bool) {
        if self.tables.are_read_by(slot) {
            let computed = self.computed;
            let namespace = self.draft.slots[slot as usize].namespace.as_str();
            self.fill_tables(Some(slot), &computed.seen_by[namespace]);
        }
        if reaches(self.draft, slot, &self.without_value) {
            self.without_value.insert(slot);
            return;
        }
        match run(&mut self.process, proto, self.idle) {
            Ok(word) if is_value => self.keep(slot, word),
            Ok(_) => {}
            Err(failure) => self.fail(slot, slot, failure),
        }
    }

    fn keep(&mut self, slot: u32, word: Word) {
        let cell = cell_of(&self.process, slot);
        let cells = self.process.root(Root::Cells);
        self.process.heap.write(cells, cell, word);
        self.done.insert(slot);
    }

    /// Notes a failure, of a table at most one: it may be made of several sets of entries.
    fn fail(&mut self, slot: u32, at: u32, mut failure: Failure) {
        if !self.without_value.insert(slot) {
            return;
        }
        if let Reason::Unbound(name) = &failure.reason
            && !self.is_value(name)
        {
            let message = format!("it needs {name}, which exists only when the program runs");
            failure.reason = Reason::Other(message);
        }
        self.failed.push(Failed {
            slot: Some(at),
            failure,
        });
    }

    /// Whether the definition of this name has a value when the program is linked.
    fn is_value(&self, name: &str) -> bool {
        self.computed.slots.iter().any(|slot| {
            let slot = &self.draft.slots[*slot as usize];
            name.split_once('/') == Some((&slot.namespace, &slot.name))
        })
    }

    /// Fills the tables that a slot's code can read, or all of them, with what these namespaces contribute.
    fn fill_tables(&mut self, reader: Option<u32>, seen: &FxHashSet<Arc<str>>) {
        let computed = self.computed;
        for (number, table) in computed.tables.iter().enumerate() {
            if reader.is_some_and(|reader| !self.tables.is_read_by(number, reader)) {
                continue;
            }
            // An entry whose key or value has failed has been reported.
            let is_there =
                |slot: u32| self.process.image.cell_of(slot).is_none() || self.done.contains(&slot);
            let wanted: Vec<usize> = (0..table.entries.len())
                .filter(|entry| {
                    let entry = &table.entries[*entry];
                    seen.contains(&entry.namespace) && is_there(entry.key) && is_there(entry.value)
                })
                .collect();
            if self.tables.filled[number].as_ref() == Some(&wanted) {
                continue;
            }
            if let Err((at, failure)) = self.fill(table, &wanted) {
                self.fail(table.slot, at, failure);
            }
            self.tables.filled[number] = Some(wanted);
        }
    }

    /// Makes a table of some of its entries: its function is called with a vector of
    /// `[namespace key value number]`.
    fn fill(&mut self, table: &Table, wanted: &[usize]) -> Result<(), (u32, Failure)> {
        let here = |failure| (table.slot, failure);
        let maker = self.draft.slots[table.slot as usize].first_proto;
        let maker = run(&mut self.process, maker, self.idle).map_err(here)?;
        let image = Arc::clone(&self.process.image);
        let heap = &mut self.process.heap;
        let proto = heap
            .try_object(maker)
            .filter(|object| object.kind() == Kind::Function)
            .and_then(|object| image.template(object.raw(1) as u32).proto_for(1))
            .ok_or_else(|| {
                here(Failure::new(
                    "a table is made by a function of one argument",
                ))
            })?;
        let cells = self.process.roots[Root::Cells as usize];
        let mut rows = Vec::with_capacity(wanted.len());
        for &number in wanted {
            let entry = &table.entries[number];
            let held = |slot: u32| match image.cell_of(slot) {
                Some(cell) => heap.word(cells, cell + 1),
                None => Word(self.draft.slots[slot as usize].value),
            };
            let (key, value) = (held(entry.key), held(entry.value));
            let namespace = string::make_symbol(heap, None, &entry.namespace);
            let number = Word::small(number as i64);
            rows.push(vector::make(heap, &[namespace, key, value, number]));
        }
        let rows = vector::make(heap, &rows);
        self.process.heap.disown_cells();
        let fiber = self.process.add_call(proto, &[rows]);
        let result = finish(&mut self.process, fiber, self.idle);
        clear(&mut self.process);
        match result {
            Ok(word) => {
                self.keep(table.slot, word);
                Ok(())
            }
            // What is wrong with an entry is said there.
            Err(mut failure) => {
                let entry = |number: usize| Some(table.entries.get(number)?.value);
                let mut entries = failure.entries.iter().filter_map(|number| entry(*number));
                let Some(at) = entries.next() else {
                    return Err((table.slot, failure));
                };
                let other = entries.next().map(|slot| {
                    let slot = &self.draft.slots[slot as usize];
                    DefName::new(slot.namespace.as_str(), slot.name.as_str())
                });
                failure.reason = Reason::Contribution(failure.reason.to_string(), other);
                Err((at, failure))
            }
        }
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

/// That no new value holds a part with identity of a value that is there already: what processes have of it is
/// another.
fn require_own_state(process: &Process, computed: &Computed) -> Result<(), Vec<Failed>> {
    let (heap, cells) = (&process.heap, process.root(Root::Cells));
    let held = |slot: u32| Some(heap.word(cells, process.image.cell_of(slot)? + 1));
    let mut owner_of: FxHashMap<Word, u32> = FxHashMap::default();
    for slot in 0..computed.first {
        if let Some(word) = held(slot) {
            has_identity_that(heap, word, |part| {
                owner_of.entry(part).or_insert(slot);
                false
            });
        }
    }
    if owner_of.is_empty() {
        return Ok(());
    }
    let mut failed = Vec::new();
    for &slot in &computed.slots {
        let mut owner = None;
        if let Some(word) = held(slot) {
            has_identity_that(heap, word, |part| {
                owner = owner_of.get(&part).copied();
                owner.is_some()
            });
        }
        if let Some(owner) = owner {
            let owner = &process.image.image().slots[owner as usize];
            let message = format!(
                "it would hold a part of the value of {}/{}, which running processes have already",
                owner.namespace, owner.name
            );
            failed.push(Failed {
                slot: Some(slot),
                failure: Failure::new(message),
            });
        }
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(failed),
    }
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
    process.heap.disown_cells();
    let fiber = process.add_call(proto, &[]);
    let result = finish(process, fiber, idle);
    clear(process);
    result
}

/// Ends what an evaluation left behind: it must not run on in the next.
fn clear(process: &mut Process) {
    while let Some(left) = process.fibers.last().map(|fiber| fiber.id) {
        process.remove_fiber(left);
    }
    process.run_queue.clear();
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
                // A cell of a value that is read too early is part of a circle.
                if is_unbound(process, ended.request)
                    && let Reason::Other(message) = &failure.reason
                    && let Some((name, _)) = message.split_once(UNBOUND)
                {
                    failure.reason = Reason::Unbound(name.to_owned());
                }
                return Err(failure);
            }
            Outcome::Effect(asked) => return Err(refused(process, asked)),
            Outcome::OutOfFuel if left > 0 => {}
            Outcome::OutOfFuel => {
                return Err(endless(process, fiber));
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

/// The failure of a fiber that used up its fuel.
pub(crate) fn endless(process: &Process, fiber: u64) -> Failure {
    Failure {
        trace: trace_of_fiber(process, fiber),
        ..Failure::new("it did not end within its fuel; is it an endless loop?")
    }
}

/// Operation and arguments of the effect that a fiber asks for; the operation without namespace.
pub(crate) fn request_of(process: &Process, fiber: u64) -> (Option<String>, Vec<Word>) {
    let heap = &process.heap;
    let request = process
        .fiber_index(fiber)
        .map_or(Word::NIL, |index| process.fibers[index].request);
    let mut parts = if vector::is_vector(heap, request) {
        vector::elements(heap, request)
    } else {
        Vec::new()
    };
    if parts.is_empty() {
        return (None, parts);
    }
    let op = string::try_keyword(heap, parts.remove(0));
    (op.map(|(_, name)| name.to_owned()), parts)
}

/// The failure of a fiber that asks for an effect.
pub(crate) fn refused(process: &Process, fiber: u64) -> Failure {
    let reason = match request_of(process, fiber) {
        (Some(op), args) if op == "change" => {
            let cell = args.first().copied().unwrap_or(Word::NIL);
            let what = vm::value::describe(&process.heap, cell);
            Reason::Change(what, holder(process, cell))
        }
        (Some(op), _) => Reason::Effect(format!(":ox/{op}")),
        (None, _) => Reason::Effect("it names by no keyword".to_owned()),
    };
    Failure {
        reason,
        trace: trace_of_fiber(process, fiber),
        entries: Vec::new(),
    }
}

/// The definition whose value holds something, the first in link order.
fn holder(process: &Process, wanted: Word) -> Option<DefName> {
    let heap = &process.heap;
    let cells = process.root(Root::Cells);
    let mut seen = FxHashSet::default();
    for (number, slot) in (0u32..).zip(&process.image.image().slots) {
        let Some(cell) = process.image.cell_of(number) else {
            continue;
        };
        let mut rest = vec![heap.word(cells, cell + 1)];
        while let Some(word) = rest.pop() {
            if word == wanted {
                return Some(DefName::new(slot.namespace.as_str(), slot.name.as_str()));
            }
            if let Some(object) = heap.try_object(word)
                && seen.insert(word)
            {
                rest.extend(object.values().iter().map(|&word| Word(word)));
            }
        }
    }
    None
}

/// Frames of a trace that are looked at.
const FRAMES_MAX: usize = 64;

/// Where a fiber is, innermost frame first.
pub(crate) fn trace_of_fiber(process: &Process, fiber: u64) -> Vec<(u32, u32)> {
    let Some(index) = process.fiber_index(fiber) else {
        return Vec::new();
    };
    let parts = process.fibers[index].attached();
    parts
        .flat_map(|(place, part)| part.frames(place))
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
    let entries = entries_of(heap, error);
    let message = message.unwrap_or_else(|| {
        let mut text = String::from("it threw ");
        let options = print::Options::READABLE;
        match print::print(heap, &image, &mut text, error, options, "print*slow") {
            Ok(()) => text,
            Err(_) => "it threw a large value".to_owned(),
        }
    });
    Failure {
        trace: trace_of(&process.heap, error),
        entries,
        ..Failure::new(message)
    }
}

/// What an error's data have for a keyword of the namespace `ox`.
pub(crate) fn error_field(heap: &mut Heap, error: Word, name: &str) -> Option<Word> {
    let object = heap.try_object(error)?;
    let data = (object.kind() == Kind::Error).then(|| object.word(3))?;
    let key = string::make_keyword(heap, Some("ox"), name);
    let found = map::is_map(heap, data).then(|| map::get(heap, data, key))?;
    found.ok()?
}

/// The entries of a table that an error blames: `:ox/entry` and `:ox/other` of its data.
fn entries_of(heap: &mut Heap, error: Word) -> Vec<usize> {
    let number = |heap: &mut Heap, name: &str| {
        usize::try_from(error_field(heap, error, name)?.as_small()?).ok()
    };
    let names = ["entry", "other"].into_iter();
    names.filter_map(|name| number(heap, name)).collect()
}

/// A trace as it is kept: the frames of an image, whose definitions were taken at these stages.
pub(crate) fn frames(
    image: &Image,
    trace: &[(u32, u32)],
    stage: impl Fn(&DefName) -> Stage,
) -> Vec<Frame> {
    let frames = trace.iter().take(FRAMES_MAX).map(|&(proto, pc)| {
        let proto = &image.protos[proto as usize];
        let slot = &image.slots[proto.slot as usize];
        let definition = DefName::new(slot.namespace.as_str(), slot.name.as_str());
        Frame {
            stage: stage(&definition),
            definition,
            proto: proto.index,
            pc,
        }
    });
    let mut frames: Vec<Frame> = frames.collect();
    frames.dedup();
    frames
}
