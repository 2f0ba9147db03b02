//! The opcode table: the one place an instruction is described.
//!
//! Encoder, decoder, disassembler, assembler, verifier, liveness and the documentation follow from
//! [`Op::operands`]; the interpreter matches on [`Op`].
//!
//! An instruction is one little-endian 64-bit word:
//!
//! ```text
//!  63    56 55        40 39        24 23         8 7      0
//! +--------+------------+------------+------------+--------+
//! |   d    |     c      |     b      |     a      |   op   |   three registers or indices and a small count
//! +--------+------------+------------+------------+--------+
//! |       s24           |     b      |     a      |   op   |   two registers and a signed 24-bit number
//! +---------------------+------------+------------+--------+
//! |   d    |          x32            |     a      |   op   |   a register and 32 bits
//! +--------+-------------------------+------------+--------+
//! ```
//!
//! # Invariants
//! - An opcode number is never reused. A retired opcode keeps its row and is translated at load.
//! - Jump distances count instructions from the *next* instruction.
//! - Only [`Op::is_safepoint`] instructions may call, allocate without bound, or stop the process.
//! - Ops from [`Op::FIRST_INTERNAL`] on exist in memory only: the loader makes them, the verifier
//!   refuses them in stored code.

/// What one operand field of an instruction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Register written, field `a`.
    DstA,
    /// Register read, field `a`.
    SrcA,
    /// Register read, field `b`.
    SrcB,
    /// Register read, field `c`.
    SrcC,
    /// Registers `b .. b + c` read.
    RangeBC,
    /// Registers `b .. b + d` read.
    RangeBD,
    /// A call window at `a` with `d` arguments: `a` holds the callee, `a + 1` is the link word,
    /// `a + 2 .. a + 2 + d` the arguments. Registers from `a` on die; the result arrives in `a`.
    CallA,
    /// As [`Operand::CallA`] but `a` is not read: the callee is named by another operand.
    CallKnownA,
    /// Index in field `b` (capture).
    CaptureB,
    /// Index in field `b` naming a capture of the closure in `a`.
    CaptureOfA,
    /// Index in `c` into the chunk's natives.
    NativeC,
    /// Index in `x32` into the prototype's constants.
    ConstX,
    /// Index in `x32` into the chunk's references.
    RefX,
    /// Function template index in `c`; its captures are read from registers starting at `b`.
    TemplateBC,
    /// Signed 32-bit number in `x32`.
    IntX,
    /// Signed 24-bit number in `s24`.
    IntS,
    /// Signed 16-bit number in `b`.
    IntB,
    /// Jump distance in `x32`, signed.
    JumpX,
    /// Jump distance in `s24`, signed.
    JumpS,
    /// Dense prototype number of the image in `x32` (internal ops).
    ProtoX,
    /// A count in `c` (internal ops).
    CountC,
}

macro_rules! ops {
    ($( $(#[doc = $doc:literal])* $name:ident = $num:literal [ $($operand:ident),* ] $text:literal ; )*) => {
        /// An operation. See each variant for its meaning; registers are those of the current frame.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $( $(#[doc = $doc])* $name = $num, )* }

        impl Op {
            /// Every operation, in numeric order.
            pub const ALL: &'static [Op] = &[ $( Op::$name, )* ];

            /// The operation with this number, if there is one.
            #[must_use]
            pub const fn from_u8(n: u8) -> Option<Op> {
                match n { $( $num => Some(Op::$name), )* _ => None }
            }

            /// The operands, in the order the text form writes them.
            #[must_use]
            pub const fn operands(self) -> &'static [Operand] {
                match self { $( Op::$name => &[ $( Operand::$operand, )* ], )* }
            }

            /// The mnemonic of the text form.
            #[must_use]
            pub const fn mnemonic(self) -> &'static str {
                match self { $( Op::$name => $text, )* }
            }

            /// What the operation does, one line (the reference in the documentation is made of these).
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $( Op::$name => concat!($($doc,)*), )* }
            }
        }
    };
}

ops! {
    /// `a ← b`
    Move = 1 [DstA, SrcB] "move";
    /// `a ← constant`
    LoadConst = 2 [DstA, ConstX] "const";
    /// `a ← small integer`
    LoadInt = 3 [DstA, IntX] "int";
    /// `a ← capture b of this closure`
    LoadCapture = 4 [DstA, CaptureB] "capture";
    /// `a ← value of the referred definition`
    LoadGlobal = 5 [DstA, RefX] "global";
    /// `a ← this function itself` (a named `fn` that mentions its own name)
    LoadSelf = 6 [DstA] "self";
    /// `a ← new closure of template c over registers from b on`
    Closure = 7 [DstA, TemplateBC] "closure";
    /// capture `b` of the closure in `a` ← `c` (`letfn`; through the write barrier)
    SetCapture = 8 [SrcA, CaptureOfA, SrcC] "set-capture";
    /// forget this frame's function: a thunk has taken its captures into registers
    DropSelf = 9 [] "drop-self";

    /// call the value in `a` with `d` arguments
    Call = 16 [CallA] "call";
    /// call the referred definition with `d` arguments
    CallGlobal = 17 [CallKnownA, RefX] "call-global";
    /// replace this frame by a call of the value in `a`
    TailCall = 18 [CallA] "tail-call";
    /// replace this frame by a call of the referred definition
    TailCallGlobal = 19 [CallKnownA, RefX] "tail-call-global";
    /// `a ← native c over registers b .. b + d`
    CallNative = 20 [DstA, RangeBD, NativeC] "native";
    /// call the value in `a`; the last of its `d` arguments is a sequence of further arguments
    Apply = 21 [CallA] "apply";
    /// as `apply`, replacing this frame
    TailApply = 22 [CallA] "tail-apply";
    /// leave the frame with the value in `a`
    Return = 23 [SrcA] "return";
    /// throw the value in `a`
    Throw = 24 [SrcA] "throw";

    /// jump forward or backward without a safepoint (backward only within a bounded sequence: never a loop)
    Jump = 32 [JumpX] "jump";
    /// jump back to a loop's head; a safepoint
    Loop = 33 [JumpX] "loop";
    /// jump if `a` is neither nil nor false
    JumpIf = 34 [SrcA, JumpX] "jump-if";
    /// jump if `a` is nil or false
    JumpIfNot = 35 [SrcA, JumpX] "jump-if-not";
    /// jump if `a` is nil
    JumpNil = 36 [SrcA, JumpX] "jump-nil";
    /// jump if `a` is not nil
    JumpNotNil = 37 [SrcA, JumpX] "jump-not-nil";
    /// jump if `a < b`
    JumpLess = 38 [SrcA, SrcB, JumpS] "jump-lt";
    /// jump unless `a < b` (true for NaN)
    JumpNotLess = 39 [SrcA, SrcB, JumpS] "jump-not-lt";
    /// jump if `a <= b`
    JumpLessEq = 40 [SrcA, SrcB, JumpS] "jump-le";
    /// jump unless `a <= b`
    JumpNotLessEq = 41 [SrcA, SrcB, JumpS] "jump-not-le";
    /// jump if `(= a b)`
    JumpEqual = 42 [SrcA, SrcB, JumpS] "jump-eq";
    /// jump unless `(= a b)`
    JumpNotEqual = 43 [SrcA, SrcB, JumpS] "jump-ne";
    /// jump if `a < b`, `b` a number in the instruction
    JumpLessInt = 44 [SrcA, IntB, JumpS] "jump-lt-int";
    /// jump unless `a < b`, `b` a number in the instruction
    JumpNotLessInt = 45 [SrcA, IntB, JumpS] "jump-not-lt-int";
    /// jump if `a <= b`, `b` a number in the instruction
    JumpLessEqInt = 46 [SrcA, IntB, JumpS] "jump-le-int";
    /// jump unless `a <= b`, `b` a number in the instruction
    JumpNotLessEqInt = 47 [SrcA, IntB, JumpS] "jump-not-le-int";
    /// jump if `a > b`, `b` a number in the instruction
    JumpGreaterInt = 48 [SrcA, IntB, JumpS] "jump-gt-int";
    /// jump unless `a > b`, `b` a number in the instruction
    JumpNotGreaterInt = 49 [SrcA, IntB, JumpS] "jump-not-gt-int";
    /// jump if `a >= b`, `b` a number in the instruction
    JumpGreaterEqInt = 50 [SrcA, IntB, JumpS] "jump-ge-int";
    /// jump unless `a >= b`, `b` a number in the instruction
    JumpNotGreaterEqInt = 51 [SrcA, IntB, JumpS] "jump-not-ge-int";
    /// jump if `(= a b)`, `b` an integer in the instruction
    JumpEqualInt = 52 [SrcA, IntB, JumpS] "jump-eq-int";
    /// jump unless `(= a b)`, `b` an integer in the instruction
    JumpNotEqualInt = 53 [SrcA, IntB, JumpS] "jump-ne-int";

    /// `a ← b + c`, throwing on overflow
    Add = 64 [DstA, SrcB, SrcC] "add";
    /// `a ← b - c`, throwing on overflow
    Sub = 65 [DstA, SrcB, SrcC] "sub";
    /// `a ← b * c`, throwing on overflow
    Mul = 66 [DstA, SrcB, SrcC] "mul";
    /// `a ← b / c`, exact for integers
    Div = 67 [DstA, SrcB, SrcC] "div";
    /// `a ← b + number in the instruction`
    AddInt = 68 [DstA, SrcB, IntS] "add-int";
    /// `a ← (quot b c)`
    Quot = 69 [DstA, SrcB, SrcC] "quot";
    /// `a ← (rem b c)`
    Rem = 70 [DstA, SrcB, SrcC] "rem";
    /// `a ← b < c`
    Less = 71 [DstA, SrcB, SrcC] "lt";
    /// `a ← b <= c`
    LessEq = 72 [DstA, SrcB, SrcC] "le";
    /// `a ← (= b c)`
    Equal = 73 [DstA, SrcB, SrcC] "eq";
    /// `a ← (not b)`
    Not = 74 [DstA, SrcB] "not";
    /// `a ← (nil? b)`
    IsNil = 75 [DstA, SrcB] "is-nil";
    /// `a ← (identical? b c)`
    Identical = 76 [DstA, SrcB, SrcC] "identical";

    /// `a ← vector of registers b .. b + c`
    Vector = 80 [DstA, RangeBC] "vector";
    /// `a ← map of the key-value pairs in registers b .. b + c`
    Map = 81 [DstA, RangeBC] "map";
    /// `a ← set of registers b .. b + c`
    Set = 82 [DstA, RangeBC] "set";
    /// `a ← list of registers b .. b + c`
    List = 83 [DstA, RangeBC] "list";
    /// `a ← (get b c)`
    Get = 84 [DstA, SrcB, SrcC] "get";
    /// `a ← (nth b c)`
    Nth = 85 [DstA, SrcB, SrcC] "nth";
    /// `a ← (first b)`
    First = 86 [DstA, SrcB] "first";
    /// `a ← (next b)`
    Next = 87 [DstA, SrcB] "next";
    /// `a ← (rest b)`
    Rest = 88 [DstA, SrcB] "rest";
    /// `a ← (seq b)`
    Seq = 89 [DstA, SrcB] "seq";
    /// `a ← (cons b c)`
    Cons = 90 [DstA, SrcB, SrcC] "cons";
    /// `a ← lazy cell whose thunk is the closure in b`
    Lazy = 91 [DstA, SrcB] "lazy";

    /// `a ← value of the process's own cell for the referred definition`, an error while unbound
    LoadCell = 96 [DstA, RefX] "load-cell";
    /// the process's own cell for the referred definition ← `a`
    StoreCell = 97 [SrcA, RefX] "store-cell";
    /// `a ← innermost binding of the referred dynamic definition, else its root value`
    LoadDynamic = 98 [DstA, RefX] "load-dynamic";
    /// `a ← var object of the referred definition` (`#'x`)
    LoadVar = 99 [DstA, RefX] "load-var";

    /// call the prototype `x32` of the image with `d` arguments (made from `call-global`)
    CallProto = 224 [CallKnownA, ProtoX] "call-proto";
    /// replace this frame by the prototype `x32` of the image (made from `tail-call-global`)
    TailCallProto = 225 [CallKnownA, ProtoX] "tail-call-proto";
    /// `a ←` this process's copy of a definition whose value has identity (made from `global`)
    LoadTemplate = 226 [DstA, RefX] "load-template";
    /// `a ←` lazy cell whose thunk is a closure over the `d` arguments, which is all that a call of the prototype `x32` makes (made from `call-global`)
    CallLazy = 227 [CallKnownA, ProtoX] "call-lazy";
    /// registers `a …` ← the first `c` captures, and forget this frame's function (made from the `capture`s and the `drop-self` that a thunk begins with, which stay where they are and are passed over)
    TakeCaptures = 228 [DstA, CountC] "take-captures";
}

impl Op {
    /// The first opcode number that stored code may not contain.
    pub const FIRST_INTERNAL: u8 = 224;

    /// Whether a process may stop, be collected or call at this instruction.
    #[must_use]
    pub const fn is_safepoint(self) -> bool {
        !matches!(
            self,
            Op::Move
                | Op::LoadConst
                | Op::LoadInt
                | Op::LoadCapture
                | Op::LoadSelf
                | Op::SetCapture
                | Op::DropSelf
                | Op::TakeCaptures
                | Op::Jump
                | Op::JumpIf
                | Op::JumpIfNot
                | Op::JumpNil
                | Op::JumpNotNil
                | Op::Not
                | Op::IsNil
                | Op::Identical
        )
    }

    /// Whether control never reaches the next instruction.
    #[must_use]
    pub const fn ends_block(self) -> bool {
        matches!(
            self,
            Op::TailCall
                | Op::TailCallGlobal
                | Op::TailCallProto
                | Op::TailApply
                | Op::Return
                | Op::Throw
                | Op::Jump
                | Op::Loop
        )
    }
}

/// One encoded instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Instr(pub u64);

impl std::fmt::Debug for Instr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.op() {
            Some(op) => write!(f, "{}({:#x})", op.mnemonic(), self.0),
            None => write!(f, "?({:#x})", self.0),
        }
    }
}

impl Instr {
    /// An instruction of the `a b c d` shape.
    #[must_use]
    pub const fn abcd(op: Op, a: u16, b: u16, c: u16, d: u8) -> Instr {
        Instr(op as u64 | (a as u64) << 8 | (b as u64) << 24 | (c as u64) << 40 | (d as u64) << 56)
    }

    /// An instruction of the `a b c` shape.
    #[must_use]
    pub const fn abc(op: Op, a: u16, b: u16, c: u16) -> Instr {
        Instr::abcd(op, a, b, c, 0)
    }

    /// An instruction of the `a x32` shape with count `d`.
    #[must_use]
    pub const fn axd(op: Op, a: u16, x: u32, d: u8) -> Instr {
        Instr(op as u64 | (a as u64) << 8 | (x as u64) << 24 | (d as u64) << 56)
    }

    /// An instruction of the `a x32` shape.
    #[must_use]
    pub const fn ax(op: Op, a: u16, x: u32) -> Instr {
        Instr::axd(op, a, x, 0)
    }

    /// An instruction of the `a b s24` shape; `None` when the number does not fit.
    #[must_use]
    pub const fn abs(op: Op, a: u16, b: u16, s: i32) -> Option<Instr> {
        if s < Instr::S24_MIN || s > Instr::S24_MAX {
            return None;
        }
        let s = (s as u32 & 0x00ff_ffff) as u64;
        Some(Instr(
            op as u64 | (a as u64) << 8 | (b as u64) << 24 | s << 40,
        ))
    }

    /// Least number of the `s24` field.
    pub const S24_MIN: i32 = -(1 << 23);
    /// Greatest number of the `s24` field.
    pub const S24_MAX: i32 = (1 << 23) - 1;

    /// Whether the operation exists and every bit that none of its operands uses is 0, so that an
    /// instruction has one word and unused bits can get a meaning later.
    #[must_use]
    pub fn is_canonical(self) -> bool {
        const A: u64 = 0xffff << 8;
        const B: u64 = 0xffff << 24;
        const C: u64 = 0xffff << 40;
        const D: u64 = 0xff << 56;
        let Some(op) = self.op() else {
            return false;
        };
        let used = op.operands().iter().fold(0xff, |used, operand| {
            used | match operand {
                Operand::DstA | Operand::SrcA => A,
                Operand::SrcB | Operand::CaptureB | Operand::CaptureOfA | Operand::IntB => B,
                Operand::SrcC | Operand::NativeC | Operand::CountC => C,
                Operand::RangeBC | Operand::TemplateBC => B | C,
                Operand::RangeBD => B | D,
                Operand::CallA | Operand::CallKnownA => A | D,
                Operand::ConstX
                | Operand::RefX
                | Operand::IntX
                | Operand::JumpX
                | Operand::ProtoX => B | C,
                Operand::IntS | Operand::JumpS => C | D,
            }
        });
        self.0 & !used == 0
    }

    /// The operation, or `None` for a number that names none.
    #[must_use]
    pub const fn op(self) -> Option<Op> {
        Op::from_u8(self.0 as u8)
    }
    /// Field `a`.
    #[must_use]
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 8) as u16
    }
    /// Field `b`.
    #[must_use]
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 24) as u16
    }
    /// Field `c`.
    #[must_use]
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 40) as u16
    }
    /// Field `d`.
    #[must_use]
    #[inline(always)]
    pub const fn d(self) -> u8 {
        (self.0 >> 56) as u8
    }
    /// Field `x32`, unsigned.
    #[must_use]
    #[inline(always)]
    pub const fn x(self) -> u32 {
        (self.0 >> 24) as u32
    }
    /// Field `x32`, signed.
    #[must_use]
    #[inline(always)]
    pub const fn xs(self) -> i32 {
        (self.0 >> 24) as i32
    }
    /// Field `s24`, signed.
    #[must_use]
    #[inline(always)]
    pub const fn s24(self) -> i32 {
        (self.0 as i64 >> 40) as i32
    }
}

#[cfg(test)]
mod tests;
