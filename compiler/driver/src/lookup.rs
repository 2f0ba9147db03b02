//! What people ask of names where they write: documentation, source, what there is, what a word may become.
//!
//! # Invariants
//! - Everything is asked as a file means it: by its aliases, and with what it refers.
//! - Answers are sorted by name, so that they do not depend on where files lie.

use hir::definition::DefKind;
use hir::header::{canonical_namespace, header};
use hir::names::{Resolution, public_names, resolve};
use hir::{Db, DefSummary, FORM_DOCS, Project, SourceFile, Stage, file_of};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use syntax::{AstId, Symbol, SyntaxKind};

/// The whole that library files are parts of.
const CORE: &str = "ox.core";

/// Keywords that are typed before any is there.
const USUAL_KEYWORDS: [&str; 6] = [":as", ":else", ":keys", ":or", ":refer", ":require"];

/// What is known of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// Its full name, as people write it.
    pub name: String,
    /// Its parameter vectors.
    pub arglists: Vec<String>,
    /// Its docstring, with the lines as they are in the source.
    pub doc: Option<String>,
    /// `Macro`, `Special Form` or nothing.
    pub label: Option<&'static str>,
    /// Where it stands; none of what the compiler knows itself.
    place: Option<(SourceFile, AstId)>,
}

/// What a name is, as it is shown: parts of the core are the core.
fn shown_namespace(ns: &str) -> &str {
    match ns.strip_prefix(CORE) {
        Some(rest) if rest.starts_with('.') => CORE,
        _ => ns,
    }
}

fn documented_as(namespace: &str, summary: &DefSummary) -> Documented {
    let is_macro = matches!(summary.kind, DefKind::Macro(_));
    Documented {
        name: format!("{}/{}", shown_namespace(namespace), summary.name.name),
        arglists: summary.arglists.iter().map(ToString::to_string).collect(),
        doc: summary.doc.as_deref().map(str::to_owned),
        label: is_macro.then_some("Macro"),
        place: summary.place.form.map(|form| (summary.place.file, form)),
    }
}

/// What is known of what a symbol means in a file.
pub fn documented(db: &dyn Db, file: SourceFile, symbol: &Symbol) -> Option<Documented> {
    let of_compiler = FORM_DOCS.iter().find(|(name, _)| symbol.is(name));
    let info = match resolve(db, file, Stage::ALL, symbol) {
        Resolution::Def(info) => Some(info),
        // The compiler has its own way with it, and the library a macro that does the same.
        Resolution::Core(_) => {
            let core = file_of(db, CORE)?;
            public_names(db, core).remove(&symbol.name)
        }
        // A namespace need not be required to be looked into.
        Resolution::Missing(_) => symbol.ns.as_ref().and_then(|namespace| {
            let other = file_of(db, &canonical_namespace(namespace))?;
            public_names(db, other).remove(&symbol.name)
        }),
    };
    if let Some(info) = info {
        let summaries = &hir::namespace_of(db, info.file).definitions;
        let summary = summaries.iter().find(|one| one.name == info.name);
        if let Some(summary) = summary {
            return Some(documented_as(&info.name.ns, summary));
        }
    }
    let (name, doc) = of_compiler?;
    Some(Documented {
        name: (*name).to_owned(),
        arglists: Vec::new(),
        doc: Some((*doc).to_owned()),
        label: Some("Special Form"),
        place: None,
    })
}

/// What is printed of a name, as Clojure's `doc` does.
#[must_use]
pub fn text_of(documented: &Documented) -> String {
    let mut text = format!("-------------------------\n{}\n", documented.name);
    if !documented.arglists.is_empty() {
        let _ = writeln!(text, "({})", documented.arglists.join(" "));
    }
    if let Some(label) = documented.label {
        let _ = writeln!(text, "{label}");
    }
    if let Some(doc) = &documented.doc {
        let _ = writeln!(text, "  {doc}");
    }
    text
}

/// The docstring of a namespace, as a file names it.
pub fn documented_namespace(db: &dyn Db, file: SourceFile, name: &str) -> Option<Documented> {
    let aliases = &header(db, file).aliases;
    let name = Arc::from(name);
    let name = canonical_namespace(aliases.get(&name).unwrap_or(&name));
    let namespace = hir::namespace(db, &name)?;
    Some(Documented {
        name: namespace.name.to_string(),
        arglists: Vec::new(),
        doc: namespace.doc.as_deref().map(str::to_owned),
        label: None,
        place: None,
    })
}

/// The text of the form that makes a definition.
pub fn source_of(db: &dyn Db, documented: &Documented) -> Option<String> {
    let (file, form) = documented.place?;
    let forms = hir::forms::top_forms(db, file);
    let form = forms.iter().find(|one| one.ast_id == form)?;
    let range = usize::from(form.range.start())..usize::from(form.range.end());
    file.text(db).get(range).map(str::to_owned)
}

/// The public names of a namespace, as a file names it.
pub fn names_of(db: &dyn Db, file: SourceFile, namespace: &str) -> Option<Vec<Arc<str>>> {
    let aliases = &header(db, file).aliases;
    let namespace = Arc::from(namespace);
    let namespace = aliases.get(&namespace).unwrap_or(&namespace);
    let names = public_names(db, file_of(db, &canonical_namespace(namespace))?);
    let names = names.into_iter().filter(|(_, info)| {
        let summaries = &hir::namespace_of(db, info.file).definitions;
        let summary = summaries.iter().find(|one| one.name == info.name);
        summary.is_none_or(|one| is_for_people(db, one)) && is_written(&info.name.name)
    });
    Some(names.map(|(name, _)| name).collect())
}

/// Everything public: namespaces and what is in them.
pub fn everything(db: &dyn Db) -> Vec<Documented> {
    let mut all = Vec::new();
    for (namespace, file) in Project::get(db).files(db) {
        // What the parts of the core have beyond it is for the library alone.
        let is_part = shown_namespace(namespace) != &**namespace;
        if is_part || &**namespace == CORE {
            continue;
        }
        let summaries = &hir::namespace_of(db, *file).definitions;
        let public = summaries.iter().filter(|one| {
            !one.private
                && one.kind != DefKind::Table
                && is_written(&one.name.name)
                && is_for_people(db, one)
        });
        all.extend(public.map(|one| documented_as(namespace, one)));
    }
    if let Some(core) = file_of(db, CORE) {
        for info in public_names(db, core).values() {
            let summaries = &hir::namespace_of(db, info.file).definitions;
            let summary = summaries.iter().find(|one| one.name == info.name);
            let written =
                summary.filter(|one| is_written(&one.name.name) && is_for_people(db, one));
            all.extend(written.map(|one| documented_as(CORE, one)));
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.dedup_by(|one, other| one.name == other.name);
    all
}

/// What a word at the end of a text may become, as a file means it: names, aliases, namespaces and keywords.
pub fn completions(db: &dyn Db, file: SourceFile, word: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let header = header(db, file);
    if word.starts_with(':') {
        found.extend(keywords(file.text(db)));
        found.extend(USUAL_KEYWORDS.map(str::to_owned));
        found.retain(|keyword| keyword.starts_with(word));
        return found.into_iter().collect();
    }
    if let Some((namespace, start)) = word.split_once('/')
        && !namespace.is_empty()
    {
        let names = names_of(db, file, namespace).unwrap_or_default();
        let names = names.iter().filter(|name| name.starts_with(start));
        return names.map(|name| format!("{namespace}/{name}")).collect();
    }
    let visible = hir::visible_names(db, file);
    let own = visible.iter().map(|name| &**name);
    let of_compiler = FORM_DOCS.iter().map(|(name, _)| *name);
    let names = own.chain(of_compiler).filter(|name| is_written(name));
    found.extend(
        names
            .filter(|name| name.starts_with(word))
            .map(str::to_owned),
    );
    let aliases = header.aliases.keys();
    let aliases = aliases.filter(|alias| alias.starts_with(word));
    found.extend(aliases.map(|alias| format!("{alias}/")));
    let namespaces = Project::get(db).files(db).keys();
    let namespaces = namespaces.filter(|name| {
        name.starts_with(word) && (shown_namespace(name) == &***name) && !name.contains('@')
    });
    found.extend(namespaces.map(ToString::to_string));
    found.into_iter().collect()
}

/// Whether a definition is for others: the library says of all that is what it does.
fn is_for_people(db: &dyn Db, summary: &DefSummary) -> bool {
    let is_primitive =
        matches!(summary.kind, DefKind::Native(..)) && summary.name.name.ends_with('*');
    !summary.place.file.library(db) || summary.doc.is_some() && !is_primitive
}

/// Whether a name is one that people write.
fn is_written(name: &str) -> bool {
    !name.contains('@') && !hir::is_entry_name(name)
}

/// The keywords of a text.
fn keywords(text: &str) -> BTreeSet<String> {
    let root = syntax::parse(text).syntax();
    let tokens = root.descendants_with_tokens();
    let tokens = tokens.filter(|token| token.kind() == SyntaxKind::Keyword);
    tokens.map(|token| token.to_string()).collect()
}
