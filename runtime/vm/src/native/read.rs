//! The native that reads values from text.

use super::text::texts;
use super::{Native, NativeCall, NativeResult};
use crate::value::print::text_fuel;
use crate::value::read::{Notation, read};
use crate::value::string::{char_index, try_keyword};
use crate::value::vector;
use crate::word::Word;

pub(super) const NATIVES: &[Native] = &[Native::new("ox.core/read-form", 2, 2, read_form)];

fn read_form(call: &mut NativeCall<'_>) -> NativeResult {
    let [text] = texts(call)?;
    let text = text.to_owned();
    let edn = try_keyword(call.heap, call.args[1]) == Some((None, "edn"));
    let notation = if edn {
        Notation::Edn
    } else {
        Notation::Language
    };
    let Some((value, end)) = read(call.heap, &text, notation)? else {
        return Ok(Word::NIL);
    };
    call.fiber.fuel_spent = text_fuel(end).saturating_mul(4);
    let end = char_index(call.heap.object(call.args[0]), end);
    Ok(vector::make(call.heap, &[value, Word::small(end as i64)]))
}
