//! Natives of `ox.math`: elementary functions of doubles, from one portable implementation.

use super::{Native, NativeCall, NativeResult};
use crate::value::fault::OrThrow;
use crate::value::number::{Num, convert, make_int};
use crate::word::Word;

fn double(call: &mut NativeCall<'_>, index: usize) -> Result<f64, super::Trap> {
    let num = Num::expect(call.heap, call.args[index]).or_throw(call.heap)?;
    Ok(convert::to_double(&num))
}

macro_rules! of_one {
    ($name:literal, $op:path) => {
        Native::new($name, 1, 1, |call| Ok(Word::double($op(double(call, 0)?))))
    };
}

macro_rules! of_two {
    ($name:literal, $op:path) => {
        Native::new($name, 2, 2, |call| {
            Ok(Word::double($op(double(call, 0)?, double(call, 1)?)))
        })
    };
}

pub(super) const NATIVES: &[Native] = &[
    of_one!("ox.math/sqrt", libm::sqrt),
    of_one!("ox.math/cbrt", libm::cbrt),
    of_two!("ox.math/pow", pow),
    of_one!("ox.math/exp", libm::exp),
    of_one!("ox.math/expm1", libm::expm1),
    of_one!("ox.math/log", libm::log),
    of_one!("ox.math/log10", libm::log10),
    of_one!("ox.math/log1p", libm::log1p),
    of_one!("ox.math/sin", libm::sin),
    of_one!("ox.math/cos", libm::cos),
    of_one!("ox.math/tan", libm::tan),
    of_one!("ox.math/asin", libm::asin),
    of_one!("ox.math/acos", libm::acos),
    of_one!("ox.math/atan", libm::atan),
    of_two!("ox.math/atan2", libm::atan2),
    of_one!("ox.math/sinh", libm::sinh),
    of_one!("ox.math/cosh", libm::cosh),
    of_one!("ox.math/tanh", libm::tanh),
    of_two!("ox.math/hypot", libm::hypot),
    of_one!("ox.math/floor", libm::floor),
    of_one!("ox.math/ceil", libm::ceil),
    of_one!("ox.math/rint", libm::rint),
    Native::new("ox.math/round", 1, 1, round),
];

/// As C's, but for what Java says: 1 to an undefined or infinite power is undefined.
fn pow(x: f64, y: f64) -> f64 {
    if y.is_nan() || (libm::fabs(x) == 1.0 && y.is_infinite()) {
        f64::NAN
    } else {
        libm::pow(x, y)
    }
}

/// Half up, as Java's `Math.round`; saturates.
fn round(call: &mut NativeCall<'_>) -> NativeResult {
    let x = double(call, 0)?;
    let below = libm::floor(x);
    // The difference is exact, unlike `x + 0.5`.
    let rounded = if x - below >= 0.5 { below + 1.0 } else { below };
    Ok(make_int(call.heap, rounded as i64))
}
