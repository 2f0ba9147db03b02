//! Processes: spawning, sending, links, monitors, names. Erlang's meaning throughout.
//!
//! # Invariants
//! - Links are in the records of both processes, monitors too; between them there are letters only.
//! - A letter that wants an answer from a process that has ended is answered for it
//!   ([`crate::engine::bounce`]).

use super::{MAIN_FIBER, Performed, Reply, Step};
use crate::actor::{Actor, Birth};
use crate::engine::Inner;
use crate::event::EventKind;
use crate::letter::Letter;
use crate::parcel;
use crate::pid::MAIN;
use crate::record::{ActorRecord, BodyOf, Monitor, Wait};
use std::sync::Arc;
use vm::Word;
use vm::fiber::FiberId;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::object::Kind;
use vm::process::{CallError, Process};
use vm::value::fault::Fault;
use vm::value::string::{make_keyword, try_keyword, try_symbol};
use vm::value::vector;

/// A process that begins with a message `[function arguments cells]`: the cells are slots and values
/// by turns ([`super::calling`]).
///
/// # Errors
/// What is wrong with the function, for people.
pub(crate) fn born(
    inner: &Inner,
    image: &Arc<LoadedImage>,
    words: &[u64],
) -> Result<Process, String> {
    let mut heap = memory_for(inner, image);
    let call = parcel::unpack(&mut heap, words);
    begun(image, heap, call)
}

/// The memory of a process that has not begun.
pub(super) fn memory_for(inner: &Inner, image: &LoadedImage) -> Heap {
    let mut heap = Heap::new(Arc::clone(image.boot()));
    heap.quota_words = inner.limits.memory_words;
    heap
}

/// The process that begins with such a message, which is in its memory.
pub(super) fn begun(image: &Arc<LoadedImage>, heap: Heap, call: Word) -> Result<Process, String> {
    let parts = if vector::is_vector(&heap, call) {
        vector::elements(&heap, call)
    } else {
        Vec::new()
    };
    let &[function, args, cells] = parts.as_slice() else {
        return Err("there is no function to call".to_owned());
    };
    let args = vector::elements(&heap, args);
    let cells = vector::elements(&heap, cells);
    let mut process = Process::empty(Arc::clone(image), heap);
    process.share_cells(&cells);
    match process.start_fiber(function, &args, Word::NIL) {
        Ok(_) => Ok(process),
        Err(CallError::NoFunction) => Err("what is spawned must be a function".to_owned()),
        Err(CallError::Arity) => {
            let template = process.heap.try_object(function);
            let template = template.filter(|object| object.kind() == Kind::Function);
            let number = template.and_then(|object| u32::try_from(object.raw(1)).ok());
            Err(number.map_or_else(
                || {
                    format!(
                        "Wrong number of args ({}) passed to: a function",
                        args.len()
                    )
                },
                |number| vm::label::arity_text(image, number, args.len()),
            ))
        }
    }
}

/// What a function is called, for people.
fn function_name(image: &LoadedImage, heap: &Heap, function: Word) -> String {
    let template = heap
        .try_object(function)
        .filter(|object| object.kind() == Kind::Function);
    template
        .and_then(|object| u32::try_from(object.raw(1)).ok())
        .and_then(|number| vm::label::function_label(image, number))
        .unwrap_or_else(|| "a function".to_owned())
}

impl Step<'_> {
    pub(super) fn pid_word(&mut self, number: u64) -> Word {
        let run = self.inner.run();
        self.heap().make(Kind::Pid, 0, 0, &[run, number], &[])
    }

    pub(super) fn own_pid(&mut self) -> Word {
        self.pid_word(self.actor.number)
    }

    /// The process that a pid names; `None` of another run's, which is as good as ended.
    pub(super) fn pid_of(&mut self, word: Word) -> Result<Option<u64>, Word> {
        match self
            .actor
            .process
            .heap
            .try_object(word)
            .filter(|object| object.kind() == Kind::Pid)
        {
            Some(object) => Ok((object.raw(1) == self.inner.run()).then(|| object.raw(2))),
            None => Err(self.type_error(word, "a pid")),
        }
    }

    fn reference_word(&mut self, serial: u64) -> Word {
        let process = self.actor.number;
        self.heap().make(Kind::Ref, 0, 0, &[serial, process], &[])
    }

    fn reference_of(&mut self, word: Word) -> Result<u64, Word> {
        match self
            .actor
            .process
            .heap
            .try_object(word)
            .filter(|object| object.kind() == Kind::Ref)
        {
            Some(object) => Ok(object.raw(1)),
            None => Err(self.type_error(word, "a reference")),
        }
    }

    /// Makes a process that calls a function; it is not started before this turn is over.
    pub(super) fn make_child(
        &mut self,
        function: Word,
        args: Word,
        body_of: Option<BodyOf>,
    ) -> Result<Actor, Word> {
        match self.actor.process.heap.kind_of(function) {
            Some(Kind::Function) => {}
            // A process begins with a frame, which only code has.
            Some(Kind::Native) => {
                let message = "a process cannot begin with a built-in function: wrap it, as in (fn [x] (count x))";
                let fault = Fault::new("type", message).of_type(function, "a function of Ox");
                return Err(fault.into_error(self.heap()));
            }
            _ => return Err(self.type_error(function, "a function")),
        }
        if !vector::is_vector(&self.actor.process.heap, args) {
            return Err(self.type_error(args, "a vector of arguments"));
        }
        let image = Arc::clone(&self.actor.process.image);
        let name = function_name(&image, &self.actor.process.heap, function);
        let (words, process) = self.take_call(function, args)?;
        let process = match process {
            Ok(process) => process,
            Err(message) => return Err(self.error("arity", message)),
        };
        let number = self.inner.next_process();
        let mut record = ActorRecord::new(
            self.actor.record.image,
            name.clone(),
            Some(self.actor.number),
            self.now,
        );
        record.body_of = body_of;
        record.outlives_main = self.actor.record.outlives_main;
        let mut child = Actor::new(number, process, record);
        child.birth = Some(Birth::Spawned(words));
        child.log(self.now, EventKind::Started(name));
        Ok(child)
    }

    pub(super) fn spawn(&mut self, function: Word, args: Word, options: Word) -> Performed {
        let mut child = self.make_child(function, args, None)?;
        let number = child.number;
        let pid = self.pid_word(number);
        let mut answer = pid;
        if self.option(options, "link").is_truthy() {
            child.record.links.push(self.actor.number);
            self.actor.record.links.push(number);
        }
        if self.option(options, "monitor").is_truthy() {
            let reference = self.heap().fresh_serial();
            child.record.watchers.push(Monitor {
                reference,
                process: self.actor.number,
            });
            self.actor.record.monitors.push(Monitor {
                reference,
                process: number,
            });
            let reference = self.reference_word(reference);
            answer = vector::make(self.heap(), &[pid, reference]);
        }
        self.said.spawned.push(child);
        Ok(Reply::Value(answer))
    }

    pub(super) fn send(&mut self, to: Word, message: Word) -> Performed {
        let to = if self.actor.process.heap.kind_of(to) == Some(Kind::Pid) {
            self.pid_of(to)?
        } else {
            let name = self.name_of(to)?;
            match self.holder(&name) {
                Some(number) => Some(number),
                None => {
                    return Err(
                        self.error("argument", format!("no process is registered as {name}"))
                    );
                }
            }
        };
        let words = self.pack(message)?;
        if let Some(to) = to {
            self.post(to, Letter::Message(words));
        }
        Ok(Reply::Value(Word::NIL))
    }

    // ---- links and monitors ----

    pub(super) fn link(&mut self, pid: Word) -> Performed {
        let Some(number) = self.pid_of(pid)? else {
            return Err(self.error("argument", "this process belongs to another run"));
        };
        if number != self.actor.number && !self.actor.record.links.contains(&number) {
            self.actor.record.links.push(number);
            let from = self.actor.number;
            self.post(number, Letter::Link { from, on: true });
        }
        Ok(Reply::Value(Word::TRUE))
    }

    pub(super) fn unlink(&mut self, pid: Word) -> Performed {
        if let Some(number) = self.pid_of(pid)?
            && self.actor.record.links.contains(&number)
        {
            self.actor.record.links.retain(|&linked| linked != number);
            let from = self.actor.number;
            self.post(number, Letter::Link { from, on: false });
        }
        Ok(Reply::Value(Word::TRUE))
    }

    /// Asks to hear of a process's end.
    fn watch(&mut self, process: u64) -> u64 {
        let reference = self.heap().fresh_serial();
        self.actor
            .record
            .monitors
            .push(Monitor { reference, process });
        let from = self.actor.number;
        self.post(
            process,
            Letter::Watch {
                from,
                reference,
                on: true,
            },
        );
        reference
    }

    /// No longer wants to hear of it.
    pub(super) fn unwatch(&mut self, reference: u64) {
        let monitors = &mut self.actor.record.monitors;
        let Some(at) = monitors
            .iter()
            .position(|monitor| monitor.reference == reference)
        else {
            return;
        };
        let process = monitors.swap_remove(at).process;
        let from = self.actor.number;
        self.post(
            process,
            Letter::Watch {
                from,
                reference,
                on: false,
            },
        );
    }

    pub(super) fn monitor(&mut self, pid: Word) -> Performed {
        let reference = match self.pid_of(pid)? {
            Some(number) => {
                let reference = self.watch(number);
                self.reference_word(reference)
            }
            None => {
                let serial = self.heap().fresh_serial();
                let reference = self.reference_word(serial);
                let reason = make_keyword(self.heap(), None, "noproc");
                self.append_down(reference, pid, reason);
                reference
            }
        };
        Ok(Reply::Value(reference))
    }

    pub(super) fn demonitor(&mut self, reference: Word, flush: Word) -> Performed {
        let serial = self.reference_of(reference)?;
        self.unwatch(serial);
        if flush.is_truthy() {
            self.remove_down_message(reference);
        }
        Ok(Reply::Value(Word::TRUE))
    }

    fn append_down(&mut self, reference: Word, pid: Word, reason: Word) {
        let down = make_keyword(self.heap(), None, "down");
        let process = make_keyword(self.heap(), None, "process");
        let message = vector::make(self.heap(), &[down, reference, process, pid, reason]);
        self.append_message(message);
    }

    /// A monitored process has ended: a message, or the answer of `await-exit`.
    pub(super) fn down(&mut self, reference: u64, process: u64, reason: &[u64]) {
        let monitors = &mut self.actor.record.monitors;
        let Some(at) = monitors
            .iter()
            .position(|monitor| monitor.reference == reference)
        else {
            return;
        };
        monitors.swap_remove(at);
        let wait = Wait::Exit(reference);
        let waiting = self.actor.notes.first_waiting_for(wait..=wait);
        if let Some((fiber, _)) = waiting {
            // It may have ended before it heard of the question; then its reason is known.
            let reason = match self.inner.exit_reason(process, self.epoch()) {
                Some(known) => parcel::unpack(self.heap(), &known),
                None => self.unpack(reason),
            };
            self.answer(fiber, reason);
            return;
        }
        let reason = self.unpack(reason);
        let (reference, pid) = (self.reference_word(reference), self.pid_word(process));
        self.append_down(reference, pid, reason);
    }

    pub(super) fn await_exit(&mut self, pid: Word) -> Performed {
        let number = self.pid_of(pid)?;
        if number == Some(self.actor.number) {
            return Err(self.error("argument", "a process cannot wait for its own end"));
        }
        if let Some(number) = number {
            if let Some(reason) = self.inner.exit_reason(number, self.epoch()) {
                return Ok(Reply::Value(parcel::unpack(self.heap(), &reason)));
            }
            if self.is_alive(number) {
                let reference = self.watch(number);
                return Ok(Reply::Wait(Wait::Exit(reference), None));
            }
        }
        Ok(Reply::Value(make_keyword(self.heap(), None, "noproc")))
    }

    pub(super) fn trap_exit(&mut self, on: Word) -> Reply {
        let was = std::mem::replace(&mut self.actor.record.traps_exits, on.is_truthy());
        Reply::Value(Word::bool(was))
    }

    // ---- names ----

    /// A registered name as text: `:a/b` of a keyword, `a/b` of a symbol.
    fn name_of(&mut self, word: Word) -> Result<String, Word> {
        let heap = &self.actor.process.heap;
        let (prefix, found) = match try_keyword(heap, word) {
            Some(found) => (":", Some(found)),
            None => ("", try_symbol(heap, word)),
        };
        match found {
            Some((Some(namespace), name)) => Ok(format!("{prefix}{namespace}/{name}")),
            Some((None, name)) => Ok(format!("{prefix}{name}")),
            None => Err(self.type_error(word, "a pid, or a keyword or symbol that is registered")),
        }
    }

    /// Whether a process has been spawned in this step: nobody else knows it yet.
    fn has_just_spawned(&self, number: u64) -> bool {
        self.said.spawned.iter().any(|child| child.number == number)
    }

    /// Whether a process has not ended.
    pub(super) fn is_alive(&self, number: u64) -> bool {
        self.inner.is_alive(number, self.epoch()) || self.has_just_spawned(number)
    }

    /// Which process has a registered name.
    fn holder(&self, name: &str) -> Option<u64> {
        let has_just_spawned = |number| self.has_just_spawned(number);
        self.inner.whereis(name, self.epoch(), has_just_spawned)
    }

    /// Names are for the open epoch. It is time for the next turn at once, also if the clock is set back.
    fn names_in_next_turn() -> Performed {
        Ok(Reply::Wait(Wait::Turn, Some(0)))
    }

    pub(super) fn register(&mut self, name: Word, pid: Word) -> Performed {
        let name = self.name_of(name)?;
        let number = self.pid_of(pid)?;
        let registered = match number {
            Some(number) => {
                let spawned_now = self.has_just_spawned(number);
                let given = self
                    .inner
                    .register(&name, number, self.epoch(), spawned_now);
                let Some(given) = given else {
                    return Self::names_in_next_turn();
                };
                self.said.names_others |= given && number != self.actor.number;
                given
            }
            None => false,
        };
        if !registered {
            let message =
                format!("{name} is taken, or the process has ended or has a name already");
            return Err(self.error("argument", message));
        }
        Ok(Reply::Value(Word::TRUE))
    }

    pub(super) fn unregister(&mut self, name: Word) -> Performed {
        let name = self.name_of(name)?;
        let Some(had_it) = self.inner.unregister(&name, self.epoch()) else {
            return Self::names_in_next_turn();
        };
        self.said.names_others |= had_it.is_some_and(|number| number != self.actor.number);
        Ok(Reply::Value(Word::TRUE))
    }

    pub(super) fn whereis(&mut self, name: Word) -> Performed {
        let name = self.name_of(name)?;
        Ok(Reply::Value(match self.holder(&name) {
            Some(number) => self.pid_word(number),
            None => Word::NIL,
        }))
    }

    // ---- exit signals ----

    pub(super) fn send_exit(&mut self, pid: Word, reason: Word) -> Performed {
        let number = self.pid_of(pid)?;
        let reason = self.pack(reason)?;
        match number {
            // A signal to oneself takes effect before the call returns.
            Some(number) if number == self.actor.number => self.exit_signal(number, &reason, false),
            Some(number) => {
                let from = self.actor.number;
                self.post(
                    number,
                    Letter::Exit {
                        from,
                        reason,
                        linked: false,
                    },
                );
            }
            None => {}
        }
        Ok(Reply::Value(Word::TRUE))
    }

    /// An exit signal has come.
    pub(super) fn exit_signal(&mut self, from: u64, reason: &[u64], linked: bool) {
        if linked {
            let links = &mut self.actor.record.links;
            let Some(at) = links.iter().position(|&link| link == from) else {
                return;
            };
            links.swap_remove(at);
        }
        let word = self.unpack(reason);
        let heap = &self.actor.process.heap;
        let normal = parcel::is_keyword(heap, word, "normal");
        if !linked && parcel::is_keyword(heap, word, "kill") {
            return self.killed();
        }
        let is_shutdown = from == MAIN
            && !linked
            && parcel::is_keyword(heap, word, "shutdown")
            && self.inner.is_shutting_down();
        if is_shutdown && self.actor.record.outlives_main {
            // It was told so before it was retried.
            return;
        }
        if self.actor.record.traps_exits {
            let exit = make_keyword(self.heap(), None, "exit");
            let pid = self.pid_word(from);
            let message = vector::make(self.heap(), &[exit, pid, word]);
            return self.append_message(message);
        }
        if normal && from != self.actor.number {
            return;
        }
        if is_shutdown {
            // The bodies of activities are cancelled by who waits for them.
            if self.actor.record.body_of.is_none() {
                self.actor.log(self.now, EventKind::Cancelled);
                self.cancel_fiber(MAIN_FIBER);
            }
            return;
        }
        self.end_by_signal(from, word, linked);
    }

    /// What a letter that came too late is answered with.
    pub(super) fn bounce(&mut self, letter: &Letter) {
        if let Some((to, answer)) = crate::engine::bounce(self.actor.number, letter) {
            self.post(to, answer);
        }
    }

    /// The fiber of a child's answer is still the one that asked.
    pub(super) fn waits_for_activity(&self, fiber: FiberId, request: u64) -> bool {
        self.request_serial(fiber) == Some(request) && self.actor.wait_of(fiber) == Wait::Activity
    }
}
