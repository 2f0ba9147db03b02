//! Whether a checkpoint, read back, is the process that it was made of: what tests of all kinds ask.
//!
//! # Invariants
//! - The comparison with what was before knows nothing of collectors and checkpoints: it walks both
//!   from their roots in step, and remembers which object of the one is which of the other.
//! - Whatever was read back, the answer is a text, never a panic.

use crate::checkpoint::{FiberRecord, ProcessRecord, State};
use crate::object::{Header, Kind};
use crate::word::Word;

/// Compares what was read back of a process, word for word, with the living one right after its
/// checkpoint, and, up to where objects lie, with a copy of all its memory and stacks from right before
/// ([`crate::process::Process::full_state`] of both times).
///
/// # Errors
/// The first difference, for people.
pub fn check(before: &State, living: &State, stored: &State) -> Result<(), String> {
    same(living, stored)?;
    difference(before, stored)
        .map_err(|error| format!("the checkpoint is not what the process was: {error}"))
}

/// The first part of [`check`].
///
/// # Errors
/// The first difference, for people.
pub fn same(living: &State, stored: &State) -> Result<(), String> {
    let layout = |state: &State| -> Vec<(u64, u32, usize)> {
        let segments = state.segments.iter();
        segments
            .map(|segment| (segment.id, segment.start, segment.words.len()))
            .collect()
    };
    let (a, b) = (layout(living), layout(stored));
    if a != b {
        return Err(format!("the segments are {a:?}, of those stored {b:?}"));
    }
    let memory = living.memory();
    if let Some(address) = stored
        .overlay
        .keys()
        .find(|&&at| at as usize >= memory.len())
    {
        return Err(format!(
            "a mutated cell is stored at {address}, beyond the memory"
        ));
    }
    for (at, (a, b)) in memory.iter().zip(stored.memory()).enumerate() {
        if *a != b {
            return Err(format!("the word at {at} is {a:#x}, stored {b:#x}"));
        }
    }
    if !living.fibers.keys().eq(stored.fibers.keys()) {
        return Err("there are other fibers than those stored".to_owned());
    }
    for ((id, (a, a_parts)), (b, b_parts)) in living.fibers.iter().zip(stored.fibers.values()) {
        if a != b {
            return Err(format!("the record of fiber {id} is {a:?}, stored {b:?}"));
        }
        for (part, (a, b)) in a_parts.iter().zip(b_parts).enumerate() {
            let at = a.iter().zip(b).position(|(a, b)| a != b);
            if let Some(at) = at.or((a.len() != b.len()).then(|| a.len().min(b.len()))) {
                let (a, b) = (a.get(at), b.get(at));
                return Err(format!(
                    "stack {part} of fiber {id} has {a:?} at {at}, stored {b:?}"
                ));
            }
        }
        if a_parts.len() != b_parts.len() {
            return Err(format!("fiber {id} has another number of stacks stored"));
        }
    }
    if living.record != stored.record {
        let (a, b) = (&living.record, &stored.record);
        return Err(format!("the record is {a:?}, stored {b:?}"));
    }
    Ok(())
}

/// Finds where `after`, a process read back, is not `before`, the whole memory and all stacks copied
/// before its checkpoint. A stack word that is dead in `after` may have been anything.
fn difference(before: &State, after: &State) -> Result<(), String> {
    let mut walk = Walk {
        words: [before.memory(), after.memory()],
        partners: Vec::new(),
        pending: Vec::new(),
    };
    walk.partners = vec![u32::MAX; walk.words[0].len()];
    let (a, b) = (&before.record, &after.record);
    let scalars = |record: &ProcessRecord| {
        (
            record.run_queue.clone(),
            record.next_fiber,
            record.next_request,
            record.next_serial,
        )
    };
    if scalars(a) != scalars(b) || !before.fibers.keys().eq(after.fibers.keys()) {
        return Err("the records differ".to_owned());
    }
    for (&a, &b) in a.roots.iter().zip(&b.roots) {
        walk.pair("a root", Word(a), Word(b))?;
    }
    for ((id, (a, a_parts)), (b, b_parts)) in before.fibers.iter().zip(after.fibers.values()) {
        let shape = |fiber: &FiberRecord| {
            let parts = fiber.parts.iter();
            let parts = parts.map(|part| (part.base, part.pc, part.height));
            (
                (fiber.state, fiber.answer_to, fiber.request_serial),
                parts.collect::<Vec<_>>(),
                (fiber.attached.clone(), fiber.detached.clone()),
            )
        };
        if shape(a) != shape(b) {
            return Err(format!("the records of fiber {id} differ"));
        }
        let fields = |fiber: &FiberRecord| {
            [
                fiber.request,
                fiber.bindings,
                fiber.future,
                fiber.pending_error,
                fiber.ends,
            ]
            .map(Word)
        };
        for (a, b) in fields(a).into_iter().zip(fields(b)) {
            walk.pair("a field of a fiber", a, b)?;
        }
        for (a, b) in a.parts.iter().zip(&b.parts) {
            walk.pair("the extent of a stack", Word(a.extent), Word(b.extent))?;
        }
        for (a, b) in a_parts.iter().zip(b_parts) {
            if a.len() != b.len() {
                return Err(format!("a stack of fiber {id} has another height"));
            }
            for (&a, &b) in a.iter().zip(b) {
                if Word(b) != Word::DEAD {
                    walk.pair("a stack word", Word(a), Word(b))?;
                }
            }
        }
    }
    walk.finish()
}

struct Walk {
    /// The two memories.
    words: [Vec<u64>; 2],
    /// For each offset of the first memory, the offset of the object that was met with it.
    partners: Vec<u32>,
    /// Pairs of objects whose words are still to be compared.
    pending: Vec<(u32, u32)>,
}

impl Walk {
    fn pair(&mut self, what: &str, a: Word, b: Word) -> Result<(), String> {
        if !(a.is_reference() && b.is_reference()) {
            return if a == b {
                Ok(())
            } else {
                Err(format!("{what} was {a:?} and is {b:?}"))
            };
        }
        let partner = &mut self.partners[a.offset() as usize];
        if *partner == u32::MAX {
            *partner = b.offset();
            self.pending.push((a.offset(), b.offset()));
        } else if *partner != b.offset() {
            return Err(format!("{what} leads to another object than before"));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        // Two objects of the first memory must not be one of the second.
        let mut taken = vec![false; self.words[1].len()];
        while let Some((a, b)) = self.pending.pop() {
            if std::mem::replace(&mut taken[b as usize], true) {
                return Err("two objects became one".to_owned());
            }
            let (a, b) = (a as usize, b as usize);
            let header = Header(self.words[0][a]);
            if header != Header(self.words[1][b]) {
                return Err(format!("an object at {a} has another header at {b}"));
            }
            let kind = header.kind();
            let size = header.size() as usize;
            let first_value = if kind.raw() == Kind::ALL_RAW {
                size
            } else {
                1 + kind.raw()
            };
            for index in 1..size {
                let (x, y) = (self.words[0][a + index], self.words[1][b + index]);
                if index >= first_value {
                    self.pair("a word of an object", Word(x), Word(y))?;
                } else if x != y {
                    return Err(format!(
                        "{kind:?} at {a}: raw word {index} was {x:#x}, is {y:#x}"
                    ));
                }
            }
        }
        Ok(())
    }
}
