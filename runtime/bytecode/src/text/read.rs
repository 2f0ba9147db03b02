//! Reading constants from text.
//!
//! # Invariants
//! - Every text gives a constant or an error with its position; nesting is bounded by
//!   [`Const::DEPTH_MAX`] and read without recursion.

use crate::chunk::Const;
use crate::text::{NAN_BITS, is_delimiter, number};
use crate::tree::Shape;
use scalar::{Instant, named_char, parse_base64, parse_uuid};

/// Why text is no constant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {message}")]
pub struct ReadError {
    /// Byte of the text.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

/// A position in a text of one constant or more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

struct Open {
    shape: Shape,
    /// The closing delimiter; `None` of what ends with its last child.
    end: Option<char>,
    children: Vec<Const>,
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn error<T>(&self, message: impl Into<String>) -> Result<T, ReadError> {
        Err(ReadError {
            offset: self.at,
            message: message.into(),
        })
    }

    /// Skips blanks, commas and comments.
    pub(crate) fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with(';') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Whether nothing follows but blanks and a comment.
    pub(crate) fn is_done(&mut self) -> bool {
        self.skip();
        self.at == self.text.len()
    }

    pub(crate) fn end(&mut self) -> Result<(), ReadError> {
        if self.is_done() {
            Ok(())
        } else {
            self.error("nothing more was expected")
        }
    }

    /// The next word: up to a blank or a comment.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        self.skip();
        let rest = self.rest();
        let end = rest
            .find(|c: char| c.is_whitespace() || c == ';')
            .unwrap_or(rest.len());
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }

    /// The next word, without going past it.
    pub(crate) fn peek_word(&mut self) -> Option<&'a str> {
        let mut ahead = *self;
        ahead.word()
    }

    /// A string literal, if one is next.
    pub(crate) fn string_literal(&mut self) -> Result<Option<String>, ReadError> {
        self.skip();
        if self.peek() != Some('"') {
            return Ok(None);
        }
        self.at += 1;
        self.string().map(Some)
    }

    pub(crate) fn constant(&mut self) -> Result<Const, ReadError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip();
            let offset = self.at;
            let Some(c) = self.peek() else {
                return self.error("a constant was expected");
            };
            let opened = match c {
                '(' => Some((Shape::List, Some(')'), 1)),
                '[' => Some((Shape::Vector, Some(']'), 1)),
                '{' => Some((Shape::Map, Some('}'), 1)),
                '^' => Some((Shape::Meta, None, 1)),
                '#' if self.rest().starts_with("#{") => Some((Shape::Set, Some('}'), 2)),
                '#' if self.rest()[1..].starts_with(char::is_alphabetic) => {
                    self.at += 1;
                    let (namespace, name) = split_name(self.token());
                    Some((Shape::Tagged(namespace, name), None, 0))
                }
                _ => None,
            };
            if let Some((shape, end, skip)) = opened {
                if open.len() >= Const::DEPTH_MAX {
                    return self.error(format!("nested deeper than {} levels", Const::DEPTH_MAX));
                }
                self.at += skip;
                open.push(Open {
                    shape,
                    end,
                    children: Vec::new(),
                    offset,
                });
                continue;
            }
            let mut done = match open.last() {
                Some(top) if top.end == Some(c) => {
                    self.at += 1;
                    let top = open.pop().expect("looked at just above");
                    self.close(top)?
                }
                _ => self.leaf(c)?,
            };
            loop {
                let Some(top) = open.last_mut() else {
                    return Ok(done);
                };
                top.children.push(done);
                let complete = top.shape.fixed_count() == Some(top.children.len());
                if !complete {
                    break;
                }
                let top = open.pop().expect("looked at just above");
                done = self.close(top)?;
            }
        }
    }

    fn close(&self, open: Open) -> Result<Const, ReadError> {
        let Open {
            shape,
            mut children,
            offset,
            ..
        } = open;
        let failed = |message: String| Err(ReadError { offset, message });
        if let Shape::Tagged(namespace, name) = &shape {
            let meaning = match (namespace.as_deref(), name.as_str()) {
                (None, "inst" | "uuid" | "bytes") | (Some("ox"), _) => {
                    Some(untag(name, children.pop().unwrap_or(Const::Nil)))
                }
                _ => None,
            };
            match meaning {
                Some(Some(constant)) => return Ok(constant),
                Some(None) => return failed(format!("no such `#{name}` literal")),
                None => {}
            }
        }
        match shape.close(children) {
            Some(constant) => Ok(constant),
            None => failed("a map needs a value for each key".to_owned()),
        }
    }

    fn token(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(is_delimiter).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn leaf(&mut self, c: char) -> Result<Const, ReadError> {
        let offset = self.at;
        let failed = |message: String| Err(ReadError { offset, message });
        match c {
            '"' => {
                self.at += 1;
                return Ok(Const::Str(self.string()?));
            }
            '\\' => return self.character(),
            '#' if self.rest().starts_with("#\"") => {
                self.at += 2;
                return self.regex();
            }
            c if is_delimiter(c) => return failed(format!("`{c}` begins no constant")),
            _ => {}
        }
        let token = self.token();
        Ok(match token {
            "nil" => Const::Nil,
            "true" => Const::Bool(true),
            "false" => Const::Bool(false),
            "##NaN" => Const::Double(NAN_BITS),
            "##Inf" => Const::Double(f64::INFINITY.to_bits()),
            "##-Inf" => Const::Double(f64::NEG_INFINITY.to_bits()),
            _ => {
                let digits = token.strip_prefix(['+', '-']).unwrap_or(token);
                if digits.starts_with(|c: char| c.is_ascii_digit()) {
                    match numeric(token) {
                        Some(constant) => constant,
                        None => return failed(format!("`{token}` is no number")),
                    }
                } else if let Some(name) = token.strip_prefix(':') {
                    if name.is_empty() {
                        return failed("a keyword needs a name".to_owned());
                    }
                    let (namespace, name) = split_name(name);
                    Const::Keyword(namespace, name)
                } else if token.starts_with('#') {
                    return failed(format!("`{token}` begins no constant"));
                } else {
                    let (namespace, name) = split_name(token);
                    Const::Symbol(namespace, name)
                }
            }
        })
    }

    /// The rest of a string, after its opening quote.
    fn string(&mut self) -> Result<String, ReadError> {
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else {
                return self.error("the string does not end");
            };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => {
                    let Some(c) = self.peek() else {
                        return self.error("the string does not end");
                    };
                    self.at += c.len_utf8();
                    out.push(match c {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        '"' | '\\' => c,
                        'u' => self.hex_character()?,
                        _ => return self.error(format!("`\\{c}` is no escape")),
                    });
                }
                c => out.push(c),
            }
        }
    }

    fn hex_character(&mut self) -> Result<char, ReadError> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                self.at += 4;
                Ok(c)
            }
            None => self.error("four hexadecimal digits of a character were expected"),
        }
    }

    fn character(&mut self) -> Result<Const, ReadError> {
        self.at += 1;
        let Some(first) = self.peek() else {
            return self.error("a character was expected");
        };
        self.at += first.len_utf8();
        let start = self.at;
        let rest = self.token();
        if rest.is_empty() {
            return Ok(Const::Char(first));
        }
        let name = &self.text[start - first.len_utf8()..self.at];
        if let Some(c) = named_char(name) {
            return Ok(Const::Char(c));
        }
        if first == 'u' && rest.len() == 4 {
            self.at = start;
            return Ok(Const::Char(self.hex_character()?));
        }
        self.error(format!("`\\{name}` is no character"))
    }

    /// The rest of a regular expression: its source stands as it is, escapes included.
    fn regex(&mut self) -> Result<Const, ReadError> {
        let rest = self.rest();
        let mut escaped = false;
        for (n, c) in rest.char_indices() {
            if c == '"' && !escaped {
                self.at += n + 1;
                return Ok(Const::Regex(rest[..n].to_owned()));
            }
            escaped = c == '\\' && !escaped;
        }
        self.error("the regular expression does not end")
    }
}

fn split_name(token: &str) -> (Option<String>, String) {
    match token.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
            (Some(namespace.to_owned()), name.to_owned())
        }
        _ => (None, token.to_owned()),
    }
}

fn numeric(token: &str) -> Option<Const> {
    if let Some(digits) = token.strip_suffix('N') {
        return number::read_integer(digits).map(Const::BigInt);
    }
    if let Some(digits) = token.strip_suffix('M') {
        let (unscaled, scale) = number::read_decimal(digits)?;
        return Some(Const::Decimal(unscaled, scale));
    }
    if let Some((numerator, denominator)) = token.split_once('/') {
        let (numerator, denominator) = (
            number::read_integer(numerator)?,
            number::read_integer(denominator)?,
        );
        return number::is_above_one(&denominator).then_some(Const::Ratio(numerator, denominator));
    }
    if let Ok(n) = token.parse::<i64>() {
        return Some(Const::Int(n));
    }
    let double = token
        .contains(['.', 'e', 'E'])
        .then(|| token.parse::<f64>().ok())??;
    Some(Const::Double(double.to_bits()))
}

/// What a literal of a tag with a meaning of its own stands for.
fn untag(tag: &str, form: Const) -> Option<Const> {
    let name = |items: &[Const]| -> Option<(Option<String>, String)> {
        let namespace = match items.first()? {
            Const::Nil => None,
            Const::Str(namespace) => Some(namespace.clone()),
            _ => return None,
        };
        match items.get(1)? {
            Const::Str(name) => Some((namespace, name.clone())),
            _ => None,
        }
    };
    match (tag, &form) {
        ("inst", Const::Str(text)) => {
            let Instant { seconds, nanos } = Instant::parse(text)?;
            Some(Const::Inst(seconds, nanos))
        }
        ("uuid", Const::Str(text)) => parse_uuid(text).map(Const::Uuid),
        ("bytes", Const::Str(text)) => parse_base64(text).map(Const::Bytes),
        ("regex", Const::Str(source)) => Some(Const::Regex(source.clone())),
        ("double", Const::Str(hex)) => u64::from_str_radix(hex, 16).ok().map(Const::Double),
        ("keyword", Const::Vector(items)) if items.len() == 2 => {
            let (namespace, name) = name(items)?;
            Some(Const::Keyword(namespace, name))
        }
        ("symbol", Const::Vector(items)) if items.len() == 2 => {
            let (namespace, name) = name(items)?;
            Some(Const::Symbol(namespace, name))
        }
        ("tagged", Const::Vector(items)) if items.len() == 3 => {
            let (namespace, name) = name(items)?;
            Some(Const::Tagged(namespace, name, Box::new(items[2].clone())))
        }
        ("inst", Const::Vector(items)) => match items.as_slice() {
            [Const::Int(seconds), Const::Int(nanos)] => {
                Some(Const::Inst(*seconds, u32::try_from(*nanos).ok()?))
            }
            _ => None,
        },
        ("decimal", Const::Vector(items)) => match items.as_slice() {
            [Const::BigInt(unscaled), Const::Int(scale)] => Some(Const::Decimal(
                unscaled.clone(),
                i32::try_from(*scale).ok()?,
            )),
            _ => None,
        },
        _ => None,
    }
}
