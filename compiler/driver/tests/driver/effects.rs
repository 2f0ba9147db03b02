//! Which effects definitions may perform, and what is said of those that say otherwise.

use crate::support::{found, wrong};
use driver::Workspace;
use expect_test::expect;
use std::collections::BTreeSet;
use std::fmt::Write as _;

fn effects_of(files: &[(&str, &str)]) -> String {
    let mut workspace = Workspace::of(found(files));
    assert_eq!(workspace.check_linked(), []);
    let mut text = String::new();
    for one in workspace.effects() {
        let names: Vec<&str> = one.effects.keys().map(|name| &**name).collect();
        writeln!(text, "{}: {}", one.name, names.join(" ")).unwrap();
    }
    text
}

#[test]
fn a_definition_has_the_effects_of_what_it_names() {
    let app = "(ns app (:require [ox.sh :as sh]))
(defeffect ask [q])
(defactivity charge [card cents])
(defactivity own [x] (println x))
(defn pure [xs] (->> xs (map inc) (group-by odd?) (into (sorted-map)) pr-str))
(defn errs [a] (try (swap! a inc) (throw (ex-info (format \"%s\" a) {})) (finally @a)))
(defn waits [] @(future (deref (promise))))
(defn called [] (println (now)))
(defn handed-on [hosts] (run! sh/run hosts))
(defn within [] (fn [] (lazy-seq [(rand)])))
(defn even-more [n] (if (zero? n) (ask 1) (odd-more n)))
(defn odd-more [n] (sleep n) (even-more (dec n)))
(def kept (atom called))
(defn by-var [] (#'called))
(defn activities [] (charge 1 2) (own 3))
(defn by-name [n] [(perform :app/ask n) ((activity n) 1)])
(defn processes [] (send (spawn pure) (receive [:a x] x)))
";
    expect![[r#"
        app/activities: app/charge app/own
        app/ask: app/ask
        app/by-name: activity
        app/by-var: now print
        app/called: now print
        app/charge: app/charge
        app/errs: 
        app/even-more: app/ask sleep
        app/handed-on: ox.sh/run
        app/kept: 
        app/odd-more: app/ask sleep
        app/own: app/own
        app/processes: receive send spawn
        app/pure: 
        app/waits: 
        app/within: rand
    "#]]
    .assert_eq(&effects_of(&[("app", app)]));
}

#[test]
fn what_handlers_answer_is_none_of_the_definitions_around() {
    let app = "(ns app)
(defeffect ask [q])
(defactivity charge [card])
(defn asks [] (charge (ask (now))) (slurp \"x\"))
(defn all [] (with-handlers {ask (fn [k q] (k 1)) charge (fn [k c] (k 2)) now (fn [k] (k 3))} (asks)))
(defn one [] (with-handlers {ask (fn [k q] (k (rand)))} (asks)))
(defn inner [] (with-handlers {now (fn [k] (k 1))} (with-handlers {ask (fn [k q] (k q))} (asks)) (asks)))
(defn beside [] (with-handlers {now (fn [k] (k (now)))} 1))
(defn value [h] (with-handlers h (now)))
";
    expect![[r#"
        app/all: ox.fs/read ox.fs/read-part ox.http/request read-line
        app/ask: app/ask
        app/asks: app/ask app/charge now ox.fs/read ox.fs/read-part ox.http/request read-line
        app/beside: now
        app/charge: app/charge
        app/inner: app/ask app/charge ox.fs/read ox.fs/read-part ox.http/request read-line
        app/one: app/charge now ox.fs/read ox.fs/read-part ox.http/request rand read-line
        app/value: now
    "#]]
    .assert_eq(&effects_of(&[("app", app)]));
}

#[test]
fn methods_have_the_effects_of_what_any_namespace_gives_them() {
    let shape = "(ns shape)
(defprotocol Shape (area [x]) (edges [x]))
(defmulti size :kind)
(defn areas [xs] (map area xs))
(defn sizes [xs] (mapv size xs))
(defn close [x] (.close x))
";
    let round = "(ns round (:require [shape]))
(extend-protocol shape/Shape Long (area [n] (println n)) (edges [n] 0))
(defmethod shape/size :round [x] (rand))
(deftype Log [] java.io.Closeable (close [_] (sleep 1)))
";
    expect![[r#"
        round/->Log: 
        round/Log: 
        shape/Shape: print
        shape/area: print
        shape/areas: print
        shape/close: ox.fs/write sleep
        shape/edges: print
        shape/size: rand
        shape/sizes: rand
    "#]]
    .assert_eq(&effects_of(&[("shape", shape), ("round", round)]));
}

/// Requests that nobody has thought of show here under names of their own.
#[test]
fn effects_of_the_library_are_these() {
    let names: Vec<&str> = stdlib::SOURCES
        .iter()
        .map(|source| source.namespace)
        .collect();
    let requires: String = names.iter().map(|name| format!(" [{name}]")).collect();
    let app = format!("(ns app (:require{requires}))");
    let mut workspace = Workspace::of(found(&[("app", &app)]));
    assert_eq!(workspace.check_linked(), []);
    let all: BTreeSet<String> = workspace
        .effects_of_library()
        .into_iter()
        .flat_map(|one| one.effects.into_keys())
        .map(|name| name.to_string())
        .collect();
    expect!["activity await-exit cancel demonitor eval exit heartbeat idempotency-key link monitor now ox.env/all ox.env/get ox.fs/absolute ox.fs/copy ox.fs/delete ox.fs/list ox.fs/mkdir ox.fs/move ox.fs/read ox.fs/read-part ox.fs/stat ox.fs/temp ox.fs/write ox.http/request ox.sh/pipe ox.sh/run print rand random-uuid read-line receive register self send sleep spawn trap-exit unlink unregister whereis"].assert_eq(&all.into_iter().collect::<Vec<_>>().join(" "));
}

#[test]
fn what_is_said_is_held_to() {
    let lib = "(ns lib (:require [ox.sh :as sh]))
(defn deploy [hosts] (doseq [host hosts] (sh/run [\"ssh\" host])))
";
    let app = "(ns app (:require [lib]))
(defeffect ask [q])
(defn ^{:effects #{lib/deploy}} all [hosts] (lib/deploy hosts))
(defn ^{:effects #{ask now :app/ask}} more [] (ask (now)))
(defn ^{:effects #{}} handled [] (with-handlers {ask (fn [k q] (k 1))} (ask 1)))
(defn ^{:effects #{receive \"ox.sh/run\" sleep}} parts [] (receive [:go hosts] (lib/deploy hosts)))
";
    let files = [("lib", lib), ("app", app)];
    expect![""].assert_eq(&wrong(&files));
    let app = "(ns app (:require [lib]))
(defn step [] (lib/deploy []))
(defn ^{:effects #{}} pure [] (step))
(defn some {:effects #{now}} [] (println (now)))
(defn ^{:effects now} no-set [] 1)
(defn ^{:effects #{nowhere}} unknown [] 1)
(defn ^{:effects #{inc}} pointless [] 1)
(defn ^{:effects #{1}} number [] 1)
";
    expect![[r#"
        app.ox:3:23 OX0405 `pure` says that it has no effects, and may perform `ox.sh/run`
          `app/pure` → `app/step` → `lib/deploy` → `ox.sh/run`
          name the effects in `:effects`, or answer them by `with-handlers`
        app.ox:4:7 OX0405 `some` may perform `print`, which its `:effects` do not name
          `app/some` → `println` → `write` → `print`
          name the effects in `:effects`, or answer them by `with-handlers`
        app.ox:5:18 OX0405 `:effects` takes a set of names: `#{now ox.sh/run}`, or `#{}` of what is pure
        app.ox:6:20 OX0405 `nowhere` is defined nowhere, so it names no effect
        app.ox:7:20 OX0405 `inc` performs no effect
        app.ox:8:20 OX0405 `1` names no effect: effects are named by symbols, keywords and strings
    "#]].assert_eq(&wrong(&[("lib", lib), ("app", app)]));
}

#[test]
fn what_is_said_wrongly_is_not_built() {
    let app = "(ns app)\n(defn ^{:effects #{}} f [] (now))\n(defn -main [] 1)";
    let mut workspace = Workspace::of(found(&[("app", app)]));
    let errors = workspace.build().unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code.to_string(), "OX0405");
    let text = app.replace("(now)", "(inc 1)");
    workspace.edit("app", &text);
    assert!(workspace.build().is_ok());
}
