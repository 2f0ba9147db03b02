//! The checksum of log records and file blocks, and repair by it.
//!
//! 64 bits: a CRC-32 below, which finds a flipped bit and tells where it is,
//! and the upper half of a multilinear sum above, which is of another kind and
//! so confirms what the CRC says. With the CRC alone, one in some ten thousand
//! pieces damaged in many places would be "repaired" into something else.
//!
//! Invariant: the value depends on the seed, so that right bytes in the wrong
//! place (a recycled file, another block) do not check.

const POLYNOMIAL: u32 = 0xEDB8_8320;
const WEIGHT: u64 = 0x9E37_79B9_7F4A_7C15;
const WEIGHT_STEP: u64 = 0xD1B5_4A32_D192_ED02;

/// Bytes that both halves are computed of before the next: they stay in the processor's cache.
const PART_BYTES: usize = 16 * 1024;

/// The checksum of `bytes` under `seed`.
pub(crate) fn check(seed: u64, bytes: &[u8]) -> u64 {
    let mut checker = Checker::new(seed, bytes.len());
    checker.add(bytes);
    checker.finish()
}

/// A checksum of bytes that come in parts; all but the last are of whole words.
#[derive(Debug)]
pub(crate) struct Checker {
    crc: crc32fast::Hasher,
    weight: u64,
    total: u64,
    tail: [u8; 8],
}

impl Checker {
    /// Of so many bytes in all.
    pub(crate) fn new(seed: u64, len: usize) -> Self {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&seed.to_le_bytes());
        Self {
            crc,
            weight: WEIGHT,
            total: (seed ^ len as u64).wrapping_mul(WEIGHT),
            tail: [0; 8],
        }
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(PART_BYTES) {
            self.crc.update(part);
            let (words, tail) = part.as_chunks::<8>();
            let (mut weight, mut total) = (self.weight, self.total);
            for word in words {
                // An even step keeps the weights odd: no bit of a word is lost.
                weight = weight.wrapping_add(WEIGHT_STEP);
                total = total.wrapping_add(u64::from_le_bytes(*word).wrapping_mul(weight));
            }
            (self.weight, self.total) = (weight, total);
            self.tail[..tail.len()].copy_from_slice(tail);
        }
    }

    pub(crate) fn finish(self) -> u64 {
        let weight = self.weight.wrapping_add(WEIGHT_STEP);
        let last = u64::from_le_bytes(self.tail).wrapping_mul(weight);
        let total = self.total.wrapping_add(last);
        // The low bits of the product do not depend on the high bits of a word;
        // the high ones do on all.
        let sum = (total ^ (total >> 29)) & (u64::from(u32::MAX) << 32);
        sum | u64::from(self.crc.finalize())
    }
}

/// What comparing bytes with their checksum says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// They agree.
    Good,
    /// One bit had flipped, in the bytes or in the checksum; the bytes are
    /// right now.
    Repaired,
    /// They do not agree and the bytes are as they were.
    Bad,
}

/// Compares `bytes` with `expected`, and puts a single flipped bit right.
pub(crate) fn check_and_repair(seed: u64, bytes: &mut [u8], expected: u64) -> Verdict {
    let found = check(seed, bytes);
    let difference = found ^ expected;
    if difference == 0 {
        return Verdict::Good;
    }
    if difference.is_power_of_two() {
        return Verdict::Repaired;
    }
    let Some(bit) = flipped_bit(difference as u32, bytes.len()) else {
        return Verdict::Bad;
    };
    bytes[bit / 8] ^= 1 << (bit % 8);
    if check(seed, bytes) == expected {
        return Verdict::Repaired;
    }
    bytes[bit / 8] ^= 1 << (bit % 8);
    Verdict::Bad
}

/// The one bit of `len` bytes whose flip changes their CRC by `syndrome`.
///
/// A CRC is linear: the change depends on the place only. Going from the last
/// byte backwards, each step moves the eight changes one byte further.
fn flipped_bit(syndrome: u32, len: usize) -> Option<usize> {
    if syndrome == 0 {
        return None;
    }
    let mut changes: [u32; 8] = std::array::from_fn(|bit| TABLE[1 << bit]);
    for byte in (0..len).rev() {
        if let Some(bit) = changes.iter().position(|&change| change == syndrome) {
            return Some(byte * 8 + bit);
        }
        for change in &mut changes {
            *change = (*change >> 8) ^ TABLE[(*change & 0xFF) as usize];
        }
    }
    None
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                (value >> 1) ^ POLYNOMIAL
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 131 % 251) as u8).collect()
    }

    #[test]
    fn every_single_flip_is_put_right() {
        for len in [1, 7, 8, 64, 300] {
            let right = sample(len);
            let expected = check(42, &right);
            for bit in 0..len * 8 {
                let mut bytes = right.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(
                    check_and_repair(42, &mut bytes, expected),
                    Verdict::Repaired
                );
                assert_eq!(bytes, right, "bit {bit} of {len} bytes");
            }
            for bit in 0..64 {
                let mut bytes = right.clone();
                let stored = expected ^ (1 << bit);
                assert_eq!(check_and_repair(42, &mut bytes, stored), Verdict::Repaired);
                assert_eq!(bytes, right);
            }
        }
    }

    #[test]
    fn two_flips_are_bad_and_change_nothing() {
        let right = sample(64);
        let expected = check(1, &right);
        for first in 0..512 {
            for second in (0..first).step_by(7) {
                let mut bytes = right.clone();
                bytes[first / 8] ^= 1 << (first % 8);
                bytes[second / 8] ^= 1 << (second % 8);
                let damaged = bytes.clone();
                assert_eq!(check_and_repair(1, &mut bytes, expected), Verdict::Bad);
                assert_eq!(bytes, damaged);
            }
        }
    }

    #[test]
    fn parts_make_the_checksum_of_the_whole() {
        let bytes = sample(3 * PART_BYTES + 13);
        let whole = check(7, &bytes);
        for len in [8, 64, PART_BYTES, PART_BYTES + 8] {
            let mut checker = Checker::new(7, bytes.len());
            bytes.chunks(len).for_each(|part| checker.add(part));
            assert_eq!(checker.finish(), whole, "in parts of {len}");
        }
        // What stores hold already.
        assert_eq!(check(42, &sample(300)), 0x659f_c9b0_262e_8cf8);
    }

    #[test]
    fn seed_length_and_zeros_count() {
        assert_ne!(check(1, b"abc"), check(2, b"abc"));
        assert_ne!(check(1, &[0; 8]), check(1, &[0; 16]));
        assert_ne!(check(0, &[0; 4096]), 0);
    }
}
