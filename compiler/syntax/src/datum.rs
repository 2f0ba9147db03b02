//! Forms as data: what macros and lowering see.
//!
//! Invariants:
//! - A datum holds no position. [`Origin`] is a number counted within its top-level form, so code
//!   that moves, or whose comments and white space change, reads as an equal datum.
//! - Comparing, hashing, printing, cloning and dropping a datum use constant native stack.

mod print;
mod walk;

use std::sync::Arc;

use num_bigint::BigInt;
use scalar::Instant;

/// Which node of its top-level form a datum was read from: nodes that make data are counted from 1
/// in the order in which they start; 0 is "none", for data made by a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(pub u32);

impl Origin {
    /// The origin of data that no text made.
    pub const NONE: Origin = Origin(0);
}

/// The name of a symbol or keyword, without its colon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// What stands before the `/`.
    pub ns: Option<Arc<str>>,
    /// What stands after it.
    pub name: Arc<str>,
}

impl Symbol {
    /// A symbol without namespace.
    pub fn simple(name: impl Into<Arc<str>>) -> Self {
        Self {
            ns: None,
            name: name.into(),
        }
    }

    /// A symbol with namespace.
    pub fn qualified(ns: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            ns: Some(ns.into()),
            name: name.into(),
        }
    }

    /// Whether it has no namespace and this name.
    pub fn is(&self, name: &str) -> bool {
        self.ns.is_none() && &*self.name == name
    }
}

impl std::fmt::Display for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.ns {
            Some(ns) => write!(f, "{ns}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A form. Equality and hash ignore nothing, origins and metadata included; see
/// [`Datum::same_value`].
///
/// It is dropped without recursion, so its fields cannot be moved out: clone them (they are shared)
/// or use [`Datum::into_kind`].
#[derive(Clone)]
pub struct Datum {
    /// What it is.
    pub kind: DatumKind,
    /// The metadata, a `Map`, merged as `^` does.
    pub meta: Option<Arc<Datum>>,
    /// Where in its top-level form it came from.
    pub origin: Origin,
}

/// What a datum is. Doubles are kept as bits, with one NaN ([`DatumKind::double`]).
#[derive(Clone)]
pub enum DatumKind {
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer written with `N` or too large for 64 bits.
    BigInt(Arc<BigInt>),
    /// Numerator and denominator in lowest terms; the denominator is above 1.
    Ratio(Arc<(BigInt, BigInt)>),
    /// The bits of a double; all NaNs are one.
    Double(u64),
    /// Unscaled value and scale: `1.50M` is 150 and 2.
    Decimal(Arc<(BigInt, i32)>),
    /// `\a`
    Char(char),
    /// `"…"`, escapes resolved.
    String(Arc<str>),
    /// `#bytes "…"`, decoded.
    Bytes(Arc<[u8]>),
    /// The text between the quotes of `#"…"`, as written.
    Regex(Arc<str>),
    /// A symbol.
    Symbol(Symbol),
    /// A keyword whose namespace, if any, is known.
    Keyword(Symbol),
    /// `::name` or `::alias/name`: a keyword that needs the namespace it is read in.
    AutoKeyword {
        /// The alias before the `/`; `None` is the current namespace.
        alias: Option<Arc<str>>,
        /// The keyword's name.
        name: Arc<str>,
    },
    /// A symbol key of `#::{…}` or `#::alias{…}`: a symbol that needs the namespace it is read in.
    AutoSymbol {
        /// The alias; `None` is the current namespace.
        alias: Option<Arc<str>>,
        /// The symbol's name.
        name: Arc<str>,
    },
    /// `(…)`
    List(Arc<[Datum]>),
    /// `[…]`
    Vector(Arc<[Datum]>),
    /// `{…}`, in the order written, without duplicate keys.
    Map(Arc<[(Datum, Datum)]>),
    /// `#{…}`, in the order written, without duplicates.
    Set(Arc<[Datum]>),
    /// `#inst "…"`
    Inst(Instant),
    /// `#uuid "…"`
    Uuid(u128),
    /// Another tag and its form.
    Tagged(Symbol, Arc<Datum>),
    /// What could not be read. The error has been reported, so nothing more should be said.
    Error,
}

impl DatumKind {
    /// A double, with the one NaN for all NaNs.
    pub fn double(value: f64) -> Self {
        let canonical = if value.is_nan() {
            f64::NAN.to_bits() & !(1 << 63)
        } else {
            value.to_bits()
        };
        DatumKind::Double(canonical)
    }
}

impl From<Symbol> for DatumKind {
    fn from(symbol: Symbol) -> Self {
        DatumKind::Symbol(symbol)
    }
}

impl Datum {
    /// A datum without metadata.
    pub fn new(kind: DatumKind, origin: Origin) -> Self {
        Self {
            kind,
            meta: None,
            origin,
        }
    }

    /// A symbol without namespace.
    pub fn symbol(name: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::new(DatumKind::Symbol(Symbol::simple(name)), origin)
    }

    /// A symbol with namespace.
    pub fn qualified(ns: impl Into<Arc<str>>, name: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::new(DatumKind::Symbol(Symbol::qualified(ns, name)), origin)
    }

    /// A keyword without namespace.
    pub fn keyword(name: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::new(DatumKind::Keyword(Symbol::simple(name)), origin)
    }

    /// A list.
    pub fn list(items: impl Into<Arc<[Datum]>>, origin: Origin) -> Self {
        Self::new(DatumKind::List(items.into()), origin)
    }

    /// A vector.
    pub fn vector(items: impl Into<Arc<[Datum]>>, origin: Origin) -> Self {
        Self::new(DatumKind::Vector(items.into()), origin)
    }

    /// The same datum with this metadata.
    #[must_use]
    pub fn with_meta(mut self, meta: Option<Arc<Datum>>) -> Self {
        self.meta = meta;
        self
    }

    /// What it is, taken out.
    pub fn into_kind(mut self) -> DatumKind {
        std::mem::replace(&mut self.kind, DatumKind::Nil)
    }

    /// The symbol, if it is one.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        match &self.kind {
            DatumKind::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The keyword, if it is one whose namespace is known.
    pub fn as_keyword(&self) -> Option<&Symbol> {
        match &self.kind {
            DatumKind::Keyword(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Datum]> {
        match &self.kind {
            DatumKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a vector.
    pub fn as_vector(&self) -> Option<&[Datum]> {
        match &self.kind {
            DatumKind::Vector(items) => Some(items),
            _ => None,
        }
    }

    /// The items, if it is a set.
    pub fn as_set(&self) -> Option<&[Datum]> {
        match &self.kind {
            DatumKind::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it is the symbol `name` without namespace.
    pub fn is_symbol(&self, name: &str) -> bool {
        self.as_symbol().is_some_and(|symbol| symbol.is(name))
    }

    /// The value of the keyword `:name` in the metadata.
    pub fn meta_value(&self, name: &str) -> Option<&Datum> {
        let DatumKind::Map(entries) = &self.meta.as_ref()?.kind else {
            return None;
        };
        let entry = entries
            .iter()
            .find(|(key, _)| key.as_keyword().is_some_and(|k| k.is(name)))?;
        Some(&entry.1)
    }
}
