//! Classes of values: what equality and hashing treat alike.

use crate::object::Kind;

/// The class of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Holds nothing that is walked.
    Leaf,
    /// Lists, vectors, sequences: equal by their elements in order.
    Sequential,
    /// Maps.
    Map,
    /// Sets.
    Set,
    /// Tagged literals: equal by tag and form.
    Tagged,
    /// Records: equal by type and entries.
    Record,
}

/// The class of a kind of object.
#[inline]
pub(crate) const fn class_of(kind: Kind) -> Class {
    match kind {
        Kind::Cons
        | Kind::List
        | Kind::Vector
        | Kind::SmallVector
        | Kind::Lazy
        | Kind::Range
        | Kind::IndexSeq
        | Kind::NodeSeq
        | Kind::Queue => Class::Sequential,
        Kind::SmallMap | Kind::Map | Kind::SortedMap => Class::Map,
        Kind::SmallSet | Kind::Set | Kind::SortedSet => Class::Set,
        Kind::Tagged => Class::Tagged,
        Kind::Record => Class::Record,
        _ => Class::Leaf,
    }
}
