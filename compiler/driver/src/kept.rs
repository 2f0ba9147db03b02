//! What a summary keeps of a definition besides what `hir` says: its code and its entry in the
//! source map.
//!
//! ```text
//! hash of the code:256  references  code  source map
//! ```

use crate::unit::{self, Unit};
use bytecode::{Chunk, Hash, SlotSource, SourceMap, verify_chunk};
use hir::body::GlobalIdx;
use hir::stored::StoredDef;
use hir::wire::{Reader, Writer};
use hir::{Db, Def};

/// The bytes of a definition; `None` of one that cannot be linked.
pub(crate) fn bytes<'db>(db: &'db dyn Db, def: Def<'db>) -> Option<Vec<u8>> {
    let unit = unit::unit(db, def).as_ref()?.as_ref().ok()?;
    let (_, source) = unit::slot_source(db, def).as_ref()?;
    let mut w = Writer::default();
    w.raw(&unit.hash.0);
    w.list(unit.refs.iter(), |w, global| w.count(global.index()));
    w.blob(&unit.chunk.encode());
    let map = SourceMap {
        files: Vec::new(),
        slots: vec![source.clone()],
    };
    w.blob(&map.encode());
    Some(w.bytes)
}

/// The code of a definition; none if it does not pass the verifier: macros and values are run, and
/// whoever can write into the cache need not be who runs the compiler.
pub(crate) fn unit(def: &StoredDef, bytes: &[u8]) -> Option<Unit> {
    let mut r = Reader::new(bytes);
    let hash = Hash(r.array()?);
    let globals = def.globals.clone();
    let known = |index: u32| ((index as usize) < globals.len()).then_some(GlobalIdx(index));
    let refs = r.list(|r| known(r.narrow()?))?;
    let chunk = Chunk::decode(r.blob()?).ok()?;
    verify_chunk(&chunk).ok()?;
    Some(Unit {
        root: def.root.clone(),
        globals,
        refs,
        chunk,
        hash,
        facts: Vec::new(),
    })
}

/// The definition's entry in the source map.
pub(crate) fn slot_source(bytes: &[u8]) -> Option<SlotSource> {
    let mut r = Reader::new(bytes);
    r.raw(32)?;
    r.list::<_, Vec<u32>>(Reader::narrow)?;
    r.blob()?;
    SourceMap::decode(r.blob()?).ok()?.slots.pop()
}
