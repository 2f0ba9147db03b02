//! Data as text, as Clojure's `pr` prints them. `{:#}` adds metadata, as `*print-meta*` does.

use std::fmt::{self, Write as _};

use super::{Datum, DatumKind};
use scalar::{Base64, CharLiteral, Decimal, DoubleLiteral, Offset, Uuid};

/// What is still to be printed, the next last.
enum Work<'a> {
    Datum(&'a Datum),
    Kind(&'a DatumKind),
    Text(&'static str),
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(f, Work::Datum(self))
    }
}

impl fmt::Debug for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl fmt::Display for DatumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_all(f, Work::Kind(self))
    }
}

impl fmt::Debug for DatumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

fn write_all(f: &mut fmt::Formatter<'_>, first: Work<'_>) -> fmt::Result {
    let mut work = vec![first];
    while let Some(next) = work.pop() {
        match next {
            Work::Text(text) => f.write_str(text)?,
            Work::Kind(kind) => write_kind(f, kind, &mut work)?,
            Work::Datum(datum) => match &datum.meta {
                Some(meta) if f.alternate() => {
                    f.write_char('^')?;
                    work.extend([Work::Kind(&datum.kind), Work::Text(" "), Work::Datum(meta)]);
                }
                _ => write_kind(f, &datum.kind, &mut work)?,
            },
        }
    }
    Ok(())
}

fn write_kind<'a>(
    f: &mut fmt::Formatter<'_>,
    kind: &'a DatumKind,
    work: &mut Vec<Work<'a>>,
) -> fmt::Result {
    match kind {
        DatumKind::Nil => f.write_str("nil"),
        DatumKind::Bool(value) => write!(f, "{value}"),
        DatumKind::Int(value) => write!(f, "{value}"),
        DatumKind::BigInt(value) => write!(f, "{value}N"),
        DatumKind::Ratio(ratio) => write!(f, "{}/{}", ratio.0, ratio.1),
        DatumKind::Double(bits) => write!(f, "{}", DoubleLiteral(f64::from_bits(*bits))),
        DatumKind::Decimal(decimal) => {
            let (unscaled, scale) = (&decimal.0, i64::from(decimal.1));
            write!(f, "{}M", Decimal { unscaled, scale })
        }
        DatumKind::Char(value) => write!(f, "{}", CharLiteral(*value)),
        DatumKind::String(text) => write_string(f, text),
        DatumKind::Bytes(bytes) => write!(f, "#bytes \"{}\"", Base64(bytes)),
        DatumKind::Regex(text) => write!(f, "#\"{text}\""),
        DatumKind::Symbol(symbol) => write!(f, "{symbol}"),
        DatumKind::Keyword(symbol) => write!(f, ":{symbol}"),
        DatumKind::AutoKeyword {
            alias: Some(alias),
            name,
        } => write!(f, "::{alias}/{name}"),
        DatumKind::AutoKeyword { alias: None, name } => write!(f, "::{name}"),
        DatumKind::AutoSymbol { alias, name } => {
            // No syntax makes one outside a namespaced map; this is for people.
            write!(f, "#<symbol ::{}/{name}>", alias.as_deref().unwrap_or(""))
        }
        DatumKind::List(items) => open(f, work, "(", items, ")"),
        DatumKind::Vector(items) => open(f, work, "[", items, "]"),
        DatumKind::Set(items) => open(f, work, "#{", items, "}"),
        DatumKind::Map(entries) => {
            f.write_char('{')?;
            work.push(Work::Text("}"));
            for (i, (key, value)) in entries.iter().enumerate().rev() {
                work.extend([Work::Datum(value), Work::Text(" "), Work::Datum(key)]);
                if i > 0 {
                    work.push(Work::Text(", "));
                }
            }
            Ok(())
        }
        DatumKind::Inst(inst) => write!(f, "#inst \"{}\"", inst.display(Offset::Zero)),
        DatumKind::Uuid(uuid) => write!(f, "#uuid \"{}\"", Uuid(*uuid)),
        DatumKind::Tagged(tag, datum) => {
            work.push(Work::Datum(datum));
            write!(f, "#{tag} ")
        }
        DatumKind::Error => f.write_str("#<unreadable>"),
    }
}

fn open<'a>(
    f: &mut fmt::Formatter<'_>,
    work: &mut Vec<Work<'a>>,
    opener: &str,
    items: &'a [Datum],
    closer: &'static str,
) -> fmt::Result {
    work.push(Work::Text(closer));
    for (i, item) in items.iter().enumerate().rev() {
        work.push(Work::Datum(item));
        if i > 0 {
            work.push(Work::Text(" "));
        }
    }
    f.write_str(opener)
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\u{c}' => f.write_str("\\f")?,
            '\u{8}' => f.write_str("\\b")?,
            _ => f.write_char(char)?,
        }
    }
    f.write_char('"')
}
