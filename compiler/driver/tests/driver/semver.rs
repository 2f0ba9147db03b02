//! What a change of a package asks of its version.
use crate::packages::Machine;
use crate::support::listed;
use driver::Workspace;
use driver::packages::at_revision;
use driver::semver::{Interface, differences};
use std::fs;

#[test]
fn a_revision_is_read_with_the_folders_that_it_had() {
    let machine = Machine::new(&[
        ("all/near/ox.edn", "{:name near}"),
        ("all/near/src/near.ox", "(ns near)\n(defn g [x] x)"),
        (
            "all/lib/ox.edn",
            "{:name lib :deps {near {:path \"../near\"}}}",
        ),
        (
            "all/lib/src/lib.ox",
            "(ns lib (:require [near]))\n(defn f [x] (near/g x))",
        ),
        ("far/src/far.ox", "(ns far)\n(defn h [] 1)"),
    ]);
    machine.commit("all");
    machine.git("all", &["tag", "v1"]);
    let root = machine.path("all/lib");
    let then = || {
        let found = at_revision(&root, "v1", &machine.options()).map_err(|one| machine.told(one));
        let mut workspace = Workspace::of(found.unwrap());
        let wrong = workspace.check();
        assert!(wrong.is_empty(), "{}", listed(&workspace, &wrong));
        Interface::of(&mut workspace)
    };
    let before = then();
    // What the folder is now is not what it was, nor need it be there.
    machine.write(&[("all/near/src/near.ox", "(ns near)\n(defn g [x] [x])")]);
    assert_eq!(then(), before);
    fs::rename(machine.path("all/near"), machine.path("all/moved")).unwrap();
    assert_eq!(then(), before);
    machine.write(&[(
        "all/lib/ox.edn",
        "{:name lib :deps {near {:path \"../moved\"} far {:path \"../../far\"}}}",
    )]);
    let mut now = machine.open("all/lib", &machine.options()).unwrap();
    let all = differences(&before, &Interface::of(&mut now));
    assert_eq!(
        all.iter().map(|one| &*one.what).collect::<Vec<_>>(),
        ["does something else"]
    );
    // A folder beyond the repository is as it is now.
    machine.commit("all");
    machine.git("all", &["tag", "-f", "v1"]);
    assert!(at_revision(&root, "v1", &machine.options()).is_ok());
    fs::remove_dir_all(machine.path("far")).unwrap();
    let told = at_revision(&root, "v1", &machine.options());
    let told = machine.told(told.err().unwrap());
    assert!(
        told.starts_with("OX0703 `../../far`, where `far` should be, is no folder"),
        "{told}"
    );
}

/// What has changed from one text of a namespace to another.
fn changed(before: &str, after: &str) -> String {
    let interface = |text: &str| {
        let machine = Machine::new(&[
            ("a/ox.edn", "{:name a}"),
            ("a/src/a.ox", &format!("(ns a)\n{text}")),
        ]);
        let mut workspace = machine.open("a", &machine.options()).unwrap();
        let wrong = workspace.check();
        assert!(wrong.is_empty(), "{}", listed(&workspace, &wrong));
        Interface::of(&mut workspace)
    };
    let all = differences(&interface(before), &interface(after));
    let lines = all
        .iter()
        .map(|one| format!("{} {} {}", one.level, one.name, one.what));
    lines.collect::<Vec<_>>().join("; ")
}

#[test]
fn what_a_change_asks_of_the_version() {
    let cases = [
        ("(defn f [x] x)", "(defn f \"doc\" [y] ; c\n y)", ""),
        (
            "(defn f [x] x)",
            "(defn f [x] [x])",
            "patch a/f does something else",
        ),
        (
            "(defn f [x] x)",
            "(defn g [x] x)",
            "major a/f is gone; minor a/g is new",
        ),
        (
            "(defn f [x] x)",
            "(defn- f [x] x)",
            "major a/f is private now; patch a does something else that has no public name: a method, or what is private",
        ),
        (
            "(defn f [x] x)",
            "(defn f ([x] x) ([x y] y))",
            "minor a/f takes 1 or 2 arguments, and took 1 argument",
        ),
        (
            "(defn f ([x] x) ([x y] y))",
            "(defn f [x] x)",
            "major a/f takes 1 argument, and took 1 or 2 arguments",
        ),
        (
            "(defn f [x] x)",
            "(defn f [x y] x)",
            "major a/f takes 2 arguments, and took 1 argument",
        ),
        (
            "(defn f ([x] x) ([x y] y))",
            "(defn f [x & more] more)",
            "minor a/f takes at least 1 argument, and took 1 or 2 arguments",
        ),
        (
            "(defn f [x & more] more)",
            "(defn f [& more] more)",
            "minor a/f takes at least 0 arguments, and took at least 1 argument",
        ),
        (
            "(defn f [& more] more)",
            "(defn f [x & more] more)",
            "major a/f takes at least 1 argument, and took at least 0 arguments",
        ),
        (
            "(defmacro f [x] x)",
            "(defn f [x] x)",
            "minor a/f is a function now, and was a macro",
        ),
        (
            "(defn f [x] x)",
            "(defmacro f [x] x)",
            "major a/f is a macro now, and was a function",
        ),
        (
            "(def ^:dynamic d 1)",
            "(def d 1)",
            "major a/d is a value now, and was dynamic",
        ),
        (
            "(def d (str 1))",
            "(def ^:dynamic d (str 1))",
            "minor a/d is dynamic now",
        ),
        ("(def d 1)", "(def d 2)", "patch a/d does something else"),
        ("(defrecord R [x y])", "(defrecord R [x y])", ""),
        (
            "(defrecord R [x y])",
            "(defrecord R [y x])",
            "major a/R has the fields [y x], and had [x y]",
        ),
        (
            "(defrecord R [x])",
            "(defrecord R [x y])",
            "major a/->R takes 2 arguments, and took 1 argument; major a/R has the fields [x y], and had [x]",
        ),
        (
            "(defprotocol P (f [x]) (g [x]))",
            "(defprotocol P (f [x]))",
            "major a/g is gone",
        ),
        (
            "(defprotocol P (f [x]))",
            "(defprotocol P (f [x]) (g [x]))",
            "minor a/g is new",
        ),
        (
            "(defprotocol P (f [x])) (extend-type String P (f [x] 1))",
            "(defprotocol P (f [x])) (extend-type String P (f [x] 2))",
            "patch a does something else that has no public name",
        ),
        (
            "(defn- h [] 1) (defn f [] (h))",
            "(defn- h [] 2) (defn f [] (h))",
            "patch a does something else that has no public name: a method, or what is private; patch a/f does something else",
        ),
        (
            "(defeffect ask [x])",
            "(defn ask [x] x)",
            "major a/ask is a function now, and was an effect",
        ),
        (
            "(defactivity act [x] {} x)",
            "(defn act [x] x)",
            "major a/act is a function now, and was an activity",
        ),
        (
            "(defn cube [x] x) (defhost Math/cube cube)",
            "(defn cube [x] x)",
            "major a the host call `Math/cube` is gone",
        ),
        (
            "(defn cube [x] x)",
            "(defn cube [x] x) (defhost Math/cube cube)",
            "minor a the host call `Math/cube` is new",
        ),
        (
            "(defn c [x] x) (defn d [x] x) (defhost Math/cube c)",
            "(defn c [x] x) (defn d [x] x) (defhost Math/cube d)",
            "patch a the host call `Math/cube` calls `d`",
        ),
        (
            "(defprotocol P (f [x]) (g [x])) (defprotocol Q)",
            "(defprotocol P (g [x])) (defprotocol Q (f [x]))",
            "major a/f is a method of Q now, and was of P",
        ),
        (
            "(defprotocol P (f [x]))",
            "(def P 1) (defn f [x] x)",
            "major a/P is a value now, and was a protocol or multimethod; major a/f is no method of P any more",
        ),
        (
            "(defprotocol P (f [x]))",
            "(defn P [x] x) (defn f [x] x)",
            "major a/P is a function now, and was a protocol or multimethod",
        ),
        (
            "(defmulti m identity)",
            "(defn m [x] x)",
            "major a/m is a function now, and was a protocol or multimethod",
        ),
    ];
    for (before, after, expected) in cases {
        let found = changed(before, after);
        let is_it = match expected {
            "" => found.is_empty(),
            _ => expected.split("; ").all(|part| found.contains(part)),
        };
        assert!(is_it, "{before} -> {after}: {found}");
    }
}
