//! What a file says about its namespace: the `ns` form and top-level `require`, `use` and
//! `refer-clojure`.
//!
//! Invariants:
//! - A header depends on those forms alone; it keeps its revision when others change.
//! - Namespace names in a header are canonical: Clojure's own are those of the library.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use source::Code;
use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin};

use crate::db::{Db, SourceFile};
use crate::forms::header_forms;
use crate::problem::{Place, Problem};

/// The name of the core's namespace.
pub const CORE: &str = "ox.core";

/// Whether the namespace is the core or a part of it. Parts do not refer the core implicitly.
pub fn is_core_family(ns: &str) -> bool {
    ns == CORE
        || ns
            .strip_prefix(CORE)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// The library's name for a namespace of Clojure's; other names are their own.
pub fn canonical_namespace(name: &Arc<str>) -> Arc<str> {
    match name.strip_prefix("clojure.") {
        Some(
            rest @ ("core" | "string" | "set" | "walk" | "edn" | "test" | "pprint" | "math"
            | "data" | "zip"),
        ) => format!("ox.{rest}").into(),
        Some("data.json") => "ox.json".into(),
        Some("data.csv") => "ox.csv".into(),
        _ => name.clone(),
    }
}

/// A required namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// Its canonical name.
    pub ns: Arc<str>,
    /// Where it is required.
    pub at: Place,
    /// Whether all its public names are referred.
    pub refer_all: bool,
    /// Of `refer_all`: names left out.
    pub exclude: BTreeSet<Arc<str>>,
    /// Of `refer_all`: names referred under another.
    pub rename: BTreeMap<Arc<str>, Arc<str>>,
    /// Whether it only gives an alias (`:as-alias`): nothing is loaded.
    pub alias_only: bool,
}

/// A name referred by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refer {
    /// The namespace.
    pub ns: Arc<str>,
    /// The name there.
    pub name: Arc<str>,
    /// Where it is referred.
    pub at: Place,
}

/// Which names of the core are referred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreRefer {
    /// Names left out.
    pub exclude: BTreeSet<Arc<str>>,
    /// If given, the only names referred.
    pub only: Option<BTreeSet<Arc<str>>>,
    /// Local name to name in the core.
    pub rename: BTreeMap<Arc<str>, Arc<str>>,
}

/// What a file says about its namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The namespace's name.
    pub ns: Arc<str>,
    /// The form that names it.
    pub form: Option<AstId>,
    /// Required namespaces, in order.
    pub requires: Vec<Require>,
    /// Namespaces whose public names this one has as its own (the standard library only).
    pub reexports: Vec<Require>,
    /// Aliases: name to namespace.
    pub aliases: BTreeMap<Arc<str>, Arc<str>>,
    /// Names referred one by one.
    pub refers: BTreeMap<Arc<str>, Refer>,
    /// What of the core is referred.
    pub core: CoreRefer,
    /// What is wrong with all this.
    pub problems: Vec<Problem>,
}

impl Header {
    /// The namespaces it needs, the core not counted unless named.
    pub fn needs(&self) -> impl Iterator<Item = &Require> {
        self.requires
            .iter()
            .chain(&self.reexports)
            .filter(|require| !require.alias_only)
    }
}

/// The header of a file.
#[salsa::tracked]
pub fn header(db: &dyn Db, file: SourceFile) -> Header {
    let mut reader = Reader {
        file,
        form: None,
        library: file.library(db),
        header: Header {
            ns: file.ns(db).clone(),
            form: None,
            requires: Vec::new(),
            reexports: Vec::new(),
            aliases: BTreeMap::new(),
            refers: BTreeMap::new(),
            core: CoreRefer::default(),
            problems: Vec::new(),
        },
    };
    for form in header_forms(db, file) {
        let datum = form.datum(db);
        let Some([head, args @ ..]) = datum.as_list() else {
            continue;
        };
        let Some(symbol) = head.as_symbol() else {
            continue;
        };
        reader.form = Some(form.id(db));
        match &*symbol.name {
            "ns" => reader.ns_form(datum, args),
            "require" | "use" => {
                for arg in args {
                    if let Some(spec) = unquoted(arg) {
                        reader.spec(spec, &symbol.name, None);
                    } else if !matches!(arg.kind, DatumKind::Keyword(_)) {
                        reader.problem(
                            arg.origin,
                            format!("`{}` at top level takes quoted names", symbol.name),
                        );
                    }
                }
            }
            "refer-clojure" => reader.refer_clojure(args),
            _ => {}
        }
    }
    reader.header
}

fn unquoted(datum: &Datum) -> Option<&Datum> {
    match datum.as_list()? {
        [head, inner] if head.is_symbol("quote") => Some(inner),
        _ => None,
    }
}

struct Reader {
    file: SourceFile,
    form: Option<AstId>,
    library: bool,
    header: Header,
}

impl Reader {
    fn place(&self, origin: Origin) -> Place {
        Place {
            file: self.file,
            form: self.form,
            origin,
        }
    }

    fn problem(&mut self, origin: Origin, message: impl Into<String>) {
        let at = self.place(origin);
        self.header
            .problems
            .push(Problem::error(Code::INVALID_NS, message, at));
    }

    fn ns_form(&mut self, form: &Datum, args: &[Datum]) {
        if self.header.form.is_some() {
            let first = Place {
                form: self.header.form,
                ..self.place(Origin::NONE)
            };
            let problem = Problem::error(
                Code::INVALID_NS,
                "a file is one namespace: a second `ns` form",
                self.place(form.origin),
            );
            self.header
                .problems
                .push(problem.secondary(first, "the first is here"));
            return;
        }
        self.header.form = self.form;
        let Some((name, mut clauses)) = args.split_first() else {
            return self.problem(form.origin, "`ns` needs a name");
        };
        match name.as_symbol() {
            Some(symbol) if symbol.ns.is_none() => {
                if symbol.name != self.header.ns {
                    let message = format!(
                        "the namespace is named `{}`, but its file is that of `{}`",
                        symbol.name, self.header.ns
                    );
                    let at = self.place(name.origin);
                    let problem = Problem::error(Code::NAMESPACE_PATH, message, at);
                    self.header
                        .problems
                        .push(problem.note(
                            "a namespace `a.b-c` is the file `a/b_c.ox` under a source root",
                        ));
                }
            }
            _ => self.problem(name.origin, format!("`{name}` cannot name a namespace")),
        }
        while let Some((first, rest)) = clauses.split_first() {
            match &first.kind {
                DatumKind::String(_) | DatumKind::Map(_) | DatumKind::Error => clauses = rest,
                _ => break,
            }
        }
        for clause in clauses {
            self.clause(clause);
        }
    }

    fn clause(&mut self, clause: &Datum) {
        if matches!(clause.kind, DatumKind::Error) {
            return;
        }
        let parts = clause.as_list().or_else(|| clause.as_vector());
        let Some((head, args)) = parts.and_then(<[Datum]>::split_first) else {
            return self.problem(clause.origin, format!("`{clause}` is no clause of `ns`"));
        };
        let name = match &head.kind {
            DatumKind::Keyword(keyword) if keyword.ns.is_none() => keyword.name.clone(),
            DatumKind::Symbol(symbol) if symbol.ns.is_none() => symbol.name.clone(),
            _ => return self.problem(head.origin, format!("`{head}` is no clause of `ns`")),
        };
        match &*name {
            "require" | "use" => {
                for spec in args {
                    if !matches!(spec.kind, DatumKind::Keyword(_)) {
                        self.spec(spec, &name, None);
                    }
                }
            }
            "refer-clojure" => self.refer_clojure(args),
            "re-export" if self.library => {
                for arg in args {
                    match arg.as_symbol() {
                        Some(symbol) if symbol.ns.is_none() => {
                            let at = self.place(arg.origin);
                            self.header.reexports.push(Require {
                                ns: canonical_namespace(&symbol.name),
                                at,
                                refer_all: false,
                                exclude: BTreeSet::new(),
                                rename: BTreeMap::new(),
                                alias_only: false,
                            });
                        }
                        _ => self.problem(arg.origin, "`:re-export` takes names of namespaces"),
                    }
                }
            }
            "import" | "gen-class" | "load" => {
                let at = self.place(clause.origin);
                let message = format!("`:{name}` has no effect: there are no host classes");
                self.header
                    .problems
                    .push(Problem::warning(Code::HOST_INTEROP, message, at));
            }
            "require-macros" | "use-macros" => {}
            _ => self.problem(head.origin, format!("`{head}` is no clause of `ns`")),
        }
    }

    fn refer_clojure(&mut self, args: &[Datum]) {
        for pair in args.chunks(2) {
            let [key, value] = pair else {
                self.problem(pair[0].origin, "`:refer-clojure` takes pairs");
                continue;
            };
            let value = unquoted(value).unwrap_or(value).clone();
            match key.as_keyword().map(|keyword| &*keyword.name) {
                Some("exclude") => {
                    let names = self.names(&value);
                    self.header
                        .core
                        .exclude
                        .extend(names.into_iter().map(|(name, _)| name));
                }
                Some("only") => {
                    let names = self
                        .names(&value)
                        .into_iter()
                        .map(|(name, _)| name)
                        .collect();
                    self.header.core.only = Some(names);
                }
                Some("rename") => {
                    for (from, to) in self.renames(&value) {
                        self.header.core.exclude.insert(from.clone());
                        self.header.core.rename.insert(to, from);
                    }
                }
                _ => self.problem(
                    key.origin,
                    "`:refer-clojure` takes `:exclude`, `:only` and `:rename`",
                ),
            }
        }
    }

    fn names(&mut self, datum: &Datum) -> Vec<(Arc<str>, Origin)> {
        let items = match &datum.kind {
            DatumKind::Vector(items) | DatumKind::List(items) | DatumKind::Set(items) => items,
            _ => {
                self.problem(datum.origin, "a vector of names is needed here");
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for item in items.iter() {
            match item.as_symbol() {
                Some(symbol) if symbol.ns.is_none() => {
                    names.push((symbol.name.clone(), item.origin))
                }
                _ => self.problem(item.origin, format!("`{item}` is no name")),
            }
        }
        names
    }

    fn renames(&mut self, datum: &Datum) -> Vec<(Arc<str>, Arc<str>)> {
        let DatumKind::Map(entries) = &datum.kind else {
            self.problem(datum.origin, "`:rename` takes a map from names to names");
            return Vec::new();
        };
        let mut out = Vec::new();
        for (from, to) in entries.iter() {
            match (from.as_symbol(), to.as_symbol()) {
                (Some(from), Some(to)) => out.push((from.name.clone(), to.name.clone())),
                _ => self.problem(from.origin, "`:rename` takes a map from names to names"),
            }
        }
        out
    }

    /// A libspec: `a.b`, `[a.b :as b …]`, or a prefix list `(a [b :as c] d)`.
    fn spec(&mut self, spec: &Datum, clause: &str, prefix: Option<&str>) {
        let full = |name: &Arc<str>| -> Arc<str> {
            let name = match prefix {
                Some(prefix) => format!("{prefix}.{name}").into(),
                None => name.clone(),
            };
            canonical_namespace(&name)
        };
        match &spec.kind {
            DatumKind::Error => {}
            DatumKind::Symbol(symbol) if symbol.ns.is_none() => {
                self.require(full(&symbol.name), spec.origin, clause, &[]);
            }
            DatumKind::Vector(items) | DatumKind::List(items) => {
                let Some((name, rest)) = items.split_first() else {
                    return self.problem(spec.origin, "the name of a namespace is missing");
                };
                let Some(symbol) = name.as_symbol().filter(|symbol| symbol.ns.is_none()) else {
                    return self
                        .problem(name.origin, format!("`{name}` is no name of a namespace"));
                };
                let is_prefix = prefix.is_none()
                    && rest
                        .first()
                        .is_some_and(|first| !matches!(first.kind, DatumKind::Keyword(_)));
                if is_prefix {
                    for item in rest {
                        self.spec(item, clause, Some(&symbol.name));
                    }
                } else {
                    self.require(full(&symbol.name), name.origin, clause, rest);
                }
            }
            DatumKind::String(_) => {
                self.problem(
                    spec.origin,
                    "only namespaces can be required, by their names",
                );
            }
            _ => self.problem(spec.origin, format!("`{spec}` is no name of a namespace")),
        }
    }

    fn require(&mut self, ns: Arc<str>, origin: Origin, clause: &str, options: &[Datum]) {
        let at = self.place(origin);
        let mut require = Require {
            ns: ns.clone(),
            at,
            refer_all: false,
            exclude: BTreeSet::new(),
            rename: BTreeMap::new(),
            alias_only: false,
        };
        let mut referred: Option<Vec<(Arc<str>, Origin)>> = None;
        for pair in options.chunks(2) {
            let [key, value] = pair else {
                self.problem(pair[0].origin, format!("`{}` has no value", pair[0]));
                continue;
            };
            match key.as_keyword().map(|keyword| &*keyword.name) {
                Some(option @ ("as" | "as-alias")) => match value.as_symbol() {
                    Some(alias) if alias.ns.is_none() => {
                        require.alias_only |= option == "as-alias";
                        self.alias(alias.name.clone(), ns.clone(), value.origin);
                    }
                    _ => self.problem(value.origin, format!("`{value}` cannot be an alias")),
                },
                Some("refer") if value.as_keyword().is_some_and(|keyword| keyword.is("all")) => {
                    require.refer_all = true;
                }
                Some("refer" | "only" | "refer-macros") => referred = Some(self.names(value)),
                Some("exclude") => {
                    require.exclude = self
                        .names(value)
                        .into_iter()
                        .map(|(name, _)| name)
                        .collect();
                }
                Some("rename") => require.rename = self.renames(value).into_iter().collect(),
                Some("include-macros") => {}
                _ => self.problem(key.origin, format!("`{key}` is no option of `:{clause}`")),
            }
        }
        if clause == "use" && referred.is_none() {
            require.refer_all = true;
        }
        for (name, origin) in referred.into_iter().flatten() {
            let local = require
                .rename
                .get(&name)
                .cloned()
                .unwrap_or_else(|| name.clone());
            let at = self.place(origin);
            let refer = Refer {
                ns: ns.clone(),
                name,
                at,
            };
            match self.header.refers.get(&local) {
                Some(other) if (&other.ns, &other.name) != (&refer.ns, &refer.name) => {
                    let message = format!(
                        "`{local}` is referred twice: from `{}` and from `{}`",
                        other.ns, refer.ns
                    );
                    let problem = Problem::error(Code::DUPLICATE_REFER, message, at)
                        .secondary(other.at, "first referred here");
                    self.header.problems.push(problem);
                }
                _ => {
                    self.header.refers.insert(local, refer);
                }
            }
        }
        if ns == self.header.ns {
            self.problem(origin, "a namespace cannot require itself");
        } else {
            self.header.requires.push(require);
        }
    }

    fn alias(&mut self, alias: Arc<str>, ns: Arc<str>, origin: Origin) {
        match self.header.aliases.get(&alias) {
            Some(other) if *other != ns => {
                let message = format!("the alias `{alias}` stands for `{other}` already");
                let at = self.place(origin);
                self.header
                    .problems
                    .push(Problem::error(Code::DUPLICATE_REFER, message, at));
            }
            _ => {
                self.header.aliases.insert(alias, ns);
            }
        }
    }
}
