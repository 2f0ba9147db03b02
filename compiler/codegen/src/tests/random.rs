//! Random programs do the same as HIR and as code, and their code passes the verifier.

use std::collections::BTreeSet;

use hir::body::Expr;
use proptest::prelude::*;

use super::machine::Machine;
use super::program::program;
use super::reference::Reference;
use super::value::{Outcome, Stop, World};
use super::{code_of, lower, text_of};
use crate::intrinsic::native::{NAMED, SHORTCUTS};
use crate::intrinsic::{OPERATIONS, REDUCING, STAGES};

/// What a run did, as text; `None` if it took too long.
fn result<F>(world: &World, outcome: &Outcome<F>) -> Option<String> {
    let end = match outcome {
        Ok(value) => format!("{value:?}"),
        Err(Stop::Thrown(error)) => format!("threw {error:?}"),
        Err(Stop::Steps) => return None,
    };
    Some(format!("{} -> {end}", world.notes.borrow().join(" ")))
}

/// Runs a program both ways; false if it took too long to say anything.
fn check(text: &str) -> bool {
    let lowered = lower::lower(text);
    let generated = code_of(&lowered);
    let world = World::default();
    let expected = result(
        &world,
        &Reference {
            body: &lowered.body,
            world: &world,
        }
        .run(),
    );
    let Some(expected) = expected else {
        return false;
    };
    let world = World::default();
    let machine = Machine {
        body: &lowered.body,
        generated: &generated,
        world: &world,
    };
    let actual = result(&world, &machine.run());
    assert_eq!(
        actual.as_deref(),
        Some(&*expected),
        "{text}\n{}",
        text_of(&lowered, &generated)
    );
    true
}

/// Runs with room for both evaluators' recursion.
fn with_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn small_programs() {
    with_stack(|| {
        let mut ran = 0;
        // The shortest program that fails says most.
        let mut programs: Vec<String> = (0..4_000)
            .map(|seed| program(seed, 4 + (seed % 30) as i32))
            .collect();
        programs.sort_by_key(String::len);
        for text in programs {
            ran += u32::from(check(&text));
        }
        assert!(ran > 3_500, "{ran} programs ended");
    });
}

#[test]
fn large_programs() {
    with_stack(|| {
        let mut ran = 0;
        for seed in 0..300u64 {
            ran += u32::from(check(&program(seed + 1_000_000, 200 + (seed % 300) as i32)));
        }
        assert!(ran > 200, "{ran} programs ended");
    });
}

#[test]
fn known_programs() {
    for text in [
        "(loop [i 3 a 1 b 2] (if (< i 1) [a b] (recur (- i 1) b a)))",
        "(loop [i 3 f nil] (if (< i 1) (f) (recur (- i 1) (fn [] i))))",
        "(loop [i 3 a 0] (if (< i 1) a (recur (- i 1) (+ a i (note i)))))",
        "(loop [i 2 a 0] (if (< i 1) a (recur (- i 1) (try (boom a) (catch e (+ e 1)) (finally (note a))))))",
        "(let [x (or nil (note 3))] (and x (+ x 1)))",
        "((fn [a & more] [a more]) 1 2 3)",
        "(try (try (boom 1) (finally (note 2))) (catch e (note e)))",
        "(try (do (try (boom 1) (catch e (boom 2))) 3) (catch e e))",
        "(+ (note 1) (boom 2) (note 3))",
        "(< (note 3) (note 2) (note 1))",
    ] {
        assert!(check(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_programs(seed in any::<u64>(), size in 3..120i32) {
        let text = program(seed, size);
        with_stack(move || check(&text));
    }
}

/// Texts that reach each entry of the tables, each kind of constant and each form of expression, which
/// random programs need not.
fn texts_of_all() -> Vec<String> {
    let mut texts = Vec::new();
    let operations = OPERATIONS.iter().map(|known| known.0);
    let names = operations.chain(SHORTCUTS.iter().map(|known| known.0));
    for name in names.collect::<BTreeSet<_>>() {
        for count in 0..=5 {
            for args in [["a", "b", "c", "d", "e"], ["a", "1", "2.5", ":k", "nil"]] {
                let call = format!("(ox.core/{name} {})", args[..count].join(" "));
                texts.push(format!(
                    "(defn f [a b c d e] [{call} (if {call} (if (not {call}) 1 2) {call})] {call})"
                ));
            }
        }
    }
    for (name, count, reduced) in REDUCING {
        for outer in STAGES {
            for inner in STAGES {
                let mut args = ["g", "h", "i", "j"].map(str::to_owned);
                args[*reduced] = format!("(ox.core/{outer} k (ox.core/{inner} 2 (l)))");
                let args = args[..*count].join(" ");
                texts.push(format!("(defn f [g h i j k] (ox.core/{name} {args}))"));
            }
        }
    }
    texts.extend(CONSTANTS.iter().map(|text| format!("(defn f [] {text})")));
    texts.extend(FORMS.iter().map(|text| (*text).to_owned()));
    texts
}

const CONSTANTS: &[&str] = &[
    "nil",
    "[true false]",
    "[0 1 -1 127 128 32767 32768 2147483648 -9223372036854775808]",
    "1",
    "70000",
    "9223372036854775807",
    "9223372036854775808N",
    "-170141183460469231731687303715884105728N",
    "22/7",
    "[0.0 -0.0 1.5 ##Inf ##NaN]",
    "1.50M",
    "\\x",
    "\"text\"",
    "#bytes \"00ff\"",
    "#\"a+b\"",
    "(quote name)",
    "(quote some/name)",
    ":key",
    ":some/key",
    "(quote (1 (two) :three))",
    "[1 [:two] \"three\"]",
    "{:a 1 [2] {:b nil}}",
    "#{1 :two}",
    "#inst \"2024-01-02T03:04:05.678Z\"",
    "#uuid \"01234567-89ab-cdef-0123-456789abcdef\"",
    "#some/tag [1 2]",
    "(quote ^{:doc \"x\"} [1])",
    "(quote ^:flag name)",
];

const FORMS: &[&str] = &[
    "(defn f ([] (f 1)) ([a & more] [a more]))",
    "(defn f [a] (fn g [b] (if b (g a) (fn [] [a b g]))))",
    "(defn f [] [f value_ *dynamic* cell! (var f) (var cell!)])",
    "(defn f [a] (a 1 2) (:k a) (:k a 3) (value_ a) (*dynamic* a) (a))",
    "(defn f [a] (note a) (f a))",
    "(defn f [a b] (apply* a b) (apply* f 1 2 b))",
    "(defn f [a] (if a (do (note 1) 2)) (if (nil? a) 1 2))",
    "(defn f [a] (let [b a c (note b)] (and b c (or c a))))",
    "(defn f [a] (loop [i 0 b a] (if (< i 10) (recur (inc i) (conj* b i)) b)))",
    "(defn f [a & more] (if a (recur nil more) more))",
    "(defn f [a] (letfn [(g [n] (h n)) (h [n] (g a))] (g h)))",
    "(defn f [a] (lazy [] (cons a (f a))))",
    "(defn f [a] [[a 1] {:a a a 2} #{a 1} [] {}])",
    "(defn f [a] (throw a))",
    "(defn f [a] (try (note a) (catch e (note e)) (finally (note 1))))",
    "(defn f [a] (try (note a) (catch-all e (throw e))))",
    "(defn f [a] (loop [] (try (note a) (finally (note 2))) (recur)))",
    "(set-cell cell! (note 1))",
    "(defn f [] (error \"a mistake\"))",
    "(let [a (note 1)] a)",
];

#[test]
fn the_texts_reach_each_form_and_constant() {
    let (mut forms, mut constants) = (BTreeSet::new(), BTreeSet::new());
    for text in texts_of_all() {
        for expr in &lower::lower(&text).body.exprs {
            forms.insert(form_of(expr));
            if let Expr::Const(datum) = expr {
                constants.insert(format!("{:?}", std::mem::discriminant(&datum.kind)));
            }
        }
    }
    assert_eq!(forms, (0..FORM_COUNT).collect());
    // All but the three that are no values yet.
    assert_eq!(constants.len(), 19, "{constants:?}");
}

/// The number of a form: a new one does not compile before it has one, and a text.
fn form_of(expr: &Expr) -> usize {
    match expr {
        Expr::Const(_) => 0,
        Expr::Local(_) => 1,
        Expr::Capture(_) => 2,
        Expr::SelfFn => 3,
        Expr::Global(_) => 4,
        Expr::Var(_) => 5,
        Expr::Call { .. } => 6,
        Expr::CallGlobal { .. } => 7,
        Expr::CallNative { .. } => 8,
        Expr::Apply { .. } => 9,
        Expr::If { .. } => 10,
        Expr::Do(_) => 11,
        Expr::Let { .. } => 12,
        Expr::Loop { .. } => 13,
        Expr::Recur(_) => 14,
        Expr::Fn(_) => 15,
        Expr::LetFn { .. } => 16,
        Expr::LazyCell(_) => 17,
        Expr::Vector(_) => 18,
        Expr::Map(_) => 19,
        Expr::Set(_) => 20,
        Expr::Throw(_) => 21,
        Expr::Try { .. } => 22,
        Expr::StoreCell { .. } => 23,
        Expr::Error(_) => 24,
    }
}

const FORM_COUNT: usize = 25;

/// Stored code is found by the fingerprint, so each entry of a table is to be in it.
#[test]
fn the_fingerprint_is_made_of_the_tables() {
    let tables = crate::intrinsic::tables();
    for (name, count, native) in SHORTCUTS {
        assert!(
            tables.contains(&format!("({name:?}, {count}, {native:?})")),
            "{name}"
        );
    }
    for native in NAMED {
        assert!(tables.contains(&format!("{native:?}")), "{native:?}");
    }
    for name in OPERATIONS
        .iter()
        .map(|known| known.0)
        .chain(STAGES.iter().copied())
    {
        assert!(tables.contains(&format!("{name:?}")), "{name}");
    }
    for entry in REDUCING {
        assert!(tables.contains(&format!("{entry:?}")), "{entry:?}");
    }
}

/// The code of some thousand programs, under the version that makes it.
const CODE_OF_VERSION: (u32, &str) = (
    4,
    "f5bf98ec24167364b74ceeb922c1cb234a343a66b5b8443f5287dc10abdcf82e",
);

#[test]
fn other_code_has_another_version() {
    with_stack(|| {
        let mut hasher = blake3::Hasher::new();
        let random = (0..2_000).map(|seed| program(seed, 4 + (seed % 60) as i32));
        for text in random.chain(texts_of_all()) {
            let lowered = lower::lower(&text);
            let generated = code_of(&lowered);
            hasher.update(&generated.chunk.hash().0);
            hasher.update(format!("{:?} {:?}", generated.refs, generated.facts).as_bytes());
        }
        let code = hasher.finalize().to_hex();
        let (version, known) = CODE_OF_VERSION;
        assert!(
            (crate::VERSION, &*code) == (version, known),
            "stored code is found by the version: raise it if the same body has other code now, and \
             write here ({}, {code:?})",
            crate::VERSION
        );
    });
}
