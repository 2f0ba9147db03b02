//! `format`: directives as Java's `Formatter` has them: `%[position$][flags][width][.precision]conversion`.
//!
//! Conversions: `s S` any value, `b B` truth, `h H` hash code in hexadecimal, `c C` character,
//! `d x X o` integers, `f e E g G` doubles and decimals, `n` newline, `%%`. Flags: `- 0 + , ( #` and
//! space. Dates (`%t`) and `%a` are not there.

use super::fault::{Fallible, Fault, OrThrow, describe};
use super::number::arithmetic::abs;
use super::number::decimal::Decimal;
use super::number::large;
use super::number::text::write_number as plain_number;
use super::number::{Num, try_int};
use super::print::{check_length, write_str};
use super::string::try_text;
use super::{lazy, vector};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::Trap;
use crate::word::Word;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, Zero};

/// Greatest width and precision.
const WIDTH_MAX: usize = 1 << 20;

/// A directive.
#[derive(Clone, Debug, Default)]
struct Directive {
    position: Option<usize>,
    /// Take the argument of the directive before (`%<s`).
    again: bool,
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    comma: bool,
    parens: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

fn bad(message: impl Into<String>) -> Box<Fault> {
    Fault::new("argument", message)
}

impl Directive {
    /// Reads what comes after `%`; the rest of the text.
    fn parse(text: &str) -> Fallible<(Directive, &str)> {
        let mut directive = Directive::default();
        let number = |text: &str| -> Fallible<(Option<usize>, usize)> {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            if length == 0 {
                return Ok((None, 0));
            }
            match text[..length].parse::<usize>() {
                Ok(n) if n <= WIDTH_MAX => Ok((Some(n), length)),
                _ => Err(bad(format!("a width or precision above {WIDTH_MAX}"))),
            }
        };
        let mut rest = text;
        let (position, length) = number(rest)?;
        if position.is_some() && rest[length..].starts_with('$') {
            directive.position = position;
            rest = &rest[length + 1..];
        } else if let Some(after) = rest.strip_prefix('<') {
            directive.again = true;
            rest = after;
        }
        while let Some(flag) = rest.chars().next() {
            let set = match flag {
                '-' => &mut directive.left,
                '0' => &mut directive.zero,
                '+' => &mut directive.plus,
                ' ' => &mut directive.space,
                ',' => &mut directive.comma,
                '(' => &mut directive.parens,
                '#' => &mut directive.alternate,
                _ => break,
            };
            if *set {
                return Err(bad(format!("Flags = '{flag}' twice")));
            }
            *set = true;
            rest = &rest[1..];
        }
        let (width, length) = number(rest)?;
        directive.width = width.unwrap_or(0);
        rest = &rest[length..];
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, length) = number(after)?;
            directive.precision = Some(precision.ok_or_else(|| unknown(text))?);
            rest = &after[length..];
        }
        directive.conversion = rest.chars().next().ok_or_else(|| unknown(text))?;
        rest = &rest[directive.conversion.len_utf8()..];
        if let Some(precision) = directive.precision
            && matches!(
                directive.conversion,
                'd' | 'x' | 'X' | 'o' | 'c' | 'C' | '%' | 'n'
            )
        {
            let conversion = directive.conversion;
            return Err(bad(format!(
                "%.{precision}{conversion}: no precision is taken"
            )));
        }
        if (directive.left || directive.zero) && directive.width == 0 {
            return Err(bad(format!(
                "%{}: a width is missing",
                &text[..text.len() - rest.len()]
            )));
        }
        if directive.left && directive.zero {
            return Err(bad("Flags = '-0' exclude each other"));
        }
        Ok((directive, rest))
    }

    /// Pads to the width.
    fn pad(&self, out: &mut String, text: &str) {
        let missing = self.width.saturating_sub(text.chars().count());
        if !self.left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
        out.push_str(text);
        if self.left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
    }

    /// Writes a number from its sign and digits: grouping, sign, zeros, padding.
    fn number(&self, out: &mut String, negative: bool, digits: &str) {
        let mut body = if self.comma {
            grouped(digits)
        } else {
            digits.to_owned()
        };
        let (before, after) = match (negative, self.parens) {
            (true, true) => ("(", ")"),
            (true, false) => ("-", ""),
            (false, _) if self.plus => ("+", ""),
            (false, _) if self.space => (" ", ""),
            (false, _) => ("", ""),
        };
        if self.zero {
            let missing = self
                .width
                .saturating_sub(before.len() + body.len() + after.len());
            body.insert_str(0, &"0".repeat(missing));
        }
        self.pad(out, &format!("{before}{body}{after}"));
    }

    fn upper(&self) -> bool {
        self.conversion.is_ascii_uppercase()
    }
}

fn unknown(text: &str) -> Box<Fault> {
    let shown: String = text.chars().take(16).collect();
    bad(format!("Conversion = '%{shown}' is unknown"))
}

/// The digits before the point in groups of three.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(
        digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len()),
    );
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, c) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out.push_str(rest);
    out
}

/// `(format* fmt args)`, `args` a vector.
///
/// # Errors
/// `:ox/argument` when format and arguments do not fit; [`Trap::Force`], [`Trap::Slow`] for
/// arguments that are not finished.
pub fn format(heap: &mut Heap, image: &LoadedImage, fmt: Word, args: Word) -> Result<String, Trap> {
    let Some(fmt) = try_text(heap, fmt).map(str::to_owned) else {
        return Err(Fault::type_error(heap, fmt, "a format, a string,").trap(heap));
    };
    if !vector::is_vector(heap, args) {
        return Err(Fault::type_error(heap, args, "a vector of arguments").trap(heap));
    }
    let args = vector::elements(heap, args);
    let mut out = String::new();
    let mut rest = fmt.as_str();
    let (mut next, mut last) = (0, None);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (directive, after) = Directive::parse(&rest[at + 1..]).or_throw(heap)?;
        rest = after;
        match directive.conversion {
            '%' => directive.pad(&mut out, "%"),
            'n' => out.push('\n'),
            _ => {
                let index = match directive.position {
                    Some(0) => return Err(bad("an argument's position is 1 or more").trap(heap)),
                    Some(position) => position - 1,
                    None if directive.again => last
                        .ok_or_else(|| bad("Format specifier '%<' has no argument before it"))
                        .or_throw(heap)?,
                    None => {
                        next += 1;
                        next - 1
                    }
                };
                last = Some(index);
                let Some(&arg) = args.get(index) else {
                    let shown = format!("Format specifier '%{}'", directive.conversion);
                    return Err(bad(format!("{shown} has no argument")).trap(heap));
                };
                write(heap, image, &mut out, &directive, arg)?;
            }
        }
        check_length(out.len()).or_throw(heap)?;
    }
    out.push_str(rest);
    Ok(out)
}

fn write(
    heap: &mut Heap,
    image: &LoadedImage,
    out: &mut String,
    d: &Directive,
    arg: Word,
) -> Result<(), Trap> {
    let is_null = arg.is_nil();
    let mut arg = lazy::follow(heap, arg).map_err(Trap::Force)?;
    if arg.is_nil() && !is_null {
        arg = Word::EMPTY_LIST;
    }
    large::check_formatted(heap, arg).or_throw(heap)?;
    let mut text = String::new();
    match d.conversion.to_ascii_lowercase() {
        's' => {
            if arg.is_nil() {
                text.push_str("null");
            }
            if !plain_number(&mut text, heap, arg, false) {
                // A large or unfinished one is written first, by the library.
                write_str(heap, image, &mut text, arg).map_err(|_| Trap::Slow("format*slow"))?;
            }
            truncate(&mut text, d.precision);
        }
        'b' => {
            text.push_str(if arg.is_truthy() { "true" } else { "false" });
            truncate(&mut text, d.precision);
        }
        'h' => {
            let hash = super::hash::of_key(heap, arg)?;
            text = format!("{:x}", hash as u32);
        }
        'c' => {
            let code = try_int(heap, arg).and_then(|n| u32::try_from(n).ok());
            match arg.as_char().or_else(|| code.and_then(char::from_u32)) {
                Some(c) => text.push(c),
                None if arg.is_nil() => text.push_str("null"),
                None => return Err(misfit(heap, d, arg)),
            }
        }
        'd' | 'x' | 'o' | 'e' | 'f' | 'g' => {
            if arg.is_nil() {
                text.push_str("null");
                truncate(&mut text, d.precision);
            } else {
                let Some(num) = Num::of(heap, arg) else {
                    return Err(misfit(heap, d, arg));
                };
                let mut number = String::new();
                let written = write_number(&mut number, d, num).or_throw(heap)?;
                if !written {
                    return Err(misfit(heap, d, arg));
                }
                out.push_str(&if d.upper() {
                    number.to_uppercase()
                } else {
                    number
                });
                return Ok(());
            }
        }
        _ => return Err(unknown(&d.conversion.to_string()).trap(heap)),
    }
    d.pad(out, &if d.upper() { text.to_uppercase() } else { text });
    Ok(())
}

fn misfit(heap: &mut Heap, d: &Directive, arg: Word) -> Trap {
    let message = format!("{} != {}", d.conversion, describe(heap, arg));
    bad(message).with("value", arg).trap(heap)
}

fn truncate(text: &mut String, precision: Option<usize>) {
    if let Some(precision) = precision
        && let Some((at, _)) = text.char_indices().nth(precision)
    {
        text.truncate(at);
    }
}

/// Writes a number; false when the conversion is for another type.
fn write_number(out: &mut String, d: &Directive, num: Num) -> Fallible<bool> {
    match d.conversion.to_ascii_lowercase() {
        'd' => {
            let (negative, digits) = match num {
                Num::Int(n) => (n < 0, n.unsigned_abs().to_string()),
                Num::Big(n) => (n.is_negative(), n.magnitude().to_string()),
                _ => return Ok(false),
            };
            d.number(out, negative, &digits);
        }
        'x' | 'o' => {
            let hex = d.conversion.eq_ignore_ascii_case(&'x');
            let (negative, digits) = match num {
                // 64-bit integers are written by their bits, others by sign and magnitude.
                Num::Int(n) if hex => (false, format!("{n:x}")),
                Num::Int(n) => (false, format!("{n:o}")),
                Num::Big(n) => (
                    n.sign() == Sign::Minus,
                    n.magnitude().to_str_radix(if hex { 16 } else { 8 }),
                ),
                _ => return Ok(false),
            };
            let prefix = match (d.alternate, hex) {
                (true, true) => "0x",
                (true, false) => "0",
                _ => "",
            };
            let plain = Directive {
                comma: false,
                plus: false,
                space: false,
                ..d.clone()
            };
            plain.number(out, negative, &format!("{prefix}{digits}"));
        }
        conversion => {
            let value = match &num {
                Num::Double(x) if !x.is_finite() => {
                    let sign = if x.is_sign_negative() && !x.is_nan() {
                        "-"
                    } else if d.plus {
                        "+"
                    } else {
                        ""
                    };
                    let text = if x.is_nan() {
                        "NaN".to_owned()
                    } else {
                        format!("{sign}Infinity")
                    };
                    d.pad(out, &text);
                    return Ok(true);
                }
                Num::Double(x) => {
                    let mut value = Decimal::of_double(libm::fabs(*x))?;
                    value.unscaled = value.unscaled.abs();
                    value
                }
                Num::Decimal(_) => match abs(num.clone()) {
                    Num::Decimal(value) => value,
                    _ => return Ok(false),
                },
                _ => return Ok(false),
            };
            let negative = match &num {
                Num::Double(x) => x.is_sign_negative(),
                other => super::number::arithmetic::signum(other) < 0,
            };
            let digits = match conversion {
                'f' => fixed(&value, d.precision.unwrap_or(6))?,
                'e' => scientific(&value, d.precision.unwrap_or(6))?,
                _ => general(&value, d.precision.unwrap_or(6))?,
            };
            d.number(out, negative, &digits);
        }
    }
    Ok(true)
}

/// Digits with exactly `places` after the point, rounded half up.
fn fixed(value: &Decimal, places: usize) -> Fallible<String> {
    let rounded = value.rounded(places as i64)?;
    let mut digits = rounded.unscaled.to_string();
    if places > 0 {
        if digits.len() <= places {
            digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
        }
        digits.insert(digits.len() - places, '.');
    }
    Ok(digits)
}

/// One digit, `places` after the point, an exponent of two digits or more.
fn scientific(value: &Decimal, places: usize) -> Fallible<String> {
    let (mut digits, mut exponent) = if value.unscaled.is_zero() {
        ("0".repeat(places + 1), 0)
    } else {
        let length = value.unscaled.to_string().len() as i64;
        // As a number below 10, then rounded: that may make it 10.
        let near = Decimal {
            unscaled: value.unscaled.clone(),
            scale: length - 1,
        };
        (
            near.rounded(places as i64)?.unscaled.to_string(),
            length - 1 - value.scale,
        )
    };
    if digits.len() > places + 1 {
        digits.pop();
        exponent += 1;
    }
    if places > 0 {
        digits.insert(1, '.');
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Ok(format!("{digits}e{sign}{:02}", exponent.unsigned_abs()))
}

/// `precision` significant digits: with an exponent below 10^-4 and from 10^precision on.
fn general(value: &Decimal, precision: usize) -> Fallible<String> {
    let precision = precision.max(1);
    if value.unscaled.is_zero() {
        return fixed(value, precision - 1);
    }
    let length = value.unscaled.to_string().len() as i64;
    let exponent = length - 1 - value.scale;
    let rounded = value.rounded(precision as i64 - 1 - exponent)?;
    let least = Decimal {
        unscaled: BigInt::one(),
        scale: 4,
    };
    let bound = Decimal {
        unscaled: BigInt::one(),
        scale: -(precision as i64),
    };
    if rounded.compare(&least).is_lt() || rounded.compare(&bound).is_ge() {
        return scientific(value, precision - 1);
    }
    let digits = rounded.unscaled.to_string().len() as i64;
    let places = precision as i64 - (digits - rounded.scale);
    fixed(value, usize::try_from(places).unwrap_or(0))
}
