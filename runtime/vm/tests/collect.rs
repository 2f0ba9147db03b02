//! Collections of memory that was made by hand.

mod support;

use std::sync::Arc;
use support::{IDENTITY, link};
use vm::Word;
use vm::checkpoint::State;
use vm::heap::Heap;
use vm::object::{Header, Kind};
use vm::process::{Process, Root};

/// A process whose mailbox's head is the test's root.
fn process() -> Process {
    let image = link(&[("identity", IDENTITY, &["identity"])]);
    let heap = Heap::new(Arc::clone(image.boot()));
    Process::empty(image, heap)
}

fn set_root(process: &mut Process, word: Word) {
    process.roots[Root::MailboxHead as usize] = word;
}

fn root(process: &Process) -> Word {
    process.roots[Root::MailboxHead as usize]
}

fn pair(heap: &mut Heap, first: i64) -> Word {
    heap.make(Kind::Cons, 0, 0, &[], &[Word::small(first), Word::NIL])
}

/// An array of two words that is a survivor: what is written into it is remembered.
fn survivor(process: &mut Process) -> Word {
    let array = process
        .heap
        .make(Kind::Array, 0, 0, &[], &[Word::NIL, Word::NIL]);
    set_root(process, array);
    process.collect();
    root(process)
}

#[test]
fn a_word_that_is_remembered_twice_is_forwarded_once() {
    let mut process = process();
    let array = survivor(&mut process);
    // Garbage below the values: they move, to where other objects were.
    pair(&mut process.heap, 1);
    pair(&mut process.heap, 2);
    let early = pair(&mut process.heap, 3);
    process.heap.write(array, 1, early);
    let late = pair(&mut process.heap, 4);
    process.heap.write(array, 1, late);
    process.heap.write(array, 2, early);
    process.heap.write(array, 1, late);
    process.heap.write(array, 2, early);
    process.collect();
    process.verify().expect("the memory is sound");
    let array = root(&process);
    let firsts = [1, 2].map(|index| {
        let value = process.heap.word(array, index);
        process.heap.word(value, 1)
    });
    assert_eq!(firsts, [Word::small(4), Word::small(3)]);
}

#[test]
fn nothing_can_be_read_where_an_object_was_when_that_is_protected() {
    let mut process = process();
    process.heap.protects_from_space = true;
    let array = survivor(&mut process);
    process.heap.write(array, 1, Word::small(0));
    for round in 1..200 {
        let array = root(&process);
        let value = pair(&mut process.heap, round);
        process.heap.write(array, 1, value);
        // Every third time the survivors too.
        let all = round % 3 == 0;
        if all {
            process.collect_unsealed();
        } else {
            process.collect();
        }
        process.verify().expect("the memory is sound");
        let mut left = vec![value];
        if all {
            left.push(array);
        }
        for old in left {
            let header = Header(process.heap.word(old, 0).0);
            let is_poison = Kind::from_u8(header.kind_byte()).is_none();
            // The poison's own header may lie where an object began.
            let is_start = header.kind_byte() == Kind::Bytes as u8;
            assert!(is_poison || is_start, "round {round}: {header:?}");
        }
        let array = root(&process);
        let value = process.heap.word(array, 1);
        assert_eq!(process.heap.word(value, 1), Word::small(round));
        assert!(
            process.heap.used_words() < 20_000,
            "poison does not pile up"
        );
    }
}

fn unrealized(heap: &mut Heap) -> Word {
    let words = [Word::small(0), Word::NIL, Word::NIL];
    heap.make(Kind::Lazy, 0, 0, &[], &words)
}

/// A new unrealized cell that the cell at the root, from now on realized, refers to.
fn step(process: &mut Process) {
    let cell = root(process);
    let next = unrealized(&mut process.heap);
    process.heap.write(cell, 1, Word::small(2));
    process.heap.write(cell, 2, next);
    set_root(process, next);
    if process.heap.wants_collection() {
        process.collect();
    }
}

#[test]
fn what_follows_a_cell_that_was_left_behind_does_not_pile_up() {
    let mut process = process();
    let cell = unrealized(&mut process.heap);
    set_root(&mut process, cell);
    // A survivor: dead from the next step on, it must not keep all that follows.
    process.collect();
    for _ in 0..100_000 {
        step(&mut process);
        assert!(process.heap.used_words() < 10_000);
    }
}

#[test]
fn what_follows_a_cell_that_was_sealed_does_not_pile_up() {
    for protects in [false, true] {
        let mut process = process();
        process.heap.protects_from_space = protects;
        let mut state = State::default();
        // A level too large to be collected with what hangs on the smaller one above.
        let old = vec![Word::small(1); 1 << 22];
        let old = process.heap.make(Kind::Array, 0, 0, &[], &old);
        process.roots[Root::MailboxTail as usize] = old;
        state.apply(&process.checkpoint(|| 1));
        let cell = unrealized(&mut process.heap);
        set_root(&mut process, cell);
        state.apply(&process.checkpoint(|| 2));
        let sealed = process.heap.sealed_words();
        for _ in 0..200_000 {
            step(&mut process);
        }
        process.verify().expect("the memory is sound");
        assert!(process.heap.sealed_words() < sealed, "the level is taken");
        assert_eq!(process.heap.levels().len(), 1, "the large one is not");
        let unsealed = process.heap.used_words() - process.heap.sealed_words();
        assert!(
            protects || unsealed < 400_000,
            "{unsealed} words of 800,000 are left"
        );
        let delta = process.checkpoint(|| 3);
        assert_eq!((delta.kept_levels, &*delta.dropped_segments), (1, &[2][..]));
        state.apply(&delta);
        vm::oracle::same(&process.full_state(), &state).expect("what is stored is what lives");
        let image = Arc::clone(&process.image);
        Process::restore(image, state).expect("what is stored is a process");
    }
}

#[test]
fn a_stored_cell_follows_what_becomes_a_survivor_again() {
    let mut process = process();
    let mut state = State::default();
    // The level of the cell is too large to become survivors with the next one.
    let cell = vec![Word::NIL; 1 << 18];
    let cell = process.heap.make(Kind::Array, 0, 0, &[], &cell);
    set_root(&mut process, cell);
    state.apply(&process.checkpoint(|| 1));
    let cell = root(&process);
    let early = pair(&mut process.heap, 1);
    let late = process
        .heap
        .make(Kind::Array, 0, 0, &[], &[Word::small(2), Word::NIL]);
    process.heap.write(cell, 1, early);
    process.heap.write(cell, 2, late);
    state.apply(&process.checkpoint(|| 2));
    // What was below it is dead, so it moves when its level is collected.
    process.heap.write(cell, 1, Word::NIL);
    let late = process.heap.word(cell, 2);
    // Survivors double when what is new is no more than they are.
    let mut words = 64;
    while process.heap.levels().len() > 1 && words < 1 << 18 {
        let late = process.heap.word(cell, 2);
        let mut large = vec![Word::small(3); words];
        large[0] = process.heap.word(late, 2);
        let large = process.heap.make(Kind::Array, 0, 0, &[], &large);
        process.heap.write(late, 2, large);
        process.collect();
        words += words / 2;
    }
    assert_eq!(process.heap.levels().len(), 1, "the second level is taken");
    process.verify().expect("the memory is sound");
    assert_ne!(process.heap.word(cell, 2), late, "it moves");
    let late = process.heap.word(cell, 2);
    assert_eq!(process.heap.word(late, 1), Word::small(2));
    state.apply(&process.checkpoint(|| 3));
    vm::oracle::same(&process.full_state(), &state).expect("what is stored is what lives");
}

#[test]
fn garbage_in_every_level_is_found() {
    let mut process = process();
    let mut state = State::default();
    let live = pair(&mut process.heap, 1);
    set_root(&mut process, live);
    for (number, words) in (1..).zip([100_000, 40_000, 2_000, 100]) {
        let garbage = process
            .heap
            .make(Kind::Array, 0, 0, &[], &vec![Word::NIL; words]);
        process.roots[Root::MailboxTail as usize] = garbage;
        state.apply(&process.checkpoint(|| number));
    }
    process.roots[Root::MailboxTail as usize] = Word::NIL;
    process.collect_unsealed();
    assert!(process.heap.used_words() > 140_000, "it is sealed");
    process.collect_all();
    process.verify().expect("the memory is sound");
    assert!(process.heap.used_words() < 100, "only the pair is left");
    let delta = process.checkpoint(|| 5);
    assert_eq!(delta.kept_levels, 0);
    state.apply(&delta);
    vm::oracle::same(&process.full_state(), &state).expect("what is stored is what lives");
    assert_eq!(process.heap.word(root(&process), 1), Word::small(1));
}

/// An error that was thrown, and its trace.
fn thrown(heap: &mut Heap, number: i64) -> Word {
    let trace = vm::value::string::make_bytes(heap, &[0; 8]);
    let mut words = [Word::NIL; 5];
    words[0] = Word::small(number);
    words[4] = trace;
    heap.make(Kind::Error, 0, 0, &[], &words)
}

/// The numbers of the errors that fibers hold, and whether each is new.
fn held(process: &mut Process) -> Vec<(i64, bool)> {
    process.look_for_errors_everywhere();
    let held = process.errors_under_way();
    let number = |word| process.heap.word(word, 1).small_value();
    let mut held: Vec<(i64, bool)> = held
        .iter()
        .map(|held| (number(held.error), held.is_new))
        .collect();
    held.sort_unstable();
    held
}

#[test]
fn an_error_that_was_stored_is_not_new_when_its_level_is_taken_back() {
    for protects in [false, true] {
        let mut process = process();
        process.heap.protects_from_space = protects;
        let identity = process.image.proto_for_call(0, 1);
        let identity = identity.expect("identity takes one");
        let hold = |process: &mut Process, number: i64| {
            let error = thrown(&mut process.heap, number);
            process.add_call(identity, &[error]);
        };
        // The first is stored before it is thrown: its trace lies in another level than itself.
        let early = thrown(&mut process.heap, 1);
        process.heap.write(early, 5, Word::NIL);
        process.add_call(identity, &[early]);
        let ballast = process
            .heap
            .make(Kind::Array, 0, 0, &[], &[Word::NIL; 10_000]);
        set_root(&mut process, ballast);
        process.checkpoint(|| 1);
        assert_eq!(held(&mut process), [], "it was not thrown");
        let early = Word(
            *process.fibers[0]
                .top()
                .used(&process.image)
                .last()
                .expect("a register"),
        );
        let trace = vm::value::string::make_bytes(&mut process.heap, &[0; 8]);
        process.heap.write(early, 5, trace);
        hold(&mut process, 2);
        assert_eq!(held(&mut process), [(1, true), (2, true)]);
        process.checkpoint(|| 2);
        assert_eq!(process.heap.levels().len(), 2);
        assert_eq!(held(&mut process), [(1, false), (2, false)]);
        set_root(&mut process, Word::NIL);
        for number in 3..6 {
            process.collect_all();
            process.verify().expect("the memory is sound");
            hold(&mut process, number);
            process.collect();
            let expected: Vec<(i64, bool)> = (1..=number).map(|n| (n, n > 2)).collect();
            assert_eq!(held(&mut process), expected);
        }
        process.checkpoint(|| 3);
        let expected: Vec<(i64, bool)> = (1..6).map(|n| (n, false)).collect();
        assert_eq!(held(&mut process), expected);
    }
}
