//! The grammar of programs: definitions that build on earlier ones, and expressions that print.
//!
//! # Invariants
//! - Names are in scope, special forms well formed, calls of known functions of the right arity:
//!   what is wrong is wrong at run time, where it is an error that can be caught.
//! - Most loops end: they count down. The fuel of a run ends the others.

mod words;

use crate::choices::Choices;
use std::fmt::Write as _;
use words::{ATOMS, BINARY, FUNCTIONS, TERNARY, UNARY};

/// Deepest nesting of expressions.
const DEPTH_MAX: usize = 7;
/// Bytes of the longest program.
const TEXT_MAX: usize = 12_000;

/// A program.
pub(super) fn program(choices: &mut Choices<'_>) -> String {
    let mut maker = Maker {
        choices,
        text: String::new(),
        locals: Vec::new(),
        functions: Vec::new(),
        macros: Vec::new(),
        effects: Vec::new(),
        requires: false,
        in_short_function: false,
        dynamics: 0,
        values: 0,
        depth: 0,
        fresh: 0,
    };
    if maker.choices.below(3) == 2 {
        maker.requires = true;
        maker.put(HEAD);
    }
    for _ in 0..maker.choices.below(6) {
        maker.definition();
    }
    for _ in 0..=maker.choices.below(4) {
        maker.top();
    }
    maker.text
}

/// What some programs begin with.
const HEAD: &str = "(ns user (:require [clojure.edn :as edn] [clojure.set :as set] [clojure.string :as s] [clojure.walk :as w] [ox.match :refer [match]]))\n";

struct Maker<'c, 'b> {
    choices: &'c mut Choices<'b>,
    text: String,
    /// Names that may be read here.
    locals: Vec<String>,
    /// Functions defined so far and the numbers of arguments they take.
    functions: Vec<(String, usize)>,
    macros: Vec<String>,
    effects: Vec<String>,
    /// Whether names of `HEAD` may be used.
    requires: bool,
    /// Whether it is inside of `#(…)`, which does not nest.
    in_short_function: bool,
    dynamics: usize,
    values: usize,
    depth: usize,
    fresh: usize,
}

impl Maker<'_, '_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn pick(&mut self, options: &[&str]) {
        let text = *self.choices.pick(options);
        self.text.push_str(text);
    }

    fn name(&mut self, prefix: &str) -> String {
        self.fresh += 1;
        format!("{prefix}{}", self.fresh)
    }

    /// Whether to end here: too deep, too long, or nothing left to choose by.
    fn is_over(&self) -> bool {
        self.depth > DEPTH_MAX || self.text.len() > TEXT_MAX || self.choices.is_empty()
    }

    fn top(&mut self) {
        match self.choices.below(6) {
            0 | 1 => {
                self.put("(prn ");
                self.expression();
                self.put(")\n");
            }
            2 | 3 => {
                self.put("(prn (try ");
                self.expression();
                self.put(" (catch Exception e [:error (ex-message e)])))\n");
            }
            4 => {
                self.put("(println (pr-str ");
                self.expression();
                self.put("))\n");
            }
            _ => {
                self.expression();
                self.put("\n");
            }
        }
    }

    fn definition(&mut self) {
        match self.choices.below(13) {
            0 | 1 => {
                let name = self.name("f");
                let count = self.choices.below(4);
                let _ = write!(self.text, "(defn {name} ");
                self.parameters_and_body(count);
                self.put(")\n");
                self.functions.push((name, count));
            }
            2 => {
                // A recursion that counts down.
                let name = self.name("r");
                let _ = write!(self.text, "(defn {name} [n x] (if (< n 1) x (let [y ");
                self.scoped(&["n", "x"], Maker::expression);
                let calls = [
                    format!("({name} (dec n) y)"),
                    format!("(conj [y] ({name} (dec n) x))"),
                    "(recur (dec n) y)".to_owned(),
                    format!("(lazy-seq (cons y ({name} (dec n) x)))"),
                    format!("(try ({name} (dec n) y) (finally (print n)))"),
                ];
                let call = self.choices.pick(&calls).clone();
                let _ = writeln!(self.text, "] {call})))");
                self.functions.push((name, 2));
            }
            3 => {
                let name = self.name("m");
                let _ = write!(self.text, "(defn {name} ([] ");
                self.expression();
                self.put(") ([a] ");
                self.scoped(&["a"], Maker::expression);
                self.put(") ([a & more] ");
                self.scoped(&["a", "more"], Maker::expression);
                self.put("))\n");
                let count = self.choices.below(4);
                self.functions.push((name, count));
            }
            4 => {
                let name = self.name("v");
                let _ = write!(self.text, "(def {name} (try ");
                self.expression();
                self.put(" (catch Exception e :failed)))\n");
                self.locals.push(name);
                self.values += 1;
            }
            5 => {
                let _ = write!(self.text, "(def ^:dynamic *d{}* ", self.dynamics);
                self.expression();
                self.put(")\n");
                self.locals.push(format!("*d{}*", self.dynamics));
                self.dynamics += 1;
            }
            6 => {
                let name = self.name("mac");
                let bodies = [
                    "`(let [t# ~x] [t# t#])",
                    "`(try ~x (catch Exception e# (ex-message e#)))",
                    "(list 'do x x)",
                    "`(fn [y#] [~x y#])",
                    "`(when ~x ~@(repeat 2 x))",
                    "(if (seq? x) (list 'quote x) x)",
                    "`(loop [n# 3 acc# []] (if (pos? n#) (recur (dec n#) (conj acc# ~x)) acc#))",
                ];
                let body = *self.choices.pick(&bodies);
                let _ = writeln!(self.text, "(defmacro {name} [x] {body})");
                self.macros.push(name);
            }
            8 => {
                let name = self.name("R");
                let fields = self
                    .choices
                    .pick(&["[a b]", "[a b] Object (toString [_] (str a))"]);
                let _ = writeln!(self.text, "(defrecord {name} {fields})");
                self.functions.push((format!("->{name}"), 2));
            }
            9 => {
                let name = self.name("op");
                let _ = write!(
                    self.text,
                    "(defprotocol P{name} ({name} [x]))\n(extend-protocol P{name}"
                );
                for class in [
                    "nil",
                    "Long",
                    "String",
                    "clojure.lang.IPersistentMap",
                    "Object",
                ] {
                    if self.choices.below(3) > 0 {
                        let _ = write!(self.text, " {class} ({name} [x] ");
                        self.scoped(&["x"], Maker::expression);
                        self.put(")");
                    }
                }
                self.put(")\n");
                self.functions.push((name, 1));
            }
            10 => {
                let name = self.name("T");
                let _ = write!(
                    self.text,
                    "(defprotocol Q{name} (q{name} [x y]))\n(deftype {name} [a] Q{name} (q{name} [x y] "
                );
                self.scoped(&["a", "x", "y"], Maker::expression);
                self.put("))\n");
                self.functions.push((format!("->{name}"), 1));
                self.functions.push((format!("q{name}"), 2));
            }
            11 => {
                let name = self.name("mm");
                let by = self.choices.pick(&[
                    "class",
                    "identity",
                    "(fn [x] [(number? x) (coll? x)])",
                    "(fn [x] (if (map? x) (:a x) :none))",
                ]);
                let _ = writeln!(self.text, "(defmulti {name} {by})");
                for value in [
                    ":default",
                    "1",
                    ":none",
                    "Long",
                    "[true false]",
                    "clojure.lang.IPersistentVector",
                ] {
                    if self.choices.below(3) > 0 {
                        let _ = write!(self.text, "(defmethod {name} {value} [x] ");
                        self.scoped(&["x"], Maker::expression);
                        self.put(")\n");
                    }
                }
                self.functions.push((name, 1));
            }
            12 => {
                let name = self.name("e");
                let _ = writeln!(self.text, "(defeffect {name} [x])");
                self.effects.push(name);
            }
            _ => {
                let name = self.name("a");
                let _ = write!(self.text, "(def {name} (atom (try ");
                self.expression();
                self.put(" (catch Exception e [1]))))\n");
                self.locals.push(name);
                self.values += 1;
            }
        }
    }

    fn scoped(&mut self, names: &[&str], body: impl FnOnce(&mut Self)) {
        let known = self.locals.len();
        self.locals
            .extend(names.iter().map(|&name| name.to_owned()));
        body(self);
        self.locals.truncate(known);
    }

    /// `[a b] body`, the names in scope.
    fn parameters_and_body(&mut self, count: usize) {
        let known = self.locals.len();
        self.put("[");
        for _ in 0..count {
            self.pattern();
            self.put(" ");
        }
        self.put("] ");
        self.expression();
        self.locals.truncate(known);
    }

    /// A name or a pattern, whose names are in scope from here on.
    fn pattern(&mut self) {
        let name = self.name("p");
        match self.choices.below(8) {
            5 => {
                let _ = write!(self.text, "[{name} & {name}r]");
                self.locals.push(format!("{name}r"));
            }
            6 => {
                let _ = write!(
                    self.text,
                    "{{{name} :a, :keys [b] :or {{b 2}}, :as {name}m}}"
                );
                self.locals.push("b".to_owned());
                self.locals.push(format!("{name}m"));
            }
            7 => {
                let _ = write!(self.text, "[[{name}] {name}s :as {name}v]");
                self.locals.push(format!("{name}s"));
                self.locals.push(format!("{name}v"));
            }
            _ => self.put(&name),
        }
        self.locals.push(name);
    }

    fn atom(&mut self) {
        if !self.locals.is_empty() && self.choices.byte() % 2 == 1 {
            // The latest names are the most interesting.
            let back = self.choices.below(self.locals.len());
            let name = self.locals[self.locals.len() - 1 - back].clone();
            self.put(&name);
        } else {
            self.pick(ATOMS);
        }
    }

    /// A function as a value.
    fn function(&mut self) {
        match self.choices.below(8) {
            0..4 => self.pick(FUNCTIONS),
            4 if !self.functions.is_empty() => {
                let at = self.choices.below(self.functions.len());
                let name = self.functions[at].0.clone();
                self.put(&name);
            }
            5 => {
                self.put("(fn [x & more] ");
                self.scoped(&["x", "more"], Maker::expression);
                self.put(")");
            }
            6 => {
                self.put("(fn me ([x] ");
                self.scoped(&["x", "me"], Maker::expression);
                self.put(") ([x y] ");
                self.scoped(&["x", "y"], Maker::expression);
                self.put("))");
            }
            _ => {
                self.put("(fn [x] ");
                self.scoped(&["x"], Maker::expression);
                self.put(")");
            }
        }
    }

    fn call(&mut self, functions: &[&str], count: usize) {
        self.put("(");
        self.pick(functions);
        for _ in 0..count {
            self.put(" ");
            self.expression();
        }
        self.put(")");
    }

    fn expression(&mut self) {
        if self.is_over() {
            return self.atom();
        }
        self.depth += 1;
        self.form();
        self.depth -= 1;
    }

    fn expressions(&mut self, count: usize) {
        for _ in 0..count {
            self.put(" ");
            self.expression();
        }
    }

    fn form(&mut self) {
        match self.choices.below(54) {
            0..3 => self.atom(),
            3..8 => self.call(UNARY, 1),
            8..13 => self.call(BINARY, 2),
            13 | 14 => self.call(TERNARY, 3),
            15 => {
                self.put("[");
                let count = self.choices.below(5);
                self.expressions(count);
                self.put("]");
            }
            16 => {
                self.put("{:a");
                self.expressions(1);
                self.put(" :b");
                self.expressions(1);
                self.put("}");
            }
            17 | 18 => {
                let known = self.locals.len();
                self.put("(let [");
                for _ in 0..=self.choices.below(3) {
                    let text = std::mem::take(&mut self.text);
                    let before = self.locals.len();
                    self.pattern();
                    let names = self.locals.split_off(before);
                    let pattern = std::mem::replace(&mut self.text, text);
                    self.put(&pattern);
                    self.expressions(1);
                    self.locals.extend(names);
                    self.put(" ");
                }
                self.put("]");
                let count = 1 + self.choices.below(2);
                self.expressions(count);
                self.locals.truncate(known);
                self.put(")");
            }
            19 => {
                self.pick(&["(if", "(if-not"]);
                self.expressions(3);
                self.put(")");
            }
            20 => {
                self.pick(&["(when", "(and", "(or", "(do", "(when-not", "(list", "(str"]);
                self.expressions(2);
                self.put(")");
            }
            21 => {
                self.put("(cond");
                self.expressions(4);
                self.put(" :else");
                self.expressions(1);
                self.put(")");
            }
            22 => {
                self.put("(case");
                self.expressions(1);
                self.put(" 1");
                self.expressions(1);
                self.put(" (:a \"ab\" nil)");
                self.expressions(1);
                self.put(" [1 2 3]");
                self.expressions(1);
                self.expressions(1);
                self.put(")");
            }
            23 => {
                let count = self.choices.below(8);
                let _ = write!(self.text, "(loop [n {count} acc ");
                self.expression();
                self.put("] (if (pos? n) (recur (dec n) ");
                self.scoped(&["n", "acc"], Maker::expression);
                self.put(") acc))");
            }
            24 => self.exceptional(),
            25 => self.exceptional(),
            26 => {
                // Not called by its name, or a wrong number of arguments would be a diagnostic.
                self.put("((identity ");
                self.function();
                self.put(")");
                let count = self.choices.below(3);
                self.expressions(count);
                self.put(")");
            }
            27 => {
                let lazies = [
                    "map",
                    "filter",
                    "mapv",
                    "reduce",
                    "keep",
                    "remove",
                    "mapcat",
                    "sort-by",
                    "group-by",
                    "take-while",
                    "some",
                    "every?",
                    "map-indexed",
                    "partition-by",
                    "filterv",
                    "reductions",
                    "run!",
                    "apply",
                    "comp",
                    "partial",
                    "update-vals",
                    "tree-seq seq?",
                    "iterate",
                    "into [] (map str)",
                    "swap! (atom 1)",
                    "trampoline",
                    "max-key",
                    "merge-with",
                    "sort",
                    "repeatedly",
                    "drop-while",
                ];
                self.put("(");
                self.pick(&lazies);
                self.put(" ");
                self.function();
                self.expressions(1);
                self.put(")");
            }
            28 => {
                self.pick(&["(for [x ", "(doseq [x ", "(mapv (fn [x] x) (for [x "]);

                let nested = self.text.ends_with("(mapv (fn [x] x) (for [x ");
                self.expression();
                self.pick(&["", " :when x", " :while x", " :let [z x]", " y [x 1 2]"]);
                self.put("]");
                self.scoped(&["x"], |maker| maker.expressions(1));
                self.put(if nested { "))" } else { ")" });
            }
            29 => {
                self.pick(&["(->", "(->>", "(some->", "(some->>"]);
                self.expressions(1);
                for _ in 0..=self.choices.below(3) {
                    self.put(" ");
                    self.pick(&[
                        "inc",
                        "str",
                        "(conj 1)",
                        "first",
                        "(map inc)",
                        "count",
                        "(get :a)",
                        "seq",
                        "(into [])",
                        "(reduce +)",
                        "(nth 0)",
                        "(take 2)",
                        "vec",
                        "(assoc 0 1)",
                    ]);
                }
                self.put(")");
            }
            30 => {
                self.pick(&[
                    "(lazy-seq",
                    "(delay",
                    "(lazy-cat",
                    "(deref (delay",
                    "(doall (lazy-seq",
                ]);
                let nested =
                    self.text.ends_with("(deref (delay") || self.text.ends_with("(doall (lazy-seq");
                self.expressions(1);
                self.put(if nested { "))" } else { ")" });
            }
            31 if self.dynamics > 0 => {
                let number = self.choices.below(self.dynamics);
                let _ = write!(self.text, "(binding [*d{number}* ");
                self.expression();
                self.put("]");
                self.expressions(1);
                self.put(")");
            }
            32 if !self.macros.is_empty() => {
                let at = self.choices.below(self.macros.len());
                let name = self.macros[at].clone();
                let _ = write!(self.text, "({name}");
                self.expressions(1);
                self.put(")");
            }
            33..36 if !self.functions.is_empty() => {
                let at = self.choices.below(self.functions.len());
                let (name, count) = self.functions[at].clone();
                let _ = write!(self.text, "({name}");
                if name.starts_with('r') {
                    let turns = self.choices.below(12);
                    let _ = write!(self.text, " {turns}");
                    self.expressions(1);
                } else {
                    self.expressions(count);
                }
                self.put(")");
            }
            36 => {
                self.put("(letfn [(g [n x] (if (pos? n) (h (dec n) ");
                self.scoped(&["n", "x"], Maker::expression);
                self.put(") x)) (h [n x] (if (pos? n) (g (dec n) x) ");
                self.scoped(&["n", "x"], Maker::expression);
                self.put("))] (g 3");
                self.expressions(1);
                self.put("))");
            }
            37 => {
                self.put("(let [st (");
                self.pick(&["atom", "volatile!"]);
                self.put(" ");
                self.expression();
                self.put(")]");
                self.scoped(&["st"], |maker| maker.expressions(2));
                self.put(" (deref st))");
            }
            38 => {
                self.put("(with-out-str");
                self.expressions(1);
                self.put(")");
            }
            39 => {
                self.put("(persistent! (reduce conj! (transient ");
                self.pick(&["[]", "#{}", "[1 2]"]);
                self.put(")");
                self.expressions(1);
                self.put("))");
            }
            40 | 41 if !self.effects.is_empty() => {
                let at = self.choices.below(self.effects.len());
                let name = self.effects[at].clone();
                let _ = write!(self.text, "(with-handlers {{{name} (fn [resume x] ");
                self.pick(&[
                    "(resume x)",
                    "[(resume x)]",
                    ":stopped",
                    "(throw (ex-info \"h\" {:x x}))",
                    "(try (resume 1) (finally (print 1)))",
                ]);
                self.put(")}");
                self.expressions(2);
                self.put(")");
            }
            42 | 43 if !self.effects.is_empty() => {
                let at = self.choices.below(self.effects.len());
                let name = self.effects[at].clone();
                let _ = write!(self.text, "({name}");
                self.expressions(1);
                self.put(")");
            }
            44 => {
                let open = *self.choices.pick(&[
                    "(if-let [w ",
                    "(when-let [w ",
                    "(if-some [w ",
                    "(when-some [w ",
                    "(when-first [w ",
                    "(doto (let [w ",
                    "(as-> (let [w ",
                ]);
                self.put(open);
                self.expression();
                self.put("]");
                self.scoped(&["w"], |maker| maker.expressions(1));
                self.put(match open {
                    "(doto (let [w " => ") (print))",
                    "(as-> (let [w " => ") z [z z])",
                    _ => ")",
                });
            }
            45 => {
                self.put("(condp =");
                self.expressions(1);
                self.put(" 1");
                self.expressions(1);
                self.put(" nil :nothing");
                self.expressions(1);
                self.put(")");
            }
            46 => {
                self.pick(&[
                    "(into (sorted-map) ",
                    "(into (sorted-set) ",
                    "(apply sorted-set-by > ",
                    "(sort-by hash ",
                    "(into (sorted-map-by (fn [a b] (compare b a))) ",
                ]);
                self.expression();
                self.put(")");
            }
            47 => {
                self.pick(&[
                    "(into [] (comp ",
                    "(sequence (comp ",
                    "(transduce (comp ",
                    "(eduction (comp ",
                ]);
                let ends = if self.text.ends_with("(transduce (comp ") {
                    ") conj"
                } else {
                    ")"
                };
                for _ in 0..=self.choices.below(3) {
                    self.pick(&[
                        " (map str)",
                        " (filter some?)",
                        " (take 3)",
                        " (partition-all 2)",
                        " cat",
                        " (mapcat list)",
                        " (dedupe)",
                        " (drop-while nil?)",
                        " (interpose 0)",
                        " (keep identity)",
                        " (map-indexed vector)",
                        " (take-nth 2)",
                        " (partition-by class)",
                        " (remove nil?)",
                        " (distinct)",
                        " (halt-when nil?)",
                    ]);
                }
                self.put(ends);
                self.expressions(1);
                self.put(")");
            }
            48 => {
                self.put("(let [o (reify Object (toString [_] (str ");
                self.expression();
                self.put(")))] (str o))");
            }
            49 if !self.in_short_function => {
                self.pick(&[
                    "(mapv #(vector % ",
                    "(reduce #(conj [%2] %1 ",
                    "(#(list %& %1 ",
                ]);
                let is_call = self.text.ends_with("(#(list %& %1 ");
                self.in_short_function = true;
                self.expression();
                self.in_short_function = false;
                self.put(if is_call { ") 1" } else { ")" });
                self.expressions(1);
                self.put(")");
            }
            50 => {
                self.pick(&[
                    "(let [n (atom 3)] (while (pos? (swap! n dec)) ",
                    "(let [n 1] (dotimes [i 3] ",
                    "(let [n 1] (reduce (fn [a x] (if (nil? x) (reduced a) ",
                    "(let [n 1] ((fn [& {:keys [k] :or {k 1}}] ",
                ]);
                let ends = if self.text.ends_with("(reduced a) ") {
                    ")) 0 [1 nil 2]))"
                } else if self.text.ends_with("{k 1}}] ") {
                    ") :k 2))"
                } else {
                    "))"
                };
                self.scoped(&["n"], Maker::expression);
                self.put(ends);
            }
            51 => {
                self.pick(&[
                    "(let [v ",
                    "(binding [*print-length* 3 *print-level* 2] (let [v ",
                    "(binding [*print-namespace-maps* true] (let [v ",
                ]);
                let nested = !self.text.ends_with("(let [v ") || self.text.ends_with("] (let [v ");
                self.expression();
                self.put("] (pr-str v (try (= v (read-string (pr-str v))) (catch Exception e :unreadable))))");
                if nested {
                    self.put(")");
                }
            }
            52 if self.requires => {
                self.put("(match");
                self.expressions(1);
                self.put(" [a & r]");
                self.scoped(&["a", "r"], |maker| maker.expressions(1));
                self.put(" {:a x :b (:or 1 2)}");
                self.scoped(&["x"], |maker| maker.expressions(1));
                self.put(" (n :guard number?)");
                self.scoped(&["n"], |maker| maker.expressions(1));
                self.put(" :else");
                self.expressions(1);
                self.put(")");
            }
            53 if self.requires => {
                self.pick(&[
                    "(w/postwalk identity ",
                    "(w/keywordize-keys ",
                    "(set/union #{1} ",
                    "(s/join \",\" ",
                    "(s/split \"a,b\" ",
                    "(s/upper-case ",
                    "(s/replace \"abc\" #\"b\" ",
                    "(edn/read-string ",
                    "(set/map-invert ",
                    "(s/trim ",
                    "(w/prewalk-replace {1 2} ",
                    "(s/blank? ",
                ]);
                self.expression();
                self.put(")");
            }
            _ => self.call(UNARY, 1),
        }
    }

    fn exceptional(&mut self) {
        match self.choices.below(3) {
            0 => {
                self.put("(throw (ex-info \"thrown\" {:k");
                self.expressions(1);
                self.put("}))");
            }
            1 => {
                self.put("(try");
                self.expressions(1);
                self.put(" (catch Exception e ");
                self.pick(&[
                    "(ex-message e)",
                    "(ex-data e)",
                    "[(ex-message e)",
                    "(throw e)",
                    "e",
                ]);
                if self.text.ends_with("[(ex-message e)") {
                    self.expressions(1);
                    self.put("]");
                }
                self.put("))");
            }
            _ => {
                self.put("(try");
                self.expressions(1);
                self.pick(&[
                    " (catch :ox/arity e :arity)",
                    " (catch :default e :any)",
                    "",
                ]);
                self.put(" (finally");
                self.expressions(1);
                self.put("))");
            }
        }
    }
}
