//! Code that running programs make: extensions of the image, through crashes and between processes.

use crate::world::{World, crash_everywhere, output, program};

#[test]
fn what_was_evaluated_is_there_after_a_crash() {
    let text = "
        (def made (eval '(fn [n] (let [k (* n 2)] (fn [] k)))))
        (eval '(def total (atom 0)))
        (def thunks (mapv made [1 2 3]))
        (dotimes [n 3]
          (sleep 10)
          (eval (list 'do (list 'defn (symbol (str \"f\" n)) '[] (list 'swap! 'total '+ n)) (list (symbol (str \"f\" n)))))
          (println n ((thunks n)) (eval '@total)))
        (println (map (fn [n] ((resolve (symbol (str \"f\" n))))) [0 1 2]))
        (println (try (eval '(sleep (no-such-name))) (catch :ox/compile e (:code (ex-data e)))))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn effects_of_what_is_evaluated_are_as_durable_as_all_else() {
    let text = "
        (eval '(defn wait [n] (sleep 10) (println :woke n) (if (< n 3) (recur (inc n)) n)))
        (println (eval '(let [x (wait 0)] (sleep 10) [x (wait 2)])))
        (println (load-string \"(try (sleep 5) (throw (ex-info (str (wait 3)) {})) (catch Exception e (sleep 5) (ex-message e)) (finally (println :tidied)))\"))";
    crash_everywhere(text, |_| {}, |_, _| {});
}

#[test]
fn processes_send_one_another_what_only_an_extension_has() {
    for (text, said) in [
        // The receiver waits since before the code was there.
        (
            "(let [me (self)
                   p (spawn (fn [] (receive f (do (sleep 10) (send me (f 20))))))]
               (sleep 10)
               (send p (eval '(fn [x] [:made (inc x)])))
               (println (receive x x)))",
            "[:made 21]\n",
        ),
        // The child makes code, and its parent calls it.
        (
            "(let [me (self)]
               (spawn (fn [] (send me (eval '(do (defrecord Note [text]) (defn shout [n] (str (:text n) \"!\")) [shout (->Note \"hey\")])))))
               (let [[f note] (receive x x)] (println (f note) note)))",
            "hey! #user.Note{:text hey}\n",
        ),
        // Two at once, one definition each.
        (
            "(defn work [n] (eval (list 'do (list 'def (symbol (str \"w\" n)) n) (symbol (str \"w\" n)))))
             (println (pmap work (range 5)) (eval '(+ w1 w4)))",
            "(0 1 2 3 4) 5\n",
        ),
        // A definition with a state that everybody has of his own.
        (
            "(eval '(def ^:dynamic *who* :nobody))
             (eval '(binding [*who* :me] (println *who*)))
             (eval '(println *who*))",
            ":me\n:nobody\n",
        ),
    ] {
        assert_eq!(output(text), said, "{text}");
        crash_everywhere(text, |_| {}, |_, _| {});
    }
}

#[test]
fn a_run_that_is_taken_up_reads_all_extensions() {
    let mut world = World::new();
    world.start(&program(
        "(dotimes [n 20] (eval (list 'def (symbol (str \"d\" n)) (list 'atom n))))
         (sleep \"1h\")
         (println (eval '[@d0 @d7 @d19]))",
    ));
    world.settle();
    world.restart(crate::world::Crash::Never);
    world.engine.resume().expect("the store can be resumed");
    world.run();
    assert_eq!(world.stdout(), "[0 7 19]\n");
    let image = world.engine.image().expect("it has been read");
    assert_eq!(image.image().extensions.len(), 21);
}
