//! Sets of registers.
//!
//! # Invariants
//! - A set has room for a fixed number of registers; what lies beyond is never in it, and asking to
//!   put it there does nothing.

/// A set of register numbers below a fixed bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterSet {
    words: Vec<u64>,
}

const BITS: u32 = u64::BITS;

impl RegisterSet {
    /// An empty set with room for registers `0 .. count`, rounded up.
    #[must_use]
    pub fn new(count: u32) -> RegisterSet {
        RegisterSet {
            words: vec![0; count.div_ceil(BITS) as usize],
        }
    }

    /// Whether the register is in the set.
    #[must_use]
    pub fn contains(&self, register: u32) -> bool {
        self.words
            .get((register / BITS) as usize)
            .is_some_and(|word| word >> (register % BITS) & 1 == 1)
    }

    /// Puts a register into the set.
    pub fn insert(&mut self, register: u32) {
        if let Some(word) = self.words.get_mut((register / BITS) as usize) {
            *word |= 1 << (register % BITS);
        }
    }

    /// Takes a register out of the set.
    pub fn remove(&mut self, register: u32) {
        if let Some(word) = self.words.get_mut((register / BITS) as usize) {
            *word &= !(1 << (register % BITS));
        }
    }

    /// The registers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(n, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(n as u32 * BITS + bit)
            })
        })
    }

    /// The set as words, register 0 in the lowest bit of the first.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// Applies `change` to each word that holds some of `start .. end`, with a mask of them.
    fn for_range(&mut self, start: u32, end: u32, change: impl Fn(&mut u64, u64)) {
        let end = end.min(self.words.len() as u32 * BITS);
        let mut at = start;
        while at < end {
            let bit = at % BITS;
            let count = (BITS - bit).min(end - at);
            let mask = (u64::MAX >> (BITS - count)) << bit;
            change(&mut self.words[(at / BITS) as usize], mask);
            at += count;
        }
    }

    pub(crate) fn insert_range(&mut self, start: u32, end: u32) {
        self.for_range(start, end, |word, mask| *word |= mask);
    }

    pub(crate) fn remove_range(&mut self, start: u32, end: u32) {
        self.for_range(start, end, |word, mask| *word &= !mask);
    }

    /// The first of `start .. end` that is not in the set.
    pub(crate) fn first_missing(&self, start: u32, end: u32) -> Option<u32> {
        (start..end).find(|register| !self.contains(*register))
    }
}

/// Sets of one size, one after another.
#[derive(Clone, Debug)]
pub(crate) struct Sets {
    width: usize,
    words: Vec<u64>,
}

impl Sets {
    pub(crate) fn new(sets: usize, registers: u32) -> Sets {
        let width = registers.div_ceil(BITS) as usize;
        Sets {
            width,
            words: vec![0; sets * width],
        }
    }

    pub(crate) fn get(&self, n: usize) -> &[u64] {
        &self.words[n * self.width..(n + 1) * self.width]
    }

    pub(crate) fn get_mut(&mut self, n: usize) -> &mut [u64] {
        &mut self.words[n * self.width..(n + 1) * self.width]
    }
}

/// `into ∩ from`; whether that changed `into`.
pub(crate) fn intersect(into: &mut [u64], from: &[u64]) -> bool {
    let mut changed = false;
    for (into, from) in into.iter_mut().zip(from) {
        changed |= *into & !from != 0;
        *into &= from;
    }
    changed
}

/// `into ∪ from`; whether that changed `into`.
pub(crate) fn unite(into: &mut [u64], from: &[u64]) -> bool {
    let mut changed = false;
    for (into, from) in into.iter_mut().zip(from) {
        changed |= from & !*into != 0;
        *into |= from;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_across_words_are_put_in_and_taken_out() {
        let mut set = RegisterSet::new(200);
        set.insert_range(60, 130);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            (60..130).collect::<Vec<_>>()
        );
        set.remove_range(63, 129);
        assert_eq!(set.iter().collect::<Vec<_>>(), [60, 61, 62, 129]);
        set.insert_range(0, 64);
        assert_eq!(set.first_missing(0, 200), Some(64));
        assert_eq!(set.first_missing(0, 64), None);
    }

    #[test]
    fn what_lies_beyond_is_never_in_the_set() {
        let mut set = RegisterSet::new(3);
        set.insert(64);
        set.insert_range(62, 90);
        assert_eq!(set.iter().collect::<Vec<_>>(), [62, 63]);
        assert!(!set.contains(64));
        let mut none = RegisterSet::new(0);
        none.insert(0);
        assert_eq!(none.iter().count(), 0);
    }
}
