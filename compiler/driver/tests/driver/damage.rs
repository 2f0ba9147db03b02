//! A delimiter that is missing hurts the definition it is missing from, not the file.
//!
//! # Invariants
//! - Every delimiter of the text is tried: brackets, quotes, whole openers such as `#{` and `#"`, also
//!   those of the `ns` form, and those in strings, comments and characters, which are none.
//! - What is compared are the hashes of the definitions other than the damaged one. Those that refer
//!   to it count as lost although they must change, so few do in the text.

use crate::support::{found, hashes, listed};
use driver::Workspace;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

const DEFINITIONS: usize = 200;
/// Five in a hundred of the others.
const LOST_MAX: usize = (DEFINITIONS - 1) / 20;

/// Beginnings of the file, each with the same aliases and names.
const HEADERS: [&str; 4] = [
    "(ns app
  \"What it is (roughly).\"
  (:require [ox.string :as string :refer [upper-case]]
            [lib.one :as one]
            [lib.two :refer [twice other]])
  (:refer-clojure :exclude [filter]))
",
    "(ns app
  (:refer-clojure :exclude [filter])
  (:require
    [lib.two :refer (twice other)]
    [lib.one :as one]
    [ox.string :refer [upper-case] :as string]))
",
    "(ns ^{:doc \"Said
  of it.\" :author \"(me)\"} app
  {:added \"1.0\"}
  (:require [ox.string :as string :refer [upper-case]])
  (:require lib.one [lib.one :as one] :reload
            [lib.two :refer [other
                             twice]]))
",
    "(ns app (:require [lib.two :refer [twice] :as two]) (:require [ox.string :as string]))
(require '[lib.one :as one]
         '[lib.two :refer [other]])
(require '[ox.string :refer [upper-case]])
",
];

const ONE: &str = "(ns lib.one)\n(defn pair [x y] [x y])\n(defmacro both [x] `[~x ~x])\n";
const TWO: &str = "(ns lib.two)\n(defn twice [x] [x x])\n(defmacro other [x y] `(if ~x nil ~y))\n";

/// Definitions of every kind, NAME calling CALLEE.
const SHAPES: [&str; 16] = [
    "(defn NAME
  \"Doc (of\\\" it.\"
  [a & [{:keys [b c]}]]
  (let [x (CALLEE a) y #{:a \\) b}]
    (if (= x a)
      (string/join \", [\" [x 'y #(str % c)])
      {:k [x y] :m (count y)})))",
    "(defn NAME
  ([] (NAME 1))
  ([a] (let [b (CALLEE a)] [b #_(not this) @(atom b)])))",
    "(defmacro NAME [form & body] `(let [v# ~form] (when v# (list ~@body '~form))))",
    "(defn NAME \"One line.\" [x] (other x (one/pair (CALLEE x) \"(\")))",
    "(def NAME {:a [1 #{3 4}] \"k (\" '(x y) :c \\\" :d #\"[a-z(]+\\\"\" \\[ ^:m [] \\; #:n{:a 1}})",
    "(defn NAME [s] ; a ( comment \" with 'signs
  (when-let [[a b] (re-find #\"a\\\"(b)[c]\" (CALLEE s))]
    ; another ] one }
    (cond (nil? a) [] (map? b) {:x b} :else (do (println \"a\" b) (upper-case (str a))))))",
    "(defn- NAME
  \"Uses:

(defn old [x] x)

  and so on, over
  some lines.\"
  [x]
  #?(:ox (one/both (CALLEE x)) :default x))",
    "(def ^:dynamic NAME (atom {:a []}))",
    "(defn NAME [a] (try (CALLEE a) (catch :default e (throw (ex-info \"m: \" {:a (twice e)} nil)))))",
    "(defn ^{:private true :doc \"Text.\"} NAME [{:keys [a] [b] :l :as m}]
  (loop [i 0, out []]
    (if (< i 3)
      (recur (inc i) (conj out (string/trim (str \"x \" i)) \"\" \" \"))
      (-> out (conj a b (CALLEE m)) (filter)))))",
    "(defn NAME [x] (str \"(\" (CALLEE x) \")\"))",
    "(defn NAME [x]
  (str \"one line
and (another) line\" (CALLEE [x \"[\"]) \"a\\\\\"))",
    "(defactivity NAME
  \"Does it.\"
  [x]
  (str x (one/pair x \" \")))",
    "(defn NAME [xs]
  (for [x xs :when (< x 10) :let [y (CALLEE x)]]
    (case y (1 2) #{x} [\"a\" \"b\"] {:y y} (fn [z & r] (list* x y z r)))))",
    "(let [hidden (atom [])]
  (defn NAME [x] (swap! hidden conj (CALLEE x)) (binding [*out* nil] (print \"x\"))))",
    "(defn NAME \"Quoted 'text'.\" {:added \"1.0\" :see [\"b\"]} [x] (-> (CALLEE x) (vector \"'\" ''(a \"b\") `(~x ~@[1]))))",
];

/// The text after a header, and of each definition its name and place.
fn body() -> (String, Vec<(String, Range<usize>)>) {
    let mut text = String::from("\n(defn filter [x] x)\n");
    let mut places = vec![("filter".to_owned(), 1..text.len())];
    for number in 0..DEFINITIONS - 1 {
        let shape = SHAPES[number % SHAPES.len()];
        let name = match shape.contains("^:dynamic") {
            true => format!("*d{number}*"),
            false => format!("d{number}"),
        };
        // Chains of two, so that a definition has few that refer to it; only functions are called.
        let callee = match number % SHAPES.len() {
            1 | 6 | 9 | 11 => format!("d{}", number - 1),
            _ => "identity".to_owned(),
        };
        // Some files have no empty lines.
        text.push_str(if number % 32 < 16 { "\n" } else { "" });
        let start = text.len();
        let shape = shape.replace("NAME", &name).replace("CALLEE", &callee);
        let shape = if number < SHAPES.len() {
            shape
        } else {
            shape.replace("(filter)", "(vec)")
        };
        let _ = writeln!(text, "{shape}");
        places.push((name, start..text.len()));
    }
    (text, places)
}

/// Texts without one delimiter: each bracket and quote, and each opener of more than one character.
fn delimiters(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| "()[]{}\"".contains(*c)) {
        all.push(at..at + 1);
        let opener = ["#?@", "#?", "#:n", "#", "'", "`"];
        let prefix = opener.iter().find(|prefix| text[..at].ends_with(**prefix));
        if let (Some(prefix), false) = (prefix, ")]}".contains(c)) {
            all.push(at - prefix.len()..at + 1);
        }
    }
    all
}

struct Damage<'t> {
    text: &'t str,
    /// Of each definition its name and place in the text.
    places: &'t [(String, Range<usize>)],
    workspace: Workspace,
    before: BTreeMap<String, String>,
}

impl<'t> Damage<'t> {
    fn new(text: &'t str, places: &'t [(String, Range<usize>)]) -> Self {
        let files = [("lib.one", ONE), ("lib.two", TWO), ("app", text)];
        let mut workspace = Workspace::of(found(&files));
        let wrong = workspace.check();
        assert!(wrong.is_empty(), "{}", listed(&workspace, &wrong));
        let before = hashes(&mut workspace, &["app".to_owned()]);
        assert!(before.len() >= DEFINITIONS);
        Self {
            text,
            places,
            workspace,
            before,
        }
    }

    /// The definitions, other than the damaged one, that have another hash without this range.
    fn lost_without(&mut self, removed: &Range<usize>) -> Vec<String> {
        let mut damaged = self.text.to_owned();
        damaged.replace_range(removed.clone(), "");
        self.workspace.edit("app", &damaged);
        let after = hashes(&mut self.workspace, &["app".to_owned()]);
        let others = self
            .places
            .iter()
            .filter(|(_, place)| !place.contains(&removed.start));
        let lost = others.filter(|(name, _)| {
            let name = format!("app/{name}");
            assert!(self.before.contains_key(&name), "{name}");
            after.get(&name) != self.before.get(&name)
        });
        lost.map(|(name, _)| name.clone()).collect()
    }
}

/// The damages that cost more than they may, of each `step`-th from the `first`, and the worst that
/// is left.
fn too_costly(
    text: &str,
    places: &[(String, Range<usize>)],
    tried: &[Range<usize>],
) -> (Vec<String>, usize) {
    let mut damage = Damage::new(text, places);
    let mut worst = 0;
    let mut bad = Vec::new();
    for removed in tried {
        let lost = damage.lost_without(removed);
        if lost.len() > LOST_MAX {
            let before = &text[..removed.start];
            let line = before.rsplit('\n').next().unwrap_or(before);
            let after = text[removed.end..].split('\n').next().unwrap_or("");
            bad.push(format!(
                "{} lost: {line}«{}»{after}",
                lost.len(),
                &text[removed.clone()]
            ));
        } else {
            worst = worst.max(lost.len());
        }
    }
    (bad, worst)
}

#[test]
fn deleting_any_delimiter_leaves_the_hashes_of_the_others() {
    let (body, places) = body();
    assert_eq!(places.len(), DEFINITIONS);
    for (number, header) in HEADERS.iter().enumerate().rev() {
        let text = format!("{header}{body}");
        let places: Vec<_> = places
            .iter()
            .map(|(name, place)| {
                (
                    name.clone(),
                    place.start + header.len()..place.end + header.len(),
                )
            })
            .collect();
        let tried: Vec<Range<usize>> = delimiters(&text)
            .into_iter()
            // The definitions are the same after each header.
            .filter(|range| number == 0 || range.start < header.len())
            .collect();
        assert!(
            tried.len() > if number == 0 { 5_000 } else { 15 },
            "{}",
            tried.len()
        );
        let threads = if number == 0 { 4 } else { 1 };
        let found: Vec<(Vec<String>, usize)> = std::thread::scope(|scope| {
            let parts = tried.chunks(tried.len().div_ceil(threads));
            let workers: Vec<_> = parts
                .map(|part| scope.spawn(|| too_costly(&text, &places, part)))
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap())
                .collect()
        });
        let bad: Vec<String> = found.into_iter().flat_map(|(bad, _)| bad).collect();
        assert!(
            bad.is_empty(),
            "{} of {} tried: {bad:#?}",
            bad.len(),
            tried.len()
        );
    }
}
