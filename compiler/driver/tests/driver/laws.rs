//! What definition hashes depend on, on pairs of generated projects, and what nothing depends on.

use crate::generate::{Size, texts};
use crate::support::{self, Dice, generated, hashes};
use driver::Workspace;
use std::collections::BTreeMap;

const SIZE: Size = Size {
    namespaces: 3,
    definitions: 30,
};

type Texts = BTreeMap<String, String>;

fn hashes_of(texts: &Texts) -> BTreeMap<String, String> {
    let mut workspace = Workspace::of(generated(texts));
    assert_eq!(workspace.check(), []);
    let namespaces: Vec<String> = texts.keys().cloned().collect();
    hashes(&mut workspace, &namespaces)
}

/// Every text with `change` made to it.
fn each(texts: &Texts, change: impl Fn(&str) -> String) -> Texts {
    let changed: Texts = texts
        .iter()
        .map(|(name, text)| (name.clone(), change(text)))
        .collect();
    assert_ne!(*texts, changed);
    changed
}

/// Replaces a whole symbol, with or without alias before it.
fn rename(text: &str, from: &str, to: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || "*+-<>=!?_.#:".contains(c);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let before = rest[..at].chars().next_back().is_some_and(is_part);
        let after = rest[at + from.len()..].chars().next().is_some_and(is_part);
        out.push_str(&rest[..at]);
        out.push_str(if before || after { from } else { to });
        rest = &rest[at + from.len()..];
    }
    out + rest
}

/// The top-level forms of a text, the `ns` form first.
fn forms(text: &str) -> Vec<String> {
    let parse = syntax::parse(text);
    syntax::forms(&parse, syntax::DEFAULT_FEATURES)
        .iter()
        .map(|form| text[usize::from(form.range.start())..usize::from(form.range.end())].to_owned())
        .collect()
}

/// Names of definitions that are nominal in the generated projects, and all that reach them.
fn differing(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let name = |name: &&String| old.get(*name) != new.get(*name);
    old.keys().filter(name).cloned().collect()
}

#[test]
fn comments_docs_order_and_names_of_locals_are_in_no_hash() {
    let texts = texts(SIZE);
    let before = hashes_of(&texts);
    assert!(before.len() > SIZE.namespaces * SIZE.definitions);
    let commented = each(&texts, |text| {
        text.replace("\n(def", "\n;; said (before\n\n(def")
    });
    assert_eq!(hashes_of(&commented), before);
    let documented = each(&texts, |text| {
        text.replace("\"Function ", "\"Another text, ")
    });
    assert_eq!(hashes_of(&documented), before);
    let indented = each(&texts, |text| text.replace("\n      ", " , "));
    assert_eq!(hashes_of(&indented), before);
    let locals = each(&texts, |text| {
        let text = rename(&rename(text, "a", "first-one"), "x", "renamed");
        rename(&rename(&text, "form", "given"), "i", "index")
    });
    assert_eq!(differing(&before, &hashes_of(&locals)), [] as [&str; 0]);
    // The name in a template is data to the macro, and a local's name in what it expands to.
    let templates = each(&texts, |text| rename(text, "value#", "v#"));
    let macros = ["gen.part0/scaled", "gen.part1/scaled", "gen.part2/scaled"];
    assert_eq!(differing(&before, &hashes_of(&templates)), macros);
    let mut dice = Dice(7);
    for _ in 0..3 {
        let seed = dice.below(1000) as u64;
        let shuffled = each(&texts, |text| {
            let mut dice = Dice(seed);
            let mut forms = forms(text);
            for last in (2..forms.len()).rev() {
                forms.swap(last, 1 + dice.below(last));
            }
            forms.join("\n")
        });
        assert_eq!(hashes_of(&shuffled), before);
    }
}

#[test]
fn names_of_functions_macros_and_literals_are_in_no_hash() {
    let texts = texts(SIZE);
    let before = hashes_of(&texts);
    for (from, to) in [
        ("f7", "seventh"),
        ("f20", "last-one"),
        ("fold-form", "nest"),
        ("sum", "total"),
        ("step", "stride"),
        ("names", "labels"),
    ] {
        let after = hashes_of(&each(&texts, |text| rename(text, from, to)));
        for (name, hash) in &before {
            let (namespace, own) = name.split_once('/').unwrap();
            let own = if own == from { to } else { own };
            assert_eq!(
                after.get(&format!("{namespace}/{own}")),
                Some(hash),
                "{from} renamed: {name}"
            );
        }
    }
}

#[test]
fn names_of_nominal_definitions_are_in_their_hashes() {
    let texts = texts(SIZE);
    let before = hashes_of(&texts);
    for (from, to) in [
        ("table", "squares"),
        ("*mode*", "*manner*"),
        ("limit0", "bound"),
    ] {
        let after = hashes_of(&each(&texts, |text| rename(text, from, to)));
        let changed = differing(&before, &after);
        let own: Vec<&String> = changed
            .iter()
            .filter(|name| name.ends_with(&format!("/{from}")))
            .collect();
        assert!(!own.is_empty(), "{from}");
        // The new name is hashed otherwise than the old one, and so is what reads it.
        for name in own {
            let (namespace, _) = name.split_once('/').unwrap();
            assert_ne!(before[name], after[&format!("{namespace}/{to}")], "{name}");
        }
        assert!(changed.len() > 3, "{from}: {changed:?}");
        assert!(
            !changed.contains(&"gen.part0/fold-form".to_owned()),
            "{from}"
        );
        assert!(!changed.contains(&"gen.part0/names".to_owned()), "{from}");
    }
}

#[test]
fn what_a_definition_is_decides_whether_its_name_matters() {
    let pairs = [
        ("(defn NAME [x] (inc x))", true),
        ("(def NAME (fn [x] (inc x)))", true),
        ("(defmacro NAME [x] x)", true),
        ("(def NAME {:a [1 'b \"c\"]})", true),
        (
            "(defn NAME ([] (NAME 1)) ([x] (if (< x 3) (NAME (inc x)) x)))",
            true,
        ),
        ("(def ^:dynamic NAME 1)", false),
        ("(def NAME (atom 1))", false),
        ("(def NAME (inc 1))", false),
        ("(defactivity NAME [x] (inc x))", false),
    ];
    for (text, structural) in pairs {
        let hash = |name: &str, namespace: &str| {
            let text = format!("(ns {namespace})\n{}", text.replace("NAME", name));
            let mut workspace = Workspace::of(support::found(&[(namespace, &text), ("user", "")]));
            assert_eq!(workspace.check(), [], "{text}");
            hashes(&mut workspace, &[namespace.to_owned()])[&format!("{namespace}/{name}")].clone()
        };
        let own = hash("one", "lib");
        assert_eq!(own == hash("two", "lib"), structural, "{text}");
        assert_eq!(own == hash("one", "other.lib"), structural, "{text}");
        assert_eq!(own, hash("one", "lib"), "{text}");
    }
}

/// A group of functions that call one another: of each a number it compares with and whom it calls.
struct Group(Vec<(usize, [usize; 2])>);

impl Group {
    fn random(dice: &mut Dice) -> Group {
        let size = 2 + dice.below(5);
        let member = |at: usize| {
            // The first call closes a circle through all of them.
            let calls = [(at + 1) % size, dice.below(size)];
            (dice.below(2), calls)
        };
        Group((0..size).map(member).collect())
    }

    /// The hashes of the members when they have these names and are written in this order.
    fn hashes(&self, names: &[String], order: &[usize]) -> Vec<String> {
        let mut text = String::from("(ns app)\n");
        for &at in order {
            let (number, [one, other]) = self.0[at];
            let [name, one, other] = [at, one, other].map(|at| &names[at]);
            text += &format!(
                "(defn {name} [x {name}x] (if (= x {number}) ({one} 1 x) [({other} {name}x 2)]))\n"
            );
        }
        let mut workspace = Workspace::of(support::found(&[("app", &text)]));
        assert_eq!(workspace.check(), [], "{text}");
        let all = hashes(&mut workspace, &["app".to_owned()]);
        names
            .iter()
            .map(|name| all[&format!("app/{name}")].clone())
            .collect()
    }

    /// Of each member its class: members that cannot be told apart are in one. (A body that names
    /// one function twice is another than one that names two.)
    fn classes(&self) -> Vec<usize> {
        let mut classes = vec![0; self.0.len()];
        loop {
            let signature = |at: usize| {
                let (number, calls) = self.0[at];
                let names_one = calls[0] == calls[1];
                (classes[at], number, names_one, calls.map(|at| classes[at]))
            };
            let mut known: Vec<_> = (0..classes.len()).map(signature).collect();
            known.sort_unstable();
            known.dedup();
            let next: Vec<usize> = (0..classes.len())
                .map(|at| known.binary_search(&signature(at)).unwrap())
                .collect();
            let count = |classes: &[usize]| classes.iter().max().copied();
            if count(&next) == count(&classes) {
                return next;
            }
            classes = next;
        }
    }
}

#[test]
fn recursive_groups_are_hashed_by_what_they_mean() {
    let mut dice = Dice(3);
    let mut alike = 0;
    for _ in 0..25 {
        let group = Group::random(&mut dice);
        let size = group.0.len();
        let names: Vec<String> = (0..size).map(|at| format!("f{at}")).collect();
        let order: Vec<usize> = (0..size).collect();
        let hashes = group.hashes(&names, &order);
        // Other names, whose alphabetical order is another, and another order in the text.
        let renamed: Vec<String> = (0..size)
            .map(|at| format!("z{}", (at * 7 + 3) % 11))
            .collect();
        let mut shuffled = order.clone();
        for last in (1..size).rev() {
            shuffled.swap(last, dice.below(last + 1));
        }
        assert_eq!(group.hashes(&renamed, &shuffled), hashes);
        let classes = group.classes();
        for one in 0..size {
            for other in 0..one {
                let is_same = classes[one] == classes[other];
                assert_eq!(
                    hashes[one] == hashes[other],
                    is_same,
                    "{one} {other} {:?}",
                    group.0
                );
                alike += usize::from(is_same);
            }
        }
        // A change of one member changes all: each reaches it.
        let mut changed = group;
        changed.0[dice.below(size)].0 += 2;
        let after = changed.hashes(&names, &order);
        assert!(hashes.iter().zip(&after).all(|(old, new)| old != new));
    }
    assert!(alike > 3, "{alike} pairs mean the same");
}

#[test]
fn a_changed_body_changes_its_hash_and_those_of_what_reaches_it() {
    let texts = texts(SIZE);
    let before = hashes_of(&texts);
    let changed = each(&texts, |text| {
        text.replacen("(if (= *mode* :plain)", "(if (= *mode* :other)", 1)
    });
    let after = hashes_of(&changed);
    let changed = differing(&before, &after);
    assert!(
        changed.contains(&"gen.main/-main".to_owned()),
        "{changed:?}"
    );
    for same in [
        "gen.part0/sum",
        "gen.part1/scaled",
        "gen.part2/table",
        "gen.part0/*mode*",
    ] {
        assert!(!changed.contains(&same.to_owned()), "{same}");
    }
}
