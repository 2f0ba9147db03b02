//! Errors that natives throw: kind, message, data.
//!
//! # Invariants
//! - An error's `kind` word is a keyword `:ox/…`; its data is a map or nil.
//! - Messages name types, never whole values: a value can be infinite.

use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::value::string::{make_keyword, make_string};
use crate::word::Word;

/// Makes an error `{:ox/kind :ox/<kind>}` with a message and data of keyword keys.
pub fn make(heap: &mut Heap, kind: &str, message: &str, data: &[(&str, Word)]) -> Word {
    let kind = make_keyword(heap, Some("ox"), kind);
    let message = make_string(heap, message);
    let mut words = Vec::with_capacity(data.len() * 2);
    for &(name, value) in data {
        words.push(make_keyword(heap, None, name));
        words.push(value);
    }
    let count = u16::try_from(data.len()).expect("few keys");
    let data = if data.is_empty() {
        Word::NIL
    } else {
        heap.make(Kind::SmallMap, 0, count, &[0], &words)
    };
    heap.make(Kind::Error, 0, 0, &[], &[kind, message, data, Word::NIL, Word::NIL])
}

/// `:ox/type`: a value of a wrong type; `expected` says what was wanted, with its article.
#[cold]
pub fn wrong_type(heap: &mut Heap, value: Word, expected: &str) -> Trap {
    let message = format!("Expected {expected}, got {}", described(heap, value));
    let expected = make_string(heap, expected);
    Trap::Throw(make(heap, "type", &message, &[("value", value), ("expected", expected)]))
}

/// `:ox/index`: an index out of bounds.
#[cold]
pub fn out_of_bounds(heap: &mut Heap, index: Word, count: usize) -> Trap {
    let message = match index.as_small() {
        Some(index) => format!("Index {index} out of bounds for count {count}"),
        None => format!("Index out of bounds for count {count}"),
    };
    let count = Word::try_int(count as i64).unwrap_or(Word::NIL);
    Trap::Throw(make(heap, "index", &message, &[("index", index), ("count", count)]))
}

/// `:ox/argument`: the right type, but an impossible value.
#[cold]
pub fn bad_argument(heap: &mut Heap, message: &str, value: Word) -> Trap {
    Trap::Throw(make(heap, "argument", message, &[("value", value)]))
}

/// `:ox/state`: an object used at the wrong time.
#[cold]
pub fn wrong_state(heap: &mut Heap, message: &str) -> Trap {
    Trap::Throw(make(heap, "state", message, &[]))
}

/// A type's name with its article, for messages.
fn described(heap: &Heap, value: Word) -> String {
    match type_name(heap, value) {
        None => "nil".to_owned(),
        Some(name) => {
            let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
            format!("{article} {name}")
        }
    }
}

/// The name of a value's type, as Clojure programs write it; `None` of nil.
#[must_use]
pub fn type_name(heap: &Heap, value: Word) -> Option<&'static str> {
    if let Some(kind) = heap.kind_of(value) {
        return Some(match kind {
            Kind::Int => "Long",
            Kind::BigInt => "BigInt",
            Kind::Ratio => "Ratio",
            Kind::Decimal => "BigDecimal",
            Kind::Str => "String",
            Kind::Bytes => "Bytes",
            Kind::Symbol => "Symbol",
            Kind::Keyword => "Keyword",
            Kind::Regex => "Pattern",
            Kind::Inst => "Date",
            Kind::Uuid => "UUID",
            Kind::Function | Kind::Native => "Fn",
            Kind::Cons => "Cons",
            Kind::List => "PersistentList",
            Kind::SmallVector if super::vector::is_entry(heap, value) => "MapEntry",
            Kind::Vector | Kind::SmallVector => "PersistentVector",
            Kind::SmallMap | Kind::Map => "PersistentHashMap",
            Kind::SmallSet | Kind::Set => "PersistentHashSet",
            Kind::Lazy => "LazySeq",
            Kind::Atom => "Atom",
            Kind::Volatile => "Volatile",
            Kind::Delay => "Delay",
            Kind::Promise => "Promise",
            Kind::Future => "Future",
            Kind::Range => "Range",
            Kind::Reduced => "Reduced",
            Kind::Var => "Var",
            Kind::Error => "Error",
            Kind::Pid => "Pid",
            Kind::Tagged => "TaggedLiteral",
            Kind::TransientVector | Kind::TransientMap | Kind::TransientSet => "Transient",
            Kind::Ref => "Reference",
            Kind::IndexSeq | Kind::NodeSeq => "Seq",
            Kind::Secret => "Secret",
            Kind::Array => "Array",
            Kind::VectorNode
            | Kind::MapNode
            | Kind::MapCollision
            | Kind::SetNode
            | Kind::SetCollision
            | Kind::Filler => "Node",
        });
    }
    if value.is_nil() {
        return None;
    }
    Some(if value.is_small() {
        "Long"
    } else if value.is_double() {
        "Double"
    } else if value.as_bool().is_some() {
        "Boolean"
    } else if value.as_char().is_some() {
        "Character"
    } else if value == Word::EMPTY_LIST {
        "PersistentList"
    } else {
        "Unbound"
    })
}
