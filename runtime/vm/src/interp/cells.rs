//! Definitions whose value belongs to the process: cells of the entry file, copies of values with
//! identity, dynamic bindings.

use super::{Machine, Next};
use crate::heap::Heap;
use crate::native::make_error;
use crate::object::{FIRST_VALUE, Header, Kind};
use crate::process::Root;
use crate::value;
use crate::word::Word;
use bytecode::{Instr, SlotKind};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Machine<'_> {
    fn name_of(&self, slot: u32) -> String {
        let slot = &self.image.image().slots[slot as usize];
        format!("{}/{}", slot.namespace, slot.name)
    }

    fn cell_word(&self, slot: u32) -> (Word, u32) {
        let cell = self
            .image
            .cell_of(slot)
            .expect("the loader made these instructions for cells only");
        let cells = self.process.root(Root::Cells);
        (cells, cell + 1)
    }

    /// `load-cell`
    #[inline(never)]
    pub(crate) fn load_cell(&mut self, i: Instr) -> Next {
        if self.image.cell_of(i.x()).is_none() {
            let word = self.image.slot_value(i.x());
            self.set_register(i.a(), word);
            return Next::Go;
        }
        let (cells, index) = self.cell_word(i.x());
        let word = self.process.heap.word(cells, index);
        if word == Word::UNBOUND {
            let message = format!(
                "{} has no value yet: the entry file defines it further down",
                self.name_of(i.x())
            );
            let error = make_error(&mut self.process.heap, "unbound", &message);
            return self.throw(error);
        }
        self.set_register(i.a(), word);
        Next::Go
    }

    /// `store-cell`
    pub(crate) fn store_cell(&mut self, i: Instr) -> Next {
        let (cells, index) = self.cell_word(i.x());
        let word = self.register(i.a());
        self.process.heap.write(cells, index, word);
        Next::Go
    }

    /// `load-template`: the first touch copies all values with identity at once, so that what
    /// definitions share stays shared.
    #[inline(never)]
    pub(crate) fn load_template(&mut self, i: Instr) -> Next {
        let (cells, index) = self.cell_word(i.x());
        let mut word = self.process.heap.word(cells, index);
        if word == Word::UNBOUND {
            self.copy_templates();
            word = self.process.heap.word(cells, index);
            self.after_allocation();
        }
        self.set_register(i.a(), word);
        Next::Go
    }

    fn copy_templates(&mut self) {
        let image = Arc::clone(&self.image);
        let slots: Vec<u32> = (0u32..)
            .zip(&image.image().slots)
            .filter(|(_, slot)| slot.kind == SlotKind::Template)
            .map(|(number, _)| number)
            .collect();
        let values: Vec<Word> = slots.iter().map(|&slot| image.slot_value(slot)).collect();
        let copies = copy_from_boot(&mut self.process.heap, &values);
        for (slot, copy) in slots.into_iter().zip(copies) {
            let (cells, index) = self.cell_word(slot);
            self.process.heap.write(cells, index, copy);
        }
    }

    /// `load-dynamic`
    #[inline(never)]
    pub(crate) fn load_dynamic(&mut self, i: Instr) -> Next {
        let bindings = self.process.fibers[self.fiber].bindings;
        let word = value::dynamic::binding(&self.process.heap, bindings, i.x())
            .unwrap_or_else(|| self.image.slot_value(i.x()));
        self.set_register(i.a(), word);
        Next::Go
    }

    /// `load-var`
    pub(crate) fn load_var(&mut self, i: Instr) -> Next {
        let image = Arc::clone(&self.image);
        let slot = &image.image().slots[i.x() as usize];
        let heap = &mut self.process.heap;
        let symbol = value::string::make_symbol(heap, Some(&slot.namespace), &slot.name);
        let var = heap.make(Kind::Var, 0, 0, &[u64::from(i.x())], &[symbol]);
        self.set_register(i.a(), var);
        self.after_allocation();
        Next::Go
    }
}

/// Copies objects of the boot segment and all they refer to into the process's memory, sharing
/// kept.
fn copy_from_boot(heap: &mut Heap, roots: &[Word]) -> Vec<Word> {
    let boot = Arc::clone(heap.boot());
    let mut copies: FxHashMap<u32, Word> = FxHashMap::default();
    let mut pending = Vec::new();
    let mut copy = |heap: &mut Heap, word: Word, pending: &mut Vec<Word>| -> Word {
        if !word.is_boot() {
            return word;
        }
        *copies.entry(word.offset()).or_insert_with(|| {
            let at = word.offset() as usize;
            let header = Header(boot[at]);
            let size = header.size();
            let made = heap.make_with(header.kind(), header.flags(), header.aux(), size, |words| {
                words.copy_from_slice(&boot[at + 1..at + size as usize]);
            });
            pending.push(made);
            made
        })
    };
    let copied = roots
        .iter()
        .map(|&root| copy(heap, root, &mut pending))
        .collect();
    while let Some(made) = pending.pop() {
        let header = heap.header(made);
        let first = FIRST_VALUE[usize::from(header.kind_byte())];
        for index in first.min(header.size())..header.size() {
            let word = heap.word(made, index);
            let moved = copy(heap, word, &mut pending);
            heap.words_mut()[(made.offset() + index) as usize] = moved.0;
        }
    }
    copied
}
