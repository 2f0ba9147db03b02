//! Definitions of the core that are operations of the machine.
//!
//! Invariants:
//! - An operation means what the definition means for that number of arguments, errors included.
//! - `(+ a b c)` adds `a` and `b` before `c` is evaluated, as in Clojure; comparisons of three and
//!   more evaluate all operands first, as a call of the function would.
//! - What is known of the core is in tables, and [`tables`] writes all of them: they are part of the
//!   fingerprint.

use Intrinsic as I;
use bytecode::Op;

/// What a call of a core definition compiles to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    /// This integer.
    Int(i32),
    /// The operands, two at least, folded from the left by an arithmetic operation.
    Fold(Op),
    /// The operand times -1: the negation, of 0.0 too.
    Negate,
    /// The operand plus a number.
    AddInt(i32),
    /// An operation on one operand.
    Unary(Op),
    /// An operation on two operands.
    Binary(Op),
    /// `not`
    Not,
    /// `nil?`
    IsNil,
    /// `some?`
    IsSome,
    /// Each operand, two at least, stands in this relation to the next.
    Compare(Relation),
    /// Not all operands, two at least, are equal.
    NotEqual,
    /// The operand compared with 0. As a value it is a call of the native.
    Sign(Relation),
    /// A call of this native, with the same operands.
    Native(native::CoreNative),
    /// A vector or a list of the operands.
    Collect(Op),
}

/// An order between two values, or equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Equal,
}

impl Relation {
    /// The relation with its operands exchanged.
    pub(crate) fn flipped(self) -> Relation {
        match self {
            Relation::Less => Relation::Greater,
            Relation::LessEq => Relation::GreaterEq,
            Relation::Greater => Relation::Less,
            Relation::GreaterEq => Relation::LessEq,
            Relation::Equal => Relation::Equal,
        }
    }

    /// Whether the machine has it with exchanged operands only.
    pub(crate) fn is_reversed(self) -> bool {
        matches!(self, Relation::Greater | Relation::GreaterEq)
    }

    /// The operation that gives it as a value; of a reversed one, with the operands exchanged.
    pub(crate) fn value_op(self) -> Op {
        match self {
            Relation::Less | Relation::Greater => Op::Less,
            Relation::LessEq | Relation::GreaterEq => Op::LessEq,
            Relation::Equal => Op::Equal,
        }
    }

    /// The jump taken when it holds, or does not; of a reversed one, with the operands exchanged.
    pub(crate) fn jump_op(self, holds: bool) -> Op {
        match (self, holds) {
            (Relation::Less | Relation::Greater, true) => Op::JumpLess,
            (Relation::Less | Relation::Greater, false) => Op::JumpNotLess,
            (Relation::LessEq | Relation::GreaterEq, true) => Op::JumpLessEq,
            (Relation::LessEq | Relation::GreaterEq, false) => Op::JumpNotLessEq,
            (Relation::Equal, true) => Op::JumpEqual,
            (Relation::Equal, false) => Op::JumpNotEqual,
        }
    }

    /// The jump taken when it holds between a register and a number in the instruction, or does not.
    pub(crate) fn jump_int_op(self, holds: bool) -> Op {
        match (self, holds) {
            (Relation::Less, true) => Op::JumpLessInt,
            (Relation::Less, false) => Op::JumpNotLessInt,
            (Relation::LessEq, true) => Op::JumpLessEqInt,
            (Relation::LessEq, false) => Op::JumpNotLessEqInt,
            (Relation::Greater, true) => Op::JumpGreaterInt,
            (Relation::Greater, false) => Op::JumpNotGreaterInt,
            (Relation::GreaterEq, true) => Op::JumpGreaterEqInt,
            (Relation::GreaterEq, false) => Op::JumpNotGreaterEqInt,
            (Relation::Equal, true) => Op::JumpEqualInt,
            (Relation::Equal, false) => Op::JumpNotEqualInt,
        }
    }
}

/// As many arguments as there are; the same on each machine, as the fingerprint is.
const MANY: usize = u32::MAX as usize;

/// Functions of the core that are operations: name, fewest and most arguments, operation.
pub(crate) const OPERATIONS: &[(&str, usize, usize, Intrinsic)] = &[
    ("+", 0, 0, I::Int(0)),
    ("*", 0, 0, I::Int(1)),
    ("+", 2, MANY, I::Fold(Op::Add)),
    ("-", 1, 1, I::Negate),
    ("-", 2, MANY, I::Fold(Op::Sub)),
    ("*", 2, MANY, I::Fold(Op::Mul)),
    ("/", 2, MANY, I::Fold(Op::Div)),
    ("inc", 1, 1, I::AddInt(1)),
    ("dec", 1, 1, I::AddInt(-1)),
    ("quot", 2, 2, I::Binary(Op::Quot)),
    ("rem", 2, 2, I::Binary(Op::Rem)),
    ("<", 2, MANY, I::Compare(Relation::Less)),
    ("<=", 2, MANY, I::Compare(Relation::LessEq)),
    (">", 2, MANY, I::Compare(Relation::Greater)),
    (">=", 2, MANY, I::Compare(Relation::GreaterEq)),
    ("=", 2, MANY, I::Compare(Relation::Equal)),
    ("not=", 2, MANY, I::NotEqual),
    ("==", 2, 2, I::Native(native::NUM_EQ)),
    ("zero?", 1, 1, I::Sign(Relation::Equal)),
    ("pos?", 1, 1, I::Sign(Relation::Greater)),
    ("neg?", 1, 1, I::Sign(Relation::Less)),
    ("not", 1, 1, I::Not),
    ("nil?", 1, 1, I::IsNil),
    ("some?", 1, 1, I::IsSome),
    ("identical?", 2, 2, I::Binary(Op::Identical)),
    ("get", 2, 2, I::Binary(Op::Get)),
    ("nth", 2, 2, I::Binary(Op::Nth)),
    ("cons", 2, 2, I::Binary(Op::Cons)),
    ("first", 1, 1, I::Unary(Op::First)),
    ("next", 1, 1, I::Unary(Op::Next)),
    ("rest", 1, 1, I::Unary(Op::Rest)),
    ("seq", 1, 1, I::Unary(Op::Seq)),
    ("vector", 0, MANY, I::Collect(Op::Vector)),
    ("list", 0, MANY, I::Collect(Op::List)),
];

/// What a call of `ox.core/name` with `count` arguments compiles to, if it is no ordinary call.
pub(crate) fn intrinsic(name: &str, count: usize) -> Option<Intrinsic> {
    let is_meant = |known: &&(&str, usize, usize, Intrinsic)| {
        known.0 == name && (known.1..=known.2).contains(&count)
    };
    match OPERATIONS.iter().find(is_meant) {
        Some(known) => Some(known.3),
        None => native::of(name, count).map(I::Native),
    }
}

/// Functions of the core that do nothing with an argument but reduce it: name, number of arguments, and
/// which it is.
pub(crate) const REDUCING: &[(&str, usize, usize)] = &[
    ("reduce", 2, 1),
    ("reduce", 3, 2),
    ("into", 2, 1),
    ("into", 3, 2),
    ("transduce", 3, 2),
    ("transduce", 4, 3),
    ("mapv", 2, 1),
    ("filterv", 2, 1),
    ("run!", 2, 1),
    ("every?", 2, 1),
    ("group-by", 2, 1),
    ("vec", 1, 0),
    ("set", 1, 0),
    ("frequencies", 1, 0),
    ("reverse", 1, 0),
    ("dorun", 1, 0),
];

/// The argument of a core function that it does nothing with but reduce, if there is one: of a call of
/// `map` and the like there the cells would be seen by nobody.
pub(crate) fn reduced_argument(name: &str, count: usize) -> Option<usize> {
    let found = REDUCING
        .iter()
        .find(|known| (known.0, known.1) == (name, count));
    found.map(|known| known.2)
}

/// Functions of the core that are stages of a fused sequence, each with its place as number.
/// `ox.core.coll` has the same numbers.
pub(crate) const STAGES: &[&str] = &["map", "filter", "remove", "keep", "take-while", "take"];

/// The kind of stage that a call of a core function with a function, or a number, and a sequence is in a
/// fused sequence.
pub(crate) fn stage(name: &str) -> Option<i32> {
    let kind = STAGES.iter().position(|&kind| kind == name)?;
    i32::try_from(kind).ok()
}

/// All that is in the tables, in their order.
pub(crate) fn tables() -> String {
    format!(
        "{OPERATIONS:?}\n{REDUCING:?}\n{STAGES:?}\n{:?}\n{:?}",
        native::NAMED,
        native::SHORTCUTS
    )
}

/// Natives that code generation itself calls: name and behavior version.
pub(crate) mod native {
    pub(crate) type CoreNative = (&'static str, u16);

    macro_rules! natives {
        ($($constant:ident = $native:expr;)*) => {
            $(pub(crate) const $constant: CoreNative = $native;)*
            /// Those that have a constant.
            pub(crate) const NAMED: &[CoreNative] = &[$($constant),*];
        };
    }

    natives! {
        ASSOC = ("ox.core/assoc*", 1);
        CONJ = ("ox.core/conj*", 1);
        COUNT = ("ox.core/count", 1);
        ERROR_NEW = ("ox.core/error-new", 1);
        FUSE = ("ox.core/fuse", 1);
        GET = ("ox.core/get", 1);
        NUM_EQ = ("ox.core/num-eq", 1);
    }

    /// Functions of the core that are one native for some numbers of arguments. The definitions say
    /// the same in their `:natives` metadata.
    pub(crate) const SHORTCUTS: &[(&str, usize, CoreNative)] = &[
        ("assoc!", 3, ("ox.core/assoc!*", 1)),
        ("assoc", 3, ASSOC),
        ("bit-and", 2, ("ox.core/bit-and2", 1)),
        ("bit-and-not", 2, ("ox.core/bit-and-not2", 1)),
        ("bit-or", 2, ("ox.core/bit-or2", 1)),
        ("bit-xor", 2, ("ox.core/bit-xor2", 1)),
        ("conj!", 2, ("ox.core/conj!*", 1)),
        ("conj", 2, CONJ),
        ("disj!", 2, ("ox.core/disj!*", 1)),
        ("disj", 2, ("ox.core/disj*", 1)),
        ("dissoc!", 2, ("ox.core/dissoc!*", 1)),
        ("dissoc", 2, ("ox.core/dissoc*", 1)),
        ("max", 2, ("ox.core/max2", 1)),
        ("min", 2, ("ox.core/min2", 1)),
        ("str", 1, ("ox.core/str*", 1)),
        ("str", 2, ("ox.core/str*", 1)),
        ("str", 3, ("ox.core/str*", 1)),
        ("str", 4, ("ox.core/str*", 1)),
    ];

    /// The native that a call of `ox.core/name` with so many arguments is.
    pub(super) fn of(name: &str, count: usize) -> Option<CoreNative> {
        let found = SHORTCUTS
            .iter()
            .find(|shortcut| (shortcut.0, shortcut.1) == (name, count));
        found.map(|shortcut| shortcut.2)
    }
}
