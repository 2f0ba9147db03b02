//! Handlers of effects: bodies that are stored while they run, wait, or are detached, and what their time
//! limits, scopes and cancellations are worth meanwhile.

use crate::world::{crash_everywhere, ends, output};
use engine::record::Status;

/// Effects, and a note of what happens.
const EFFECTS: &str = "(defeffect ask [q]) (defeffect tell [x]) (defeffect yield [x])
    (def log (atom [])) (defn note [x] (swap! log conj x))\n";

fn done(text: &str, said: &str) {
    let text = format!("{EFFECTS}{text}");
    let expected = (Status::Done, 0, said.to_owned());
    assert_eq!(ends(&text, None), expected, "{text}");
}

#[test]
fn a_process_goes_on_in_bodies_and_handlers_after_a_crash() {
    let text = format!(
        "{EFFECTS}
         (defn deep [n] (if (= n 0) (ask :bottom) (inc (deep (dec n)))))
         (println
           (with-handlers {{ask (fn [resume q] (sleep 10) (println :asked q) (let [v (resume 1)] (sleep 10) [v q]))}}
             (with-handlers {{tell (fn [resume x] (sleep 10) (resume (* 10 x)))}}
               (sleep 10)
               (let [a (tell 2) b (deep 50) c (tell 3)]
                 (sleep 10)
                 (println a b c)
                 (+ a b c)))))
         (println
           (with-handlers {{ask (fn [_ q] (sleep 10) [:left q])}}
             (try
               (sleep 10)
               (ask 1)
               (finally (sleep 10) (println :tidied) (sleep 10)))))
         (defn walk [t] (if (vector? t) (run! walk t) (do (sleep 5) (yield t))))
         (with-handlers {{yield (fn [resume x] (println x) (sleep 5) (resume nil))}} (walk [1 [2 [3]] 4]))"
    );
    crash_everywhere(&text, |_| {}, |_, _| {});
}

#[test]
fn a_body_that_was_detached_before_a_crash_goes_on_after_it() {
    let text = format!(
        "{EFFECTS}
         (defn consumer [resume sum] (receive [:add n] (do (sleep 5) (println (+ sum n)) (resume (+ sum n)))))
         (let [me (self)]
           (spawn (fn [] (dotimes [n 4] (sleep 20) (send me [:add n])))))
         (println (with-handlers {{ask consumer}} (loop [sum 0] (if (< sum 6) (recur (ask sum)) sum))))"
    );
    crash_everywhere(&text, |_| {}, |_, _| {});
}

#[test]
fn fibers_are_under_the_handlers_of_where_they_were_started() {
    for (text, said) in [
        (
            "(println (with-handlers {ask (fn [resume q] (resume (inc q)))} (pmap ask [1 2 3])))",
            "(2 3 4)\n",
        ),
        (
            "(println (with-handlers {ask (fn [resume q] (resume [:outer q]))}
               (with-handlers {tell (fn [resume x] (resume (ask [:tell x])))}
                 (let [f (future (tell 1))] (all (ask 2) @f)))))",
            "[[:outer 2] [:outer [:tell 1]]]\n",
        ),
        // What takes bindings along takes no handlers along.
        (
            "(let [f (with-handlers {ask (fn [resume q] (resume :mine))} (bound-fn [] @(future (ask 1))))]
               (println (try (f) (catch :ox/unhandled e :unhandled))))",
            ":unhandled\n",
        ),
        (
            "(def ^:dynamic *x* 0)
             (let [f (binding [*x* 7] (with-handlers {ask (fn [resume q] (resume :inner))} (bound-fn [] [*x* @(future (ask 1))])))]
               (println (with-handlers {ask (fn [resume q] (resume :outer))} (f))))",
            "[7 :outer]\n",
        ),
        (
            "(println (with-handlers {ask (fn [resume q] (resume :mine))} ((bound-fn [] @(future (ask 1))))))",
            ":mine\n",
        ),
        // Not resumed: that fiber ends with the value.
        (
            "(println (with-handlers {ask (fn [_ q] [:left q])} (let [f (future (try (ask 1) (finally (note :f))))] [@f @log])))",
            "[[:left 1] [:f]]\n",
        ),
        // A fiber of a fiber, after the with-handlers is over.
        (
            "(let [f (with-handlers {ask (fn [resume q] (resume (str q)))} (future (sleep 10) @(future (ask :late))))]
               (println @f))",
            ":late\n",
        ),
        (
            "(println (with-handlers {now (fn [resume] (resume #inst \"2020-01-01\"))} (inst-ms @(future (now)))))",
            "1577836800000\n",
        ),
        // What a body gave away cannot be resumed elsewhere.
        (
            "(println (with-handlers {ask (fn [resume q] (let [f (future (try (resume 1) (catch :ox/state e :refused)))] [@f (resume 2)]))}
               (ask 0)))",
            "[:refused 2]\n",
        ),
        (
            "(println (try (with-handlers {ask (fn [resume q] (spawn (fn [] (resume 1))))} (ask 0)) (catch :ox/type e :refused)))",
            ":refused\n",
        ),
    ] {
        done(text, said);
    }
}

#[test]
fn a_time_limit_counts_while_its_body_is_detached_and_holds_where_it_goes_on() {
    for (text, said) in [
        // Set in the body: not the handler's.
        (
            "(println (with-handlers {ask (fn [resume q] (sleep 200) (note :slept) (resume q))}
               (try (with-timeout 100 (ask 1) (note :asked) (sleep 1) (note :not))
                 (catch :ox/timeout e @log))))",
            "[:slept :asked]\n",
        ),
        // Around all of it.
        (
            "(println (try (with-timeout 100
                 (with-handlers {ask (fn [resume q] (try (sleep 200) (finally (note :handler))))}
                   (try (ask 1) (finally (note :body)))))
               (catch :ox/timeout e @log)))",
            "[:handler :body]\n",
        ),
        // Around the handler's call of resume: what it resumes is in it.
        (
            "(println (with-handlers {ask (fn [resume q] (try (with-timeout 50 (resume q)) (catch :ox/timeout e @log)))}
               (try (ask 1) (sleep 100) (finally (note :body)))))",
            "[:body]\n",
        ),
        // The body's ends while the handler's is on.
        (
            "(println (with-handlers {ask (fn [resume q] (with-timeout 50 (resume q)))}
               (try (with-timeout 20 (ask 1) (sleep 5)) (sleep 100) (catch :ox/timeout e (:milliseconds (ex-data e))))))",
            "50\n",
        ),
        (
            "(println (with-handlers {ask (fn [resume q] (resume q))}
               (with-timeout 20 (with-timeout 100 (ask 1)) (try (sleep 50) (catch :ox/timeout e (:milliseconds (ex-data e)))))))",
            "20\n",
        ),
    ] {
        done(text, said);
    }
}

#[test]
fn a_scope_is_that_of_where_code_stands() {
    for (text, said) in [
        // What the handler starts is not the body's.
        (
            "(println (with-handlers {ask (fn [resume q] (let [f (future (sleep 50) (note :mine) :value)] (let [v (resume f)] [v @log])))}
               (let [f (scope (ask 1))] (note :left) @f)))",
            "[:value [:left :mine]]\n",
        ),
        // A scope around resume has in it what the body starts then.
        (
            "(println (with-handlers {ask (fn [resume q] (scope (resume q)))}
               (ask 1)
               (future (try (sleep 1000) (finally (note :ended))))
               (sleep 1)
               :value))
             (println @log)",
            ":value\n[:ended]\n",
        ),
        // The body's scope is left while one of the handler is around it.
        (
            "(println (with-handlers {ask (fn [resume q] (scope (future (try (sleep 30) (note :handler) (catch :ox/cancelled e (note :wrong) (throw e))))
                                                           (let [v (resume q)] (sleep 50) v)))}
               (scope (future (try (sleep 1000) (finally (note :body)))) (ask 1))
               (note :outside)
               @log))",
            "[:body :outside]\n",
        ),
        (
            "(println (with-handlers {ask (fn [resume q] :dropped)}
               (scope (future (try (sleep 1000) (finally (note :body)))) (sleep 1) (ask 1))))
             (println @log)",
            ":dropped\n[:body]\n",
        ),
    ] {
        done(text, said);
    }
}

#[test]
fn a_cancellation_ends_handler_and_body() {
    let cancelled = |text: &str, said: &str| {
        let text = format!("{EFFECTS}{text}");
        let expected = (Status::Cancelled, 1, said.to_owned());
        assert_eq!(ends(&text, Some(20)), expected, "{text}");
    };
    // In the handler: the body is unwound behind it.
    cancelled(
        "(with-handlers {ask (fn [resume q] (try (sleep \"1h\") (finally (sleep 10) (println :handler))))}
           (try (ask 1) (finally (sleep 10) (println :body))))",
        ":handler\n:body\n",
    );
    // In the body, within what a handler has resumed.
    cancelled(
        "(with-handlers {ask (fn [resume q] (try (resume q) (finally (sleep 10) (println :handler))))}
           (try (ask 1) (sleep \"1h\") (finally (sleep 10) (println :body))))",
        ":body\n:handler\n",
    );
    // While a body that nobody resumes is unwound: it is heeded behind that.
    cancelled(
        "(with-handlers {ask (fn [resume q] q)}
           (try (ask 1) (finally (sleep 100) (println :body))))
         (try (sleep \"1h\") (finally (println :then)))",
        ":body\n:then\n",
    );
}

#[test]
fn an_exit_unwinds_all_bodies() {
    let text = format!(
        "{EFFECTS}
         (with-handlers {{ask (fn [resume q] (try (exit 3) (finally (println :handler))))}}
           (with-handlers {{tell (fn [resume x] (resume x))}}
             (try (tell 1) (ask 1) (finally (sleep 10) (println :body)))))"
    );
    let expected = (Status::Done, 3, ":handler\n:body\n".to_owned());
    assert_eq!(ends(&text, None), expected);
}

#[test]
fn an_error_in_a_body_that_nobody_catches_has_the_frames_of_all_parts() {
    let text = format!(
        "{EFFECTS}
         (defn fails [q] (throw (ex-info \"broken\" {{}})))
         (defn body [] (fails (ask 1)) 1)
         (defn run [] (with-handlers {{ask (fn answer [resume q] (let [v (resume q)] v))}} (body)) 2)
         (run)"
    );
    let world = crate::world::run(&text);
    let standing = world.standing();
    assert_eq!(standing.status, Status::Failed);
    for frame in ["user/fails", "user/body", "user/run"] {
        assert!(standing.report.contains(frame), "{}", standing.report);
    }
}

#[test]
fn many_bodies_and_many_requests_end() {
    let text = format!(
        "{EFFECTS}
         (defn nested [n] (if (= n 0) (ask 0) (with-handlers {{tell (fn [resume x] (resume x))}} (nested (dec n)))))
         (println (with-handlers {{ask (fn [resume q] (resume :bottom))}} (nested 100)))
         (println (with-handlers {{ask (fn [resume q] (resume (inc q)))}}
                    (loop [i 0] (if (< i 3000) (recur (ask i)) i))))
         (println (with-handlers {{yield (fn [resume x] (let [more (resume nil)] (if (< x 10) (conj more x) more)))}}
                    (dotimes [i 300] (yield i))
                    [:end]))"
    );
    let said = output(&text);
    assert!(said.starts_with(":bottom\n3000\n[:end 9 8"), "{said}");
}

#[test]
fn bodies_without_end_are_a_limit_that_can_be_caught() {
    let text = format!(
        "{EFFECTS}
         (defn nested [n] (with-handlers {{tell (fn [resume x] (resume x))}} (inc (nested (inc n)))))
         (println (try (nested 0) (catch :ox/memory-limit e :limit)))
         (println (with-handlers {{ask (fn [resume q] (resume q))}} (ask 1)))"
    );
    assert_eq!(output(&text), ":limit\n1\n");
}
