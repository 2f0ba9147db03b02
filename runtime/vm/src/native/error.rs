//! Natives of errors as values, and of places in the program's text.

use super::{Native, NativeCall};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::interp::trace_of;
use crate::label::{first_proto, shown_namespace, written};
use crate::native::NativeResult;
use crate::object::Kind;
use crate::value::error::wrong_type;
use crate::value::string::{make_keyword, make_string, make_symbol};
use crate::value::{map, vector};
use crate::word::Word;

const KIND: u32 = 1;
const MESSAGE: u32 = 2;
const DATA: u32 = 3;
const CAUSE: u32 = 4;
const TRACE: u32 = 5;

/// The value at `:ox/kind` of an error's data.
fn kind_in(heap: &mut Heap, data: Word) -> NativeResult {
    if data.is_nil() {
        return Ok(Word::NIL);
    }
    let key = make_keyword(heap, Some("ox"), "kind");
    Ok(map::get(heap, data, key)?.unwrap_or(Word::NIL))
}

fn expect_data(heap: &mut Heap, data: Word) -> NativeResult {
    if data.is_nil() || map::is_map(heap, data) {
        Ok(data)
    } else {
        Err(wrong_type(heap, data, "a map or nil"))
    }
}

fn new(call: &mut NativeCall<'_>) -> NativeResult {
    let (message, data, cause) = (call.args[0], call.args[1], call.args[2]);
    if !message.is_nil() && call.heap.kind_of(message) != Some(Kind::Str) {
        return Err(wrong_type(call.heap, message, "a string or nil"));
    }
    expect_data(call.heap, data)?;
    if !cause.is_nil() && call.heap.kind_of(cause) != Some(Kind::Error) {
        return Err(wrong_type(call.heap, cause, "an error or nil"));
    }
    let kind = kind_in(call.heap, data)?;
    Ok(call.heap.make(
        Kind::Error,
        0,
        0,
        &[],
        &[kind, message, data, cause, Word::NIL],
    ))
}

fn with_data(call: &mut NativeCall<'_>) -> NativeResult {
    let (error, data) = (call.args[0], call.args[1]);
    if call.heap.kind_of(error) != Some(Kind::Error) {
        return Err(wrong_type(call.heap, error, "an error"));
    }
    expect_data(call.heap, data)?;
    let kind = kind_in(call.heap, data)?;
    let heap = &mut *call.heap;
    Ok(
        heap.make_from(Kind::Error, 0, 0, TRACE + 1, error, |old, new| {
            new[1..].copy_from_slice(&old[1..]);
            new[KIND as usize] = kind.0;
            new[DATA as usize] = data.0;
        }),
    )
}

fn part(call: &NativeCall<'_>, index: u32) -> NativeResult {
    let is_error = call.heap.kind_of(call.args[0]) == Some(Kind::Error);
    Ok(if is_error {
        call.heap.word(call.args[0], index)
    } else {
        Word::NIL
    })
}

/// The stack trace of an error that was thrown: maps of `:name`, `:file` and `:line`, as far as the
/// image's source map knows them.
fn trace(call: &mut NativeCall<'_>) -> NativeResult {
    let frames = trace_of(call.heap, call.args[0]);
    let mut words = Vec::with_capacity(frames.len());
    for (proto, pc) in frames {
        if let Some(place) = place_of(call.image, proto, pc) {
            words.push(place_map(call.heap, &place)?);
        }
    }
    Ok(vector::make(call.heap, &words))
}

/// Where the code of a function begins, as `trace` says it; nil of what is no function.
fn place(call: &mut NativeCall<'_>) -> NativeResult {
    let object = call.heap.try_object(call.args[0]);
    let function = object.filter(|object| object.kind() == Kind::Function);
    let template = function.and_then(|function| u32::try_from(function.raw(1)).ok());
    let known = template.filter(|template| (*template as usize) < call.image.template_count());
    let first = known.and_then(|template| first_proto(call.image.template(template)));
    match first.and_then(|proto| place_of(call.image, proto, 0)) {
        Some(place) => place_map(call.heap, &place),
        None => Ok(Word::NIL),
    }
}

/// The namespace of what the program begins with, a symbol; nil of an image that is no program.
fn program_namespace(call: &mut NativeCall<'_>) -> NativeResult {
    let stored = call.image.image();
    let first = stored.entry.or(stored.main);
    let slot = first.and_then(|slot| stored.slots.get(slot as usize));
    Ok(match slot {
        Some(slot) => make_symbol(call.heap, None, &slot.namespace),
        None => Word::NIL,
    })
}

/// `{:name "ns/name" :file "a.ox" :line 3}`
fn place_map(heap: &mut Heap, place: &Place) -> NativeResult {
    let mut entry = vec![
        make_keyword(heap, None, "name"),
        make_string(heap, &place.name),
    ];
    if let Some(file) = &place.file {
        entry.extend([make_keyword(heap, None, "file"), make_string(heap, file)]);
    }
    if let Some(line) = place.line {
        entry.extend([
            make_keyword(heap, None, "line"),
            Word::small(i64::from(line)),
        ]);
    }
    map::from_pairs(heap, &entry)
}

/// A place in the sources.
struct Place {
    name: String,
    file: Option<String>,
    line: Option<u32>,
}

fn place_of(image: &LoadedImage, proto: u32, pc: u32) -> Option<Place> {
    let proto = image.protos().get(proto as usize)?;
    let stored = image.image();
    let slot = stored.slots.get(proto.slot as usize)?;
    let mut place = Place {
        name: format!(
            "{}/{}",
            shown_namespace(&slot.namespace),
            written(&slot.name)
        ),
        file: None,
        line: None,
    };
    if let Some(source) = stored.source_map.slots.get(proto.slot as usize) {
        place.file = stored.source_map.files.get(source.file as usize).cloned();
        let lines = source
            .protos
            .get(usize::from(proto.index))
            .map(|proto| &proto.lines);
        let at = lines.and_then(|lines| lines.iter().rev().find(|&&(first, ..)| first <= pc));
        place.line = at.map(|&(_, line, _)| source.line + line);
    }
    Some(place)
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/error-new", 3, 3, new),
    Native::new("ox.core/error-kind", 1, 1, |call| part(call, KIND)),
    Native::new("ox.core/error-message", 1, 1, |call| part(call, MESSAGE)),
    Native::new("ox.core/error-data", 1, 1, |call| part(call, DATA)),
    Native::new("ox.core/error-cause", 1, 1, |call| part(call, CAUSE)),
    Native::new("ox.core/error-trace", 1, 1, trace),
    Native::new("ox.core/error-with-data", 2, 2, with_data),
    Native::new("ox.core/function-place", 1, 1, place),
    Native::new("ox.core/program-namespace", 0, 0, program_namespace),
];
