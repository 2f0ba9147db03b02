//! Host calls: what `Math/abs`, `(StringBuilder.)` and `(.length s)` stand for, which programs that
//! were written for Clojure's host call.
//!
//! A namespace says so by `(defhost key definition …)`, where a key is `Math/abs` (a static method
//! or field), `StringBuilder/new` (a constructor), `StringBuilder` (a class as a value), `.length` (a
//! method) or `String/.length` (a method when it is called by its class). The library's are in
//! `ox.compat`, which every program sees. A method `.m` that is in no table calls the function of a
//! protocol's method `m`, or looks for what the type of the value has inline.
//!
//! Invariants:
//! - Tables are collected from the text of forms without expanding anything, as written names are.
//! - A name is looked up here only when it means nothing else; the target of an entry is never
//!   looked up here, so no lookup waits for itself.
//! - The library itself calls no host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use syntax::datum::{Datum, DatumKind, Symbol};

use crate::db::{Db, SourceFile, Stage, file_of};
use crate::definition::DefInfo;
use crate::hash::{Digest, Hash};
use crate::names::{Resolution, resolve_here, written_names};
use crate::project::{closes_cycle, reachable};
use crate::wire::Writer;

/// The namespace of the library's table.
pub const COMPAT: &str = "ox.compat";

/// What the text of a file says of host calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    /// Definitions by key.
    pub(crate) entries: BTreeMap<Arc<str>, Symbol>,
    /// The methods of protocols.
    pub(crate) methods: BTreeSet<Arc<str>>,
    /// What types have inline: methods and fields.
    pub(crate) members: BTreeSet<Arc<str>>,
}

impl Hosts {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.methods.is_empty() && self.members.is_empty()
    }

    /// Whether there is an entry of this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Adds the pairs of a `defhost` form. The first entry of a key counts.
    pub(crate) fn add(&mut self, pairs: &[Datum]) {
        for pair in pairs.chunks_exact(2) {
            if let (Some(key), Some(target)) = (pair[0].as_symbol(), pair[1].as_symbol())
                && let Some(key) = keys(key).into_iter().next()
                && keys(target).is_empty()
            {
                self.entries.entry(key).or_insert_with(|| target.clone());
            }
        }
    }

    /// Adds the methods of `(defprotocol name … (method [this] …))`.
    pub(crate) fn add_protocol(&mut self, form: &Datum) {
        let parts = form.as_list().unwrap_or_default().iter().skip(2);
        let names = parts.filter_map(|part| part.as_list()?.first()?.as_symbol());
        self.methods.extend(names.map(|symbol| symbol.name.clone()));
    }

    /// Adds what types in the form, at any depth, have inline.
    pub(crate) fn add_members(&mut self, form: &Datum) {
        let mut rest = vec![form];
        while let Some(datum) = rest.pop() {
            match &datum.kind {
                DatumKind::List(items) => {
                    let head = items.first().and_then(Datum::as_symbol);
                    match head.map(|head| &*head.name) {
                        Some("deftype" | "defrecord") => {
                            let fields = items.get(2).and_then(Datum::as_vector);
                            let fields = fields.unwrap_or_default().iter();
                            self.add_names(fields.filter_map(Datum::as_symbol));
                            self.add_methods(items.get(3..).unwrap_or_default());
                        }
                        Some("reify" | "extend-type") => self.add_methods(&items[1..]),
                        _ => {}
                    }
                    rest.extend(items.iter());
                }
                DatumKind::Vector(items) | DatumKind::Set(items) => rest.extend(items.iter()),
                DatumKind::Map(entries) => {
                    rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
                }
                DatumKind::Tagged(_, inner) => rest.push(inner),
                _ => {}
            }
        }
    }

    fn add_methods(&mut self, parts: &[Datum]) {
        let names = parts.iter().filter_map(|part| part.as_list()?.first());
        self.add_names(names.filter_map(Datum::as_symbol));
    }

    fn add_names<'a>(&mut self, names: impl Iterator<Item = &'a Symbol>) {
        self.members.extend(names.map(|symbol| symbol.name.clone()));
    }
}

/// What a file says of host calls: the definition that each key calls, as text.
#[must_use]
pub fn entries(db: &dyn Db, file: SourceFile) -> BTreeMap<Arc<str>, String> {
    let entries = written_names(db, file).hosts.entries.iter();
    entries
        .map(|(key, target)| (Arc::clone(key), target.to_string()))
        .collect()
}

/// Whether a file of this text may call the host, by the look of it: then what is kept of the
/// library's table is worth loading.
#[must_use]
pub fn may_call(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins = |i: usize| i == 0 || b" \t\r\n,([{'`~@".contains(&bytes[i - 1]);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._$".contains(&byte);
    text.contains("(new ")
        || bytes.iter().enumerate().any(|(i, byte)| match byte {
            // `.method`, `(. x …)`, `(.. x …)`, `Class.`
            b'.' => {
                let next = bytes.get(i + 1).copied().unwrap_or(b' ');
                begins(i) || !(is_name(next) || bytes[i - 1] == b'.')
            }
            // `Class/member`
            b'/' => {
                let before = bytes[..i].iter().rposition(|byte| !is_name(*byte));
                let class = &text[before.map_or(0, |at| at + 1)..i];
                is_class(class)
            }
            _ => false,
        })
}

/// Whether this is, or ends with, a name that classes have: `Math`, `java.lang.Math`.
pub(crate) fn is_class(name: &str) -> bool {
    simple(name).starts_with(|c: char| c.is_ascii_uppercase())
}

/// A class's name without package.
fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// The name of a method that a symbol like `.length` calls.
pub(crate) fn method_name(symbol: &Symbol) -> Option<&str> {
    let name = symbol.name.strip_prefix('.')?;
    let is_method = symbol.ns.is_none() && !name.is_empty() && !name.starts_with(['.', '-']);
    is_method.then_some(name)
}

/// The keys that a symbol is looked up by, in this order; none of a symbol that calls no host.
pub(crate) fn keys(symbol: &Symbol) -> Vec<Arc<str>> {
    let name = &symbol.name;
    match &symbol.ns {
        Some(class) if is_class(class) => {
            let class = simple(class);
            let mut keys = vec![format!("{class}/{name}").into()];
            if name.starts_with('.') {
                keys.push(name.clone());
            }
            keys
        }
        Some(_) => Vec::new(),
        None if method_name(symbol).is_some() => vec![name.clone()],
        None => match name.strip_suffix('.') {
            Some(class) if is_class(class) => vec![format!("{}/new", simple(class)).into()],
            None if is_class(name) => vec![simple(name).into()],
            _ => Vec::new(),
        },
    }
}

/// The files whose tables a file sees besides its own, in the order of their names, the library's
/// last.
fn others(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = SourceFile> {
    let own = file.ns(db);
    let reached = reachable(db, file).iter();
    let of_program = reached
        .filter(move |ns| *ns != own)
        .filter_map(|ns| file_of(db, ns))
        .filter(move |other| !other.library(db) && !closes_cycle(db, file, other.ns(db)));
    of_program.chain(file_of(db, COMPAT))
}

/// Where and to what a host name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// To a definition.
    Def(DefInfo),
    /// To different ones of these two namespaces.
    Clash(Arc<str>, Arc<str>),
}

/// What a symbol that means nothing else calls.
pub(crate) fn lookup(db: &dyn Db, file: SourceFile, stage: Stage, symbol: &Symbol) -> Option<Host> {
    if file.library(db) {
        return None;
    }
    let keys = keys(symbol);
    // A type of the program counts before a class of the same name.
    if let Some(class) = symbol.name.strip_suffix('.')
        && definition(db, file, stage, &Symbol::simple(class)).is_some()
    {
        return None;
    }
    keys.iter()
        .find_map(|key| entry(db, file, stage, key))
        .or_else(|| {
            let name = method_name(symbol)?;
            let method = Symbol::simple(name);
            let all = std::iter::once(file).chain(others(db, file));
            let mut found = all
                .filter(|other| written_names(db, *other).hosts.methods.contains(name))
                .filter_map(|other| definition(db, other, stage_of(file, other, stage), &method));
            let first = found.next()?;
            // Of several the value has to tell which.
            found.next().is_none().then_some(Host::Def(first))
        })
}

fn stage_of(own: SourceFile, file: SourceFile, stage: Stage) -> Stage {
    if own == file { stage } else { Stage::ALL }
}

fn entry(db: &dyn Db, file: SourceFile, stage: Stage, key: &str) -> Option<Host> {
    let in_file = |other: SourceFile| {
        let target = written_names(db, other).hosts.entries.get(key)?;
        definition(db, other, stage_of(file, other, stage), target)
    };
    // One's own counts before those of others, and theirs before the library's.
    if let Some(own) = in_file(file) {
        return Some(Host::Def(own));
    }
    let mut found: Option<(SourceFile, DefInfo)> = None;
    for other in others(db, file) {
        let Some(info) = in_file(other) else {
            continue;
        };
        match &found {
            None => found = Some((other, info)),
            Some((first, known)) if !other.library(db) && known.name != info.name => {
                return Some(Host::Clash(first.ns(db).clone(), other.ns(db).clone()));
            }
            Some(_) => {}
        }
    }
    found.map(|(_, info)| Host::Def(info))
}

fn definition(db: &dyn Db, file: SourceFile, stage: Stage, target: &Symbol) -> Option<DefInfo> {
    match resolve_here(db, file, stage, target) {
        Resolution::Def(info) => Some(info),
        _ => None,
    }
}

/// Whether a type that the file sees has a method or field of this name inline.
pub(crate) fn is_member(db: &dyn Db, file: SourceFile, name: &str) -> bool {
    std::iter::once(file).chain(others(db, file)).any(|other| {
        let hosts = &written_names(db, other).hosts;
        hosts.members.contains(name) || hosts.methods.contains(name)
    })
}

/// All keys that begin so, for suggestions.
pub(crate) fn keys_of(db: &dyn Db, file: SourceFile, prefix: &str) -> BTreeSet<Arc<str>> {
    let all = std::iter::once(file).chain(others(db, file));
    all.flat_map(|other| written_names(db, other).hosts.entries.keys())
        .filter(|key| key.starts_with(prefix))
        .cloned()
        .collect()
}

/// Whether a table has the class, or something of it.
pub(crate) fn is_known_class(db: &dyn Db, file: SourceFile, class: &str) -> bool {
    let members = format!("{class}/");
    let all = keys_of(db, file, class);
    all.iter()
        .any(|key| &**key == class || key.starts_with(&members))
}

/// The hash of all tables that a file sees in other namespaces of the program.
pub(crate) fn seen(db: &dyn Db, file: SourceFile) -> Hash {
    let mut digest = Digest::new("hosts");
    for other in others(db, file).filter(|other| !other.library(db)) {
        let hosts = &written_names(db, other).hosts;
        if !hosts.is_empty() {
            let mut w = Writer::default();
            w.name(other.ns(db));
            write(&mut w, hosts);
            digest.bytes(&w.bytes);
        }
    }
    digest.finish()
}

/// As bytes.
pub(crate) fn write(w: &mut Writer, hosts: &Hosts) {
    w.list(hosts.entries.iter(), |w, (key, target)| {
        w.name(key);
        w.option(target.ns.as_ref(), Writer::name);
        w.name(&target.name);
    });
    w.list(hosts.methods.iter(), Writer::name);
    w.list(hosts.members.iter(), Writer::name);
}

/// Reads what [`write`] has written.
pub(crate) fn read(r: &mut crate::wire::Reader<'_>) -> Option<Hosts> {
    use crate::wire::Reader;
    let entries = r.list(|r| {
        let key = r.name()?;
        let ns = r.option(Reader::name)?;
        let name = r.name()?;
        Some((key, Symbol { ns, name }))
    })?;
    Some(Hosts {
        entries,
        methods: r.list(Reader::name)?,
        members: r.list(Reader::name)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_the_host_looks_so() {
        for text in [
            "(.length s)",
            "(map .length s)",
            "(. s length)",
            "(.. s trim length)",
            "(StringBuilder.)",
            "(java.util.Date. 1)",
            "(Math/abs 1)",
            "java.util.UUID/randomUUID",
            "(new Date)",
            "(doto x (.append 1))",
        ] {
            assert!(may_call(text), "{text}");
        }
        for text in ["(defn f [x] (/ x 1.5))", "(str/join a.b/c)", "", "(-> a b)"] {
            assert!(!may_call(text), "{text}");
        }
    }

    #[test]
    fn keys_are_without_packages() {
        let keys_of = |ns: Option<&str>, name: &str| {
            let symbol = Symbol {
                ns: ns.map(Arc::from),
                name: name.into(),
            };
            keys(&symbol).join(" ")
        };
        assert_eq!(keys_of(Some("java.lang.Math"), "abs"), "Math/abs");
        assert_eq!(keys_of(Some("String"), ".trim"), "String/.trim .trim");
        assert_eq!(keys_of(None, "java.util.Date."), "Date/new");
        assert_eq!(keys_of(None, ".trim"), ".trim");
        assert_eq!(keys_of(None, "StringBuilder"), "StringBuilder");
        for (ns, name) in [
            (None, "trim"),
            (Some("str"), "trim"),
            (None, ".-x"),
            (None, ".."),
            (None, "."),
        ] {
            assert_eq!(keys_of(ns, name), "");
        }
    }
}
