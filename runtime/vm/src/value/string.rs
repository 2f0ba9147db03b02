//! Strings, byte strings, symbols and keywords: how they are made and read.
//!
//! # Invariants
//! - A string's bytes are UTF-8, zero-padded to whole words; `FLAG_ASCII` is set exactly when all
//!   are ASCII.
//! - A symbol's or keyword's hash word is the hash of namespace and name, computed when needed; two
//!   are equal when namespace and name are, the hash only speeds it up.

pub(crate) mod places;

use crate::heap::Heap;
use crate::object::{FLAG_ASCII, Kind, Object};
use crate::view::{bytes_of, text_of};
use crate::word::Word;

/// Index of a string's first byte word.
const BYTES_AT: usize = 3;

/// Copies bytes into words, zero-padded.
fn fill_bytes(words: &mut [u64], bytes: &[u8]) {
    let mut chunks = bytes.chunks_exact(8);
    let mut at = 0;
    for chunk in &mut chunks {
        words[at] = u64::from_le_bytes(chunk.try_into().expect("chunks of eight"));
        at += 1;
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        words[at] = u64::from_le_bytes(last);
    }
}

/// Makes a string.
pub fn make_string(heap: &mut Heap, text: &str) -> Word {
    let bytes = text.as_bytes();
    let flags = if text.is_ascii() { FLAG_ASCII } else { 0 };
    let chars = if flags != 0 {
        bytes.len()
    } else {
        text.chars().count()
    };
    let size = u32::try_from(BYTES_AT + bytes.len().div_ceil(8)).expect("a string fits the memory");
    heap.make_with(Kind::Str, flags, 0, size, |words| {
        words[0] = bytes.len() as u64 | (chars as u64) << 32;
        words[1] = 0;
        fill_bytes(&mut words[2..], bytes);
    })
}

/// Number of bytes of a string object.
#[must_use]
pub fn byte_count(object: Object<'_>) -> usize {
    object.raw(1) as u32 as usize
}

/// Number of characters (Unicode scalar values) of a string object.
#[must_use]
pub fn char_count(object: Object<'_>) -> usize {
    (object.raw(1) >> 32) as usize
}

/// The text of a string object, in place.
#[must_use]
pub fn text(object: Object<'_>) -> &str {
    text_of(&object.words()[BYTES_AT..], byte_count(object))
}

/// The bytes of a string's text.
#[inline]
pub(crate) fn text_bytes(object: Object<'_>) -> &[u8] {
    &bytes_of(&object.words()[BYTES_AT..])[..byte_count(object)]
}

/// The text of a string word, if it is one.
#[must_use]
pub fn try_text(heap: &Heap, word: Word) -> Option<&str> {
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Str).then(|| text(object))
}

/// Makes a byte string.
pub fn make_bytes(heap: &mut Heap, bytes: &[u8]) -> Word {
    let size = u32::try_from(BYTES_AT + bytes.len().div_ceil(8)).expect("bytes fit the memory");
    heap.make_with(Kind::Bytes, 0, 0, size, |words| {
        words[0] = bytes.len() as u64;
        words[1] = 0;
        fill_bytes(&mut words[2..], bytes);
    })
}

/// The bytes of a byte string object.
#[must_use]
pub fn bytes(object: Object<'_>) -> &[u8] {
    &bytes_of(&object.words()[BYTES_AT..])[..object.raw(1) as usize]
}

fn make_named(heap: &mut Heap, kind: Kind, namespace: Option<&str>, name: &str) -> Word {
    let namespace = match namespace {
        Some(text) => make_string(heap, text),
        None => Word::NIL,
    };
    let name = make_string(heap, name);
    heap.make(kind, 0, 0, &[0], &[namespace, name])
}

/// Makes a keyword.
pub fn make_keyword(heap: &mut Heap, namespace: Option<&str>, name: &str) -> Word {
    make_named(heap, Kind::Keyword, namespace, name)
}

/// Makes a symbol.
pub fn make_symbol(heap: &mut Heap, namespace: Option<&str>, name: &str) -> Word {
    make_named(heap, Kind::Symbol, namespace, name)
}

/// Namespace and name of a symbol or keyword object.
#[must_use]
pub fn parts_of<'h>(heap: &'h Heap, named: Object<'h>) -> (Option<&'h str>, &'h str) {
    let namespace = try_text(heap, named.word(2));
    let name = try_text(heap, named.word(3)).expect("a symbol's name is a string");
    (namespace, name)
}

/// Namespace and name of a keyword, if the word is one.
#[must_use]
pub fn try_keyword(heap: &Heap, word: Word) -> Option<(Option<&str>, &str)> {
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Keyword).then(|| parts_of(heap, object))
}

/// Namespace and name of a symbol, if the word is one.
#[must_use]
pub fn try_symbol(heap: &Heap, word: Word) -> Option<(Option<&str>, &str)> {
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Symbol).then(|| parts_of(heap, object))
}

// ---- characters and bytes ----

/// Whether a string's characters are found by samples.
fn has_places(object: Object<'_>) -> bool {
    byte_count(object) >= places::LONG_BYTES
}

/// Byte index of a character of a string; the end for its character count, `None` above.
#[must_use]
pub fn byte_index(heap: &Heap, string: Word, index: usize) -> Option<usize> {
    let object = heap.object(string);
    let count = char_count(object);
    if index >= count {
        return (index == count).then(|| byte_count(object));
    }
    if is_ascii(object) {
        return Some(index);
    }
    if has_places(object) {
        return Some(heap.places.byte_of(string, text(object), index));
    }
    text(object).char_indices().nth(index).map(|(byte, _)| byte)
}

/// Character index of a byte index that lies between two characters of a string.
#[must_use]
pub fn char_index(heap: &Heap, string: Word, byte: usize) -> usize {
    let object = heap.object(string);
    if is_ascii(object) {
        byte
    } else if has_places(object) {
        heap.places.char_of(string, text(object), byte)
    } else {
        text(object)[..byte].chars().count()
    }
}

/// Whether character and byte indices of a string object agree.
#[must_use]
pub fn is_ascii(object: Object<'_>) -> bool {
    object.header().flags() & FLAG_ASCII != 0
}

/// The characters from `start` to before `end` of a string; `None` when they are not within it.
#[must_use]
pub fn substring(heap: &mut Heap, string: Word, start: usize, end: usize) -> Option<Word> {
    let object = heap.object(string);
    if start > end || end > char_count(object) {
        return None;
    }
    if start == 0 && end == char_count(object) {
        return Some(string);
    }
    let from = byte_index(heap, string, start)?;
    let to = byte_index(heap, string, end)?;
    let piece = text(object)[from..to].to_owned();
    Some(make_string(heap, &piece))
}

/// White space as Java has it: Unicode's without the no-break spaces, with the separators of ASCII.
#[must_use]
pub fn is_space(c: char) -> bool {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        '\u{1c}'..='\u{1f}' => true,
        _ => c.is_whitespace(),
    }
}

// ---- symbols and keywords of words ----

/// Makes a symbol or keyword of a namespace (a string or nil) and a name (a string).
pub fn make_named_of(heap: &mut Heap, kind: Kind, namespace: Word, name: Word) -> Word {
    debug_assert!(matches!(kind, Kind::Symbol | Kind::Keyword));
    heap.make(kind, 0, 0, &[0], &[namespace, name])
}

/// Namespace and name that one text writes: `a/b` has a namespace, `/` and `a` have none.
#[must_use]
pub fn split_name(text: &str) -> (Option<&str>, &str) {
    match text.find('/') {
        Some(at) if text.len() > 1 => (Some(&text[..at]), &text[at + 1..]),
        _ => (None, text),
    }
}
