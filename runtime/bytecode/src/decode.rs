//! Bytes as chunks, source maps and images.
//!
//! # Invariants
//! - Any bytes give a value or a [`DecodeError`] that says what is wrong and where; nothing panics,
//!   recurses, or allocates more than a small multiple of the bytes given.
//! - What is decoded is well-formed as data only: [`crate::verify`] says whether it may run.
//! - Code of an older version is translated here, so the rest of the system sees the current one.

use crate::chunk::{Arity, Catches, Chunk, Const, Handler, NativeRef, Prototype, RefUse, Template};
use crate::encode::{
    CHUNK_FORMAT, CHUNK_MAGIC, EXTENSION_MAGIC, IMAGE_FORMAT, IMAGE_MAGIC, SOURCE_MAP_FORMAT,
    SOURCE_MAP_MAGIC, tag,
};
use crate::image::{
    Hash, Image, ImageProto, ImageTemplate, ProtoSource, Slot, SlotKind, SlotSource, SourceMap,
};
use crate::op::Instr;
use crate::translate::{self, CODE_VERSION};
use crate::tree::{Builder, Shape};
pub use crate::wire::DecodeError;
use crate::wire::Reader;

impl Chunk {
    /// Reads a chunk.
    ///
    /// # Errors
    /// Says what the bytes lack, or that they are of a newer format.
    pub fn decode(bytes: &[u8]) -> Result<Chunk, DecodeError> {
        let mut r = Reader::new(bytes);
        r.header(CHUNK_MAGIC, "chunk", CHUNK_FORMAT)?;
        let code_version = r.u16("chunk")?;
        if code_version > CODE_VERSION {
            return Err(DecodeError::NewerFormat {
                what: "chunk's code",
                found: code_version,
                supported: CODE_VERSION,
            });
        }
        let refs = r.sequence(1, "reference", |r| {
            kind(r, "reference's use", |n| {
                Some(match n {
                    0 => RefUse::Value,
                    1 => RefUse::Dynamic,
                    2 => RefUse::Cell,
                    3 => RefUse::Var,
                    _ => return None,
                })
            })
        })?;
        let natives = natives(&mut r)?;
        let templates = r.sequence(2, "template", |r| {
            let captures = r.narrow("template's captures")?;
            let arities = r.sequence(3, "arity", |r| {
                Ok(Arity {
                    params: r.narrow("arity's parameters")?,
                    variadic: r.bool("variadic arity")?,
                    proto: r.narrow("arity's prototype")?,
                })
            })?;
            Ok(Template { arities, captures })
        })?;
        let mut protos = r.sequence(7, "prototype", prototype)?;
        r.end("chunk")?;
        for (index, proto) in protos.iter_mut().enumerate() {
            translate::to_current(code_version, &mut proto.code).map_err(|pc| {
                DecodeError::Untranslatable {
                    version: code_version,
                    proto: index,
                    pc,
                    word: proto.code[pc].0,
                }
            })?;
        }
        Ok(Chunk {
            refs,
            natives,
            templates,
            protos,
        })
    }
}

/// One byte that names a variant.
fn kind<T>(
    r: &mut Reader<'_>,
    what: &'static str,
    of: impl FnOnce(u8) -> Option<T>,
) -> Result<T, DecodeError> {
    let offset = r.offset();
    let found = r.u8(what)?;
    of(found).ok_or(DecodeError::BadNumber {
        what,
        offset,
        found: u64::from(found),
    })
}

fn natives(r: &mut Reader<'_>) -> Result<Vec<NativeRef>, DecodeError> {
    r.sequence(2, "native", |r| {
        Ok(NativeRef {
            name: r.text("native's name")?,
            version: r.narrow("native's version")?,
        })
    })
}

fn prototype(r: &mut Reader<'_>) -> Result<Prototype, DecodeError> {
    Ok(Prototype {
        params: r.narrow("prototype's parameters")?,
        variadic: r.bool("variadic prototype")?,
        registers: r.narrow("prototype's registers")?,
        captures: r.narrow("prototype's captures")?,
        code: r.words("instruction")?.into_iter().map(Instr).collect(),
        consts: r.sequence(1, "constant", decode_const)?,
        handlers: r.sequence(5, "handler", |r| {
            Ok(Handler {
                start: r.narrow("handler's start")?,
                end: r.narrow("handler's end")?,
                target: r.narrow("handler's target")?,
                register: r.narrow("handler's register")?,
                catches: kind(r, "handler's kind", |n| {
                    Some(match n {
                        0 => Catches::All,
                        1 => Catches::Errors,
                        _ => return None,
                    })
                })?,
            })
        })?,
    })
}

fn name(r: &mut Reader<'_>) -> Result<(Option<String>, String), DecodeError> {
    let namespace = r.option("namespace of a name", |r| r.text("namespace of a name"))?;
    Ok((namespace, r.text("name")?))
}

fn decode_const(r: &mut Reader<'_>) -> Result<Const, DecodeError> {
    let mut builder = Builder::default();
    loop {
        let offset = r.offset();
        let found = r.u8("constant")?;
        let shape = match found {
            tag::LIST => Some((Shape::List, r.count(1, "list")?)),
            tag::VECTOR => Some((Shape::Vector, r.count(1, "vector")?)),
            tag::SET => Some((Shape::Set, r.count(1, "set")?)),
            tag::MAP => Some((Shape::Map, r.count(2, "map")? * 2)),
            tag::TAGGED => {
                let (namespace, name) = name(r)?;
                Some((Shape::Tagged(namespace, name), 1))
            }
            tag::META => Some((Shape::Meta, 2)),
            _ => None,
        };
        let whole = match shape {
            Some((shape, count)) => {
                if builder.depth() >= Const::DEPTH_MAX {
                    return Err(DecodeError::TooDeep {
                        offset,
                        max: Const::DEPTH_MAX,
                    });
                }
                builder.open(shape, count)
            }
            None => builder.add(leaf(r, found, offset)?),
        };
        if let Some(whole) = whole {
            return Ok(whole);
        }
    }
}

fn leaf(r: &mut Reader<'_>, found: u8, offset: usize) -> Result<Const, DecodeError> {
    Ok(match found {
        tag::NIL => Const::Nil,
        tag::FALSE => Const::Bool(false),
        tag::TRUE => Const::Bool(true),
        tag::INT => Const::Int(r.signed("integer")?),
        tag::BIG_INT => Const::BigInt(r.bytes("integer")?.to_vec()),
        tag::RATIO => Const::Ratio(
            r.bytes("numerator")?.to_vec(),
            r.bytes("denominator")?.to_vec(),
        ),
        tag::DOUBLE => Const::Double(r.u64("double")?),
        tag::DECIMAL => Const::Decimal(
            r.bytes("decimal")?.to_vec(),
            r.narrow_signed("decimal's scale")?,
        ),
        tag::CHAR => {
            let n: u32 = r.narrow("character")?;
            Const::Char(char::from_u32(n).ok_or(DecodeError::BadNumber {
                what: "character",
                offset,
                found: u64::from(n),
            })?)
        }
        tag::STR => Const::Str(r.text("string")?),
        tag::BYTES => Const::Bytes(r.bytes("byte string")?.to_vec()),
        tag::KEYWORD => {
            let (namespace, name) = name(r)?;
            Const::Keyword(namespace, name)
        }
        tag::SYMBOL => {
            let (namespace, name) = name(r)?;
            Const::Symbol(namespace, name)
        }
        tag::REGEX => Const::Regex(r.text("regular expression")?),
        tag::INST => Const::Inst(
            r.signed("instant's seconds")?,
            r.narrow("instant's nanoseconds")?,
        ),
        tag::UUID => Const::Uuid(u128::from_le_bytes(r.array("uuid")?)),
        _ => {
            return Err(DecodeError::BadNumber {
                what: "kind of constant",
                offset,
                found: u64::from(found),
            });
        }
    })
}

impl SourceMap {
    /// Reads a source map.
    ///
    /// # Errors
    /// Says what the bytes lack, or that they are of a newer format.
    pub fn decode(bytes: &[u8]) -> Result<SourceMap, DecodeError> {
        let mut r = Reader::new(bytes);
        let format = r.header(SOURCE_MAP_MAGIC, "source map", SOURCE_MAP_FORMAT)?;
        let files = r.sequence(1, "file", |r| r.text("file"))?;
        let slots = r.sequence(5, "definition's source", |r| {
            Ok(SlotSource {
                file: r.narrow("definition's file")?,
                line: r.narrow("definition's line")?,
                arglists: r.sequence(1, "parameter list", |r| r.text("parameter list"))?,
                doc: r.option("documentation", |r| r.text("documentation"))?,
                protos: r.sequence(3, "prototype's source", proto_source)?,
            })
        })?;
        // In format 1 there was nothing about the program.
        let program = match format {
            1 => Vec::new(),
            _ => r.sequence(1, "program", |r| Ok(r.bytes("program")?.to_vec()))?,
        };
        r.end("source map")?;
        Ok(SourceMap {
            files,
            slots,
            program,
        })
    }
}

fn proto_source(r: &mut Reader<'_>) -> Result<ProtoSource, DecodeError> {
    let name = r.option("function's name", |r| r.text("function's name"))?;
    let (mut last_pc, mut last_line) = (0i64, 0i64);
    let lines = r.sequence(3, "line", |r| {
        last_pc = difference(r, last_pc, "line's pc")?;
        last_line = difference(r, last_line, "line")?;
        Ok((last_pc as u32, last_line as u32, r.narrow("column")?))
    })?;
    let locals = r.sequence(4, "local", |r| {
        Ok((
            r.text("local's name")?,
            r.narrow("local's register")?,
            r.narrow("local's first pc")?,
            r.narrow("local's end")?,
        ))
    })?;
    Ok(ProtoSource {
        name,
        lines,
        locals,
    })
}

/// `last` and a signed difference: a number of 32 bits again.
fn difference(r: &mut Reader<'_>, last: i64, what: &'static str) -> Result<i64, DecodeError> {
    let offset = r.offset();
    let difference = r.signed(what)?;
    match last.checked_add(difference) {
        Some(n) if u32::try_from(n).is_ok() => Ok(n),
        _ => Err(DecodeError::BadNumber {
            what,
            offset,
            found: difference as u64,
        }),
    }
}

/// The parts of an image's bytes, checksums verified.
struct Parts<'a> {
    code: &'a [u8],
    map: &'a [u8],
    hash: Hash,
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>, DecodeError> {
    parts_of(bytes, IMAGE_MAGIC, "image")
}

fn parts_of<'a>(
    bytes: &'a [u8],
    magic: [u8; 4],
    what: &'static str,
) -> Result<Parts<'a>, DecodeError> {
    let mut r = Reader::new(bytes);
    r.header(magic, what, IMAGE_FORMAT)?;
    let offset = r.offset();
    match r.u16("image")? {
        0 => {}
        found => {
            let found = u64::from(found);
            return Err(DecodeError::BadNumber {
                what: "image's header",
                offset,
                found,
            });
        }
    }
    let code_bytes = length(&mut r, "image's code")?;
    let map_bytes = length(&mut r, "image's source map")?;
    let code = r.raw(code_bytes, "image's code")?;
    let map = r.raw(map_bytes, "image's source map")?;
    let hash = Hash(r.array("image's checksum")?);
    let map_hash = Hash(r.array("image's checksum")?);
    r.end("image")?;
    if Hash::of(code) != hash {
        return Err(DecodeError::Checksum {
            what: "image's code",
        });
    }
    if Hash::of(map) != map_hash {
        return Err(DecodeError::Checksum {
            what: "image's source map",
        });
    }
    Ok(Parts { code, map, hash })
}

fn length(r: &mut Reader<'_>, what: &'static str) -> Result<usize, DecodeError> {
    let offset = r.offset();
    let count = r.u64(what)?;
    let left = r.left();
    usize::try_from(count).map_err(|_| DecodeError::TooMany {
        what,
        offset,
        count,
        left,
    })
}

impl Image {
    /// Reads an image: checksums first, then everything in it.
    ///
    /// # Errors
    /// Says what the bytes lack, that they are damaged, or that they are of a newer format.
    pub fn decode(bytes: &[u8]) -> Result<Image, DecodeError> {
        let parts = parts(bytes)?;
        let mut image = decode_code(parts.code)?;
        image.source_map = SourceMap::decode(parts.map)?;
        Ok(image)
    }

    /// The image with what an extension of it adds. What comes of an extension of another image is for
    /// the verifier to find.
    ///
    /// # Errors
    /// As [`Image::decode`].
    pub fn extended(mut self, bytes: &[u8]) -> Result<Image, DecodeError> {
        let parts = parts_of(bytes, EXTENSION_MAGIC, "extension of an image")?;
        let new = decode_code(parts.code)?;
        let map = SourceMap::decode(parts.map)?;
        self.extensions.push(self.slots.len() as u32);
        self.slots.extend(new.slots);
        self.chunks.extend(new.chunks);
        self.protos.extend(new.protos);
        self.templates.extend(new.templates);
        self.natives.extend(new.natives);
        self.boot.extend(new.boot);
        self.source_map.files.extend(map.files);
        self.source_map.slots.extend(map.slots);
        self.source_map.program.extend(map.program);
        Ok(self)
    }

    /// Reads an image without its source map, for a start that needs no names: the map is read when
    /// an error is to be shown.
    ///
    /// # Errors
    /// As [`Image::decode`]; the source map's checksum is verified, too.
    pub fn decode_without_source_map(bytes: &[u8]) -> Result<Image, DecodeError> {
        decode_code(parts(bytes)?.code)
    }

    /// The source map of an image's bytes.
    ///
    /// # Errors
    /// As [`Image::decode`].
    pub fn decode_source_map(bytes: &[u8]) -> Result<SourceMap, DecodeError> {
        SourceMap::decode(parts(bytes)?.map)
    }

    /// The hash that names stored bytes of an image, whatever version they were written by.
    ///
    /// # Errors
    /// Says that these are no image's bytes, damaged, or of a newer format.
    pub fn hash_of_bytes(bytes: &[u8]) -> Result<Hash, DecodeError> {
        Ok(parts(bytes)?.hash)
    }
}

fn decode_code(bytes: &[u8]) -> Result<Image, DecodeError> {
    let mut r = Reader::new(bytes);
    let slots = r.sequence(48, "definition", slot)?;
    let chunks = r.sequence(1, "chunk", |r| Chunk::decode(r.bytes("chunk")?))?;
    let protos = r.sequence(3, "image's prototype", |r| {
        Ok(ImageProto {
            slot: r.narrow("prototype's definition")?,
            index: r.narrow("prototype's index")?,
            consts: r.words("constant's word")?,
        })
    })?;
    let templates = r.sequence(10, "image's template", |r| {
        Ok(ImageTemplate {
            slot: r.narrow("template's definition")?,
            index: r.narrow("template's index")?,
            function: r.u64("template's function")?,
        })
    })?;
    let natives = natives(&mut r)?;
    let boot = r.words("boot segment")?;
    let entry = r.option("entry", |r| r.narrow("entry"))?;
    let main = r.option("main", |r| r.narrow("main"))?;
    r.end("image's code")?;
    Ok(Image {
        slots,
        chunks,
        protos,
        templates,
        natives,
        boot,
        entry,
        main,
        extensions: Vec::new(),
        source_map: SourceMap::default(),
    })
}

fn slot(r: &mut Reader<'_>) -> Result<Slot, DecodeError> {
    Ok(Slot {
        namespace: r.text("namespace")?,
        name: r.text("definition's name")?,
        definition: Hash(r.array("definition's hash")?),
        chunk: r.option("definition's chunk", |r| r.narrow("definition's chunk"))?,
        refs: r.sequence(1, "reference", |r| r.narrow("reference's definition"))?,
        natives: r.sequence(1, "native's ordinal", |r| r.narrow("native's index"))?,
        first_proto: r.narrow("first prototype")?,
        first_template: r.narrow("first template")?,
        kind: kind(r, "kind of definition", |n| {
            Some(match n {
                0 => SlotKind::Function,
                1 => SlotKind::Value,
                2 => SlotKind::Template,
                3 => SlotKind::Cell,
                4 => SlotKind::Native,
                5 => SlotKind::Dynamic,
                _ => return None,
            })
        })?,
        value: r.u64("definition's value")?,
    })
}

#[cfg(test)]
mod tests;
