//! Bounds: depth, counts, versions, checksums.
use std::hash::{DefaultHasher, Hasher as _};

use super::*;
use crate::{asm, disasm, read_const, verify_chunk};

/// Runs on a thread with the smallest stack the system uses anywhere.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread
        .expect("a thread starts")
        .join()
        .expect("the work succeeds");
}

fn nested(depth: usize) -> Const {
    (0..depth).fold(Const::Int(1), |inner, n| match n % 5 {
        0 => Const::Vector(vec![inner]),
        1 => Const::Map(vec![(Const::Nil, inner)]),
        2 => Const::Tagged(None, "t".to_owned(), Box::new(inner)),
        3 => Const::Meta(Box::new(inner), Box::new(Const::Map(Vec::new()))),
        _ => Const::List(vec![Const::Nil, inner]),
    })
}

fn with_const(constant: Const) -> Chunk {
    let mut chunk = asm("const r0 nil\nreturn r0").expect("the text is a chunk");
    chunk.protos[0].consts[0] = constant;
    chunk
}

#[test]
fn the_deepest_constant_is_handled_without_recursion() {
    on_a_small_stack(|| {
        let chunk = with_const(nested(Const::DEPTH_MAX));
        assert_eq!(chunk.protos[0].consts[0].depth(), Const::DEPTH_MAX);
        assert_eq!(verify_chunk(&chunk), Ok(()));
        let read = Chunk::decode(&chunk.encode()).expect("what was written");
        assert!(read == chunk.clone());
        let hash = |chunk: &Chunk| {
            let mut hasher = DefaultHasher::new();
            std::hash::Hash::hash(chunk, &mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&read), hash(&chunk));
        assert!(asm(&disasm(&chunk)).expect("what was printed") == chunk);
        assert!(!format!("{chunk:?}").is_empty());
    });
}

#[test]
fn a_constant_beyond_the_bound_is_refused_and_freed() {
    on_a_small_stack(|| {
        let chunk = with_const(nested(Const::DEPTH_MAX + 1));
        assert!(verify_chunk(&chunk).is_err());
        let error = Chunk::decode(&chunk.encode()).expect_err("one level too deep");
        assert!(
            matches!(
                error,
                DecodeError::TooDeep {
                    max: Const::DEPTH_MAX,
                    ..
                }
            ),
            "{error}"
        );
        assert!(read_const(&"[".repeat(Const::DEPTH_MAX + 1)).is_err());
        drop(nested(300_000));
    });
}

#[test]
fn counts_are_checked_against_what_is_left() {
    let mut bytes = Chunk::default().encode();
    let start = bytes.len() - 4;
    bytes.truncate(start);
    // 2^60 references.
    bytes.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    assert_eq!(
        Chunk::decode(&bytes),
        Err(DecodeError::TooMany {
            what: "reference",
            offset: start,
            count: 1 << 60,
            left: 0
        })
    );
}

#[test]
fn a_number_has_one_form() {
    let whole = Chunk::default().encode();
    let start = whole.len() - 4;
    let with = |tail: &[u8]| {
        let mut bytes = whole[..start].to_vec();
        bytes.extend_from_slice(tail);
        Chunk::decode(&bytes)
    };
    assert_eq!(with(&[0, 0, 0, 0]), Ok(Chunk::default()));
    let padded = DecodeError::BadNumber {
        what: "reference",
        offset: start,
        found: 0,
    };
    assert_eq!(with(&[0x80, 0, 0, 0, 0]), Err(padded));
    let trailing = DecodeError::Trailing {
        what: "chunk",
        count: 1,
    };
    assert_eq!(with(&[0, 0, 0, 0, 0]), Err(trailing));
    let ends = DecodeError::Truncated {
        what: "prototype",
        offset: start + 3,
    };
    assert_eq!(with(&[0, 0, 0]), Err(ends));
}

#[test]
fn newer_formats_are_named_before_anything_else_is_looked_at() {
    let newer = |what, found, supported| DecodeError::NewerFormat {
        what,
        found,
        supported,
    };
    let mut chunk = Chunk::default().encode();
    chunk[6] = 9;
    assert_eq!(
        Chunk::decode(&chunk),
        Err(newer("chunk's code", 9, CODE_VERSION))
    );
    chunk[4] = 7;
    assert_eq!(Chunk::decode(&chunk), Err(newer("chunk", 7, CHUNK_FORMAT)));
    let mut image = Image::default().encode();
    image.truncate(6);
    image[4] = 2;
    assert_eq!(Image::decode(&image), Err(newer("image", 2, IMAGE_FORMAT)));
    let mut map = SourceMap::default().encode();
    map[5] = 1;
    assert_eq!(
        SourceMap::decode(&map),
        Err(newer("source map", 258, SOURCE_MAP_FORMAT))
    );
    assert_eq!(
        Chunk::decode(b"PK\x03\x04"),
        Err(DecodeError::NotThis { what: "chunk" })
    );
}

#[test]
fn damage_of_an_image_names_the_part() {
    let mut image = Image {
        boot: vec![1, 2, 3],
        ..Image::default()
    };
    image.source_map.files.push("src/a.ox".to_owned());
    let bytes = image.encode();
    let flip = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        Image::decode(&bytes)
    };
    assert_eq!(
        flip(32),
        Err(DecodeError::Checksum {
            what: "image's code"
        })
    );
    assert_eq!(
        flip(bytes.len() - 65),
        Err(DecodeError::Checksum {
            what: "image's source map"
        })
    );
}

#[test]
fn a_source_map_of_format_1_says_nothing_of_the_program() {
    let map = SourceMap {
        files: vec!["src/a.ox".to_owned()],
        ..SourceMap::default()
    };
    let mut bytes = map.encode();
    assert_eq!(SourceMap::decode(&bytes).as_ref(), Ok(&map));
    bytes[4] = 1;
    assert_eq!(bytes.pop(), Some(0));
    assert_eq!(SourceMap::decode(&bytes), Ok(map));
}

#[test]
fn positions_and_documentation_are_in_no_hash() {
    let mut image = Image {
        boot: vec![1, 2, 3],
        ..Image::default()
    };
    let before = (image.hash(), image.encode());
    image.source_map.files.push("src/a.ox".to_owned());
    assert_eq!(image.hash(), before.0);
    assert_ne!(image.encode(), before.1);
    image.boot.push(4);
    assert_ne!(image.hash(), before.0);
}

#[test]
fn the_bytes_of_a_chunk_do_not_change_by_accident() {
    // When this fails and the change is meant, old chunks need a translation or a new format.
    let chunk = asm("template t0 captures 0
           arity 1 -> p0
         proto p0 params 1 registers 5
         head: jump-not-lt-int r0 200 -> out
         native r0 r0 1 ox.core/inc
         loop -> head
         out: const r1 [:a/b 1.5 \"é\" -3]
         call-global r1 0 @0
         return r1
         handler head..out -> out r2 errors")
    .expect("the text is a chunk");
    assert_eq!(verify_chunk(&chunk), Ok(()));
    assert_eq!(chunk.protos.len(), 1);
    assert_eq!(
        crate::Chunk::hash(&chunk).to_string(),
        "a2f55b63fe029850c3e4af1c14cd9fca01d99dbbf35f41eeb39a574614d450a3"
    );
}
