//! Finding what a map or set has twice.
//!
//! Values are compared by 128-bit hashes that are equal for what Clojure's `=` calls equal: lists
//! and vectors alike, maps and sets in any order, numbers within their categories.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use num_bigint::BigInt;
use num_traits::Zero;
use rustc_hash::{FxHashMap, FxHasher};

use crate::datum::{Datum, DatumKind};

/// The hash of a value, metadata and origins left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ValueHash(u64, u64);

/// What distinguishes kinds of equal contents.
#[derive(Clone, Copy, Hash)]
enum Category {
    Atom,
    Integer,
    Ordered,
    Set,
    Entry,
    Map,
    Tagged,
}

impl ValueHash {
    fn of(value: impl Hash) -> Self {
        let hash = |seed: u64| {
            let mut hasher = FxHasher::default();
            seed.hash(&mut hasher);
            value.hash(&mut hasher);
            // The last multiplication leaves the low bits weak; fold the high ones in.
            let hash = hasher.finish();
            (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        ValueHash(hash(0x243f_6a88_85a3_08d3), hash(0x1319_8a2e_0370_7344))
    }

    /// A hash that no other value has, for what equals nothing.
    pub(super) fn unequal_to_all() -> Self {
        thread_local!(static NEXT: Cell<u64> = const { Cell::new(0) });
        let next = NEXT.get();
        NEXT.set(next + 1);
        ValueHash(u64::MAX, next)
    }

    pub(super) fn of_atom(kind: &DatumKind) -> Self {
        match kind {
            DatumKind::Regex(_) | DatumKind::Error => ValueHash::unequal_to_all(),
            DatumKind::Int(value) => ValueHash::of((Category::Integer, BigInt::from(*value))),
            DatumKind::BigInt(value) => ValueHash::of((Category::Integer, &**value)),
            // -0.0 = 0.0
            DatumKind::Double(bits) if f64::from_bits(*bits) == 0.0 => {
                ValueHash::of_atom_as_it_is(&DatumKind::Double(0))
            }
            // 1.0M = 1.00M
            DatumKind::Decimal(decimal) => {
                let (mut unscaled, mut scale) = (decimal.0.clone(), i64::from(decimal.1));
                if unscaled.is_zero() {
                    scale = 0;
                }
                while !unscaled.is_zero() && (&unscaled % 10u8).is_zero() {
                    unscaled /= 10u8;
                    scale -= 1;
                }
                ValueHash::of((Category::Atom, unscaled, scale))
            }
            _ => ValueHash::of_atom_as_it_is(kind),
        }
    }

    fn of_atom_as_it_is(kind: &DatumKind) -> Self {
        ValueHash::of((Category::Atom, kind))
    }

    pub(super) fn of_ordered(items: &[ValueHash]) -> Self {
        ValueHash::of((Category::Ordered, items))
    }

    pub(super) fn of_set(items: &[ValueHash]) -> Self {
        ValueHash::of((
            Category::Set,
            items.len(),
            ValueHash::sum(items.iter().copied()),
        ))
    }

    /// `items` are keys and values in turn.
    pub(super) fn of_map(items: &[ValueHash]) -> Self {
        let entries = items
            .chunks(2)
            .map(|entry| ValueHash::of((Category::Entry, entry)));
        ValueHash::of((Category::Map, items.len(), ValueHash::sum(entries)))
    }

    pub(super) fn of_tagged(tag: &Datum, value: ValueHash) -> Self {
        ValueHash::of((Category::Tagged, ValueHash::of_atom(&tag.kind), value))
    }

    fn sum(items: impl Iterator<Item = ValueHash>) -> ValueHash {
        items.fold(ValueHash(0, 0), |sum, item| {
            ValueHash(sum.0.wrapping_add(item.0), sum.1.wrapping_add(item.1))
        })
    }
}

/// The pairs (first, later) of equal items among each `step`-th.
pub(super) fn duplicates(hashes: &[ValueHash], step: usize) -> Vec<(usize, usize)> {
    if hashes.len() <= step {
        return Vec::new();
    }
    let mut first_index: FxHashMap<ValueHash, usize> = FxHashMap::default();
    let mut found = Vec::new();
    for index in (0..hashes.len()).step_by(step) {
        let first = *first_index.entry(hashes[index]).or_insert(index);
        if first != index {
            found.push((first, index));
        }
    }
    found
}
