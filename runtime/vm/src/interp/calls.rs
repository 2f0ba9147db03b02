//! Calls of values: functions of several arities, natives, collections and keywords as functions;
//! and returns that are more than going on in the caller.

use super::{Machine, Next, Outcome};
use crate::call::make_rest;
use crate::fiber::FiberState;
use crate::interp::cell_value;
use crate::native::{NativeCall, NativeFiber, NativeResult, Trap, make_error};
use crate::object::Kind;
use crate::process::Root;
use crate::stack::{FRAME_HEADER_WORDS, Link, Return};
use crate::value;
use crate::value::fault::Fault;
use crate::value::keys::handing_over;
use crate::value::work::Stop;
use crate::word::Word;
use bytecode::{Instr, Op, SlotKind};

/// Words that are much to be made by one instruction: the next safepoint sees less.
const MUCH_WORDS: u32 = 1 << 12;

/// What a callee is.
pub(super) enum Callee {
    /// Code of the image.
    Proto(u32),
    /// A native by its dense number.
    Native(u32),
    /// A collection, keyword, symbol or var: called as a look-up.
    Lookup,
}

impl Machine<'_> {
    /// What calling `callee` with so many arguments runs.
    pub(super) fn callee(&mut self, callee: Word, args: usize) -> Result<Callee, Word> {
        let kind = self.process.heap.kind_of(callee);
        match kind {
            Some(Kind::Function) => {
                let template = self.process.heap.object(callee).raw(1) as u32;
                match self.image.template(template).proto_for(args) {
                    Some(proto) => Ok(Callee::Proto(proto)),
                    None => Err(self.arity_error(template, args)),
                }
            }
            Some(Kind::Native) => {
                let number = self.process.heap.object(callee).raw(1) as u32;
                let native = self.image.native(number);
                if native.takes(args) {
                    Ok(Callee::Native(number))
                } else {
                    let message = crate::label::native_arity_text(native, args);
                    Err(make_error(&mut self.process.heap, "arity", &message))
                }
            }
            _ if value::is_lookup(&self.process.heap, callee)
                || value::is_of_program(&self.process.heap, callee) =>
            {
                Ok(Callee::Lookup)
            }
            _ => {
                let text = value::describe(&self.process.heap, callee);
                let message = format!("{text} is not a function: it cannot be called");
                let fault = Fault::new("type", message).of_type(callee, "a function");
                Err(fault.into_error(&mut self.process.heap))
            }
        }
    }

    pub(super) fn arity_error(&mut self, template: u32, args: usize) -> Word {
        let message = crate::label::arity_text(&self.image, template, args);
        make_error(&mut self.process.heap, "arity", &message)
    }

    /// A callee as it is called: of a var, the value; of a multimethod, what dispatches.
    pub(super) fn called(&mut self, callee: Word) -> Word {
        let heap = &mut self.process.heap;
        match heap.kind_of(callee) {
            Some(Kind::Var) => {}
            Some(Kind::Instance) => {
                return value::record::called(heap, callee).unwrap_or(callee);
            }
            _ => return callee,
        }
        let slot = heap.object(callee).raw(1) as u32;
        let image = &self.image;
        let Some(definition) = image.image().slots.get(slot as usize) else {
            return callee;
        };
        if definition.kind == SlotKind::Dynamic {
            let bindings = self.process.fibers[self.fiber].bindings;
            if let Some(bound) = value::dynamic::binding(heap, bindings, slot) {
                return bound;
            }
        }
        let cells = self.process.roots[Root::Cells as usize];
        // A var without a value is no function, and that is the error.
        cell_value(image, heap, cells, slot).unwrap_or(callee)
    }

    /// `call`: the value in `a` with `d` arguments.
    #[inline(never)]
    pub(crate) fn call_value(&mut self, i: Instr) -> Next {
        let function = self.called(self.register(i.a()));
        // Its captures are found there.
        self.set_register(i.a(), function);
        let args = usize::from(i.d());
        match self.callee(function, args) {
            Ok(Callee::Proto(proto)) => {
                let window = u32::from(i.a()) + 2;
                let link = Link::new(window, proto, self.pc_index());
                self.enter_with(window, proto, args as u32, link);
                Next::Go
            }
            Ok(Callee::Native(native)) => {
                let window = self.window(u32::from(i.a()) + 2, args as u32);
                match self.native(native, window) {
                    Ok(word) => self.answer(i, word),
                    Err(trap) => self.trap(i, trap),
                }
            }
            Ok(Callee::Lookup) => {
                let window = self.window(u32::from(i.a()) + 2, args as u32);
                match handing_over(&mut self.process.heap, |heap| {
                    value::lookup(heap, function, window)
                }) {
                    Ok(word) => self.answer(i, word),
                    Err(Trap::Slow(name)) => {
                        let args = value::lookup_args(&self.process.heap, function, window);
                        let at = self.at();
                        self.call_hook(name, &args, |delta, proto| Link::answer(delta, proto, at))
                    }
                    Err(trap) => self.trap(i, trap),
                }
            }
            Err(error) => self.throw(error),
        }
    }

    /// `call-global` of what is not entered directly; the callee's value is already in `a`.
    pub(crate) fn call_global(&mut self, i: Instr) -> Next {
        self.call_value(i)
    }

    /// `tail-call`: replaces the frame when the callee is code; else answers and returns.
    #[inline(never)]
    pub(crate) fn tail_call_value(&mut self, i: Instr) -> Next {
        let function = self.called(self.register(i.a()));
        self.set_register(i.a(), function);
        let args = usize::from(i.d());
        match self.callee(function, args) {
            Ok(Callee::Proto(proto)) => {
                self.move_window_down(u32::from(i.a()), args as u32);
                self.replace_with(proto, args as u32);
                Next::Go
            }
            Ok(_) => self.call_value(i),
            Err(error) => self.throw(error),
        }
    }

    /// `tail-call-global` of what is not entered directly.
    pub(crate) fn tail_call_global(&mut self, i: Instr) -> Next {
        self.tail_call_value(i)
    }

    /// Moves function word and arguments of the window at `a` to where this frame's are.
    pub(crate) fn move_window_down(&mut self, a: u32, args: u32) {
        let function = self.window(a, 1)[0];
        // SAFETY: the window is within the frame's registers; the ranges may overlap.
        unsafe {
            *self.base.sub(2) = function.0;
            std::ptr::copy(self.base.add(a as usize + 2), self.base, args as usize);
        }
    }

    /// Enters `proto` in a window with `args` arguments in place, the further ones made a list.
    pub(crate) fn enter_with(&mut self, window: u32, proto: u32, args: u32, link: Link) {
        let rest = self.rest_of(window, proto, args);
        self.enter(window, proto, link);
        self.put_rest(proto, rest);
    }

    /// Replaces the frame's code by `proto`; `args` arguments are in its first registers.
    pub(crate) fn replace_with(&mut self, proto: u32, args: u32) {
        let rest = self.rest_of(0, proto, args);
        self.replace(proto);
        self.put_rest(proto, rest);
    }

    fn rest_of(&mut self, window: u32, proto: u32, args: u32) -> Word {
        let (params, variadic) = {
            let proto = self.image.proto(proto);
            (u32::from(proto.params), proto.variadic)
        };
        if !variadic {
            return Word::NIL;
        }
        let further = self.window(window + params, args - params);
        let rest = make_rest(&mut self.process.heap, further);
        self.after_allocation();
        rest
    }

    fn put_rest(&mut self, proto: u32, rest: Word) {
        let (params, variadic) = {
            let proto = self.image.proto(proto);
            (proto.params, proto.variadic)
        };
        if variadic {
            self.set_register(params, rest);
        }
    }

    /// The answer of a native with arguments in registers.
    #[inline(always)]
    pub(crate) fn call_native(&mut self, number: u32, first: u32, count: u32) -> NativeResult {
        let args = self.window(first, count);
        self.native(number, args)
    }

    #[inline(always)]
    pub(super) fn native(&mut self, number: u32, args: &[Word]) -> NativeResult {
        self.began = self.process.heap.used_words();
        let native = self.image.native(number);
        let fiber = &mut self.process.fibers[self.fiber];
        let mut view = NativeFiber {
            id: fiber.id,
            bindings: fiber.bindings,
            cells: self.process.roots[Root::Cells as usize],
            fuel_spent: 0,
        };
        let result = (native.func)(&mut NativeCall {
            heap: &mut self.process.heap,
            args,
            image: &self.image,
            fiber: &mut view,
        });
        self.process.fibers[self.fiber].bindings = view.bindings;
        if view.fuel_spent > 0 {
            let longest = &mut self.process.heap.longest_charge;
            *longest = view.fuel_spent.max(*longest);
            self.fuel = (self.fuel - i64::from(view.fuel_spent)).max(0);
        }
        result
    }

    /// Puts the answer of an instruction that did not answer by itself where it belongs.
    pub(crate) fn answer(&mut self, i: Instr, word: Word) -> Next {
        // One native can make more than the quota: the handlers of its call see that. Of one that has made
        // little the answer counts: it may be what undoes what it did.
        let heap = &self.process.heap;
        let made = heap.used_words().saturating_sub(self.began);
        let answer = if made > MUCH_WORDS && heap.used_words() > heap.quota_words {
            self.hold_to_quota(word)
        } else {
            Ok(word)
        };
        match answer {
            Ok(word) => self.put_answer(i, word),
            Err(error) => self.throw(error),
        }
    }

    fn put_answer(&mut self, i: Instr, word: Word) -> Next {
        match i.op() {
            Some(Op::TailCall | Op::TailCallGlobal | Op::TailApply) => self.return_value(word),
            Some(
                op @ (Op::JumpEqual | Op::JumpEqualInt | Op::JumpNotEqual | Op::JumpNotEqualInt),
            ) => {
                let wanted = matches!(op, Op::JumpEqual | Op::JumpEqualInt);
                if word.is_truthy() == wanted {
                    self.jump(i.s24());
                }
                Next::Go
            }
            _ => {
                self.set_register(i.a(), word);
                self.after_allocation();
                Next::Go
            }
        }
    }

    /// Leaves the top frame with a value.
    fn return_value(&mut self, value: Word) -> Next {
        let link = self.link();
        if link.is_special() {
            return self.return_special(value);
        }
        // SAFETY: the callee's function word is where the caller reads the result.
        unsafe { *self.base.sub(2) = value.0 };
        self.leave_frame(link);
        self.set_pc(link.plain_pc());
        Next::Go
    }

    /// Makes the caller the top frame; the pc is the caller's business.
    pub(crate) fn leave_frame(&mut self, link: Link) {
        // SAFETY: a link that is not the bottom's leads to the caller's base.
        self.base = unsafe { self.base.sub(link.delta() as usize) };
        if self.base < self.low {
            self.low = self.base;
        }
        let proto = self.link().proto();
        let proto = self.image.proto(proto);
        self.code = proto.code.as_ptr();
        self.consts = proto.consts.as_ptr();
    }

    /// A return whose link is special.
    #[cold]
    #[inline(never)]
    pub(crate) fn return_special(&mut self, value: Word) -> Next {
        let link = self.link();
        match link.ret() {
            Return::To(_) => unreachable!("a plain link is not special"),
            Return::Redo(pc) => {
                self.leave_frame(link);
                self.set_pc(pc);
                Next::Go
            }
            Return::Realize(pc) => self.realized(link, pc, value),
            Return::Answer(pc) => {
                self.leave_frame(link);
                self.set_pc(pc + 1);
                // SAFETY: the pc is of this prototype's verified code.
                let i = unsafe { Instr(*self.code.add(pc as usize)) };
                // What was made for it was made by instructions of its own.
                self.began = self.process.heap.used_words();
                self.answer(i, value)
            }
            Return::Bottom if self.is_in_body() => self.leave_body(value),
            Return::Bottom => {
                self.save();
                let fiber = &mut self.process.fibers[self.fiber];
                fiber.state = FiberState::Done;
                fiber.request = value;
                fiber.clear_stack();
                Next::Stop(Outcome::Done(fiber.id))
            }
        }
    }

    /// Calls a function of `ox.core` above the top frame's registers with these arguments.
    pub(crate) fn call_hook(
        &mut self,
        name: &str,
        args: &[Word],
        link: impl FnOnce(u32, u32) -> Link,
    ) -> Next {
        let proto = self
            .image
            .hook(name)
            .and_then(|slot| self.image.proto_for_call(slot, args.len()));
        let Some(proto) = proto else {
            let message = format!(
                "the image lacks the library function {name} of {} arguments",
                args.len()
            );
            let error = make_error(&mut self.process.heap, "internal", &message);
            return self.throw(error);
        };
        let top = self.proto();
        let window = u32::from(self.image.proto(top).registers) + FRAME_HEADER_WORDS;
        self.reserve(window as usize + args.len());
        for (index, word) in args.iter().enumerate() {
            // SAFETY: room was made.
            unsafe { *self.base.add(window as usize + index) = word.0 };
        }
        // SAFETY: room was made.
        unsafe { *self.base.add(window as usize - 2) = Word::NIL.0 };
        self.enter_with(window, proto, args.len() as u32, link(window, proto));
        Next::Go
    }

    /// Stops the fiber with a request; the answer goes to where instruction `i` wants it.
    pub(crate) fn stop_with_effect(&mut self, i: Instr, request: Word) -> Next {
        let tail = matches!(
            i.op(),
            Some(Op::TailCall | Op::TailCallGlobal | Op::TailApply)
        );
        let mut register = i.a();
        if tail {
            // Nothing of this frame runs after the answer but its return: a frame above waits.
            let at = self.at();
            if let Next::Stop(outcome) = self.call_hook("identity", &[Word::NIL], |delta, proto| {
                Link::answer(delta, proto, at)
            }) {
                return Next::Stop(outcome);
            }
            register = 0;
        }
        self.set_register(register, Word::NIL);
        self.save();
        let serial = self.process.next_request;
        self.process.next_request += 1;
        let fiber = &mut self.process.fibers[self.fiber];
        fiber.state = FiberState::Waiting;
        fiber.request = request;
        fiber.answer_to = register;
        fiber.request_serial = serial;
        Next::Stop(Outcome::Effect(fiber.id))
    }
}

/// The operands of an instruction that trapped to a slow path, in the order of the call it stands
/// for.
pub(crate) fn operands(machine: &Machine<'_>, i: Instr) -> Vec<Word> {
    match i.op() {
        Some(Op::CallNative) => machine.window(u32::from(i.b()), u32::from(i.d())).to_vec(),
        Some(Op::Call | Op::CallGlobal | Op::TailCall | Op::TailCallGlobal) => machine
            .window(u32::from(i.a()) + 2, u32::from(i.d()))
            .to_vec(),
        Some(Op::JumpEqual | Op::JumpNotEqual) => {
            vec![machine.register(i.a()), machine.register(i.b())]
        }
        Some(Op::JumpEqualInt | Op::JumpNotEqualInt) => {
            vec![
                machine.register(i.a()),
                Word::small(i64::from(i.b() as i16)),
            ]
        }
        Some(Op::First | Op::Next | Op::Rest | Op::Seq) => vec![machine.register(i.b())],
        Some(Op::Map | Op::Set | Op::Vector | Op::List) => {
            machine.window(u32::from(i.b()), u32::from(i.c())).to_vec()
        }
        _ => vec![machine.register(i.b()), machine.register(i.c())],
    }
}

impl Machine<'_> {
    /// What a native or library operation asked for instead of answering.
    #[cold]
    #[inline(never)]
    pub(crate) fn trap(&mut self, i: Instr, trap: Trap) -> Next {
        let at = self.at();
        match trap {
            Trap::Throw(error) => self.throw(error),
            Trap::Force(cell) => self.force(cell, at),
            Trap::Ready(value) => self.call_hook("ready*", &[value], |delta, proto| {
                Link::redo(delta, proto, at)
            }),
            Trap::HashKey(_) | Trap::CompareKeys(..)
                if self.image.hook("key-hash*slow").is_none() =>
            {
                self.keys_at_once(trap, at)
            }
            Trap::HashKey(key) => {
                let known = value::keys::carried(&mut self.process.heap);
                self.call_hook("key-hash*slow", &[key, known], |delta, proto| {
                    Link::redo(delta, proto, at)
                })
            }
            Trap::CompareKeys(a, b) => {
                let known = value::keys::carried(&mut self.process.heap);
                self.call_hook("key-equal*slow", &[a, b, known], |delta, proto| {
                    Link::redo(delta, proto, at)
                })
            }
            Trap::Slow(name) => {
                let args = operands(self, i);
                self.call_hook(name, &args, |delta, proto| Link::answer(delta, proto, at))
            }
            Trap::Walk(state) if self.image.hook("walk*").is_none() => self.walk_at_once(i, state),
            Trap::Walk(state) => self.call_hook("walk*", &[state], |delta, proto| {
                Link::answer(delta, proto, at)
            }),
            Trap::Effect(request) => self.ask(i, request),
            Trap::Enter(extent, thunk) => self.enter_body(extent, thunk),
            Trap::Resume(resumption) => self.resume(i, resumption),
        }
    }

    /// Hashes or compares keys to the end, for an image that was linked before there were functions for it.
    fn keys_at_once(&mut self, trap: Trap, at: u32) -> Next {
        let heap = &mut self.process.heap;
        let done = match trap {
            Trap::HashKey(key) => {
                value::hash::of_key(heap, key).map(|hash| value::keys::know_hash(heap, key, hash))
            }
            Trap::CompareKeys(a, b) => value::equal::keys(heap, a, b)
                .map(|equal| value::keys::know_equal(heap, a, b, equal)),
            other => Err(other),
        };
        match done {
            Ok(()) => {
                self.set_pc(at);
                Next::Go
            }
            Err(Trap::Force(cell)) => self.force(cell, at),
            Err(Trap::Throw(error)) => self.throw(error),
            Err(_) => self.broken("keys are hashed and compared at once"),
        }
    }

    /// A walk to its end, for an image that was linked before there was a function that steps it.
    fn walk_at_once(&mut self, i: Instr, state: Word) -> Next {
        loop {
            let mut spent = 0;
            let step = value::walk::step(&mut self.process.heap, &self.image, state, &mut spent);
            self.fuel = (self.fuel - i64::from(spent)).max(0);
            match step {
                Ok(word) => return self.answer(i, word),
                Err(Stop::Budget) => {}
                Err(Stop::Throw(error)) => return self.throw(error),
                Err(Stop::Unfinished(cell)) => return self.force(cell, self.at()),
                Err(Stop::Library(_)) => return self.broken("a number is left to no library"),
            }
        }
    }
}
