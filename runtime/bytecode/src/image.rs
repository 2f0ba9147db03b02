//! An image: the closed set of definitions a program was linked from.
//!
//! # Invariants
//! - Slots, prototypes and templates are numbered densely and for good: frames of stored processes
//!   name prototypes by these numbers.
//! - `boot` is the *boot segment*: objects in the machine's own word layout, shared read-only by
//!   all processes of the image. Its references point inside itself only.
//! - An image holds the hash of every chunk it names; the chunks travel with it.
//! - Two links of the same definitions give byte-identical images.
//! - An image can be extended: all that it has keeps its number and its words, what is new follows.
//!   Whatever is stored of a process means the same in an extension of its image.

use crate::chunk::{Chunk, NativeRef};

/// A blake3 hash: of a chunk's bytes, a definition, an image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// A linked program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Definitions, in link order (dependencies first).
    pub slots: Vec<Slot>,
    /// Every chunk named by a slot, once.
    pub chunks: Vec<Chunk>,
    /// Prototypes of all slots: `protos[slot.first_proto + k]` is prototype `k` of its chunk.
    pub protos: Vec<ImageProto>,
    /// Function templates of all slots, likewise from `slot.first_template`.
    pub templates: Vec<ImageTemplate>,
    /// Natives of the image; code's native ordinals are bound to these through the slots.
    pub natives: Vec<NativeRef>,
    /// The boot segment's words.
    pub boot: Vec<u64>,
    /// Slot of the entry body, of a program that has one.
    pub entry: Option<u32>,
    /// Slot of `-main` (or `main`) of the entry namespace.
    pub main: Option<u32>,
    /// Number of slots before each extension, in order; none of an image as it was linked.
    pub extensions: Vec<u32>,
    /// Sources and names, for traces and inspection; outside every hash.
    pub source_map: SourceMap,
}

/// One definition of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Namespace and name.
    pub namespace: String,
    /// Name within the namespace.
    pub name: String,
    /// Definition hash.
    pub definition: Hash,
    /// Index into [`Image::chunks`]; `None` of a native definition.
    pub chunk: Option<u32>,
    /// Slot of each reference ordinal of the chunk.
    pub refs: Vec<u32>,
    /// Index into [`Image::natives`] of each native ordinal of the chunk.
    pub natives: Vec<u32>,
    /// Number of the chunk's prototype 0.
    pub first_proto: u32,
    /// Number of the chunk's template 0.
    pub first_template: u32,
    /// What the definition is.
    pub kind: SlotKind,
    /// The value's word (a boot reference or an immediate); nil of a `Cell`.
    pub value: u64,
}

/// What a definition is, for who refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SlotKind {
    /// A function without captures: template 0 of its chunk.
    Function = 0,
    /// A value shared by all processes.
    Value = 1,
    /// A value with identity in it (atoms, delays, unrealized lazy cells …): each process gets its
    /// own copy at first touch.
    Template = 2,
    /// A definition of the entry file that its entry body makes: a cell of each process.
    Cell = 3,
    /// A native function; `value` refers to its function object.
    Native = 4,
    /// A dynamic definition; `value` is its root value.
    Dynamic = 5,
}

/// A prototype as linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageProto {
    /// Its definition.
    pub slot: u32,
    /// Its index in the chunk.
    pub index: u16,
    /// The constants' words.
    pub consts: Vec<u64>,
}

/// A function template as linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageTemplate {
    /// Its definition.
    pub slot: u32,
    /// Its index in the chunk.
    pub index: u16,
    /// Word of the shared function object, of a template without captures; else nil's word.
    pub function: u64,
}

/// Names and positions of an image's code; never hashed, never needed to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// Source files, project-relative paths.
    pub files: Vec<String>,
    /// Per definition, by slot.
    pub slots: Vec<SlotSource>,
    /// What the compiler needs to extend the image, and has noted at each extension: bytes that it alone
    /// reads. Nothing of a program that never asks for it.
    pub program: Vec<Vec<u8>>,
}

/// Source facts of one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotSource {
    /// Index into [`SourceMap::files`]; `u32::MAX` when unknown.
    pub file: u32,
    /// Line of the form's first character, from 1.
    pub line: u32,
    /// Parameter lists as text, documentation.
    pub arglists: Vec<String>,
    /// Docstring.
    pub doc: Option<String>,
    /// Per prototype of the chunk.
    pub protos: Vec<ProtoSource>,
}

/// Source facts of one prototype.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtoSource {
    /// Name of the function, if it has one.
    pub name: Option<String>,
    /// `(first pc, line relative to the form's line, column from 1)`, ascending by pc.
    pub lines: Vec<(u32, u32, u32)>,
    /// Locals: name, register, first pc, end pc.
    pub locals: Vec<(String, u16, u32, u32)>,
}
