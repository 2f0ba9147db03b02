//! Instructions of one prototype under construction: labels, reachability, handlers.
//!
//! Invariants:
//! - Where control cannot get, nothing is emitted: after a return, a throw, a tail call or a jump,
//!   until a label that something jumps to.
//! - A position that something refers to (a label, a handler's bound, a loop's head) is *pinned*: the
//!   jump before it is not taken back.

use bytecode::{Handler, Instr, Op, Operand};
use hir::body::ExprIdx;

use crate::error::{CodegenError, Result};

/// Instructions a prototype may have: return addresses have 22 bits, and every jump reaches
/// everywhere.
pub(crate) const CODE_MAX: u32 = (1 << 21) - 1;

/// A place in the code that jumps name before it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(u32);

/// No position is pinned yet.
const NOT_PINNED: u32 = u32::MAX;

/// The code of one prototype.
#[derive(Debug)]
pub(crate) struct Code {
    instrs: Vec<Instr>,
    /// Position of each label, once bound.
    labels: Vec<Option<u32>>,
    /// Jumps in order of position, and where they lead.
    jumps: Vec<(u32, Label)>,
    /// Jumps to each label.
    uses: Vec<u32>,
    pinned: u32,
    reachable: bool,
    /// Handlers, innermost first.
    pub(crate) handlers: Vec<Handler>,
    /// The expression each stretch of code is of: position of its first instruction, ascending.
    pub(crate) exprs: Vec<(u32, ExprIdx)>,
    current: ExprIdx,
}

/// What is left of [`Code`] when it is complete.
pub(crate) struct Finished {
    pub(crate) instrs: Vec<Instr>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) exprs: Vec<(u32, ExprIdx)>,
}

impl Code {
    /// No code yet; what comes is of `expr`.
    pub(crate) fn new(expr: ExprIdx) -> Self {
        Self {
            instrs: Vec::new(),
            labels: Vec::new(),
            jumps: Vec::new(),
            uses: Vec::new(),
            pinned: NOT_PINNED,
            reachable: true,
            handlers: Vec::new(),
            exprs: Vec::new(),
            current: expr,
        }
    }

    /// Says which expression the code to come is of; answers which it was before.
    pub(crate) fn set_expr(&mut self, expr: ExprIdx) -> ExprIdx {
        std::mem::replace(&mut self.current, expr)
    }

    /// The expression that code is being made of.
    pub(crate) fn expr(&self) -> ExprIdx {
        self.current
    }

    /// Whether control can get here.
    pub(crate) fn is_reachable(&self) -> bool {
        self.reachable
    }

    /// Number of instructions so far; not pinned.
    pub(crate) fn len(&self) -> u32 {
        self.instrs.len() as u32
    }

    /// This position, to be referred to.
    pub(crate) fn pin(&mut self) -> u32 {
        self.pinned = self.len();
        self.pinned
    }

    /// Appends an instruction, unless control cannot get here.
    pub(crate) fn emit(&mut self, instr: Instr) -> Result<()> {
        if !self.reachable {
            return Ok(());
        }
        let pc = self.len();
        if pc == CODE_MAX {
            return Err(CodegenError::CodeTooLong {
                expr: self.current,
                max: CODE_MAX,
            });
        }
        if self
            .exprs
            .last()
            .is_none_or(|(_, expr)| *expr != self.current)
        {
            self.exprs.push((pc, self.current));
        }
        self.instrs.push(instr);
        if instr.op().is_some_and(Op::ends_block) {
            self.reachable = false;
        }
        Ok(())
    }

    /// A new label, not bound yet.
    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(None);
        self.uses.push(0);
        Label(self.labels.len() as u32 - 1)
    }

    /// Appends a jump whose distance is still open.
    pub(crate) fn emit_jump(&mut self, instr: Instr, label: Label) -> Result<()> {
        if self.reachable {
            self.jumps.push((self.len(), label));
            self.uses[label.0 as usize] += 1;
        }
        self.emit(instr)
    }

    /// Jumps to the label whatever happens.
    pub(crate) fn jump(&mut self, label: Label) -> Result<()> {
        self.emit_jump(Instr::ax(Op::Jump, 0, 0), label)
    }

    /// Jumps back to a pinned position.
    pub(crate) fn loop_to(&mut self, head: u32) -> Result<()> {
        let distance = head as i32 - (self.len() as i32 + 1);
        self.emit(Instr::ax(Op::Loop, 0, distance as u32))
    }

    /// The label is here. A jump to it that was just emitted is taken back.
    pub(crate) fn bind(&mut self, label: Label) {
        if let Some(&(pc, to)) = self.jumps.last()
            && to == label
            && pc + 1 == self.len()
            && self.pinned != self.len()
            && self.instrs[pc as usize].op() == Some(Op::Jump)
        {
            self.jumps.pop();
            self.instrs.pop();
            self.uses[label.0 as usize] -= 1;
            if self.exprs.last().is_some_and(|(first, _)| *first == pc) {
                self.exprs.pop();
            }
            self.reachable = true;
        }
        self.labels[label.0 as usize] = Some(self.len());
        if self.uses[label.0 as usize] > 0 {
            self.reachable = true;
            self.pin();
        }
    }

    /// A handler starts here: control comes from wherever something is thrown.
    pub(crate) fn enter_handler(&mut self) -> u32 {
        self.reachable = true;
        self.pin()
    }

    /// Whether some instruction from `start` on may throw.
    pub(crate) fn may_throw_since(&self, start: u32) -> bool {
        self.instrs[start as usize..]
            .iter()
            .any(|instr| instr.op().is_some_and(Op::is_safepoint))
    }

    /// The instructions with all distances filled in.
    pub(crate) fn finish(mut self) -> Result<Finished> {
        let unbound = CodegenError::Malformed {
            expr: None,
            what: "a jump leads nowhere",
        };
        // Where an unconditional jump lies, and where it leads: jumps to it go there at once.
        let mut through = vec![None; self.instrs.len()];
        for (pc, label) in &self.jumps {
            let to = self.labels[label.0 as usize].ok_or(unbound.clone())?;
            if self.instrs[*pc as usize].op() == Some(Op::Jump) {
                through[*pc as usize] = Some(to);
            }
        }
        for (pc, label) in &self.jumps {
            let mut to = self.labels[label.0 as usize].ok_or(unbound.clone())?;
            // Labels lead forward, so this ends.
            while let Some(Some(further)) = through.get(to as usize) {
                to = *further;
            }
            // A jump to a loop's end is one.
            let (from, at) = (self.instrs[*pc as usize], self.instrs.get(to as usize));
            if let Some(end) = at.filter(|end| end.op() == Some(Op::Loop))
                && from.op() == Some(Op::Jump)
            {
                to = (i64::from(to) + 1 + i64::from(end.xs())) as u32;
                self.instrs[*pc as usize] = *end;
            }
            let instr = &mut self.instrs[*pc as usize];
            let distance = i64::from(to) - i64::from(*pc) - 1;
            *instr = with_distance(*instr, distance as i32).ok_or(unbound.clone())?;
        }
        Ok(Finished {
            instrs: self.instrs,
            handlers: self.handlers,
            exprs: self.exprs,
        })
    }
}

/// The jump with this distance; `None` if it does not fit or the instruction is no jump.
fn with_distance(instr: Instr, distance: i32) -> Option<Instr> {
    let op = instr.op()?;
    if op.operands().contains(&Operand::JumpS) {
        Instr::abs(op, instr.a(), instr.b(), distance)
    } else if op.operands().contains(&Operand::JumpX) {
        Some(Instr::ax(op, instr.a(), distance as u32))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        Code::new(ExprIdx(0))
    }

    fn ops(code: Code) -> Vec<(Op, i32)> {
        let finished = code.finish().expect("all labels are bound");
        finished
            .instrs
            .iter()
            .map(|instr| (instr.op().expect("a known operation"), instr.xs()))
            .collect()
    }

    #[test]
    fn a_jump_to_what_follows_is_taken_back() {
        let mut code = code();
        let end = code.label();
        code.emit(Instr::ax(Op::LoadInt, 0, 1)).expect("fits");
        code.jump(end).expect("fits");
        code.bind(end);
        code.emit(Instr::abc(Op::Return, 0, 0, 0)).expect("fits");
        assert_eq!(ops(code), [(Op::LoadInt, 1), (Op::Return, 0)]);
    }

    #[test]
    fn a_jump_that_another_jump_passes_is_kept() {
        let mut code = code();
        let (end, after) = (code.label(), code.label());
        code.emit_jump(Instr::ax(Op::JumpIf, 0, 0), after)
            .expect("fits");
        code.jump(end).expect("fits");
        code.bind(after);
        code.bind(end);
        code.emit(Instr::abc(Op::Return, 0, 0, 0)).expect("fits");
        assert_eq!(ops(code), [(Op::JumpIf, 1), (Op::Jump, 0), (Op::Return, 0)]);
    }

    #[test]
    fn what_follows_a_return_is_dropped() {
        let mut code = code();
        let end = code.label();
        code.emit(Instr::abc(Op::Return, 0, 0, 0)).expect("fits");
        code.emit(Instr::ax(Op::LoadInt, 0, 1)).expect("fits");
        code.jump(end).expect("fits");
        code.bind(end);
        code.emit(Instr::abc(Op::Throw, 0, 0, 0)).expect("fits");
        assert_eq!(ops(code), [(Op::Return, 0)]);
    }

    #[test]
    fn a_jump_to_a_jump_leads_where_that_leads() {
        let mut code = code();
        let (first, end) = (code.label(), code.label());
        code.emit_jump(Instr::ax(Op::JumpIf, 0, 0), first)
            .expect("fits");
        code.emit(Instr::ax(Op::LoadInt, 0, 1)).expect("fits");
        code.bind(first);
        code.jump(end).expect("fits");
        code.pin();
        code.enter_handler();
        code.emit(Instr::ax(Op::LoadInt, 0, 2)).expect("fits");
        code.bind(end);
        code.emit(Instr::abc(Op::Return, 0, 0, 0)).expect("fits");
        let (op, distance) = ops(code)[0];
        assert_eq!((op, distance), (Op::JumpIf, 3));
    }

    #[test]
    fn an_unbound_label_is_an_error() {
        let mut code = code();
        let end = code.label();
        code.jump(end).expect("fits");
        assert!(code.finish().is_err());
    }
}
