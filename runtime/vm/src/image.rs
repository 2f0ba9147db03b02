//! An image made ready to run: code with its ordinals bound, natives found, liveness at hand.
//!
//! # Invariants
//! - The image has passed `bytecode`'s verifier and its boot segment the heap verifier before any
//!   of it runs: the interpreter relies on both.
//! - Binding never moves an instruction: a pc means the same in stored and in loaded code.

use crate::boot::has_identity;
use crate::cover::Covered;
use crate::heap::Heap;
use crate::native::{self, Native};
use crate::object::{Header, Kind};
use crate::offsets::Offsets;
use crate::verify::{self, VerifyError};
use crate::word::Word;
use bytecode::liveness::{Live, Liveness};
use bytecode::{Handler, Image, Instr, NativeRef, Op, Operand, SlotKind};
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};

/// A prototype ready to run.
#[derive(Debug)]
pub struct LoadedProto {
    /// Instructions, references bound to slots, natives and templates to dense numbers.
    pub code: Box<[u64]>,
    /// Constants.
    pub consts: Box<[Word]>,
    /// Registers of a frame.
    pub registers: u16,
    /// Fixed parameters.
    pub params: u16,
    /// Whether register `params` takes the rest sequence.
    pub variadic: bool,
    /// Handlers, innermost first.
    pub handlers: Box<[Handler]>,
    /// Its definition.
    pub slot: u32,
    /// Its index in the definition's chunk.
    pub index: u16,
    /// The shared function object it is an arity of; nil of closures and of values.
    pub function: Word,
    /// The template of the thunk, if all it does is to make a lazy cell over its parameters; else
    /// `u32::MAX`.
    pub lazy: u32,
    liveness: OnceLock<Liveness>,
    stored: Arc<Image>,
    chunk: u32,
}

/// Where a frame stands, for the question of what it still needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The instruction at this pc runs next.
    Before(u32),
    /// The instruction at this pc waits for its result.
    During(u32),
}

impl LoadedProto {
    /// The prototype as it is stored, with ordinals for references.
    #[must_use]
    pub fn stored(&self) -> &bytecode::Prototype {
        &self.stored.chunks[self.chunk as usize].protos[usize::from(self.index)]
    }

    /// The registers whose values a frame that stands there still needs.
    pub fn live(&self, standing: Standing, live: &mut Live) {
        let chunk = &self.stored.chunks[self.chunk as usize];
        let proto = self.stored();
        let liveness = self
            .liveness
            .get_or_init(|| Liveness::of(proto, &chunk.templates));
        match standing {
            Standing::Before(pc) => liveness.live_before(&proto.code, pc, live),
            Standing::During(pc) => liveness.live_after_call(&proto.code, pc, live),
        }
    }
}

/// A function template ready to use.
#[derive(Debug)]
pub struct LoadedTemplate {
    /// Prototype by number of arguments; `u32::MAX`: none.
    pub by_arity: Box<[u32]>,
    /// Variadic arity: fixed parameters and prototype.
    pub variadic: Option<(u16, u32)>,
    /// Captured words of a closure.
    pub captures: u16,
    /// Function object of a template without captures.
    pub function: Word,
    /// Its definition.
    pub slot: u32,
}

impl LoadedTemplate {
    /// The prototype for so many arguments.
    #[must_use]
    #[inline(always)]
    pub fn proto_for(&self, args: usize) -> Option<u32> {
        match self.by_arity.get(args) {
            Some(&proto) if proto != u32::MAX => Some(proto),
            _ => match self.variadic {
                Some((params, proto)) if args >= usize::from(params) => Some(proto),
                _ => None,
            },
        }
    }
}

/// A loaded image, shared by all processes that run it.
#[derive(Debug)]
pub struct LoadedImage {
    image: Arc<Image>,
    protos: Vec<LoadedProto>,
    templates: Vec<LoadedTemplate>,
    natives: Vec<&'static Native>,
    /// Per slot: the number of the process's own cell for it, or `u32::MAX`.
    cells: Vec<u32>,
    cell_count: u32,
    /// Slots below this one have their values, of the others they are still to be computed.
    draft_from: u32,
    /// A slot that is a cell of the entry file, if there is one.
    entry_cell: Option<u32>,
    boot: Arc<[u64]>,
    /// Slots of the library functions that the machine calls, by name.
    hooks: FxHashMap<String, u32>,
    /// The slot of `*math-context*`, if the program mentions it.
    math_context: Option<u32>,
    /// What has run of it, if somebody watches.
    covered: Option<Covered>,
}

/// The number of each slot's cell, and how many there are. Those of dynamic definitions with identity
/// in their value come last: processes stored before these had cells have fewer. Those of each extension come
/// after all that were there before.
fn cells_of(image: &Image, boot: &Arc<[u64]>, draft_from: u32) -> (Vec<u32>, u32) {
    let heap = Heap::new(Arc::clone(boot));
    let mut cells = vec![u32::MAX; image.slots.len()];
    let mut count = 0;
    let mut starts = vec![0];
    starts.extend(image.extensions.iter().map(|&start| start as usize));
    starts.push(image.slots.len());
    for part in starts.windows(2) {
        for is_dynamic in [false, true] {
            let slots = image.slots.iter().zip(&mut cells).enumerate();
            for (number, (slot, cell)) in slots.take(part[1]).skip(part[0]) {
                let own = match slot.kind {
                    SlotKind::Cell | SlotKind::Template => !is_dynamic,
                    SlotKind::Dynamic => {
                        let is_draft = number >= draft_from as usize;
                        is_dynamic && (is_draft || has_identity(&heap, Word(slot.value)))
                    }
                    _ => false,
                };
                if own {
                    *cell = count;
                    count += 1;
                }
            }
        }
    }
    (cells, count)
}

/// That extensions begin where there are slots, one after the other.
fn check_extensions(image: &Image) -> Result<(), LoadError> {
    let starts = image.extensions.iter().map(|&start| start as usize);
    match starts.clone().is_sorted() && starts.max().is_none_or(|last| last <= image.slots.len()) {
        true => Ok(()),
        false => Err(LoadError::Invalid(
            "its extensions do not follow one another".to_owned(),
        )),
    }
}

/// An image cannot be run by this `oxc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// It calls a native that this build does not have.
    UnknownNative(NativeRef),
    /// It is inconsistent.
    Invalid(String),
    /// Its boot segment is damaged.
    Boot(VerifyError),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::UnknownNative(native) => write!(
                f,
                "it needs the native {} in version {}, which this oxc does not have",
                native.name, native.version
            ),
            LoadError::Invalid(what) => write!(f, "it is damaged: {what}"),
            LoadError::Boot(error) => write!(f, "its constants are damaged: {error}"),
        }
    }
}

impl std::error::Error for LoadError {}

impl LoadedImage {
    /// Verifies and loads an image.
    ///
    /// # Errors
    /// When it is damaged or needs natives that are not here.
    pub fn load(image: Arc<Image>) -> Result<LoadedImage, LoadError> {
        bytecode::verify_image(&image).map_err(|e| LoadError::Invalid(e.to_string()))?;
        LoadedImage::load_linked(image)
    }

    /// Loads an image that was just linked of code that was generated in this process, or verified
    /// chunk by chunk when it was read and together when it was linked: neither is done again.
    ///
    /// # Errors
    /// When it needs natives that are not here or its boot segment is damaged.
    pub fn load_linked(image: Arc<Image>) -> Result<LoadedImage, LoadError> {
        LoadedImage::load_as(image, u32::MAX)
    }

    /// As [`LoadedImage::load_linked`], of an image whose values from a slot on are still to be computed: what
    /// is to have one is a cell, or a dynamic definition, which has a cell here.
    ///
    /// # Errors
    /// As of `load_linked`.
    pub fn load_draft(image: Arc<Image>, draft_from: u32) -> Result<LoadedImage, LoadError> {
        LoadedImage::load_as(image, draft_from)
    }

    fn load_as(image: Arc<Image>, draft_from: u32) -> Result<LoadedImage, LoadError> {
        check_extensions(&image)?;
        let boot: Arc<[u64]> = image.boot.clone().into();
        let starts = verify::boot_starts(&boot).map_err(LoadError::Boot)?;
        check_words(&image, &starts)?;
        let natives = image
            .natives
            .iter()
            .map(|r| {
                native::lookup(&r.name, r.version)
                    .ok_or_else(|| LoadError::UnknownNative(r.clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (cells, cell_count) = cells_of(&image, &boot, draft_from);
        let templates = load_templates(&image)?;
        let captures_of = |template: u32| Some(templates.get(template as usize)?.captures);
        verify::verify_functions(&boot, captures_of, natives.len()).map_err(LoadError::Boot)?;
        let mut loaded = LoadedImage {
            protos: Vec::with_capacity(image.protos.len()),
            image: Arc::clone(&image),
            templates,
            natives,
            cells,
            cell_count,
            draft_from,
            entry_cell: (0u32..)
                .zip(&image.slots)
                .find(|(_, slot)| slot.kind == SlotKind::Cell)
                .map(|(number, _)| number),
            boot,
            hooks: hooks(&image),
            math_context: math_context(&image),
            covered: None,
        };
        for (number, proto) in image.protos.iter().enumerate() {
            let proto = loaded.load_proto(number, proto)?;
            loaded.protos.push(proto);
        }
        for template in &loaded.templates {
            let arities = template
                .by_arity
                .iter()
                .copied()
                .filter(|&proto| proto != u32::MAX);
            for proto in arities.chain(template.variadic.map(|(_, proto)| proto)) {
                let invalid = || LoadError::Invalid(format!("no prototype {proto}"));
                loaded
                    .protos
                    .get_mut(proto as usize)
                    .ok_or_else(invalid)?
                    .function = template.function;
            }
        }
        loaded.make_lazy_in_place();
        for proto in &mut loaded.protos {
            take_captures(&mut proto.code);
        }
        Ok(loaded)
    }

    /// Calls of what only makes a lazy cell need no frame: `map` and its like call themselves so for
    /// each element.
    fn make_lazy_in_place(&mut self) {
        let lazy: Vec<u32> = self
            .protos
            .iter()
            .map(|proto| self.lazy_template(proto))
            .collect();
        for (proto, &template) in self.protos.iter_mut().zip(&lazy) {
            proto.lazy = template;
            for word in &mut proto.code {
                let call = Instr(*word);
                if call.op() == Some(Op::CallProto) && lazy[call.x() as usize] != u32::MAX {
                    *word = Instr::axd(Op::CallLazy, call.a(), call.x(), call.d()).0;
                }
            }
        }
    }

    /// The thunk's template of a prototype that makes a lazy cell over its parameters.
    fn lazy_template(&self, proto: &LoadedProto) -> u32 {
        let [closure, lazy, end] = *proto.code else {
            return u32::MAX;
        };
        let (closure, lazy, end) = (Instr(closure), Instr(lazy), Instr(end));
        let makes = closure.op() == Some(Op::Closure)
            && closure.b() == 0
            && lazy.op() == Some(Op::Lazy)
            && lazy.b() == closure.a()
            && end.op() == Some(Op::Return)
            && end.a() == lazy.a();
        let template = closure.s24() as u32;
        if makes && !proto.variadic && self.template(template).captures == proto.params {
            template
        } else {
            u32::MAX
        }
    }

    fn load_proto(
        &self,
        number: usize,
        linked: &bytecode::ImageProto,
    ) -> Result<LoadedProto, LoadError> {
        let invalid = || LoadError::Invalid(format!("prototype {number} does not fit its chunk"));
        let slot = self
            .image
            .slots
            .get(linked.slot as usize)
            .ok_or_else(invalid)?;
        let chunk_index = slot.chunk.ok_or_else(invalid)?;
        let chunk = self
            .image
            .chunks
            .get(chunk_index as usize)
            .ok_or_else(invalid)?;
        let proto = chunk
            .protos
            .get(usize::from(linked.index))
            .ok_or_else(invalid)?;
        let mut code = Vec::with_capacity(proto.code.len());
        for &instr in &proto.code {
            code.push(self.bind(slot, instr).ok_or_else(invalid)?.0);
        }
        let consts: Box<[Word]> = linked.consts.iter().map(|&word| Word(word)).collect();
        Ok(LoadedProto {
            code: code.into(),
            consts,
            registers: proto.registers,
            params: proto.params,
            variadic: proto.variadic,
            handlers: proto.handlers.clone().into(),
            slot: linked.slot,
            index: linked.index,
            function: Word::NIL,
            lazy: u32::MAX,
            liveness: OnceLock::new(),
            stored: Arc::clone(&self.image),
            chunk: chunk_index,
        })
    }

    /// An instruction with its ordinals replaced by dense numbers of the image.
    fn bind(&self, slot: &bytecode::Slot, instr: Instr) -> Option<Instr> {
        let op = instr.op()?;
        let mut bound = instr;
        for operand in op.operands() {
            match operand {
                Operand::RefX => {
                    let target = *slot.refs.get(instr.x() as usize)?;
                    bound = self.bind_reference(op, bound, target)?;
                }
                Operand::NativeC => {
                    let native = *slot.natives.get(usize::from(instr.c()))?;
                    // What a native is given it takes: it counts no arguments.
                    let takes = self
                        .natives
                        .get(native as usize)?
                        .takes(usize::from(instr.d()));
                    let native = u16::try_from(native).ok().filter(|_| takes)?;
                    bound = Instr::abcd(op, instr.a(), instr.b(), native, instr.d());
                }
                Operand::TemplateBC => {
                    // 24 bits for the dense number: the count field is free.
                    let template = slot.first_template + u32::from(instr.c());
                    bound = Instr::abs(op, instr.a(), instr.b(), i32::try_from(template).ok()?)?;
                }
                _ => {}
            }
        }
        Some(bound)
    }

    fn bind_reference(&self, op: Op, instr: Instr, target: u32) -> Option<Instr> {
        let slot = self.image.slots.get(target as usize)?;
        let direct = || {
            let template = self.templates.get(slot.first_template as usize)?;
            let args = usize::from(instr.d());
            template
                .by_arity
                .get(args)
                .copied()
                .filter(|&proto| proto != u32::MAX)
        };
        Some(match (op, slot.kind) {
            (Op::CallGlobal, SlotKind::Function) if direct().is_some() => {
                Instr::axd(Op::CallProto, instr.a(), direct()?, instr.d())
            }
            (Op::TailCallGlobal, SlotKind::Function) if direct().is_some() => {
                Instr::axd(Op::TailCallProto, instr.a(), direct()?, instr.d())
            }
            (Op::LoadGlobal, SlotKind::Template) => {
                Instr::axd(Op::LoadTemplate, instr.a(), target, 0)
            }
            (Op::LoadGlobal, SlotKind::Cell) => Instr::axd(Op::LoadCell, instr.a(), target, 0),
            (Op::LoadGlobal, SlotKind::Dynamic) => {
                Instr::axd(Op::LoadDynamic, instr.a(), target, 0)
            }
            _ => Instr::axd(op, instr.a(), target, instr.d()),
        })
    }

    /// The image, of which is noted what runs.
    #[must_use]
    pub fn watched(mut self) -> LoadedImage {
        self.covered = Some(Covered::new(&self.protos, None));
        self
    }

    /// The image, watched if the one that it extends is.
    #[must_use]
    pub fn watched_as(mut self, extended: &LoadedImage) -> LoadedImage {
        let covered = extended.covered.as_ref();
        self.covered = covered.map(|covered| Covered::new(&self.protos, Some(covered)));
        self
    }

    /// What has run of it, if it is watched.
    #[must_use]
    pub fn covered(&self) -> Option<&Covered> {
        self.covered.as_ref()
    }

    /// The image as it is stored.
    #[must_use]
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// The boot segment.
    #[must_use]
    pub fn boot(&self) -> &Arc<[u64]> {
        &self.boot
    }

    /// A prototype by its dense number.
    #[must_use]
    #[inline(always)]
    pub fn proto(&self, number: u32) -> &LoadedProto {
        &self.protos[number as usize]
    }

    /// All prototypes.
    #[must_use]
    pub fn protos(&self) -> &[LoadedProto] {
        &self.protos
    }

    /// A function template by its dense number.
    #[must_use]
    #[inline(always)]
    pub fn template(&self, number: u32) -> &LoadedTemplate {
        &self.templates[number as usize]
    }

    /// Number of function templates.
    #[must_use]
    pub fn template_count(&self) -> usize {
        self.templates.len()
    }

    /// A native by its dense number.
    #[must_use]
    #[inline(always)]
    pub fn native(&self, number: u32) -> &'static Native {
        self.natives[number as usize]
    }

    /// Number of natives.
    #[must_use]
    pub fn native_count(&self) -> usize {
        self.natives.len()
    }

    /// Cells that each process has of its own.
    #[must_use]
    pub fn cell_count(&self) -> u32 {
        self.cell_count
    }

    /// Whether the slot's value is what each process gets a copy of at first touch.
    #[must_use]
    pub fn is_template(&self, slot: u32) -> bool {
        let kind = self.image.slots[slot as usize].kind;
        kind == SlotKind::Template || (kind == SlotKind::Dynamic && slot < self.draft_from)
    }

    /// The process's cell for a slot.
    #[must_use]
    pub fn cell_of(&self, slot: u32) -> Option<u32> {
        self.cells
            .get(slot as usize)
            .copied()
            .filter(|&cell| cell != u32::MAX)
    }

    /// The namespace whose definitions have cells: the entry file's, if it has any.
    #[must_use]
    pub fn cell_namespace(&self) -> Option<&str> {
        let slot = self.entry_cell?;
        Some(&self.image.slots[slot as usize].namespace)
    }

    /// The shared value of a slot.
    #[must_use]
    #[inline(always)]
    pub fn slot_value(&self, slot: u32) -> Word {
        Word(self.image.slots[slot as usize].value)
    }

    /// The slot of a definition by namespace and name: of several versions the newest.
    #[must_use]
    pub fn find(&self, namespace: &str, name: &str) -> Option<u32> {
        let index = self
            .image
            .slots
            .iter()
            .rposition(|slot| slot.namespace == namespace && slot.name == name)?;
        u32::try_from(index).ok()
    }

    /// The slot of a library function that the machine calls: `realize*`, slow paths.
    #[must_use]
    pub fn hook(&self, name: &str) -> Option<u32> {
        self.hooks.get(name).copied()
    }

    /// The slot of `*math-context*`, by which decimals are rounded; none where nobody can bind it.
    #[must_use]
    pub fn math_context(&self) -> Option<u32> {
        self.math_context
    }

    /// The prototype that a call of the definition with so many arguments enters.
    #[must_use]
    pub fn proto_for_call(&self, slot: u32, args: usize) -> Option<u32> {
        let slot = self.image.slots.get(slot as usize)?;
        (slot.kind == SlotKind::Function).then_some(())?;
        self.template(slot.first_template).proto_for(args)
    }
}

/// Library functions by name, of several versions the newest; those of `ox.core`'s parts are what the machine
/// may call.
fn hooks(image: &Image) -> FxHashMap<String, u32> {
    (0u32..)
        .zip(&image.slots)
        .filter(|(_, slot)| {
            slot.kind == SlotKind::Function && slot.namespace.starts_with("ox.core")
        })
        .map(|(number, slot)| (slot.name.clone(), number))
        .collect()
}

fn math_context(image: &Image) -> Option<u32> {
    let is_context = |slot: &bytecode::Slot| {
        slot.kind == SlotKind::Dynamic
            && slot.namespace == "ox.core.decimal"
            && slot.name == "*math-context*"
    };
    let found = image.slots.iter().position(is_context)?;
    u32::try_from(found).ok()
}

/// That constants, definitions' values and shared functions are values of the boot segment.
fn check_words(image: &Image, starts: &Offsets) -> Result<(), LoadError> {
    let is_value = |word: u64| verify::is_value_of_boot(starts, Word(word));
    let invalid = |what: String| Err(LoadError::Invalid(what));
    for (number, proto) in image.protos.iter().enumerate() {
        if !proto.consts.iter().all(|&word| is_value(word)) {
            return invalid(format!("a constant of prototype {number} is no value"));
        }
    }
    if let Some(slot) = image.slots.iter().find(|slot| !is_value(slot.value)) {
        return invalid(format!(
            "what {}/{} is bound to is no value",
            slot.namespace, slot.name
        ));
    }
    for (number, template) in image.templates.iter().enumerate() {
        let word = Word(template.function);
        // A template with captures has no function of its own.
        let is_own = word.is_nil() || {
            let object = image.boot.get(word.offset() as usize..);
            word.is_boot()
                && is_value(template.function)
                && object.is_some_and(|object| {
                    Header(object[0]).kind_byte() == Kind::Function as u8
                        && object.get(1) == Some(&(number as u64))
                })
        };
        if !is_own {
            return invalid(format!("the function of template {number} is another"));
        }
    }
    Ok(())
}

/// What a thunk begins with is one instruction when it is run from its start. It cannot be entered
/// elsewhere before its end but by a frame of an older checkpoint, for which the others stay.
fn take_captures(code: &mut [u64]) {
    let Some(first) = code.first().map(|&word| Instr(word).a()) else {
        return;
    };
    let captures = code.iter().map(|&word| Instr(word));
    let count = captures
        .clone()
        .zip(0u16..)
        .take_while(|&(instr, n)| {
            instr.op() == Some(Op::LoadCapture)
                && instr.b() == n
                && u32::from(instr.a()) == u32::from(first) + u32::from(n)
        })
        .count();
    let ends = captures.clone().nth(count).and_then(Instr::op) == Some(Op::DropSelf);
    if let (true, 1.., Ok(count)) = (ends, count, u16::try_from(count)) {
        code[0] = Instr::abc(Op::TakeCaptures, first, 0, count).0;
    }
}

fn load_templates(image: &Image) -> Result<Vec<LoadedTemplate>, LoadError> {
    let invalid =
        |n: usize| LoadError::Invalid(format!("function template {n} does not fit its chunk"));
    let mut templates = Vec::with_capacity(image.templates.len());
    for (number, linked) in image.templates.iter().enumerate() {
        let slot = image
            .slots
            .get(linked.slot as usize)
            .ok_or_else(|| invalid(number))?;
        let chunk = slot
            .chunk
            .and_then(|chunk| image.chunks.get(chunk as usize))
            .ok_or_else(|| invalid(number))?;
        let template = chunk
            .templates
            .get(usize::from(linked.index))
            .ok_or_else(|| invalid(number))?;
        let fixed = template.arities.iter().filter(|arity| !arity.variadic);
        let length = fixed
            .clone()
            .map(|arity| usize::from(arity.params) + 1)
            .max()
            .unwrap_or(0);
        let mut by_arity = vec![u32::MAX; length];
        for arity in fixed {
            by_arity[usize::from(arity.params)] = slot.first_proto + u32::from(arity.proto);
        }
        let variadic = template
            .arities
            .iter()
            .find(|arity| arity.variadic)
            .map(|arity| (arity.params, slot.first_proto + u32::from(arity.proto)));
        templates.push(LoadedTemplate {
            by_arity: by_arity.into(),
            variadic,
            captures: template.captures,
            function: Word(linked.function),
            slot: linked.slot,
        });
    }
    Ok(templates)
}
