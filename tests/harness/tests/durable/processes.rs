//! Processes and their messages, with Erlang's meaning.

use crate::world::{Crash, Served, World, crash_everywhere, ends, output, program, run};
use engine::data::Data;
use engine::letter::Letter;
use engine::record::Status;

#[test]
fn who_is_killed_while_the_run_is_suspended_wakes_nobody_else() {
    let text = "(let [p (spawn (fn [] (sleep \"1h\"))) m (monitor p) f (activity \"a\")]
                  (receive [:down & rest] (println \"down\" (last rest)))
                  (println (f)))";
    for goes_on_here in [false, true] {
        let mut world = World::new();
        world.serve(|_| Served::Answer(Data::text("done")));
        world.start(&program(text));
        world.settle();
        world.restart(Crash::Never);
        let (child, _) = world.engine.processes()[1];
        world.engine.wake_only(child);
        assert!(world.engine.post(child, Letter::Kill).unwrap());
        world.settle();
        let standing = world.engine.standing(child).unwrap();
        assert_eq!(standing.status, Status::Killed);
        assert_eq!(world.stdout(), "");
        if !goes_on_here {
            world.restart(Crash::Never);
        }
        world.engine.resume().unwrap();
        world.run();
        assert_eq!(world.stdout(), "down :killed\ndone\n");
        let told = world.transport.told();
        assert_eq!(told.started.len(), 1, "begun when the run was resumed");
    }
}

#[test]
fn a_message_is_answered() {
    let text = "(let [me (self)
                      p (spawn (fn [] (receive [:add a b from] (send from [:sum (+ a b)]))))]
                  (send p [:add 2 3 me])
                  (println (receive [:sum n] n)))";
    assert_eq!(output(text), "5\n");
}

#[test]
fn receive_is_selective_and_keeps_the_order() {
    let text = "(let [me (self)]
                  (doseq [m [[:b 1] [:a 1] [:b 2] [:a 2]]] (send me m))
                  (println (receive [:a n] n) (receive [:a n] n))
                  (println (receive [_ n] n) (receive [_ n] n)))";
    assert_eq!(output(text), "1 2\n1 2\n");
}

#[test]
fn receive_gives_up_after_its_time() {
    assert_eq!(
        output("(println (receive :never 1 (after \"5s\" :late)))"),
        ":late\n"
    );
}

#[test]
fn two_fibers_never_take_the_same_message() {
    let text = "(let [me (self)
                      worker (fn [name] (loop [got []] (let [m (receive :stop nil x x)] (if m (recur (conj got m)) got))))
                      a (future (worker :a))
                      b (future (worker :b))]
                  (sleep 1)
                  (dotimes [n 20] (send me (inc n)))
                  (send me :stop) (send me :stop)
                  (println (sort (concat @a @b))))";
    assert_eq!(
        output(text),
        "(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)\n"
    );
}

#[test]
fn an_atom_cannot_be_sent() {
    let text = "(println (try (send (self) {:a [1 (atom 2)]}) (catch :ox/type e (ex-message e))))";
    let text = output(text);
    assert!(
        text.contains("an atom") && text.contains(":a > 1"),
        "{text}"
    );
}

#[test]
fn monitors_hear_of_every_end() {
    let text = "(defn hear [r] (receive [:down ref :process pid reason] reason (after \"1m\" :nothing)))
                (let [[p r] (spawn-monitor (fn [] (sleep 10)))] (println (hear r)))
                (let [[p r] (spawn-monitor (fn [] (exit :gone)))] (println (hear r)))
                (let [[p r] (spawn-monitor (fn [] (throw (ex-info \"bad\" {}))))] (println (ex-message (hear r))))
                (let [[p r] (spawn-monitor (fn [] (sleep \"1h\")))] (exit p :kill) (println (hear r)))
                (let [p (spawn (fn [] nil))] (sleep 10) (let [r (monitor p)] (println (hear r))))
                (let [[p r] (spawn-monitor (fn [] (sleep 10)))] (demonitor r) (println (hear r)))";
    assert_eq!(
        output(text),
        ":normal\n:gone\nbad\n:killed\n:noproc\n:nothing\n"
    );
}

#[test]
fn what_was_just_spawned_can_be_cancelled() {
    let text = "(let [p (spawn (fn [] (sleep \"1h\") (println :ran-on)))] (println (cancel p) (await-exit p)))";
    assert_eq!(output(text), "true :cancelled\n");
}

#[test]
fn the_name_of_one_that_failed_is_free_after_a_crash_too() {
    let text = "(defn server [] (receive :crash (throw (ex-info \"x\" {})) [:job from n] (send from [:done n])))
                (defn start [] (let [p (spawn server)] (register :srv p) (monitor p) p))
                (let [first-one (start)]
                  (send :srv :crash)
                  (println (receive [:down _ :process pid _] (= pid first-one)))
                  (sleep 10)
                  (println (whereis :srv))
                  (let [p (start)]
                    (println (= p (whereis :srv)))
                    (send :srv [:job (self) 7])
                    (println (receive [:done n] n))))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn linked_processes_end_together_unless_the_end_was_normal() {
    let text = "(let [p (spawn (fn [] (spawn-link (fn [] (sleep 10))) (sleep 1000) :survived))] (println (await-exit p)))
                (let [p (spawn (fn [] (spawn-link (fn [] (sleep 10) (exit :oops))) (sleep \"1h\")))] (println (await-exit p)))
                (let [p (spawn (fn [] (let [me (self)] (spawn-link (fn [] (exit me :kill)) ) (sleep \"1h\"))))] (println (await-exit p)))";
    assert_eq!(output(text), ":normal\n:oops\n:killed\n");
}

#[test]
fn trapped_exits_are_messages() {
    let text = "(trap-exit true)
                (defn hear [] (receive [:exit pid reason] reason (after \"1m\" :nothing)))
                (spawn-link (fn [] nil)) (println (hear))
                (spawn-link (fn [] (exit :oops))) (println (hear))
                (let [p (spawn-link (fn [] (sleep \"1h\")))] (exit p :kill) (println (hear)))
                (let [p (spawn (fn [] nil))] (sleep 10) (link p) (println (hear)))
                (exit (self) :to-myself) (println (hear))";
    assert_eq!(
        output(text),
        ":normal\n:oops\n:killed\n:noproc\n:to-myself\n"
    );
}

#[test]
fn unlinked_processes_do_not_hear_of_each_other() {
    let text = "(let [p (spawn-link (fn [] (receive :go (exit :oops))))]
                  (unlink p) (send p :go) (sleep 100) (println \"alive\" (await-exit p)))";
    assert_eq!(output(text), "alive :oops\n");
}

#[test]
fn a_killed_process_with_an_untrappable_signal_ends_even_if_it_traps() {
    let text = "(let [p (spawn (fn [] (trap-exit true) (loop [] (receive x nil) (recur))))]
                  (sleep 5) (exit p :please) (sleep 5) (println (whereis :none)) (exit p :kill) (println (await-exit p)))";
    assert_eq!(output(text), "nil\n:killed\n");
}

#[test]
fn names_lead_to_processes() {
    let text = "(let [p (spawn (fn [] (receive x (println \"got\" x))))]
                  (register :worker p)
                  (println (= p (whereis :worker)))
                  (println (try (register :worker (self)) (catch :ox/argument e :taken)))
                  (send :worker 1)
                  (await-exit p)
                  (println (whereis :worker))
                  (println (try (send :worker 2) (catch :ox/argument e :nobody))))";
    assert_eq!(output(text), "true\n:taken\ngot 1\nnil\n:nobody\n");
}

#[test]
fn the_end_of_main_shuts_the_others_down() {
    let world = run("(spawn (fn [] (sleep \"1h\")))
                     (spawn (fn [] (trap-exit true) (receive [:exit _ reason] (println \"told\" reason))))
                     (spawn (fn [] (trap-exit true) (loop [] (receive x nil) (recur))))
                     (sleep 10) (println \"end\")");
    assert_eq!(world.stdout(), "end\ntold :shutdown\n");
    let statuses: Vec<Status> = world
        .engine
        .processes()
        .into_iter()
        .map(|(_, status)| status)
        .collect();
    assert_eq!(
        statuses,
        [
            Status::Done,
            Status::Cancelled,
            Status::Done,
            Status::Killed
        ]
    );
}

#[test]
fn cancelling_a_process_unwinds_it_and_what_it_started() {
    let text = "(let [p (spawn (fn []
                          (let [c (spawn (fn [] (try (sleep \"1h\") (finally (println \"child\")))))]
                            (try (sleep \"1h\") (finally (println \"parent\"))))))]
                  (sleep 10)
                  (println (cancel p))
                  (println (await-exit p))
                  (sleep 10)
                  (println (cancel p)))";
    let text = output(text);
    assert!(
        text.starts_with("true\n") && text.ends_with("false\n"),
        "{text}"
    );
    for line in ["child\n", "parent\n", ":cancelled\n"] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn a_second_cancellation_leaves_finally_alone() {
    let slow = "(defn slow [name]
          (try (try (sleep \"1h\") (finally (println name 1) (sleep 100) (println name 2)))
            (finally (println name 3) (sleep 100) (println name 4))))
        (defn end [f] (try (await f) (catch :ox/cancelled _ :cancelled)))\n";
    let lines = |name: &str| -> String { (1..=4).map(|n| format!("{name} {n}\n")).collect() };
    for (text, name, answer) in [
        (
            "(let [f (async (slow :again))]
               (sleep 10) (cancel f) (sleep 50) (cancel f) (sleep 100) (println (cancel f) (end f)))",
            ":again",
            "true :cancelled\n",
        ),
        (
            "(let [f (async (slow :at-once))] (sleep 10) (cancel f) (println (cancel f) (end f)))",
            ":at-once",
            "true :cancelled\n",
        ),
        (
            "(let [p (spawn slow :process)]
               (sleep 10) (cancel p) (sleep 50) (cancel p) (sleep 100) (cancel p) (println (await-exit p)))",
            ":process",
            ":cancelled\n",
        ),
        (
            "(scope (let [f (async (slow :member))] (sleep 10) (cancel f) (sleep 50))) (println :left)",
            ":member",
            ":left\n",
        ),
        (
            "(let [p (spawn slow :child)] (sleep 10) (cancel p) (sleep 50))",
            ":child",
            "",
        ),
    ] {
        crash_everywhere(
            &format!("{slow}{text}"),
            |_| {},
            |world, crash| {
                if crash == Crash::Never {
                    let said = world.stdout();
                    let said: Vec<&str> = said.lines().filter(|l| l.starts_with(name)).collect();
                    assert_eq!(said.join("\n") + "\n", lines(name), "{text}");
                    assert!(world.stdout().contains(answer), "{text}");
                }
            },
        );
    }
}

#[test]
fn who_is_done_with_a_cancellation_can_be_cancelled_again() {
    let text = "(let [f (async (do (try (sleep \"1h\") (catch :ox/cancelled e (println (ex-message e) 1)))
                                  (try (sleep \"1h\") (finally (println :tidies) (sleep 100) (println :tidied)))))]
          (sleep 10) (cancel f) (sleep 10) (cancel f) (sleep 10) (cancel f)
          (println (try (await f) (catch :ox/cancelled _ :cancelled))))";
    crash_everywhere(
        text,
        |_| {},
        |world, crash| {
            if crash == Crash::Never {
                assert_eq!(
                    world.stdout(),
                    "cancelled 1\n:tidies\n:tidied\n:cancelled\n"
                );
            }
        },
    );
}

#[test]
fn a_catch_that_forgets_the_cancellation_is_done_with_it() {
    // Only what may yet throw it again holds it. The other has dealt with it, like a server that goes
    // on in its handler, and can be cancelled there.
    for (handler, said) in [
        (
            "(catch :ox/cancelled _ (sleep 100) (println :tidied))",
            "again",
        ),
        (
            "(catch :ox/cancelled e (sleep 100) (println :tidied) (throw e))",
            ":tidied\nagain",
        ),
    ] {
        let text = format!(
            "(let [f (async (try (sleep \"1h\") {handler}))]
               (sleep 10) (cancel f) (sleep 10) (cancel f)
               (println (try (await f) (catch :ox/cancelled _ \"again\"))))"
        );
        assert_eq!(output(&text), format!("{said}\n"), "{handler}");
    }
}

#[test]
fn an_exit_elsewhere_lets_main_tidy_up_first() {
    let tidies = "(finally (sleep 100) (println \"tidied\"))";
    let at = |ms: u64, status: u64| format!("(async (sleep {ms}) (exit {status}))");
    let (first, second) = (at(10, 4), at(20, 3));
    for (text, cancelled_at, status, exit_status, said) in [
        (
            format!("{first} {second} (try (sleep \"1h\") {tidies})"),
            None,
            Status::Done,
            4,
            "tidied\n",
        ),
        (
            format!("{second} (try (exit 5) {tidies})"),
            None,
            Status::Done,
            5,
            "tidied\n",
        ),
        (
            format!("{second} (try (sleep \"1h\") {tidies})"),
            Some(0),
            Status::Cancelled,
            1,
            "tidied\n",
        ),
        (
            format!("{first} (try (sleep \"1h\") {tidies})"),
            Some(15),
            Status::Done,
            4,
            "tidied\n",
        ),
        (
            format!("(try (exit 5) {tidies})"),
            Some(15),
            Status::Done,
            5,
            "tidied\n",
        ),
        // Who has dealt with the one hears of the other where it waits next.
        (
            format!(
                "{first} {second}
                 (try (sleep \"1h\") (catch :ox/exit e (sleep 100) (println (:reason (ex-data e)))))
                 (try (sleep \"1h\") {tidies})"
            ),
            None,
            Status::Done,
            3,
            "4\ntidied\n",
        ),
    ] {
        let found = ends(&text, cancelled_at);
        assert_eq!(found, (status, exit_status, said.to_owned()), "{text}");
    }
}

#[test]
fn oxc_can_cancel_and_kill_from_outside() {
    for (letter, status, text) in [
        (Letter::Cancel, Status::Cancelled, "cleaned\n"),
        (Letter::Kill, Status::Killed, ""),
    ] {
        let world = World::new();
        let main = world.start(&program(
            "(try (sleep \"1h\") (finally (println \"cleaned\")))",
        ));
        world.settle();
        assert!(world.engine.post(main, letter.clone()).unwrap());
        world.run();
        assert_eq!(world.standing().status, status);
        assert_eq!(world.stdout(), text);
        assert!(!world.engine.post(main, letter).unwrap());
        assert!(world.engine.remove(main).unwrap());
        assert_eq!(world.engine.processes(), []);
    }
}

#[test]
fn messages_from_outside_arrive() {
    let world = World::new();
    let main = world.start(&program("(println (receive [:hello x] x))"));
    world.settle();
    let data = engine::data::parse("[:hello {:a 1}]").unwrap();
    world
        .engine
        .post(main, Letter::Message(engine::data::to_message(&data)))
        .unwrap();
    world.run();
    assert_eq!(world.stdout(), "{:a 1}\n");
}

#[test]
fn a_long_mailbox_is_searched_in_order() {
    let text = "(let [me (self)]
                  (dotimes [n 3000] (send me [:other n]))
                  (send me [:wanted 1])
                  (println (receive [:wanted n] n))
                  (println (loop [sum 0 count 0]
                             (let [n (receive [:other n] n (after 0 nil))]
                               (if n (recur (+ sum n) (inc count)) [sum count])))))";
    assert_eq!(output(text), "1\n[4498500 3000]\n");
}

#[test]
fn messages_larger_than_a_record_arrive() {
    let text = "(let [p (spawn (fn [] (receive [from v] (do (sleep 100) (send from (count v))))))]
                  (send p [(self) (vec (range 50000))])
                  (println (receive n n)))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn messages_arrive_exactly_once_wherever_it_crashes() {
    let text = "(defn counter [total]
                  (receive [:add n] (counter (+ total n))
                           [:get from] (do (send from [:total total]) (counter total))))
                (let [c (spawn counter 0)
                      senders (mapv (fn [k] (spawn (fn [] (dotimes [n 5] (sleep 10) (send c [:add (+ k n)]))))) [100 200 300])]
                  (doseq [s senders] (println (await-exit s)))
                  (send c [:get (self)])
                  (println (receive [:total n] n)))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn links_monitors_and_names_survive_a_crash_anywhere() {
    let text = "(trap-exit true)
                (let [p (spawn-link (fn [] (sleep 50) (exit :oops)))
                      [q r] (spawn-monitor (fn [] (receive :stop :ok)))]
                  (register :q q)
                  (sleep 20)
                  (println (receive [:exit _ reason] reason))
                  (sleep 20)
                  (send :q :stop)
                  (println (receive [:down _ :process _ reason] reason))
                  (sleep 20)
                  (println (whereis :q)))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn a_spawned_process_has_what_the_entry_file_has_defined() {
    let text = "(def base (inc 41))
                (def table {:f (fn [n] (+ n base)) :deep [(str \"x\" base)]})
                (def counter (atom 0))
                (defn add [n] ((:f table) n))
                (defn work [to n] (send to [:sum (add n) (:deep table)]))
                (defactivity doubled [n] (* 2 (add n)))
                (spawn work (self) 1)
                (println (receive [:sum n deep] [n deep]))
                (spawn (fn [] (spawn work (self) 2) (println (receive [:sum n _] n)) (work (self) 0)))
                (println (doubled 3))
                (let [me (self) by-name #'base] (spawn (fn [] (send me (deref by-name)))))
                (println (receive n n) (#'add 4))";
    let expected = "[43 [x42]]\n90\n42 46\n44\n";
    let mut lines: Vec<_> = output(text).lines().map(str::to_owned).collect();
    let mut wanted: Vec<_> = expected.lines().map(str::to_owned).collect();
    lines.sort();
    wanted.sort();
    assert_eq!(lines, wanted);
    crash_everywhere(
        "(def base (inc 41)) (defn f [to] (sleep 10) (send to base)) (spawn f (self)) (println (receive n n))",
        |_| {},
        |_, _| {},
    );
}

#[test]
fn what_cannot_be_shared_with_a_spawned_process_is_named() {
    let text = "(def counter (atom 0))
                (defn tick [to] (send to (try (swap! counter inc) (catch :ox/unbound e (ex-message e)))))
                (spawn tick (self))
                (println (receive m m))
                (println (swap! counter inc))";
    let said = output(text);
    assert!(said.contains("user/counter is not here"), "{said}");
    assert!(said.contains("pass it as an argument"), "{said}");
    assert!(said.ends_with("\n1\n"), "{said}");
}
