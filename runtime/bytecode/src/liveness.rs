//! Which registers of a frame still matter at an instruction.
//!
//! Only live registers are roots of a collection and parts of a checkpoint, so a frame that waits
//! does not keep what its function will never look at again: the head of a lazy sequence, above all.
//!
//! # Invariants
//! - Of a verified prototype, a live register has been written: what is live may be read as a word.
//! - Within the range of a handler, what the handler needs is live at every instruction that may throw.
//! - Kept in memory is one set per basic block; a question replays the rest of one block backward.

use std::collections::BTreeSet;

use crate::blocks::Blocks;
use crate::chunk::{Prototype, Template};
use crate::effects::{Effects, captures_of, may_throw};
use crate::op::{Instr, Op};
use crate::registers::{RegisterSet, Sets, unite};

/// What is live at a point of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Registers whose values may still be read.
    pub registers: RegisterSet,
    /// Whether the frame's function word may still be read (`capture`, `self`).
    pub function: bool,
}

/// Live registers of a prototype. Build it once and keep it beside the code.
#[derive(Clone, Debug)]
pub struct Liveness {
    registers: u32,
    captures: Vec<u16>,
    blocks: Blocks,
    /// Live registers where each block begins; the function word is register `registers`.
    live_in: Sets,
}

impl Liveness {
    /// The liveness of a verified prototype; `templates` are those of its chunk.
    ///
    /// # Panics
    /// When the prototype was not verified: the verifier refuses graphs too large to analyze.
    #[must_use]
    pub fn of(proto: &Prototype, templates: &[Template]) -> Liveness {
        let blocks = Blocks::of(proto).expect("a verified prototype has a graph");
        let registers = u32::from(proto.registers);
        let mut liveness = Liveness {
            registers,
            captures: captures_of(templates),
            live_in: Sets::new(blocks.len(), registers + 1),
            blocks,
        };
        liveness.solve(&proto.code);
        liveness
    }

    fn solve(&mut self, code: &[Instr]) {
        let mut edges: Vec<(u32, u32)> = Vec::new();
        for block in 0..self.blocks.len() {
            let from = block as u32;
            edges.extend(
                self.blocks
                    .successors(block, code)
                    .map(|to| (to as u32, from)),
            );
            for handler in self.blocks.handlers(block) {
                edges.push((self.blocks.targets[*handler as usize].0, from));
            }
        }
        edges.sort_unstable();
        edges.dedup();
        // From the last block to the first: most code needs each block once.
        let mut pending: BTreeSet<u32> = (0..self.blocks.len() as u32).collect();
        let mut live = RegisterSet::new(self.registers + 1);
        while let Some(block) = pending.pop_last() {
            let (start, _) = self.blocks.range(block as usize);
            self.replay(code, start, &mut live, Stop::Before);
            if unite(self.live_in.get_mut(block as usize), live.words()) {
                let first = edges.partition_point(|(to, _)| *to < block);
                pending.extend(
                    edges[first..]
                        .iter()
                        .take_while(|(to, _)| *to == block)
                        .map(|(_, from)| *from),
                );
            }
        }
    }

    /// What the handlers of a block need, the errors they receive left out.
    fn handlers_need(&self, block: usize) -> Option<RegisterSet> {
        let handlers = self.blocks.handlers(block);
        if handlers.is_empty() {
            return None;
        }
        let mut needs = RegisterSet::new(self.registers + 1);
        let mut one = RegisterSet::new(self.registers + 1);
        for handler in handlers {
            let (target, register) = self.blocks.targets[*handler as usize];
            one.words_mut()
                .copy_from_slice(self.live_in.get(target as usize));
            one.remove(u32::from(register));
            unite(needs.words_mut(), one.words());
        }
        Some(needs)
    }

    /// Goes back from the end of the block that holds `pc` to a side of `pc`.
    fn replay(&self, code: &[Instr], pc: u32, live: &mut RegisterSet, stop: Stop) {
        let block = self.blocks.at(pc);
        let (_, end) = self.blocks.range(block);
        live.words_mut().fill(0);
        for next in self.blocks.successors(block, code) {
            unite(live.words_mut(), self.live_in.get(next));
        }
        let needs = self.handlers_need(block);
        for at in (pc..end).rev() {
            if at == pc && stop == Stop::After {
                return;
            }
            let instr = code[at as usize];
            let (Some(op), Some(effects)) = (instr.op(), Effects::of(instr, &self.captures)) else {
                continue;
            };
            if let Some(register) = effects.writes {
                live.remove(u32::from(register));
            }
            if let Some(needs) = needs.as_ref().filter(|_| may_throw(op)) {
                unite(live.words_mut(), needs.words());
            }
            if let Some(base) = effects.kills_from {
                live.remove_range(u32::from(base), self.registers);
            }
            if at == pc && stop == Stop::During {
                return;
            }
            for range in effects.reads() {
                live.insert_range(range.start, range.end.min(self.registers));
            }
            if matches!(op, Op::LoadCapture | Op::LoadSelf) {
                live.insert(self.registers);
            }
            if op == Op::DropSelf {
                live.remove(self.registers);
            }
        }
    }

    fn ask(&self, code: &[Instr], pc: u32, live: &mut Live, stop: Stop) {
        let mut set = std::mem::take(&mut live.registers);
        let room = RegisterSet::new(self.registers + 1);
        if set.words().len() != room.words().len() {
            set = room;
        }
        self.replay(code, pc, &mut set, stop);
        live.function = set.contains(self.registers);
        set.remove(self.registers);
        live.registers = set;
    }

    /// What is live before the instruction at `pc`: what a frame needs that will execute it again.
    ///
    /// `code` is the prototype's code; internal operations made from it at load do as well. A `Live`
    /// can be used again for the next question, which saves an allocation.
    ///
    /// # Panics
    /// When `pc` is not below the length of the code.
    pub fn live_before(&self, code: &[Instr], pc: u32, live: &mut Live) {
        self.ask(code, pc, live, Stop::Before);
    }

    /// What is live after the instruction at `pc`, its result included.
    ///
    /// # Panics
    /// When `pc` is not below the length of the code.
    pub fn live_after(&self, code: &[Instr], pc: u32, live: &mut Live) {
        self.ask(code, pc, live, Stop::After);
    }

    /// What a frame still needs that waits for the result of the instruction at `pc`: what is live
    /// after it and what its handlers need, without the result; of a call only registers below its
    /// window.
    ///
    /// # Panics
    /// When `pc` is not below the length of the code.
    pub fn live_after_call(&self, code: &[Instr], pc: u32, live: &mut Live) {
        self.ask(code, pc, live, Stop::During);
    }
}

/// The side of an instruction a replay stops at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    After,
    During,
    Before,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm::asm;
    use crate::verify::verify_chunk;

    fn check(text: &str) -> (Prototype, Liveness) {
        let mut chunk = asm(text).expect("the text is a chunk");
        verify_chunk(&chunk).expect("the chunk is valid");
        let liveness = Liveness::of(&chunk.protos[0], &chunk.templates);
        (chunk.protos.swap_remove(0), liveness)
    }

    fn before((proto, liveness): &(Prototype, Liveness), pc: u32) -> Vec<u32> {
        let mut live = Live::default();
        liveness.live_before(&proto.code, pc, &mut live);
        live.registers.iter().collect()
    }

    fn waiting((proto, liveness): &(Prototype, Liveness), pc: u32) -> Vec<u32> {
        let mut live = Live::default();
        liveness.live_after_call(&proto.code, pc, &mut live);
        live.registers.iter().collect()
    }

    #[test]
    fn a_register_dies_at_its_last_use() {
        let code = check(
            "proto p0 params 2
             0 add r2 r0 r1
             1 add r2 r2 r0
             2 return r2",
        );
        assert_eq!(before(&code, 0), [0, 1]);
        assert_eq!(before(&code, 1), [0, 2]);
        assert_eq!(before(&code, 2), [2]);
    }

    #[test]
    fn a_waiting_frame_keeps_neither_arguments_nor_result() {
        let code = check(
            "proto p0 params 2
             0 move r4 r0
             1 call-global r2 1 @0
             2 add r2 r2 r1
             3 return r2",
        );
        assert_eq!(waiting(&code, 1), [1]);
        assert_eq!(before(&code, 1), [1, 4]);
    }

    #[test]
    fn what_a_handler_needs_is_live_where_it_may_throw_and_only_there() {
        let code = check(
            "proto p0 params 2
             0 int r2 1
             1 call-global r2 0 @0
             2 int r1 0
             3 return r2
             4 add r3 r1 r3
             5 return r3
             handler 0..2 -> 4 r3 errors",
        );
        assert_eq!(waiting(&code, 1), [1]);
        assert_eq!(before(&code, 0), [1]);
        assert_eq!(before(&code, 2), [2]);
    }

    #[test]
    fn a_loop_keeps_what_its_next_turn_reads() {
        let code = check(
            "proto p0 params 2
             head:
             0 jump-not-lt-int r0 10 -> out
             1 add-int r0 r0 1
             2 call-global r2 0 @0
             3 loop -> head
             out:
             4 return r1",
        );
        assert_eq!(waiting(&code, 2), [0, 1]);
        assert_eq!(before(&code, 4), [1]);
    }

    #[test]
    fn a_function_word_is_live_until_its_last_capture_is_read() {
        let (proto, liveness) = check(
            "template t0 captures 1
               arity 0 -> p0
             proto p0 captures 1
             0 capture r0 c0
             1 drop-self
             2 call r0 0
             3 return r0",
        );
        let mut live = Live::default();
        liveness.live_before(&proto.code, 0, &mut live);
        assert!(live.function);
        liveness.live_after_call(&proto.code, 2, &mut live);
        assert!(!live.function);
    }
}
