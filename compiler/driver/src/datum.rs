//! Forms as values of the machine, for macros, and back.
//!
//! # Invariants
//! - What a macro returns has been realized before it is read here.
//! - Forms made by a macro have no origin of their own; who expands gives them the call's.

use scalar::Instant;
use std::sync::Arc;
use syntax::datum::{Datum, DatumKind, Origin, Symbol};
use vm::Word;
use vm::boot::make_constant;
use vm::heap::Heap;
use vm::object::Kind;
use vm::value::number::Num;
use vm::value::{map, meta, seq, set, string, vector};

/// Depth of forms that a macro may return.
const DEPTH_MAX: usize = 10_000;

/// A form as a value.
///
/// # Errors
/// What of it is no value.
pub(crate) fn to_word(heap: &mut Heap, datum: &Datum) -> Result<Word, String> {
    let constant = codegen::constant_of(datum).map_err(|error| error.to_string())?;
    make_constant(heap, &constant).map_err(|error| error.to_string())
}

/// A value as a form.
///
/// # Errors
/// What of it is no form: a function, say.
pub(crate) fn from_word(heap: &mut Heap, word: Word, depth: usize) -> Result<Datum, String> {
    if depth > DEPTH_MAX {
        return Err(format!(
            "the form that the macro made is nested more than {DEPTH_MAX} levels deep"
        ));
    }
    let plain = |kind| Ok(Datum::new(kind, Origin::NONE));
    if word.is_nil() {
        return plain(DatumKind::Nil);
    }
    if let Some(value) = word.as_bool() {
        return plain(DatumKind::Bool(value));
    }
    if let Some(value) = word.as_char() {
        return plain(DatumKind::Char(value));
    }
    if word == Word::EMPTY_LIST {
        return plain(DatumKind::List(Arc::from([])));
    }
    if let Some(number) = Num::of(heap, word) {
        return plain(number_kind(number));
    }
    let Some(object) = heap.try_object(word) else {
        return Err("the macro returned something that is no form".to_owned());
    };
    let kind = match object.kind() {
        Kind::Str => DatumKind::String(string::text(object).into()),
        Kind::Bytes => DatumKind::Bytes(string::bytes(object).into()),
        Kind::Keyword => DatumKind::Keyword(symbol(heap, word)),
        Kind::Symbol => DatumKind::Symbol(symbol(heap, word)),
        Kind::Regex => DatumKind::Regex(
            string::try_text(heap, object.word(1))
                .unwrap_or_default()
                .into(),
        ),
        Kind::Inst => DatumKind::Inst(Instant {
            seconds: object.raw(1) as i64,
            nanos: object.raw(2) as u32,
        }),
        Kind::Uuid => DatumKind::Uuid(u128::from(object.raw(1)) << 64 | u128::from(object.raw(2))),
        Kind::Tagged => {
            let (tag, form) = (object.word(1), object.word(2));
            let tag = symbol(heap, tag);
            DatumKind::Tagged(tag, Arc::new(deeper(heap, form, depth)?))
        }
        _ if vector::is_vector(heap, word) => {
            DatumKind::Vector(all(heap, vector::elements(heap, word), depth)?)
        }
        _ if map::is_map(heap, word) => {
            let mut entries = Vec::new();
            for pair in map::entries(heap, word).chunks_exact(2) {
                entries.push((deeper(heap, pair[0], depth)?, deeper(heap, pair[1], depth)?));
            }
            DatumKind::Map(entries.into())
        }
        _ if set::is_set(heap, word) => {
            DatumKind::Set(all(heap, set::elements(heap, word), depth)?)
        }
        Kind::Cons | Kind::List | Kind::Lazy | Kind::Range | Kind::IndexSeq | Kind::NodeSeq => {
            let items = elements(heap, word)?;
            DatumKind::List(all(heap, items, depth)?)
        }
        _ => {
            let what = vm::value::describe(heap, word);
            return Err(format!("the macro returned {what}, which is no form"));
        }
    };
    let datum = Datum::new(kind, Origin::NONE);
    let found = meta::get(heap, word);
    if found.is_nil() {
        return Ok(datum);
    }
    let found = deeper(heap, found, depth)?;
    Ok(datum.with_meta(Some(Arc::new(found))))
}

fn deeper(heap: &mut Heap, word: Word, depth: usize) -> Result<Datum, String> {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || from_word(heap, word, depth + 1))
}

fn all(heap: &mut Heap, words: Vec<Word>, depth: usize) -> Result<Arc<[Datum]>, String> {
    words
        .into_iter()
        .map(|word| deeper(heap, word, depth))
        .collect()
}

/// The elements of a realized sequence.
fn elements(heap: &mut Heap, word: Word) -> Result<Vec<Word>, String> {
    let unfinished = |_| "the macro returned a sequence that is not realized".to_owned();
    let mut items = Vec::new();
    let mut rest = seq::seq(heap, word).map_err(unfinished)?;
    while !rest.is_nil() {
        items.push(seq::first(heap, rest).map_err(unfinished)?);
        rest = seq::next(heap, rest).map_err(unfinished)?;
    }
    Ok(items)
}

fn symbol(heap: &Heap, word: Word) -> Symbol {
    let (ns, name) = string::parts_of(heap, heap.object(word));
    Symbol {
        ns: ns.map(Arc::from),
        name: name.into(),
    }
}

fn number_kind(number: Num) -> DatumKind {
    match number {
        Num::Int(value) => DatumKind::Int(value),
        Num::Big(value) => DatumKind::BigInt(Arc::new(value)),
        Num::Ratio(numerator, denominator) => DatumKind::Ratio(Arc::new((numerator, denominator))),
        Num::Double(value) => DatumKind::double(value),
        Num::Decimal(decimal) => DatumKind::Decimal(Arc::new((
            decimal.unscaled,
            i32::try_from(decimal.scale).unwrap_or(i32::MAX),
        ))),
    }
}
