//! Programs that are nearly right: what the grammar makes, with forms taken out, doubled, exchanged or put where they
//! do not belong. The compiler says what is wrong with them, at places that there are, or makes an image that is right.

use crate::choices::Choices;
use crate::program;
use driver::Workspace;
use source::Diagnostic;
use source::render::{SourceFiles as _, json, terminal};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;
use syntax::parse;
use vm::image::LoadedImage;

/// Programs after which the database is made anew: it keeps what it has interned.
const PROGRAMS_MAX: u32 = 400;
/// Changes of one program.
const CHANGES_MAX: usize = 6;
/// Bytes of a changed program: doubling forms grows it.
const TEXT_MAX: usize = 20_000;

/// What is put where it may not belong: names that mean something, and shapes that something asks for.
const INSERTED: &[&str] = &[
    "recur",
    "(recur 1)",
    "def",
    "(def x)",
    "(def)",
    "fn",
    "(fn)",
    "(fn [x])",
    "(fn [&] 1)",
    "(fn [x & y & z] 1)",
    "let",
    "(let [x])",
    "(let [1 2] 3)",
    "(let 5)",
    "loop",
    "(loop [])",
    "(loop [a 1] (recur))",
    "try",
    "(try)",
    "(catch Exception e)",
    "(finally)",
    "(try 1 (finally) (catch Exception e))",
    "quote",
    "(quote)",
    "(quote 1 2)",
    "if",
    "(if)",
    "(if 1 2 3 4)",
    "do",
    "var",
    "#'x",
    "set!",
    "(set! x 1)",
    ".",
    "(. x y)",
    "(.x)",
    "(new)",
    "(X.)",
    "&",
    "%",
    "%1",
    "#(% %2 %&)",
    "#(#(%))",
    "~x",
    "~@x",
    "`(~x ~@y)",
    "`x#",
    "``~~x",
    "^:a",
    "^{:a}",
    "^1 x",
    ":as",
    ":keys",
    "{:keys [a] :as}",
    "{:keys a}",
    "{:or {a 1}}",
    "[& a b]",
    "(ns a)",
    "(ns user (:require [b]))",
    "(ns)",
    "(require 'c)",
    "(in-ns 'd)",
    "(defn)",
    "(defn f)",
    "(defn f [x] [y])",
    "(defn f ([x] 1) ([y] 2))",
    "(defn 5 [])",
    "(defmacro m [x] x)",
    "(defmacro m [] (throw (ex-info \"m\" {})))",
    "(m)",
    "(defprotocol P (p))",
    "(defprotocol P (p []))",
    "(extend-type Q P (p [x]))",
    "(defrecord R)",
    "(defrecord R [a a])",
    "(deftype T [x] P (q [y]))",
    "(reify P (p []))",
    "(defmulti)",
    "(defmethod k :v [])",
    "(case)",
    "(case 1 1 2 1 3)",
    "(case x [1] 2 {:a} 3)",
    "(cond 1)",
    "(condp = 1 2)",
    "(for)",
    "(for [])",
    "(for [x])",
    "(for [:when 1] 2)",
    "(doseq [x 1 :foo 2])",
    "(binding [x 1])",
    "(binding)",
    "(with-handlers)",
    "(with-handlers {x 1} 2)",
    "(defeffect)",
    "(defeffect e x)",
    "(match)",
    "(->)",
    "(-> 1 2 (3))",
    "(some-> )",
    "(letfn [f])",
    "(letfn [(f)] 1)",
    "(declare)",
    "(declare 1)",
    "(throw)",
    "(eval '(+ 1 2))",
    "(deftest t)",
    "(is)",
    "(defactivity a)",
    "@",
    "#_",
    "#?(:clj 1)",
    "#?@(:ox [1 2])",
    "#inst \"x\"",
    "#foo 1",
    "##NaN",
    "{1}",
    "#{1 1}",
    "{1 1 1 1}",
    "\\foo",
    "\"\\q\"",
    "1/0",
    "08",
    "0x",
    "1e",
    ":",
    "::a/b",
    "a/",
    "/a",
    "a//b",
    "()",
    "nil",
    "(1 2)",
    "(nil)",
    "(\"s\")",
    "(:k)",
    "({} 1 2 3)",
    "(inc)",
    "(inc 1 2)",
    "(first 1 2 3)",
    "unknown",
    "(unknown 1)",
    "ox.core/nope",
    "(ox.nope/x)",
    "clojure.core/inc",
    "(clojure.string/join)",
    "*out*",
    "user/f0",
    "(user/f0)",
    "self",
    "(self)",
    "\u{1f600}",
];

/// Pairs that are put around a form.
const AROUND: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("#{", "}"),
    ("#(", ")"),
    ("'", ""),
    ("`", ""),
    ("~", ""),
    ("~@", ""),
    ("@", ""),
    ("#'", ""),
    ("#_", ""),
    ("^", " x"),
    ("#foo ", ""),
    ("(fn [] ", ")"),
    ("(defmacro m [] ", ")"),
    ("(m ", ")"),
    ("(let [x ", "] x)"),
    ("(def y ", ")"),
    ("(try ", " (catch Exception e e))"),
    ("(loop [] ", ")"),
    ("(eval '", ")"),
    ("(", ""),
    ("", ")"),
    ("[", ")"),
    ("\"", ""),
];

thread_local! {
    static WORKSPACE: RefCell<Option<(Workspace, u32)>> = const { RefCell::new(None) };
}

/// Runs the target.
///
/// # Panics
/// When a diagnostic's place is none, an image is wrong, or anything panics.
pub fn run(bytes: &[u8]) {
    compiles(bytes);
}

/// Runs the target; whether the program could be compiled.
///
/// # Panics
/// When a diagnostic's place is none, an image is wrong, or anything panics.
pub fn compiles(bytes: &[u8]) -> bool {
    compile(&text(bytes))
}

/// The program that an input stands for.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let mut choices = Choices::new(bytes);
    let count = choices.below(CHANGES_MAX);
    // They come first, so that a longer program has the same changes.
    let changes: Vec<Change> = (0..count).map(|_| Change::of(&mut choices)).collect();
    let mut text = program::text(choices.rest());
    for change in changes {
        if text.len() < TEXT_MAX {
            text = change.applied(&text);
        }
    }
    text
}

/// One change: what is done, where, and with what.
struct Change {
    sort: usize,
    place: usize,
    other: usize,
}

impl Change {
    fn of(choices: &mut Choices<'_>) -> Change {
        Change {
            sort: choices.below(9),
            place: choices.below(1 << 16),
            other: choices.below(1 << 16),
        }
    }

    /// The text with this change. Its forms are those of the tree, read from what is there now.
    fn applied(&self, text: &str) -> String {
        let tree = parse(text);
        let ranges: Vec<Range<usize>> = tree
            .syntax()
            .descendants()
            .skip(1)
            .map(|node| node.text_range().into())
            .collect();
        let Some(here) = ranges.get(self.place % ranges.len().max(1)).cloned() else {
            return INSERTED[self.other % INSERTED.len()].to_owned();
        };
        let other = &text[ranges[self.other % ranges.len()].clone()];
        let inserted = INSERTED[self.other % INSERTED.len()];
        let form = &text[here.clone()];
        let (open, close) = AROUND[self.other % AROUND.len()];
        let new = match self.sort {
            0 => String::new(),
            1 => format!("{form} {form}"),
            2 => other.to_owned(),
            3 => format!("{form} {other}"),
            4 | 5 => inserted.to_owned(),
            6 => format!("{inserted} {form}"),
            7 => format!("{form} {inserted}"),
            _ => format!("{open}{form}{close}"),
        };
        let mut changed = text[..here.start].to_owned();
        let _ = write!(changed, "{new}{}", &text[here.end..]);
        changed
    }
}

fn compile(text: &str) -> bool {
    WORKSPACE.with_borrow_mut(|slot| {
        let (workspace, count) =
            slot.get_or_insert_with(|| (Workspace::of_text("program.ox", ""), 0));
        workspace.edit("user", text);
        let checked = workspace.check();
        told(workspace, text, &checked);
        let built = workspace.build();
        let is_right = built.is_ok();
        match built {
            Ok(built) => {
                let loaded = LoadedImage::load(Arc::new(built.image));
                assert!(loaded.is_ok(), "a linked image is right: {text}");
            }
            Err(all) => {
                assert!(!all.is_empty(), "it says what is wrong: {text}");
                told(workspace, text, &all);
            }
        }
        *count += 1;
        if *count >= PROGRAMS_MAX {
            *slot = None;
        }
        is_right
    })
}

/// Diagnostics whose places are places, and which can be shown.
fn told(workspace: &Workspace, text: &str, all: &[Diagnostic]) {
    let files = workspace.files();
    for diagnostic in all {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        for span in labels.map(|label| label.span) {
            let place = files
                .text(span.file)
                .get(Range::<usize>::from(span.range))
                .is_some();
            assert!(place, "{} has no place: {text}", diagnostic.message);
        }
        assert!(!diagnostic.message.is_empty());
    }
    terminal::render(all, &files, false);
    json::render(all, &files);
}
