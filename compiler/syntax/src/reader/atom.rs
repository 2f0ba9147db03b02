//! Atoms: names, strings, characters, numbers.

use scalar::suggest;
use scalar::{split_keyword, split_symbol};
use source::{Code, TextRange, TextSize};

use super::{Element, Reader, number};
use crate::datum::{Datum, DatumKind, Symbol};
use crate::error::ReadError;
use crate::syntax_kind::SyntaxKind;

/// An atom that could not be read; the range counts from the atom's start.
struct AtomError {
    error: Box<ReadError>,
}

type AtomResult = Result<DatumKind, AtomError>;

fn fail(code: Code, message: impl Into<String>, text: &str) -> AtomError {
    fail_at(code, message, TextRange::up_to(TextSize::of(text)))
}

fn fail_at(code: Code, message: impl Into<String>, range: TextRange) -> AtomError {
    AtomError {
        error: Box::new(ReadError::new(code, message, range)),
    }
}

impl AtomError {
    fn note(self, note: impl Into<String>) -> Self {
        Self {
            error: Box::new(self.error.note(note)),
        }
    }

    fn label(self, label: impl Into<String>) -> Self {
        Self {
            error: Box::new(self.error.label(label)),
        }
    }

    fn fix(self, title: impl Into<String>, range: TextRange, new: impl Into<String>) -> Self {
        Self {
            error: Box::new(self.error.fix(title, range, new)),
        }
    }
}

impl<'t> Reader<'t, '_> {
    pub(super) fn atom(&mut self, element: Element<'t>) {
        let text = element.token_text();
        let result = match element.kind() {
            SyntaxKind::Symbol if self.argument(element) => return,
            SyntaxKind::Symbol => read_symbol(text),
            SyntaxKind::Keyword => read_keyword(text),
            SyntaxKind::Number => number::number(text).map_err(|error| {
                let failed = fail(Code::INVALID_NUMBER, error.message, text);
                match error.note {
                    Some(note) => failed.note(note),
                    None => failed,
                }
            }),
            SyntaxKind::Char => read_char(text),
            SyntaxKind::String => read_string(text),
            SyntaxKind::Regex => Ok(DatumKind::Regex(text[2..text.len() - 1].into())),
            SyntaxKind::SymbolicValue => read_symbolic_value(text),
            _ => Err(read_unknown(text)),
        };
        match result {
            Ok(kind) => {
                let origin = self.new_origin(element.range());
                self.emit(Datum::new(kind, origin));
            }
            Err(AtomError { error }) => {
                let error = error.shifted(element.start - self.form.start);
                self.error_datum(element.range(), Some(error));
            }
        }
    }
}

/// The symbol that `text` is, or `None` if it is not a valid one. (`a/b/c` is `b/c` in `a`.)
pub(super) fn symbol(text: &str) -> Option<Symbol> {
    split_symbol(text).map(named)
}

fn named((ns, name): (Option<&str>, &str)) -> Symbol {
    Symbol {
        ns: ns.map(Into::into),
        name: name.into(),
    }
}

/// Characters that nobody sees, inside a name.
fn invisible_character(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, char)| {
        char.is_control()
            || char.is_whitespace()
            || matches!(*char, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{AD}')
    })
}

fn check_visible(text: &str) -> Result<(), AtomError> {
    let Some((at, char)) = invisible_character(text) else {
        return Ok(());
    };
    let range = TextRange::at(TextSize::new(at as u32), TextSize::of(char));
    let replacement = if char.is_whitespace() { " " } else { "" };
    let title = if char.is_whitespace() {
        "write a space"
    } else {
        "remove it"
    };
    Err(fail_at(
        Code::INVISIBLE_CHARACTER,
        format!(
            "there is an invisible character (U+{:04X}) in this name",
            char as u32
        ),
        range,
    )
    .label("here")
    .fix(title, range, replacement))
}

fn read_symbol(text: &str) -> AtomResult {
    match text {
        "nil" => return Ok(DatumKind::Nil),
        "true" => return Ok(DatumKind::Bool(true)),
        "false" => return Ok(DatumKind::Bool(false)),
        _ => {}
    }
    check_visible(text)?;
    symbol(text).map(DatumKind::Symbol).ok_or_else(|| {
        fail(
            Code::INVALID_NAME,
            format!("`{text}` is not a valid symbol"),
            text,
        )
        .note(
            "the parts before and after `/` must not be empty, start with a digit or end with `:`",
        )
    })
}

fn read_keyword(text: &str) -> AtomResult {
    check_visible(text)?;
    let invalid = || {
        let error = fail(
            Code::INVALID_NAME,
            format!("`{text}` is not a valid keyword"),
            text,
        );
        match text {
            ":" | "::" => error.note("a name must follow the colon"),
            _ => error.note("keywords look like `:name`, `:ns/name`, `::name` or `::alias/name`"),
        }
    };
    if let Some(name) = text.strip_prefix("::") {
        let Symbol { ns, name } = split_keyword(name).map(named).ok_or_else(invalid)?;
        return Ok(DatumKind::AutoKeyword { alias: ns, name });
    }
    let keyword = split_keyword(&text[1..]).map(named);
    keyword.map(DatumKind::Keyword).ok_or_else(invalid)
}

fn read_symbolic_value(text: &str) -> AtomResult {
    match text {
        "##Inf" => Ok(DatumKind::double(f64::INFINITY)),
        "##-Inf" => Ok(DatumKind::double(f64::NEG_INFINITY)),
        "##NaN" => Ok(DatumKind::double(f64::NAN)),
        _ => Err(fail(
            Code::INVALID_SYMBOLIC_VALUE,
            format!("`{text}` is not a symbolic value"),
            text,
        )
        .note("there are `##Inf`, `##-Inf` and `##NaN`")),
    }
}

fn read_unknown(text: &str) -> AtomError {
    if text == "\\" {
        return fail(
            Code::INVALID_CHARACTER,
            "a character must follow the backslash",
            text,
        );
    }
    fail(
        Code::INVALID_DISPATCH,
        format!("`{text}` means nothing here"),
        text,
    )
    .note("`#` may be followed by `(` `{` `\"` `'` `_` `?` `?@` `^` `:` `#` `!` or a tag's name")
}

fn read_char(text: &str) -> AtomResult {
    let name = &text[1..];
    let mut chars = name.chars();
    if let (Some(char), None) = (chars.next(), chars.next()) {
        return Ok(DatumKind::Char(char));
    }
    if let Some(char) = scalar::named_char(name) {
        return Ok(DatumKind::Char(char));
    }
    let invalid = |message: String| fail(Code::INVALID_CHARACTER, message, text);
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = name.strip_prefix('u').filter(|digits| is_hex(digits)) {
        if digits.len() != 4 {
            return Err(invalid(format!(
                "`{text}` must have four hexadecimal digits"
            )));
        }
        let code = u32::from_str_radix(digits, 16).ok();
        return code
            .and_then(char::from_u32)
            .map(DatumKind::Char)
            .ok_or_else(|| {
                invalid(format!("`{text}` is half of a character"))
                    .note("U+D800 to U+DFFF are no characters; write the character itself")
            });
    }
    let octal = name.strip_prefix('o');
    if let Some(digits) = octal.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        let code = u32::from_str_radix(digits, 8)
            .ok()
            .filter(|code| *code <= 0o377);
        return code
            .filter(|_| digits.len() <= 3)
            .and_then(char::from_u32)
            .map(DatumKind::Char)
            .ok_or_else(|| invalid(format!("`{text}` must be octal, from `\\o0` to `\\o377`")));
    }
    let error = invalid(format!("`{text}` is not a character"));
    Err(match suggest(name, scalar::CharLiteral::names()) {
        Some(known) => error.fix(
            format!("write `\\{known}`"),
            TextRange::up_to(TextSize::of(text)),
            format!("\\{known}"),
        ),
        None => {
            error.note("characters look like `\\a`, `\\newline`, `\\space`, `\\tab` or `\\u03bb`")
        }
    })
}

fn read_string(text: &str) -> AtomResult {
    let content = &text[1..text.len() - 1];
    if !content.contains('\\') {
        return Ok(DatumKind::String(content.into()));
    }
    let mut value = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((before, escape)) = rest.split_once('\\') {
        value.push_str(before);
        let at = text.len() - 1 - escape.len() - 1;
        let (char, len) = read_escape(escape).map_err(|(len, message, note)| {
            let range = TextRange::at(TextSize::new(at as u32), TextSize::new(len as u32 + 1));
            let error = fail_at(Code::INVALID_ESCAPE, message, range);
            if note.is_empty() {
                error
            } else {
                error.note(note)
            }
        })?;
        value.push(char);
        rest = &escape[len..];
    }
    value.push_str(rest);
    Ok(DatumKind::String(value.into()))
}

/// The character that the text after a backslash starts with, and the bytes it takes; or the bytes
/// to mark, what is wrong, and what else to say.
fn read_escape(escape: &str) -> Result<(char, usize), (usize, String, &'static str)> {
    let first = escape
        .chars()
        .next()
        .expect("the lexer takes a character after each backslash");
    let simple = match first {
        't' => Some('\t'),
        'r' => Some('\r'),
        'n' => Some('\n'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        '\\' => Some('\\'),
        '"' => Some('"'),
        _ => None,
    };
    if let Some(char) = simple {
        return Ok((char, 1));
    }
    if first == 'u' {
        return read_unicode_escape(escape);
    }
    if first.is_digit(8) {
        let len = escape
            .bytes()
            .take(3)
            .take_while(|byte| (b'0'..=b'7').contains(byte))
            .count();
        // As in Clojure, what follows fewer than three digits must not look like another.
        let next = escape[len..].chars().next().filter(|_| len < 3);
        if let Some(next) =
            next.filter(|next| !next.is_whitespace() && !",;\"'@^`~()[]{}\\%#".contains(*next))
        {
            let len = len + next.len_utf8();
            return Err((
                len,
                format!("`{next}` is no octal digit"),
                "write three digits: `\\0018` is `\\001` and `8`",
            ));
        }
        let code = u32::from_str_radix(&escape[..len], 8).expect("octal digits");
        return match char::from_u32(code).filter(|_| code <= 0o377) {
            Some(char) => Ok((char, len)),
            None => Err((
                len,
                format!("the octal escape `\\{}` is above `\\377`", &escape[..len]),
                "",
            )),
        };
    }
    Err((
        first.len_utf8(),
        format!("`\\{first}` is not an escape"),
        "escapes are `\\t` `\\r` `\\n` `\\b` `\\f` `\\\\` `\\\"`, `\\u03bb` and octal `\\101`; a backslash is `\\\\`",
    ))
}

fn read_unicode_escape(escape: &str) -> Result<(char, usize), (usize, String, &'static str)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix('u')?.get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(high) = unit(escape) else {
        let len = 1 + escape[1..]
            .bytes()
            .take(4)
            .take_while(u8::is_ascii_hexdigit)
            .count();
        return Err((
            len,
            format!("`\\{}` must have four hexadecimal digits", &escape[..len]),
            "",
        ));
    };
    let low = escape[5..].strip_prefix('\\').and_then(unit);
    let mut decoded = char::decode_utf16([high].into_iter().chain(low));
    match decoded.next() {
        Some(Ok(char)) if char.len_utf16() == 2 => Ok((char, 11)),
        Some(Ok(char)) => Ok((char, 5)),
        _ => Err((
            5,
            format!("`\\{}` is half of a character", &escape[..5]),
            "U+D800 to U+DFFF mean something in pairs only; write the character itself",
        )),
    }
}
