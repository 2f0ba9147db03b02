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

use crate::evaluate;
use bytecode::{
    Chunk, Hash, Image, ImageProto, ImageTemplate, NativeRef, ProtoSource, Slot, SlotKind,
    SlotSource, SourceMap,
};
use codegen::Generated;
use hir::body::{Body, DefName, Root};
use hir::{Db, Def, LoweredDef};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use vm::Word;
use vm::boot::BootBuilder;

/// Library functions that the machine calls by name.
const HOOKS: &[(&str, &[&str])] = &[(
    "ox.core.base",
    &[
        "realize*",
        "ready*",
        "=*slow",
        "hash*slow",
        "compare*slow",
        "print*slow",
        "str*slow",
        "count*slow",
        "nth*slow",
        "deref*slow",
        "error-matches?",
        "answer*",
    ],
)];

/// An image cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkError {
    /// The definition at which it failed, if it is one's fault.
    pub(crate) definition: Option<DefName>,
    /// What is wrong.
    pub(crate) message: String,
    /// The stack of an evaluation that failed, innermost first.
    pub(crate) trace: Vec<String>,
}

/// What a program is linked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be run and stored: with hashes and a source map.
    Program,
    /// To expand a macro: hashes would need what is being expanded.
    Macro,
}

/// The code of a definition.
#[salsa::tracked]
pub(crate) fn generated<'db>(db: &'db dyn Db, def: Def<'db>) -> Result<Arc<Generated>, String> {
    let Some(body) = hir::definition_body(db, def) else {
        return Err(format!("{} could not be compiled", def.name(db)));
    };
    codegen::generate(body)
        .map(Arc::new)
        .map_err(|error| error.to_string())
}

/// A definition on its way into an image.
struct Member<'db> {
    def: Def<'db>,
    body: Arc<Body>,
    code: Arc<Generated>,
    /// Members that its reference ordinals mean.
    refs: Vec<usize>,
}

/// Links what `roots` reach; the roots' slots in their order.
///
/// # Errors
/// When a definition has no code or the evaluation of its value fails.
pub(crate) fn link<'db>(
    db: &'db dyn Db,
    roots: &[Def<'db>],
    purpose: Purpose,
) -> Result<(Image, Vec<u32>), LinkError> {
    let members = collect(db, roots)?;
    let mut linker = Linker::new(db, purpose, members)?;
    linker.add_code()?;
    linker.add_constants()?;
    let computed = linker.computed();
    evaluate::evaluate(&mut linker.image, &mut linker.boot, &computed)?;
    if purpose == Purpose::Program {
        linker.add_source_map();
    }
    let roots = roots
        .iter()
        .map(|root| linker.slot_of[&root.name(db).clone()])
        .collect();
    let mut image = linker.image;
    image.boot = linker.boot.into_words();
    Ok((image, roots))
}

/// Everything that the roots and hooks reach, dependencies before what needs them as far as there is
/// no cycle.
fn collect<'db>(db: &'db dyn Db, roots: &[Def<'db>]) -> Result<Vec<Member<'db>>, LinkError> {
    let mut all: Vec<Def<'db>> = Vec::new();
    for (ns, names) in HOOKS {
        for name in *names {
            let def = hir::definition(db, &DefName::new(*ns, *name));
            if hir::definition_body(db, def).is_some() {
                all.push(def);
            }
        }
    }
    all.extend_from_slice(roots);
    let mut members: Vec<Member<'db>> = Vec::new();
    let mut index: FxHashMap<DefName, usize> = FxHashMap::default();
    let mut order: Vec<usize> = Vec::new();
    for root in all {
        // Depth first with an explicit stack: a member is done when all it refers to is.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        enter(db, root, &mut members, &mut index, &mut stack)?;
        while let Some((member, next)) = stack.last_mut() {
            let member = *member;
            let global = members[member].code.refs.get(*next).copied();
            *next += 1;
            let Some(global) = global else {
                order.push(member);
                stack.pop();
                continue;
            };
            let body = Arc::clone(&members[member].body);
            let target = hir::referred(db, members[member].def, body.global(global));
            let target = match index.get(target.name(db)) {
                Some(&known) => known,
                None => enter(db, target, &mut members, &mut index, &mut stack)?,
            };
            members[member].refs.push(target);
        }
    }
    let mut place = vec![0; members.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut ordered: Vec<Option<Member<'db>>> = members.into_iter().map(Some).collect();
    Ok(order
        .into_iter()
        .filter_map(|old| ordered[old].take())
        .map(|mut member| {
            for target in &mut member.refs {
                *target = place[*target];
            }
            member
        })
        .collect())
}

fn enter<'db>(
    db: &'db dyn Db,
    def: Def<'db>,
    members: &mut Vec<Member<'db>>,
    index: &mut FxHashMap<DefName, usize>,
    stack: &mut Vec<(usize, usize)>,
) -> Result<usize, LinkError> {
    let name = def.name(db);
    if let Some(&known) = index.get(name) {
        return Ok(known);
    }
    let fail = |message: String| LinkError {
        definition: Some(name.clone()),
        message,
        trace: Vec::new(),
    };
    let body = hir::definition_body(db, def)
        .clone()
        .ok_or_else(|| fail(format!("{name} could not be compiled")))?;
    let code = generated(db, def).clone().map_err(fail)?;
    let member = members.len();
    members.push(Member {
        def,
        body,
        code,
        refs: Vec::new(),
    });
    index.insert(name.clone(), member);
    stack.push((member, 0));
    Ok(member)
}

struct Linker<'db> {
    db: &'db dyn Db,
    purpose: Purpose,
    members: Vec<Member<'db>>,
    slot_of: FxHashMap<DefName, u32>,
    image: Image,
    boot: BootBuilder,
    chunks: FxHashMap<Hash, u32>,
    natives: FxHashMap<NativeRef, u32>,
}

fn too_large(_: std::num::TryFromIntError) -> LinkError {
    LinkError {
        definition: None,
        message: "the program has more definitions than an image can hold".to_owned(),
        trace: Vec::new(),
    }
}

impl<'db> Linker<'db> {
    fn new(
        db: &'db dyn Db,
        purpose: Purpose,
        members: Vec<Member<'db>>,
    ) -> Result<Self, LinkError> {
        let mut slot_of = FxHashMap::default();
        for (number, member) in members.iter().enumerate() {
            let slot = u32::try_from(number).map_err(too_large)?;
            slot_of.insert(member.def.name(db).clone(), slot);
        }
        Ok(Linker {
            db,
            purpose,
            members,
            slot_of,
            image: Image::default(),
            boot: BootBuilder::new(),
            chunks: FxHashMap::default(),
            natives: FxHashMap::default(),
        })
    }

    fn boot_error(&self, slot: u32, error: &vm::boot::BootError) -> LinkError {
        let name = self.members[slot as usize].def.name(self.db).clone();
        LinkError {
            definition: Some(name),
            message: error.message.clone(),
            trace: Vec::new(),
        }
    }

    fn native(&mut self, native: NativeRef) -> Result<u32, LinkError> {
        if let Some(&number) = self.natives.get(&native) {
            return Ok(number);
        }
        let number = u32::try_from(self.image.natives.len()).map_err(too_large)?;
        self.image.natives.push(native.clone());
        self.natives.insert(native, number);
        Ok(number)
    }

    fn chunk(&mut self, chunk: &Chunk) -> Result<u32, LinkError> {
        let hash = chunk.hash();
        if let Some(&number) = self.chunks.get(&hash) {
            return Ok(number);
        }
        let number = u32::try_from(self.image.chunks.len()).map_err(too_large)?;
        self.image.chunks.push(chunk.clone());
        self.chunks.insert(hash, number);
        Ok(number)
    }

    /// Slots, prototypes and templates.
    fn add_code(&mut self) -> Result<(), LinkError> {
        for number in 0..self.members.len() {
            let slot_number = u32::try_from(number).map_err(too_large)?;
            let code = Arc::clone(&self.members[number].code);
            let body = Arc::clone(&self.members[number].body);
            let name = self.members[number].def.name(self.db).clone();
            let first_proto = u32::try_from(self.image.protos.len()).map_err(too_large)?;
            let first_template = u32::try_from(self.image.templates.len()).map_err(too_large)?;
            let (kind, value, chunk) = match &body.root {
                Root::Native(native) => {
                    let native = NativeRef {
                        name: native.name.to_string(),
                        version: native.version,
                    };
                    let number = self.native(native)?;
                    let word = self
                        .boot
                        .native(number)
                        .map_err(|e| self.boot_error(slot_number, &e))?;
                    (SlotKind::Native, word, None)
                }
                Root::Func(_) => {
                    let word = self
                        .boot
                        .function(first_template)
                        .map_err(|e| self.boot_error(slot_number, &e))?;
                    (SlotKind::Function, word, Some(self.chunk(&code.chunk)?))
                }
                Root::Value { .. } => (
                    self.value_kind(number),
                    Word::NIL,
                    Some(self.chunk(&code.chunk)?),
                ),
            };
            for (index, _) in (0u16..).zip(&code.chunk.protos) {
                self.image.protos.push(ImageProto {
                    slot: slot_number,
                    index,
                    consts: Vec::new(),
                });
            }
            for (index, template) in (0u16..).zip(&code.chunk.templates) {
                let dense = u32::try_from(self.image.templates.len()).map_err(too_large)?;
                let function = if template.captures == 0 {
                    self.boot
                        .function(dense)
                        .map_err(|e| self.boot_error(slot_number, &e))?
                } else {
                    Word::NIL
                };
                self.image.templates.push(ImageTemplate {
                    slot: slot_number,
                    index,
                    function: function.0,
                });
            }
            let natives = code
                .chunk
                .natives
                .iter()
                .map(|native| self.native(native.clone()))
                .collect::<Result<_, _>>()?;
            let refs = self.members[number]
                .refs
                .iter()
                .map(|&target| target as u32)
                .collect();
            let definition = self.definition_hash(&name);
            self.image.slots.push(Slot {
                namespace: name.ns.to_string(),
                name: name.name.to_string(),
                definition,
                chunk,
                refs,
                natives,
                first_proto,
                first_template,
                kind,
                value: value.0,
            });
        }
        Ok(())
    }

    fn definition_hash(&self, name: &DefName) -> Hash {
        match self.purpose {
            Purpose::Macro => Hash([0; 32]),
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

    fn add_constants(&mut self) -> Result<(), LinkError> {
        for number in 0..self.members.len() {
            let code = Arc::clone(&self.members[number].code);
            let first = self.image.slots[number].first_proto as usize;
            for (index, proto) in code.chunk.protos.iter().enumerate() {
                let mut words = Vec::with_capacity(proto.consts.len());
                for constant in &proto.consts {
                    let word = self.boot.constant(constant);
                    words.push(
                        word.map_err(|error| self.boot_error(number as u32, &error))?
                            .0,
                    );
                }
                self.image.protos[first + index].consts = words;
            }
        }
        Ok(())
    }

    /// Slots whose value prototype 0 of their chunk computes, in order.
    fn computed(&self) -> Vec<u32> {
        (0u32..)
            .zip(&self.image.slots)
            .filter(|(_, slot)| matches!(slot.kind, SlotKind::Value | SlotKind::Dynamic))
            .map(|(number, _)| number)
            .collect()
    }

    fn add_source_map(&mut self) {
        let mut map = SourceMap::default();
        let mut files: FxHashMap<String, u32> = FxHashMap::default();
        for member in &self.members {
            let source = hir::lowered_def(self.db, member.def).map(|lowered| {
                let path = lowered.info.file.path(self.db).to_string();
                let next = map.files.len() as u32;
                let file = *files.entry(path.clone()).or_insert_with(|| {
                    map.files.push(path);
                    next
                });
                slot_source(self.db, lowered, &member.code, file)
            });
            map.slots.push(source.unwrap_or_default());
        }
        self.image.source_map = map;
    }
}

fn slot_source(db: &dyn Db, lowered: &LoweredDef, code: &Generated, file: u32) -> SlotSource {
    let place = crate::workspace::Places::of(db, lowered.info.file, lowered.info.form);
    let (line, _) = place.line_column(lowered.name_origin);
    let protos = codegen::sources(&code.facts, &lowered.source)
        .into_iter()
        .map(|proto| {
            let lines = proto.origins.iter().map(|&(pc, origin)| {
                let (at, column) = place.line_column(origin);
                (pc, at.saturating_sub(line), column)
            });
            ProtoSource {
                name: proto.name,
                lines: lines.collect(),
                locals: proto.locals,
            }
        });
    SlotSource {
        file,
        line,
        arglists: lowered.arglists.iter().map(ToString::to_string).collect(),
        doc: lowered.doc.as_deref().map(str::to_owned),
        protos: protos.collect(),
    }
}
