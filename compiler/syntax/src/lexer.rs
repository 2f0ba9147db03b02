//! Text to tokens. Every byte of the text is in exactly one token.
//!
//! A string that is never closed would swallow the rest of the file, and turn all later strings
//! inside out. So there are two ways to read strings: the plain one believes every quote; the
//! recovering one, used only for a text that the plain one shows to be broken, ends a string early
//! when its quotes look displaced: at once if its first quote seems to close a string whose own
//! first quote is missing, else before the line at which code seems to go on.

use logos::Logos;

use crate::syntax_kind::SyntaxKind;

/// A token; it ends where the next starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: u32,
}

/// Which quotes to believe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Strings {
    #[default]
    Plain,
    Recovering,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras {
    strings: Strings,
    /// A string was found whose quotes look displaced, or that has no end.
    broken_strings: bool,
}

// White space is Java's `Character.isWhitespace`, the comma, and the byte order mark. What ends an
// atom is white space and `; " ( ) [ ] { } @ ^ ` ~ \`.
#[derive(Clone, Copy, Debug, Logos, PartialEq, Eq)]
#[logos(extras = Extras)]
#[logos(subpattern blank = r"[\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF}]")]
#[logos(subpattern rest = r##"[^\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF};"()\[\]{}@^`~\\]"##)]
#[logos(subpattern numrest = r##"[^\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF};"()\[\]{}@^`~\\'#%]"##)]
#[logos(subpattern symstart = r##"[^\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF};"()\[\]{}@^`~\\'#:0-9+\-]"##)]
#[logos(subpattern aftersign = r##"[^\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF};"()\[\]{}@^`~\\0-9]"##)]
#[logos(subpattern tagstart = r##"[^\t\n\x0B\x0C\r ,\x1C-\x1F\u{1680}\u{2000}-\u{2006}\u{2008}-\u{200A}\u{2028}\u{2029}\u{205F}\u{3000}\u{FEFF};"()\[\]{}@^`~\\'#_?!:]"##)]
enum LexedToken {
    #[regex(r"(?&blank)+")]
    Whitespace,
    #[regex(r";[^\n]*", allow_greedy = true)]
    #[regex(r"#![^\n]*", allow_greedy = true)]
    Comment,
    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token("#{")]
    HashBrace,
    #[token("#(")]
    HashParen,
    #[token("'")]
    Quote,
    #[token("`")]
    Backquote,
    #[token("~")]
    Tilde,
    #[token("~@")]
    TildeAt,
    #[token("@")]
    At,
    #[token("^")]
    #[token("#^")]
    Caret,
    #[token("#'")]
    HashQuote,
    #[token("#_")]
    HashUnderscore,
    #[token("#?")]
    HashQuestion,
    #[token("#?@")]
    HashQuestionAt,
    #[regex(r"#:(?&rest)*")]
    HashColon,
    #[regex(r"#(?&tagstart)(?&rest)*")]
    Tag,
    #[regex(r"(?&symstart)(?&rest)*")]
    #[regex(r"[+\-]((?&aftersign)(?&rest)*)?")]
    Symbol,
    #[regex(r":(?&rest)*")]
    Keyword,
    #[regex(r"[+\-]?[0-9](?&numrest)*")]
    Number,
    #[regex(r"\\(?s:.)(?&rest)*")]
    Char,
    #[token("\"", string)]
    String(Closed),
    #[token("#\"", string)]
    Regex(Closed),
    #[regex(r"##(?&rest)*")]
    SymbolicValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closed {
    Yes,
    No,
}

/// The tokens of `text`, and whether some string looks broken.
pub(crate) fn lex(text: &str, strings: Strings) -> (Vec<Token>, bool) {
    let extras = Extras {
        strings,
        broken_strings: false,
    };
    let mut lexer = LexedToken::lexer_with_extras(text, extras);
    let mut tokens = Vec::with_capacity(text.len() / 4);
    while let Some(lexed) = lexer.next() {
        let kind = lexed.map_or(SyntaxKind::Unknown, LexedToken::kind);
        tokens.push(Token {
            kind,
            start: lexer.span().start as u32,
        });
    }
    (tokens, lexer.extras.broken_strings)
}

impl LexedToken {
    fn kind(self) -> SyntaxKind {
        match self {
            LexedToken::Whitespace => SyntaxKind::Whitespace,
            LexedToken::Comment => SyntaxKind::Comment,
            LexedToken::LeftParen => SyntaxKind::LeftParen,
            LexedToken::RightParen => SyntaxKind::RightParen,
            LexedToken::LeftBracket => SyntaxKind::LeftBracket,
            LexedToken::RightBracket => SyntaxKind::RightBracket,
            LexedToken::LeftBrace => SyntaxKind::LeftBrace,
            LexedToken::RightBrace => SyntaxKind::RightBrace,
            LexedToken::HashBrace => SyntaxKind::HashBrace,
            LexedToken::HashParen => SyntaxKind::HashParen,
            LexedToken::Quote => SyntaxKind::Quote,
            LexedToken::Backquote => SyntaxKind::Backquote,
            LexedToken::Tilde => SyntaxKind::Tilde,
            LexedToken::TildeAt => SyntaxKind::TildeAt,
            LexedToken::At => SyntaxKind::At,
            LexedToken::Caret => SyntaxKind::Caret,
            LexedToken::HashQuote => SyntaxKind::HashQuote,
            LexedToken::HashUnderscore => SyntaxKind::HashUnderscore,
            LexedToken::HashQuestion => SyntaxKind::HashQuestion,
            LexedToken::HashQuestionAt => SyntaxKind::HashQuestionAt,
            LexedToken::HashColon => SyntaxKind::HashColon,
            LexedToken::Tag => SyntaxKind::Tag,
            LexedToken::Symbol => SyntaxKind::Symbol,
            LexedToken::Keyword => SyntaxKind::Keyword,
            LexedToken::Number => SyntaxKind::Number,
            LexedToken::Char => SyntaxKind::Char,
            LexedToken::String(Closed::Yes) => SyntaxKind::String,
            LexedToken::String(Closed::No) => SyntaxKind::UnclosedString,
            LexedToken::Regex(Closed::Yes) => SyntaxKind::Regex,
            LexedToken::Regex(Closed::No) => SyntaxKind::UnclosedRegex,
            LexedToken::SymbolicValue => SyntaxKind::SymbolicValue,
        }
    }
}

/// Reads on from the opening quote.
fn string(lexer: &mut logos::Lexer<'_, LexedToken>) -> Closed {
    let rest = lexer.remainder();
    let closing_quote = closing_quote(rest);
    let before = lexer.source()[..lexer.span().start].chars().next_back();
    let displaced = match closing_quote {
        None => true,
        Some(end) => looks_displaced(before, &rest[..end], rest[end + 1..].chars().next()),
    };
    lexer.extras.broken_strings |= displaced;
    let believed = match (closing_quote, lexer.extras.strings) {
        (end, Strings::Plain) => end,
        (Some(end), Strings::Recovering) if !displaced && leads_out(rest, end) => Some(end),
        (_, Strings::Recovering) => None,
    };
    let (len, closed) = match (believed, lexer.extras.strings) {
        (Some(end), _) => (end + 1, Closed::Yes),
        (None, Strings::Plain) => (rest.len(), Closed::No),
        (None, Strings::Recovering) => (unclosed_len(before, rest), Closed::No),
    };
    lexer.bump(len);
    closed
}

/// How much of what follows its quote belongs to a string that is never closed.
fn unclosed_len(before: Option<char>, rest: &str) -> usize {
    if touches(before) {
        // The end of a string whose beginning is missing.
        return 0;
    }
    // Lines of prose seldom start with a bracket, lines of code mostly do.
    line_that_starts(rest, starts_code).unwrap_or(rest.len())
}

fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Whether a string looks like what lies *between* two strings: it has a definition at the start of
/// a line, and something other than a bracket or white space touches its quotes. (A doc string with
/// an example at the start of a line touches nothing.)
fn looks_displaced(before: Option<char>, content: &str, after: Option<char>) -> bool {
    (touches(before) || touches(after)) && line_that_starts(content, starts_definition).is_some()
}

fn touches(char: Option<char>) -> bool {
    let free = |char: char| char.is_whitespace() || "()[]{},;'`~@^#".contains(char);
    !char.is_none_or(free)
}

/// In a text whose strings are broken somewhere: whether the quote at `end` may close a string that
/// starts at the text's beginning. If there is a definition in the string, the next one after it
/// must not be in a string again.
fn leads_out(text: &str, end: usize) -> bool {
    if line_that_starts(&text[..end], starts_definition).is_none() {
        return true;
    }
    let bytes = text.as_bytes();
    let mut at = end + 1;
    let mut in_string = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' if starts_definition(&text[at + 1..]) => return !in_string,
            b'"' => in_string = !in_string,
            // What follows need not be one byte; a quote or backslash is.
            b'\\' => at += 1,
            b';' if !in_string => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    !in_string
}

/// Whether a line starts as `(def…` or `(ns …` does.
fn starts_definition(line: &str) -> bool {
    line.strip_prefix('(')
        .is_some_and(|head| head.starts_with("def") || head.starts_with("ns "))
}

/// Whether a line starts with an opening bracket, after white space.
fn starts_code(line: &str) -> bool {
    line.trim_start_matches([' ', '\t'])
        .starts_with(['(', '[', '{'])
}

/// The end of the line before the first line, other than the first, that passes `test`.
fn line_that_starts(text: &str, test: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = 0;
    loop {
        let newline = at + text[at..].find('\n')?;
        if test(&text[newline + 1..]) {
            let end = if text[..newline].ends_with('\r') {
                newline - 1
            } else {
                newline
            };
            return Some(end);
        }
        at = newline + 1;
    }
}
