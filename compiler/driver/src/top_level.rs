//! The expressions at the top level of required namespaces: evaluated when a program is compiled, as
//! values of definitions are, for what may be wrong with them alone.
//!
//! # Invariants
//! - They are pure, so their order makes no difference and nothing of them is in an image.
//! - The query depends on code, not on positions: what it says has its places found later.

use crate::link::{self, LinkError, View};
use crate::unit::references;
use hir::definition::DefKind;
use hir::{Db, Def, SourceFile};

/// What is wrong with the expressions of a namespace that is required, and with the locals around its
/// definitions: nobody need refer to them for them to be evaluated.
#[salsa::tracked]
pub(crate) fn top_level_errors(db: &dyn Db, file: SourceFile) -> Vec<LinkError> {
    let roots = roots(db, file);
    if roots.is_empty() {
        return Vec::new();
    }
    link::call_all(&View::of_file(db, file), &roots)
        .err()
        .unwrap_or_default()
}

/// The locals around definitions that are values, then the expressions in order.
fn roots<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Def<'db>> {
    let is_local_value = |def: &Def<'db>| {
        let info = hir::definition_info(db, *def).as_ref();
        info.is_some_and(|info| matches!(info.kind, DefKind::Value { .. }))
    };
    let all = hir::definitions(db, file);
    let mut roots: Vec<Def<'db>> = all
        .iter()
        .filter(|name| name.name.contains('@') && !hir::is_entry_name(&name.name))
        .map(|name| hir::definition(db, name))
        .filter(is_local_value)
        .collect();
    // Asked for only if there is one: a summary knows of none that there is not.
    let entry = all.iter().find(|name| &*name.name == hir::ENTRY);
    roots.extend(
        entry
            .into_iter()
            .flat_map(|entry| references(db, hir::definition(db, entry))),
    );
    roots
}
