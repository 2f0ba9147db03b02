//! Linking: the closed set of definitions that some roots reach, as an image.
//!
//! 1. *Collect*: walk from the roots over the references of generated code.
//! 2. *Order*: dependencies first; slots, prototypes and templates are numbered in that order.
//! 3. *Constants*: literals of all code go to the boot segment.
//! 4. *Evaluate* ([`crate::evaluate`]): the values of definitions that are computed, in one process
//!    and in order, so that what they share stays shared.
//!
//! # Invariants
//! - The image depends on the definitions alone: not on the order in which anything was asked for.
//! - Only what the roots reach is in it, besides the functions that the machine itself calls.
//! - What is wrong is reported at the definitions whose fault it is, all of them at once.

use crate::evaluate::{self, Failed, Reason};
use crate::unit::{Unit, references, slot_source, unit};
use bytecode::{
    Hash, Image, ImageProto, ImageTemplate, NativeRef, Slot, SlotKind, SlotSource, SourceMap,
};
use hir::body::DefName;
use hir::stored::RootKind;
use hir::{Db, Def, Frame, SourceFile, Stage};
use rustc_hash::FxHashMap;
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
    db: &'db dyn Db,
    roots: &[Def<'db>],
    purpose: Purpose,
) -> Result<(Image, Vec<u32>), Vec<LinkError>> {
    let (mut linker, slot_of) = Linker::with_code(db, roots, purpose)?;
    let computed = linker.computed();
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
pub(crate) fn call_all<'db>(db: &'db dyn Db, functions: &[Def<'db>]) -> Result<(), Vec<LinkError>> {
    let (linker, slot_of) = Linker::with_code(db, functions, Purpose::Compiler)?;
    let computed = linker.computed();
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

/// Everything that the roots and hooks reach, dependencies before what needs them as far as there is
/// no cycle.
fn collect<'db>(db: &'db dyn Db, roots: &[Def<'db>]) -> Result<Collected<'db>, Vec<LinkError>> {
    let hooks = HOOKS
        .iter()
        .flat_map(|(ns, names)| names.iter().map(|name| DefName::new(*ns, *name)))
        .map(|name| hir::definition(db, &name))
        .filter(|&hook| unit(db, hook).is_some());
    let all: Vec<Def<'db>> = hooks.chain(roots.iter().copied()).collect();
    let mut order: Vec<(Def<'db>, Arc<Unit>)> = Vec::new();
    // `None` while what a definition refers to is being visited.
    let mut slot_of: FxHashMap<Def<'db>, Option<u32>> = FxHashMap::default();
    let mut errors = Vec::new();
    for root in all {
        // Depth first with an explicit stack: a definition is done when all it refers to is.
        let mut stack = vec![(root, 0)];
        while let Some((def, next)) = stack.last_mut() {
            let def = *def;
            if *next == 0 && slot_of.contains_key(&def) {
                stack.pop();
                continue;
            }
            slot_of.entry(def).or_insert(None);
            let target = references(db, def).get(*next);
            *next += 1;
            if let Some(&target) = target {
                if !slot_of.contains_key(&target) {
                    stack.push((target, 0));
                }
                continue;
            }
            stack.pop();
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

struct Linker<'db> {
    db: &'db dyn Db,
    purpose: Purpose,
    members: Vec<Member<'db>>,
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
            image: Image::default(),
            boot: BootBuilder::new(),
            chunks: FxHashMap::default(),
            natives: FxHashMap::default(),
        }
    }

    /// Collects what the roots reach; all but the values.
    fn with_code(
        db: &'db dyn Db,
        roots: &[Def<'db>],
        purpose: Purpose,
    ) -> Result<(Self, FxHashMap<Def<'db>, u32>), Vec<LinkError>> {
        let (members, slot_of) = collect(db, roots)?;
        let mut linker = Linker::new(db, purpose, members);
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
        let slot = number as u32;
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
            Some(hir::definition::DefKind::Dynamic) => SlotKind::Dynamic,
            Some(hir::definition::DefKind::Cell) => SlotKind::Cell,
            _ => SlotKind::Value,
        }
    }

    fn add_constants(&mut self) -> Result<(), Vec<LinkError>> {
        let mut errors = Vec::new();
        for number in 0..self.members.len() {
            let unit = Arc::clone(&self.members[number].unit);
            let first = self.image.slots[number].first_proto as usize;
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

    /// Slots whose value prototype 0 of their chunk computes, in order.
    fn computed(&self) -> Vec<u32> {
        (0u32..)
            .zip(&self.image.slots)
            .filter(|(_, slot)| matches!(slot.kind, SlotKind::Value | SlotKind::Dynamic))
            .map(|(number, _)| number)
            .collect()
    }

    fn errors_of(&self, failed: Vec<Failed>) -> Vec<LinkError> {
        let stages: FxHashMap<&DefName, Stage> = self
            .members
            .iter()
            .map(|member| (member.def.name(self.db), member.def.stage(self.db)))
            .collect();
        let stage = |name: &DefName| stages.get(name).copied().unwrap_or(Stage::ALL);
        let errors = failed.into_iter().map(|failed| LinkError {
            definition: failed
                .slot
                .map(|slot| self.members[slot as usize].def.name(self.db).clone()),
            trace: evaluate::frames(&self.image, &failed.failure.trace, stage),
            reason: failed.failure.reason,
        });
        errors.collect()
    }

    fn add_source_map(&mut self) {
        let mut map = SourceMap::default();
        let mut files: FxHashMap<SourceFile, u32> = FxHashMap::default();
        for member in &self.members {
            let source = slot_source(self.db, member.def).as_ref();
            map.slots
                .push(source.map_or_else(SlotSource::default, |(file, source)| {
                    let next = map.files.len() as u32;
                    let number = *files.entry(*file).or_insert(next);
                    if number == next {
                        map.files.push(file.path(self.db).to_string());
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
