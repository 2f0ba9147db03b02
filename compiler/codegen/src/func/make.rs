//! Functions and lazy cells, and what they capture.

use bytecode::{Const, Instr, Op};
use hir::body::{Capture, ExprIdx, FuncIdx, LocalIdx};

use super::{Dest, Gen};
use crate::error::Result;

/// Where a captured value comes from.
#[derive(Clone, Copy)]
enum Source {
    /// It is there already.
    Known(Capture),
    /// It is made after the function that captures it: nil stands for it until then.
    Later,
}

impl Gen<'_, '_> {
    pub(super) fn closure(&mut self, func: FuncIdx, dest: Dest) -> Result<()> {
        let body = self.body;
        let sources: Vec<Source> = body
            .func(func)
            .captures
            .iter()
            .copied()
            .map(Source::Known)
            .collect();
        self.closure_over(func, &sources, dest)
    }

    fn closure_over(&mut self, func: FuncIdx, sources: &[Source], dest: Dest) -> Result<()> {
        let top = self.top;
        let start = self.captured(sources, dest)?;
        self.top = top;
        let template = self.unit.template(func);
        self.produce(dest, |to| Instr::abc(Op::Closure, to, start, template))
    }

    /// The captured values in consecutive registers; the first of them.
    fn captured(&mut self, sources: &[Source], dest: Dest) -> Result<u16> {
        let Some((&first, rest)) = sources.split_first() else {
            return Ok(0);
        };
        if let Some(start) = self.captured_in_place(first) {
            let follows = |(n, source): (usize, &Source)| {
                self.captured_in_place(*source).map(usize::from) == Some(usize::from(start) + n + 1)
            };
            if rest.iter().enumerate().all(follows) {
                return Ok(start);
            }
        }
        let start = self.scratch(dest)?;
        self.load_captured(first, start)?;
        for source in rest {
            let register = self.alloc()?;
            self.load_captured(*source, register)?;
        }
        Ok(start)
    }

    fn captured_in_place(&self, source: Source) -> Option<u16> {
        match source {
            Source::Known(Capture::Local(local)) => {
                self.locals.get(local.index()).copied().flatten()
            }
            Source::Known(Capture::Capture(capture)) => {
                self.captures.get(capture.index()).copied().flatten()
            }
            Source::Known(Capture::SelfFn) => self.own,
            Source::Later => None,
        }
    }

    fn load_captured(&mut self, source: Source, to: u16) -> Result<()> {
        if let Some(register) = self.captured_in_place(source) {
            return self.move_to(to, register);
        }
        match source {
            Source::Known(Capture::Local(_)) => {
                Err(self.malformed("a captured local that is not bound"))
            }
            Source::Known(Capture::Capture(capture)) => self.load_capture(capture, to),
            Source::Known(Capture::SelfFn) => self.load_self(to),
            Source::Later => self.load_const(Const::Nil, to),
        }
    }

    pub(super) fn lazy(&mut self, func: FuncIdx, dest: Dest) -> Result<()> {
        let top = self.top;
        let thunk = self.scratch(dest)?;
        self.closure(func, Dest::Fresh(thunk))?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(Op::Lazy, to, thunk, 0))
    }

    /// `letfn`: functions that capture one another are made first and get those captures afterwards.
    pub(super) fn bind_functions(
        &mut self,
        funcs: &[(LocalIdx, FuncIdx)],
        body: ExprIdx,
        dest: Dest,
    ) -> Result<()> {
        let scope = self.ranges.len();
        let mut registers = Vec::with_capacity(funcs.len());
        for _ in funcs {
            registers.push(self.alloc()?);
        }
        let mut group: Vec<(LocalIdx, usize)> = funcs
            .iter()
            .enumerate()
            .map(|(n, (local, _))| (*local, n))
            .collect();
        group.sort_unstable();
        let mut later = Vec::new();
        for (n, (local, func)) in funcs.iter().enumerate() {
            let hir = self.body;
            let mut sources = Vec::new();
            for (index, capture) in hir.func(*func).captures.iter().enumerate() {
                let made_at = match capture {
                    Capture::Local(local) => group
                        .binary_search_by_key(local, |(local, _)| *local)
                        .ok()
                        .map(|at| group[at].1),
                    _ => None,
                };
                match made_at {
                    Some(m) if m >= n => {
                        later.push(Instr::abc(
                            Op::SetCapture,
                            registers[n],
                            index as u16,
                            registers[m],
                        ));
                        sources.push(Source::Later);
                    }
                    _ => sources.push(Source::Known(*capture)),
                }
            }
            let top = self.top;
            self.closure_over(*func, &sources, Dest::Fresh(registers[n]))?;
            self.top = top;
            self.open(*local, registers[n])?;
        }
        for instr in later {
            self.emit(instr)?;
        }
        self.expr(body, dest)?;
        self.close(scope);
        Ok(())
    }
}
