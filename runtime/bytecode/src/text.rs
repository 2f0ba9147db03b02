//! Constants as text, as Clojure prints them, and back.
//!
//! # Invariants
//! - [`read_const`] reads what [`print_const`] writes as the same constant, if the constant is one
//!   the verifier accepts; printing is total.
//! - A constant is one line: line ends and control characters are escaped.
//! - Neither recurses.
//!
//! What Clojure has no notation for is written with a tag of the `ox` namespace: `#ox/keyword ["a b"
//! "c"]` for names that are no tokens, `#ox/tagged` for literals whose tag means something else here.
//! Integers beyond [`number::DECIMAL_BYTES_MAX`] bytes are hexadecimal, since decimal digits cost
//! quadratic time.

pub(crate) mod number;
mod read;

pub use read::ReadError;
pub(crate) use read::Reader;

use crate::chunk::Const;
use crate::tree::Event;
use scalar::{Base64, CharLiteral, DoubleLiteral, Instant, Offset, Uuid};

/// Bits of the one NaN there is.
pub(crate) const NAN_BITS: u64 = 0x7ff8_0000_0000_0000;

/// The constant as text.
#[must_use]
pub fn print_const(constant: &Const) -> String {
    let mut out = String::new();
    constant.walk(|event| match event {
        Event::Leaf(node) => leaf(&mut out, node),
        Event::Open(node) => open(&mut out, node),
        Event::Between(Const::Map(_), n) if n % 2 == 0 => out.push_str(", "),
        Event::Between(..) => out.push(' '),
        Event::Close(node) => out.push_str(match node {
            Const::List(_) => ")",
            Const::Vector(_) => "]",
            Const::Map(_) | Const::Set(_) => "}",
            Const::Tagged(namespace, name, _) if !is_tag(namespace.as_deref(), name) => "]",
            _ => "",
        }),
    });
    out
}

/// Reads one constant; nothing but blanks and a comment may follow.
///
/// # Errors
/// Says what is wrong and at which byte.
pub fn read_const(text: &str) -> Result<Const, ReadError> {
    let mut reader = Reader::new(text);
    let constant = reader.constant()?;
    reader.end()?;
    Ok(constant)
}

fn open(out: &mut String, node: &Const) {
    match node {
        Const::List(_) => out.push('('),
        Const::Vector(_) => out.push('['),
        Const::Map(_) => out.push('{'),
        Const::Set(_) => out.push_str("#{"),
        Const::Meta(..) => out.push('^'),
        Const::Tagged(namespace, name, _) => {
            if is_tag(namespace.as_deref(), name) {
                out.push('#');
                push_name(out, namespace.as_deref(), name);
                out.push(' ');
            } else {
                out.push_str("#ox/tagged [");
                name_strings(out, namespace.as_deref(), name);
                out.push(' ');
            }
        }
        _ => {}
    }
}

fn leaf(out: &mut String, node: &Const) {
    use std::fmt::Write as _;
    match node {
        Const::Nil => out.push_str("nil"),
        Const::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Const::Int(n) => {
            let _ = write!(out, "{n}");
        }
        Const::BigInt(bytes) => {
            out.push_str(&number::integer(bytes));
            out.push('N');
        }
        Const::Ratio(numerator, denominator) => {
            out.push_str(&number::integer(numerator));
            out.push('/');
            out.push_str(&number::integer(denominator));
        }
        Const::Double(bits) => double(out, *bits),
        Const::Decimal(unscaled, scale) => number::decimal(out, unscaled, *scale),
        Const::Char(c) => character(out, *c),
        Const::Str(s) => string(out, s),
        Const::Bytes(bytes) => {
            let _ = write!(out, "#bytes \"{}\"", Base64(bytes));
        }
        Const::Keyword(namespace, name) => {
            if is_name(namespace.as_deref(), name) {
                out.push(':');
                push_name(out, namespace.as_deref(), name);
            } else {
                out.push_str("#ox/keyword [");
                name_strings(out, namespace.as_deref(), name);
                out.push(']');
            }
        }
        Const::Symbol(namespace, name) => {
            let taken = namespace.is_none() && matches!(name.as_str(), "nil" | "true" | "false");
            if is_name(namespace.as_deref(), name) && !taken {
                push_name(out, namespace.as_deref(), name);
            } else {
                out.push_str("#ox/symbol [");
                name_strings(out, namespace.as_deref(), name);
                out.push(']');
            }
        }
        Const::Regex(source) => {
            if is_regex_text(source) {
                out.push_str("#\"");
                out.push_str(source);
                out.push('"');
            } else {
                out.push_str("#ox/regex ");
                string(out, source);
            }
        }
        Const::Inst(seconds, nanos) => {
            let (seconds, nanos) = (*seconds, *nanos);
            let _ = match (Instant { seconds, nanos }).valid() {
                Some(instant) => write!(out, "#inst \"{}\"", instant.display(Offset::Zero)),
                None => write!(out, "#ox/inst [{seconds} {nanos}]"),
            };
        }
        Const::Uuid(n) => {
            let _ = write!(out, "#uuid \"{}\"", Uuid(*n));
        }
        // A walk shows collections as opened and closed.
        _ => {}
    }
}

fn double(out: &mut String, bits: u64) {
    use std::fmt::Write as _;
    let value = f64::from_bits(bits);
    let _ = if value.is_nan() && bits != NAN_BITS {
        write!(out, "#ox/double \"{bits:016x}\"")
    } else {
        write!(out, "{}", DoubleLiteral(value))
    };
}

fn character(out: &mut String, c: char) {
    use std::fmt::Write as _;
    let literal = CharLiteral(c);
    let _ = if literal.name().is_some() || c.is_ascii_graphic() || u32::from(c) > 0xffff {
        write!(out, "{literal}")
    } else {
        write!(out, "\\u{:04x}", u32::from(c))
    };
}

pub(crate) fn string(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn name_strings(out: &mut String, namespace: Option<&str>, name: &str) {
    match namespace {
        Some(namespace) => string(out, namespace),
        None => out.push_str("nil"),
    }
    out.push(' ');
    string(out, name);
}

fn push_name(out: &mut String, namespace: Option<&str>, name: &str) {
    if let Some(namespace) = namespace {
        out.push_str(namespace);
        out.push('/');
    }
    out.push_str(name);
}

/// Whether a character ends a token.
fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"()[]{};,\\'`^~@".contains(c)
}

/// Whether the text is one part of a name that reads back as such.
fn is_name_part(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    let second = chars.next();
    let number = first.is_ascii_digit()
        || (matches!(first, '+' | '-') && second.is_some_and(|c| c.is_ascii_digit()));
    !number
        && !matches!(first, ':' | '#')
        && !text.contains('/')
        && text
            .chars()
            .all(|c| c.is_ascii_graphic() || c.is_alphanumeric())
        && !text.contains(is_delimiter)
}

/// Whether namespace and name are written as `namespace/name` and read back as the same.
pub(crate) fn is_name(namespace: Option<&str>, name: &str) -> bool {
    match namespace {
        None => name == "/" || is_name_part(name),
        Some(namespace) => is_name_part(namespace) && is_name_part(name),
    }
}

/// Whether a tagged literal is written with its tag: a name that begins with a letter and has no
/// meaning of its own in this text form.
fn is_tag(namespace: Option<&str>, name: &str) -> bool {
    let first = namespace.unwrap_or(name).chars().next();
    let taken = match namespace {
        None => matches!(name, "inst" | "uuid" | "bytes"),
        Some(namespace) => namespace == "ox",
    };
    is_name(namespace, name) && first.is_some_and(char::is_alphabetic) && !taken
}

/// Whether a regular expression can stand between quotes as it is.
fn is_regex_text(source: &str) -> bool {
    let mut escaped = false;
    for c in source.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || (c == '"' && !escaped) {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !escaped
}
