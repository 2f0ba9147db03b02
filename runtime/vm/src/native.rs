//! Natives: functions written in Rust that code calls by name.
//!
//! # Invariants
//! - A native never calls back into Ox and leaves nothing on the native stack: it answers, or says
//!   with a [`Trap`] what the machine must do first. After [`Trap::Force`] the same instruction
//!   runs again, so a native has no effect before its last trap.
//! - A native does a bounded amount of work. What could be unbounded (deep or huge values, long
//!   texts) answers [`Trap::Slow`] or [`Trap::Walk`]: an Ox function takes over, built on step
//!   natives that keep their work list in the process's memory. `docs/internals/natives.md` says of
//!   each native what bounds it.
//! - Allocation inside a native never collects ([`crate::heap`]), so the words it holds stay valid.
//! - A native whose answer for the same arguments changes gets a higher version and keeps the old
//!   one under the old version: stored code goes on as it was.

mod big;
mod cell;
mod collection;
mod equal;
mod error;
mod handle;
mod json;
mod math;
mod number;
pub(crate) mod predicate;
mod print;
mod read;
mod regex;
mod sorted;
mod text;
mod walk;

use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// What a native is called with.
#[derive(Debug)]
pub struct NativeCall<'a> {
    /// The process's memory.
    pub heap: &'a mut Heap,
    /// The arguments, as many as the code gave; their number is within the native's arity.
    pub args: &'a [Word],
    /// The image the process runs.
    pub image: &'a LoadedImage,
    /// State of the running fiber that natives may read and set.
    pub fiber: &'a mut NativeFiber,
}

/// What natives see of the running fiber.
#[derive(Clone, Copy, Debug)]
pub struct NativeFiber {
    /// The fiber's number.
    pub id: u64,
    /// Dynamic bindings ([`dynamic`](crate::value::dynamic)), or nil.
    pub bindings: Word,
    /// The process's own definitions, for [`cell_value`](crate::interp::cell_value).
    pub cells: Word,
    /// Fuel that this call costs besides the call itself; the machine subtracts it.
    pub fuel_spent: u32,
}

/// Why a native has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// Throw this error (an object of kind [`Kind::Error`], or whatever the program threw).
    Throw(Word),
    /// Realize this lazy cell, then run the same instruction again.
    Force(Word),
    /// Realize everything in this value, then run the same instruction again.
    Ready(Word),
    /// Hash this key in steps, then run the same instruction again.
    HashKey(Word),
    /// Compare these keys in steps, then run the same instruction again.
    CompareKeys(Word, Word),
    /// Call this function of `ox.core` with the same arguments; its answer is the instruction's.
    Slow(&'static str),
    /// Go on with the walk that has this state ([`crate::value::walk`]): its answer is the
    /// instruction's.
    Walk(Word),
    /// Ask for the effect of this request, a vector `[op argument …]`: of a handler around, else the fiber
    /// stops with it.
    Effect(Word),
    /// Call this function as the body of this extent; its value is the instruction's answer.
    Enter(Word, Word),
    /// Go on with a body that was detached; its value is the instruction's answer.
    Resume(Resumption),
}

/// How a detached body goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumption {
    /// Its extent.
    pub extent: Word,
    /// The value of its request.
    pub value: Word,
    /// The error that is thrown instead, or nil.
    pub error: Word,
}

/// The result of a native.
pub type NativeResult = Result<Word, Trap>;

/// A native in the table.
#[derive(Clone, Copy)]
pub struct Native {
    /// Qualified name, `ox.core/first`.
    pub name: &'static str,
    /// Behavior version.
    pub version: u16,
    /// Least number of arguments.
    pub min_args: u8,
    /// Greatest number of arguments.
    pub max_args: u8,
    /// The code.
    pub func: fn(&mut NativeCall<'_>) -> NativeResult,
}

impl Native {
    /// Version 1 of a native.
    pub(crate) const fn new(
        name: &'static str,
        min_args: u8,
        max_args: u8,
        func: fn(&mut NativeCall<'_>) -> NativeResult,
    ) -> Native {
        Native {
            name,
            version: 1,
            min_args,
            max_args,
            func,
        }
    }

    /// Whether it takes so many arguments.
    #[inline(always)]
    pub(crate) const fn takes(&self, args: usize) -> bool {
        args >= self.min_args as usize && args <= self.max_args as usize
    }
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

/// The tables of all families.
fn families() -> impl Iterator<Item = &'static Native> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// One table a family; a family is a module under `native/`.
const FAMILIES: &[&[Native]] = &[
    big::NATIVES,
    cell::NATIVES,
    collection::NATIVES,
    equal::NATIVES,
    error::NATIVES,
    handle::NATIVES,
    json::NATIVES,
    math::NATIVES,
    number::NATIVES,
    predicate::NATIVES,
    print::NATIVES,
    read::NATIVES,
    regex::NATIVES,
    sorted::NATIVES,
    text::NATIVES,
    walk::NATIVES,
];

/// The native of this name and version.
#[must_use]
pub fn lookup(name: &str, version: u16) -> Option<&'static Native> {
    static TABLE: OnceLock<FxHashMap<(&'static str, u16), &'static Native>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            families()
                .map(|native| ((native.name, native.version), native))
                .collect()
        })
        .get(&(name, version))
        .copied()
}

/// Every native, for documentation and tests.
pub fn all() -> impl Iterator<Item = &'static Native> {
    families()
}

impl NativeCall<'_> {
    /// An error of the machine: kind (`"arity"` for `:ox/arity`) and message.
    #[cold]
    pub fn error(&mut self, kind: &str, message: &str) -> Trap {
        Trap::Throw(make_error(self.heap, kind, message))
    }
}

/// Makes an error object `{:ox/kind :ox/<kind>}` with a message.
pub fn make_error(heap: &mut Heap, kind: &str, message: &str) -> Word {
    let kind = crate::value::string::make_keyword(heap, Some("ox"), kind);
    let key = crate::value::string::make_keyword(heap, Some("ox"), "kind");
    let data = heap.make(Kind::SmallMap, 0, 1, &[0], &[key, kind]);
    let message = crate::value::string::make_string(heap, message);
    heap.make(
        Kind::Error,
        0,
        0,
        &[],
        &[kind, message, data, Word::NIL, Word::NIL],
    )
}

#[cfg(test)]
mod tests;
