//! Readers and writers of files: what has been read and written goes on where it was after a crash.

use crate::world::{Crash, Served, World, crash_everywhere, options, program};
use engine::data::Data;
use engine::transport::Task;
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::sim::SimDisk;
use store::{EmbeddedStore, Store};

const LINES: &str = "one\r\ntwo\n\nthree λ\rfour, which is longer\n{:a [1 2]} 5 six\nseven";

/// Answers of parts of a file that has a few characters each, whatever number is asked for.
fn part(task: &Task, text: &str, characters: usize) -> Served {
    let Data::Int(from) = task.args[1] else {
        panic!("a part begins somewhere: {:?}", task.args)
    };
    let rest = &text[usize::try_from(from).expect("a place is not negative")..];
    let part: String = rest.chars().take(characters).collect();
    let is_end = part.len() == rest.len();
    let next = from + part.len() as i64;
    let identity = Data::Vector(vec![Data::Int(1)]);
    assert!(task.args[3] == identity || from == 0 && task.args[3] == Data::Nil);
    Served::Answer(Data::Vector(vec![
        Data::Str(part),
        Data::Int(next),
        Data::Bool(is_end),
        identity,
    ]))
}

#[test]
fn a_reader_goes_on_where_it_was() {
    for characters in [1, 4, 9] {
        crash_everywhere(
            "(require '[ox.fs])
             (def r (ox.fs/reader \"f\"))
             (println (.readLine r) (.read r))
             (dotimes [n 3] (sleep 10) (println n (.readLine r)))
             (println (take 1 (line-seq r)) (read r) (.read r) (read r))
             (println (slurp r))",
            |world| world.serve(move |task| part(task, LINES, characters)),
            |world, crash| {
                if crash == Crash::Never {
                    let said = world.stdout();
                    let end = "(four, which is longer) {:a [1 2]} 32 5\n six\nseven\n";
                    assert_eq!(said, format!("one 116\n0 wo\n1 \n2 three λ\n{end}"));
                }
            },
        );
    }
}

#[test]
fn the_records_of_a_csv_file_go_on_where_they_were() {
    for characters in [1, 5] {
        crash_everywhere(
            "(require '[clojure.data.csv :as csv] '[ox.fs :as fs])
             (with-open [r (fs/reader \"f\")]
               (doseq [record (csv/read-csv r)] (sleep 5) (prn record)))",
            |world| {
                world.serve(move |task| part(task, "a,\"b\n\"\"c\"\r\nd,\"\"\r\n", characters));
            },
            |world, crash| {
                if crash == Crash::Never {
                    let expected = "[\"a\" \"b\\n\\\"c\"]\n[\"d\" \"\"]\n";
                    assert_eq!(world.stdout(), expected);
                }
            },
        );
    }
}

#[test]
fn lines_are_asked_for_as_they_are_needed() {
    crash_everywhere(
        "(require '[ox.fs])
         (with-open [r (ox.fs/reader \"f\")]
           (doseq [line (line-seq r)] (sleep 5) (println line)))",
        |world| world.serve(|task| part(task, LINES, 7)),
        |_, _| {},
    );
}

/// Bytes that a run writes which reads a file of as many lines of 31 characters.
fn bytes_of_reading(lines: usize) -> u64 {
    let text: String = (0..lines).map(|n| format!("{n:030}\n")).collect();
    let disk = Arc::new(SimDisk::new());
    let store = store::Options::default();
    let store = EmbeddedStore::open_with(disk, Path::new("/run/store.redb"), store);
    let store = Arc::new(store.expect("the store is new"));
    let world = World::with(options(), Arc::clone(&store) as Arc<dyn Store>);
    world.serve(move |task| part(task, &text, 50_000));
    world.start(&program(
        "(require '[ox.fs])
         (with-open [r (ox.fs/reader \"f\")]
           (println (reduce (fn [n line] (+ n (count line))) 0 (line-seq r))))",
    ));
    world.run();
    assert_eq!(world.stdout(), format!("{}\n", 30 * lines));
    store.bytes_written()
}

#[test]
fn what_was_read_is_not_stored() {
    let (few, many) = (bytes_of_reading(2_000), bytes_of_reading(30_000));
    let text = 28_000 * 31;
    assert!(
        many < few + text / 10,
        "{few} bytes, and {many} with a text of {text} bytes more"
    );
}

#[test]
fn a_writer_loses_nothing_and_writes_nothing_twice() {
    crash_everywhere(
        "(require '[ox.fs])
         (with-open [w (ox.fs/writer \"f\")]
           (binding [*out* w]
             (dotimes [n 3]
               (println :line n)
               (sleep 10)
               (flush)
               (println (apply str (repeat 300 \\x))))))",
        |world| {
            let file: Mutex<Vec<(String, String)>> = Mutex::default();
            world.serve(move |task| {
                let (Data::Str(text), Data::Map(options)) = (&task.args[1], &task.args[2]) else {
                    panic!("a text is written: {:?}", task.args)
                };
                let mut file = file.lock().expect("not poisoned");
                if options.is_empty() {
                    file.clear();
                }
                // As the activity does, an attempt that is made again writes nothing twice.
                let key = task.idempotency_key.clone();
                if file.iter().all(|(known, _)| *known != key) {
                    file.push((key, text.clone()));
                }
                Served::Answer(Data::Nil)
            });
        },
        |world, _| {
            let told = world.transport.told();
            let mut keys = std::collections::BTreeMap::new();
            for task in &told.started {
                let Data::Str(text) = &task.args[1] else {
                    panic!("a text is written")
                };
                keys.insert(task.idempotency_key.clone(), text.len());
            }
            // Every request has one key, in whatever life it is made.
            let all: usize = keys.values().sum();
            assert_eq!(all, 3 * 8 + 3 * 301);
        },
    );
}
