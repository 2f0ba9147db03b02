//! What has to be known of an arity before its code is made: where locals are used, and which captures
//! are worth a register.

use hir::body::{Body, Capture, CaptureIdx, Expr, ExprIdx, FuncIdx, LocalIdx};

/// What the code of one arity uses.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Per local, ascending: the expressions that name it, those that make functions included.
    uses: Vec<Vec<ExprIdx>>,
    /// Whether a `recur` goes to the arity's start.
    pub(crate) loops: bool,
    /// Captures used in a loop, ascending: they are read once, before it.
    pub(crate) looped_captures: Vec<CaptureIdx>,
    /// Whether the function itself is named.
    pub(crate) uses_self: bool,
}

/// Looks through the arity whose code is `root`. The stack is on the heap: code nests as deep as it
/// likes.
pub(crate) fn scan(body: &Body, root: ExprIdx, locals: u32) -> Scan {
    let mut scan = Scan {
        uses: vec![Vec::new(); locals as usize],
        loops: false,
        looped_captures: Vec::new(),
        uses_self: false,
    };
    let mut captures: Vec<(CaptureIdx, bool)> = Vec::new();
    let mut pending = vec![(root, 0u32)];
    while let Some((idx, depth)) = pending.pop() {
        let expr = body.expr(idx);
        let mut made = |func: FuncIdx, scan: &mut Scan| {
            for capture in &body.func(func).captures {
                match capture {
                    Capture::Local(local) => scan.count(local.index(), idx),
                    Capture::Capture(capture) => captures.push((*capture, depth > 0)),
                    Capture::SelfFn => scan.uses_self = true,
                }
            }
        };
        match expr {
            Expr::Local(local) => scan.count(local.index(), idx),
            Expr::Fn(func) | Expr::LazyCell(func) => made(*func, &mut scan),
            Expr::LetFn { funcs, .. } => {
                for (_, func) in funcs {
                    made(*func, &mut scan);
                }
            }
            Expr::Capture(capture) => captures.push((*capture, depth > 0)),
            Expr::SelfFn => scan.uses_self = true,
            Expr::Recur(_) if depth == 0 => scan.loops = true,
            _ => {}
        }
        if let Expr::Loop { bindings, body } = expr {
            pending.extend(bindings.iter().map(|(_, init)| (*init, depth)));
            pending.push((*body, depth + 1));
        } else {
            expr.for_each_child(|child| pending.push((child, depth)));
        }
    }
    scan.looped_captures = captures
        .iter()
        .filter(|(_, looped)| *looped || scan.loops)
        .map(|(capture, _)| *capture)
        .collect();
    scan.looped_captures.sort_unstable();
    scan.looped_captures.dedup();
    for uses in &mut scan.uses {
        uses.sort_unstable();
    }
    scan
}

impl Scan {
    fn count(&mut self, local: usize, by: ExprIdx) {
        if let Some(uses) = self.uses.get_mut(local) {
            uses.push(by);
        }
    }

    /// How often the local is named.
    pub(crate) fn uses(&self, local: LocalIdx) -> usize {
        self.uses.get(local.index()).map_or(0, Vec::len)
    }

    /// Whether an expression after the first and up to the second names the local. Expressions are
    /// numbered in the order in which they are evaluated.
    pub(crate) fn is_used_between(&self, local: LocalIdx, after: ExprIdx, to: ExprIdx) -> bool {
        let uses = self.uses.get(local.index()).map_or(&[][..], Vec::as_slice);
        let next = uses.partition_point(|by| *by <= after);
        uses.get(next).is_some_and(|by| *by <= to)
    }
}
