//! The engine with compiled programs in a world of virtual time and injected crashes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod activities;
mod basics;
mod beside;
mod cells;
#[path = "../compiler.rs"]
mod compiler;
mod cost;
mod damage;
mod deadlines;
mod disk;
mod epochs;
mod evaluation;
mod faults;
mod formats;
mod handlers;
mod interrupts;
mod limits;
mod long_texts;
mod modes;
mod outputs;
mod parked;
mod past;
mod processes;
mod readers;
mod recoveries;
mod stdin;
mod threads;
mod transit;
mod variants;
mod world;
