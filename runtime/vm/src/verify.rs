//! The heap verifier: whether memory is what the machine believes it is.
//!
//! It runs when a process or image is loaded, and in test modes after every collection.
//!
//! # Invariants
//! - Memory that passes holds whole objects of known kinds, references only to objects' first
//!   words, text only as UTF-8, and references from older to younger areas only where the overlay
//!   or the remembered set says so. The interpreter and `view` rely on exactly this.

use crate::heap::Heap;
use crate::image::{LoadedImage, Standing};
use crate::object::{FIRST_VALUE, Header, Kind};
use crate::offsets::Offsets;
use crate::process::Process;
use crate::stack::{BOTTOM_BASE, FRAME_HEADER_WORDS, Return, StackPart};
use crate::value::copy::Effort;
use crate::value::extent;
use crate::view::bytes_of;
use crate::word::Word;
use bytecode::liveness::Live;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Word offset of the object or stack word.
    pub at: u32,
    /// What is wrong there.
    pub what: &'static str,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "word {}: {}", self.at, self.what)
    }
}

impl std::error::Error for VerifyError {}

/// Walks the objects of a memory: their headers, sizes and texts.
fn object_starts(words: &[u64]) -> Result<Offsets, VerifyError> {
    let mut finding = FindStarts::default();
    while !finding.step(words, &mut Effort::all())? {}
    Ok(finding.starts)
}

/// Words of a text that are checked at once.
const PIECE_WORDS: usize = 4096;

/// The same in steps.
#[derive(Debug, Default)]
pub(crate) struct FindStarts {
    starts: Offsets,
    at: usize,
    text: CheckText,
}

impl FindStarts {
    /// Walks on; whether all is done.
    pub(crate) fn step(&mut self, words: &[u64], effort: &mut Effort) -> Result<bool, VerifyError> {
        while self.at < words.len() {
            if effort.is_used_up() {
                return Ok(false);
            }
            let at = self.at;
            let error = |what| VerifyError {
                at: at as u32,
                what,
            };
            let header = Header(words[at]);
            let kind =
                Kind::from_u8(header.kind_byte()).ok_or_else(|| error("no object header"))?;
            let size = header.size() as usize;
            if size == 0 || size > words.len() - at {
                return Err(error("an object's size leads outside"));
            }
            if kind.raw() != Kind::ALL_RAW && size < 1 + kind.raw() {
                return Err(error("an object is smaller than its kind"));
            }
            let object = &words[at..at + size];
            check_object(kind, header, object).map_err(error)?;
            if kind == Kind::Str {
                if !self.text.step(header, object, effort).map_err(error)? {
                    return Ok(false);
                }
                self.text = CheckText::default();
                effort.take(TEXT_AT);
            } else {
                effort.take(size);
            }
            self.starts.insert(at as u32);
            self.at += size;
        }
        Ok(true)
    }

    /// What was found.
    pub(crate) fn starts(&self) -> &Offsets {
        &self.starts
    }
}

/// Words of a string object before its bytes.
const TEXT_AT: usize = 3;

/// The text of a string being checked, in steps.
#[derive(Debug, Default)]
struct CheckText {
    /// Bytes checked, and the characters in them.
    at: usize,
    characters: usize,
    /// Whether one of them is not ASCII.
    has_others: bool,
}

impl CheckText {
    /// Checks on; whether all is done. The object's size is right.
    fn step(
        &mut self,
        header: Header,
        words: &[u64],
        effort: &mut Effort,
    ) -> Result<bool, &'static str> {
        let length = words[1] as u32 as usize;
        let bytes = &bytes_of(&words[TEXT_AT..])[..length];
        while self.at < length {
            if effort.is_used_up() {
                return Ok(false);
            }
            let mut end = length.min(self.at + 8 * effort.at_most(PIECE_WORDS));
            // A character has four bytes at most, and a piece more than that unless it is the last.
            for _ in 0..3 {
                if end < length && (0x80..0xc0).contains(&bytes[end]) {
                    end -= 1;
                }
            }
            let piece = std::str::from_utf8(&bytes[self.at..end]);
            let piece = piece.map_err(|_| "a text is not UTF-8")?;
            self.characters += piece.chars().count();
            self.has_others |= !piece.is_ascii();
            effort.take(piece.len().div_ceil(8));
            self.at = end;
        }
        if self.characters != (words[1] >> 32) as usize {
            return Err("a text's count of characters is wrong");
        }
        if self.has_others == (header.flags() & crate::object::FLAG_ASCII != 0) {
            return Err("a text's ASCII flag is wrong");
        }
        Ok(true)
    }
}

/// Fewest words an object of this kind has, header included.
fn least_size(kind: Kind, header: Header) -> usize {
    let meta = usize::from(header.has_meta());
    let aux = usize::from(header.aux());
    match kind {
        Kind::Int | Kind::Reduced | Kind::Regex | Kind::Native => 2,
        Kind::Ratio | Kind::Decimal | Kind::Inst | Kind::Uuid | Kind::Var | Kind::Pid => 3,
        Kind::Tagged | Kind::Ref | Kind::Secret | Kind::Volatile => 3,
        Kind::Str | Kind::Bytes => 3,
        Kind::Symbol | Kind::Keyword => 4 + meta,
        Kind::Cons => 3 + meta,
        Kind::List | Kind::Vector => 5 + meta,
        Kind::Map | Kind::Set | Kind::Record => 4 + meta,
        Kind::Type => 3,
        Kind::SortedMap | Kind::SortedSet | Kind::Queue => 5 + meta,
        Kind::SortedMapNode => 5,
        Kind::SortedSetNode => 4,
        Kind::SmallVector => 1 + aux + meta,
        Kind::SmallMap => 2 + 2 * aux + meta,
        Kind::SmallSet => 2 + aux + meta,
        Kind::MapNode | Kind::SetNode | Kind::MapCollision | Kind::SetCollision => 2,
        Kind::Lazy | Kind::Range | Kind::Delay | Kind::Promise | Kind::Future => 4,
        Kind::Error => 6,
        Kind::Atom | Kind::TransientVector => 5,
        Kind::TransientMap | Kind::TransientSet | Kind::Instance => 4,
        Kind::Extent => 6,
        Kind::IndexSeq => 3 + meta,
        Kind::NodeSeq => 4 + meta,
        Kind::Function => 2 + meta,
        // The magnitude of zero has no words.
        Kind::BigInt | Kind::VectorNode | Kind::Array | Kind::Filler => 1,
    }
}

fn check_object(kind: Kind, header: Header, words: &[u64]) -> Result<(), &'static str> {
    if words.len() < least_size(kind, header) {
        return Err("an object is smaller than its kind");
    }
    if matches!(kind, Kind::Str | Kind::Bytes) {
        let length = words[1] as u32 as usize;
        if length > (words.len() - TEXT_AT) * 8 {
            return Err("a text is longer than its object");
        }
    }
    if matches!(kind, Kind::MapNode | Kind::SetNode) {
        let (entries, children) = (words[1] as u32, (words[1] >> 32) as u32);
        let stride = if kind == Kind::MapNode { 2 } else { 1 };
        let owner = u32::from(header.flags() & crate::object::FLAG_OWNED != 0);
        let needed = 2 + stride * entries.count_ones() + children.count_ones() + owner;
        if words.len() != needed as usize || entries & children != 0 {
            return Err("a hash node does not fit its bitmaps");
        }
    }
    Ok(())
}

fn value_words(words: &[u64], at: usize, size: usize, kind_byte: u8) -> &[u64] {
    let first = FIRST_VALUE[kind_byte as usize] as usize;
    if first >= size {
        &[]
    } else {
        &words[at + first..at + size]
    }
}

/// Checks a boot segment.
///
/// # Errors
/// The first thing found wrong.
pub fn verify_boot(words: &[u64]) -> Result<(), VerifyError> {
    boot_starts(words).map(drop)
}

/// Checks a boot segment: where its objects start.
pub(crate) fn boot_starts(words: &[u64]) -> Result<Offsets, VerifyError> {
    let starts = object_starts(words)?;
    let mut at = 0;
    while at < words.len() {
        let header = Header(words[at]);
        let size = header.size() as usize;
        for &word in value_words(words, at, size, header.kind_byte()) {
            let word = Word(word);
            let fine = word.is_well_formed()
                && !word.is_reference()
                && (!word.is_boot() || starts.contains(word.offset()));
            if !fine {
                return Err(VerifyError {
                    at: at as u32,
                    what: "a word of the boot segment is no value",
                });
            }
        }
        at += size;
    }
    Ok(starts)
}

/// Checks that the functions in a verified boot segment are those that the image has: closures with
/// as many captures as their template, natives that exist.
pub(crate) fn verify_functions(
    words: &[u64],
    captures_of: impl Fn(u32) -> Option<u16>,
    natives: usize,
) -> Result<(), VerifyError> {
    let mut at = 0;
    while at < words.len() {
        let header = Header(words[at]);
        let size = header.size() as usize;
        let number = || u32::try_from(words[at + 1]).ok();
        let fits = match Kind::from_u8(header.kind_byte()) {
            Some(Kind::Function) => {
                let captures = number().and_then(&captures_of);
                captures.is_some_and(|captures| {
                    size == 2 + usize::from(captures) + usize::from(header.has_meta())
                })
            }
            Some(Kind::Native) => number().is_some_and(|number| (number as usize) < natives),
            _ => true,
        };
        if !fits {
            return Err(VerifyError {
                at: at as u32,
                what: "a function is none of the image",
            });
        }
        at += size;
    }
    Ok(())
}

/// Checks words that a message was stored as: whole objects whose references lead to one another,
/// or into a verified boot segment.
///
/// # Errors
/// The first thing found wrong.
pub fn verify_fragment(words: &[u64], root: Word, boot: &[u64]) -> Result<(), VerifyError> {
    let starts = object_starts(words)?;
    check_message_word(&starts, boot, 0, root)?;
    let mut at = 0;
    while at < words.len() {
        let header = Header(words[at]);
        let size = header.size() as usize;
        for &word in value_words(words, at, size, header.kind_byte()) {
            check_message_word(&starts, boot, at, Word(word))?;
        }
        at += size;
    }
    Ok(())
}

/// Checks a word of the object at an offset of a message.
pub(crate) fn check_message_word(
    starts: &Offsets,
    boot: &[u64],
    at: usize,
    word: Word,
) -> Result<(), VerifyError> {
    let fine = if word.is_reference() {
        word.is_well_formed() && starts.contains(word.offset())
    } else {
        is_boot_word(boot, word)
    };
    if fine {
        Ok(())
    } else {
        Err(VerifyError {
            at: at as u32,
            what: "a word of a message is no value",
        })
    }
}

/// Whether a word is a value of a boot segment whose objects start there: an immediate, or a reference
/// to an object of it.
pub(crate) fn is_value_of_boot(starts: &Offsets, word: Word) -> bool {
    word.is_well_formed()
        && !word.is_reference()
        && (!word.is_boot() || starts.contains(word.offset()))
}

/// Whether a word is a value of a boot segment that was verified: an immediate, or a reference
/// inside it.
#[must_use]
pub fn is_boot_word(boot: &[u64], word: Word) -> bool {
    word.is_well_formed()
        && !word.is_reference()
        && (!word.is_boot()
            || boot
                .get(word.offset() as usize)
                .is_some_and(|&header| Kind::from_u8(Header(header).kind_byte()).is_some()))
}

impl Process {
    /// Checks the whole process.
    ///
    /// # Errors
    /// The first thing found wrong.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let heap = &self.heap;
        let words = heap.words();
        let starts = object_starts(words)?;
        let check = |at: u32, word: Word| -> Result<(), VerifyError> {
            if !word.is_well_formed() {
                return Err(VerifyError {
                    at,
                    what: "a word is no value",
                });
            }
            if word.is_reference() && !starts.contains(word.offset()) {
                return Err(VerifyError {
                    at,
                    what: "a reference leads to no object",
                });
            }
            if word.is_boot() && !is_boot_word(heap.boot(), word) {
                return Err(VerifyError {
                    at,
                    what: "a reference leads to no object of the boot segment",
                });
            }
            Ok(())
        };
        let mut at = 0;
        while at < words.len() {
            let header = Header(words[at]);
            let size = header.size() as usize;
            let values = value_words(words, at, size, header.kind_byte());
            let first = at + size - values.len();
            for (index, &word) in values.iter().enumerate() {
                let addr = (first + index) as u32;
                check(addr, Word(word))?;
                check_age(heap, addr, Word(word))?;
            }
            at += size;
        }
        for &root in &self.roots {
            check(0, root)?;
        }
        for fiber in &self.fibers {
            for word in [
                fiber.request,
                fiber.bindings,
                fiber.future,
                fiber.pending_error,
                fiber.ends.thrown,
            ] {
                check(0, word)?;
            }
            for (place, part) in fiber.parts.iter().enumerate() {
                check(0, part.extent)?;
                if !part.extent.is_nil() && !extent::is_extent(&self.heap, part.extent) {
                    return Err(VerifyError {
                        at: 0,
                        what: "the body of a part of a stack has no extent",
                    });
                }
                self.verify_part(part, fiber.is_part_inside(place), check)?;
            }
        }
        Ok(())
    }

    fn verify_part(
        &self,
        part: &StackPart,
        is_inside: bool,
        check: impl Fn(u32, Word) -> Result<(), VerifyError>,
    ) -> Result<(), VerifyError> {
        let mut above = part.height(&self.image);
        let mut next = Some(if is_inside {
            part.inside_frame(0)
        } else {
            part.top_frame(0)
        });
        let mut live = Live::default();
        while let Some(frame) = next {
            self.image
                .proto(frame.proto)
                .live(frame.standing, &mut live);
            if live.function {
                check(frame.base - 2, Word(part.words[frame.base as usize - 2]))?;
            }
            for address in frame.base..above {
                if live.registers.contains(address - frame.base) {
                    check(address, Word(part.words[address as usize]))?;
                }
            }
            if frame.header_words > FRAME_HEADER_WORDS {
                let cell = frame.base - frame.header_words;
                check(cell, Word(part.words[cell as usize]))?;
            }
            above = frame.base - frame.header_words;
            next = part.caller(frame);
        }
        Ok(())
    }
}

/// No older word may refer to a younger one unless a set says so.
fn check_age(heap: &Heap, addr: u32, word: Word) -> Result<(), VerifyError> {
    if !word.is_reference() {
        return Ok(());
    }
    let error = |what| Err(VerifyError { at: addr, what });
    let to = word.offset();
    if addr < heap.sealed_end {
        let level = heap.levels.partition_point(|level| level.start <= addr) - 1;
        let end = heap.levels[level].start + heap.levels[level].words;
        if to >= end && !heap.overlay.contains_key(&addr) {
            return error("a sealed word refers to a younger one without being in the overlay");
        }
    } else if addr < heap.nursery_start
        && to >= heap.nursery_start
        && !heap.remembered.contains(&addr)
    {
        return error("a survivor refers to the nursery without being remembered");
    }
    Ok(())
}

impl StackPart {
    /// Whether the frames of a part read from a store fit it and the image. If all that can happen to
    /// the part is that something is thrown in it, its top frame may be inside of its last instruction.
    pub(crate) fn check(&self, image: &LoadedImage, only_throws: bool) -> Result<(), ()> {
        let length = u32::try_from(self.words.len()).map_err(|_| ())?;
        if self.base < BOTTOM_BASE || self.base > length {
            return Err(());
        }
        let (mut base, mut calling) = (self.base, false);
        let mut pc = self.pc.saturating_sub(u32::from(only_throws));
        let mut above = length;
        loop {
            let link = self.link(base);
            let proto = image.protos().get(link.proto() as usize).ok_or(())?;
            let end = base.checked_add(u32::from(proto.registers)).ok_or(())?;
            let fits = if calling { above <= end } else { end == length };
            if !fits || pc as usize >= proto.code.len() {
                return Err(());
            }
            // A header may claim a word more than there is room for.
            above = base.checked_sub(link.header_words()).ok_or(())?;
            let ret = link.ret();
            if ret == Return::Bottom {
                return if base == BOTTOM_BASE { Ok(()) } else { Err(()) };
            }
            pc = match ret.standing() {
                Standing::Before(pc) | Standing::During(pc) => pc,
            };
            base = base.checked_sub(link.delta()).ok_or(())?;
            if base < BOTTOM_BASE || base > above || link.delta() == 0 {
                return Err(());
            }
            calling = true;
        }
    }
}
