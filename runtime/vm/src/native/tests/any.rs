//! Every native, called with values of every kind: it answers, throws or traps, whatever code that is
//! not the library's calls it with.

use super::Evaluator;
use crate::native::all;
use crate::object::Kind;
use crate::value::read::{Notation, read};
use crate::value::{cell, equal, hash, lazy, order, print, ready};
use crate::word::Word;

const DATA: &[&str] = &[
    "nil",
    "true",
    "0",
    "-1",
    "3",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "1.5",
    "##NaN",
    "1/3",
    "2.50M",
    "\\c",
    "\"\"",
    "\"text λ𝄞\"",
    ":k",
    ":ox/kind",
    "sym/bol",
    "()",
    "(1 2 3)",
    "[]",
    "[1 [2] nil]",
    "[1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34]",
    "{}",
    "{:a 1, \"b\" [2], nil 3}",
    "{0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9}",
    "#{}",
    "#{1 :a \"s\"}",
    "#{0 1 2 3 4 5 6 7 8 9 10}",
    "#\"a+(b)\"",
    "#inst \"2020-02-29T12:30:00Z\"",
    "#uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"",
    "#bytes \"T3g=\"",
    "#tag [1]",
    "^{:m 1} [1]",
];

/// Values of every kind that programs can get at.
fn values(e: &mut Evaluator) -> Vec<Word> {
    let mut values: Vec<Word> = DATA
        .iter()
        .map(|text| {
            let read = read(&mut e.heap, text, Notation::Language);
            read.ok()
                .flatten()
                .unwrap_or_else(|| panic!("{text} is read"))
                .0
        })
        .collect();
    let seven = Word::small(7);
    let (vector, map, set) = (values[22], values[25], values[28]);
    for (name, args) in [
        ("atom-new", &[seven][..]),
        ("volatile!", &[seven]),
        ("delay-new", &[seven]),
        ("reduced", &[seven]),
        ("transient", &[vector]),
        ("transient", &[map]),
        ("transient", &[set]),
        ("transient", &[values[20]]),
        ("seq", &[vector]),
        ("seq", &[map]),
        ("seq", &[set]),
        ("seq", &[values[14]]),
        ("rest", &[vector]),
        ("cons", &[seven, vector]),
    ] {
        let made = e.call(&format!("ox.core/{name}"), args);
        values.push(made.unwrap_or_else(|_| panic!("{name} makes something")));
    }
    let heap = &mut e.heap;
    values.push(crate::native::make_error(heap, "type", "an error"));
    values.push(cell::make_future(heap, 3));
    values.push(lazy::make_delay(heap, vector));
    values.push(heap.make(Kind::Array, 0, 0, &[], &[]));
    values.push(heap.make(Kind::Array, 0, 0, &[], &[Word::NIL, seven, vector]));
    values.push(ready::start(heap, vector));
    values.push(order::start(heap, vector, vector));
    values.push(equal::start(heap, map, map));
    values.push(hash::start(heap, set));
    values.push(print::start(
        heap,
        map,
        print::Options::READABLE,
        Word::NIL,
        false,
    ));
    values
}

#[test]
fn any_native_takes_any_values() {
    let mut wrong = Vec::new();
    for native in all() {
        let mut e = Evaluator::new();
        let pool = values(&mut e);
        let count = pool.len();
        for args in usize::from(native.min_args)..=usize::from(native.max_args.min(4)) {
            // All pairs; of more arguments a sample that has every value in every place.
            let rounds = match args {
                0 => 1,
                1 => count,
                2 => count * count,
                _ => count * 24,
            };
            for round in 0..rounds {
                let chosen: Vec<Word> = (0..args)
                    .map(|place| {
                        let index = match place {
                            0 => round,
                            1 => round / count * 7 + round,
                            2 => round / 3 * 5 + round,
                            _ => round / 7 * 11 + round,
                        };
                        let index = if args == 2 && place == 1 {
                            round / count
                        } else {
                            index
                        };
                        pool[index % count]
                    })
                    .collect();
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let _ = e.once(native, &chosen);
                }));
                if result.is_err() {
                    let kinds: Vec<_> = chosen.iter().map(|&w| (e.heap.kind_of(w), w)).collect();
                    wrong.push(format!("{native:?} of {kinds:?}"));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
