//! A chunk: the code of one definition, relocatable, stored by its hash.
//!
//! # Invariants
//! - A chunk names other definitions only by ordinal; the image binds the ordinals to link slots.
//! - A chunk names natives by name and behavior version, never by number.
//! - Names, positions and documentation are in the [`crate::SourceMap`] beside it, never in the
//!   chunk: moving or renaming code leaves the chunk's bytes as they were.

use crate::op::Instr;

/// All prototypes of one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chunk {
    /// What each reference ordinal is used for (the definitions' names are the image's business).
    pub refs: Vec<RefUse>,
    /// Natives called, by name and behavior version.
    pub natives: Vec<NativeRef>,
    /// Functions made by this chunk. Of a function definition, template 0 is its value.
    pub templates: Vec<Template>,
    /// Bodies. Of a definition that is no function, prototype 0 computes the value (no parameters).
    pub protos: Vec<Prototype>,
}

/// How the code uses a referred definition; the linker checks that the definition is of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RefUse {
    /// Any use of its value, or a call.
    Value = 0,
    /// `load-dynamic` or a binding of it.
    Dynamic = 1,
    /// `load-cell` and `store-cell`: a definition of the entry file, made by its entry body.
    Cell = 2,
    /// `load-var`.
    Var = 3,
}

/// A native, as code names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NativeRef {
    /// Qualified name, `ox.core/first`.
    pub name: String,
    /// Behavior version; raised when results change for the same arguments.
    pub version: u16,
}

/// What a function value is made from: its arities and the number of captures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    /// Fixed arities in ascending number of parameters, then at most one variadic.
    pub arities: Vec<Arity>,
    /// Captured words of a closure.
    pub captures: u16,
}

/// One arity of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arity {
    /// Fixed parameters; a variadic arity has one more register, the rest sequence or nil.
    pub params: u16,
    /// Whether further arguments are taken.
    pub variadic: bool,
    /// Index into [`Chunk::protos`].
    pub proto: u16,
}

/// Code of one function body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Prototype {
    /// Parameters arrive in registers `0 .. params` (and the rest sequence in `params`).
    pub params: u16,
    /// Whether register `params` holds the rest sequence.
    pub variadic: bool,
    /// Registers of a frame, call windows included: every register number is below it.
    pub registers: u16,
    /// Captures the code may read.
    pub captures: u16,
    /// Instructions.
    pub code: Vec<Instr>,
    /// Constants; the image turns them into words.
    pub consts: Vec<Const>,
    /// Exception handlers, innermost first where ranges nest.
    pub handlers: Vec<Handler>,
}

/// A range of code whose errors go to a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handler {
    /// First instruction covered.
    pub start: u32,
    /// First instruction no longer covered.
    pub end: u32,
    /// Where the handler starts.
    pub target: u32,
    /// Register that receives the error.
    pub register: u16,
    /// Which errors the handler takes.
    pub catches: Catches,
}

/// What a handler is asked about first, without running its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Catches {
    /// Every error, cancellation included: `finally`, and catch clauses that name `:ox/cancelled`.
    All = 0,
    /// Every error except cancellation: all other catch clauses.
    Errors = 1,
}

/// A literal. Collections keep the order in which they were written.
///
/// Copying, comparing, hashing, printing and freeing are in `tree.rs`: none of them recurses. As a
/// type with a destructor, a constant is taken apart by reference.
pub enum Const {
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// 64-bit integer
    Int(i64),
    /// Arbitrary integer, two's complement, little-endian
    BigInt(Vec<u8>),
    /// Numerator and denominator as in `BigInt`, in lowest terms, denominator > 1
    Ratio(Vec<u8>, Vec<u8>),
    /// Bits of a double; NaN canonical
    Double(u64),
    /// Unscaled value as in `BigInt`, and scale
    Decimal(Vec<u8>, i32),
    /// Unicode scalar value
    Char(char),
    /// String
    Str(String),
    /// Byte string
    Bytes(Vec<u8>),
    /// Keyword: namespace, name
    Keyword(Option<String>, String),
    /// Symbol: namespace, name
    Symbol(Option<String>, String),
    /// Regular expression source
    Regex(String),
    /// `#inst`: seconds since 1970-01-01T00:00:00Z and nanoseconds
    Inst(i64, u32),
    /// `#uuid`
    Uuid(u128),
    /// List
    List(Vec<Const>),
    /// Vector
    Vector(Vec<Const>),
    /// Map
    Map(Vec<(Const, Const)>),
    /// Set
    Set(Vec<Const>),
    /// Tagged literal without a reader function: tag symbol and form
    Tagged(Option<String>, String, Box<Const>),
    /// Value with metadata (a map)
    Meta(Box<Const>, Box<Const>),
}
