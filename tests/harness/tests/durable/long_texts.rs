//! Crashes in the middle of a native's work on a long text: what is left of it is in the process's
//! memory, so the work goes on where it was stored.

use crate::world::{Crash, crash_everywhere_with, options};
use engine::Options;

/// A process works on long texts, a step a slice, while another says lines and waits until each has
/// left: that takes a commit, which has the first process as it is.
const PROGRAM: &str = r##"
(require '[ox.json :as json] '[ox.string :as string])

(defn talk [] (dotimes [n 24] (println "line" n) (flush)))

(let [items (map (fn [n] {"n" n "text" (str "a \"quoted\" text\n" n)}) (range 700))
      text (pr-str (vec items))
      talker (spawn-link talk)
      read (read-string text)
      json (json/write-str read)
      parsed (json/read-str json)
      upper (string/upper-case text)
      pieces (string/split text #"\}")
      swapped (string/replace text #"(text) (\d+)" "$2 $1")
      far (re-find #"699.*\]" text)]
  (await-exit talker)
  (println (= items read) (= items parsed) (count upper) (count pieces) (count swapped) (count far)))
"##;

#[test]
fn work_on_a_long_text_goes_on_after_a_crash() {
    let short = Options {
        slice_fuel: 2000,
        ..options()
    };
    crash_everywhere_with(
        short,
        PROGRAM,
        |_| {},
        |world, crash| {
            let text = world.stdout();
            assert!(text.contains("true true "), "{crash:?}: {text}");
            if crash == Crash::Never {
                // One before each line leaves.
                assert!(world.commits() >= 24, "{} commits", world.commits());
            }
        },
    );
}
