//! Collections that are not constant, and the errors that code itself throws.

use bytecode::{Const, Instr, Op};
use hir::body::ExprIdx;

use super::{Dest, Gen};
use crate::error::Result;
use crate::intrinsic::native::{self, CoreNative};

/// A kind of collection, and how a literal of it is made.
struct Literal {
    /// Makes one of items in registers.
    op: Op,
    /// Items that are one element.
    size: usize,
    /// Adds an element.
    add: CoreNative,
    /// The error when two elements are the same, where that is one: what `op` throws too.
    same: Option<&'static str>,
}

const VECTOR: Literal = Literal {
    op: Op::Vector,
    size: 1,
    add: native::CONJ,
    same: None,
};
const SET: Literal = Literal {
    op: Op::Set,
    size: 1,
    add: native::CONJ,
    same: Some("a set has the same element twice"),
};
const MAP: Literal = Literal {
    op: Op::Map,
    size: 2,
    add: native::ASSOC,
    same: Some("a map has the same key twice"),
};

/// Items made into a collection at once. Larger literals are added to, element by element, so
/// that frames stay small.
const PIECE_ITEMS_MAX: usize = 256;

impl Gen<'_, '_> {
    pub(super) fn vector(&mut self, items: &[ExprIdx], dest: Dest) -> Result<()> {
        if dest == Dest::Effect {
            return items
                .iter()
                .try_for_each(|item| self.expr(*item, Dest::Effect));
        }
        self.collection(&VECTOR, items, dest)
    }

    pub(super) fn set(&mut self, items: &[ExprIdx], dest: Dest) -> Result<()> {
        self.collection(&SET, items, dest)
    }

    pub(super) fn map(&mut self, entries: &[(ExprIdx, ExprIdx)], dest: Dest) -> Result<()> {
        let items: Vec<ExprIdx> = entries
            .iter()
            .flat_map(|(key, value)| [*key, *value])
            .collect();
        self.collection(&MAP, &items, dest)
    }

    /// `(vector …)` and `(list …)`; false if it is better called.
    pub(super) fn collect(&mut self, op: Op, items: &[ExprIdx], dest: Dest) -> Result<bool> {
        if items.is_empty() {
            let empty = if op == Op::Vector {
                Const::Vector(Vec::new())
            } else {
                Const::List(Vec::new())
            };
            self.load(dest, |g, to| g.load_const(empty, to))?;
        } else if op == Op::Vector {
            self.vector(items, dest)?;
        } else if items.len() <= PIECE_ITEMS_MAX {
            self.range(op, items, dest)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn range(&mut self, op: Op, items: &[ExprIdx], dest: Dest) -> Result<()> {
        let top = self.top;
        let start = self.operands_in(items, dest)?;
        self.top = top;
        self.produce(dest, |to| Instr::abc(op, to, start, items.len() as u16))
    }

    fn collection(&mut self, literal: &Literal, items: &[ExprIdx], dest: Dest) -> Result<()> {
        if items.len() <= PIECE_ITEMS_MAX {
            return self.range(literal.op, items, dest);
        }
        let (first, further) = items.split_at(PIECE_ITEMS_MAX);
        let whole = self.scratch(dest)?;
        self.range(literal.op, first, Dest::Fresh(whole))?;
        let (name, version) = literal.add;
        let ordinal = self.unit.native(name, version)?;
        for element in further.chunks(literal.size) {
            let top = self.top;
            for item in element {
                let register = self.alloc()?;
                self.expr(*item, Dest::Fresh(register))?;
            }
            self.emit(Instr::abcd(
                Op::CallNative,
                whole,
                whole,
                ordinal,
                literal.size as u8 + 1,
            ))?;
            self.top = top;
        }
        if let Some(message) = literal.same {
            self.expect_count(whole, items.len() / literal.size, message)?;
        }
        self.give(dest, whole)
    }

    /// Throws unless the collection has so many elements.
    fn expect_count(&mut self, collection: u16, count: usize, message: &str) -> Result<()> {
        let top = self.top;
        let (name, version) = native::COUNT;
        let ordinal = self.unit.native(name, version)?;
        let (actual, expected) = (self.alloc()?, self.alloc()?);
        self.emit(Instr::abcd(Op::CallNative, actual, collection, ordinal, 1))?;
        self.load_const(Const::Int(count as i64), expected)?;
        let good = self.code.label();
        self.code
            .emit_jump(Instr::abc(Op::JumpEqual, actual, expected, 0), good)?;
        self.top = top;
        self.throw_message("argument", message)?;
        self.top = top;
        self.code.bind(good);
        Ok(())
    }

    /// Throws an error of the kind `:ox/<kind>` with a message.
    pub(super) fn throw_message(&mut self, kind: &str, message: &str) -> Result<()> {
        let keyword = |name: &str| Const::Keyword(Some("ox".to_owned()), name.to_owned());
        let start = self.alloc()?;
        let data = self.alloc()?;
        let cause = self.alloc()?;
        self.load_const(Const::Str(message.to_owned()), start)?;
        self.load_const(Const::Map(vec![(keyword("kind"), keyword(kind))]), data)?;
        self.load_const(Const::Nil, cause)?;
        let (name, version) = native::ERROR_NEW;
        let ordinal = self.unit.native(name, version)?;
        self.emit(Instr::abcd(Op::CallNative, start, start, ordinal, 3))?;
        self.emit(Instr::abc(Op::Throw, start, 0, 0))
    }
}
