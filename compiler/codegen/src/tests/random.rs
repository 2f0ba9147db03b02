//! Random programs do the same as HIR and as code, and their code passes the verifier.

use proptest::prelude::*;

use super::machine::Machine;
use super::program::program;
use super::reference::Reference;
use super::value::{Outcome, Stop, World};
use super::{code_of, lower, text_of};

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

/// The code of some thousand programs, under the version that makes it.
const CODE_OF_VERSION: (u32, &str) = (
    4,
    "63932969de12685666e5fb8f19073b18975d617ab31044c8ab335153b9c619d1",
);

#[test]
fn other_code_has_another_version() {
    with_stack(|| {
        let mut hasher = blake3::Hasher::new();
        for seed in 0..2_000 {
            let lowered = lower::lower(&program(seed, 4 + (seed % 60) as i32));
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
