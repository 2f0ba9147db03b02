//! The text of scalar values: one spelling of each, for the reader of the compiler, the reader and
//! printer of the machine, the text of bytecode, and the command line; and which of several names one
//! that is none of them was probably meant to be.
//!
//! # Invariants
//! - Reading what was written gives the same value.
//! - The spellings are Clojure's: doubles and decimals as Java prints them, instants as `#inst`
//!   does.
//! - What needs no heap and no program: this crate knows neither.

mod bytes;
mod character;
mod decimal;
mod double;
mod instant;
mod integer;
mod name;
mod suggest;
mod uuid;

pub use bytes::{Base64, parse_base64};
pub use character::{CharLiteral, named_char};
pub use decimal::Decimal;
pub use double::{Double, DoubleLiteral};
pub use instant::{Instant, Offset};
pub use integer::IntegerLiteral;
pub use name::{split_keyword, split_symbol};
pub use suggest::{is_slip, suggest};
pub use uuid::{Uuid, parse_uuid};
