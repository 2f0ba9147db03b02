//! Which cells of the entry file a value's code can read: what a process gives to one it spawns.
//!
//! # Invariants
//! - Conservative: a cell that is read is among them. One that is not may be, since a reference
//!   counts wherever it stands.
//! - Only the entry file has cells, and only its own definitions can refer to them.

use crate::image::LoadedImage;
use crate::object::{FIRST_VALUE, Header, Kind};
use crate::value::copy::Effort;
use crate::value::message::Message;
use crate::word::Word;
use bytecode::{Operand, SlotKind};
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// A look through a message, in steps.
#[derive(Debug, Default)]
pub struct Reach {
    /// Where in the message the next object is.
    at: usize,
    boot_seen: FxHashSet<u32>,
    templates: Vec<u32>,
    templates_seen: FxHashSet<u32>,
    slots: Vec<u32>,
    slots_seen: FxHashSet<u32>,
    cells: BTreeSet<u32>,
}

impl Reach {
    /// Looks on through the message of the step before: at the end, the slots of the cells that
    /// functions in it can read, ascending.
    #[must_use]
    pub fn step(
        &mut self,
        image: &LoadedImage,
        message: &Message,
        effort: &mut Effort,
    ) -> Option<BTreeSet<u32>> {
        let Some(namespace) = image.cell_namespace() else {
            return Some(BTreeSet::new());
        };
        let found = std::mem::take(self);
        let mut walk = Walk {
            image,
            namespace,
            found,
        };
        let words = message.words();
        while walk.found.at < words.len() {
            if effort.is_used_up() {
                *self = walk.found;
                return None;
            }
            let at = walk.found.at;
            let object = &words[at..at + Header(words[at]).size() as usize];
            walk.object(object);
            walk.found.at += object.len();
            effort.take(object.len());
        }
        walk.boot(message.root());
        loop {
            if let Some(template) = walk.found.templates.pop() {
                walk.template(template);
            } else if let Some(slot) = walk.found.slots.pop() {
                walk.slot(slot);
            } else {
                return Some(walk.found.cells);
            }
        }
    }
}

struct Walk<'a> {
    image: &'a LoadedImage,
    /// That of the entry file; definitions of others are not looked into.
    namespace: &'a str,
    found: Reach,
}

impl Walk<'_> {
    fn object(&mut self, object: &[u64]) {
        let header = Header(object[0]);
        match header.kind() {
            Kind::Function => self.reach_template(object[1] as u32),
            Kind::Var => self.reach_slot(object[1] as u32),
            _ => {}
        }
        let first = FIRST_VALUE[usize::from(header.kind_byte())] as usize;
        for &word in object.iter().skip(first) {
            self.boot(Word(word));
        }
    }

    /// What a word refers to in the boot segment, and all behind it.
    fn boot(&mut self, word: Word) {
        if !word.is_boot() {
            return;
        }
        let boot = self.image.boot();
        let mut pending = vec![word];
        while let Some(word) = pending.pop() {
            if !word.is_boot() || !self.found.boot_seen.insert(word.offset()) {
                continue;
            }
            let at = word.offset() as usize;
            let header = Header(boot[at]);
            match header.kind() {
                Kind::Function => self.reach_template(boot[at + 1] as u32),
                Kind::Var => self.reach_slot(boot[at + 1] as u32),
                _ => {}
            }
            let first = FIRST_VALUE[usize::from(header.kind_byte())];
            for index in first.min(header.size())..header.size() {
                pending.push(Word(boot[at + index as usize]));
            }
        }
    }

    fn reach_template(&mut self, template: u32) {
        let image = self.image;
        let own = (template as usize) < image.template_count()
            && self.is_own(image.template(template).slot);
        if own && self.found.templates_seen.insert(template) {
            self.found.templates.push(template);
        }
    }

    fn reach_slot(&mut self, slot: u32) {
        if self.is_own(slot) && self.found.slots_seen.insert(slot) {
            self.found.slots.push(slot);
        }
    }

    fn is_own(&self, slot: u32) -> bool {
        let slot = self.image.image().slots.get(slot as usize);
        slot.is_some_and(|slot| slot.namespace == self.namespace)
    }

    fn slot(&mut self, number: u32) {
        let slot = &self.image.image().slots[number as usize];
        match slot.kind {
            SlotKind::Cell => {
                self.found.cells.insert(number);
            }
            SlotKind::Function => self.reach_template(slot.first_template),
            SlotKind::Native => {}
            _ => {
                for &referred in &slot.refs {
                    self.reach_slot(referred);
                }
                self.boot(Word(slot.value));
            }
        }
    }

    fn template(&mut self, number: u32) {
        let image = self.image;
        let template = image.template(number);
        let fixed = template.by_arity.iter().copied();
        let variadic = template.variadic.map(|(_, proto)| proto);
        for proto in fixed.chain(variadic).filter(|&proto| proto != u32::MAX) {
            let proto = image.proto(proto);
            let slot = &image.image().slots[proto.slot as usize];
            for &instr in &proto.stored().code {
                for operand in instr.op().into_iter().flat_map(bytecode::Op::operands) {
                    match operand {
                        Operand::RefX => {
                            if let Some(&referred) = slot.refs.get(instr.x() as usize) {
                                self.reach_slot(referred);
                            }
                        }
                        Operand::TemplateBC => {
                            self.reach_template(slot.first_template + u32::from(instr.c()));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
