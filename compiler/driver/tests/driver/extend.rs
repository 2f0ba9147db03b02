//! Extensions of images: what is new, what keeps its slot, what is refused.

use crate::support::found;
use bytecode::{Image, SlotKind};
use driver::Workspace;
use driver::extend::{Answer, Extender};
use expect_test::expect;
use std::sync::Arc;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;
use vm::value::print;

/// A program that runs, and is extended.
struct Run {
    process: Process,
    extender: Extender,
    image: Image,
}

impl Run {
    fn of(files: &[(&str, &str)]) -> Run {
        let mut workspace = Workspace::of(found(files));
        let built = workspace.build().expect("the program has no mistakes");
        let entry = built.entry_slot.expect("it has expressions at top level");
        let loaded = Arc::new(LoadedImage::load(Arc::new(built.image.clone())).unwrap());
        let heap = Heap::new(Arc::clone(loaded.boot()));
        let mut run = Run {
            process: Process::start(loaded, entry, &[], heap).unwrap(),
            extender: Extender::of(&built.image.source_map.program).unwrap(),
            image: built.image,
        };
        run.finish();
        run
    }

    /// A program that names `eval`, and this text before it.
    fn with(text: &str) -> Run {
        Run::of(&[("user", &format!("{text}\n(def evaluate eval) nil"))])
    }

    fn finish(&mut self) -> String {
        let mut fuel = 10_000_000;
        match self.process.run(&mut fuel, Zeal::default()) {
            Outcome::Done(id) => {
                let word = self.process.remove_fiber(id).unwrap().request;
                self.shown(word)
            }
            Outcome::Failed(id) => {
                let error = self.process.remove_fiber(id).unwrap().request;
                self.shown(error)
            }
            other => format!("{other:?}"),
        }
    }

    fn shown(&mut self, word: Word) -> String {
        let mut text = String::new();
        let image = Arc::clone(&self.process.image);
        let options = print::Options::READABLE;
        let heap = &mut self.process.heap;
        print::print(heap, &image, &mut text, word, options, "print*slow").unwrap();
        text
    }

    /// The value of a text's last form, or why it is refused.
    fn eval(&mut self, text: &str) -> String {
        let answered = match self.extender.answer(&self.image, "eval", text) {
            Ok(answered) => answered,
            Err(refused) => return format!("{} {:?}", refused.message, refused.code),
        };
        if let Some(image) = answered.image {
            // As it is stored, and read again.
            let bytes = image.encode_extension(&self.image);
            let read = self.image.clone().extended(&bytes);
            assert_eq!(read.as_ref(), Ok(&image));
            let loaded = LoadedImage::load(Arc::new(image.clone())).unwrap();
            self.process.extend_image(Arc::new(loaded));
            self.image = image;
        }
        let Answer::Slot(slot) = answered.answer else {
            panic!("a text is a function");
        };
        let proto = self.process.image.proto_for_call(slot, 0);
        self.process.add_call(proto.unwrap(), &[]);
        self.finish()
    }

    /// The names of what the last extension has.
    fn latest(&self) -> Vec<&str> {
        let first = self.image.extensions.last().map_or(0, |first| *first);
        let slots = self.image.slots[first as usize..].iter();
        let named = slots.filter(|slot| !slot.name.starts_with("-entry"));
        named.map(|slot| &*slot.name).collect()
    }
}

#[test]
fn programs_that_cannot_ask_do_not_have_their_texts() {
    let built = |text| Workspace::of(found(&[("user", text)])).build().unwrap();
    assert_eq!(built("(inc 1)").image.source_map.program.len(), 0);
    assert_eq!(built("(eval '(inc 1))").image.source_map.program.len(), 1);
    let unreadable = Extender::of(&[b"of a later version".to_vec()]);
    assert!(unreadable.is_err());
    assert!(Extender::of(&[]).is_err());
}

#[test]
fn what_is_the_same_is_there_once() {
    let mut run = Run::with("(defn f [x] (* 2 x)) (f 1)");
    let slots = run.image.slots.len();
    assert_eq!(run.eval("(f 4)"), "8");
    assert_eq!(run.latest(), Vec::<&str>::new());
    let after = run.image.slots.len();
    assert!(after > slots);
    assert_eq!(run.eval("(f 4)"), "8");
    assert_eq!(run.image.slots.len(), after);
    assert_eq!(run.eval("(f 5)"), "10");
    assert_eq!(run.image.slots.len(), after + 2);
}

#[test]
fn a_definition_is_linked_anew_with_those_that_name_it() {
    let mut run = Run::with("(defn a [] 1) (defn b [] [(a)]) (defn c [] :c)");
    assert_eq!(run.eval("(defn d [] [(b) (c)])"), "#'user/d");
    assert_eq!(run.eval("(d)"), "[[1] :c]");
    assert_eq!(run.eval("(defn a [] 2)"), "#'user/a");
    assert_eq!(run.latest(), ["a"]);
    assert_eq!(run.eval("(d)"), "[[2] :c]");
    assert_eq!(run.latest(), ["b", "d"]);
    // Back to the first: the newest slot has another hash.
    assert_eq!(run.eval("(defn a [] 1) (d)"), "[[1] :c]");
}

#[test]
fn state_stays_where_it_is() {
    let mut run = Run::of(&[
        (
            "lib",
            "(ns lib) (def seen (atom [])) (def ^:dynamic *who* :nobody) (defn see [x] (swap! seen conj [*who* x]))",
        ),
        (
            "user",
            "(require '[lib :as l]) (def cell (atom 0)) (defn up [] (swap! cell inc)) (up) (l/see :first) (def evaluate eval) nil",
        ),
    ]);
    assert_eq!(run.eval("(up)"), "2");
    assert_eq!(run.eval("(l/see 2)"), "[[:nobody :first] [:nobody 2]]");
    assert_eq!(
        run.eval("(binding [l/*who* :me] (l/see 3))"),
        "[[:nobody :first] [:nobody 2] [:me 3]]"
    );
    // What the cell was made with is another now; it is the same cell.
    assert_eq!(
        run.eval("(defn start [] 10) (def other (atom (start))) (swap! other inc)"),
        "11"
    );
    assert_eq!(run.eval("(defn start [] 20) [@other @cell]"), "[11 2]");
    assert_eq!(run.eval("(def cell (atom :new)) @cell"), ":new");
    let cells = run
        .image
        .slots
        .iter()
        .filter(|slot| slot.name == "cell" && slot.kind == SlotKind::Cell);
    assert_eq!(cells.count(), 2);
}

#[test]
fn a_table_is_as_new_as_what_is_contributed_to_it() {
    let mut run = Run::with("(defmulti f :k) (defmethod f :a [_] 1) (defn g [k] (f {:k k}))");
    assert_eq!(run.eval("(defmethod f :b [_] 2)"), "nil");
    assert_eq!(run.eval("[(g :a) (g :b)]"), "[1 2]");
    assert_eq!(run.eval("(defmethod f :a [_] 3)"), "nil");
    assert_eq!(run.eval("[(g :a) (g :b)]"), "[3 2]");
    assert_eq!(run.eval("(defrecord P [x]) (defmethod print-method P [p w] (.write w \"<P>\")) (pr-str [(->P 1)])"), "\"[<P>]\"");
    assert_eq!(run.eval("(pr-str (->P 2))"), "\"<P>\"");
}

#[test]
fn a_text_that_is_refused_leaves_nothing_behind() {
    let mut run = Run::with("(let [n 1] (defn a [] n) (defn b [] n))");
    expect!["`nothing` is not defined (<eval>:2:2) Some(\"OX0101\")"]
        .assert_eq(&run.eval("(def x 1)\n(nothing x)"));
    expect!["`x` is not defined (<eval>:1:1) Some(\"OX0101\")"].assert_eq(&run.eval("x"));
    expect!["`a` was defined together with `b`, by one form: to define it anew, give that form anew Some(\"OX0105\")"]
        .assert_eq(&run.eval("(defn a [] 3)"));
    assert_eq!(
        run.eval("(do (defn a [] 3) (defn b [] 4)) [(a) (b)]"),
        "[3 4]"
    );
    expect![[r#"this `(` is never closed (<eval>:1:1) Some("OX0001")"#]]
        .assert_eq(&run.eval("(defn c [] 1"));
    expect!["`c` is not defined (<eval>:1:2) Some(\"OX0101\")"].assert_eq(&run.eval("(c)"));
    assert_eq!(
        run.eval("(defmacro m [] (throw (ex-info \"no form\" {})))"),
        "#'user/m"
    );
    expect!["the macro `m` failed: no form (<eval>:1:1) Some(\"OX0202\")"]
        .assert_eq(&run.eval("(m)"));
    assert_eq!(run.eval("(+ (a) (b))"), "7");
}

#[test]
fn a_value_that_would_hold_anothers_state_is_refused() {
    let mut run = Run::of(&[
        (
            "lib",
            "(ns lib) (def state (atom 0)) (defn up [] (swap! state inc))",
        ),
        (
            "view",
            "(ns view (:require [lib])) (def both {:state lib/state}) (defn look [] @(:state both))",
        ),
        ("user", "(require 'lib) (lib/up) (def evaluate eval) nil"),
    ]);
    assert_eq!(run.eval("(lib/up)"), "2");
    expect!["the value of view/both cannot be computed: it would hold a part of the value of lib/state, which running processes have already (view.ox:1:33) Some(\"OX0401\")"]
        .assert_eq(&run.eval("(require 'view) (view/look)"));
    assert_eq!(run.eval("(lib/up)"), "3");
}
