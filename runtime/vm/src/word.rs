//! Words: the 64-bit values of the machine.
//!
//! ```text
//! 0000… – FFF8…   a double (every NaN is the canonical one, 7FF8 0000 0000 0000)
//! FFF9 | i48      a small integer
//! FFFA | 0 | n    a singleton: nil, false, true, …
//! FFFA | 1 | c    a character (Unicode scalar value in the low 32 bits)
//! FFFC | offset   a reference: word offset into the process's own memory
//! FFFD | offset   a reference into the image's boot segment
//! ```
//!
//! # Invariants
//! - A double is canonicalized where it enters ([`Word::double`]), so no bit pattern of a number is
//!   ever taken for a reference.
//! - An integer that fits 48 bits is immediate, so equal integers of that range are equal words.
//! - A word means the same wherever the process is loaded: nothing in it depends on an address.

/// One machine word. Equality is identity, Clojure's `identical?` for all but boxed numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Word(pub u64);

const TAG_SHIFT: u32 = 48;
const PAYLOAD: u64 = (1 << TAG_SHIFT) - 1;
const CHAR_SUBTAG: u64 = 1 << 32;

/// Tag of small integers.
pub(crate) const TAG_INT: u64 = 0xfff9;
/// Tag of singletons and characters.
pub(crate) const TAG_IMMEDIATE: u64 = 0xfffa;
/// Tag of references into the process's memory.
pub(crate) const TAG_REF: u64 = 0xfffc;
/// Tag of references into the boot segment.
pub(crate) const TAG_BOOT: u64 = 0xfffd;

const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

const fn singleton(n: u64) -> Word {
    Word(TAG_IMMEDIATE << TAG_SHIFT | n)
}

impl Word {
    /// `nil`
    pub const NIL: Word = singleton(0);
    /// `false`; differs from nil in the lowest bit only, so falsity is one test
    pub const FALSE: Word = singleton(1);
    /// `true`
    pub const TRUE: Word = singleton(2);
    /// A register or stack word whose value nobody needs
    pub const DEAD: Word = singleton(4);
    /// A process cell that no `def` has filled yet; a register nobody has written
    pub const UNBOUND: Word = singleton(5);
    /// The empty list without metadata
    pub const EMPTY_LIST: Word = singleton(6);
    /// "Not found", for natives' own use; never stored in a collection
    pub const ABSENT: Word = singleton(7);
    /// A cell that only the process has which ran the entry file
    pub const ELSEWHERE: Word = singleton(8);

    /// Least small integer.
    pub const INT_MIN: i64 = -(1 << 47);
    /// Greatest small integer.
    pub const INT_MAX: i64 = (1 << 47) - 1;

    /// A double, its NaN made canonical.
    #[must_use]
    #[inline(always)]
    pub fn double(value: f64) -> Word {
        if value.is_nan() {
            Word(CANONICAL_NAN)
        } else {
            Word(value.to_bits())
        }
    }

    /// A small integer, or `None` when the number needs a box.
    #[must_use]
    #[inline(always)]
    pub const fn try_int(value: i64) -> Option<Word> {
        if value >= Word::INT_MIN && value <= Word::INT_MAX {
            Some(Word::small(value))
        } else {
            None
        }
    }

    /// A small integer known to fit 48 bits.
    #[must_use]
    #[inline(always)]
    pub const fn small(value: i64) -> Word {
        debug_assert!(value >= Word::INT_MIN && value <= Word::INT_MAX);
        Word(TAG_INT << TAG_SHIFT | (value as u64 & PAYLOAD))
    }

    /// `true` or `false`.
    #[must_use]
    #[inline(always)]
    pub const fn bool(value: bool) -> Word {
        if value { Word::TRUE } else { Word::FALSE }
    }

    /// A character.
    #[must_use]
    pub const fn char(value: char) -> Word {
        Word(TAG_IMMEDIATE << TAG_SHIFT | CHAR_SUBTAG | value as u64)
    }

    /// A reference to the object at `offset` of the process's memory.
    #[must_use]
    #[inline(always)]
    pub const fn reference(offset: u32) -> Word {
        Word(TAG_REF << TAG_SHIFT | offset as u64)
    }

    /// A reference to the object at `offset` of the boot segment.
    #[must_use]
    pub const fn boot(offset: u32) -> Word {
        Word(TAG_BOOT << TAG_SHIFT | offset as u64)
    }

    /// The top 16 bits.
    #[must_use]
    #[inline(always)]
    pub(crate) const fn tag(self) -> u64 {
        self.0 >> TAG_SHIFT
    }

    /// The offset of a reference of either kind.
    #[must_use]
    #[inline(always)]
    pub const fn offset(self) -> u32 {
        self.0 as u32
    }

    /// Whether this is a double.
    #[must_use]
    #[inline(always)]
    pub const fn is_double(self) -> bool {
        self.0 < TAG_INT << TAG_SHIFT
    }

    /// Whether this is a small integer.
    #[must_use]
    #[inline(always)]
    pub const fn is_small(self) -> bool {
        self.tag() == TAG_INT
    }

    /// Whether this refers into the process's memory.
    #[must_use]
    #[inline(always)]
    pub const fn is_reference(self) -> bool {
        self.tag() == TAG_REF
    }

    /// Whether this refers into the boot segment.
    #[must_use]
    #[inline(always)]
    pub const fn is_boot(self) -> bool {
        self.tag() == TAG_BOOT
    }

    /// Whether this refers to an object, wherever.
    #[must_use]
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.tag() & !1 == TAG_REF
    }

    /// Neither nil nor false.
    #[must_use]
    #[inline(always)]
    pub const fn is_truthy(self) -> bool {
        self.0 & !1 != Word::NIL.0
    }

    /// Whether this is nil.
    #[must_use]
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == Word::NIL.0
    }

    /// The value of a small integer word (garbage for other words).
    #[must_use]
    #[inline(always)]
    pub const fn small_value(self) -> i64 {
        ((self.0 << 16) as i64) >> 16
    }

    /// The value of a small integer.
    #[must_use]
    #[inline(always)]
    pub const fn as_small(self) -> Option<i64> {
        if self.is_small() {
            Some(self.small_value())
        } else {
            None
        }
    }

    /// The value of a double.
    #[must_use]
    #[inline(always)]
    pub const fn as_double(self) -> Option<f64> {
        if self.is_double() {
            Some(f64::from_bits(self.0))
        } else {
            None
        }
    }

    /// The value of a character.
    #[must_use]
    pub const fn as_char(self) -> Option<char> {
        if self.tag() == TAG_IMMEDIATE && self.0 & CHAR_SUBTAG != 0 {
            char::from_u32(self.0 as u32)
        } else {
            None
        }
    }

    /// The value of `true` or `false`.
    #[must_use]
    pub const fn as_bool(self) -> Option<bool> {
        match self {
            Word::TRUE => Some(true),
            Word::FALSE => Some(false),
            _ => None,
        }
    }

    /// Whether the bit pattern is one that this module makes, references' bounds aside.
    #[must_use]
    pub fn is_well_formed(self) -> bool {
        match self.tag() {
            TAG_INT => true,
            TAG_IMMEDIATE => {
                self.as_char().is_some() || self.0 & PAYLOAD <= Word::ELSEWHERE.0 & PAYLOAD
            }
            TAG_REF | TAG_BOOT => self.0 & PAYLOAD <= u64::from(u32::MAX),
            _ => self.is_double() && (!f64::from_bits(self.0).is_nan() || self.0 == CANONICAL_NAN),
        }
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Word::NIL => f.write_str("nil"),
            Word::FALSE => f.write_str("false"),
            Word::TRUE => f.write_str("true"),
            Word::DEAD => f.write_str("dead"),
            Word::UNBOUND => f.write_str("unbound"),
            Word::EMPTY_LIST => f.write_str("()"),
            Word::ABSENT => f.write_str("absent"),
            Word::ELSEWHERE => f.write_str("elsewhere"),
            w if w.is_small() => write!(f, "{}", w.small_value()),
            w if w.is_double() => write!(f, "{:?}", f64::from_bits(w.0)),
            w if w.is_reference() => write!(f, "@{}", w.offset()),
            w if w.is_boot() => write!(f, "boot@{}", w.offset()),
            w => match w.as_char() {
                Some(c) => write!(f, "{c:?}"),
                None => write!(f, "?{:#x}", w.0),
            },
        }
    }
}
