//! The reader at run time: text to values, EDN and the language's own notation.
//!
//! A loop with a stack of open forms, so that depth costs no native stack. Positions in errors are
//! character indices, lines and columns from 1.
//!
//! # Invariants
//! - A token means what it means in Clojure 1.12; of what cannot be decided at run time (`::a/b`,
//!   syntax-quote's resolution) the first is an error and the second left to whoever expands it.
//! - What `print` writes readably reads back as an equal value.

use super::fault::Fault;
use super::number::{self, Num};
use super::string::{
    is_space, make_bytes, make_keyword, make_string, make_symbol, parts_of, try_keyword,
    try_symbol, try_text,
};
use super::time::{make_instant, make_uuid};
use super::{list, map, meta, regex, set, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;
use scalar::{Instant, Uuid, named_char, parse_base64, parse_uuid};

/// What the text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// All of the language's.
    Language,
    /// EDN only.
    Edn,
}

/// A form that is open: its parts are on the value stack above `base`.
#[derive(Clone, Debug)]
struct Open {
    what: Form,
    /// Byte offset where it began.
    at: usize,
    /// Values below it.
    base: usize,
}

#[derive(Clone, Debug)]
enum Form {
    List,
    Vector,
    Map,
    Set,
    /// `#:namespace{…}`
    NamespaceMap(String),
    /// `#(…)`
    Function,
    /// `#?(…)`, and whether it splices
    Conditional(bool),
    /// `'x` and the like: a list of this symbol and the next form
    Wrap(&'static str, &'static str),
    /// `^meta x`: the next two forms
    Meta,
    /// `#_ x`
    Discard,
    /// `#tag x`
    Tagged(Word),
}

/// The parameters that a `#(…)` being read has used.
#[derive(Clone, Debug, Default)]
struct FunctionParams {
    greatest: usize,
    rest: bool,
}

/// Greatest number of a `%` parameter.
const PARAMS_MAX: usize = 20;

struct Reader<'a> {
    heap: &'a mut Heap,
    text: &'a str,
    at: usize,
    notation: Notation,
    values: Vec<Word>,
    opens: Vec<Open>,
    function: Option<FunctionParams>,
    functions: usize,
}

type Read<T> = Result<T, Trap>;

/// Reads the first form: the value and the byte offset behind it; `None` when there is none.
///
/// # Errors
/// `:ox/parse` with `:offset :line :column`.
pub fn read(heap: &mut Heap, text: &str, notation: Notation) -> Read<Option<(Word, usize)>> {
    let mut reader = Reader {
        heap,
        text,
        at: 0,
        notation,
        values: Vec::new(),
        opens: Vec::new(),
        function: None,
        functions: 0,
    };
    Ok(reader.form()?.map(|value| (value, reader.at)))
}

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
    #[cold]
    fn error_at(&mut self, at: usize, message: &str) -> Trap {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .map_or(0, |last| last.chars().count())
            + 1;
        let offset = before.chars().count();
        let word = |n: usize| Word::small(n as i64);
        Fault::new(
            "parse",
            format!("{message} at line {line}, column {column}"),
        )
        .with("offset", word(offset))
        .with("line", word(line))
        .with("column", word(column))
        .trap(self.heap)
    }

    /// An error of a value inside the text (a number out of range, a bad date) with its position.
    #[cold]
    fn fault_at(&mut self, at: usize, fault: &Fault) -> Trap {
        if fault.kind == "memory-limit" {
            return fault.clone().trap(self.heap);
        }
        let message = fault.message.clone();
        self.error_at(at, &message)
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
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(|c| c == ',' || is_space(c)).len();
            let rest = self.rest();
            if rest.starts_with(';')
                || (rest.starts_with("#!") && self.notation == Notation::Language)
            {
                self.at += rest.find('\n').unwrap_or(rest.len());
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

    fn open(&mut self, what: Form, at: usize) {
        self.opens.push(Open {
            what,
            at,
            base: self.values.len(),
        });
    }

    /// Reads one form, whatever it holds.
    fn form(&mut self) -> Read<Option<Word>> {
        loop {
            self.skip();
            let at = self.at;
            let Some(c) = self.peek() else {
                return match self.opens.last() {
                    None => Ok(None),
                    Some(open) => {
                        let from = open.at;
                        let line = self.text[..from].matches('\n').count() + 1;
                        Err(self
                            .error_at(at, &format!("EOF while reading, starting at line {line},")))
                    }
                };
            };
            self.at += c.len_utf8();
            let value = match c {
                '(' => {
                    self.open(Form::List, at);
                    continue;
                }
                '[' => {
                    self.open(Form::Vector, at);
                    continue;
                }
                '{' => {
                    self.open(Form::Map, at);
                    continue;
                }
                ')' | ']' | '}' => match self.close(c, at)? {
                    Some(value) => value,
                    None => continue,
                },
                '"' => self.string(at)?,
                '\\' => self.character(at)?,
                ':' => self.keyword(at)?,
                '#' => match self.dispatch(at)? {
                    Some(value) => value,
                    None => continue,
                },
                '\'' | '@' | '`' | '~' if self.notation == Notation::Language => {
                    let form = match c {
                        '\'' => Form::Wrap("", "quote"),
                        '@' => Form::Wrap("clojure.core", "deref"),
                        '`' => Form::Wrap("ox.reader", "syntax-quote"),
                        _ if self.peek() == Some('@') => {
                            self.at += 1;
                            Form::Wrap("clojure.core", "unquote-splicing")
                        }
                        _ => Form::Wrap("clojure.core", "unquote"),
                    };
                    self.open(form, at);
                    continue;
                }
                '^' => {
                    self.open(Form::Meta, at);
                    continue;
                }
                '@' | '`' | '~' | '\'' => {
                    return Err(self.error_at(at, &format!("Invalid leading character: {c}")));
                }
                _ => {
                    self.at = at;
                    self.symbol_or_number(at)?
                }
            };
            if let Some(value) = self.deliver(value)? {
                return Ok(Some(value));
            }
        }
    }

    /// Gives a value to the form it belongs to, which may be finished by it; the value of the whole
    /// when nothing is open.
    fn deliver(&mut self, mut value: Word) -> Read<Option<Word>> {
        loop {
            let Some(open) = self.opens.last() else {
                return Ok(Some(value));
            };
            let (at, base) = (open.at, open.base);
            match &open.what {
                Form::Wrap(namespace, name) => {
                    let namespace = (!namespace.is_empty()).then_some(*namespace);
                    let name = *name;
                    self.opens.pop();
                    let head = make_symbol(self.heap, namespace, name);
                    value = list::make(self.heap, &[head, value]);
                }
                Form::Discard => {
                    self.opens.pop();
                    return Ok(None);
                }
                Form::Tagged(tag) => {
                    let tag = *tag;
                    self.opens.pop();
                    value = self.tagged(tag, value, at)?;
                }
                Form::Meta if self.values.len() > base => {
                    let given = self.values.pop().expect("it is above the base");
                    self.opens.pop();
                    value = self.with_meta(given, value, at)?;
                }
                _ => {
                    self.values.push(value);
                    return Ok(None);
                }
            }
        }
    }

    fn close(&mut self, c: char, at: usize) -> Read<Option<Word>> {
        let wanted = match self.opens.last().map(|open| &open.what) {
            Some(Form::List | Form::Function | Form::Conditional(_)) => ')',
            Some(Form::Vector) => ']',
            Some(Form::Map | Form::Set | Form::NamespaceMap(_)) => '}',
            _ => '\0',
        };
        if c != wanted {
            return Err(self.error_at(at, &format!("Unmatched delimiter: {c}")));
        }
        let open = self.opens.pop().expect("it was looked at");
        let parts = self.values.split_off(open.base);
        Ok(Some(match open.what {
            Form::List => list::make(self.heap, &parts),
            Form::Vector => vector::make(self.heap, &parts),
            Form::Map => self.map(&parts, open.at)?,
            Form::NamespaceMap(namespace) => {
                let parts: Vec<Word> = parts
                    .iter()
                    .enumerate()
                    .map(|(i, &part)| {
                        if i % 2 == 0 {
                            self.qualified(&namespace, part)
                        } else {
                            part
                        }
                    })
                    .collect();
                self.map(&parts, open.at)?
            }
            Form::Set => match set::from_words(self.heap, &parts) {
                Ok(set) => set,
                Err(Trap::Throw(_)) => return Err(self.error_at(open.at, "Duplicate key in a set")),
                Err(trap) => return Err(trap),
            },
            Form::Function => self.function(&parts),
            Form::Conditional(splice) => return self.conditional(&parts, splice, open.at),
            Form::Wrap(..) | Form::Meta | Form::Discard | Form::Tagged(_) => {
                unreachable!("they have no closing delimiter")
            }
        }))
    }

    fn map(&mut self, parts: &[Word], at: usize) -> Read<Word> {
        if !parts.len().is_multiple_of(2) {
            return Err(self.error_at(at, "Map literal must contain an even number of forms"));
        }
        match map::from_pairs(self.heap, parts) {
            Err(Trap::Throw(_)) => Err(self.error_at(at, "Duplicate key in a map")),
            other => other,
        }
    }

    /// A key of `#:namespace{…}`: one without a namespace gets it, one with `_` loses that.
    fn qualified(&mut self, namespace: &str, key: Word) -> Word {
        let Some(object) = self.heap.try_object(key) else {
            return key;
        };
        let kind = object.kind();
        if !matches!(kind, Kind::Keyword | Kind::Symbol) {
            return key;
        }
        let (own, name) = parts_of(self.heap, object);
        let name = name.to_owned();
        let namespace = match own {
            None => Some(namespace),
            Some("_") => None,
            Some(_) => return key,
        };
        if kind == Kind::Keyword {
            make_keyword(self.heap, namespace, &name)
        } else {
            make_symbol(self.heap, namespace, &name)
        }
    }

    fn conditional(&mut self, parts: &[Word], splice: bool, at: usize) -> Read<Option<Word>> {
        if !parts.len().is_multiple_of(2) {
            return Err(self.error_at(at, "read-cond requires an even number of forms"));
        }
        let taken = parts.chunks_exact(2).find(|pair| {
            matches!(
                try_keyword(self.heap, pair[0]),
                Some((None, "ox" | "default"))
            )
        });
        let Some(&[_, value]) = taken else {
            return Ok(None);
        };
        if !splice {
            return Ok(Some(value));
        }
        if self.opens.is_empty() {
            return Err(self.error_at(
                at,
                "Reader conditional splicing not allowed at the top level",
            ));
        }
        let elements = if vector::is_vector(self.heap, value) {
            vector::elements(self.heap, value)
        } else {
            list_elements(self.heap, value)
        };
        for element in elements {
            if let Some(value) = self.deliver(element)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// `#(…)` as `(fn* [params] (…))`.
    fn function(&mut self, parts: &[Word]) -> Word {
        let used = self.function.take().unwrap_or_default();
        let mut params: Vec<Word> = (1..=used.greatest).map(|n| self.parameter(n)).collect();
        if used.rest {
            params.push(make_symbol(self.heap, None, "&"));
            params.push(self.parameter(0));
        }
        let head = make_symbol(self.heap, None, "fn*");
        let params = vector::make(self.heap, &params);
        let body = list::make(self.heap, parts);
        list::make(self.heap, &[head, params, body])
    }

    /// The symbol of a parameter of the `#(…)` being read; 0 is the rest.
    fn parameter(&mut self, number: usize) -> Word {
        let function = self.functions;
        let name = if number == 0 {
            format!("rest__{function}#")
        } else {
            format!("p{number}__{function}#")
        };
        make_symbol(self.heap, None, &name)
    }

    /// What comes after `#`.
    fn dispatch(&mut self, at: usize) -> Read<Option<Word>> {
        let Some(c) = self.peek() else {
            return Err(self.error_at(at, "EOF while reading"));
        };
        let language = self.notation == Notation::Language;
        let form = match c {
            '{' => Form::Set,
            '_' => Form::Discard,
            '(' if language => {
                if self.function.is_some() {
                    return Err(self.error_at(at, "Nested #()s are not allowed"));
                }
                self.function = Some(FunctionParams::default());
                self.functions += 1;
                Form::Function
            }
            '\'' if language => Form::Wrap("", "var"),
            '^' => Form::Meta,
            '"' if language => {
                self.at += 1;
                return self.regex(at).map(Some);
            }
            '#' => {
                self.at += 1;
                let token = self.token();
                return match token {
                    "Inf" => Ok(Some(Word::double(f64::INFINITY))),
                    "-Inf" => Ok(Some(Word::double(f64::NEG_INFINITY))),
                    "NaN" => Ok(Some(Word::double(f64::NAN))),
                    _ => Err(self.error_at(at, &format!("Invalid token: ##{token}"))),
                };
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
                Form::Conditional(splice)
            }
            '=' => return Err(self.error_at(at, "#= is not allowed")),
            '<' => return Err(self.error_at(at, "Unreadable form")),
            c if c.is_alphabetic() => {
                let token = self.token();
                let tag = self.symbol(token, at)?;
                self.open(Form::Tagged(tag), at);
                return Ok(None);
            }
            c => return Err(self.error_at(at, &format!("No dispatch macro for: {c}"))),
        };
        self.at += 1;
        self.open(form, at);
        Ok(None)
    }

    fn namespace_map(&mut self, at: usize) -> Read<Option<Word>> {
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
        self.open(Form::NamespaceMap(namespace.to_owned()), at);
        Ok(None)
    }

    fn tagged(&mut self, tag: Word, value: Word, at: usize) -> Read<Word> {
        let name = match try_symbol(self.heap, tag) {
            Some((None, name @ ("inst" | "uuid" | "bytes"))) => name.to_owned(),
            _ => return Ok(self.heap.make(Kind::Tagged, 0, 0, &[], &[tag, value])),
        };
        let Some(text) = try_text(self.heap, value).map(str::to_owned) else {
            return Err(self.error_at(at, &format!("#{name} must be followed by a string")));
        };
        let made = match name.as_str() {
            "inst" => Instant::parse(&text).map(|instant| make_instant(self.heap, instant)),
            "uuid" => parse_uuid(&text).map(|uuid| make_uuid(self.heap, Uuid(uuid))),
            _ => parse_base64(&text).map(|bytes| make_bytes(self.heap, &bytes)),
        };
        made.ok_or_else(|| self.error_at(at, &format!("Unrecognized #{name} syntax")))
    }

    /// `^given value`
    fn with_meta(&mut self, given: Word, value: Word, at: usize) -> Read<Word> {
        let key = |heap: &mut Heap, name: &str| make_keyword(heap, None, name);
        let added = match self.heap.kind_of(given) {
            Some(Kind::Keyword) => vec![given, Word::TRUE],
            Some(Kind::Symbol | Kind::Str) => vec![key(self.heap, "tag"), given],
            Some(Kind::Vector | Kind::SmallVector) => vec![key(self.heap, "param-tags"), given],
            Some(Kind::SmallMap | Kind::Map) => map::entries(self.heap, given),
            _ => {
                return Err(self.error_at(
                    at,
                    "Metadata must be Symbol, Keyword, String, Map or Vector",
                ));
            }
        };
        let mut all = meta::get(self.heap, value);
        if all.is_nil() {
            all = map::empty(self.heap, Word::NIL);
        }
        for pair in added.chunks_exact(2) {
            all = map::assoc(self.heap, all, pair[0], pair[1])?;
        }
        match meta::with(self.heap, value, all) {
            Err(Trap::Throw(_)) => {
                Err(self.error_at(at, "Metadata can only be applied to what carries it"))
            }
            other => other,
        }
    }

    /// Four hexadecimal digits after `\u`.
    fn unicode_escape(&mut self, at: usize) -> Read<u32> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits {
            Some(digits) => {
                self.at += 4;
                Ok(u32::from_str_radix(digits, 16).expect("hexadecimal digits"))
            }
            None => Err(self.error_at(at, "Invalid unicode escape")),
        }
    }

    /// A scalar value from `\u` escapes: one, or the two halves of a surrogate pair.
    fn unicode_char(&mut self, at: usize) -> Read<char> {
        let first = self.unicode_escape(at)?;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 2;
            let second = self.unicode_escape(at)?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).expect("a pair of surrogates is a scalar value"));
            }
        }
        char::from_u32(first)
            .ok_or_else(|| self.error_at(at, "Invalid character constant: a lone surrogate"))
    }

    fn string(&mut self, at: usize) -> Read<Word> {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(['"', '\\']) else {
                self.at = self.text.len();
                return Err(self.error_at(at, "EOF while reading string, which begins"));
            };
            let plain = &rest[..length];
            self.at += length + 1;
            if rest.as_bytes()[length] == b'"' {
                if out.is_empty() {
                    return Ok(make_string(self.heap, plain));
                }
                out.push_str(plain);
                return Ok(make_string(self.heap, &out));
            }
            out.push_str(plain);
            let escape = self.at - 1;
            let Some(c) = self.peek() else {
                return Err(self.error_at(at, "EOF while reading string, which begins"));
            };
            self.at += c.len_utf8();
            out.push(match c {
                't' => '\t',
                'r' => '\r',
                'n' => '\n',
                '\\' => '\\',
                '"' => '"',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => self.unicode_char(escape)?,
                '0'..='7' => {
                    self.at -= 1;
                    let rest = self.rest();
                    let length = rest
                        .bytes()
                        .take(3)
                        .take_while(|b| (b'0'..b'8').contains(b))
                        .count();
                    self.at += length;
                    self.octal(&rest[..length], escape)?
                }
                c => {
                    return Err(
                        self.error_at(escape, &format!("Unsupported escape character: \\{c}"))
                    );
                }
            });
        }
    }

    fn octal(&mut self, digits: &str, at: usize) -> Read<char> {
        match u32::from_str_radix(digits, 8) {
            Ok(code @ 0..=0o377) => Ok(char::from_u32(code).expect("a small code point")),
            _ => Err(self.error_at(at, "Octal escape sequence must be in range [0, 377]")),
        }
    }

    fn character(&mut self, at: usize) -> Read<Word> {
        let Some(first) = self.peek() else {
            return Err(self.error_at(at, "EOF while reading character"));
        };
        self.at += first.len_utf8();
        if is_terminator(first) && first != '\\' {
            return Ok(Word::char(first));
        }
        let from = self.at - first.len_utf8();
        self.token();
        let token = &self.text[from..self.at];
        let mut chars = token.chars();
        let c = match (chars.next(), chars.next()) {
            (Some(c), None) => c,
            _ => match named_char(token) {
                Some(named) => named,
                None if first == 'u' && token.len() == 5 => {
                    self.at = from + 1;
                    self.unicode_char(at)?
                }
                None if first == 'o' && (2..=4).contains(&token.len()) => {
                    self.octal(&token[1..], at)?
                }
                None => {
                    return Err(self.error_at(at, &format!("Unsupported character: \\{token}")));
                }
            },
        };
        Ok(Word::char(c))
    }

    fn regex(&mut self, at: usize) -> Read<Word> {
        let from = self.at;
        let mut escaped = false;
        loop {
            let Some(c) = self.peek() else {
                return Err(self.error_at(at, "EOF while reading regex"));
            };
            self.at += c.len_utf8();
            match c {
                '"' if !escaped => break,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        let source = &self.text[from..self.at - 1];
        if let Err(fault) = regex::compile(source) {
            return Err(self.fault_at(at, &fault));
        }
        let source = make_string(self.heap, source);
        Ok(self.heap.make(Kind::Regex, 0, 0, &[], &[source]))
    }

    fn keyword(&mut self, at: usize) -> Read<Word> {
        let token = self.token();
        if token.starts_with(':') {
            let message = format!("Invalid token: :{token} (namespaces are not known at run time)");
            return Err(self.error_at(at, &message));
        }
        match split_token(token) {
            // A keyword's name may begin with a digit.
            Some((namespace, name)) => Ok(make_keyword(self.heap, namespace, name)),
            None => Err(self.error_at(at, &format!("Invalid token: :{token}"))),
        }
    }

    fn symbol(&mut self, token: &str, at: usize) -> Read<Word> {
        match split_token(token) {
            Some((namespace, name)) => Ok(make_symbol(self.heap, namespace, name)),
            None => Err(self.error_at(at, &format!("Invalid token: {token}"))),
        }
    }

    fn symbol_or_number(&mut self, at: usize) -> Read<Word> {
        let token = self.token();
        let unsigned = token.strip_prefix(['+', '-']).unwrap_or(token);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            return match number::text::parse_numeral(token) {
                Ok(num) => Ok(Num::make(num, self.heap)),
                Err(fault) => Err(self.fault_at(at, &fault)),
            };
        }
        match token {
            "nil" => return Ok(Word::NIL),
            "true" => return Ok(Word::TRUE),
            "false" => return Ok(Word::FALSE),
            _ => {}
        }
        if token.starts_with('%') && self.function.is_some() {
            return self.argument(token, at);
        }
        self.symbol(token, at)
    }

    /// `%`, `%2`, `%&` inside of `#(…)`.
    fn argument(&mut self, token: &str, at: usize) -> Read<Word> {
        let used = self
            .function
            .as_mut()
            .expect("only inside of a function literal");
        let number = match &token[1..] {
            "" => 1,
            "&" => {
                used.rest = true;
                return Ok(self.parameter(0));
            }
            digits => match digits.parse::<usize>() {
                Ok(number @ 1..=PARAMS_MAX) => number,
                _ => return Err(self.error_at(at, "arg literal must be %, %& or %integer")),
            },
        };
        used.greatest = used.greatest.max(number);
        Ok(self.parameter(number))
    }
}

/// Namespace and name of a symbol's or keyword's token (without the colon); `None` when it is
/// neither.
fn split_token(token: &str) -> Option<(Option<&str>, &str)> {
    if token.is_empty() || token.ends_with(':') || token.contains("::") {
        return None;
    }
    if token == "/" {
        return Some((None, token));
    }
    let Some(at) = token.find('/') else {
        return Some((None, token));
    };
    let (namespace, name) = (&token[..at], &token[at + 1..]);
    let valid = !namespace.is_empty()
        && !namespace.ends_with(':')
        && !name.is_empty()
        && (name == "/" || !name.contains('/'));
    valid.then_some((Some(namespace), name))
}

fn list_elements(heap: &Heap, mut list: Word) -> Vec<Word> {
    let mut elements = Vec::new();
    while heap.kind_of(list) == Some(Kind::List) && heap.object(list).raw(1) > 0 {
        elements.push(heap.word(list, 3));
        list = heap.word(list, 4);
    }
    elements
}
