//! Checkpoints against the living process, on code written by hand.

mod support;

use std::sync::Arc;
use support::{assert_same, link};
use vm::Word;
use vm::checkpoint::State;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;

const FIB: &str = "\
ref @0 value
template t0 captures 0
  arity 1 -> p0
proto p0 params 1 registers 6 captures 0
  jump-not-lt-int r0 2 -> more
  return r0
  more: add-int r3 r0 -1
  call-global r1 1 @0
  add-int r4 r0 -2
  call-global r2 1 @0
  add r1 r1 r2
  return r1
";

/// Makes a vector of two at every level and counts them on the way back.
const TREE: &str = "\
ref @0 value
template t0 captures 0
  arity 1 -> p0
proto p0 params 1 registers 6 captures 0
  jump-lt-int r0 1 -> leaf
  add-int r3 r0 -1
  call-global r1 1 @0
  add-int r4 r0 -1
  call-global r2 1 @0
  vector r1 r1 2
  return r1
  leaf: int r1 7
  vector r1 r1 1
  return r1
";

/// `depth(n)` is 0 or one more than `depth(n - 1)`, a frame a level, each with an object.
const DEPTH: &str = "\
ref @0 value
template t0 captures 0
  arity 1 -> p0
proto p0 params 1 registers 6 captures 0
  jump-lt-int r0 1 -> bottom
  vector r1 r0 1
  add-int r4 r0 -1
  call-global r2 1 @0
  int r3 0
  nth r1 r1 r3
  add-int r2 r2 1
  return r2
  bottom: int r1 0
  return r1
";

fn start(image: &Arc<LoadedImage>, arg: i64) -> Process {
    let heap = Heap::new(Arc::clone(image.boot()));
    Process::start(Arc::clone(image), 0, &[Word::small(arg)], heap).expect("one argument")
}

/// Runs to the end in slices; after each, checkpoints, compares, and goes on with what was stored
/// when `reload` says so.
fn run_with_checkpoints(
    mut process: Process,
    slice: i64,
    reload: bool,
    zeal: Zeal,
) -> (Process, State) {
    let mut state = State::default();
    let mut next_segment = 1;
    loop {
        let mut fuel = slice;
        let outcome = process.run(&mut fuel, zeal);
        let delta = process.checkpoint(|| {
            next_segment += 1;
            next_segment
        });
        state.apply(&delta);
        process
            .verify()
            .expect("the memory is sound after a checkpoint");
        assert_same(&state, &process);
        match outcome {
            Outcome::OutOfFuel => {}
            Outcome::Done(_) => return (process, state),
            other => panic!("{other:?}"),
        }
        if reload {
            let image = Arc::clone(&process.image);
            process = Process::restore(image, state.clone()).expect("what was stored is a process");
        }
    }
}

fn result(process: &Process) -> Word {
    process.fibers[0].request
}

/// Leaves and depth of nested vectors.
fn shape(heap: &Heap, word: Word) -> (u64, u64) {
    let Some(object) = heap.try_object(word) else {
        assert_eq!(word, Word::small(7));
        return (1, 0);
    };
    let inner = object.values().iter().map(|&word| shape(heap, Word(word)));
    inner.fold((0, 0), |(leaves, depth), (l, d)| {
        (leaves + l, depth.max(d + 1))
    })
}

fn plain(text: &str, arg: i64) -> Process {
    let image = link(&[("f", text, &["f"])]);
    let mut process = start(&image, arg);
    let mut fuel = i64::MAX;
    assert_eq!(process.run(&mut fuel, Zeal::default()), Outcome::Done(0));
    process
}

#[test]
fn a_checkpoint_at_every_safepoint_changes_nothing() {
    let image = link(&[("f", FIB, &["f"])]);
    for reload in [false, true] {
        let (process, _) = run_with_checkpoints(start(&image, 12), 1, reload, Zeal::default());
        assert_eq!(result(&process), Word::small(144));
    }
}

#[test]
fn trees_survive_checkpoints_and_reloads_in_any_slices() {
    let image = link(&[("f", TREE, &["f"])]);
    let expected = {
        let process = plain(TREE, 8);
        shape(&process.heap, result(&process))
    };
    for slice in [1, 2, 7, 64, 1000] {
        for reload in [false, true] {
            for collect in [false, true] {
                let (process, _) =
                    run_with_checkpoints(start(&image, 8), slice, reload, Zeal { collect });
                let shape = shape(&process.heap, result(&process));
                assert_eq!(shape, expected, "slice {slice}");
            }
        }
    }
}

#[test]
fn deep_stacks_store_their_changes_only() {
    let image = link(&[("f", DEPTH, &["f"])]);
    let depth = 20_000;
    let mut process = start(&image, depth);
    let mut state = State::default();
    let mut segments = 0;
    let mut stack_words = 0;
    let mut slices = 0;
    loop {
        let mut fuel = 100;
        let outcome = process.run(&mut fuel, Zeal::default());
        let delta = process.checkpoint(|| {
            segments += 1;
            segments
        });
        for fiber in &delta.fibers {
            for part in &fiber.parts {
                stack_words += part
                    .ranges
                    .iter()
                    .map(|(_, words)| words.len())
                    .sum::<usize>();
            }
        }
        state.apply(&delta);
        slices += 1;
        if outcome != Outcome::OutOfFuel {
            assert_eq!(outcome, Outcome::Done(0));
            break;
        }
    }
    assert_same(&state, &process);
    assert_eq!(result(&process), Word::small(depth));
    // 100 frames of eight words a slice, not the 20,000 below them; the merging of levels moves
    // objects that older frames refer to, a bounded number of times each.
    assert!(
        stack_words < slices * 100 * 8 * 8,
        "{stack_words} words in {slices} slices"
    );
}

#[test]
fn a_collection_looks_at_what_was_called_since_the_last() {
    let image = link(&[("f", DEPTH, &["f"])]);
    let depth = 300_000;
    let mut process = start(&image, depth);
    let mut fuel = i64::MAX;
    assert_eq!(process.run(&mut fuel, Zeal::default()), Outcome::Done(0));
    assert_eq!(result(&process), Word::small(depth));
    // Each frame when it is young, and again with the survivors, which double between.
    let frames = process.frames_collected;
    assert!(frames < 8 * depth as u64, "{frames} frames");
}

#[test]
fn levels_stay_few_however_many_checkpoints() {
    let image = link(&[("f", TREE, &["f"])]);
    let (process, state) = run_with_checkpoints(start(&image, 11), 5, false, Zeal::default());
    assert!(
        state.segments.len() <= 24,
        "{} segments",
        state.segments.len()
    );
    assert!(process.heap.sealed_words() < 3 * 4 * 4096);
}

/// `first_of(n)` applies a function of one parameter to a lazy sequence of `n`.
const FIRST_OF: &str = "\
template t0 captures 0
  arity 1 -> p0
template t1 captures 0
  arity 1 -> p1
template t2 captures 1
  arity 0 -> p2
proto p0 params 1 registers 5 captures 0
  closure r1 t1 r0
  closure r3 t2 r0
  lazy r3 r3
  apply r1 1
  return r1
proto p1 params 1 registers 1 captures 0
  return r0
proto p2 params 0 registers 2 captures 1
  capture r0 c0
  const r1 nil
  cons r0 r0 r1
  return r0
";

#[test]
fn a_call_that_realizes_its_arguments_gets_on_with_the_least_fuel() {
    let image = link(&[("f", FIRST_OF, &[])]);
    let spent = |slice: i64| {
        let (mut process, mut spent) = (start(&image, 7), 0);
        for _ in 0..100 {
            let mut fuel = slice;
            let outcome = process.run(&mut fuel, Zeal::default());
            spent += slice - fuel;
            match outcome {
                Outcome::OutOfFuel => {}
                Outcome::Done(_) => return (result(&process), spent),
                other => panic!("{other:?}"),
            }
        }
        panic!("it does not end in slices of {slice}");
    };
    let whole = spent(1000);
    assert_eq!(whole.0, Word::small(7));
    for slice in 1..5 {
        assert_eq!(spent(slice), whole, "slices of {slice}");
    }
}
