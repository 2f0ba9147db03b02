//! The properties every other part of the crate rests on, over generated and damaged code.
use super::*;
use crate::{
    Image, Live, Liveness, SourceMap, asm, disasm, print_const, read_const, verify_chunk,
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
