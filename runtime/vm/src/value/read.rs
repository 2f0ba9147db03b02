//! The reader at run time: text to values, EDN and the language's own notation.
//!
//! A loop with a stack of open forms, so that depth costs no native stack. It reads a window of the
//! text at a time: a long text is read in steps ([`begin`], [`step`]), between which everything is in
//! the process's memory. Positions in errors are character indices, lines and columns from 1.
//!
//! ```text
//! state:  Array [parts opens parts-count source at notation function functions pending inside begun size]
//! ```
//!
//! # Invariants
//! - A token means what it means in Clojure 1.12; of what cannot be decided at run time (`::a/b`,
//!   syntax-quote's resolution) the first is an error and the second left to whoever expands it.
//! - What `print` writes readably reads back as an equal value.
//! - Nothing is decided by what lies close to the end of a window behind which the text goes on: the
//!   token is read again in the next one, which is twice as large if it began with the token.

mod close;
mod token;

use super::build::Stack;
use super::fault::Fault;
use super::string::{char_index, is_space, make_string, text as text_of};
use super::vector;
use super::walk::{Pieces, Window, make_state, window};
use super::work::{Sizes, Stop, Walk};
use crate::heap::Heap;
use crate::native::Trap;
use crate::word::Word;

/// What the text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// All of the language's.
    Language,
    /// EDN only.
    Edn,
}

/// Open forms, by their numbers in a state.
mod form {
    pub(super) const LIST: i64 = 0;
    pub(super) const VECTOR: i64 = 1;
    pub(super) const MAP: i64 = 2;
    pub(super) const SET: i64 = 3;
    /// `#:namespace{…}`; extra: the namespace, a string
    pub(super) const NAMESPACE_MAP: i64 = 4;
    /// `#(…)`
    pub(super) const FUNCTION: i64 = 5;
    /// `#?(…)`; extra: nil, or an array of the value taken
    pub(super) const CONDITIONAL: i64 = 6;
    /// `#?@(…)`, the same
    pub(super) const SPLICE: i64 = 7;
    /// `'x` and the like: a list of a symbol and the next form; extra: index in `WRAPS`
    pub(super) const WRAP: i64 = 8;
    /// `^meta x`: the next two forms
    pub(super) const META: i64 = 9;
    /// `#_ x`
    pub(super) const DISCARD: i64 = 10;
    /// `#tag x`; extra: the tag
    pub(super) const TAGGED: i64 = 11;
    /// A long list that has closed; builder: the vector of its elements, at: how many are left to put
    /// before extra, the list so far
    pub(super) const LISTING: i64 = 12;
    /// The same of a `#(…)`
    pub(super) const LISTING_FUNCTION: i64 = 13;
    /// What a `#?@(…)` took; builder: the vector or what is left of the list, at: index of the next
    /// element
    pub(super) const SPLICING: i64 = 14;
}

/// Heads of the lists that `'x` and the like are: namespace and name.
const WRAPS: [(Option<&str>, &str); 6] = [
    (None, "quote"),
    (Some("clojure.core"), "deref"),
    (Some("ox.reader"), "syntax-quote"),
    (Some("clojure.core"), "unquote"),
    (Some("clojure.core"), "unquote-splicing"),
    (None, "var"),
];
const QUOTE: i64 = 0;
const DEREF: i64 = 1;
const SYNTAX_QUOTE: i64 = 2;
const UNQUOTE: i64 = 3;
const UNQUOTE_SPLICING: i64 = 4;
const VAR: i64 = 5;

/// The parameters that a `#(…)` being read has used.
#[derive(Clone, Copy, Debug, Default)]
struct FunctionParams {
    greatest: usize,
    rest: bool,
}

/// Greatest number of a `%` parameter.
const PARAMS_MAX: usize = 20;

/// Bytes before the end of a window behind which the text goes on within which nothing is decided: no
/// token looks ahead farther (`\ud83d\ude00` has twelve).
const MARGIN: usize = 16;

/// In what the window begins.
#[derive(Clone, Copy, Debug)]
enum Inside {
    Nothing,
    Comment,
    /// A string that has these pieces.
    Text(Pieces),
}

/// Why there is no token.
enum Wrong {
    /// A message, at a byte of the text.
    At(usize, String),
    /// The text ends inside of the form that began at the second byte.
    Unfinished(usize, usize),
    Trap(Trap),
}

impl From<Trap> for Wrong {
    fn from(trap: Trap) -> Wrong {
        Wrong::Trap(trap)
    }
}

/// Why reading stops before the form is whole.
enum Halt {
    /// At the end of the window, or of what a step does.
    Later,
    /// At a numeral that the library reads: its text.
    Numeral(Word),
    Wrong(Wrong),
}

impl From<Wrong> for Halt {
    fn from(wrong: Wrong) -> Halt {
        Halt::Wrong(wrong)
    }
}

/// What a token is.
enum Lexeme {
    Value(Word),
    /// A form begins: its number and extra word.
    Open(i64, Word),
    Close(char),
    /// Part of a string whose end is not in the window.
    Part,
    /// A numeral too long to be read at once: its text, a string.
    Numeral(Word),
}

type Read<T> = Result<T, Wrong>;

struct Reader<'a> {
    heap: &'a mut Heap,
    /// The window.
    text: &'a str,
    /// Byte index of the window in the text.
    start: usize,
    /// Whether the window ends where the text does.
    last: bool,
    /// Next byte, in the window.
    at: usize,
    notation: Notation,
    stack: Stack,
    function: Option<FunctionParams>,
    functions: usize,
    /// A value that has not been given to the form it belongs to.
    pending: Option<Word>,
    /// Whether the library reads numerals that are too long for a step.
    gives_numbers: bool,
    inside: Inside,
    /// Byte index at which the string began that the window begins in.
    begun: usize,
    /// Tokens and other bounded pieces of work that may still be done.
    units: usize,
    /// Parts that stay on the stack.
    parts_max: usize,
}

/// Reads the first form: the value and the byte offset behind it; `None` when there is none.
///
/// # Errors
/// `:ox/parse` with `:offset :line :column`.
pub fn read(
    heap: &mut Heap,
    text: &str,
    notation: Notation,
) -> Result<Option<(Word, usize)>, Trap> {
    let mut reader = Reader::new(heap, notation);
    reader.text = text;
    match reader.form() {
        Ok(value) => Ok(value.map(|value| (value, reader.at))),
        Err(Halt::Wrong(Wrong::Trap(trap))) => Err(trap),
        Err(Halt::Wrong(wrong)) => Err(wrong.fault(text).trap(heap)),
        Err(Halt::Later | Halt::Numeral(_)) => {
            unreachable!("all of the text is there, no limit, and no library")
        }
    }
}

impl Wrong {
    /// What is wrong with this text.
    #[cold]
    fn fault(&self, text: &str) -> Box<Fault> {
        let newlines = |bytes: &[u8]| bytes.iter().filter(|&&b| b == b'\n').count();
        let characters = |bytes: &[u8]| bytes.iter().filter(|&&b| b & 0xc0 != 0x80).count();
        let before = |at: usize| &text.as_bytes()[..at.min(text.len())];
        let (at, message) = match self {
            Wrong::At(at, message) => (*at, message.clone()),
            Wrong::Unfinished(at, from) => {
                let line = newlines(before(*from)) + 1;
                (*at, format!("EOF while reading, starting at line {line},"))
            }
            Wrong::Trap(_) => (0, "a trap".to_owned()),
        };
        let before = before(at);
        let line = newlines(before) + 1;
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let column = characters(&before[line_start..]) + 1;
        let word = |n: usize| Word::small(n as i64);
        Fault::new(
            "parse",
            format!("{message} at line {line}, column {column}"),
        )
        .with("offset", word(characters(before)))
        .with("line", word(line))
        .with("column", word(column))
    }
}

/// What `read-form` answers: `[form end]`, or nil when there is no form.
fn found(heap: &mut Heap, source: Word, value: Option<Word>, end: usize) -> Word {
    let Some(value) = value else {
        return Word::NIL;
    };
    let end = char_index(heap, source, end);
    vector::make(heap, &[value, Word::small(end as i64)])
}

/// Reads the first form of a string object, a long one in steps. `spent` becomes the fuel.
///
/// # Errors
/// `:ox/parse`; [`Trap::Walk`].
pub(crate) fn begin(
    heap: &mut Heap,
    source: Word,
    notation: Notation,
    spent: &mut u32,
) -> Result<Word, Trap> {
    let sizes = Sizes::of(heap);
    let reader = Reader::new(heap, notation);
    match reader.look_through(source, 0, sizes.call_bytes, spent) {
        (Ok(answer), _) => Ok(answer),
        (Err(Stop::Throw(error)), _) => Err(Trap::Throw(error)),
        (Err(Stop::Unfinished(cell)), _) => Err(Trap::Force(cell)),
        (Err(Stop::Budget | Stop::Library(_)), words) => {
            Err(Trap::Walk(make_state(heap, Walk::Read, &words)))
        }
    }
}

/// Reads on from a state: what `read-form` answers, or how the walk stopped.
pub(crate) fn step(
    heap: &mut Heap,
    state: Word,
    gives_numbers: bool,
    spent: &mut u32,
) -> Result<Word, Stop> {
    let word = |index: u32| heap.word(state, index);
    let number = |index: u32| word(index).small_value() as usize;
    let (source, at, size) = (word(4), number(5), number(12));
    let notation = if number(6) == 0 {
        Notation::Language
    } else {
        Notation::Edn
    };
    let function = word(7).as_small().map(|bits| FunctionParams {
        greatest: (bits >> 1) as usize,
        rest: bits & 1 != 0,
    });
    let pending = match word(PENDING_WORD) {
        Word::ABSENT => None,
        value => Some(value),
    };
    let inside = match word(10) {
        Word::FALSE => Inside::Nothing,
        Word::TRUE => Inside::Comment,
        pieces => Inside::Text(Pieces(pieces)),
    };
    let (functions, begun) = (number(8), number(11));
    let stack = Stack::load(heap, state, 1);
    let mut reader = Reader::new(heap, notation);
    reader.stack = stack;
    reader.function = function;
    reader.functions = functions;
    reader.pending = pending;
    reader.gives_numbers = gives_numbers;
    reader.inside = inside;
    reader.begun = begun;
    let (result, words) = reader.look_through(source, at, size, spent);
    if matches!(result, Err(Stop::Budget | Stop::Library(_))) {
        for (index, word) in (1..).zip(words) {
            heap.write(state, index, word);
        }
    }
    result
}

/// Gives a state the number that the numeral writes at which it stopped.
pub(crate) fn give(heap: &mut Heap, state: Word, number: Word) {
    heap.write(state, PENDING_WORD, number);
}

/// The word of a state that holds what has been read and belongs to no form yet.
const PENDING_WORD: u32 = 9;
/// Words of a state.
const STATE_WORDS: usize = 12;

/// Whether a character ends a token.
fn is_terminator(c: char) -> bool {
    c == ','
        || is_space(c)
        || matches!(
            c,
            '"' | ';' | '@' | '^' | '`' | '~' | '(' | ')' | '[' | ']' | '{' | '}' | '\\'
        )
}

impl<'a> Reader<'a> {
    fn new(heap: &'a mut Heap, notation: Notation) -> Reader<'a> {
        let parts_max = Sizes::of(heap).elements;
        Reader {
            heap,
            text: "",
            start: 0,
            last: true,
            at: 0,
            notation,
            stack: Stack::new(),
            function: None,
            functions: 0,
            pending: None,
            gives_numbers: false,
            inside: Inside::Nothing,
            begun: 0,
            units: usize::MAX,
            parts_max,
        }
    }

    /// Reads in the window of `size` bytes at a byte of a text: the answer of `read-form`, or how it
    /// stopped and, if it has to go on, the words of its state.
    fn look_through(
        mut self,
        source: Word,
        at: usize,
        size: usize,
        spent: &mut u32,
    ) -> (Result<Word, Stop>, [Word; STATE_WORDS]) {
        let Some(Window { text, start, last }) = window(self.heap, source, at, size) else {
            unreachable!("a string is UTF-8");
        };
        // The reader lives as long as the memory it borrows, the window does not.
        let mut reader = Reader {
            heap: self.heap,
            text: &text,
            start,
            last,
            stack: std::mem::replace(&mut self.stack, Stack::new()),
            units: 2 * size,
            ..self
        };
        let result = reader.form();
        let done = reader.at.max((2 * size - reader.units) / 2);
        *spent = spent.saturating_add(done as u32);
        let end = start + reader.at;
        let mut words = [Word::NIL; STATE_WORDS];
        let result = match result {
            Ok(value) => Ok(found(reader.heap, source, value, end)),
            Err(Halt::Wrong(Wrong::Trap(trap))) => Err(trap.into()),
            Err(Halt::Wrong(wrong)) => {
                let fault = wrong.fault(text_of(reader.heap.object(source)));
                Err(Stop::Throw(fault.into_error(reader.heap)))
            }
            Err(Halt::Numeral(text)) => {
                let size = Sizes::of(reader.heap).step_bytes;
                words = reader.save(source, size);
                Err(Stop::Library(text))
            }
            Err(Halt::Later) => {
                // A token that does not fit is read again in a larger window.
                let size = if reader.at == 0 && reader.units > 0 {
                    size.max(Sizes::of(reader.heap).step_bytes / 2) * 2
                } else {
                    Sizes::of(reader.heap).step_bytes
                };
                words = reader.save(source, size);
                Err(Stop::Budget)
            }
        };
        (result, words)
    }

    /// The words of a state.
    fn save(self, source: Word, size: usize) -> [Word; STATE_WORDS] {
        let small = |n: usize| Word::small(n as i64);
        let at = self.start + self.at;
        let [parts, opens, count] = self.stack.save(self.heap);
        [
            parts,
            opens,
            count,
            source,
            small(at),
            Word::small(i64::from(self.notation == Notation::Edn)),
            self.function.map_or(Word::NIL, |used| {
                small((used.greatest << 1) | usize::from(used.rest))
            }),
            small(self.functions),
            self.pending.unwrap_or(Word::ABSENT),
            match self.inside {
                Inside::Nothing => Word::FALSE,
                Inside::Comment => Word::TRUE,
                Inside::Text(pieces) => pieces.0,
            },
            small(self.begun),
            small(size),
        ]
    }

    /// An error at a byte of the window.
    #[cold]
    fn error_at(&self, at: usize, message: &str) -> Wrong {
        Wrong::At(self.start + at, message.to_owned())
    }

    /// An error of a value inside the text (a number out of range, a bad date) with its position.
    #[cold]
    fn fault_at(&mut self, at: usize, fault: &Fault) -> Wrong {
        if fault.kind == "memory-limit" {
            return Wrong::Trap(fault.clone().trap(self.heap));
        }
        self.error_at(at, &fault.message)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        loop {
            if let Inside::Comment = self.inside {
                let rest = self.rest();
                let end = rest.find('\n');
                self.at += end.unwrap_or(rest.len());
                if end.is_none() && !self.last {
                    return;
                }
                self.inside = Inside::Nothing;
            }
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(|c| c == ',' || is_space(c)).len();
            let rest = self.rest();
            if rest.starts_with(';')
                || (rest.starts_with("#!") && self.notation == Notation::Language)
            {
                self.inside = Inside::Comment;
            } else {
                return;
            }
        }
    }

    /// The token from here to the next terminator.
    fn token(&mut self) -> &'a str {
        let rest = self.rest();
        let token = &rest[..rest.find(is_terminator).unwrap_or(rest.len())];
        self.at += token.len();
        token
    }

    /// Reads one form, whatever it holds; `None` when there is none.
    fn form(&mut self) -> Result<Option<Word>, Halt> {
        loop {
            if self.units == 0 {
                return Err(Halt::Later);
            }
            self.units -= 1;
            if let Some(value) = self.pending.take() {
                if let Some(value) = self.deliver(value)? {
                    return Ok(Some(value));
                }
                continue;
            }
            match self.stack.top.map(|top| top.form) {
                Some(form::LISTING | form::LISTING_FUNCTION) => {
                    self.list_on();
                    continue;
                }
                Some(form::SPLICING) => {
                    if let Some(value) = self.splice_on()? {
                        return Ok(Some(value));
                    }
                    continue;
                }
                _ => {}
            }
            if !matches!(self.inside, Inside::Text(_)) {
                self.skip();
            }
            let at = self.at;
            match self.whole_lexeme()? {
                None => {
                    return match self.stack.top {
                        None => Ok(None),
                        Some(open) => Err(Wrong::Unfinished(self.start + at, open.at).into()),
                    };
                }
                Some(Lexeme::Part) => return Err(Halt::Later),
                Some(Lexeme::Numeral(text)) => return Err(Halt::Numeral(text)),
                Some(Lexeme::Value(value)) => self.pending = Some(value),
                Some(Lexeme::Open(form, extra)) => {
                    if form == form::FUNCTION {
                        self.function = Some(FunctionParams::default());
                        self.functions += 1;
                    }
                    self.stack.open(self.heap, form, self.start + at, extra);
                }
                Some(Lexeme::Close(c)) => self.close(c, at)?,
            }
        }
    }

    /// The next token; `None` at the end of the text.
    fn whole_lexeme(&mut self) -> Result<Option<Lexeme>, Halt> {
        if let Inside::Text(_) = self.inside {
            return Ok(Some(self.string()?.map_or(Lexeme::Part, Lexeme::Value)));
        }
        let (at, function) = (self.at, self.function);
        let Some(c) = self.peek() else {
            return if self.last {
                Ok(None)
            } else {
                Err(Halt::Later)
            };
        };
        self.at += c.len_utf8();
        if c == '"' {
            self.begun = self.start + at;
            return Ok(Some(self.string()?.map_or(Lexeme::Part, Lexeme::Value)));
        }
        let lexeme = self.lexeme(c, at);
        if !self.last && self.at + MARGIN > self.text.len() {
            (self.at, self.function, self.inside) = (at, function, Inside::Nothing);
            return Err(Halt::Later);
        }
        Ok(Some(lexeme?))
    }

    /// The token that begins with `c`, which has been read.
    fn lexeme(&mut self, c: char, at: usize) -> Read<Lexeme> {
        let wrap = |index| Ok(Lexeme::Open(form::WRAP, Word::small(index)));
        match c {
            '(' => Ok(Lexeme::Open(form::LIST, Word::NIL)),
            '[' => Ok(Lexeme::Open(form::VECTOR, Word::NIL)),
            '{' => Ok(Lexeme::Open(form::MAP, Word::NIL)),
            ')' | ']' | '}' => Ok(Lexeme::Close(c)),
            '\\' => self.character(at).map(Lexeme::Value),
            ':' => self.keyword(at).map(Lexeme::Value),
            '#' => self.dispatch(at),
            '^' => Ok(Lexeme::Open(form::META, Word::NIL)),
            '@' | '`' | '~' if self.notation == Notation::Edn => {
                Err(self.error_at(at, &format!("Invalid leading character: {c}")))
            }
            '\'' if self.notation != Notation::Edn => wrap(QUOTE),
            '@' => wrap(DEREF),
            '`' => wrap(SYNTAX_QUOTE),
            '~' if self.peek() == Some('@') => {
                self.at += 1;
                wrap(UNQUOTE_SPLICING)
            }
            '~' => wrap(UNQUOTE),
            _ => {
                self.at = at;
                self.symbol_or_number(at)
            }
        }
    }

    /// What comes after `#`.
    fn dispatch(&mut self, at: usize) -> Read<Lexeme> {
        let Some(c) = self.peek() else {
            return Err(self.error_at(at, "EOF while reading"));
        };
        let language = self.notation == Notation::Language;
        let (form, extra) = match c {
            '{' => (form::SET, Word::NIL),
            '_' => (form::DISCARD, Word::NIL),
            '(' if language => {
                if self.function.is_some() {
                    return Err(self.error_at(at, "Nested #()s are not allowed"));
                }
                (form::FUNCTION, Word::NIL)
            }
            '\'' if language => (form::WRAP, Word::small(VAR)),
            '^' => (form::META, Word::NIL),
            '"' if language => {
                self.at += 1;
                return self.regex(at).map(Lexeme::Value);
            }
            '#' => {
                self.at += 1;
                let token = self.token();
                let value = match token {
                    "Inf" => f64::INFINITY,
                    "-Inf" => f64::NEG_INFINITY,
                    "NaN" => f64::NAN,
                    _ => return Err(self.error_at(at, &format!("Invalid token: ##{token}"))),
                };
                return Ok(Lexeme::Value(Word::double(value)));
            }
            ':' => return self.namespace_map(at),
            '?' if language => {
                self.at += 1;
                let splice = self.peek() == Some('@');
                self.at += usize::from(splice);
                self.skip();
                if self.peek() != Some('(') {
                    return Err(self.error_at(at, "read-cond body must be a list"));
                }
                let form = if splice {
                    form::SPLICE
                } else {
                    form::CONDITIONAL
                };
                (form, Word::NIL)
            }
            '=' => return Err(self.error_at(at, "#= is not allowed")),
            '<' => return Err(self.error_at(at, "Unreadable form")),
            c if c.is_alphabetic() => {
                let token = self.token();
                let tag = self.symbol(token, at)?;
                return Ok(Lexeme::Open(form::TAGGED, tag));
            }
            c => return Err(self.error_at(at, &format!("No dispatch macro for: {c}"))),
        };
        self.at += 1;
        Ok(Lexeme::Open(form, extra))
    }

    fn namespace_map(&mut self, at: usize) -> Read<Lexeme> {
        self.at += 1;
        let namespace = self.token();
        if namespace.is_empty() || namespace.starts_with(':') || namespace.contains('/') {
            return Err(self.error_at(at, &format!("Invalid namespace of a map: {namespace}")));
        }
        self.skip();
        if self.peek() != Some('{') {
            return Err(self.error_at(at, "Namespaced map must specify a map"));
        }
        self.at += 1;
        let namespace = make_string(self.heap, namespace);
        Ok(Lexeme::Open(form::NAMESPACE_MAP, namespace))
    }
}
