//! Natives of lazy cells, atoms, volatiles and dynamic bindings, and the request of an effect.

use super::{Native, NativeCall};
use crate::interp::cell_value;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::value::dynamic::make_var;
use crate::value::error::{wrong_state, wrong_type};
use crate::value::number::make_int;
use crate::value::string::{make_keyword, make_symbol};
use crate::value::{cell, dynamic, lazy, map, vector};
use crate::word::Word;
use bytecode::SlotKind;

fn lazy_state(call: &mut NativeCall<'_>) -> NativeResult {
    match lazy::read(call.heap, call.args[0]) {
        Some((state, _)) => Ok(make_keyword(call.heap, None, state.name())),
        None => Err(wrong_type(
            call.heap,
            call.args[0],
            "a lazy cell or a delay",
        )),
    }
}

fn deref(call: &mut NativeCall<'_>) -> NativeResult {
    let reference = call.args[0];
    if call.heap.kind_of(reference) == Some(Kind::Var) {
        return deref_var(call, reference);
    }
    cell::deref(call.heap, reference)
}

/// The value of a var: its binding if it is dynamic, else the definition's.
fn deref_var(call: &mut NativeCall<'_>, var: Word) -> NativeResult {
    let slot = call.heap.object(var).raw(1) as u32;
    let Some(definition) = call.image.image().slots.get(slot as usize) else {
        return Err(wrong_state(
            call.heap,
            "the var's definition is not in this image",
        ));
    };
    if definition.kind == SlotKind::Dynamic
        && let Some(bound) = dynamic::binding(call.heap, call.fiber.bindings, slot)
    {
        return Ok(bound);
    }
    cell_value(call.image, call.heap, call.fiber.cells, slot).map_err(Trap::Throw)
}

/// The var of a slot, a number that the host has given.
fn var_of_slot(call: &mut NativeCall<'_>) -> NativeResult {
    let slot = call.args[0].as_small();
    let slot = slot.and_then(|slot| u32::try_from(slot).ok());
    let definition = slot.and_then(|slot| call.image.image().slots.get(slot as usize));
    let (Some(slot), Some(definition)) = (slot, definition) else {
        return Err(wrong_type(
            call.heap,
            call.args[0],
            "the number of a definition of the image",
        ));
    };
    let symbol = make_symbol(call.heap, Some(&definition.namespace), &definition.name);
    Ok(make_var(call.heap, slot, symbol))
}

fn push_bindings(call: &mut NativeCall<'_>) -> NativeResult {
    let (frame, saved) = (call.args[0], call.fiber.bindings);
    if !frame.is_nil() && !map::is_map(call.heap, frame) {
        return Err(wrong_type(call.heap, frame, "a map from vars to values"));
    }
    let entries = if frame.is_nil() {
        Vec::new()
    } else {
        map::entries(call.heap, frame)
    };
    let mut bindings = if saved.is_nil() {
        map::empty(call.heap, Word::NIL)
    } else {
        saved
    };
    for pair in entries.chunks_exact(2) {
        expect_dynamic(call, pair[0])?;
        let binding = dynamic::boxed(call.heap, call.fiber.id, pair[1]);
        bindings = map::assoc(call.heap, bindings, pair[0], binding)?;
    }
    call.fiber.bindings = bindings;
    Ok(saved)
}

/// Fails unless a word is the var of a dynamic definition.
fn expect_dynamic(call: &mut NativeCall<'_>, var: Word) -> Result<(), Trap> {
    if call.heap.kind_of(var) != Some(Kind::Var) {
        return Err(wrong_type(call.heap, var, "a var"));
    }
    let slot = call.heap.object(var).raw(1) as usize;
    match call.image.image().slots.get(slot) {
        Some(slot) if slot.kind == SlotKind::Dynamic => Ok(()),
        _ => Err(wrong_state(
            call.heap,
            "only dynamic definitions can be bound",
        )),
    }
}

fn pop_bindings(call: &mut NativeCall<'_>) -> NativeResult {
    let saved = call.args[0];
    if !saved.is_nil() && !map::is_map(call.heap, saved) {
        return Err(wrong_type(call.heap, saved, "what push-bindings returned"));
    }
    call.fiber.bindings = saved;
    Ok(Word::NIL)
}

fn set_binding(call: &mut NativeCall<'_>) -> NativeResult {
    let (var, value, fiber) = (call.args[0], call.args[1], &mut *call.fiber);
    fiber.bindings = dynamic::set(call.heap, fiber.bindings, fiber.id, var, value)?;
    Ok(value)
}

/// The request: a vector of the operation and its arguments.
fn effect(call: &mut NativeCall<'_>) -> NativeResult {
    let (op, args) = (call.args[0], call.args[1]);
    if call.heap.kind_of(op) != Some(Kind::Keyword) {
        return Err(wrong_type(call.heap, op, "a keyword that names an effect"));
    }
    if !vector::is_vector(call.heap, args) {
        return Err(wrong_type(call.heap, args, "a vector of arguments"));
    }
    let mut words = vec![op];
    words.extend(vector::elements(call.heap, args));
    Err(Trap::Effect(vector::make(call.heap, &words)))
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/var-of-slot", 1, 1, var_of_slot),
    Native::new("ox.core/lazy-state", 1, 1, lazy_state),
    Native::new("ox.core/lazy-start!", 1, 1, |call| {
        lazy::start(call.heap, call.args[0], call.fiber.id)
    }),
    Native::new("ox.core/lazy-finish!", 2, 2, |call| {
        lazy::finish(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/lazy-fail!", 2, 2, |call| {
        lazy::fail(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/lazy-give-back!", 2, 2, |call| {
        lazy::interrupt(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/lazy-value", 1, 1, |call| {
        lazy::value(call.heap, call.args[0])
    }),
    Native::new("ox.core/delay-new", 1, 1, |call| {
        Ok(lazy::make_delay(call.heap, call.args[0]))
    }),
    Native::new("ox.core/atom-new", 1, 1, |call| {
        Ok(cell::make_atom(call.heap, call.args[0]))
    }),
    Native::new("ox.core/atom-value", 1, 1, |call| {
        cell::atom_value(call.heap, call.args[0])
    }),
    Native::new("ox.core/atom-set!", 2, 2, |call| {
        cell::set_atom(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/atom-hooks", 1, 1, |call| {
        cell::hooks(call.heap, call.args[0])
    }),
    Native::new("ox.core/atom-set-hooks!", 2, 2, |call| {
        cell::set_hooks(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/set-meta!", 2, 2, |call| {
        cell::set_meta(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/volatile!", 1, 1, |call| {
        Ok(cell::make_volatile(call.heap, call.args[0]))
    }),
    Native::new("ox.core/vreset!", 2, 2, |call| {
        cell::set_volatile(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/deref", 1, 3, deref),
    Native::new("ox.core/realized?", 1, 1, |call| {
        cell::is_realized(call.heap, call.args[0]).map(Word::bool)
    }),
    Native::new("ox.core/bindings", 0, 0, |call| {
        dynamic::values(call.heap, call.fiber.bindings)
    }),
    Native::new("ox.core/push-bindings", 1, 1, push_bindings),
    Native::new("ox.core/pop-bindings", 1, 1, pop_bindings),
    Native::new("ox.core/set-binding!", 2, 2, set_binding),
    Native::new("ox.core/serial", 0, 0, |call| {
        let serial = call.heap.fresh_serial();
        Ok(make_int(call.heap, serial as i64))
    }),
    Native::new("ox.core/effect*", 2, 2, effect),
];
