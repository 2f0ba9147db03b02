//! Runs `fuzz::compiler::run` on what libFuzzer thinks of.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::compiler::run(bytes));
