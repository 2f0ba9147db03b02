//! Collections of memory that was made by hand.

mod support;

use std::sync::Arc;
use support::link;
use vm::Word;
use vm::heap::Heap;
use vm::object::{Header, Kind};
use vm::process::{Process, Root};

const IDENTITY: &str = "\
ref @0 value
template t0 captures 0
  arity 1 -> p0
proto p0 params 1 registers 1 captures 0
  return r0
";

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
