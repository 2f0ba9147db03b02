//! The compiler's rewrites of the core's macros are what the library says of them in Ox.
//!
//! The library's definitions are made macros of a program, under other names; every form is lowered
//! twice, once with the rewrite and once with the macro, and must give the same code, or be a mistake
//! both ways.
//!
//! # Invariants
//! - Every rewrite has forms here, and one that is a mistake if any is.

use crate::support::{Dice, found, listed};
use driver::Workspace;
use hir::body::DefName;
use hir::expand::core::CoreMacro;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Forms of each rewrite. The names in scope are `a b c m xs f g`; what is wrong comes after `!`.
const FORMS: &[(&str, &[&str])] = &[
    (
        "->",
        &[
            "(-> a)",
            "(-> a f)",
            "(-> a (f b) g (f c))",
            "(-> a (-> f (g b)))",
            "!(->)",
        ],
    ),
    (
        "->>",
        &[
            "(->> a)",
            "(->> a f)",
            "(->> xs (map f) (filter g) first)",
            "!(->>)",
        ],
    ),
    ("all", &["(all)", "(all (f a) (g b))"]),
    (
        "and",
        &["(and)", "(and a)", "(and a b)", "(and (f a) b (g c) m)"],
    ),
    (
        "as->",
        &[
            "(as-> a x)",
            "(as-> a x (f x b) (g x))",
            "!(as-> a)",
            "!(as->)",
        ],
    ),
    (
        "assert",
        &[
            "(assert (f a))",
            "(assert (= a b) (g c))",
            "(assert {:k [a 'y \"s\"]})",
            "!(assert)",
            "!(assert 1 2 3)",
        ],
    ),
    ("async", &["(async)", "(async (f a) b)"]),
    (
        "binding",
        &[
            "(binding [*out* a] (f b) c)",
            "(binding [*out* a] )",
            "(binding [] a)",
            "!(binding *out* a)",
            "!(binding [*out*] a)",
            "!(binding)",
        ],
    ),
    (
        "case",
        &[
            "(case a)",
            "(case a b)",
            "(case a 1 b)",
            "(case a 1 b 2 c m)",
            "(case (f a) (1 2 x) b [1 y] c \"s\" m :k xs)",
            "(case a () b c)",
            "(case a nil b true c \\x m)",
            "(case a sym b 'q c)",
            "!(case)",
        ],
    ),
    ("comment", &["(comment)", "(comment (f a) undefined-name)"]),
    (
        "cond",
        &[
            "(cond)",
            "(cond a b)",
            "(cond a b (f a) (g b) :else c)",
            "!(cond a)",
            "!(cond a b c)",
        ],
    ),
    (
        "cond->",
        &[
            "(cond-> a)",
            "(cond-> a b f)",
            "(cond-> a b (f c) (g b) g true (f 1))",
            "!(cond-> a b)",
            "!(cond->)",
        ],
    ),
    (
        "cond->>",
        &["(cond->> xs b (map f) c (filter g))", "!(cond->> a b)"],
    ),
    (
        "condp",
        &[
            "(condp = a)",
            "(condp = a b)",
            "(condp = a 1 b)",
            "(condp f (g a) 1 b 2 :>> g c)",
            "(condp f a 1 :>> g)",
            "!(condp)",
            "!(condp =)",
            "(condp f a 1 :>>)",
        ],
    ),
    ("delay", &["(delay)", "(delay (f a) b)"]),
    (
        "doseq",
        &[
            "(doseq [x xs] (f x))",
            "(doseq [x xs y x] (f x y) (g y))",
            "(doseq [[x & y] xs :when (f x) :let [z (g y)] :while z {:keys [k]} z] (f k))",
            "(doseq [x xs])",
            "!(doseq x xs)",
            "!(doseq [x] x)",
            "!(doseq [:when a] x)",
            "!(doseq [x xs :what a] x)",
        ],
    ),
    (
        "dotimes",
        &[
            "(dotimes [i 10] (f i))",
            "(dotimes [i (f a)])",
            "(dotimes [i a] (f i) (g i))",
            "!(dotimes [i] a)",
            "!(dotimes i a)",
            "!(dotimes)",
        ],
    ),
    (
        "doto",
        &[
            "(doto a)",
            "(doto a f)",
            "(doto (f a) (f b) g (g c))",
            "!(doto)",
        ],
    ),
    (
        "fn",
        &[
            "(fn [])",
            "(fn [x] x)",
            "(fn [x & y] (f x y))",
            "(fn self [x] (self x))",
            "(fn ([] a) ([x] (f x)) ([x & y] (g y)))",
            "(fn [[x y] {:keys [k l] :or {k 1}}] [x y k l])",
            "(fn [& {:keys [k]}] k)",
            "(fn [x] {:pre [(f x) (g x)] :post [(= % x)]} (f x))",
            "(fn [x] {:post [%]} (f x) (g x))",
            "(fn [x] {:k x})",
            "(fn [& [x]] x)",
            "!(fn)",
            "!(fn x)",
            "!(fn ([x] 1) 2)",
            "!(fn [1] a)",
        ],
    ),
    (
        "for",
        &[
            "(for [x xs] x)",
            "(for [x xs y x] [x y])",
            "(for [[x] xs :let [y (f x)] :when y :while (g y) z y :when z] [x z])",
            "(for [x xs y xs z xs] (f x y z))",
            "!(for x xs)",
            "!(for [x] x)",
            "!(for [:let [x a]] x)",
            "!(for [x xs :what a] x)",
            "!(for [x xs] x x)",
        ],
    ),
    ("future", &["(future (f a))"]),
    (
        "if-let",
        &[
            "(if-let [x a] x)",
            "(if-let [x (f a)] x b)",
            "(if-let [[x {:keys [k]}] a] [x k] b)",
            "!(if-let [x] a b)",
            "!(if-let x a b)",
            "!(if-let [x a] b c m)",
            "!(if-let)",
        ],
    ),
    (
        "if-not",
        &[
            "(if-not a b)",
            "(if-not (f a) b c)",
            "!(if-not a)",
            "!(if-not a b c m)",
        ],
    ),
    (
        "if-some",
        &[
            "(if-some [x a] x)",
            "(if-some [[x] (f a)] x b)",
            "!(if-some [x a y b] x)",
            "!(if-some)",
        ],
    ),
    (
        "lazy-cat",
        &["(lazy-cat)", "(lazy-cat xs)", "(lazy-cat xs (f a) [b])"],
    ),
    ("lazy-seq", &["(lazy-seq)", "(lazy-seq (f a) xs)"]),
    (
        "let",
        &[
            "(let [] a)",
            "(let [x a y (f x)] (g x) y)",
            "(let [x a])",
            "(let [[x [y & z] :as w] a] [x y z w])",
            "(let [[] a] b)",
            "(let [[& r] a] r)",
            "(let [[x & [y]] a] y)",
            "(let [{} a] b)",
            "(let [{:keys [k m/l :n] :strs [s] :syms [t q/u] x :x :or {k 1 x (f b)} :as w} a] [k l n s t u x w])",
            "(let [{:a/keys [k]} a {[x] :v} k] x)",
            "(let [{x :x {y :y} :z} a] [x y])",
            "(let [x 1 [x] x] x)",
            "!(let)",
            "!(let [x] x)",
            "!(let x x)",
            "!(let [1 a] a)",
            "!(let [a/x a] a)",
            "!(let [[x & y z] a] x)",
            "!(let [{:what [x]} a] x)",
        ],
    ),
    (
        "letfn",
        &[
            "(letfn [(h [x] (i x)) (i [x] (h x))] (h a))",
            "(letfn [(h ([] 1) ([[x]] x))] (h))",
            "(letfn [] a)",
        ],
    ),
    (
        "loop",
        &[
            "(loop [] a)",
            "(loop [i 0] (if (f i) (recur (inc i)) i))",
            "(loop [[x & r] xs n 0] (if r (recur r (inc n)) [x n]))",
            "(loop [i a j i] (if j (recur j i) i))",
            "(loop [{:keys [k]} a j k] (if k (recur j k) j))",
            "!(loop)",
            "!(loop [x] x)",
            "!(loop x x)",
        ],
    ),
    (
        "or",
        &["(or)", "(or a)", "(or a b)", "(or (f a) b (g c) m)"],
    ),
    ("race", &["(race)", "(race (f a) (g b))"]),
    (
        "receive",
        &[
            "(receive x x)",
            "(receive _ a)",
            "(receive [:add n] (f n) {:k x} x (after 10 :late))",
            "(receive :ping a \"s\" b 12 c nil m)",
            "(receive [x x] x [x & r] r [] a)",
            "(receive 'sym a (:or 1 2 [3]) b (:as [y] z) [y z])",
            "(receive (:guard x f (g a)) x (int? n) n)",
            "(receive {:k {:l x} :m [y]} [x y])",
            "(receive [[x] {:k x}] x)",
            "(receive x x (after (f a)))",
            "(receive (after 1))",
            "!(receive)",
            "!(receive [x])",
            "!(receive (1 x) x)",
        ],
    ),
    (
        "reify",
        &[
            "(reify)",
            "(reify f (m [this] a))",
            "(reify f (m [this] a) (m [this b] (f b)) (n [_] a))",
            "(reify f (m [this x _ [y]] (if x (recur y 1 [2]) a)) (n [_] (recur)))",
            "(reify f (m ([this] a) ([this b] b)) xs g (n [[a b]] a b))",
            "!(reify 1)",
            "!(reify f (1 [this] a))",
        ],
    ),
    (
        "retrying",
        &[
            "(retrying {:max-attempts a} (f b) c)",
            "(retrying a nil)",
            "!(retrying {:max-attempts a})",
            "!(retrying)",
        ],
    ),
    ("scope", &["(scope)", "(scope (f a) b)"]),
    (
        "some->",
        &[
            "(some-> a)",
            "(some-> a f)",
            "(some-> a f (g b) :k)",
            "!(some->)",
        ],
    ),
    ("some->>", &["(some->> xs (map f) first)"]),
    ("time", &["(time (f a))", "!(time)", "!(time a b)"]),
    (
        "when",
        &["(when a)", "(when a b)", "(when (f a) b (g c))", "!(when)"],
    ),
    (
        "when-first",
        &[
            "(when-first [x xs] (f x) x)",
            "(when-first [[x] (f xs)] x)",
            "(when-first [x xs])",
            "!(when-first [x] x)",
            "!(when-first)",
        ],
    ),
    (
        "when-let",
        &[
            "(when-let [x a] (f x) x)",
            "(when-let [{:keys [k]} (f a)] k)",
            "(when-let [x a])",
            "!(when-let [x] x)",
            "!(when-let)",
        ],
    ),
    (
        "when-not",
        &["(when-not a)", "(when-not (f a) b c)", "!(when-not)"],
    ),
    (
        "when-some",
        &[
            "(when-some [x a] (f x) x)",
            "(when-some [[x] a] x)",
            "!(when-some [x] x)",
        ],
    ),
    ("while", &["(while a)", "(while (f a) (g b) c)", "!(while)"]),
    (
        "with-out-str",
        &["(with-out-str)", "(with-out-str (print a) (f b))"],
    ),
    (
        "with-timeout",
        &[
            "(with-timeout \"1s\" (f a) b)",
            "(with-timeout a)",
            "!(with-timeout)",
        ],
    ),
];

/// The library's macros as a namespace of the program, each macro `name` as `ox-name`; and their names.
fn library() -> (String, BTreeSet<String>) {
    let text = stdlib::source("ox.core.macros").unwrap().text;
    let mut names = BTreeSet::new();
    let mut parts = text.split("(defmacro ");
    let mut out = parts
        .next()
        .unwrap()
        .replacen("(ns ox.core.macros", "(ns lib.macros", 1);
    for part in parts {
        names.insert(part.split_whitespace().next().unwrap().to_owned());
        let _ = write!(out, "(defmacro ox-{part}");
    }
    (out, names)
}

/// The form with its macros called by their names in the program. Only heads are names of macros in
/// the forms here. Within others, `and` and `or` stay: a condition that is a call of the core's is
/// lowered to jumps, one that a macro makes later is a value.
fn by_macros(form: &str, names: &BTreeSet<String>) -> String {
    let mut parts = form.split('(');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        let end = part.find([' ', ')']).unwrap_or(part.len());
        let is_condition = number > 0 && ["and", "or"].contains(&&part[..end]);
        let is_macro = names.contains(&part[..end]) && !is_condition;
        let prefix = if is_macro { "(lib/ox-" } else { "(" };
        out.push_str(prefix);
        out.push_str(part);
    }
    out
}

/// A random expression, of macros as far as `depth` goes.
fn expression(dice: &mut Dice, depth: usize) -> String {
    const ATOMS: [&str; 12] = [
        "a", "b", "c", "m", "xs", "f", "1", ":k", "\"s\"", "nil", "true", "2.5",
    ];
    if depth == 0 || dice.below(8) == 0 {
        return ATOMS[dice.below(ATOMS.len())].to_owned();
    }
    let e = |dice: &mut Dice| expression(dice, depth - 1);
    let (x, y, z) = (e(dice), e(dice), e(dice));
    let pattern = [
        "v",
        "[v w]",
        "{:keys [v] w :w}",
        "[[v] & w]",
        "{:keys [v] :or {v 1} :as w}",
    ][dice.below(5)];
    match dice.below(30) {
        0 => format!("(f {x} {y})"),
        1 => format!("[{x} {{:k {y}}}]"),
        2 => format!("(when {x} {y} {z})"),
        3 => format!("(let [{pattern} {x} w {y}] {z})"),
        4 => format!("(and {x} {y} {z})"),
        5 => format!("(or {x} {y})"),
        6 => format!("(-> {x} (f {y}) g (f {z}))"),
        7 => format!("(->> {x} (f {y}) g)"),
        8 => format!("(cond {x} {y} :else {z})"),
        9 => format!("(if-let [{pattern} {x}] {y} {z})"),
        10 => format!("(when-let [{pattern} {x}] {y})"),
        11 => format!("(if-some [{pattern} {x}] {y} {z})"),
        12 => format!("(for [{pattern} {x} :when {y} w xs] {z})"),
        13 => format!("(doseq [{pattern} {x} :let [u {y}]] {z})"),
        14 => format!("(loop [v {x} w {y}] (if v (recur w nil) {z}))"),
        15 => format!("(fn [{pattern} & {{:keys [u]}}] {x} {y})"),
        16 => format!("(fn ([] {x}) ([v] {{:pre [v]}} {y}))"),
        17 => format!("(case {x} (1 2) {y} {z})"),
        18 => format!("(condp = {x} 1 {y} {z} :>> f)"),
        19 => format!("(cond-> {x} {y} (f {z}) b g)"),
        20 => format!("(some-> {x} (f {y}) g)"),
        21 => format!("(as-> {x} v (f v {y}) [v {z}])"),
        22 => format!("(doto {x} (f {y}) g)"),
        23 => format!("(receive [:k v] {x} {{:k w}} {y} (after 5 {z}))"),
        24 => format!("(lazy-seq (when-not {x} {y}))"),
        25 => format!("(async (scope {x}) {y})"),
        26 => format!("(letfn [(h [v] {x}) (i [w] (h {y}))] {z})"),
        27 => format!("(dotimes [v {x}] {y})"),
        28 => format!("(with-timeout 5 (all {x} {y}))"),
        _ => format!("(if {x} (when-some [{pattern} {y}] {z}) (while {y} {z}))"),
    }
}

/// Lowers all forms both ways and compares.
#[track_caller]
fn compare(forms: &[(String, bool)]) {
    let (library, names) = library();
    let mut text = String::from("(ns app (:require [lib.macros :as lib]))\n");
    for (number, (form, _)) in forms.iter().enumerate() {
        let parameters = "[a b c m xs f g]";
        let _ = writeln!(text, "(defn by-rewrite-{number} {parameters} {form})");
        let _ = writeln!(
            text,
            "(defn by-macro-{number} {parameters} {})",
            by_macros(form, &names)
        );
    }
    let mut workspace = Workspace::of(found(&[("lib.macros", &library), ("app", &text)]));
    let wrong = workspace.check_namespace("lib.macros");
    assert!(wrong.is_empty(), "{}", listed(&workspace, &wrong));
    let diagnostics = workspace.check_namespace("app");
    let mut mistakes: BTreeMap<usize, String> = BTreeMap::new();
    for diagnostic in diagnostics
        .iter()
        .filter(|one| one.severity == source::Severity::Error)
    {
        let at = usize::from(diagnostic.primary.span.range.start());
        let line = text[..at].matches('\n').count();
        let message = listed(&workspace, std::slice::from_ref(diagnostic));
        mistakes.entry(line).or_default().push_str(&message);
    }
    let db = workspace.database();
    let hash = |name: String| {
        let def = hir::definition(db, &DefName::new("app", name));
        let body = hir::definition_body(db, def)
            .as_ref()
            .map(|body| hir::dump(body));
        (hir::body_hash(db, def), body.unwrap_or_default())
    };
    let mut different = Vec::new();
    for (number, (form, is_wrong)) in forms.iter().enumerate() {
        let found = [1, 2].map(|line| mistakes.get(&(2 * number + line)));
        let agreed = if *is_wrong {
            found.iter().all(Option::is_some)
        } else {
            found.iter().all(Option::is_none)
        };
        let (rewritten, expanded) = (
            hash(format!("by-rewrite-{number}")),
            hash(format!("by-macro-{number}")),
        );
        if !agreed {
            different.push(format!(
                "{form}\n  rewrite: {:?}\n  macro:   {:?}",
                found[0], found[1]
            ));
        } else if !is_wrong && (rewritten.0.is_none() || rewritten.0 != expanded.0) {
            different.push(format!(
                "{form}\n  rewrite: {}\n  macro:   {}",
                rewritten.1, expanded.1
            ));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {}:\n{}",
        different.len(),
        forms.len(),
        different.join("\n")
    );
}

#[test]
fn each_rewrite_is_what_its_macro_says() {
    let (_, macros) = library();
    let all: Vec<&str> = CoreMacro::names()
        .filter(|name| matches!(CoreMacro::named(name), Some(CoreMacro::Rewrite(_))))
        .collect();
    assert_eq!(FORMS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), all);
    let mut forms = Vec::new();
    for (name, texts) in FORMS {
        assert!(macros.contains(*name), "the library defines `{name}`");
        for text in *texts {
            let form = text.trim_start_matches('!');
            assert!(form.starts_with(&format!("({name}")), "{form}");
            forms.push((form.to_owned(), text.starts_with('!')));
        }
    }
    compare(&forms);
}

#[test]
fn nested_rewrites_are_what_their_macros_say() {
    let mut dice = Dice(11);
    let forms: Vec<(String, bool)> = (0..300)
        .map(|number| (expression(&mut dice, 2 + number % 3), false))
        .collect();
    compare(&forms);
}
