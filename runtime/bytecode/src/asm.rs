//! Text as a chunk: what [`crate::disasm`] writes, and a little more for who writes it by hand.
//!
//! Beyond the printed form:
//! - `name:` on a line of its own or before an instruction is a label; jumps and handlers take labels;
//! - the number before an instruction may be left out (and is not looked at);
//! - `registers` may be left out: then the prototype gets as many as it uses;
//! - constants, natives (as version 1) and references (used as the first instruction that names them
//!   uses them) need no declaration;
//! - a text that begins with an instruction is prototype 0, without parameters.
//!
//! # Invariants
//! - Every text gives a chunk or an error with its line. The chunk is *not* verified: tests of the
//!   verifier are written in this form.

use rustc_hash::FxHashMap;

use crate::chunk::{Arity, Catches, Chunk, Const, Handler, NativeRef, Prototype, RefUse, Template};
use crate::disasm::use_name;
use crate::effects::{Effects, captures_of};
use crate::op::{Instr, Op, Operand};
use crate::text::{ReadError, Reader};

/// Why a text is no chunk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct AsmError {
    /// Line of the text, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads the text form of a chunk.
///
/// # Errors
/// Says what cannot be read and in which line.
pub fn asm(text: &str) -> Result<Chunk, AsmError> {
    let mut assembler = Assembler::default();
    let mut number = 0;
    for line in text.split('\n') {
        number += 1;
        assembler.line = number;
        assembler.read_line(line).map_err(|message| AsmError {
            line: number,
            message,
        })?;
    }
    assembler.finish_proto()?;
    assembler.finish_registers();
    Ok(assembler.chunk)
}

/// A place in code: a number or a label.
#[derive(Clone, Debug)]
enum Place {
    Pc(i64),
    Label(String),
}

struct Jump {
    pc: usize,
    place: Place,
    line: usize,
}

struct PendingHandler {
    start: Place,
    end: Place,
    target: Place,
    register: u16,
    catches: Catches,
    line: usize,
}

#[derive(Default)]
struct Assembler {
    chunk: Chunk,
    line: usize,
    /// Whether the last prototype is still being read.
    open: bool,
    labels: FxHashMap<String, usize>,
    jumps: Vec<Jump>,
    handlers: Vec<PendingHandler>,
    consts: FxHashMap<Const, u32>,
    /// Prototypes whose number of registers was not given.
    uncounted: Vec<usize>,
}

type Parsed<T> = Result<T, String>;

impl From<ReadError> for AsmErrorText {
    fn from(error: ReadError) -> AsmErrorText {
        AsmErrorText(error.message)
    }
}

/// An error's text on its way to the line it belongs to.
struct AsmErrorText(String);

fn read<T>(result: Result<T, ReadError>) -> Parsed<T> {
    result.map_err(|error| AsmErrorText::from(error).0)
}

fn expect<'a>(reader: &mut Reader<'a>, what: &str) -> Parsed<&'a str> {
    reader.word().ok_or_else(|| format!("{what} was expected"))
}

fn keyword(reader: &mut Reader<'_>, word: &str) -> Parsed<()> {
    match reader.word() {
        Some(found) if found == word => Ok(()),
        Some(found) => Err(format!("`{word}` was expected, not `{found}`")),
        None => Err(format!("`{word}` was expected")),
    }
}

fn number<T: std::str::FromStr>(word: &str, what: &str) -> Parsed<T> {
    word.parse().map_err(|_| format!("`{word}` is no {what}"))
}

/// A number with a letter before it: `r3`, `t0`, `@7`.
fn prefixed<T: std::str::FromStr>(word: &str, prefix: char, what: &str) -> Parsed<T> {
    let digits = word
        .strip_prefix(prefix)
        .filter(|d| d.starts_with(|c: char| c.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| format!("`{word}` is no {what} (`{prefix}` and a number)"))
}

fn place(word: &str) -> Parsed<Place> {
    if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        Ok(Place::Pc(number(word, "place")?))
    } else {
        Ok(Place::Label(word.to_owned()))
    }
}

impl Assembler {
    fn read_line(&mut self, line: &str) -> Parsed<()> {
        let mut reader = Reader::new(line);
        // Labels and the printed pc.
        while let Some(word) = reader.peek_word() {
            if let Some(label) = word.strip_suffix(':') {
                reader.word();
                self.begin();
                let pc = self.proto().code.len();
                if self.labels.insert(label.to_owned(), pc).is_some() {
                    return Err(format!("the label `{label}` is there twice"));
                }
            } else if word.bytes().all(|b| b.is_ascii_digit()) {
                reader.word();
            } else {
                break;
            }
        }
        let Some(word) = reader.word() else {
            return Ok(());
        };
        match word {
            "ref" => self.read_ref(&mut reader)?,
            "native" if !self.open && !is_native_call(reader) => self.read_native(&mut reader)?,
            "template" => self.read_template(&mut reader)?,
            "arity" => self.read_arity(&mut reader)?,
            "proto" => self.read_proto(&mut reader)?,
            "constant" => {
                self.begin();
                let n: usize = prefixed(expect(&mut reader, "`#`")?, '#', "constant")?;
                if n != self.proto().consts.len() {
                    return Err("constants are numbered in order".to_owned());
                }
                let constant = read(reader.constant())?;
                self.consts.entry(constant.clone()).or_insert(n as u32);
                self.proto().consts.push(constant);
            }
            "handler" => self.read_handler(&mut reader)?,
            _ => self.read_instruction(word, &mut reader)?,
        }
        read(reader.end())
    }

    /// The prototype being read.
    fn proto(&mut self) -> &mut Prototype {
        self.chunk.protos.last_mut().expect("`begin` comes first")
    }

    /// Begins prototype 0 without a line of its own.
    fn begin(&mut self) {
        if !self.open {
            self.open = true;
            self.uncounted.push(self.chunk.protos.len());
            self.chunk.protos.push(Prototype::default());
        }
    }

    fn read_ref(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        let n: usize = prefixed(expect(reader, "`@`")?, '@', "reference")?;
        if n != self.chunk.refs.len() {
            return Err("references are numbered in order".to_owned());
        }
        let word = expect(reader, "a use")?;
        let uses = [RefUse::Value, RefUse::Dynamic, RefUse::Cell, RefUse::Var];
        let found = uses.into_iter().find(|use_| use_name(*use_) == word);
        self.chunk
            .refs
            .push(found.ok_or_else(|| format!("`{word}` is no use of a reference"))?);
        Ok(())
    }

    fn read_native(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        let name = match read(reader.string_literal())? {
            Some(name) => name,
            None => expect(reader, "a native's name")?.to_owned(),
        };
        let version = number(expect(reader, "a version")?, "version")?;
        self.chunk.natives.push(NativeRef { name, version });
        Ok(())
    }

    fn read_template(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        let n: usize = prefixed(expect(reader, "`t`")?, 't', "template")?;
        if n != self.chunk.templates.len() {
            return Err("templates are numbered in order".to_owned());
        }
        let captures = if reader.is_done() {
            0
        } else {
            keyword(reader, "captures")?;
            number(expect(reader, "a number")?, "number of captures")?
        };
        self.chunk.templates.push(Template {
            arities: Vec::new(),
            captures,
        });
        Ok(())
    }

    fn read_arity(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        let params = number(expect(reader, "a number")?, "number of parameters")?;
        let variadic = reader.peek_word() == Some("&");
        if variadic {
            reader.word();
        }
        keyword(reader, "->")?;
        let proto = prefixed(expect(reader, "`p`")?, 'p', "prototype")?;
        match self.chunk.templates.last_mut() {
            Some(template) => template.arities.push(Arity {
                params,
                variadic,
                proto,
            }),
            None => return Err("an arity belongs to a template".to_owned()),
        }
        Ok(())
    }

    fn read_proto(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        self.finish_proto()
            .map_err(|error| format!("{} (line {})", error.message, error.line))?;
        let n: usize = prefixed(expect(reader, "`p`")?, 'p', "prototype")?;
        if n != self.chunk.protos.len() {
            return Err("prototypes are numbered in order".to_owned());
        }
        let mut proto = Prototype::default();
        let mut counted = false;
        while let Some(word) = reader.word() {
            match word {
                "params" => {
                    proto.params = number(expect(reader, "a number")?, "number of parameters")?;
                    if reader.peek_word() == Some("&") {
                        reader.word();
                        proto.variadic = true;
                    }
                }
                "registers" => {
                    proto.registers = number(expect(reader, "a number")?, "number of registers")?;
                    counted = true;
                }
                "captures" => {
                    proto.captures = number(expect(reader, "a number")?, "number of captures")?;
                }
                _ => return Err(format!("`{word}` says nothing of a prototype")),
            }
        }
        if !counted {
            self.uncounted.push(n);
        }
        self.chunk.protos.push(proto);
        self.open = true;
        Ok(())
    }

    fn read_handler(&mut self, reader: &mut Reader<'_>) -> Parsed<()> {
        self.begin();
        let range = expect(reader, "a range")?;
        let Some((start, end)) = range.split_once("..") else {
            return Err(format!("`{range}` is no range (`start..end`)"));
        };
        keyword(reader, "->")?;
        let target = place(expect(reader, "a target")?)?;
        let register = prefixed(expect(reader, "a register")?, 'r', "register")?;
        let catches = match expect(reader, "`all` or `errors`")? {
            "all" => Catches::All,
            "errors" => Catches::Errors,
            word => return Err(format!("`all` or `errors` was expected, not `{word}`")),
        };
        self.handlers.push(PendingHandler {
            start: place(start)?,
            end: place(end)?,
            target,
            register,
            catches,
            line: self.line,
        });
        Ok(())
    }

    fn read_instruction(&mut self, word: &str, reader: &mut Reader<'_>) -> Parsed<()> {
        self.begin();
        if word == "word" {
            let hex = expect(reader, "a word")?;
            let digits = hex.strip_prefix("0x").unwrap_or(hex);
            let bits =
                u64::from_str_radix(digits, 16).map_err(|_| format!("`{hex}` is no word"))?;
            self.proto().code.push(Instr(bits));
            return Ok(());
        }
        let Some(op) = Op::ALL.iter().copied().find(|op| op.mnemonic() == word) else {
            return Err(format!("there is no instruction `{word}`"));
        };
        let (mut a, mut b, mut c, mut d) = (0u16, 0u16, 0u16, 0u8);
        let mut x = None;
        let mut s = None;
        for operand in op.operands() {
            match operand {
                Operand::DstA | Operand::SrcA => a = register(reader)?,
                Operand::SrcB => b = register(reader)?,
                Operand::SrcC => c = register(reader)?,
                Operand::RangeBC => {
                    b = register(reader)?;
                    c = number(expect(reader, "a count")?, "count")?;
                }
                Operand::RangeBD => {
                    b = register(reader)?;
                    d = number(expect(reader, "a count")?, "count")?;
                }
                Operand::CallA | Operand::CallKnownA => {
                    a = register(reader)?;
                    d = number(expect(reader, "a count")?, "count")?;
                }
                Operand::CaptureB | Operand::CaptureOfA => {
                    b = prefixed(expect(reader, "a capture")?, 'c', "capture")?;
                }
                Operand::NativeC => c = self.native(reader)?,
                Operand::ConstX => x = Some(self.constant(reader)?),
                Operand::RefX => x = Some(self.reference(op, reader)?),
                Operand::TemplateBC => {
                    c = prefixed(expect(reader, "a template")?, 't', "template")?;
                    b = register(reader)?;
                }
                Operand::IntX => {
                    x = Some(number::<i32>(expect(reader, "an integer")?, "integer")? as u32);
                }
                Operand::IntS => s = Some(number(expect(reader, "an integer")?, "integer")?),
                Operand::IntB => {
                    b = number::<i16>(expect(reader, "an integer")?, "integer")? as u16;
                }
                Operand::JumpX | Operand::JumpS => {
                    keyword(reader, "->")?;
                    let place = place(expect(reader, "a target")?)?;
                    let (pc, line) = (self.proto().code.len(), self.line);
                    self.jumps.push(Jump { pc, place, line });
                }
                Operand::CountC => c = number(expect(reader, "a count")?, "count")?,
                Operand::ProtoX => {
                    x = Some(prefixed(expect(reader, "a prototype")?, 'p', "prototype")?);
                }
            }
        }
        let instr = match (x, s) {
            (Some(x), _) => Instr::axd(op, a, x, d),
            (None, Some(s)) => {
                Instr::abs(op, a, b, s).ok_or_else(|| format!("{s} does not fit into 24 bits"))?
            }
            (None, None) => Instr::abcd(op, a, b, c, d),
        };
        self.proto().code.push(instr);
        Ok(())
    }

    fn native(&mut self, reader: &mut Reader<'_>) -> Parsed<u16> {
        let name = match read(reader.string_literal())? {
            Some(name) => name,
            None => {
                let word = expect(reader, "a native's name")?;
                if word.starts_with('#') {
                    return prefixed(word, '#', "native");
                }
                word.to_owned()
            }
        };
        let natives = &mut self.chunk.natives;
        let index = natives
            .iter()
            .position(|native| native.name == name)
            .unwrap_or_else(|| {
                natives.push(NativeRef { name, version: 1 });
                natives.len() - 1
            });
        u16::try_from(index).map_err(|_| "there are too many natives".to_owned())
    }

    fn constant(&mut self, reader: &mut Reader<'_>) -> Parsed<u32> {
        if let Some(index) = reader
            .peek_word()
            .and_then(|word| prefixed(word, '#', "").ok())
        {
            reader.word();
            return Ok(index);
        }
        let constant = read(reader.constant())?;
        if let Some(index) = self.consts.get(&constant) {
            return Ok(*index);
        }
        let index = self.proto().consts.len() as u32;
        self.proto().consts.push(constant.clone());
        self.consts.insert(constant, index);
        Ok(index)
    }

    fn reference(&mut self, op: Op, reader: &mut Reader<'_>) -> Parsed<u32> {
        const UNDECLARED_MAX: u32 = 1 << 16;
        let n: u32 = prefixed(expect(reader, "a reference")?, '@', "reference")?;
        let use_ = crate::verify::uses_of(op)
            .first()
            .copied()
            .unwrap_or(RefUse::Value);
        // Only a reference right after the declared ones can be meant as a new one.
        if n as usize == self.chunk.refs.len() && n < UNDECLARED_MAX {
            self.chunk.refs.push(use_);
        }
        Ok(n)
    }

    /// Resolves the labels of the prototype being read.
    fn finish_proto(&mut self) -> Result<(), AsmError> {
        self.open = false;
        self.consts.clear();
        let labels = std::mem::take(&mut self.labels);
        let jumps = std::mem::take(&mut self.jumps);
        let handlers = std::mem::take(&mut self.handlers);
        let Some(proto) = self.chunk.protos.last_mut() else {
            return Ok(());
        };
        let resolve = |place: &Place, line: usize| match place {
            Place::Pc(pc) => Ok(*pc),
            Place::Label(label) => match labels.get(label) {
                Some(pc) => Ok(*pc as i64),
                None => Err(AsmError {
                    line,
                    message: format!("there is no label `{label}`"),
                }),
            },
        };
        for Jump { pc, place, line } in jumps {
            let target = resolve(&place, line)?;
            let distance = target.checked_sub(pc as i64 + 1);
            let instr = proto.code[pc];
            let op = instr.op().expect("made above");
            let jump = distance
                .and_then(|n| i32::try_from(n).ok())
                .and_then(|distance| {
                    if op.operands().contains(&Operand::JumpX) {
                        Some(Instr::axd(op, instr.a(), distance as u32, instr.d()))
                    } else {
                        Instr::abs(op, instr.a(), instr.b(), distance)
                    }
                });
            proto.code[pc] = jump.ok_or_else(|| AsmError {
                line,
                message: "the target is too far".to_owned(),
            })?;
        }
        for handler in handlers {
            let line = handler.line;
            let pc = |place: &Place| {
                u32::try_from(resolve(place, line)?).map_err(|_| AsmError {
                    line,
                    message: "there is no such pc".to_owned(),
                })
            };
            proto.handlers.push(Handler {
                start: pc(&handler.start)?,
                end: pc(&handler.end)?,
                target: pc(&handler.target)?,
                register: handler.register,
                catches: handler.catches,
            });
        }
        Ok(())
    }

    /// Counts the registers of prototypes that do not say how many they have.
    fn finish_registers(&mut self) {
        let captures = captures_of(&self.chunk.templates);
        for index in &self.uncounted {
            let proto = &mut self.chunk.protos[*index];
            let mut needed = u32::from(proto.params) + u32::from(proto.variadic);
            for handler in &proto.handlers {
                needed = needed.max(u32::from(handler.register) + 1);
            }
            for instr in &proto.code {
                if let Some(effects) = Effects::of(*instr, &captures) {
                    needed = needed.max(effects.registers_needed());
                }
            }
            proto.registers = u16::try_from(needed).unwrap_or(u16::MAX);
        }
    }
}

/// Whether `native` is the instruction: two registers follow, where the declaration has a name and a
/// version.
fn is_native_call(mut reader: Reader<'_>) -> bool {
    let mut is_register = || {
        reader
            .word()
            .is_some_and(|word| prefixed::<u16>(word, 'r', "register").is_ok())
    };
    is_register() && is_register()
}

fn register(reader: &mut Reader<'_>) -> Parsed<u16> {
    prefixed(expect(reader, "a register")?, 'r', "register")
}

#[cfg(test)]
mod tests;
