//! The text of values that hold no others.

use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::label::function_name;
use crate::object::{Kind, Object};
use crate::value::number;
use crate::value::string::{self, parts_of, try_text};
use crate::value::time::{instant_of, uuid};
use crate::word::Word;
use scalar::{Base64, CharLiteral, DoubleLiteral, Offset};
use std::fmt::Write as _;

/// Writes what is no object.
pub(super) fn write_immediate(out: &mut String, value: Word, readably: bool) {
    if let Some(n) = value.as_small() {
        let _ = write!(out, "{n}");
    } else if let Some(d) = value.as_double() {
        let _ = write!(out, "{}", DoubleLiteral(d));
    } else if let Some(c) = value.as_char() {
        if readably {
            let _ = write!(out, "{}", CharLiteral(c));
        } else {
            out.push(c)
        }
    } else {
        out.push_str(match value {
            Word::NIL => "nil",
            Word::TRUE => "true",
            Word::FALSE => "false",
            Word::EMPTY_LIST => "()",
            _ => "#object[Unbound]",
        });
    }
}

/// Characters of a string that a message shows.
const BRIEF_CHARS_MAX: usize = 40;

/// The text of a small value that holds no others, for messages; nothing of others.
pub(crate) fn brief(heap: &Heap, value: Word) -> Option<String> {
    let mut out = String::new();
    let Some(kind) = heap.kind_of(value) else {
        let is_said = matches!(
            value,
            Word::NIL | Word::TRUE | Word::FALSE | Word::EMPTY_LIST | Word::UNBOUND
        );
        if is_said || value == Word::ELSEWHERE {
            return None;
        }
        write_immediate(&mut out, value, true);
        return Some(out);
    };
    let object = heap.object(value);
    match kind {
        Kind::Str => {
            let text = string::text(object);
            match text.char_indices().nth(BRIEF_CHARS_MAX) {
                Some((end, _)) => {
                    write_quoted(&mut out, &text[..end]);
                    out.push('…');
                }
                None => write_quoted(&mut out, text),
            }
        }
        Kind::Keyword => {
            out.push(':');
            write_named(&mut out, heap, object);
        }
        Kind::Symbol => write_named(&mut out, heap, object),
        Kind::Int => {
            number::text::write_number(&mut out, heap, value, true);
        }
        _ => return None,
    }
    if let Some((end, _)) = out.char_indices().nth(2 * BRIEF_CHARS_MAX) {
        out.truncate(end);
        out.push('…');
    }
    Some(out)
}

/// Writes an object that holds no other values; false for others.
pub(super) fn write_scalar(
    heap: &Heap,
    image: &LoadedImage,
    out: &mut String,
    value: Word,
    readably: bool,
) -> bool {
    let object = heap.object(value);
    match object.kind() {
        Kind::Str if readably => write_quoted(out, string::text(object)),
        Kind::Str => out.push_str(string::text(object)),
        Kind::Keyword => {
            out.push(':');
            write_named(out, heap, object);
        }
        Kind::Symbol => write_named(out, heap, object),
        Kind::Int | Kind::BigInt | Kind::Ratio | Kind::Decimal => {
            number::text::write_number(out, heap, value, true);
        }
        Kind::Regex => {
            let source = try_text(heap, object.word(1)).unwrap_or_default();
            write_regex(out, source);
        }
        Kind::Inst => {
            if let Some(instant) = instant_of(heap, value) {
                let _ = write!(out, "#inst \"{}\"", instant.display(Offset::Zero));
            }
        }
        Kind::Uuid => {
            let _ = write!(out, "#uuid \"{}\"", uuid(object));
        }
        Kind::Bytes => {
            let _ = write!(out, "#bytes \"{}\"", Base64(string::bytes(object)));
        }
        Kind::Function => {
            let template = u32::try_from(object.raw(1)).ok();
            let name = template.and_then(|template| function_name(image, template));
            let _ = write!(out, "#function[{}]", name.unwrap_or_default());
        }
        Kind::Native => {
            let number = object.raw(1) as usize;
            let name = if number < image.native_count() {
                image.native(object.raw(1) as u32).name
            } else {
                ""
            };
            let _ = write!(out, "#function[{name}]");
        }
        Kind::Var => {
            out.push_str("#'");
            match heap.try_object(object.word(2)) {
                Some(symbol) => write_named(out, heap, symbol),
                None => out.push('?'),
            }
        }
        Kind::Promise | Kind::Future => {
            let _ = write!(out, "#object[{:?} {:#x}]", object.kind(), object.raw(1));
        }
        Kind::Pid => {
            // The main process of a run is named by the run alone, as everywhere.
            let _ = match object.raw(2) {
                1 => write!(out, "#pid \"{}\"", object.raw(1)),
                number => write!(out, "#pid \"{}.{number}\"", object.raw(1)),
            };
        }
        Kind::Ref => {
            let _ = write!(out, "#ref \"{}.{}\"", object.raw(2), object.raw(1));
        }
        _ => return false,
    }
    true
}

fn write_named(out: &mut String, heap: &Heap, object: Object<'_>) {
    let (namespace, name) = parts_of(heap, object);
    if let Some(namespace) = namespace {
        out.push_str(namespace);
        out.push('/');
    }
    out.push_str(name);
}

/// Writes a string with quotes and escapes.
pub(super) fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    write_escaped(out, text, Quoting::Language);
    out.push('"');
}

/// Whose text goes between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// The language's: control characters without a letter stand for themselves.
    Language,
    /// JSON's: those are written by number, and that of deletion.
    Json,
}

/// Writes text as it stands between quotes.
pub(crate) fn write_escaped(out: &mut String, text: &str, quoting: Quoting) {
    let is_special = |c: char| {
        matches!(c, '"' | '\\' | '\n' | '\t' | '\r' | '\u{8}' | '\u{c}')
            || quoting == Quoting::Json && (c < ' ' || c == '\u{7f}')
    };
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'\r' => out.push_str("\\r"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            control => {
                let _ = write!(out, "\\u{control:04x}");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// Writes a regular expression as a literal: a quote in it that has no backslash gets one.
fn write_regex(out: &mut String, source: &str) {
    out.push_str("#\"");
    let mut escaped = false;
    for c in source.chars() {
        if c == '"' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out.push('"');
}
