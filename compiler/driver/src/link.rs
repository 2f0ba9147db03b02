//! Linking: the closed set of definitions that some roots reach, as an image.
//!
//! 1. *Collect*: walk from the roots over the references of generated code.
//! 2. *Order*: dependencies first; slots, prototypes and templates are numbered in that order.
//! 3. *Constants*: literals of all code go to the boot segment.
//! 4. *Evaluate* ([`crate::evaluate`]): the values of definitions that are computed, in one process
//!    and in order, so that what they share stays shared.
//!
//! An image can be linked onto another, which it extends: definitions that this has already keep their slots
//! ([`kept_slots`]).
//!
//! # Invariants
//! - The image depends on the definitions alone: not on the order in which anything was asked for.
//! - Only what the roots reach is in it, besides the functions that the machine itself calls.
//! - What is wrong is reported at the definitions whose fault it is, all of them at once.

use crate::evaluate::{self, Failed, Reason};
use crate::tables::{Computed, Table, TableEntry};
use crate::unit::{Unit, references, slot_source, unit};
use bytecode::{Hash, Image, ImageProto, ImageTemplate, NativeRef, Slot, SlotKind, SlotSource};
use hir::body::DefName;
use hir::contributions::{Contribution, Scope, TABLE_SUFFIX, contributions_in};
use hir::definition::DefKind;
use hir::stored::RootKind;
use hir::{Db, Def, Frame, SourceFile, Stage};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vm::Word;
use vm::boot::BootBuilder;

/// Library functions that the machine calls by name.
const HOOKS: &[(&str, &[&str])] = &[
    (
        "ox.core.base",
        &[
            "realize*",
            "ready*",
            "walk*",
            "=*slow",
            "key-hash*slow",
            "key-equal*slow",
            "hash*slow",
            "compare*slow",
            "print*slow",
            "str*slow",
            "count*slow",
            "nth*slow",
            "deref*slow",
            "seq*slow",
            "first*slow",
            "next*slow",
            "rest*slow",
            "cons*slow",
            "apply*slow",
            "peek*slow",
            "pop*slow",
            "empty*slow",
            "meta*slow",
            "with-meta*slow",
            "coll?*slow",
            "sequential?*slow",
            "associative?*slow",
            "counted?*slow",
            "ifn?*slow",
            "map?*slow",
            "set?*slow",
            "vector?*slow",
            "seq?*slow",
            "hash-code*slow",
            "own-method*slow",
            "type-interfaces*slow",
            "own-interface?*slow",
            "invoke*slow",
            "format*slow",
            "conj*slow",
            "get*slow",
            "contains?*slow",
            "find*slow",
            "assoc*slow",
            "dissoc*slow",
            "disj*slow",
            "error-matches?",
            "answer*",
        ],
    ),
    ("ox.core.handler", &["handled*"]),
    (
        "ox.core.big",
        &[
            "plus*slow",
            "minus*slow",
            "times*slow",
            "divide*slow",
            "quot*slow",
            "rem*slow",
            "mod*slow",
            "big-divide*slow",
            "bigint*slow",
            "number-text",
        ],
    ),
];

/// An image cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkError {
    /// The definition at which it failed, if it is one's fault.
    pub(crate) definition: Option<DefName>,
    /// What is wrong.
    pub(crate) reason: Reason,
    /// The stack of an evaluation that failed, innermost first.
    pub(crate) trace: Vec<Frame>,
}

impl LinkError {
    fn new(definition: Option<DefName>, message: impl Into<String>) -> LinkError {
        LinkError {
            definition,
            reason: Reason::Other(message.into()),
            trace: Vec::new(),
        }
    }
}

impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.definition.as_ref().map(evaluate::shown_definition);
        match (shown, &self.reason) {
            (_, Reason::Contribution(message, _)) => f.write_str(message),
            (Some(name), Reason::Code(message)) => {
                write!(f, "{name} cannot be compiled: {message}")
            }
            (Some(name), reason) => {
                let reason = reason.of("pure code");
                write!(f, "the value of {name} cannot be computed: {reason}")
            }
            (None, reason) => write!(f, "{reason}"),
        }
    }
}

/// Whose contributions the tables of an image are made of.
///
/// Each value is computed with what its own namespace sees; what is linked, and left in the tables
/// in the end, is what these scopes see. A program has one; several are looked at to find what is
/// wrong in any of them.
pub(crate) struct View<'db> {
    db: &'db dyn Db,
    scopes: Vec<Scope>,
    contributions: BTreeMap<DefName, Vec<Contribution>>,
}

impl<'db> View<'db> {
    /// The view of these scopes.
    pub(crate) fn new(db: &'db dyn Db, scopes: Vec<Scope>) -> Self {
        let mut contributions: BTreeMap<DefName, Vec<Contribution>> = BTreeMap::new();
        for scope in &scopes {
            for (table, all) in contributions_in(db, scope.file, scope.stage) {
                let known = contributions.entry(table.clone()).or_default();
                let new: Vec<_> = all.iter().filter(|one| !known.contains(one)).collect();
                known.extend(new.into_iter().cloned());
            }
        }
        View {
            db,
            scopes,
            contributions,
        }
    }

    /// The view of a program with this entry, or of what a namespace evaluates.
    pub(crate) fn of_file(db: &'db dyn Db, file: SourceFile) -> Self {
        let stage = Stage::ALL;
        View::new(db, vec![Scope { file, stage }])
    }

    /// The contributions to a definition, if it is a table.
    pub(crate) fn contributions_to(&self, def: Def<'db>) -> Option<&[Contribution]> {
        let name = def.name(self.db);
        // The name tells at once what most definitions are not.
        let is_table = name.name.ends_with(TABLE_SUFFIX)
            && hir::definition_info(self.db, def)
                .as_ref()
                .is_some_and(|info| info.kind == DefKind::Table);
        is_table.then(|| self.contributions.get(name).map_or(&[][..], Vec::as_slice))
    }

    /// A part of a contribution.
    pub(crate) fn part(&self, name: &DefName) -> Def<'db> {
        let own = self
            .scopes
            .iter()
            .find(|scope| *scope.file.ns(self.db) == name.ns);
        let stage = own.map_or(Stage::ALL, |scope| scope.stage);
        hir::definition_at(self.db, name, stage)
    }
}

/// What a program is linked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be run and stored: with hashes and a source map.
    Program,
    /// To be run by the compiler: to expand a macro, say, where hashes would need what is being
    /// expanded.
    Compiler,
}

/// A definition on its way into an image.
struct Member<'db> {
    def: Def<'db>,
    unit: Arc<Unit>,
    /// Members that its reference ordinals mean.
    refs: Vec<u32>,
}

/// Links what `roots` reach; the roots' slots in their order.
///
/// # Errors
/// Every definition that has no code; if all have, every one whose value cannot be computed.
pub(crate) fn link<'db>(
    view: &View<'db>,
    roots: &[Def<'db>],
    purpose: Purpose,
) -> Result<(Image, Vec<u32>), Vec<LinkError>> {
    link_onto(view, roots, purpose, None)
}

/// What an image is linked onto.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base<'a> {
    /// The image that is extended.
    pub(crate) image: &'a Image,
    /// Cells that are made anew, though their definitions may look like those of cells that are there.
    pub(crate) new_cells: &'a BTreeSet<DefName>,
}

/// As [`link`], onto an image. The image is that one if nothing is new.
///
/// # Errors
/// As of `link`.
pub(crate) fn link_onto<'db>(
    view: &View<'db>,
    roots: &[Def<'db>],
    purpose: Purpose,
    base: Option<Base<'_>>,
) -> Result<(Image, Vec<u32>), Vec<LinkError>> {
    let db = view.db;
    let (mut linker, slot_of) = Linker::with_code(view, roots, purpose, base)?;
    let computed = linker.computed(view, &slot_of);
    let idle = || db.unwind_if_revision_cancelled();
    evaluate::evaluate(&mut linker.image, &mut linker.boot, &computed, &idle)
        .map_err(|failed| linker.errors_of(failed))?;
    if purpose == Purpose::Program {
        linker.add_source_map();
    }
    let roots = roots.iter().map(|root| slot_of[root]).collect();
    let mut image = linker.image;
    image.boot = linker.boot.into_words();
    Ok((image, roots))
}

/// Evaluates these functions without parameters, and the values that they need.
///
/// # Errors
/// As of [`link`].
pub(crate) fn call_all<'db>(
    view: &View<'db>,
    functions: &[Def<'db>],
) -> Result<(), Vec<LinkError>> {
    let db = view.db;
    let (linker, slot_of) = Linker::with_code(view, functions, Purpose::Compiler, None)?;
    let computed = linker.computed(view, &slot_of);
    let calls: Vec<u32> = functions
        .iter()
        .map(|function| slot_of[function])
        .filter(|slot| linker.image.slots[*slot as usize].kind == SlotKind::Function)
        .collect();
    let idle = || db.unwind_if_revision_cancelled();
    let image = linker.image.clone();
    evaluate::call_all(image, &linker.boot, &computed, &calls, &idle)
        .map_err(|failed| linker.errors_of(failed))
}

/// Members in link order, and the slot of each.
type Collected<'db> = (Vec<Member<'db>>, FxHashMap<Def<'db>, u32>);

fn is_function<'db>(db: &'db dyn Db, def: Def<'db>) -> bool {
    let info = hir::definition_info(db, def).as_ref();
    info.is_some_and(|info| matches!(info.kind, DefKind::Function { .. }))
}

/// The library functions that the machine calls by name, those that there are.
fn hooks(db: &dyn Db) -> impl Iterator<Item = Def<'_>> {
    HOOKS
        .iter()
        .flat_map(|(ns, names)| names.iter().map(|name| DefName::new(*ns, *name)))
        .map(|name| hir::definition(db, &name))
        .filter(|&hook| unit(db, hook).is_some())
}

/// A definition that is being visited.
struct Visit<'db> {
    def: Def<'db>,
    /// What it leads to, in this order.
    leads_to: Cow<'db, [Def<'db>]>,
    /// How many of these come before it in link order: all but the functions that are a table's
    /// entries. What these do is only needed by who calls them.
    before: usize,
    next: usize,
}

impl<'db> Visit<'db> {
    fn of(view: &View<'db>, def: Def<'db>) -> Self {
        let references = references(view.db, def);
        let (leads_to, before) = match view.contributions_to(def) {
            None => (Cow::Borrowed(&references[..]), references.len()),
            Some(contributions) => {
                let mut all = references.clone();
                all.extend(contributions.iter().map(|one| view.part(&one.key)));
                let values = contributions.iter().map(|one| view.part(&one.value));
                let (functions, computed): (Vec<_>, Vec<_>) =
                    values.partition(|value| is_function(view.db, *value));
                all.extend(computed);
                let before = all.len();
                all.extend(functions);
                (Cow::Owned(all), before)
            }
        };
        Visit {
            def,
            leads_to,
            before,
            next: 0,
        }
    }
}

/// Everything that the roots and hooks reach, dependencies before what needs them as far as there is
/// no cycle.
fn collect<'db>(view: &View<'db>, roots: &[Def<'db>]) -> Result<Collected<'db>, Vec<LinkError>> {
    let db = view.db;
    let all: Vec<Def<'db>> = hooks(db).chain(roots.iter().copied()).collect();
    let mut order: Vec<(Def<'db>, Arc<Unit>)> = Vec::new();
    // `None` while what a definition refers to is being visited.
    let mut slot_of: FxHashMap<Def<'db>, Option<u32>> = FxHashMap::default();
    let mut errors = Vec::new();
    for root in all {
        // Depth first with an explicit stack: a definition is done when what comes before it is.
        let mut stack = Vec::new();
        if let Entry::Vacant(new) = slot_of.entry(root) {
            new.insert(None);
            stack.push(Visit::of(view, root));
        }
        while let Some(visit) = stack.last_mut() {
            if visit.next == visit.before {
                let def = visit.def;
                match unit(db, def) {
                    Some(Ok(unit)) => {
                        let slot = u32::try_from(order.len()).map_err(|_| vec![too_large()])?;
                        slot_of.insert(def, Some(slot));
                        order.push((def, Arc::clone(unit)));
                    }
                    Some(Err(message)) => errors.push(LinkError {
                        definition: Some(def.name(db).clone()),
                        reason: Reason::Code(message.to_string()),
                        trace: Vec::new(),
                    }),
                    None => {
                        let message = format!("{} could not be compiled", def.name(db));
                        errors.push(LinkError::new(None, message));
                    }
                }
            }
            let target = visit.leads_to.get(visit.next).copied();
            visit.next += 1;
            match target {
                None => {
                    stack.pop();
                }
                Some(target) => {
                    if let Entry::Vacant(new) = slot_of.entry(target) {
                        new.insert(None);
                        stack.push(Visit::of(view, target));
                    }
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let slot_of: FxHashMap<Def<'db>, u32> = slot_of
        .into_iter()
        .filter_map(|(def, slot)| Some((def, slot?)))
        .collect();
    let members = order
        .into_iter()
        .map(|(def, unit)| Member {
            def,
            unit,
            refs: references(db, def)
                .iter()
                .map(|target| slot_of[target])
                .collect(),
        })
        .collect();
    Ok((members, slot_of))
}

fn too_large() -> LinkError {
    LinkError::new(
        None,
        "the program has more definitions than an image can hold",
    )
}

/// By member, the slot that it has in the image that is extended; `None` of what is new.
///
/// A definition keeps its slot if it is the same in all that it refers to, and a table if its entries are. Those
/// that have a state (templates, dynamic definitions) keep it by their own hash, and cells by their name: it is
/// theirs, whatever has become of what they were made with. Of a definition with several versions the newest counts.
fn kept_slots(view: &View<'_>, members: &[Member<'_>], base: Base<'_>) -> Vec<Option<u32>> {
    let db = view.db;
    let mut newest: FxHashMap<(&str, &str), u32> = FxHashMap::default();
    for (number, slot) in (0u32..).zip(&base.image.slots) {
        newest.insert((&slot.namespace, &slot.name), number);
    }
    let slot = |number: u32| &base.image.slots[number as usize];
    let mut kept: Vec<Option<u32>> = members
        .iter()
        .map(|member| {
            let name = member.def.name(db);
            let number = *newest.get(&(&*name.ns, &*name.name))?;
            let is_cell = hir::definition_info(db, member.def)
                .as_ref()
                .is_some_and(|info| info.kind == DefKind::Cell);
            let is_same = match is_cell {
                // What is in it was made when its definition was run.
                true => slot(number).kind == SlotKind::Cell && !base.new_cells.contains(name),
                false => slot(number).definition.0 == hir::definition_hash(db, name)?.0,
            };
            is_same.then_some(number)
        })
        .collect();
    let member_of: FxHashMap<Def<'_>, usize> = members
        .iter()
        .enumerate()
        .map(|(index, member)| (member.def, index))
        .collect();
    let entries: Vec<Vec<usize>> = members
        .iter()
        .map(|member| {
            let all = view.contributions_to(member.def).unwrap_or_default().iter();
            all.flat_map(|one| [&one.key, &one.value])
                .map(|part| member_of[&view.part(part)])
                .collect()
        })
        .collect();
    loop {
        let mut has_changed = false;
        for (index, member) in members.iter().enumerate() {
            let Some(number) = kept[index] else { continue };
            let has_state = matches!(
                slot(number).kind,
                SlotKind::Template | SlotKind::Dynamic | SlotKind::Cell
            );
            let refers_to_kept = || {
                let refs = member.refs.iter().map(|&target| kept[target as usize]);
                refs.eq(slot(number).refs.iter().map(|&target| Some(target)))
            };
            let has_kept_entries = entries[index].iter().all(|&part| kept[part].is_some());
            if !has_kept_entries || !(has_state || refers_to_kept()) {
                kept[index] = None;
                has_changed = true;
            }
        }
        if !has_changed {
            return kept;
        }
    }
}

struct Linker<'db> {
    db: &'db dyn Db,
    purpose: Purpose,
    /// The new ones, from slot `first` on.
    members: Vec<Member<'db>>,
    first: u32,
    image: Image,
    boot: BootBuilder,
    chunks: FxHashMap<Hash, u32>,
    natives: FxHashMap<NativeRef, u32>,
}

impl<'db> Linker<'db> {
    fn new(db: &'db dyn Db, purpose: Purpose, members: Vec<Member<'db>>) -> Self {
        Linker {
            db,
            purpose,
            members,
            first: 0,
            image: Image::default(),
            boot: BootBuilder::new(),
            chunks: FxHashMap::default(),
            natives: FxHashMap::default(),
        }
    }

    /// A linker of the members that are new; `slot_of` becomes what their slots and those of the others are.
    fn onto(
        view: &View<'db>,
        purpose: Purpose,
        members: Vec<Member<'db>>,
        slot_of: &mut FxHashMap<Def<'db>, u32>,
        base: Base<'_>,
    ) -> Self {
        let first = base.image.slots.len() as u32;
        let mut next = first;
        let slots: Vec<u32> = kept_slots(view, &members, base)
            .into_iter()
            .map(|kept| {
                kept.unwrap_or_else(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        *slot_of = std::mem::take(slot_of)
            .into_iter()
            .map(|(def, member)| (def, slots[member as usize]))
            .collect();
        let new = members.into_iter().zip(&slots);
        let new = new.filter(|(_, slot)| **slot >= first).map(|(member, _)| {
            let refs = member.refs.iter();
            Member {
                refs: refs.map(|&target| slots[target as usize]).collect(),
                ..member
            }
        });
        let members: Vec<Member<'db>> = new.collect();
        let mut image = base.image.clone();
        if !members.is_empty() {
            image.extensions.push(first);
        }
        let natives = (0u32..).zip(&image.natives);
        Linker {
            db: view.db,
            purpose,
            members,
            first,
            boot: BootBuilder::extending(&image.boot),
            chunks: FxHashMap::default(),
            natives: natives.map(|(n, native)| (native.clone(), n)).collect(),
            image,
        }
    }

    /// Collects what the roots reach; all but the values.
    fn with_code(
        view: &View<'db>,
        roots: &[Def<'db>],
        purpose: Purpose,
        base: Option<Base<'_>>,
    ) -> Result<(Self, FxHashMap<Def<'db>, u32>), Vec<LinkError>> {
        let (members, mut slot_of) = collect(view, roots)?;
        let mut linker = match base {
            Some(base) => Linker::onto(view, purpose, members, &mut slot_of, base),
            None => Linker::new(view.db, purpose, members),
        };
        linker.add_code().map_err(|error| vec![error])?;
        linker.add_constants()?;
        // Code may come from the cache: each chunk was verified when it was read, and now that they
        // fit each other, before any of it runs.
        bytecode::verify_links(&linker.image).map_err(|error| {
            let message = format!("the linked code is wrong: {error}");
            vec![LinkError::new(None, message)]
        })?;
        Ok((linker, slot_of))
    }

    fn boot_error(&self, slot: usize, error: &vm::boot::BootError) -> LinkError {
        let name = self.members[slot].def.name(self.db);
        LinkError::new(Some(name.clone()), error.message.as_str())
    }

    fn native(&mut self, native: &NativeRef) -> u32 {
        if let Some(&number) = self.natives.get(native) {
            return number;
        }
        let number = self.image.natives.len() as u32;
        self.image.natives.push(native.clone());
        self.natives.insert(native.clone(), number);
        number
    }

    fn chunk(&mut self, unit: &Unit) -> u32 {
        let next = self.image.chunks.len() as u32;
        let number = *self.chunks.entry(unit.hash).or_insert(next);
        if number == next {
            self.image.chunks.push(unit.chunk.clone());
        }
        number
    }

    /// Slots, prototypes and templates.
    fn add_code(&mut self) -> Result<(), LinkError> {
        for number in 0..self.members.len() {
            self.add_slot(number)?;
            // Prototypes and templates are numbered by 32 bits too, and one definition has at most
            // 65,536 of each.
            let most = self.image.protos.len().max(self.image.templates.len());
            if most > (u32::MAX - (1 << 17)) as usize {
                return Err(too_large());
            }
        }
        Ok(())
    }

    fn add_slot(&mut self, number: usize) -> Result<(), LinkError> {
        let slot = self.first + number as u32;
        let unit = Arc::clone(&self.members[number].unit);
        let first_proto = self.image.protos.len() as u32;
        let first_template = self.image.templates.len() as u32;
        let (kind, value, chunk) = match &unit.root {
            RootKind::Native(native) => {
                let native = self.native(&NativeRef {
                    name: native.name.to_string(),
                    version: native.version,
                });
                (SlotKind::Native, self.boot.native(native), None)
            }
            RootKind::Func => {
                let word = self.boot.function(first_template);
                (SlotKind::Function, word, Some(self.chunk(&unit)))
            }
            RootKind::Value => {
                let kind = self.value_kind(number);
                (kind, Ok(Word::NIL), Some(self.chunk(&unit)))
            }
        };
        let value = value.map_err(|error| self.boot_error(number, &error))?.0;
        for (index, _) in (0u16..).zip(&unit.chunk.protos) {
            self.image.protos.push(ImageProto {
                slot,
                index,
                consts: Vec::new(),
            });
        }
        for (index, template) in (0u16..).zip(&unit.chunk.templates) {
            let dense = self.image.templates.len() as u32;
            let function = if template.captures == 0 {
                self.boot
                    .function(dense)
                    .map_err(|error| self.boot_error(number, &error))?
            } else {
                Word::NIL
            };
            self.image.templates.push(ImageTemplate {
                slot,
                index,
                function: function.0,
            });
        }
        let natives = unit.chunk.natives.iter();
        let natives = natives.map(|native| self.native(native)).collect();
        let name = self.members[number].def.name(self.db);
        self.image.slots.push(Slot {
            namespace: name.ns.to_string(),
            name: name.name.to_string(),
            definition: self.definition_hash(name),
            chunk,
            refs: std::mem::take(&mut self.members[number].refs),
            natives,
            first_proto,
            first_template,
            kind,
            value,
        });
        Ok(())
    }

    fn definition_hash(&self, name: &DefName) -> Hash {
        match self.purpose {
            Purpose::Compiler => Hash([0; 32]),
            Purpose::Program => {
                Hash(hir::definition_hash(self.db, name).map_or([0; 32], |hash| hash.0))
            }
        }
    }

    /// What a definition that is no function is: as others refer to it.
    fn value_kind(&self, number: usize) -> SlotKind {
        let info = hir::definition_info(self.db, self.members[number].def);
        match info.as_ref().map(|info| &info.kind) {
            Some(DefKind::Dynamic) => SlotKind::Dynamic,
            Some(DefKind::Cell) => SlotKind::Cell,
            _ => SlotKind::Value,
        }
    }

    fn add_constants(&mut self) -> Result<(), Vec<LinkError>> {
        let mut errors = Vec::new();
        for number in 0..self.members.len() {
            let unit = Arc::clone(&self.members[number].unit);
            let slot = &self.image.slots[self.first as usize + number];
            let first = slot.first_proto as usize;
            let mut wrong = None;
            for (index, proto) in unit.chunk.protos.iter().enumerate() {
                let words = proto
                    .consts
                    .iter()
                    .map(|constant| self.boot.constant(constant));
                match words.map(|word| word.map(|word| word.0)).collect() {
                    Ok(words) => self.image.protos[first + index].consts = words,
                    Err(error) => wrong = Some(error),
                }
            }
            errors.extend(wrong.map(|error| self.boot_error(number, &error)));
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// Slots whose value prototype 0 of their chunk computes, in order, and what the tables among
    /// them are made of.
    fn computed(&self, view: &View<'db>, slot_of: &FxHashMap<Def<'db>, u32>) -> Computed {
        let slots = (self.first..)
            .zip(&self.image.slots[self.first as usize..])
            .filter(|(_, slot)| matches!(slot.kind, SlotKind::Value | SlotKind::Dynamic))
            .map(|(number, _)| number)
            .collect();
        let mut tables = Vec::new();
        for (slot, member) in (self.first..).zip(&self.members) {
            let Some(contributions) = view.contributions_to(member.def) else {
                continue;
            };
            let entries = contributions.iter().map(|one| TableEntry {
                namespace: Arc::clone(&one.value.ns),
                key: slot_of[&view.part(&one.key)],
                value: slot_of[&view.part(&one.value)],
            });
            tables.push(Table {
                slot,
                entries: entries.collect(),
            });
        }
        let visible = |ns: &str| {
            let file = hir::file_of(self.db, ns);
            let reached = file.map(|file| hir::project::reachable(self.db, file));
            let reached = reached.into_iter().flatten().cloned();
            reached.chain([Arc::from(ns)]).collect()
        };
        let mut seen_by = FxHashMap::default();
        if !tables.is_empty() {
            for slot in &self.image.slots {
                if !seen_by.contains_key(slot.namespace.as_str()) {
                    seen_by.insert(slot.namespace.clone(), visible(&slot.namespace));
                }
            }
        }
        let scopes = view.scopes.iter();
        let hooks = hooks(self.db).filter_map(|hook| slot_of.get(&hook).copied());
        Computed {
            first: self.first,
            slots,
            tables,
            hooks: hooks.collect(),
            seen_by,
            seen_in_the_end: scopes
                .map(|scope| visible(scope.file.ns(self.db)))
                .collect(),
        }
    }

    fn errors_of(&self, failed: Vec<Failed>) -> Vec<LinkError> {
        let stages: FxHashMap<&DefName, Stage> = self
            .members
            .iter()
            .map(|member| (member.def.name(self.db), member.def.stage(self.db)))
            .collect();
        let stage = |name: &DefName| stages.get(name).copied().unwrap_or(Stage::ALL);
        let errors = failed.into_iter().map(|failed| LinkError {
            definition: failed.slot.map(|slot| {
                let slot = &self.image.slots[slot as usize];
                DefName::new(slot.namespace.as_str(), slot.name.as_str())
            }),
            trace: evaluate::frames(&self.image, &failed.failure.trace, stage),
            reason: failed.failure.reason,
        });
        errors.collect()
    }

    fn add_source_map(&mut self) {
        let mut map = std::mem::take(&mut self.image.source_map);
        let mut files: FxHashMap<String, u32> = map.files.iter().cloned().zip(0..).collect();
        for member in &self.members {
            let source = slot_source(self.db, member.def).as_ref();
            map.slots
                .push(source.map_or_else(SlotSource::default, |(file, source)| {
                    let next = map.files.len() as u32;
                    let path = file.path(self.db).to_string();
                    let number = *files.entry(path.clone()).or_insert(next);
                    if number == next {
                        map.files.push(path);
                    }
                    SlotSource {
                        file: number,
                        ..source.clone()
                    }
                }));
        }
        self.image.source_map = map;
    }
}
