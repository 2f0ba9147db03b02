//! The spine of a top-level form: its definitions and expressions, after expanding the macro calls
//! that stand where definitions may, and nothing else.
//!
//! `do` splices. A `let` around definitions becomes hidden definitions of its locals, named
//! `local@owner` after the first definition within it; around expressions alone it is one.
//!
//! Invariants:
//! - A form's spine is expanded at its home stage: a definition that a macro makes only later is
//!   none.

use std::sync::Arc;

use source::Code;
use syntax::datum::{Datum, DatumKind, Origin};

use crate::body::DefName;
use crate::context::Context;
use crate::contributions::{Contribution, part_names};
use crate::db::{Db, Stage, is_entry};
use crate::definition::{
    DEFINERS, DefInfo, DefKind, Definition, Init, Site, arities_of_function, definition, is_literal,
};
use crate::expand::build::{Mistake, simple_symbol};
use crate::expand::core::CoreMacro;
use crate::expand::extend;
use crate::expand::interface::{self, Remark};
use crate::forms::Form;
use crate::generated::home_stage;
use crate::host;
use crate::lower::special;
use crate::names::{Resolution, table_exists, written_names};
use crate::package;
use crate::problem::Problem;
use crate::stored::Reads;

/// A local of a top-level `let` and the hidden definition it became.
pub(crate) type Lifted = (Arc<str>, DefInfo);

/// A part of a spine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A definition.
    Define(Box<Definition>, Vec<Lifted>),
    /// An expression of the entry body.
    Run(Datum, Vec<Lifted>),
}

/// The spine of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spine {
    pub(crate) items: Vec<Item>,
    pub(crate) contributions: Vec<Contribution>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) missing: Vec<Arc<str>>,
    pub(crate) failed: bool,
    pub(crate) phase_cycle: bool,
    pub(crate) reads: Reads,
}

impl Spine {
    /// The definitions, hidden ones included.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &DefInfo> {
        self.items.iter().filter_map(|item| match item {
            Item::Define(definition, _) => Some(&definition.info),
            Item::Run(..) => None,
        })
    }
}

/// The spine of a generating form at a stage: kept, since its names are asked for.
#[salsa::tracked(cycle_result = cyclic_spine)]
pub(crate) fn generating_spine<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> Spine {
    compute(db, form, stage)
}

fn cyclic_spine<'db>(_db: &'db dyn Db, _id: salsa::Id, _form: Form<'db>, _stage: Stage) -> Spine {
    Spine {
        phase_cycle: true,
        ..Spine::default()
    }
}

/// The spine of a form as seen at a stage. A form that cannot generate names is cheap to do again.
pub(crate) fn spine<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> Spine {
    match home_stage(db, form) {
        Some(home) => generating_spine(db, form, home.min(stage)).clone(),
        None => compute(db, form, stage),
    }
}

fn compute<'db>(db: &'db dyn Db, form: Form<'db>, stage: Stage) -> Spine {
    let file = form.file(db);
    let mut walker = Walker {
        cx: Context::new(db, file, form.id(db), stage),
        entry: is_entry(db, file),
        library: file.library(db),
        generating: home_stage(db, form).map(|home| home.0),
        lifted: Vec::new(),
        items: Vec::new(),
        contributions: Vec::new(),
        unasked: Vec::new(),
        hidden: 0,
    };
    walker.walk(form.datum(db));
    let Walker {
        cx,
        items,
        contributions,
        ..
    } = walker;
    if cx.phase_cycle {
        return Spine {
            phase_cycle: true,
            ..Spine::default()
        };
    }
    Spine {
        items,
        contributions,
        problems: cx.problems,
        missing: cx.missing,
        failed: cx.failed,
        phase_cycle: false,
        reads: cx.reads,
    }
}

struct Walker<'db> {
    cx: Context<'db>,
    entry: bool,
    library: bool,
    generating: Option<u32>,
    lifted: Vec<Lifted>,
    items: Vec<Item>,
    contributions: Vec<Contribution>,
    /// Types with interfaces of which it was said that nothing asks for them.
    unasked: Vec<String>,
    hidden: u32,
}

impl Walker<'_> {
    fn walk(&mut self, datum: &Datum) {
        stacker::maybe_grow(
            crate::expand::STACK_RED_ZONE,
            crate::expand::STACK_GROWTH,
            || {
                let outer = self.cx.origin;
                self.cx.origin = self.cx.origin_of(datum);
                self.walk_here(datum);
                self.cx.origin = outer;
            },
        );
    }

    fn run(&mut self, datum: &Datum) {
        // What a macro made stands where the call of the macro does.
        let mut datum = datum.clone();
        datum.origin = self.cx.origin_of(&datum);
        self.items.push(Item::Run(datum, self.lifted.clone()));
    }

    fn is_lifted(&self, name: &str) -> bool {
        self.lifted.iter().any(|(local, _)| &**local == name)
    }

    fn walk_here(&mut self, datum: &Datum) {
        let Some([head, args @ ..]) = datum.as_list() else {
            if !matches!(datum.kind, DatumKind::Error) {
                self.run(datum);
            }
            return;
        };
        let DatumKind::Symbol(symbol) = &head.kind else {
            if !self.cx.is_loose_clause() {
                self.run(datum);
            }
            return;
        };
        if symbol.ns.is_none() {
            match &*symbol.name {
                "do" => return args.iter().for_each(|arg| self.walk(arg)),
                "def" => return self.define("def", datum),
                "let*" => return self.let_star(datum, args),
                name if special::is_special(name) || self.is_lifted(name) => {
                    return self.run(datum);
                }
                _ => {}
            }
        }
        match self.cx.resolve(symbol) {
            Resolution::Core(CoreMacro::TopLevel(name)) => match name {
                "ns" | "require" | "use" | "refer-clojure" | "import" | "declare" => {}
                "contribute*" => self.contribute(args),
                "defhost" => self.host(datum, args),
                _ if DEFINERS.contains(&name) => self.define(name, datum),
                _ if extend::NAMES.contains(&name) => self.extend(name, datum),
                _ => {}
            },
            Resolution::Def(info) if extend::is_contributing(&info.name, args.len()) => {
                self.extend(&info.name.name, datum);
            }
            Resolution::Core(CoreMacro::Rewrite("let")) => {
                // Only worth taking apart if something is defined within.
                if args.iter().skip(1).any(|form| form.as_list().is_some()) {
                    self.expand_core(CoreMacro::Rewrite("let"), datum);
                } else {
                    self.run(datum);
                }
            }
            Resolution::Core(CoreMacro::Rewrite("comment")) => {}
            Resolution::Core(unsupported @ CoreMacro::Unsupported(_)) => {
                let _ = self.cx.rewrite_core(unsupported, datum);
            }
            Resolution::Def(info) if matches!(info.kind, DefKind::Macro(_)) => {
                let locals: Vec<Arc<str>> =
                    self.lifted.iter().map(|(name, _)| name.clone()).collect();
                // A failure has been reported; there is nothing to run.
                if let Ok(expanded) = self.cx.run_macro(&info, datum, &|| locals.clone()) {
                    let call = self.cx.origin;
                    self.cx.enter(&info.name.name, true, call, &expanded);
                    self.walk(&expanded);
                    self.cx.leave();
                }
            }
            _ => self.run(datum),
        }
    }

    fn expand_core(&mut self, core: CoreMacro, datum: &Datum) {
        if let Ok(expanded) = self.cx.rewrite_core(core, datum) {
            let call = self.cx.origin;
            self.cx.enter(core.name(), false, call, &expanded);
            self.walk(&expanded);
            self.cx.leave();
        }
    }

    fn define(&mut self, definer: &str, datum: &Datum) {
        let lifted: Vec<Arc<str>> = self.lifted.iter().map(|(name, _)| name.clone()).collect();
        let ns = self.cx.ns.clone();
        let (file, form, library, entry) = (self.cx.file, self.cx.form, self.library, self.entry);
        let cx = std::cell::RefCell::new(&mut self.cx);
        let is_core = |head: &Datum, name: &str| {
            head.as_symbol().is_some_and(|symbol| {
                let shadowed = symbol.ns.is_none() && lifted.contains(&symbol.name);
                !shadowed
                    && matches!(
                        cx.borrow_mut().resolve(symbol),
                        Resolution::Core(core) if core.name() == name
                    )
            })
        };
        let site = Site {
            file,
            form,
            ns: &ns,
            library,
            entry,
            is_core: &is_core,
        };
        match definition(definer, datum, site) {
            Ok(Some(mut definition)) => {
                definition.info.generated = self.generated(&definition.info);
                if definition.name_origin == Origin::NONE {
                    definition.name_origin = self.cx.origin;
                }
                self.items
                    .push(Item::Define(Box::new(definition), self.lifted.clone()));
            }
            Ok(None) => {}
            Err(mistake) => {
                self.cx.report_mistake(Code::INVALID_DEFINITION, mistake);
            }
        }
    }

    /// Takes a definer of types and extensions apart into definitions and contributions.
    fn extend(&mut self, name: &str, datum: &Datum) {
        let package = package::of_types(self.cx.db, self.cx.file);
        match extend::rewrite(name, datum, &self.cx.ns, package) {
            Ok(forms) => {
                let call = self.cx.origin;
                self.cx.enter(name, false, call, &forms);
                self.walk(&forms);
                self.cx.leave();
            }
            Err(mistake) => {
                self.cx.report_mistake(Code::INVALID_DEFINITION, mistake);
            }
        }
    }

    /// `(contribute* owner key value)`: an entry of the owner's table. Key and value become
    /// definitions of their own, since they are evaluated and linked as such.
    fn contribute(&mut self, args: &[Datum]) {
        let [owner, key, value] = args else {
            return;
        };
        let Some(table) = self.table_of(owner) else {
            return;
        };
        if table == extend::interfaces() {
            self.remark_on_interface(owner, key, value);
        }
        let number = self.contributions.len();
        let [key_name, value_name] = part_names(&self.cx.ns, &table, key, number, self.cx.form);
        let first = key.as_vector().and_then(<[Datum]>::first);
        let at = first
            .filter(|first| first.origin != Origin::NONE)
            .unwrap_or(key);
        self.contributed(&key_name, at, key);
        self.contributed(&value_name, at, value);
        self.contributions.push(Contribution {
            table,
            key: key_name,
            value: value_name,
            generated: self.generating,
        });
    }

    /// `(defhost key definition …)`: what it says is collected from the text; here it is checked.
    fn host(&mut self, form: &Datum, pairs: &[Datum]) {
        if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
            let message = "`defhost` takes host calls and the definitions that they call in turn";
            let mistake = Mistake::new(self.cx.origin_of(form), message);
            self.cx.report_mistake(Code::INVALID_DEFINITION, mistake);
            return;
        }
        for pair in pairs.chunks_exact(2) {
            let [key, target] = pair else { continue };
            let keys = key.as_symbol().map(host::keys).unwrap_or_default();
            let Some(name) = keys.first() else {
                let message = format!("`{key}` is no host call");
                self.cx.report_mistake(
                    Code::INVALID_DEFINITION,
                    Mistake::new(key.origin, message)
                        .label("such as `Math/cube`, `Stack/new`, `.push` or `Stack/.push`"),
                );
                continue;
            };
            let Some(symbol) = target.as_symbol().filter(|s| host::keys(s).is_empty()) else {
                let message = format!("`{target}` is no name of a definition");
                self.cx.report_mistake(
                    Code::INVALID_DEFINITION,
                    Mistake::new(target.origin, message),
                );
                continue;
            };
            if !written_names(self.cx.db, self.cx.file).hosts.has(name) {
                let message = "a `defhost` stands in the text itself, not in what a macro makes";
                self.cx
                    .report_mistake(Code::INVALID_DEFINITION, Mistake::new(key.origin, message));
                return;
            }
            match self.cx.resolve(symbol) {
                Resolution::Def(_) => {}
                Resolution::Missing(missing) => {
                    let origin = self.cx.origin_of(target);
                    self.cx.report_missing(symbol, missing, origin, Vec::new());
                }
                Resolution::Core(_) => {
                    let message = format!("`{symbol}` is a macro, not a definition");
                    self.cx.report_mistake(
                        Code::INVALID_DEFINITION,
                        Mistake::new(target.origin, message),
                    );
                }
            }
        }
    }

    /// Says of a method that a type has of the host's interface that nothing will ever call it.
    fn remark_on_interface(&mut self, owner: &Datum, key: &Datum, value: &Datum) {
        let symbol = owner.as_symbol();
        let Some(class) = symbol.and_then(|symbol| self.cx.type_class(symbol)) else {
            return;
        };
        let part = |index: usize| key.as_vector().and_then(|parts| parts.get(index));
        let method = part(1).and_then(Datum::as_keyword);
        let at = if method.is_some() { value } else { owner };
        let origin = self.cx.origin_of(at);
        match interface::remark(&class, method.map(|method| &*method.name)) {
            None => {}
            Some(Remark::Unknown(message, meant)) => {
                let mut mistake = Mistake::new(origin, message);
                mistake.note = meant.map(interface::similar);
                self.cx.report_mistake(Code::INVALID_DEFINITION, mistake);
            }
            Some(Remark::Unasked(message, instead)) => {
                // Once for a type and an interface: who implements a map has ten such methods.
                let said = format!(
                    "{} {class}",
                    part(0).map_or(String::new(), ToString::to_string)
                );
                if self.unasked.contains(&said) {
                    return;
                }
                self.unasked.push(said);
                let mut problem = self.cx.warning(Code::UNASKED_METHOD, origin, message);
                problem.notes.push(instead.to_owned());
                self.cx.report(problem);
            }
        }
    }

    /// The table of what a symbol names; `None`, and a problem, if it has none.
    fn table_of(&mut self, owner: &Datum) -> Option<DefName> {
        let symbol = owner.as_symbol()?.clone();
        let info = match self.cx.resolve(&symbol) {
            Resolution::Def(info) => info,
            Resolution::Missing(_) if self.cx.type_class(&symbol).is_some() => {
                return Some(extend::interfaces());
            }
            Resolution::Missing(missing) => {
                let origin = self.cx.origin_of(owner);
                let lifted = self.lifted.iter().map(|(name, _)| name.clone()).collect();
                self.cx.report_missing(&symbol, missing, origin, lifted);
                return None;
            }
            Resolution::Core(_) => {
                self.not_extensible(owner);
                return None;
            }
        };
        let table = extend::table_of(&info.name);
        self.cx.reads.namespaces.insert(table.ns.clone());
        if table_exists(self.cx.db, self.cx.file, self.cx.stage, &table) {
            return Some(table);
        }
        self.not_extensible(owner);
        None
    }

    /// A definition that holds part of a contribution.
    fn contributed(&mut self, name: &DefName, at: &Datum, init: &Datum) {
        let is_function = self.is_function(init);
        let kind = if is_function {
            DefKind::Function {
                arities: arities_of_function(init),
                asks: None,
            }
        } else {
            DefKind::Value {
                literal: is_literal(init),
            }
        };
        let definition = Definition {
            info: DefInfo {
                name: name.clone(),
                kind,
                private: true,
                file: self.cx.file,
                form: self.cx.form,
                generated: self.generating,
            },
            name_origin: self.cx.origin_of(at),
            init: match is_function {
                true => Init::Function(init.clone()),
                false => Init::Form(init.clone()),
            },
            doc: None,
            arglists: Vec::new(),
            effects: None,
        };
        self.items
            .push(Item::Define(Box::new(definition), self.lifted.clone()));
    }

    fn not_extensible(&mut self, owner: &Datum) {
        let origin = self.cx.origin_of(owner);
        let mistake = Mistake::new(origin, format!("`{owner}` cannot be extended"))
            .label("neither a protocol nor a multimethod");
        self.cx.report_mistake(Code::INVALID_DEFINITION, mistake);
    }

    /// Which generating form makes the name, if it is not a written one.
    fn generated(&self, info: &DefInfo) -> Option<u32> {
        let index = self.generating?;
        let written = written_names(self.cx.db, self.cx.file).get(&info.name.name);
        if written.is_some_and(|written| written.form == self.cx.form) {
            None
        } else {
            Some(index)
        }
    }

    /// `(let* [name value …] body…)`: around definitions the locals become hidden definitions.
    fn let_star(&mut self, datum: &Datum, args: &[Datum]) {
        let Some((bindings, body)) = args.split_first() else {
            return self.run(datum);
        };
        let Some(bindings) = bindings.as_vector() else {
            return self.run(datum);
        };
        let names: Option<Vec<&Arc<str>>> = bindings
            .chunks(2)
            .map(|pair| simple_symbol(&pair[0]))
            .collect();
        let Some(names) = names.filter(|_| bindings.len().is_multiple_of(2)) else {
            return self.run(datum);
        };
        // What is in the body decides; its owner names the hidden definitions.
        let before = self.items.len();
        let outer = self.lifted.len();
        let problems = self.cx.problems.len();
        let mut hidden = Vec::new();
        for (name, pair) in names.iter().zip(bindings.chunks_exact(2)) {
            let info = self.hidden(name, &pair[1]);
            hidden.push(Item::Define(
                Box::new(Definition {
                    info: info.clone(),
                    name_origin: self.cx.origin_of(&pair[0]),
                    init: match info.kind {
                        DefKind::Function { .. } => Init::Function(pair[1].clone()),
                        _ => Init::Form(pair[1].clone()),
                    },
                    doc: None,
                    arglists: Vec::new(),
                    effects: None,
                }),
                self.lifted.clone(),
            ));
            self.lifted.push(((*name).clone(), info));
        }
        for form in body {
            self.walk(form);
        }
        self.lifted.truncate(outer);
        let owner = self.items[before..].iter().find_map(|item| match item {
            Item::Define(definition, _) => Some(definition.info.name.name.clone()),
            Item::Run(..) => None,
        });
        match owner {
            Some(owner) => {
                let owner: Arc<str> = owner.rsplit('@').next().unwrap_or(&owner).into();
                self.items.splice(before..before, hidden);
                let unowned: Arc<str> = UNOWNED.into();
                for item in &mut self.items[before..] {
                    own(item, &unowned, &owner);
                }
            }
            None => {
                self.items.truncate(before);
                self.cx.problems.truncate(problems);
                self.run(datum);
            }
        }
    }

    /// Whether a form is `(fn …)`.
    fn is_function(&mut self, form: &Datum) -> bool {
        let head = form.as_list().and_then(<[Datum]>::first);
        form.meta.is_none()
            && head.and_then(Datum::as_symbol).is_some_and(|symbol| {
                (symbol.ns.is_none() && &*symbol.name == "fn*")
                    || matches!(
                        self.cx.resolve(symbol),
                        Resolution::Core(CoreMacro::Rewrite("fn"))
                    )
            })
    }

    /// The hidden definition of a local, still without owner.
    fn hidden(&mut self, name: &Arc<str>, value: &Datum) -> DefInfo {
        let number = self.hidden;
        self.hidden += 1;
        let literal = is_literal(value);
        let is_function = self.is_function(value);
        let kind = if is_function {
            DefKind::Function {
                arities: arities_of_function(value),
                asks: None,
            }
        } else if self.entry && !literal {
            DefKind::Cell
        } else {
            DefKind::Value { literal }
        };
        DefInfo {
            name: DefName::new(self.cx.ns.clone(), format!("{name}#{number}@{UNOWNED}")),
            kind,
            private: true,
            file: self.cx.file,
            form: self.cx.form,
            generated: self.generating,
        }
    }
}

/// Stands for the owner of a hidden definition until it is known.
const UNOWNED: &str = "?";

fn own(item: &mut Item, unowned: &str, owner: &str) {
    let rename = |info: &mut DefInfo| {
        if let Some(base) = info.name.name.strip_suffix(unowned)
            && base.ends_with('@')
        {
            info.name.name = format!("{base}{owner}").into();
        }
    };
    let lifted = match item {
        Item::Define(definition, lifted) => {
            rename(&mut definition.info);
            lifted
        }
        Item::Run(_, lifted) => lifted,
    };
    lifted.iter_mut().for_each(|(_, info)| rename(info));
}
