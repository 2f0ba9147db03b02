//! Which blocks are programs, and what they are.

use super::*;

fn tests_of(text: &str) -> Vec<DocTest> {
    let file = FoundFile {
        namespace: "shop.cart".to_owned(),
        path: "src/shop/cart.ox".to_owned(),
        text: text.to_owned(),
    };
    of_file(&file, &["ox".to_owned()])
}

/// Name, line and program or mistake of each.
fn told(text: &str) -> Vec<String> {
    let tests = tests_of(text);
    let told = tests.iter().map(|test| {
        let what = match &test.program {
            Ok(program) => program.written.clone(),
            Err((line, message)) => format!("{line}: {message}"),
        };
        format!("{} {}\n{what}", test.name, test.line)
    });
    told.collect()
}

const HEADER: &str = "(ns doc-of.shop.cart (:require [shop.cart :as cart :refer :all]))";

#[test]
fn blocks_with_marks_are_programs_on_their_own_lines() {
    let text = r#"(ns shop.cart
  "Carts.

  ```ox
  (def two 2)
  (total [two]) ;=> 2
  ```

  ```sh
  (total []) ;=> 1
  ```
  ```ox
  (total [])
  ```")
(def ^{:doc "```ox
limit ;=> 1
```"} limit 1)
(defprotocol Priced
  "All that has a price."
  (price [x] "
    ```ox
    (price \"a\") ;! :ox/type
    ```"))
"#;
    let blank = |count: usize| "\n".repeat(count);
    assert_eq!(
        told(text),
        [
            format!("ns 4\n{HEADER}{}(def two 2)\n(total [two]) ;=> 2", blank(4)),
            format!("limit 15\n{HEADER}{}limit ;=> 1", blank(15)),
            format!("price 21\n{HEADER}{}(price \"a\") ;! :ox/type", blank(21)),
        ]
    );
}

#[test]
fn each_example_is_compared_with_its_mark() {
    let text = "(defn f \"
```ox
(f
  1) ;=> 2
(do (println \\\"a\\\") 1)
;out a
(f) ;! {:a 1} \\\"no\\\"
```\" [] 1)";
    let tests = tests_of(text);
    let Ok(program) = &tests[0].program else {
        panic!("it is a program")
    };
    let rest = program
        .checked
        .strip_prefix(HEADER)
        .expect("it has a header");
    assert_eq!(
        rest,
        r#"

(ox.test/check-example {:line 3 :form "(f\n  1)" :value "2"} (fn* ([] (f
  1)))) ;=> 2
(ox.test/check-example {:line 5 :form "(do (println \"a\") 1)" :output "a\n"} (fn* ([] (do (println "a") 1))))
;out a
(ox.test/check-example {:line 7 :form "(f)" :error "{:a 1}" :part "no" :mark ";! {:a 1} \"no\""} (fn* ([] (f)))) ;! {:a 1} "no"
(ox.core/require 'ox.test)"#
    );
}

#[test]
fn what_is_no_program_is_told_with_its_line() {
    let text = "(defn f \"\n```ox\n;=> 1\n```\n```ox\n(g) ;! OX0101\n```\" [] 1)";
    assert_eq!(
        told(text),
        [
            "f 2\n3: `;=> 1` belongs to no expression",
            "f 2 5\n6: `;! OX0101`: the examples of a docstring are programs that run",
        ]
    );
}

#[test]
fn strings_that_are_no_docstrings_have_none() {
    for text in [
        "(def a \"\n```ox\n1 ;=> 1\n```\")",
        "(f a \"\n```ox\n1 ;=> 1\n```\" 1)",
        "(defn a [] \"\n```ox\n1 ;=> 1\n```\" 1)",
    ] {
        assert_eq!(tests_of(text), [], "{text}");
    }
}

#[test]
fn what_is_written_on_one_line_stands_below_it() {
    let text = "(ns shop.cart)\n(defn f \"A.\\n\\n```ox\\n(f) ;=> 1\\n```\" [] 1)";
    assert_eq!(told(text), [format!("f 2\n{HEADER}\n(f) ;=> 1")]);
}

#[test]
fn a_block_may_name_its_namespace() {
    let text =
        "(defn f \"\n```ox\n(ns app.x (:require [shop.cart :as c]))\n(c/f) ;=> 1\n```\" [] 1)";
    let tests = tests_of(text);
    let Ok(program) = &tests[0].program else {
        panic!("it is a program")
    };
    assert_eq!(program.namespace(), "app.x");
    assert_eq!(
        program.written,
        "\n\n(ns app.x (:require [shop.cart :as c]))\n(c/f) ;=> 1"
    );
}
