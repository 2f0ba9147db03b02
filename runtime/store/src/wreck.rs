//! What is left of a damaged page: the records in it that are still whole.
//!
//! A leaf of redb's divides into records by tables at its beginning, and each record has a checksum
//! of its own. One that is right proves the count and its own place; so what lies between two whole
//! neighbors is known to be nothing, and only where a broken record stands may keys be hidden.
//!
//! Invariant: nothing is said of a page in which no record is whole.

use std::ops::Range;

use crate::folded::unwrap;
use crate::table::Value;

/// A record of a damaged leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Its checksum is right.
    Whole {
        key: Range<usize>,
        wrapped: Range<usize>,
    },
    /// It is not; where its key seems to be.
    Broken { claimed: Option<Range<usize>> },
}

/// What a damaged page says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Found(Value),
    Absent,
    Unknown,
}

/// A part of a damaged leaf, in the order of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// A whole record.
    Record { key: &'a [u8], value: &'a [u8] },
    /// Records whose keys are greater than `above` and less than `below`, where there are such
    /// neighbors in the page.
    Hole {
        above: Option<&'a [u8]>,
        below: Option<&'a [u8]>,
        /// The key that the first of them seems to have.
        claimed: Option<&'a [u8]>,
    },
}

/// A damaged page.
#[derive(Debug)]
pub(crate) struct Wreck {
    page: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Wreck {
    pub(crate) fn new(page: Vec<u8>) -> Self {
        let mut pieces = divide(&page);
        let mut last: Option<&[u8]> = None;
        let in_order = pieces.iter().all(|piece| match piece {
            Piece::Broken { .. } => true,
            Piece::Whole { key, .. } => {
                let key = &page[key.clone()];
                last.replace(key).is_none_or(|last| last < key)
            }
        });
        if !in_order {
            pieces.clear();
        }
        Self { page, pieces }
    }

    /// The page as it was read.
    pub(crate) fn page(&self) -> &[u8] {
        &self.page
    }

    fn is_readable(&self) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Whole { .. }))
    }

    /// Whether nothing in it is hidden.
    pub(crate) fn is_whole(&self) -> bool {
        let is_whole = |piece: &Piece| matches!(piece, Piece::Whole { .. });
        !self.pieces.is_empty() && self.pieces.iter().all(is_whole)
    }

    /// What the page says of a key that belongs into it.
    pub(crate) fn get(&self, wanted: &[u8]) -> Lookup {
        if !self.is_readable() {
            return Lookup::Unknown;
        }
        for part in self.parts() {
            match part {
                Part::Record { key, value } if key == wanted => {
                    return Lookup::Found(Value::new(value.to_vec()));
                }
                Part::Record { .. } => {}
                Part::Hole { above, below, .. } => {
                    let is_inside = above.is_none_or(|above| above < wanted)
                        && below.is_none_or(|below| wanted < below);
                    if is_inside {
                        return Lookup::Unknown;
                    }
                }
            }
        }
        Lookup::Absent
    }

    /// The page's parts in the order of keys; one hole if nothing can be told.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let claimed = |piece: &Piece| match piece {
            Piece::Broken { claimed } => claimed.clone().map(|at| &self.page[at]),
            Piece::Whole { .. } => None,
        };
        if !self.is_readable() {
            let only = self.pieces.first().filter(|_| self.pieces.len() == 1);
            return vec![Part::Hole {
                above: None,
                below: None,
                claimed: only.and_then(claimed),
            }];
        }
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            match piece {
                Piece::Whole { key, wrapped } => {
                    let key = &self.page[key.clone()];
                    let value = unwrap(key, &self.page[wrapped.clone()]);
                    let value = value.expect("it was whole when the page was read");
                    if let Some(Part::Hole { below, .. }) = parts.last_mut() {
                        *below = Some(key);
                    }
                    parts.push(Part::Record { key, value });
                }
                Piece::Broken { .. } => {
                    let above = match parts.last() {
                        Some(Part::Hole { .. }) => continue,
                        Some(Part::Record { key, .. }) => Some(*key),
                        None => None,
                    };
                    parts.push(Part::Hole {
                        above,
                        below: None,
                        claimed: claimed(piece),
                    });
                }
            }
        }
        parts
    }
}

/// The records of a leaf. Layout: type 1, count, the ends of the keys, the ends of the values,
/// keys, values.
fn divide(page: &[u8]) -> Vec<Piece> {
    const LEAF: u8 = 1;
    const HEAD: usize = 4;
    let number = |at: usize| {
        let (bytes, _) = page.get(at..)?.split_first_chunk()?;
        Some(u32::from_le_bytes(*bytes) as usize)
    };
    let (Some(&LEAF), Some(&[low, high])) = (
        page.first(),
        page.get(2..HEAD).and_then(<[u8]>::first_chunk),
    ) else {
        return Vec::new();
    };
    let count = usize::from(u16::from_le_bytes([low, high]));
    if HEAD + 8 * count > page.len() {
        return Vec::new();
    }
    let end = |index: usize| number(HEAD + 4 * index);
    let span = |index: usize, first: usize| {
        let start = if index == first {
            None
        } else {
            Some(end(index - 1)?)
        };
        Some((start, end(index)?))
    };
    let piece = |index: usize| {
        let (key_start, key_end) = span(index, 0)?;
        let key = key_start.unwrap_or(HEAD + 8 * count)..key_end;
        let claimed = page.get(key.clone()).is_some_and(|key| !key.is_empty());
        let broken = Piece::Broken {
            claimed: claimed.then(|| key.clone()),
        };
        let (value_start, value_end) = span(count + index, count)?;
        let wrapped = match value_start {
            Some(start) => start..value_end,
            None => end(count - 1)?..value_end,
        };
        let (Some(key_bytes), Some(wrapped_bytes)) =
            (page.get(key.clone()), page.get(wrapped.clone()))
        else {
            return Some(broken);
        };
        Some(match unwrap(key_bytes, wrapped_bytes) {
            Ok(_) => Piece::Whole { key, wrapped },
            Err(_) => broken,
        })
    };
    (0..count)
        .map(|index| piece(index).unwrap_or(Piece::Broken { claimed: None }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::wrap;

    fn leaf(records: &[(&[u8], &[u8])]) -> Vec<u8> {
        let wrapped: Vec<Vec<u8>> = records
            .iter()
            .map(|(key, value)| {
                let mut bytes = Vec::new();
                wrap(key, value, &mut bytes);
                bytes
            })
            .collect();
        let mut page = vec![1, 0];
        page.extend_from_slice(&(records.len() as u16).to_le_bytes());
        let mut at = 4 + 8 * records.len();
        for (key, _) in records {
            at += key.len();
            page.extend_from_slice(&(at as u32).to_le_bytes());
        }
        for value in &wrapped {
            at += value.len();
            page.extend_from_slice(&(at as u32).to_le_bytes());
        }
        for (key, _) in records {
            page.extend_from_slice(key);
        }
        for value in &wrapped {
            page.extend_from_slice(value);
        }
        page.resize(4096, 0);
        page
    }

    #[test]
    fn a_broken_record_hides_what_lies_between_its_neighbors_only() {
        let mut page = leaf(&[(b"a", b"1"), (b"c", b"2"), (b"e", b"3")]);
        let at = page.iter().position(|b| *b == b'c').expect("a key");
        page[at] ^= 4;
        let wreck = Wreck::new(page);
        assert!(matches!(wreck.get(b"a"), Lookup::Found(value) if &*value == b"1"));
        assert!(matches!(wreck.get(b"e"), Lookup::Found(value) if &*value == b"3"));
        for hidden in [&b"b"[..], b"c", b"d"] {
            assert_eq!(wreck.get(hidden), Lookup::Unknown);
        }
        for absent in [&b"A"[..], b"f"] {
            assert_eq!(wreck.get(absent), Lookup::Absent);
        }
    }

    #[test]
    fn nothing_is_said_of_a_page_without_a_whole_record() {
        let mut page = leaf(&[(b"a", b"1"), (b"c", b"2")]);
        page[2] = 3;
        assert_eq!(Wreck::new(page).get(b"b"), Lookup::Unknown);
        assert_eq!(Wreck::new(vec![0xFF; 4096]).get(b"b"), Lookup::Unknown);
        assert_eq!(Wreck::new(Vec::new()).get(b"b"), Lookup::Unknown);
    }
}
