//! Natives of `ox.json`.

use super::{Native, NativeCall, NativeResult};
use crate::object::Kind;
use crate::value::fault::Fault;
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
        let spent = &mut call.fiber.fuel_spent;
        json::write_begin(call.heap, call.image, call.args[0], indent, spent)
    }),
];

fn parse(call: &mut NativeCall<'_>) -> NativeResult {
    let word = call.args[0];
    if !matches!(call.heap.kind_of(word), Some(Kind::Str | Kind::Bytes)) {
        return Err(Fault::type_error(call.heap, word, "a string or byte string").trap(call.heap));
    }
    let keywords = call.args[1].is_truthy();
    json::read_begin(call.heap, word, keywords, &mut call.fiber.fuel_spent)
}
