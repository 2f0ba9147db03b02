//! Comparing, hashing and dropping data with an explicit stack.

use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

use super::{Datum, DatumKind};

/// What a comparison looks at besides the kinds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compare {
    Everything,
    Values,
}

impl Datum {
    /// Whether both print the same: origins and metadata are ignored. Maps and sets are compared
    /// in the order written.
    pub fn same_value(&self, other: &Datum) -> bool {
        equal(self, other, Compare::Values)
    }
}

impl PartialEq for Datum {
    fn eq(&self, other: &Datum) -> bool {
        equal(self, other, Compare::Everything)
    }
}

impl Eq for Datum {}

impl PartialEq for DatumKind {
    fn eq(&self, other: &DatumKind) -> bool {
        let mut pairs = Vec::new();
        equal_kinds(self, other, &mut pairs) && equal_pairs(pairs, Compare::Everything)
    }
}

impl Eq for DatumKind {}

fn equal(left: &Datum, right: &Datum, compare: Compare) -> bool {
    let mut pairs = Vec::new();
    equal_heads(left, right, compare, &mut pairs) && equal_pairs(pairs, compare)
}

type Pairs<'a> = Vec<(&'a Datum, &'a Datum)>;

fn equal_pairs(mut pairs: Pairs<'_>, compare: Compare) -> bool {
    while let Some((left, right)) = pairs.pop() {
        if !equal_heads(left, right, compare, &mut pairs) {
            return false;
        }
    }
    true
}

fn equal_heads<'a>(
    left: &'a Datum,
    right: &'a Datum,
    compare: Compare,
    pairs: &mut Pairs<'a>,
) -> bool {
    if compare == Compare::Everything {
        if left.origin != right.origin {
            return false;
        }
        match (&left.meta, &right.meta) {
            (None, None) => {}
            (Some(left), Some(right)) if Arc::ptr_eq(left, right) => {}
            (Some(left), Some(right)) => pairs.push((left, right)),
            _ => return false,
        }
    }
    equal_kinds(&left.kind, &right.kind, pairs)
}

/// Compares all but the parts, which it leaves in `pairs`.
fn equal_kinds<'a>(left: &'a DatumKind, right: &'a DatumKind, pairs: &mut Pairs<'a>) -> bool {
    use DatumKind as K;
    match (left, right) {
        (K::Nil, K::Nil) | (K::Error, K::Error) => true,
        (K::Bool(left), K::Bool(right)) => left == right,
        (K::Int(left), K::Int(right)) => left == right,
        (K::BigInt(left), K::BigInt(right)) => left == right,
        (K::Ratio(left), K::Ratio(right)) => left == right,
        (K::Double(left), K::Double(right)) => left == right,
        (K::Decimal(left), K::Decimal(right)) => left == right,
        (K::Char(left), K::Char(right)) => left == right,
        (K::String(left), K::String(right)) | (K::Regex(left), K::Regex(right)) => left == right,
        (K::Bytes(left), K::Bytes(right)) => left == right,
        (K::Symbol(left), K::Symbol(right)) | (K::Keyword(left), K::Keyword(right)) => {
            left == right
        }
        (
            K::AutoKeyword {
                alias: la,
                name: ln,
            },
            K::AutoKeyword {
                alias: ra,
                name: rn,
            },
        )
        | (
            K::AutoSymbol {
                alias: la,
                name: ln,
            },
            K::AutoSymbol {
                alias: ra,
                name: rn,
            },
        ) => la == ra && ln == rn,
        (K::Inst(left), K::Inst(right)) => left == right,
        (K::Uuid(left), K::Uuid(right)) => left == right,
        (K::Tagged(left_tag, left), K::Tagged(right_tag, right)) => {
            pairs.push((left, right));
            left_tag == right_tag
        }
        (K::List(left), K::List(right))
        | (K::Vector(left), K::Vector(right))
        | (K::Set(left), K::Set(right)) => {
            if !Arc::ptr_eq(left, right) {
                pairs.extend(left.iter().zip(right.iter()));
            }
            left.len() == right.len()
        }
        (K::Map(left), K::Map(right)) => {
            if !Arc::ptr_eq(left, right) {
                for (left, right) in left.iter().zip(right.iter()) {
                    pairs.push((&left.0, &right.0));
                    pairs.push((&left.1, &right.1));
                }
            }
            left.len() == right.len()
        }
        _ => false,
    }
}

impl Hash for Datum {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut rest = vec![self];
        while let Some(datum) = rest.pop() {
            datum.origin.hash(state);
            datum.meta.is_some().hash(state);
            rest.extend(datum.meta.as_deref());
            hash_kind(&datum.kind, state, &mut rest);
        }
    }
}

impl Hash for DatumKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut rest = Vec::new();
        hash_kind(self, state, &mut rest);
        while let Some(datum) = rest.pop() {
            datum.hash(state);
        }
    }
}

/// Hashes all but the parts, which it leaves in `rest`.
fn hash_kind<'a, H: Hasher>(kind: &'a DatumKind, state: &mut H, rest: &mut Vec<&'a Datum>) {
    use DatumKind as K;
    mem::discriminant(kind).hash(state);
    match kind {
        K::Nil | K::Error => {}
        K::Bool(value) => value.hash(state),
        K::Int(value) => value.hash(state),
        K::BigInt(value) => value.hash(state),
        K::Ratio(value) => value.hash(state),
        K::Double(bits) => bits.hash(state),
        K::Decimal(value) => value.hash(state),
        K::Char(value) => value.hash(state),
        K::String(text) | K::Regex(text) => text.hash(state),
        K::Bytes(bytes) => bytes.hash(state),
        K::Symbol(symbol) | K::Keyword(symbol) => symbol.hash(state),
        K::AutoKeyword { alias, name } | K::AutoSymbol { alias, name } => {
            alias.hash(state);
            name.hash(state);
        }
        K::Inst(inst) => inst.hash(state),
        K::Uuid(uuid) => uuid.hash(state),
        K::Tagged(tag, datum) => {
            tag.hash(state);
            rest.push(datum);
        }
        K::List(items) | K::Vector(items) | K::Set(items) => {
            items.len().hash(state);
            rest.extend(items.iter());
        }
        K::Map(entries) => {
            entries.len().hash(state);
            rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
        }
    }
}

impl Drop for Datum {
    fn drop(&mut self) {
        if self.meta.is_none() && !self.kind.has_parts() {
            return;
        }
        let mut rest = Vec::new();
        take_parts(self, &mut rest);
        while let Some(mut datum) = rest.pop() {
            // What is left of `datum` has no parts of its own when this scope drops it.
            take_parts(&mut datum, &mut rest);
        }
    }
}

impl DatumKind {
    fn has_parts(&self) -> bool {
        match self {
            DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
                !items.is_empty()
            }
            DatumKind::Map(entries) => !entries.is_empty(),
            DatumKind::Tagged(..) => true,
            _ => false,
        }
    }
}

/// Moves the parts that nobody else holds into `rest`. Parts without parts of their own stay.
fn take_parts(datum: &mut Datum, rest: &mut Vec<Datum>) {
    fn take(part: &mut Datum, rest: &mut Vec<Datum>) {
        if part.meta.is_some() || part.kind.has_parts() {
            rest.push(Datum {
                kind: mem::replace(&mut part.kind, DatumKind::Nil),
                meta: part.meta.take(),
                origin: part.origin,
            });
        }
    }
    if let Some(mut meta) = datum.meta.take()
        && let Some(meta) = Arc::get_mut(&mut meta)
    {
        take(meta, rest);
    }
    match mem::replace(&mut datum.kind, DatumKind::Nil) {
        DatumKind::List(mut items) | DatumKind::Vector(mut items) | DatumKind::Set(mut items) => {
            if let Some(items) = Arc::get_mut(&mut items) {
                items.iter_mut().for_each(|item| take(item, rest));
            }
        }
        DatumKind::Map(mut entries) => {
            if let Some(entries) = Arc::get_mut(&mut entries) {
                for (key, value) in entries {
                    take(key, rest);
                    take(value, rest);
                }
            }
        }
        DatumKind::Tagged(_, mut part) => {
            if let Some(part) = Arc::get_mut(&mut part) {
                take(part, rest);
            }
        }
        _ => {}
    }
}
