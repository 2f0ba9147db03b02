//! The names of a namespace: those written in its text, and lookup.
//!
//! Invariants:
//! - Written names are collected without expanding anything, through `do` and top-level `let`.
//! - Lookup goes local → written → referred → core → generated. So looking up a name that exists
//!   never waits for an expansion, and a generated name that equals one of the others is an error.
//! - A lookup is a query for one symbol: adding a name re-runs only those who looked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use syntax::datum::{Datum, Symbol};

use crate::body::DefName;
use crate::db::{Db, SourceFile, Stage, SymbolKey, file_of, is_entry};
use crate::definition::{DEFINERS, DefInfo, DefKind, Site, definition};
use crate::expand::core::CoreMacro;
use crate::expand::extend;
use crate::forms::form_set;
use crate::generated::{generated_name, generated_names};
use crate::header::{CORE, Header, header, is_core_family};
use crate::host::{self, Host, Hosts};
use crate::package;
use crate::project::{closes_cycle, reachable};
use crate::stored::stored;

/// The names written in a file, form by form in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenNames {
    /// The definitions; a name that is written twice is here twice, which is an error.
    pub all: Vec<DefInfo>,
    /// Index in `all` of the definition that each name means.
    pub by_name: BTreeMap<Arc<str>, usize>,
    /// What the file says of host calls.
    pub(crate) hosts: Hosts,
}

impl WrittenNames {
    /// The definition of this name.
    pub fn get(&self, name: &str) -> Option<&DefInfo> {
        self.by_name.get(name).map(|index| &self.all[*index])
    }
}

/// The names written in a file.
#[salsa::tracked]
pub fn written_names(db: &dyn Db, file: SourceFile) -> WrittenNames {
    if let Some(stored) = stored(db, file) {
        return stored.written.clone();
    }
    let header = header(db, file);
    let mut names = collect(db, file, header, &[]);
    // A file that defines a definer's name itself means its own.
    let shadowing: Vec<Arc<str>> = names
        .all
        .iter()
        .map(|info| info.name.name.clone())
        .filter(|name| is_head_of_interest(name) && !is_core_family(&header.ns))
        .collect();
    if !shadowing.is_empty() {
        names = collect(db, file, header, &shadowing);
    }
    names
}

/// Heads besides the definers that decide what is a definition.
const BESIDES: [&str; 3] = ["defhost", "fn", "let"];

fn is_head_of_interest(name: &str) -> bool {
    DEFINERS.contains(&name) || BESIDES.contains(&name) || extend::NAMES.contains(&name)
}

/// The heads of interest that a file seems to define itself.
pub(crate) fn definers_written(db: &dyn Db, file: SourceFile) -> BTreeSet<Arc<str>> {
    let all = DEFINERS.iter().chain(&BESIDES).chain(extend::NAMES);
    all.filter(|name| written_public(db, file, name))
        .map(|name| Arc::from(*name))
        .collect()
}

fn collect(db: &dyn Db, file: SourceFile, header: &Header, shadowing: &[Arc<str>]) -> WrittenNames {
    let entry = is_entry(db, file);
    let is_core = |head: &Datum, name: &str| {
        head.as_symbol()
            .and_then(|symbol| core_head(db, file, header, symbol, shadowing))
            == Some(name)
    };
    let mut names = WrittenNames::default();
    for form in form_set(db, file) {
        let site = Site {
            file,
            form: form.id(db),
            ns: &header.ns,
            library: file.library(db),
            entry,
            is_core: &is_core,
        };
        names.hosts.add_members(form.datum(db));
        let mut rest = vec![form.datum(db).clone()];
        while let Some(datum) = rest.pop() {
            let Some([head, args @ ..]) = datum.as_list() else {
                continue;
            };
            let Some(symbol) = head.as_symbol() else {
                continue;
            };
            let Some(name) = core_head(db, file, header, symbol, shadowing) else {
                continue;
            };
            match name {
                "do" => rest.extend(args.iter().rev().cloned()),
                "let" | "let*" => rest.extend(args.iter().skip(1).rev().cloned()),
                "defhost" => names.hosts.add(args),
                // What is wrong with it is said when the form is lowered.
                _ if extend::NAMES.contains(&name) => {
                    if name == "defprotocol" {
                        names.hosts.add_protocol(&datum);
                    }
                    let package = package::of_types(db, file);
                    rest.extend(extend::rewrite(name, &datum, &header.ns, package));
                }
                _ if DEFINERS.contains(&name) => {
                    if let Ok(Some(definition)) = definition(name, &datum, site) {
                        let name = definition.info.name.name.clone();
                        names.by_name.entry(name).or_insert(names.all.len());
                        names.all.push(definition.info);
                    }
                }
                _ => {}
            }
        }
    }
    names
}

/// The core's name that a head stands for, as far as the header says; special forms too.
fn core_head<'a>(
    db: &dyn Db,
    file: SourceFile,
    header: &'a Header,
    symbol: &'a Symbol,
    shadowing: &[Arc<str>],
) -> Option<&'a str> {
    let name = &symbol.name;
    match &symbol.ns {
        None => {
            if matches!(&**name, "do" | "def" | "let*" | "fn*") {
                return Some(name);
            }
            if !is_head_of_interest(name)
                || shadowing.contains(name)
                || header.refers.contains_key(name)
            {
                return None;
            }
            if is_core_family(&header.ns) {
                return Some(name);
            }
            if header.core.exclude.contains(name)
                || header
                    .core
                    .only
                    .as_ref()
                    .is_some_and(|only| !only.contains(name))
            {
                return None;
            }
            let taken = header
                .requires
                .iter()
                .filter(|require| require.refer_all)
                .any(|require| {
                    file_of(db, &require.ns).is_some_and(|file| written_public(db, file, name))
                });
            (!taken).then_some(name)
        }
        Some(ns) => {
            let ns = header
                .aliases
                .get(ns)
                .cloned()
                .unwrap_or_else(|| package::qualifier(db, file, ns));
            (&*ns == CORE).then_some(name)
        }
    }
}

/// Whether a file that is not part of a cycle writes this name, by the look of its forms alone.
fn written_public(db: &dyn Db, file: SourceFile, name: &str) -> bool {
    // The text alone decides, so it does not matter whether the rest of the summary holds.
    if let Some(stored) = file.stored(db) {
        return stored.0.definers.contains(name);
    }
    form_set(db, file)
        .iter()
        .any(|form| match form.datum(db).as_list() {
            Some([head, defined, ..]) => {
                defined.is_symbol(name)
                    && head
                        .as_symbol()
                        .is_some_and(|head| head.name.starts_with("def"))
            }
            _ => false,
        })
}

/// What a symbol stands for, locals aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A definition.
    Def(DefInfo),
    /// A macro of the core that the compiler rewrites.
    Core(CoreMacro),
    /// Nothing.
    Missing(Missing),
}

/// Why a symbol stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No such name.
    Name,
    /// The namespace, which exists, has no such name.
    InNamespace(Arc<str>),
    /// The definition is private to its namespace.
    Private(DefName),
    /// No such namespace.
    Namespace(Arc<str>),
    /// The namespace exists but is not required.
    NotRequired(Arc<str>),
    /// A host name of which two namespaces, these, say different things.
    HostClash(Arc<str>, Arc<str>),
    /// Another diagnostic says why already.
    Reported,
}

/// What a symbol stands for in a file's namespace, with the generated names of a stage.
pub fn resolve(db: &dyn Db, file: SourceFile, stage: Stage, symbol: &Symbol) -> Resolution {
    let key = SymbolKey::new(db, symbol.ns.clone(), symbol.name.clone());
    resolution(db, file, stage, key).clone()
}

#[salsa::tracked]
fn resolution<'db>(
    db: &'db dyn Db,
    file: SourceFile,
    stage: Stage,
    key: SymbolKey<'db>,
) -> Resolution {
    let symbol = &Symbol {
        ns: key.ns(db).clone(),
        name: key.name(db).clone(),
    };
    let found = resolve_here(db, file, stage, symbol);
    match found {
        Resolution::Missing(missing) => match host::lookup(db, file, stage, symbol) {
            Some(Host::Def(info)) => Resolution::Def(info),
            Some(Host::Clash(one, other)) => Resolution::Missing(Missing::HostClash(one, other)),
            None => Resolution::Missing(missing),
        },
        found => found,
    }
}

/// What a symbol stands for, host names aside.
pub(crate) fn resolve_here(
    db: &dyn Db,
    file: SourceFile,
    stage: Stage,
    symbol: &Symbol,
) -> Resolution {
    let lookup = Lookup {
        db,
        file,
        stage,
        header: header(db, file),
    };
    let found = match &symbol.ns {
        None => lookup.simple(&symbol.name),
        Some(ns) => lookup.qualified(ns, &symbol.name),
    };
    // Within the core, a macro that has a native rewrite is that.
    match found {
        Resolution::Def(info) if is_core_family(&info.name.ns) && is_macro(&info) => {
            CoreMacro::named(&info.name.name).map_or(Resolution::Def(info), Resolution::Core)
        }
        found => found,
    }
}

fn is_macro(info: &DefInfo) -> bool {
    matches!(info.kind, DefKind::Macro(_))
}

struct Lookup<'db> {
    db: &'db dyn Db,
    file: SourceFile,
    stage: Stage,
    header: &'db Header,
}

impl Lookup<'_> {
    fn simple(&self, name: &Arc<str>) -> Resolution {
        let Lookup {
            db, file, header, ..
        } = *self;
        if let Some(info) = written_names(db, file).get(name) {
            return Resolution::Def(info.clone());
        }
        if let Some(refer) = header.refers.get(name) {
            return match self.exported(&refer.ns, &refer.name) {
                Some(info) if !info.private => Resolution::Def(info),
                _ => match CoreMacro::named(&refer.name) {
                    Some(core) if is_core_family(&refer.ns) => Resolution::Core(core),
                    _ => Resolution::Missing(Missing::Reported),
                },
            };
        }
        if let Some(import) = header.imports.get(name)
            && reachable(db, file).contains(&import.ns)
            && let Some(info) = self.exported(&import.ns, name)
            && !info.private
        {
            return Resolution::Def(info);
        }
        for require in header.requires.iter().filter(|require| require.refer_all) {
            if require.exclude.contains(name) || require.rename.contains_key(name) {
                continue;
            }
            let renamed = require
                .rename
                .iter()
                .find(|(_, to)| *to == name)
                .map(|(from, _)| from);
            if let Some(info) = self.exported(&require.ns, renamed.unwrap_or(name))
                && !info.private
            {
                return Resolution::Def(info);
            }
        }
        if let Some(found) = self.core(name) {
            return found;
        }
        if let Some(info) = generated_name(db, file, self.stage, name) {
            return Resolution::Def(info);
        }
        if header
            .requires
            .iter()
            .any(|require| require.refer_all && closes_cycle(db, file, &require.ns))
        {
            return Resolution::Missing(Missing::Reported);
        }
        Resolution::Missing(Missing::Name)
    }

    /// The core's meaning of a name that nothing else means.
    fn core(&self, name: &Arc<str>) -> Option<Resolution> {
        let core = &self.header.core;
        if is_core_family(&self.header.ns) {
            return CoreMacro::named(name).map(Resolution::Core);
        }
        let name = match core.rename.get(name) {
            Some(name) => name,
            None if core.exclude.contains(name) => return None,
            None if core.only.as_ref().is_some_and(|only| !only.contains(name)) => return None,
            None => name,
        };
        match CoreMacro::named(name) {
            Some(core) => Some(Resolution::Core(core)),
            None => self
                .exported(CORE, name)
                .filter(|info| !info.private)
                .map(Resolution::Def),
        }
    }

    fn qualified(&self, ns: &Arc<str>, name: &Arc<str>) -> Resolution {
        let Lookup {
            db, file, header, ..
        } = *self;
        let alias = header.aliases.get(ns);
        let ns = match alias {
            Some(ns) => ns.clone(),
            None => package::qualifier(db, file, ns),
        };
        if ns == header.ns {
            if let Some(info) = written_names(db, file).get(name) {
                return Resolution::Def(info.clone());
            }
            if let Some(info) = generated_name(db, file, self.stage, name) {
                return Resolution::Def(info);
            }
            if &*ns != CORE {
                return Resolution::Missing(Missing::InNamespace(ns));
            }
        }
        if &*ns == CORE {
            return self.core_qualified(name);
        }
        if file_of(db, &ns).is_none() {
            return Resolution::Missing(if alias.is_some() {
                Missing::Reported
            } else {
                Missing::Namespace(ns)
            });
        }
        if !reachable(db, file).contains(&ns) {
            return Resolution::Missing(Missing::NotRequired(ns));
        }
        if closes_cycle(db, file, &ns) {
            return Resolution::Missing(Missing::Reported);
        }
        match self.exported(&ns, name) {
            Some(info) if info.private => Resolution::Missing(Missing::Private(info.name)),
            Some(info) => Resolution::Def(info),
            None => Resolution::Missing(Missing::InNamespace(ns)),
        }
    }

    /// `ox.core/name`. A part of the core sees what it and the namespaces it needs define.
    fn core_qualified(&self, name: &Arc<str>) -> Resolution {
        let Lookup {
            db, file, header, ..
        } = *self;
        if let Some(core) = CoreMacro::named(name) {
            return Resolution::Core(core);
        }
        let found = if is_core_family(&header.ns) {
            let own = written_names(db, file).get(name).cloned();
            own.or_else(|| {
                reachable(db, file)
                    .iter()
                    .find_map(|ns| self.exported(ns, name))
            })
        } else {
            self.exported(CORE, name)
        };
        match found {
            Some(info) if !info.private || info.name.ns == header.ns => Resolution::Def(info),
            _ => Resolution::Missing(Missing::InNamespace(CORE.into())),
        }
    }

    fn exported(&self, ns: &str, name: &Arc<str>) -> Option<DefInfo> {
        let file = file_of(self.db, ns)?;
        if closes_cycle(self.db, self.file, ns) {
            return None;
        }
        export(self.db, file, SymbolKey::new(self.db, None, name.clone())).clone()
    }
}

/// What a namespace that others need means by a name of its own or one it re-exports. Private
/// definitions are given too; who asks must look.
#[salsa::tracked]
fn export<'db>(db: &'db dyn Db, file: SourceFile, key: SymbolKey<'db>) -> Option<DefInfo> {
    let name = key.name(db);
    if let Some(info) = written_names(db, file).get(name) {
        return Some(info.clone());
    }
    for require in &header(db, file).reexports {
        if let Some(other) = file_of(db, &require.ns)
            && !closes_cycle(db, file, &require.ns)
            && let Some(info) = export(db, other, key)
            && !info.private
        {
            return Some(info.clone());
        }
    }
    generated_name(db, file, Stage::ALL, name)
}

/// Whether a namespace that the file may name has this table.
pub(crate) fn table_exists(db: &dyn Db, file: SourceFile, stage: Stage, table: &DefName) -> bool {
    let found = if table.ns == header(db, file).ns {
        let written = written_names(db, file).get(&table.name).cloned();
        written.or_else(|| generated_name(db, file, stage, &table.name))
    } else {
        file_of(db, &table.ns).and_then(|other| {
            export(db, other, SymbolKey::new(db, None, table.name.clone())).clone()
        })
    };
    found.is_some_and(|info| info.kind == DefKind::Table)
}

/// The public names of a namespace that others need, re-exported ones included.
pub fn public_names(db: &dyn Db, file: SourceFile) -> BTreeMap<Arc<str>, DefInfo> {
    let mut names = BTreeMap::new();
    for require in &header(db, file).reexports {
        if let Some(other) = file_of(db, &require.ns)
            && !closes_cycle(db, file, &require.ns)
        {
            for (name, info) in public_names(db, other) {
                names.entry(name).or_insert(info);
            }
        }
    }
    let written = written_names(db, file).all.iter().cloned();
    for info in generated_names(db, file).into_iter().chain(written) {
        if !info.private && info.kind != DefKind::Table {
            names.insert(info.name.name.clone(), info);
        }
    }
    names
}
