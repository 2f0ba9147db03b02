//! What holds on every path through a prototype.
//!
//! # Invariants
//! - The registers known to be written only become fewer while paths are followed, so the result does
//!   not depend on the order and the search ends.
//! - An instruction that throws has not written its result; what its call window covered is gone.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::blocks::Blocks;
use crate::chunk::Prototype;
use crate::effects::{Effects, consumes_fuel, may_throw};
use crate::op::{Instr, Op};
use crate::registers::{RegisterSet, Sets, intersect};
use crate::verify::{Fault, Found};

/// Words all sets of a prototype may have.
const SET_WORDS_MAX: usize = 1 << 24;
/// Each block's set may be looked at so often on average …
const VISITS_MAX: usize = 64;
/// … and any prototype may cost so many words.
const WORDS_FLOOR: usize = 1 << 22;

/// Refuses cycles that consume no fuel. Edges to handlers count as edges: a handler that throws into
/// itself is a cycle.
pub(super) fn verify_cycles(proto: &Prototype, blocks: &Blocks) -> Result<(), Found> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; blocks.len()];
    let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
    for root in 0..blocks.len() {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        path.push((root, free_edges(proto, blocks, root)));
        while let Some((block, edges)) = path.last_mut() {
            match edges.pop() {
                Some(next) => match marks[next] {
                    Mark::New => {
                        marks[next] = Mark::Open;
                        path.push((next, free_edges(proto, blocks, next)));
                    }
                    Mark::Open => return Err((Some(blocks.range(next).0), Fault::FreeCycle)),
                    Mark::Done => {}
                },
                None => {
                    marks[*block] = Mark::Done;
                    path.pop();
                }
            }
        }
    }
    Ok(())
}

/// Blocks that can be reached from a block's start without consuming fuel.
fn free_edges(proto: &Prototype, blocks: &Blocks, block: usize) -> Vec<usize> {
    let (start, end) = blocks.range(block);
    let mut throws = false;
    let mut pays = false;
    for instr in &proto.code[start as usize..end as usize] {
        let Some(op) = instr.op() else { continue };
        if consumes_fuel(op) {
            pays = true;
            break;
        }
        throws |= may_throw(op);
    }
    let mut edges = Vec::new();
    if !pays {
        edges.extend(blocks.successors(block, &proto.code));
    }
    if throws {
        let handlers = blocks.handlers(block);
        edges.extend(
            handlers
                .iter()
                .map(|handler| blocks.targets[*handler as usize].0 as usize),
        );
        edges.sort_unstable();
        edges.dedup();
    }
    edges
}

/// Follows every path with the set of registers that are written for sure; the function word is
/// register number `registers`.
struct Paths<'a> {
    proto: &'a Prototype,
    blocks: &'a Blocks,
    captures: &'a [u16],
    registers: u32,
    written: Sets,
    reached: Vec<bool>,
    pending: BTreeSet<u32>,
}

pub(super) fn verify_registers(
    proto: &Prototype,
    blocks: &Blocks,
    captures: &[u16],
    has_function: bool,
) -> Result<(), Found> {
    let registers = u32::from(proto.registers);
    let width = (registers as usize + 1).div_ceil(64);
    let words = blocks.len().saturating_mul(width);
    if words > SET_WORDS_MAX {
        return Err((None, Fault::TooComplex));
    }
    let mut paths = Paths {
        proto,
        blocks,
        captures,
        registers,
        written: Sets::new(blocks.len(), registers + 1),
        reached: vec![false; blocks.len()],
        pending: BTreeSet::new(),
    };
    let mut entry = RegisterSet::new(registers + 1);
    entry.insert_range(0, u32::from(proto.params) + u32::from(proto.variadic));
    if has_function {
        entry.insert(registers);
    }
    paths.arrive(0, &entry);
    let mut budget = words.saturating_mul(VISITS_MAX).max(WORDS_FLOOR);
    while let Some(block) = paths.pending.pop_first() {
        let block = block as usize;
        // A visit passes its set on once per edge.
        let cost = width * (4 + blocks.handlers(block).len());
        budget = budget.checked_sub(cost).ok_or((None, Fault::TooComplex))?;
        paths.follow(block);
    }
    for block in 0..blocks.len() {
        if paths.reached[block] {
            paths.check(block)?;
        }
    }
    Ok(())
}

impl Paths<'_> {
    /// A path leads to a block with these registers written.
    fn arrive(&mut self, block: usize, written: &RegisterSet) {
        let known = self.written.get_mut(block);
        let changed = if self.reached[block] {
            intersect(known, written.words())
        } else {
            known.copy_from_slice(written.words());
            true
        };
        self.reached[block] = true;
        if changed {
            self.pending.insert(block as u32);
        }
    }

    fn at(&self, block: usize) -> RegisterSet {
        let mut written = RegisterSet::new(self.registers + 1);
        written.words_mut().copy_from_slice(self.written.get(block));
        written
    }

    fn step(&self, instr: Instr, written: &mut RegisterSet) {
        let Some(effects) = Effects::of(instr, self.captures) else {
            return;
        };
        if let Some(base) = effects.kills_from {
            written.remove_range(u32::from(base), self.registers);
        }
        if instr.op() == Some(Op::DropSelf) {
            written.remove(self.registers);
        }
        if let Some(register) = effects.writes {
            written.insert(u32::from(register));
        }
    }

    fn follow(&mut self, block: usize) {
        let (start, end) = self.blocks.range(block);
        let mut written = self.at(block);
        // Written at every instruction of the block that may throw: as at the first, less what is
        // lost until the last.
        let mut thrown: Option<RegisterSet> = None;
        let covered = !self.blocks.handlers(block).is_empty();
        for instr in &self.proto.code[start as usize..end as usize] {
            if covered && instr.op().is_some_and(may_throw) {
                let thrown = thrown.get_or_insert_with(|| written.clone());
                if let Some(base) = Effects::of(*instr, self.captures).and_then(|e| e.kills_from) {
                    thrown.remove_range(u32::from(base), self.registers);
                }
                if !written.contains(self.registers) {
                    thrown.remove(self.registers);
                }
            }
            self.step(*instr, &mut written);
        }
        for next in self.blocks.successors(block, &self.proto.code) {
            self.arrive(next, &written);
        }
        if let Some(thrown) = thrown {
            let blocks = self.blocks;
            for handler in blocks.handlers(block) {
                let (target, register) = blocks.targets[*handler as usize];
                let mut caught = thrown.clone();
                caught.insert(u32::from(register));
                self.arrive(target as usize, &caught);
            }
        }
    }

    fn check(&self, block: usize) -> Result<(), Found> {
        let (start, end) = self.blocks.range(block);
        let mut written = self.at(block);
        // Registers that hold a closure made in this block, and its captures.
        let mut closures: FxHashMap<u16, u16> = FxHashMap::default();
        for pc in start..end {
            let instr = self.proto.code[pc as usize];
            let Some(effects) = Effects::of(instr, self.captures) else {
                continue;
            };
            if instr.op() == Some(Op::SetCapture)
                && closures
                    .get(&instr.a())
                    .is_none_or(|count| instr.b() >= *count)
            {
                let (register, capture) = (instr.a(), instr.b());
                return Err((Some(pc), Fault::NotClosure { register, capture }));
            }
            for range in effects.reads() {
                if let Some(register) = written.first_missing(range.start, range.end) {
                    return Err((Some(pc), Fault::Unwritten { register }));
                }
            }
            let reads_function = matches!(instr.op(), Some(Op::LoadCapture | Op::LoadSelf));
            if reads_function && !written.contains(self.registers) {
                return Err((Some(pc), Fault::NoFunction));
            }
            self.step(instr, &mut written);
            if let Some(base) = effects.kills_from {
                closures.retain(|register, _| *register < base);
            }
            let made = match instr.op() {
                Some(Op::Closure) => self.captures.get(usize::from(instr.c())).copied(),
                Some(Op::Move) => closures.get(&instr.b()).copied(),
                _ => None,
            };
            match (effects.writes, made) {
                (Some(register), Some(count)) => {
                    closures.insert(register, count);
                }
                (Some(register), None) => {
                    closures.remove(&register);
                }
                (None, _) => {}
            }
        }
        Ok(())
    }
}
