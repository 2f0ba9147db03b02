//! Where in a call the parts of its expansion come from.
//!
//! The machine's values know no places, so what a macro returns has none. A part that equals a part
//! of the call's operands is taken for it: mistakes in what the user wrote are shown where it was
//! written, and running code knows its lines.
//!
//! Invariants:
//! - Only places change: names, structure and metadata of the expansion are as the macro made them.
//! - A lone symbol gets a place only if the operands hold it once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};
use syntax::datum::{Datum, DatumKind, Origin};

use super::{STACK_GROWTH, STACK_RED_ZONE};

/// The hashes of a datum and of its parts, places and metadata aside.
struct Shape {
    hash: u64,
    parts: Vec<Shape>,
}

/// What of the operands has a hash.
struct Written<'a> {
    datum: &'a Datum,
    /// Whether there is another with the hash.
    is_repeated: bool,
}

/// The expansion, with the places of those of its parts that stand in the operands as they are.
pub(crate) fn restore(operands: &[Datum], expanded: &Datum) -> Datum {
    let mut written: FxHashMap<u64, Written<'_>> = FxHashMap::default();
    for operand in operands {
        shape(operand, &mut |datum, hash| {
            if datum.origin != Origin::NONE && is_told_apart(datum) {
                written
                    .entry(hash)
                    .and_modify(|known| known.is_repeated = true)
                    .or_insert(Written {
                        datum,
                        is_repeated: false,
                    });
            }
        });
    }
    if written.is_empty() {
        return expanded.clone();
    }
    let shape = shape(expanded, &mut |_, _| {});
    placed(expanded, &shape, &written)
}

/// The part of a form that a path leads to; the last part on the way that was written, if it leads nowhere.
pub(crate) fn part<'a>(form: &'a Datum, path: &[u32]) -> &'a Datum {
    let (mut found, mut written) = (form, form);
    for index in path {
        let inner = parts(found);
        let Some(part) = usize::try_from(*index)
            .ok()
            .and_then(|index| inner.get(index))
        else {
            break;
        };
        found = part;
        if found.origin != Origin::NONE {
            written = found;
        }
    }
    written
}

/// Whether a datum like this is likely the one that was written, and not another alike.
fn is_told_apart(datum: &Datum) -> bool {
    matches!(datum.kind, DatumKind::Symbol(_)) || !parts(datum).is_empty()
}

/// The parts of a datum, keys and values of a map in turn.
fn parts(datum: &Datum) -> Vec<&Datum> {
    match &datum.kind {
        DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
            items.iter().collect()
        }
        DatumKind::Map(entries) => entries.iter().flat_map(|(k, v)| [k, v]).collect(),
        DatumKind::Tagged(_, inner) => vec![inner],
        _ => Vec::new(),
    }
}

/// The datum with other parts.
fn with_parts(datum: &Datum, parts: Vec<Datum>, origin: Origin) -> Datum {
    let kind = match &datum.kind {
        DatumKind::List(_) => DatumKind::List(parts.into()),
        DatumKind::Vector(_) => DatumKind::Vector(parts.into()),
        DatumKind::Set(_) => DatumKind::Set(parts.into()),
        DatumKind::Map(_) => {
            let mut parts = parts.into_iter();
            let mut entries = Vec::new();
            while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                entries.push((key, value));
            }
            DatumKind::Map(entries.into())
        }
        DatumKind::Tagged(tag, inner) => {
            let inner = parts
                .into_iter()
                .next()
                .map_or_else(|| inner.clone(), Arc::new);
            DatumKind::Tagged(tag.clone(), inner)
        }
        atom => atom.clone(),
    };
    Datum::new(kind, origin).with_meta(datum.meta.clone())
}

/// The shape of a datum; `each` is told the hash of it and of its parts, outer ones last.
fn shape<'a>(datum: &'a Datum, each: &mut dyn FnMut(&'a Datum, u64)) -> Shape {
    stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
        let parts: Vec<Shape> = parts(datum)
            .into_iter()
            .map(|part| shape(part, each))
            .collect();
        let mut hasher = FxHasher::default();
        std::mem::discriminant(&datum.kind).hash(&mut hasher);
        match &datum.kind {
            DatumKind::Tagged(tag, _) => tag.hash(&mut hasher),
            _ if parts.is_empty() => datum.kind.hash(&mut hasher),
            _ => {}
        }
        for part in &parts {
            part.hash.hash(&mut hasher);
        }
        let hash = hasher.finish();
        each(datum, hash);
        Shape { hash, parts }
    })
}

fn placed(datum: &Datum, shape: &Shape, written: &FxHashMap<u64, Written<'_>>) -> Datum {
    stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
        if let Some(found) = written.get(&shape.hash)
            && (!found.is_repeated || !shape.parts.is_empty())
            && found.datum.same_value(datum)
        {
            return as_written(datum, found.datum);
        }
        if shape.parts.is_empty() {
            return datum.clone();
        }
        let parts = parts(datum).into_iter().zip(&shape.parts);
        let parts = parts.map(|(part, shape)| placed(part, shape, written));
        with_parts(datum, parts.collect(), datum.origin)
    })
}

/// The datum, which has the same value, with the places of what was written.
fn as_written(datum: &Datum, written: &Datum) -> Datum {
    stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
        let parts = parts(datum).into_iter().zip(parts(written));
        let parts = parts.map(|(part, written)| as_written(part, written));
        with_parts(datum, parts.collect(), written.origin)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a datum and its parts, inner ones in brackets.
    fn shown(datum: &Datum) -> String {
        let parts: Vec<String> = parts(datum).into_iter().map(shown).collect();
        match parts.is_empty() {
            true => datum.origin.0.to_string(),
            false => format!("{}[{}]", datum.origin.0, parts.join(" ")),
        }
    }

    fn without_places(datum: &Datum) -> Datum {
        let parts = parts(datum).into_iter().map(without_places).collect();
        with_parts(datum, parts, Origin::NONE)
    }

    #[test]
    fn what_was_written_keeps_its_place() {
        let read = |text: &str| syntax::read_all(text).0.remove(0);
        let call = read("(m x (f x {:k 1}) [y])");
        let operands = &call.as_list().expect("a call")[1..];
        let restored = |text: &str| {
            let expanded = without_places(&read(text));
            let restored = restore(operands, &expanded);
            assert!(restored.same_value(&expanded));
            shown(&restored)
        };
        // The call's nodes: x 3, (f x {:k 1}) 4, f 5, x 6, {:k 1} 7, :k 8, 1 9, [y] 10, y 11.
        assert_eq!(restored("(g (f x {:k 1}) z)"), "0[0 4[5 6 7[8 9]] 0]");
        assert_eq!(restored("(f x y)"), "0[5 0 11]");
        assert_eq!(restored("(h 1 [y])"), "0[0 0 10[11]]");
        assert_eq!(restored("(f {:k 1})"), "0[5 7[8 9]]");
    }
}
