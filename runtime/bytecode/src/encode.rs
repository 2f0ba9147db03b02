//! Chunks, source maps and images as bytes.
//!
//! ```text
//! chunk   "OxCh" format:16 code-version:16 refs natives templates prototypes
//! map     "OxSm" format:16 files definitions
//! image   "OxIm" format:16 0:16 code-bytes:64 map-bytes:64 | code part | source map | code hash:256 map hash:256
//! ```
//!
//! An *extension* is laid out as an image and begins with "OxEx". Its parts hold what is new of each list.
//!
//! # Invariants
//! - [`crate::decode`] reads back exactly what is written here.
//! - The code part of an image holds everything needed to run and nothing else; its blake3 hash is
//!   the hash of the image, so positions and documentation are in no hash.

use crate::chunk::{Chunk, Const, NativeRef, Prototype};
use crate::image::{Hash, Image, Slot, SlotSource, SourceMap};
use crate::op::Instr;
use crate::translate::CODE_VERSION;
use crate::tree::Event;
use crate::wire::Writer;

/// Format of chunks, beside the version of their instructions.
pub const CHUNK_FORMAT: u16 = 1;
/// Format of source maps.
pub const SOURCE_MAP_FORMAT: u16 = 2;
/// Format of images and extensions.
pub const IMAGE_FORMAT: u16 = 1;

pub(crate) const CHUNK_MAGIC: [u8; 4] = *b"OxCh";
pub(crate) const SOURCE_MAP_MAGIC: [u8; 4] = *b"OxSm";
pub(crate) const IMAGE_MAGIC: [u8; 4] = *b"OxIm";
pub(crate) const EXTENSION_MAGIC: [u8; 4] = *b"OxEx";

/// First bytes of constants.
pub(crate) mod tag {
    pub(crate) const NIL: u8 = 0;
    pub(crate) const FALSE: u8 = 1;
    pub(crate) const TRUE: u8 = 2;
    pub(crate) const INT: u8 = 3;
    pub(crate) const BIG_INT: u8 = 4;
    pub(crate) const RATIO: u8 = 5;
    pub(crate) const DOUBLE: u8 = 6;
    pub(crate) const DECIMAL: u8 = 7;
    pub(crate) const CHAR: u8 = 8;
    pub(crate) const STR: u8 = 9;
    pub(crate) const BYTES: u8 = 10;
    pub(crate) const KEYWORD: u8 = 11;
    pub(crate) const SYMBOL: u8 = 12;
    pub(crate) const REGEX: u8 = 13;
    pub(crate) const INST: u8 = 14;
    pub(crate) const UUID: u8 = 15;
    pub(crate) const LIST: u8 = 16;
    pub(crate) const VECTOR: u8 = 17;
    pub(crate) const MAP: u8 = 18;
    pub(crate) const SET: u8 = 19;
    pub(crate) const TAGGED: u8 = 20;
    pub(crate) const META: u8 = 21;
}

impl Chunk {
    /// The chunk's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_chunk(self, CODE_VERSION, |instr| instr)
    }

    /// The hash a chunk is stored by: blake3 of its bytes.
    ///
    /// A chunk that was translated from an older encoding hashes otherwise than the bytes it came
    /// from; what is stored is named by [`Hash::of`] of the stored bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&self.encode())
    }
}

impl Hash {
    /// The blake3 hash of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(*blake3::hash(bytes).as_bytes())
    }
}

pub(crate) fn encode_chunk(
    chunk: &Chunk,
    code_version: u16,
    instr: impl Fn(Instr) -> Instr,
) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&CHUNK_MAGIC);
    w.u16(CHUNK_FORMAT);
    w.u16(code_version);
    w.count(chunk.refs.len());
    for use_ in &chunk.refs {
        w.u8(*use_ as u8);
    }
    natives(&mut w, &chunk.natives);
    w.count(chunk.templates.len());
    for template in &chunk.templates {
        w.number(u64::from(template.captures));
        w.count(template.arities.len());
        for arity in &template.arities {
            w.number(u64::from(arity.params));
            w.bool(arity.variadic);
            w.number(u64::from(arity.proto));
        }
    }
    w.count(chunk.protos.len());
    for proto in &chunk.protos {
        prototype(&mut w, proto, &instr);
    }
    w.bytes
}

fn natives(w: &mut Writer, natives: &[NativeRef]) {
    w.count(natives.len());
    for native in natives {
        w.text(&native.name);
        w.number(u64::from(native.version));
    }
}

fn prototype(w: &mut Writer, proto: &Prototype, instr: impl Fn(Instr) -> Instr) {
    w.number(u64::from(proto.params));
    w.bool(proto.variadic);
    w.number(u64::from(proto.registers));
    w.number(u64::from(proto.captures));
    w.count(proto.code.len());
    for word in &proto.code {
        w.u64(instr(*word).0);
    }
    w.count(proto.consts.len());
    for constant in &proto.consts {
        encode_const(w, constant);
    }
    w.count(proto.handlers.len());
    for handler in &proto.handlers {
        w.number(u64::from(handler.start));
        w.number(u64::from(handler.end));
        w.number(u64::from(handler.target));
        w.number(u64::from(handler.register));
        w.u8(handler.catches as u8);
    }
}

fn name(w: &mut Writer, namespace: Option<&String>, name: &str) {
    w.option(namespace, |w, namespace| w.text(namespace));
    w.text(name);
}

fn encode_const(w: &mut Writer, constant: &Const) {
    constant.walk(|event| {
        let (Event::Leaf(node) | Event::Open(node)) = event else {
            return;
        };
        match node {
            Const::Nil => w.u8(tag::NIL),
            Const::Bool(false) => w.u8(tag::FALSE),
            Const::Bool(true) => w.u8(tag::TRUE),
            Const::Int(n) => {
                w.u8(tag::INT);
                w.signed(*n);
            }
            Const::BigInt(n) => {
                w.u8(tag::BIG_INT);
                w.bytes(n);
            }
            Const::Ratio(numerator, denominator) => {
                w.u8(tag::RATIO);
                w.bytes(numerator);
                w.bytes(denominator);
            }
            Const::Double(bits) => {
                w.u8(tag::DOUBLE);
                w.u64(*bits);
            }
            Const::Decimal(unscaled, scale) => {
                w.u8(tag::DECIMAL);
                w.bytes(unscaled);
                w.signed(i64::from(*scale));
            }
            Const::Char(c) => {
                w.u8(tag::CHAR);
                w.number(u64::from(u32::from(*c)));
            }
            Const::Str(s) => {
                w.u8(tag::STR);
                w.text(s);
            }
            Const::Bytes(b) => {
                w.u8(tag::BYTES);
                w.bytes(b);
            }
            Const::Keyword(namespace, n) => {
                w.u8(tag::KEYWORD);
                name(w, namespace.as_ref(), n);
            }
            Const::Symbol(namespace, n) => {
                w.u8(tag::SYMBOL);
                name(w, namespace.as_ref(), n);
            }
            Const::Regex(s) => {
                w.u8(tag::REGEX);
                w.text(s);
            }
            Const::Inst(seconds, nanos) => {
                w.u8(tag::INST);
                w.signed(*seconds);
                w.number(u64::from(*nanos));
            }
            Const::Uuid(n) => {
                w.u8(tag::UUID);
                w.raw(&n.to_le_bytes());
            }
            Const::List(items) => {
                w.u8(tag::LIST);
                w.count(items.len());
            }
            Const::Vector(items) => {
                w.u8(tag::VECTOR);
                w.count(items.len());
            }
            Const::Set(items) => {
                w.u8(tag::SET);
                w.count(items.len());
            }
            Const::Map(pairs) => {
                w.u8(tag::MAP);
                w.count(pairs.len());
            }
            Const::Tagged(namespace, n, _) => {
                w.u8(tag::TAGGED);
                name(w, namespace.as_ref(), n);
            }
            Const::Meta(..) => w.u8(tag::META),
        }
    });
}

impl SourceMap {
    /// The source map's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_since(&SourceMap::default())
    }

    /// The bytes of what it has beyond another that it begins with.
    pub(crate) fn encode_since(&self, base: &SourceMap) -> Vec<u8> {
        let mut w = Writer::default();
        w.raw(&SOURCE_MAP_MAGIC);
        w.u16(SOURCE_MAP_FORMAT);
        w.beyond(&self.files, &base.files, |w, file| w.text(file));
        w.beyond(&self.slots, &base.slots, slot_source);
        w.beyond(&self.program, &base.program, |w, part| w.bytes(part));
        w.bytes
    }
}

fn slot_source(w: &mut Writer, slot: &SlotSource) {
    w.number(u64::from(slot.file));
    w.number(u64::from(slot.line));
    w.count(slot.arglists.len());
    for list in &slot.arglists {
        w.text(list);
    }
    w.option(slot.doc.as_ref(), |w, doc| w.text(doc));
    w.count(slot.protos.len());
    for proto in &slot.protos {
        w.option(proto.name.as_ref(), |w, name| w.text(name));
        w.count(proto.lines.len());
        // Differences: most fit into one byte.
        let (mut last_pc, mut last_line) = (0, 0);
        for (pc, line, column) in &proto.lines {
            let (pc, line) = (i64::from(*pc), i64::from(*line));
            w.signed(pc - last_pc);
            w.signed(line - last_line);
            w.number(u64::from(*column));
            (last_pc, last_line) = (pc, line);
        }
        w.count(proto.locals.len());
        for (name, register, start, end) in &proto.locals {
            w.text(name);
            w.number(u64::from(*register));
            w.number(u64::from(*start));
            w.number(u64::from(*end));
        }
    }
}

impl Image {
    /// The image's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_image(self, Chunk::encode)
    }

    /// The hash of the image: of all it needs to run, so without the source map.
    ///
    /// What is stored is named by [`Image::hash_of_bytes`]: an image whose chunks were translated
    /// from an older encoding hashes otherwise than the bytes it came from.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&code_part(self, &Image::default(), Chunk::encode))
    }
}

impl Image {
    /// The bytes of an extension: of what this image has beyond `base`, which it extends.
    #[must_use]
    pub fn encode_extension(&self, base: &Image) -> Vec<u8> {
        debug_assert!(self.boot.starts_with(&base.boot), "it is extended");
        let code = code_part(self, base, Chunk::encode);
        container(
            EXTENSION_MAGIC,
            &code,
            &self.source_map.encode_since(&base.source_map),
        )
    }
}

pub(crate) fn encode_image(image: &Image, chunk: impl Fn(&Chunk) -> Vec<u8>) -> Vec<u8> {
    let code = code_part(image, &Image::default(), chunk);
    container(IMAGE_MAGIC, &code, &image.source_map.encode())
}

fn container(magic: [u8; 4], code: &[u8], map: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&magic);
    w.u16(IMAGE_FORMAT);
    w.u16(0);
    w.count_fixed(code.len());
    w.count_fixed(map.len());
    w.raw(code);
    w.raw(map);
    w.raw(&Hash::of(code).0);
    w.raw(&Hash::of(map).0);
    w.bytes
}

impl Writer {
    fn count_fixed(&mut self, count: usize) {
        self.u64(count as u64);
    }
    fn words(&mut self, words: &[u64]) {
        self.beyond(words, &[], |w, word| w.u64(*word));
    }
    /// What a list has beyond another that it begins with.
    fn beyond<T>(&mut self, all: &[T], base: &[T], write: impl Fn(&mut Writer, &T)) {
        let new = &all[base.len()..];
        self.count(new.len());
        for one in new {
            write(self, one);
        }
    }
}

/// What an image has in its code part beyond another.
fn code_part(image: &Image, base: &Image, chunk: impl Fn(&Chunk) -> Vec<u8>) -> Vec<u8> {
    let mut w = Writer::default();
    w.beyond(&image.slots, &base.slots, encode_slot);
    w.beyond(&image.chunks, &base.chunks, |w, one| w.bytes(&chunk(one)));
    w.beyond(&image.protos, &base.protos, |w, proto| {
        w.number(u64::from(proto.slot));
        w.number(u64::from(proto.index));
        w.words(&proto.consts);
    });
    w.beyond(&image.templates, &base.templates, |w, template| {
        w.number(u64::from(template.slot));
        w.number(u64::from(template.index));
        w.u64(template.function);
    });
    natives(&mut w, &image.natives[base.natives.len()..]);
    w.beyond(&image.boot, &base.boot, |w, word| w.u64(*word));
    for slot in [image.entry, image.main] {
        w.option(slot, |w, slot| w.number(u64::from(slot)));
    }
    w.bytes
}

fn encode_slot(w: &mut Writer, slot: &Slot) {
    w.text(&slot.namespace);
    w.text(&slot.name);
    w.raw(&slot.definition.0);
    w.option(slot.chunk, |w, chunk| w.number(u64::from(chunk)));
    w.count(slot.refs.len());
    for slot in &slot.refs {
        w.number(u64::from(*slot));
    }
    w.count(slot.natives.len());
    for native in &slot.natives {
        w.number(u64::from(*native));
    }
    w.number(u64::from(slot.first_proto));
    w.number(u64::from(slot.first_template));
    w.u8(slot.kind as u8);
    w.u64(slot.value);
}
