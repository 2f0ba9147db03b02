//! Collections that are not constant, and the errors that code itself throws.

use bytecode::{Const, Instr, Op};
use hir::body::ExprIdx;

use super::{Dest, Gen};
use crate::error::Result;
use crate::intrinsic::native::{self, CoreNative};

/// Elements made into a collection at once. Larger literals are added to, element by element, so
/// that frames stay small.
const PIECE_ITEMS_MAX: usize = 256;

impl Gen<'_, '_> {
    pub(super) fn vector(&mut self, items: &[ExprIdx], dest: Dest) -> Result<()> {
        if dest == Dest::Effect {
            return items.iter().try_for_each(|item| self.expr(*item, Dest::Effect));
        }
        self.collection(Op::Vector, items, 1, native::CONJ, dest)
    }

    pub(super) fn set(&mut self, items: &[ExprIdx], dest: Dest) -> Result<()> {
        self.collection(Op::Set, items, 1, native::CONJ, dest)
    }

    pub(super) fn map(&mut self, entries: &[(ExprIdx, ExprIdx)], dest: Dest) -> Result<()> {
        let items: Vec<ExprIdx> = entries.iter().flat_map(|(key, value)| [*key, *value]).collect();
        self.collection(Op::Map, &items, 2, native::ASSOC, dest)
    }

    /// `(vector …)` and `(list …)`; false if it is better called.
    pub(super) fn collect(&mut self, op: Op, items: &[ExprIdx], dest: Dest) -> Result<bool> {
        if items.is_empty() {
            let empty = if op == Op::Vector { Const::Vector(Vec::new()) } else { Const::List(Vec::new()) };
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

    /// A collection of elements that are `size` items each; `add` is the native that adds one more.
    fn collection(
        &mut self,
        op: Op,
        items: &[ExprIdx],
        size: usize,
        add: CoreNative,
        dest: Dest,
    ) -> Result<()> {
        if items.len() <= PIECE_ITEMS_MAX {
            return self.range(op, items, dest);
        }
        let (first, further) = items.split_at(PIECE_ITEMS_MAX);
        let whole = self.scratch(dest)?;
        self.range(op, first, Dest::Fresh(whole))?;
        let ordinal = self.unit.native(add.0, add.1)?;
        for element in further.chunks(size) {
            let top = self.top;
            for item in element {
                let register = self.alloc()?;
                self.expr(*item, Dest::Fresh(register))?;
            }
            self.emit(Instr::abcd(Op::CallNative, whole, whole, ordinal, size as u8 + 1))?;
            self.top = top;
        }
        self.give(dest, whole)
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
