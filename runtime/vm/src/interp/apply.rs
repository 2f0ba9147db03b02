//! `apply`: a call whose last argument is a sequence of further arguments.
//!
//! A variadic callee receives what it does not name as the sequence itself, so an infinite
//! sequence can be applied, and nothing is realized that the callee does not ask for.
//!
//! # Invariants
//! - The arguments are put into the window only when a function is entered: an instruction that runs again
//!   finds in its registers what it found before.
//! - Of a sequence that is not realized no more is than what the callee could take, and one.
//! - When it runs again the arguments are the same words, as what is known of keys goes by the word: a map
//!   makes its entries anew each time, so a list of them takes the place of the sequence.

use super::calls::Callee;
use super::{Machine, Next};
use crate::call::make_rest;
use crate::native::{Trap, make_error};
use crate::object::Kind;
use crate::stack::Link;
use crate::value;
use crate::value::keys::handing_over;
use crate::word::Word;
use bytecode::Instr;

/// Arguments that a call other than of a variadic function can have.
const SPREAD_MAX: usize = 1 << 16;

impl Machine<'_> {
    /// `apply` and `tail-apply`.
    #[inline(never)]
    pub(crate) fn apply(&mut self, i: Instr, tail: bool) -> Next {
        let window = u32::from(i.a()) + 2;
        let count = u32::from(i.d());
        let function = self.called(self.register(i.a()));
        self.set_register(i.a(), function);
        let given = self.window(window, count);
        let Some((&last, fixed)) = given.split_last() else {
            let error = make_error(
                &mut self.process.heap,
                "arity",
                "apply needs a sequence of arguments",
            );
            return self.throw(error);
        };
        let mut args = fixed.to_vec();
        if self.process.heap.kind_of(last) == Some(Kind::Instance) {
            // What elements it has says its type: the library applies the function to these.
            args.insert(0, function);
            args.push(last);
            let at = self.at();
            return self.call_hook("apply*slow", &args, |delta, proto| {
                Link::answer(delta, proto, at)
            });
        }
        let limit = self.named_params(function);
        let rest = match self.spread(&mut args, last, limit) {
            Ok(rest) => rest,
            // They are too many whatever follows, which may have no end.
            Err(_) if args.len() > self.most_args(function) => None,
            Err(trap) => return self.trap(i, trap),
        };
        if args.len() > SPREAD_MAX {
            let error = make_error(
                &mut self.process.heap,
                "arity",
                "apply has too many arguments for this function",
            );
            return self.throw(error);
        }
        if self.process.heap.kind_of(function) == Some(Kind::Function) {
            self.enter_applied(i, tail, function, &args, rest)
        } else {
            self.call_applied_value(i, function, &args)
        }
    }

    /// How many arguments a callee names, if it takes the others as a sequence.
    fn named_params(&self, function: Word) -> Option<usize> {
        let heap = &self.process.heap;
        if heap.kind_of(function) != Some(Kind::Function) {
            return None;
        }
        let template = self.image.template(heap.object(function).raw(1) as u32);
        let (params, _) = template.variadic?;
        // A fixed arity above the variadic's parameters does not exist, one below is found when
        // the sequence ends before.
        Some(usize::from(params).max(template.by_arity.len().saturating_sub(1)))
    }

    /// More arguments a callee never takes.
    fn most_args(&self, function: Word) -> usize {
        let heap = &self.process.heap;
        match heap.kind_of(function) {
            Some(Kind::Function) => {
                let template = self.image.template(heap.object(function).raw(1) as u32);
                match template.variadic {
                    Some(_) => usize::MAX,
                    None => template.by_arity.len().saturating_sub(1),
                }
            }
            Some(Kind::Native) => {
                let native = self.image.native(heap.object(function).raw(1) as u32);
                usize::from(native.max_args)
            }
            _ if value::is_lookup(heap, function) => value::LOOKUP_ARGS_MAX,
            _ if value::is_of_program(heap, function) => value::INVOKE_ARGS_MAX,
            _ => 0,
        }
    }

    /// Moves elements of a sequence to `args`, as many as there are or one beyond `limit` tells;
    /// the sequence that is left, if any.
    fn spread(
        &mut self,
        args: &mut Vec<Word>,
        sequence: Word,
        limit: Option<usize>,
    ) -> Result<Option<Word>, Trap> {
        let heap = &mut self.process.heap;
        let mut rest = value::seq::seq(heap, sequence)?;
        while !rest.is_nil() {
            if limit.is_some_and(|limit| args.len() >= limit) {
                return Ok(Some(rest));
            }
            if args.len() > SPREAD_MAX {
                return Ok(None);
            }
            args.push(value::seq::first(heap, rest)?);
            rest = value::seq::next(heap, rest)?;
        }
        Ok(None)
    }

    /// Enters a function of the image.
    fn enter_applied(
        &mut self,
        i: Instr,
        tail: bool,
        function: Word,
        args: &[Word],
        rest: Option<Word>,
    ) -> Next {
        let window = u32::from(i.a()) + 2;
        let count = args.len() as u32;
        let number = self.process.heap.object(function).raw(1) as u32;
        let (proto, variadic) = {
            let template = self.image.template(number);
            match (rest, template.variadic) {
                (Some(_), Some((_, proto))) => (Some(proto), true),
                _ => (template.proto_for(args.len()), false),
            }
        };
        let Some(proto) = proto else {
            let error = self.arity_error(number, args.len());
            return self.throw(error);
        };
        let mut rest_word = None;
        if variadic {
            // Arguments beyond the parameters go in front of the sequence again.
            let params = usize::from(self.image.proto(proto).params);
            let mut sequence = rest.unwrap_or(Word::NIL);
            for &word in args[params..].iter().rev() {
                sequence = match value::seq::cons(&mut self.process.heap, word, sequence) {
                    Ok(word) => word,
                    Err(trap) => return self.trap(i, trap),
                };
            }
            rest_word = Some(sequence);
        }
        // The window as a plain call would have it, grown by the spread arguments. Nothing after this runs
        // the instruction again, which would take them for its own and spread the last of them.
        self.reserve(window as usize + args.len() + 2);
        for (index, &word) in args.iter().enumerate() {
            // SAFETY: room was made; the words above the window belong to no frame.
            unsafe { *self.base.add(window as usize + index) = word.0 };
        }
        let in_place = if variadic {
            u32::from(self.image.proto(proto).params)
        } else {
            count
        };
        if tail {
            self.move_window_down(u32::from(i.a()), in_place);
            self.replace_with(proto, in_place);
        } else {
            let link = Link::new(window, proto, self.pc_index());
            self.enter_with(window, proto, in_place, link);
        }
        if let Some(word) = rest_word {
            let params = self.image.proto(proto).params;
            self.set_register(params, word);
        }
        self.after_allocation();
        Next::Go
    }

    /// Calls what is no function of the image.
    fn call_applied_value(&mut self, i: Instr, function: Word, args: &[Word]) -> Next {
        let mut given = args.to_vec();
        let result = match self.callee(function, args.len()) {
            Ok(Callee::Native(native)) => self.native(native, args),
            Ok(_) => {
                given = value::lookup_args(&self.process.heap, function, args);
                handing_over(&mut self.process.heap, |heap| {
                    value::lookup(heap, function, args)
                })
            }
            Err(error) => return self.throw(error),
        };
        match result {
            Ok(word) => self.answer(i, word),
            Err(Trap::Slow(name)) => {
                let at = self.at();
                self.call_hook(name, &given, |delta, proto| Link::answer(delta, proto, at))
            }
            Err(
                trap @ (Trap::Force(_)
                | Trap::Ready(_)
                | Trap::HashKey(_)
                | Trap::CompareKeys(..)
                | Trap::Walk(_)),
            ) => {
                let last = i.a() + 1 + u16::from(i.d());
                let fixed = usize::from(i.d()) - 1;
                let spread = make_rest(&mut self.process.heap, &args[fixed..]);
                self.set_register(last, spread);
                self.after_allocation();
                self.trap(i, trap)
            }
            Err(trap) => self.trap(i, trap),
        }
    }
}
