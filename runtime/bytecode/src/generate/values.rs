//! Random constants of every kind, each in its one form.

use crate::chunk::Const;
use crate::generate::Rng;
use crate::text::number::{is_above_one, is_minimal};

const TEXTS: &[&str] = &[
    "",
    "a",
    "b c",
    "x/y",
    "1",
    "nil",
    "é",
    "line\nend",
    "quote\"back\\slash",
    "\u{1F980}",
    "->",
    "a:b",
    ":",
    "#",
    "\t\u{7f}\u{2028}",
    "ox",
    "tag",
    "inst",
    "*out*",
];

fn text(rng: &mut Rng) -> String {
    (*rng.pick(TEXTS)).to_owned()
}

fn namespace(rng: &mut Rng) -> Option<String> {
    if rng.one_in(2) { None } else { Some(text(rng)) }
}

fn bytes(rng: &mut Rng) -> Vec<u8> {
    (0..rng.below(20)).map(|_| rng.bits() as u8).collect()
}

fn integer(rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes(rng);
    if bytes.is_empty() {
        bytes.push(rng.bits() as u8);
    }
    while !is_minimal(&bytes) {
        bytes.pop();
    }
    bytes
}

/// A constant with at most `depth` levels of collections.
pub fn constant(rng: &mut Rng, depth: usize) -> Const {
    let children = |rng: &mut Rng| -> Vec<Const> {
        (0..rng.below(4))
            .map(|_| constant(rng, depth - 1))
            .collect()
    };
    let pairs = |rng: &mut Rng| -> Vec<(Const, Const)> {
        (0..rng.below(3))
            .map(|_| (constant(rng, depth - 1), constant(rng, depth - 1)))
            .collect()
    };
    match rng.below(if depth == 0 { 17 } else { 24 }) {
        0 => Const::Nil,
        1 => Const::Bool(rng.one_in(2)),
        2 | 3 => Const::Int(rng.bits() as i64 >> rng.below(64)),
        4 => Const::BigInt(integer(rng)),
        5 => {
            let mut denominator = integer(rng);
            if !is_above_one(&denominator) {
                denominator = vec![3];
            }
            Const::Ratio(integer(rng), denominator)
        }
        6 => {
            let double = f64::from_bits(rng.bits());
            let double = if double.is_nan() {
                f64::INFINITY
            } else {
                double
            };
            Const::Double(double.to_bits())
        }
        7 => Const::Double((rng.below(2000) as f64 / 8.0 - 100.0).to_bits()),
        8 => {
            let scale = [0, 2, -3, 30, i32::MAX, i32::MIN + 1, rng.below(12) as i32];
            Const::Decimal(integer(rng), *rng.pick(&scale))
        }
        9 => Const::Char(char::from_u32(rng.below(0x11_0000) as u32).unwrap_or('\n')),
        10 => Const::Char(*rng.pick(&['a', ' ', '\n', '\\', '"', 'é', '\u{1F980}', '(', 'u'])),
        11 => Const::Str(text(rng)),
        12 => Const::Bytes(bytes(rng)),
        13 => Const::Keyword(namespace(rng), text(rng)),
        14 => Const::Symbol(namespace(rng), text(rng)),
        15 => Const::Regex(text(rng)),
        16 if rng.one_in(2) => Const::Inst(
            (rng.bits() as i64) >> rng.below(64),
            *rng.pick(&[0, 5_000_000, 999_999_999, 1]),
        ),
        16 => Const::Uuid(u128::from(rng.bits()) << 64 | u128::from(rng.bits())),
        17 => Const::List(children(rng)),
        18 | 19 => Const::Vector(children(rng)),
        20 => Const::Map(pairs(rng)),
        21 => Const::Set(children(rng)),
        22 => Const::Tagged(
            namespace(rng),
            text(rng),
            Box::new(constant(rng, depth - 1)),
        ),
        _ => {
            let meta = Const::Map(pairs(rng));
            Const::Meta(Box::new(constant(rng, depth - 1)), Box::new(meta))
        }
    }
}
