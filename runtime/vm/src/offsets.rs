//! Sets of offsets in a memory: where objects start, or which of them were seen.
//!
//! # Invariants
//! - One bit a word of the memory, up to the greatest offset that was in the set.

/// A set of offsets.
#[derive(Debug, Default)]
pub(crate) struct Offsets(Vec<u64>);

impl Offsets {
    /// Adds an offset; false if it is there.
    pub(crate) fn insert(&mut self, offset: u32) -> bool {
        let at = offset as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        let bit = 1 << (offset % 64);
        let is_new = self.0[at] & bit == 0;
        self.0[at] |= bit;
        is_new
    }

    /// Whether an offset is in the set.
    pub(crate) fn contains(&self, offset: u32) -> bool {
        self.0
            .get(offset as usize / 64)
            .is_some_and(|bits| bits >> (offset % 64) & 1 != 0)
    }

    /// Takes out an offset and all that are greater.
    pub(crate) fn remove_from(&mut self, offset: u32) {
        self.0.truncate(offset.div_ceil(64) as usize);
        let at = offset as usize / 64;
        if let Some(bits) = self.0.get_mut(at) {
            *bits &= (1 << (offset % 64)) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Offsets;

    #[test]
    fn holds_what_was_put_in() {
        let mut offsets = Offsets::default();
        for offset in [130, 3, 64] {
            assert!(!offsets.contains(offset));
            assert!(offsets.insert(offset));
            assert!(!offsets.insert(offset));
        }
        for offset in 0..400 {
            assert_eq!(offsets.contains(offset), [3, 64, 130].contains(&offset));
        }
        for (from, left) in [(131, 3), (130, 2), (65, 2), (64, 1), (4, 1), (3, 0), (0, 0)] {
            offsets.remove_from(from);
            let have = (0..400).filter(|&offset| offsets.contains(offset));
            assert_eq!(have.count(), left, "below {from}");
        }
    }
}
