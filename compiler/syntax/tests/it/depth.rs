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
