//! From a file's text to its top-level forms as query keys.
//!
//! Invariants:
//! - [`top_forms`] holds positions and changes with every edit; a [`Form`] holds none, and its datum
//!   keeps its revision when an edit leaves it equal. Everything beyond source maps reads [`Form`]s.
//! - The docstring of a definition is not in its form's datum (an empty string stands for it): docs
//!   change nothing that is computed from forms.

use std::sync::Arc;

use syntax::datum::{Datum, DatumKind, Symbol};
use syntax::{AstId, Parse, TopForm};

use crate::db::{Db, Project, SourceFile};

/// The tree of a file.
#[salsa::tracked(lru = 128)]
pub fn parsed(db: &dyn Db, file: SourceFile) -> Parse {
    syntax::parse_shared(file.text(db).clone())
}

/// The forms of a file with their positions.
#[salsa::tracked]
pub fn top_forms(db: &dyn Db, file: SourceFile) -> Vec<TopForm> {
    let mut features: Vec<&str> = syntax::DEFAULT_FEATURES.to_vec();
    features.extend(
        Project::get(db)
            .features(db)
            .iter()
            .map(|feature| &**feature),
    );
    syntax::program_forms(parsed(db, file), &features)
}

/// A top-level form: the unit of incrementality.
#[salsa::tracked(debug)]
pub struct Form<'db> {
    /// Its file.
    #[returns(copy)]
    pub file: SourceFile,
    /// What it is known by in the file.
    #[returns(copy)]
    pub id: AstId,
    /// The form as data.
    #[tracked]
    pub datum: Datum,
    /// The docstring taken out of it.
    #[tracked]
    pub doc: Option<Arc<str>>,
    /// Whether the parser reported something within it, so that less than was meant, or more, may
    /// be here.
    #[tracked]
    #[returns(copy)]
    pub is_damaged: bool,
}

/// The forms of a file in order.
#[salsa::tracked]
pub fn forms<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Form<'db>> {
    let forms = top_forms(db, file);
    let redefines = forms.iter().any(|form| redefines_a_definer(&form.datum));
    forms
        .iter()
        .map(|form| {
            let (datum, doc) = if redefines {
                (form.datum.clone(), None)
            } else {
                without_doc(&form.datum)
            };
            Form::new(db, file, form.ast_id, datum, doc, form.is_damaged)
        })
        .collect()
}

/// The forms of a file in the order of their ids: keeps its revision when forms change places. What
/// does not depend on the order of forms reads this.
#[salsa::tracked]
pub fn form_set<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Form<'db>> {
    let mut forms = forms(db, file).clone();
    forms.sort_by_key(|form| form.id(db));
    forms
}

/// The form with this id.
#[salsa::tracked(returns(copy))]
pub(crate) fn form_by_id<'db>(db: &'db dyn Db, file: SourceFile, id: FormId) -> Option<Form<'db>> {
    let forms = form_set(db, file);
    forms
        .binary_search_by_key(&id.0, |form| form.id(db))
        .ok()
        .map(|index| forms[index])
}

/// The forms that say something about the namespace, in textual order: calls of `ns` and its kin, and
/// what a misplaced bracket leaves of an `ns` form.
#[salsa::tracked]
pub(crate) fn header_forms<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Form<'db>> {
    let forms = forms(db, file);
    let head = |form: &Form<'db>| form.datum(db).as_list().and_then(<[Datum]>::first);
    let is_core = |symbol: &Symbol| {
        matches!(
            symbol.ns.as_deref(),
            None | Some("clojure.core" | "ox.core")
        )
    };
    let calls = |form: &Form<'db>, names: &[&str]| {
        head(form)
            .and_then(Datum::as_symbol)
            .is_some_and(|head| is_core(head) && names.contains(&&*head.name))
    };
    // Only then: `(:use config)` may be an expression.
    let is_broken = forms.iter().any(|form| {
        let lacks_bracket = || {
            let items = form.datum(db).as_list().unwrap_or_default();
            items.iter().any(|item| clause_name(item).is_some())
        };
        form.datum(db).is_symbol("ns")
            || (calls(form, &["ns"]) && (form.is_damaged(db) || lacks_bracket()))
    });
    let mut after_require = false;
    let is_header = |form: &&Form<'db>| {
        let datum = form.datum(db);
        after_require &= head(form).is_some_and(|head| head.is_symbol("quote"));
        after_require |= datum.is_symbol("require") || datum.is_symbol("use");
        calls(form, &["ns", "require", "use", "refer-clojure", "import"])
            || (is_broken && head(form).is_some_and(|head| clause_name(head).is_some()))
            || (after_require && head(form).is_some())
    };
    forms.iter().filter(is_header).copied().collect()
}

/// The clauses of `ns` that say what names mean.
const CLAUSES: [&str; 3] = ["require", "use", "refer-clojure"];

/// The clause of an `ns` form that this keyword names.
pub(crate) fn clause_name(datum: &Datum) -> Option<&'static str> {
    let keyword = datum.as_keyword().filter(|keyword| keyword.ns.is_none())?;
    CLAUSES.into_iter().find(|name| *name == &*keyword.name)
}

/// An [`AstId`] as an argument of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FormId(pub(crate) AstId);

/// The definers whose docstring is taken out, and whether a form must follow it.
fn takes_doc(head: &Datum) -> Option<bool> {
    let symbol = head.as_symbol()?;
    if !matches!(
        symbol.ns.as_deref(),
        None | Some("clojure.core" | "ox.core")
    ) {
        return None;
    }
    match &*symbol.name {
        "def" => Some(true),
        "defn" | "defn-" | "defmacro" | "defactivity" | "defeffect" | "defnative" => Some(true),
        "ns" => Some(false),
        _ => None,
    }
}

/// Whether the form makes another meaning for one of the definers.
fn redefines_a_definer(datum: &Datum) -> bool {
    match datum.as_list() {
        Some([head, name, ..]) => {
            head.as_symbol()
                .is_some_and(|head| head.name.starts_with("def"))
                && takes_doc(name).is_some()
        }
        _ => false,
    }
}

fn without_doc(datum: &Datum) -> (Datum, Option<Arc<str>>) {
    let Some(items @ [head, _, doc, rest @ ..]) = datum.as_list() else {
        return (datum.clone(), None);
    };
    let DatumKind::String(text) = &doc.kind else {
        return (datum.clone(), None);
    };
    match takes_doc(head) {
        Some(needs_more) if !(needs_more && rest.is_empty()) => {
            let mut items = items.to_vec();
            items[2] = Datum::new(DatumKind::String("".into()), doc.origin);
            let list = Datum::list(items, datum.origin).with_meta(datum.meta.clone());
            (list, Some(text.clone()))
        }
        _ => (datum.clone(), None),
    }
}
