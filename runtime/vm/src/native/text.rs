//! Natives of strings, keywords and symbols, instants and UUIDs; `ox.string`'s too.

use super::number::string_argument;
use super::{Native, NativeCall, NativeResult, Trap};
use crate::heap::Heap;
use crate::object::Kind;
use crate::value::change::{self, Change};
use crate::value::fault::{Fault, describe};
use crate::value::number::{is_integer, make_int, try_int, try_place};
use crate::value::print::text_fuel;
use crate::value::replace::{self, Question};
use crate::value::string::{
    self, char_count, make_keyword, make_named_of, make_string, make_symbol, split_name, try_text,
};
use crate::value::time::{instant_of, make_instant, make_uuid};
use crate::value::{error, format};
use crate::word::Word;
use scalar::{Instant, Uuid, parse_uuid};

pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/subs", 2, 3, subs),
    Native::new("ox.core/name", 1, 1, name),
    Native::new("ox.core/namespace", 1, 1, namespace),
    Native::new("ox.core/keyword", 1, 2, keyword),
    Native::new("ox.core/symbol", 1, 2, symbol),
    Native::new("ox.core/format*", 2, 2, |call| {
        let text = format::format(call.heap, call.image, call.args[0], call.args[1])?;
        call.fiber.fuel_spent = text_fuel(text.len());
        Ok(make_string(call.heap, &text))
    }),
    Native::new("ox.core/parse-uuid", 1, 1, |call| {
        let parsed = parse_uuid(string_argument(call)?);
        Ok(parsed.map_or(Word::NIL, |uuid| make_uuid(call.heap, Uuid(uuid))))
    }),
    Native::new("ox.core/inst-ms", 1, 1, |call| {
        match instant_of(call.heap, call.args[0]) {
            Some(instant) => Ok(make_int(call.heap, instant.millis())),
            None => Err(Fault::type_error(call.heap, call.args[0], "an instant").trap(call.heap)),
        }
    }),
    Native::new("ox.core/inst-of-ms", 1, 1, |call| {
        let Some(millis) = try_int(call.heap, call.args[0]) else {
            return Err(Fault::type_error(call.heap, call.args[0], "an integer").trap(call.heap));
        };
        match Instant::from_millis(millis) {
            Some(instant) => Ok(make_instant(call.heap, instant)),
            None => Err(
                Fault::new("argument", "the year of an instant is 0 to 9999")
                    .with("value", call.args[0])
                    .trap(call.heap),
            ),
        }
    }),
    Native::new("ox.core/tagged-literal", 2, 2, |call| {
        if call.heap.kind_of(call.args[0]) != Some(Kind::Symbol) {
            return Err(Fault::type_error(call.heap, call.args[0], "a symbol").trap(call.heap));
        }
        Ok(call.heap.make(Kind::Tagged, 0, 0, &[], call.args))
    }),
    Native::new("ox.string/upper-case*", 1, 1, |call| {
        changed(call, Change::Upper)
    }),
    Native::new("ox.string/lower-case*", 1, 1, |call| {
        changed(call, Change::Lower)
    }),
    Native::new("ox.string/reverse*", 1, 1, |call| {
        changed(call, Change::Reverse)
    }),
    Native::new("ox.string/trim*", 3, 3, trim),
    Native::new("ox.string/blank?*", 1, 1, |call| {
        texts::<1>(call)?;
        change::is_blank(call.heap, call.args[0])
    }),
    Native::new("ox.string/starts-with?*", 2, 2, |call| {
        test(call, |s, part| s.starts_with(part))
    }),
    Native::new("ox.string/ends-with?*", 2, 2, |call| {
        test(call, |s, part| s.ends_with(part))
    }),
    Native::new("ox.string/includes?*", 2, 2, |call| {
        let [text, _] = texts(call)?;
        let bounds = [0, text.len()];
        look(call, Question::Includes, bounds)
    }),
    Native::new("ox.string/index-of*", 3, 3, index_of),
    Native::new("ox.string/last-index-of*", 3, 3, last_index_of),
    Native::new("ox.string/replace-text*", 4, 4, replace_text),
];

/// The first arguments, strings.
pub(super) fn texts<'a, const N: usize>(
    call: &'a mut NativeCall<'_>,
) -> Result<[&'a str; N], Trap> {
    for &word in &call.args[..N] {
        if try_text(call.heap, word).is_none() {
            return Err(Fault::type_error(call.heap, word, "a string").trap(call.heap));
        }
    }
    let heap: &Heap = call.heap;
    Ok(std::array::from_fn(|index| {
        try_text(heap, call.args[index]).expect("checked above")
    }))
}

fn changed(call: &mut NativeCall<'_>, change: Change) -> NativeResult {
    texts::<1>(call)?;
    change::change(call.heap, call.args[0], change, &mut call.fiber.fuel_spent)
}

fn look(call: &mut NativeCall<'_>, question: Question, bounds: [usize; 2]) -> NativeResult {
    let spent = &mut call.fiber.fuel_spent;
    replace::search(
        call.heap,
        call.args[0],
        call.args[1],
        question,
        bounds,
        spent,
    )
}

fn test(call: &mut NativeCall<'_>, test: fn(&str, &str) -> bool) -> NativeResult {
    let [text, part] = texts(call)?;
    let (answer, bytes) = (test(text, part), part.len());
    call.fiber.fuel_spent = text_fuel(bytes);
    Ok(Word::bool(answer))
}

fn subs(call: &mut NativeCall<'_>) -> NativeResult {
    let string = call.args[0];
    if call.heap.kind_of(string) != Some(Kind::Str) {
        return Err(Fault::type_error(call.heap, string, "a string").trap(call.heap));
    }
    let count = char_count(call.heap.object(string));
    let mut bounds = [0, count];
    for (bound, &word) in bounds.iter_mut().zip(&call.args[1..]) {
        match try_place(call.heap, word).map(usize::try_from) {
            Some(Ok(index)) if index <= count => *bound = index,
            _ if is_integer(call.heap, word) => {
                return Err(error::out_of_bounds(call.heap, word, count));
            }
            _ => return Err(Fault::type_error(call.heap, word, "an integer").trap(call.heap)),
        }
    }
    match string::substring(call.heap, string, bounds[0], bounds[1]) {
        Some(piece) => Ok(piece),
        None => Err(error::out_of_bounds(call.heap, call.args[1], count)),
    }
}

fn name(call: &mut NativeCall<'_>) -> NativeResult {
    let word = call.args[0];
    match call.heap.kind_of(word) {
        Some(Kind::Str) => Ok(word),
        Some(Kind::Keyword | Kind::Symbol) => Ok(call.heap.word(word, 3)),
        _ => Err(Fault::type_error(call.heap, word, "a keyword, symbol or string").trap(call.heap)),
    }
}

fn namespace(call: &mut NativeCall<'_>) -> NativeResult {
    let word = call.args[0];
    match call.heap.kind_of(word) {
        Some(Kind::Keyword | Kind::Symbol) => Ok(call.heap.word(word, 2)),
        _ => Err(Fault::type_error(call.heap, word, "a keyword or symbol").trap(call.heap)),
    }
}

/// Namespace and name given as two arguments: a string or nil, and a string.
fn two_parts(call: &mut NativeCall<'_>, kind: Kind) -> NativeResult {
    let (namespace, name) = (call.args[0], call.args[1]);
    let wrong = [(namespace, true), (name, false)]
        .into_iter()
        .find(|&(word, may_be_nil)| {
            !(may_be_nil && word.is_nil()) && try_text(call.heap, word).is_none()
        });
    if let Some((word, _)) = wrong {
        return Err(Fault::type_error(call.heap, word, "a string").trap(call.heap));
    }
    Ok(make_named_of(call.heap, kind, namespace, name))
}

fn keyword(call: &mut NativeCall<'_>) -> NativeResult {
    if call.args.len() == 2 {
        return two_parts(call, Kind::Keyword);
    }
    let word = call.args[0];
    match call.heap.kind_of(word) {
        Some(Kind::Keyword) => Ok(word),
        Some(Kind::Symbol) => {
            let (namespace, name) = (call.heap.word(word, 2), call.heap.word(word, 3));
            Ok(make_named_of(call.heap, Kind::Keyword, namespace, name))
        }
        Some(Kind::Str) => {
            let text = try_text(call.heap, word)
                .expect("it is a string")
                .to_owned();
            let (namespace, name) = split_name(&text);
            Ok(make_keyword(call.heap, namespace, name))
        }
        _ => Ok(Word::NIL),
    }
}

fn symbol(call: &mut NativeCall<'_>) -> NativeResult {
    if call.args.len() == 2 {
        return two_parts(call, Kind::Symbol);
    }
    let word = call.args[0];
    match call.heap.kind_of(word) {
        Some(Kind::Symbol) => Ok(word),
        Some(Kind::Keyword) => {
            let (namespace, name) = (call.heap.word(word, 2), call.heap.word(word, 3));
            Ok(make_named_of(call.heap, Kind::Symbol, namespace, name))
        }
        Some(Kind::Var) => Ok(call.heap.word(word, 2)),
        Some(Kind::Str) => {
            let text = try_text(call.heap, word)
                .expect("it is a string")
                .to_owned();
            let (namespace, name) = split_name(&text);
            Ok(make_symbol(call.heap, namespace, name))
        }
        _ => {
            let message = format!("no conversion to symbol from {}", describe(call.heap, word));
            Err(Fault::new("argument", message)
                .with("value", word)
                .trap(call.heap))
        }
    }
}

fn trim(call: &mut NativeCall<'_>) -> NativeResult {
    texts::<1>(call)?;
    let (left, right) = (call.args[1].is_truthy(), call.args[2].is_truthy());
    change::trim(call.heap, call.args[0], left, right)
}

/// The third argument, an integer, within 0 and `count`.
fn clamped(call: &mut NativeCall<'_>, count: usize) -> Result<usize, Trap> {
    let word = call.args[2];
    match try_place(call.heap, word) {
        Some(index) => Ok(usize::try_from(index).unwrap_or(0).min(count)),
        None => Err(Fault::type_error(call.heap, word, "an integer").trap(call.heap)),
    }
}

fn index_of(call: &mut NativeCall<'_>) -> NativeResult {
    texts::<2>(call)?;
    let count = char_count(call.heap.object(call.args[0]));
    let from = clamped(call, count)?;
    let object = call.heap.object(call.args[0]);
    let from = string::byte_index(call.heap, call.args[0], from).expect("clamped to the string");
    let bounds = [from, string::byte_count(object)];
    look(call, Question::First, bounds)
}

fn last_index_of(call: &mut NativeCall<'_>) -> NativeResult {
    texts::<2>(call)?;
    let from = match call.args[2] {
        Word::NIL => None,
        word if try_place(call.heap, word).is_some_and(|from| from < 0) => return Ok(Word::NIL),
        _ => Some(clamped(call, char_count(call.heap.object(call.args[0])))?),
    };
    let object = call.heap.object(call.args[0]);
    let (text, part) = (
        string::text(object),
        try_text(call.heap, call.args[1]).expect("checked above"),
    );
    let end = match from {
        None => text.len(),
        Some(from) => {
            let from =
                string::byte_index(call.heap, call.args[0], from).expect("clamped to the string");
            let end = (from + part.len()).min(text.len());
            // No match can end inside of a character.
            (from..=end)
                .rev()
                .find(|&end| text.is_char_boundary(end))
                .unwrap_or(from)
        }
    };
    look(call, Question::Last, [0, end])
}

fn replace_text(call: &mut NativeCall<'_>) -> NativeResult {
    texts::<3>(call)?;
    let all = call.args[3].is_truthy();
    let words = [call.args[0], call.args[1], call.args[2]];
    replace::replace(call.heap, words, all, &mut call.fiber.fuel_spent)
}
