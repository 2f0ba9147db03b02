//! Which definitions become dynamic.

use super::*;
use crate::packages::Packages;
use crate::project::{FoundFile, Manifest};
use std::path::PathBuf;

/// The texts of files after `test` was prepared.
fn prepared(files: &[(&str, &str)]) -> Vec<String> {
    let found_files = files.iter().map(|(namespace, text)| {
        let file = FoundFile {
            namespace: (*namespace).to_owned(),
            path: format!("{namespace}.ox"),
            text: (*text).to_owned(),
        };
        ((*namespace).to_owned(), file)
    });
    let mut found = Found {
        root: PathBuf::new(),
        is_project: true,
        manifest: Manifest::default(),
        files: found_files.collect(),
        entry: None,
        packages: Packages::default(),
    };
    prepare(&mut found, "test");
    let texts = files
        .iter()
        .map(|(namespace, _)| found.files[*namespace].text.clone());
    texts.collect()
}

#[test]
fn what_a_test_redefines_is_dynamic() {
    let texts = prepared(&[
        (
            "test",
            "(ns test (:require [shop.cart :as cart] [shop.stock :refer [left]] [shop.util]))\n\
             (defn own [] 1)\n\
             (deftest t (with-redefs [cart/total (fn [_] 1) left 2 own 3 shop.util/limit 4] 1))",
        ),
        (
            "shop.cart",
            "(ns shop.cart)\n(defn ^:private total\n  \"Sum.\" [x] x)\n(defn other [] (total 1))",
        ),
        (
            "shop.stock",
            "(ns shop.stock)\n(do (def left 1) (def right 2))",
        ),
        (
            "shop.util",
            "(ns shop.util)\n(defonce limit 1) (defmacro total [] 1)",
        ),
        ("other", "(ns other)\n(defn total [] 1)"),
    ]);
    assert!(
        texts[0].contains("(defn ^:dynamic own [] 1)"),
        "{}",
        texts[0]
    );
    assert_eq!(
        texts[1],
        "(ns shop.cart)\n(defn ^:private ^:dynamic total\n  \"Sum.\" [x] x)\n(defn other [] (total 1))"
    );
    assert_eq!(
        texts[2],
        "(ns shop.stock)\n(do (def ^:dynamic left 1) (def right 2))"
    );
    assert_eq!(
        texts[3],
        "(ns shop.util)\n(defonce ^:dynamic limit 1) (defmacro total [] 1)"
    );
    assert_eq!(texts[4], "(ns other)\n(defn total [] 1)");
}

#[test]
fn helpers_of_tests_count_and_what_is_not_reached_does_not() {
    let texts = prepared(&[
        ("test", "(ns test (:require [helper :as h]))"),
        (
            "helper",
            "(ns helper (:require [a])) (defn stub [f] (with-redefs [a/x 1] (f)))",
        ),
        ("a", "(ns a) (def x 1) (def y 2)"),
        (
            "unrelated",
            "(ns unrelated (:require [a])) (with-redefs [a/y 1] 1)",
        ),
    ]);
    assert_eq!(texts[2], "(ns a) (def ^:dynamic x 1) (def y 2)");
}
