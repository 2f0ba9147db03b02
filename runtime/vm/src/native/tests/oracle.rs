//! Expressions and what Clojure makes of them.

use super::Evaluator;

/// Kinds of errors that stand for a class of Clojure's.
fn kinds_of(class: &str) -> &'static [&'static str] {
    match class {
        "ArithmeticException" => &["arithmetic"],
        "ClassCastException" | "NullPointerException" => &["type"],
        "NumberFormatException" => &["number-format", "parse"],
        "StringIndexOutOfBoundsException" | "IndexOutOfBoundsException" => &["index"],
        "PatternSyntaxException" => &["parse"],
        "RuntimeException" | "ReaderException" => &["parse"],
        // Formatter's own and what is derived of it
        _ => &["argument", "type", "parse", "arithmetic", "number-format"],
    }
}

fn agrees(expected: &str, actual: &str) -> bool {
    match (expected.strip_prefix("! "), actual.strip_prefix("! ")) {
        (Some(class), Some(error)) => kinds_of(class).iter().any(|kind| error.starts_with(kind)),
        _ => expected == actual,
    }
}

fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .filter(|line| !line.starts_with(";;") && !line.is_empty())
        .map(|line| line.rsplit_once(" => ").expect("expression => result"))
}

#[test]
fn natives_do_what_clojure_does() {
    let differences: Vec<_> = lines(include_str!("differences.txt")).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (expression, clojure) in lines(include_str!("clojure.txt")) {
        let differing = differences
            .iter()
            .find(|(differing, _)| *differing == expression);
        let expected = differing.map_or(clojure, |(_, ox)| *ox);
        seen += 1;
        // At once, and in the steps that larger inputs take.
        for short_steps in [false, true] {
            let mut evaluator = Evaluator::new();
            evaluator.heap.short_steps = short_steps;
            let actual = evaluator.run(expression);
            if !agrees(expected, &actual) {
                wrong.push(format!(
                    "{expression} => {actual}, not {expected} (in steps: {short_steps})"
                ));
            }
        }
    }
    assert!(seen > 600, "the table is there");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
