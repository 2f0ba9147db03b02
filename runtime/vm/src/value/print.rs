//! Printing: the text of any value, as Clojure 1.12 writes it.
//!
//! A walk over the value with a work list ([`Work`]), so that depth costs no native stack. A small
//! finished value is printed at once ([`print`]); for others the native answers with its slow path,
//! and the walk goes on in steps ([`start`], [`step`]) whose state is in the process's memory:
//!
//! ```text
//! state:  Array [work-chunk output]     output:  Array [pieces flags length level methods]
//!                                       pieces:  nil or Array [pieces-below string]
//! ```
//!
//! # Invariants
//! - The text is a function of the value alone: no address, no hash order that a machine could
//!   change. What has identity shows the serial that it has in its process.
//! - What was written readably reads back as an equal value, for all that the reader knows.

pub(crate) mod leaf;
mod long;

use super::seq::{Advance, Cursor};
use super::string::{self, make_string, parts_of, try_text};
use super::time::{instant_of, uuid};
use super::work::{Budget, Sizes, Stop, Walk, Work};
use super::{lazy, map, meta, number, record, trie, vector};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::Trap;
use crate::native::predicate::type_name;
use crate::object::{Kind, Object};
use crate::value::fault::{Fallible, Fault};
use crate::word::Word;
use leaf::{write_immediate, write_scalar};
use scalar::{Double, Offset};
use std::fmt::Write as _;

/// Text after which a step ends, in texts of a step: printing is faster than reading.
const STEP_TEXTS: usize = 8;
/// Text that costs one unit of fuel, in bytes.
const BYTES_PER_FUEL: usize = 32;
/// Longest string, in bytes.
pub(crate) const STRING_BYTES_MAX: usize = 1 << 30;

/// The slow path of `str`.
pub(crate) const STR_SLOW: &str = "str*slow";

/// Where a walk that is given methods looks for those of records and of other types of programs that have none of
/// their own.
const CLASS_OF_RECORDS: &str = "IRecord";
const CLASS_OF_INSTANCES: &str = "Object";

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// So that the reader takes it back: strings quoted, characters named.
    pub readably: bool,
    /// Elements of a collection that are written; the rest is `...`.
    pub length: Option<u64>,
    /// Depth from which on collections are written as `#`.
    pub level: Option<u64>,
    /// Write metadata as `^{…}`.
    pub meta: bool,
    /// Write maps whose keys share a namespace as `#:namespace{…}`.
    pub namespace_maps: bool,
}

impl Options {
    /// What `pr` uses when nothing is bound.
    pub const READABLE: Options = Options {
        readably: true,
        length: None,
        level: None,
        meta: false,
        namespace_maps: false,
    };
    /// What `print` uses when nothing is bound.
    pub const PLAIN: Options = Options {
        readably: false,
        ..Options::READABLE
    };

    fn to_words(self) -> [Word; 3] {
        let flags = i64::from(self.readably)
            | i64::from(self.meta) << 1
            | i64::from(self.namespace_maps) << 2;
        let bound = |limit: Option<u64>| {
            limit
                .and_then(|n| i64::try_from(n).ok())
                .and_then(Word::try_int)
                .unwrap_or(Word::NIL)
        };
        [Word::small(flags), bound(self.length), bound(self.level)]
    }

    fn from_words([flags, length, level]: [Word; 3]) -> Options {
        let flags = flags.small_value();
        let bound = |word: Word| word.as_small().and_then(|n| u64::try_from(n).ok());
        Options {
            readably: flags & 1 != 0,
            meta: flags & 2 != 0,
            namespace_maps: flags & 4 != 0,
            length: bound(length),
            level: bound(level),
        }
    }
}

// Items of the walk: operands, then what to do.
const VALUE: i64 = 0; // value, depth
const ELEMENTS: i64 = 1; // collection, index, written, depth
const ENTRIES: i64 = 2; // holder, index, written, depth, flags
const TEXT: i64 = 3; // number of a text in TEXTS
const PART: i64 = 4; // string or byte string, byte

/// An entry walk of a child node: its count goes to the walk below.
const NESTED: i64 = 1;
/// Keys are written without their namespace.
const STRIP: i64 = 2;

/// In place of the depth of a value at the top: it is written without its metadata and without a method.
const BARE: i64 = -(1 << 32);

const TEXTS: [&str; 7] = [")", "]", "}", " ", "}]", "\"", "N"];
const CLOSE_LIST: i64 = 0;
const CLOSE_VECTOR: i64 = 1;
const CLOSE_MAP: i64 = 2;
const SPACE: i64 = 3;
const CLOSE_STATUS: i64 = 4;
const QUOTE: i64 = 5;
const ARBITRARY: i64 = 6;

/// A walk under way.
struct Printer<'a> {
    heap: &'a mut Heap,
    image: &'a LoadedImage,
    options: Options,
    out: String,
    work: Work,
    sizes: Sizes,
    /// A number that the library has to write next.
    number: Option<Word>,
    /// What values the library writes: a map whose keys are the names of their types, or nil.
    methods: Word,
    /// Whether it stops at values of a program's types, which the library may have a method for.
    stops_at_types: bool,
    /// Whether the walk is saved between steps: then long work lists move into the memory.
    saved: bool,
}

/// Appends the text of a value that is small and finished; `slow` names the native's slow path,
/// which takes over for others.
///
/// # Errors
/// [`Trap::Slow`].
pub fn print(
    heap: &mut Heap,
    image: &LoadedImage,
    out: &mut String,
    value: Word,
    options: Options,
    slow: &'static str,
) -> Result<(), Trap> {
    if !value.is_object() {
        write_immediate(out, value, options.readably);
        return Ok(());
    }
    let mut work = Work::new();
    work.push_item(&[value, Word::small(0)], VALUE);
    let text = std::mem::take(out);
    let sizes = Sizes::of(heap);
    let mut printer = Printer {
        heap,
        image,
        options,
        out: text,
        work,
        sizes,
        number: None,
        methods: Word::NIL,
        stops_at_types: slow == STR_SLOW,
        saved: false,
    };
    let budget = Budget::call(printer.heap);
    let result = printer.run(budget);
    *out = printer.out;
    result.map_err(|_| Trap::Slow(slow))
}

/// A state for [`step`] that prints a value. `methods` is nil, or a map from names of types to the functions that
/// write their values: of such a value the step gives `[function value depth]`, and takes its text. If
/// `is_bare`, the value itself is written without any.
pub fn start(heap: &mut Heap, value: Word, options: Options, methods: Word, is_bare: bool) -> Word {
    let [flags, length, level] = options.to_words();
    let words = [Word::NIL, flags, length, level, methods];
    let output = heap.make(Kind::Array, 0, 0, &[], &words);
    let mut work = Work::new();
    let depth = if is_bare { BARE } else { 0 };
    work.push_item(&[value, Word::small(depth)], VALUE);
    work.into_state(heap, Walk::Print, output)
}

/// Works on a state for a bounded time: the text as a string object, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, image: &LoadedImage, state: Word) -> Result<Word, Stop> {
    let output = heap.word(state, 2);
    let options = Options::from_words([
        heap.word(output, 2),
        heap.word(output, 3),
        heap.word(output, 4),
    ]);
    let methods = heap.word(output, 5);
    let work = Work::load(heap, state);
    let sizes = Sizes::of(heap);
    let mut printer = Printer {
        heap,
        image,
        options,
        out: String::new(),
        work,
        sizes,
        number: None,
        methods,
        stops_at_types: false,
        saved: true,
    };
    let budget = Budget::step(printer.heap);
    let result = printer.run(budget);
    let Printer {
        heap, out, work, ..
    } = printer;
    work.save(heap, state);
    let pieces = heap.word(output, 1);
    if result.is_ok() && pieces.is_nil() {
        return Ok(make_string(heap, &out));
    }
    if !out.is_empty() {
        let piece = make_string(heap, &out);
        let pieces = heap.make(Kind::Array, 0, 0, &[], &[pieces, piece]);
        heap.write(output, 1, pieces);
    }
    result?;
    let pieces = heap.word(output, 1);
    join_pieces(heap, pieces).map_err(|fault| Stop::Throw(fault.into_error(heap)))
}

/// The text of pieces, the last one first.
pub(crate) fn join_pieces(heap: &mut Heap, mut pieces: Word) -> Fallible<Word> {
    let mut texts = Vec::new();
    let mut length = 0;
    while !pieces.is_nil() {
        let text = try_text(heap, heap.word(pieces, 2)).expect("pieces are strings");
        length += text.len();
        texts.push(text);
        pieces = heap.word(pieces, 1);
    }
    check_length(length)?;
    let mut whole = String::with_capacity(length);
    texts.iter().rev().for_each(|text| whole.push_str(text));
    Ok(make_string(heap, &whole))
}

/// Refuses strings above [`STRING_BYTES_MAX`].
pub(crate) fn check_length(bytes: usize) -> Fallible<()> {
    if bytes > STRING_BYTES_MAX {
        return Err(Fault::too_big("a string of more than 1,073,741,824 bytes"));
    }
    Ok(())
}

/// Fuel for so much text.
pub(crate) fn text_fuel(bytes: usize) -> u32 {
    u32::try_from(bytes / BYTES_PER_FUEL).unwrap_or(u32::MAX)
}

impl Printer<'_> {
    fn run(&mut self, mut budget: Budget) -> Result<(), Stop> {
        let start = self.out.len();
        loop {
            // A value that is written is done, however long its text is.
            let Some(op) = self.work.pop(self.heap) else {
                return Ok(());
            };
            if self.out.len() - start > STEP_TEXTS * self.sizes.step_bytes || !budget.take(1) {
                self.work.push(op);
                return Err(Stop::Budget);
            }
            match op.small_value() {
                VALUE => {
                    let depth = self.work.number(self.heap);
                    let value = self.work.operand(self.heap);
                    if depth != BARE
                        && let Some(method) = self.method(value)
                    {
                        let depth = Word::small(if depth < 0 { -1 - depth } else { depth });
                        let asked = vector::make(self.heap, &[method, value, depth]);
                        return Err(Stop::Library(asked));
                    }
                    if let Err(cell) = self.value(value, depth) {
                        self.push_value(value, depth);
                        return Err(Stop::Unfinished(cell));
                    }
                    if let Some(number) = self.number.take() {
                        return Err(Stop::Library(number));
                    }
                }
                ELEMENTS => self.elements(&mut budget)?,
                ENTRIES => self.entries(&mut budget)?,
                PART => {
                    let at = self.work.number(self.heap) as usize;
                    let value = self.work.operand(self.heap);
                    self.part(value, at);
                }
                _ => {
                    let text = self.work.number(self.heap);
                    self.out.push_str(TEXTS[text as usize]);
                }
            }
            if self.saved {
                self.work.spill(self.heap);
            }
        }
    }

    fn push_value(&mut self, value: Word, depth: i64) {
        self.work.push_item(&[value, Word::small(depth)], VALUE);
    }

    fn push_text(&mut self, text: i64) {
        self.work.push_item(&[Word::small(text)], TEXT);
    }

    /// Whether as many elements were written as may be; writes what stands for the others.
    fn at_length(&mut self, written: i64) -> bool {
        let reached = self
            .options
            .length
            .is_some_and(|length| written.unsigned_abs() >= length);
        if reached {
            self.out.push_str(if written == 0 { "..." } else { " ..." });
        }
        reached
    }

    /// Elements of a sequence, one after another while they are scalars.
    fn elements(&mut self, budget: &mut Budget) -> Result<(), Stop> {
        let depth = self.work.number(self.heap);
        let mut written = self.work.number(self.heap);
        let index = self.work.number(self.heap) as u64;
        let collection = self.work.operand(self.heap);
        let mut cursor = Cursor { collection, index };
        let save = |work: &mut Work, cursor: &Cursor, written: i64| {
            work.push(cursor.collection);
            work.push(Word::small(cursor.index as i64));
            work.push(Word::small(written));
            work.push_item(&[Word::small(depth)], ELEMENTS);
        };
        let start = self.out.len();
        loop {
            if !budget.take(1) || self.out.len() - start > STEP_TEXTS * self.sizes.step_bytes {
                save(&mut self.work, &cursor, written);
                return Err(Stop::Budget);
            }
            match cursor.advance(self.heap) {
                Advance::End => return Ok(()),
                Advance::Unfinished(cell) => {
                    // The bound comes before the cell: what is not written is not forced.
                    if self.at_length(written) {
                        return Ok(());
                    }
                    save(&mut self.work, &cursor, written);
                    return Err(Stop::Unfinished(cell));
                }
                Advance::Item(element) => {
                    if self.at_length(written) {
                        return Ok(());
                    }
                    if written > 0 {
                        self.out.push(' ');
                    }
                    written += 1;
                    if !self.scalar(element) {
                        save(&mut self.work, &cursor, written);
                        self.push_value(element, depth);
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Entries of a map or elements of a set: of a small one, or a node of a trie.
    fn entries(&mut self, budget: &mut Budget) -> Result<(), Stop> {
        let flags = self.work.number(self.heap);
        let depth = self.work.number(self.heap);
        let mut written = self.work.number(self.heap);
        let mut index = self.work.number(self.heap) as u32;
        let holder = self.work.operand(self.heap);
        let (entries_end, children_end) = trie::bounds(self.heap.object(holder));
        let stride = trie::stride(self.heap.header(holder).kind());
        loop {
            // Of a sorted collection's node children may be nil.
            while index < children_end
                && !(2..entries_end).contains(&index)
                && self.heap.word(holder, index).is_nil()
            {
                index += 1;
            }
            if !budget.take(1) {
                self.push_entries(holder, index, written, depth, flags);
                return Err(Stop::Budget);
            }
            if index >= children_end || self.at_length_of_map(written, stride) {
                if flags & NESTED != 0 {
                    self.finish_nested(written, index < children_end);
                }
                return Ok(());
            }
            if !(2..entries_end).contains(&index) {
                let child = self.heap.word(holder, index);
                let start = trie::start(self.heap.header(child).kind());
                self.push_entries(holder, index + 1, written, depth, flags);
                self.push_entries(child, start, written, depth, flags | NESTED);
                return Ok(());
            }
            if written > 0 {
                self.out.push_str(if stride == 2 { ", " } else { " " });
            }
            written += 1;
            let key = self.heap.word(holder, index);
            let value = (stride == 2).then(|| self.heap.word(holder, index + 1));
            index += stride;
            let key_done = if flags & STRIP != 0 {
                self.write_name(key);
                true
            } else {
                self.scalar(key)
            };
            if key_done {
                let Some(value) = value else { continue };
                self.out.push(' ');
                if self.scalar(value) {
                    continue;
                }
                self.push_entries(holder, index, written, depth, flags);
                self.push_value(value, depth);
            } else {
                self.push_entries(holder, index, written, depth, flags);
                if let Some(value) = value {
                    self.push_value(value, depth);
                    self.push_text(SPACE);
                }
                self.push_value(key, depth);
            }
            return Ok(());
        }
    }

    fn at_length_of_map(&mut self, written: i64, stride: u32) -> bool {
        let reached = self
            .options
            .length
            .is_some_and(|length| written.unsigned_abs() >= length);
        if reached {
            self.out.push_str(match (written, stride) {
                (0, _) => "...",
                (_, 2) => ", ...",
                _ => " ...",
            });
        }
        reached
    }

    fn push_entries(&mut self, holder: Word, index: u32, written: i64, depth: i64, flags: i64) {
        self.work.push(holder);
        self.work.push(Word::small(i64::from(index)));
        self.work.push(Word::small(written));
        self.work.push(Word::small(depth));
        self.work.push_item(&[Word::small(flags)], ENTRIES);
    }

    /// Gives the count of a child node's walk to the walk of its parent, which is right below.
    /// `stopped`: the greatest length was reached, nothing more is written.
    fn finish_nested(&mut self, written: i64, stopped: bool) {
        loop {
            let op = self.work.operand(self.heap);
            debug_assert_eq!(op.small_value(), ENTRIES);
            let flags = self.work.number(self.heap);
            let depth = self.work.number(self.heap);
            let _ = self.work.number(self.heap);
            let index = self.work.number(self.heap) as u32;
            let holder = self.work.operand(self.heap);
            if !stopped {
                self.push_entries(holder, index, written, depth, flags);
                return;
            }
            if flags & NESTED == 0 {
                return;
            }
        }
    }

    /// The function of the library's that writes a value, if there is one.
    fn method(&mut self, value: Word) -> Option<Word> {
        if self.methods.is_nil() {
            return None;
        }
        if let Some(object) = self.heap.try_object(value)
            && (object.header().has_meta() || object.kind() == Kind::Lazy)
            && let meta = meta::get(self.heap, value)
            && map::is_map(self.heap, meta)
        {
            let key = string::make_keyword(self.heap, None, "type");
            if let Ok(Some(named)) = map::get(self.heap, meta, key)
                && let Some(method) = self.method_of(named)
            {
                return Some(method);
            }
        }
        if let Some(of) = record::type_of(self.heap, value) {
            let class = match record::is_record(self.heap, value) {
                true => CLASS_OF_RECORDS,
                false => CLASS_OF_INSTANCES,
            };
            return self.method_of(of).or_else(|| {
                let class = string::make_symbol(self.heap, None, class);
                self.method_of(class)
            });
        }
        let named = match type_name(self.heap, value) {
            Some(name) => string::make_symbol(self.heap, None, name),
            None => Word::NIL,
        };
        self.method_of(named)
    }

    fn stops_at(&self, value: Word) -> bool {
        let kind = self.heap.kind_of(value);
        self.stops_at_types && matches!(kind, Some(Kind::Record | Kind::Instance))
    }

    fn method_of(&mut self, named: Word) -> Option<Word> {
        map::get(self.heap, self.methods, named).ok().flatten()
    }

    /// Writes a value that holds no others; false for others, of which nothing is written, and for `()` where `#` may stand for it.
    fn scalar(&mut self, value: Word) -> bool {
        if value == Word::EMPTY_LIST && self.options.level.is_some() {
            return false;
        }
        if self.stops_at(value) || self.method(value).is_some() {
            return false;
        }
        if !value.is_object() {
            write_immediate(&mut self.out, value, self.options.readably);
            return true;
        }
        let object = self.heap.object(value);
        if self.is_long(value, object) {
            return false;
        }
        if self.options.meta && object.header().has_meta() {
            return false;
        }
        write_scalar(
            self.heap,
            self.image,
            &mut self.out,
            value,
            self.options.readably,
        )
    }

    /// The name of a key whose namespace is written before the map.
    fn write_name(&mut self, key: Word) {
        let object = self.heap.object(key);
        if object.kind() == Kind::Keyword {
            self.out.push(':');
        }
        let (_, name) = parts_of(self.heap, object);
        self.out.push_str(name);
    }

    /// Begins with a value: writes it, or what is before its parts, and plans them. Nothing is
    /// written when a lazy cell has to be realized first.
    fn value(&mut self, value: Word, depth: i64) -> Result<(), Word> {
        if depth < 0 && value.is_object() {
            // Its metadata is written, or not wanted.
            let depth = if depth == BARE { -1 } else { depth };
            let kind = self.heap.header(value).kind();
            if kind == Kind::Lazy {
                lazy::follow(self.heap, value)?;
            }
            self.bare_value(value, kind, -1 - depth);
            return Ok(());
        }
        if !value.is_object() {
            if value == Word::EMPTY_LIST && self.is_too_deep(depth) {
                self.out.push('#');
            } else {
                write_immediate(&mut self.out, value, self.options.readably);
            }
            return Ok(());
        }
        if self.stops_at(value) {
            return Err(value);
        }
        let kind = self.heap.header(value).kind();
        if matches!(kind, Kind::Lazy) {
            lazy::follow(self.heap, value)?;
        }
        // A lazy cell's metadata is a word of its own; an atom's is not printed.
        let meta = match kind {
            Kind::Lazy => meta::get(self.heap, value),
            _ => self.heap.object(value).meta(),
        };
        if self.options.meta
            && self.options.readably
            && meta != Word::NIL
            && !self.is_empty_map(meta)
        {
            self.meta(value, meta, depth);
            return Ok(());
        }
        self.bare_value(value, kind, depth);
        Ok(())
    }

    fn is_empty_map(&self, map: Word) -> bool {
        self.heap
            .try_object(map)
            .is_some_and(|object| object.kind() == Kind::SmallMap && object.header().aux() == 0)
    }

    /// Writes `^{…} ` and the value after it.
    fn meta(&mut self, value: Word, meta: Word, depth: i64) {
        self.out.push('^');
        let object = self.heap.object(meta);
        let only_tag = object.kind() == Kind::SmallMap
            && object.header().aux() == 1
            && string::try_keyword(self.heap, object.word(2)) == Some((None, "tag"));
        let shown = if only_tag { object.word(3) } else { meta };
        // The value comes again, at a depth below zero: its metadata is written then.
        self.push_value(value, -1 - depth);
        self.push_text(SPACE);
        self.push_value(shown, depth);
    }

    /// Whether a collection at this depth is one of those that `#` stands for.
    fn is_too_deep(&self, depth: i64) -> bool {
        let level = self.options.level;
        level.is_some_and(|level| depth.unsigned_abs() >= level)
    }

    fn bare_value(&mut self, value: Word, kind: Kind, depth: i64) {
        let is_collection = matches!(
            kind,
            Kind::Cons
                | Kind::List
                | Kind::Lazy
                | Kind::Range
                | Kind::IndexSeq
                | Kind::NodeSeq
                | Kind::Vector
                | Kind::SmallVector
                | Kind::SmallMap
                | Kind::Map
                | Kind::SmallSet
                | Kind::Set
                | Kind::SortedMap
                | Kind::SortedSet
                | Kind::Queue
                | Kind::Record
        );
        if is_collection {
            if self.is_too_deep(depth) {
                self.out.push('#');
                return;
            }
            return self.collection(value, kind, depth + 1);
        }
        if self.is_long(value, self.heap.object(value)) {
            return self.long(value);
        }
        if write_scalar(
            self.heap,
            self.image,
            &mut self.out,
            value,
            self.options.readably,
        ) {
            return;
        }
        self.compound(value, kind, depth);
    }

    fn collection(&mut self, value: Word, kind: Kind, depth: i64) {
        if kind == Kind::Record {
            let of = record::parts(self.heap.object(value)).0;
            let _ = write!(self.out, "#{}", record::type_text(self.heap, of));
            return match record::as_map(self.heap, value) {
                Ok(entries) => {
                    let kind = self.heap.header(entries).kind();
                    // As Clojure: the keys of a record are written whole.
                    let shortens = std::mem::replace(&mut self.options.namespace_maps, false);
                    self.collection(entries, kind, depth);
                    self.options.namespace_maps = shortens;
                }
                Err(_) => self.out.push_str("{…}"),
            };
        }
        let object = self.heap.object(value);
        let holder = match kind {
            Kind::Map | Kind::Set | Kind::SortedMap | Kind::SortedSet => object.word(3),
            Kind::SmallMap | Kind::SmallSet => value,
            _ => {
                if kind == Kind::Queue {
                    self.out.push_str("#queue ");
                }
                let vector = matches!(kind, Kind::Vector | Kind::SmallVector | Kind::Queue);
                self.out.push(if vector { '[' } else { '(' });
                self.push_text(if vector { CLOSE_VECTOR } else { CLOSE_LIST });
                let cursor = Cursor::new(value);
                self.work.push(cursor.collection);
                self.work.push(Word::small(cursor.index as i64));
                self.work.push(Word::small(0));
                self.work.push_item(&[Word::small(depth)], ELEMENTS);
                return;
            }
        };
        let mut flags = 0;
        if matches!(kind, Kind::Set | Kind::SmallSet | Kind::SortedSet) {
            self.out.push_str("#{");
        } else {
            if self.options.namespace_maps
                && let Some(namespace) = self.common_namespace(value)
            {
                let _ = write!(self.out, "#:{namespace}");
                flags = STRIP;
            }
            self.out.push('{');
        }
        self.push_text(CLOSE_MAP);
        if !holder.is_nil() {
            let start = trie::start(self.heap.header(holder).kind());
            self.push_entries(holder, start, 0, depth, flags);
        }
    }

    /// The namespace that all keys of a map have, if they are keywords or symbols with one.
    fn common_namespace(&self, map: Word) -> Option<String> {
        let entries = map::entries(self.heap, map);
        let mut common: Option<&str> = None;
        for key in entries.iter().step_by(2) {
            let object = self.heap.try_object(*key)?;
            if !matches!(object.kind(), Kind::Keyword | Kind::Symbol) {
                return None;
            }
            let namespace = parts_of(self.heap, object).0?;
            if common.is_some_and(|common| common != namespace) {
                return None;
            }
            common = Some(namespace);
        }
        common.map(str::to_owned)
    }

    /// A value that holds others and is no collection.
    fn compound(&mut self, value: Word, kind: Kind, depth: i64) {
        let object = self.heap.object(value);
        match kind {
            Kind::Tagged => {
                let (tag, form) = (object.word(1), object.word(2));
                self.out.push('#');
                self.push_value(form, depth);
                self.push_text(SPACE);
                self.push_value(tag, depth);
            }
            Kind::Error => self.error(object_words(object), depth),
            Kind::Atom | Kind::Volatile => {
                let content = object.word(2);
                self.out.push_str("#object[");
                self.out.push_str(if kind == Kind::Atom {
                    "Atom "
                } else {
                    "Volatile "
                });
                let _ = write!(self.out, "{:#x} {{:status :ready, :val ", object.raw(1));
                self.push_text(CLOSE_STATUS);
                self.push_value(content, depth);
            }
            Kind::Reduced => {
                let content = object.word(1);
                self.out.push_str("#object[Reduced {:status :ready, :val ");
                self.push_text(CLOSE_STATUS);
                self.push_value(content, depth);
            }
            Kind::Delay => {
                let serial = object.raw(1);
                let (status, content) = match lazy::read(self.heap, value) {
                    Some((lazy::State::Realized, content)) => ("ready", content),
                    Some((lazy::State::Failed, content)) => ("failed", content),
                    _ => ("pending", Word::NIL),
                };
                let _ = write!(
                    self.out,
                    "#object[Delay {serial:#x} {{:status :{status}, :val "
                );
                self.push_text(CLOSE_STATUS);
                self.push_value(content, depth);
            }
            Kind::Type => self.out.push_str(&record::type_text(self.heap, value)),
            Kind::Instance => {
                let of = object.word(2);
                let _ = write!(self.out, "#object[{}]", record::type_text(self.heap, of));
            }
            Kind::Secret => {
                // For people, too, so that it is not taken for the text itself.
                let name = string::try_text(self.heap, object.word(2)).unwrap_or_default();
                let _ = write!(self.out, "#secret {name:?}");
            }
            _ => {
                let _ = write!(self.out, "#object[{kind:?}]");
            }
        }
    }

    /// `#error {:message "…", :data {…}, :cause #error {…}}`
    fn error(&mut self, [kind, message, data, cause]: [Word; 4], depth: i64) {
        self.out.push_str("#error {");
        let mut parts = Vec::new();
        if data.is_nil() && !kind.is_nil() {
            parts.push((":kind ", kind));
        }
        for (label, part) in [(":message ", message), (":data ", data), (":cause ", cause)] {
            if !part.is_nil() {
                parts.push((label, part));
            }
        }
        let mut words = Vec::with_capacity(parts.len() * 2);
        for (label, part) in parts {
            words.push(string::make_keyword(
                self.heap,
                None,
                label.trim_start_matches(':').trim_end(),
            ));
            words.push(part);
        }
        let entries = map::make_small(self.heap, &words, Word::NIL);
        self.push_text(CLOSE_MAP);
        self.push_entries(entries, 2, 0, depth, 0);
    }
}

fn object_words(error: Object<'_>) -> [Word; 4] {
    [error.word(1), error.word(2), error.word(3), error.word(4)]
}

/// Appends what `str` makes of a value: text and characters as they are, numbers without marks, all
/// else as `pr-str`.
///
/// # Errors
/// [`Trap::Slow`] (`str*slow`) when the value is large or unfinished.
pub fn write_str(
    heap: &mut Heap,
    image: &LoadedImage,
    out: &mut String,
    value: Word,
) -> Result<(), Trap> {
    if value.is_nil() {
        return Ok(());
    }
    if let Some(object) = heap.try_object(value) {
        match object.kind() {
            Kind::Str => {
                out.push_str(string::text(object));
                return Ok(());
            }
            Kind::BigInt | Kind::Decimal => {
                number::text::write_number(out, heap, value, false);
                return Ok(());
            }
            Kind::Regex => {
                out.push_str(try_text(heap, object.word(1)).unwrap_or_default());
                return Ok(());
            }
            Kind::Uuid => {
                let _ = write!(out, "{}", uuid(object));
                return Ok(());
            }
            Kind::Inst => {
                if let Some(instant) = instant_of(heap, value) {
                    let _ = write!(out, "{}", instant.display(Offset::Zulu));
                }
                return Ok(());
            }
            _ => {}
        }
    } else {
        match value.as_double() {
            Some(d) => {
                let _ = write!(out, "{}", Double(d));
            }
            None => write_immediate(out, value, false),
        }
        return Ok(());
    }
    print(heap, image, out, value, Options::READABLE, "str*slow")
}
