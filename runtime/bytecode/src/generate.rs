//! Random chunks that are valid and terminate, ways to damage them, and old encodings: for tests.
//!
//! # Invariants
//! - The same seed gives the same chunk, on every machine and in every run.
//! - What is generated passes the verifier, and runs to its end (or to an error) if the definitions
//!   and natives it calls do: loops count down, and a function calls only functions made from later
//!   templates.
//!
//! Code is made by structured recursion over a budget. An expression is given a register: those below
//! may be read, those from it on are free, and its value arrives in it. That keeps call windows above
//! everything that is still needed, as a compiler would.

mod image;
mod mutate;
mod values;

pub use image::image;
pub use mutate::{mutate_bytes, mutate_chunk};
pub use values::constant;

use crate::chunk::{Arity, Catches, Chunk, Const, Handler, NativeRef, Prototype, RefUse, Template};
use crate::encode::{encode_chunk, encode_image};
use crate::image::Image;
use crate::op::{Instr, Op};
use crate::translate::back_to_0;

/// Where the choices come from: a small generator of pseudorandom numbers (splitmix64), seeded, the
/// same everywhere; or given bytes, and such numbers once they are used up.
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
    /// What is left of the bytes, the next one last.
    script: Vec<u8>,
}

impl Rng {
    /// A generator that starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Rng {
        Rng {
            state: seed,
            script: Vec::new(),
        }
    }

    /// Choices made by bytes, for fuzzers: a change of one byte changes few choices.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Rng {
        Rng {
            state: bytes.len() as u64,
            script: bytes.iter().rev().copied().collect(),
        }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        if !self.script.is_empty() {
            let bytes = (0..8).map_while(|_| self.script.pop());
            return bytes.fold(0, |bits, byte| bits << 8 | u64::from(byte));
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `count`; 0 when that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        if count == 0 {
            0
        } else if count <= 256
            && let Some(byte) = self.script.pop()
        {
            usize::from(byte) % count
        } else {
            (self.bits() % count as u64) as usize
        }
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of the items.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// What generated code may name, and how large it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Natives it may call, and with how many arguments.
    pub natives: Vec<(NativeRef, u8)>,
    /// Uses of references, and the number of arguments of calls of `Value` ones.
    pub refs: Vec<(RefUse, u8)>,
    /// Templates besides a function's own.
    pub templates: usize,
    /// Expressions per prototype, about.
    pub size: usize,
    /// Whether constants of every kind occur, or only those cheap to make.
    pub all_constants: bool,
}

impl Default for Options {
    fn default() -> Options {
        let native = |name: &str, count| {
            (
                NativeRef {
                    name: name.to_owned(),
                    version: 1,
                },
                count,
            )
        };
        Options {
            natives: vec![
                native("ox.core/str", 2),
                native("ox.core/count", 1),
                native("ox.core/now", 0),
            ],
            refs: vec![
                (RefUse::Value, 1),
                (RefUse::Value, 0),
                (RefUse::Dynamic, 0),
                (RefUse::Cell, 0),
                (RefUse::Var, 0),
            ],
            templates: 3,
            size: 24,
            all_constants: true,
        }
    }
}

/// A valid chunk of a function definition (odd seeds) or of a value (even seeds).
#[must_use]
pub fn chunk(seed: u64, options: &Options) -> Chunk {
    chunk_of(&mut Rng::new(seed), seed % 2 == 1, options)
}

/// A valid chunk of a function definition or of a value.
#[must_use]
pub fn chunk_of(rng: &mut Rng, is_function: bool, options: &Options) -> Chunk {
    let mut generator = Generator {
        options,
        chunk: Chunk {
            refs: options.refs.iter().map(|(use_, _)| *use_).collect(),
            natives: options
                .natives
                .iter()
                .map(|(native, _)| native.clone())
                .collect(),
            ..Chunk::default()
        },
        thunks: Vec::new(),
    };
    let mut protos = usize::from(!is_function);
    for index in 0..options.templates + usize::from(is_function) {
        let captures = if is_function && index == 0 {
            0
        } else {
            rng.below(4) as u16
        };
        let is_thunk = index > 0 && rng.one_in(3);
        let mut arities = Vec::new();
        let mut params = 0u16;
        for _ in 0..if is_thunk { 1 } else { 1 + rng.below(3) } {
            arities.push(Arity {
                params,
                variadic: false,
                proto: protos as u16,
            });
            protos += 1;
            params += 1 + rng.below(2) as u16;
        }
        if let Some(last) = arities.last_mut().filter(|_| !is_thunk && rng.one_in(3)) {
            last.variadic = true;
        }
        generator
            .chunk
            .templates
            .push(Template { arities, captures });
        generator.thunks.push(is_thunk);
    }
    if !is_function {
        let body = generator.prototype(rng, 0, false, 0, 0, false);
        generator.chunk.protos.push(body);
    }
    for index in 0..generator.chunk.templates.len() {
        let template = generator.chunk.templates[index].clone();
        for arity in &template.arities {
            let proto = generator.prototype(
                rng,
                arity.params,
                arity.variadic,
                template.captures,
                index + 1,
                generator.thunks[index],
            );
            generator.chunk.protos.push(proto);
        }
    }
    generator.chunk
}

/// The bytes of a chunk as code version 0 wrote them; `None` when it could not have: a comparison
/// with an integer beyond 8 bits.
#[must_use]
pub fn encode_as_version_0(chunk: &Chunk) -> Option<Vec<u8>> {
    let mut fits = chunk.protos.iter().flat_map(|proto| &proto.code);
    fits.all(|instr| back_to_0(*instr).is_some())
        .then(|| encode_chunk(chunk, 0, |instr| back_to_0(instr).unwrap_or(instr)))
}

/// The bytes of an image whose chunks are of code version 0; `None` as of [`encode_as_version_0`].
#[must_use]
pub fn encode_image_as_version_0(image: &Image) -> Option<Vec<u8>> {
    let fits = image
        .chunks
        .iter()
        .all(|chunk| encode_as_version_0(chunk).is_some());
    fits.then(|| {
        encode_image(image, |chunk| {
            encode_as_version_0(chunk).unwrap_or_default()
        })
    })
}

struct Generator<'a> {
    options: &'a Options,
    chunk: Chunk,
    thunks: Vec<bool>,
}

/// The prototype being made.
struct Body {
    proto: Prototype,
    /// Registers that may be read.
    written: Vec<bool>,
    has_function: bool,
    /// Templates from here on may be made and called.
    templates_from: usize,
    budget: usize,
    depth: usize,
}

impl Body {
    fn emit(&mut self, instr: Instr) -> usize {
        self.proto.code.push(instr);
        self.proto.code.len() - 1
    }

    /// Makes sure of registers below `end` and says which one is written.
    fn wrote(&mut self, register: u16) {
        self.touch(register + 1);
        self.written[usize::from(register)] = true;
        self.written[usize::from(register) + 1..].fill(false);
    }

    fn touch(&mut self, end: u16) {
        self.proto.registers = self.proto.registers.max(end);
        let end = usize::from(end);
        if self.written.len() < end {
            self.written.resize(end, false);
        }
    }

    /// From a register on nothing may be read.
    fn free(&mut self, from: u16) {
        let from = usize::from(from).min(self.written.len());
        self.written[from..].fill(false);
    }

    fn here(&self) -> usize {
        self.proto.code.len()
    }

    /// Lets the jump at `pc` lead to `target`.
    fn land(&mut self, pc: usize, target: usize) {
        let distance = target as i64 - pc as i64 - 1;
        let distance = i32::try_from(distance).expect("generated code is short");
        let instr = self.proto.code[pc];
        let op = instr.op().expect("made here");
        let long = op.operands().contains(&crate::op::Operand::JumpX);
        self.proto.code[pc] = if long {
            Instr::ax(op, instr.a(), distance as u32)
        } else {
            Instr::abs(op, instr.a(), instr.b(), distance).expect("generated code is short")
        };
    }

    fn constant(&mut self, constant: Const) -> u32 {
        let consts = &mut self.proto.consts;
        match consts.iter().position(|known| *known == constant) {
            Some(index) => index as u32,
            None => {
                consts.push(constant);
                consts.len() as u32 - 1
            }
        }
    }
}

const BINARY: &[Op] = &[
    Op::Add,
    Op::Sub,
    Op::Mul,
    Op::Div,
    Op::Quot,
    Op::Rem,
    Op::Less,
    Op::LessEq,
    Op::Equal,
    Op::Identical,
    Op::Get,
    Op::Nth,
    Op::Cons,
];
const UNARY: &[Op] = &[Op::Not, Op::IsNil, Op::First, Op::Next, Op::Rest, Op::Seq];
const TESTS: &[Op] = &[Op::JumpIf, Op::JumpIfNot, Op::JumpNil, Op::JumpNotNil];
const COMPARISONS: &[Op] = &[
    Op::JumpLess,
    Op::JumpNotLess,
    Op::JumpLessEq,
    Op::JumpNotLessEq,
    Op::JumpEqual,
    Op::JumpNotEqual,
];
const INT_COMPARISONS: &[Op] = &[
    Op::JumpLessInt,
    Op::JumpNotLessInt,
    Op::JumpLessEqInt,
    Op::JumpNotLessEqInt,
    Op::JumpGreaterInt,
    Op::JumpNotGreaterInt,
    Op::JumpGreaterEqInt,
    Op::JumpNotGreaterEqInt,
    Op::JumpEqualInt,
    Op::JumpNotEqualInt,
];
const COLLECTIONS: &[Op] = &[Op::Vector, Op::List, Op::Set, Op::Map];

/// Deepest nesting of generated expressions.
const DEPTH_MAX: usize = 6;

impl Generator<'_> {
    fn prototype(
        &self,
        rng: &mut Rng,
        params: u16,
        variadic: bool,
        captures: u16,
        templates_from: usize,
        is_thunk: bool,
    ) -> Prototype {
        let mut body = Body {
            proto: Prototype {
                params,
                variadic,
                captures,
                ..Prototype::default()
            },
            written: Vec::new(),
            // Templates are numbered from 0; prototype 0 of a value comes before all of them.
            has_function: templates_from > 0,
            templates_from,
            budget: self.options.size,
            depth: 0,
        };
        let mut first = params + u16::from(variadic);
        body.touch(first);
        body.written.fill(true);
        if is_thunk {
            for capture in 0..captures {
                body.emit(Instr::abc(Op::LoadCapture, first, capture, 0));
                body.wrote(first);
                first += 1;
            }
            body.emit(Instr::abc(Op::DropSelf, 0, 0, 0));
            body.has_function = false;
        }
        for _ in 0..rng.below(4) {
            self.expression(rng, &mut body, first);
            first += 1;
        }
        self.end(rng, &mut body, first);
        body.proto
    }

    /// The last expression and how the frame ends.
    fn end(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        match rng.below(6) {
            0 => {
                let Some((reference, count)) = self.callable(rng) else {
                    return self.end_plain(rng, body, at);
                };
                self.arguments(rng, body, at, count);
                body.emit(Instr::axd(Op::TailCallGlobal, at, reference, count));
            }
            1 => {
                let Some(count) = self.closure(rng, body, at, false) else {
                    return self.end_plain(rng, body, at);
                };
                self.arguments(rng, body, at, count);
                body.emit(Instr::abcd(Op::TailCall, at, 0, 0, count));
            }
            2 => {
                if self.closure(rng, body, at, false).is_none() {
                    return self.end_plain(rng, body, at);
                }
                self.arguments(rng, body, at, 1);
                body.emit(Instr::abcd(Op::TailApply, at, 0, 0, 1));
            }
            _ => self.end_plain(rng, body, at),
        }
    }

    fn end_plain(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        self.expression(rng, body, at);
        let op = if rng.one_in(12) {
            Op::Throw
        } else {
            Op::Return
        };
        body.emit(Instr::abc(op, at, 0, 0));
    }

    /// A reference that can be called, and with how many arguments.
    fn callable(&self, rng: &mut Rng) -> Option<(u32, u8)> {
        let (index, count) = self.reference(rng, RefUse::Value)?;
        Some((index, count))
    }

    fn reference(&self, rng: &mut Rng, use_: RefUse) -> Option<(u32, u8)> {
        let refs = &self.options.refs;
        let fits: Vec<usize> = (0..refs.len()).filter(|n| refs[*n].0 == use_).collect();
        let index = *fits.get(rng.below(fits.len()))?;
        Some((index as u32, refs[index].1))
    }

    /// Values in the argument registers of the window at `at`.
    fn arguments(&self, rng: &mut Rng, body: &mut Body, at: u16, count: u8) {
        body.touch(at + 2 + u16::from(count));
        for n in 0..u16::from(count) {
            self.expression(rng, body, at + 2 + n);
        }
    }

    /// A new closure in `at`; gives the arguments it takes.
    fn closure(&self, rng: &mut Rng, body: &mut Body, at: u16, thunk: bool) -> Option<u8> {
        let fits: Vec<usize> = (body.templates_from..self.chunk.templates.len())
            .filter(|n| self.thunks[*n] == thunk)
            .collect();
        let index = *fits.get(rng.below(fits.len()))?;
        let template = &self.chunk.templates[index];
        let recursive = template.captures > 0 && rng.one_in(3);
        let none = body.constant(Const::Nil);
        for n in 0..template.captures {
            if recursive {
                body.emit(Instr::ax(Op::LoadConst, at + n, none));
                body.wrote(at + n);
            } else {
                self.expression(rng, body, at + n);
            }
        }
        body.emit(Instr::abc(Op::Closure, at, at, index as u16));
        body.wrote(at);
        if recursive {
            let capture = rng.below(usize::from(template.captures)) as u16;
            body.emit(Instr::abc(Op::SetCapture, at, capture, at));
        }
        let arity = rng.pick(&template.arities);
        Some(arity.params as u8 + u8::from(arity.variadic && rng.one_in(2)))
    }

    /// Code whose value arrives in `at`, where all registers below may be read if written.
    fn expression(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        body.free(at);
        body.depth += 1;
        body.budget = body.budget.saturating_sub(1);
        if body.budget == 0 || body.depth > DEPTH_MAX || !self.compound(rng, body, at) {
            self.simple(rng, body, at);
        }
        body.wrote(at);
        body.depth -= 1;
    }

    fn simple(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        let written: Vec<u16> = (0..at)
            .filter(|n| body.written.get(usize::from(*n)) == Some(&true))
            .collect();
        match rng.below(7) {
            0..=2 if !written.is_empty() => {
                let from = *rng.pick(&written);
                body.emit(Instr::abc(Op::Move, at, from, 0));
            }
            3 if body.has_function && body.proto.captures > 0 => {
                let capture = rng.below(usize::from(body.proto.captures)) as u16;
                body.emit(Instr::abc(Op::LoadCapture, at, capture, 0));
            }
            4 if body.has_function => {
                body.emit(Instr::abc(Op::LoadSelf, at, 0, 0));
            }
            5 => {
                let constant = if self.options.all_constants {
                    constant(rng, 3)
                } else {
                    Const::Int(rng.below(1000) as i64)
                };
                let index = body.constant(constant);
                body.emit(Instr::ax(Op::LoadConst, at, index));
            }
            _ => {
                let n = rng.below(41) as i32 - 20;
                body.emit(Instr::ax(Op::LoadInt, at, n as u32));
            }
        }
    }

    /// A compound expression, if one could be made.
    fn compound(&self, rng: &mut Rng, body: &mut Body, at: u16) -> bool {
        match rng.below(16) {
            0 | 1 => {
                self.expression(rng, body, at);
                self.expression(rng, body, at + 1);
                body.emit(Instr::abc(*rng.pick(BINARY), at, at, at + 1));
            }
            2 => {
                self.expression(rng, body, at);
                let n = rng.below(2001) as i32 - 1000;
                body.emit(Instr::abs(Op::AddInt, at, at, n).expect("a small number"));
            }
            3 => {
                self.expression(rng, body, at);
                body.emit(Instr::abc(*rng.pick(UNARY), at, at, 0));
            }
            4 => {
                let op = *rng.pick(COLLECTIONS);
                let count = rng.below(3) as u16 * 2;
                body.touch(at + count);
                for n in 0..count {
                    self.expression(rng, body, at + n);
                }
                body.emit(Instr::abc(op, at, at, count));
            }
            5 => {
                let natives = &self.options.natives;
                if natives.is_empty() {
                    return false;
                }
                let index = rng.below(natives.len());
                let count = natives[index].1;
                body.touch(at + u16::from(count));
                for n in 0..u16::from(count) {
                    self.expression(rng, body, at + n);
                }
                body.emit(Instr::abcd(Op::CallNative, at, at, index as u16, count));
            }
            6 => {
                let Some((reference, count)) = self.callable(rng) else {
                    return false;
                };
                self.arguments(rng, body, at, count);
                body.emit(Instr::axd(Op::CallGlobal, at, reference, count));
            }
            7 | 8 => {
                let Some(count) = self.closure(rng, body, at, false) else {
                    return false;
                };
                if rng.one_in(3) {
                    // The value itself.
                } else if rng.one_in(4) {
                    self.arguments(rng, body, at, 1);
                    body.emit(Instr::abcd(Op::Apply, at, 0, 0, 1));
                } else {
                    self.arguments(rng, body, at, count);
                    body.emit(Instr::abcd(Op::Call, at, 0, 0, count));
                }
            }
            9 => {
                if self.closure(rng, body, at, true).is_none() {
                    return false;
                }
                body.emit(Instr::abc(Op::Lazy, at, at, 0));
            }
            10 | 11 => self.branch(rng, body, at),
            12 => self.countdown(rng, body, at),
            13 => self.attempt(rng, body, at),
            14 => return self.named(rng, body, at),
            _ => {
                // An error now and then.
                self.expression(rng, body, at);
                let over = body.emit(Instr::ax(*rng.pick(TESTS), at, 0));
                self.expression(rng, body, at);
                body.emit(Instr::abc(Op::Throw, at, 0, 0));
                let here = body.here();
                body.land(over, here);
                self.simple_over(rng, body, at);
            }
        }
        true
    }

    fn simple_over(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        body.free(at);
        self.simple(rng, body, at);
    }

    fn branch(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        self.expression(rng, body, at);
        let other = match rng.below(3) {
            0 => body.emit(Instr::ax(*rng.pick(TESTS), at, 0)),
            1 => {
                self.expression(rng, body, at + 1);
                let op = *rng.pick(COMPARISONS);
                body.emit(Instr::abs(op, at, at + 1, 0).expect("zero fits"))
            }
            _ => {
                // Now and then beyond the 8 bits of the oldest encoding.
                let n = if rng.one_in(8) {
                    300
                } else {
                    rng.below(40) as i16 - 20
                };
                let op = *rng.pick(INT_COMPARISONS);
                body.emit(Instr::abs(op, at, n as u16, 0).expect("zero fits"))
            }
        };
        self.expression(rng, body, at);
        let over = body.emit(Instr::ax(Op::Jump, 0, 0));
        let here = body.here();
        body.land(other, here);
        self.expression(rng, body, at);
        let here = body.here();
        body.land(over, here);
    }

    /// A loop that counts down in `at` and keeps its last value in `at + 1`.
    fn countdown(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        body.emit(Instr::ax(Op::LoadInt, at, rng.below(5) as u32));
        body.wrote(at);
        self.expression(rng, body, at + 1);
        let head = body.here();
        let out = body.emit(Instr::abs(Op::JumpLessEqInt, at, 0, 0).expect("zero fits"));
        self.expression(rng, body, at + 2);
        body.emit(Instr::abc(Op::Move, at + 1, at + 2, 0));
        body.emit(Instr::abs(Op::AddInt, at, at, -1).expect("one fits"));
        let back = body.emit(Instr::ax(Op::Loop, 0, 0));
        body.land(back, head);
        let here = body.here();
        body.land(out, here);
        body.emit(Instr::abc(Op::Move, at, at + 1, 0));
    }

    fn attempt(&self, rng: &mut Rng, body: &mut Body, at: u16) {
        let start = body.here();
        self.expression(rng, body, at);
        let end = body.here();
        let over = body.emit(Instr::ax(Op::Jump, 0, 0));
        let target = body.here();
        body.free(at);
        body.wrote(at);
        self.expression(rng, body, at + 1);
        if rng.one_in(3) {
            body.emit(Instr::abc(Op::Throw, at, 0, 0));
        } else {
            body.emit(Instr::abc(Op::Move, at, at + 1, 0));
        }
        let here = body.here();
        body.land(over, here);
        // `over` may lead past a throw at the end: the next expression or the end of the frame.
        body.proto.handlers.push(Handler {
            start: start as u32,
            end: end as u32,
            target: target as u32,
            register: at,
            catches: if rng.one_in(2) {
                Catches::All
            } else {
                Catches::Errors
            },
        });
    }

    /// Cells, dynamic definitions, values and vars.
    fn named(&self, rng: &mut Rng, body: &mut Body, at: u16) -> bool {
        let (use_, op) = *rng.pick(&[
            (RefUse::Value, Op::LoadGlobal),
            (RefUse::Dynamic, Op::LoadDynamic),
            (RefUse::Dynamic, Op::LoadVar),
            (RefUse::Cell, Op::LoadCell),
            (RefUse::Cell, Op::StoreCell),
            (RefUse::Var, Op::LoadVar),
        ]);
        let Some((reference, _)) = self.reference(rng, use_) else {
            return false;
        };
        if op == Op::StoreCell {
            self.expression(rng, body, at);
        }
        body.emit(Instr::ax(op, at, reference));
        true
    }
}

#[cfg(test)]
mod tests;
