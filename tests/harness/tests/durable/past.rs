//! A process that fails is kept as it was before the failure, whatever was waited for on the way out.

use crate::world::{Crash, Served, World, exit, options, program};
use engine::data::Data;
use engine::letter::Letter;
use engine::record::{Status, Unheard};
use engine::{Limits, Options, RetryError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{KeyRange, MemoryStore};

/// Activities that fail until they are mended, by name.
struct Services {
    world: World,
    mended: Arc<AtomicUsize>,
}

/// The order in which they are mended.
const NAMES: [&str; 3] = ["cleanup", "act", "late"];

fn world_of(options: Options) -> Services {
    let world = World::with(options, Arc::new(MemoryStore::new()));
    let mended = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&mended);
    world.serve(move |task| {
        let first_broken = seen.load(Ordering::Relaxed);
        match NAMES.iter().position(|name| *name == task.name) {
            Some(place) if place >= first_broken => exit(1, &format!("no {}", task.name)),
            _ => Served::Answer(Data::text(format!("{} done", task.name))),
        }
    });
    Services { world, mended }
}

impl Services {
    fn mend(&self, how_many: usize) {
        self.mended.store(how_many, Ordering::Relaxed);
    }

    /// As another command that goes on with a failed process.
    fn retry(&mut self, process: u64) {
        self.world.restart(Crash::Never);
        self.world.engine.resume().unwrap();
        self.world.engine.retry(process, None).unwrap();
        self.world.run();
    }

    /// Keys under which an activity was asked for.
    fn keys(&self, name: &str) -> BTreeSet<String> {
        let told = self.world.transport.told();
        let tasks = told.started.iter().filter(|task| task.name == name);
        tasks.map(|task| task.idempotency_key.clone()).collect()
    }
}

/// Nothing is stored of pasts and segments but what a process's record names.
fn assert_tidy(world: &World) {
    let snapshot = world.store.snapshot();
    let mut named = BTreeMap::new();
    let mut pasts = BTreeSet::new();
    for (process, _) in world.engine.processes() {
        let record = engine::read_record(&snapshot, process).expect("the record can be read");
        for past in &record.pasts {
            pasts.insert((process, past.checkpoint));
            named.extend(past.levels.iter().map(|level| (level.segment, process)));
        }
        named.extend(record.levels.iter().map(|level| (level.segment, process)));
    }
    let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("eight bytes"));
    let mut stored = BTreeSet::new();
    for entry in snapshot.range(KeyRange::all()) {
        let (key, _) = entry.unwrap();
        match key[0] {
            b'S' => {
                stored.insert(number(&key[1..9]));
            }
            b'U' => {
                let past = (number(&key[1..9]), number(&key[9..17]));
                assert!(pasts.contains(&past), "{past:?} is stored and not named");
            }
            _ => {}
        }
    }
    let named: BTreeSet<u64> = named.into_keys().collect();
    assert_eq!(stored, named);
}

/// Runs a program whose `act` fails, once as it is and with a crash at each of its commits; then
/// retries it with `act` mended, once as it is and with a crash at each of these commits. What it
/// prints after the retry is `expected`.
fn goes_on_before_act(text: &str, expected: &str) {
    goes_on_before_act_with(options(), text, expected);
}

fn goes_on_before_act_with(options: Options, text: &str, expected: &str) {
    let program = program(text);
    let failed = |crash: Crash| {
        let mut services = world_of(options);
        services.mend(1);
        services.world.restart(crash);
        services.world.start(&program);
        services.world.run();
        if crash != Crash::Never {
            assert!(services.world.engine.failure().is_some(), "{crash:?}");
            services.world.restart(Crash::Never);
            let resumed = services.world.engine.resume().unwrap();
            if resumed.is_empty() && services.world.engine.processes().is_empty() {
                services.world.start(&program);
            }
            services.world.run();
        }
        let standing = services.world.standing();
        assert_eq!(standing.status, Status::Failed, "{crash:?}: {standing:?}");
        assert!(standing.report.contains("no act"), "{}", standing.report);
        assert_tidy(&services.world);
        services
    };
    let succeeds = |mut services: Services, first: Crash, then: Crash| {
        let said = services.world.stdout().len();
        services.mend(NAMES.len());
        services.world.restart(then);
        let resumed = services.world.engine.resume();
        assert!(resumed.is_ok() || then != Crash::Never, "{resumed:?}");
        if resumed.is_ok() {
            services.world.engine.retry(1, None).unwrap();
            services.world.run();
        }
        let commits = services.world.commits();
        if then != Crash::Never {
            services.world.restart(Crash::Never);
            services.world.engine.resume().unwrap();
            if services.world.standing().status == Status::Failed {
                // The crash came before the retry was durable.
                services.world.engine.retry(1, None).unwrap();
            }
            services.world.run();
        }
        let standing = services.world.standing();
        let said = services.world.stdout()[said..].to_owned();
        assert_eq!(
            standing.status,
            Status::Done,
            "{first:?} {then:?}: {} {said}",
            standing.report
        );
        if then == Crash::Never {
            assert_eq!(said, expected, "{first:?}");
        } else {
            assert!(
                said.ends_with(expected.lines().last().unwrap_or_default().trim_end())
                    || said
                        .trim_end()
                        .ends_with(expected.lines().last().unwrap_or_default()),
                "{then:?}: {said}"
            );
        }
        assert_eq!(services.keys("act").len(), 1, "{first:?} {then:?}");
        assert_tidy(&services.world);
        commits
    };
    let whole = failed(Crash::Never);
    let commits = whole.world.commits();
    assert!(commits > 2, "{commits}");
    let after = succeeds(whole, Crash::Never, Crash::Never);
    for number in 1..=commits {
        for crash in [Crash::Before(number), Crash::After(number)] {
            succeeds(failed(crash), crash, Crash::Never);
        }
    }
    for number in 1..=after {
        for crash in [Crash::Before(number), Crash::After(number)] {
            succeeds(failed(Crash::Never), Crash::Never, crash);
        }
    }
}

#[test]
fn a_finally_that_waits_does_not_move_the_past() {
    goes_on_before_act(
        "(println \"begins\")
         (let [act (activity \"act\") cleanup (activity \"cleanup\")]
           (try (println (act)) (finally (sleep 10) (println (cleanup)) (sleep 10)))
           (println \"end\"))",
        "act done\ncleanup done\nend\n",
    );
}

#[test]
fn finallys_within_one_another_and_deep_below() {
    goes_on_before_act(
        "(defn deep [n] (if (pos? n) (inc (deep (dec n))) (do ((activity \"act\")) 0)))
         (defn outer []
           (try
             (try (deep 300) (finally (sleep 10) (println \"inner\")))
             (finally (sleep 10) (println \"outer\") (deep-sleep 200))))
         (defn deep-sleep [n] (if (pos? n) (inc (deep-sleep (dec n))) (do (sleep 5) 0)))
         (println (outer))",
        "inner\nouter\n300\n",
    );
}

#[test]
fn what_finally_changes_is_as_it_was() {
    goes_on_before_act(
        "(let [seen (atom []) held (vec (range 400)) act (activity \"act\")]
           (dotimes [n 3] (swap! seen conj n) (sleep 10))
           (try
             (act)
             (println (count held) @seen)
             (finally
               (dotimes [n 12] (swap! seen conj (vec (range n))) (sleep 10))
               (println (count @seen)))))",
        "400 [0 1 2]\n15\n",
    );
}

#[test]
fn a_finally_that_needs_what_garbage_takes_does_not_move_the_past() {
    // What it has dropped is sealed by then, in more memory than the process may hold.
    let limits = Limits {
        memory_words: 1 << 17,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..options()
    };
    goes_on_before_act_with(
        options,
        "(defn stored [] (println :stored) (sleep 10))
         (defn walk [s n] (if-let [s (seq s)] (do (when (= (first s) 1000) (stored)) (recur (rest s) (inc n))) n))
         (defn filled [n] (let [v (vec (map (fn [i] (str n \" \" i)) (range 14000)))] (stored) (count v)))
         (let [held (vec (map str (range 3000))) act (activity \"act\")]
           (try
             (println (act) (count held))
             (finally
               (stored)
               (println (walk (map inc (range 40000)) 0))
               (println (reduce + (map filled (range 2)))))))",
        "act done 3000\n:stored\n:stored\n40000\n:stored\n:stored\n28000\n",
    );
}

#[test]
fn a_catch_that_throws_the_error_again_keeps_the_past() {
    for handler in [
        "(sleep 10) (throw e)",
        "(rethrow e)",
        "(sleep 10) (throw (ex-info \"wrapped\" {} e))",
        "(with-timeout \"1h\" (sleep 10) (throw e))",
    ] {
        goes_on_before_act(
            &format!(
                "(defn rethrow [e] (sleep 10) ((activity \"cleanup\")) (throw e))
                 (let [act (activity \"act\")]
                   (println (try (act) (catch Exception e {handler}))))"
            ),
            "act done\n",
        );
    }
}

#[test]
fn letters_that_finally_takes_are_there_again() {
    goes_on_before_act(
        "(let [me (self) act (activity \"act\")]
           (spawn (fn [] (sleep 5) (send me [:a 1]) (sleep 20) (send me [:b (vec (range 20))])))
           (try (act) (finally (println (receive [:a n] n)) (println (receive [:b v] (count v))))))",
        "1\n20\n",
    );
}

#[test]
fn a_fiber_that_fails_while_others_tidy_up() {
    for call in [
        "(all (act) (try (sleep \"1h\") (finally (sleep 20) (println \"tidied\"))))",
        "(pmap-n 2 (fn [n] (if (= n 0) (act) (try (sleep \"1s\") (finally (sleep 20))))) [0 1])",
        "(let [f (future (act))] (sleep 50) @f)",
    ] {
        let text = format!("(let [act (activity \"act\")] {call} (println \"end\"))");
        let expected = if call.starts_with("(all") {
            // It is not cancelled then: an hour passes.
            "tidied\nend\n"
        } else {
            "end\n"
        };
        goes_on_before_act(&text, expected);
    }
}

#[test]
fn a_process_that_waits_before_its_first_checkpoint_is_as_it_was_born() {
    let services = world_of(options());
    services.mend(1);
    let text = "(let [p (spawn (fn [x] (println \"begins\" x) (let [a (atom 0)]
                    (try (if (= (rand-int 1) 0) (throw (ex-info \"at once\" {})))
                      (finally (dotimes [n 3] (swap! a inc) (sleep 10)) (println \"tidied\" @a))))) :x)]
                  (println (ex-message (await-exit p)))
                  (sleep \"1h\"))";
    services.world.start(&program(text));
    services.world.settle();
    for _ in 0..3 {
        services.world.pass_time();
        services.world.settle();
    }
    assert_eq!(
        services.world.engine.standing(2).unwrap().status,
        Status::Failed
    );
    assert_tidy(&services.world);
    let again = services.world.engine.retry(2, Some(Data::Nil));
    assert_eq!(again, Err(RetryError::NoPlaceForValue));
    services.world.engine.retry(2, None).unwrap();
    services.world.settle();
    for _ in 0..3 {
        services.world.pass_time();
        services.world.settle();
    }
    let once = "begins :x\ntidied 3\n";
    assert_eq!(services.world.stdout(), format!("{once}at once\n{once}"));
    assert_tidy(&services.world);
}

#[test]
fn a_finally_that_fails_is_gone_on_with_and_then_what_it_was_for() {
    let mut services = world_of(options());
    let text = "(let [act (activity \"act\") cleanup (activity \"cleanup\")]
                  (try (println (act)) (finally (sleep 10) (println (cleanup))))
                  (println \"end\"))";
    services.world.start(&program(text));
    services.world.run();
    assert!(services.world.standing().report.contains("no cleanup"));
    assert_tidy(&services.world);
    services.mend(1);
    services.retry(1);
    assert!(services.world.standing().report.contains("no act"));
    assert_eq!(services.world.stdout(), "cleanup done\n");
    services.mend(3);
    services.retry(1);
    assert_eq!(services.world.standing().status, Status::Done);
    assert_eq!(
        services.world.stdout(),
        "cleanup done\nact done\ncleanup done\nend\n"
    );
    assert_tidy(&services.world);
}

#[test]
fn a_finally_that_fails_below_one_that_waits() {
    let mut services = world_of(options());
    let text = "(let [act (activity \"act\") cleanup (activity \"cleanup\")]
                  (try
                    (try (println (act)) (finally (sleep 10) (println (cleanup))))
                    (finally (sleep 10) (println \"outer\")))
                  (println \"end\"))";
    services.world.start(&program(text));
    services.world.run();
    assert!(services.world.standing().report.contains("no cleanup"));
    services.mend(1);
    services.retry(1);
    assert!(services.world.standing().report.contains("no act"));
    services.mend(3);
    services.retry(1);
    assert_eq!(services.world.standing().status, Status::Done);
    assert_eq!(
        services.world.stdout(),
        "outer\ncleanup done\nouter\nact done\ncleanup done\nouter\nend\n"
    );
    assert_tidy(&services.world);
}

#[test]
fn a_failure_within_finally_that_is_caught_changes_nothing() {
    goes_on_before_act(
        "(let [act (activity \"act\") late (activity \"late\")]
           (try (println (act))
             (finally
               (try (late) (catch Exception e (sleep 10) (str (ex-message e))))
               (sleep 10)))
           (println \"end\"))",
        "act done\nend\n",
    );
}

#[test]
fn an_error_that_is_handled_leaves_no_past() {
    let mut services = world_of(options());
    services.mend(1);
    let text = "(let [act (activity \"act\") late (activity \"late\")]
                  (println (try (act) (catch Exception e (sleep 10) (println (ex-message e)) (sleep 10) :handled)))
                  (sleep 10)
                  (println (late)))";
    services.world.start(&program(text));
    services.world.settle();
    services.world.pass_time();
    services.world.settle();
    services.world.pass_time();
    services.world.settle();
    services.world.pass_time();
    services.world.run();
    assert!(services.world.standing().report.contains("no late"));
    assert!(
        engine::read_record(&services.world.store.snapshot(), 1)
            .unwrap()
            .pasts
            .is_empty()
    );
    assert_tidy(&services.world);
    services.mend(3);
    services.retry(1);
    assert_eq!(
        services.world.stdout(),
        "act failed: exit 1: no act\n:handled\nlate done\n"
    );
}

#[test]
fn a_value_goes_to_the_place_of_the_request_that_failed() {
    let mut services = world_of(options());
    services.mend(1);
    let text = "(let [act (activity \"act\")]
                  (println (all 1 (try (act) (finally (sleep 10))))))";
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    services.world.restart(Crash::Never);
    services.world.engine.resume().unwrap();
    let value = engine::data::parse("{:by :hand}").unwrap();
    services.world.engine.retry(1, Some(value)).unwrap();
    services.world.run();
    assert_eq!(services.world.stdout(), "[1 {:by :hand}]\n");
}

#[test]
fn a_process_that_is_cancelled_killed_or_linked_keeps_nothing() {
    for (letter, status, said) in [
        (Letter::Cancel, Status::Cancelled, ""),
        (Letter::Kill, Status::Killed, ""),
    ] {
        let services = world_of(options());
        services.mend(1);
        let text = "(let [act (activity \"act\")] (try (act) (finally (sleep 10) (sleep \"1h\") (println \"tidied\"))))";
        services.world.start(&program(text));
        services.world.settle();
        services.world.pass_time();
        services.world.settle();
        let record = engine::read_record(&services.world.store.snapshot(), 1).unwrap();
        assert_eq!(record.pasts.len(), 1);
        assert!(services.world.engine.post(1, letter).unwrap());
        services.world.run();
        let standing = services.world.standing();
        assert_eq!(
            (standing.status, services.world.stdout().as_str()),
            (status, said)
        );
        assert_eq!(
            services.world.engine.retry(1, None),
            Err(RetryError::NotFailed(status))
        );
        assert_tidy(&services.world);
    }
    // One that another takes with it.
    let services = world_of(options());
    services.mend(1);
    let text = "(let [act (activity \"act\")
                      p (spawn (fn [] (try (act) (finally (sleep \"1h\")))))]
                  (spawn (fn [] (link p) (sleep 10) (throw (ex-info \"link\" {}))))
                  (println (ex-message (await-exit p))))";
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.stdout(), "link\n");
    assert_eq!(
        services.world.engine.retry(2, None),
        Err(RetryError::NothingKept)
    );
    assert_tidy(&services.world);
}

#[test]
fn linked_processes_hear_of_the_end_and_not_of_what_comes_before() {
    let services = world_of(options());
    services.mend(1);
    let text = "(trap-exit true)
                (let [act (activity \"act\")
                      p (spawn-link (fn [] (println (try (act) (finally (sleep 50))))))]
                  (println (receive [:exit _ e] (ex-message e) (after 20 :nothing)))
                  (println (receive [:exit _ e] (ex-message e)))
                  (sleep \"1h\"))";
    services.world.start(&program(text));
    services.world.settle();
    for _ in 0..2 {
        services.world.pass_time();
        services.world.settle();
    }
    assert_eq!(
        services.world.stdout(),
        ":nothing\nact failed: exit 1: no act\n"
    );
    services.mend(3);
    services.world.engine.retry(2, None).unwrap();
    services.world.settle();
    services.world.pass_time();
    services.world.settle();
    assert_eq!(
        services.world.engine.standing(2).unwrap().status,
        Status::Done
    );
    assert!(services.world.stdout().ends_with("act done\n"));
}

#[test]
fn an_activity_with_a_body_is_asked_for_again() {
    let services = world_of(options());
    services.mend(1);
    let text = "(defactivity step \"Calls another.\" [] (println ((activity \"act\"))) :stepped)
                (println (try (step) (finally (sleep 10))))";
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    services.mend(3);
    services.world.engine.retry(1, None).unwrap();
    services.world.run();
    assert_eq!(
        services.world.standing().status,
        Status::Done,
        "{:?}",
        services.world.standing()
    );
    assert_eq!(services.world.stdout(), "act done\n:stepped\n");
    assert_tidy(&services.world);
}

#[test]
fn a_time_limit_begins_anew() {
    let services = world_of(options());
    services.world.serve(|task| {
        if task.args.is_empty() {
            Served::Silence
        } else {
            Served::Answer(Data::Nil)
        }
    });
    let text = "(println (with-timeout \"1m\" ((activity \"slow\")) (sleep \"50s\") :in-time))";
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    services.world.serve(|_| Served::Answer(Data::Nil));
    services.world.engine.retry(1, None).unwrap();
    services.world.run();
    assert_eq!(services.world.stdout(), ":in-time\n");
}

#[test]
fn who_waits_for_the_end_of_another_still_does_after_a_retry() {
    let mut services = world_of(options());
    services.mend(1);
    let text = "(let [act (activity \"act\")
                      p (spawn (fn [] (sleep 100) (exit :over)))
                      f (future (do (sleep 10) (act)))]
                  (println (all (await-exit p) (try @f (finally (sleep 10))))))";
    services.world.start(&program(text));
    services.world.settle();
    for _ in 0..2 {
        services.world.pass_time();
        services.world.settle();
    }
    assert_eq!(services.world.standing().status, Status::Failed);
    services.mend(3);
    services.retry(1);
    assert_eq!(services.world.stdout(), "[:over act done]\n");
}

#[test]
fn what_is_kept_is_bounded() {
    // More handlers within one another than pasts are kept.
    let mut services = world_of(options());
    services.mend(1);
    let text = "(defn nested [n]
                  (try ((activity \"act\") n)
                    (catch Exception e
                      (sleep 10)
                      (if (pos? n) (nested (dec n)) (sleep 10))
                      (throw e))))
                (nested 7)";
    services.world.start(&program(text));
    services.world.settle();
    let mut most = 0;
    while !services.world.is_over() && services.world.pass_time() {
        services.world.settle();
        let record = engine::read_record(&services.world.store.snapshot(), 1).unwrap();
        most = most.max(record.pasts.len());
        assert_tidy(&services.world);
    }
    assert_eq!(most, 4);
    assert_eq!(services.world.standing().status, Status::Failed);
    // More letters than are kept.
    services = world_of(options());
    services.mend(1);
    let text = "(let [me (self) act (activity \"act\")]
                  (spawn (fn [] (dotimes [n 40] (send me (vec (range 70000))) (sleep 10))))
                  (try (act)
                    (finally (dotimes [n 40] (receive v (count v))) (println \"received\"))))";
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.stdout(), "received\n");
    assert_eq!(services.world.standing().status, Status::Failed);
    assert_tidy(&services.world);
    let snapshot = services.world.store.snapshot();
    let bytes = snapshot
        .range(KeyRange::all())
        .map(|entry| entry.unwrap().1.len());
    let bytes: usize = bytes.sum();
    assert!(bytes < 8 << 20, "{bytes}");
}

/// How often an activity was asked for.
fn times(world: &World, name: &str) -> usize {
    let told = world.transport.told();
    let tasks = told.started.iter().filter(|task| task.name == name);
    tasks.count()
}

#[test]
fn what_others_have_heard_before_a_mistake_happens_once() {
    // Its own mistake after it has talked: going back to where it waited would do that again.
    let text = "(let [me (self) cleanup (activity \"cleanup\")]
                  (println (cleanup))
                  (let [child (spawn (fn [] (println \"child\") (send me :there) (receive :never nil)))]
                    (receive :there nil)
                    (println \"heard\")
                    (send child :heard))
                  (/ 1 0))";
    let mut services = world_of(options());
    services.mend(NAMES.len());
    services.world.start(&program(text));
    services.world.run();
    for _ in 0..3 {
        let standing = services.world.standing();
        assert_eq!(standing.status, Status::Failed);
        assert!(standing.report.contains("Divide"), "{}", standing.report);
        assert_eq!(services.world.stdout(), "cleanup done\nchild\nheard\n");
        assert_eq!(times(&services.world, "cleanup"), 1);
        assert_eq!(services.world.engine.processes().len(), 2);
        assert_tidy(&services.world);
        services.retry(1);
    }
    // Nobody has heard of it: what it was told last it asks again.
    let text = "(let [cleanup (activity \"cleanup\")] (/ 1 (count (drop 100 (cleanup)))))";
    let mut services = world_of(options());
    services.mend(NAMES.len());
    services.world.start(&program(text));
    services.world.run();
    services.retry(1);
    assert_eq!(times(&services.world, "cleanup"), 2);
    assert_eq!(services.keys("cleanup").len(), 1);
}

#[test]
fn what_was_answered_before_a_failure_is_not_asked_again() {
    let text = "(println (pmap-n 3 (fn [f] (f)) (mapv activity [\"one\" \"two\" \"act\"])))";
    let mut services = world_of(options());
    services.mend(1);
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    services.mend(NAMES.len());
    services.retry(1);
    assert_eq!(services.world.stdout(), "[one done two done act done]\n");
    let asked = ["one", "two", "act"].map(|name| times(&services.world, name));
    assert_eq!(asked, [1, 1, 2]);
    // The same for what is too late.
    let text = "(let [late (fn [] ((activity \"silent\" {:start-to-close 500})))]
                  (println (pmap-n 2 (fn [f] (f)) [(fn [] (sleep 499) ((activity \"one\"))) late])))";
    let silent = Arc::new(AtomicUsize::new(1));
    let is_silent = Arc::clone(&silent);
    let mut services = world_of(options());
    services.world.serve(move |task| match task.name.as_str() {
        "silent" if is_silent.load(Ordering::Relaxed) == 1 => Served::Silence,
        name => Served::Answer(Data::text(name)),
    });
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    silent.store(0, Ordering::Relaxed);
    services.retry(1);
    assert_eq!(services.world.stdout(), "[one silent]\n");
    assert_eq!(times(&services.world, "one"), 1);
}

/// Lets so much happen as happens at this many times.
fn settle_times(world: &World, times: usize) {
    world.settle();
    for _ in 0..times {
        assert!(world.pass_time(), "something comes yet");
        world.settle();
    }
}

#[test]
fn a_late_answer_to_an_attempt_of_after_the_checkpoint_counts_for_nothing() {
    // While `finally` waits, the other fiber's first attempt is given up and others are made. The
    // checkpoint that the process goes back to knows of the first only.
    let text = "(let [act (activity \"act\")
                      slow (activity \"slow\" {:start-to-close \"1s\" :retry {:max-attempts 9 :delay 0 :jitter 0}})
                      f (async (slow))]
                  (try (act) (finally (sleep 2500)))
                  (println (await f)))";
    let services = world_of(options());
    let world = &services.world;
    let broken = Arc::new(AtomicUsize::new(1));
    let is_broken = Arc::clone(&broken);
    world.serve(move |task| match task.name.as_str() {
        "act" if is_broken.load(Ordering::Relaxed) == 1 => exit(1, "no act"),
        "act" => Served::Answer(Data::Nil),
        _ => Served::Silence,
    });
    world.start(&program(text));
    settle_times(world, 3);
    assert_eq!(world.standing().status, Status::Failed);
    let slow = |world: &World| -> Vec<_> {
        let told = world.transport.told();
        let tasks = told.started.iter().filter(|task| task.name == "slow");
        tasks.map(|task| task.id).collect()
    };
    let before = slow(world);
    assert_eq!(before.len(), 3);
    broken.store(0, Ordering::Relaxed);
    world.engine.retry(1, None).unwrap();
    for _ in 0..4 {
        world.settle();
        for &id in &before {
            world.engine.complete(id, Ok(Data::text("late")));
        }
        world.settle();
        assert!(world.pass_time());
    }
    world.settle();
    let after = slow(world).split_off(before.len());
    assert!(after.len() > 2, "{after:?}");
    let different: BTreeSet<_> = before.iter().chain(&after).collect();
    assert_eq!(different.len(), before.len() + after.len());
    assert_eq!(services.keys("slow").len(), 1, "it is the same request");
    let last = after.last().unwrap();
    world.engine.complete(*last, Ok(Data::text("in time")));
    world.run();
    assert_eq!(world.stdout(), "in time\n");
}

#[test]
fn what_is_asked_after_going_back_is_no_request_of_before() {
    // The fiber of `finally` is started once more, and would have the numbers of the one before.
    let text = "(let [act (activity \"act\") ask (fn [what] (async ((activity \"ask\") what)))]
                  (try (act) (finally (ask :old) (sleep 10)))
                  (println (await (ask :new))))";
    let mut services = world_of(options());
    services.mend(1);
    let mended = Arc::clone(&services.mended);
    services.world.serve(move |task| match task.name.as_str() {
        "act" if mended.load(Ordering::Relaxed) == 1 => exit(1, "no act"),
        "act" => Served::Answer(Data::Nil),
        _ => Served::Silence,
    });
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    services.mend(2);
    services.retry(1);
    let asked: Vec<_> = {
        let told = services.world.transport.told();
        let asked = told.started.iter().filter(|task| task.name == "ask");
        asked
            .map(|task| (task.id, task.idempotency_key.clone()))
            .collect()
    };
    let [old, again, new] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    let keys = BTreeSet::from([&old.1, &again.1, &new.1]);
    assert_eq!(keys.len(), 3, "another request has another key: {asked:?}");
    services
        .world
        .engine
        .complete(old.0, Ok(Data::text("late")));
    services.world.settle();
    services
        .world
        .engine
        .complete(new.0, Ok(Data::text("in time")));
    services.world.run();
    assert_eq!(services.world.stdout(), "in time\n");
}

/// A failed main process has told nothing of its fibers, and knows after a retry of those alone that
/// had failed by the checkpoint that it goes on from.
#[test]
fn fibers_that_failed_are_told_when_the_run_is_over() {
    let text = "(defn fail [n] (future (throw (ex-info (str \"boom \" n) {}))))
                (fail 1)
                (sleep 1)
                (def awaited (fail 2))
                (try ((activity \"act\")) (finally (sleep 1) (fail 3) (sleep 1)))
                (println (try @awaited (catch Exception e (ex-message e))))";
    let mut services = world_of(options());
    services.mend(1);
    services.world.start(&program(text));
    services.world.run();
    assert_eq!(services.world.standing().status, Status::Failed);
    let told = |services: &Services| services.world.transport.told().stderr.clone();
    assert_eq!(told(&services), "");
    let record = engine::read_record(&services.world.store.snapshot(), 1).unwrap();
    let fibers = |unheard: &[Unheard]| -> Vec<String> {
        let reports = unheard.iter().filter_map(|one| one.report.lines().next());
        reports.map(str::to_owned).collect()
    };
    let ending = record.ending.expect("it has failed");
    assert_eq!(fibers(&ending.unheard), ["boom 1", "boom 2", "boom 3"]);
    assert_eq!(fibers(&record.unheard), ["boom 1", "boom 2"]);
    services.mend(NAMES.len());
    services.retry(1);
    assert_eq!(services.world.standing().status, Status::Done);
    assert_eq!(services.world.stdout(), "boom 2\n");
    let told = told(&services);
    let lines = told
        .lines()
        .filter_map(|line| line.split_once("awaited it: "));
    let messages: Vec<&str> = lines.map(|(_, message)| message).collect();
    assert_eq!(messages, ["boom 1", "boom 3"], "{told}");
    let record = engine::read_record(&services.world.store.snapshot(), 1).unwrap();
    let ending = record.ending.expect("it has ended");
    assert_eq!(fibers(&ending.unheard), ["boom 1", "boom 3"]);
}
