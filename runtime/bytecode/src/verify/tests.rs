//! Each rule of the verifier, broken once.
use super::*;
use crate::asm::asm;

fn check(text: &str) -> String {
    match verify_chunk(&asm(text).expect("the text is a chunk")) {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn plain_code_is_accepted() {
    assert_eq!(check("int r0 1\nreturn r0"), "ok");
    assert_eq!(
        check(
            "proto p0 params 1\nhead: jump-not-lt-int r0 9 -> out\nadd-int r0 r0 1\nloop -> head\nout: return r0"
        ),
        "ok"
    );
}

#[test]
fn unknown_internal_and_spare_words_are_refused() {
    assert_eq!(
        check("word 0x00000000000000ff\nreturn r0"),
        "prototype 0, pc 0, 0x00000000000000ff is no stored instruction"
    );
    assert!(check("call-proto r0 0 p0\nreturn r0").ends_with("is no stored instruction"));
    assert_eq!(
        check("proto p0 params 1\nword 0x0000010000000017"),
        "prototype 0, pc 0, 0x0000010000000017 has bits that no operand of `return` uses"
    );
}

#[test]
fn registers_and_windows_stay_within_the_frame() {
    let message = "prototype 0, pc 0, registers up to 4 are used, the prototype has 3";
    assert_eq!(
        check("proto p0 params 1 registers 3\nmove r3 r0\nreturn r0"),
        message
    );
    // The link word of a call without arguments, too.
    assert_eq!(
        check("ref @0 value\nproto p0 registers 3\ncall-global r2 0 @0\nreturn r2"),
        message
    );
    assert_eq!(
        check("ref @0 value\nproto p0 registers 4\ncall-global r2 0 @0\nreturn r2"),
        "ok"
    );
    assert_eq!(
        check(
            "template t0 captures 3\n arity 0 -> p0\nproto p0 registers 3\nclosure r0 t0 r1\nreturn r0"
        ),
        message
    );
    assert_eq!(
        check("proto p0 params 3 & registers 3\nreturn r0"),
        "prototype 0, registers up to 4 are used, the prototype has 3"
    );
}

#[test]
fn a_frame_is_no_larger_than_a_link_can_say() {
    assert_eq!(check("proto p0 registers 65000\nint r0 1\nreturn r0"), "ok");
    assert_eq!(
        check("proto p0 registers 65001\nint r0 1\nreturn r0"),
        "prototype 0, a prototype has more than 65000 registers"
    );
}

#[test]
fn a_register_is_written_before_it_is_read() {
    assert_eq!(
        check("return r0"),
        "prototype 0, pc 0, register 0 is read but not written on every path that leads here"
    );
    let one_arm = "proto p0 params 1\njump-if r0 -> out\nint r1 1\nout: return r1";
    assert!(check(one_arm).contains("pc 2, register 1 is read"));
    let both_arms = "proto p0 params 1\njump-if r0 -> other\nint r1 1\njump -> out\nother: int r1 2\nout: return r1";
    assert_eq!(check(both_arms), "ok");
}

#[test]
fn what_a_call_window_covered_is_gone() {
    let text =
        |read: &str| format!("proto p0 params 1\nint r3 1\ncall-global r1 1 @0\nreturn {read}");
    assert_eq!(check(&text("r0")), "ok");
    assert_eq!(check(&text("r1")), "ok");
    assert!(check(&text("r3")).contains("pc 2, register 3 is read"));
}

#[test]
fn a_handler_sees_what_was_written_before_the_throw() {
    let text = |read: &str| {
        format!(
            "proto p0 params 1 registers 9
             int r1 1
             try: call-global r2 0 @0
             int r4 1
             end: return r2
             caught: return {read}
             handler try..end -> caught r5 all"
        )
    };
    assert_eq!(check(&text("r0")), "ok");
    assert_eq!(check(&text("r1")), "ok");
    assert_eq!(check(&text("r5")), "ok");
    // The call that throws has no result; what comes after it may not have been reached.
    assert!(check(&text("r2")).contains("register 2 is read"));
    assert!(check(&text("r4")).contains("register 4 is read"));
}

#[test]
fn what_a_later_call_loses_is_lost_to_the_handler() {
    let text = "proto p0
         int r3 1
         try: call-global r5 0 @0
         call-global r1 0 @0
         end: return r1
         caught: return r3
         handler try..end -> caught r6 all";
    assert!(check(text).contains("register 3 is read"));
}

#[test]
fn control_stays_within_the_code() {
    assert_eq!(
        check("int r0 1"),
        "prototype 0, pc 0, control runs past the end of the code"
    );
    assert_eq!(
        check("jump -> 7"),
        "prototype 0, pc 0, a jump by 6 leaves the code"
    );
    assert_eq!(
        check("jump -> -1"),
        "prototype 0, pc 0, a jump by -2 leaves the code"
    );
    assert!(check("proto p0").ends_with("instructions, not 0"));
}

#[test]
fn every_cycle_consumes_fuel() {
    assert_eq!(
        check("head: jump -> head"),
        "prototype 0, pc 0, a cycle through here has neither `loop` nor a call"
    );
    assert_eq!(check("head: loop -> head"), "ok");
    let conditional = "proto p0 params 1\nhead: jump-if r0 -> head\nreturn r0";
    assert!(check(conditional).contains("a cycle"));
    let call = "proto p0 params 1\nhead: call-global r1 0 @0\njump-if r1 -> head\nreturn r0";
    assert_eq!(check(call), "ok");
    // Backward, but no cycle.
    let back = "proto p0 params 1\njump -> 2\n return r0\n jump -> 1";
    assert_eq!(check(back), "ok");
    let native =
        "proto p0 params 1\nhead: native r0 r0 1 ox.core/inc\njump-if r0 -> head\nreturn r0";
    assert!(check(native).contains("a cycle"));
}

#[test]
fn a_handler_that_throws_into_itself_is_a_cycle() {
    let text = "proto p0 params 1\nhead: throw r0\nhandler 0..1 -> head r0 all";
    assert!(check(text).contains("a cycle"));
}

#[test]
fn handlers_have_a_range_a_target_and_a_register() {
    let text = |handler: &str| format!("proto p0 params 1\nreturn r0\nhandler {handler}");
    assert!(check(&text("0..0 -> 0 r0 all")).ends_with("its range is not within the code"));
    assert!(check(&text("0..2 -> 0 r0 all")).ends_with("its range is not within the code"));
    assert!(
        check("proto p0 params 1\nreturn r0\nhandler 0..1 -> 1 r0 all")
            .ends_with("its target is not within the code")
    );
    assert!(
        check("proto p0 params 1 registers 1\nreturn r0\nhandler 0..1 -> 0 r1 all")
            .ends_with("its register is not within the frame")
    );
}

#[test]
fn indices_name_what_exists() {
    assert!(check("const r0 #0\nreturn r0").ends_with("constant 0: there are only 0"));
    assert!(
        check("proto p0 params 1\nclosure r0 t0 r0\nreturn r0")
            .ends_with("template 0: there are only 0")
    );
    assert!(check("native r0 r0 0 #0\nreturn r0").ends_with("native 0: there are only 0"));
    assert!(check("capture r0 c0\nreturn r0").ends_with("capture 0: there are only 0"));
    assert!(check("global r0 @3\nreturn r0").ends_with("reference 3: there are only 0"));
}

#[test]
fn references_are_used_as_declared() {
    assert_eq!(
        check("ref @0 dynamic\nglobal r0 @0\nreturn r0"),
        "prototype 0, pc 0, reference 0 is declared as `Dynamic` and cannot be used by `global`"
    );
    assert_eq!(
        check("ref @0 dynamic\nload-dynamic r0 @0\nload-var r0 @0\nreturn r0"),
        "ok"
    );
}

#[test]
fn a_dropped_function_is_not_read() {
    let text = |body: &str| {
        format!("template t0 captures 1\n arity 0 -> p0\nproto p0 captures 1\n{body}\nreturn r0")
    };
    assert_eq!(check(&text("capture r0 c0\ndrop-self")), "ok");
    assert!(check(&text("drop-self\ncapture r0 c0")).contains("pc 1, the function is read"));
    // Prototype 0 of a value has no function.
    assert!(check("self r0\nreturn r0").contains("the function is read"));
}

#[test]
fn functions_fit_their_prototypes() {
    let check = |templates: &str| {
        check(&format!(
            "{templates}\nproto p0\nint r0 1\nreturn r0\nproto p1 params 1 captures 1\nreturn r0\nproto p2 params 1 &\nreturn r0"
        ))
    };
    assert_eq!(
        check("template t0 captures 1\narity 0 -> p0\narity 1 -> p1\narity 1 & -> p2"),
        "ok"
    );
    assert!(check("template t0").ends_with("it has no arity"));
    assert!(check("template t0\narity 1 -> p1").ends_with("more captures than the template has"));
    assert!(check("template t0\narity 2 -> p0").ends_with("other parameters than its prototype"));
    assert!(check("template t0\narity 0 -> p9").ends_with("a prototype that does not exist"));
    assert!(check("template t0\narity 0 -> p0\narity 0 -> p0").ends_with("do not ascend"));
    assert!(check("template t0\narity 1 & -> p2\narity 2 -> p0").ends_with("is not the last"));
}

#[test]
fn constants_have_one_form() {
    let check = |constant: &str| check(&format!("const r0 {constant}\nreturn r0"));
    assert_eq!(check("[##NaN 12N 1/2 1.50M]"), "ok");
    assert!(check("#ox/double \"fff8000000000001\"").ends_with("a NaN of another form"));
    assert!(check("^[] x").ends_with("metadata is not a map"));
    let mut chunk = asm("const r0 12N\nreturn r0").expect("the text is a chunk");
    chunk.protos[0].consts[0] = crate::Const::BigInt(vec![12, 0]);
    let error = verify_chunk(&chunk).expect_err("two bytes for 12");
    assert!(error.to_string().ends_with("longer than it needs to be"));
}

#[test]
fn only_a_closure_made_here_gets_captures() {
    let text = |body: &str| {
        format!(
            "template t0 captures 2
               arity 0 -> p1
             proto p0
             const r0 nil
             const r1 nil
             {body}
             return r0
             proto p1 captures 2
             capture r0 c1
             return r0"
        )
    };
    assert_eq!(check(&text("closure r0 t0 r0\nset-capture r0 c1 r0")), "ok");
    assert_eq!(
        check(&text("closure r0 t0 r0\nmove r1 r0\nset-capture r1 c0 r1")),
        "ok"
    );
    let refused = |body: &str| check(&text(body)).contains("made in the same block, a closure");
    assert!(refused("set-capture r0 c0 r0"));
    assert!(refused("closure r0 t0 r0\nset-capture r0 c2 r0"));
    assert!(refused("closure r0 t0 r0\nint r0 1\nset-capture r0 c0 r0"));
    assert!(refused(
        "closure r0 t0 r0\njump -> next\nnext: set-capture r0 c0 r0"
    ));
}

#[test]
fn counts_fit_the_operation() {
    assert!(check("proto p0 params 1\napply r0 0\nreturn r0").contains("`apply` cannot take 0"));
    assert!(check("proto p0 params 1\nmap r0 r0 1\nreturn r0").contains("`map` cannot take 1"));
    assert_eq!(check("map r0 r0 0\nreturn r0"), "ok");
}
