//! What has no counterpart in Clojure, or another form there: printing options, objects, errors'
//! positions, limits.

use super::{Evaluator, print_in_steps};
use crate::object::Kind;
use crate::value::print::Options;
use crate::value::{lazy, list, map, string, vector};
use crate::word::Word;

fn with_options(text: &str, options: Options) -> String {
    let mut e = Evaluator::new();
    let value = e.read(text).expect("a form");
    print_in_steps(&mut e, value, options)
}

#[test]
fn length_and_level_bound_what_is_printed() {
    let length = |n| Options {
        length: Some(n),
        ..Options::READABLE
    };
    let level = |n| Options {
        level: Some(n),
        ..Options::READABLE
    };
    for (text, options, expected) in [
        ("[1 2 3]", length(2), "[1 2 ...]"),
        ("[1 2]", length(2), "[1 2]"),
        ("(1 2)", length(0), "(...)"),
        ("[]", length(0), "[]"),
        ("{:a 1 :b 2}", length(1), "{:a 1, ...}"),
        ("#{:a}", length(1), "#{:a}"),
        ("[[1 2 3] 4 5]", length(2), "[[1 2 ...] 4 ...]"),
        ("[1 [2 [3]]]", level(2), "[1 [2 #]]"),
        ("[1]", level(0), "#"),
        ("()", level(0), "#"),
        ("[() 1]", level(1), "[# 1]"),
        ("5", level(0), "5"),
        ("{:a {:b 1}}", level(1), "{:a #}"),
    ] {
        assert_eq!(with_options(text, options), expected, "{text} {options:?}");
    }
}

#[test]
fn a_large_map_keeps_to_its_length() {
    let mut e = Evaluator::new();
    let words: Vec<Word> = (0..2000).map(Word::small).collect();
    let value = map::from_pairs(&mut e.heap, &words).expect("different keys");
    let options = Options {
        length: Some(40),
        ..Options::READABLE
    };
    let text = print_in_steps(&mut e, value, options);
    assert!(text.ends_with(", ...}"), "{text}");
    assert_eq!(text.matches(", ").count(), 40);
    let whole = print_in_steps(&mut e, value, Options::READABLE);
    assert_eq!(whole.matches(", ").count(), 999);
}

#[test]
fn metadata_and_namespaces_of_maps_are_printed_on_demand() {
    let meta = Options {
        meta: true,
        ..Options::READABLE
    };
    assert_eq!(
        with_options("^:a [1 ^{:b 2} x]", meta),
        "^{:a true} [1 ^{:b 2} x]"
    );
    assert_eq!(with_options("^String x", meta), "^String x");
    assert_eq!(with_options("^:a [1]", Options::READABLE), "[1]");
    let spaces = Options {
        namespace_maps: true,
        ..Options::READABLE
    };
    assert_eq!(
        with_options("{:a/b 1 :a/c {:d 2}}", spaces),
        "#:a{:b 1, :c {:d 2}}"
    );
    assert_eq!(with_options("{:a/b 1 :c 2}", spaces), "{:a/b 1, :c 2}");
}

#[test]
fn a_deep_value_with_metadata_prints_in_steps() {
    let meta = Options {
        meta: true,
        ..Options::READABLE
    };
    let text = format!("{}1{}", "^{:a 1} [".repeat(20_000), "]".repeat(20_000));
    assert!(with_options(&text, meta) == text);
}

#[test]
fn objects_without_a_literal_print_the_same_every_time() {
    let mut e = Evaluator::new();
    let three = Word::small(3);
    let atom = e.heap.make(
        Kind::Atom,
        0,
        0,
        &[26],
        &[three, Word::NIL, Word::NIL, Word::NIL],
    );
    assert_eq!(e.shown(atom), "#object[Atom 0x1a {:status :ready, :val 3}]");
    let name = string::make_symbol(&mut e.heap, Some("a"), "b");
    let var = e.heap.make(Kind::Var, 0, 0, &[0], &[name]);
    assert_eq!(e.shown(var), "#'a/b");
    let bytes = string::make_bytes(&mut e.heap, b"hello");
    assert_eq!(e.shown(bytes), "#bytes \"aGVsbG8=\"");
    assert_eq!(e.run("#bytes \"aGVsbG8=\""), "#bytes \"aGVsbG8=\"");
    let error = e.read("(").expect_err("it has no end");
    let shown = e.shown(error);
    assert!(
        shown.starts_with("#error {:message \"EOF while reading"),
        "{shown}"
    );
    assert!(shown.contains(":ox/kind :ox/parse"), "{shown}");
}

#[test]
fn an_unrealized_cell_stops_printing_there_and_it_goes_on() {
    let mut e = Evaluator::new();
    let cell = lazy::make(&mut e.heap, Word::NIL);
    let value = vector::make(&mut e.heap, &[Word::small(1), cell, Word::small(2)]);
    let state = crate::value::print::start(&mut e.heap, value, Options::READABLE, Word::NIL, false);
    assert_eq!(e.call("ox.core/print-step", &[state]), Ok(cell));
    assert_eq!(
        e.call("ox.core/print-step", &[state]),
        Ok(cell),
        "it looks again"
    );
    lazy::start(&mut e.heap, cell, 0).expect("it was unrealized");
    let content = list::make(&mut e.heap, &[Word::small(7)]);
    lazy::finish(&mut e.heap, cell, content).expect("it was running");
    let text = e
        .call("ox.core/print-step", &[state])
        .expect("it is finished");
    assert_eq!(string::text(e.heap.object(text)), "[1 (7) 2]");
}

#[test]
fn errors_of_reading_say_where() {
    let mut e = Evaluator::new();
    for (text, message, offset) in [
        ("(a\n  ]", "Unmatched delimiter: ] at line 2, column 3", 5),
        ("[é 08]", "Invalid number: 08 at line 1, column 4", 3),
        (
            "[1\n2 \"é",
            "EOF while reading string, which begins at line 2, column 3",
            5,
        ),
        (
            "{:a 1 :a 2}",
            "Duplicate key in a map at line 1, column 1",
            0,
        ),
        ("#{1 1}", "Duplicate key in a set at line 1, column 1", 0),
        ("a ::b", "", 0),
    ] {
        let mut form = text;
        if text == "a ::b" {
            form = "[a ::b]";
        }
        let error = e.read(form).expect_err(text);
        let (kind, found) = e.error(error);
        assert_eq!(kind, "parse", "{text}");
        if message.is_empty() {
            assert!(found.contains("::b"), "{found}");
            continue;
        }
        assert_eq!(found, message);
        let data = e.heap.word(error, 3);
        let key = string::make_keyword(&mut e.heap, None, "offset");
        assert_eq!(
            map::get(&mut e.heap, data, key),
            Ok(Some(Word::small(offset))),
            "{text}"
        );
    }
}

#[test]
fn edn_has_less_than_the_language() {
    let mut e = Evaluator::new();
    let edn = string::make_keyword(&mut e.heap, None, "edn");
    for (text, good) in [
        ("[1 \\a \"b\" #{c} #inst \"2020\" #my/tag 5 ^:m d]", true),
        ("'a", true),
        ("@a", false),
        ("#'a", false),
        ("#\"a\"", false),
        ("#(a)", false),
        ("`a", false),
    ] {
        let word = e.string(text);
        assert_eq!(
            e.call("ox.core/read-form", &[word, edn]).is_ok(),
            good,
            "{text}"
        );
    }
}

#[test]
fn a_form_is_found_with_the_place_behind_it() {
    let mut e = Evaluator::new();
    for (text, expected) in [
        ("é [1] 2", "[é 1]"),
        (" [λ]  ", "[[λ] 4]"),
        ("  ; nothing", "nil"),
        ("", "nil"),
        ("#_a", "nil"),
    ] {
        let word = e.string(text);
        let found = e
            .call("ox.core/read-form", &[word, Word::NIL])
            .expect("well formed");
        assert_eq!(e.shown(found), expected, "{text}");
    }
}

#[test]
fn function_literals_name_their_parameters() {
    let mut e = Evaluator::new();
    assert_eq!(
        e.run("'#(+ % %3)"),
        "(fn* [p1__1# p2__1# p3__1#] (+ p1__1# p3__1#))"
    );
    assert_eq!(
        e.run("'#(f %1 %&)"),
        "(fn* [p1__1# & rest__1#] (f p1__1# rest__1#))"
    );
    assert!(e.run("'#(f #(g))").starts_with("! parse Nested #()s"));
}

#[test]
fn reader_conditionals_take_ox_then_default() {
    let mut e = Evaluator::new();
    assert_eq!(
        e.run("[#?(:clj 1 :ox 2) #?(:clj 1 :default 3) #?(:clj 4) #?@(:ox [5 6])]"),
        "[2 3 5 6]"
    );
}

#[test]
fn what_the_regex_engine_cannot_do_is_named() {
    let mut e = Evaluator::new();
    for (pattern, named) in [
        ("a(?=b)", "look-ahead (?=…)"),
        ("a(?!b)", "negative look-ahead (?!…)"),
        ("(?<=a)b", "look-behind (?<=…)"),
        ("(?<!a)b", "negative look-behind (?<!…)"),
        ("(?>a)", "an atomic group (?>…)"),
        ("(a)\\1", "a back reference \\1"),
        ("(?<n>a)\\k<n>", "a back reference \\k<name>"),
        ("a++", "a possessive quantifier"),
        ("a*+", "a possessive quantifier"),
        ("a{2}+", "a possessive quantifier"),
        ("\\Ga", "\\G"),
    ] {
        let word = e.string(pattern);
        let error = e.call("ox.core/re-pattern", &[word]).expect_err(pattern);
        let (kind, message) = e.error(error);
        assert_eq!(kind, "unsupported", "{pattern}: {message}");
        assert!(message.starts_with(named), "{message}");
    }
    let huge = e.string("((a{1000}){1000}){1000}");
    let error = e
        .call("ox.core/re-pattern", &[huge])
        .expect_err("it is too large");
    assert_eq!(e.error(error).0, "memory-limit");
}

#[test]
fn searching_goes_on_by_characters() {
    let mut e = Evaluator::new();
    let re = e.read("#\"λ|.b\"").expect("a pattern");
    let text = e.string("aλ𝄞b");
    let first = e
        .call("ox.core/re-find-from", &[re, text, Word::small(0)])
        .expect("a search");
    let cursor = vector::nth(&e.heap, first, 3).expect("four parts");
    let (start, end) = (
        vector::nth(&e.heap, first, 1),
        vector::nth(&e.heap, first, 2),
    );
    assert_eq!((start, end), (Some(Word::small(1)), Some(Word::small(2))));
    let second = e
        .call("ox.core/re-find-from", &[re, text, cursor])
        .expect("a search");
    assert_eq!(vector::nth(&e.heap, second, 1), Some(Word::small(2)));
    assert_eq!(vector::nth(&e.heap, second, 2), Some(Word::small(4)));
    let cursor = vector::nth(&e.heap, second, 3).expect("four parts");
    assert_eq!(
        e.call("ox.core/re-find-from", &[re, text, cursor]),
        Ok(Word::NIL)
    );
}

#[test]
fn json_is_written_by_the_rules() {
    let mut e = Evaluator::new();
    for (form, json) in [
        (
            "{:a 1, :b/c [true nil \\x \"q\\\"\\n\"], \"k\" 1.5, 7 1/2}",
            r#"{"a":1,"b/c":[true,null,"x","q\"\n"],"k":1.5,"7":0.5}"#,
        ),
        ("[]", "[]"),
        ("{}", "{}"),
        ("()", "[]"),
        (
            "[1.5M 10N #{1} #inst \"2020\"]",
            r#"[1.5,10,[1],"2020-01-01T00:00:00.000Z"]"#,
        ),
        ("\"\u{1}é\"", "\"\\u0001é\""),
    ] {
        let value = e.read(form).expect("a form");
        let text = e
            .call("ox.json/write*", &[value, Word::small(0)])
            .expect("JSON");
        assert_eq!(string::text(e.heap.object(text)), json);
    }
    let value = e.read("{:a [1 {}] :b []}").expect("a form");
    let text = e
        .call("ox.json/write*", &[value, Word::small(2)])
        .expect("JSON");
    assert_eq!(
        string::text(e.heap.object(text)),
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
    );
    for (form, kind) in [
        ("[##NaN]", "argument"),
        ("[##Inf]", "argument"),
        ("#\"a\"", "type"),
    ] {
        let value = e.read(form).expect("a form");
        let error = e
            .call("ox.json/write*", &[value, Word::small(0)])
            .expect_err(form);
        assert_eq!(e.error(error).0, kind, "{form}");
    }
}

#[test]
fn json_is_read_by_the_rules() {
    let mut e = Evaluator::new();
    for (json, form) in [
        (
            r#" {"a": [1, -2.5e3, true, false, null], "b/c": "\u00e9\ud834\udd1e\/"} "#,
            "{:a [1 -2500.0 true false nil], :b/c \"é𝄞/\"}",
        ),
        (r#"{"a": 1, "a": 2}"#, "{:a 2}"),
        ("12345678901234567890", "12345678901234567890N"),
        ("-0", "0"),
        ("[[], {}]", "[[] {}]"),
    ] {
        let word = e.string(json);
        let value = e.call("ox.json/parse*", &[word, Word::TRUE]).expect(json);
        assert_eq!(e.shown(value), form);
    }
    for json in [
        "",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\n\"",
        "[1 2]",
        "1 2",
        "]",
        "{\"a\":1]",
        "[1}",
        "'a'",
        "NaN",
    ] {
        let word = e.string(json);
        let error = e
            .call("ox.json/parse*", &[word, Word::TRUE])
            .expect_err(json);
        assert_eq!(e.error(error).0, "parse", "{json}");
    }
}

#[test]
fn elementary_functions_follow_java_at_the_edges() {
    let mut e = Evaluator::new();
    for (expression, expected) in [
        ("(sqrt 2)", "1.4142135623730951"),
        ("(sqrt -1)", "##NaN"),
        ("(pow 2 10)", "1024.0"),
        ("(pow 1 ##Inf)", "##NaN"),
        ("(pow 1 ##NaN)", "##NaN"),
        ("(pow ##NaN 0)", "1.0"),
        ("(round 2.5)", "3"),
        ("(round -2.5)", "-2"),
        ("(round 0.49999999999999994)", "0"),
        ("(round ##NaN)", "0"),
        ("(round 1e300)", "9223372036854775807"),
        ("(rint 2.5)", "2.0"),
        ("(floor -1.5)", "-2.0"),
        ("(ceil -0.5)", "-0.0"),
        ("(atan2 1 1)", "0.7853981633974483"),
        ("(hypot 3 4)", "5.0"),
        ("(sin 0)", "0.0"),
        ("(log10 1000)", "3.0"),
        ("(exp 1/2)", "1.6487212707001282"),
    ] {
        assert_eq!(e.run(expression), expected, "{expression}");
    }
}
