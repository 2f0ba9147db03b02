//! Messages: values on their way from one process's memory to another's.
//!
//! # Invariants
//! - A message is whole: its references lead to its own words, or into the boot segment of the
//!   image it was extracted for.
//! - Nothing in it has identity, and no lazy cell in it is unrealized.
//! - The same value gives the same words.

use super::copy::{Copier, CopyError, Purpose, Target};
use crate::heap::Heap;
use crate::object::{FIRST_VALUE, Header, Kind, Object};
use crate::verify::{VerifyError, verify_fragment};
use crate::word::Word;

/// Words of the largest message: 512 MiB.
pub const MESSAGE_WORDS_MAX: usize = 1 << 26;

/// A value in words of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    words: Vec<u64>,
    root: Word,
}

/// What a number in a message refers to in the image, where sender's and receiver's differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A function template.
    Template,
    /// A native.
    Native,
    /// A definition's slot (of a var).
    Slot,
}

impl Target for Vec<u64> {
    fn words(&mut self) -> &mut Vec<u64> {
        self
    }

    fn reference(&self, offset: u32) -> Word {
        Word::reference(offset)
    }

    fn intern(&mut self, _: &Heap, _: Object<'_>) -> Option<Word> {
        None
    }
}

fn extract_with(heap: &Heap, root: Word, keep_boot: bool) -> Result<Message, CopyError> {
    let mut words = Vec::new();
    let root = Copier::new(
        heap,
        &mut words,
        Purpose::Message,
        keep_boot,
        MESSAGE_WORDS_MAX,
    )
    .copy(root)?;
    Ok(Message { words, root })
}

/// Copies a value for another process of the same image.
///
/// # Errors
/// When it holds what belongs to its process, or lazy cells that have to be realized first.
pub fn extract(heap: &Heap, root: Word) -> Result<Message, CopyError> {
    extract_with(heap, root, true)
}

/// Copies a value together with what it refers to in the boot segment, for a process of another
/// image. Its code is to be [bound](Message::bind) there.
///
/// # Errors
/// As [`extract`].
pub fn extract_whole(heap: &Heap, root: Word) -> Result<Message, CopyError> {
    extract_with(heap, root, false)
}

/// Puts a message into a process's memory; the word of its value.
pub fn absorb(heap: &mut Heap, message: &Message) -> Word {
    let base = heap.used_words();
    let moved = |word: Word| {
        if word.is_reference() {
            Word::reference(word.offset() + base)
        } else {
            word
        }
    };
    if !message.words.is_empty() {
        let mut words = message.words.clone();
        each_object(&mut words, |_, object| {
            let first = FIRST_VALUE[Header(object[0]).kind_byte() as usize] as usize;
            for word in object.iter_mut().skip(first) {
                *word = moved(Word(*word)).0;
            }
        });
        heap.replace_from(base, &words);
    }
    moved(message.root)
}

fn each_object(words: &mut [u64], mut visit: impl FnMut(Kind, &mut [u64])) {
    let mut at = 0;
    while at < words.len() {
        let header = Header(words[at]);
        let end = at + header.size() as usize;
        visit(header.kind(), &mut words[at..end]);
        at = end;
    }
}

impl Message {
    /// A message as it was stored.
    ///
    /// # Errors
    /// When the words are no message over this boot segment.
    pub fn from_words(words: Vec<u64>, root: Word, boot: &[u64]) -> Result<Message, VerifyError> {
        verify_fragment(&words, root, boot)?;
        Ok(Message { words, root })
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The value: an immediate, a reference into the words, or one into the boot segment.
    #[must_use]
    pub fn root(&self) -> Word {
        self.root
    }

    /// Replaces the numbers of code by those of another image.
    ///
    /// # Errors
    /// The first number for which `bind` knows none; the message is then of no use.
    pub fn bind(
        &mut self,
        mut bind: impl FnMut(Code, u32) -> Option<u32>,
    ) -> Result<(), (Code, u32)> {
        let mut unknown = None;
        each_object(&mut self.words, |kind, object| {
            let code = match kind {
                Kind::Function => Code::Template,
                Kind::Native => Code::Native,
                Kind::Var => Code::Slot,
                _ => return,
            };
            let number = object[1] as u32;
            match bind(code, number) {
                Some(bound) => object[1] = u64::from(bound),
                None => unknown = unknown.or(Some((code, number))),
            }
        });
        unknown.map_or(Ok(()), Err)
    }
}
