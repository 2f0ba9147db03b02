//! Natives of `ox.json`.

use super::{Native, NativeCall, NativeResult};
use crate::object::Kind;
use crate::value::fault::{Fault, OrThrow};
use crate::value::print::text_fuel;
use crate::value::string::{bytes, make_string, try_text};
use crate::value::{json, number};

/// Greatest indentation, in spaces of a level.
const INDENT_MAX: i64 = 16;

pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.json/parse*", 2, 2, parse),
    Native::new("ox.json/write*", 2, 2, |call| {
        let indent = match number::try_int(call.heap, call.args[1]) {
            Some(indent @ 0..=INDENT_MAX) => indent as usize,
            _ => {
                let message = "the indentation is from 0 to 16 spaces";
                return Err(Fault::new("argument", message)
                    .with("value", call.args[1])
                    .trap(call.heap));
            }
        };
        let text = json::write(call.heap, call.image, call.args[0], indent)?;
        call.fiber.fuel_spent = text_fuel(text.len()).saturating_mul(2);
        Ok(make_string(call.heap, &text))
    }),
];

fn parse(call: &mut NativeCall<'_>) -> NativeResult {
    let word = call.args[0];
    let text = match call.heap.kind_of(word) {
        Some(Kind::Str) => try_text(call.heap, word).map(str::to_owned),
        Some(Kind::Bytes) => {
            let text = std::str::from_utf8(bytes(call.heap.object(word))).map(str::to_owned);
            Some(
                text.map_err(|_| Fault::new("parse", "Invalid JSON: no UTF-8"))
                    .or_throw(call.heap)?,
            )
        }
        _ => None,
    };
    let Some(text) = text else {
        return Err(Fault::type_error(call.heap, word, "a string or byte string").trap(call.heap));
    };
    call.fiber.fuel_spent = text_fuel(text.len()).saturating_mul(2);
    json::parse(call.heap, &text, call.args[1].is_truthy())
}
