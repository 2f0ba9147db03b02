//! The table itself, and the page that is made from it.
use super::*;

const BEGIN: &str =
    "<!-- opcodes: begin (UPDATE_EXPECT=1 cargo test -p bytecode writes this) -->\n";
const END: &str = "<!-- opcodes: end -->";

fn reference() -> String {
    let mut table = String::from("| number | instruction | what it does | |\n|---:|---|---|---|\n");
    for op in Op::ALL {
        let operands: Vec<&str> = op
            .operands()
            .iter()
            .map(|operand| match operand {
                Operand::DstA | Operand::SrcA => "rA",
                Operand::SrcB => "rB",
                Operand::SrcC => "rC",
                Operand::RangeBC => "rB C",
                Operand::RangeBD => "rB D",
                Operand::CallA | Operand::CallKnownA => "rA D",
                Operand::CaptureB | Operand::CaptureOfA => "cB",
                Operand::NativeC => "NATIVE",
                Operand::ConstX => "CONSTANT",
                Operand::RefX => "@X",
                Operand::TemplateBC => "tC rB",
                Operand::IntX | Operand::IntS | Operand::IntB => "N",
                Operand::JumpX | Operand::JumpS => "-> PC",
                Operand::ProtoX => "pX",
                Operand::CountC => "C",
            })
            .collect();
        let space = if operands.is_empty() { "" } else { " " };
        let mut notes = Vec::new();
        if op.is_safepoint() {
            notes.push("safepoint");
        }
        if op.ends_block() {
            notes.push("ends a block");
        }
        if *op as u8 >= Op::FIRST_INTERNAL {
            notes.push("in memory only");
        }
        table.push_str(&format!(
            "| {} | `{}{space}{}` | {} | {} |\n",
            *op as u8,
            op.mnemonic(),
            operands.join(" "),
            op.summary().trim(),
            notes.join(", ")
        ));
    }
    table
}

#[test]
fn the_reference_in_the_documentation_is_that_of_the_table() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/internals/bytecode.md"
    );
    let page = std::fs::read_to_string(path).expect("the page is in the repository");
    let start = page.find(BEGIN).expect("the mark is there") + BEGIN.len();
    let end = page.find(END).expect("the mark is there");
    let expected = reference();
    if page[start..end] != expected && std::env::var_os("UPDATE_EXPECT").is_some() {
        let page = format!("{}{expected}{}", &page[..start], &page[end..]);
        std::fs::write(path, page).expect("the page can be written");
        return;
    }
    assert_eq!(&page[start..end], expected);
}

#[test]
fn numbers_and_mnemonics_are_unique_and_in_order() {
    for pair in Op::ALL.windows(2) {
        assert!((pair[0] as u8) < pair[1] as u8, "{pair:?}");
    }
    for op in Op::ALL {
        assert_eq!(Op::from_u8(*op as u8), Some(*op));
        assert_eq!(
            Op::ALL
                .iter()
                .filter(|o| o.mnemonic() == op.mnemonic())
                .count(),
            1
        );
    }
}

#[test]
fn fields_hold_what_was_put_into_them() {
    let i = Instr::abcd(Op::CallNative, 0xfedc, 0x1234, 0xffff, 0xab);
    assert_eq!(
        (i.op(), i.a(), i.b(), i.c(), i.d()),
        (Some(Op::CallNative), 0xfedc, 0x1234, 0xffff, 0xab)
    );
    let i = Instr::axd(Op::CallGlobal, 7, 0xdead_beef, 255);
    assert_eq!((i.a(), i.x(), i.d()), (7, 0xdead_beef, 255));
    for s in [Instr::S24_MIN, -1, 0, 1, Instr::S24_MAX] {
        let i = Instr::abs(Op::AddInt, 1, 2, s).expect("within the field");
        assert_eq!((i.a(), i.b(), i.s24()), (1, 2, s));
    }
    assert_eq!(Instr::abs(Op::AddInt, 1, 2, Instr::S24_MAX + 1), None);
    assert_eq!(Instr::abs(Op::AddInt, 1, 2, Instr::S24_MIN - 1), None);
    assert_eq!(Instr::ax(Op::Loop, 0, -5i32 as u32).xs(), -5);
}

#[test]
fn canonical_words_use_only_the_fields_of_their_operands() {
    assert!(Instr::abcd(Op::Call, 1, 0, 0, 3).is_canonical());
    assert!(!Instr::abcd(Op::Call, 1, 2, 0, 3).is_canonical());
    assert!(Instr::ax(Op::LoadInt, 1, u32::MAX).is_canonical());
    assert!(!Instr::axd(Op::LoadInt, 1, 0, 1).is_canonical());
    assert!(!Instr(0).is_canonical());
}
