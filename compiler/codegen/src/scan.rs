//! What has to be known of an arity before its code is made: how often locals are used, and which
//! captures are worth a register.

use hir::body::{Body, Capture, CaptureIdx, Expr, ExprIdx, FuncIdx};

/// What the code of one arity uses.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Per local: how often it is named, by expressions and by the functions made here.
    pub(crate) uses: Vec<u32>,
    /// Captures used in a loop, ascending: they are read once, before it.
    pub(crate) looped_captures: Vec<CaptureIdx>,
    /// Whether the function itself is named.
    pub(crate) uses_self: bool,
}

/// Looks through the arity whose code is `root`. The stack is on the heap: code nests as deep as it
/// likes.
pub(crate) fn scan(body: &Body, root: ExprIdx, locals: u32) -> Scan {
    let mut scan = Scan {
        uses: vec![0; locals as usize],
        looped_captures: Vec::new(),
        uses_self: false,
    };
    let mut captures: Vec<(CaptureIdx, bool)> = Vec::new();
    let mut arity_loops = false;
    let mut pending = vec![(root, 0u32)];
    while let Some((idx, depth)) = pending.pop() {
        let expr = body.expr(idx);
        let mut made = |func: FuncIdx, scan: &mut Scan| {
            for capture in &body.func(func).captures {
                match capture {
                    Capture::Local(local) => scan.count(local.index()),
                    Capture::Capture(capture) => captures.push((*capture, depth > 0)),
                    Capture::SelfFn => scan.uses_self = true,
                }
            }
        };
        match expr {
            Expr::Local(local) => scan.count(local.index()),
            Expr::Fn(func) | Expr::LazyCell(func) => made(*func, &mut scan),
            Expr::LetFn { funcs, .. } => {
                for (_, func) in funcs {
                    made(*func, &mut scan);
                }
            }
            Expr::Capture(capture) => captures.push((*capture, depth > 0)),
            Expr::SelfFn => scan.uses_self = true,
            Expr::Recur(_) if depth == 0 => arity_loops = true,
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
        .filter(|(_, looped)| *looped || arity_loops)
        .map(|(capture, _)| *capture)
        .collect();
    scan.looped_captures.sort_unstable();
    scan.looped_captures.dedup();
    scan
}

impl Scan {
    fn count(&mut self, local: usize) {
        if let Some(count) = self.uses.get_mut(local) {
            *count += 1;
        }
    }
}
