//! What a namespace offers: for tools, documentation and people.

use std::sync::Arc;

use syntax::datum::{DatumKind, Origin};

use crate::body::DefName;
use crate::db::{Db, SourceFile, file_of};
use crate::definition::DefKind;
use crate::forms::{FormId, form_by_id};
use crate::header::header;
use crate::lowered::{definition, definitions, is_entry_name, lowered_def};
use crate::problem::Place;

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: Arc<str>,
    /// Its file.
    pub file: SourceFile,
    /// Its docstring.
    pub doc: Option<Arc<str>>,
    /// Its definitions, hidden ones left out, in no order that means anything.
    pub definitions: Vec<DefSummary>,
    /// Whether it has top-level expressions.
    pub has_entry_body: bool,
}

/// A definition of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefSummary {
    /// Its name.
    pub name: DefName,
    /// What it is.
    pub kind: DefKind,
    /// Whether other namespaces may not name it.
    pub private: bool,
    /// Its docstring.
    pub doc: Option<Arc<str>>,
    /// Its parameter vectors as text.
    pub arglists: Vec<Arc<str>>,
    /// Where its name is.
    pub place: Place,
}

/// The namespace with this name.
pub fn namespace<'db>(db: &'db dyn Db, name: &str) -> Option<&'db Namespace> {
    file_of(db, name).map(|file| namespace_of(db, file))
}

/// The namespace of a file.
#[salsa::tracked]
pub fn namespace_of(db: &dyn Db, file: SourceFile) -> Namespace {
    let all = definitions(db, file);
    let mut summaries = Vec::new();
    for name in all
        .iter()
        .filter(|name| !name.name.contains('@') && !is_entry_name(&name.name))
    {
        let Some(lowered) = lowered_def(db, definition(db, name)) else {
            continue;
        };
        let form = lowered.info.form;
        let place = Place {
            file,
            form: Some(form),
            origin: lowered.name_origin,
        };
        summaries.push(DefSummary {
            name: name.clone(),
            kind: lowered.info.kind.clone(),
            private: lowered.info.private,
            doc: lowered
                .doc
                .clone()
                .or_else(|| form_doc(db, file, place, &name.name)),
            arglists: lowered.arglists.clone(),
            place,
        });
    }
    let header = header(db, file);
    Namespace {
        name: header.ns.clone(),
        file,
        doc: header
            .form
            .and_then(|form| form_by_id(db, file, FormId(form)))
            .and_then(|form| form.doc(db).clone()),
        definitions: summaries,
        has_entry_body: all.iter().any(|name| is_entry_name(&name.name)),
    }
}

/// The docstring that was taken out of the form, if the form itself defines the name.
fn form_doc(db: &dyn Db, file: SourceFile, place: Place, name: &str) -> Option<Arc<str>> {
    let form = form_by_id(db, file, FormId(place.form?))?;
    let items = form.datum(db).as_list()?;
    let own = match &items.get(1)?.kind {
        DatumKind::Symbol(symbol) => &*symbol.name == name,
        _ => false,
    };
    if own && place.origin != Origin::NONE {
        form.doc(db).clone()
    } else {
        None
    }
}
