//! The laws of hashes.

use crate::support::TestDb;
use hir::Hash;
use hir::body::DefName;

fn hash(text: &str, name: &str) -> Hash {
    let db = TestDb::one(text);
    assert_eq!(db.diagnostics("app"), "", "in {text}");
    hir::definition_hash(&db, &DefName::new("app", name)).unwrap()
}

fn body_hash(text: &str, name: &str) -> Hash {
    let db = TestDb::one(text);
    hir::body_hash(&db, hir::definition(&db, &DefName::new("app", name))).unwrap()
}

/// Both texts give the name the same hash.
fn same(one: &str, other: &str, name: &str) {
    assert_eq!(hash(one, name), hash(other, name), "\n{one}\n{other}");
}

/// The texts give the name different hashes.
fn differ(one: &str, other: &str, name: &str) {
    assert_ne!(hash(one, name), hash(other, name), "\n{one}\n{other}");
}

#[test]
fn names_of_locals_do_not_count() {
    same(
        "(defn f [a b] (let [c a] (fn [d] (+ c (+ d b)))))",
        "(defn f [x y] (let [z x] (fn [w] (+ z (+ w y)))))",
        "f",
    );
    same(
        "(defn f [a] (loop [i a] (if i (recur (next i)) i)))",
        "(defn f [b] (loop [j b] (if j (recur (next j)) j)))",
        "f",
    );
    same(
        "(defn f [x] (and x (or x 1)))",
        "(defn f [y] (and y (or y 1)))",
        "f",
    );
    same(
        "(defn f [[a & b]] (map a b))",
        "(defn f [[c & d]] (map c d))",
        "f",
    );
    differ("(defn f [a b] a)", "(defn f [a b] b)", "f");
}

#[test]
fn comments_formatting_docs_and_moves_do_not_count() {
    same(
        "(defn f [a] (+ a 1))",
        "; above\n(def z 1)\n\n(defn f\n  \"Adds one.\"\n  [a] #_(nothing) (+ a\n ;; inside\n 1))",
        "f",
    );
    same(
        "(defn ^:private f [a] a)",
        "(defn f {:added \"1\"} [a] a)",
        "f",
    );
    same(
        "(defn f [a] (g a)) (defn g [a] a)",
        "(defn g [a] a) (defn f [a] (g a))",
        "f",
    );
}

#[test]
fn renaming_a_function_keeps_hashes() {
    let one = "(defn f [a] (g a)) (defn g [a] (if a (f a) 1))";
    let other = "(defn f [a] (h a)) (defn h [a] (if a (f a) 1))";
    same(one, other, "f");
    assert_eq!(hash(one, "g"), hash(other, "h"));
    assert_eq!(body_hash(one, "f"), body_hash(other, "f"));
}

#[test]
fn what_is_referred_counts_but_not_in_the_body_hash() {
    let one = "(defn f [a] (g a)) (defn g [a] 1)";
    let other = "(defn f [a] (g a)) (defn g [a] 2)";
    differ(one, other, "f");
    assert_eq!(body_hash(one, "f"), body_hash(other, "f"));
    // A fact that code generation uses does count.
    assert_ne!(
        body_hash(one, "f"),
        body_hash("(defn f [a] (g a)) (def ^:dynamic g 1)", "f")
    );
}

#[test]
fn values_with_identity_are_nominal() {
    let text = "(def a (atom 0)) (def b (atom 0)) (def c 1) (def d 1) (def ^:dynamic *x* nil) (def ^:dynamic *y* nil)
(defactivity p [x]) (defactivity q [x])";
    assert_ne!(hash(text, "a"), hash(text, "b"));
    assert_eq!(hash(text, "c"), hash(text, "d"));
    assert_ne!(hash(text, "*x*"), hash(text, "*y*"));
    assert_ne!(hash(text, "p"), hash(text, "q"));
}

#[test]
fn a_macro_is_no_function() {
    let text = "(defmacro m [x] x) (defn f [a b x] x)";
    assert_ne!(hash(text, "m"), hash(text, "f"));
    assert_eq!(body_hash(text, "m"), body_hash(text, "f"));
}

#[test]
fn namespaces_do_not_count_for_functions_and_do_for_values() {
    let files = [
        ("app.ox", "(ns app) (defn f [x] (+ x 1)) (def v (atom 1))"),
        (
            "other.ox",
            "(ns other) (defn g [y] (+ y 1)) (def v (atom 1))",
        ),
    ];
    let db = TestDb::new(&files, false);
    let hash = |ns: &str, name: &str| hir::definition_hash(&db, &DefName::new(ns, name)).unwrap();
    assert_eq!(hash("app", "f"), hash("other", "g"));
    assert_ne!(hash("app", "v"), hash("other", "v"));
}

#[test]
fn constants_count_exactly() {
    for (one, other) in [
        ("1", "1.0"),
        ("1", "1N"),
        ("\"a\"", ":a"),
        ("[1]", "'(1)"),
        ("{:a 1}", "[:a 1]"),
        ("'a", ":a"),
        ("^:m []", "[]"),
        ("\\a", "\"a\""),
        ("#\"a\"", "\"a\""),
        ("[[1] 2]", "[[1 2]]"),
    ] {
        differ(&format!("(def x {one})"), &format!("(def x {other})"), "x");
    }
}
