//! JSON (RFC 8259) and plain data, as `ox.json` maps them; keys of objects become keywords.
//!
//! # Invariants
//! - Text nested deeper than [`DEPTH_MAX`] is refused, on both ways: plain data is walked, and
//!   dropped, by recursion.

use engine::data::Data;
use std::fmt::Write as _;

/// Greatest nesting.
pub(crate) const DEPTH_MAX: usize = 1_000;

/// Why text is no JSON, and where, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub(crate) struct ParseError {
    message: &'static str,
    offset: usize,
}

/// Reads one JSON value.
pub(crate) fn parse(text: &str) -> Result<Data, ParseError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.error("more text after the value"));
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn error(&self, message: &'static str) -> ParseError {
        ParseError {
            message,
            offset: self.at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Data, ParseError> {
        if depth > DEPTH_MAX {
            return Err(self.error("nested too deeply"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Data::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [
                    ("null", Data::Nil),
                    ("true", Data::Bool(true)),
                    ("false", Data::Bool(false)),
                ] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.error("a value is missing"))
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Data, ParseError> {
        self.at += 1;
        let mut entries: Vec<(Data, Data)> = Vec::new();
        // Of equal keys the last counts; looked up by name, since objects can be large.
        let mut places = std::collections::HashMap::new();
        if self.take(b'}') {
            return Ok(Data::Map(entries));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key is missing"));
            }
            let key = self.string()?;
            if !self.take(b':') {
                return Err(self.error("a colon is missing"));
            }
            let value = self.value(depth + 1)?;
            let next = entries.len();
            let place = *places.entry(key.clone()).or_insert(next);
            if place == next {
                entries.push((keyword(&key), value));
            } else {
                entries[place].1 = value;
            }
            if self.take(b'}') {
                return Ok(Data::Map(entries));
            }
            if !self.take(b',') {
                return Err(self.error("a comma or } is missing"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Data, ParseError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Data::Vector(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Data::Vector(items));
            }
            if !self.take(b',') {
                return Err(self.error("a comma or ] is missing"));
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(plain) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                self.at = self.text.len();
                return Err(self.error("a string does not end"));
            };
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.error("a control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        self.at += 1;
        let escaped = self.peek();
        self.at += 1;
        Ok(match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => {
                self.at -= 1;
                return Err(self.error("an unknown escape"));
            }
        })
    }

    /// After `\u`: a scalar value, of two halves if need be. A half alone is the replacement
    /// character.
    fn unicode(&mut self) -> Result<char, ParseError> {
        let first = self.four_digits()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn four_digits(&mut self) -> Result<u32, ParseError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |sum, &digit| {
                Some(sum * 16 + char::from(digit).to_digit(16)?)
            })
        });
        let value = value.ok_or_else(|| self.error("four hexadecimal digits are missing"))?;
        self.at += 4;
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.error("a digit is missing"))
        } else {
            Ok(())
        }
    }

    fn number(&mut self) -> Result<Data, ParseError> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let leading_zero = self.peek() == Some(b'0');
        let first_digit = self.at;
        self.digits()?;
        if leading_zero && self.at > first_digit + 1 {
            return Err(self.error("a number starts with 0"));
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if is_integer {
            return Ok(text
                .parse()
                .map_or_else(|_| Data::Number(format!("{text}N")), Data::Int));
        }
        text.parse()
            .map(Data::Double)
            .map_err(|_| self.error("not a number"))
    }
}

/// The keyword that `(keyword name)` gives.
fn keyword(name: &str) -> Data {
    match name.split_once('/') {
        Some((namespace, rest)) if !namespace.is_empty() && !rest.is_empty() => {
            Data::Keyword(Some(namespace.to_owned()), rest.to_owned())
        }
        _ => Data::Keyword(None, name.to_owned()),
    }
}

/// Writes a value as JSON on one line.
///
/// # Errors
/// What JSON cannot say, in words.
pub(crate) fn write(value: &Data) -> Result<String, String> {
    let mut out = String::new();
    write_value(&mut out, value, 0)?;
    Ok(out)
}

fn write_value(out: &mut String, value: &Data, depth: usize) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err("it is nested too deeply".to_owned());
    }
    match value {
        Data::Nil => out.push_str("null"),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Data::Int(value) => write_display(out, value),
        Data::Double(value) if value.is_finite() => {
            // `{:?}` is the shortest text that reads back, always with a point or exponent.
            let _ = write!(out, "{value:?}");
        }
        Data::Double(_) => return Err("JSON has neither infinities nor NaN".to_owned()),
        Data::Number(text) => write_number(out, text)?,
        Data::Char(value) => write_string(out, value.encode_utf8(&mut [0; 4])),
        Data::Str(text) => write_string(out, text),
        Data::Keyword(..) | Data::Symbol(..) => write_string(out, &name_of(value)),
        Data::Vector(items) | Data::List(items) | Data::Set(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item, depth + 1)?;
            }
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, &key_text(key)?);
                out.push(':');
                write_value(out, value, depth + 1)?;
            }
            out.push('}');
        }
        Data::Printed(text) => write_string(out, literal_text(text)?),
        Data::Bytes(_) => return Err("JSON has no bytes".to_owned()),
        Data::Secret(_, name) => {
            return Err(format!("the secret {name:?} may not be sent as JSON"));
        }
    }
    Ok(())
}

fn write_display(out: &mut String, value: impl std::fmt::Display) {
    let _ = write!(out, "{value}");
}

/// A number of another type, as it is printed: `12N`, `1.5M`, `1/3`.
fn write_number(out: &mut String, text: &str) -> Result<(), String> {
    let plain = text.trim_end_matches(['N', 'M']);
    match plain.split_once('/') {
        None => out.push_str(plain),
        Some((above, below)) => {
            let quotient = above
                .parse::<f64>()
                .ok()
                .zip(below.parse::<f64>().ok())
                .map(|(a, b)| a / b);
            match quotient {
                Some(value) if value.is_finite() => {
                    let _ = write!(out, "{value:?}");
                }
                _ => return Err(format!("{text} is no JSON number")),
            }
        }
    }
    Ok(())
}

fn name_of(value: &Data) -> String {
    match value {
        Data::Keyword(Some(namespace), name) | Data::Symbol(Some(namespace), name) => {
            format!("{namespace}/{name}")
        }
        Data::Keyword(None, name) | Data::Symbol(None, name) => name.clone(),
        _ => String::new(),
    }
}

fn key_text(key: &Data) -> Result<String, String> {
    Ok(match key {
        Data::Str(text) => text.clone(),
        Data::Keyword(..) | Data::Symbol(..) => name_of(key),
        Data::Char(value) => value.to_string(),
        Data::Printed(text) => literal_text(text)?.to_owned(),
        Data::Nil | Data::Bool(_) | Data::Int(_) | Data::Double(_) | Data::Number(_) => {
            let mut text = String::new();
            write_value(&mut text, key, 0)?;
            text
        }
        other => {
            return Err(format!(
                "{} is no key of an object",
                crate::arguments::brief(other)
            ));
        }
    })
}

/// The text in `#inst "…"` and `#uuid "…"`.
fn literal_text(printed: &str) -> Result<&str, String> {
    let inner = ["#inst \"", "#uuid \""]
        .iter()
        .find_map(|start| printed.strip_prefix(start))
        .and_then(|rest| rest.strip_suffix('"'));
    inner.ok_or_else(|| format!("{printed} has no form in JSON"))
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
