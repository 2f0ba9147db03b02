//! Literals that are hard to print: numbers, characters, strings and names of every shape, nested in collections whose order is theirs.
//!
//! # Invariants
//! - What is made is read without an error by both sides, as a part of a quoted form.
//! - Maps have eight entries at most and sets one element: beyond that the order of the parts is no part of the language.
//! - Doubles have 15 digits at most and are no large integers below 10^30: Java before 19 prints some of those longer than it must.

use super::generate::Chance;
use std::collections::BTreeSet;

/// Nesting of collections.
const DEPTH_MAX: usize = 4;

/// A literal; one of a few sorts that print is as likely as another.
pub(super) fn datum(chance: &mut Chance, depth: usize) -> String {
    let sorts = if depth >= DEPTH_MAX { 11 } else { 18 };
    match chance.below(sorts) {
        0 => integer(chance),
        1 => double(chance),
        2 => ratio_or_decimal(chance),
        3 | 4 => string(chance),
        5 => character(chance),
        6 => format!(":{}", name(chance)),
        7 => symbol(chance),
        8 => moment(chance),
        9 => format!(
            "#uuid \"{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}\"",
            below(chance, 1 << 32),
            below(chance, 1 << 16),
            below(chance, 1 << 12),
            below(chance, 1 << 12),
            below(chance, 1 << 48)
        ),
        10 => chance
            .pick(&[
                "nil", "true", "false", "##Inf", "##-Inf", "##NaN", "()", "[]", "{}", "#{}", "\"\"",
            ])
            .to_owned(),
        11 | 12 => parts(chance, depth, "[", "]"),
        13 | 14 => parts(chance, depth, "(", ")"),
        15 => format!("#{{{}}}", datum(chance, depth + 1)),
        16 => map(chance, depth),
        _ => format!("'{}", datum(chance, depth + 1)),
    }
}

fn below(chance: &mut Chance, end: u64) -> u64 {
    chance.next() % end
}

fn parts(chance: &mut Chance, depth: usize, open: &str, close: &str) -> String {
    // A list that begins with `quote` or the like would be printed as what it stands for by `pprint`: symbols here are others.
    let count = chance.below(6);
    let parts: Vec<String> = (0..count).map(|_| datum(chance, depth + 1)).collect();
    format!("{open}{}{close}", parts.join(" "))
}

fn map(chance: &mut Chance, depth: usize) -> String {
    // Keys of one namespace may be printed as `#:n{…}`.
    let namespace = chance.pick(&["", "", "n/", "a.b/"]);
    let mut keys = BTreeSet::new();
    let mut text = String::from("{");
    for _ in 0..chance.below(6) {
        let key = match chance.below(4) {
            0 => integer(chance),
            1 => string(chance),
            _ => format!(
                ":{namespace}{}",
                chance.pick(&["a", "b", "c-d", "e?", "k1"])
            ),
        };
        if keys.insert(key.clone()) {
            if text.len() > 1 {
                text.push(' ');
            }
            text += &format!("{key} {}", datum(chance, depth + 1));
        }
    }
    text + "}"
}

fn integer(chance: &mut Chance) -> String {
    let sign = chance.pick(&["", "-"]);
    match chance.below(4) {
        0 => format!("{sign}{}", chance.below(1_000)),
        1 => {
            // As many bits as chance gives: both sides of each power of two.
            let bits = chance.next() >> chance.below(64);
            (bits.cast_signed()).to_string()
        }
        2 => format!("{sign}{}{}", 1 + chance.below(9), digits(chance, 30)),
        _ => format!("{sign}{}N", chance.next() >> 1 >> chance.below(63)),
    }
}

fn digits(chance: &mut Chance, most: usize) -> String {
    let count = chance.below(most + 1);
    (0..count)
        .map(|_| char::from(b'0' + u8::try_from(chance.below(10)).unwrap_or(0)))
        .collect()
}

fn double(chance: &mut Chance) -> String {
    let sign = chance.pick(&["", "-"]);
    let whole = chance.below(10);
    let fraction = digits(chance, 13);
    let exponent = match chance.below(3) {
        0 => 0,
        // Around where the notation changes: 0.001 and 10,000,000.
        1 => i64::try_from(chance.below(14)).unwrap_or(0) - 5,
        _ => {
            let far = 30 + i64::try_from(chance.below(270)).unwrap_or(0);
            if chance.one_in(2) { far } else { -far }
        }
    };
    format!("{sign}{whole}.{fraction}0e{exponent}")
}

fn ratio_or_decimal(chance: &mut Chance) -> String {
    let sign = chance.pick(&["", "-"]);
    match chance.below(3) {
        0 => format!(
            "{sign}{}/{}",
            1 + chance.below(1_000),
            2 + chance.below(1_000)
        ),
        1 => format!("{sign}{}.{}M", chance.below(100), digits(chance, 20)),
        _ => format!(
            "{sign}{}.{}e{}M",
            chance.below(10),
            digits(chance, 4),
            i64::try_from(chance.below(40)).unwrap_or(0) - 20
        ),
    }
}

/// Characters of all sorts that print: controls, quotes, letters, signs, spaces of other scripts, and beyond 16 bits.
fn any_char(chance: &mut Chance) -> char {
    let ranges = [
        (0, 0x20),
        (0x20, 0x7f),
        (0x20, 0x7f),
        (0x7f, 0x180),
        (0x2000, 0x2070),
        (0xfff0, 0xfffe),
        (0x1f600, 0x1f650),
    ];
    let (begin, end) = ranges[chance.below(ranges.len())];
    let code = begin + u32::try_from(chance.below(end - begin as usize)).unwrap_or(0);
    char::from_u32(code).unwrap_or('?')
}

fn string(chance: &mut Chance) -> String {
    let count = chance.below(8);
    let mut text = String::from("\"");
    for _ in 0..count {
        match any_char(chance) {
            c @ ('"' | '\\') => text.extend(['\\', c]),
            // The program is a line of its own.
            '\n' => text += "\\n",
            '\r' => text += "\\r",
            c => text.push(c),
        }
    }
    text + "\""
}

fn character(chance: &mut Chance) -> String {
    if chance.one_in(3) {
        return chance
            .pick(&[
                "\\newline",
                "\\space",
                "\\tab",
                "\\return",
                "\\formfeed",
                "\\backspace",
                "\\(",
                "\\\"",
                "\\\\",
                "\\;",
                "\\u0000",
                "\\o7",
            ])
            .to_owned();
    }
    match any_char(chance) {
        c if u32::from(c) > 0xffff || c.is_control() || c.is_whitespace() => {
            format!("\\u{:04x}", u32::from(c) & 0x7ff)
        }
        c => format!("\\{c}"),
    }
}

fn name(chance: &mut Chance) -> String {
    const NAMES: &[&str] = &[
        "a", "b2", "c-d", "e?", "f!", "*g*", "+h", "->i", "j'", "k.l", "m_n", "ß", "λ", "a=b",
        "<x>", "%", "&", "|", "q#", "n|m",
    ];
    let namespace = chance.pick(&["", "", "", "n/", "a.b/", "x-y/"]);
    format!("{namespace}{}", chance.pick(NAMES))
}

fn symbol(chance: &mut Chance) -> String {
    let metadata = if chance.one_in(6) {
        chance.pick(&["^:m ", "^{:a 1} ", "^String "])
    } else {
        ""
    };
    // `%` is read as an argument nowhere but in `#()`, yet `&` and the like are symbols of their own.
    format!("{metadata}{}", name(chance))
}

fn moment(chance: &mut Chance) -> String {
    let fraction = chance.pick(&["", ".5", ".123", ".007"]);
    let zone = chance.pick(&["Z", "-00:00", "+01:30", "-11:00"]);
    format!(
        "#inst \"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}{zone}\"",
        1600 + chance.below(800),
        1 + chance.below(12),
        1 + chance.below(28),
        chance.below(24),
        chance.below(60),
        chance.below(60)
    )
}
