//! What a file says about its namespace: the `ns` form and top-level `require`, `use` and
//! `refer-clojure`.
//!
//! Invariants:
//! - Of the text a header depends on those forms alone; it keeps its revision when others change.
//! - Namespaces in a header are keys ([`crate::package`]) of canonical names: Clojure's own are those of the library.
//! - So it also depends on what the names of namespaces mean in the file's package.
//! - A bracket that is missing costs as little as can be: what is left of the form is read as far as
//!   it makes sense, or all names of the file would lose their meaning. What the parser has reported
//!   is not reported again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use source::Code;
use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin};

use crate::db::{Db, SourceFile};
use crate::forms::{clause_name, header_forms};
use crate::package::{self, Seen};
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
            | "data" | "zip" | "template" | "stacktrace" | "repl" | "test.check"),
        ) => format!("ox.{rest}").into(),
        Some(rest) if rest.starts_with("test.check.") => format!("ox.{rest}").into(),
        Some("data.json") => "ox.json".into(),
        Some("java.io") => "ox.io".into(),
        Some("data.csv") => "ox.csv".into(),
        Some("core.match" | "core.match.regex") => "ox.match".into(),
        // A class whose constant portable programs begin their queues with.
        Some("lang.PersistentQueue") => "ox.core.queue".into(),
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

/// An imported class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its package, as a namespace is named: a type of `app.my_types` is one of `app.my-types`.
    pub ns: Arc<str>,
    /// Where it is imported.
    pub at: Place,
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
    /// As what a namespace of Clojure's that an alias stands for is written: `::alias/name` is a keyword of that name.
    pub spelled: BTreeMap<Arc<str>, Arc<str>>,
    /// Names referred one by one.
    pub refers: BTreeMap<Arc<str>, Refer>,
    /// Imported classes by their names without package.
    pub imports: BTreeMap<Arc<str>, Import>,
    /// What of the core is referred.
    pub core: CoreRefer,
    /// Clauses of the `ns` form that a misplaced bracket has put beside it.
    pub loose: BTreeSet<AstId>,
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
    // The text and what names mean decide, so it does not matter whether the rest of the summary holds.
    if let Some(stored) = file.stored(db) {
        return stored.0.header.clone();
    }
    let mut reader = Reader {
        file,
        form: None,
        library: file.library(db),
        seen: file.seen(db).clone(),
        depth: 0,
        prefix: None,
        header: Header {
            ns: file.ns(db).clone(),
            form: None,
            requires: Vec::new(),
            reexports: Vec::new(),
            aliases: BTreeMap::new(),
            spelled: BTreeMap::new(),
            refers: BTreeMap::new(),
            imports: BTreeMap::new(),
            core: CoreRefer::default(),
            loose: BTreeSet::new(),
            problems: Vec::new(),
        },
    };
    for form in header_forms(db, file) {
        let datum = form.datum(db);
        let Some([head, args @ ..]) = datum.as_list() else {
            continue;
        };
        reader.form = Some(form.id(db));
        let problems = reader.header.problems.len();
        match head.as_symbol().map(|symbol| &*symbol.name) {
            Some("ns") => reader.ns_form(datum, args),
            Some(name @ ("require" | "use")) => reader.require_form(name, args),
            Some("refer-clojure") => reader.refer_clojure(args),
            Some("import") => reader.imports(args),
            Some("quote") => reader.specs(args, "require"),
            Some(_) => {}
            None => {
                reader.header.loose.insert(form.id(db));
                reader.problem(datum.origin, "this belongs into the `ns` form");
                reader.clause(datum);
            }
        }
        if form.is_damaged(db) {
            reader.header.problems.truncate(problems);
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

/// Whether what follows a name are the options of a libspec, without brackets.
fn takes_option(rest: &[Datum]) -> bool {
    let option = rest.first().and_then(Datum::as_keyword);
    rest.len() > 1
        && option.is_some_and(|option| {
            let name = &*option.name;
            ["as", "as-alias", "refer", "only", "exclude", "rename"].contains(&name)
        })
}

/// How many of these are options of a libspec: pairs, and the names after `:refer`.
fn options_len(rest: &[Datum]) -> usize {
    let mut len = 0;
    while takes_option(&rest[len..]) {
        let names = rest[len].as_keyword().is_some_and(|key| key.is("refer"));
        len += 2;
        while names
            && rest[len - 1].as_symbol().is_some()
            && rest.get(len).is_some_and(|next| next.as_symbol().is_some())
        {
            len += 1;
        }
    }
    len
}

/// How deep clauses and libspecs in one another are read.
const DEPTH_MAX: u32 = 8;

struct Reader {
    file: SourceFile,
    form: Option<AstId>,
    library: bool,
    seen: Option<Arc<Seen>>,
    /// How many clauses or libspecs, that should not be in others, are around what is read.
    depth: u32,
    /// The name before the dot of what is read, within a prefix list.
    prefix: Option<Arc<str>>,
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
                let own = package::name_of(&self.header.ns);
                if &*symbol.name != own {
                    let message = format!(
                        "the namespace is named `{}`, but its file is that of `{own}`",
                        symbol.name
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
            _ => {
                self.problem(name.origin, format!("`{name}` cannot name a namespace"));
                self.inner_clause(name);
            }
        }
        while let Some((first, rest)) = clauses.split_first() {
            match &first.kind {
                DatumKind::String(_) | DatumKind::Map(_) | DatumKind::Error => clauses = rest,
                _ => break,
            }
        }
        while let Some((first, rest)) = clauses.split_first() {
            clauses = rest;
            let Some(name) = clause_name(first) else {
                match first.as_vector() {
                    // A libspec whose clause ends before it.
                    Some(_) if !Reader::is_clause(first) => {
                        let message = format!("`{first}` is no clause of `ns`");
                        self.problem(first.origin, message);
                        self.spec(first, "require");
                    }
                    _ => self.clause(first),
                }
                continue;
            };
            self.problem(
                first.origin,
                format!("a clause is in brackets: `(:{name} …)`"),
            );
            let begins_clause = |datum: &Datum| {
                let parts = datum.as_list().or_else(|| datum.as_vector());
                let head = parts.and_then(<[Datum]>::first);
                clause_name(datum).is_some() || head.is_some_and(|head| clause_name(head).is_some())
            };
            let end = clauses.iter().position(begins_clause);
            let (args, rest) = clauses.split_at(end.unwrap_or(clauses.len()));
            clauses = rest;
            match name {
                "refer-clojure" => self.refer_clojure(args),
                _ => self.specs(args, name),
            }
        }
    }

    /// The key of the namespace that a name means.
    fn meant(&self, name: Arc<str>) -> Arc<str> {
        package::required(self.seen.as_deref(), name)
    }

    /// The key of a namespace, which may be in a prefix list. As in Clojure, what is in
    /// one has no dot: one that has belongs after the list, whose bracket is missing.
    fn full_name(&mut self, name: &Arc<str>, origin: Origin) -> Arc<str> {
        let full = match &self.prefix {
            Some(prefix) if !name.contains('.') => {
                canonical_namespace(&format!("{prefix}.{name}").into())
            }
            Some(prefix) => {
                let message = format!(
                    "`{name}` is in the list of namespaces that begin with `{prefix}.`, where no name has a dot: is a bracket missing before it?"
                );
                self.problem(origin, message);
                canonical_namespace(name)
            }
            None => canonical_namespace(name),
        };
        self.meant(full)
    }

    /// `require` or `use` at top level.
    fn require_form(&mut self, name: &str, args: &[Datum]) {
        let mut after_keyword = false;
        let mut specs = Vec::with_capacity(args.len());
        for arg in args {
            let quoted = unquoted(arg);
            let is_keyword = matches!(arg.kind, DatumKind::Keyword(_));
            if quoted.is_none() && !is_keyword && !after_keyword {
                let message = format!("`{name}` at top level takes quoted names");
                self.problem(arg.origin, message);
            }
            after_keyword = is_keyword;
            specs.push(quoted.unwrap_or(arg).clone());
        }
        self.specs(&specs, name);
    }

    /// Libspecs one after the other. Flags such as `:reload` mean nothing.
    fn specs(&mut self, mut specs: &[Datum], clause: &str) {
        while let Some((spec, rest)) = specs.split_first() {
            specs = rest;
            match &spec.kind {
                DatumKind::Keyword(_) => {}
                DatumKind::Symbol(symbol) if symbol.ns.is_none() && takes_option(rest) => {
                    let options = options_len(rest);
                    let message = format!("`{symbol}` and its options belong in `[]`");
                    self.problem(spec.origin, message);
                    let name = self.full_name(&symbol.name, spec.origin);
                    self.require(name.clone(), &name, spec.origin, clause, &rest[..options]);
                    specs = &rest[options..];
                }
                DatumKind::Vector(items) if takes_option(rest) => {
                    // The bracket came too early: the options go on.
                    let options = options_len(rest);
                    let message = format!("`{}` belongs into the brackets before it", rest[0]);
                    self.problem(rest[0].origin, message);
                    let whole = [items, &rest[..options]].concat();
                    self.spec(&Datum::vector(whole, spec.origin), clause);
                    specs = &rest[options..];
                }
                _ => self.spec(spec, clause),
            }
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
            "require" | "use" => self.specs(args, &name),
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
            "import" => self.imports(args),
            "gen-class" | "load" => {
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

    /// Whether it is a clause that, for want of a bracket, is within another.
    fn is_clause(datum: &Datum) -> bool {
        let parts = datum.as_list().or_else(|| datum.as_vector());
        let head = parts.and_then(<[Datum]>::first);
        head.is_some_and(|head| clause_name(head).is_some())
    }

    fn inner_clause(&mut self, datum: &Datum) {
        if Reader::is_clause(datum) {
            let prefix = self.prefix.take();
            self.within(|reader| reader.clause(datum));
            self.prefix = prefix;
        }
    }

    /// Reads what should not be where it is. (How deep that is, the text decides.)
    fn within(&mut self, read: impl FnOnce(&mut Self)) {
        if self.depth < DEPTH_MAX {
            self.depth += 1;
            read(self);
            self.depth -= 1;
        }
    }

    fn refer_clojure(&mut self, args: &[Datum]) {
        let mut rest = args;
        while let Some((key, after)) = rest.split_first() {
            if after.is_empty() || Reader::is_clause(key) {
                self.problem(key.origin, "`:refer-clojure` takes pairs");
                self.inner_clause(key);
                rest = after;
                continue;
            }
            let value = &after[0];
            rest = &after[1..];
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

    /// `a.b.Class`, or `(a.b Class …)`.
    fn imports(&mut self, specs: &[Datum]) {
        for spec in specs {
            let spec = unquoted(spec).unwrap_or(spec);
            match (&spec.kind, spec.as_list().or_else(|| spec.as_vector())) {
                (DatumKind::Symbol(symbol), _) if symbol.ns.is_none() => {
                    if let Some((package, class)) = symbol.name.rsplit_once('.') {
                        self.import(package, class, spec.origin);
                    }
                }
                (_, Some([package, classes @ ..])) if package.as_symbol().is_some() => {
                    let package = package.as_symbol().map(|symbol| symbol.name.clone());
                    for class in classes {
                        match class.as_symbol() {
                            Some(symbol) if symbol.ns.is_none() => {
                                let package = package.as_deref().unwrap_or_default();
                                self.import(package, &symbol.name, class.origin);
                            }
                            _ => self.problem(class.origin, format!("`{class}` is no class")),
                        }
                    }
                }
                (DatumKind::Error, _) => {}
                _ => self.problem(spec.origin, format!("`{spec}` is no class")),
            }
        }
    }

    fn import(&mut self, package: &str, class: &str, origin: Origin) {
        let import = Import {
            ns: self.meant(package.replace('_', "-").into()),
            at: self.place(origin),
        };
        self.header.imports.insert(class.into(), import);
    }

    fn names(&mut self, datum: &Datum) -> Vec<(Arc<str>, Origin)> {
        let one = std::slice::from_ref(datum);
        let items: &[Datum] = match &datum.kind {
            DatumKind::Vector(items) | DatumKind::List(items) | DatumKind::Set(items) => items,
            _ => {
                self.problem(datum.origin, "a vector of names is needed here");
                if datum.as_symbol().is_some() {
                    one
                } else {
                    &[]
                }
            }
        };
        let mut names = Vec::new();
        for item in items {
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
    fn spec(&mut self, spec: &Datum, clause: &str) {
        match &spec.kind {
            DatumKind::Error => {}
            _ if Reader::is_clause(spec) => {
                let message = "a clause within a clause: is a bracket missing before it?";
                self.problem(spec.origin, message);
                self.inner_clause(spec);
            }
            DatumKind::Symbol(symbol) if symbol.ns.is_none() => {
                let name = self.full_name(&symbol.name, spec.origin);
                self.require(name.clone(), &name, spec.origin, clause, &[]);
            }
            DatumKind::Vector(items) | DatumKind::List(items) => {
                let Some((name, rest)) = items.split_first() else {
                    return self.problem(spec.origin, "the name of a namespace is missing");
                };
                let Some(symbol) = name.as_symbol().filter(|symbol| symbol.ns.is_none()) else {
                    return self
                        .problem(name.origin, format!("`{name}` is no name of a namespace"));
                };
                let has_names = rest
                    .first()
                    .is_some_and(|first| !matches!(first.kind, DatumKind::Keyword(_)));
                // In a prefix list only another list is one, which belongs after it; in brackets
                // are a libspec without its last bracket and the next.
                let is_prefix =
                    has_names && (self.prefix.is_none() || matches!(spec.kind, DatumKind::List(_)));
                if is_prefix {
                    let outer = self.prefix.replace(symbol.name.clone());
                    if outer.is_some() {
                        let message =
                            "a prefix list within another: is a bracket missing before it?";
                        self.problem(spec.origin, message);
                    }
                    self.within(|reader| reader.specs(rest, clause));
                    self.prefix = outer;
                } else {
                    let full = self.full_name(&symbol.name, name.origin);
                    let written = match &self.prefix {
                        Some(prefix) => format!("{prefix}.{}", symbol.name).into(),
                        None => symbol.name.clone(),
                    };
                    self.require(full, &written, name.origin, clause, rest);
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

    fn require(
        &mut self,
        ns: Arc<str>,
        written: &Arc<str>,
        origin: Origin,
        clause: &str,
        options: &[Datum],
    ) {
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
        let mut rest = options;
        while let Some((key, after)) = rest.split_first() {
            rest = after;
            if key.as_keyword().is_none() {
                self.problem(key.origin, format!("`{key}` is no option of `:{clause}`"));
                // Without the bracket that ends it, a libspec goes on with the next.
                let key = unquoted(key).unwrap_or(key);
                self.within(|reader| reader.spec(key, clause));
                continue;
            }
            let Some((value, after)) = after.split_first() else {
                self.problem(key.origin, format!("`{key}` has no value"));
                continue;
            };
            rest = after;
            match key.as_keyword().map(|keyword| &*keyword.name) {
                Some(option @ ("as" | "as-alias")) => match value.as_symbol() {
                    Some(alias) if alias.ns.is_none() => {
                        require.alias_only |= option == "as-alias";
                        self.alias(alias.name.clone(), ns.clone(), value.origin);
                        if *written != ns {
                            let spelled = &mut self.header.spelled;
                            spelled.insert(alias.name.clone(), written.clone());
                        }
                    }
                    _ => self.problem(value.origin, format!("`{value}` cannot be an alias")),
                },
                Some("refer") if value.as_keyword().is_some_and(|keyword| keyword.is("all")) => {
                    require.refer_all = true;
                }
                Some("refer" | "only" | "refer-macros") => {
                    let items = value.as_vector().unwrap_or_default();
                    let option = items.iter().position(|item| item.as_keyword().is_some());
                    let mut names = match option {
                        None => self.names(value),
                        Some(at) => {
                            self.problem(items[at].origin, format!("`{}` is no name", items[at]));
                            self.within(|reader| {
                                reader.require(ns.clone(), &ns, origin, clause, &items[at..]);
                            });
                            items[..at]
                                .iter()
                                .flat_map(|name| self.names(name))
                                .collect()
                        }
                    };
                    while value.as_symbol().is_some()
                        && let Some((next, after)) = rest.split_first()
                        && next.as_symbol().is_some()
                    {
                        names.extend(self.names(next));
                        rest = after;
                    }
                    referred = Some(names);
                }
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
