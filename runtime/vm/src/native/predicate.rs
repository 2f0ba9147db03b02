//! Natives that ask what a value is.

use super::{Native, NativeCall};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::value::class::{Class, class_of};
use crate::value::string::make_symbol;
use crate::value::{collection, equal, map, record, seq, set, transient, vector};
use crate::word::Word;

macro_rules! predicate {
    ($name:literal, $test:expr) => {
        Native::new($name, 1, 1, |call| {
            let test: fn(&Heap, Word) -> bool = $test;
            Ok(Word::bool(test(call.heap, call.args[0])))
        })
    };
}

/// A predicate that an instance of a type of the program answers by the interfaces that its type names.
macro_rules! asked {
    ($name:literal, $slow:literal, $test:expr) => {
        Native::new($name, 1, 1, |call| {
            let test: fn(&Heap, Word) -> bool = $test;
            match call.heap.kind_of(call.args[0]) {
                Some(Kind::Instance) => Err(Trap::Slow($slow)),
                _ => Ok(Word::bool(test(call.heap, call.args[0]))),
            }
        })
    };
}

/// What the type of an instance says, its second argument; of anything else it is `otherwise`. Code that asks
/// so reaches no table: macros are the same whatever the program says of its types.
fn asked_of_type(call: &NativeCall<'_>, otherwise: Word, slow: &'static str) -> NativeResult {
    match call.heap.kind_of(call.args[1]) {
        Some(Kind::Instance) => Err(Trap::Slow(slow)),
        _ => Ok(otherwise),
    }
}

macro_rules! of_kind {
    ($name:literal, $($kind:ident)|+) => {
        predicate!($name, |heap, x| matches!(heap.kind_of(x), Some($(Kind::$kind)|+)))
    };
}

fn is_list(heap: &Heap, x: Word) -> bool {
    // Clojure's queues are `IPersistentList`s too.
    x == Word::EMPTY_LIST || matches!(heap.kind_of(x), Some(Kind::List | Kind::Queue))
}

fn is_collection(heap: &Heap, x: Word) -> bool {
    match heap.kind_of(x) {
        Some(kind) => !matches!(class_of(kind), Class::Leaf | Class::Tagged),
        None => x == Word::EMPTY_LIST,
    }
}

fn is_counted(heap: &Heap, x: Word) -> bool {
    match heap.kind_of(x) {
        Some(Kind::IndexSeq) => heap.kind_of(heap.word(x, 2)) != Some(Kind::Str),
        Some(kind) => matches!(
            kind,
            Kind::List
                | Kind::Range
                | Kind::Vector
                | Kind::SmallVector
                | Kind::SmallMap
                | Kind::Map
                | Kind::SmallSet
                | Kind::Set
                | Kind::SortedMap
                | Kind::SortedSet
                | Kind::Queue
                | Kind::Record
        ),
        None => x == Word::EMPTY_LIST,
    }
}

fn is_callable(heap: &Heap, x: Word) -> bool {
    collection::is_lookup(heap, x)
        || matches!(
            heap.kind_of(x),
            Some(Kind::Function | Kind::Native | Kind::Var)
        )
        || record::called(heap, x).is_some()
}

/// The name of a value's type, as Clojure programs write it; `None` of nil.
#[must_use]
pub(crate) fn type_name(heap: &Heap, value: Word) -> Option<&'static str> {
    let Some(kind) = heap.kind_of(value) else {
        return match value {
            Word::NIL => None,
            Word::EMPTY_LIST => Some("PersistentList"),
            w if w.is_small() => Some("Long"),
            w if w.is_double() => Some("Double"),
            w if w.as_bool().is_some() => Some("Boolean"),
            w if w.as_char().is_some() => Some("Character"),
            _ => Some("Unbound"),
        };
    };
    Some(match kind {
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
        Kind::SmallVector if vector::is_entry(heap, value) => "MapEntry",
        Kind::Vector | Kind::SmallVector => "PersistentVector",
        Kind::SmallMap | Kind::Map => "PersistentHashMap",
        Kind::SmallSet | Kind::Set => "PersistentHashSet",
        Kind::SortedMap => "PersistentTreeMap",
        Kind::SortedSet => "PersistentTreeSet",
        Kind::Queue => "PersistentQueue",
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
        Kind::Extent => "Extent",
        Kind::Type => "Class",
        Kind::Record => "Record",
        Kind::Instance => "Instance",
        Kind::VectorNode
        | Kind::MapNode
        | Kind::MapCollision
        | Kind::SetNode
        | Kind::SetCollision
        | Kind::SortedMapNode
        | Kind::SortedSetNode
        | Kind::Filler => "Node",
    })
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/identical?", 2, 2, |call| {
        Ok(Word::bool(equal::identical(
            call.heap,
            call.args[0],
            call.args[1],
        )))
    }),
    predicate!("ox.core/nil?", |_, x| x.is_nil()),
    predicate!("ox.core/not", |_, x| !x.is_truthy()),
    predicate!("ox.core/true?", |_, x| x == Word::TRUE),
    predicate!("ox.core/false?", |_, x| x == Word::FALSE),
    predicate!("ox.core/boolean?", |_, x| x.as_bool().is_some()),
    of_kind!("ox.core/string?", Str),
    predicate!("ox.core/char?", |_, x| x.as_char().is_some()),
    of_kind!("ox.core/keyword?", Keyword),
    of_kind!("ox.core/symbol?", Symbol),
    asked!("ox.core/vector?", "vector?*slow", vector::is_vector),
    asked!("ox.core/map?", "map?*slow", |heap, x| map::is_map(heap, x)
        || record::is_record(heap, x)),
    of_kind!("ox.core/record?", Record),
    of_kind!("ox.core/type?", Type),
    predicate!("ox.core/record-type?", record::is_record_type),
    Native::new("ox.core/type-interfaces", 1, 1, |call| {
        match call.heap.kind_of(call.args[0]) {
            Some(Kind::Type) => Err(Trap::Slow("type-interfaces*slow")),
            _ => Ok(Word::NIL),
        }
    }),
    of_kind!("ox.core/instance-of-type?", Instance),
    asked!("ox.core/set?", "set?*slow", set::is_set),
    predicate!("ox.core/list?", is_list),
    asked!("ox.core/seq?", "seq?*slow", seq::is_seq),
    Native::new("ox.core/own-method", 2, 2, |call| {
        asked_of_type(call, Word::NIL, "own-method*slow")
    }),
    Native::new("ox.core/own-interface?", 2, 2, |call| {
        asked_of_type(call, Word::FALSE, "own-interface?*slow")
    }),
    asked!("ox.core/coll?", "coll?*slow", is_collection),
    asked!("ox.core/sequential?", "sequential?*slow", |heap, x| {
        seq::is_seq(heap, x) || vector::is_vector(heap, x) || heap.kind_of(x) == Some(Kind::Queue)
    }),
    asked!(
        "ox.core/associative?",
        "associative?*slow",
        |heap, x| map::is_map(heap, x) || record::is_record(heap, x) || vector::is_vector(heap, x)
    ),
    asked!("ox.core/counted?", "counted?*slow", is_counted),
    predicate!("ox.core/map-entry?", vector::is_entry),
    of_kind!("ox.core/fn?", Function | Native),
    Native::new("ox.core/ifn?", 1, 1, |call| {
        // A multimethod is an instance, too.
        if is_callable(call.heap, call.args[0]) {
            return Ok(Word::TRUE);
        }
        match call.heap.kind_of(call.args[0]) {
            Some(Kind::Instance) => Err(Trap::Slow("ifn?*slow")),
            _ => Ok(Word::FALSE),
        }
    }),
    of_kind!("ox.core/var?", Var),
    of_kind!("ox.core/secret?", Secret),
    of_kind!("ox.core/inst?", Inst),
    of_kind!("ox.core/uuid?", Uuid),
    of_kind!("ox.core/bytes?", Bytes),
    of_kind!("ox.core/regex?", Regex),
    of_kind!("ox.core/atom?", Atom),
    of_kind!("ox.core/volatile?", Volatile),
    of_kind!("ox.core/delay?", Delay),
    of_kind!("ox.core/reduced?", Reduced),
    of_kind!("ox.core/error?", Error),
    of_kind!("ox.core/future?", Future),
    of_kind!("ox.core/promise?", Promise),
    of_kind!("ox.core/pid?", Pid),
    predicate!("ox.core/transient?", transient::is_transient),
    predicate!("ox.core/editable?", transient::is_editable),
    of_kind!("ox.core/tagged-literal?", Tagged),
    of_kind!("ox.core/lazy-cell?", Lazy),
    of_kind!("ox.core/int-range?", Range),
    Native::new("ox.core/type-name", 1, 1, |call: &mut NativeCall<'_>| {
        if let Some(of) = record::type_of(call.heap, call.args[0]) {
            return Ok(of);
        }
        Ok(match type_name(call.heap, call.args[0]) {
            Some(name) => make_symbol(call.heap, None, name),
            None => Word::NIL,
        })
    }),
];
