//! Values as letters and records carry them: a message's words, its root last.
//!
//! # Invariants
//! - What is unpacked has passed the verifier, since it may come from a store.

use std::sync::Arc;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::object::Kind;
use vm::value::copy::{CopyError, Effort};
use vm::value::fault::Fault;
use vm::value::message::{Absorption, extract};
use vm::value::path::PathStep;
use vm::value::string::make_keyword;
use vm::value::vector;

/// More words than a packed keyword has.
const KEYWORD_WORDS_MAX: usize = 16;

/// The words of a value on its way out of a process.
///
/// # Errors
/// An error object, `:ox/type` with `:path` for what belongs to its process.
pub(crate) fn pack(heap: &mut Heap, value: Word) -> Result<Vec<u64>, Word> {
    match extract(heap, value) {
        Ok(message) => Ok(message.into_parcel()),
        Err(error) => Err(refusal(heap, &error)),
    }
}

/// The error object of a value that cannot leave.
pub(crate) fn refusal(heap: &mut Heap, error: &CopyError) -> Word {
    let text = error.to_string();
    match error {
        CopyError::Refused { value, path, .. } => {
            let (path, shown) = path_words(heap, path);
            let text = if shown.is_empty() {
                text
            } else {
                format!("{text} (at {shown})")
            };
            Fault::new("type", text)
                .with("value", *value)
                .with("path", path)
                .into_error(heap)
        }
        CopyError::Unfinished(_) => Fault::new("type", text).into_error(heap),
        CopyError::TooLarge(_) => Fault::new("memory-limit", text).into_error(heap),
    }
}

/// A path as a vector for programs, and as text for people.
fn path_words(heap: &mut Heap, path: &[PathStep]) -> (Word, String) {
    let mut words = Vec::with_capacity(path.len());
    let mut shown = Vec::with_capacity(path.len());
    for step in path {
        let (word, text) = match *step {
            PathStep::Index(index) => {
                let word = i64::try_from(index)
                    .ok()
                    .and_then(Word::try_int)
                    .unwrap_or(Word::NIL);
                (word, index.to_string())
            }
            PathStep::Key(key) => (key, key_text(heap, key)),
            PathStep::Member => (make_keyword(heap, None, "member"), "member".to_owned()),
            PathStep::Capture(index) => (
                make_keyword(heap, None, "capture"),
                format!("captured value {index}"),
            ),
            PathStep::Meta => (make_keyword(heap, None, "meta"), "metadata".to_owned()),
            PathStep::Part => (make_keyword(heap, None, "part"), "part".to_owned()),
        };
        words.push(word);
        shown.push(text);
    }
    (vector::make(heap, &words), shown.join(" > "))
}

fn key_text(heap: &Heap, key: Word) -> String {
    use vm::value::string::{try_keyword, try_symbol, try_text};
    let named = |namespace: Option<&str>, name: &str| match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    };
    if let Some((namespace, name)) = try_keyword(heap, key) {
        format!(":{}", named(namespace, name))
    } else if let Some((namespace, name)) = try_symbol(heap, key) {
        named(namespace, name)
    } else if let Some(text) = try_text(heap, key) {
        format!("{text:?}")
    } else if let Some(number) = key.as_small() {
        number.to_string()
    } else {
        "a key".to_owned()
    }
}

/// Puts a value into a process's memory. Words that are no value (of a damaged store) give nil.
pub(crate) fn unpack(heap: &mut Heap, words: &[u64]) -> Word {
    let Some((&root, words)) = words.split_last() else {
        return Word::NIL;
    };
    let mut absorption = Absorption::default();
    loop {
        match absorption.step(heap, words, Word(root), &mut Effort::all()) {
            Ok(Some(word)) => return word,
            Ok(None) => {}
            Err(_) => return Word::NIL,
        }
    }
}

/// The words of a keyword without namespace.
pub(crate) fn keyword(name: &str) -> Vec<u64> {
    let mut heap = Heap::new(Vec::new().into());
    let word = make_keyword(&mut heap, None, name);
    pack(&mut heap, word).expect("a keyword is plain data")
}

/// Whether a packed value is the keyword of this name without namespace.
pub(crate) fn is_packed_keyword(image: &LoadedImage, words: &[u64], name: &str) -> bool {
    if words.len() > KEYWORD_WORDS_MAX {
        return false;
    }
    let mut heap = Heap::new(Arc::clone(image.boot()));
    let word = unpack(&mut heap, words);
    is_keyword(&heap, word, name)
}

/// Whether a value is the keyword of this name without namespace.
pub(crate) fn is_keyword(heap: &Heap, word: Word, name: &str) -> bool {
    vm::value::string::try_keyword(heap, word) == Some((None, name))
}

/// The kind of an error object without its namespace, of kinds of `ox`: `"cancelled"`.
pub(crate) fn error_kind(heap: &Heap, error: Word) -> Option<&str> {
    let object = heap.try_object(error)?;
    if object.kind() != Kind::Error {
        return None;
    }
    match vm::value::string::try_keyword(heap, object.word(1)) {
        Some((Some("ox"), name)) => Some(name),
        _ => None,
    }
}
