//! A chunk as text: the form that documentation, tests and `oxc disasm` share.
//!
//! ```text
//! ref @0 value                                    ; app.core/f
//! native ox.core/first 1
//! template t0 captures 0
//!   arity 1 -> p0
//! proto p0 params 1 registers 5 captures 0
//!    0  jump-not-lt-int r0 2 -> 3
//!    1  const r1 "done"
//!    2  return r1
//!    3  native r1 r0 1 ox.core/first
//!    4  call-global r2 0 @0                       ; app.core/f
//!    5  return r2
//!   handler 0..3 -> 3 r4 errors
//! ```
//!
//! # Invariants
//! - [`crate::asm`] reads the text back as the same chunk, whatever the chunk: a word that is no
//!   instruction in canonical form is written as `word 0x…`.
//! - The constants' table is written only when the instructions, in order, would not make the same.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::chunk::{Catches, Chunk, Const, Prototype, RefUse};
use crate::op::{Instr, Operand};
use crate::text::{is_name, print_const, string};

/// The chunk as text.
#[must_use]
pub fn disasm(chunk: &Chunk) -> String {
    disasm_named(chunk, &|_| None)
}

/// The chunk as text, with the names of referred definitions as comments: `name_of` gives the name
/// of a reference ordinal.
#[must_use]
pub fn disasm_named(chunk: &Chunk, name_of: &dyn Fn(u32) -> Option<String>) -> String {
    let mut out = String::new();
    for (n, use_) in chunk.refs.iter().enumerate() {
        let mut line = format!("ref @{n} {}", use_name(*use_));
        comment(&mut line, name_of(n as u32));
        let _ = writeln!(out, "{line}");
    }
    for native in &chunk.natives {
        out.push_str("native ");
        native_name(&mut out, &native.name);
        let _ = writeln!(out, " {}", native.version);
    }
    for (n, template) in chunk.templates.iter().enumerate() {
        let _ = writeln!(out, "template t{n} captures {}", template.captures);
        for arity in &template.arities {
            let rest = if arity.variadic { " &" } else { "" };
            let _ = writeln!(out, "  arity {}{rest} -> p{}", arity.params, arity.proto);
        }
    }
    for (n, proto) in chunk.protos.iter().enumerate() {
        let rest = if proto.variadic { " &" } else { "" };
        let _ = writeln!(
            out,
            "proto p{n} params {}{rest} registers {} captures {}",
            proto.params, proto.registers, proto.captures
        );
        let inline = is_made_by_code(proto);
        if !inline {
            for (n, constant) in proto.consts.iter().enumerate() {
                let _ = writeln!(out, "  constant #{n} {}", print_const(constant));
            }
        }
        let width = proto.code.len().saturating_sub(1).to_string().len();
        for (pc, instr) in proto.code.iter().enumerate() {
            let mut line = format!("  {pc:width$}  ");
            let named = instruction(&mut line, chunk, proto, pc, *instr, inline);
            comment(&mut line, named.and_then(name_of));
            let _ = writeln!(out, "{line}");
        }
        for handler in &proto.handlers {
            let catches = match handler.catches {
                Catches::All => "all",
                Catches::Errors => "errors",
            };
            let _ = writeln!(
                out,
                "  handler {}..{} -> {} r{} {catches}",
                handler.start, handler.end, handler.target, handler.register
            );
        }
    }
    out
}

/// One instruction as text, without its pc; `?` of what is out of range.
#[must_use]
pub fn disasm_instruction(
    chunk: &Chunk,
    proto: usize,
    pc: usize,
    name_of: &dyn Fn(u32) -> Option<String>,
) -> String {
    let Some(proto) = chunk.protos.get(proto) else {
        return "?".to_owned();
    };
    let Some(instr) = proto.code.get(pc) else {
        return "?".to_owned();
    };
    let mut line = String::new();
    let named = instruction(&mut line, chunk, proto, pc, *instr, is_made_by_code(proto));
    comment(&mut line, named.and_then(name_of));
    line
}

fn comment(line: &mut String, text: Option<String>) {
    const COLUMN: usize = 40;
    if let Some(text) = text {
        // A name may be any text; a comment is one line.
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let _ = write!(
            line,
            "{:gap$} ; {text}",
            "",
            gap = COLUMN.saturating_sub(line.len())
        );
    }
}

pub(crate) fn use_name(use_: RefUse) -> &'static str {
    match use_ {
        RefUse::Value => "value",
        RefUse::Dynamic => "dynamic",
        RefUse::Cell => "cell",
        RefUse::Var => "var",
    }
}

fn native_name(out: &mut String, name: &str) {
    if is_native_token(name) {
        out.push_str(name);
    } else {
        string(out, name);
    }
}

/// Whether a native's name is a word of the text form.
fn is_native_token(name: &str) -> bool {
    match name.split_once('/') {
        Some((namespace, name)) => is_name(Some(namespace), name),
        None => is_name(None, name),
    }
}

/// Whether reading the instructions in order makes the constants' table, each at its first use.
fn is_made_by_code(proto: &Prototype) -> bool {
    let mut seen: FxHashMap<&Const, u32> = FxHashMap::default();
    for instr in &proto.code {
        let Some(op) = instr.op().filter(|_| instr.is_canonical()) else {
            continue;
        };
        if !op.operands().contains(&Operand::ConstX) {
            continue;
        }
        let Some(constant) = proto.consts.get(instr.x() as usize) else {
            return false;
        };
        let next = seen.len() as u32;
        if *seen.entry(constant).or_insert(next) != instr.x() {
            return false;
        }
    }
    seen.len() == proto.consts.len()
}

/// Writes an instruction; gives the reference ordinal it names, if any.
fn instruction(
    out: &mut String,
    chunk: &Chunk,
    proto: &Prototype,
    pc: usize,
    instr: Instr,
    inline: bool,
) -> Option<u32> {
    let Some(op) = instr.op().filter(|_| instr.is_canonical()) else {
        let _ = write!(out, "word {:#018x}", instr.0);
        return None;
    };
    out.push_str(op.mnemonic());
    let mut named = None;
    for operand in op.operands() {
        out.push(' ');
        let (a, b, c, d) = (instr.a(), instr.b(), instr.c(), instr.d());
        let _ = match operand {
            Operand::DstA | Operand::SrcA => write!(out, "r{a}"),
            Operand::SrcB => write!(out, "r{b}"),
            Operand::SrcC => write!(out, "r{c}"),
            Operand::RangeBC => write!(out, "r{b} {c}"),
            Operand::RangeBD => write!(out, "r{b} {d}"),
            Operand::CallA | Operand::CallKnownA => write!(out, "r{a} {d}"),
            Operand::CaptureB | Operand::CaptureOfA => write!(out, "c{b}"),
            Operand::NativeC => {
                let name = chunk.natives.get(usize::from(c)).map(|n| n.name.as_str());
                let unique = |name: &&str| {
                    chunk
                        .natives
                        .iter()
                        .filter(|n| n.name == **name)
                        .take(2)
                        .count()
                        == 1
                };
                match name.filter(unique) {
                    Some(name) => {
                        native_name(out, name);
                        Ok(())
                    }
                    None => write!(out, "#{c}"),
                }
            }
            Operand::ConstX => match proto.consts.get(instr.x() as usize).filter(|_| inline) {
                Some(constant) => write!(out, "{}", print_const(constant)),
                None => write!(out, "#{}", instr.x()),
            },
            Operand::RefX => {
                named = Some(instr.x());
                write!(out, "@{}", instr.x())
            }
            Operand::TemplateBC => write!(out, "t{c} r{b}"),
            Operand::IntX => write!(out, "{}", instr.xs()),
            Operand::IntS => write!(out, "{}", instr.s24()),
            Operand::IntB => write!(out, "{}", b as i16),
            Operand::JumpX => write!(out, "-> {}", pc as i64 + 1 + i64::from(instr.xs())),
            Operand::JumpS => write!(out, "-> {}", pc as i64 + 1 + i64::from(instr.s24())),
            Operand::ProtoX => write!(out, "p{}", instr.x()),
            Operand::CountC => write!(out, "{c}"),
        };
    }
    named
}
