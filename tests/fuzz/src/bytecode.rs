//! Bytes as a chunk, and generated chunks, damaged or not: what the verifier accepts is linked with a
//! part of the library and run in every mode.
//!
//! Code that was accepted never panics, never leaves the memory unsound, ends when its fuel does, and
//! gives the same in every mode; it reads back from its bytes and its text.

use crate::choices::Choices;
use crate::machine::{self, Ran};
use bytecode::generate::{Options, Rng, chunk_of, constant, mutate_bytes, mutate_chunk};
use bytecode::{
    Chunk, Const, Hash, Image, ImageProto, ImageTemplate, NativeRef, RefUse, Slot, SlotKind,
};
use std::sync::{Arc, LazyLock};
use vm::Word;
use vm::boot::BootBuilder;
use vm::image::LoadedImage;

/// Reaches a part of the library, and makes a definition of every kind.
const LIBRARY: &str = "
(def ^:dynamic *level* 1)
(def ^:dynamic *name* \"x\")
(def state (atom [1 2]))
(def table {:a 1, \"b\" [2 3], 'c #{4}})
(defn helper ([] 1) ([x] [x]) ([x & more] (cons x more)))
(binding [*level* 2]
  [(helper *level*) *name* @state table (into [] (map inc) (range 3)) (mapv inc [1]) (sort [2 1])
   (reduce + 0 (filter odd? (range 5))) (str 1 :a) (get-in {:a {:b 1}} [:a :b]) (hash [1])
   (update {:a 1} :a inc) (re-find #\"a+\" \"caab\") (take 2 (iterate inc 1)) (pr-str {1 2})
   (merge {:a 1} {:b 2}) (compare [1] [2]) (apply max [1 2]) (format \"%s\" 1) (quot 7 2)
   (swap! state conj 3) (partition 2 [1 2 3 4]) (deref (delay 1)) (ex-message (ex-info \"m\" {}))])
";

/// The library as an image, and what code may be bound to.
struct Base {
    image: Image,
    /// Functions and the numbers of arguments they take.
    functions: Vec<(u32, Vec<u8>)>,
    dynamics: Vec<u32>,
    cells: Vec<u32>,
    values: Vec<u32>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let mut workspace = driver::Workspace::of_text("library.ox", LIBRARY);
    let mut image = workspace.build().expect("the library is right").image;
    image.source_map = bytecode::SourceMap::default();
    let of_kind = |kind: SlotKind| -> Vec<u32> {
        let slots = (0u32..).zip(&image.slots);
        slots
            .filter(|(_, slot)| slot.kind == kind)
            .map(|(number, _)| number)
            .collect()
    };
    let functions = of_kind(SlotKind::Function);
    let arities = |number: u32| {
        let slot = &image.slots[number as usize];
        let chunk = &image.chunks[slot.chunk.expect("a function has code") as usize];
        let arities = chunk.templates[0].arities.iter();
        arities.map(|arity| arity.params as u8).collect()
    };
    Base {
        functions: functions.iter().map(|&n| (n, arities(n))).collect(),
        dynamics: of_kind(SlotKind::Dynamic),
        cells: of_kind(SlotKind::Cell),
        values: of_kind(SlotKind::Value),
        image,
    }
});

/// Runs the target.
///
/// # Panics
/// When a promise of the verifier or the machine is broken.
pub fn run(bytes: &[u8]) {
    try_run(bytes);
}

/// Runs the target; what came of the code, if it was accepted and run.
///
/// # Panics
/// When a promise of the verifier or the machine is broken.
pub fn try_run(bytes: &[u8]) -> Option<Ran> {
    let mut choices = Choices::new(bytes);
    let how = choices.byte() % 8;
    let binding = choices.bytes(8).to_vec();
    let (chunk, must_pass) = match how {
        0 => (Chunk::decode(choices.rest()).ok()?, false),
        1 => (bytecode::asm(&choices.rest_as_text()).ok()?, false),
        _ => {
            let mut rng = Rng::of_bytes(choices.rest());
            let options = options(&binding);
            let is_function = rng.one_in(2);
            let mut chunk = chunk_of(&mut rng, is_function, &options);
            if how == 2 {
                let mut bytes = chunk.encode();
                mutate_bytes(&mut rng, &mut bytes);
                chunk = Chunk::decode(&bytes).ok()?;
            }
            if how == 3 {
                for _ in 0..=rng.below(3) {
                    mutate_chunk(&mut rng, &mut chunk);
                }
            }
            (chunk, how > 3)
        }
    };
    let encoded = chunk.encode();
    assert_eq!(Chunk::decode(&encoded).as_ref(), Ok(&chunk));
    if let Err(error) = bytecode::verify_chunk(&chunk) {
        assert!(!must_pass, "generated code is refused: {error}");
        return None;
    }
    let text = bytecode::disasm(&chunk);
    assert_eq!(bytecode::asm(&text).as_ref(), Ok(&chunk), "{text}");
    execute(chunk, &mut Choices::new(&binding), bytes.len() as u8)
}

/// Natives and references as the first bytes choose them.
fn options(binding: &[u8]) -> Options {
    static NATIVES: LazyLock<Vec<(NativeRef, u8)>> = LazyLock::new(|| {
        let all = vm::native::all();
        all.map(|native| {
            let name = native.name.to_owned();
            let version = native.version;
            (NativeRef { name, version }, native.min_args)
        })
        .collect()
    });
    let mut choices = Choices::new(binding);
    let mut natives: Vec<(NativeRef, u8)> = Vec::new();
    for _ in 0..4 {
        // Each byte chooses among a part of them: all natives can be reached.
        let at = choices.below(256) * NATIVES.len() / 256 + natives.len();
        let native = NATIVES[at % NATIVES.len()].clone();
        if !natives.iter().any(|(known, _)| *known == native.0) {
            natives.push(native);
        }
    }
    Options {
        natives,
        size: 10,
        templates: 2,
        ..Options::default()
    }
}

/// Links a verified chunk as one more definition and runs it in every mode.
fn execute(chunk: Chunk, choices: &mut Choices<'_>, mode: u8) -> Option<Ran> {
    let takes_nothing = |index: usize| {
        let proto = chunk.protos.get(index);
        proto.is_some_and(|p| p.params == 0 && !p.variadic && p.captures == 0)
    };
    let function = chunk.templates.first().filter(|t| t.captures == 0);
    let arity = function.and_then(|template| template.arities.first());
    let (kind, args) = match arity {
        Some(arity) => (SlotKind::Function, usize::from(arity.params)),
        None if takes_nothing(0) => (SlotKind::Value, 0),
        None => return None,
    };
    let (image, args) = link(chunk, kind, args, choices)?;
    let slot = image.slots.len() as u32 - 1;
    let proto = image.slots[slot as usize].first_proto;
    // The library's own code takes most of the time of that; the chunk has passed.
    if mode.is_multiple_of(16) {
        bytecode::verify_image(&image).expect("it is linked as it should");
    }
    let image = Arc::new(LoadedImage::load_linked(Arc::new(image)).ok()?);
    let start = || match kind {
        SlotKind::Function => {
            machine::start(&image, slot, &args).expect("it takes so many arguments")
        }
        _ => machine::start_body(&image, proto),
    };
    Some(machine::compare(&start, mode))
}

/// The library with the chunk as its last definition, and arguments for it.
fn link(
    chunk: Chunk,
    kind: SlotKind,
    arg_count: usize,
    choices: &mut Choices<'_>,
) -> Option<(Image, Vec<Word>)> {
    let base = &*BASE;
    let mut image = base.image.clone();
    let mut boot = BootBuilder::extending(&image.boot);
    let slot = image.slots.len() as u32;
    let (first_proto, first_template) = (image.protos.len() as u32, image.templates.len() as u32);
    for (index, proto) in (0u16..).zip(&chunk.protos) {
        let consts = proto.consts.iter().map(|constant| boot.constant(constant));
        // Some constants have no value: a pattern that is no regular expression.
        let consts: Result<Vec<Word>, _> = consts.collect();
        image.protos.push(ImageProto {
            slot,
            index,
            consts: consts.ok()?.into_iter().map(|word| word.0).collect(),
        });
    }
    let mut value = Word::NIL;
    for (index, template) in (0u16..).zip(&chunk.templates) {
        let function = if template.captures == 0 {
            boot.function(first_template + u32::from(index)).ok()?
        } else {
            Word::NIL
        };
        if index == 0 && kind == SlotKind::Function {
            value = function;
        }
        image.templates.push(ImageTemplate {
            slot,
            index,
            function: function.0,
        });
    }
    let args = (0..arg_count)
        .map(|_| boot.constant(&argument(choices)))
        .collect::<Result<Vec<Word>, _>>()
        .ok()?;
    let refs = bind(&chunk, choices, slot, kind);
    let natives = chunk.natives.iter().map(|native| {
        let known = image.natives.iter().position(|other| other == native);
        known.unwrap_or_else(|| {
            image.natives.push(native.clone());
            image.natives.len() - 1
        }) as u32
    });
    let natives = natives.collect();
    image.slots.push(Slot {
        namespace: "fuzz".to_owned(),
        name: "it".to_owned(),
        definition: Hash([0; 32]),
        chunk: Some(image.chunks.len() as u32),
        refs,
        natives,
        first_proto,
        first_template,
        kind,
        value: value.0,
    });
    image.chunks.push(chunk);
    image.boot = boot.into_words();
    Some((image, args))
}

/// A constant as an argument: mostly something small that many functions take.
fn argument(choices: &mut Choices<'_>) -> Const {
    match choices.byte() {
        byte @ 0..100 => Const::Int(i64::from(byte) - 10),
        byte @ 100..160 => Const::Vector((0..i64::from(byte) % 40).map(Const::Int).collect()),
        byte => constant(&mut Rng::new(u64::from(byte)), 3),
    }
}

/// A definition for each reference of the code, one that can be used so.
fn bind(chunk: &Chunk, choices: &mut Choices<'_>, own: u32, kind: SlotKind) -> Vec<u32> {
    let base = &*BASE;
    let numbers = (0u32..).zip(&chunk.refs);
    numbers
        .map(|(ordinal, use_)| match use_ {
            RefUse::Value if choices.one_in(8) && kind == SlotKind::Function => own,
            RefUse::Value if choices.one_in(8) => *choices.pick(&base.values),
            RefUse::Value => {
                let wanted = u8::from(ordinal % 2 == 0);
                let fits = base.functions.iter();
                let fits: Vec<u32> = fits
                    .filter(|(_, arities)| arities.contains(&wanted))
                    .map(|&(slot, _)| slot)
                    .collect();
                *choices.pick(&fits)
            }
            RefUse::Dynamic => *choices.pick(&base.dynamics),
            RefUse::Cell => *choices.pick(&base.cells),
            RefUse::Var => choices.below(base.image.slots.len()) as u32,
        })
        .collect()
}
