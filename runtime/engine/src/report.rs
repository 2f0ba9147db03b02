//! What people are told about an error: code, message, data, trace in source terms.

use crate::code::{self, Code};
use crate::parcel;
use std::fmt::Write as _;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::label::{shown_namespace, written};
use vm::object::Kind;
use vm::value::string::make_keyword;
use vm::value::{map, print, string, vector};

/// Longest report, in bytes.
const REPORT_BYTES_MAX: usize = 8 * 1024;
/// Longest text of an error's data, in bytes.
const DATA_BYTES_MAX: usize = 2 * 1024;
/// Longest text of what a code depends on, in bytes.
const CODE_BYTES_MAX: usize = 64;
/// Errors of a chain of causes that are shown.
const CAUSES_MAX: usize = 8;
/// Frames of a trace that are shown.
const FRAMES_MAX: usize = 24;

/// How the names begin of what runs the expressions at a file's top level.
const ENTRY: &str = "-entry";

/// Where a frame stands, in source terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `app.core/charge`, with the name of the inner function if it is one.
    pub function: String,
    /// Namespace of the definition.
    pub namespace: String,
    /// Project-relative path, when known.
    pub file: Option<String>,
    /// Line from 1, 0 when unknown.
    pub line: u32,
    /// Column from 1, 0 when unknown.
    pub column: u32,
}

/// Where in the sources an instruction of a prototype is.
#[must_use]
pub fn place_of(image: &LoadedImage, proto: u32, pc: u32) -> Place {
    let Some(loaded) = image.protos().get(proto as usize) else {
        return Place::default();
    };
    let stored = image.image();
    let mut place = Place::default();
    if let Some(slot) = stored.slots.get(loaded.slot as usize) {
        let namespace = shown_namespace(&slot.namespace);
        place.function = format!("{namespace}/{}", written(&slot.name));
        if slot.name.starts_with(ENTRY) {
            // An expression at top level has no name that anybody knows.
            place.function.clone_from(&slot.namespace);
        }
        place.namespace.clone_from(&slot.namespace);
    }
    let Some(source) = stored.source_map.slots.get(loaded.slot as usize) else {
        return place;
    };
    place.file = stored.source_map.files.get(source.file as usize).cloned();
    let Some(proto) = source.protos.get(usize::from(loaded.index)) else {
        return place;
    };
    let is_new = |name: &&String| *name != ENTRY && !place.function.ends_with(&format!("/{name}"));
    if let Some(name) = proto.name.as_ref().filter(is_new) {
        let _ = write!(place.function, "/{name}");
    }
    let after = proto.lines.partition_point(|&(first, _, _)| first <= pc);
    if let Some(&(_, line, column)) = after
        .checked_sub(1)
        .and_then(|index| proto.lines.get(index))
    {
        place.line = source.line + line;
        place.column = column;
    }
    place
}

/// Whether a frame only says again what the frame that it has called says: the entry body calls a
/// function for each expression at top level.
pub(crate) fn is_repeated(image: &LoadedImage, caller: u32, called: u32) -> bool {
    let name = |proto: u32| {
        let slot = image.protos().get(proto as usize)?.slot;
        Some(image.image().slots.get(slot as usize)?.name.as_str())
    };
    let is_piece = |name: &str| name.len() > ENTRY.len() && name.starts_with(ENTRY);
    name(caller) == Some(ENTRY) && name(called).is_some_and(is_piece)
}

/// The text of a value, readable and bounded.
pub(crate) fn show(heap: &mut Heap, image: &LoadedImage, value: Word, bytes_max: usize) -> String {
    let mut out = String::new();
    let options = print::Options {
        length: Some(64),
        level: Some(8),
        ..print::Options::READABLE
    };
    if print::print(heap, image, &mut out, value, options, "print*slow").is_err() {
        out.push('…');
    }
    shorten(out, bytes_max)
}

/// Elements of a collection, and levels of collections, that a call's text shows.
const CALL_ELEMENTS_MAX: u64 = 8;
const CALL_LEVELS_MAX: u64 = 4;
/// Elements at either end of a vector that is an argument: of a command the last words often say
/// what tells it apart.
const CALL_WORDS_MAX: usize = 16;

/// An activity with its arguments, for people: `ox.sh/run ["make"]`, in one line. Of the built-in
/// ones the first argument says enough: the options may hold what is not for everybody, and so may
/// all of a request but its method and address. A text that is too long is cut in its middle. What it
/// costs is bounded, but for long texts within collections.
pub(crate) fn call_text(
    heap: &mut Heap,
    image: &LoadedImage,
    name: &str,
    args: &[Word],
    bytes_max: usize,
) -> String {
    let shown = match (name, args) {
        ("ox.http/request", [request, ..]) => request_text(heap, *request),
        _ => {
            let is_built_in = name.starts_with("ox.");
            let args = if is_built_in {
                &args[..args.len().min(1)]
            } else {
                args
            };
            let mut text = String::new();
            for arg in args {
                if text.len() > bytes_max {
                    text.push_str(" …");
                    break;
                }
                if !text.is_empty() {
                    text.push(' ');
                }
                argument(heap, image, *arg, bytes_max, &mut text);
            }
            text
        }
    };
    let text = shorten_middle(&shown, bytes_max);
    if text.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {text}")
    }
}

fn argument(heap: &mut Heap, image: &LoadedImage, value: Word, bytes_max: usize, out: &mut String) {
    if let Some(count) = heap
        .try_object(value)
        .filter(|_| vector::is_vector(heap, value))
        .map(vector::count)
    {
        let last = count.saturating_sub(CALL_WORDS_MAX);
        out.push('[');
        let mut index = 0;
        while index < count {
            if index > 0 {
                out.push(' ');
            }
            if index == CALL_WORDS_MAX && index < last {
                out.push_str("... ");
                index = last;
            }
            let element = vector::nth(heap, value, index).unwrap_or(Word::NIL);
            element_text(heap, image, element, CALL_LEVELS_MAX - 1, bytes_max, out);
            index += 1;
        }
        out.push(']');
        return;
    }
    element_text(heap, image, value, CALL_LEVELS_MAX, bytes_max, out);
}

fn element_text(
    heap: &mut Heap,
    image: &LoadedImage,
    value: Word,
    levels: u64,
    bytes_max: usize,
    out: &mut String,
) {
    // Of a long text no more is made than is shown.
    if let Some(text) = string::try_text(heap, value)
        && text.len() > bytes_max
    {
        let _ = write!(out, "{:?}", shorten_middle(text, bytes_max));
        return;
    }
    let options = print::Options {
        length: Some(CALL_ELEMENTS_MAX),
        level: Some(levels),
        ..print::Options::READABLE
    };
    if print::print(heap, image, out, value, options, "print*slow").is_err() {
        out.push('…');
    }
}

/// `GET https://example.org/a`
fn request_text(heap: &mut Heap, request: Word) -> String {
    let mut part = |name: &str| {
        let key = make_keyword(heap, None, name);
        let value = map::get(heap, request, key).ok().flatten()?;
        let keyword = string::try_keyword(heap, value).map(|(_, name)| name);
        let text = keyword.or_else(|| string::try_text(heap, value));
        text.map(str::to_owned)
    };
    let method = part("method").unwrap_or_else(|| "get".to_owned());
    let mut url = part("url").unwrap_or_default();
    // A password that stands before the host is nobody's business.
    if let Some(start) = url.find("://").map(|at| at + 3) {
        let host = &url[start..];
        let end = host.find(['/', '?', '#']).unwrap_or(host.len());
        if let Some(at) = host[..end].rfind('@') {
            url.replace_range(start..=start + at, "");
        }
    }
    format!("{} {url}", method.to_uppercase())
        .trim_end()
        .to_owned()
}

/// Cuts a text to a number of bytes.
pub(crate) fn shorten(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        text.push('…');
    }
    text
}

/// Cuts a text to about a number of bytes, in its middle: commands are told apart by their last words as
/// often as by their first. One that was cut before has one gap still, if that is where it is cut again.
#[must_use]
pub fn shorten_middle(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(bytes_max.div_ceil(2));
    let tail = text.ceil_char_boundary(text.len() - bytes_max / 2);
    format!(
        "{}…{}",
        text[..head].trim_end_matches('…'),
        text[tail..].trim_start_matches('…')
    )
}

/// The message of an error; the text of a thrown value that is none.
pub(crate) fn message_of(heap: &mut Heap, image: &LoadedImage, error: Word) -> String {
    let message = match heap
        .try_object(error)
        .filter(|object| object.kind() == Kind::Error)
    {
        Some(object) => object.word(2),
        None => return show(heap, image, error, DATA_BYTES_MAX),
    };
    if let Some(text) = string::try_text(heap, message) {
        return shorten(text.to_owned(), REPORT_BYTES_MAX / 2);
    }
    parcel::error_kind(heap, error).map_or_else(|| "error".to_owned(), |kind| format!(":ox/{kind}"))
}

/// The code of an error, if it has one.
fn code_of(heap: &mut Heap, image: &LoadedImage, error: Word) -> Option<&'static Code> {
    let kind = parcel::error_kind(heap, error)?.to_owned();
    let data = heap.try_object(error)?.word(3);
    code::of(&kind, |name| {
        let key = make_keyword(heap, None, name);
        let value = map::get(heap, data, key).ok().flatten()?;
        let text = string::try_text(heap, value).map(str::to_owned);
        // A text that is too long for the table is none of those there.
        Some(text.unwrap_or_else(|| show(heap, image, value, CODE_BYTES_MAX)))
    })
}

/// A report that is about no error object, with the code of what it is as good as.
pub(crate) fn coded(kind: &str, text: &str) -> String {
    match code::of(kind, |_| None) {
        Some(code) => format!("[{code}] {text}"),
        None => text.to_owned(),
    }
}

/// Code, message, data and trace of an error and its causes: [`code::split`] takes the first code off.
pub(crate) fn report(heap: &mut Heap, image: &LoadedImage, error: Word) -> String {
    let mut out = String::new();
    let mut next = error;
    for number in 0..CAUSES_MAX {
        if number > 0 {
            out.push_str("caused by: ");
        }
        if let Some(code) = code_of(heap, image, next) {
            let _ = write!(out, "[{code}] ");
        }
        out.push_str(&message_of(heap, image, next));
        out.push('\n');
        if let Some(data) = data_text(heap, image, next) {
            let _ = writeln!(out, "  {data}");
        }
        write_trace(&mut out, heap, image, next);
        match heap
            .try_object(next)
            .filter(|object| object.kind() == Kind::Error)
        {
            Some(object) if heap.kind_of(object.word(4)) == Some(Kind::Error) => {
                next = object.word(4)
            }
            _ => break,
        }
    }
    shorten(out, REPORT_BYTES_MAX)
}

fn data_text(heap: &mut Heap, image: &LoadedImage, error: Word) -> Option<String> {
    let object = heap
        .try_object(error)
        .filter(|object| object.kind() == Kind::Error)?;
    let data = object.word(3);
    if !map::is_map(heap, data) || map::count(heap.object(data)) == 0 {
        return parcel::error_kind(heap, error).map(|kind| format!("{{:ox/kind :ox/{kind}}}"));
    }
    Some(show(heap, image, data, DATA_BYTES_MAX))
}

/// Says that the frame that was written last stands there more than once: of a recursion one line says as
/// much as twenty.
fn tell_repeated(out: &mut String, last: &mut (String, u32)) {
    if last.1 > 1 {
        // How often is not known: a trace has an end before that of the stack.
        out.push_str("  … and again\n");
    }
    *last = (String::new(), 0);
}

/// Frames of the library stand for themselves only where an error begins in one and the program's
/// own frame is missing; else their number is told.
fn write_trace(out: &mut String, heap: &Heap, image: &LoadedImage, error: Word) {
    let mut hidden = 0;
    let hide = |out: &mut String, hidden: &mut u32| {
        if *hidden > 0 {
            let plural = if *hidden == 1 { "frame" } else { "frames" };
            let _ = writeln!(out, "  … {hidden} {plural} of the library");
            *hidden = 0;
        }
    };
    // The frame that was written last, and how often it stands there.
    let mut last = (String::new(), 0);
    let mut called = None;
    for (proto, pc) in vm::interp::trace_of(heap, error)
        .into_iter()
        .take(FRAMES_MAX)
    {
        let inner = called.replace(proto);
        if inner.is_some_and(|inner| is_repeated(image, proto, inner)) {
            continue;
        }
        let place = place_of(image, proto, pc);
        if place.namespace.starts_with("ox.") {
            hidden += 1;
            continue;
        }
        let is_direct = hidden == 0;
        if !is_direct {
            tell_repeated(out, &mut last);
        }
        hide(out, &mut hidden);
        let line = match &place.file {
            Some(file) if place.line > 0 => {
                format!("  at {} ({file}:{})", place.function, place.line)
            }
            Some(file) => format!("  at {} ({file})", place.function),
            None => format!("  at {}", place.function),
        };
        if is_direct && last.0 == line {
            last.1 += 1;
            continue;
        }
        tell_repeated(out, &mut last);
        let _ = writeln!(out, "{line}");
        last = (line, 1);
    }
    tell_repeated(out, &mut last);
    hide(out, &mut hidden);
}
