//! Boot segments: the constants and shared values of an image, made by the linker.
//!
//! # Invariants
//! - A boot segment only grows while it is made, so references into it stay valid.
//! - Strings, keywords and symbols of equal text are one object: literals are compared by identity
//!   first, and mostly that is enough. Their cached hashes are there; all other hash words are 0.
//! - Its words are a function of what was put in, in which order: two links give the same bytes.
//! - No node of a collection belongs to a transient any more.
//! - Nothing here recurses: constants and values of any depth are built and copied.

use crate::heap::Heap;
use crate::object::{Header, Kind, Object};
use crate::value::copy::{Copier, CopyError, Purpose, Target};
use crate::value::number::decimal::Decimal;
use crate::value::number::{Num, make_int};
use crate::value::{hash, lazy, list, map, meta, set, string, vector};
use crate::word::Word;
use bytecode::Const;
use num_bigint::BigInt;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Words of the largest boot segment: 1 GiB.
const BOOT_WORDS_MAX: usize = 1 << 27;

/// Why a constant or value cannot be in a boot segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootError {
    /// What is wrong, for people.
    pub message: String,
}

impl std::fmt::Display for BootError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for BootError {}

fn fail<T>(message: impl Into<String>) -> Result<T, BootError> {
    Err(BootError {
        message: message.into(),
    })
}

fn not_shared(error: CopyError) -> BootError {
    let message = match error {
        CopyError::Refused { what, .. } => format!("{what} cannot be part of a definition's value"),
        CopyError::Unfinished(_) => "a definition's value is not finished".to_owned(),
        CopyError::TooLarge(_) => "the program's constants are too large".to_owned(),
    };
    BootError { message }
}

/// Makes a boot segment.
#[derive(Debug, Default)]
pub struct BootBuilder {
    words: Vec<u64>,
    strings: FxHashMap<String, Word>,
    /// Keywords and symbols: kind, words of namespace and name.
    names: FxHashMap<(Kind, Word, Word), Word>,
    functions: FxHashMap<u32, Word>,
    natives: FxHashMap<u32, Word>,
    constants: FxHashMap<Const, Word>,
}

impl Target for BootBuilder {
    fn words(&mut self) -> &mut Vec<u64> {
        &mut self.words
    }

    fn reference(&self, offset: u32) -> Word {
        Word::boot(offset)
    }

    fn intern(&mut self, heap: &Heap, object: Object<'_>) -> Option<Word> {
        match object.kind() {
            Kind::Str => self.intern_string(string::text(object)).ok(),
            kind @ (Kind::Keyword | Kind::Symbol) if !object.header().has_meta() => {
                let (namespace, name) = string::parts_of(heap, object);
                self.intern_name(kind, namespace, name).ok()
            }
            _ => None,
        }
    }
}

impl BootBuilder {
    /// An empty segment.
    #[must_use]
    pub fn new() -> BootBuilder {
        BootBuilder::default()
    }

    /// A segment that begins with the words of another, which has passed the verifier: the boot
    /// segment of an image that is to be extended.
    #[must_use]
    pub fn extending(boot: &[u64]) -> BootBuilder {
        let mut builder = BootBuilder {
            words: boot.to_vec(),
            ..BootBuilder::default()
        };
        let mut at = 0;
        while at < boot.len() {
            let header = Header(boot[at]);
            let object = Object::new(&boot[at..at + header.size() as usize]);
            let word = Word::boot(at as u32);
            match header.kind() {
                Kind::Str => {
                    builder
                        .strings
                        .entry(string::text(object).to_owned())
                        .or_insert(word);
                }
                kind @ (Kind::Keyword | Kind::Symbol) if !header.has_meta() => {
                    builder
                        .names
                        .entry((kind, object.word(2), object.word(3)))
                        .or_insert(word);
                }
                _ => {}
            }
            at += header.size() as usize;
        }
        builder
    }

    /// The words so far.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The words.
    #[must_use]
    pub fn into_words(self) -> Vec<u64> {
        self.words
    }

    /// Adds an object.
    fn push(&mut self, kind: Kind, words: &[u64]) -> Result<Word, BootError> {
        let offset = self.offset(words.len())?;
        self.words
            .push(Header::new(kind, 0, 0, 1 + words.len() as u32).0);
        self.words.extend_from_slice(words);
        Ok(Word::boot(offset))
    }

    /// Where the next object of so many words goes.
    fn offset(&self, size: usize) -> Result<u32, BootError> {
        if self.words.len() + size > BOOT_WORDS_MAX {
            return fail("the program's constants are too large");
        }
        Ok(u32::try_from(self.words.len()).expect("the limit of words is below 2^32"))
    }

    fn intern_string(&mut self, text: &str) -> Result<Word, BootError> {
        if let Some(&word) = self.strings.get(text) {
            return Ok(word);
        }
        let mut scratch = Heap::new(Arc::from([]));
        let made = string::make_string(&mut scratch, text);
        let object = scratch.object(made);
        let offset = self.offset(object.words().len())?;
        self.words.extend_from_slice(object.words());
        self.words[offset as usize + Kind::Str.hash_word()] = hash::of_string(object);
        let word = Word::boot(offset);
        self.strings.insert(text.to_owned(), word);
        Ok(word)
    }

    fn intern_name(
        &mut self,
        kind: Kind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Word, BootError> {
        let namespace = match namespace {
            Some(namespace) => self.intern_string(namespace)?,
            None => Word::NIL,
        };
        let name = self.intern_string(name)?;
        if let Some(&word) = self.names.get(&(kind, namespace, name)) {
            return Ok(word);
        }
        let hash_of = |word: Word| self.words[word.offset() as usize + Kind::Str.hash_word()];
        let hash = hash::of_name(
            kind,
            namespace.is_boot().then(|| hash_of(namespace)),
            hash_of(name),
        );
        let word = self.push(kind, &[hash, namespace.0, name.0])?;
        self.names.insert((kind, namespace, name), word);
        Ok(word)
    }

    /// The shared function object of a template without captures.
    ///
    /// # Errors
    /// When the segment is full.
    pub fn function(&mut self, template: u32) -> Result<Word, BootError> {
        if let Some(&word) = self.functions.get(&template) {
            return Ok(word);
        }
        let word = self.push(Kind::Function, &[u64::from(template)])?;
        self.functions.insert(template, word);
        Ok(word)
    }

    /// The function object of a native, by its dense number in the image.
    ///
    /// # Errors
    /// When the segment is full.
    pub fn native(&mut self, native: u32) -> Result<Word, BootError> {
        if let Some(&word) = self.natives.get(&native) {
            return Ok(word);
        }
        let word = self.push(Kind::Native, &[u64::from(native)])?;
        self.natives.insert(native, word);
        Ok(word)
    }

    /// The word of a literal.
    ///
    /// # Errors
    /// When it holds a duplicate key or is too large.
    pub fn constant(&mut self, constant: &Const) -> Result<Word, BootError> {
        match constant {
            Const::Str(text) => return self.intern_string(text),
            Const::Keyword(namespace, name) => {
                return self.intern_name(Kind::Keyword, namespace.as_deref(), name);
            }
            Const::Symbol(namespace, name) => {
                return self.intern_name(Kind::Symbol, namespace.as_deref(), name);
            }
            _ => {}
        }
        if let Some(&word) = self.constants.get(constant) {
            return Ok(word);
        }
        let mut scratch = Heap::new(Arc::from([]));
        let word = make_constant(&mut scratch, constant)?;
        let word = self.adopt(&scratch, &[word])?[0];
        if word.is_boot() && !constant.holds_nan() {
            self.constants.insert(constant.clone(), word);
        }
        Ok(word)
    }

    /// Copies values of a process, whose boot segment is the beginning of this one, and all they
    /// refer to; what they share stays shared.
    ///
    /// # Errors
    /// When a value cannot be shared: a future, a transient, a lazy cell that is being computed.
    pub fn adopt(&mut self, heap: &Heap, roots: &[Word]) -> Result<Vec<Word>, BootError> {
        debug_assert!(self.words.starts_with(heap.boot()));
        let mut copier = Copier::new(Purpose::Boot, true, BOOT_WORDS_MAX);
        roots
            .iter()
            .map(|&root| copier.copy(heap, self, root).map_err(not_shared))
            .collect()
    }
}

/// Whether a value has parts with identity, so that each process needs its own copy.
#[must_use]
pub fn has_identity(heap: &Heap, root: Word) -> bool {
    has_identity_that(heap, root, |_| true)
}

/// Whether a value has parts with identity that are so.
pub fn has_identity_that(heap: &Heap, root: Word, mut is_so: impl FnMut(Word) -> bool) -> bool {
    let mut seen = FxHashSet::default();
    let mut rest = vec![root];
    while let Some(word) = rest.pop() {
        let Some(object) = heap.try_object(word) else {
            continue;
        };
        if !seen.insert(word) {
            continue;
        }
        let identity = match object.kind() {
            Kind::Atom | Kind::Volatile | Kind::Delay | Kind::Promise | Kind::Array => true,
            Kind::Extent => true,
            Kind::TransientVector | Kind::TransientMap | Kind::TransientSet => true,
            Kind::Lazy => !matches!(lazy::read(heap, word), Some((lazy::State::Realized, _))),
            _ => false,
        };
        if identity && is_so(word) {
            return true;
        }
        rest.extend(object.values().iter().map(|&word| Word(word)));
    }
    false
}

/// What is left to do of building a constant.
enum Task<'a> {
    Visit(&'a Const),
    List(usize),
    Vector(usize),
    Map(usize),
    Set(usize),
    Tagged,
    Meta,
}

/// Makes a literal's value in a process's memory.
///
/// # Errors
/// When it holds a duplicate key.
pub fn make_constant(heap: &mut Heap, constant: &Const) -> Result<Word, BootError> {
    let mut tasks = vec![Task::Visit(constant)];
    let mut done: Vec<Word> = Vec::new();
    while let Some(task) = tasks.pop() {
        let mut take = |count: usize| done.split_off(done.len() - count);
        let word = match task {
            Task::Visit(constant) => match make_leaf(heap, constant) {
                Some(word) => word,
                None => {
                    visit(heap, constant, &mut tasks, &mut done);
                    continue;
                }
            },
            Task::List(count) => list::make(heap, &take(count)),
            Task::Vector(count) => vector::make(heap, &take(count)),
            Task::Map(count) => map::from_pairs(heap, &take(count))
                .or_else(|_| fail("a map literal holds a key twice"))?,
            Task::Set(count) => set::from_words(heap, &take(count))
                .or_else(|_| fail("a set literal holds an element twice"))?,
            Task::Tagged => {
                let words = take(2);
                heap.make(Kind::Tagged, 0, 0, &[], &words)
            }
            Task::Meta => {
                let words = take(2);
                // What can carry no metadata stays as it is.
                meta::with(heap, words[0], words[1]).unwrap_or(words[0])
            }
        };
        done.push(word);
    }
    Ok(done.pop().expect("a constant is one value"))
}

/// Leaves the tasks of a constant with parts; its parts come off the stack in their order.
fn visit<'a>(
    heap: &mut Heap,
    constant: &'a Const,
    tasks: &mut Vec<Task<'a>>,
    done: &mut Vec<Word>,
) {
    let mut all = |task, items: &'a [Const]| {
        tasks.push(task);
        tasks.extend(items.iter().rev().map(Task::Visit));
    };
    match constant {
        Const::List(items) => all(Task::List(items.len()), items),
        Const::Vector(items) => all(Task::Vector(items.len()), items),
        Const::Set(items) => all(Task::Set(items.len()), items),
        Const::Map(pairs) => {
            tasks.push(Task::Map(2 * pairs.len()));
            for (key, value) in pairs.iter().rev() {
                tasks.push(Task::Visit(value));
                tasks.push(Task::Visit(key));
            }
        }
        Const::Tagged(namespace, name, form) => {
            done.push(string::make_symbol(heap, namespace.as_deref(), name));
            tasks.push(Task::Tagged);
            tasks.push(Task::Visit(form));
        }
        Const::Meta(value, metadata) => {
            tasks.push(Task::Meta);
            tasks.push(Task::Visit(metadata));
            tasks.push(Task::Visit(value));
        }
        _ => unreachable!("the others are made at once"),
    }
}

/// A constant without parts.
fn make_leaf(heap: &mut Heap, constant: &Const) -> Option<Word> {
    let big = |bytes: &[u8]| BigInt::from_signed_bytes_le(bytes);
    Some(match constant {
        Const::Nil => Word::NIL,
        Const::Bool(value) => Word::bool(*value),
        Const::Int(value) => make_int(heap, *value),
        Const::BigInt(bytes) => Num::Big(big(bytes)).make(heap),
        Const::Ratio(numerator, denominator) => {
            Num::Ratio(big(numerator), big(denominator)).make(heap)
        }
        Const::Double(bits) => Word::double(f64::from_bits(*bits)),
        Const::Decimal(unscaled, scale) => {
            let decimal = Decimal {
                unscaled: big(unscaled),
                scale: i64::from(*scale),
            };
            Num::Decimal(decimal).make(heap)
        }
        Const::Char(value) => Word::char(*value),
        Const::Str(text) => string::make_string(heap, text),
        Const::Bytes(bytes) => string::make_bytes(heap, bytes),
        Const::Keyword(namespace, name) => string::make_keyword(heap, namespace.as_deref(), name),
        Const::Symbol(namespace, name) => string::make_symbol(heap, namespace.as_deref(), name),
        Const::Regex(source) => {
            let source = string::make_string(heap, source);
            heap.make(Kind::Regex, 0, 0, &[], &[source])
        }
        Const::Inst(seconds, nanoseconds) => heap.make(
            Kind::Inst,
            0,
            0,
            &[*seconds as u64, u64::from(*nanoseconds)],
            &[],
        ),
        Const::Uuid(value) => heap.make(
            Kind::Uuid,
            0,
            0,
            &[(value >> 64) as u64, *value as u64],
            &[],
        ),
        _ => return None,
    })
}
