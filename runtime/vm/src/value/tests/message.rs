//! Messages and boot segments: what is copied is the same value, whole and nobody's.

use super::{function, heap, int, ints, slow_equal};
use crate::boot::{BootBuilder, has_identity};
use crate::heap::Heap;
use crate::object::{FLAG_ASCII, FLAG_OWNED, Header, Kind};
use crate::value::copy::{CopyError, Effort};
use crate::value::message::{self, Absorption, Code, Extraction, Message};
use crate::value::path::PathStep;
use crate::value::{cell, hash, lazy, list, map, seq, set, string, transient, vector};
use crate::verify::{FindStarts, verify_boot};
use crate::word::Word;
use bytecode::Const;
use std::sync::Arc;

/// A value with everything that may be sent in it.
fn varied(heap: &mut Heap) -> Word {
    let text = string::make_string(heap, "λ text");
    let key = string::make_keyword(heap, Some("a"), "b");
    let f = function(heap, 3);
    let wide = vector::make(heap, &ints(0..1000));
    let pairs: Vec<Word> = ints((0..40).flat_map(|n| [n, -n]));
    let large = map::from_pairs(heap, &pairs).unwrap();
    let numbers = set::from_words(heap, &ints(0..40)).unwrap();
    let listed = list::make(heap, &[text, text, Word::NIL]);
    let range = seq::make_range(heap, 0, 1 << 40, 3);
    let view = seq::seq(heap, large).unwrap();
    vector::make(
        heap,
        &[
            text,
            key,
            f,
            wide,
            large,
            numbers,
            listed,
            range,
            view,
            Word::double(0.5),
        ],
    )
}

#[test]
fn a_message_is_the_value_again() {
    let from = &mut heap();
    let value = varied(from);
    let message = message::extract(from, value).unwrap();
    assert_eq!(message, message::extract(from, value).unwrap());
    let read = Message::from_words(message.words().to_vec(), message.root(), &[]).unwrap();
    let to = &mut heap();
    string::make_string(to, "something before it");
    let copy = message::absorb(to, &read);
    // The other way round, both are in one memory and can be compared.
    let back = message::extract(to, copy).unwrap();
    let again = message::absorb(from, &back);
    // A view of a map is compared by its elements, which `varied` has none that differ.
    assert!(slow_equal(from, value, again));
    assert_eq!(
        message::absorb(to, &message::extract(to, int(5)).unwrap()),
        int(5)
    );
}

/// A value copied out in steps, and how many they were.
fn extract_in_steps(heap: &Heap, value: Word) -> (Result<Message, CopyError>, usize) {
    let mut extraction = Extraction::new(value);
    let mut steps = 1;
    loop {
        match extraction.step(heap, &mut Effort::step(heap)) {
            Ok(None) => steps += 1,
            Ok(Some(message)) => return (Ok(message), steps),
            Err(error) => return (Err(error), steps),
        }
    }
}

/// A message copied in in steps, and how many they were.
fn absorb_in_steps(heap: &mut Heap, message: &Message) -> (Word, usize) {
    let mut absorption = Absorption::default();
    let mut steps = 1;
    loop {
        let mut effort = Effort::step(heap);
        let (words, root) = (message.words(), message.root());
        match absorption.step(heap, words, root, &mut effort).unwrap() {
            None => steps += 1,
            Some(word) => return (word, steps),
        }
    }
}

#[test]
fn in_steps_it_is_the_same_message_and_value() {
    let from = &mut heap();
    let long = string::make_string(from, &"λ text ".repeat(20_000));
    let wide = vector::make(from, &ints(0..20_000));
    let parts = varied(from);
    let value = vector::make(from, &[long, wide, parts, long]);
    let message = message::extract(from, value).unwrap();
    for short in [false, true] {
        from.short_steps = short;
        let (in_steps, steps) = extract_in_steps(from, value);
        assert_eq!(in_steps, Ok(message.clone()));
        // A step copies 8,192 words, or 24 and what one of a text's pieces has.
        let least = message.words().len() / if short { 4_200 } else { 8_300 };
        assert!(steps > least, "{steps} steps");
        let to = &mut heap();
        to.short_steps = short;
        string::make_string(to, "something before it");
        let at_once = message::absorb(&mut heap(), &message);
        let (copy, steps) = absorb_in_steps(to, &message);
        assert!(steps > least, "{steps} steps");
        assert_ne!(copy, at_once);
        assert_eq!(message::extract(to, copy), Ok(message.clone()));
    }
    let atom = cell::make_atom(from, value);
    let refused = vector::make(from, &[value, atom]);
    let at_once = message::extract(from, refused);
    assert!(at_once.is_err());
    assert_eq!(extract_in_steps(from, refused).0, at_once);
}

#[test]
fn a_long_text_is_checked_in_steps() {
    let from = &mut heap();
    for text in ["λ text äöü ", "text", "x€𝄞"] {
        let value = string::make_string(from, &text.repeat(50_000));
        let message = message::extract(from, value).unwrap();
        let words = message.words();
        let steps = |words: &[u64]| {
            let mut finding = FindStarts::default();
            let mut steps = 1;
            loop {
                match finding.step(words, &mut Effort::step(&heap())) {
                    Ok(true) => return Ok(steps),
                    Ok(false) => steps += 1,
                    Err(error) => return Err((error.what, steps)),
                }
            }
        };
        let whole = words.len() / 8_192;
        let taken = steps(words).unwrap();
        assert!((whole..=whole + 2).contains(&taken), "{taken} steps");
        let refused = |change: &dyn Fn(&mut Vec<u64>)| {
            let mut words = words.to_vec();
            change(&mut words);
            steps(&words).unwrap_err()
        };
        let (what, step) = refused(&|words| words[20_000] = u64::MAX);
        assert_eq!(what, "a text is not UTF-8");
        assert!(step > 2, "found in step {step}");
        let (what, step) = refused(&|words| words[1] += 1 << 32);
        assert_eq!(
            (what, step),
            ("a text's count of characters is wrong", taken)
        );
        let (what, _) = refused(&|words| {
            let header = Header(words[0]);
            let flags = header.flags() ^ FLAG_ASCII;
            words[0] = Header::new(Kind::Str, flags, header.aux(), header.size()).0;
        });
        assert_eq!(what, "a text's ASCII flag is wrong");
    }
}

#[test]
fn words_that_are_no_message_leave_nothing_in_the_memory() {
    let from = &mut heap();
    let value = varied(from);
    let message = message::extract(from, value).unwrap();
    let mut damaged = message.words().to_vec();
    let last = damaged.len() - 1;
    damaged[last] = Word::reference(last as u32).0;
    for (words, root) in [
        (damaged.as_slice(), message.root()),
        (message.words(), Word::reference(1)),
    ] {
        let to = &mut heap();
        to.short_steps = true;
        string::make_string(to, "something before it");
        let before = to.used_words();
        let mut absorption = Absorption::default();
        let refused = loop {
            let mut effort = Effort::step(to);
            match absorption.step(to, words, root, &mut effort) {
                Ok(None) => {}
                other => break other,
            }
        };
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(to.used_words(), before);
    }
}

#[test]
fn sharing_is_kept() {
    let heap = &mut heap();
    let mut value = vector::make(heap, &[int(1)]);
    for _ in 0..10_000 {
        value = vector::make(heap, &[value, value]);
    }
    let message = message::extract(heap, value).unwrap();
    assert_eq!(message.words().len(), 2 + 10_000 * 3);
}

#[test]
fn nesting_is_no_limit() {
    let heap = &mut heap();
    let mut value = Word::NIL;
    for n in 0..1_000_000 {
        let pair = seq::cons(heap, int(n), value).unwrap();
        value = lazy::make_realized(heap, pair, Word::NIL);
    }
    let message = message::extract(heap, value).unwrap();
    // The realized cells are gone.
    assert!(message.words().len() <= 3_000_010);
    let copy = message::absorb(heap, &message);
    assert!(slow_equal(heap, value, copy));
}

#[test]
fn what_belongs_to_a_process_is_refused_with_its_path() {
    let heap = &mut heap();
    let atom = cell::make_atom(heap, int(1));
    let delay = lazy::make_delay(heap, int(1));
    let promise = cell::make_promise(heap);
    let volatile = cell::make_volatile(heap, int(1));
    let empty = vector::make(heap, &[]);
    let edited = transient::make(heap, empty).unwrap();
    for thing in [atom, delay, promise, volatile, edited] {
        let mut words = ints(0..2000);
        words[1500] = thing;
        let wide = vector::make(heap, &words);
        let key = string::make_keyword(heap, None, "k");
        let m = map::from_pairs(heap, &[int(0), int(0), key, wide]).unwrap();
        let value = list::make(heap, &[int(1), int(2), m]);
        let Err(CopyError::Refused {
            value: found, path, ..
        }) = message::extract(heap, value)
        else {
            panic!("{:?} was copied", heap.kind_of(thing))
        };
        assert_eq!(found, thing);
        assert_eq!(
            path,
            [
                PathStep::Index(2),
                PathStep::Key(key),
                PathStep::Index(1500)
            ]
        );
    }
    let closure = heap.make(Kind::Function, 0, 0, &[1], &[int(1), atom]);
    let Err(CopyError::Refused { path, .. }) = message::extract(heap, closure) else {
        panic!("copied")
    };
    assert_eq!(path, [PathStep::Capture(1)]);
}

#[test]
fn an_unrealized_cell_is_named() {
    let heap = &mut heap();
    let cell = lazy::make(heap, int(0));
    let value = vector::make(heap, &[cell]);
    assert_eq!(
        message::extract(heap, value),
        Err(CopyError::Unfinished(cell))
    );
    lazy::start(heap, cell, 0).unwrap();
    lazy::finish(heap, cell, Word::NIL).unwrap();
    let message = message::extract(heap, value).unwrap();
    let copy = message::absorb(heap, &message);
    assert_eq!(vector::nth(heap, copy, 0), Some(Word::EMPTY_LIST));
}

#[test]
fn a_copied_node_belongs_to_no_transient() {
    let from = &mut heap();
    let m = map::empty(from, Word::NIL);
    let mut edited = transient::make(from, m).unwrap();
    for n in 0..100 {
        edited = transient::assoc(from, edited, int(n), int(n)).unwrap();
    }
    let made = transient::persistent(from, edited).unwrap();
    let root = from.word(made, 3);
    assert_ne!(from.header(root).flags() & FLAG_OWNED, 0);
    let message = message::extract(from, made).unwrap();
    // A process whose next transient gets the very serial that made the nodes.
    let to = &mut heap();
    let copy = message::absorb(to, &message);
    let before = map::entries(to, copy);
    let edited = transient::make(to, copy).unwrap();
    transient::assoc(to, edited, int(7), int(-7)).unwrap();
    assert_eq!(map::entries(to, copy), before);
    assert_eq!(map::get(to, copy, int(7)), Ok(Some(int(7))));
}

#[test]
fn code_is_bound_anew_for_another_image() {
    let heap = &mut heap();
    let f = function(heap, 3);
    let n = heap.make(Kind::Native, 0, 0, &[5], &[]);
    let value = vector::make(heap, &[f, n]);
    let mut message = message::extract_whole(heap, value).unwrap();
    assert_eq!(
        message
            .clone()
            .bind(|code, n| (code == Code::Template).then_some(n)),
        Err((Code::Native, 5))
    );
    message.bind(|_, number| Some(number + 10)).unwrap();
    let copy = message::absorb(heap, &message);
    let f = vector::nth(heap, copy, 0).unwrap();
    assert_eq!(heap.object(f).raw(1), 13);
}

fn keyword(name: &str) -> Const {
    Const::Keyword(None, name.to_owned())
}

fn constants() -> Vec<Const> {
    let deep = (0..5_000).fold(Const::Int(1), |inner, _| Const::Vector(vec![inner]));
    vec![
        Const::Nil,
        Const::Int(i64::MAX),
        Const::BigInt(vec![1, 2, 3, 4, 5, 6, 7, 8, 9]),
        Const::Ratio(vec![1], vec![3]),
        Const::Decimal(vec![150], 1),
        Const::Str("a".to_owned()),
        keyword("a"),
        Const::Symbol(Some("a".to_owned()), "b".to_owned()),
        Const::Regex("a+".to_owned()),
        Const::Inst(-1, 5),
        Const::Uuid(7 << 64 | 9),
        Const::Bytes(vec![1, 2, 3]),
        Const::List(vec![keyword("a"), Const::Str("a".to_owned())]),
        Const::Map((0..20).map(|n| (Const::Int(n), keyword("a"))).collect()),
        Const::Set(vec![keyword("a"), keyword("b")]),
        Const::Tagged(None, "point".to_owned(), Box::new(Const::Int(1))),
        Const::Meta(
            Box::new(Const::Vector(vec![])),
            Box::new(Const::Map(vec![(keyword("a"), Const::Bool(true))])),
        ),
        deep,
    ]
}

#[test]
fn a_boot_segment_is_verified_deterministic_and_shares_names() {
    let build = || {
        let mut builder = BootBuilder::new();
        let words: Vec<Word> = constants()
            .iter()
            .map(|constant| builder.constant(constant).unwrap())
            .collect();
        (builder, words)
    };
    let (mut builder, words) = build();
    assert_eq!(builder.words(), build().0.words());
    verify_boot(builder.words()).unwrap();
    assert_eq!(builder.constant(&keyword("a")).unwrap(), words[6]);
    let boot: Arc<[u64]> = builder.words().into();
    let mut heap = Heap::new(Arc::clone(&boot));
    let heap = &mut heap;
    assert_eq!(seq::first(heap, words[12]), Ok(words[6]));
    assert_eq!(heap.word(words[6], 3), words[5]);
    let made = string::make_keyword(heap, None, "a");
    assert_eq!(
        heap.object(words[6]).raw(1),
        hash::of_key(heap, made).unwrap()
    );
    assert_eq!(map::get(heap, words[13], int(7)), Ok(Some(words[6])));
    assert_eq!(set::get(heap, words[14], made), Ok(Some(words[6])));
    // Extending goes on with the same names.
    let mut more = BootBuilder::extending(&boot);
    assert_eq!(more.constant(&keyword("a")).unwrap(), words[6]);
    assert_eq!(more.words().len(), boot.len());
    more.constant(&keyword("new")).unwrap();
    verify_boot(more.words()).unwrap();
    assert_eq!(&more.words()[..boot.len()], &*boot);
}

#[test]
fn literals_with_equal_keys_are_no_constants() {
    let mut builder = BootBuilder::new();
    let twice = Const::Map(vec![(keyword("a"), Const::Nil), (keyword("a"), Const::Nil)]);
    builder.constant(&twice).unwrap_err();
    let twice = Const::Set(vec![Const::Int(1), Const::BigInt(vec![1])]);
    builder.constant(&twice).unwrap_err();
}

#[test]
fn values_of_definitions_are_adopted() {
    let mut builder = BootBuilder::new();
    let a = builder.constant(&keyword("a")).unwrap();
    let mut heap = Heap::new(builder.words().into());
    let heap = &mut heap;
    let own = string::make_keyword(heap, None, "a");
    let plain = vector::make(heap, &[own, a]);
    let other = vector::make(heap, &[plain]);
    let adopted = builder.adopt(heap, &[plain, other]).unwrap();
    let at = |word: Word| word.offset() as usize;
    assert_eq!(
        builder.words()[at(adopted[0]) + 1..at(adopted[0]) + 3],
        [a.0, a.0]
    );
    assert_eq!(builder.words()[at(adopted[1]) + 1], adopted[0].0);
    assert!(!has_identity(heap, other));
    let atom = cell::make_atom(heap, plain);
    let thunk = lazy::make(heap, atom);
    let held = vector::make(heap, &[thunk]);
    assert!(has_identity(heap, atom) && has_identity(heap, held));
    builder.adopt(heap, &[atom, held]).unwrap();
    let edited = transient::make(heap, plain).unwrap();
    builder.adopt(heap, &[edited]).unwrap_err();
    lazy::start(heap, thunk, 0).unwrap();
    builder.adopt(heap, &[held]).unwrap_err();
    let made = transient::persistent(heap, edited).unwrap();
    let adopted = builder.adopt(heap, &[made]).unwrap()[0];
    assert_eq!(Header(builder.words()[at(adopted)]).flags() & FLAG_OWNED, 0);
    verify_boot(builder.words()).unwrap();
}
