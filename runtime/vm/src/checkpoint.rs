//! Checkpoints: what a process must add to the store so that it could go on from here, and a
//! process made again from what is stored.
//!
//! A checkpoint collects what is unsealed, seals the rest as one segment (a new level of the sealed
//! part), and gives a [`Delta`]: that segment, the cells of older segments mutated since, the
//! changed words of the stacks, and the small records. Now and then it takes the youngest levels
//! into the collection and seals them together ([`levels_to_keep`]).
//!
//! # Invariants
//! - The cost is what changed since the last checkpoint plus the amortized cost of merging levels,
//!   whatever the size of the memory or the depth of the stacks.
//! - Applying all deltas in order gives exactly the process, up to cached hashes
//!   ([`State`] is that sum).
//! - After a checkpoint nothing is unsealed.

use crate::fiber::{Fiber, FiberId, FiberState};
use crate::heap::{Heap, Level};
use crate::image::LoadedImage;
use crate::object::{Header, Kind};
use crate::process::{Process, ROOT_COUNT};
use crate::stack::{FRAME_HEADER_WORDS, StackPart};
use crate::under_way::{Ends, UnderWay};
use crate::word::Word;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Levels of similar size that may lie side by side before they are merged.
const LEVELS_PER_TIER: usize = 3;
/// Words of the smallest tier; each tier above is [`TIER_FACTOR`] times as large.
const TIER_WORDS: u32 = 256;
const TIER_FACTOR_LOG2: u32 = 2;
/// The oldest level is collected too when the younger ones have reached this part of its size.
const BASE_DIVISOR: u64 = 2;

/// What a checkpoint adds to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Levels that stay as they are; the segments of all others are no longer the process's.
    pub kept_levels: usize,
    /// Segment names of the levels that were merged or emptied away.
    pub dropped_segments: Vec<u64>,
    /// The new level, if anything was left to seal.
    pub segment: Option<Segment>,
    /// Overlay entries at or above this address are gone.
    pub overlay_end: u32,
    /// Overlay entries that are new or have changed: address and word.
    pub overlay: Vec<(u32, u64)>,
    /// Fibers that changed, ascending.
    pub fibers: Vec<FiberDelta>,
    /// Fibers that ended.
    pub removed_fibers: Vec<FiberId>,
    /// The rest of the process.
    pub record: ProcessRecord,
}

/// A new segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The store's name for it.
    pub id: u64,
    /// Offset of its first word in the process's memory.
    pub start: u32,
    /// Its words, cached hashes as 0.
    pub words: Vec<u64>,
}

/// The scalar part of a process.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ProcessRecord {
    /// Fixed roots.
    pub roots: [u64; ROOT_COUNT],
    /// Runnable fibers in order.
    pub run_queue: Vec<FiberId>,
    /// Number of the next fiber.
    pub next_fiber: FiberId,
    /// Serial of the next effect request.
    pub next_request: u64,
    /// Serial of the next object with identity.
    pub next_serial: u64,
}

impl ProcessRecord {
    /// Raises the counters to those of a process that has gone further. Numbers by which others know
    /// its requests, fibers and objects are given once, also by who goes back and on in another way.
    pub fn count_on_from(&mut self, later: &Process) {
        self.next_fiber = self.next_fiber.max(later.next_fiber);
        self.next_request = self.next_request.max(later.next_request);
        self.next_serial = self.next_serial.max(later.heap.next_serial);
    }
}

/// What changed of a fiber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiberDelta {
    /// Its number.
    pub id: FiberId,
    /// Its record, as it is now.
    pub record: FiberRecord,
    /// Per stack part: all that is new in it.
    pub parts: Vec<PartDelta>,
}

/// The scalar part of a fiber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiberRecord {
    /// What it is doing.
    pub state: FiberState,
    /// Its request or result.
    pub request: u64,
    /// Register for the answer.
    pub answer_to: u16,
    /// Serial of its request.
    pub request_serial: u64,
    /// Dynamic bindings.
    pub bindings: u64,
    /// Its future.
    pub future: u64,
    /// Error to throw next.
    pub pending_error: u64,
    /// Cancellations and exits that were thrown in it and may be under way still.
    pub ends: u64,
    /// How many were.
    pub ends_count: u64,
    /// Whether there may be more, which an older version has not noted.
    pub has_unnoted_ends: bool,
    /// Base, pc and height of each stack part's top frame, in no order.
    pub parts: Vec<PartRecord>,
    /// The places of the attached parts, oldest first.
    pub attached: Vec<u32>,
    /// Those of the detached bodies, each oldest first.
    pub detached: Vec<Vec<u32>>,
}

/// The scalar part of a stack part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// Base of the top frame.
    pub base: u32,
    /// Its next instruction.
    pub pc: u32,
    /// Words in use.
    pub height: u32,
    /// The extent that it is the body of, or nil.
    pub extent: u64,
}

/// Changed words of a stack part: ranges that do not overlap, ascending.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PartDelta {
    /// Start address and words.
    pub ranges: Vec<(u32, Vec<u64>)>,
}

/// A process as stored: the sum of its deltas.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct State {
    /// Segments, oldest first.
    pub segments: Vec<Segment>,
    /// Mutated cells.
    pub overlay: BTreeMap<u32, u64>,
    /// Fibers by number: record and the words of each part.
    pub fibers: BTreeMap<FiberId, (FiberRecord, Vec<Vec<u64>>)>,
    /// The rest.
    pub record: ProcessRecord,
}

impl State {
    /// The memory that it makes: segments with the mutated cells in place.
    #[must_use]
    pub fn memory(&self) -> Vec<u64> {
        let segments = self.segments.iter();
        let mut words: Vec<u64> = segments
            .flat_map(|segment| segment.words.iter().copied())
            .collect();
        for (&address, &word) in &self.overlay {
            words[address as usize] = word;
        }
        words
    }

    /// Adds a checkpoint.
    pub fn apply(&mut self, delta: &Delta) {
        self.segments.truncate(delta.kept_levels);
        self.segments.extend(delta.segment.clone());
        self.overlay.retain(|&addr, _| addr < delta.overlay_end);
        self.overlay.extend(delta.overlay.iter().copied());
        for id in &delta.removed_fibers {
            self.fibers.remove(id);
        }
        for fiber in &delta.fibers {
            let entry = self
                .fibers
                .entry(fiber.id)
                .or_insert_with(|| (fiber.record.clone(), Vec::new()));
            entry.0 = fiber.record.clone();
            entry.1.resize(fiber.parts.len(), Vec::new());
            for ((words, part), record) in entry
                .1
                .iter_mut()
                .zip(&fiber.parts)
                .zip(&fiber.record.parts)
            {
                words.resize(record.height as usize, 0);
                for (start, range) in &part.ranges {
                    let start = *start as usize;
                    words[start..start + range.len()].copy_from_slice(range);
                }
            }
        }
        self.record = delta.record.clone();
    }
}

/// Size class of a level.
fn tier(words: u64) -> u32 {
    let mut tier = 0;
    let mut limit = u64::from(TIER_WORDS);
    while words > limit {
        limit <<= TIER_FACTOR_LOG2;
        tier += 1;
    }
    tier
}

/// How many of the oldest levels a checkpoint leaves alone, given the unsealed words.
///
/// Size-tiered merging as in log-structured merge trees: when more than [`LEVELS_PER_TIER`] levels
/// no larger than what is to be sealed lie above one another, they are collected together with it.
/// So there are at most `LEVELS_PER_TIER` levels a tier, and a word is rewritten once a tier.
#[must_use]
pub fn levels_to_keep(levels: &[Level], unsealed: u32) -> usize {
    let mut total = u64::from(unsealed);
    let mut kept = levels.len();
    loop {
        let class = tier(total);
        let similar = levels[..kept]
            .iter()
            .rev()
            .take_while(|level| tier(u64::from(level.words)) <= class)
            .count();
        if similar < LEVELS_PER_TIER {
            break;
        }
        total += levels[kept - similar..kept]
            .iter()
            .map(|l| u64::from(l.words))
            .sum::<u64>();
        kept -= similar;
    }
    if let Some((base, younger)) = levels[..kept].split_first() {
        let younger: u64 = younger.iter().map(|l| u64::from(l.words)).sum::<u64>() + total;
        if younger > u64::from(TIER_WORDS) && younger > u64::from(base.words) / BASE_DIVISOR {
            kept = 0;
        }
    }
    kept
}

impl Process {
    /// Raises the counters as [`ProcessRecord::count_on_from`] does.
    pub fn count_on_from(&mut self, later: &Process) {
        self.next_fiber = self.next_fiber.max(later.next_fiber);
        self.next_request = self.next_request.max(later.next_request);
        self.heap.next_serial = self.heap.next_serial.max(later.heap.next_serial);
    }

    /// Seals what is alive and says what has changed since the last checkpoint. `new_segment`
    /// gives the store's next segment name; it is called at most once.
    pub fn checkpoint(&mut self, new_segment: impl FnOnce() -> u64) -> Delta {
        let unsealed = self.heap.top - self.heap.sealed_end;
        // Without anything unsealed there is nothing to merge for either.
        let kept_levels = if unsealed == 0 {
            self.heap.levels.len()
        } else {
            levels_to_keep(&self.heap.levels, unsealed)
        };
        self.collect_levels(kept_levels);
        let mut dropped_segments = std::mem::take(&mut self.heap.unsealed_segments);
        let merged = self.heap.levels.drain(kept_levels..);
        dropped_segments.extend(merged.map(|level| level.segment));
        let start = self
            .heap
            .levels
            .last()
            .map_or(0, |level| level.start + level.words);
        let overlay_end = start;
        let segment = (self.heap.top > start).then(|| {
            let words = stored_words(&self.heap.words()[start as usize..]);
            let id = new_segment();
            let length = u32::try_from(words.len()).expect("a segment is part of the memory");
            self.heap.levels.push(Level {
                start,
                words: length,
                segment: id,
            });
            Segment { id, start, words }
        });
        self.heap.stored_bytes.clear();
        self.heap.sealed_end = self.heap.top;
        self.heap.nursery_start = self.heap.top;
        self.heap.schedule_survivors();
        self.heap.schedule_collection();
        // Boundaries now: one a level, then sealed_end and nursery_start, both at the top.
        let clean = self.heap.levels.len() + 1;
        self.finish_marks(kept_levels.min(clean), clean);

        let mut overlay = Vec::new();
        for (&addr, changed) in &mut self.heap.overlay {
            if std::mem::take(changed) {
                overlay.push(addr);
            }
        }
        let overlay = overlay
            .into_iter()
            .map(|addr| (addr, self.heap.words()[addr as usize]))
            .collect();
        let image = Arc::clone(&self.image);
        let fibers = self
            .fibers
            .iter_mut()
            .filter_map(|fiber| fiber_delta(fiber, &image))
            .collect();
        Delta {
            kept_levels,
            dropped_segments,
            segment,
            overlay_end,
            overlay,
            fibers,
            removed_fibers: std::mem::take(&mut self.removed_fibers),
            record: self.record(),
        }
    }

    /// What somebody else keeps with the record of a fiber has changed: the next checkpoint has the
    /// record.
    pub fn touch_fiber(&mut self, id: FiberId) {
        if let Some(index) = self.fiber_index(id) {
            self.fibers[index].changed = true;
        }
    }

    fn record(&self) -> ProcessRecord {
        ProcessRecord {
            roots: self.roots.map(|word| word.0),
            run_queue: self.run_queue.iter().copied().collect(),
            next_fiber: self.next_fiber,
            next_request: self.next_request,
            next_serial: self.heap.next_serial,
        }
    }

    /// The whole process as a state, without changing it: what tests compare the sum of all deltas
    /// with. The unsealed part is given as one last segment.
    #[must_use]
    pub fn full_state(&self) -> State {
        let mut segments: Vec<Segment> = Vec::new();
        let words = self.heap.words();
        for level in &self.heap.levels {
            let range = level.start as usize..(level.start + level.words) as usize;
            segments.push(Segment {
                id: level.segment,
                start: level.start,
                words: stored_words(&words[range]),
            });
        }
        if self.heap.top > self.heap.sealed_end {
            segments.push(Segment {
                id: u64::MAX,
                start: self.heap.sealed_end,
                words: stored_words(&words[self.heap.sealed_end as usize..]),
            });
        }
        let fibers = self.fibers.iter().map(|fiber| {
            let parts = fiber
                .parts
                .iter()
                .map(|part| part.used(&self.image).to_vec())
                .collect();
            (fiber.id, (fiber_record(fiber, &self.image), parts))
        });
        State {
            segments,
            overlay: BTreeMap::new(),
            fibers: fibers.collect(),
            record: self.record(),
        }
    }

    /// A process made again from its stored state.
    ///
    /// # Errors
    /// When the state is not one that a checkpoint made: the memory does not pass the verifier or
    /// a frame does not fit the image.
    pub fn restore(image: Arc<LoadedImage>, state: State) -> Result<Process, RestoreError> {
        let mut words = Vec::with_capacity(state.segments.iter().map(|s| s.words.len()).sum());
        let mut levels = Vec::with_capacity(state.segments.len());
        for segment in state.segments {
            let start = u32::try_from(words.len()).map_err(|_| RestoreError::Memory)?;
            if segment.start != start {
                return Err(RestoreError::Memory);
            }
            let length = u32::try_from(segment.words.len()).map_err(|_| RestoreError::Memory)?;
            levels.push(Level {
                start,
                words: length,
                segment: segment.id,
            });
            words.extend_from_slice(&segment.words);
        }
        if state
            .overlay
            .keys()
            .next_back()
            .is_some_and(|&addr| addr as usize >= words.len())
        {
            return Err(RestoreError::Memory);
        }
        let boot = Arc::clone(image.boot());
        let heap = Heap::from_sealed(boot, words, levels, state.overlay, state.record.next_serial);
        let mut fibers = Vec::with_capacity(state.fibers.len());
        for (id, (record, parts)) in state.fibers {
            fibers.push(restore_fiber(id, &record, parts, &heap.levels, &image)?);
        }
        let mut process = Process {
            heap,
            image,
            fibers,
            run_queue: state.record.run_queue.into(),
            roots: state.record.roots.map(Word),
            next_fiber: state.record.next_fiber,
            next_request: state.record.next_request,
            frames_collected: 0,
            ran_last: 0,
            removed_fibers: Vec::new(),
            stacks: 0,
            under_way: UnderWay::default(),
            is_interrupted: false,
        };
        for index in 0..process.fibers.len() {
            process.count_stack(index);
        }
        process.verify().map_err(RestoreError::Verify)?;
        Ok(process)
    }
}

/// Copies words as they are stored: cached hashes as 0.
fn stored_words(words: &[u64]) -> Vec<u64> {
    let mut copy = words.to_vec();
    let mut at = 0;
    while at < copy.len() {
        let header = Header(copy[at]);
        let hash = Kind::from_u8(header.kind_byte()).map_or(0, Kind::hash_word);
        if hash != 0 {
            copy[at + hash] = 0;
        }
        at += header.size() as usize;
    }
    copy
}

fn fiber_record(fiber: &Fiber, image: &LoadedImage) -> FiberRecord {
    let parts = fiber.parts.iter().map(|part| PartRecord {
        base: part.base,
        pc: part.pc,
        height: part.height(image),
        extent: part.extent.0,
    });
    FiberRecord {
        state: fiber.state,
        request: fiber.request.0,
        answer_to: fiber.answer_to,
        request_serial: fiber.request_serial,
        bindings: fiber.bindings.0,
        future: fiber.future.0,
        pending_error: fiber.pending_error.0,
        ends: fiber.ends.thrown.0,
        ends_count: fiber.ends.count,
        has_unnoted_ends: fiber.ends.are_unnoted,
        parts: parts.collect(),
        attached: fiber.attached.clone(),
        detached: fiber.detached.clone(),
    }
}

/// What changed of a fiber; it counts as stored from now on.
fn fiber_delta(fiber: &mut Fiber, image: &LoadedImage) -> Option<FiberDelta> {
    let mut any = std::mem::take(&mut fiber.changed);
    any |= fiber.parts.iter().any(|part| !part.patched.is_empty());
    if !any {
        // Most fibers wait.
        return None;
    }
    let record = fiber_record(fiber, image);
    let parts = fiber.parts.iter_mut();
    let parts = parts.map(|part| part_delta(part, image)).collect();
    Some(FiberDelta {
        id: fiber.id,
        record,
        parts,
    })
}

/// Of a part that has run the registers of the top frame count as changed.
fn part_delta(part: &mut StackPart, image: &LoadedImage) -> PartDelta {
    let height = part.height(image);
    let unchanged = if std::mem::take(&mut part.has_run) {
        part.base - FRAME_HEADER_WORDS
    } else {
        height
    };
    let first_changed = part.stored.min(unchanged).min(height);
    let mut patched = std::mem::take(&mut part.patched);
    patched.sort_unstable();
    patched.dedup();
    let mut ranges: Vec<(u32, Vec<u64>)> = Vec::new();
    for address in patched
        .into_iter()
        .filter(|&address| address < first_changed)
    {
        let word = part.words[address as usize];
        match ranges.last_mut() {
            Some((start, words)) if *start + words.len() as u32 == address => words.push(word),
            _ => ranges.push((address, vec![word])),
        }
    }
    if first_changed < height {
        let words = part.words[first_changed as usize..height as usize].to_vec();
        ranges.push((first_changed, words));
    }
    part.stored = height;
    PartDelta { ranges }
}

fn restore_fiber(
    id: FiberId,
    record: &FiberRecord,
    parts: Vec<Vec<u64>>,
    levels: &[Level],
    image: &LoadedImage,
) -> Result<Fiber, RestoreError> {
    let broken = RestoreError::Frame { fiber: id };
    let (first, top) = (record.attached.first(), record.attached.last());
    if parts.len() != record.parts.len() || !places_fit(record) {
        return Err(broken);
    }
    let only_throws = match record.state {
        FiberState::Failed => true,
        FiberState::Ready => !Word(record.pending_error).is_nil(),
        FiberState::Waiting | FiberState::Done => false,
    };
    let mut restored = Vec::with_capacity(parts.len());
    for ((place, words), part) in (0u32..).zip(parts).zip(&record.parts) {
        let mut part = StackPart {
            stored: part.height,
            words,
            base: part.base,
            pc: part.pc,
            low: part.base,
            marks: Vec::new(),
            patched: Vec::new(),
            has_run: false,
            extent: Word(part.extent),
        };
        // What is below a part, or detached, gets an answer to its last instruction.
        let is_inside = only_throws || top != Some(&place);
        if part.extent.is_nil() != (first == Some(&place)) || part.check(image, is_inside).is_err()
        {
            return Err(broken);
        }
        part.marks = marks_of(&part, levels, image);
        restored.push(part);
    }
    let mut fiber = Fiber {
        id,
        parts: restored,
        attached: record.attached.clone(),
        detached: record.detached.clone(),
        beside: 0,
        state: record.state,
        request: Word(record.request),
        answer_to: record.answer_to,
        request_serial: record.request_serial,
        bindings: Word(record.bindings),
        future: Word(record.future),
        pending_error: Word(record.pending_error),
        ends: Ends::stored(record),
        counted: 0,
        changed: false,
    };
    fiber.count_beside();
    Ok(fiber)
}

/// Whether each part is attached or detached once, and there is one to go on with unless the fiber has none.
fn places_fit(record: &FiberRecord) -> bool {
    let detached = record.detached.iter();
    let mut places: Vec<u32> = detached
        .flatten()
        .chain(&record.attached)
        .copied()
        .collect();
    places.sort_unstable();
    places.into_iter().eq(0..record.parts.len() as u32)
        && record.attached.is_empty() == record.parts.is_empty()
        && record.detached.iter().all(|body| !body.is_empty())
}

/// The marks of a stack that was read: for each boundary the base of the lowest frame with a word
/// that refers at or above it. Without them every merge of levels would scan the whole stack.
fn marks_of(part: &StackPart, levels: &[Level], image: &LoadedImage) -> Vec<u32> {
    let mut marks = vec![u32::MAX; levels.len() + 2];
    let mut above = part.height(image);
    for frame in part.frames(0) {
        let header = frame.base - frame.header_words;
        // The link, right below the registers, is no word.
        for address in (header..frame.base - 1).chain(frame.base..above) {
            let word = Word(part.words[address as usize]);
            if word.is_reference() {
                // Boundaries up to the word's own level; frames come from the top down, so the
                // last one seen is the lowest.
                let level = levels.partition_point(|level| level.start <= word.offset());
                if let Some(own) = level.checked_sub(1) {
                    marks[own] = frame.base;
                }
            }
        }
        above = header;
    }
    // A word that refers into a level refers above all older boundaries too.
    for index in (0..levels.len()).rev() {
        marks[index] = marks[index].min(marks[index + 1]);
    }
    marks
}

/// A stored state is not a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// The segments do not join, or an overlay entry lies outside.
    Memory,
    /// A fiber's frames do not fit its stack or the image.
    Frame {
        /// The fiber.
        fiber: FiberId,
    },
    /// The memory does not pass the verifier.
    Verify(crate::verify::VerifyError),
}

impl std::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RestoreError::Memory => f.write_str("its segments do not join"),
            RestoreError::Frame { fiber } => {
                write!(f, "the frames of fiber {fiber} do not fit its code")
            }
            RestoreError::Verify(error) => write!(f, "its memory is damaged: {error}"),
        }
    }
}

impl std::error::Error for RestoreError {}
