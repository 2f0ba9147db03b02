//! What is known of code besides the code: which expression each instruction is of, and where locals
//! are. Source maps, traces and inspection are made of it.

use hir::body::{BodySource, ExprIdx, FuncIdx, LocalIdx, Origin};

/// Facts of one prototype. They hold indices into the body only, so they are stored and reused with
/// the chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtoFacts {
    /// What the prototype is the code of.
    pub owner: ProtoOwner,
    /// The expression each stretch of code is of: its first pc, ascending; the first is 0.
    pub exprs: Vec<(u32, ExprIdx)>,
    /// Where locals are.
    pub locals: Vec<LocalRange>,
}

/// What a prototype is the code of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtoOwner {
    /// The computation of a [`hir::body::Root::Value`].
    Value,
    /// An arity of a function.
    Arity {
        /// The function.
        func: FuncIdx,
        /// Index into its arities.
        arity: u32,
    },
}

/// A local is in a register in a range of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalRange {
    /// The local, of the owner.
    pub local: LocalIdx,
    /// Its register.
    pub register: u16,
    /// First pc at which it is bound.
    pub start: u32,
    /// First pc at which it no longer is.
    pub end: u32,
}

/// As [`bytecode::ProtoSource`], with origins in place of lines and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtoSource {
    /// Name of the function, if it has one.
    pub name: Option<String>,
    /// The form that made the function.
    pub form: Origin,
    /// First pc and origin of each stretch of code, ascending by pc; neighbors differ. Code without
    /// an origin of its own belongs to what comes before it, at the start to the form.
    pub origins: Vec<(u32, Origin)>,
    /// Locals: name, register, first pc, end pc.
    pub locals: Vec<(String, u16, u32, u32)>,
}

/// Names and places for the facts: one for each prototype. What `source` lacks is left out.
#[must_use]
pub fn sources(facts: &[ProtoFacts], source: &BodySource) -> Vec<ProtoSource> {
    facts
        .iter()
        .map(|facts| proto_source(facts, source))
        .collect()
}

fn proto_source(facts: &ProtoFacts, source: &BodySource) -> ProtoSource {
    let (name, form, locals) = match facts.owner {
        ProtoOwner::Value => (None, Origin::NONE, Some(&source.locals)),
        ProtoOwner::Arity { func, arity } => match source.funcs.get(func.index()) {
            None => (None, Origin::NONE, None),
            Some(func) => (
                func.name.clone(),
                func.origin,
                func.arities.get(arity as usize),
            ),
        },
    };
    let mut origins: Vec<(u32, Origin)> = Vec::new();
    for (pc, expr) in &facts.exprs {
        let own = source
            .origins
            .get(expr.index())
            .copied()
            .unwrap_or_default();
        let origin = match origins.last() {
            _ if own != Origin::NONE => own,
            Some((_, before)) => *before,
            None => form,
        };
        if origins.last().is_none_or(|(_, before)| *before != origin) {
            origins.push((*pc, origin));
        }
    }
    let names = locals.map_or(&[][..], Vec::as_slice);
    let locals = facts
        .locals
        .iter()
        .filter_map(|range| {
            let name = names.get(range.local.index())?;
            Some((name.to_string(), range.register, range.start, range.end))
        })
        .collect();
    ProtoSource {
        name: name.map(|name| name.to_string()),
        form,
        origins,
        locals,
    }
}
