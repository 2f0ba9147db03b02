//! Large and deep programs.

use hir::body::{Expr, Origin};
use syntax::{Datum, DatumKind};

use super::{code, code_of, lower};
use crate::intrinsic::native::SHORTCUTS;
use crate::{CodegenError, fingerprint, generate};

fn repeated(part: &str, count: usize) -> String {
    vec![part; count].join(" ")
}

#[test]
fn many_arguments_go_through_apply() {
    let text = code(&format!("(defn f [x] (g {}))", repeated("x", 300)));
    assert!(text.contains("tail-apply r1 250"), "{text}");
    assert!(text.contains("list r252 r252 51"), "{text}");
    let text = code(&format!("(defn f [x] (apply* g {} x))", repeated("x", 300)));
    assert_eq!(text.matches("cons").count(), 51, "{text}");
}

#[test]
fn large_literals_are_made_in_pieces() {
    let vector = code(&format!("(defn f [x] [{}])", repeated("(g)", 1000)));
    assert!(vector.contains("registers 258 "), "{vector}");
    let text = lower::lower(&format!("(defn f [x] {{{}}})", {
        (0..1000)
            .map(|n| format!("[x {n}] (g)"))
            .collect::<Vec<_>>()
            .join(" ")
    }));
    let generated = code_of(&text);
    assert!(generated.chunk.protos[0].registers < 300);
    assert_eq!(generated.chunk.natives.len(), 3, "assoc*, count, error-new");
}

#[test]
fn too_many_registers_are_an_error() {
    let bindings: Vec<String> = (0..65_100).map(|n| format!("x{n} (g)")).collect();
    let lowered = lower::lower(&format!("(defn f [] (let [{}] x1))", bindings.join(" ")));
    assert!(matches!(
        generate(&lowered.body),
        Err(CodegenError::TooManyRegisters { .. })
    ));
    let lowered = lower::lower(&format!("(defn f [x] (g {}))", repeated("x", 65_100)));
    assert!(matches!(
        generate(&lowered.body),
        Err(CodegenError::TooManyRegisters { .. })
    ));
}

#[test]
fn natives_take_at_most_255_arguments() {
    let lowered = lower::lower(&format!("(defn f [x] (count {}))", repeated("x", 256)));
    assert!(matches!(
        generate(&lowered.body),
        Err(CodegenError::TooManyNativeArguments { .. })
    ));
}

#[test]
fn finally_within_finally_ends_at_the_limit() {
    // Each level doubles the code.
    let mut text = "(g)".to_owned();
    for _ in 0..40 {
        text = format!("(try (g) (finally {text}))");
    }
    let lowered = lower::lower(&format!("(defn f [] {text})"));
    assert!(matches!(
        generate(&lowered.body),
        Err(CodegenError::CodeTooLong { .. })
    ));
}

#[test]
fn nesting_uses_no_native_stack() {
    let depth = 3_000;
    for (open, close) in [
        ("(inc ", ")"),
        ("(if (g) 1 ", ")"),
        ("(let [y (g)] ", ")"),
        ("(if (not ", ") 1 2)"),
        ("(fn [] ", ")"),
    ] {
        let lowered = std::thread::Builder::new()
            .stack_size(512 << 20)
            .spawn(move || {
                lower::lower(&format!(
                    "(defn f [x] {}x{})",
                    open.repeat(depth),
                    close.repeat(depth)
                ))
            })
            .unwrap()
            .join()
            .unwrap();
        let thread = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || code_of(&lowered));
        thread.unwrap().join().unwrap();
    }
}

#[test]
fn deep_constants_are_an_error() {
    let lowered = |depth: usize| {
        let mut datum = Datum::new(DatumKind::Nil, Origin::NONE);
        for _ in 0..depth {
            datum = Datum::list(vec![datum], Origin::NONE);
        }
        let mut lowered = lower::lower("(defn f [] 1)");
        lowered.body.exprs[0] = Expr::Const(datum);
        lowered
    };
    code_of(&lowered(bytecode::Const::DEPTH_MAX));
    let deeper = lowered(bytecode::Const::DEPTH_MAX + 1);
    assert!(matches!(
        generate(&deeper.body),
        Err(CodegenError::TooMany { .. })
    ));
}

/// `(defn ^{:natives {2 max2}} max …)`: what the library says of its functions is what calls of them
/// compile to.
#[test]
fn shortcuts_are_those_of_the_library() {
    let mut declared = Vec::new();
    for text in [
        include_str!("../../../../stdlib/ox/core/number.ox"),
        include_str!("../../../../stdlib/ox/core/coll.ox"),
        include_str!("../../../../stdlib/ox/core/string.ox"),
    ] {
        for form in syntax::read_all(text).0 {
            let Some([_, name, ..]) = form.as_list() else {
                continue;
            };
            let Some(natives) = name.meta_value("natives") else {
                continue;
            };
            let DatumKind::Map(natives) = &natives.kind else {
                panic!("{natives:?}")
            };
            for (count, native) in natives.iter() {
                let DatumKind::Int(count) = count.kind else {
                    panic!("{count:?}")
                };
                declared.push((
                    name.as_symbol().unwrap().to_string(),
                    count as usize,
                    format!("ox.core/{native:?}"),
                ));
            }
        }
    }
    declared.sort();
    let known = SHORTCUTS
        .iter()
        .map(|(name, count, native)| ((*name).to_owned(), *count, native.0.to_owned()));
    let mut known: Vec<_> = known.collect();
    known.sort();
    assert_eq!(declared, known);
}

#[test]
fn malformed_bodies_are_errors() {
    let mut lowered = lower::lower("(defn f [x] (loop [i 0] (recur i)))");
    for expr in &mut lowered.body.exprs {
        if let Expr::Recur(values) = expr {
            values.clear();
        }
    }
    assert!(matches!(
        generate(&lowered.body),
        Err(CodegenError::Malformed { .. })
    ));
}

#[test]
fn the_fingerprint_is_the_same_every_time() {
    assert_eq!(fingerprint(), fingerprint());
    assert_ne!(fingerprint(), [0; 32]);
}

#[test]
fn names_do_not_change_code() {
    let one = lower::lower("(defn f [a b] (let [c (g a)] (fn [] [b c])))");
    let other = lower::lower("(defn h [x y]\n (let [z (g x)] (fn [] [y z])))");
    assert_eq!(code_of(&one), code_of(&other));
}
