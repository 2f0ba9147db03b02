//! What broken texts cost: one mistake, one error, one form.

use expect_test::{Expect, expect};
use source::{FileId, render};
use syntax::{DEFAULT_FEATURES, diagnostics, forms, parse};

use crate::generate;

/// Shows the forms of `text` and its diagnostics as people see them.
fn check(text: &str, expected: Expect) {
    let parse = parse(text);
    assert_eq!(
        parse.syntax().to_string(),
        text,
        "the tree does not print back"
    );
    let forms = forms(&parse, DEFAULT_FEATURES);
    let mut shown: String = forms
        .iter()
        .map(|form| format!("{}\n", form.datum))
        .collect();
    shown.push('\n');
    let all = diagnostics(&parse, &forms, FileId(0));
    let file = render::SingleFile { path: "a.ox", text };
    shown.push_str(&render::terminal::render(&all, &file, false));
    expected.assert_eq(&shown);
}

#[test]
fn a_form_in_the_first_column_ends_an_unclosed_one() {
    check(
        "(defn a [x]\n  (inc x)\n\n(defn b [y]\n  y)\n",
        expect![[r#"
            (defn a [x] (inc x))
            (defn b [y] y)

            error[OX0001]: this `(` is never closed
             --> a.ox:1:1
              |
            1 | (defn a [x]
              | ^ opened here
            ...
            4 | (defn b [y]
              | - a form in the first column ends it
              |
            help: insert `)`
              |
            2 |   (inc x))
              |          +

        "#]],
    );
}

#[test]
fn indentation_tells_which_form_is_unclosed() {
    check(
        "(defn a [x]\n  (when x\n    (print x)\n  (inc x))\n\n(def b 1)\n",
        expect![[r#"
            (defn a [x] (when x (print x) (inc x)))
            (def b 1)

            error[OX0001]: this `(` is never closed
             --> a.ox:2:3
              |
            2 |   (when x
              |   ^ the bracket that closes this seems to be missing
            3 |     (print x)
            4 |   (inc x))
              |   - this line is indented as if it were closed before
              |
            help: insert `)`
              |
            3 |     (print x))
              |              +

        "#]],
    );
}

#[test]
fn several_missing_brackets_are_one_error() {
    check(
        "(defn a [x]\n  (let [y 1]\n    (inc y\n\n(def b 1)\n",
        expect![[r#"
            (defn a [x] (let [y 1] (inc y)))
            (def b 1)

            error[OX0001]: this `(` is never closed: 3 closing brackets are missing
             --> a.ox:1:1
              |
            1 | (defn a [x]
              | ^ opened here
            2 |   (let [y 1]
            3 |     (inc y
              |     - and this is open too
            4 |
            5 | (def b 1)
              | - a form in the first column ends it
              |
            help: insert `)))`
              |
            3 |     (inc y)))
              |           +++

        "#]],
    );
}

#[test]
fn a_mistyped_bracket_is_one_error() {
    check(
        "(let [a 1} a)\n(def b 1)\n",
        expect![[r#"
        (let [a 1] a)
        (def b 1)

        error[OX0003]: `[` is closed by `}`
         --> a.ox:1:10
          |
        1 | (let [a 1} a)
          |      -   ^ expected `]`
          |      |
          |      opened here
          |
        help: write `]`
          |
        1 - (let [a 1} a)
        1 + (let [a 1] a)
          |

    "#]],
    );
}

#[test]
fn a_missing_inner_bracket_is_one_error() {
    check(
        "(let [a (f x] a)\n(def b 1)\n",
        expect![[r#"
        (let [a (f x)] a)
        (def b 1)

        error[OX0003]: this `]` does not close the `(`
         --> a.ox:1:13
          |
        1 | (let [a (f x] a)
          |      -  -   ^ expected `)` before this
          |      |  |
          |      |  this `(` is not closed
          |      the `]` fits this
          |
        help: insert `)`
          |
        1 | (let [a (f x)] a)
          |             +

    "#]],
    );
}

#[test]
fn a_missing_opening_bracket_is_one_error() {
    check(
        "(defn f [x] (let a 1] x))\n(def b 1)\n",
        expect![[r#"
        (defn f [x] (let a 1 x))
        (def b 1)

        error[OX0002]: this `]` closes nothing
         --> a.ox:1:21
          |
        1 | (defn f [x] (let a 1] x))
          |             -       ^ no opening bracket fits
          |             |
          |             this `(` is what is open here
          |
        help: remove it
          |
        1 - (defn f [x] (let a 1] x))
        1 + (defn f [x] (let a 1 x))
          |

    "#]],
    );
}

#[test]
fn superfluous_brackets_are_one_error() {
    check(
        "(def a 1)))\n(def b 1)\n",
        expect![[r#"
        (def a 1)
        (def b 1)

        error[OX0002]: these brackets close nothing
         --> a.ox:1:10
          |
        1 | (def a 1)))
          |          ^^ no form is open here
          |
        help: remove it
          |
        1 - (def a 1)))
        1 + (def a 1)
          |

    "#]],
    );
}

#[test]
fn a_form_that_ends_too_early_is_shown() {
    check(
        "(defn a [x])\n  (inc x))\n(def b 1)\n",
        expect![[r#"
            (defn a [x])
            (inc x)
            (def b 1)

            error[OX0002]: this `)` ends a form too early
             --> a.ox:1:12
              |
            1 | (defn a [x])
              | -          ^ it ends here
              | |
              | this form
            2 |   (inc x))
              |   -      - so this closes nothing
              |   |
              |   though this line is indented as a part of it
              |
            help: remove it
              |
            1 - (defn a [x])
            1 + (defn a [x]
              |
            help: or remove what closes nothing
              |
            2 -   (inc x))
            2 +   (inc x)
              |

        "#]],
    );
}

#[test]
fn indentation_tells_which_bracket_ends_a_form_too_early() {
    let body = "(defn f [x]\n  (let [a 1])\n    (+ a x)))\n\n(def b 1)\n";
    check(
        body,
        expect![[r#"
            (defn f [x] (let [a 1]) (+ a x))
            (def b 1)

            error[OX0002]: this `)` ends a form too early
             --> a.ox:2:13
              |
            2 |   (let [a 1])
              |   -         ^ it ends here
              |   |
              |   this form
            3 |     (+ a x)))
              |     -       - so this closes nothing
              |     |
              |     though this line is indented as a part of it
              |
            help: remove it
              |
            2 -   (let [a 1])
            2 +   (let [a 1]
              |
            help: or remove what closes nothing
              |
            3 -     (+ a x)))
            3 +     (+ a x))
              |

        "#]],
    );
    let two_forms = "(defn f [x]\n  (when x\n    (let [a 1]))\n      (+ a x)\n      a)))\n";
    check(
        two_forms,
        expect![[r#"
            (defn f [x] (when x (let [a 1])) (+ a x) a)

            error[OX0002]: these brackets end forms too early
             --> a.ox:3:15
              |
            3 |     (let [a 1]))
              |     -         ^^ they end here
              |     |
              |     this form, and what is around it
            4 |       (+ a x)
              |       - though this line is indented as a part of it
            5 |       a)))
              |         -- so these close nothing
              |
            help: remove them
              |
            3 -     (let [a 1]))
            3 +     (let [a 1]
              |
            help: or remove what closes nothing
              |
            5 -       a)))
            5 +       a)
              |

        "#]],
    );
    let later_lines =
        "(defn f [x]\n  (let [a 1])\n    ; why\n    (g \"a\nb\")\n    (+ a x))\n  (f\n    x))\n";
    check(
        later_lines,
        expect![[r#"
            (defn f [x] (let [a 1]) (g "a\nb") (+ a x))
            (f x)

            error[OX0002]: this `)` ends a form too early
             --> a.ox:2:13
              |
            2 |   (let [a 1])
              |   -         ^ it ends here
              |   |
              |   this form
            3 |     ; why
            4 |     (g "a
              |     - though this line is indented as a part of it
            ...
            8 |     x))
              |       - so this closes nothing
              |
            help: remove it
              |
            2 -   (let [a 1])
            2 +   (let [a 1]
              |
            help: or remove what closes nothing
              |
            8 -     x))
            8 +     x)
              |

        "#]],
    );
    let bindings = "(defn f []\n  (let [a 1]\n        b 2]\n    (+ a b)))\n";
    check(
        bindings,
        expect![[r#"
            (defn f [] (let [a 1] b 2 (+ a b)))

            error[OX0002]: this `]` ends a form too early
             --> a.ox:2:12
              |
            2 |   (let [a 1]
              |        -   ^ it ends here
              |        |
              |        this form
            3 |         b 2]
              |         -  - so this closes nothing
              |         |
              |         though this line is indented as a part of it
              |
            help: remove it
              |
            2 -   (let [a 1]
            2 +   (let [a 1
              |
            help: or remove what closes nothing
              |
            3 -         b 2]
            3 +         b 2
              |

        "#]],
    );
    // The `]` ends nothing that a `)` could end.
    let parameters = "(defn f\n  [x]\n    (let [a 1])\n      (+ a x)))\n";
    check(
        parameters,
        expect![[r#"
        (defn f [x] (let [a 1]) (+ a x))

        error[OX0002]: this `)` ends a form too early
         --> a.ox:3:15
          |
        3 |     (let [a 1])
          |     -         ^ it ends here
          |     |
          |     this form
        4 |       (+ a x)))
          |       -       - so this closes nothing
          |       |
          |       though this line is indented as a part of it
          |
        help: remove it
          |
        3 -     (let [a 1])
        3 +     (let [a 1]
          |
        help: or remove what closes nothing
          |
        4 -       (+ a x)))
        4 +       (+ a x))
          |

    "#]],
    );
    let one_of_two = "(defn f [x]\n  (let [a 1]))\n    (+ a x))\n";
    check(
        one_of_two,
        expect![[r#"
            (defn f [x] (let [a 1]))
            (+ a x)

            error[OX0002]: these brackets end forms too early
             --> a.ox:2:13
              |
            2 |   (let [a 1]))
              |   -         ^^ they end here
              |   |
              |   this form, and what is around it
            3 |     (+ a x))
              |     -      - so this closes nothing
              |     |
              |     though this line is indented as a part of it

        "#]],
    );
}

#[test]
fn where_indentation_says_nothing_the_last_bracket_is_the_mistake() {
    for text in [
        // Nothing is indented further than what was closed before it.
        "(defn f [x]\n  (g x)\n  (+ 1 x)))\n",
        "(defn f\n  ([x]\n     x)\n  ([x y]\n     (+ x y))))\n",
        "(f)\n  (defn g []\n    1)\n(h))\n",
        // Values are indented further than what they belong to, everywhere.
        "(cond\n  (a? x)\n    (f x)\n  (b? x)\n    (g x)))\n",
        // All lines are, and so are those that belong to no such form.
        "(defn f [x]\n  (g x)\n    (h x)\n  (i x)))\n",
        // Another kind of bracket.
        "(def a [1])\n  2]\n",
    ] {
        let parse = parse(text);
        let [error] = parse.errors() else {
            panic!("{text}: {:?}", parse.errors());
        };
        assert_eq!(usize::from(error.range.end()), text.len() - 1, "{text}");
        assert!(
            error.message.contains("closes nothing"),
            "{text}: {error:?}"
        );
    }
}

#[test]
fn an_unclosed_string_costs_one_form() {
    check(
        "(def a \"one)\n\n(def b \"two\")\n(def c \"three\")\n",
        expect![[r#"
            (def a #<unreadable>)
            (def b "two")
            (def c "three")

            error[OX0005]: this string is never closed
             --> a.ox:1:8
              |
            1 | (def a "one)
              |        ^^^^^ no quote closes it
              |
            help: close it
              |
            1 | (def a "one")
              |            +

        "#]],
    );
}

#[test]
fn a_missing_opening_quote_costs_one_form() {
    check(
        "(def a one\")\n\n(def b \"two\")\n(def c \"three\")\n",
        expect![[r#"
            (def a one #<unreadable>)
            (def b "two")
            (def c "three")

            error[OX0005]: this string is never closed
             --> a.ox:1:11
              |
            1 | (def a one")
              |           ^ no quote closes it
              |
            help: remove the quote
              |
            1 - (def a one")
            1 + (def a one)
              |

        "#]],
    );
}

#[test]
fn an_unclosed_string_at_the_end_is_one_error() {
    check(
        "(def a 1)\n(def b \"one",
        expect![[r#"
        (def a 1)
        (def b #<unreadable>)

        error[OX0005]: this string is never closed
         --> a.ox:2:8
          |
        2 | (def b "one
          |        ^^^^ no quote closes it
          |
        help: close it
          |
        2 | (def b "one"
          |            +

    "#]],
    );
}

#[test]
fn a_doc_string_with_a_definition_in_the_first_column_is_no_mistake() {
    check(
        "(defn a\n  \"Example:\n(def x 1)\n\"\n  [])\n(def b)\n",
        expect![[r#"
            (defn a "Example:\n(def x 1)\n" [])
            (def b)

        "#]],
    );
    check(
        "(defn a\n  \"Example:\n(def x 1)\n\"\n  [])\n(def b\n",
        expect![[r#"
            (defn a "Example:\n(def x 1)\n" [])
            (def b)

            error[OX0001]: this `(` is never closed
             --> a.ox:6:1
              |
            6 | (def b
              | ^ opened here
              |
            help: insert `)`
              |
            6 | (def b)
              |       +

        "#]],
    );
}

#[test]
fn forms_in_the_first_column_of_a_comment_are_no_mistake() {
    check(
        "(comment\n(def x 1)\n(f)\n)\n(def b 1)\n",
        expect![[r#"
        (comment (def x 1) (f))
        (def b 1)

    "#]],
    );
    check(
        "(comment\n(def x 1)\n(f)\n)\n(def b [1)\n",
        expect![[r#"
        (comment (def x 1) (f))
        (def b [1])

        error[OX0003]: this `)` does not close the `[`
         --> a.ox:5:10
          |
        5 | (def b [1)
          | -      - ^ expected `]` before this
          | |      |
          | |      this `[` is not closed
          | the `)` fits this
          |
        help: insert `]`
          |
        5 | (def b [1])
          |          +

    "#]],
    );
}

#[test]
fn a_definition_in_a_definition_in_the_first_column_is_a_mistake() {
    // The brackets as such are balanced.
    check(
        "(defn a [x]\n  (inc x)\n\n(defn b [y]\n  y))\n",
        expect![[r#"
            (defn a [x] (inc x))
            (defn b [y] y)

            error[OX0001]: this `(` is never closed
             --> a.ox:1:1
              |
            1 | (defn a [x]
              | ^ opened here
            ...
            4 | (defn b [y]
              | - a form in the first column ends it
              |
            help: insert `)`
              |
            2 |   (inc x))
              |          +

            error[OX0002]: this `)` closes nothing
             --> a.ox:5:5
              |
            5 |   y))
              |     ^ no form is open here
              |
            help: remove it
              |
            5 -   y))
            5 +   y)
              |

        "#]],
    );
}

#[test]
fn quoted_definitions_in_the_first_column_are_no_mistake() {
    check(
        "(def forms '[\n(def a 1)\n(def b 2)])\n",
        expect![[r#"
        (def forms (quote [(def a 1) (def b 2)]))

    "#]],
    );
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let text = r#"(ns ten.mistakes)
(defn one [x]
  (when (pos? x)
    (inc x)
  (dec x))

(defn two [y] (+ y 08))
(def three {:a 1 :b 2 :a 3})
(def four "never closed)

(defn five [z]
  (let [a 1}
    (+ a z)))
(def six #(map #(inc %) %))
(def seven [\newlin 1])
(def eight {:a 1 :b})
(def nine "bad \q escape")
(defn ten [x])
  (inc x))
"#;
    check(
        text,
        expect![[r#"
            (ns ten.mistakes)
            (defn one [x] (when (pos? x) (inc x) (dec x)))
            (defn two [y] (+ y #<unreadable>))
            (def three {:a 1, :b 2})
            (def four #<unreadable>)
            (defn five [z] (let [a 1] (+ a z)))
            (def six (fn* [p1__4#] (map #<unreadable> p1__4#)))
            (def seven [#<unreadable> 1])
            (def eight {:a 1})
            (def nine #<unreadable>)
            (defn ten [x])
            (inc x)

            error[OX0001]: this `(` is never closed
             --> a.ox:3:3
              |
            3 |   (when (pos? x)
              |   ^ the bracket that closes this seems to be missing
            4 |     (inc x)
            5 |   (dec x))
              |   - this line is indented as if it were closed before
              |
            help: insert `)`
              |
            4 |     (inc x))
              |            +

            error[OX0007]: `08` is not a number
             --> a.ox:7:20
              |
            7 | (defn two [y] (+ y 08))
              |                    ^^
              |
              = note: a number that starts with `0` is octal: its digits are 0 to 7

            error[OX0012]: this map has the key `:a` twice
             --> a.ox:8:23
              |
            8 | (def three {:a 1 :b 2 :a 3})
              |             --        ^^ the second time
              |             |
              |             the first time

            error[OX0005]: this string is never closed
             --> a.ox:9:11
              |
            9 | (def four "never closed)
              |           ^^^^^^^^^^^^^^ no quote closes it
              |
            help: close it
              |
            9 | (def four "never closed")
              |                        +

            error[OX0003]: `[` is closed by `}`
              --> a.ox:12:12
               |
            12 |   (let [a 1}
               |        -   ^ expected `]`
               |        |
               |        opened here
               |
            help: write `]`
               |
            12 -   (let [a 1}
            12 +   (let [a 1]
               |

            error[OX0015]: `#()` inside another `#()`
              --> a.ox:14:16
               |
            14 | (def six #(map #(inc %) %))
               |                ^^^^^^^^ whose `%` would be meant?
               |
               = note: write the inner one as `(fn [x] …)`

            error[OX0008]: `\newlin` is not a character
              --> a.ox:15:13
               |
            15 | (def seven [\newlin 1])
               |             ^^^^^^^
               |
            help: write `\newline`
               |
            15 | (def seven [\newline 1])
               |                    +

            error[OX0011]: the key `:b` has no value
              --> a.ox:16:18
               |
            16 | (def eight {:a 1 :b})
               |            ------^^-
               |            |     |
               |            |     a value is missing after this
               |            in this map
               |
               = note: a map has an even number of forms: key, value, key, value

            error[OX0009]: `\q` is not an escape
              --> a.ox:17:16
               |
            17 | (def nine "bad \q escape")
               |                ^^
               |
               = note: escapes are `\t` `\r` `\n` `\b` `\f` `\\` `\"`, `\u03bb` and octal `\101`; a backslash is `\\`

            error[OX0002]: this `)` ends a form too early
              --> a.ox:18:14
               |
            18 | (defn ten [x])
               | - this form  ^ it ends here
            19 |   (inc x))
               |   -      - so this closes nothing
               |   |
               |   though this line is indented as a part of it
               |
            help: remove it
               |
            18 - (defn ten [x])
            18 + (defn ten [x]
               |
            help: or remove what closes nothing
               |
            19 -   (inc x))
            19 +   (inc x)
               |

        "#]],
    );
    let parse = parse(text);
    let all = diagnostics(&parse, &forms(&parse, DEFAULT_FEATURES), FileId(0));
    assert_eq!(all.len(), 10);
    let file = render::SingleFile { path: "a.ox", text };
    let json = render::json::render(&all[2..3], &file);
    expect![[r#"
        {"file":"a.ox","code":"OX0012","severity":"error","message":"this map has the key `:a` twice","start":{"line":8,"column":23},"end":{"line":8,"column":25},"label":"the second time","related":[{"file":"a.ox","start":{"line":8,"column":13},"end":{"line":8,"column":15},"message":"the first time"}],"notes":[],"fixes":[]}
    "#]].assert_eq(&json);
    assert!(render::terminal::render(&all, &file, true).contains("\u{1b}["));
}

#[test]
fn a_lost_delimiter_costs_at_most_one_form_in_twenty() {
    let text = generate::file(200);
    let whole = forms(&parse(&text), DEFAULT_FEATURES);
    assert!(whole.len() >= 200);
    let delimiters: Vec<usize> = text
        .char_indices()
        .filter(|(_, char)| "()[]{}\"".contains(*char))
        .map(|(at, _)| at)
        .collect();
    for at in delimiters {
        let broken = format!("{}{}", &text[..at], &text[at + 1..]);
        let parse = parse(&broken);
        let forms = forms(&parse, DEFAULT_FEATURES);
        let mut left: Vec<_> = forms
            .iter()
            .map(|form| (form.ast_id, &form.datum))
            .collect();
        left.sort_by_key(|(id, _)| *id);
        let kept = whole.iter().filter(|form| {
            let found = left.binary_search_by_key(&form.ast_id, |(id, _)| *id);
            found.is_ok_and(|index| *left[index].1 == form.datum)
        });
        let kept = kept.count();
        assert!(
            kept * 100 >= whole.len() * 95,
            "byte {at}: {kept} of {} are left",
            whole.len()
        );
        let line = text[..at].lines().last();
        assert!(
            !parse.errors().is_empty() || kept + 1 >= whole.len(),
            "byte {at}: no error: {line:?}"
        );
        assert!(
            parse.errors().len() <= 3,
            "byte {at} ({line:?}): {:#?}",
            parse.errors()
        );
    }
}
