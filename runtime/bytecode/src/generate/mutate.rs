//! Damage: small changes to bytes and to chunks, as fuzzers make them.

use crate::chunk::{Catches, Chunk, Handler};
use crate::generate::Rng;
use crate::op::Instr;

/// Changes bytes in a few places: flips, inserts, removes, repeats, cuts off.
pub fn mutate_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..=rng.below(4) {
        let at = rng.below(bytes.len());
        match rng.below(7) {
            _ if bytes.is_empty() => bytes.push(rng.bits() as u8),
            0 | 1 => bytes[at] ^= 1 << rng.below(8),
            2 => bytes[at] = *rng.pick(&[0, 1, 0x7f, 0x80, 0xff, rng.clone().bits() as u8]),
            3 => bytes.insert(at, rng.bits() as u8),
            4 => {
                bytes.remove(at);
            }
            5 => {
                let end = (at + rng.below(16)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = rng.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                if rng.one_in(4) {
                    bytes.truncate(at);
                }
            }
        }
    }
}

/// Changes a chunk in one place: an instruction, a handler, a count.
pub fn mutate_chunk(rng: &mut Rng, chunk: &mut Chunk) {
    let count = chunk.protos.len();
    let index = rng.below(count);
    if rng.one_in(12) {
        let index = rng.below(chunk.templates.len());
        if let Some(template) = chunk.templates.get_mut(index) {
            match rng.below(3) {
                0 => template.captures = rng.below(6) as u16,
                1 => {
                    template.arities.pop();
                }
                _ => {
                    if let Some(arity) = template.arities.first_mut() {
                        arity.proto = rng.below(count + 1) as u16;
                    }
                }
            }
        }
        return;
    }
    let Some(proto) = chunk.protos.get_mut(index) else {
        return;
    };
    let length = proto.code.len();
    let at = rng.below(length);
    match rng.below(10) {
        0 => proto.registers = proto.registers.saturating_sub(1),
        1 => proto.params = rng.below(4) as u16,
        2 => proto.captures = rng.below(4) as u16,
        3 => proto.handlers.push(Handler {
            start: rng.below(length) as u32,
            end: rng.below(length + 2) as u32,
            target: rng.below(length + 1) as u32,
            register: rng.below(usize::from(proto.registers) + 1) as u16,
            catches: Catches::All,
        }),
        4 if length > 0 => {
            proto.code.remove(at);
        }
        5 if length > 0 => {
            let other = rng.below(length);
            proto.code.swap(at, other);
        }
        _ => {
            if let Some(instr) = proto.code.get_mut(at) {
                // Low bits of the fields: what stays near to valid code.
                let field = *rng.pick(&[0, 8, 24, 40, 56]);
                *instr = Instr(instr.0 ^ 1 << (field + rng.below(4)));
            }
        }
    }
}
