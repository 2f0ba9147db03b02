//! Natives of regular expressions; `ox.string`'s too.

use super::text::texts;
use super::{Native, NativeCall, NativeResult, Trap};
use crate::object::Kind;
use crate::value::fault::{Fault, OrThrow};
use crate::value::number::try_int;
use crate::value::regex::{self, Compiled, Cursor};
use crate::word::Word;
use std::rc::Rc;

pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/re-pattern", 1, 1, re_pattern),
    Native::new("ox.core/re-source", 1, 1, |call| {
        compiled(call, 0)?;
        Ok(call.heap.word(call.args[0], 1))
    }),
    Native::new("ox.core/re-find-from", 3, 3, re_find_from),
    Native::new("ox.core/re-matches*", 2, 2, re_matches),
    Native::new("ox.string/split*", 3, 3, split),
    // The same for the core, which the namespace of strings stands on.
    Native::new("ox.core/pieces", 3, 3, split),
    Native::new("ox.string/replace-match*", 4, 4, replace_match),
];

/// The compiled form of a regular expression argument.
fn compiled(call: &mut NativeCall<'_>, index: usize) -> Result<Rc<Compiled>, Trap> {
    let word = call.args[index];
    let Some(source) = regex::source(call.heap, word) else {
        return Err(Fault::type_error(call.heap, word, "a regular expression").trap(call.heap));
    };
    regex::compile(source).or_throw(call.heap)
}

/// A string argument; searching it once is charged.
fn subject(call: &mut NativeCall<'_>, index: usize) -> Result<Word, Trap> {
    let word = call.args[index];
    if call.heap.kind_of(word) != Some(Kind::Str) {
        return Err(Fault::type_error(call.heap, word, "a string").trap(call.heap));
    }
    Ok(word)
}

fn re_pattern(call: &mut NativeCall<'_>) -> NativeResult {
    let word = call.args[0];
    if call.heap.kind_of(word) == Some(Kind::Regex) {
        return Ok(word);
    }
    let [source] = texts(call)?;
    let bytes = source.len();
    regex::compile(source).or_throw(call.heap)?;
    call.fiber.fuel_spent = regex::compile_cost(bytes);
    Ok(call.heap.make(Kind::Regex, 0, 0, &[], &[word]))
}

fn re_find_from(call: &mut NativeCall<'_>) -> NativeResult {
    compiled(call, 0)?;
    let string = subject(call, 1)?;
    let Some(cursor) = Cursor::of(call.heap, call.args[2]) else {
        return Err(Fault::type_error(call.heap, call.args[2], "a cursor").trap(call.heap));
    };
    let words = [string, call.args[0]];
    regex::find_from(call.heap, words, cursor, &mut call.fiber.fuel_spent)
}

fn re_matches(call: &mut NativeCall<'_>) -> NativeResult {
    compiled(call, 0)?;
    let string = subject(call, 1)?;
    let words = [string, call.args[0]];
    regex::match_whole(call.heap, words, &mut call.fiber.fuel_spent)
}

fn split(call: &mut NativeCall<'_>) -> NativeResult {
    let string = subject(call, 0)?;
    compiled(call, 1)?;
    let Some(limit) = try_int(call.heap, call.args[2]) else {
        return Err(Fault::type_error(call.heap, call.args[2], "an integer").trap(call.heap));
    };
    let words = [string, call.args[1]];
    regex::split(call.heap, words, limit, &mut call.fiber.fuel_spent)
}

fn replace_match(call: &mut NativeCall<'_>) -> NativeResult {
    let string = subject(call, 0)?;
    compiled(call, 1)?;
    let replacement = subject(call, 2)?;
    let all = call.args[3].is_truthy();
    let words = [string, call.args[1], replacement];
    regex::replace(call.heap, words, all, &mut call.fiber.fuel_spent)
}
