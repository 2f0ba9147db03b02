//! JSON (RFC 8259): text to values and back, iteratively.
//!
//! # Invariants
//! - Depth costs no native stack.
//! - What is written is valid JSON for every value that is not refused.

use super::fault::{Fallible, Fault, OrThrow, describe};
use super::number::{self, Num, make_int};
use super::print::{check_length, write_str};
use super::seq::{Advance, Cursor};
use super::string::{make_keyword, make_string, parts_of, split_name, text};
use super::time::{instant_of, uuid};
use super::{map, set, vector};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;
use scalar::{Double, Offset};
use std::fmt::Write as _;

/// An array or object that is open; its parts are on the value stack above `base`.
struct Open {
    object: bool,
    base: usize,
}

struct Parser<'a> {
    heap: &'a mut Heap,
    text: &'a str,
    at: usize,
    keywords: bool,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value.
    Value,
    /// A value, or the end of the array just begun.
    ValueOrEnd,
    /// A key.
    Key,
    /// A key, or the end of the object just begun.
    KeyOrEnd,
    /// A comma, or the end of what is open.
    CommaOrEnd,
}

/// Reads one JSON value that is all of the text. Keys are keywords if `keywords`, else strings.
///
/// # Errors
/// `:ox/parse` with `:offset` in characters.
pub fn parse(heap: &mut Heap, text: &str, keywords: bool) -> Result<Word, Trap> {
    let mut parser = Parser {
        heap,
        text,
        at: 0,
        keywords,
    };
    let value = parser.value()?;
    parser.skip();
    if parser.at < text.len() {
        return Err(parser.error("text after the value"));
    }
    Ok(value)
}

impl Parser<'_> {
    #[cold]
    fn error(&mut self, message: &str) -> Trap {
        let offset = self.text[..self.at].chars().count();
        Fault::new(
            "parse",
            format!("Invalid JSON at character {offset}: {message}"),
        )
        .with("offset", Word::small(offset as i64))
        .trap(self.heap)
    }

    fn skip(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
    }

    fn value(&mut self) -> Result<Word, Trap> {
        let mut opens: Vec<Open> = Vec::new();
        let mut values: Vec<Word> = Vec::new();
        let mut expect = Expect::Value;
        loop {
            self.skip();
            let Some(&b) = self.text.as_bytes().get(self.at) else {
                return Err(self.error("the text ends inside of a value"));
            };
            let value = match (b, expect) {
                (b']', Expect::ValueOrEnd | Expect::CommaOrEnd)
                | (b'}', Expect::KeyOrEnd | Expect::CommaOrEnd)
                    if opens.last().is_some_and(|open| open.object == (b == b'}')) =>
                {
                    self.at += 1;
                    let open = opens.pop().expect("it was looked at");
                    let parts = values.split_off(open.base);
                    if open.object {
                        self.object(&parts)?
                    } else {
                        vector::make(self.heap, &parts)
                    }
                }
                (b',', Expect::CommaOrEnd) => {
                    self.at += 1;
                    let object = opens.last().is_some_and(|open| open.object);
                    expect = if object { Expect::Key } else { Expect::Value };
                    continue;
                }
                (b'"', Expect::Key | Expect::KeyOrEnd) => {
                    let key = self.string()?;
                    let key = if self.keywords {
                        let (namespace, name) = split_name(&key);
                        make_keyword(self.heap, namespace, name)
                    } else {
                        make_string(self.heap, &key)
                    };
                    values.push(key);
                    self.skip();
                    if self.text.as_bytes().get(self.at) != Some(&b':') {
                        return Err(self.error("a colon is missing"));
                    }
                    self.at += 1;
                    expect = Expect::Value;
                    continue;
                }
                (_, Expect::Key | Expect::KeyOrEnd) => {
                    return Err(self.error("a key, a string, is missing"));
                }
                (_, Expect::CommaOrEnd) => return Err(self.error("a comma or the end is missing")),
                (b'[' | b'{', _) => {
                    self.at += 1;
                    opens.push(Open {
                        object: b == b'{',
                        base: values.len(),
                    });
                    expect = if b == b'{' {
                        Expect::KeyOrEnd
                    } else {
                        Expect::ValueOrEnd
                    };
                    continue;
                }
                (b'"', _) => {
                    let text = self.string()?;
                    make_string(self.heap, &text)
                }
                (b'-' | b'0'..=b'9', _) => self.number()?,
                _ => self.literal()?,
            };
            if opens.is_empty() {
                return Ok(value);
            }
            values.push(value);
            expect = Expect::CommaOrEnd;
        }
    }

    /// A map of keys and values; of equal keys the last counts.
    fn object(&mut self, parts: &[Word]) -> Result<Word, Trap> {
        match map::from_pairs(self.heap, parts) {
            Err(Trap::Throw(_)) => {
                let mut object = map::empty(self.heap, Word::NIL);
                for pair in parts.chunks_exact(2) {
                    object = map::assoc(self.heap, object, pair[0], pair[1])?;
                }
                Ok(object)
            }
            other => other,
        }
    }

    fn literal(&mut self) -> Result<Word, Trap> {
        let rest = &self.text[self.at..];
        for (name, value) in [
            ("true", Word::TRUE),
            ("false", Word::FALSE),
            ("null", Word::NIL),
        ] {
            if rest.starts_with(name) {
                self.at += name.len();
                return Ok(value);
            }
        }
        Err(self.error("this begins no value"))
    }

    fn number(&mut self) -> Result<Word, Trap> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let start = usize::from(bytes[0] == b'-');
        let whole = digits(start);
        if whole == 0 || (whole > 1 && bytes[start] == b'0') {
            return Err(self.error("a number has digits, and no zero before them"));
        }
        let mut end = start + whole;
        let mut integer = true;
        if bytes.get(end) == Some(&b'.') {
            let part = digits(end + 1);
            if part == 0 {
                return Err(self.error("digits are missing after the point"));
            }
            end += 1 + part;
            integer = false;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            end += 1;
            end += usize::from(matches!(bytes.get(end), Some(b'+' | b'-')));
            let exponent = digits(end);
            if exponent == 0 {
                return Err(self.error("digits are missing in the exponent"));
            }
            end += exponent;
            integer = false;
        }
        let numeral = &self.text[self.at..self.at + end];
        self.at += end;
        if !integer {
            return Ok(Word::double(
                numeral.parse().expect("a numeral was checked"),
            ));
        }
        if let Ok(n) = numeral.parse::<i64>() {
            return Ok(make_int(self.heap, n));
        }
        let n = number::convert::parse_big(numeral, 10)
            .or_throw(self.heap)?
            .expect("a numeral was checked");
        Ok(Num::Big(n).make(self.heap))
    }

    fn string(&mut self) -> Result<String, Trap> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find(|c| c == '"' || c == '\\' || c < ' ') else {
                self.at = self.text.len();
                return Err(self.error("a string has no end"));
            };
            out.push_str(&rest[..length]);
            self.at += length + 1;
            match rest.as_bytes()[length] {
                b'"' => return Ok(out),
                b'\\' => {
                    let c = self.escape()?;
                    out.push(c);
                }
                _ => {
                    self.at -= 1;
                    return Err(self.error("a control character in a string"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Trap> {
        let b = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(b.is_some_and(|b| b.is_ascii()));
        Ok(match b {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.unicode()?;
                if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
                    self.at += 2;
                    let second = self.unicode()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        return Ok(
                            char::from_u32(code).expect("a pair of surrogates is a scalar value")
                        );
                    }
                }
                match char::from_u32(first) {
                    Some(c) => c,
                    None => return Err(self.error("a lone surrogate")),
                }
            }
            _ => return Err(self.error("an unknown escape")),
        })
    }

    fn unicode(&mut self) -> Result<u32, Trap> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits {
            Some(digits) => {
                self.at += 4;
                Ok(u32::from_str_radix(digits, 16).expect("hexadecimal digits"))
            }
            None => Err(self.error("four hexadecimal digits are missing")),
        }
    }
}

/// What is left to write of an array or object.
enum Rest {
    Array { cursor: Cursor, first: bool },
    Set { elements: Vec<Word>, next: usize },
    Object { entries: Vec<Word>, next: usize },
}

/// Writes a value; `indent` spaces a level, 0 for one line.
///
/// # Errors
/// `:ox/argument` for NaN and infinities, `:ox/type` for what JSON has no form for, `:ox/memory-limit`;
/// [`Trap::Ready`] when something in it is not finished.
pub fn write(
    heap: &mut Heap,
    image: &LoadedImage,
    value: Word,
    indent: usize,
) -> Result<String, Trap> {
    let mut out = String::new();
    let mut rests: Vec<Rest> = Vec::new();
    let whole = value;
    let mut value = value;
    'values: loop {
        if let Some(rest) = begin(heap, image, &mut out, value)? {
            rests.push(rest);
        }
        loop {
            check_length(out.len()).or_throw(heap)?;
            let depth = rests.len();
            let Some(rest) = rests.last_mut() else {
                return Ok(out);
            };
            let (next, first) = match rest {
                Rest::Array { cursor, first } => match cursor.advance(heap) {
                    Advance::Item(element) => (Some(element), std::mem::take(first)),
                    Advance::End => (None, *first),
                    Advance::Unfinished(_) => return Err(Trap::Ready(whole)),
                },
                Rest::Set { elements, next } => {
                    *next += 1;
                    (elements.get(*next - 1).copied(), *next == 1)
                }
                Rest::Object { entries, next } => {
                    *next += 2;
                    (entries.get(*next - 1).copied(), *next == 2)
                }
            };
            let close = if matches!(rest, Rest::Object { .. }) {
                '}'
            } else {
                ']'
            };
            let Some(next) = next else {
                if !first {
                    line(&mut out, indent, depth - 1);
                }
                out.push(close);
                rests.pop();
                continue;
            };
            if !first {
                out.push(',');
            }
            line(&mut out, indent, depth);
            if let Rest::Object { entries, next } = rest {
                let key = entries[*next - 2];
                write_key(heap, image, &mut out, key)?;
                out.push_str(if indent > 0 { ": " } else { ":" });
            }
            value = next;
            continue 'values;
        }
    }
}

fn line(out: &mut String, indent: usize, depth: usize) {
    if indent > 0 {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent * depth));
    }
}

/// Writes a value without parts, or the beginning of one with parts.
fn begin(
    heap: &mut Heap,
    image: &LoadedImage,
    out: &mut String,
    value: Word,
) -> Result<Option<Rest>, Trap> {
    let value = super::lazy::follow(heap, value).map_err(Trap::Ready)?;
    if let Some(c) = value.as_char() {
        write_string(out, c.encode_utf8(&mut [0; 4]));
        return Ok(None);
    }
    if let Some(bool) = value.as_bool() {
        out.push_str(if bool { "true" } else { "false" });
        return Ok(None);
    }
    if value.is_nil() {
        out.push_str("null");
        return Ok(None);
    }
    if value == Word::EMPTY_LIST {
        out.push_str("[]");
        return Ok(None);
    }
    if number::is_number(heap, value) {
        write_number(out, heap, value).or_throw(heap)?;
        return Ok(None);
    }
    let kind = heap.kind_of(value);
    match kind {
        Some(Kind::Str) => write_string(out, text(heap.object(value))),
        Some(Kind::Keyword | Kind::Symbol) => write_string(out, &full_name(heap, value)),
        Some(Kind::Inst | Kind::Uuid) => {
            let text = match instant_of(heap, value) {
                Some(instant) => instant.display(Offset::Zulu).to_string(),
                None => uuid(heap.object(value)).to_string(),
            };
            write_string(out, &text);
        }
        Some(Kind::SmallMap | Kind::Map) => {
            out.push('{');
            return Ok(Some(Rest::Object {
                entries: map::entries(heap, value),
                next: 0,
            }));
        }
        Some(Kind::SmallSet | Kind::Set) => {
            out.push('[');
            return Ok(Some(Rest::Set {
                elements: set::elements(heap, value),
                next: 0,
            }));
        }
        Some(
            Kind::List
            | Kind::Cons
            | Kind::Vector
            | Kind::SmallVector
            | Kind::Range
            | Kind::IndexSeq
            | Kind::NodeSeq,
        ) => {
            out.push('[');
            return Ok(Some(Rest::Array {
                cursor: Cursor::new(value),
                first: true,
            }));
        }
        _ => {
            let mut shown = String::new();
            let named =
                kind == Some(Kind::Function) && write_str(heap, image, &mut shown, value).is_ok();
            let what = if named {
                shown
            } else {
                describe(heap, value).to_owned()
            };
            let fault =
                Fault::new("type", format!("JSON has no form for {what}")).with("value", value);
            return Err(fault.trap(heap));
        }
    }
    Ok(None)
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
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ' || c == '\u{7f}') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            b => drop(write!(out, "\\u{b:04x}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}
