//! Runs `fuzz::bytecode::run` on what libFuzzer thinks of.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::bytecode::run(bytes));
