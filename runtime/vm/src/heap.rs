//! A process's memory: one array of words in three areas.
//!
//! ```text
//! 0          levels[1].start   sealed_end      nursery_start        top        capacity
//! +-----------------+---------------+------------------+--------------+-----------+
//! | level 0 (oldest)|  level 1 …    | unsealed         | nursery      | free      |
//! |                 |               | survivors        |              |           |
//! +-----------------+---------------+------------------+--------------+-----------+
//! '---- sealed: equals what is stored ----'
//! ```
//!
//! # Invariants
//! - Words below `sealed_end` equal what the store holds, except mutated cells, whose addresses are
//!   in the overlay, and cached hashes, which are stored as 0.
//! - A word of an older area or level refers to a younger one only from an address in `overlay`
//!   (holder sealed) or `remembered` (holder an unsealed survivor): [`Heap::write`] is the only way
//!   to write into an object after it was made.
//! - Allocation never collects and never moves anything: it bumps `top`, growing the array when it
//!   must. Collections happen at safepoints only, when the machine sees [`Heap::wants_collection`].
//!   So words held in Rust locals stay valid within one instruction.
//! - A reference to the boot segment never leads back into the process's memory.
//!
//! What it does not do: collect (see `collect`), know stacks and roots (see `process`).

use crate::object::{FIRST_VALUE, Header, Kind, Object};
use crate::offsets::Offsets;
use crate::value::keys::Keys;
use crate::value::regex::long::Following;
use crate::value::string::places::Places;
use crate::word::Word;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A level of the sealed part: one segment of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Offset of its first word.
    pub start: u32,
    /// Number of words.
    pub words: u32,
    /// The store's name of the segment.
    pub segment: u64,
}

/// Nursery words after which a collection is due, for a process that has little alive.
const NURSERY_WORDS_MIN: u32 = 2 * 1024;
/// The same for a process that has had a collection before.
const NURSERY_WORDS_BUSY: u32 = 4 * 1024;
/// Nursery words after which a collection is due, for a process that has much alive.
const NURSERY_WORDS_MAX: u32 = 64 * 1024;
/// Unsealed survivors below which they are not worth a collection of their own.
const SURVIVOR_WORDS_MIN: u32 = 64 * 1024;
/// The same where from-space is protected: levels of small programs become survivors again, too.
const SURVIVOR_WORDS_MIN_IN_TESTS: u32 = 64;

/// Words by which the array grows at most at a time: they are set to zero.
const GROWN_WORDS_MAX: usize = 256 * 1024;

/// Words that the handler of a memory-limit error may use beyond the quota.
pub(crate) const QUOTA_RESERVE_WORDS: usize = 64 * 1024;
/// Of the memory that a process may hold the stack of a fiber may take one part in so many: recursion that
/// does not end is found out before gigabytes of frames are stored, and ten million calls fit into 4 GB.
const STACK_PARTS: usize = 4;

/// A process's memory.
#[derive(Debug)]
pub struct Heap {
    words: Vec<u64>,
    pub(crate) top: u32,
    pub(crate) nursery_start: u32,
    pub(crate) sealed_end: u32,
    pub(crate) levels: Vec<Level>,
    /// Segments of levels that became survivors again since the last checkpoint.
    pub(crate) unsealed_segments: Vec<u64>,
    /// Byte strings of those levels, by offset, ascending: whether an error was thrown before the last
    /// checkpoint is told by whether its trace was stored with it. None is kept alive by being here.
    pub(crate) stored_bytes: Vec<u32>,
    /// Addresses of sealed words mutated since their level was sealed; `true`: since the last
    /// checkpoint. All that refer above the sealed part are `true`.
    pub(crate) overlay: BTreeMap<u32, bool>,
    /// Addresses of unsealed survivors' words that were written since the last collection.
    pub(crate) remembered: Vec<u32>,
    /// Least size of the nursery: smaller until the first collection.
    nursery_words: u32,
    /// Offset of `top` at which a collection is due.
    pub(crate) collect_at: u32,
    /// Survivor words at which survivors are collected together with the nursery.
    pub(crate) survivors_due: u32,
    boot: Arc<[u64]>,
    /// Next serial number for objects with identity.
    pub(crate) next_serial: u64,
    /// Cells with a smaller serial are another's: changing one is an effect, as which it is refused
    /// where code must be pure.
    pub(crate) own_from: u64,
    /// Words of live memory this process may hold.
    pub quota_words: u32,
    /// Whether the handler of a memory-limit error is using the reserve.
    pub(crate) reserve_used: bool,
    /// Whether collections move everything they keep and make what they leave unreadable, for
    /// tests: a reference that was not forwarded leads into poison, never to another object.
    pub protects_from_space: bool,
    /// Whether natives hand over to walks early and the walks' steps are short, for tests: small
    /// inputs go the ways of large ones.
    pub short_steps: bool,
    /// Greatest fuel that one call of a native has cost beside the call: the longest work between two
    /// safepoints, for tests.
    pub longest_charge: u32,
    /// What is known of large keys.
    pub(crate) keys: Keys,
    /// Where characters of long strings lie.
    pub(crate) places: Places,
    /// Words of poison at the survivors' start.
    pub(crate) poisoned: u32,
    /// Matches that are followed over much text, by the offset of the state of their search, until
    /// that moves.
    pub(crate) followed: FxHashMap<u32, Box<Following>>,
    /// Offsets of what walks have noted, by the offset of their state, until it moves: without those
    /// that have.
    pub(crate) noted: FxHashMap<u32, Offsets>,
}

/// Fills from-space in tests: as a header it is of no kind.
pub(crate) const POISON: u64 = 0xdbdb_dbdb_dbdb_dbdb;

impl Heap {
    /// An empty memory over a boot segment.
    #[must_use]
    pub fn new(boot: Arc<[u64]>) -> Heap {
        let mut heap = Heap {
            words: Vec::new(),
            top: 0,
            nursery_start: 0,
            sealed_end: 0,
            levels: Vec::new(),
            unsealed_segments: Vec::new(),
            stored_bytes: Vec::new(),
            overlay: BTreeMap::new(),
            remembered: Vec::new(),
            nursery_words: NURSERY_WORDS_MIN,
            collect_at: 0,
            survivors_due: SURVIVOR_WORDS_MIN,
            boot,
            next_serial: 1,
            own_from: 0,
            quota_words: u32::MAX,
            reserve_used: false,
            protects_from_space: false,
            short_steps: false,
            longest_charge: 0,
            keys: Keys::default(),
            places: Places::default(),
            poisoned: 0,
            noted: FxHashMap::default(),
            followed: FxHashMap::default(),
        };
        heap.schedule_collection();
        heap
    }

    /// A memory with these sealed levels, for a process read from the store.
    pub(crate) fn from_sealed(
        boot: Arc<[u64]>,
        words: Vec<u64>,
        levels: Vec<Level>,
        overlay: BTreeMap<u32, u64>,
        next_serial: u64,
    ) -> Heap {
        let mut heap = Heap::new(boot);
        let end = u32::try_from(words.len()).expect("offsets are 32-bit");
        heap.words = words;
        heap.top = end;
        heap.nursery_start = end;
        heap.sealed_end = end;
        heap.levels = levels;
        heap.next_serial = next_serial;
        for (addr, word) in overlay {
            heap.words[addr as usize] = word;
            heap.overlay.insert(addr, false);
        }
        heap.schedule_collection();
        heap
    }

    /// Has another boot segment, which begins with the words of this one.
    pub(crate) fn extend_boot(&mut self, boot: Arc<[u64]>) {
        debug_assert!(boot.starts_with(&self.boot), "it is extended");
        self.boot = boot;
    }

    /// The boot segment.
    #[must_use]
    pub fn boot(&self) -> &Arc<[u64]> {
        &self.boot
    }

    /// Sets from where serials are counted: a macro's process counts from a number of its call, so
    /// that names made of serials differ between calls and are the same for the same call.
    pub fn count_serials_from(&mut self, serial: u64) {
        self.next_serial = serial;
    }

    /// Makes all cells there are another's: from now on changing one of them asks for the effect
    /// `:ox/change`, which nobody grants where code must be pure. Memo tables are left out: what is
    /// in one makes no difference.
    pub fn disown_cells(&mut self) {
        self.own_from = self.next_serial;
    }

    /// Words in use: sealed, survivors and nursery.
    #[must_use]
    pub fn used_words(&self) -> u32 {
        self.top
    }

    /// Words of the sealed part.
    #[must_use]
    pub fn sealed_words(&self) -> u32 {
        self.sealed_end
    }

    /// The sealed part's levels, oldest first.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Words that the stack of a fiber may take.
    pub(crate) fn stack_quota_words(&self) -> usize {
        self.quota_words as usize / STACK_PARTS
    }

    /// Whether a collection is due at the next safepoint.
    #[must_use]
    #[inline(always)]
    pub fn wants_collection(&self) -> bool {
        self.top >= self.collect_at
    }

    /// Sets when the next collection is due, from what is alive now.
    pub(crate) fn schedule_collection(&mut self) {
        let survivors = self.nursery_start - self.sealed_end;
        let nursery = survivors.clamp(self.nursery_words, NURSERY_WORDS_MAX);
        self.nursery_words = NURSERY_WORDS_BUSY;
        self.collect_at = self.nursery_start.saturating_add(nursery);
    }

    /// Sets at how many survivor words they are collected again.
    pub(crate) fn schedule_survivors(&mut self) {
        let survivors = self.nursery_start - self.sealed_end;
        let least = if self.protects_from_space {
            SURVIVOR_WORDS_MIN_IN_TESTS
        } else {
            SURVIVOR_WORDS_MIN
        };
        self.survivors_due = survivors.saturating_mul(2).max(least);
    }

    /// Words that what natives keep of this process beside its memory would take there.
    pub(crate) fn followed_words(&self) -> usize {
        let bytes = self.followed.values().map(|following| following.memory());
        bytes.sum::<usize>().div_ceil(8)
    }

    // ---- making objects ----

    /// Room for an object of `size` words (header included), its words zero. The caller fills every
    /// word before the next safepoint.
    ///
    /// # Panics
    /// If the process's memory would pass 2^32 words; the quota is far below.
    #[inline]
    fn bump(&mut self, size: u32) -> u32 {
        let offset = self.top;
        let end = offset
            .checked_add(size)
            .expect("a process's memory has at most 2^32 words");
        if end as usize > self.words.len() {
            self.grow(end as usize);
        }
        self.top = end;
        offset
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, needed: usize) {
        // Half as much again, in steps that keep a small process small, and of which none takes long:
        // the array itself reserves more.
        let capacity = needed + (needed / 2).clamp(256, GROWN_WORDS_MAX);
        self.words.resize(capacity, 0);
    }

    /// Makes an object: `raw` words as they are, then `values`. `flags` and `aux` go to the header.
    pub fn make(&mut self, kind: Kind, flags: u8, aux: u16, raw: &[u64], values: &[Word]) -> Word {
        debug_assert!(
            kind.raw() == Kind::ALL_RAW || kind.raw() == raw.len(),
            "{kind:?}"
        );
        let size = u32::try_from(1 + raw.len() + values.len()).expect("object size is 32-bit");
        let offset = self.bump(size);
        let at = offset as usize;
        self.words[at] = Header::new(kind, flags, aux, size).0;
        self.words[at + 1..at + 1 + raw.len()].copy_from_slice(raw);
        for (slot, value) in self.words[at + 1 + raw.len()..at + size as usize]
            .iter_mut()
            .zip(values)
        {
            *slot = value.0;
        }
        Word::reference(offset)
    }

    /// Makes an object whose words after the header `fill` writes (they may hold anything before).
    /// `fill` gets exactly `size - 1` words.
    #[inline]
    pub fn make_with(
        &mut self,
        kind: Kind,
        flags: u8,
        aux: u16,
        size: u32,
        fill: impl FnOnce(&mut [u64]),
    ) -> Word {
        debug_assert!(size >= 1);
        let offset = self.bump(size);
        let at = offset as usize;
        let words = &mut self.words[at..at + size as usize];
        words[0] = Header::new(kind, flags, aux, size).0;
        fill(&mut words[1..]);
        Word::reference(offset)
    }

    /// Makes an object from an older one: `fill` gets the older object's words and the new one's,
    /// both with their headers, and writes every word of the new one but the header.
    #[inline]
    pub fn make_from(
        &mut self,
        kind: Kind,
        flags: u8,
        aux: u16,
        size: u32,
        source: Word,
        fill: impl FnOnce(&[u64], &mut [u64]),
    ) -> Word {
        debug_assert!(source.is_object() && size >= 1);
        let offset = self.bump(size);
        let (older, newer) = self.words.split_at_mut(offset as usize);
        let from: &[u64] = if source.is_boot() { &self.boot } else { older };
        let start = source.offset() as usize;
        let old = &from[start..start + Header(from[start]).size() as usize];
        let new = &mut newer[..size as usize];
        new[0] = Header::new(kind, flags, aux, size).0;
        fill(old, new);
        Word::reference(offset)
    }

    /// A number for a new object with identity; never used twice in a process.
    pub fn fresh_serial(&mut self) -> u64 {
        let serial = self.next_serial;
        self.next_serial += 1;
        serial
    }

    // ---- reading objects ----

    /// The object a reference leads to.
    ///
    /// # Panics
    /// If the word is no reference, or leads outside: an invariant is broken.
    #[must_use]
    #[inline(always)]
    pub fn object(&self, reference: Word) -> Object<'_> {
        debug_assert!(reference.is_object(), "{reference:?} is no reference");
        let words: &[u64] = if reference.is_boot() {
            &self.boot
        } else {
            &self.words
        };
        let at = reference.offset() as usize;
        let size = Header(words[at]).size() as usize;
        Object::new(&words[at..at + size])
    }

    /// The object, if the word refers to one.
    #[must_use]
    #[inline(always)]
    pub fn try_object(&self, word: Word) -> Option<Object<'_>> {
        if word.is_object() {
            Some(self.object(word))
        } else {
            None
        }
    }

    /// The kind of object a word refers to, if it does.
    #[must_use]
    #[inline(always)]
    pub fn kind_of(&self, word: Word) -> Option<Kind> {
        if word.is_object() {
            Some(self.header(word).kind())
        } else {
            None
        }
    }

    /// The header a reference leads to.
    #[must_use]
    #[inline(always)]
    pub fn header(&self, reference: Word) -> Header {
        let at = reference.offset() as usize;
        Header(if reference.is_boot() {
            self.boot[at]
        } else {
            self.words[at]
        })
    }

    /// Word `index` of the object a reference leads to (0 is the header).
    #[must_use]
    #[inline(always)]
    pub fn word(&self, reference: Word, index: u32) -> Word {
        let at = (reference.offset() + index) as usize;
        Word(if reference.is_boot() {
            self.boot[at]
        } else {
            self.words[at]
        })
    }

    // ---- writing into objects ----

    /// Writes value word `index` of a mutable object of this process: the write barrier.
    ///
    /// # Panics
    /// If the object is in the boot segment or of a kind that is not mutable.
    pub fn write(&mut self, reference: Word, index: u32, value: Word) {
        assert!(
            reference.is_reference(),
            "objects of the boot segment are never written"
        );
        let header = self.header(reference);
        assert!(header.kind().is_mutable(), "{header:?} is not mutable");
        assert!(index >= FIRST_VALUE[header.kind_byte() as usize] && index < header.size());
        let addr = reference.offset() + index;
        self.words[addr as usize] = value.0;
        if addr < self.nursery_start {
            self.remember(addr);
        }
    }

    /// Writes state and content of a lazy cell of this process: [`Heap::write`] for both.
    #[inline(always)]
    pub(crate) fn set_lazy(&mut self, cell: Word, state: Word, content: Word) {
        debug_assert!(cell.is_reference() && self.header(cell).kind() == Kind::Lazy);
        let addr = cell.offset() + 1;
        let words = &mut self.words[addr as usize..addr as usize + 2];
        words[0] = state.0;
        words[1] = content.0;
        if addr < self.nursery_start {
            self.remember(addr);
            self.remember(addr + 1);
        }
    }

    #[cold]
    fn remember(&mut self, addr: u32) {
        if addr < self.sealed_end {
            self.overlay.insert(addr, true);
        } else {
            self.remembered.push(addr);
        }
    }

    /// Caches a computed hash in its hash word. No barrier: the word is no part of the value.
    pub fn cache_hash(&mut self, reference: Word, hash: u64) {
        if reference.is_reference() {
            let index = self.header(reference).kind().hash_word();
            debug_assert!(index > 0);
            self.words[reference.offset() as usize + index] = hash;
        }
    }

    /// Whether an object was made since the last checkpoint, so that its owner may edit it in place.
    #[must_use]
    pub fn is_unsealed(&self, reference: Word) -> bool {
        reference.is_reference() && reference.offset() >= self.sealed_end
    }

    /// Edits words of a transient's node in place.
    ///
    /// The caller has checked the owner's token and that the node is [unsealed](Heap::is_unsealed);
    /// survivors go through the remembered set.
    ///
    /// # Panics
    /// If the node is sealed: sealed words other than mutable cells never change.
    pub fn edit_node(&mut self, reference: Word, index: u32, value: Word) {
        assert!(self.is_unsealed(reference), "a sealed node is never edited");
        let addr = reference.offset() + index;
        self.words[addr as usize] = value.0;
        if addr < self.nursery_start {
            self.remembered.push(addr);
        }
    }

    /// Whether a byte string was stored by the last checkpoint.
    pub(crate) fn has_stored_bytes(&self, reference: Word) -> bool {
        !self.is_unsealed(reference) || self.stored_bytes.binary_search(&reference.offset()).is_ok()
    }

    // ---- for the collectors ----

    /// Notes the byte strings of the levels from an offset on: they are to become survivors again.
    pub(crate) fn note_stored_bytes(&mut self, start: u32) {
        let mut found = Vec::new();
        let mut at = start;
        while at < self.sealed_end {
            let header = Header(self.words[at as usize]);
            if header.kind_byte() == Kind::Bytes as u8 {
                found.push(at);
            }
            at += header.size();
        }
        found.append(&mut self.stored_bytes);
        self.stored_bytes = found;
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words[..self.top as usize]
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        let top = self.top as usize;
        &mut self.words[..top]
    }

    /// Replaces everything from `from` on by `words`.
    pub(crate) fn replace_from(&mut self, from: u32, words: &[u64]) {
        self.keys.forget_from(from);
        self.places.forget_from(from);
        let end = from as usize + words.len();
        if end > self.words.len() {
            self.grow(end);
        }
        self.words[from as usize..end].copy_from_slice(words);
        self.noted.retain(|&state, noted| {
            noted.remove_from(from);
            state < from
        });
        self.followed.retain(|&state, _| state < from);
        if self.protects_from_space {
            let old_top = (self.top as usize).max(end);
            self.words[end..old_top].fill(POISON);
        }
        self.top = u32::try_from(end).expect("a collection never makes more words");
        // Give back what a burst of garbage took, unless it will be wanted again soon.
        let wanted = end + NURSERY_WORDS_MAX as usize * 2;
        if self.words.len() > 4 * wanted {
            self.words.truncate(wanted);
            self.words.shrink_to_fit();
        }
    }

    /// Adds words behind all others, which belong to whole objects when the caller is done: where they
    /// are to be changed.
    pub(crate) fn append(&mut self, words: &[u64]) -> &mut [u64] {
        let size = u32::try_from(words.len()).expect("pieces are short");
        let at = self.bump(size) as usize;
        let there = &mut self.words[at..at + words.len()];
        there.copy_from_slice(words);
        there
    }

    /// Takes back what was [appended](Heap::append) from an offset on, and nothing refers to.
    pub(crate) fn take_back(&mut self, from: u32) {
        debug_assert!(from >= self.nursery_start && from <= self.top);
        self.top = from;
    }
}
