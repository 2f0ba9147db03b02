//! Bytes to texts of the language, for the targets that read: any text that a grammar has, meaningful
//! or not.
//!
//! Every input gives some text, and similar inputs give similar texts, so that the fuzzer's
//! mutations stay meaningful.

use crate::choices::Choices;

const ATOMS: &[&str] = &[
    "x",
    "nil",
    "true",
    "a/b",
    "->y",
    "foo'",
    "x#",
    "/",
    "&",
    ":k",
    ":a/b",
    "::c",
    "::d/e",
    "0",
    "1",
    "-7",
    "0x1F",
    "017",
    "2r101",
    "36rZZ",
    "9223372036854775808",
    "3N",
    "1/3",
    "-4/6",
    "1.5",
    "-0.0",
    "1e300",
    "1e400",
    "1.50M",
    "0e-7M",
    "##Inf",
    "##NaN",
    "\\a",
    "\\newline",
    "\\u03bb",
    "\\(",
    "\\\"",
    "\"\"",
    "\"a\\n\\u00e9\\101\"",
    "\"two\nlines\"",
    "#\"a\\\"(b|c)\"",
    "#inst \"2020-02-29T12:30:00.123456789+01:00\"",
    "#uuid \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"",
    "#bytes \"T3g=\"",
    "λ",
    "𝄞",
];

const BROKEN: &[&str] = &[
    ")",
    "]",
    "}",
    "(",
    "[",
    "{",
    "\"",
    "#\"",
    "08",
    "1a",
    "\\abc",
    "\"\\q\"",
    "a/",
    ":",
    "#",
    "\\",
    "##No",
    "#inst 1",
    "'",
    "^",
    "#_",
    "#?",
    "#?@(:ox 1)",
    "#:a",
    "\n(def ",
    "\n(",
    "#=(a)",
    "#<x>",
    "a\u{200B}b",
    "{:a}",
    "#{1 1}",
    "#(#(%))",
    "^1 x",
    "#?(:ox)",
];

const HEADS: &[&str] = &["def", "defn", "ns", "comment", "let", "fn", "if", "f", "do"];

const SPACES: &[&str] = &[
    " ",
    "\n",
    "  ",
    ", ",
    " ; comment \" (\n",
    "\n\n",
    " #_ gone ",
    "\r\n",
    "\t",
];

/// Which texts to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistakes {
    /// Texts that the grammar has.
    None,
    /// Now and then a piece that does not belong there.
    Some,
}

/// A text of forms.
pub(crate) fn text(choices: &mut Choices<'_>, mistakes: Mistakes) -> String {
    let mut text = String::new();
    while !choices.is_empty() && text.len() < 1 << 16 {
        form(choices, mistakes, 0, &mut text);
        let space = if choices.byte().is_multiple_of(2) {
            "\n"
        } else {
            *choices.pick(SPACES)
        };
        text.push_str(space);
    }
    text
}

/// Appends a form.
fn form(choices: &mut Choices<'_>, mistakes: Mistakes, depth: usize, text: &mut String) {
    let choice = choices.byte();
    if mistakes == Mistakes::Some && choice >= 240 {
        text.push_str(choices.pick::<&str>(BROKEN));
        return;
    }
    if depth > 40 || choices.is_empty() {
        text.push_str(choices.pick::<&str>(ATOMS));
        return;
    }
    match choice % 24 {
        0 => sequence(choices, mistakes, depth, "(", ")", text),
        1 => {
            text.push('(');
            text.push_str(choices.pick::<&str>(HEADS));
            text.push(' ');
            sequence(choices, mistakes, depth, "", ")", text);
        }
        2 => sequence(choices, mistakes, depth, "[", "]", text),
        3 => map(choices, mistakes, depth, "{", text),
        4 => {
            text.push_str("#{");
            form(choices, mistakes, depth + 1, text);
            text.push('}');
        }
        5 => prefixed(choices, mistakes, depth, "'", text),
        6 => prefixed(choices, mistakes, depth, "`", text),
        7 => prefixed(choices, mistakes, depth, "~", text),
        8 => prefixed(choices, mistakes, depth, "~@", text),
        9 => prefixed(choices, mistakes, depth, "@", text),
        10 => prefixed(choices, mistakes, depth, "#'", text),
        11 => prefixed(choices, mistakes, depth, "#tag ", text),
        12 => {
            let meta = choices.pick(&["^:a ", "^String ", "^{:a 1 :b [2]} ", "#^\"s\" ", "^[x] "]);
            text.push_str(meta);
            sequence(choices, mistakes, depth, "(", ")", text);
        }
        13 => {
            text.push_str("#_");
            form(choices, mistakes, depth + 1, text);
            text.push(' ');
            form(choices, mistakes, depth + 1, text);
        }
        14 => {
            let branch =
                choices.pick(&["#?(:ox ", "#?(:clj nope :default ", "#?(:default nope :ox "]);
            text.push_str(branch);
            form(choices, mistakes, depth + 1, text);
            text.push(')');
        }
        15 => {
            text.push_str("[#?@(:ox ");
            sequence(choices, mistakes, depth, "[", "]", text);
            text.push_str(")]");
        }
        16 if !text.contains("#(") => {
            sequence(choices, mistakes, depth, "#(f % %2 %& ", ")", text);
        }
        17 => {
            let prefix = choices.pick(&["#:n{", "#::{", "#::al{"]);
            text.push_str(prefix);
            text.push_str(":k ");
            form(choices, mistakes, depth + 1, text);
            text.push_str(" :_/l 1 :m/n 2}");
        }
        _ => text.push_str(choices.pick::<&str>(ATOMS)),
    }
}

fn prefixed(
    choices: &mut Choices<'_>,
    mistakes: Mistakes,
    depth: usize,
    prefix: &str,
    text: &mut String,
) {
    text.push_str(prefix);
    form(choices, mistakes, depth + 1, text);
}

fn sequence(
    choices: &mut Choices<'_>,
    mistakes: Mistakes,
    depth: usize,
    opener: &str,
    closer: &str,
    text: &mut String,
) {
    text.push_str(opener);
    for i in 0..choices.byte() % 6 {
        if i > 0 {
            text.push_str(choices.pick::<&str>(SPACES));
        }
        form(choices, mistakes, depth + 1, text);
    }
    text.push_str(closer);
}

fn map(
    choices: &mut Choices<'_>,
    mistakes: Mistakes,
    depth: usize,
    opener: &str,
    text: &mut String,
) {
    text.push_str(opener);
    for i in 0..choices.byte() % 4 {
        text.push_str(&format!(" :k{i} "));
        form(choices, mistakes, depth + 1, text);
    }
    text.push('}');
}
