//! `recur`: all values are computed, then all locals of the loop change at once.
//!
//! A value is computed in the register of its local if no later value reads the old one; others wait
//! in temporaries. Values that are in registers already are moved at the end, all at once.

use std::collections::HashMap;

use bytecode::{Instr, Op};
use hir::body::{Capture, Expr, ExprIdx, FuncIdx};

use super::{Dest, Gen};
use crate::error::Result;

/// Read when everything has been computed.
const READ_LAST: usize = usize::MAX;

impl Gen<'_, '_> {
    pub(super) fn recur(&mut self, values: &[ExprIdx]) -> Result<()> {
        let Some(target) = self.loops.last().cloned() else {
            return Err(self.malformed("a recur outside of any loop"));
        };
        if values.len() != target.registers.len() {
            return Err(self.malformed("a recur with another number of values than its loop has"));
        }
        let is_const = |g: &Self, value: ExprIdx| matches!(g.body.expr(value), Expr::Const(_));
        // For each register, the last value that reads it.
        let mut last_read: HashMap<u16, usize> = HashMap::new();
        for (n, (value, to)) in values.iter().zip(&target.registers).enumerate() {
            if let Some(from) = self.in_place(*value) {
                if from != *to {
                    last_read.insert(from, READ_LAST);
                }
            } else {
                self.each_read(*value, |register| {
                    let last = last_read.entry(register).or_insert(n);
                    *last = n.max(*last);
                });
            }
        }
        let mut moves = Vec::new();
        let mut constants = Vec::new();
        for (n, (&value, &to)) in values.iter().zip(&target.registers).enumerate() {
            if let Some(from) = self.in_place(value) {
                if from != to {
                    moves.push((to, from));
                }
            } else if is_const(self, value) {
                constants.push((to, value));
            } else if last_read.get(&to).is_none_or(|last| *last <= n) {
                self.expr(value, Dest::Live(to))?;
            } else {
                let register = self.alloc()?;
                self.expr(value, Dest::Fresh(register))?;
                moves.push((to, register));
            }
        }
        self.move_all(&moves)?;
        for (to, value) in constants {
            self.expr(value, Dest::Live(to))?;
        }
        self.code.loop_to(target.head)
    }

    /// Visits every register that the expression reads, of those that hold locals now.
    fn each_read(&self, expr: ExprIdx, mut visit: impl FnMut(u16)) {
        let mut pending = vec![expr];
        while let Some(idx) = pending.pop() {
            if let Some(register) = self.in_place(idx) {
                visit(register);
                continue;
            }
            let expr = self.body.expr(idx);
            match expr {
                Expr::Fn(func) | Expr::LazyCell(func) => self.each_captured(*func, &mut visit),
                Expr::LetFn { funcs, .. } => {
                    for (_, func) in funcs {
                        self.each_captured(*func, &mut visit);
                    }
                }
                _ => {}
            }
            expr.for_each_child(|child| pending.push(child));
        }
    }

    fn each_captured(&self, func: FuncIdx, visit: &mut impl FnMut(u16)) {
        for capture in &self.body.func(func).captures {
            if let Capture::Local(local) = capture
                && let Some(register) = self.locals.get(local.index()).copied().flatten()
            {
                visit(register);
            }
        }
    }

    /// Moves registers to registers, all at once: `(to, from)`, each `to` once.
    fn move_all(&mut self, moves: &[(u16, u16)]) -> Result<()> {
        let mut from: Vec<Option<u16>> = moves.iter().map(|(_, from)| Some(*from)).collect();
        let mut readers: HashMap<u16, u32> = HashMap::new();
        for (_, from) in moves {
            *readers.entry(*from).or_default() += 1;
        }
        let move_to: HashMap<u16, usize> = moves
            .iter()
            .enumerate()
            .map(|(n, (to, _))| (*to, n))
            .collect();
        let is_free =
            |readers: &HashMap<u16, u32>, register| readers.get(&register).is_none_or(|n| *n == 0);
        let mut ready: Vec<usize> = (0..moves.len())
            .rev()
            .filter(|n| is_free(&readers, moves[*n].0))
            .collect();
        let mut next = 0;
        loop {
            while let Some(n) = ready.pop() {
                let Some(source) = from[n].take() else {
                    continue;
                };
                self.emit(Instr::abc(Op::Move, moves[n].0, source, 0))?;
                if let Some(count) = readers.get_mut(&source) {
                    *count -= 1;
                    if *count == 0
                        && let Some(freed) = move_to.get(&source)
                    {
                        ready.push(*freed);
                    }
                }
            }
            // What is left are cycles, in which each register has one reader.
            while next < moves.len() && from[next].is_none() {
                next += 1;
            }
            if next == moves.len() {
                return Ok(());
            }
            let register = moves[next].0;
            let saved = self.alloc()?;
            self.emit(Instr::abc(Op::Move, saved, register, 0))?;
            for source in &mut from {
                if *source == Some(register) {
                    *source = Some(saved);
                }
            }
            readers.insert(register, 0);
            ready.push(next);
        }
    }
}
