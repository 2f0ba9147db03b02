//! What durability promises, tried on the real command, the real files and the real engine.
//!
//! `kill` kills the release pipeline; `cost`, `soak` and `recovery` are small runs of what
//! `bench/durable` measures.
#![expect(clippy::unwrap_used, reason = "tests")]

mod commands;
mod cost;
mod damage;
mod kill;
mod pipeline;
mod recovery;
mod soak;
