//! Definers: what `def`, `defn` and their kin say before anything is expanded.
//!
//! Invariants:
//! - A [`DefInfo`] holds what others may know of a definition: no body, no documentation, no
//!   position. It keeps its revision when a body is edited.

use std::fmt;
use std::sync::Arc;

use syntax::AstId;
use syntax::datum::{Datum, DatumKind, Origin};

use crate::body::{DefName, GlobalKind, Native};
use crate::db::SourceFile;
use crate::expand::build::{CLOJURE_CORE, Fresh, Mistake, Rewrite, simple_symbol};
use crate::expand::process::{activity_function, effect_function};
use crate::header::is_core_family;

/// How many arguments a function takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Arities {
    /// Numbers of parameters of the fixed arities, ascending.
    pub fixed: Vec<u32>,
    /// Fixed parameters of the variadic arity.
    pub variadic: Option<u32>,
}

impl Arities {
    /// Whether a call may have `count` arguments.
    pub fn accepts(&self, count: usize) -> bool {
        self.fixed.iter().any(|fixed| *fixed as usize == count)
            || self.variadic.is_some_and(|least| count >= least as usize)
    }
}

/// `1 argument`, `1 or 2 arguments`, `at least 2 arguments`.
impl fmt::Display for Arities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.variadic;
        let fixed: Vec<u32> = self
            .fixed
            .iter()
            .copied()
            .filter(|n| least.is_none_or(|least| *n < least))
            .collect();
        let mut parts: Vec<String> = fixed.iter().map(u32::to_string).collect();
        let mut last = fixed.last().copied().unwrap_or(0);
        if let Some(least) = least {
            // `1, 2 or at least 3` is at least 1.
            let mut from = least;
            while parts
                .last()
                .is_some_and(|part| *part == (from.wrapping_sub(1)).to_string())
            {
                parts.pop();
                from -= 1;
            }
            parts.push(format!("at least {from}"));
            last = from;
        }
        match parts.split_last() {
            None => f.write_str("no")?,
            Some((only, [])) => f.write_str(only)?,
            Some((end, start)) => write!(f, "{} or {end}", start.join(", "))?,
        }
        f.write_str(if last == 1 && parts.len() == 1 {
            " argument"
        } else {
            " arguments"
        })
    }
}

/// What a function asks for under its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asks {
    /// An activity: `defactivity`.
    Activity,
    /// An effect of the program: `defeffect`.
    Effect,
}

/// What a definition is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DefKind {
    /// A function.
    Function {
        /// What it takes.
        arities: Arities,
        /// What it asks for under its own name, which is part of its hash then.
        asks: Option<Asks>,
    },
    /// A macro; arities without `&form` and `&env`.
    Macro(Arities),
    /// A function written in Rust.
    Native(Native, Arities),
    /// A value.
    Value {
        /// Whether the right side is a literal, and the hash therefore structural.
        literal: bool,
    },
    /// A dynamic name.
    Dynamic,
    /// A definition of the entry file that its entry body makes.
    Cell,
    /// A table that namespaces contribute to: a function from all contributions to its value.
    Table,
}

impl DefKind {
    /// What it takes, if it is known to be a function.
    pub fn arities(&self) -> Option<&Arities> {
        match self {
            DefKind::Function { arities, .. }
            | DefKind::Macro(arities)
            | DefKind::Native(_, arities) => Some(arities),
            DefKind::Value { .. } | DefKind::Dynamic | DefKind::Cell | DefKind::Table => None,
        }
    }

    /// Whether package, namespace and name are part of the definition's hash.
    pub fn is_nominal(&self) -> bool {
        match self {
            DefKind::Function { asks, .. } => asks.is_some(),
            DefKind::Macro(_) | DefKind::Native(..) => false,
            DefKind::Value { literal } => !literal,
            DefKind::Dynamic | DefKind::Cell | DefKind::Table => true,
        }
    }

    /// What code that refers to it may know.
    pub fn global_kind(&self) -> GlobalKind {
        match self {
            DefKind::Function { .. } => GlobalKind::Function,
            DefKind::Macro(_) => GlobalKind::Macro,
            DefKind::Native(native, _) => GlobalKind::Native(native.clone()),
            DefKind::Value { .. } => GlobalKind::Value,
            DefKind::Dynamic => GlobalKind::Dynamic,
            DefKind::Cell => GlobalKind::Cell,
            DefKind::Table => GlobalKind::Table,
        }
    }
}

/// What others may know of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefInfo {
    /// Its name.
    pub name: DefName,
    /// What it is.
    pub kind: DefKind,
    /// Whether other namespaces may not name it.
    pub private: bool,
    /// The file.
    pub file: SourceFile,
    /// The form that makes it.
    pub form: AstId,
    /// Of a name that a macro generates: which of the file's generating forms makes it.
    pub generated: Option<u32>,
}

/// How a definition gets its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Init {
    /// A form.
    Form(Datum),
    /// A function form: `(fn …)` or `(fn* …)`.
    Function(Datum),
    /// It is a native.
    Native,
}

/// A definition as its definer says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) info: DefInfo,
    /// Where the name is.
    pub(crate) name_origin: Origin,
    pub(crate) init: Init,
    pub(crate) doc: Option<Arc<str>>,
    /// Parameter vectors as text.
    pub(crate) arglists: Vec<Arc<str>>,
    /// The effects that it says it has at most, as written.
    pub(crate) effects: Option<Datum>,
}

/// Where a definer stands.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) file: SourceFile,
    pub(crate) form: AstId,
    pub(crate) ns: &'a Arc<str>,
    pub(crate) library: bool,
    pub(crate) entry: bool,
    /// Whether a head is the core's macro or special form of that name.
    pub(crate) is_core: &'a dyn Fn(&Datum, &str) -> bool,
}

/// The definers.
pub(crate) const DEFINERS: &[&str] = &[
    "def",
    "defactivity",
    "defeffect",
    "defmacro",
    "defn",
    "defn-",
    "defnative",
    "defonce",
    "deftable*",
    "defvalue*",
];

/// Reads a definition made by the definer `definer`, one of [`DEFINERS`]; `None` for a `def` that
/// only declares.
pub(crate) fn definition(
    definer: &str,
    form: &Datum,
    site: Site<'_>,
) -> Result<Option<Definition>, Mistake> {
    let items = form.as_list().unwrap_or_default();
    let args = items.get(1..).unwrap_or_default();
    let Some((name, rest)) = args.split_first() else {
        return Err(Mistake::new(
            form.origin,
            format!("`{definer}` needs a name"),
        ));
    };
    if matches!(name.kind, DatumKind::Error) {
        return Ok(None);
    }
    let Some(symbol) = name.as_symbol() else {
        return Err(
            Mistake::new(name.origin, format!("`{name}` cannot be defined")).label("not a symbol"),
        );
    };
    if symbol.ns.as_ref().is_some_and(|ns| ns != site.ns) {
        return Err(
            Mistake::new(name.origin, format!("`{name}` cannot be defined here"))
                .label("belongs to another namespace"),
        );
    }
    let mut parts = Parts {
        definer,
        name,
        rest,
        doc: None,
        attributes: None,
    };
    parts.split(form)?;
    let def_name = DefName::new(site.ns.clone(), symbol.name.clone());
    let (kind, init) = match definer {
        "def" | "defonce" => match parts.value(site)? {
            Some(found) => found,
            None => return Ok(None),
        },
        // A value also in the file that is run, where other definitions wait for their turn.
        "defvalue*" => match parts.value(Site {
            entry: false,
            ..site
        })? {
            Some(found) => found,
            None => return Ok(None),
        },
        "deftable*" => match parts.rest {
            [function] => (DefKind::Table, Init::Form(function.clone())),
            _ => {
                let message = "`deftable*` takes a name and a function of the contributions";
                return Err(Mistake::new(form.origin, message));
            }
        },
        "defn" | "defn-" => {
            let function = parts.function_form(form, &[]);
            (
                DefKind::Function {
                    arities: parts.arities(),
                    asks: None,
                },
                Init::Function(function),
            )
        }
        "defmacro" => {
            let function = parts.function_form(form, &["&form", "&env"]);
            (DefKind::Macro(parts.arities()), Init::Function(function))
        }
        "defactivity" | "defeffect" => {
            let mut fresh = Fresh::new("");
            let mut rewrite = Rewrite {
                form,
                args,
                origin: form.origin,
                ns: site.ns,
                fresh: &mut fresh,
            };
            let (function, asks) = if definer == "defeffect" {
                (
                    effect_function(&mut rewrite, name, parts.rest)?,
                    Asks::Effect,
                )
            } else {
                (
                    activity_function(&mut rewrite, name, parts.rest)?,
                    Asks::Activity,
                )
            };
            let arities = arities_of_function(&function);
            (
                DefKind::Function {
                    arities,
                    asks: Some(asks),
                },
                Init::Function(function),
            )
        }
        "defnative" => {
            if !site.library {
                return Err(Mistake::new(
                    form.origin,
                    "only the standard library declares natives",
                ));
            }
            let top = if is_core_family(site.ns) {
                crate::header::CORE
            } else {
                &**site.ns
            };
            let version = match parts.meta("version").map(|version| &version.kind) {
                Some(DatumKind::Int(version)) => u16::try_from(*version).unwrap_or(1),
                _ => 1,
            };
            let native = Native {
                name: format!("{top}/{}", symbol.name).into(),
                version,
            };
            (DefKind::Native(native, parts.arities()), Init::Native)
        }
        _ => {
            return Err(Mistake::new(
                form.origin,
                format!("`{definer}` defines nothing"),
            ));
        }
    };
    let truthy = |name: &str| {
        parts
            .meta(name)
            .is_some_and(|v| !matches!(v.kind, DatumKind::Nil | DatumKind::Bool(false)))
    };
    let private = definer == "defn-" || truthy("private");
    let kind = if truthy("dynamic") && !matches!(kind, DefKind::Native(..) | DefKind::Macro(_)) {
        DefKind::Dynamic
    } else {
        kind
    };
    let doc = parts
        .doc
        .clone()
        .or_else(|| match parts.meta("doc").map(|doc| &doc.kind) {
            Some(DatumKind::String(text)) => Some(text.clone()),
            _ => None,
        });
    Ok(Some(Definition {
        arglists: parts.arglists(&init),
        info: DefInfo {
            name: def_name,
            kind,
            private,
            file: site.file,
            form: site.form,
            generated: None,
        },
        name_origin: name.origin,
        init,
        doc,
        effects: parts.meta("effects").cloned(),
    }))
}

/// The parts of a definer's call.
struct Parts<'a> {
    definer: &'a str,
    name: &'a Datum,
    rest: &'a [Datum],
    doc: Option<Arc<str>>,
    attributes: Option<&'a Datum>,
}

impl<'a> Parts<'a> {
    /// Takes docstring and attribute map off the front.
    fn split(&mut self, form: &Datum) -> Result<(), Mistake> {
        if self.definer == "defonce" {
            return Ok(());
        }
        if let [first, more @ ..] = self.rest
            && let DatumKind::String(text) = &first.kind
            && (self.definer != "def" || !more.is_empty())
        {
            self.doc = Some(text.clone()).filter(|text| !text.is_empty());
            self.rest = more;
        }
        if matches!(self.definer, "defn" | "defn-" | "defmacro") {
            if let [first, more @ ..] = self.rest
                && matches!(first.kind, DatumKind::Map(_))
            {
                self.attributes = Some(first);
                self.rest = more;
            }
            if matches!(
                self.rest.first().map(|first| &first.kind),
                Some(DatumKind::List(_))
            ) && let [more @ .., last] = self.rest
                && matches!(last.kind, DatumKind::Map(_))
            {
                self.rest = more;
            }
            if self.rest.is_empty() {
                return Err(Mistake::new(
                    form.origin,
                    format!("`{}` needs a vector of parameters", self.definer),
                ));
            }
        }
        Ok(())
    }

    /// An entry of the name's metadata or of the attribute map.
    fn meta(&self, name: &str) -> Option<&'a Datum> {
        let in_attributes = || match &self.attributes?.kind {
            DatumKind::Map(entries) => entries
                .iter()
                .find(|(key, _)| key.as_keyword().is_some_and(|keyword| keyword.is(name)))
                .map(|(_, value)| value),
            _ => None,
        };
        in_attributes().or_else(|| self.name.meta_value(name))
    }

    /// Kind and value of a `def`; `None` if it only declares.
    fn value(&self, site: Site<'_>) -> Result<Option<(DefKind, Init)>, Mistake> {
        let value = match self.rest {
            [] => {
                if self.name.meta_value("dynamic").is_none() {
                    return Ok(None);
                }
                return Ok(Some((
                    DefKind::Dynamic,
                    Init::Form(Datum::new(DatumKind::Nil, self.name.origin)),
                )));
            }
            [value] => value,
            [_, extra, ..] => {
                return Err(Mistake::new(
                    extra.origin,
                    format!("`{}` takes a name and one value", self.definer),
                )
                .label("unexpected"));
            }
        };
        if value.meta.is_none()
            && let Some([head, ..]) = value.as_list()
            && (head.is_symbol("fn*") || (site.is_core)(head, "fn"))
        {
            let arities = arities_of_function(value);
            return Ok(Some((
                DefKind::Function {
                    arities,
                    asks: None,
                },
                Init::Function(value.clone()),
            )));
        }
        let literal = is_literal(value);
        let kind = if site.entry && !literal {
            DefKind::Cell
        } else {
            DefKind::Value { literal }
        };
        Ok(Some((kind, Init::Form(value.clone()))))
    }

    /// `(clojure.core/fn params body…)` with extra parameters put before each arity's own.
    fn function_form(&self, form: &Datum, extra: &[&str]) -> Datum {
        let add = |params: &Datum| match params.as_vector() {
            Some(patterns) if !extra.is_empty() => {
                let mut all: Vec<Datum> = extra
                    .iter()
                    .map(|name| Datum::symbol(*name, params.origin))
                    .collect();
                all.extend_from_slice(patterns);
                Datum::vector(all, params.origin).with_meta(params.meta.clone())
            }
            _ => params.clone(),
        };
        let mut items = vec![Datum::qualified(CLOJURE_CORE, "fn", form.origin)];
        match self.rest {
            [params, body @ ..] if params.as_vector().is_some() => {
                items.push(add(params));
                items.extend_from_slice(body);
            }
            clauses => {
                for clause in clauses {
                    match clause.as_list() {
                        Some([params, body @ ..]) => {
                            let mut parts = vec![add(params)];
                            parts.extend_from_slice(body);
                            items.push(Datum::list(parts, clause.origin));
                        }
                        _ => items.push(clause.clone()),
                    }
                }
            }
        }
        Datum::list(items, form.origin)
    }

    fn arities(&self) -> Arities {
        arities_of_parts(self.rest, self.definer == "defnative")
    }

    fn arglists(&self, init: &Init) -> Vec<Arc<str>> {
        let parts = match (self.definer, init) {
            ("def" | "defonce", Init::Function(function)) => function_parts(function),
            ("def" | "defonce", _) => return Vec::new(),
            ("defactivity" | "defeffect", _) => self.rest.get(..1).unwrap_or_default(),
            _ => self.rest,
        };
        params_of_parts(parts, self.definer == "defnative")
            .map(|params| params.to_string().into())
            .collect()
    }
}

/// What follows `fn` and the name of a function form.
fn function_parts(function: &Datum) -> &[Datum] {
    let items = function
        .as_list()
        .and_then(|items| items.get(1..))
        .unwrap_or_default();
    match items.split_first() {
        Some((name, rest)) if simple_symbol(name).is_some() => rest,
        _ => items,
    }
}

/// The parameter vectors of `[params] body…`, of `([params] body…)…`, or of `[params]…` alone (a
/// native has no bodies).
fn params_of_parts(parts: &[Datum], natives: bool) -> impl Iterator<Item = &Datum> {
    let single = parts
        .first()
        .is_some_and(|params| params.as_vector().is_some());
    parts
        .iter()
        .enumerate()
        .filter_map(move |(index, part)| match part.as_list() {
            Some(clause) if !single => clause.first().filter(|params| params.as_vector().is_some()),
            _ => Some(part).filter(|part| part.as_vector().is_some() && (natives || index == 0)),
        })
}

fn arities_of_parts(parts: &[Datum], natives: bool) -> Arities {
    let mut arities = Arities::default();
    for params in params_of_parts(parts, natives) {
        let patterns = params.as_vector().unwrap_or_default();
        match patterns.iter().position(|pattern| pattern.is_symbol("&")) {
            Some(fixed) => arities.variadic = Some(fixed as u32),
            None => arities.fixed.push(patterns.len() as u32),
        }
    }
    arities.fixed.sort_unstable();
    arities.fixed.dedup();
    arities
}

/// The arities of `(fn …)`.
pub(crate) fn arities_of_function(function: &Datum) -> Arities {
    arities_of_parts(function_parts(function), false)
}

/// Whether the form is a literal: data that means itself, all the way down.
pub(crate) fn is_literal(datum: &Datum) -> bool {
    let mut rest = vec![datum];
    while let Some(datum) = rest.pop() {
        if let Some(meta) = &datum.meta {
            rest.push(meta);
        }
        match &datum.kind {
            DatumKind::List(items) => match &items[..] {
                [] => {}
                [head, _] if head.is_symbol("quote") => {}
                _ => return false,
            },
            DatumKind::Vector(items) | DatumKind::Set(items) => rest.extend(items.iter()),
            DatumKind::Map(entries) => {
                rest.extend(entries.iter().flat_map(|(key, value)| [key, value]));
            }
            DatumKind::Symbol(_)
            | DatumKind::AutoSymbol { .. }
            | DatumKind::Tagged(..)
            | DatumKind::Error => return false,
            DatumKind::Nil
            | DatumKind::Bool(_)
            | DatumKind::Int(_)
            | DatumKind::BigInt(_)
            | DatumKind::Ratio(_)
            | DatumKind::Double(_)
            | DatumKind::Decimal(_)
            | DatumKind::Char(_)
            | DatumKind::String(_)
            | DatumKind::Bytes(_)
            | DatumKind::Regex(_)
            | DatumKind::Keyword(_)
            | DatumKind::AutoKeyword { .. }
            | DatumKind::Inst(_)
            | DatumKind::Uuid(_) => {}
        }
    }
    true
}
