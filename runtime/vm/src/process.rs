//! A process: its memory, fibers and roots. Plain data; what makes it run is in `interp`, what
//! makes it durable in `checkpoint`.
//!
//! # Invariants
//! - Everything a process is can be captured at any safepoint and read back.
//! - The only ways into its memory are the fibers' stacks and records, and `roots`.

use crate::fiber::{Fiber, FiberId, FiberState};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::object::Kind;
use crate::stack::StackPart;
use crate::under_way::{Ends, UnderWay};
use crate::value::extent;
use crate::word::Word;
use bytecode::SlotKind;
use std::collections::VecDeque;
use std::sync::Arc;

/// The fixed roots of a process besides its fibers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Root {
    /// Array of the process's own cells of definitions, by the image's cell number.
    Cells = 0,
    /// First cell of the mailbox, a chain of arrays `[message next]`, or nil.
    MailboxHead = 1,
    /// Last cell of the mailbox, or nil.
    MailboxTail = 2,
    /// A cell of the mailbox near which was looked last, or nil: a hint.
    MailboxHint = 3,
    /// What the engine notes about errors under way: an array, or nil.
    UnderWay = 4,
    /// Errors that have ended a fiber and that [`Process::errors_under_way`] has not told yet, a
    /// chain of arrays `[error next]`, or nil.
    FiberErrors = 5,
}

/// Number of [`Root`]s.
pub const ROOT_COUNT: usize = 6;

/// A process.
#[derive(Debug)]
pub struct Process {
    /// Its memory.
    pub heap: Heap,
    /// The image it was started with, or the newest extension of it that it has come to.
    pub image: Arc<LoadedImage>,
    /// Fibers by ascending number; ended ones leave when their future has the result.
    pub fibers: Vec<Fiber>,
    /// Fibers that can run, in the order in which they will.
    pub run_queue: VecDeque<FiberId>,
    /// Fixed roots.
    pub roots: [Word; ROOT_COUNT],
    /// Number of the next fiber.
    pub next_fiber: FiberId,
    /// Serial of the next effect request.
    pub next_request: u64,
    /// Frames that collections have looked at since the process was here: what deep stacks cost.
    pub frames_collected: u64,
    /// The fiber that ran last since the process was here.
    pub(crate) ran_last: FiberId,
    /// Fibers that ended since the last checkpoint.
    pub(crate) removed_fibers: Vec<FiberId>,
    /// Words below the top frames of all stacks, each as it was when its fiber ran last.
    pub(crate) stacks: u64,
    /// Where errors under way are held.
    pub(crate) under_way: UnderWay,
    /// Whether what runs is to be left at its next safepoint. Not stored: a crash leaves it, too.
    pub(crate) is_interrupted: bool,
}

impl Process {
    /// A process that will call the definition in `slot` with `args`, values of `heap`.
    ///
    /// # Errors
    /// When the definition is no function that takes so many arguments.
    pub fn start(
        image: Arc<LoadedImage>,
        slot: u32,
        args: &[Word],
        heap: Heap,
    ) -> Result<Process, StartError> {
        let proto = image.proto_for_call(slot, args.len()).ok_or(StartError {
            slot,
            args: args.len(),
        })?;
        let mut process = Process::empty(image, heap);
        process.add_call(proto, args);
        Ok(process)
    }

    /// A process without fibers.
    #[must_use]
    pub fn empty(image: Arc<LoadedImage>, mut heap: Heap) -> Process {
        let cells = vec![Word::UNBOUND; image.cell_count() as usize];
        let cells = heap.make(Kind::Array, 0, 0, &[], &cells);
        Process {
            heap,
            image,
            fibers: Vec::new(),
            run_queue: VecDeque::new(),
            roots: [cells, Word::NIL, Word::NIL, Word::NIL, Word::NIL, Word::NIL],
            next_fiber: 0,
            next_request: 1,
            frames_collected: 0,
            ran_last: 0,
            removed_fibers: Vec::new(),
            stacks: 0,
            under_way: UnderWay::default(),
            is_interrupted: false,
        }
    }

    /// Words that all stacks have in use.
    #[must_use]
    pub fn stack_words(&self) -> u64 {
        let parts = self.fibers.iter().flat_map(|fiber| &fiber.parts);
        parts.map(|part| u64::from(part.height(&self.image))).sum()
    }

    /// Words that a checkpoint would add, as far as they can grow in one run of a fiber: of the memory
    /// what is not sealed, of the stacks that of the fiber which ran last.
    #[must_use]
    pub fn unstored_words(&self) -> u64 {
        let last = self.fiber_index(self.ran_last);
        let parts = last.map_or(&[][..], |index| &self.fibers[index].parts);
        let stack: u64 = parts
            .iter()
            .map(|part| u64::from(part.base.saturating_sub(part.stored)))
            .sum();
        stack + u64::from(self.heap.used_words() - self.heap.sealed_words())
    }

    /// Has the fiber that runs leave what it is at: at its next safepoint it throws a cancellation. Nothing if
    /// all wait.
    pub fn interrupt(&mut self) {
        self.is_interrupted = !self.run_queue.is_empty();
    }

    /// Has the process go on in an extension of its image. Between slices, and before anything of the
    /// extension comes into its memory.
    pub fn extend_image(&mut self, image: Arc<LoadedImage>) {
        self.heap.extend_boot(Arc::clone(image.boot()));
        self.image = image;
        let cells = self.root(Root::Cells);
        let known = self.heap.object(cells).values().len();
        let count = self.image.cell_count() as usize;
        if count > known {
            let mut words: Vec<Word> = vec![Word::UNBOUND; count];
            for (index, word) in (1u32..).zip(&mut words[..known]) {
                *word = self.heap.word(cells, index);
            }
            let cells = self.heap.make(Kind::Array, 0, 0, &[], &words);
            self.set_root(Root::Cells, cells);
        }
    }

    /// What a definition of the entry file is in this process, if it is a cell with a value.
    #[must_use]
    pub fn cell(&self, slot: u32) -> Option<Word> {
        let index = self.image.cell_of(slot)?;
        let word = self.heap.word(self.root(Root::Cells), index + 1);
        (word != Word::UNBOUND && word != Word::ELSEWHERE).then_some(word)
    }

    /// Gives a process that is spawned the cells of the entry file that it shares, slots and values
    /// by turns; the others stay with who ran the file.
    pub fn share_cells(&mut self, shared: &[Word]) {
        let image = Arc::clone(&self.image);
        let cells = self.root(Root::Cells);
        let slots = (0u32..).zip(&image.image().slots);
        for (slot, _) in slots.filter(|(_, slot)| slot.kind == SlotKind::Cell) {
            if let Some(index) = image.cell_of(slot) {
                self.heap.write(cells, index + 1, Word::ELSEWHERE);
            }
        }
        for pair in shared.chunks_exact(2) {
            let slot = pair[0].as_small().and_then(|slot| u32::try_from(slot).ok());
            if let Some(index) = slot.and_then(|slot| image.cell_of(slot)) {
                self.heap.write(cells, index + 1, pair[1]);
            }
        }
    }

    /// Adds a ready fiber that runs a prototype with these arguments, whose number fits it.
    pub fn add_call(&mut self, proto: u32, args: &[Word]) -> FiberId {
        self.call_in_fiber(proto, Word::NIL, args, Word::NIL, Word::NIL)
    }

    /// Adds a ready fiber that calls a function of this process; the fiber's number and the future
    /// of its result.
    ///
    /// # Errors
    /// When it is no function made by code, or takes no such number of arguments.
    pub fn start_fiber(
        &mut self,
        function: Word,
        args: &[Word],
        bindings: Word,
    ) -> Result<(FiberId, Word), CallError> {
        if self.heap.kind_of(function) != Some(Kind::Function) {
            return Err(CallError::NoFunction);
        }
        let template = self.heap.object(function).raw(1) as u32;
        let proto = self
            .image
            .template(template)
            .proto_for(args.len())
            .ok_or(CallError::Arity)?;
        let future = crate::value::cell::make_future(&mut self.heap, self.next_fiber);
        Ok((
            self.call_in_fiber(proto, function, args, bindings, future),
            future,
        ))
    }

    fn call_in_fiber(
        &mut self,
        proto: u32,
        function: Word,
        args: &[Word],
        bindings: Word,
        future: Word,
    ) -> FiberId {
        let image = Arc::clone(&self.image);
        let args = crate::call::arrange_arguments(&mut self.heap, &image, proto, args);
        let part = StackPart::with_bottom_frame(&image, proto, function, &args);
        self.add_fiber(part, bindings, future)
    }

    /// Adds a ready fiber with this stack; its number.
    pub fn add_fiber(&mut self, part: StackPart, bindings: Word, future: Word) -> FiberId {
        let id = self.next_fiber;
        self.next_fiber += 1;
        self.fibers.push(Fiber {
            id,
            parts: vec![part],
            attached: vec![0],
            detached: Vec::new(),
            beside: 0,
            state: FiberState::Ready,
            request: Word::NIL,
            answer_to: 0,
            request_serial: 0,
            bindings,
            future,
            pending_error: Word::NIL,
            ends: Ends::default(),
            counted: 0,
            changed: true,
        });
        self.run_queue.push_back(id);
        id
    }

    /// Index of a fiber in [`Process::fibers`].
    #[must_use]
    pub fn fiber_index(&self, id: FiberId) -> Option<usize> {
        self.fibers.binary_search_by_key(&id, |fiber| fiber.id).ok()
    }

    /// Serial of the extent whose body a fiber runs, 0 of none.
    #[must_use]
    pub fn extent_of(&self, id: FiberId) -> u64 {
        let fiber = self.fiber_index(id).map(|index| &self.fibers[index]);
        let top = fiber
            .filter(|fiber| !fiber.attached.is_empty())
            .map(Fiber::top);
        let extent = top
            .map(|part| part.extent)
            .filter(|extent| !extent.is_nil());
        extent.map_or(0, |extent| extent::serial(&self.heap, extent))
    }

    /// How deep the body of the extent with this serial is among those attached: 0 of serial 0, which stands
    /// for what is in no body, `None` if it is detached, or over.
    #[must_use]
    pub fn extent_depth(&self, id: FiberId, serial: u64) -> Option<usize> {
        if serial == 0 {
            return Some(0);
        }
        let fiber = &self.fibers[self.fiber_index(id)?];
        fiber.attached.iter().position(|&place| {
            let extent = fiber.parts[place as usize].extent;
            !extent.is_nil() && extent::serial(&self.heap, extent) == serial
        })
    }

    /// A root.
    #[must_use]
    pub fn root(&self, root: Root) -> Word {
        self.roots[root as usize]
    }

    /// Sets a root.
    pub fn set_root(&mut self, root: Root, word: Word) {
        self.roots[root as usize] = word;
    }

    /// Gives up the stack of a fiber whose error nobody catches: it has been unwound.
    pub fn give_up_stack(&mut self, id: FiberId) {
        if let Some(index) = self.fiber_index(id) {
            let fiber = &mut self.fibers[index];
            fiber.clear_stack();
            self.count_stack(index);
        }
    }

    /// Takes an ended fiber out.
    pub fn remove_fiber(&mut self, id: FiberId) -> Option<Fiber> {
        let index = self.fiber_index(id)?;
        self.removed_fibers.push(id);
        let fiber = self.fibers.remove(index);
        self.stacks -= u64::from(fiber.counted);
        Some(fiber)
    }

    /// Counts the stack of a fiber that has stopped, or was read.
    pub(crate) fn count_stack(&mut self, index: usize) {
        let fiber = &mut self.fibers[index];
        let words = fiber.words();
        let before = std::mem::replace(&mut fiber.counted, words);
        self.stacks = self.stacks - u64::from(before) + u64::from(words);
    }

    /// Gives back the room of a stack that was deep once, of a fiber that has stopped to wait.
    pub(crate) fn give_back(&mut self, index: usize) {
        /// Words below which a stack keeps its room.
        const ROOM_MIN: usize = 1 << 16;
        let fiber = &mut self.fibers[index];
        if !fiber.attached.is_empty() {
            let part = fiber.top_mut();
            let used = part.height(&self.image) as usize;
            if part.words.len() > ROOM_MIN && part.words.len() / 8 > used {
                part.words.truncate(2 * used + 64);
                part.words.shrink_to_fit();
            }
        }
    }
}

/// A value cannot be called in a fiber of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// It is no function made by code.
    NoFunction,
    /// It does not take so many arguments.
    Arity,
}

/// A process cannot be started so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartError {
    /// The definition.
    pub slot: u32,
    /// Number of arguments given.
    pub args: usize,
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the definition in slot {} is no function of {} arguments",
            self.slot, self.args
        )
    }
}

impl std::error::Error for StartError {}
