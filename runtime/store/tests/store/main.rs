//! The store as its users see it, on the simulated disk and on a real one.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bounds;
mod common;
mod damage;
mod faults;
mod files;
mod model;
