//! The shape of trees.

use expect_test::{Expect, expect};
use rowan::NodeOrToken;
use syntax::{SyntaxNode, parse};

/// Shows the tree of `text` with an indented line for each node and token.
fn check(text: &str, expected: Expect) {
    let parse = parse(text);
    assert_eq!(
        parse.syntax().to_string(),
        text,
        "the tree does not print back"
    );
    let mut shown = String::new();
    show(&parse.syntax(), 0, &mut shown);
    for error in parse.errors() {
        shown.push_str(&format!(
            "{} {:?} {}\n",
            error.code, error.range, error.message
        ));
    }
    expected.assert_eq(&shown);
}

fn show(node: &SyntaxNode, depth: usize, shown: &mut String) {
    shown.push_str(&format!("{}{:?}\n", "  ".repeat(depth), node.kind()));
    for child in node.children_with_tokens() {
        match child {
            NodeOrToken::Node(child) => show(&child, depth + 1, shown),
            NodeOrToken::Token(token) => {
                let indent = "  ".repeat(depth + 1);
                shown.push_str(&format!("{indent}{:?} {:?}\n", token.kind(), token.text()));
            }
        }
    }
}

#[test]
fn brackets_make_nodes_and_atoms_are_tokens() {
    check(
        "(f [1 :k] {\\a \"s\"} #{x}) ; end",
        expect![[r##"
        Root
          List
            LeftParen "("
            Symbol "f"
            Whitespace " "
            Vector
              LeftBracket "["
              Number "1"
              Whitespace " "
              Keyword ":k"
              RightBracket "]"
            Whitespace " "
            Map
              LeftBrace "{"
              Char "\\a"
              Whitespace " "
              String "\"s\""
              RightBrace "}"
            Whitespace " "
            Set
              HashBrace "#{"
              Symbol "x"
              RightBrace "}"
            RightParen ")"
          Whitespace " "
          Comment "; end"
    "##]],
    );
}

#[test]
fn prefixes_take_the_next_form() {
    check(
        "'a `(~b ~@c) @d #'e #(f %) #\"r\"",
        expect![[r##"
        Root
          Quoted
            Quote "'"
            Symbol "a"
          Whitespace " "
          SyntaxQuoted
            Backquote "`"
            List
              LeftParen "("
              Unquoted
                Tilde "~"
                Symbol "b"
              Whitespace " "
              UnquoteSpliced
                TildeAt "~@"
                Symbol "c"
              RightParen ")"
          Whitespace " "
          Dereferenced
            At "@"
            Symbol "d"
          Whitespace " "
          VarQuoted
            HashQuote "#'"
            Symbol "e"
          Whitespace " "
          FnLiteral
            HashParen "#("
            Symbol "f"
            Whitespace " "
            Symbol "%"
            RightParen ")"
          Whitespace " "
          Regex "#\"r\""
    "##]],
    );
}

#[test]
fn metadata_takes_two_forms() {
    check(
        "^:a ^{:b 1} x #^String y",
        expect![[r##"
        Root
          WithMeta
            Caret "^"
            Keyword ":a"
            Whitespace " "
            WithMeta
              Caret "^"
              Map
                LeftBrace "{"
                Keyword ":b"
                Whitespace " "
                Number "1"
                RightBrace "}"
              Whitespace " "
              Symbol "x"
          Whitespace " "
          WithMeta
            Caret "#^"
            Symbol "String"
            Whitespace " "
            Symbol "y"
    "##]],
    );
}

#[test]
fn discarded_forms_are_no_operands() {
    check(
        "'#_a b #_ #_ c d",
        expect![[r##"
        Root
          Quoted
            Quote "'"
            Discarded
              HashUnderscore "#_"
              Symbol "a"
            Whitespace " "
            Symbol "b"
          Whitespace " "
          Discarded
            HashUnderscore "#_"
            Whitespace " "
            Discarded
              HashUnderscore "#_"
              Whitespace " "
              Symbol "c"
            Whitespace " "
            Symbol "d"
    "##]],
    );
}

#[test]
fn dispatch_forms_are_nodes() {
    check(
        "#?(:ox 1) #?@(:ox [1]) #inst \"2020\" #:a{} #::{} ##Inf",
        expect![[r###"
            Root
              Conditional
                HashQuestion "#?"
                List
                  LeftParen "("
                  Keyword ":ox"
                  Whitespace " "
                  Number "1"
                  RightParen ")"
              Whitespace " "
              ConditionalSplice
                HashQuestionAt "#?@"
                List
                  LeftParen "("
                  Keyword ":ox"
                  Whitespace " "
                  Vector
                    LeftBracket "["
                    Number "1"
                    RightBracket "]"
                  RightParen ")"
              Whitespace " "
              Tagged
                Tag "#inst"
                Whitespace " "
                String "\"2020\""
              Whitespace " "
              NamespacedMap
                HashColon "#:a"
                Map
                  LeftBrace "{"
                  RightBrace "}"
              Whitespace " "
              NamespacedMap
                HashColon "#::"
                Map
                  LeftBrace "{"
                  RightBrace "}"
              Whitespace " "
              SymbolicValue "##Inf"
        "###]],
    );
}

#[test]
fn a_shebang_a_byte_order_mark_and_commas_are_trivia() {
    check(
        "#!/usr/bin/env oxc\n\u{FEFF}a,b",
        expect![[r##"
        Root
          Comment "#!/usr/bin/env oxc"
          Whitespace "\n\u{feff}"
          Symbol "a"
          Whitespace ","
          Symbol "b"
    "##]],
    );
}

#[test]
fn quotes_hashes_and_percents_are_part_of_names_but_end_numbers() {
    check(
        "a'b#c%d 1'a +1 +a -",
        expect![[r#"
        Root
          Symbol "a'b#c%d"
          Whitespace " "
          Number "1"
          Quoted
            Quote "'"
            Symbol "a"
          Whitespace " "
          Number "+1"
          Whitespace " "
          Symbol "+a"
          Whitespace " "
          Symbol "-"
    "#]],
    );
}

#[test]
fn stray_closers_are_tokens_of_their_own() {
    check(
        "a) (b])",
        expect![[r#"
        Root
          Symbol "a"
          Error ")"
          Whitespace " "
          List
            LeftParen "("
            Symbol "b"
            Error "]"
            RightParen ")"
        OX0002 1..2 this `)` closes nothing
        OX0002 5..6 this `]` closes nothing
    "#]],
    );
}

#[test]
fn an_unclosed_form_takes_what_is_left() {
    check(
        "(a [b",
        expect![[r#"
        Root
          List
            LeftParen "("
            Symbol "a"
            Whitespace " "
            Vector
              LeftBracket "["
              Symbol "b"
        OX0001 0..1 this `(` is never closed: 2 closing brackets are missing
    "#]],
    );
}

#[test]
fn a_prefix_without_form_is_an_error() {
    check(
        "(a ') ^b",
        expect![[r#"
        Root
          List
            LeftParen "("
            Symbol "a"
            Whitespace " "
            Quoted
              Quote "'"
            RightParen ")"
          Whitespace " "
          WithMeta
            Caret "^"
            Symbol "b"
        OX0006 3..4 `'` needs a form after it
        OX0006 6..7 metadata needs a form after it
    "#]],
    );
}

#[test]
fn lone_hashes_and_backslashes_are_tokens() {
    check(
        "# \\",
        expect![[r##"
        Root
          Unknown "#"
          Whitespace " "
          Unknown "\\"
    "##]],
    );
}
