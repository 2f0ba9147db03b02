//! Values to JSON text.
//!
//! ```text
//! state:  Array [work-chunk pieces indent]
//! ```

use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::fault::{Fallible, Fault, OrThrow, describe};
use crate::value::number::{self, Num};
use crate::value::print::leaf::{Quoting, write_escaped};
use crate::value::print::{check_length, text_fuel, write_str};
use crate::value::seq::{Advance, Cursor};
use crate::value::string::{make_string, parts_of, text};
use crate::value::time::{instant_of, uuid};
use crate::value::walk::{Pieces, gives_numbers, make_state, window};
use crate::value::work::{Sizes, Stop, Walk, Work};
use crate::value::{lazy, map, record, set, trie};
use crate::word::Word;
use scalar::{Double, Offset};
use std::fmt::Write as _;

// Items of the walk: operands, then what to do.
const VALUE: i64 = 0; // value, depth
const ELEMENTS: i64 = 1; // collection, index, first, depth
const ENTRIES: i64 = 2; // holder, index, first, depth
const CLOSE: i64 = 3; // bracket, depth, empty
const STRING: i64 = 4; // string, byte

/// Work items of a step.
const STEP_ITEMS: usize = 8192;

/// A walk under way.
struct Writer<'a> {
    heap: &'a mut Heap,
    image: &'a LoadedImage,
    indent: usize,
    out: String,
    work: Work,
    sizes: Sizes,
    long_numbers: LongNumbers,
}

/// What becomes of numbers that are too long for a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LongNumbers {
    /// They are written at once.
    Now,
    /// They are left to the walk.
    Later,
    /// The library writes them.
    Given,
}

/// Writes a value as a string object, a large one in steps; `indent` spaces a level, 0 for one line.
/// `spent` becomes the fuel.
///
/// # Errors
/// `:ox/argument` for NaN and infinities, `:ox/type` for what JSON has no form for,
/// `:ox/memory-limit`; [`Trap::Walk`].
pub(crate) fn begin(
    heap: &mut Heap,
    image: &LoadedImage,
    value: Word,
    indent: usize,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    let mut writer = Writer::of(heap, image, value, indent);
    if gives_numbers(image) {
        writer.long_numbers = LongNumbers::Later;
    }
    let result = writer.run(sizes.call_bytes, sizes.call_bytes / 4);
    let Writer {
        heap, out, work, ..
    } = writer;
    *spent = text_fuel(out.len()).saturating_mul(2);
    match result {
        Ok(()) => Ok(make_string(heap, &out)),
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
        // What is unfinished is realized by the walk.
        Err(Stop::Budget | Stop::Unfinished(_) | Stop::Library(_)) => {
            let mut pieces = Pieces::EMPTY;
            pieces.add(heap, &out);
            let chunk = work.into_chunk(heap);
            let words = [chunk, pieces.0, Word::small(indent as i64)];
            Err(Trap::Walk(make_state(heap, Walk::WriteJson, &words)))
        }
    }
}

/// Writes on from a state: the text, or how the walk stopped.
pub(crate) fn step(
    heap: &mut Heap,
    image: &LoadedImage,
    state: Word,
    spent: &mut u32,
) -> Result<Word, Stop> {
    let sizes = Sizes::of(heap);
    let work = Work::load(heap, state);
    let mut pieces = Pieces(heap.word(state, 2));
    let mut writer = Writer {
        indent: heap.word(state, 3).small_value() as usize,
        heap,
        image,
        out: String::new(),
        work,
        sizes,
        long_numbers: if gives_numbers(image) {
            LongNumbers::Given
        } else {
            LongNumbers::Now
        },
    };
    let result = writer.run(4 * sizes.step_bytes, STEP_ITEMS);
    let Writer {
        heap, out, work, ..
    } = writer;
    *spent = spent.saturating_add(text_fuel(out.len()).saturating_mul(2) + STEP_ITEMS as u32 / 4);
    if result.is_ok() {
        return pieces.join(heap, &out);
    }
    pieces.add(heap, &out);
    heap.write(state, 2, pieces.0);
    work.save(heap, state);
    result.map(|()| Word::NIL)
}

/// Writes a value at once.
///
/// # Errors
/// As [`begin`]; [`Trap::Ready`] when something in it is not finished.
pub fn write(
    heap: &mut Heap,
    image: &LoadedImage,
    value: Word,
    indent: usize,
) -> Result<String, Trap> {
    let mut writer = Writer::of(heap, image, value, indent);
    match writer.run(usize::MAX, usize::MAX) {
        Ok(()) => {
            check_length(writer.out.len()).or_throw(writer.heap)?;
            Ok(writer.out)
        }
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
        Err(Stop::Budget | Stop::Unfinished(_) | Stop::Library(_)) => Err(Trap::Ready(value)),
    }
}

impl<'a> Writer<'a> {
    /// At the beginning of a value.
    fn of(heap: &'a mut Heap, image: &'a LoadedImage, value: Word, indent: usize) -> Writer<'a> {
        let mut work = Work::new();
        work.push_item(&[value, Word::small(0)], VALUE);
        Writer {
            indent,
            out: String::new(),
            work,
            sizes: Sizes::of(heap),
            long_numbers: LongNumbers::Now,
            heap,
            image,
        }
    }

    fn run(&mut self, bytes: usize, mut items: usize) -> Result<(), Stop> {
        loop {
            if self.out.len() > bytes || items == 0 {
                return Err(Stop::Budget);
            }
            items -= 1;
            let Some(op) = self.work.pop(self.heap) else {
                return Ok(());
            };
            match op.small_value() {
                VALUE => {
                    let depth = self.work.number(self.heap);
                    let value = self.work.operand(self.heap);
                    self.value(value, depth)?;
                }
                ELEMENTS => self.elements()?,
                ENTRIES => self.entries()?,
                CLOSE => {
                    let empty = self.work.operand(self.heap).is_truthy();
                    let depth = self.work.number(self.heap);
                    let bracket = self.work.operand(self.heap);
                    self.close(bracket, depth, empty);
                }
                _ => {
                    let at = self.work.number(self.heap) as usize;
                    let string = self.work.operand(self.heap);
                    self.string_from(string, at);
                }
            }
            self.work.spill(self.heap);
        }
    }

    fn line(&mut self, depth: i64) {
        if self.indent > 0 {
            self.out.push('\n');
            let spaces = self.indent.saturating_mul(depth as usize);
            self.out.extend(std::iter::repeat_n(' ', spaces));
        }
    }

    fn separate(&mut self, first: bool, depth: i64) {
        if !first {
            self.out.push(',');
        }
        self.line(depth);
    }

    fn close(&mut self, bracket: Word, depth: i64, empty: bool) {
        if !empty {
            self.line(depth);
        }
        self.out.push(bracket.as_char().unwrap_or(']'));
    }

    fn elements(&mut self) -> Result<(), Stop> {
        let depth = self.work.number(self.heap);
        let first = self.work.operand(self.heap).is_truthy();
        let mut cursor = Cursor::pop(self.heap, &mut self.work);
        let before = cursor;
        let push = |work: &mut Work, cursor: Cursor, first: bool| {
            cursor.push(work);
            work.push(Word::bool(first));
            work.push_item(&[Word::small(depth)], ELEMENTS);
        };
        match cursor.advance(self.heap) {
            Advance::Item(element) => {
                self.separate(first, depth);
                push(&mut self.work, cursor, false);
                self.value(element, depth)
            }
            Advance::End => {
                self.close(Word::char(']'), depth - 1, first);
                Ok(())
            }
            Advance::Unfinished(cell) => {
                push(&mut self.work, before, first);
                Err(Stop::Unfinished(cell))
            }
        }
    }

    fn push_entries(&mut self, holder: Word, index: u32, first: bool, depth: i64) {
        self.work.push(holder);
        self.work.push(Word::small(i64::from(index)));
        self.work.push(Word::bool(first));
        self.work.push_item(&[Word::small(depth)], ENTRIES);
    }

    /// The next entry or child of a small map or set, or of a trie's node.
    fn entries(&mut self) -> Result<(), Stop> {
        let depth = self.work.number(self.heap);
        let first = self.work.operand(self.heap).is_truthy();
        let index = self.work.number(self.heap) as u32;
        let holder = self.work.operand(self.heap);
        let (entries_end, children_end) = trie::bounds(self.heap.object(holder));
        if index >= children_end {
            return Ok(());
        }
        if !(2..entries_end).contains(&index) {
            let child = self.heap.word(holder, index);
            // A child has an entry at least.
            self.push_entries(holder, index + 1, first && child.is_nil(), depth);
            if !child.is_nil() {
                let start = trie::start(self.heap.header(child).kind());
                self.push_entries(child, start, first, depth);
            }
            return Ok(());
        }
        let stride = trie::stride(self.heap.header(holder).kind());
        let entry = self.heap.word(holder, index);
        if stride == 2 {
            let value = self.heap.word(holder, index + 1);
            self.separate(first, depth);
            self.push_entries(holder, index + 2, false, depth);
            write_key(self.heap, self.image, &mut self.out, entry).map_err(Stop::from)?;
            self.out.push_str(if self.indent > 0 { ": " } else { ":" });
            self.value(value, depth)
        } else {
            self.separate(first, depth);
            self.push_entries(holder, index + 1, false, depth);
            self.value(entry, depth)
        }
    }

    /// Writes a value without parts, or the beginning of one with parts, which it plans. Nothing is
    /// written when a lazy cell has to be realized first.
    fn value(&mut self, value: Word, depth: i64) -> Result<(), Stop> {
        let given = value;
        let value = match lazy::follow(self.heap, given) {
            Ok(value) => value,
            Err(cell) => {
                self.work.push_item(&[given, Word::small(depth)], VALUE);
                return Err(Stop::Unfinished(cell));
            }
        };
        let heap = &mut *self.heap;
        let out = &mut self.out;
        if let Some(c) = value.as_char() {
            write_string(out, c.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
        if let Some(bool) = value.as_bool() {
            out.push_str(if bool { "true" } else { "false" });
            return Ok(());
        }
        if value.is_nil() {
            out.push_str("null");
            return Ok(());
        }
        if value == Word::EMPTY_LIST {
            out.push_str("[]");
            return Ok(());
        }
        if self.long_numbers != LongNumbers::Now
            && heap.kind_of(value) == Some(Kind::BigInt)
            && number::large::is_long_text(heap, value)
        {
            if self.long_numbers == LongNumbers::Given {
                return Err(Stop::Library(value));
            }
            self.work.push_item(&[value, Word::small(depth)], VALUE);
            return Err(Stop::Budget);
        }
        if number::is_number(heap, value) {
            return write_number(out, heap, value)
                .map_err(|fault| Stop::Throw(fault.into_error(heap)));
        }
        let kind = heap.kind_of(value);
        match kind {
            Some(Kind::Str) => {
                self.out.push('"');
                self.string_from(value, 0);
            }
            Some(Kind::Keyword | Kind::Symbol) => write_string(out, &full_name(heap, value)),
            Some(Kind::Inst | Kind::Uuid) => {
                let text = match instant_of(heap, value) {
                    Some(instant) => instant.display(Offset::Zulu).to_string(),
                    None => uuid(heap.object(value)).to_string(),
                };
                write_string(out, &text);
            }
            Some(Kind::SmallMap | Kind::Map | Kind::SortedMap) => {
                out.push('{');
                let count = map::count(heap.object(value));
                self.begin_entries(value, '}', count, depth);
            }
            Some(Kind::Record) => {
                let entries =
                    record::as_map(heap, value).map_err(|_| refused(heap, self.image, value))?;
                out.push('{');
                let count = map::count(heap.object(entries));
                self.begin_entries(entries, '}', count, depth);
            }
            Some(Kind::SmallSet | Kind::Set | Kind::SortedSet) => {
                out.push('[');
                let count = set::count(heap.object(value));
                self.begin_entries(value, ']', count, depth);
            }
            Some(
                Kind::List
                | Kind::Cons
                | Kind::Vector
                | Kind::SmallVector
                | Kind::Range
                | Kind::IndexSeq
                | Kind::NodeSeq
                | Kind::Queue,
            ) => {
                out.push('[');
                Cursor::new(value).push(&mut self.work);
                self.work.push(Word::TRUE);
                self.work.push_item(&[Word::small(depth + 1)], ELEMENTS);
            }
            _ => return Err(refused(heap, self.image, value)),
        }
        Ok(())
    }

    fn begin_entries(&mut self, value: Word, bracket: char, count: usize, depth: i64) {
        let holder = match self.heap.header(value).kind() {
            Kind::Map | Kind::Set | Kind::SortedMap | Kind::SortedSet => self.heap.word(value, 3),
            _ => value,
        };
        self.work.push_item(
            &[
                Word::char(bracket),
                Word::small(depth),
                Word::bool(count == 0),
            ],
            CLOSE,
        );
        if !holder.is_nil() {
            let start = trie::start(self.heap.header(holder).kind());
            self.push_entries(holder, start, true, depth + 1);
        }
    }

    /// Writes a string from a byte on, a few thousand bytes of it, and the quote at its end.
    fn string_from(&mut self, string: Word, at: usize) {
        let whole = text(self.heap.object(string));
        if at == 0 && whole.len() <= self.sizes.call_bytes {
            write_escaped(&mut self.out, whole, Quoting::Json);
            self.out.push('"');
            return;
        }
        let part = window(self.heap, string, at, self.sizes.call_bytes).expect("a string is UTF-8");
        write_escaped(&mut self.out, &part.text, Quoting::Json);
        if part.last {
            self.out.push('"');
        } else {
            let next = at + part.text.len();
            self.work
                .push_item(&[string, Word::small(next as i64)], STRING);
        }
    }
}

/// The error of a value that JSON has no form for.
#[cold]
fn refused(heap: &mut Heap, image: &LoadedImage, value: Word) -> Stop {
    let mut shown = String::new();
    let named = heap.kind_of(value) == Some(Kind::Function)
        && write_str(heap, image, &mut shown, value).is_ok();
    let what = if named {
        shown
    } else {
        describe(heap, value).to_owned()
    };
    let fault = Fault::new("type", format!("JSON has no form for {what}")).with("value", value);
    Stop::Throw(fault.into_error(heap))
}

fn full_name(heap: &Heap, value: Word) -> String {
    let (namespace, name) = parts_of(heap, heap.object(value));
    match namespace {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    }
}

fn write_number(out: &mut String, heap: &Heap, value: Word) -> Fallible<()> {
    match Num::of(heap, value) {
        Some(Num::Double(d)) if !d.is_finite() => Err(Fault::new(
            "argument",
            "JSON has no form for infinities and NaN",
        )
        .with("value", value)),
        Some(ratio @ Num::Ratio(..)) => {
            let _ = write!(out, "{}", Double(number::convert::to_double(&ratio)));
            Ok(())
        }
        _ => {
            number::text::write_number(out, heap, value, false);
            Ok(())
        }
    }
}

fn write_key(
    heap: &mut Heap,
    image: &LoadedImage,
    out: &mut String,
    key: Word,
) -> Result<(), Trap> {
    match heap.kind_of(key) {
        Some(Kind::Str) => write_string(out, text(heap.object(key))),
        Some(Kind::Keyword | Kind::Symbol) => write_string(out, &full_name(heap, key)),
        _ => {
            let mut name = String::new();
            if key.is_nil() {
                name.push_str("null");
            }
            if write_str(heap, image, &mut name, key).is_err() {
                return Err(Fault::type_error(
                    heap,
                    key,
                    "a key that can be written in a few words",
                )
                .trap(heap));
            }
            write_string(out, &name);
        }
    }
    Ok(())
}

/// Writes a JSON string.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    write_escaped(out, text, Quoting::Json);
    out.push('"');
}
