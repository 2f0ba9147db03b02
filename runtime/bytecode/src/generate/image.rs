//! Random images whose numbers fit; words are random, so a machine would refuse to run them.

use crate::chunk::RefUse;
use crate::generate::{Options, Rng, chunk};
use crate::image::{
    Hash, Image, ImageProto, ImageTemplate, ProtoSource, Slot, SlotKind, SlotSource,
};

/// An image that [`crate::verify_image`] accepts.
#[must_use]
pub fn image(seed: u64, options: &Options) -> Image {
    let mut rng = Rng::new(seed);
    let mut image = Image::default();
    image
        .natives
        .extend(options.natives.iter().map(|(native, _)| native.clone()));
    image.boot.extend((0..rng.below(20)).map(|_| rng.bits()));
    image.source_map.files.push("src/app/core.ox".to_owned());
    let plain = [SlotKind::Native, SlotKind::Dynamic, SlotKind::Cell];
    let count = plain.len() + 1 + rng.below(4);
    for index in 0..count {
        let mut slot = Slot {
            namespace: "app.core".to_owned(),
            name: format!("definition-{index}"),
            definition: Hash::of(&(index as u64).to_le_bytes()),
            chunk: None,
            refs: Vec::new(),
            natives: Vec::new(),
            first_proto: image.protos.len() as u32,
            first_template: image.templates.len() as u32,
            kind: SlotKind::Value,
            value: rng.bits(),
        };
        let mut source = SlotSource {
            file: 0,
            line: index as u32 * 7 + 1,
            ..SlotSource::default()
        };
        match plain.get(index) {
            Some(kind) => slot.kind = *kind,
            None => {
                let seed = rng.bits();
                let chunk = chunk(seed, options);
                if seed % 2 == 1 {
                    slot.kind = SlotKind::Function;
                }
                slot.refs.extend(chunk.refs.iter().map(|use_| match use_ {
                    RefUse::Value => 0,
                    RefUse::Dynamic => 1,
                    RefUse::Cell => 2,
                    RefUse::Var => rng.below(index) as u32,
                }));
                slot.natives.extend(0..chunk.natives.len() as u32);
                slot.chunk = Some(image.chunks.len() as u32);
                for (k, proto) in chunk.protos.iter().enumerate() {
                    image.protos.push(ImageProto {
                        slot: index as u32,
                        index: k as u16,
                        consts: proto.consts.iter().map(|_| rng.bits()).collect(),
                    });
                    source.protos.push(ProtoSource {
                        name: rng.one_in(2).then(|| format!("f{k}")),
                        lines: (0..proto.code.len() as u32)
                            .step_by(3)
                            .map(|pc| (pc, rng.below(9) as u32, 1 + rng.below(80) as u32))
                            .collect(),
                        locals: vec![("x".to_owned(), 0, 0, proto.code.len() as u32)],
                    });
                }
                for k in 0..chunk.templates.len() {
                    image.templates.push(ImageTemplate {
                        slot: index as u32,
                        index: k as u16,
                        function: rng.bits(),
                    });
                }
                image.chunks.push(chunk);
                source.arglists.push("[x & more]".to_owned());
                source.doc = Some("What it does.".to_owned());
            }
        }
        image.slots.push(slot);
        image.source_map.slots.push(source);
    }
    image.entry = image
        .slots
        .iter()
        .position(|slot| slot.kind == SlotKind::Value && slot.chunk.is_some())
        .map(|index| index as u32);
    image.main = Some(0);
    image
}
