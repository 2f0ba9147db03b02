//! Definitions whose value belongs to the process: cells of the entry file, copies of values with
//! identity, dynamic bindings.

use super::{Machine, Next};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::make_error;
use crate::object::{FIRST_VALUE, Header};
use crate::process::Root;
use crate::value;
use crate::word::Word;
use bytecode::Instr;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The value of a definition that each process has for itself; `cells` is the process's root of them.
///
/// The first touch of a value with identity copies all such values at once that have not been copied, so that
/// what definitions share stays shared.
///
/// # Errors
/// An `:ox/unbound` error for a cell of the entry file without a value.
pub(crate) fn cell_value(
    image: &LoadedImage,
    heap: &mut Heap,
    cells: Word,
    slot: u32,
) -> Result<Word, Word> {
    let Some(cell) = image.cell_of(slot) else {
        return Ok(image.slot_value(slot));
    };
    if cell + 1 >= heap.object(cells).header().size() {
        return Ok(image.slot_value(slot));
    }
    let word = heap.word(cells, cell + 1);
    if word != Word::UNBOUND && word != Word::ELSEWHERE {
        return Ok(word);
    }
    let definition = &image.image().slots[slot as usize];
    if image.is_template(slot) {
        copy_templates(image, heap, cells);
        return Ok(heap.word(cells, cell + 1));
    }
    let name = format!("{}/{}", definition.namespace, definition.name);
    let message = if word == Word::UNBOUND {
        format!("{name} has no value yet: the entry file defines it further down")
    } else {
        format!(
            "{name} is not here: it belongs to the process that ran the entry file, and was nothing \
             that can be shared when this one was spawned (not defined yet, an atom, or a sequence \
             not yet computed); pass it as an argument"
        )
    };
    Err(make_error(heap, "unbound", &message))
}

fn copy_templates(image: &LoadedImage, heap: &mut Heap, cells: Word) {
    let known = heap.object(cells).header().size() - 1;
    let (mut own, mut values) = (Vec::new(), Vec::new());
    for (slot, _) in (0u32..).zip(&image.image().slots) {
        let cell = image.cell_of(slot).filter(|cell| *cell < known);
        let cell = cell.filter(|cell| heap.word(cells, cell + 1) == Word::UNBOUND);
        if let Some(cell) = cell.filter(|_| image.is_template(slot)) {
            own.push(cell);
            values.push(image.slot_value(slot));
        }
    }
    let copies = copy_from_boot(heap, &values);
    for (cell, copy) in own.into_iter().zip(copies) {
        heap.write(cells, cell + 1, copy);
    }
}

impl Machine<'_> {
    /// `load-cell`, `load-template`
    #[inline(never)]
    pub(crate) fn load_cell(&mut self, i: Instr) -> Next {
        let cells = self.process.root(Root::Cells);
        match cell_value(&self.image, &mut self.process.heap, cells, i.x()) {
            Ok(word) => {
                self.set_register(i.a(), word);
                self.after_allocation();
                Next::Go
            }
            Err(error) => self.throw(error),
        }
    }

    /// `store-cell`
    pub(crate) fn store_cell(&mut self, i: Instr) -> Next {
        let cell = self
            .image
            .cell_of(i.x())
            .expect("the loader made these instructions for cells only");
        let cells = self.process.root(Root::Cells);
        let word = self.register(i.a());
        self.process.heap.write(cells, cell + 1, word);
        Next::Go
    }

    /// `load-dynamic`
    #[inline(never)]
    pub(crate) fn load_dynamic(&mut self, i: Instr) -> Next {
        let bindings = self.process.fibers[self.fiber].bindings;
        match value::dynamic::binding(&self.process.heap, bindings, i.x()) {
            Some(word) => {
                self.set_register(i.a(), word);
                Next::Go
            }
            None => self.load_cell(i),
        }
    }

    /// `load-var`
    pub(crate) fn load_var(&mut self, i: Instr) -> Next {
        let image = Arc::clone(&self.image);
        let slot = &image.image().slots[i.x() as usize];
        let heap = &mut self.process.heap;
        let symbol = value::string::make_symbol(heap, Some(&slot.namespace), &slot.name);
        let var = value::dynamic::make_var(heap, i.x(), symbol);
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
