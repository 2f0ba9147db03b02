//! What a reader makes of single tokens: strings, characters, regular expressions, keywords, symbols
//! and numbers.

use super::{Inside, Lexeme, MARGIN, PARAMS_MAX, Read, Reader, Wrong, is_terminator};
use crate::object::Kind;
use crate::value::fault::OrThrow;
use crate::value::number::{self, Num};
use crate::value::print::join_pieces;
use crate::value::regex;
use crate::value::string::{make_keyword, make_string, make_symbol};
use crate::value::walk::Pieces;
use crate::word::Word;
use scalar::{named_char, split_keyword, split_symbol};

impl Reader<'_> {
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

    /// Reads a string from behind its quote, or on in one; `None` when the window ends before it does.
    pub(super) fn string(&mut self) -> Read<Option<Word>> {
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(['"', '\\']) else {
                self.at = self.text.len();
                if !self.last {
                    out.push_str(rest);
                    return Ok(self.text_so_far(&out));
                }
                return Err(self.string_without_end());
            };
            let plain = &rest[..length];
            if rest.as_bytes()[length] == b'"' {
                self.at += length + 1;
                let Inside::Text(mut pieces) = self.inside else {
                    if out.is_empty() {
                        return Ok(Some(make_string(self.heap, plain)));
                    }
                    out.push_str(plain);
                    return Ok(Some(make_string(self.heap, &out)));
                };
                self.inside = Inside::Nothing;
                out.push_str(plain);
                pieces.add(self.heap, &out);
                return Ok(Some(join_pieces(self.heap, pieces.0).or_throw(self.heap)?));
            }
            out.push_str(plain);
            self.at += length;
            let escape = self.at;
            if !self.last && escape + MARGIN > self.text.len() {
                return Ok(self.text_so_far(&out));
            }
            self.at += 1;
            let Some(c) = self.peek() else {
                return Err(self.string_without_end());
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

    #[cold]
    fn string_without_end(&self) -> Wrong {
        let message = "EOF while reading string, which begins";
        Wrong::At(self.begun, message.to_owned())
    }

    /// Notes what a string has so far.
    fn text_so_far(&mut self, out: &str) -> Option<Word> {
        let mut pieces = match self.inside {
            Inside::Text(pieces) => pieces,
            Inside::Nothing | Inside::Comment => Pieces::EMPTY,
        };
        pieces.add(self.heap, out);
        self.inside = Inside::Text(pieces);
        None
    }

    fn octal(&mut self, digits: &str, at: usize) -> Read<char> {
        match u32::from_str_radix(digits, 8) {
            Ok(code @ 0..=0o377) => Ok(char::from_u32(code).expect("a small code point")),
            _ => Err(self.error_at(at, "Octal escape sequence must be in range [0, 377]")),
        }
    }

    pub(super) fn character(&mut self, at: usize) -> Read<Word> {
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

    pub(super) fn regex(&mut self, at: usize) -> Read<Word> {
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

    pub(super) fn keyword(&mut self, at: usize) -> Read<Word> {
        let token = self.token();
        if token.starts_with(':') {
            let message = format!("Invalid token: :{token} (namespaces are not known at run time)");
            return Err(self.error_at(at, &message));
        }
        match split_keyword(token) {
            Some((namespace, name)) => Ok(make_keyword(self.heap, namespace, name)),
            None => Err(self.error_at(at, &format!("Invalid token: :{token}"))),
        }
    }

    pub(super) fn symbol(&mut self, token: &str, at: usize) -> Read<Word> {
        match split_symbol(token) {
            Some((namespace, name)) => Ok(make_symbol(self.heap, namespace, name)),
            None => Err(self.error_at(at, &format!("Invalid token: {token}"))),
        }
    }

    pub(super) fn symbol_or_number(&mut self, at: usize) -> Read<Lexeme> {
        let token = self.token();
        if self.gives_numbers
            && let Some(numeral) = number::text::long_numeral(self.heap, token)
        {
            return Ok(Lexeme::Numeral(make_string(self.heap, numeral)));
        }
        self.short_symbol_or_number(token, at).map(Lexeme::Value)
    }

    fn short_symbol_or_number(&mut self, token: &str, at: usize) -> Read<Word> {
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
