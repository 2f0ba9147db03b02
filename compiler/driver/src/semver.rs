//! Versions of packages, and what a change of a package asks of its version.
//!
//! What others can use of a package, its *interface*, is what its namespaces define without `^:private`. It is
//! compared by the facts of the compiler: names, arities, what is a macro, what is dynamic, the fields of types. What
//! is used but does something else shows in its definition hash.
//!
//! # Invariants
//! - What is reported is a function of the two interfaces, in the order of names.

use crate::Workspace;
use crate::effects::EffectNames;
use hir::body::DefName;
use hir::contributions::TABLE_SUFFIX;
use hir::definition::{Arities, Asks, DefKind};
use hir::{Hash, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A version: `1.2.0`, or `1.2.0-rc.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Raised when what others use is taken away.
    pub major: u64,
    /// Raised when something is added.
    pub minor: u64,
    /// Raised when something is mended.
    pub patch: u64,
    /// What stands behind a `-`: the version is not there yet.
    pub before: Option<String>,
}

impl Version {
    /// The version with this text.
    #[must_use]
    pub fn read(text: &str) -> Option<Version> {
        let is_part = |text: &str| {
            let mut chars = text.chars();
            !text.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        };
        let (text, build) = text.split_once('+').unwrap_or((text, "0"));
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before)),
            None => (text, None),
        };
        let mut numbers = numbers.split('.').map(|number| {
            let is_plain = number == "0" || !number.starts_with('0');
            let is_digits = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse().ok().filter(|_| is_plain && is_digits)
        });
        let version = Version {
            major: numbers.next()??,
            minor: numbers.next()??,
            patch: numbers.next()??,
            before: before.map(str::to_owned),
        };
        let is_whole = numbers.next().is_none() && is_part(build) && before.is_none_or(is_part);
        is_whole.then_some(version)
    }

    /// The least version after a change. Before 1.0.0 the second number is raised in place of the first, and the
    /// third in place of the second.
    #[must_use]
    pub fn after(&self, change: Level) -> Version {
        let (major, minor, patch) = (self.major, self.minor, self.patch);
        let numbers = match (change, major) {
            (Level::None, _) => (major, minor, patch),
            (Level::Major, 1..) => (major.saturating_add(1), 0, 0),
            (Level::Minor, 1..) | (Level::Major, 0) => (major, minor.saturating_add(1), 0),
            // What is not there yet is changed without another number.
            (Level::Patch | Level::Minor, _) if self.before.is_some() => (major, minor, patch),
            (Level::Patch | Level::Minor, _) => (major, minor, patch.saturating_add(1)),
        };
        Version {
            major: numbers.0,
            minor: numbers.1,
            patch: numbers.2,
            before: None,
        }
    }

    /// Whether this version is one that a package may have whose least version is the other: what comes before a
    /// version has its numbers.
    #[must_use]
    pub fn suffices(&self, least: &Version) -> bool {
        (self.major, self.minor, self.patch) >= (least.major, least.minor, least.patch)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        match &self.before {
            Some(before) => write!(f, "-{before}"),
            None => Ok(()),
        }
    }
}

/// How much a change asks of those who use a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing has changed.
    None,
    /// Something does something else.
    Patch,
    /// Something is there besides.
    Minor,
    /// What was used may not be there any more.
    Major,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::None => "none",
            Level::Patch => "patch",
            Level::Minor => "minor",
            Level::Major => "major",
        })
    }
}

/// A difference between two interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it asks for.
    pub level: Level,
    /// The namespace, or the definition in full.
    pub name: String,
    /// What has changed, one line.
    pub what: String,
}

/// What kind of thing a definition is for those who use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Function,
    /// Others handle it.
    Effect,
    /// Others handle it.
    Activity,
    Macro,
    Value,
    /// A protocol or a multimethod: others add methods to it.
    Extended,
    Dynamic,
}

impl Use {
    /// `has_table` says whether there is a table of its own name.
    fn of(kind: &DefKind, has_table: bool) -> Use {
        match kind {
            DefKind::Function { asks, .. } => match asks {
                Some(Asks::Effect) => Use::Effect,
                Some(Asks::Activity) => Use::Activity,
                None => Use::Function,
            },
            DefKind::Native(..) => Use::Function,
            DefKind::Macro(_) => Use::Macro,
            DefKind::Dynamic => Use::Dynamic,
            DefKind::Value { .. } if has_table => Use::Extended,
            DefKind::Value { .. } | DefKind::Cell | DefKind::Table => Use::Value,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Use::Function => "a function",
            Use::Effect => "an effect",
            Use::Activity => "an activity",
            Use::Extended => "a protocol or multimethod",
            Use::Macro => "a macro",
            Use::Value => "a value",
            Use::Dynamic => "dynamic",
        }
    }
}

/// What others know of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    used_as: Use,
    /// Of a method, its protocol.
    protocol: Option<String>,
    arities: Option<Arities>,
    /// Of a type, its fields.
    fields: Option<Vec<String>>,
    /// What it may perform.
    effects: EffectNames,
    hash: Option<Hash>,
}

/// What others can use of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Public definitions, by namespace and name.
    namespaces: BTreeMap<String, BTreeMap<String, Item>>,
    /// Names of private ones, with their namespaces.
    private: BTreeSet<String>,
    /// Host calls that namespaces settle, and what each calls.
    hosts: BTreeMap<String, BTreeMap<Arc<str>, String>>,
    /// What else there is of each namespace, by hash: private definitions, what is contributed to tables, expressions.
    others: BTreeMap<String, Vec<Hash>>,
}

impl Interface {
    /// The interface of a project, which must have no errors.
    pub fn of(workspace: &mut Workspace) -> Interface {
        let mut interface = Interface::default();
        let mut effects: BTreeMap<DefName, EffectNames> = BTreeMap::new();
        for one in workspace.effects() {
            effects.insert(one.name, one.effects.into_keys().collect());
        }
        for (namespace, file) in workspace.own_files() {
            let db = workspace.database();
            let (public, private) = items(db, file, &effects);
            let full = |name: String| format!("{namespace}/{name}");
            interface.private.extend(private.into_iter().map(full));
            let all = hir::namespace_hashes(db, file).iter();
            let others = all.filter(|(name, _)| !public.contains_key(&***name));
            let mut others: Vec<Hash> = others.map(|(_, hash)| *hash).collect();
            others.sort();
            interface.others.insert(namespace.to_string(), others);
            let hosts = hir::host::entries(db, file);
            interface.hosts.insert(namespace.to_string(), hosts);
            interface.namespaces.insert(namespace.to_string(), public);
        }
        interface
    }
}

/// Of which protocol a function is a method: that to whose table it looks.
fn protocol_of(db: &dyn hir::Db, name: &DefName) -> Option<String> {
    let lowered = hir::lowered_def(db, hir::definition(db, name));
    let lowered = lowered.as_ref()?;
    let mut tables = lowered.body.globals.iter().filter_map(|global| {
        let owner = global.name.name.strip_suffix(TABLE_SUFFIX)?;
        (global.name.ns == name.ns).then(|| owner.to_owned())
    });
    tables.next()
}

/// Public definitions, and the names of private ones.
type Items = (BTreeMap<String, Item>, BTreeSet<String>);

fn items(db: &dyn hir::Db, file: SourceFile, effects: &BTreeMap<DefName, EffectNames>) -> Items {
    let namespace = hir::namespace_of(db, file);
    let mut arglists: BTreeMap<&str, &[Arc<str>]> = BTreeMap::new();
    for one in &namespace.definitions {
        arglists.insert(&one.name.name, &one.arglists);
    }
    let tables: BTreeSet<&str> = namespace
        .definitions
        .iter()
        .filter_map(|one| one.name.name.strip_suffix(TABLE_SUFFIX))
        .collect();
    let mut public = BTreeMap::new();
    let mut private = BTreeSet::new();
    for one in &namespace.definitions {
        let hash = hir::definition_hash(db, &one.name);
        let name = one.name.name.to_string();
        if one.private || name.contains('#') {
            private.insert(name);
            continue;
        }
        let maker = format!("->{name}");
        let fields = match one.kind {
            DefKind::Value { .. } => arglists.get(maker.as_str()).and_then(|all| all.first()),
            _ => None,
        };
        let fields = fields.map(|list| {
            let list = list.trim_start_matches('[').trim_end_matches(']');
            list.split_whitespace().map(str::to_owned).collect()
        });
        let item = Item {
            used_as: Use::of(&one.kind, tables.contains(&*one.name.name)),
            protocol: match one.kind {
                DefKind::Function { .. } => protocol_of(db, &one.name),
                _ => None,
            },
            arities: one.kind.arities().cloned(),
            fields,
            effects: effects.get(&one.name).cloned().unwrap_or_default(),
            hash,
        };
        public.insert(name, item);
    }
    (public, private)
}

/// What has changed from one interface to another, the gravest first.
#[must_use]
pub fn differences(base: &Interface, new: &Interface) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut add = |level, name: String, what: String| all.push(Difference { level, name, what });
    let namespaces: BTreeSet<&String> = base
        .namespaces
        .keys()
        .chain(new.namespaces.keys())
        .collect();
    for namespace in namespaces {
        let (before, after) = match (
            base.namespaces.get(namespace),
            new.namespaces.get(namespace),
        ) {
            (Some(before), Some(after)) => (before, after),
            (Some(_), None) => {
                add(Level::Major, namespace.clone(), "is gone".to_owned());
                continue;
            }
            _ => {
                add(Level::Minor, namespace.clone(), "is new".to_owned());
                continue;
            }
        };
        if base.others.get(namespace) != new.others.get(namespace) {
            let what = "does something else that has no public name: a method, or what is private";
            add(Level::Patch, namespace.clone(), what.to_owned());
        }
        for (level, what) in of_hosts(base.hosts.get(namespace), new.hosts.get(namespace)) {
            add(level, namespace.clone(), what);
        }
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let full = format!("{namespace}/{name}");
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => {
                    let found = of_definition(before, after);
                    for (level, what) in found {
                        add(level, full.clone(), what);
                    }
                }
                (Some(_), None) if new.private.contains(&full) => {
                    add(Level::Major, full, "is private now".to_owned());
                }
                (Some(_), None) => add(Level::Major, full, "is gone".to_owned()),
                (None, _) => add(Level::Minor, full, "is new".to_owned()),
            }
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.level));
    all
}

/// What has changed of the host calls that a namespace settles.
fn of_hosts(
    before: Option<&BTreeMap<Arc<str>, String>>,
    after: Option<&BTreeMap<Arc<str>, String>>,
) -> Vec<(Level, String)> {
    let none = BTreeMap::new();
    let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
    let keys: BTreeSet<&Arc<str>> = before.keys().chain(after.keys()).collect();
    let found = keys.into_iter().filter_map(|key| {
        Some(match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) if before == after => return None,
            (Some(_), Some(after)) => (
                Level::Patch,
                format!("the host call `{key}` calls `{after}`"),
            ),
            (Some(_), None) => (Level::Major, format!("the host call `{key}` is gone")),
            (None, _) => (Level::Minor, format!("the host call `{key}` is new")),
        })
    });
    found.collect()
}

/// What has changed of a definition that is in both.
fn of_definition(before: &Item, after: &Item) -> Vec<(Level, String)> {
    let mut all = Vec::new();
    match (before.used_as, after.used_as) {
        (before, after) if before == after => {}
        // Calls go on to work, and nothing else could be done with a macro.
        (Use::Macro, Use::Function) => {
            all.push((
                Level::Minor,
                "is a function now, and was a macro".to_owned(),
            ));
        }
        (Use::Value, Use::Dynamic) => all.push((Level::Minor, "is dynamic now".to_owned())),
        (before, after) => {
            let what = format!("is {} now, and was {}", after.name(), before.name());
            all.push((Level::Major, what));
        }
    }
    if let Some(protocol) = &before.protocol
        && before.protocol != after.protocol
    {
        let now = match &after.protocol {
            Some(other) => format!("is a method of {other} now, and was of {protocol}"),
            None => format!("is no method of {protocol} any more"),
        };
        all.push((Level::Major, now));
    }
    if before.fields != after.fields {
        let shown = |fields: &Option<Vec<String>>| match fields {
            Some(fields) => format!("[{}]", fields.join(" ")),
            None => "none".to_owned(),
        };
        let (before, after) = (shown(&before.fields), shown(&after.fields));
        all.push((
            Level::Major,
            format!("has the fields {after}, and had {before}"),
        ));
    }
    if let (Some(before), Some(after)) = (&before.arities, &after.arities) {
        let least = |arities: &Arities| arities.variadic.unwrap_or(0);
        let most = |arities: &Arities| arities.fixed.iter().copied().max().unwrap_or(0);
        let beyond = [before, after].map(|one| least(one).max(most(one)));
        // Beyond that both take all or nothing.
        let counts = 0..=beyond.into_iter().max().unwrap_or(0) as usize + 1;
        let takes = |one: &Arities, other: &Arities| {
            counts
                .clone()
                .any(|count| one.accepts(count) && !other.accepts(count))
        };
        if takes(before, after) {
            all.push((Level::Major, format!("takes {after}, and took {before}")));
        } else if takes(after, before) {
            all.push((Level::Minor, format!("takes {after}, and took {before}")));
        }
    }
    let new: Vec<&str> = after
        .effects
        .difference(&before.effects)
        .map(|name| &**name)
        .collect();
    if !new.is_empty() {
        let new = new.join(", ");
        all.push(match before.effects.is_empty() {
            // Macros and values of definitions may call only what is pure.
            true => (Level::Major, format!("performs {new}, and was pure")),
            false => (Level::Minor, format!("performs {new}, too")),
        });
    }
    if all.is_empty() && before.hash != after.hash {
        all.push((Level::Patch, "does something else".to_owned()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::read(text).expect("it is a version")
    }

    #[test]
    fn versions_are_three_numbers() {
        for text in ["0.0.0", "1.2.3", "10.20.30", "1.0.0-rc.1", "1.0.0-a-b"] {
            assert_eq!(version(text).to_string(), text);
        }
        assert_eq!(version("1.0.0+linux").to_string(), "1.0.0");
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "v1.2.3",
            "01.2.3",
            "1.2.-3",
            "1.2.3-",
            "1.2.3+",
            "1..3",
            "+1.2.3",
            "1.2.3-a b",
            "99999999999999999999.0.0",
        ] {
            assert_eq!(Version::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_change_asks_for_the_next_number() {
        let cases = [
            ("1.2.3", Level::None, "1.2.3"),
            ("1.2.3", Level::Patch, "1.2.4"),
            ("1.2.3", Level::Minor, "1.3.0"),
            ("1.2.3", Level::Major, "2.0.0"),
            ("0.2.3", Level::Patch, "0.2.4"),
            ("0.2.3", Level::Minor, "0.2.4"),
            ("0.2.3", Level::Major, "0.3.0"),
            ("1.0.0-rc.1", Level::Patch, "1.0.0"),
        ];
        for (before, change, after) in cases {
            assert_eq!(
                version(before).after(change),
                version(after),
                "{before} {change}"
            );
        }
        assert!(version("1.3.0").suffices(&version("1.2.9")));
        assert!(version("1.3.0-rc.1").suffices(&version("1.3.0")));
        assert!(!version("1.2.9").suffices(&version("1.3.0")));
    }
}
