//! Images made by hand: definitions as assembler text, linked as the compiler would.
#![allow(dead_code, reason = "each test binary uses its part")]

use bytecode::{Chunk, Hash, Image, ImageProto, ImageTemplate, NativeRef, Slot, SlotKind};
use std::sync::Arc;
use vm::Word;
use vm::checkpoint::State;
use vm::image::LoadedImage;
use vm::object::{Header, Kind};
use vm::process::Process;

/// A definition: its name, its code, and the definitions that its references name.
pub(crate) type Definition<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Answers its argument.
pub(crate) const IDENTITY: &str = "\
ref @0 value
template t0 captures 0
  arity 1 -> p0
proto p0 params 1 registers 1 captures 0
  return r0
";

/// Links definitions; constants may be anything that is a word by itself.
pub(crate) fn link(definitions: &[Definition<'_>]) -> Arc<LoadedImage> {
    let mut image = Image::default();
    let slot_of = |name: &str| {
        let found = definitions.iter().position(|(n, _, _)| *n == name);
        u32::try_from(found.expect("a reference names a definition")).expect("few definitions")
    };
    for (number, (name, text, refs)) in (0u32..).zip(definitions) {
        let chunk = bytecode::asm(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        bytecode::verify::verify_chunk(&chunk).unwrap_or_else(|error| panic!("{name}: {error}"));
        let first_proto = image.protos.len() as u32;
        let first_template = image.templates.len() as u32;
        add_code(&mut image, number, &chunk);
        let natives = chunk
            .natives
            .iter()
            .map(|native| native_number(&mut image, native))
            .collect();
        let value = image
            .templates
            .get(first_template as usize)
            .map_or(Word::NIL.0, |t| t.function);
        image.slots.push(Slot {
            namespace: "test".to_owned(),
            name: (*name).to_owned(),
            definition: Hash([0; 32]),
            chunk: Some(number),
            refs: refs.iter().map(|name| slot_of(name)).collect(),
            natives,
            first_proto,
            first_template,
            kind: SlotKind::Function,
            value,
        });
        image.chunks.push(chunk);
    }
    Arc::new(LoadedImage::load(Arc::new(image)).expect("the image is valid"))
}

fn add_code(image: &mut Image, slot: u32, chunk: &Chunk) {
    for (index, proto) in (0u16..).zip(&chunk.protos) {
        let consts = proto.consts.iter().map(|constant| match constant {
            bytecode::Const::Nil => Word::NIL.0,
            bytecode::Const::Bool(value) => Word::bool(*value).0,
            bytecode::Const::Int(value) => Word::small(*value).0,
            bytecode::Const::Double(bits) => *bits,
            other => panic!("{other:?} needs an object"),
        });
        image.protos.push(ImageProto {
            slot,
            index,
            consts: consts.collect(),
        });
    }
    for (index, template) in (0u16..).zip(&chunk.templates) {
        let number = image.templates.len() as u64;
        let function = if template.captures == 0 {
            let offset = image.boot.len() as u32;
            image
                .boot
                .extend([Header::new(Kind::Function, 0, 0, 2).0, number]);
            Word::boot(offset).0
        } else {
            Word::NIL.0
        };
        image.templates.push(ImageTemplate {
            slot,
            index,
            function,
        });
    }
}

fn native_number(image: &mut Image, native: &NativeRef) -> u32 {
    let known = image.natives.iter().position(|other| other == native);
    let number = known.unwrap_or_else(|| {
        image.natives.push(native.clone());
        image.natives.len() - 1
    });
    number as u32
}

/// That the sum of all checkpoints is the living process.
pub(crate) fn assert_same(stored: &State, living: &Process) {
    if let Err(difference) = vm::oracle::same(&living.full_state(), stored) {
        panic!("{difference}");
    }
}
