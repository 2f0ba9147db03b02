//! An image's bytes, changed and sealed again: they are refused, or they load and run.
//!
//! Code that passed the verifier runs in every mode. A changed boot segment is checked when it is
//! loaded; what wrong but well-formed constants do to a program is its own doing, so such images are
//! loaded only.

use crate::choices::Choices;
use crate::machine;
use bytecode::generate::{Rng, mutate_bytes, mutate_chunk};
use bytecode::{Hash, Image, SlotKind};
use std::sync::{Arc, LazyLock};
use vm::image::LoadedImage;

/// Programs whose images are changed: small, so that changes hit what matters.
const PROGRAMS: [&str; 3] = [
    "(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
     (prn (fib 7) (try (nth [1] 5) (catch Exception e :none)))",
    "(def ^:dynamic *x* 1)
     (def counter (atom 0))
     (def table {:a [1 2.5 \"s\" \\c] 'b #{:x 3N}})
     (defn step [n & more] (swap! counter + n) (fn [y] [y n more *x*]))
     (prn ((step 1 2 3) 4) (binding [*x* 2] ((step 5) 6)) @counter table (mapv inc [1 2]))",
    "(defmacro twice [x] `(do ~x ~x))
     (defn lines [n] (lazy-seq (when (pos? n) (cons n (lines (dec n))))))
     (prn (twice (count (lines 3))) (str \"a\" 1/2 1.5M) (re-find #\"b+\" \"abb\"))",
];

static IMAGES: LazyLock<Vec<(Image, Vec<u8>)>> = LazyLock::new(|| {
    let image = |text: &&str| {
        let mut workspace = driver::Workspace::of_text("program.ox", text);
        let image = workspace.build().expect("the program is right").image;
        let bytes = image.encode();
        (image, bytes)
    };
    PROGRAMS.iter().map(image).collect()
});

/// Offset of the length of the code part: after magic, format and a spare number.
const LENGTHS_AT: usize = 8;

/// Runs the target.
///
/// # Panics
/// When an image that is wrong does anything but be refused or run soundly.
pub fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let how = choices.byte() % 8;
    let (image, bytes) = &IMAGES[choices.below(PROGRAMS.len())];
    match how {
        0 => look(choices.rest()),
        1 => {
            // Anything behind a right header and under right checksums.
            let count = choices.below(1 << 12);
            let code = choices.bytes(count).to_vec();
            look(&sealed(&bytes[..LENGTHS_AT], &code, choices.rest()));
        }
        2 | 3 => {
            let (mut code, mut map) = parts(bytes);
            for _ in 0..=choices.below(3) {
                let part = if choices.one_in(8) {
                    &mut map
                } else {
                    &mut code
                };
                damage(&mut choices, part);
            }
            look(&sealed(&bytes[..LENGTHS_AT], &code, &map));
        }
        4 => {
            let mut bytes = bytes.clone();
            mutate_bytes(&mut Rng::of_bytes(choices.rest()), &mut bytes);
            look(&bytes);
        }
        _ => {
            let mut image = image.clone();
            for _ in 0..=choices.below(3) {
                change(&mut choices, &mut image);
            }
            look(&image.encode());
        }
    }
}

/// Code and source map of an image's bytes.
fn parts(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let length = |at: usize| {
        let bytes = bytes[at..at + 8].try_into().expect("eight bytes");
        u64::from_le_bytes(bytes) as usize
    };
    let (code, map) = (length(LENGTHS_AT), length(LENGTHS_AT + 8));
    let rest = &bytes[LENGTHS_AT + 16..];
    (rest[..code].to_vec(), rest[code..code + map].to_vec())
}

/// The bytes of an image with these parts.
fn sealed(header: &[u8], code: &[u8], map: &[u8]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for part in [code, map] {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
    }
    bytes.extend_from_slice(code);
    bytes.extend_from_slice(map);
    bytes.extend_from_slice(&Hash::of(code).0);
    bytes.extend_from_slice(&Hash::of(map).0);
    bytes
}

fn damage(choices: &mut Choices<'_>, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let at = choices.below(bytes.len());
    match choices.byte() % 6 {
        0 => bytes[at] ^= 1 << (choices.byte() % 8),
        1 => bytes[at] = choices.byte(),
        2 => {
            bytes.remove(at);
        }
        3 => bytes.insert(at, choices.byte()),
        4 => {
            let end = (at + choices.below(40)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = choices.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        _ => bytes.truncate(at),
    }
}

/// A word: one that is somewhere else in the image, a small number, or anything.
fn word(choices: &mut Choices<'_>, image: &Image) -> u64 {
    match choices.byte() % 4 {
        0 => image.slots[choices.below(image.slots.len())].value,
        1 => vm::Word::boot(choices.below(image.boot.len() + 2) as u32).0,
        2 => vm::Word::small(i64::from(choices.byte())).0,
        _ => choices.word(),
    }
}

/// A change of one thing in the image.
fn change(choices: &mut Choices<'_>, image: &mut Image) {
    let slots = image.slots.len();
    // Mostly what the program itself has: it is linked last.
    let near = |choices: &mut Choices<'_>, count: usize| {
        let is_far = choices.one_in(3);
        let back = choices.below(if is_far { count } else { count.min(12) });
        count - 1 - back
    };
    match choices.byte() % 14 {
        0 => {
            let to = word(choices, image);
            let at = near(choices, slots);
            image.slots[at].value = to;
        }
        1 => {
            let kinds = [
                SlotKind::Function,
                SlotKind::Value,
                SlotKind::Template,
                SlotKind::Cell,
                SlotKind::Native,
                SlotKind::Dynamic,
            ];
            let at = near(choices, slots);
            image.slots[at].kind = *choices.pick(&kinds);
        }
        2 | 3 => {
            let at = near(choices, slots);
            let slot = &mut image.slots[at];
            let index = choices.below(slot.refs.len());
            if let Some(reference) = slot.refs.get_mut(index) {
                *reference = choices.below(slots + 1) as u32;
            }
        }
        4 => {
            let at = near(choices, slots);
            let natives = image.natives.len();
            let slot = &mut image.slots[at];
            let index = choices.below(slot.natives.len());
            if let Some(native) = slot.natives.get_mut(index) {
                *native = choices.below(natives + 1) as u32;
            }
        }
        5 => {
            let at = near(choices, slots);
            image.slots[at].first_proto = choices.word() as u32;
        }
        6 => {
            let at = near(choices, slots);
            image.slots[at].first_template = choices.word() as u32;
        }
        7 => {
            let to = word(choices, image);
            let at = near(choices, image.protos.len());
            let consts = &mut image.protos[at].consts;
            let index = choices.below(consts.len());
            if let Some(constant) = consts.get_mut(index) {
                *constant = to;
            }
        }
        8 => {
            let to = word(choices, image);
            let at = near(choices, image.templates.len());
            image.templates[at].function = to;
        }
        9 => image.entry = Some(choices.below(slots + 1) as u32),
        10 => {
            let at = near(choices, image.boot.len());
            image.boot[at] = if choices.one_in(2) {
                word(choices, image)
            } else {
                image.boot[at] ^ 1 << choices.below(64)
            };
        }
        11 => {
            let at = near(choices, slots);
            image.slots[at].chunk = Some(choices.below(image.chunks.len() + 1) as u32);
        }
        _ => {
            let at = near(choices, image.chunks.len());
            let mut rng = Rng::new(choices.word());
            mutate_chunk(&mut rng, &mut image.chunks[at]);
        }
    }
}

/// Reads, loads and, if its constants are those of the program it came from, runs.
fn look(bytes: &[u8]) {
    let decoded = Image::decode(bytes);
    let bare = Image::decode_without_source_map(bytes);
    let _ = Image::decode_source_map(bytes);
    if decoded.is_ok() {
        assert!(bare.is_ok() && Image::hash_of_bytes(bytes).is_ok());
    }
    let Ok(image) = decoded else { return };
    let again = image.encode();
    assert_eq!(Image::decode(&again).as_ref(), Ok(&image));
    let has_known_boot = IMAGES.iter().any(|(known, _)| known.boot == image.boot);
    let entry = image.entry;
    let Ok(loaded) = LoadedImage::load(Arc::new(image)) else {
        return;
    };
    let loaded = Arc::new(loaded);
    let Some(entry) = entry.filter(|_| has_known_boot) else {
        return;
    };
    if machine::start(&loaded, entry, &[]).is_some() {
        let start = || machine::start(&loaded, entry, &[]).expect("it starts again");
        machine::compare(&start, bytes.len() as u8);
    }
}
