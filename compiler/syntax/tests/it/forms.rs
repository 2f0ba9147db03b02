//! Top-level forms: identities, origins, positions.

use expect_test::{Expect, expect};
use source::TextSize;
use syntax::{AstId, DEFAULT_FEATURES, Origin, TopForm, forms, parse, program_forms};

fn read(text: &str) -> Vec<TopForm> {
    forms(&parse(text), DEFAULT_FEATURES)
}

fn ids(text: &str) -> Vec<AstId> {
    read(text).iter().map(|form| form.ast_id).collect()
}

/// Shows the text that each origin of the first form stands for.
fn check_origins(text: &str, expected: Expect) {
    let form = read(text).remove(0);
    let shown: String = (1..=form.source_map.len() as u32)
        .map(|origin| format!("{origin} {}\n", &text[form.range_of(Origin(origin))]))
        .collect();
    expected.assert_eq(&shown);
}

#[test]
fn origins_count_what_makes_data() {
    check_origins(
        "(f ; comment\n #_no [1 'x] ^:m {:a #(g %)} #?(:clj z :ox y) #tag 2)",
        expect![[r#"
            1 (f ; comment
             #_no [1 'x] ^:m {:a #(g %)} #?(:clj z :ox y) #tag 2)
            2 f
            3 [1 'x]
            4 1
            5 'x
            6 x
            7 :m
            8 {:a #(g %)}
            9 :a
            10 #(g %)
            11 g
            12 %
            13 y
            14 #tag 2
            15 2
        "#]],
    );
}

#[test]
fn the_innermost_datum_at_an_offset_is_found() {
    let text = "  (a [b cd] e)";
    let form = read(text).remove(0);
    let at = |needle: &str| {
        let offset = text.find(needle).expect("it is there") as u32 - u32::from(form.range.start());
        let origin = form
            .source_map
            .origin_at(TextSize::new(offset))
            .expect("some datum");
        &text[form.range_of(origin)]
    };
    assert_eq!(at("d]"), "cd");
    assert_eq!(at("[b"), "[b cd]");
    assert_eq!(at("(a"), "(a [b cd] e)");
}

#[test]
fn moving_a_form_changes_nothing_but_its_range() {
    let alone = read("(defn f [x] (g x 08))").remove(0);
    let moved = read("; c\n(def a 1)\n\n  (defn f [x]\n (g #_c x 08))").remove(1);
    assert_eq!(alone.ast_id, moved.ast_id);
    assert_eq!(alone.datum, moved.datum);
    assert_ne!(alone.range, moved.range);
    assert_eq!(alone.errors.len(), 1);
}

#[test]
fn identities_survive_edits_of_bodies_and_new_neighbors() {
    let before = ids("(ns a) (def x 1) (defn f [] 1) (f)");
    let after = ids("(ns a) (def y 0) (def x 2) (println 1) (defn f [] 2) (f)");
    for id in before {
        assert!(after.contains(&id));
    }
}

#[test]
fn identities_are_unique() {
    let ids = ids(
        "(def a 1) (def a 2) (defn a []) 1 1 a a [] [] (f) (f) ((f)) (defmethod m :a []) (defmethod m :b [])",
    );
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn methods_are_known_by_their_dispatch_value() {
    let both = ids("(defmethod m :a []) (defmethod m :b [])");
    assert_eq!(ids("(defmethod m :b [])"), both[1..]);
}

#[test]
fn metadata_is_no_part_of_the_name() {
    assert_eq!(ids("(defn ^:private f [])"), ids("(defn f [])"));
}

#[test]
fn files_without_forms_have_none() {
    for text in [
        "",
        "; only a comment",
        "#!shebang\n",
        "#_(a b)",
        "#?(:clj 1)",
        "#?@(:clj [1])",
        " ,\n",
    ] {
        assert_eq!(read(text), [], "{text:?}");
        assert_eq!(parse(text).errors(), [], "{text:?}");
    }
}

#[test]
fn only_forms_with_broken_brackets_are_damaged() {
    let damaged: Vec<bool> = read("(def a 1)\n(def b [1\n(def c 08)\n")
        .iter()
        .map(|form| form.is_damaged)
        .collect();
    assert_eq!(damaged, [false, true, false]);
}

#[test]
fn parses_are_equal_if_their_texts_are() {
    let first = parse("(a)");
    assert_eq!(first, first.clone());
    assert_eq!(first, parse("(a)"));
    assert_ne!(first, parse("(b)"));
}

#[test]
fn what_is_in_do_is_at_the_top_level_of_a_program() {
    let program = |text: &str| program_forms(&parse(text), DEFAULT_FEATURES);
    let shown = |text: &str| -> Vec<String> {
        let forms = program(text);
        let ids: std::collections::BTreeSet<AstId> = forms.iter().map(|form| form.ast_id).collect();
        assert_eq!(ids.len(), forms.len(), "{text}");
        forms
            .iter()
            .map(|form| text[form.range].to_owned())
            .collect()
    };
    assert_eq!(
        shown("(def a 1) (do ; one\n (def b 2) #_c (do (f) 3)) (def d)"),
        ["(def a 1)", "(def b 2)", "(f)", "3", "(def d)"]
    );
    assert_eq!(
        shown("#?(:ox (do a b)) #?@(:ox [c (do d)])"),
        ["a", "b", "c", "d"]
    );
    // These are forms as they stand.
    for text in [
        "(do)",
        "(do #_a)",
        "'(do a)",
        "(x/do a)",
        "[do a]",
        "(f (do a b))",
        "do",
    ] {
        assert_eq!(shown(text), [text]);
    }
    let damaged =
        |text: &str| -> Vec<bool> { program(text).iter().map(|form| form.is_damaged).collect() };
    assert_eq!(damaged("(a) (do (b) (c))"), [false, false, false]);
    assert_eq!(damaged("(a) (do (b) (c"), [false, true, true]);
    let deep = format!("{}a{}", "(do ".repeat(500), ")".repeat(500));
    assert_eq!(shown(&deep), ["a"]);
    // As data a list is a list.
    assert_eq!(read("(do a b)").len(), 1);
}
