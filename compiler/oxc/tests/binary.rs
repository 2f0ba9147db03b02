//! The binary answers. That a test of this package needs it makes `cargo test` build it, for the
//! transcripts in `tests/cli`.

use std::process::Command;

#[test]
fn the_binary_says_its_version() {
    let output = Command::new(env!("CARGO_BIN_EXE_oxc"))
        .arg("--version")
        .output();
    let output = output.expect("the binary is built and runs");
    assert!(output.status.success());
    let version = concat!("oxc ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), version);
}
