//! The collector: copies what is alive at or above a boundary, leaving everything older untouched.
//!
//! One algorithm serves every purpose, by its boundary:
//!
//! | boundary | collects | when |
//! |---|---|---|
//! | `nursery_start` | the nursery (a *minor* collection) | the nursery is full |
//! | `sealed_end` | nursery and unsealed survivors | survivors have doubled, or are few beside the nursery |
//! | a level's start | also that level and the younger ones (a *major* one at 0) | a checkpoint merges levels |
//!
//! Levels may become survivors again before a checkpoint does: small ones on which something hangs when
//! survivors have doubled, and all when the process holds more than its quota otherwise. What is garbage
//! in them counts for the quota no more than it would if no checkpoint had sealed it.
//!
//! It is Cheney's copying collector ("A nonrecursive list compacting algorithm", CACM 13(11), 1970)
//! with one twist: objects are copied to a scratch array that belongs to the thread, but forwarded
//! to the addresses they will have when the scratch is copied back to the boundary. A process
//! therefore has no to-space of its own.
//!
//! # Invariants
//! - No word below the boundary changes, except mutated cells (overlay, remembered set) that refer
//!   above it.
//! - After it, nothing refers to nursery addresses, and no stack word above the marks is dead yet
//!   not marked so.
//! - Its result depends on the process's state only: never on when it runs or on addresses.
//! - Where from-space is protected (in tests), no copy lies where an object of from-space lay, and
//!   what is left there is no object.

use crate::fiber::Fiber;
use crate::heap::{Heap, Level, POISON};
use crate::image::{LoadedImage, Standing};
use crate::object::{FIRST_VALUE, Header, Kind};
use crate::process::Process;
use crate::stack::{FRAME_HEADER_WORDS, FrameRef, StackPart};
use crate::word::{TAG_REF, Word};
use bytecode::liveness::Live;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static SCRATCH: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Scratch words a thread keeps between collections.
const SCRATCH_KEPT_WORDS: usize = 1 << 20;

/// Index of a boundary: `0 .. levels` are the levels' starts, then `sealed_end`, `nursery_start`.
type Boundary = usize;

impl Heap {
    fn survivor_boundary(&self) -> Boundary {
        self.levels.len()
    }

    fn nursery_boundary(&self) -> Boundary {
        self.levels.len() + 1
    }

    /// Words to leave as poison below the copies of a collection, 0 if from-space is not protected.
    ///
    /// Poison and copies take turns in the memory from the boundary on, as two semispaces do, so that
    /// no copy lies where an object was.
    fn poison_words(&mut self, boundary: Boundary) -> u32 {
        if !self.protects_from_space {
            self.poisoned = 0;
            return 0;
        }
        let space = self.top - self.boundary_offset(boundary);
        if boundary == self.nursery_boundary() {
            return if space == 0 {
                0
            } else {
                space.max(POISON_WORDS_MIN)
            };
        }
        // The poison that lies here has room for all copies: they go there.
        let fits = space - self.poisoned <= self.poisoned;
        self.poisoned = if fits { 0 } else { space.max(POISON_WORDS_MIN) };
        self.poisoned
    }

    fn boundary_offset(&self, boundary: Boundary) -> u32 {
        match boundary.checked_sub(self.levels.len()) {
            None => self.levels[boundary].start,
            Some(0) => self.sealed_end,
            Some(_) => self.nursery_start,
        }
    }
}

impl Process {
    /// Collects the nursery, and the survivors with it when they have doubled or cost little beside it.
    ///
    /// A dead survivor that was written keeps what it refers to until survivors are collected: of a lazy
    /// sequence that is walked, all that follows the cell at which the collection before found it. Few
    /// survivors are therefore collected each time, and with survivors that have doubled, levels that
    /// are small beside them.
    pub fn collect(&mut self) {
        let survivors = self.heap.nursery_start - self.heap.sealed_end;
        let made = self.heap.top - self.heap.nursery_start;
        let doubled = survivors >= self.heap.survivors_due;
        let boundary = if doubled || self.costs_less_than(survivors, made / 2) {
            if doubled {
                self.unseal_small_levels(survivors);
            }
            self.heap.survivor_boundary()
        } else {
            self.heap.nursery_boundary()
        };
        let poison = self.heap.poison_words(boundary);
        self.collect_from(boundary, poison);
        self.heap.nursery_start = self.heap.top;
        if boundary == self.heap.survivor_boundary() {
            self.heap.schedule_survivors();
        }
        self.heap.schedule_collection();
        self.finish_marks_of_unsealed();
    }

    /// Whether collecting so many survivors looks at no more words than these, stacks included.
    fn costs_less_than(&self, survivors: u32, words: u32) -> bool {
        if survivors > words {
            return false;
        }
        let boundary = self.heap.survivor_boundary();
        let parts = self.fibers.iter().flat_map(|fiber| &fiber.parts);
        let stack: u64 = parts
            .map(|part| u64::from(part.words_above(boundary)))
            .sum();
        stack <= u64::from(words)
    }

    /// Makes the youngest levels survivors again that are no larger than the survivors, together with
    /// which they are to be collected, if something unsealed hangs on a cell in them that was written
    /// since the last checkpoint.
    fn unseal_small_levels(&mut self, survivors: u32) {
        let heap = &self.heap;
        let sealed_end = heap.sealed_end;
        let small = |level: &&Level| sealed_end - level.start <= survivors;
        let count = heap.levels.iter().rev().take_while(small).count();
        let kept = heap.levels.len() - count;
        let Some(start) = heap.levels.get(kept).map(|level| level.start) else {
            return;
        };
        let hangs_on_them = heap.overlay.range(start..).any(|(&addr, &changed)| {
            changed && refers_above(Word(heap.words()[addr as usize]), sealed_end)
        });
        if hangs_on_them {
            self.unseal_levels(kept);
        }
    }

    /// Makes the levels from one on survivors again. The next checkpoint drops their segments.
    fn unseal_levels(&mut self, kept: usize) {
        let heap = &mut self.heap;
        let Some(start) = heap.levels.get(kept).map(|level| level.start) else {
            return;
        };
        heap.note_stored_bytes(start);
        let count = heap.levels.len() - kept;
        heap.sealed_end = start;
        heap.poisoned = 0;
        let taken = heap.levels.drain(kept..).map(|level| level.segment);
        heap.unsealed_segments.extend(taken);
        let mut overlay = std::mem::take(&mut heap.overlay);
        overlay.split_off(&start);
        // Older cells that refer into these levels, stored though they are, refer to survivors now.
        for (&addr, changed) in &mut overlay {
            *changed |= refers_above(Word(heap.words()[addr as usize]), start);
        }
        heap.overlay = overlay;
        for fiber in &mut self.fibers {
            for part in &mut fiber.parts {
                // The boundaries between go; that of the nursery follows the one of survivors.
                let nursery = part.marks.get(kept + count + 1).copied().unwrap_or(0);
                part.marks.resize(kept + 1, 0);
                part.marks.push(nursery);
            }
        }
    }

    /// Collects everything, sealed or not: what is left is what the process holds, whenever checkpoints
    /// were made. The next one stores all of it anew.
    pub fn collect_all(&mut self) {
        self.unseal_levels(0);
        self.collect_unsealed();
    }

    /// Collects everything unsealed: what is left is alive as of now.
    pub fn collect_unsealed(&mut self) {
        let boundary = self.heap.survivor_boundary();
        let poison = self.heap.poison_words(boundary);
        self.collect_from(boundary, poison);
        self.heap.nursery_start = self.heap.top;
        self.heap.schedule_survivors();
        self.heap.schedule_collection();
        self.finish_marks_of_unsealed();
    }

    /// Collects level `first_level` and everything younger; the caller seals what is left.
    pub(crate) fn collect_levels(&mut self, first_level: usize) {
        // What is sealed is stored as it lies: no poison in between.
        self.heap.poisoned = 0;
        self.collect_from(first_level, 0);
    }

    /// After a collection of unsealed memory, all that is left of it is survivors. Also after one
    /// of the nursery alone: were its mark kept as low as the collection went, each of the next ones
    /// would walk the whole stack.
    fn finish_marks_of_unsealed(&mut self) {
        self.finish_marks(self.heap.survivor_boundary(), self.heap.nursery_boundary());
    }

    /// After a collection: stack words refer below `clean` boundaries from the stack's whole height.
    pub(crate) fn finish_marks(&mut self, collected: Boundary, clean: Boundary) {
        for fiber in &mut self.fibers {
            for part in &mut fiber.parts {
                part.marks.resize(clean + 1, 0);
                let low = part.low;
                for mark in &mut part.marks[..=collected] {
                    *mark = (*mark).min(low);
                }
                for mark in &mut part.marks[collected + 1..] {
                    *mark = u32::MAX;
                }
                // What has not run differs from what is stored by what was patched.
                if part.has_run {
                    part.stored = part.stored.min(low - FRAME_HEADER_WORDS);
                }
                part.low = part.base;
            }
        }
    }

    /// Copies what is alive at or above `boundary`. The areas' ends and the marks are the caller's.
    /// The copies begin `poison` words above it.
    fn collect_from(&mut self, boundary: Boundary, poison: u32) {
        let from = self.heap.boundary_offset(boundary);
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.clear();
            if poison > 0 {
                poison_object(scratch, poison);
            }
            let image = Arc::clone(&self.image);
            let mut overlay = std::mem::take(&mut self.heap.overlay);
            let mut remembered = std::mem::take(&mut self.heap.remembered);
            let mut stored_bytes = std::mem::take(&mut self.heap.stored_bytes);
            // Each once: a word that was forwarded looks like one that has to be.
            remembered.sort_unstable();
            remembered.dedup();
            let nursery_only = boundary == self.heap.nursery_boundary();
            let unsealed_only = boundary >= self.heap.survivor_boundary();
            let mut collector = Collector {
                words: self.heap.words_mut(),
                from,
                scratch,
                frames: 0,
            };

            for root in &mut self.roots {
                *root = collector.forward(*root);
            }
            for fiber in &mut self.fibers {
                collector.fiber(fiber, boundary, &image);
            }
            // Entries at or above the boundary belong to objects that are copied as they are now.
            overlay.retain(|&addr, _| addr < from);
            for (&addr, changed) in &mut overlay {
                // Unless levels move, only cells marked as changed can refer so far.
                if unsealed_only && !*changed {
                    continue;
                }
                let old = Word(collector.words[addr as usize]);
                let new = collector.forward(old);
                if new != old {
                    collector.words[addr as usize] = new.0;
                    *changed = true;
                }
            }
            if nursery_only {
                for addr in remembered {
                    let old = Word(collector.words[addr as usize]);
                    collector.words[addr as usize] = collector.forward(old).0;
                }
            }
            collector.scan();
            // What was not copied is gone.
            let moved = stored_bytes.split_off(stored_bytes.partition_point(|&at| at < from));
            let first = stored_bytes.len();
            let header = |at: u32| Header(collector.words[at as usize]);
            stored_bytes.extend(moved.into_iter().filter_map(|at| header(at).forwarded_to()));
            stored_bytes[first..].sort_unstable();
            self.frames_collected += collector.frames;
            self.heap.stored_bytes = stored_bytes;
            self.heap.overlay = overlay;
            self.heap.replace_from(from, scratch);
            if scratch.capacity() > SCRATCH_KEPT_WORDS {
                scratch.clear();
                scratch.shrink_to(SCRATCH_KEPT_WORDS);
            }
        });
    }
}

/// Fewest words of a byte string.
const POISON_WORDS_MIN: u32 = 3;

/// Adds a byte string of so many words that nothing refers to and no reference may lead into.
fn poison_object(to: &mut Vec<u64>, words: u32) {
    let data = words - POISON_WORDS_MIN;
    to.push(Header::new(Kind::Bytes, 0, 0, words).0);
    to.extend([u64::from(data) * 8, 0]);
    to.resize(words as usize, POISON);
}

/// Answers about liveness that are kept while a stack is walked: a deep one is mostly the same calls
/// over and over.
const LIVE_KEPT: usize = 4;

/// What lives at a place in the code.
#[derive(Default)]
struct LiveAt {
    place: Option<(u32, Standing)>,
    live: Live,
}

/// A collection under way.
struct Collector<'a> {
    /// The process's memory; objects at or above `from` turn into forwarding words.
    words: &'a mut [u64],
    from: u32,
    /// Copies; the word at `scratch[i]` will be at `from + i`.
    scratch: &'a mut Vec<u64>,
    /// Frames looked at.
    frames: u64,
}

/// Whether a word refers at or above an offset.
#[inline(always)]
fn refers_above(word: Word, from: u32) -> bool {
    word.0 >= (TAG_REF << 48 | from as u64) && word.is_reference()
}

impl Collector<'_> {
    /// The word to use from now on.
    #[inline]
    fn forward(&mut self, word: Word) -> Word {
        if refers_above(word, self.from) {
            self.copy(word.offset())
        } else {
            word
        }
    }

    fn copy(&mut self, offset: u32) -> Word {
        let at = offset as usize;
        let header = Header(self.words[at]);
        if let Some(moved) = header.forwarded_to() {
            return Word::reference(moved);
        }
        let to = self.from + u32::try_from(self.scratch.len()).expect("copies fit the memory");
        self.scratch
            .extend_from_slice(&self.words[at..at + header.size() as usize]);
        self.words[at] = Header::forward(to).0;
        Word::reference(to)
    }

    /// Forwards the value words of all copies, which makes more copies until none is left.
    fn scan(&mut self) {
        let mut at = 0;
        while at < self.scratch.len() {
            let header = Header(self.scratch[at]);
            let size = header.size() as usize;
            let first = FIRST_VALUE[header.kind_byte() as usize];
            if first != u32::MAX {
                for index in at + first as usize..at + size {
                    let word = Word(self.scratch[index]);
                    if refers_above(word, self.from) {
                        let moved = self.copy(word.offset());
                        self.scratch[index] = moved.0;
                    }
                }
            }
            at += size;
        }
    }

    fn fiber(&mut self, fiber: &mut Fiber, boundary: Boundary, image: &LoadedImage) {
        for word in [
            &mut fiber.request,
            &mut fiber.bindings,
            &mut fiber.future,
            &mut fiber.pending_error,
            &mut fiber.ends.thrown,
        ] {
            let moved = self.forward(*word);
            if moved != *word {
                *word = moved;
                fiber.changed = true;
            }
        }
        for place in 0..fiber.parts.len() {
            let is_inside = fiber.is_part_inside(place);
            let part = &mut fiber.parts[place];
            let extent = self.forward(part.extent);
            fiber.changed |= extent != part.extent;
            part.extent = extent;
            self.part(part, boundary, is_inside, image);
        }
    }

    /// Scans the frames of a part that may refer to what is collected.
    fn part(
        &mut self,
        part: &mut StackPart,
        boundary: Boundary,
        is_inside: bool,
        image: &LoadedImage,
    ) {
        let mark = part.marks.get(boundary).copied().unwrap_or(0).min(part.low);
        // The frame above: its header is where the registers of the frame below end.
        let mut above = part.height(image);
        let mut frame = Some(if is_inside {
            part.inside_frame(0)
        } else {
            part.top_frame(0)
        });
        let mut found: [LiveAt; LIVE_KEPT] = Default::default();
        while let Some(current) = frame {
            if current.base < mark {
                break;
            }
            self.frames += 1;
            let place = (current.proto, current.standing);
            let kept = &mut found[current.at as usize % LIVE_KEPT];
            if kept.place != Some(place) {
                image
                    .proto(current.proto)
                    .live(current.standing, &mut kept.live);
                kept.place = Some(place);
            }
            let live = &found[current.at as usize % LIVE_KEPT].live;
            self.frame(part, current, above, live);
            above = current.base - current.header_words;
            frame = part.caller(current);
        }
    }

    /// Forwards the live words of a frame and marks the others dead.
    fn frame(&mut self, part: &mut StackPart, frame: FrameRef, above: u32, live: &Live) {
        self.stack_word(part, frame.base - 2, live.function);
        if frame.header_words > FRAME_HEADER_WORDS {
            self.stack_word(part, frame.base - frame.header_words, true);
        }
        for address in frame.base..above {
            self.stack_word(part, address, live.registers.contains(address - frame.base));
        }
    }

    #[inline]
    fn stack_word(&mut self, part: &mut StackPart, address: u32, live: bool) {
        let old = Word(part.words[address as usize]);
        let new = if live { self.forward(old) } else { Word::DEAD };
        if new != old {
            part.words[address as usize] = new.0;
            if address < part.stored {
                part.patched.push(address);
            }
        }
    }
}
