//! The `oxc` command.
fn main() {}
