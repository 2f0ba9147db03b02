//! The text form, as printed and as written by hand.
use super::*;
use crate::{disasm, disasm_instruction, disasm_named, verify_chunk};

fn read(text: &str) -> Chunk {
    asm(text).expect("the text is a chunk")
}

fn message(text: &str) -> String {
    asm(text).expect_err("the text is no chunk").to_string()
}

#[test]
fn what_is_printed_is_the_form_that_is_documented() {
    let text = "\
ref @0 value
native ox.core/inc 2
native \"odd name\" 1
template t0 captures 1
  arity 1 -> p0
  arity 1 & -> p1
proto p0 params 1 registers 5 captures 1
   0  jump-not-lt-int r0 -2 -> 4
   1  native r0 r0 1 ox.core/inc
   2  native r0 r0 0 \"odd name\"
   3  loop -> 0
   4  const r1 [:done 1.5 \"a;b\" \\space]
   5  capture r2 c0
   6  set-capture r2 c0 r1
   7  closure r2 t0 r1
   8  add-int r2 r2 -7
   9  call-global r1 2 @0
  10  return r1
  handler 0..3 -> 10 r1 errors
  handler 0..10 -> 10 r1 all
proto p1 params 1 & registers 2 captures 0
  0  return r1
";
    assert_eq!(disasm(&read(text)), text);
}

#[test]
fn by_hand_much_can_be_left_out() {
    let short = read(
        "; counts up
         again: jump-not-lt-int r0 3 -> out
         native r0 r0 1 ox.core/inc
         global r1 @0
         const r1 \"x\"
         const r2 \"x\"
         loop -> again
         out: return r0
         handler again..out -> out r3 all",
    );
    let long = read(
        "ref @0 value
         native ox.core/inc 1
         proto p0 params 0 registers 4 captures 0
         constant #0 \"x\"
         0 jump-not-lt-int r0 3 -> 6
         1 native r0 r0 1 #0
         2 global r1 @0
         3 const r1 #0
         4 const r2 #0
         5 loop -> 0
         6 return r0
         handler 0..6 -> 6 r3 all",
    );
    assert_eq!(short, long);
}

#[test]
fn tables_that_code_would_not_make_are_written_out() {
    let text = "\
native a/b 1
native a/b 2
proto p0 params 0 registers 1 captures 0
  constant #0 :unused
  constant #1 \"x\"
  constant #2 \"x\"
  0  const r0 #2
  1  native r0 r0 0 #1
  2  return r0
";
    assert_eq!(disasm(&read(text)), text);
}

#[test]
fn names_of_references_are_comments() {
    let chunk = read("call-global r0 0 @0\nreturn r0");
    let names = |n: u32| (n == 0).then(|| "app.core/f".to_owned());
    let text = disasm_named(&chunk, &names);
    assert!(text.contains("  0  call-global r0 0 @0 "), "{text}");
    assert!(text.contains(" ; app.core/f\n"), "{text}");
    assert_eq!(read(&text), chunk);
    assert!(disasm_instruction(&chunk, 0, 0, &names).ends_with("; app.core/f"));
    assert_eq!(disasm_instruction(&chunk, 0, 9, &names), "?");
}

#[test]
fn words_that_are_no_instructions_are_kept() {
    let text = "\
proto p0 params 0 registers 0 captures 0
  0  word 0x00000000000000ff
  1  word 0x0100000000000017
";
    let chunk = read(text);
    assert_eq!(disasm(&chunk), text);
    assert!(verify_chunk(&chunk).is_err());
}

#[test]
fn errors_name_the_line_and_what_is_wrong() {
    assert_eq!(
        message("int r0 1\nfrob r0"),
        "line 2: there is no instruction `frob`"
    );
    assert_eq!(
        message("int 0 1"),
        "line 1: `0` is no register (`r` and a number)"
    );
    assert_eq!(message("move r0"), "line 1: a register was expected");
    assert_eq!(
        message("move r0 r1 r2"),
        "line 1: nothing more was expected"
    );
    assert_eq!(
        message("\njump -> nowhere"),
        "line 2: there is no label `nowhere`"
    );
    assert_eq!(
        message("a: a: return r0"),
        "line 1: the label `a` is there twice"
    );
    assert_eq!(message("const r0 [1 2"), "line 1: a constant was expected");
    assert_eq!(
        message("add-int r0 r0 8388608"),
        "line 1: 8388608 does not fit into 24 bits"
    );
    assert_eq!(
        message("proto p1"),
        "line 1: prototypes are numbered in order"
    );
    assert_eq!(message("jump 3"), "line 1: `->` was expected, not `3`");
    assert_eq!(
        message("handler 1-2 -> 3 r0 all"),
        "line 1: `1-2` is no range (`start..end`)"
    );
}

#[test]
fn constants_read_as_in_clojure() {
    let check = |text: &str, printed: &str| {
        assert_eq!(
            crate::print_const(&crate::read_const(text).expect(text)),
            printed
        );
    };
    check(
        "{:a 1,:b/c [\\a \\u0041 \\newline]}",
        "{:a 1, :b/c [\\a \\A \\newline]}",
    );
    check(
        "(1 -2 +3 1N 1/2 1.50M 1e3 ##-Inf)",
        "(1 -2 3 1N 1/2 1.50M 1000.0 ##-Inf)",
    );
    check("1E30", "1.0E30");
    check(
        "123456789012345678901234567890N",
        "123456789012345678901234567890N",
    );
    check("-0x80N", "-128N");
    check("1E-10M", "1E-10M");
    check("^{:tag x} #{nil true /}", "^{:tag x} #{nil true /}");
    check("#\"a\\\"b\\d\"", "#\"a\\\"b\\d\"");
    check(
        "#inst \"2024-02-29T23:59:59.000000001-00:00\"",
        "#inst \"2024-02-29T23:59:59.000000001-00:00\"",
    );
    check(
        "#uuid \"00112233-4455-6677-8899-aabbccddeeff\"",
        "#uuid \"00112233-4455-6677-8899-aabbccddeeff\"",
    );
    check("#bytes \"AAEC/w==\"", "#bytes \"AAEC/w==\"");
    check("#my/tag [1]", "#my/tag [1]");
    for wrong in [
        "",
        ")",
        "[1",
        "{1}",
        "\"a",
        "#inst \"2023-02-29T00:00:00.000-00:00\"",
        "\\foo",
        "1x",
        "#uuid \"0\"",
        "#_ 1",
        "1/0",
    ] {
        assert!(crate::read_const(wrong).is_err(), "{wrong}");
    }
}
