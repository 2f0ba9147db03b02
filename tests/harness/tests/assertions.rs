//! Every name of the library and every form of the language has expectations in the chapters of `tests/language`: three at least,
//! and one of them an error (of what is no function or macro, none).
//!
//! A name is counted in an expectation if it occurs in the expression before the mark, or in a definition of the section that this one
//! comes to; what a section says besides, `require` or `extend-type`, is of all its expectations. Names are resolved as the compiler
//! does, by aliases and `:refer`; locals that shadow a name are not seen, quoted forms are not looked at.
//!
//! # Invariants
//! - `tests/assertions.txt` lists the names that have fewer; one that has enough must leave it, so it only gets shorter.
//! - What needs the engine is listed there too, and occurs in the engine's tests or the transcripts.

use crate::docs::library;
use harness::root;
use harness::specification::{Chapter, Expected, Section};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use syntax::datum::{Datum, DatumKind, Symbol};

/// Expectations that a name has at least.
const ENOUGH: usize = 3;

/// Definers and forms at top level that no source file of the library defines.
const DEFINERS: &[&str] = &[
    "declare",
    "defeffect",
    "defhost",
    "defmacro",
    "defmethod",
    "defmulti",
    "defn",
    "defn-",
    "defonce",
    "defprotocol",
    "defrecord",
    "deftype",
    "extend-protocol",
    "extend-type",
    "import",
    "refer-clojure",
    "require",
    "use",
];

/// Namespace and name; the namespace is empty of what the section defines.
type Name = (String, String);

/// How often a name is in expectations.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    expectations: usize,
    errors: usize,
}

/// What names of a file mean.
#[derive(Default)]
struct Scope {
    aliases: BTreeMap<String, String>,
    referred: BTreeMap<String, String>,
    /// Namespaces all of whose names are referred to.
    used: BTreeSet<String>,
}

/// The namespace that another name of it means: Clojure's are Ox's.
fn namespace(name: &str) -> String {
    let own = match name.strip_prefix("clojure.") {
        Some("core.match") => "match",
        Some("data.csv") => "csv",
        Some("data.json") => "json",
        Some(own) => own,
        None => match name.strip_prefix("ox.") {
            Some(own) => own,
            None => return name.to_owned(),
        },
    };
    match own.split('.').next() {
        // Parts are named by the whole alone.
        Some(whole @ ("core" | "pprint")) => format!("ox.{whole}"),
        _ => format!("ox.{own}"),
    }
}

impl Scope {
    /// Takes what a `require`, `use` or `ns` says.
    fn read(&mut self, form: &Datum) {
        let Some(items) = form.as_list() else { return };
        let head = match items.first().map(|head| &head.kind) {
            Some(DatumKind::Symbol(symbol) | DatumKind::Keyword(symbol)) => &*symbol.name,
            _ => return,
        };
        match head {
            "ns" => items[1..].iter().for_each(|clause| self.read(clause)),
            "require" | "use" => {
                for spec in &items[1..] {
                    self.spec(unquoted(spec), head == "use");
                }
            }
            _ => {}
        }
    }

    fn spec(&mut self, spec: &Datum, uses: bool) {
        let items = match spec.as_vector() {
            Some(items) => items,
            None => std::slice::from_ref(spec),
        };
        let Some(of) = items.first().and_then(Datum::as_symbol) else {
            return;
        };
        let of = namespace(&of.to_string());
        let mut all = uses;
        for option in items[1..].chunks_exact(2) {
            let (Some(key), value) = (option[0].as_keyword(), &option[1]) else {
                continue;
            };
            match (&*key.name, value.as_symbol(), value.as_vector()) {
                ("as" | "as-alias", Some(alias), _) => {
                    self.aliases.insert(alias.to_string(), of.clone());
                }
                ("refer" | "only", _, Some(names)) => {
                    all = false;
                    for name in names.iter().filter_map(Datum::as_symbol) {
                        self.referred.insert(name.to_string(), of.clone());
                    }
                }
                ("refer", None, None) => all = true,
                _ => {}
            }
        }
        if all {
            self.used.insert(of);
        }
    }

    fn resolve(
        &self,
        symbol: &Symbol,
        own: &BTreeMap<String, BTreeSet<Name>>,
        known: &BTreeSet<Name>,
    ) -> Name {
        let name = symbol.name.to_string();
        if let Some(ns) = &symbol.ns {
            let aliased = self.aliases.get(&**ns).cloned();
            let of = aliased.unwrap_or_else(|| namespace(ns));
            let is_own = !of.starts_with("ox.") && own.contains_key(&name);
            return (if is_own { String::new() } else { of }, name);
        }
        if own.contains_key(&name) {
            return (String::new(), name);
        }
        if let Some(of) = self.referred.get(&name) {
            return (of.clone(), name);
        }
        let used = self.used.iter().map(|of| (of.clone(), name.clone()));
        let found = used.into_iter().find(|name| known.contains(name));
        found.unwrap_or_else(|| ("ox.core".to_owned(), name))
    }
}

fn unquoted(datum: &Datum) -> &Datum {
    match datum.as_list() {
        Some([head, quoted]) if is_quote(head) => quoted,
        _ => datum,
    }
}

fn is_quote(head: &Datum) -> bool {
    head.as_symbol()
        .is_some_and(|symbol| &*symbol.name == "quote")
}

/// The symbols of a form, but those of quoted data.
fn symbols(form: &Datum) -> Vec<&Symbol> {
    let mut left = vec![form];
    let mut found = Vec::new();
    while let Some(datum) = left.pop() {
        if let Some(meta) = &datum.meta {
            left.push(meta);
        }
        match &datum.kind {
            DatumKind::Symbol(symbol) => found.push(symbol),
            DatumKind::List(items) if items.first().is_some_and(is_quote) => left.push(&items[0]),
            DatumKind::List(items) | DatumKind::Vector(items) | DatumKind::Set(items) => {
                left.extend(items.iter());
            }
            DatumKind::Map(entries) => {
                left.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            DatumKind::Tagged(_, form) => left.push(form),
            _ => {}
        }
    }
    found
}

/// The names that a form defines.
fn defined(form: &Datum) -> Vec<String> {
    let Some([head, name, rest @ ..]) = form.as_list() else {
        return Vec::new();
    };
    let (Some(head), Some(name)) = (head.as_symbol(), name.as_symbol()) else {
        return Vec::new();
    };
    let name = name.name.to_string();
    match &*head.name {
        "def" | "defn" | "defn-" | "defmacro" | "defonce" | "defmulti" | "defactivity"
        | "defeffect" | "declare" => vec![name],
        "defrecord" | "deftype" => vec![format!("->{name}"), format!("map->{name}"), name],
        "defprotocol" => {
            let methods = rest.iter().filter_map(|method| {
                Some(method.as_list()?.first()?.as_symbol()?.name.to_string())
            });
            methods.chain([name.clone()]).collect()
        }
        _ => Vec::new(),
    }
}

/// Counts the names of a section's expectations.
fn count(section: &Section, known: &BTreeSet<Name>, counts: &mut BTreeMap<Name, Count>) {
    let files: Vec<_> = section
        .files
        .iter()
        .map(|file| syntax::forms(&syntax::parse(&file.source), syntax::DEFAULT_FEATURES))
        .collect();
    let mut own: BTreeMap<String, BTreeSet<Name>> = BTreeMap::new();
    for form in files.iter().flatten() {
        for name in defined(&form.datum) {
            own.entry(name).or_default();
        }
    }
    let mut of_all = BTreeSet::new();
    let mut asserted = Vec::new();
    for (number, forms) in files.iter().enumerate() {
        let mut scope = Scope::default();
        for (at, form) in forms.iter().enumerate() {
            scope.read(&form.datum);
            let names: BTreeSet<Name> = symbols(&form.datum)
                .into_iter()
                .map(|symbol| scope.resolve(symbol, &own, known))
                .collect();
            let defines = defined(&form.datum);
            for name in &defines {
                own.entry(name.clone())
                    .or_default()
                    .extend(names.iter().cloned());
            }
            let is_here =
                |mark: &&harness::specification::Mark| mark.file == number && mark.form == at;
            match section.marks.iter().find(is_here) {
                Some(mark) => asserted.push((names, &mark.result)),
                None if defines.is_empty() => of_all.extend(names),
                None => {}
            }
        }
    }
    for (names, result) in asserted {
        let mut reached = of_all.clone();
        let mut left: Vec<Name> = names.into_iter().chain(of_all.iter().cloned()).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = left.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if name.0.is_empty() {
                left.extend(own[&name.1].iter().cloned());
            }
            reached.insert(name);
        }
        let is_error = matches!(result, Expected::Error(..) | Expected::Diagnostic(..));
        for name in reached {
            let count = counts.entry(name).or_default();
            count.expectations += 1;
            count.errors += usize::from(is_error);
        }
    }
}

/// What `tests/assertions.txt` says: the names with too few expectations, and those that need the engine.
#[derive(Default)]
struct Listed {
    missing: BTreeSet<Name>,
    elsewhere: BTreeSet<Name>,
}

impl Listed {
    fn read(text: &str) -> Listed {
        let mut listed = Listed::default();
        let mut is_missing = true;
        let mut of = String::new();
        for line in text.lines() {
            if line.starts_with(';') || line.trim().is_empty() {
                continue;
            }
            match line.split_once(':').filter(|_| !line.starts_with(' ')) {
                Some((kind, namespace)) => {
                    is_missing = kind == "missing";
                    namespace.trim().clone_into(&mut of);
                }
                None => {
                    let names = line
                        .split_whitespace()
                        .map(|name| (of.clone(), name.to_owned()));
                    if is_missing {
                        listed.missing.extend(names);
                    } else {
                        listed.elsewhere.extend(names);
                    }
                }
            }
        }
        listed
    }
}

fn texts(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            all += &texts(&path);
        } else {
            all += &fs::read_to_string(&path).unwrap_or_default();
        }
    }
    all
}

/// How often a name stands in a text as a word.
fn occurrences(text: &str, name: &str) -> usize {
    let is_of_name = |c: char| c.is_alphanumeric() || "*+!-_?<>='".contains(c);
    let bounded = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_of_name) && !after.is_some_and(is_of_name)
    };
    text.match_indices(name)
        .filter(|(at, _)| bounded(*at))
        .count()
}

#[test]
fn every_name_has_expectations_and_an_error() {
    let mut public: BTreeMap<Name, bool> = BTreeMap::new();
    for (namespace, names) in library() {
        for (name, entry) in names {
            public.insert((namespace.clone(), name), entry.is_value);
        }
    }
    for name in DEFINERS {
        public.insert(("ox.core".to_owned(), (*name).to_owned()), false);
    }
    let known: BTreeSet<Name> = public.keys().cloned().collect();
    let mut counts = BTreeMap::new();
    for entry in fs::read_dir(root().join("tests/language"))
        .expect("the chapters are there")
        .flatten()
    {
        let text = fs::read_to_string(entry.path()).expect("a chapter is text");
        let chapter = Chapter::read(&text).expect("a chapter is in the form");
        for section in &chapter.sections {
            count(section, &known, &mut counts);
        }
    }
    let text = fs::read_to_string(root().join("tests/assertions.txt")).unwrap_or_default();
    let listed = Listed::read(&text);
    let engine =
        texts(&root().join("tests/harness/tests/durable")) + &texts(&root().join("tests/cli"));
    let mut wrong = String::new();
    for (name, is_value) in &public {
        let shown = format!("{}/{}", name.0, name.1);
        if listed.elsewhere.contains(name) {
            if occurrences(&engine, &name.1) < ENOUGH {
                let _ = writeln!(
                    wrong,
                    "{shown} is hardly in the engine's tests and the transcripts"
                );
            }
            continue;
        }
        let count = counts.get(name).copied().unwrap_or_default();
        let is_covered = count.expectations >= ENOUGH && (*is_value || count.errors > 0);
        match (is_covered, listed.missing.contains(name)) {
            (false, false) => {
                let Count {
                    expectations,
                    errors,
                } = count;
                let _ = writeln!(
                    wrong,
                    "{shown} has {expectations} expectations, {errors} of them errors"
                );
            }
            (true, true) => {
                let _ = writeln!(
                    wrong,
                    "{shown} has enough expectations: take it out of tests/assertions.txt"
                );
            }
            _ => {}
        }
    }
    for name in listed.missing.union(&listed.elsewhere) {
        if !public.contains_key(name) {
            let _ = writeln!(wrong, "{}/{} is no name of the library", name.0, name.1);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
