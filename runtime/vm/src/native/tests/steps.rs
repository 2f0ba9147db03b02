//! Natives over long texts: in steps of bounded work, with the answers that they give at once.

use super::Evaluator;
use crate::heap::Heap;
use crate::native::{Trap, lookup};
use crate::value::print::Options;
use crate::value::{string, vector};
use crate::word::Word;
use proptest::prelude::*;

/// Fuel that one call may cost: what is done between two safepoints. The slowest unit is about 100 ns,
/// the usual one 20 ns; a slice of a process has 50,000.
const CALL_FUEL_MAX: u32 = 20_000;

/// What came of a native: its answer printed, the steps it took, what all cost, and the most that one
/// call cost.
struct Run {
    answer: Result<String, String>,
    steps: usize,
    all: u64,
    most: u32,
}

fn run(e: &mut Evaluator, name: &str, args: &[Word]) -> Run {
    run_with(e, name, args, |_, _| {})
}

/// The same; before each step something is done to the memory.
fn run_with(
    e: &mut Evaluator,
    name: &str,
    args: &[Word],
    mut before: impl FnMut(&mut Heap, usize),
) -> Run {
    let native = lookup(name, 1).unwrap_or_else(|| panic!("no native {name}"));
    let mut result = e.once(native, args);
    let (mut steps, mut most, mut all) = (0, e.fuel, u64::from(e.fuel));
    if let Err(Trap::Walk(state)) = result {
        let step = lookup("ox.core/walk-step", 1).expect("the native that steps");
        result = loop {
            steps += 1;
            before(&mut e.heap, steps);
            let stepped = e.once(step, &[state]);
            most = most.max(e.fuel);
            all += u64::from(e.fuel);
            match stepped {
                Ok(Word::NIL) => {}
                Ok(answer) => break Ok(e.heap.word(answer, 1)),
                trap => break trap,
            }
        };
    }
    let answer = match result {
        Ok(word) => Ok(e.print_long(word)),
        Err(Trap::Throw(error)) => Err(e.print_long(error)),
        Err(trap) => panic!("{name}: {trap:?}"),
    };
    Run {
        answer,
        steps,
        all,
        most,
    }
}

impl Evaluator {
    fn text(&mut self, text: &str) -> Word {
        string::make_string(&mut self.heap, text)
    }

    fn pattern(&mut self, source: &str) -> Word {
        let source = self.text(source);
        self.call("ox.core/re-pattern", &[source])
            .expect("a pattern")
    }

    fn print_long(&mut self, word: Word) -> String {
        super::print_in_steps(self, word, Options::READABLE)
    }
}

/// Calls with a long argument, made of so many parts.
fn calls(e: &mut Evaluator, parts: usize) -> Vec<(&'static str, Vec<Word>)> {
    let whole = |part: &str| part.repeat(parts);
    let data = format!("[{}]", whole("{:key \"a \\n text\", 1.5 (\\x #{:y} nil)} "));
    let list = format!("({})", whole("a/b "));
    let map: String = (0..parts).map(|n| format!("{n} :v{n},")).collect();
    let quoted = format!("\"{}\"", whole("long \\u00e4 text "));
    let object: String = (0..parts).map(|n| format!("\"k{n}\":[{n}],")).collect();
    let json = format!("{{{object}\"last\":\"{}\"}}", whole("x\\ny "));
    let comment = format!(";{}\n7", whole("comment "));
    let deep = format!("{}{}", whole("[ ["), whole("] ]"));
    let prose = whole("The quick Brown föx, ΣΑΣ. ");
    let [data, list, quoted, json, comment, deep, prose] =
        [data, list, quoted, json, comment, deep, prose].map(|text| e.text(&text));
    let map = e.text(&format!("{{{map}}}"));
    let spaces = e.text(&whole(" \t\n"));
    let [fox, x, empty, yes, no] = [
        e.text("föx"),
        e.text("no such thing"),
        e.text(""),
        Word::TRUE,
        Word::FALSE,
    ];
    let zero = Word::small(0);
    let nothing = e.pattern("[0-9]+;");
    let word = e.pattern("[a-z]+");
    let groups = e.pattern("(q\\w+) (\\w+)");
    let swapped = e.text("$2 $1");
    let (open, named) = (e.pattern("(a|b)*c?"), e.pattern("(?s)(T.)(.*)(ΑΣ. )"));
    let (all, not_all) = (e.pattern("(?s)(a|.)*(.)"), e.pattern("(?s)(?:.|x)*y"));
    let letters = e.text(&format!("xx{}c", whole(&"abba".repeat(8))));
    let (from_two, swapped_one) = (Word::small(2), e.text("<$1>"));
    let value = e
        .read(&"[1 \"two\" {:three 4.5}] ".repeat(3))
        .expect("a form");
    let words = vec![value; parts];
    let values = vector::make(&mut e.heap, &words);
    let falling: Vec<Word> = (0..parts as i64).rev().map(Word::small).collect();
    let falling = vector::make(&mut e.heap, &falling);
    let pieces = vec![fox; parts];
    let strings = vector::make(&mut e.heap, &pieces);
    vec![
        ("ox.core/read-form", vec![data, Word::NIL]),
        ("ox.core/read-form", vec![list, Word::NIL]),
        ("ox.core/read-form", vec![map, Word::NIL]),
        ("ox.core/read-form", vec![quoted, Word::NIL]),
        ("ox.core/read-form", vec![comment, Word::NIL]),
        ("ox.core/read-form", vec![deep, Word::NIL]),
        ("ox.json/parse*", vec![json, yes]),
        ("ox.json/parse*", vec![json, no]),
        ("ox.json/write*", vec![values, Word::small(1)]),
        ("ox.core/join-strings", vec![fox, strings]),
        ("ox.string/upper-case*", vec![prose]),
        ("ox.string/lower-case*", vec![prose]),
        ("ox.string/reverse*", vec![prose]),
        ("ox.string/trim*", vec![spaces, yes, yes]),
        ("ox.string/blank?*", vec![spaces]),
        ("ox.string/includes?*", vec![prose, x]),
        ("ox.string/index-of*", vec![prose, x, zero]),
        ("ox.string/last-index-of*", vec![prose, x, Word::NIL]),
        ("ox.string/replace-text*", vec![prose, fox, x, yes]),
        ("ox.string/replace-text*", vec![prose, empty, fox, yes]),
        ("ox.string/split*", vec![prose, nothing, zero]),
        ("ox.string/split*", vec![prose, word, zero]),
        (
            "ox.string/replace-match*",
            vec![prose, groups, swapped, yes],
        ),
        ("ox.core/re-find-from", vec![nothing, prose, zero]),
        ("ox.core/re-find-from", vec![open, letters, from_two]),
        ("ox.core/re-find-from", vec![named, prose, zero]),
        ("ox.core/re-matches*", vec![all, prose]),
        ("ox.core/re-matches*", vec![not_all, prose]),
        ("ox.string/split*", vec![letters, open, Word::small(-1)]),
        (
            "ox.string/replace-match*",
            vec![letters, open, swapped_one, yes],
        ),
        ("ox.core/sort*", vec![falling, zero]),
        ("ox.core/sort*", vec![falling, Word::small(2)]),
        ("ox.core/subvec", vec![falling, Word::small(1)]),
    ]
}

#[test]
fn no_call_costs_more_than_a_step_however_long_the_text_is() {
    let mut e = Evaluator::new();
    for (name, args) in calls(&mut e, 20_000) {
        let run = run(&mut e, name, &args);
        assert!(run.answer.is_ok(), "{name}: {:?}", run.answer);
        assert!(run.steps > 1, "{name} was done at once");
        assert!(
            run.most <= CALL_FUEL_MAX,
            "{name} cost {} at once",
            run.most
        );
    }
}

#[test]
fn steps_give_what_is_given_at_once() {
    let mut e = Evaluator::new();
    for (name, args) in calls(&mut e, 40) {
        let at_once = run(&mut e, name, &args);
        assert_eq!(at_once.steps, 0, "{name} is small");
        e.heap.short_steps = true;
        let in_steps = run(&mut e, name, &args);
        e.heap.short_steps = false;
        assert!(in_steps.steps > 1, "{name} was done at once");
        assert_eq!(at_once.answer, in_steps.answer, "{name}");
    }
}

#[test]
fn errors_are_where_they_are_however_far_that_is() {
    let mut e = Evaluator::new();
    let spaces = "\n  ".repeat(5000);
    for (name, text, more) in [
        ("ox.core/read-form", format!("[{spaces}ä\n ) 1]"), Word::NIL),
        ("ox.core/read-form", format!("[{spaces}"), Word::NIL),
        (
            "ox.core/read-form",
            format!("{spaces}\"{spaces}"),
            Word::NIL,
        ),
        (
            "ox.core/read-form",
            format!("{{{spaces} 1 2 1 3}}"),
            Word::NIL,
        ),
        (
            "ox.json/parse*",
            format!("[\"ä\"{spaces} 1, tru]"),
            Word::TRUE,
        ),
        ("ox.json/parse*", format!("{{\"a\"{spaces}"), Word::TRUE),
        ("ox.json/parse*", format!("[{spaces}01]"), Word::TRUE),
    ] {
        let source = e.text(&text);
        let in_steps = run(&mut e, name, &[source, more]);
        let near = text.replacen(&spaces, "", 1);
        let near = e.text(&near);
        let at_once = run(&mut e, name, &[near, more]);
        let (in_steps, at_once) = (in_steps.answer, at_once.answer);
        let what = |answer: &Result<String, String>| {
            let text = answer.as_ref().expect_err("text that is wrong");
            text.split(" at ").next().unwrap_or_default().to_owned()
        };
        assert!(what(&in_steps).contains(":message"), "{in_steps:?}");
        if name == "ox.core/read-form" {
            assert_eq!(
                what(&in_steps).replace("line 10001", "line 1"),
                what(&at_once)
            );
        }
    }
    let source = e.text(&format!("[{spaces}ä\n ) 1]"));
    let error = run(&mut e, "ox.core/read-form", &[source, Word::NIL]).answer;
    let error = error.expect_err("an unmatched delimiter");
    assert!(error.contains("at line 5002, column 2"), "{error}");
    assert!(error.contains(":offset 15004"), "{error}");
}

/// What it costs to look at so many bytes once.
fn looks(bytes: usize) -> u64 {
    bytes as u64 / 16
}

/// Finds all matches, one call after the other: their number, and what they cost.
fn find_all(e: &mut Evaluator, pattern: &str, text: &str) -> (u64, u64) {
    let (re, source) = (e.pattern(pattern), e.text(text));
    let find = lookup("ox.core/re-find-from", 1).expect("the native");
    let (mut cursor, mut finds, mut all) = (Word::small(0), 0, 0);
    while !cursor.is_nil() {
        let found = e.once(find, &[re, source, cursor]).expect("no walk");
        (finds, all) = (finds + 1, all + u64::from(e.fuel));
        if found.is_nil() {
            break;
        }
        cursor = vector::nth(&e.heap, found, 3).expect("a match, where it is, and the cursor");
    }
    (finds, all)
}

#[test]
fn many_small_finds_cost_what_they_look_at() {
    let mut e = Evaluator::new();
    for words in [20_000, 40_000] {
        let text = "ab cd ".repeat(words / 2);
        let (finds, all) = find_all(&mut e, "\\w+", &text);
        assert_eq!(finds, words as u64 + 1);
        assert!(all >= looks(text.len()).max(finds), "{all}");
        assert!(all <= 4 * (looks(text.len()) + finds), "{all}");
    }
    // Of each match it is known after 60 bytes only that it goes on no further.
    let text = "a".repeat(20_000);
    let (finds, all) = find_all(&mut e, "a(?:[a-y]{0,60}z)?", &text);
    assert_eq!(finds, 20_001);
    let looked = looks(text.len() * 60);
    assert!((looked..=4 * (looked + finds)).contains(&all), "{all}");
    // Of each match it is known at the end only that it goes on no further.
    let text = "a".repeat(5_000);
    let (finds, all) = find_all(&mut e, "(?s)a(?:.*z)?", &text);
    assert_eq!(finds, 5_001);
    let looked = looks(text.len() * text.len() / 2);
    assert!((looked..=4 * (looked + finds)).contains(&all), "{all}");
    let (re, source) = (e.pattern("(?s)a(?:.*z)?"), e.text(&text));
    let split = run(&mut e, "ox.string/split*", &[source, re, Word::small(-1)]);
    assert!((looked..=4 * (looked + finds)).contains(&split.all));
    assert!(split.most <= CALL_FUEL_MAX);
}

#[test]
fn looking_in_vain_costs_what_was_looked_at() {
    let mut e = Evaluator::new();
    for length in [4_000, 20_000, 1_000_000] {
        let text = "ab ".repeat(length / 3);
        let (re, source, mark) = (e.pattern("a.*c"), e.text(&text), e.text("<$0>"));
        let calls: [(&str, Vec<Word>); 4] = [
            ("ox.core/re-find-from", vec![re, source, Word::small(0)]),
            ("ox.core/re-matches*", vec![re, source]),
            ("ox.string/split*", vec![source, re, Word::small(-1)]),
            (
                "ox.string/replace-match*",
                vec![source, re, mark, Word::TRUE],
            ),
        ];
        for (name, args) in calls {
            let all = run(&mut e, name, &args).all;
            let looked = looks(length - 2);
            assert!(
                (looked..=4 * looked).contains(&all),
                "{name} {length}: {all}"
            );
        }
    }
}

#[test]
fn a_match_that_is_lost_on_the_way_costs_a_few_looks_more() {
    let mut e = Evaluator::new();
    let text = "a".repeat(1_000_000);
    for (name, source) in [
        ("ox.core/re-find-from", "(?s)a.*z"),
        ("ox.core/re-matches*", "(?s)a.*z"),
    ] {
        let mut args = vec![e.pattern(source), e.text(&text)];
        args.extend((name == "ox.core/re-find-from").then_some(Word::small(0)));
        let lost = run_with(&mut e, name, &args, |heap, step| {
            if step <= 6 {
                heap.followed.clear();
            }
        });
        assert!(lost.all <= 6 * looks(text.len()), "{name}: {}", lost.all);
        assert!(lost.all >= looks(text.len()), "{name}: {}", lost.all);
    }
}

#[test]
fn a_match_that_is_followed_counts_as_memory() {
    let mut e = Evaluator::new();
    let text = e.text(&"ab".repeat(200_000));
    for pattern in ["(?s)(a|.)*(.)", "(?s)a.*b", "(?s)(?:.|x)*y"] {
        let re = e.pattern(pattern);
        let mut most = 0;
        run_with(&mut e, "ox.core/re-matches*", &[re, text], |heap, _| {
            most = heap.followed_words().max(most);
        });
        assert!((64..=1 << 20).contains(&most), "{pattern}: {most} words");
        assert_eq!(e.heap.followed_words(), 0, "at the end nothing is followed");
    }
}

proptest! {
    #[test]
    fn searching_in_stretches_finds_what_searching_at_once_finds(
        pattern in prop::sample::select(vec![
            "a+b", "a.*b", "(?s)a.*b", "\\bab\\b", "^b", "(?m)^b+$", "b$", "(a|ab)(c|bcd)?", "[^a]+a",
            "(?i)AB+", "x|(a)(b)?", "a{3,5}", "ä.", "(a*)b", "\\Bb", "ab|abcd|b.{0,9}c",
            "(a|b)*c?", "a*", "(a|(b)|c)*", "\\b", "\\B", "$", "(?:(a)|(b)|(ä)|.)*d", "(?s)(.*)(b+)(.*?)(d|$)",
            "((a+)(b+)?)+", "(?:|a)+", "(a*?)(a|b)*?d", "(?m)(^|a)(.*)$", "(?s).{20,60}", "()|a",
        ]),
        text in prop_oneof!["[abcd ä\n]{0,200}", "[ab]{0,400}d?", "[aä]{150,300}[b-d]{0,3}"],
    ) {
        let mut e = Evaluator::new();
        let (re, source) = (e.pattern(pattern), e.text(&text));
        let mark = e.text("<$0>");
        let calls: [(&str, Vec<Word>); 4] = [
            ("ox.core/re-find-from", vec![re, source, Word::small(0)]),
            ("ox.core/re-matches*", vec![re, source]),
            ("ox.string/split*", vec![source, re, Word::small(-1)]),
            ("ox.string/replace-match*", vec![source, re, mark, Word::TRUE]),
        ];
        for (name, args) in calls {
            let at_once = run(&mut e, name, &args).answer;
            e.heap.short_steps = true;
            let in_steps = run(&mut e, name, &args).answer;
            e.heap.short_steps = false;
            prop_assert_eq!(at_once, in_steps, "{}", name);
        }
    }
}
