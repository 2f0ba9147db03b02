//! The control-flow graph of a prototype: basic blocks and the handlers that cover them.
//!
//! # Invariants
//! - A block is entered at its first instruction only, and all of its instructions are covered by the
//!   same handlers: handler ranges begin and end blocks.
//! - The size of the graph is bounded by [`EDGES_MAX`]; beyond it there is no graph, so untrusted
//!   code cannot make the analyses use quadratic memory.

use crate::chunk::Prototype;
use crate::effects::{jump_distance, jump_target};
use crate::op::Instr;

/// Pairs of block and handler that a graph may have.
const EDGES_MAX: usize = 1 << 22;

/// Basic blocks in order of their pcs.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    starts: Vec<u32>,
    end: u32,
    /// Handlers of block `n`: `handlers[covered[n] .. covered[n + 1]]`.
    covered: Vec<u32>,
    handlers: Vec<u32>,
    /// Per handler: its target block and the register that receives the error.
    pub(crate) targets: Vec<(u32, u16)>,
}

impl Blocks {
    /// The blocks of a prototype whose jumps and handlers stay within its code; `None` when there
    /// would be too many edges.
    pub(crate) fn of(proto: &Prototype) -> Option<Blocks> {
        let end = proto.code.len() as u32;
        let mut starts = vec![0];
        for (pc, instr) in proto.code.iter().enumerate() {
            let pc = pc as u32;
            let jumps = jump_distance(*instr).is_some();
            if jumps || instr.op().is_none_or(|op| op.ends_block()) {
                starts.push(pc + 1);
            }
            starts.extend(jump_target(*instr, pc));
        }
        for handler in &proto.handlers {
            starts.extend([handler.start, handler.end, handler.target]);
        }
        starts.retain(|pc| *pc < end);
        starts.sort_unstable();
        starts.dedup();
        let mut blocks = Blocks {
            starts,
            end,
            covered: Vec::new(),
            handlers: Vec::new(),
            targets: Vec::new(),
        };
        blocks.cover(proto).then_some(blocks)
    }

    fn cover(&mut self, proto: &Prototype) -> bool {
        let ranges: Vec<(usize, usize)> = proto
            .handlers
            .iter()
            .map(|h| {
                let below = |pc: u32| self.starts.partition_point(|start| *start < pc);
                (below(h.start), below(h.end))
            })
            .collect();
        let edges = ranges
            .iter()
            .map(|(from, to)| to.saturating_sub(*from))
            .sum::<usize>();
        if edges > EDGES_MAX {
            return false;
        }
        let mut counts = vec![0u32; self.starts.len() + 1];
        for (from, to) in &ranges {
            for block in *from..*to {
                counts[block + 1] += 1;
            }
        }
        for n in 1..counts.len() {
            counts[n] += counts[n - 1];
        }
        let mut next = counts.clone();
        self.handlers = vec![0; edges];
        for (handler, (from, to)) in ranges.iter().enumerate() {
            for position in &mut next[*from..(*to).max(*from)] {
                self.handlers[*position as usize] = handler as u32;
                *position += 1;
            }
        }
        self.covered = counts;
        self.targets = proto
            .handlers
            .iter()
            .map(|handler| (self.at(handler.target) as u32, handler.register))
            .collect();
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The block that holds a pc.
    pub(crate) fn at(&self, pc: u32) -> usize {
        self.starts
            .partition_point(|start| *start <= pc)
            .saturating_sub(1)
    }

    /// First pc of a block and first pc after it.
    pub(crate) fn range(&self, block: usize) -> (u32, u32) {
        (
            self.starts[block],
            self.starts.get(block + 1).copied().unwrap_or(self.end),
        )
    }

    /// Blocks control may go to from the end of a block, handlers not counted.
    pub(crate) fn successors(&self, block: usize, code: &[Instr]) -> impl Iterator<Item = usize> {
        let (_, end) = self.range(block);
        let last = code[end as usize - 1];
        let falls = last.op().is_some_and(|op| !op.ends_block()) && end < self.end;
        let target = jump_target(last, end - 1).filter(|pc| *pc < self.end);
        falls
            .then_some(block + 1)
            .into_iter()
            .chain(target.map(|pc| self.at(pc)))
    }

    /// Handlers that cover a block, in the prototype's order.
    pub(crate) fn handlers(&self, block: usize) -> &[u32] {
        &self.handlers[self.covered[block] as usize..self.covered[block + 1] as usize]
    }
}
