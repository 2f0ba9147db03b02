//! JSON text to values.
//!
//! ```text
//! state:  Array [parts opens parts-count source at keywords expect whole inside size]
//! ```
//!
//! # Invariants
//! - A token that the end of a window may have cut is read again in the next one.

use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::build::{Stack, add_elements, add_pairs, empty_map, empty_vector};
use crate::value::fault::{Fault, OrThrow};
use crate::value::number::{self, Num, make_int};
use crate::value::print::join_pieces;
use crate::value::string::{bytes, make_keyword, make_string, split_name, text};
use crate::value::walk::{Pieces, Window, make_state, window};
use crate::value::work::{Sizes, Stop, Walk};
use crate::value::{map, transient, vector};
use crate::word::Word;

/// Open forms, by their numbers in a state.
const ARRAY: i64 = 0;
const OBJECT: i64 = 1;

/// Words of a state.
const STATE_WORDS: usize = 10;
/// Bytes that an escape may have: two of four hexadecimal digits.
const ESCAPE_BYTES: usize = 12;
/// Bytes of the longest literal.
const LITERAL_BYTES: usize = 5;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A value.
    Value,
    /// A value, or the end of the array just begun.
    ValueOrEnd,
    /// A key.
    Key,
    /// A key, or the end of the object just begun.
    KeyOrEnd,
    /// The colon behind a key.
    Colon,
    /// A comma, or the end of what is open.
    CommaOrEnd,
    /// Nothing.
    End,
}

impl Expect {
    const ALL: [Expect; 7] = [
        Expect::Value,
        Expect::ValueOrEnd,
        Expect::Key,
        Expect::KeyOrEnd,
        Expect::Colon,
        Expect::CommaOrEnd,
        Expect::End,
    ];
}

/// Why parsing stops before the value is whole.
enum Halt {
    /// At the end of the window, or of what a step does.
    Later,
    /// A message, where the parser is.
    Wrong(&'static str),
    Trap(Trap),
}

impl From<Trap> for Halt {
    fn from(trap: Trap) -> Halt {
        Halt::Trap(trap)
    }
}

/// A string that was read.
enum Text<'a> {
    Plain(&'a str),
    Unescaped(String),
    Long(Word),
}

struct Parser<'a> {
    heap: &'a mut Heap,
    /// The window.
    text: &'a str,
    /// Whether the window ends where the text does.
    last: bool,
    /// Next byte, in the window.
    at: usize,
    keywords: bool,
    stack: Stack,
    expect: Expect,
    /// The value of the whole, when it has been read.
    whole: Word,
    /// The pieces of the string in which the window begins.
    inside: Option<Pieces>,
    units: usize,
    parts_max: usize,
}

/// What is between two steps besides the stack.
struct Place {
    source: Word,
    at: usize,
    size: usize,
    keywords: bool,
    expect: Expect,
    whole: Word,
    inside: Option<Pieces>,
}

/// Reads the one JSON value that is all of a string or byte string, a long one in steps. Keys are
/// keywords if `keywords`, else strings. `spent` becomes the fuel.
///
/// # Errors
/// `:ox/parse` with `:offset` in characters; [`Trap::Walk`].
pub(crate) fn begin(
    heap: &mut Heap,
    source: Word,
    keywords: bool,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let place = Place {
        source,
        at: 0,
        size: Sizes::of(heap).call_bytes,
        keywords,
        expect: Expect::Value,
        whole: Word::NIL,
        inside: None,
    };
    match look_through(heap, Stack::new(), place, spent) {
        Ok(answer) => Ok(answer),
        Err((Stop::Throw(error), _)) => Err(Trap::Throw(error)),
        Err((Stop::Unfinished(cell) | Stop::Library(cell), _)) => Err(Trap::Force(cell)),
        Err((Stop::Budget, words)) => Err(Trap::Walk(make_state(heap, Walk::ReadJson, &words))),
    }
}

/// Reads on from a state: the value, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word, spent: &mut u32) -> Result<Word, Stop> {
    let word = |index: u32| heap.word(state, index);
    let number = |index: u32| word(index).small_value() as usize;
    let place = Place {
        source: word(4),
        at: number(5),
        size: number(10),
        keywords: word(6).is_truthy(),
        expect: Expect::ALL[number(7) % Expect::ALL.len()],
        whole: word(8),
        inside: match word(9) {
            Word::FALSE => None,
            pieces => Some(Pieces(pieces)),
        },
    };
    let stack = Stack::load(heap, state, 1);
    look_through(heap, stack, place, spent).map_err(|(stop, words)| {
        if stop == Stop::Budget {
            for (index, word) in (1..).zip(words) {
                heap.write(state, index, word);
            }
        }
        stop
    })
}

/// Reads in the next window: the value, or how it stopped and the words of a state.
fn look_through(
    heap: &mut Heap,
    stack: Stack,
    place: Place,
    spent: &mut u32,
) -> Result<Word, (Stop, [Word; STATE_WORDS])> {
    let none = [Word::NIL; STATE_WORDS];
    let Place { source, size, .. } = place;
    let Some(Window { text, start, last }) = window(heap, source, place.at, size) else {
        let fault = Fault::new("parse", "Invalid JSON: no UTF-8");
        return Err((Stop::Throw(fault.into_error(heap)), none));
    };
    let parts_max = Sizes::of(heap).elements;
    let mut parser = Parser {
        heap,
        text: &text,
        last,
        at: 0,
        keywords: place.keywords,
        stack,
        expect: place.expect,
        whole: place.whole,
        inside: place.inside,
        units: size,
        parts_max,
    };
    let result = parser.run();
    let Parser { at, units, .. } = parser;
    *spent = spent.saturating_add((at.max(size - units) / 2) as u32);
    let halt = match result {
        Ok(value) => return Ok(value),
        Err(halt) => halt,
    };
    match halt {
        Halt::Trap(trap) => Err((trap.into(), none)),
        Halt::Wrong(message) => {
            let error = wrong(parser.heap, source, start + at, message);
            Err((Stop::Throw(error), none))
        }
        Halt::Later => {
            let step_bytes = Sizes::of(parser.heap).step_bytes;
            // A token that does not fit is read again in a larger window.
            let size = if at == 0 && units > 0 {
                2 * size.max(step_bytes / 2)
            } else {
                step_bytes
            };
            let [parts, opens, count] = parser.stack.save(parser.heap);
            let words = [
                parts,
                opens,
                count,
                source,
                Word::small((start + at) as i64),
                Word::bool(parser.keywords),
                Word::small(parser.expect as i64),
                parser.whole,
                parser.inside.map_or(Word::FALSE, |pieces| pieces.0),
                Word::small(size as i64),
            ];
            Err((Stop::Budget, words))
        }
    }
}

/// An error at a byte of the text.
#[cold]
fn wrong(heap: &mut Heap, source: Word, at: usize, message: &str) -> Word {
    let object = heap.object(source);
    let all = match object.kind() {
        Kind::Str => text(object).as_bytes(),
        _ => bytes(object),
    };
    let offset = all[..at].iter().filter(|&&b| b & 0xc0 != 0x80).count();
    Fault::new(
        "parse",
        format!("Invalid JSON at character {offset}: {message}"),
    )
    .with("offset", Word::small(offset as i64))
    .into_error(heap)
}

impl<'a> Parser<'a> {
    fn skip(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
    }

    /// Stops when a token that begins here, or an escape, may go on behind the window.
    fn need(&self, bytes: usize) -> Result<(), Halt> {
        if !self.last && self.at + bytes > self.text.len() {
            return Err(Halt::Later);
        }
        Ok(())
    }

    fn run(&mut self) -> Result<Word, Halt> {
        loop {
            if self.units == 0 {
                return Err(Halt::Later);
            }
            self.units -= 1;
            if self.inside.is_none() {
                self.skip();
            }
            let Some(&b) = self.text.as_bytes().get(self.at) else {
                return match self.expect {
                    _ if !self.last => Err(Halt::Later),
                    Expect::End => Ok(self.whole),
                    Expect::Colon => Err(Halt::Wrong("a colon is missing")),
                    _ if self.inside.is_some() => Err(Halt::Wrong("a string has no end")),
                    _ => Err(Halt::Wrong("the text ends inside of a value")),
                };
            };
            let in_string = self.inside.is_some();
            let value = match (b, self.expect) {
                (_, Expect::Key | Expect::KeyOrEnd) if in_string || b == b'"' => {
                    let key = self.string()?;
                    let key = self.key(key);
                    self.push(key)?;
                    self.expect = Expect::Colon;
                    continue;
                }
                _ if in_string => {
                    let text = self.string()?;
                    self.make(text)
                }
                (b']', Expect::ValueOrEnd | Expect::CommaOrEnd) if self.is_open(ARRAY) => {
                    self.at += 1;
                    self.close_array()?
                }
                (b'}', Expect::KeyOrEnd | Expect::CommaOrEnd) if self.is_open(OBJECT) => {
                    self.at += 1;
                    self.close_object()?
                }
                (b',', Expect::CommaOrEnd) => {
                    self.at += 1;
                    self.expect = if self.is_open(OBJECT) {
                        Expect::Key
                    } else {
                        Expect::Value
                    };
                    continue;
                }
                (b':', Expect::Colon) => {
                    self.at += 1;
                    self.expect = Expect::Value;
                    continue;
                }
                (_, Expect::Colon) => return Err(Halt::Wrong("a colon is missing")),
                (_, Expect::End) => return Err(Halt::Wrong("text after the value")),
                (_, Expect::Key | Expect::KeyOrEnd) => {
                    return Err(Halt::Wrong("a key, a string, is missing"));
                }
                (_, Expect::CommaOrEnd) => {
                    return Err(Halt::Wrong("a comma or the end is missing"));
                }
                (b'[' | b'{', _) => {
                    self.at += 1;
                    let form = if b == b'{' { OBJECT } else { ARRAY };
                    self.stack.open(self.heap, form, 0, Word::NIL);
                    self.expect = if b == b'{' {
                        Expect::KeyOrEnd
                    } else {
                        Expect::ValueOrEnd
                    };
                    continue;
                }
                (b'"', _) => {
                    let text = self.string()?;
                    self.make(text)
                }
                (b'-' | b'0'..=b'9', _) => self.number()?,
                _ => self.literal()?,
            };
            if self.stack.top.is_none() {
                self.whole = value;
                self.expect = Expect::End;
            } else {
                self.push(value)?;
                self.expect = Expect::CommaOrEnd;
            }
        }
    }

    fn is_open(&self, form: i64) -> bool {
        self.stack.top.is_some_and(|top| top.form == form)
    }

    fn push(&mut self, part: Word) -> Result<(), Halt> {
        self.stack.push(self.heap, part);
        if self.stack.count() >= self.parts_max {
            self.gather()?;
        }
        Ok(())
    }

    /// Moves the parts of the innermost form, a long one, off the stack.
    fn gather(&mut self) -> Result<Word, Halt> {
        let parts = self.stack.take(self.heap);
        if self.is_open(OBJECT) {
            let builder = self.stack.builder(self.heap, empty_map)?;
            add_pairs(self.heap, builder, &parts)?;
            return Ok(builder);
        }
        let builder = self.stack.builder(self.heap, empty_vector)?;
        add_elements(self.heap, builder, &parts)?;
        Ok(builder)
    }

    fn close_array(&mut self) -> Result<Word, Halt> {
        self.close(|heap, parts| Ok(vector::make(heap, parts)))
    }

    /// Of equal keys the last counts.
    fn close_object(&mut self) -> Result<Word, Halt> {
        self.close(|heap, parts| match map::from_pairs(heap, parts) {
            Err(Trap::Throw(_)) => {
                let mut object = map::empty(heap, Word::NIL);
                for pair in parts.chunks_exact(2) {
                    object = map::assoc(heap, object, pair[0], pair[1])?;
                }
                Ok(object)
            }
            other => other,
        })
    }

    fn close(&mut self, make: fn(&mut Heap, &[Word]) -> Result<Word, Trap>) -> Result<Word, Halt> {
        let is_long = self.stack.top.is_some_and(|top| !top.builder.is_nil());
        let value = if is_long {
            let builder = self.gather()?;
            transient::persistent(self.heap, builder)?
        } else {
            let parts = self.stack.take(self.heap);
            make(self.heap, &parts)?
        };
        self.stack.close(self.heap);
        Ok(value)
    }

    fn make(&mut self, text: Text<'_>) -> Word {
        match text {
            Text::Plain(text) => make_string(self.heap, text),
            Text::Unescaped(text) => make_string(self.heap, &text),
            Text::Long(word) => word,
        }
    }

    fn key(&mut self, key: Text<'_>) -> Word {
        if !self.keywords {
            return self.make(key);
        }
        let long;
        let name = match &key {
            Text::Plain(text) => text,
            Text::Unescaped(text) => text.as_str(),
            Text::Long(word) => {
                long = text(self.heap.object(*word)).to_owned();
                &long
            }
        };
        let (namespace, name) = split_name(name);
        make_keyword(self.heap, namespace, name)
    }

    fn literal(&mut self) -> Result<Word, Halt> {
        self.need(LITERAL_BYTES)?;
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
        Err(Halt::Wrong("this begins no value"))
    }

    fn number(&mut self) -> Result<Word, Halt> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        // All that could be part of a number must be in the window.
        let is_part = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
        let length = bytes.iter().take_while(|b| is_part(b)).count();
        self.need(length + 1)?;
        let start = usize::from(bytes[0] == b'-');
        let whole = digits(start);
        if whole == 0 || (whole > 1 && bytes[start] == b'0') {
            return Err(Halt::Wrong("a number has digits, and no zero before them"));
        }
        let mut end = start + whole;
        let mut integer = true;
        if bytes.get(end) == Some(&b'.') {
            let part = digits(end + 1);
            if part == 0 {
                return Err(Halt::Wrong("digits are missing after the point"));
            }
            end += 1 + part;
            integer = false;
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            end += 1;
            end += usize::from(matches!(bytes.get(end), Some(b'+' | b'-')));
            let exponent = digits(end);
            if exponent == 0 {
                return Err(Halt::Wrong("digits are missing in the exponent"));
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
        if numeral.len() > number::large::TEXT_DIGITS {
            let fault = Fault::too_big("a JSON number of more than 39,000 digits");
            return Err(Halt::Trap(fault.trap(self.heap)));
        }
        let n = number::convert::parse_big(numeral, 10)
            .or_throw(self.heap)?
            .expect("a numeral was checked");
        Ok(Num::Big(n).make(self.heap))
    }

    /// Reads a string from its quote, or on in one.
    fn string(&mut self) -> Result<Text<'a>, Halt> {
        self.at += usize::from(self.inside.is_none());
        let text: &'a str = self.text;
        let mut out = String::new();
        loop {
            let rest = &text[self.at..];
            let Some(length) = rest.find(|c| c == '"' || c == '\\' || c < ' ') else {
                self.at = text.len();
                if self.last {
                    return Err(Halt::Wrong("a string has no end"));
                }
                out.push_str(rest);
                return Err(self.later(&out));
            };
            let plain = &rest[..length];
            match rest.as_bytes()[length] {
                b'"' => {
                    self.at += length + 1;
                    let Some(mut pieces) = self.inside.take() else {
                        if out.is_empty() {
                            return Ok(Text::Plain(plain));
                        }
                        out.push_str(plain);
                        return Ok(Text::Unescaped(out));
                    };
                    out.push_str(plain);
                    pieces.add(self.heap, &out);
                    if pieces.0.is_nil() {
                        return Ok(Text::Plain(""));
                    }
                    return Ok(Text::Long(
                        join_pieces(self.heap, pieces.0).or_throw(self.heap)?,
                    ));
                }
                b'\\' => {
                    out.push_str(plain);
                    self.at += length;
                    if self.need(ESCAPE_BYTES).is_err() {
                        return Err(self.later(&out));
                    }
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                }
                _ => {
                    self.at += length;
                    return Err(Halt::Wrong("a control character in a string"));
                }
            }
        }
    }

    /// Notes what a string has so far.
    fn later(&mut self, out: &str) -> Halt {
        let mut pieces = self.inside.unwrap_or(Pieces::EMPTY);
        pieces.add(self.heap, out);
        self.inside = Some(pieces);
        Halt::Later
    }

    fn escape(&mut self) -> Result<char, Halt> {
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
                    None => return Err(Halt::Wrong("a lone surrogate")),
                }
            }
            _ => return Err(Halt::Wrong("an unknown escape")),
        })
    }

    fn unicode(&mut self) -> Result<u32, Halt> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits {
            Some(digits) => {
                self.at += 4;
                Ok(u32::from_str_radix(digits, 16).expect("hexadecimal digits"))
            }
            None => Err(Halt::Wrong("four hexadecimal digits are missing")),
        }
    }
}
