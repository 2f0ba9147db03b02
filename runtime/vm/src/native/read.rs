//! The native that reads values from text.

use super::text::texts;
use super::{Native, NativeCall, NativeResult};
use crate::value::read::{Notation, begin};
use crate::value::string::try_keyword;

pub(super) const NATIVES: &[Native] = &[Native::new("ox.core/read-form", 2, 2, read_form)];

fn read_form(call: &mut NativeCall<'_>) -> NativeResult {
    let [_] = texts(call)?;
    let edn = try_keyword(call.heap, call.args[1]) == Some((None, "edn"));
    let notation = if edn {
        Notation::Edn
    } else {
        Notation::Language
    };
    call.fiber.fuel_spent = 0;
    begin(
        call.heap,
        call.args[0],
        notation,
        &mut call.fiber.fuel_spent,
    )
}
