//! A delimiter that is missing hurts the definition it is missing from, not the file.

use crate::support::{found, hashes};
use driver::Workspace;
use std::fmt::Write as _;

const DEFINITIONS: usize = 200;

/// A file of functions that call at most two before them, so that few hashes depend on one.
fn text() -> String {
    let mut text = String::from("(ns app\n  \"Text.\"\n  (:require [ox.string :as string]))\n");
    for number in 0..DEFINITIONS {
        let callee = if number % 3 == 0 {
            "identity".to_owned()
        } else {
            format!("f{}", number - 1)
        };
        let _ = writeln!(
            text,
            "\n(defn f{number}\n  \"Doc (of\" [a & [{{:keys [b c]}}]]\n  (let [x ({callee} a) y #{{:a \\) b}}]\n    (if (< x {number})\n      (string/join \", [\" [x 'y #(+ % c)])\n      {{:k [x y] :m (count y)}})))"
        );
    }
    text
}

#[test]
fn deleting_a_delimiter_leaves_the_hashes_of_the_others() {
    let text = text();
    let mut workspace = Workspace::of(found(&[("app", &text)]));
    assert_eq!(workspace.check(), []);
    let namespaces = ["app".to_owned()];
    let before = hashes(&mut workspace, &namespaces);
    let delimiters: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| "()[]{}\"".contains(*c))
        .map(|(at, _)| at)
        .collect();
    assert!(delimiters.len() > 7_000);
    // Every definition is alike, so not each is damaged at each place; the step is prime to the
    // number of delimiters of one.
    let mut hurt = Vec::new();
    // Those of the `ns` form are not among them: without it the file's aliases mean nothing.
    let first = text.find("(defn").unwrap();
    for &at in delimiters.iter().filter(|at| **at >= first).step_by(29) {
        let mut damaged = text.clone();
        damaged.remove(at);
        workspace.edit("app", &damaged);
        let after = hashes(&mut workspace, &namespaces);
        let lost = before
            .iter()
            .filter(|(name, hash)| after.get(*name) != Some(hash))
            .count();
        // One is the damaged definition itself.
        if lost > 1 + DEFINITIONS / 20 {
            let line = text[..at].matches('\n').count() + 1;
            hurt.push(format!(
                "{lost} without the {} at {at}, line {line}",
                &text[at..=at]
            ));
        }
    }
    assert!(hurt.is_empty(), "{hurt:#?}");
}
