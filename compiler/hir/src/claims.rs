//! What a form of a file claims for itself: names, and keys of tables. Of two forms that claim the same, in two
//! versions of a namespace, the later takes the place of the earlier.
//!
//! Invariants:
//! - Two keys of a table are the same if their code is: what they are when they are computed does not count.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::body::DefName;
use crate::contributions::{form_contributions, is_contributed};
use crate::db::{Db, SourceFile, Stage};
use crate::definition::DefKind;
use crate::forms::{Form, forms, header_forms};
use crate::hash::{Hash, body_hash};
use crate::lowered::{definition, definition_body, is_entry_name, lowered};

/// What only one form of a namespace can have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// A name.
    Name(Arc<str>),
    /// A key of a table: its code, and the definitions that this names.
    Key(DefName, Hash, Vec<DefName>),
}

/// A form of a file: what it claims, and whether it says something about the namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormClaims {
    /// What it claims. Nothing of an expression.
    pub claims: BTreeSet<Claim>,
    /// Whether it says what names mean, as `require` does.
    pub is_header: bool,
    /// Its definitions whose values the entry body makes.
    pub cells: Vec<DefName>,
}

/// What each form of a file claims, in the order of the text.
pub fn form_claims(db: &dyn Db, file: SourceFile) -> Vec<FormClaims> {
    let headers: BTreeSet<_> = header_forms(db, file)
        .iter()
        .map(|form| form.id(db))
        .collect();
    let all = forms(db, file).iter().map(|form| FormClaims {
        claims: claims_of(db, *form),
        is_header: headers.contains(&form.id(db)),
        cells: cells_of(db, *form),
    });
    all.collect()
}

fn cells_of<'db>(db: &'db dyn Db, form: Form<'db>) -> Vec<DefName> {
    let defs = lowered(db, form, Stage::ALL).defs.iter();
    let cells = defs.filter(|def| def.info.kind == DefKind::Cell);
    cells.map(|def| def.info.name.clone()).collect()
}

fn claims_of<'db>(db: &'db dyn Db, form: Form<'db>) -> BTreeSet<Claim> {
    let defs = lowered(db, form, Stage::ALL).defs.iter();
    let names = defs
        .map(|def| &def.info.name.name)
        .filter(|name| !is_entry_name(name) && !is_contributed(name) && !name.contains('@'))
        .map(|name| Claim::Name(Arc::clone(name)));
    let keys = form_contributions(db, form, Stage::ALL).iter();
    let keys = keys.filter_map(|one| {
        let key = definition(db, &one.key);
        let body = definition_body(db, key).as_ref()?;
        let named = body.globals.iter().map(|global| global.name.clone());
        let code = body_hash(db, key)?;
        Some(Claim::Key(one.table.clone(), code, named.collect()))
    });
    names.chain(keys).collect()
}
