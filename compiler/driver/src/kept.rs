//! What is kept of a definition besides what `hir` says, as bytes: its code with what the code alone
//! says of it, found by body hash, and its entry in the source map, which is in the summary.
//!
//! ```text
//! entry of a pack   hash of the code:256  references  code  facts of each prototype
//! facts             owner  (pc since the last  expression)*  (local  register  first pc  end pc)*
//! ```

use crate::unit::{self, Unit};
use bytecode::{Chunk, Hash, SlotSource, SourceMap, verify_chunk};
use codegen::{LocalRange, ProtoFacts, ProtoOwner};
use hir::body::{ExprIdx, FuncIdx, GlobalIdx, GlobalRef, LocalIdx};
use hir::stored::RootKind;
use hir::wire::{Reader, Writer};
use hir::{Db, Def};

/// The bytes of a definition's code.
pub(crate) fn code(unit: &Unit) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&unit.hash.0);
    w.list(unit.refs.iter(), |w, global| w.count(global.index()));
    w.blob(&unit.chunk.encode());
    w.list(unit.facts.iter(), facts);
    w.bytes
}

/// The code of a definition; none if it does not pass the verifier: macros and values are run, and
/// whoever can write into the cache need not be who runs the compiler.
pub(crate) fn unit(
    root: &RootKind,
    globals: &[GlobalRef],
    bytes: &[u8],
    with_facts: bool,
) -> Option<Unit> {
    let mut r = Reader::new(bytes);
    let hash = Hash(r.array()?);
    let known = |index: u32| ((index as usize) < globals.len()).then_some(GlobalIdx(index));
    let refs = r.list(|r| known(r.narrow()?))?;
    let chunk = Chunk::decode(r.blob()?).ok()?;
    verify_chunk(&chunk).ok()?;
    let facts = match with_facts {
        true => r.list(read_facts)?,
        false => Vec::new(),
    };
    Some(Unit {
        root: root.clone(),
        globals: globals.to_vec(),
        refs,
        chunk,
        hash,
        facts,
    })
}

fn facts(w: &mut Writer, facts: &ProtoFacts) {
    match facts.owner {
        ProtoOwner::Value => w.number(0),
        ProtoOwner::Arity { func, arity } => {
            w.number(1);
            w.number(u64::from(func.0));
            w.number(u64::from(arity));
        }
    }
    let mut last = 0;
    w.list(facts.exprs.iter(), |w, &(pc, expr)| {
        w.number(u64::from(pc - last));
        w.number(u64::from(expr.0));
        last = pc;
    });
    w.list(facts.locals.iter(), |w, range| {
        w.number(u64::from(range.local.0));
        w.number(u64::from(range.register));
        w.number(u64::from(range.start));
        w.number(u64::from(range.end));
    });
}

fn read_facts(r: &mut Reader<'_>) -> Option<ProtoFacts> {
    let owner = match r.number()? {
        0 => ProtoOwner::Value,
        1 => ProtoOwner::Arity {
            func: FuncIdx(r.narrow()?),
            arity: r.narrow()?,
        },
        _ => return None,
    };
    let mut last = 0u32;
    let exprs = r.list(|r| {
        last = last.checked_add(r.narrow()?)?;
        Some((last, ExprIdx(r.narrow()?)))
    })?;
    let locals = r.list(|r| {
        Some(LocalRange {
            local: LocalIdx(r.narrow()?),
            register: r.narrow()?,
            start: r.narrow()?,
            end: r.narrow()?,
        })
    })?;
    Some(ProtoFacts {
        owner,
        exprs,
        locals,
    })
}

/// The bytes of a definition's entry in the source map; `None` of one that cannot be linked.
pub(crate) fn source<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Vec<u8>> {
    unit::unit(db, def).as_ref()?.as_ref().ok()?;
    let (_, source) = unit::slot_source(db, def).as_ref()?;
    let map = SourceMap {
        files: Vec::new(),
        slots: vec![source.clone()],
        program: Vec::new(),
    };
    Some(map.encode())
}

/// The definition's entry in the source map.
pub(crate) fn slot_source(bytes: &[u8]) -> Option<SlotSource> {
    SourceMap::decode(bytes).ok()?.slots.pop()
}
