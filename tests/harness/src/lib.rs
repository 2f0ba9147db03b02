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
