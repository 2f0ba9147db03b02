//! Messages: values on their way from one process's memory to another's.
//!
//! # Invariants
//! - A message is whole: its references lead to its own words, or into the boot segment of the
//!   image it was extracted for.
//! - Nothing in it has identity, and no lazy cell in it is unrealized.
//! - The same value gives the same words.
//! - Both ways go in steps, [`Extraction`] and [`Absorption`]. Between these the process does
//!   nothing, so its memory stays as it is.

use super::copy::{Copier, CopyError, Effort, Purpose, Target};
use crate::heap::Heap;
use crate::object::{FIRST_VALUE, Header, Kind, Object};
use crate::offsets::Offsets;
use crate::verify::{FindStarts, VerifyError, check_message_word, verify_fragment};
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

/// A value on its way out of a process, copied in steps.
#[derive(Debug)]
pub struct Extraction {
    copier: Copier,
    words: Vec<u64>,
    from: Word,
    root: Option<Word>,
}

impl Extraction {
    /// For another process of the same image.
    #[must_use]
    pub fn new(value: Word) -> Extraction {
        Extraction::with(value, true)
    }

    fn with(value: Word, keep_boot: bool) -> Extraction {
        Extraction {
            copier: Copier::new(Purpose::Message, keep_boot, MESSAGE_WORDS_MAX),
            words: Vec::new(),
            from: value,
            root: None,
        }
    }

    /// Copies on: the message when it is whole. The memory is the one of the step before, unchanged.
    ///
    /// # Errors
    /// As [`extract`].
    pub fn step(&mut self, heap: &Heap, effort: &mut Effort) -> Result<Option<Message>, CopyError> {
        let root = match self.root {
            Some(root) => root,
            None => {
                let root = self.copier.begin(heap, &mut self.words, self.from)?;
                *self.root.insert(root)
            }
        };
        if !self.copier.step(heap, &mut self.words, effort)? {
            return Ok(None);
        }
        let words = std::mem::take(&mut self.words);
        Ok(Some(Message { words, root }))
    }

    fn at_once(mut self, heap: &Heap) -> Result<Message, CopyError> {
        loop {
            if let Some(message) = self.step(heap, &mut Effort::all())? {
                return Ok(message);
            }
        }
    }
}

/// Copies a value for another process of the same image.
///
/// # Errors
/// When it holds what belongs to its process, or lazy cells that have to be realized first.
pub fn extract(heap: &Heap, root: Word) -> Result<Message, CopyError> {
    Extraction::with(root, true).at_once(heap)
}

/// Copies a value together with what it refers to in the boot segment, for a process of another
/// image. Its code is to be [bound](Message::bind) there.
///
/// # Errors
/// As [`extract`].
pub fn extract_whole(heap: &Heap, root: Word) -> Result<Message, CopyError> {
    Extraction::with(root, false).at_once(heap)
}

/// Puts a message into a process's memory; the word of its value.
pub fn absorb(heap: &mut Heap, message: &Message) -> Word {
    let mut appending = Appending::new(heap);
    appending
        .step(heap, &message.words, None, &mut Effort::all())
        .expect("a message is whole, and nothing is checked");
    appending.moved(message.root)
}

/// Words of a text that are copied at once.
const PIECE_WORDS: usize = 4096;
/// What adding an object costs besides its words, in words.
const OBJECT_EFFORT: usize = 4;

/// The objects of a message being added to a memory.
#[derive(Clone, Copy, Debug)]
struct Appending {
    /// Where the first of them is there.
    base: u32,
    /// Where in the message the next one is, and how many words of it have been added.
    at: usize,
    added: usize,
}

impl Appending {
    fn new(heap: &Heap) -> Appending {
        Appending {
            base: heap.used_words(),
            at: 0,
            added: 0,
        }
    }

    /// What a word of the message is in the memory.
    fn moved(&self, word: Word) -> Word {
        if word.is_reference() {
            Word::reference(word.offset() + self.base)
        } else {
            word
        }
    }

    /// Adds objects until the effort is used up; whether all are there. If it is said where objects
    /// start, the words of each are checked before they are added.
    fn step(
        &mut self,
        heap: &mut Heap,
        words: &[u64],
        starts: Option<&Offsets>,
        effort: &mut Effort,
    ) -> Result<bool, VerifyError> {
        while self.at < words.len() {
            let header = Header(words[self.at]);
            let object = &words[self.at..self.at + header.size() as usize];
            let first = (FIRST_VALUE[header.kind_byte() as usize] as usize).min(object.len());
            while self.added < first {
                if effort.is_used_up() {
                    return Ok(false);
                }
                let end = first.min(self.added + PIECE_WORDS);
                heap.append(&object[self.added..end]);
                effort.take(end - self.added);
                self.added = end;
            }
            if let Some(starts) = starts {
                for &word in &object[first..] {
                    check_message_word(starts, heap.boot(), self.at, Word(word))?;
                }
            }
            for word in heap.append(&object[first..]) {
                *word = self.moved(Word(*word)).0;
            }
            effort.take(OBJECT_EFFORT + object.len() - first);
            self.at += object.len();
            self.added = 0;
        }
        Ok(true)
    }
}

/// A value on its way into a process, checked and copied in steps.
#[derive(Debug, Default)]
pub struct Absorption {
    finding: FindStarts,
    /// Once it is known where its objects start.
    appending: Option<Appending>,
}

impl Absorption {
    /// Goes on: the word of the value when all of it is there. Words and memory are those of the step
    /// before, unchanged.
    ///
    /// # Errors
    /// When the words are no message over the memory's boot segment: nothing has been added.
    pub fn step(
        &mut self,
        heap: &mut Heap,
        words: &[u64],
        root: Word,
        effort: &mut Effort,
    ) -> Result<Option<Word>, VerifyError> {
        let result = self.go_on(heap, words, root, effort);
        if let (Err(_), Some(appending)) = (&result, &self.appending) {
            heap.take_back(appending.base);
        }
        result
    }

    fn go_on(
        &mut self,
        heap: &mut Heap,
        words: &[u64],
        root: Word,
        effort: &mut Effort,
    ) -> Result<Option<Word>, VerifyError> {
        if self.appending.is_none() {
            if !self.finding.step(words, effort)? {
                return Ok(None);
            }
            check_message_word(self.finding.starts(), heap.boot(), 0, root)?;
        }
        let starts = self.finding.starts();
        let appending = self.appending.get_or_insert_with(|| Appending::new(heap));
        let is_whole = appending.step(heap, words, Some(starts), effort)?;
        Ok(is_whole.then(|| appending.moved(root)))
    }
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

    /// The words, and behind them that of the value.
    #[must_use]
    pub fn into_parcel(mut self) -> Vec<u64> {
        self.words.push(self.root.0);
        self.words
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
