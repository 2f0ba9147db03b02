//! What `with-redefs` in tests needs: in a program of tests, the definitions that it names are dynamic, as if
//! `^:dynamic` stood before their names. In programs that are run or built, what is defined stays as it is.
//!
//! # Invariants
//! - Lines stay where they are. Texts are changed before anything is compiled, so what is kept of such a
//!   program is found by what it is, and nothing of it is taken for another.
//! - Only definitions of the project's own files become dynamic.

use crate::project::{Found, header_data, mentioned_namespaces};
use std::collections::{BTreeMap, BTreeSet};
use syntax::datum::{Datum, DatumKind};

/// The form that names definitions.
const REDEFINES: &str = "with-redefs";
/// The definers of what can be given another value.
const DEFINERS: [&str; 4] = ["def", "defn", "defn-", "defonce"];

/// Has the definitions be dynamic that a namespace, or one of the project's that it reaches, redefines.
pub fn prepare(found: &mut Found, namespace: &str) {
    let features = found.features();
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut reached = BTreeSet::from([namespace.to_owned()]);
    let mut open = vec![namespace.to_owned()];
    while let Some(namespace) = open.pop() {
        let Some(file) = found.files.get(&namespace) else {
            continue;
        };
        let required = mentioned_namespaces(&file.text);
        if file.text.contains(REDEFINES) {
            for (ns, name) in redefined(&namespace, &file.text, &required, &features) {
                names.entry(ns).or_default().insert(name);
            }
        }
        open.extend(
            required
                .into_iter()
                .filter(|one| reached.insert(one.clone())),
        );
    }
    for (namespace, names) in names {
        if let Some(file) = found.files.get_mut(&namespace) {
            file.text = with_dynamic(&file.text, &names, &features);
        }
    }
}

/// The names that a text redefines, with all namespaces that may be meant.
fn redefined(
    namespace: &str,
    text: &str,
    required: &[String],
    features: &[String],
) -> Vec<(String, String)> {
    let aliases = aliases(text);
    let mut found = Vec::new();
    for form in syntax::program_forms(&syntax::parse(text), features) {
        let mut open = vec![&form.datum];
        while let Some(datum) = open.pop() {
            let items = match &datum.kind {
                DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => items,
                DatumKind::Map(entries) => {
                    open.extend(entries.iter().flat_map(|(key, value)| [key, value]));
                    continue;
                }
                _ => continue,
            };
            open.extend(items.iter());
            let is_call = datum.as_list().is_some()
                && items
                    .first()
                    .and_then(Datum::as_symbol)
                    .is_some_and(|head| &*head.name == REDEFINES);
            let Some(bindings) = items.get(1).filter(|_| is_call).and_then(Datum::as_vector) else {
                continue;
            };
            for symbol in bindings.iter().step_by(2).filter_map(Datum::as_symbol) {
                let name = symbol.name.to_string();
                match symbol.ns.as_deref() {
                    // Its own, or one that is referred.
                    None => {
                        let all = required.iter().map(String::as_str).chain([namespace]);
                        found.extend(all.map(|ns| (ns.to_owned(), name.clone())));
                    }
                    Some(ns) => {
                        let ns = aliases.get(ns).map_or(ns, String::as_str);
                        found.push((ns.to_owned(), name));
                    }
                }
            }
        }
    }
    found
}

/// The aliases that a text gives: `[shop.cart :as cart]`.
fn aliases(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = header_data(text);
    while let Some(datum) = open.pop() {
        let (DatumKind::List(items) | DatumKind::Vector(items)) = &datum.kind else {
            continue;
        };
        let name = items.first().and_then(Datum::as_symbol);
        let alias = items
            .iter()
            .position(|item| item.as_keyword().is_some_and(|key| key.is("as")))
            .and_then(|at| items.get(at + 1)?.as_symbol());
        if let (Some(name), Some(alias)) = (name, alias) {
            found.insert(alias.name.to_string(), name.name.to_string());
        }
        open.extend(items.iter().cloned());
    }
    found
}

/// A text with `^:dynamic` before the names that these definitions give.
fn with_dynamic(text: &str, names: &BTreeSet<String>, features: &[String]) -> String {
    let mut out = String::new();
    let mut done = 0;
    for form in syntax::program_forms(&syntax::parse(text), features) {
        let Some([head, name, ..]) = form.datum.as_list() else {
            continue;
        };
        let (Some(head), Some(symbol)) = (head.as_symbol(), name.as_symbol()) else {
            continue;
        };
        if DEFINERS.contains(&&*head.name) && names.contains(&*symbol.name) {
            let at = usize::from(form.range_of(name.origin).start());
            out.push_str(&text[done..at]);
            out.push_str("^:dynamic ");
            done = at;
        }
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests;
