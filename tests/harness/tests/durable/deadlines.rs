//! Time limits (`with-timeout`) around what a cancellation or an exit tidies up, and inside of it.

use crate::world::{Crash, World, crash_everywhere, ends, program};
use engine::letter::Letter;
use engine::record::{Status, decode_fiber, encode_fiber};
use store::Batch;
use store::key::KeyBuilder;

#[test]
fn a_time_limit_leaves_what_tidies_up_inside_of_it_alone() {
    let done = |exit_status, said: &str| (Status::Done, exit_status, said.to_owned());
    let cancelled = |said: &str| (Status::Cancelled, 1, said.to_owned());
    let tidies = "(finally (sleep 300) (println :tidied))";
    for (text, cancelled_at, ended) in [
        (
            format!("(with-timeout 100 (try (exit 3) {tidies}))"),
            None,
            done(3, ":tidied\n"),
        ),
        // It passed while something else ran.
        (
            "(with-timeout 100
               (try (exit 3) (finally (await (async (sleep 300))) (println 1) (sleep 10) (println 2))))"
                .to_owned(),
            None,
            done(3, "1\n2\n"),
        ),
        (
            format!("(loop [] (with-timeout 100 (try (sleep 90) {tidies})) (recur))"),
            Some(20),
            cancelled(":tidied\n"),
        ),
        (
            format!("(println (race (with-timeout 100 (try (sleep \"1h\") {tidies})) (do (sleep 20) :quick)))"),
            None,
            done(0, ":tidied\n:quick\n"),
        ),
        // The other waits for who would else go on for ever.
        (
            format!(
                "(println (race (do (sleep 20) :quick)
                               (loop []
                                 (try (with-timeout 100 (try (sleep 90) {tidies})) (catch :ox/timeout _ nil))
                                 (recur))))"
            ),
            None,
            done(0, ":tidied\n:quick\n"),
        ),
        (
            format!("(with-timeout 200 (with-timeout 100 (try (exit 3) {tidies})))"),
            None,
            done(3, ":tidied\n"),
        ),
        // A fiber that ends the process itself, with nobody's help.
        (
            format!("(async (with-timeout 100 (try (exit 3) {tidies}))) (sleep \"1h\")"),
            None,
            done(3, ":tidied\n"),
        ),
        (
            format!(
                "(let [f (async (try (exit 3) {tidies}))] (sleep 20) (cancel f) (sleep \"1h\") (await f))"
            ),
            None,
            done(3, ":tidied\n"),
        ),
        // A policy asks whether a limit around it has passed: one that is held up has not.
        (
            "(with-timeout 100
               (try (exit 3)
                 (finally
                   (sleep 200)
                   (retrying {:max-attempts 2 :delay 10 :jitter 0}
                     (println :try)
                     (with-timeout 50 (sleep (if (nil? (deref seen)) (do (reset! seen 1) \"1h\") 1))))
                   (println :tidied))))"
                .replace("(with-timeout 100\n", "(def seen (atom nil)) (with-timeout 100\n"),
            None,
            done(3, ":try\n:try\n:tidied\n"),
        ),
    ] {
        assert_eq!(ends(&text, cancelled_at), ended, "{text}");
    }
}

#[test]
fn a_time_limit_inside_of_what_tidies_up_holds() {
    let late = "(catch :ox/timeout e (println (ex-message e)))";
    for (tidies, said) in [
        (
            format!("(finally (try (with-timeout 50 (sleep \"1h\")) {late}) (println :tidied))"),
            "it took longer than 50 ms\n:tidied\n",
        ),
        // The error that is thrown again is in the hands of what the limit is around.
        (
            format!(
                "(catch :ox/exit e
                   (try (with-timeout 50 (sleep \"1h\") (println (ex-message e))) {late}) (throw e))"
            ),
            "it took longer than 50 ms\n",
        ),
        // An exit within it is a later one, and the limit is not to end that.
        (
            "(finally
               (try (with-timeout 50 (try (exit 4) (finally (sleep 100) (println 4))))
                 (catch :ox/exit _ (println :again))))"
                .to_owned(),
            "4\n:again\n",
        ),
    ] {
        let text = format!("(with-timeout 10 (try (exit 3) {tidies}))");
        let said = said.to_owned();
        assert_eq!(ends(&text, None), (Status::Done, 3, said), "{text}");
    }
}

#[test]
fn a_time_limit_ends_who_has_caught_the_end_and_goes_on() {
    for (text, said) in [
        (
            "(with-timeout 100
               (try (exit 3) (catch :ox/exit e (sleep 200) (println (:reason (ex-data e)))))
               (try (sleep 1) (println :not) (catch :ox/timeout e (println (ex-message e)))))",
            "3\nit took longer than 100 ms\n",
        ),
        // And at its time who has forgotten it.
        (
            "(with-timeout 100
               (try (try (exit 3) (catch :ox/exit _ (sleep 200) (println :not)))
                 (catch :ox/timeout e (println (ex-message e)))))",
            "it took longer than 100 ms\n",
        ),
    ] {
        assert_eq!(ends(text, None), (Status::Done, 0, said.to_owned()));
    }
}

#[test]
fn a_cancellation_of_another_fiber_is_an_error_like_any_other() {
    let held = "(let [f (future (sleep \"10s\"))]
                  (cancel f)
                  (let [r (try (await f) (catch :ox/cancelled e e))] (sleep \"2s\") (println (ex-message r))))";
    // What another fiber has caught is a value here.
    let given = "(let [f (future (try (sleep \"10s\") (catch :ox/cancelled e e)))]
                   (sleep 1)
                   (cancel f)
                   (let [r (await f)] (sleep \"2s\") (println (ex-message r))))";
    for holds in [held, given] {
        let limited = format!(
            "(try (with-timeout 500 {holds}) (catch :ox/timeout e (println (ex-message e))))"
        );
        let said = "it took longer than 500 ms\n".to_owned();
        assert_eq!(ends(&limited, None), (Status::Done, 0, said), "{limited}");
        let cancelled = (Status::Cancelled, 1, String::new());
        assert_eq!(ends(holds, Some(100)), cancelled, "{holds}");
        let other = format!(
            "(let [g (future {holds})]
               (sleep 100)
               (println (cancel g) (try (await g) (catch :ox/cancelled _ :cancelled))))"
        );
        let said = "true :cancelled\n".to_owned();
        assert_eq!(ends(&other, None), (Status::Done, 0, said), "{other}");
    }
    // Also where it is thrown on by what tidies up.
    let tidies = "(let [f (future (sleep \"10s\"))]
                    (cancel f)
                    (try (with-timeout 100 (try (try (await f) (finally 1)) (finally (sleep 200) (println :not))))
                      (catch :ox/timeout e (println (ex-message e)))))";
    let said = "it took longer than 100 ms\n".to_owned();
    assert_eq!(ends(tidies, None), (Status::Done, 0, said));
}

#[test]
fn however_many_futures_of_others_were_cancelled_no_error_of_them_is_its_own() {
    let text = "(defn limited [n]
                  (let [f (future (sleep \"1h\"))]
                    (cancel f)
                    (dotimes [_ n] (try (await f) (catch :ox/cancelled _ nil)))
                    (try (with-timeout 100
                           (let [e (try (await f) (catch :ox/cancelled e e))]
                             (sleep 300)
                             (ex-message e)))
                         (catch :ox/timeout _ :limited))))
                (println (distinct (mapv (fn [n] @(future (limited n))) (range 9))))";
    let world = crate::world::run(text);
    assert_eq!(world.stdout(), "(:limited)\n");
}

#[test]
fn a_time_limit_leaves_a_second_exit_alone_whatever_becomes_of_the_first() {
    let later = "(try (exit 4) (finally (sleep \"1s\") (println :tidied)))";
    for text in [
        format!(
            "(try (exit 1)
               (catch :ox/exit e (with-timeout 300 (println (:reason (ex-data e))) {later})))"
        ),
        format!(
            "(try (exit 1)
               (catch :ox/exit e
                 (let [say (fn [] (println (:reason (ex-data e))))] (with-timeout 300 (say) {later}))))"
        ),
        // It was caught outside and is thrown again inside.
        "(try (exit 4)
           (catch :ox/exit e
             (println 1)
             (with-timeout 300 (try (throw e) (finally (sleep \"1s\") (println :tidied))))))"
            .to_owned(),
    ] {
        crash_everywhere(
            &text,
            |_| {},
            |world, crash| {
                assert_eq!(world.standing().exit_status, 4, "{text}");
                if crash == Crash::Never {
                    assert_eq!(world.stdout(), "1\n:tidied\n", "{text}");
                }
            },
        );
    }
}

#[test]
fn a_cancellation_that_an_earlier_one_holds_up_is_thrown_when_that_is_dealt_with() {
    let text = "(let [f (async (let [r (try (sleep \"1h\") (catch :ox/cancelled e e))]
                                 (sleep 100)
                                 (println (ex-message r))
                                 (sleep 10)
                                 (println :not)))]
                  (sleep 20)
                  (cancel f)
                  (sleep 20)
                  (println (cancel f))
                  (println (try (await f) (catch :ox/cancelled _ :cancelled))))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            if crash == Crash::Never {
                assert_eq!(world.stdout(), "true\ncancelled\n:cancelled\n");
            }
        },
    );
}

#[test]
fn who_is_taken_up_from_an_older_record_goes_on_with_what_it_tidies_up() {
    let text = "(with-timeout 100
                  (try (sleep \"1h\")
                    (finally
                      (println 1)
                      (try (with-timeout 30 (sleep 20) (println 2) (sleep \"1h\"))
                        (catch :ox/timeout e (println (ex-message e))))
                      (sleep 100)
                      (println 3))))";
    let mut world = World::new();
    world.start(&program(text));
    world.settle();
    assert!(world.engine.post(1, Letter::Cancel).unwrap());
    world.settle();
    // Before the inner limit is set, inside of it, and after it.
    for time in [0, 20, 10, 60] {
        world.advance(time);
        world.settle();
        let key = KeyBuilder::of_kind(b'F').u64(1).u64(0).finish();
        let bytes = world.store.snapshot().get(&key).unwrap().unwrap();
        let (mut record, mut note) = decode_fiber(&bytes).unwrap();
        record.has_unnoted_ends = true;
        (record.ends, record.ends_count) = (vm::Word::NIL.0, 0);
        note.cancelled_again = false;
        let mut bytes = encode_fiber(&record, &note);
        bytes[0] = 9;
        let mut batch = Batch::new();
        batch.put(&key, &bytes);
        world.store.commit(&[batch]).unwrap();
        world.restart(Crash::Never);
        world.engine.resume().unwrap();
        world.settle();
        assert!(world.engine.post(1, Letter::Cancel).unwrap());
    }
    world.run();
    let said = "1\n2\nit took longer than 30 ms\n3\n".to_owned();
    assert_eq!(world.stdout(), said);
    assert_eq!(world.standing().status, Status::Cancelled);
}

#[test]
fn what_a_time_limit_leaves_alone_is_stored() {
    for (text, exit_status, said) in [
        (
            "(with-timeout 100
               (try (exit 3)
                 (finally (println 1) (sleep 60) (println 2) (sleep 60) (println 3) (sleep 60) (println 4))))",
            3,
            "1\n2\n3\n4\n",
        ),
        (
            "(with-timeout 100
               (try (exit 3)
                 (finally
                   (println 1)
                   (try (with-timeout 30 (sleep 20) (println 2) (sleep \"1h\"))
                     (catch :ox/timeout e (println (ex-message e))))
                   (sleep 100)
                   (println 3))))",
            3,
            "1\n2\nit took longer than 30 ms\n3\n",
        ),
        (
            "(with-timeout 100
               (try (exit 3) (catch :ox/exit e (println 1) (sleep 200) (println (:reason (ex-data e)))))
               (try (sleep 1) (println :not) (catch :ox/timeout e (println (ex-message e)))))",
            0,
            "1\n3\nit took longer than 100 ms\n",
        ),
    ] {
        crash_everywhere(
            text,
            |_| {},
            |world, crash| {
                assert_eq!(world.standing().exit_status, exit_status, "{text}");
                if crash == Crash::Never {
                    assert_eq!(world.stdout(), said, "{text}");
                }
            },
        );
    }
}

#[test]
fn an_exit_elsewhere_reaches_who_holds_the_future_that_has_thrown_it() {
    let text = "(let [f (async (sleep 10) (exit 3))] (sleep 100) (println :not) (await f))";
    assert_eq!(ends(text, None), (Status::Done, 3, String::new()));
}

#[test]
fn a_cancellation_waits_for_an_exit_to_be_done() {
    // It comes where nothing is thrown, at the end of a scope, and the exit is thrown after that.
    let text = "(try
                  (scope (async (try (sleep \"1h\") (finally (sleep 50)))) (sleep 10))
                  (exit 3)
                  (finally (sleep 10) (println :tidied)))";
    let ended = (Status::Done, 3, ":tidied\n".to_owned());
    assert_eq!(ends(text, Some(20)), ended);
}
