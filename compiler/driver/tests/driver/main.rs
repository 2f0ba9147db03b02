//! The compiler as its users see it: texts in, diagnostics and images out.
#![expect(clippy::unwrap_used, reason = "tests")]

mod cache;
mod damage;
mod effects;
mod extend;
mod generate;
mod incremental;
mod laws;
mod mistakes;
mod packages;
mod packs;
mod rewrites;
mod same;
mod semver;
mod summaries;
mod support;
mod tables;
mod top_level;
mod values;
