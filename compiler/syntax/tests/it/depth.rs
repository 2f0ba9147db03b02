//! Deep and large texts, on a thread with a small stack.

use std::collections::HashSet;

use source::Code;
use syntax::parse::MAX_DEPTH;
use syntax::{DatumKind, parse, read_all};

/// Runs on a thread with 2 MiB of stack, as threads have by default.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread
        .expect("a thread starts")
        .join()
        .expect("the test does not panic");
}

fn nested(opener: &str, closer: &str, depth: usize) -> String {
    format!("{}{}", opener.repeat(depth), closer.repeat(depth))
}

#[test]
fn everything_works_at_the_depth_limit() {
    on_a_small_stack(|| {
        let brackets = [
            ("(", ")"),
            ("[", "]"),
            ("{1 ", "}"),
            ("#{", "}"),
            ("'", "x"),
            ("^:a ", "x"),
            ("#t ", "x"),
        ];
        for (opener, closer) in brackets {
            let text = match closer {
                "x" => format!("{}x", opener.repeat(MAX_DEPTH)),
                _ => format!("{}x{}", opener.repeat(MAX_DEPTH), closer.repeat(MAX_DEPTH)),
            };
            let (mut data, errors) = read_all(&text);
            assert_eq!(errors, [], "{opener}");
            let datum = data.pop().expect("one form");
            let copy = read_all(&text).0.pop().expect("one form");
            assert_eq!(datum, copy);
            assert!(datum.same_value(&copy));
            assert!(HashSet::from([datum.clone()]).contains(&copy));
            let printed = format!("{datum:#}");
            drop(datum);
            // Metadata is merged, so only it gets short.
            assert!(printed.len() >= MAX_DEPTH || opener == "^:a ");
            assert_eq!(format!("{:?}", copy.kind).len(), copy.to_string().len());
        }
    });
}

#[test]
fn a_text_nested_deeper_is_one_error() {
    on_a_small_stack(|| {
        for (opener, closer) in [
            ("(", ")"),
            ("[", "]"),
            ("'", ""),
            ("#(", ")"),
            ("^", ""),
            ("#_", ""),
        ] {
            let text = nested(opener, closer, MAX_DEPTH + 5);
            let parse = parse(&text);
            assert_eq!(parse.syntax().text().len(), (text.len() as u32).into());
            let deep = parse
                .errors()
                .iter()
                .filter(|error| error.code == Code::TOO_DEEP);
            assert_eq!(deep.count(), 1, "{opener}");
        }
    });
}

#[test]
fn what_follows_a_form_that_is_too_deep_is_read() {
    on_a_small_stack(|| {
        let text = format!("(a {} b)\n(def c 1)", nested("[", "]", 2 * MAX_DEPTH));
        let (data, errors) = read_all(&text);
        assert_eq!(
            errors.iter().map(|error| error.code).collect::<Vec<_>>(),
            [Code::TOO_DEEP]
        );
        assert_eq!(data.len(), 2);
        assert_eq!(data[0].as_list().map(<[_]>::len), Some(3));
        assert_eq!(data[1].to_string(), "(def c 1)");
    });
}

#[test]
fn a_datum_that_is_too_deep_ends_in_an_error() {
    on_a_small_stack(|| {
        let mut datum = read_all(&nested("[", "]", MAX_DEPTH + 1)).0.remove(0);
        let mut depth = 0;
        while let Some([inner]) = datum.as_vector() {
            datum = inner.clone();
            depth += 1;
        }
        assert_eq!(depth, MAX_DEPTH);
        assert!(matches!(datum.kind, DatumKind::Error));
    });
}

#[test]
fn ten_million_brackets_are_a_diagnostic() {
    on_a_small_stack(|| {
        const COUNT: usize = 10_000_000;
        for text in [
            "(".repeat(COUNT),
            ")".repeat(COUNT),
            "(]".repeat(COUNT / 2),
            nested("{", "}", COUNT / 2),
        ] {
            let parse = parse(&text);
            assert!(
                (1..=1000).contains(&parse.errors().len()),
                "{}",
                parse.errors().len()
            );
        }
    });
}

#[test]
fn metadata_upon_metadata_is_one_map() {
    on_a_small_stack(|| {
        let row: String = (0..MAX_DEPTH)
            .map(|at| format!("^:k{} ", at % 9_000))
            .collect();
        let (data, errors) = read_all(&format!("{row}^{{:k0 1}} x"));
        assert_eq!(errors[0].code, Code::TOO_DEEP);
        assert!(data[0].meta.is_none());
        let (data, errors) = read_all(&format!("{row}x"));
        assert_eq!(errors, []);
        let Some(DatumKind::Map(entries)) = data[0].meta.as_deref().map(|meta| &meta.kind) else {
            panic!("no metadata");
        };
        assert_eq!(entries.len(), 9_000);
        let (data, _) = read_all("^{:a 1 :b 2} ^1 ^{:c 3} ^:a #?(:ox ^{:d 4 :a 5} x)");
        assert_eq!(format!("{:#}", data[0]), "^{:d 4, :a 1, :c 3, :b 2} x");
    });
}

#[test]
fn millions_of_prefixes_are_a_handful_of_errors() {
    on_a_small_stack(|| {
        for prefixes in ["'@~#_^", "`'@~@#_^", "#_", "^", "'", "`~", "#'@"] {
            for count in [1_000, 2_000_000] {
                let text = prefixes.repeat(count / prefixes.len());
                let (_, errors) = read_all(&text);
                let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
                assert!((1..=4).contains(&codes.len()), "{prefixes}: {codes:?}");
            }
        }
    });
}

#[test]
fn shared_data_is_dropped_by_its_last_holder() {
    on_a_small_stack(|| {
        let datum = read_all(&nested("(", ")", MAX_DEPTH)).0.remove(0);
        let inner = datum
            .as_list()
            .map(|items| items[0].clone())
            .expect("a list");
        drop(datum);
        assert_eq!(inner.to_string().len(), 2 * (MAX_DEPTH - 1));
    });
}
