//! Natives of numbers: arithmetic beyond the machine's own operations, predicates, conversions,
//! bits. What they do is in [`crate::value::number`].

use super::big::is_long_numeral;
use super::{Native, NativeCall, NativeResult, Trap};
use crate::heap::Heap;
use crate::object::Kind;
use crate::value::fault::{Fallible, Fault, OrThrow, describe};
use crate::value::number::arithmetic::signum;
use crate::value::number::context::{self, Context};
use crate::value::number::decimal::Decimal;
use crate::value::number::large::{self, Op};
use crate::value::number::{self, Num, bits, compare, convert, make_int, text};
use crate::value::string::try_text;
use crate::word::Word;
use num_integer::Integer;

type Call<'a, 'b> = &'a mut NativeCall<'b>;

/// A native of two numbers; what big ones cost is charged before the work, and what is too large to be
/// done at once is left to the library.
macro_rules! of_two {
    ($name:literal, $path:path, $op:expr) => {
        Native::new($name, 2, 2, |call| {
            let (a, b) = (call.args[0], call.args[1]);
            if let Some(name) = large::slow(call.heap, $op, a, b)
                && call.image.hook(name).is_some()
            {
                return Err(Trap::Slow(name));
            }
            call.fiber.fuel_spent = large::cost(call.heap, $op, a, b);
            rounded(call, $op, a, b).unwrap_or_else(|| $path(call.heap, a, b))
        })
    };
}

macro_rules! of_bits {
    ($name:literal, $op:expr) => {
        Native::new($name, 2, 2, |call| {
            bits::apply(call.heap, call.args[0], call.args[1], $op)
        })
    };
}

/// A native that asks something about any value.
macro_rules! predicate {
    ($name:literal, $test:expr) => {
        Native::new($name, 1, 1, |call| {
            let test: fn(&Heap, Word) -> bool = $test;
            Ok(Word::bool(test(call.heap, call.args[0])))
        })
    };
}

/// A native that asks something about a number.
macro_rules! of_number {
    ($name:literal, $test:expr) => {
        Native::new($name, 1, 1, |call| {
            let test: fn(Num) -> Fallible<bool> = $test;
            charge_one(call);
            let answer = Num::expect(call.heap, call.args[0]).and_then(test);
            answer.map(Word::bool).or_throw(call.heap)
        })
    };
}

/// A native from a number to a number.
macro_rules! converting {
    ($name:literal, $op:expr) => {
        Native::new($name, 1, 1, |call| {
            let op: fn(Num) -> Fallible<Num> = $op;
            charge_one(call);
            let result = Num::expect(call.heap, call.args[0])
                .and_then(op)
                .or_throw(call.heap)?;
            Ok(result.make(call.heap))
        })
    };
}

pub(super) const NATIVES: &[Native] = &[
    predicate!("ox.core/number?", |heap, x| number::is_number(heap, x)),
    predicate!("ox.core/integer?", |heap, x| {
        x.is_small() || matches!(heap.kind_of(x), Some(Kind::Int | Kind::BigInt))
    }),
    predicate!("ox.core/int?", |heap, x| number::try_int(heap, x).is_some()),
    predicate!("ox.core/float?", |_, x| x.is_double()),
    predicate!("ox.core/ratio?", |heap, x| heap.kind_of(x)
        == Some(Kind::Ratio)),
    predicate!("ox.core/decimal?", |heap, x| heap.kind_of(x)
        == Some(Kind::Decimal)),
    Native::new("ox.core/inc", 1, 1, |call| {
        charge_one(call);
        let (x, one) = (call.args[0], Word::small(1));
        rounded(call, Op::Add, x, one).unwrap_or_else(|| number::inc(call.heap, x))
    }),
    Native::new("ox.core/dec", 1, 1, |call| {
        charge_one(call);
        let (x, one) = (call.args[0], Word::small(1));
        rounded(call, Op::Sub, x, one).unwrap_or_else(|| number::dec(call.heap, x))
    }),
    of_two!("ox.core/quot", number::quot, Op::Quot),
    of_two!("ox.core/rem", number::rem, Op::Rem),
    of_two!("ox.core/mod", number::modulo, Op::Mod),
    of_two!("ox.core/num-eq", number::num_equal, Op::Compare),
    of_two!("ox.core/add-p", number::add_promoting, Op::Add),
    of_two!("ox.core/sub-p", number::sub_promoting, Op::Sub),
    of_two!("ox.core/mul-p", number::mul_promoting, Op::Mul),
    of_two!("ox.core/unchecked-add", number::add_unchecked, Op::Add),
    of_two!("ox.core/unchecked-subtract", number::sub_unchecked, Op::Sub),
    of_two!("ox.core/unchecked-multiply", number::mul_unchecked, Op::Mul),
    Native::new("ox.core/max2", 2, 2, |call| {
        pick(call, std::cmp::Ordering::Greater)
    }),
    Native::new("ox.core/min2", 2, 2, |call| {
        pick(call, std::cmp::Ordering::Less)
    }),
    of_number!("ox.core/zero?", |n| Ok(is_zero(&n))),
    of_number!("ox.core/pos?", |n| Ok(signum(&n) > 0)),
    of_number!("ox.core/neg?", |n| Ok(signum(&n) < 0)),
    Native::new("ox.core/even?", 1, 1, |call| parity(call, true)),
    Native::new("ox.core/odd?", 1, 1, |call| parity(call, false)),
    of_number!("ox.core/NaN?", |n| Ok(
        matches!(n, Num::Double(d) if d.is_nan())
    )),
    of_number!("ox.core/infinite?", |n| Ok(
        matches!(n, Num::Double(d) if d.is_infinite())
    )),
    Native::new("ox.core/abs", 1, 1, |call| {
        charge_one(call);
        let context = Context::bound(call.heap, call.image, call.fiber.bindings, call.args)
            .or_throw(call.heap)?;
        let result = Num::expect(call.heap, call.args[0]).and_then(|n| context::abs(n, context));
        let result = result.or_throw(call.heap)?;
        Ok(result.make(call.heap))
    }),
    Native::new("ox.core/num", 1, 1, |call| {
        Num::expect(call.heap, call.args[0]).or_throw(call.heap)?;
        Ok(call.args[0])
    }),
    Native::new("ox.core/long", 1, 1, long),
    converting!("ox.core/unchecked-long", |n| convert::to_long_unchecked(n)
        .map(Num::Int)),
    converting!("ox.core/double", |n| Ok(Num::Double(convert::to_double(
        &n
    )))),
    Native::new("ox.core/bigint", 1, 1, bigint),
    Native::new("ox.core/bigdec", 1, 1, bigdec),
    converting!("ox.core/rationalize", convert::rationalize),
    Native::new("ox.core/numerator", 1, 1, |call| ratio_part(call, 1)),
    Native::new("ox.core/denominator", 1, 1, |call| ratio_part(call, 2)),
    Native::new("ox.core/char", 1, 1, char_of),
    of_bits!("ox.core/bit-and2", |x, y| x & y),
    of_bits!("ox.core/bit-or2", |x, y| x | y),
    of_bits!("ox.core/bit-xor2", |x, y| x ^ y),
    of_bits!("ox.core/bit-and-not2", |x, y| x & !y),
    Native::new("ox.core/bit-not", 1, 1, |call| {
        bits::apply(call.heap, call.args[0], Word::small(0), |x, _| !x)
    }),
    of_bits!("ox.core/bit-shift-left", bits::shift_left),
    of_bits!("ox.core/bit-shift-right", bits::shift_right),
    of_bits!(
        "ox.core/unsigned-bit-shift-right",
        bits::shift_right_unsigned
    ),
    Native::new("ox.core/bit-test", 2, 2, |call| {
        let bit = bits::apply(call.heap, call.args[0], call.args[1], |x, n| {
            bits::shift_right(x, n) & 1
        })?;
        Ok(Word::bool(bit == Word::small(1)))
    }),
    Native::new("ox.core/parse-long", 1, 1, |call| {
        let parsed = text::parse_long(string_argument(call)?);
        Ok(parsed.map_or(Word::NIL, |n| make_int(call.heap, n)))
    }),
    Native::new("ox.core/parse-double", 1, 1, |call| {
        Ok(text::parse_double(string_argument(call)?).map_or(Word::NIL, Word::double))
    }),
];

/// Charges what a look at the first argument costs: a big number is copied.
fn charge_one(call: Call<'_, '_>) {
    let word = call.args[0];
    call.fiber.fuel_spent = number::look_cost(call.heap, word, word);
}

/// The first argument, a string; `:ox/argument` as in Clojure when it is none.
pub(super) fn string_argument<'a>(call: &'a mut NativeCall<'_>) -> Result<&'a str, Trap> {
    let word = call.args[0];
    if try_text(call.heap, word).is_none() {
        let name = describe(call.heap, word);
        let fault =
            Fault::new("argument", format!("expected a string, got {name}")).with("value", word);
        return Err(fault.trap(call.heap));
    }
    Ok(try_text(call.heap, word).expect("it was one a moment ago"))
}

/// The number that is before (or after) the other; NaN if one is; the second of two equal ones.
fn pick(call: Call<'_, '_>, wanted: std::cmp::Ordering) -> NativeResult {
    let (a, b) = (call.args[0], call.args[1]);
    call.fiber.fuel_spent = large::cost(call.heap, Op::Compare, a, b);
    let is_nan = |w: Word| w.as_double().is_some_and(f64::is_nan);
    let order = compare::relate(call.heap, a, b).or_throw(call.heap)?;
    Ok(if is_nan(a) || (order == Some(wanted) && !is_nan(b)) {
        a
    } else {
        b
    })
}

/// Whether a number is zero; NaN is not.
fn is_zero(num: &Num) -> bool {
    match num {
        Num::Double(d) => *d == 0.0,
        other => signum(other) == 0,
    }
}

fn parity(call: Call<'_, '_>, even: bool) -> NativeResult {
    let word = call.args[0];
    if let Some(n) = word.as_small() {
        return Ok(Word::bool((n & 1 == 0) == even));
    }
    charge_one(call);
    let is_even = match Num::of(call.heap, word) {
        Some(Num::Int(n)) => n & 1 == 0,
        Some(Num::Big(n)) => n.is_even(),
        _ => {
            let mut shown = String::new();
            if !text::write_number(&mut shown, call.heap, word, true) {
                shown.push_str(describe(call.heap, word));
            }
            let message = format!("Argument must be an integer: {shown}");
            return Err(Fault::new("argument", message)
                .with("value", word)
                .trap(call.heap));
        }
    };
    Ok(Word::bool(is_even == even))
}

/// The answer of an operation with decimals in a context that rounds them.
fn rounded(call: Call<'_, '_>, op: Op, a: Word, b: Word) -> Option<NativeResult> {
    let bindings = call.fiber.bindings;
    let (result, fuel) = context::rounded(call.heap, call.image, bindings, op, [a, b])?;
    call.fiber.fuel_spent = call.fiber.fuel_spent.saturating_add(fuel);
    Some(result)
}

fn long(call: Call<'_, '_>) -> NativeResult {
    if let Some(c) = call.args[0].as_char() {
        return Ok(Word::small(i64::from(u32::from(c))));
    }
    charge_one(call);
    let n = Num::expect(call.heap, call.args[0])
        .and_then(convert::to_long)
        .or_throw(call.heap)?;
    Ok(make_int(call.heap, n))
}

fn bigint(call: Call<'_, '_>) -> NativeResult {
    let word = call.args[0];
    if is_long_numeral(call, word) {
        return Err(Trap::Slow("bigint*slow"));
    }
    if call.heap.kind_of(word) == Some(Kind::BigInt) {
        return Ok(word);
    }
    let result = match try_text(call.heap, word) {
        Some(digits) => match convert::parse_big(digits, 10) {
            Ok(Some(n)) => Ok(n),
            Ok(None) => Err(not_a_numeral(digits)),
            Err(fault) => Err(fault),
        },
        None => Num::expect(call.heap, word).and_then(convert::to_big),
    };
    let n = result.or_throw(call.heap)?;
    Ok(number::make_big(call.heap, &n))
}

fn not_a_numeral(digits: &str) -> Box<Fault> {
    let shown: String = digits.chars().take(64).collect();
    Fault::new("number-format", format!("For input string: \"{shown}\""))
}

fn bigdec(call: Call<'_, '_>) -> NativeResult {
    let word = call.args[0];
    let result = match try_text(call.heap, word) {
        Some(digits) => number::check_decimal_bits(digits.len() as u64 * 10 / 3)
            .and_then(|()| text::parse_decimal(digits).ok_or_else(|| not_a_numeral(digits))),
        None => {
            let context = Context::of_division(call.heap, call.image, call.fiber.bindings)
                .or_throw(call.heap)?;
            Num::expect(call.heap, word).and_then(|num| match context {
                Some(context) => context.decimal(num),
                None => Decimal::of(num),
            })
        }
    };
    let d = result.or_throw(call.heap)?;
    Ok(Num::Decimal(d).make(call.heap))
}

fn ratio_part(call: Call<'_, '_>, index: u32) -> NativeResult {
    let word = call.args[0];
    if call.heap.kind_of(word) == Some(Kind::Ratio) {
        return Ok(call.heap.word(word, index));
    }
    Err(Fault::type_error(call.heap, word, "a ratio").trap(call.heap))
}

fn char_of(call: Call<'_, '_>) -> NativeResult {
    let word = call.args[0];
    if word.as_char().is_some() {
        return Ok(word);
    }
    let code = Num::expect(call.heap, word)
        .and_then(convert::to_long)
        .or_throw(call.heap)?;
    let is_negative = word.as_double().is_some_and(|double| double < 0.0);
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) if !is_negative => Ok(Word::char(c)),
        _ => {
            let message = format!("Value out of range for char: {code}");
            Err(Fault::new("argument", message)
                .with("value", word)
                .trap(call.heap))
        }
    }
}
