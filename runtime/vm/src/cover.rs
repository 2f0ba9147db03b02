//! Which instructions of an image have run, for who wants to know what tests reach.
//!
//! # Invariants
//! - An image that nobody watches pays for one question each time a fiber is run: instructions are noted in
//!   the loop of the test modes only.
//! - Nothing of it is stored, and what runs does not depend on it.
//! - An extension of an image shares the notes of what it extends, whose prototypes it has.

use crate::image::LoadedProto;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of an instruction.
const INSTRUCTION: usize = size_of::<u64>();

/// See the file's header.
#[derive(Debug)]
pub struct Covered {
    /// The prototype whose code begins at an address.
    by_code: FxHashMap<usize, u32>,
    /// Per prototype, by instruction.
    have_run: Vec<Arc<[AtomicBool]>>,
}

impl Covered {
    /// Of these prototypes, of which the first are those of an image that this one extends.
    pub(crate) fn new(protos: &[LoadedProto], extended: Option<&Covered>) -> Covered {
        let number = |(number, proto): (u32, &LoadedProto)| (proto.code.as_ptr() as usize, number);
        let none =
            |proto: &LoadedProto| proto.code.iter().map(|_| AtomicBool::new(false)).collect();
        let mut have_run = extended.map_or_else(Vec::new, |covered| covered.have_run.clone());
        have_run.extend(protos.iter().skip(have_run.len()).map(none));
        Covered {
            by_code: (0..).zip(protos).map(number).collect(),
            have_run,
        }
    }

    /// The instruction at an address runs, of the code that begins at another.
    pub(crate) fn note(&self, code: usize, at: usize) {
        let proto = self.by_code.get(&code).copied();
        let instructions = proto.and_then(|proto| self.have_run.get(proto as usize));
        let pc = at.wrapping_sub(code) / INSTRUCTION;
        if let Some(has_run) = instructions.and_then(|instructions| instructions.get(pc)) {
            has_run.store(true, Ordering::Relaxed);
        }
    }

    /// Whether one of the instructions of a prototype from a first to before an end has run.
    #[must_use]
    pub fn has_run(&self, proto: u32, pcs: std::ops::Range<u32>) -> bool {
        let Some(instructions) = self.have_run.get(proto as usize) else {
            return false;
        };
        let end = (pcs.end as usize).min(instructions.len());
        let range = (pcs.start as usize).min(end)..end;
        instructions[range]
            .iter()
            .any(|one| one.load(Ordering::Relaxed))
    }
}
