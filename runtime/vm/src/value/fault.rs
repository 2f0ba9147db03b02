//! Faults: what values' own operations answer when they cannot do what is asked. A fault becomes
//! an error object where it meets a native ([`Fault::trap`]).
//!
//! # Invariants
//! - The data of the error made of a fault always has `:ox/kind`, as handlers expect.
//! - A fault holds words of the heap only briefly: it is turned into an error before anything else
//!   runs.

use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::print::leaf::brief;
use crate::value::string::{make_keyword, make_string};
use crate::word::Word;

/// Why an operation on values has no result.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Kind without its namespace: `"arithmetic"` for `:ox/arithmetic`.
    pub kind: &'static str,
    /// What went wrong, for people.
    pub message: String,
    /// Further data of the error.
    pub data: Vec<(&'static str, Word)>,
    /// The type that was needed, in words: `:expected` of the error.
    pub expected: Option<&'static str>,
}

/// The result of an operation on values.
pub type Fallible<T> = Result<T, Box<Fault>>;

impl Fault {
    /// A fault without further data.
    #[cold]
    pub fn new(kind: &'static str, message: impl Into<String>) -> Box<Fault> {
        Box::new(Fault {
            kind,
            message: message.into(),
            data: Vec::new(),
            expected: None,
        })
    }

    /// Adds data.
    #[must_use]
    pub fn with(mut self: Box<Fault>, name: &'static str, value: Word) -> Box<Fault> {
        self.data.push((name, value));
        self
    }

    /// `:ox/type`: a value is not of the type that is needed. `expected` reads on after
    /// "expected": `a number`.
    #[cold]
    pub fn type_error(heap: &Heap, value: Word, expected: &'static str) -> Box<Fault> {
        let what = describe(heap, value);
        let message = match brief(heap, value) {
            Some(text) => format!("expected {expected}, got {what}: {text}"),
            None => format!("expected {expected}, got {what}"),
        };
        Fault::new("type", message).of_type(value, expected)
    }

    /// Adds the value that is of a wrong type, and the type that was needed.
    #[must_use]
    pub fn of_type(mut self: Box<Fault>, value: Word, expected: &'static str) -> Box<Fault> {
        self.expected = Some(expected);
        self.with("value", value)
    }

    /// `:ox/memory-limit`: one value would be larger than a named limit.
    #[cold]
    pub fn too_big(what: &str) -> Box<Fault> {
        Fault::new("memory-limit", what)
    }

    /// The error object.
    #[cold]
    pub fn into_error(self, heap: &mut Heap) -> Word {
        let kind = make_keyword(heap, Some("ox"), self.kind);
        let mut entries = vec![make_keyword(heap, Some("ox"), "kind"), kind];
        for (name, value) in self.data {
            entries.push(make_keyword(heap, None, name));
            entries.push(value);
        }
        if let Some(expected) = self.expected {
            entries.push(make_keyword(heap, None, "expected"));
            entries.push(make_string(heap, expected));
        }
        let count = u16::try_from(entries.len() / 2).expect("a fault has a few entries");
        let data = heap.make(Kind::SmallMap, 0, count, &[0], &entries);
        let message = make_string(heap, &self.message);
        heap.make(
            Kind::Error,
            0,
            0,
            &[],
            &[kind, message, data, Word::NIL, Word::NIL],
        )
    }

    /// The error object, thrown.
    #[cold]
    pub fn trap(self, heap: &mut Heap) -> Trap {
        Trap::Throw(self.into_error(heap))
    }
}

/// What a value is, in words for messages: `a string`, `nil`.
#[must_use]
pub fn describe(heap: &Heap, word: Word) -> &'static str {
    let Some(kind) = heap.kind_of(word) else {
        return match word {
            Word::NIL => "nil",
            Word::TRUE => "true",
            Word::FALSE => "false",
            Word::EMPTY_LIST => "a list",
            w if w.is_small() => "an integer",
            w if w.is_double() => "a double",
            w if w.as_char().is_some() => "a character",
            _ => "an unbound value",
        };
    };
    match kind {
        Kind::Int | Kind::BigInt => "an integer",
        Kind::Ratio => "a ratio",
        Kind::Decimal => "a decimal",
        Kind::Str => "a string",
        Kind::Bytes => "a byte string",
        Kind::Symbol => "a symbol",
        Kind::Keyword => "a keyword",
        Kind::Regex => "a regular expression",
        Kind::Inst => "an instant",
        Kind::Uuid => "a UUID",
        Kind::Function | Kind::Native => "a function",
        Kind::List => "a list",
        Kind::Vector | Kind::SmallVector => "a vector",
        Kind::SmallMap | Kind::Map | Kind::SortedMap => "a map",
        Kind::SmallSet | Kind::Set | Kind::SortedSet => "a set",
        Kind::Queue => "a queue",
        Kind::Atom => "an atom",
        Kind::Volatile => "a volatile",
        Kind::Delay => "a delay",
        Kind::Promise => "a promise",
        Kind::Future => "a future",
        Kind::Array => "an array",
        Kind::Extent => "a request that waits for its answer",
        Kind::Reduced => "a reduced value",
        Kind::Var => "a var",
        Kind::Error => "an error",
        Kind::Pid => "a pid",
        Kind::Tagged => "a tagged literal",
        Kind::TransientVector | Kind::TransientMap | Kind::TransientSet => "a transient",
        Kind::Ref => "a reference",
        Kind::Secret => "a secret",
        Kind::Type => "a type",
        Kind::Record => "a record",
        Kind::Instance => "a value of a type of the program",
        _ => "a sequence",
    }
}

/// Turning a fault into a thrown error.
pub(crate) trait OrThrow<T> {
    /// The value, or the fault's error as a trap.
    fn or_throw(self, heap: &mut Heap) -> Result<T, Trap>;
}

impl<T> OrThrow<T> for Fallible<T> {
    #[inline]
    fn or_throw(self, heap: &mut Heap) -> Result<T, Trap> {
        self.map_err(|fault| fault.trap(heap))
    }
}
