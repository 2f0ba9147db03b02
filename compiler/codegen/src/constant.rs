//! Literals: from data of the text to constants, and the constants' table of a prototype.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytecode::Const;
use hir::body::ExprIdx;
use num_bigint::BigInt;
use syntax::{Datum, DatumKind, Symbol};

use crate::error::{CodegenError, Result};
use crate::func::{STACK_GROWTH, STACK_RED_ZONE};

/// The constant that a datum writes, with its metadata.
///
/// # Errors
/// The datum holds what is no value yet (an unresolved keyword), or is nested too deeply.
pub fn constant_of(datum: &Datum) -> Result<Const> {
    constant(datum, ExprIdx(0))
}

/// The constant that a datum of an expression writes.
pub(crate) fn constant(datum: &Datum, expr: ExprIdx) -> Result<Const> {
    let constant = with_meta(datum, expr)?;
    if constant.depth() > Const::DEPTH_MAX {
        let (what, max) = ("levels in a constant", Const::DEPTH_MAX as u32);
        return Err(CodegenError::TooMany {
            what,
            max,
            expr: Some(expr),
        });
    }
    Ok(constant)
}

fn with_meta(datum: &Datum, expr: ExprIdx) -> Result<Const> {
    stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
        let value = without_meta(&datum.kind, expr)?;
        Ok(match &datum.meta {
            None => value,
            Some(meta) => Const::Meta(Box::new(value), Box::new(with_meta(meta, expr)?)),
        })
    })
}

fn without_meta(kind: &DatumKind, expr: ExprIdx) -> Result<Const> {
    let all = |items: &[Datum]| -> Result<Vec<Const>> {
        items.iter().map(|item| with_meta(item, expr)).collect()
    };
    Ok(match kind {
        DatumKind::Nil => Const::Nil,
        DatumKind::Bool(value) => Const::Bool(*value),
        DatumKind::Int(n) => Const::Int(*n),
        DatumKind::BigInt(n) => Const::BigInt(integer(n)),
        DatumKind::Ratio(ratio) => Const::Ratio(integer(&ratio.0), integer(&ratio.1)),
        DatumKind::Double(bits) => Const::Double(*bits),
        DatumKind::Decimal(decimal) => Const::Decimal(integer(&decimal.0), decimal.1),
        DatumKind::Char(c) => Const::Char(*c),
        DatumKind::String(text) => Const::Str(text.to_string()),
        DatumKind::Bytes(bytes) => Const::Bytes(bytes.to_vec()),
        DatumKind::Regex(source) => Const::Regex(source.to_string()),
        DatumKind::Symbol(symbol) => {
            let (ns, name) = parts(symbol);
            Const::Symbol(ns, name)
        }
        DatumKind::Keyword(symbol) => {
            let (ns, name) = parts(symbol);
            Const::Keyword(ns, name)
        }
        DatumKind::List(items) => Const::List(all(items)?),
        DatumKind::Vector(items) => Const::Vector(all(items)?),
        DatumKind::Set(items) => Const::Set(all(items)?),
        DatumKind::Map(entries) => {
            let mut pairs = Vec::with_capacity(entries.len());
            for (key, value) in entries.iter() {
                pairs.push((with_meta(key, expr)?, with_meta(value, expr)?));
            }
            Const::Map(pairs)
        }
        DatumKind::Inst(inst) => Const::Inst(inst.seconds, inst.nanos),
        DatumKind::Uuid(uuid) => Const::Uuid(*uuid),
        DatumKind::Tagged(tag, form) => {
            let (ns, name) = parts(tag);
            Const::Tagged(ns, name, Box::new(with_meta(form, expr)?))
        }
        DatumKind::AutoKeyword { .. } | DatumKind::AutoSymbol { .. } | DatumKind::Error => {
            return Err(CodegenError::Malformed {
                expr: Some(expr),
                what: "a constant holds a name that was not resolved",
            });
        }
    })
}

fn parts(symbol: &Symbol) -> (Option<String>, String) {
    (
        symbol.ns.as_ref().map(ToString::to_string),
        symbol.name.to_string(),
    )
}

/// Two's complement, little-endian, as short as can be but one byte at least.
fn integer(n: &BigInt) -> Vec<u8> {
    n.to_signed_bytes_le()
}

/// The constants of a prototype, each once.
#[derive(Debug, Default)]
pub(crate) struct ConstPool {
    consts: Vec<Const>,
    /// Indices by hash. Comparing on a hit keeps the big constants from being stored twice.
    by_hash: HashMap<u64, Vec<u32>>,
}

impl ConstPool {
    /// The index of the constant.
    pub(crate) fn index(&mut self, constant: Const) -> u32 {
        if constant.holds_nan() {
            // What holds NaN is equal to itself alone: two of them must not become one.
            self.consts.push(constant);
            return self.consts.len() as u32 - 1;
        }
        let mut hasher = DefaultHasher::new();
        constant.hash(&mut hasher);
        let indices = self.by_hash.entry(hasher.finish()).or_default();
        let consts = &mut self.consts;
        if let Some(index) = indices
            .iter()
            .find(|index| consts[**index as usize] == constant)
        {
            return *index;
        }
        let index = consts.len() as u32;
        consts.push(constant);
        indices.push(index);
        index
    }

    pub(crate) fn into_consts(self) -> Vec<Const> {
        self.consts
    }
}
