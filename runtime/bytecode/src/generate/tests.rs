//! The properties every other part of the crate rests on, over generated and damaged code.
use super::*;
use crate::effects::{Effects, captures_of, jump_target, may_throw};
use crate::{
    Fault, Image, Live, Liveness, SourceMap, asm, disasm, print_const, read_const, verify_chunk,
    verify_image,
};

const SEEDS: u64 = 400;

fn chunks() -> impl Iterator<Item = (u64, Chunk)> {
    (0..SEEDS).map(|seed| (seed, chunk(seed, &Options::default())))
}

/// What liveness promises of verified code.
fn check_liveness(chunk: &Chunk) {
    for proto in &chunk.protos {
        let liveness = Liveness::of(proto, &chunk.templates);
        let mut live = Live::default();
        liveness.live_before(&proto.code, 0, &mut live);
        let arrive = u32::from(proto.params) + u32::from(proto.variadic);
        for register in live.registers.iter() {
            assert!(
                register < arrive,
                "register {register} is live before it is written"
            );
        }
        for pc in 0..proto.code.len() as u32 {
            liveness.live_after_call(&proto.code, pc, &mut live);
            assert!(
                live.registers
                    .iter()
                    .all(|r| r < u32::from(proto.registers))
            );
        }
    }
}

#[test]
fn generated_code_is_valid_and_its_live_registers_are_written() {
    for (seed, chunk) in chunks() {
        if let Err(error) = verify_chunk(&chunk) {
            panic!("seed {seed}: {error}\n{}", disasm(&chunk));
        }
        check_liveness(&chunk);
    }
}

#[test]
fn generated_code_has_every_stored_operation() {
    let mut missing: Vec<Op> = Op::ALL
        .iter()
        .copied()
        .filter(|op| (*op as u8) < Op::FIRST_INTERNAL)
        .collect();
    for (_, chunk) in chunks() {
        for instr in chunk.protos.iter().flat_map(|proto| &proto.code) {
            missing.retain(|op| Some(*op) != instr.op());
        }
    }
    assert_eq!(missing, []);
}

#[test]
fn chunks_read_back_from_bytes_and_from_text() {
    for (seed, chunk) in chunks() {
        let bytes = chunk.encode();
        assert_eq!(Chunk::decode(&bytes).as_ref(), Ok(&chunk), "seed {seed}");
        let text = disasm(&chunk);
        match asm(&text) {
            Ok(read) => assert_eq!(read, chunk, "seed {seed}\n{text}"),
            Err(error) => panic!("seed {seed}: {error}\n{text}"),
        }
    }
}

#[test]
fn constants_read_back_from_text() {
    let mut rng = Rng::new(7);
    for _ in 0..5000 {
        let constant = constant(&mut rng, 3);
        let text = print_const(&constant);
        assert_eq!(read_const(&text).as_ref(), Ok(&constant), "{text}");
    }
}

#[test]
fn images_are_valid_and_read_back_from_bytes() {
    for seed in 0..60 {
        let image = image(seed, &Options::default());
        if let Err(error) = verify_image(&image) {
            panic!("seed {seed}: {error}");
        }
        let bytes = image.encode();
        assert_eq!(Image::decode(&bytes).as_ref(), Ok(&image), "seed {seed}");
        assert_eq!(Image::hash_of_bytes(&bytes), Ok(image.hash()));
        assert_eq!(
            Image::decode_source_map(&bytes).as_ref(),
            Ok(&image.source_map)
        );
        let bare = Image::decode_without_source_map(&bytes).expect("the same bytes");
        assert_eq!(bare.hash(), image.hash());
        assert_eq!(bare.source_map, SourceMap::default());
    }
}

/// The image that ends before a slot: what an extension begins with.
fn first_slots(image: &Image, count: usize) -> Image {
    let mut base = image.clone();
    let before = |slot: u32| (slot as usize) < count;
    let chunks = image.slots[..count].iter().filter_map(|slot| slot.chunk);
    base.chunks
        .truncate(chunks.map(|chunk| chunk as usize + 1).max().unwrap_or(0));
    base.slots.truncate(count);
    base.protos.retain(|proto| before(proto.slot));
    base.templates.retain(|template| before(template.slot));
    base.boot.truncate(image.boot.len() / 2);
    base.source_map.slots.truncate(count);
    base.source_map.program.truncate(1);
    base
}

#[test]
fn extensions_read_back_from_bytes() {
    for seed in 0..60 {
        let mut image = image(seed, &Options::default());
        image.source_map.program = vec![b"texts".to_vec(), b"more".to_vec()];
        for count in 0..image.slots.len() {
            let base = first_slots(&image, count);
            let bytes = image.encode_extension(&base);
            image.extensions = vec![count as u32];
            let read = base.clone().extended(&bytes);
            assert_eq!(read.as_ref(), Ok(&image), "seed {seed}, {count} slots");
            assert!(Image::decode(&bytes).is_err());
            assert!(base.clone().extended(&image.encode()).is_err());
            let mut damaged = bytes.clone();
            damaged[bytes.len() / 2] ^= 1;
            assert!(base.extended(&damaged).is_err());
            image.extensions.clear();
        }
    }
}

#[test]
fn code_of_version_0_means_the_same() {
    let mut seen = 0;
    for (seed, chunk) in chunks() {
        let Some(old) = encode_as_version_0(&chunk) else {
            continue;
        };
        assert_ne!(old, chunk.encode());
        assert_eq!(Chunk::decode(&old).as_ref(), Ok(&chunk), "seed {seed}");
        seen += 1;
    }
    assert!(
        seen > SEEDS / 4,
        "only {seen} chunks could be written in version 0"
    );
    let image = image(
        4,
        &Options {
            size: 3,
            ..Options::default()
        },
    );
    let old = encode_image_as_version_0(&image).expect("small numbers only");
    assert_eq!(Image::decode(&old).as_ref(), Ok(&image));
}

#[test]
fn damaged_bytes_are_refused_or_read_as_the_one_encoding_of_what_they_say() {
    let mut rng = Rng::new(1);
    let (mut read, mut refused) = (0, 0);
    for (_, chunk) in chunks() {
        let whole = chunk.encode();
        for _ in 0..20 {
            let mut bytes = whole.clone();
            mutate_bytes(&mut rng, &mut bytes);
            match Chunk::decode(&bytes) {
                Ok(chunk) => {
                    read += 1;
                    // Bytes 6 and 7 are the code version; another reads to other bytes.
                    if bytes[6..8] == whole[6..8] {
                        assert_eq!(chunk.encode(), bytes);
                    }
                    if verify_chunk(&chunk).is_ok() {
                        check_liveness(&chunk);
                    }
                    let text = disasm(&chunk);
                    if verify_chunk(&chunk).is_ok() {
                        assert_eq!(asm(&text).as_ref(), Ok(&chunk), "{text}");
                    }
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        read > 1000 && refused > 1000,
        "{read} read, {refused} refused"
    );
}

#[test]
fn damaged_code_that_is_accepted_keeps_the_promises() {
    let mut rng = Rng::new(2);
    let (mut accepted, mut refused) = (0, 0);
    for (_, chunk) in chunks() {
        for _ in 0..20 {
            let mut chunk = chunk.clone();
            mutate_chunk(&mut rng, &mut chunk);
            match verify_chunk(&chunk) {
                Ok(()) => {
                    accepted += 1;
                    check_liveness(&chunk);
                    assert_eq!(asm(&disasm(&chunk)).as_ref(), Ok(&chunk));
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        accepted > 500 && refused > 500,
        "{accepted} accepted, {refused} refused"
    );
}

#[test]
fn an_image_with_any_bit_flipped_is_refused() {
    let bytes = image(
        3,
        &Options {
            size: 4,
            templates: 1,
            ..Options::default()
        },
    )
    .encode();
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(Image::decode(&bytes).is_err(), "bit {bit}");
    }
    for end in 0..bytes.len() {
        assert!(Image::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn text_of_any_kind_gives_a_chunk_or_an_error() {
    let mut rng = Rng::new(3);
    for (_, chunk) in chunks().take(100) {
        let mut bytes = disasm(&chunk).into_bytes();
        for _ in 0..10 {
            mutate_bytes(&mut rng, &mut bytes);
            let _ = asm(&String::from_utf8_lossy(&bytes)).map(|chunk| verify_chunk(&chunk));
        }
    }
}

/// A frame that follows control at random and knows of each register only whether it may be read.
struct Walk<'a> {
    proto: &'a Prototype,
    captures: Vec<u16>,
    /// Registers written since and not lost.
    written: Vec<bool>,
}

impl Walk<'_> {
    /// Executes one instruction; gives the next pc, or nothing at the end of the frame.
    fn step(&mut self, rng: &mut Rng, pc: u32) -> Option<u32> {
        let instr = self.proto.code[pc as usize];
        let op = instr.op().expect("verified");
        let effects = Effects::of(instr, &self.captures).expect("verified");
        for range in effects.reads() {
            for register in range.start..range.end {
                assert!(
                    self.written[register as usize],
                    "pc {pc} reads register {register}"
                );
            }
        }
        if let Some(base) = effects.kills_from {
            self.written[usize::from(base)..].fill(false);
        }
        if may_throw(op) && (op == Op::Throw || rng.one_in(6)) {
            let handler = self.proto.handlers.iter().find(|handler| {
                (handler.start..handler.end).contains(&pc)
                    && (handler.catches == Catches::All || rng.one_in(2))
            })?;
            self.written[usize::from(handler.register)] = true;
            return Some(handler.target);
        }
        if let Some(register) = effects.writes {
            self.written[usize::from(register)] = true;
        }
        let jump = jump_target(instr, pc);
        match (jump, op.ends_block()) {
            (Some(target), true) => Some(target),
            (Some(target), false) if rng.one_in(2) => Some(target),
            (_, true) => None,
            (_, false) => Some(pc + 1),
        }
    }

    /// Follows one path. At each stop only what is live survives, as in a collection.
    fn run(&mut self, rng: &mut Rng, liveness: &Liveness) {
        let mut pc = 0;
        let mut live = Live::default();
        for _ in 0..200 {
            if rng.one_in(3) {
                liveness.live_before(&self.proto.code, pc, &mut live);
                for register in live.registers.iter() {
                    assert!(
                        self.written[register as usize],
                        "pc {pc}: {register} is live"
                    );
                }
                for (register, written) in self.written.iter_mut().enumerate() {
                    *written &= live.registers.contains(register as u32);
                }
            }
            match self.step(rng, pc) {
                Some(next) => pc = next,
                None => return,
            }
        }
    }
}

#[test]
fn no_path_reads_what_was_not_written_or_was_collected() {
    let mut rng = Rng::new(5);
    for (_, chunk) in chunks() {
        let mut damaged = chunk.clone();
        mutate_chunk(&mut rng, &mut damaged);
        for chunk in [chunk, damaged] {
            if verify_chunk(&chunk).is_err() {
                continue;
            }
            for proto in &chunk.protos {
                let liveness = Liveness::of(proto, &chunk.templates);
                for _ in 0..8 {
                    let mut walk = Walk {
                        proto,
                        captures: captures_of(&chunk.templates),
                        written: vec![false; usize::from(proto.registers)],
                    };
                    let arrive = usize::from(proto.params) + usize::from(proto.variadic);
                    walk.written[..arrive].fill(true);
                    walk.run(&mut rng, &liveness);
                }
            }
        }
    }
}

#[test]
fn what_waits_keeps_what_it_will_read() {
    // `live_after_call` is what is live after, and for handlers, less the result and the window.
    for (_, chunk) in chunks() {
        for proto in &chunk.protos {
            let liveness = Liveness::of(proto, &chunk.templates);
            let (mut during, mut after) = (Live::default(), Live::default());
            for (pc, instr) in proto.code.iter().enumerate() {
                let effects = Effects::of(*instr, &[]).expect("valid");
                let (Some(base), Some(_)) = (effects.kills_from, effects.writes) else {
                    continue;
                };
                let base = u32::from(base);
                liveness.live_after_call(&proto.code, pc as u32, &mut during);
                liveness.live_after(&proto.code, pc as u32, &mut after);
                assert!(during.registers.iter().all(|r| r < base));
                for register in after.registers.iter().filter(|r| *r != base) {
                    assert!(during.registers.contains(register));
                }
            }
        }
    }
}

/// An image with one thing changed is refused, and the message says where.
fn refused(change: impl FnOnce(&mut Image)) -> String {
    let mut image = image(3, &Options::default());
    change(&mut image);
    verify_image(&image)
        .expect_err("something is wrong")
        .to_string()
}

#[test]
fn numbers_of_an_image_fit_each_other() {
    assert_eq!(
        refused(|image| image.slots[3].refs[0] = 99),
        "app.core/definition-3, reference 0 is slot 99, which does not exist"
    );
    assert_eq!(
        refused(|image| image.slots[3].refs[2] = 2),
        "app.core/definition-3, reference 2 is used as `Dynamic`, but app.core/definition-2 is `Cell`"
    );
    assert_eq!(
        refused(|image| image.slots[3].chunk = Some(77)),
        "app.core/definition-3, chunk 77 does not exist"
    );
    assert_eq!(
        refused(|image| image.slots[3].natives[0] = 1),
        "app.core/definition-3, native ox.core/str is bound to another"
    );
    assert!(refused(|image| image.slots[3].first_proto += 1).contains("is not its prototype 0"));
    assert!(refused(|image| image.protos[0].consts.push(0)).contains("constants, but"));
    assert!(refused(|image| image.protos[0].index = 1).contains("is not its prototype 0"));
    assert!(
        refused(|image| {
            let extra = image.protos[0].clone();
            image.protos.push(extra);
        })
        .ends_with("belongs to no definition")
    );
    assert!(refused(|image| image.entry = Some(1)).ends_with("the entry has no code"));
    assert!(refused(|image| image.main = Some(500)).contains("the main is slot 500"));
    assert!(
        refused(|image| image.chunks[0].protos[0].code.clear())
            .starts_with("app.core/definition-3, prototype 0, a prototype has 1 to")
    );
}

#[test]
fn code_that_would_take_too_long_to_check_is_refused() {
    // A graph of many blocks in a frame of many registers.
    let blocks = 40_000;
    let mut code: Vec<Instr> = (0..blocks).map(|_| Instr::ax(Op::JumpNil, 0, 0)).collect();
    code.push(Instr::abc(Op::Return, 0, 0, 0));
    let proto = Prototype {
        params: 1,
        registers: 65_000,
        code,
        ..Prototype::default()
    };
    let mut chunk = Chunk {
        protos: vec![proto],
        ..Chunk::default()
    };
    let error = verify_chunk(&chunk).expect_err("too large");
    assert_eq!(error.fault, Fault::TooComplex);
    chunk.protos[0].registers = 200;
    assert_eq!(verify_chunk(&chunk), Ok(()));
}
