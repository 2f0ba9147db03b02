//! Constants: each has one form, so equal constants have equal bytes.
//!
//! # Invariants
//! - A double is never a NaN but the one NaN: other bits would be taken for a reference by a machine
//!   that tells values apart by them.

use crate::chunk::Const;
use crate::text::NAN_BITS;
use crate::text::number::{is_above_one, is_minimal};
use crate::tree::Event;

pub(super) fn verify_const(constant: &Const) -> Result<(), &'static str> {
    let mut depth = 0usize;
    let mut found = Ok(());
    constant.walk(|event| {
        let fault = match event {
            Event::Leaf(node) => leaf(node),
            Event::Open(node) => {
                depth += 1;
                match node {
                    _ if depth > Const::DEPTH_MAX => Some("it is nested too deep"),
                    Const::Meta(_, meta) if !matches!(**meta, Const::Map(_)) => {
                        Some("metadata is not a map")
                    }
                    _ => None,
                }
            }
            Event::Between(..) => None,
            Event::Close(_) => {
                depth -= 1;
                None
            }
        };
        if let (Ok(()), Some(fault)) = (found, fault) {
            found = Err(fault);
        }
    });
    found
}

fn leaf(node: &Const) -> Option<&'static str> {
    match node {
        Const::BigInt(n) | Const::Decimal(n, _) if !is_minimal(n) => {
            Some("an integer is longer than it needs to be")
        }
        Const::Ratio(numerator, denominator) => {
            if !is_minimal(numerator) || !is_minimal(denominator) {
                Some("an integer is longer than it needs to be")
            } else if !is_above_one(denominator) {
                Some("a denominator is not above one")
            } else {
                None
            }
        }
        Const::Double(bits) if f64::from_bits(*bits).is_nan() && *bits != NAN_BITS => {
            Some("a double is a NaN of another form")
        }
        Const::Inst(_, nanos) if *nanos >= 1_000_000_000 => {
            Some("an instant has a second's nanoseconds or more")
        }
        _ => None,
    }
}
