//! Handlers: bodies that run in parts of the stack of their own, which are detached while a request of
//! them is handled, and go on when it is answered.
//!
//! ```text
//! (with-handlers {ask f} …)      (ask 1)                    (resume 2)
//!
//!             [body      ]       [handled* f          ]     [body, the call of ask has 2]
//! [… enters it]                  [… the caller of body]     [… | handled* | resume      ]
//! ```
//!
//! The handler runs where the body was called, so what it returns without resuming is the value of that
//! call; if it resumes, the value of the body is the value of the call of `resume`. Handlers are deep: the
//! body that goes on has them in force.
//!
//! After Dolan, Eliopoulos, Hillerström, Madhavapeddy, Sivaramakrishnan, White: "Concurrent system
//! programming with effect handlers" (2017), the design of OCaml 5: stacks are moved, never copied, since a
//! continuation goes on at most once. Unlike there one ends with its extent: the library unwinds a body that
//! is detached when the call that entered it is left.
//!
//! # Invariants
//! - The part below a body is inside the instruction that gets the body's value: that which entered it, or
//!   the call of `resume`, or, when that was the last thing a function did, the call of that function. So
//!   a handler that only resumes takes no stack.
//! - A request costs as much as there are extents around it, however deep the stacks are.

use super::{Machine, Next};
use crate::heap::Heap;
use crate::native::{Resumption, make_error};
use crate::stack::{Link, Return, StackPart};
use crate::value::fault::Fault;
use crate::value::{extent, string, vector};
use crate::word::Word;
use bytecode::{Instr, Op};

/// Where the arguments are in the request of an activity.
const ACTIVITY_ARGS: usize = 3;

impl Machine<'_> {
    /// Whether the part that runs is the body of an extent.
    pub(super) fn is_in_body(&self) -> bool {
        self.process.fibers[self.fiber].attached.len() > 1
    }

    /// Calls a function in a part of its own.
    pub(super) fn enter_body(&mut self, extent: Word, body: Word) -> Next {
        let template = self.process.heap.object(body).raw(1) as u32;
        let Some(proto) = self.image.template(template).proto_for(0) else {
            let error = self.arity_error(template, 0);
            return self.throw(error);
        };
        self.save();
        let args = crate::call::arrange_arguments(&mut self.process.heap, &self.image, proto, &[]);
        let mut part = StackPart::with_bottom_frame(&self.image, proto, body, &args);
        part.extent = extent;
        let fiber = &mut self.process.fibers[self.fiber];
        extent::swap_bindings(&mut self.process.heap, extent, fiber.bindings);
        fiber.push_part(part);
        self.load();
        Next::Go
    }

    /// The body that runs has its value.
    pub(super) fn leave_body(&mut self, value: Word) -> Next {
        self.drop_body();
        self.load();
        self.answer_inside(value)
    }

    /// Drops the part that runs; the bindings are those outside of it again.
    pub(super) fn drop_body(&mut self) {
        let fiber = &mut self.process.fibers[self.fiber];
        let extent = fiber.pop_part();
        fiber.bindings = extent::swap_bindings(&mut self.process.heap, extent, Word::NIL);
    }

    /// Gives the instruction that the top frame is inside of its answer.
    fn answer_inside(&mut self, value: Word) -> Next {
        let i = self.instruction_inside();
        self.began = self.process.heap.used_words();
        self.answer(i, value)
    }

    fn instruction_inside(&self) -> Instr {
        let code = &self.image.proto(self.proto()).code;
        Instr(code[self.at() as usize])
    }

    /// Asks the innermost handler for the answer to a request, else the world outside.
    pub(super) fn ask(&mut self, i: Instr, request: Word) -> Next {
        let depth = self.process.fibers[self.fiber].attached.len();
        let words = vector::elements(&self.process.heap, request);
        let kind = Asked::by(&self.process.heap, &words);
        if depth > 1 {
            let asked = kind.name(&words);
            for depth in (1..depth).rev() {
                let fiber = &self.process.fibers[self.fiber];
                let extent = fiber.parts[fiber.attached[depth] as usize].extent;
                match extent::handler(&mut self.process.heap, extent, asked) {
                    Ok(Some(handler)) => {
                        let args = kind.arguments(&mut self.process.heap, &words);
                        return self.hand_to(i, depth, handler, args);
                    }
                    Ok(None) => {}
                    Err(trap) => return self.trap(i, trap),
                }
            }
        }
        match kind {
            Asked::OfProgram => self.unhandled(words[1]),
            Asked::Activity | Asked::OfRuntime => self.stop_with_effect(i, request),
        }
    }

    /// Nobody handles an effect of the program: the world outside does not know it.
    fn unhandled(&mut self, effect: Word) -> Next {
        let heap = &mut self.process.heap;
        let name = string::try_keyword(heap, effect)
            .map(|(ns, name)| match ns {
                Some(ns) => format!("{ns}/{name}"),
                None => name.to_owned(),
            })
            .unwrap_or_default();
        let message =
            format!("nobody handles the effect {name}: no with-handlers around it names it");
        let error = Fault::new("unhandled", message)
            .with("effect", effect)
            .into_error(heap);
        self.throw(error)
    }

    /// Detaches the body at `depth` and calls the handler where it was called from.
    fn hand_to(&mut self, i: Instr, depth: usize, handler: Word, args: Word) -> Next {
        if !is_tail_call(i) {
            self.set_register(i.a(), Word::NIL);
        }
        self.save();
        let fiber = &mut self.process.fibers[self.fiber];
        let extent = fiber.parts[fiber.attached[depth] as usize].extent;
        fiber.detach(depth);
        let heap = &mut self.process.heap;
        fiber.bindings = extent::detach(heap, extent, fiber.bindings);
        let turn = extent::turn(heap, extent);
        self.load();
        let at = self.at();
        self.call_hook(
            "handled*",
            &[handler, extent, turn, args],
            |delta, proto| Link::answer(delta, proto, at),
        )
    }

    /// A detached body goes on.
    pub(super) fn resume(&mut self, i: Instr, resumption: Resumption) -> Next {
        let Resumption {
            extent,
            value,
            error,
        } = resumption;
        let Some(number) = self.process.fibers[self.fiber].detached_at(extent) else {
            let error = make_error(&mut self.process.heap, "state", extent::ANSWERED);
            return self.throw(error);
        };
        self.leave_if_last(i);
        self.save();
        let fiber = &mut self.process.fibers[self.fiber];
        fiber.attach(number);
        fiber.bindings = extent::attach(&mut self.process.heap, extent, fiber.bindings);
        self.load();
        if error.is_nil() {
            self.answer_inside(value)
        } else {
            self.throw(error)
        }
    }

    /// Leaves the frames in which nothing is left to do but to return what the body answers, as a tail call
    /// would.
    fn leave_if_last(&mut self, mut i: Instr) {
        loop {
            let is_last = self.is_last(i);
            let link = self.link();
            let pc = match link.ret() {
                Return::To(pc) if is_last => pc,
                Return::Answer(pc) if is_last => pc + 1,
                // A lazy cell, an instruction that runs again, or the end of a body: that is something.
                _ => return,
            };
            self.leave_frame(link);
            self.set_pc(pc);
            i = self.instruction_inside();
        }
    }

    /// Whether the top frame only returns the answer of the instruction that it is inside of.
    fn is_last(&self, i: Instr) -> bool {
        if is_tail_call(i) {
            return true;
        }
        let proto = self.image.proto(self.proto());
        let next = proto
            .code
            .get(self.pc_index() as usize)
            .map(|&word| Instr(word));
        let returns = next.is_some_and(|next| next.op() == Some(Op::Return) && next.a() == i.a());
        let at = self.at();
        let mut handlers = proto.handlers.iter();
        returns
            && is_answered_in_a(i)
            && !handlers.any(|handler| (handler.start..handler.end).contains(&at))
    }
}

fn is_tail_call(i: Instr) -> bool {
    matches!(
        i.op(),
        Some(Op::TailCall | Op::TailCallGlobal | Op::TailApply)
    )
}

/// Whether an instruction puts its answer into register `a`, and does nothing else with it.
fn is_answered_in_a(i: Instr) -> bool {
    matches!(
        i.op(),
        Some(Op::Call | Op::CallGlobal | Op::CallProto | Op::CallNative | Op::Apply)
    )
}

/// What a request asks for.
#[derive(Clone, Copy)]
enum Asked {
    /// An effect of the program: `[:ox/perform name argument …]`.
    OfProgram,
    /// An activity: `[:ox/activity name body arguments options]`.
    Activity,
    /// What the runtime does: `[operation argument …]`.
    OfRuntime,
}

impl Asked {
    fn by(heap: &Heap, request: &[Word]) -> Asked {
        match string::try_keyword(heap, request[0]) {
            Some((Some("ox"), "perform")) if request.len() > 1 => Asked::OfProgram,
            Some((Some("ox"), "activity")) if request.len() > ACTIVITY_ARGS => Asked::Activity,
            _ => Asked::OfRuntime,
        }
    }

    /// What handlers know it by.
    fn name(self, request: &[Word]) -> Word {
        match self {
            Asked::OfProgram | Asked::Activity => request[1],
            Asked::OfRuntime => request[0],
        }
    }

    /// What a handler gets beside the resumption, a vector.
    fn arguments(self, heap: &mut Heap, request: &[Word]) -> Word {
        match self {
            Asked::OfProgram => vector::make(heap, &request[2..]),
            Asked::Activity => request[ACTIVITY_ARGS],
            Asked::OfRuntime => vector::make(heap, &request[1..]),
        }
    }
}
