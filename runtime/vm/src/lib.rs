//! Ox's virtual machine: words, objects, memory and its collector, stacks, values, natives, the
//! interpreter, checkpoints.
//!
//! Read in this order: [`word`], [`object`], [`heap`], `collect`, [`stack`], [`process`],
//! [`checkpoint`], then `interp`.
//!
//! # Invariants
//! - No native frame is live at a point where a process can stop.
//! - `unsafe` is confined to `interp` and `view`, each with its invariants at the top.
//! - The machine performs no effect: it stops with a request and is given the answer.

pub mod boot;
mod call;
pub mod checkpoint;
mod collect;
pub mod cover;
pub mod fiber;
pub mod heap;
pub mod image;
pub mod interp;
pub mod label;
pub mod native;
pub mod object;
mod offsets;
pub mod oracle;
pub mod process;
pub mod reach;
pub mod stack;
pub mod under_way;
pub mod value;
pub mod verify;
pub mod view;
pub mod word;

pub use word::Word;
