//! Objects: what a reference refers to, and the table of their kinds.
//!
//! ```text
//!  63      56 55     48 47        32 31                 0
//! +----------+---------+------------+--------------------+
//! |   kind   |  flags  |    aux     |   size in words    |   header (the size counts the header)
//! +----------+---------+------------+--------------------+
//! | raw words (numbers, hashes, bytes): `Kind::raw` of them, or all                   |
//! | value words: the rest, each a [`Word`]                                            |
//! ```
//!
//! # Invariants
//! - Raw words come first, value words after them: collectors and verifier need no more.
//! - A kind's number is never reused; kinds are part of the stored format.
//! - A hash word is a cache: 0 means "not computed", it is stored as 0, and nothing depends on it.
//! - Only kinds marked *mutable* are ever written after they were made (through the barrier), and
//!   only their value words.

use crate::word::Word;

/// Flag: the last value word is the metadata.
pub const FLAG_META: u8 = 1;
/// Flag of a two-element [`Kind::SmallVector`]: it is a map entry.
pub const FLAG_ENTRY: u8 = 2;
/// Flag of a [`Kind::Str`]: all bytes are ASCII, so character and byte indices agree.
pub const FLAG_ASCII: u8 = 4;
/// Flag of a [`Kind::BigInt`]: the number is negative.
pub const FLAG_NEGATIVE: u8 = 8;
/// Flag of a node of a vector, map or set: the last word is the serial of the transient that made
/// it, a small integer, and belongs to no element. No other may edit the node in place.
pub const FLAG_OWNED: u8 = 16;

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $name:ident = $num:literal, raw $raw:literal, hash $hash:literal, $mutable:literal ; )*) => {
        /// The kind of an object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $( $(#[doc = $doc])* $name = $num, )* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[ $( Kind::$name, )* ];

            /// The kind with this number.
            #[must_use]
            pub const fn from_u8(n: u8) -> Option<Kind> {
                match n { $( $num => Some(Kind::$name), )* _ => None }
            }

            /// Number of raw words after the header; [`Kind::ALL_RAW`] when there is nothing else.
            #[must_use]
            pub const fn raw(self) -> usize {
                match self { $( Kind::$name => $raw, )* }
            }

            /// Index of the cached hash word; 0 when the kind has none.
            #[must_use]
            pub const fn hash_word(self) -> usize {
                match self { $( Kind::$name => $hash, )* }
            }

            /// Whether value words may be written after the object was made.
            #[must_use]
            pub const fn is_mutable(self) -> bool {
                match self { $( Kind::$name => $mutable, )* }
            }
        }

        /// First value word by kind number, for the collectors' loops (`u32::MAX`: none).
        pub(crate) static FIRST_VALUE: [u32; 256] = {
            let mut table = [u32::MAX; 256];
            $( table[$num] = if $raw == Kind::ALL_RAW { u32::MAX } else { $raw as u32 + 1 }; )*
            table
        };
    };
}

kinds! {
    /// 64-bit integer beyond the immediate range: `[value]`
    Int = 1, raw 99, hash 0, false;
    /// arbitrary integer beyond 64 bits: magnitude, little-endian words; sign in the flags
    BigInt = 2, raw 99, hash 0, false;
    /// ratio in lowest terms: `numerator denominator`
    Ratio = 3, raw 0, hash 0, false;
    /// decimal: `[scale] unscaled`
    Decimal = 4, raw 1, hash 0, false;
    /// string: `[bytes:32 | chars:32][hash][UTF-8 …]`
    Str = 5, raw 99, hash 2, false;
    /// byte string: `[bytes][hash][data …]`
    Bytes = 6, raw 99, hash 2, false;
    /// symbol: `[hash] namespace name (meta)`
    Symbol = 7, raw 1, hash 1, false;
    /// keyword: `[hash] namespace name`
    Keyword = 8, raw 1, hash 1, false;
    /// regular expression: `source`
    Regex = 9, raw 0, hash 0, false;
    /// instant: `[seconds][nanoseconds]`
    Inst = 10, raw 99, hash 0, false;
    /// UUID: `[high][low]`
    Uuid = 11, raw 99, hash 0, false;
    /// function: `[template] captures … (meta)`; written after making only by `set-capture`
    Function = 12, raw 1, hash 0, true;
    /// native function: `[native]`
    Native = 13, raw 99, hash 0, false;
    /// pair made by `cons`: `first rest (meta)`
    Cons = 14, raw 0, hash 0, false;
    /// list: `[count][hash] first rest (meta)`; the empty list with metadata has count 0
    List = 15, raw 2, hash 2, false;
    /// vector above 32 elements: `[count:32 | shift:32][hash] root tail (meta)`
    Vector = 16, raw 2, hash 2, false;
    /// inner node or leaf of a vector: up to 32 words
    VectorNode = 17, raw 0, hash 0, false;
    /// vector of at most 32 elements: `elements … (meta)`; count in aux
    SmallVector = 18, raw 0, hash 0, false;
    /// map of at most 8 entries in insertion order: `[hash] key value … (meta)`; count in aux
    SmallMap = 19, raw 1, hash 1, false;
    /// hash map: `[count][hash] root (meta)`
    Map = 20, raw 2, hash 2, false;
    /// node of a hash map: `[entries:32 | children:32] key value … child …`
    MapNode = 21, raw 1, hash 0, false;
    /// entries of one hash: `[hash] key value …`
    MapCollision = 22, raw 1, hash 0, false;
    /// set of at most 8 elements in insertion order: `[hash] elements … (meta)`; count in aux
    SmallSet = 23, raw 1, hash 1, false;
    /// hash set: `[count][hash] root (meta)`
    Set = 24, raw 2, hash 2, false;
    /// node of a hash set: `[elements:32 | children:32] element … child …`
    SetNode = 25, raw 1, hash 0, false;
    /// elements of one hash: `[hash] elements …`
    SetCollision = 26, raw 1, hash 0, false;
    /// lazy cell: `state content meta`; the state is a small integer
    Lazy = 27, raw 0, hash 0, true;
    /// atom: `[serial] value hooks meta`; the hooks are nil or a map
    Atom = 28, raw 1, hash 0, true;
    /// volatile: `[serial] value`
    Volatile = 29, raw 1, hash 0, true;
    /// delay: `[serial] state content`
    Delay = 30, raw 1, hash 0, true;
    /// promise: `[serial] state value`
    Promise = 31, raw 1, hash 0, true;
    /// future of a fiber: `[fiber] state value`
    Future = 32, raw 1, hash 0, true;
    /// mutable array, for natives' work lists and library code; of a state of a walk, which one in aux
    Array = 33, raw 0, hash 0, true;
    /// integer range: `start end step (meta)`
    Range = 34, raw 0, hash 0, false;
    /// `reduced`: `value`
    Reduced = 35, raw 0, hash 0, false;
    /// var: `[slot] symbol`
    Var = 36, raw 1, hash 0, false;
    /// error: `kind message data cause trace`; the trace is written when it is first thrown
    Error = 37, raw 0, hash 0, true;
    /// process id: `[run][child]`
    Pid = 38, raw 99, hash 0, false;
    /// tagged literal: `tag form`
    Tagged = 39, raw 0, hash 0, false;
    /// transient vector: `[serial] count-and-shift root tail`
    TransientVector = 40, raw 1, hash 0, true;
    /// transient map: `[serial] count root`
    TransientMap = 41, raw 1, hash 0, true;
    /// transient set: `[serial] count root`
    TransientSet = 42, raw 1, hash 0, true;
    /// unique reference (monitors, calls): `[serial][process]`
    Ref = 43, raw 99, hash 0, false;
    /// sequence over what lies in order: `[index] collection (meta)`; of strings, the byte index
    IndexSeq = 44, raw 1, hash 0, false;
    /// sequence over a trie's nodes, at word `index` of a node: `[index] node parent (meta)`; a
    /// parent is where to go on above, or nil. Of a sorted collection the index is 1 if it goes from
    /// the greatest to the least, else 0; of a queue the node is its front, the parent its rear
    NodeSeq = 45, raw 1, hash 0, false;
    /// secret: `source name`
    Secret = 46, raw 0, hash 0, false;
    /// type of records or instances: `name fields`
    Type = 48, raw 0, hash 0, false;
    /// record: `type values extra (meta)`
    Record = 49, raw 0, hash 0, false;
    /// value of a type that is no record: `[serial] type values`
    Instance = 55, raw 1, hash 0, false;
    /// extent of handlers: `[serial] handlers turn detached bindings`
    Extent = 56, raw 1, hash 0, true;
    /// free words between objects of a boot segment or segment, never referred to
    Filler = 47, raw 99, hash 0, false;
    /// sorted map: `[count][hash] root comparator (meta)`; the comparator is nil for `compare`
    SortedMap = 50, raw 2, hash 2, false;
    /// sorted set: `[count][hash] root comparator (meta)`
    SortedSet = 51, raw 2, hash 2, false;
    /// node of a sorted map: `left key value right`; height in aux
    SortedMapNode = 52, raw 0, hash 0, false;
    /// node of a sorted set: `left key right`; height in aux
    SortedSetNode = 53, raw 0, hash 0, false;
    /// queue: `[count][hash] front rear (meta)`; a sequence over a vector, a vector, or nil
    Queue = 54, raw 2, hash 2, false;
}

impl Kind {
    /// [`Kind::raw`] of kinds without value words.
    pub const ALL_RAW: usize = 99;
}

/// Kind byte of a header that was replaced by a forwarding word during a collection.
pub(crate) const FORWARDED: u8 = 0xff;

/// An object's first word.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Header(pub u64);

impl Header {
    /// A header; `size` counts it.
    #[must_use]
    #[inline(always)]
    pub const fn new(kind: Kind, flags: u8, aux: u16, size: u32) -> Header {
        Header((kind as u64) << 56 | (flags as u64) << 48 | (aux as u64) << 32 | size as u64)
    }

    /// The kind's number, which in damaged memory may name no kind.
    #[must_use]
    #[inline(always)]
    pub const fn kind_byte(self) -> u8 {
        (self.0 >> 56) as u8
    }

    /// The kind.
    ///
    /// # Panics
    /// If the word is no header; the verifier has seen to it that references lead to headers.
    #[must_use]
    #[inline(always)]
    pub const fn kind(self) -> Kind {
        match Kind::from_u8(self.kind_byte()) {
            Some(kind) => kind,
            None => panic!("a reference leads to a word that is no header"),
        }
    }

    /// Flags.
    #[must_use]
    #[inline(always)]
    pub const fn flags(self) -> u8 {
        (self.0 >> 48) as u8
    }

    /// Whether the last value word is metadata.
    #[must_use]
    pub const fn has_meta(self) -> bool {
        self.flags() & FLAG_META != 0
    }

    /// The kind's own 16 bits.
    #[must_use]
    #[inline(always)]
    pub const fn aux(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Words of the object, header included.
    #[must_use]
    #[inline(always)]
    pub const fn size(self) -> u32 {
        self.0 as u32
    }

    pub(crate) const fn forward(offset: u32) -> Header {
        Header((FORWARDED as u64) << 56 | offset as u64)
    }

    #[inline(always)]
    pub(crate) const fn forwarded_to(self) -> Option<u32> {
        if self.kind_byte() == FORWARDED {
            Some(self.0 as u32)
        } else {
            None
        }
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Kind::from_u8(self.kind_byte()) {
            Some(kind) => write!(
                f,
                "{kind:?}(flags {:#x}, aux {}, {} words)",
                self.flags(),
                self.aux(),
                self.size()
            ),
            None => write!(f, "not a header ({:#x})", self.0),
        }
    }
}

/// A borrowed object: its header and words.
#[derive(Clone, Copy, Debug)]
pub struct Object<'h> {
    words: &'h [u64],
}

impl<'h> Object<'h> {
    #[inline(always)]
    pub(crate) fn new(words: &'h [u64]) -> Object<'h> {
        Object { words }
    }

    /// The header.
    #[must_use]
    #[inline(always)]
    pub fn header(self) -> Header {
        Header(self.words[0])
    }

    /// The kind.
    #[must_use]
    #[inline(always)]
    pub fn kind(self) -> Kind {
        self.header().kind()
    }

    /// The raw word at `index` (0 is the header).
    #[must_use]
    #[inline(always)]
    pub fn raw(self, index: usize) -> u64 {
        self.words[index]
    }

    /// The word at `index` as a value (0 is the header).
    #[must_use]
    #[inline(always)]
    pub fn word(self, index: usize) -> Word {
        Word(self.words[index])
    }

    /// All words, header included.
    #[must_use]
    #[inline(always)]
    pub fn words(self) -> &'h [u64] {
        self.words
    }

    /// The value words, metadata included.
    #[must_use]
    #[inline(always)]
    pub fn values(self) -> &'h [u64] {
        let first = FIRST_VALUE[self.header().kind_byte() as usize] as usize;
        self.words.get(first..).unwrap_or(&[])
    }

    /// The value words without metadata.
    #[must_use]
    #[inline(always)]
    pub fn elements(self) -> &'h [u64] {
        let values = self.values();
        if self.header().has_meta() {
            &values[..values.len() - 1]
        } else {
            values
        }
    }

    /// The metadata, nil when there is none.
    #[must_use]
    pub fn meta(self) -> Word {
        if self.header().has_meta() {
            Word(self.words[self.words.len() - 1])
        } else {
            Word::NIL
        }
    }
}
