//! What the workspace's tests share: the readers of test files.
//!
//! # Invariants
//! - Nothing here runs a test; what is run is in `tests/main.rs`, the one integration-test binary.
//! - Expectations are rewritten by `UPDATE_EXPECT=1`, never by hand.

pub mod specification;
pub mod transcript;

use std::path::{Path, PathBuf};

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("the harness is two folders below the root")
        .to_owned()
}

/// Whether expectations are to be rewritten.
#[must_use]
pub fn updates_expectations() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1")
}

/// Numbers that look random and are the same for the same seed: a linear congruential generator
/// (Knuth's MMIX), whose upper bits are taken.
#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}
