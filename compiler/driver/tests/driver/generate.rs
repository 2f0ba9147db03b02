//! A project of any size, made up: namespaces that require one another, functions that call one
//! another, macros with helpers and values that are computed, literal, dynamic.
//!
//! # Invariants
//! - The same numbers give the same texts.
//! - The project has no mistakes, and its entry reaches all of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Namespaces besides the entry's.
    pub(crate) namespaces: usize,
    /// Definitions of each, at least 10.
    pub(crate) definitions: usize,
}

/// Small numbers that look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// The namespace with this number.
#[must_use]
pub(crate) fn name_of(number: usize) -> String {
    format!("gen.part{number}")
}

/// The texts by namespace; the entry's is `gen.main`.
#[must_use]
pub(crate) fn texts(size: Size) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for number in 0..size.namespaces {
        texts.insert(name_of(number), namespace(number, size.definitions));
    }
    let last = size.namespaces - 1;
    let mut main = format!(
        "(ns gen.main\n  \"Where it begins.\"\n  (:require [{} :as last]))\n\n",
        name_of(last)
    );
    let _ = writeln!(
        main,
        "(defn -main [& args]\n  (println (last/f{} (count args) 1)))",
        functions(size.definitions) - 1
    );
    texts.insert("gen.main".to_owned(), main);
    texts
}

/// Definitions of a namespace that are not its numbered functions.
const OTHERS: usize = 9;

fn functions(definitions: usize) -> usize {
    definitions - OTHERS
}

fn namespace(number: usize, definitions: usize) -> String {
    let mut dice = Dice(number as u64 + 1);
    let before = number.checked_sub(1);
    let far = number.checked_sub(1 + number / 3);
    let mut text = format!("(ns {}\n  \"Part {number}.\"", name_of(number));
    if let (Some(before), Some(far)) = (before, far) {
        let far = far.min(before);
        let _ = write!(
            text,
            "\n  (:require [{} :as near :refer [limit]]",
            name_of(before)
        );
        if far != before {
            let _ = write!(text, "\n            [{} :as far]", name_of(far));
        }
        text.push(')');
    }
    text.push_str(")\n\n");
    let near = if before.is_some() { "near" } else { "" };
    let _ = writeln!(
        text,
        ";; Macros and what they call.\n\
         (def step\n  \"What `scaled` multiplies by.\"\n  {step})\n\n\
         (defn fold-form\n  \"`op` over the forms, nested.\"\n  [op forms]\n  (if (next forms)\n    (list op (first forms) (fold-form op (rest forms)))\n    (first forms)))\n\n\
         (defmacro sum\n  \"The sum of the forms.\"\n  [& forms]\n  (fold-form `+ forms))\n\n\
         (defmacro scaled\n  \"The value times a constant of the namespace.\"\n  [form]\n  `(let [value# ~form]\n     (if (neg? value#) 0 (* ~step value#))))\n\n\
         (def limit{number}\n  (reduce + (range {step})))\n\n\
         (def limit\n  (max limit{number} 3))\n\n\
         (def table\n  (into {{}} (map (fn [i] [i (* i i)]) (range 12))))\n\n\
         (def ^:dynamic *mode* :plain)\n\n\
         (def names [:a :b {{:c \"part {number}\"}}])\n",
        step = 2 + number % 7,
    );
    for index in 0..functions(definitions) {
        function(
            &mut text,
            &mut dice,
            index,
            functions(definitions) - 1,
            near,
            far.is_some() && far != before,
        );
    }
    text
}

fn function(
    text: &mut String,
    dice: &mut Dice,
    index: usize,
    last: usize,
    near: &str,
    has_far: bool,
) {
    let callee = match index.checked_sub(1) {
        Some(before) => format!("(f{before} a b)"),
        None if near.is_empty() => "(+ a b)".to_owned(),
        None => format!("(sum a (near/f{last} b limit) step)"),
    };
    let sum = match dice.below(4) {
        0 => format!("(sum x y {index})"),
        1 if !near.is_empty() => "(near/sum x y (count names))".to_owned(),
        2 if has_far => "(far/scaled (+ x y))".to_owned(),
        _ => "(-> x (+ k) (* m))".to_owned(),
    };
    let other = match dice.below(3) {
        0 => "(get table y x)".to_owned(),
        1 => "(reduce + 0 (map (fn [i] (+ i y)) [a b m]))".to_owned(),
        _ => "(if (= *mode* :plain) (scaled y) k)".to_owned(),
    };
    let _ = writeln!(
        text,
        "\n(defn f{index}\n  \"Function {index}.\"\n  [a b]\n  (let [x {callee}\n        y (+ a (* b {}))\n        {{:keys [k m] :or {{m 1}}}} {{:k x :m y}}]\n    (cond\n      (< y {}) {sum}\n      (and x (pos? y) (> y limit)) (str-length (str x y))\n      :else {other})))",
        dice.below(100),
        dice.below(50),
    );
    if index == 0 {
        // A helper that comes after its first use: order means nothing.
        text.push_str("\n(defn- str-length [text] (count text))\n");
    }
}

/// The path of a namespace's file in the project.
pub(crate) fn path_of(namespace: &str) -> String {
    format!("src/{}.ox", driver::project::namespace_path(namespace))
}

/// Writes the project into a folder.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(texts: &BTreeMap<String, String>, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("src/gen"))?;
    std::fs::write(folder.join("ox.edn"), "{:name gen :main gen.main}\n")?;
    for (namespace, text) in texts {
        std::fs::write(folder.join(path_of(namespace)), text)?;
    }
    Ok(())
}
