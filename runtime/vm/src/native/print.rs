//! Natives of text that values become: `str`, printing.

use super::{Native, NativeCall, NativeResult, Trap};
use crate::object::Kind;
use crate::value::fault::{Fault, OrThrow};
use crate::value::number::large;
use crate::value::print::{self, Options};
use crate::value::secret::{self, Part};
use crate::value::string::{self, make_string, try_text};
use crate::value::walk::{copy_fuel, gives_numbers};
use crate::value::work::{Stop, Walk};
use crate::value::{change, map, number};
use crate::word::Word;

pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/str*", 1, 4, str_of),
    Native::new("ox.core/join-strings", 2, 2, join_strings),
    Native::new("ox.core/print*", 2, 2, print_of),
    Native::new("ox.core/secret*", 2, 2, |call| {
        let texts = [call.args[0], call.args[1]].map(|word| try_text(call.heap, word));
        match texts {
            [Some(source), Some(name)] => {
                let part = Part::named(source, name);
                Ok(secret::make(call.heap, &[part]))
            }
            _ => {
                let fault = Fault::type_error(call.heap, call.args[1], "a string");
                Err(fault.trap(call.heap))
            }
        }
    }),
    Native::new("ox.core/print-start", 2, 2, |call| {
        let options = options(call, call.args[1])?;
        let methods = option(call, call.args[1], "methods");
        let methods = if map::is_map(call.heap, methods) {
            methods
        } else {
            Word::NIL
        };
        let is_bare = option(call, call.args[1], "bare").is_truthy();
        let value = call.args[0];
        Ok(print::start(call.heap, value, options, methods, is_bare))
    }),
    Native::new("ox.core/print-step", 1, 1, |call| {
        let state = call.args[0];
        if !Walk::Print.has(call.heap, state) {
            let fault = Fault::type_error(call.heap, state, "a state of a step");
            return Err(fault.trap(call.heap));
        }
        match print::step(call.heap, call.image, state) {
            Ok(text) => {
                Walk::end(call.heap, state);
                let bytes = string::byte_count(call.heap.object(text));
                call.fiber.fuel_spent = STEP_FUEL + copy_fuel(bytes);
                Ok(text)
            }
            Err(Stop::Unfinished(word) | Stop::Library(word)) => Ok(word),
            Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
            Err(Stop::Budget) => {
                call.fiber.fuel_spent = STEP_FUEL;
                Ok(Word::NIL)
            }
        }
    }),
];

/// Fuel of a full step of printing.
const STEP_FUEL: u32 = 2048;

fn str_of(call: &mut NativeCall<'_>) -> NativeResult {
    if let [only] = *call.args
        && call.heap.kind_of(only) == Some(Kind::Str)
    {
        return Ok(only);
    }
    let is_secret = |arg: &Word| call.heap.kind_of(*arg) == Some(Kind::Secret);
    if call.args.iter().any(is_secret) {
        return secret_of(call);
    }
    let mut out = String::new();
    for &arg in call.args {
        let is_of_program = matches!(call.heap.kind_of(arg), Some(Kind::Record | Kind::Instance));
        if is_of_program || (large::is_long_text(call.heap, arg) && gives_numbers(call.image)) {
            return Err(Trap::Slow(print::STR_SLOW));
        }
        print::write_str(call.heap, call.image, &mut out, arg)?;
        print::check_length(out.len()).or_throw(call.heap)?;
    }
    call.fiber.fuel_spent = print::text_fuel(out.len());
    Ok(make_string(call.heap, &out))
}

/// Texts around a secret are a secret.
fn secret_of(call: &mut NativeCall<'_>) -> NativeResult {
    let mut parts = Vec::new();
    for &arg in call.args {
        match secret::parts(call.heap, arg) {
            Some(inner) => parts.extend(inner),
            None => {
                let is_of_program =
                    matches!(call.heap.kind_of(arg), Some(Kind::Record | Kind::Instance));
                if is_of_program {
                    return Err(Trap::Slow(print::STR_SLOW));
                }
                let mut text = String::new();
                print::write_str(call.heap, call.image, &mut text, arg)?;
                parts.push(Part::Text(text));
            }
        }
    }
    Ok(secret::make(call.heap, &parts))
}

fn join_strings(call: &mut NativeCall<'_>) -> NativeResult {
    let (separator, strings) = (call.args[0], call.args[1]);
    if try_text(call.heap, separator).is_none() {
        return Err(Fault::type_error(call.heap, separator, "a string").trap(call.heap));
    }
    if !crate::value::vector::is_vector(call.heap, strings) {
        return Err(Fault::type_error(call.heap, strings, "a vector of strings").trap(call.heap));
    }
    change::join(call.heap, separator, strings, &mut call.fiber.fuel_spent)
}

/// The options of `print*`: true, false or a map.
fn options(call: &mut NativeCall<'_>, word: Word) -> Result<Options, Trap> {
    match word {
        Word::TRUE => return Ok(Options::READABLE),
        Word::FALSE | Word::NIL => return Ok(Options::PLAIN),
        _ => {}
    }
    if !map::is_map(call.heap, word) {
        return Err(Fault::type_error(call.heap, word, "a map of options").trap(call.heap));
    }
    let mut options = Options::PLAIN;
    for pair in map::entries(call.heap, word).chunks_exact(2) {
        let Some((None, name)) = string::try_keyword(call.heap, pair[0]) else {
            continue;
        };
        let value = pair[1];
        let limit = || number::try_int(call.heap, value).map(|n| n.max(0).unsigned_abs());
        match name {
            "readably" => options.readably = value.is_truthy(),
            "meta" => options.meta = value.is_truthy(),
            "namespace-maps" => options.namespace_maps = value.is_truthy(),
            "length" => options.length = limit(),
            "level" => options.level = limit(),
            _ => {}
        }
    }
    Ok(options)
}

/// One of the options of `print*` that are values: `:methods`, a map from names of types to functions, and
/// whether the value is to be written without one, `:bare`. Nil if it is not there.
fn option(call: &mut NativeCall<'_>, options: Word, name: &str) -> Word {
    if !map::is_map(call.heap, options) {
        return Word::NIL;
    }
    let key = string::make_keyword(call.heap, None, name);
    let found = map::get(call.heap, options, key).ok().flatten();
    found.unwrap_or(Word::NIL)
}

fn print_of(call: &mut NativeCall<'_>) -> NativeResult {
    let options = options(call, call.args[1])?;
    let methods = option(call, call.args[1], "methods");
    if map::is_map(call.heap, methods) {
        return Err(Trap::Slow("print*slow"));
    }
    let mut out = String::new();
    print::print(
        call.heap,
        call.image,
        &mut out,
        call.args[0],
        options,
        "print*slow",
    )?;
    call.fiber.fuel_spent = print::text_fuel(out.len());
    Ok(make_string(call.heap, &out))
}
