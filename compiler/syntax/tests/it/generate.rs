//! Texts and data for property tests.

use std::sync::Arc;

use num_bigint::BigInt;
use proptest::prelude::*;
use scalar::Instant;
use syntax::{Datum, DatumKind, Origin, Symbol};

/// A file of `count` definitions as people write them, of several shapes.
pub(crate) fn file(count: usize) -> String {
    let mut text = String::from(
        "(ns app.core\n  \"What it is for.\"\n  (:require [app.util :as u :refer [f]]))\n\n",
    );
    for i in 0..count {
        let form = match i % 6 {
            0 => format!("(def limit-{i} {{:max {i} :names [\"a\" \"b c\"] :kinds #{{:x :y}}}})\n"),
            1 => format!(
                "(defn step-{i}\n  \"Takes a step.\n  Twice.\"\n  [x {{:keys [a b]}}]\n  (let [y (+ x {i})]\n    (when (pos? y)\n      (u/log \"step\" y)\n      (recur (dec y) a))))\n"
            ),
            2 => format!("(defmacro m-{i} [& body]\n  `(do (f ~@body) '[a b]))\n"),
            3 => format!(
                "; a comment with a ( and a \"\n(defn g-{i}\n  ([x] (g-{i} x \"\"))\n  ([x y] (str x \\( y \" (\")))\n"
            ),
            4 => format!("(def re-{i} #\"a(b)[\\\"c]\")\n(def fn-{i} #(map (fn [x] [x %]) %2))\n"),
            _ => format!(
                "(defmethod area :shape-{i} [{{:keys [w h]}}]\n  (cond (nil? w) 0\n        :else (* w h)))\n"
            ),
        };
        text.push_str(&form);
        text.push('\n');
    }
    text
}

/// Text made of the pieces of the language in any order, with what lies between them.
pub(crate) fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "#{",
        "#(",
        "\"",
        "#\"",
        "\\",
        "'",
        "`",
        "~",
        "~@",
        "@",
        "^",
        "#'",
        "#_",
        "#?",
        "#?@",
        "#:a",
        "#::",
        "#tag",
        "#",
        "##Inf",
        ";c\n",
        "#!x\n",
        "\n",
        "\n(def ",
        "(ns ",
        " ",
        ",",
        "a",
        "a/b",
        ":k",
        "::k",
        "%",
        "%&",
        "1",
        "-1.5e3",
        "08",
        "\\newline",
        "λ",
        "𝄞",
        "\r\n",
        "\t",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = String> {
    "[a-zλ*+!?<>=_-][a-z0-9λ*+!?'#._-]{0,6}".prop_filter("names are not literals", |name| {
        !matches!(name.as_str(), "nil" | "true" | "false") && !starts_as_number(name)
    })
}

fn starts_as_number(name: &str) -> bool {
    let unsigned = name.strip_prefix(['+', '-']).unwrap_or(name);
    unsigned.len() < name.len() && unsigned.starts_with(|char: char| char.is_ascii_digit())
}

fn symbol() -> impl Strategy<Value = Symbol> {
    (prop::option::of(name()), name()).prop_map(|(ns, name)| Symbol {
        ns: ns.map(Arc::from),
        name: name.into(),
    })
}

fn atom() -> impl Strategy<Value = DatumKind> {
    let alias = prop::option::of(name().prop_map(Arc::from));
    prop_oneof![
        Just(DatumKind::Nil),
        any::<bool>().prop_map(DatumKind::Bool),
        any::<i64>().prop_map(DatumKind::Int),
        any::<i128>().prop_map(|value| DatumKind::BigInt(Arc::new(BigInt::from(value)))),
        any::<i32>().prop_map(|value| {
            DatumKind::Ratio(Arc::new((
                BigInt::from(2 * i64::from(value) + 1),
                BigInt::from(1u64 << 40),
            )))
        }),
        any::<f64>().prop_map(DatumKind::double),
        (any::<i64>(), -30i32..30).prop_map(|(unscaled, scale)| DatumKind::Decimal(Arc::new((
            BigInt::from(unscaled),
            scale
        )))),
        any::<char>().prop_map(DatumKind::Char),
        any::<String>().prop_map(|text| DatumKind::String(text.into())),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| DatumKind::Bytes(bytes.into())),
        "[a-z.*()\\[\\]]{0,5}".prop_map(|text| DatumKind::Regex(text.into())),
        symbol().prop_map(DatumKind::Symbol),
        symbol().prop_map(DatumKind::Keyword),
        (alias, name()).prop_map(|(alias, name)| DatumKind::AutoKeyword {
            alias,
            name: name.into()
        }),
        // Years 0 to 9999.
        (-62_167_219_200i64..253_402_300_800, 0u32..1_000_000_000)
            .prop_map(|(seconds, nanos)| DatumKind::Inst(Instant { seconds, nanos })),
        any::<u128>().prop_map(DatumKind::Uuid),
    ]
}

fn plain(kind: DatumKind) -> Datum {
    Datum::new(kind, Origin::NONE)
}

/// Keeps the first of what reads as the same, by its printed text with numbers made alike; sets and
/// maps in sets are too rarely equal to matter, and are left out of keys.
fn distinct(items: Vec<Datum>) -> Vec<Datum> {
    let mut seen = std::collections::HashSet::new();
    items
        .into_iter()
        .filter(|item| seen.insert(item.to_string().trim_end_matches('N').to_owned()))
        .collect()
}

/// Any data that has a text.
pub(crate) fn datum() -> impl Strategy<Value = Datum> {
    let leaf = atom().prop_map(plain);
    leaf.prop_recursive(5, 60, 6, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..6);
        let keys = prop::collection::vec(
            symbol().prop_map(|name| plain(DatumKind::Keyword(name))),
            0..5,
        );
        let with_meta = |kind: DatumKind, name: Option<Symbol>| {
            let meta = name.map(|name| {
                let entry = (
                    plain(DatumKind::Keyword(name)),
                    plain(DatumKind::Bool(true)),
                );
                Arc::new(plain(DatumKind::Map([entry].into())))
            });
            plain(kind).with_meta(meta)
        };
        prop_oneof![
            (items.clone(), prop::option::of(symbol()))
                .prop_map(move |(items, name)| with_meta(DatumKind::List(items.into()), name)),
            (items.clone(), prop::option::of(symbol()))
                .prop_map(move |(items, name)| with_meta(DatumKind::Vector(items.into()), name)),
            prop::collection::vec(
                symbol().prop_map(|name| plain(DatumKind::Symbol(name))),
                0..5
            )
            .prop_map(|items| plain(DatumKind::Set(distinct(items).into()))),
            (keys, items).prop_map(|(keys, values)| {
                let entries: Vec<(Datum, Datum)> = distinct(keys).into_iter().zip(values).collect();
                plain(DatumKind::Map(entries.into()))
            }),
            (name(), inner).prop_map(|(tag, inner)| {
                plain(DatumKind::Tagged(
                    Symbol::simple(format!("t{tag}")),
                    Arc::new(inner),
                ))
            }),
        ]
    })
}
