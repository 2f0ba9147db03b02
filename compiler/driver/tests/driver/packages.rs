//! Programs of several packages: which namespaces are seen, versions beside each other, git, the lock.
use crate::support::{listed, value};
use driver::packages::{Change, Options, Packages, change, look_up};
use driver::project::{Dependency, Git, ProjectError, Revision, Source};
use driver::{Built, Target, Workspace};
use expect_test::{Expect, expect};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Folders with projects, and the packages of a machine.
pub(crate) struct Machine {
    folder: TempDir,
}

impl Machine {
    pub(crate) fn new(files: &[(&str, &str)]) -> Machine {
        let machine = Machine {
            folder: tempfile::tempdir().unwrap(),
        };
        machine.write(files);
        machine
    }

    pub(crate) fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            kept: Some(self.path("kept")),
            ..Options::default()
        }
    }

    pub(crate) fn offline(&self) -> Options {
        Options {
            offline: true,
            ..self.options()
        }
    }

    pub(crate) fn open(&self, project: &str, options: &Options) -> Result<Workspace, String> {
        let target = Target::Folder(self.path(project));
        Workspace::open(&target, self.folder.path(), options).map_err(|error| self.told(error))
    }

    /// An error without the folder's name.
    pub(crate) fn told(&self, error: ProjectError) -> String {
        let text = match error {
            ProjectError::Manifest { diagnostics, .. } => {
                let lines = diagnostics.iter().map(|one| {
                    let notes: String =
                        one.notes.iter().map(|note| format!("\n  {note}")).collect();
                    format!("{} {}{notes}", one.code, one.message)
                });
                lines.collect::<Vec<_>>().join("\n")
            }
            error => error.to_string(),
        };
        text.replace(
            &self
                .folder
                .path()
                .canonicalize()
                .unwrap()
                .display()
                .to_string(),
            "…",
        )
        .replace(&self.folder.path().display().to_string(), "…")
    }

    pub(crate) fn built(&self, project: &str) -> Built {
        let mut workspace = self.open(project, &self.options()).unwrap();
        let built = workspace.build();
        built.unwrap_or_else(|wrong| panic!("{}", listed(&workspace, &wrong)))
    }

    pub(crate) fn value(&self, project: &str) -> String {
        value(self.built(project))
    }

    /// What is wrong with the program of a project.
    pub(crate) fn wrong(&self, project: &str) -> String {
        match self.open(project, &self.options()) {
            Ok(mut workspace) => {
                let all = workspace.check_linked();
                listed(&workspace, &all)
            }
            Err(wrong) => format!("{wrong}\n"),
        }
    }

    pub(crate) fn lock(&self, project: &str) -> String {
        fs::read_to_string(self.path(project).join("ox.lock")).unwrap()
    }

    pub(crate) fn git(&self, repository: &str, args: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.path(repository))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            // A commit is named by its time, too.
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits all files of a folder, which is a repository afterwards; the commit.
    pub(crate) fn commit(&self, repository: &str) -> String {
        if !self.path(repository).join(".git").exists() {
            self.git(repository, &["init", "-q"]);
        }
        self.git(repository, &["add", "-A"]);
        self.git(repository, &["commit", "-q", "-m", "x"]);
        self.git(repository, &["rev-parse", "HEAD"])
    }
}

fn check(found: &str, expected: &Expect) {
    expected.assert_eq(found);
}

/// A package `util` whose functions say which version they are of.
const UTIL: &str = "(ns util.core)
(defrecord Point [x y]
  Object (toString [p] (str \"NUMBER:\" x)))
(defprotocol Area (area [shape]))
(extend-type Point Area (area [p] [:NUMBER (:x p)]))
(defn version [] :NUMBER)
(defn- helper [] [:NUMBER])
(defmacro who [] `(helper* 1))
(defn helper* [x] [:NUMBER x])
(def key ::key)
(def ^:dynamic *level* :NUMBER)
(defmulti shout identity)
(defmethod shout :default [x] [:NUMBER x])
";

fn two_versions() -> Machine {
    Machine::new(&[
        ("util/ox.edn", "{:name util :version \"1.0.0\"}"),
        ("util2/ox.edn", "{:name util :version \"2.0.0\"}"),
        ("util/src/util/core.ox", &UTIL.replace("NUMBER", "one")),
        ("util2/src/util/core.ox", &UTIL.replace("NUMBER", "two")),
        (
            "json/ox.edn",
            "{:name json :deps {util {:path \"../util2\"}}}",
        ),
        (
            "json/src/json/core.ox",
            "(ns json.core (:require [util.core :as u :refer [version]]))
(defn all [] [(version) (u/version) (util.core/version) (u/who) u/key u/*level* (u/shout 1)])
(defmacro who [] `(u/who))
(defn point [] (u/->Point 3 4))
(defn area [p] (u/area p))
(defn with-level [f] (binding [u/*level* :bound] [u/*level* (f)]))",
        ),
        (
            "app/ox.edn",
            "{:name app :main app.core :deps {util {:path \"../util\"} json {:path \"../json\"}}}",
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [util.core :as u] [json.core :as j]))
[(u/version) (util.core/version) (u/who) u/key u/*level* (u/shout 1)]
",
        ),
    ])
}

fn app(machine: &Machine, form: &str) -> String {
    let text = format!("(ns app.core (:require [util.core :as u] [json.core :as j]))\n{form}\n");
    machine.write(&[("app/src/app/core.ox", &text)]);
    machine.value("app")
}

#[test]
fn two_versions_of_a_package_are_in_one_image() {
    let machine = two_versions();
    let cases = [
        (
            "[(u/version) (util.core/version) (u/who) u/key u/*level* (u/shout 1)]",
            "[:one :one [:one 1] :util.core/key :one [:one 1]]",
        ),
        (
            "(j/all)",
            "[:two :two :two [:two 1] :util.core/key :two [:two 1]]",
        ),
        // What a macro means does not depend on who uses it.
        ("(j/who)", "[:two 1]"),
        ("(str `u/who)", "\"util.core@util@1.0.0/who\""),
        // A dynamic name is one for each version.
        ("(j/with-level (fn [] u/*level*))", "[:bound :one]"),
        // The same shape is the same type.
        ("(= (u/->Point 3 4) (j/point))", "true"),
        ("(instance? u/Point (j/point))", "true"),
        (
            "[(u/area (j/point)) (j/area (u/->Point 3 4))]",
            "[[:one 3] [:two 3]]",
        ),
        (
            "[(str (u/->Point 3 4)) (pr-str (j/point))]",
            "[\"two:3\" \"#util.core.Point{:x 3, :y 4}\"]",
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(app(&machine, form), expected, "{form}");
    }
}

#[test]
fn a_type_of_two_versions_has_the_methods_of_the_last() {
    let machine = two_versions();
    let util = |number: &str| {
        format!(
            "(ns util.core (:require [shape :as s]))
(defrecord Point [x])
(extend-type Point s/Shape (area [p] {number}))
(defmethod s/size Point [p] {number})
(defmethod print-method Point [p w] (print-method {number} w))"
        )
    };
    machine.write(&[
        ("shape/src/shape.ox", "(ns shape) (defprotocol Shape (area [s])) (defmulti size type)"),
        ("util/ox.edn", "{:name util :version \"1.0.0\" :deps {shape {:path \"../shape\"}}}"),
        ("util2/ox.edn", "{:name util :version \"2.0.0\" :deps {shape {:path \"../shape\"}}}"),
        ("util/src/util/core.ox", &util("1")),
        ("util2/src/util/core.ox", &util("2")),
        ("json/src/json/core.ox", "(ns json.core (:require [util.core :as u])) (defn point [] (u/->Point 1))"),
        ("app/ox.edn", "{:main app.core :deps {util {:path \"../util\"} json {:path \"../json\"} shape {:path \"../shape\"}}}"),
        ("app/src/app/core.ox", "(ns app.core (:require [util.core :as u] [json.core :as j] [shape :as s]))
[(s/area (u/->Point 1)) (s/area (j/point)) (s/size (u/->Point 1)) (pr-str (u/->Point 1))]"),
    ]);
    assert_eq!(machine.value("app"), "[2 2 2 \"2\"]");
    // Strangers clash as ever.
    machine.write(&[(
        "util2/ox.edn",
        "{:name other :deps {shape {:path \"../shape\"}}}",
    ), (
        "util2/src/util/core.ox",
        "(ns util.core (:require [shape :as s])) (extend-type String s/Shape (area [p] 2))",
    ), (
        "util/src/util/core.ox",
        "(ns util.core (:require [shape :as s])) (extend-type String s/Shape (area [p] 1)) (defn ->Point [x] x)",
    ), ("json/ox.edn", "{:name json :deps {other {:path \"../util2\"}}}"),
    ("json/src/json/core.ox", "(ns json.core (:require [util.core :as u])) (defn point [] 1)")]);
    let mut workspace = machine.open("app", &machine.options()).unwrap();
    let wrong = workspace.build().unwrap_err();
    check(
        &listed(&workspace, &wrong),
        &expect![[r#"
        ../util/src/util/core.ox:1:54 OX0404 shape/Shape has two implementations of :area for String, of util.core@other and of util.core@util
    "#]],
    );
}

#[test]
fn types_of_two_packages_with_one_name_are_two() {
    let point = "(ns a.core) (defrecord Point [x])";
    let machine = Machine::new(&[
        ("a/src/a/core.ox", point),
        ("b/src/a/core.ox", point),
        ("c/ox.edn", "{:deps {b {:path \"../b\"}}}"),
        (
            "c/src/c.ox",
            "(ns c (:require [a.core :as a])) (defn point [] (a/->Point 1))",
        ),
        (
            "app/ox.edn",
            "{:main app.core :deps {a {:path \"../a\"} c {:path \"../c\"}}}",
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [a.core :as a] [c :as c])) [(= (c/point) (c/point)) (= (a/->Point 1) (c/point)) (pr-str (c/point))]",
        ),
    ]);
    assert_eq!(machine.value("app"), "[true false \"#a.core.Point{:x 1}\"]");
}

#[test]
fn hashes_know_the_package_and_not_its_version() {
    let machine = two_versions();
    let mut workspace = machine.open("app", &machine.options()).unwrap();
    let db = workspace.database();
    let hash = |ns: &str, name: &str| {
        let name = hir::body::DefName::new(ns, name);
        hir::definition_hash(db, &name).unwrap()
    };
    let [one, two] = ["util.core@util@1.0.0", "util.core@util@2.0.0"];
    for name in ["key", "who"] {
        assert_eq!(hash(one, name) == hash(two, name), name == "key", "{name}");
    }
    assert_eq!(hash(one, "Point"), hash(two, "Point"));
    assert_ne!(hash(one, "*level*"), hash(two, "*level*"));
    let text = "(ns util.core) (defrecord Point [x y])";
    machine.write(&[
        ("util2/ox.edn", "{:name other}"),
        ("util2/src/util/core.ox", text),
        (
            "json/ox.edn",
            "{:name json :deps {other {:path \"../util2\"}}}",
        ),
        (
            "json/src/json/core.ox",
            "(ns json.core (:require [util.core]))",
        ),
    ]);
    let mut other = machine.open("app", &machine.options()).unwrap();
    let db = other.database();
    let other = hir::body::DefName::new("util.core@other", "Point");
    assert_ne!(
        hir::definition_hash(db, &other).unwrap(),
        hash_again(&machine)
    );
}

/// The hash of the type in the first version.
fn hash_again(machine: &Machine) -> hir::Hash {
    let mut workspace = machine.open("util", &machine.options()).unwrap();
    let name = hir::body::DefName::new("util.core", "Point");
    hir::definition_hash(workspace.database(), &name).unwrap()
}

#[test]
fn a_package_sees_itself_the_library_and_what_it_names() {
    let machine = two_versions();
    machine.write(&[
        (
            "app/ox.edn",
            "{:name app :main app.core :deps {json {:path \"../json\"}}}",
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [util.core :as u]))\n(u/version)",
        ),
        (
            "json/src/json/core.ox",
            "(ns json.core (:require [app.core]))",
        ),
    ]);
    check(
        &machine.wrong("app"),
        &expect![[r"
            src/app/core.ox:1:25 OX0701 no dependency has the namespace `util.core`
              the package `util` has it, which only other dependencies need: name it in `:deps`, too
        "]],
    );
    machine.write(&[(
        "app/src/app/core.ox",
        "(ns app.core (:require [json.core :as j]))",
    )]);
    check(
        &machine.wrong("app"),
        &expect![[r"
            ../json/src/json/core.ox:1:26 OX0701 no dependency has the namespace `app.core`
              a package does not see the project that needs it
        "]],
    );
}

#[test]
fn a_namespace_of_two_dependencies_is_neither() {
    let machine = two_versions();
    machine.write(&[
        ("util2/ox.edn", "{:name other}"),
        (
            "app/ox.edn",
            "{:name app :main app.core :deps {util {:path \"../util\"} other {:path \"../util2\"}}}",
        ),
        ("app/src/app/core.ox", "(ns app.core (:require [util.core :as u]))\n(u/version)"),
    ]);
    check(
        &machine.wrong("app"),
        &expect![[r"
            src/app/core.ox:1:25 OX0702 the namespace `util.core` is in several dependencies: `other` and `util`
              which one is meant cannot be said: only one of them can be a dependency here
        "]],
    );
    // Its own namespace a package sees whoever else has it.
    machine.write(&[
        (
            "app/src/util/core.ox",
            "(ns util.core) (defn version [] :own)",
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [util.core :as u]))\n(u/version)",
        ),
    ]);
    assert_eq!(machine.value("app"), ":own");
}

#[test]
fn a_package_does_not_take_the_place_of_the_library() {
    let machine = Machine::new(&[
        ("a/src/ox/set.ox", "(ns ox.set) (defn union [& _] :mine)"),
        (
            "a/src/a.ox",
            "(ns a (:require [ox.set :as s])) (defn f [] (s/union #{1} #{2}))",
        ),
        ("app/ox.edn", "{:main app :deps {a {:path \"../a\"}}}"),
        (
            "app/src/app.ox",
            "(ns app (:require [a :as a] [clojure.set :as s])) [(a/f) (s/union #{1} #{1})]",
        ),
    ]);
    assert_eq!(machine.value("app"), "[:mine #{1}]");
}

#[test]
fn what_dependencies_cannot_be_is_told_at_their_names() {
    let machine = two_versions();
    let told = |deps: &str| {
        machine.write(&[("app/ox.edn", &format!("{{:main app.core :deps {deps}}}"))]);
        machine.wrong("app")
    };
    let cases = [
        (
            "{util {:path \"../nowhere\"}}",
            "OX0703 `../nowhere`, where `util` should be, is no folder\n  a `:path` starts at the folder of the project file\n",
        ),
        (
            "{utils {:path \"../util\"}}",
            "OX0703 the package that `utils` names is `util`\n  write `util` in place of `utils`: what a package is called, its own ox.edn says\n",
        ),
        (
            "{util {:hash \"12\"}}",
            "OX0703 the hash of a package is 64 hexadecimal digits\n",
        ),
        (
            "{util {:git \"nowhere\"}}",
            "OX0704 `util` cannot be fetched: 'nowhere' does not appear to be a git repository\n  from nowhere\n",
        ),
        (
            "{util {:git \"ext::touch x\"}}",
            "OX0704 `util` cannot be fetched: transport 'ext' not allowed\n  from ext::touch x\n",
        ),
        (
            "{util {}}",
            "OX0402 a dependency says one of `:path`, `:git` and `:hash`\n  ",
        ),
        (
            "{util {:git \"x\" :tag \"v\" :rev \"r\"}}",
            "OX0402 a dependency says at most one of `:rev`, `:tag` and `:branch`\n  ",
        ),
        (
            "{util {:path \"x\" :root \"y\"}}",
            "OX0402 `:rev`, `:tag`, `:branch` and `:root` belong to a `:git`\n  ",
        ),
        (
            "{util {:git \"--upload-pack=x\"}}",
            "OX0402 what begins with `-` is no place and no revision\n  ",
        ),
        (
            "{util {:git \"x\" :root \"../y\"}}",
            "OX0402 `:root` is a folder within the repository\n  ",
        ),
        (
            "{util {:pth \"x\"}}",
            "OX0402 a dependency has no key `:pth`\n  a similar key exists: `:path`\n",
        ),
        (
            "{util {:path 5}}",
            "OX0402 `:path` is a string that is not empty; `5` is not\n  ",
        ),
        (
            "{util \"x\"}",
            "OX0402 where a dependency is, is said by a map; `\"x\"` is none\n  ",
        ),
        (
            "{\"util\" {:path \"x\"}}",
            "OX0402 a dependency is named by a symbol; `\"util\"` is none\n  ",
        ),
        (
            "[util]",
            "OX0402 `:deps` is a map from names to places; `[util]` is not\n  ",
        ),
    ];
    for (deps, expected) in cases {
        let found = told(deps);
        assert!(found.starts_with(expected), "{deps}: {found}");
    }
    machine.write(&[
        (
            "json/ox.edn",
            "{:name json :deps {util {:path \"../util\"}}}",
        ),
        (
            "util/ox.edn",
            "{:name util :deps {json {:path \"../json\"}}}",
        ),
    ]);
    check(
        &told("{json {:path \"../json\"}}"),
        &expect![[r"
            OX0703 packages need one another in a circle: `json` → `util` → `json`
              by way of `json` → `util` → `json`
        "]],
    );
}

/// A repository with two packages, of which one needs the other, and a project that needs this.
fn with_repository() -> (Machine, String) {
    let machine = Machine::new(&[
        ("repo/README.md", "no source"),
        (
            "repo/packages/json/ox.edn",
            "{:name json :version \"0.1.0\" :deps {util {:path \"../util\"}}}",
        ),
        (
            "repo/packages/json/src/json/core.ox",
            "(ns json.core (:require [util.core :as u]))\n(defn f [] [:first (u/g)])",
        ),
        (
            "repo/packages/json/test/json/core_test.ox",
            "(ns json.core-test)",
        ),
        (
            "repo/packages/util/src/util/core.ox",
            "(ns util.core)\r\n(defn g [] \"a\r\nb\")",
        ),
        ("repo/.gitattributes", "*.ox text=auto eol=lf\n"),
        (
            "app/ox.edn",
            "{:name app :main app.core\n :deps {json {:git \"../repo\" :root \"packages/json\"}}}",
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [json.core :as j]))\n(j/f)",
        ),
    ]);
    let commit = machine.commit("repo");
    (machine, commit)
}

#[test]
fn a_package_of_a_repository_is_fetched_once_and_pinned() {
    let (machine, commit) = with_repository();
    assert_eq!(machine.value("app"), r#"[:first "a\nb"]"#);
    let lock = machine.lock("app");
    assert_eq!(lock.matches(&commit).count(), 3, "{lock}");
    // What comes later is not seen until it is asked for.
    machine.write(&[(
        "repo/packages/json/src/json/core.ox",
        "(ns json.core)\n(defn f [] :second)",
    )]);
    let second = machine.commit("repo");
    assert_eq!(machine.value("app"), r#"[:first "a\nb"]"#);
    let fetched = machine.path("repo").join(".git");
    let away = machine.path("repo").join(".away");
    fs::rename(&fetched, &away).unwrap();
    assert_eq!(
        value(
            machine
                .open("app", &machine.offline())
                .unwrap()
                .build()
                .unwrap()
        ),
        r#"[:first "a\nb"]"#
    );
    fs::rename(&away, &fetched).unwrap();
    let renewed = |names: &[&str]| Options {
        renewed: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        ..machine.options()
    };
    let root = machine.path("app");
    look_up(&root, &renewed(&["other"])).unwrap();
    assert_eq!(machine.lock("app"), lock);
    let after = look_up(&root, &renewed(&[])).unwrap();
    assert_eq!(after.all[after.deps["json"]].commit, Some(second.clone()));
    assert_eq!(machine.value("app"), ":second");
    assert!(!machine.lock("app").contains(&commit));
}

#[test]
fn revisions_are_commits_tags_and_branches() {
    let (machine, first) = with_repository();
    machine.git("repo", &["tag", "-a", "v1", "-m", "x"]);
    machine.git("repo", &["branch", "old"]);
    machine.write(&[(
        "repo/packages/json/src/json/core.ox",
        "(ns json.core)\n(defn f [] :second)",
    )]);
    let second = machine.commit("repo");
    let found = |at: Revision| {
        let source = Source::Git(Git {
            url: "../repo".to_owned(),
            at,
            root: Some("packages/json".to_owned()),
        });
        let dep = Dependency {
            name: "json".to_owned(),
            source,
            hash: None,
        };
        let packages = change(
            &machine.path("app"),
            &[Change::Add(dep)],
            &machine.options(),
        );
        let packages: Result<Packages, String> = packages.map_err(|error| machine.told(error));
        packages.map(|packages| packages.all[packages.deps["json"]].commit.clone().unwrap())
    };
    let cases = [
        (Revision::Head, &second),
        (Revision::Branch("main".to_owned()), &second),
        (Revision::Branch("old".to_owned()), &first),
        (Revision::Tag("v1".to_owned()), &first),
        (Revision::Commit(first.clone()), &first),
        (Revision::Commit(first[..8].to_owned()), &first),
    ];
    for (at, commit) in cases {
        assert_eq!(found(at.clone()).as_ref(), Ok(commit), "{at:?}");
    }
    let missing = [
        Revision::Branch("nope".to_owned()),
        Revision::Tag("nope".to_owned()),
        Revision::Commit("0123456789".repeat(4)),
    ];
    let text = fs::read_to_string(machine.path("app/ox.edn")).unwrap();
    for at in missing {
        let told = found(at.clone()).unwrap_err();
        assert!(
            told.starts_with("OX0704 `json` cannot be fetched: "),
            "{told}"
        );
        // After a failure all is as it was.
        assert_eq!(
            fs::read_to_string(machine.path("app/ox.edn")).unwrap(),
            text
        );
    }
}

#[test]
fn what_is_not_what_the_lock_says_is_an_error() {
    let (machine, commit) = with_repository();
    machine.value("app");
    let lock = machine.lock("app");
    // Damage on this machine is mended.
    for package in fs::read_dir(machine.path("kept")).unwrap() {
        let mut files = vec![package.unwrap().path()];
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(
                    fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            } else {
                fs::write(path, "(ns json.core) (defn f [] :bad)").unwrap();
            }
        }
    }
    let told = machine.open("app", &machine.offline()).err().unwrap();
    assert!(
        told.starts_with("OX0704 `json` is not on this machine"),
        "{told}"
    );
    assert_eq!(machine.value("app"), r#"[:first "a\nb"]"#);
    // A repository that holds something else under the same name is told.
    let hash = lock
        .split(":hash \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let wrong = lock.replace(hash, &"0".repeat(64));
    fs::write(machine.path("app/ox.lock"), wrong).unwrap();
    let told = machine.open("app", &machine.options()).err().unwrap();
    assert_eq!(
        told,
        format!(
            "OX0705 what was fetched of `json` is not what ox.lock says\n  from ../repo, commit {commit}\n  its content has the hash {hash}, in ox.lock is {}",
            "0".repeat(64)
        )
    );
}

#[test]
fn a_commit_of_the_lock_is_looked_at_though_the_content_is_known() {
    let (machine, commit) = with_repository();
    machine.value("app");
    let wrong = machine.lock("app").replace(&commit, &"dead".repeat(10));
    fs::write(machine.path("app/ox.lock"), wrong).unwrap();
    let told = machine.open("app", &machine.options()).err().unwrap();
    assert!(
        told.starts_with("OX0704 `json` cannot be fetched: "),
        "{told}"
    );
    // Without a network the hash is what there is to go by.
    assert!(machine.open("app", &machine.offline()).is_ok());
}

#[test]
fn a_file_in_the_place_of_a_package_is_replaced() {
    let (machine, _) = with_repository();
    machine.value("app");
    let kept = || {
        let all = fs::read_dir(machine.path("kept")).unwrap();
        let mut all: Vec<_> = all.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    };
    let before = kept();
    for package in before.iter().filter(|path| path.is_dir()) {
        fs::remove_dir_all(package).unwrap();
        fs::write(package, "a file").unwrap();
    }
    assert_eq!(machine.value("app"), r#"[:first "a\nb"]"#);
    assert_eq!(kept(), before);
}

#[test]
fn a_hash_beside_a_repository_says_what_must_be_there() {
    let (machine, commit) = with_repository();
    machine.value("app");
    let hash = look_up(&machine.path("app"), &machine.offline()).unwrap();
    let hash = hash.all[hash.deps["json"]].hash;
    let with = |hash: &str| {
        let deps =
            format!("{{json {{:git \"../repo\" :root \"packages/json\" :hash \"{hash}\"}}}}");
        let text = format!("{{:name app :main app.core :deps {deps}}}");
        machine.write(&[("app/ox.edn", &text)]);
    };
    let lock = machine.lock("app");
    with(&hash.to_string());
    assert_eq!(machine.value("app"), r#"[:first "a\nb"]"#);
    assert_eq!(machine.lock("app"), lock);
    let other = "0".repeat(64);
    with(&other);
    assert_eq!(
        machine.wrong("app"),
        format!(
            "OX0705 `json` is not what its `:hash` says\n  from ../repo, commit {commit}\n  its content has the hash {hash}, `:hash` says {other}\n"
        )
    );
    with("12");
    assert_eq!(
        machine.wrong("app"),
        "OX0703 the hash of a package is 64 hexadecimal digits\n"
    );
}

/// Two repositories, of which one is beside the other for the package that is in the first.
fn with_neighbors() -> Machine {
    let machine = Machine::new(&[
        ("libs/a/ox.edn", "{:name aa :deps {bb {:git \"../b\"}}}"),
        (
            "libs/a/src/aa.ox",
            "(ns aa (:require [bb]))\n(defn f [] [:a (bb/f)])",
        ),
        ("libs/b/ox.edn", "{:name bb}"),
        ("libs/b/src/bb.ox", "(ns bb)\n(defn f [] :b)"),
        (
            "apps/app/src/app/core.ox",
            "(ns app.core (:require [aa]))\n(aa/f)",
        ),
    ]);
    machine.commit("libs/b");
    machine
}

#[test]
fn an_address_that_is_a_path_starts_at_the_package_that_says_it() {
    let machine = with_neighbors();
    let app = |place: &str| {
        let text = format!("{{:name app :main app.core :deps {{aa {place}}}}}");
        machine.write(&[("apps/app/ox.edn", &text)]);
    };
    app("{:path \"../../libs/a\"}");
    assert_eq!(machine.value("apps/app"), "[:a :b]");
    let lock = machine.lock("apps/app");
    assert!(lock.contains("{:name bb :git \"../../libs/b\" "), "{lock}");
    // Of a package in git it is beside the address of its repository.
    machine.commit("libs/a");
    app("{:git \"../../libs/a\"}");
    assert_eq!(machine.value("apps/app"), "[:a :b]");
    assert_eq!(
        machine.lock("apps/app").matches("\"../../libs/b\"").count(),
        1
    );
    let url = format!("file://{}", machine.path("libs/a").display());
    app(&format!("{{:git \"{url}\"}}"));
    assert_eq!(machine.value("apps/app"), "[:a :b]");
    let beside = format!("file://{}", machine.path("libs/b").display());
    assert!(machine.lock("apps/app").contains(&beside));
    // As it is of a package that is a folder of the repository.
    machine.write(&[
        (
            "libs/b/sub/cc/ox.edn",
            "{:name cc :deps {aa {:git \"../../../a\"}}}",
        ),
        (
            "libs/b/sub/cc/src/cc.ox",
            "(ns cc (:require [aa]))\n(defn f [] [:c (aa/f)])",
        ),
        (
            "apps/app/ox.edn",
            "{:name app :main app.core :deps {cc {:git \"../../libs/b\" :root \"sub/cc\"}}}",
        ),
        (
            "apps/app/src/app/core.ox",
            "(ns app.core (:require [cc]))\n(cc/f)",
        ),
    ]);
    machine.commit("libs/b");
    fs::remove_file(machine.path("apps/app/ox.lock")).unwrap();
    assert_eq!(machine.value("apps/app"), "[:c [:a :b]]");
    // Beyond the top there is nothing.
    let up = "../".repeat(40);
    let text = format!("{{:name aa :deps {{bb {{:git \"{up}b\"}}}}}}");
    machine.write(&[("libs/a/ox.edn", &text)]);
    machine.commit("libs/a");
    app(&format!("{{:git \"{url}\" :branch \"main\"}}"));
    let told = machine.wrong("apps/app");
    let start = format!("OX0703 `{up}b`, seen from file://");
    assert!(told.starts_with(&start), "{told}");
}

#[test]
fn a_lock_is_left_alone_when_that_is_asked_for() {
    let (machine, _) = with_repository();
    let locked = Options {
        locked: true,
        ..machine.options()
    };
    let told = machine.open("app", &locked).err().unwrap();
    assert!(
        told.starts_with("OX0704 ox.lock does not say what `json` is"),
        "{told}"
    );
    machine.value("app");
    assert!(machine.open("app", &locked).is_ok());
    machine.write(&[
        ("near/src/near.ox", "(ns near)"),
        ("app/ox.edn", "{:name app :main app.core :deps {near {:path \"../near\"} json {:git \"../repo\" :root \"packages/json\"}}}"),
    ]);
    let told = machine.open("app", &locked).err().unwrap();
    assert!(told.starts_with("…/app/ox.lock: it does not fit"), "{told}");
    let lock = machine.lock("app");
    let looking = Options {
        keeps_lock: true,
        ..machine.options()
    };
    assert!(machine.open("app", &looking).is_ok());
    assert_eq!(machine.lock("app"), lock);
    assert!(machine.open("app", &machine.options()).is_ok());
    assert_eq!(
        machine.lock("app").lines().count(),
        lock.lines().count() + 1
    );
    fs::write(machine.path("app/ox.lock"), "<<<<<<<").unwrap();
    let told = machine.open("app", &machine.options()).err().unwrap();
    assert!(told.starts_with("…/app/ox.lock: it "), "{told}");
}

#[test]
fn a_package_is_found_by_the_hash_of_its_content() {
    let (machine, _) = with_repository();
    machine.value("app");
    let hash = look_up(&machine.path("app"), &machine.offline()).unwrap();
    let hash = hash.all.iter().find(|one| one.name == "util").unwrap().hash;
    machine.write(&[
        (
            "app/ox.edn",
            &format!("{{:name app :main app.core :deps {{util {{:hash \"{hash}\"}}}}}}"),
        ),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [util.core :as u]))\n(u/g)",
        ),
    ]);
    assert_eq!(machine.value("app"), r#""a\nb""#);
    fs::remove_dir_all(machine.path("kept")).unwrap();
    let told = machine.open("app", &machine.options()).err().unwrap();
    assert!(
        told.starts_with("OX0704 this machine has no package with this hash"),
        "{told}"
    );
}

#[test]
fn the_same_sources_give_the_same_image_everywhere() {
    let images: Vec<Vec<u8>> = (0..2)
        .map(|round| {
            let (machine, _) = with_repository();
            machine.write(&[
                ("near/ox.edn", "{:name near :deps {util {:path \"../deeper/util\"}}}"),
                ("near/src/near.ox", "(ns near (:require [util.core :as u])) (defrecord R [a]) (def table (into {} (map (fn [i] [(keyword (str i)) (->R i)]) (range 100)))) (defn h [] (u/g))"),
                ("deeper/util/src/util/core.ox", "(ns util.core) (defn g [] :near)"),
                ("app/ox.edn", "{:name app :main app.core :deps {near {:path \"../near\"} json {:git \"../repo\" :root \"packages/json\"}}}"),
                ("app/src/app/core.ox", "(ns app.core (:require [json.core :as j] [near :as n]))\n[(j/f) (n/h) (count n/table)]"),
            ]);
            // The second time elsewhere, in another folder's place, and with everything found.
            if round == 1 {
                fs::create_dir_all(machine.path("other/place")).unwrap();
                for folder in ["app", "near", "deeper", "repo"] {
                    fs::rename(machine.path(folder), machine.path("other/place").join(folder)).unwrap();
                }
                let first = machine.built("other/place/app").image.encode();
                assert!(machine.built("other/place/app").image.encode() == first);
                return first;
            }
            let mut workspace = machine.open("app", &machine.options()).unwrap();
            let cache = machine.path("cache");
            let built = workspace.build_cached(&cache).unwrap();
            let image = built.image.encode();
            assert_eq!(value(built), r#"[[:first "a\nb"] :near 100]"#);
            assert!(image.len() > 1000);
            image
        })
        .collect();
    assert!(images[0] == images[1], "the images differ");
}

#[test]
fn the_cache_makes_no_difference() {
    let machine = two_versions();
    let cache = machine.path("cache");
    let built = |cached: bool| {
        let mut workspace = machine.open("app", &machine.options()).unwrap();
        let built = match cached {
            true => workspace.build_cached(&cache),
            false => workspace.build(),
        };
        built
            .map(|built| built.image.encode())
            .map_err(|wrong| listed(&workspace, &wrong))
    };
    let main = "(ns app.core (:require [json.core :as j]))\n[(j/all) (j/who)]";
    let steps: [(&str, &str); 6] = [
        ("app/src/app/core.ox", main),
        // From another version to the same, and back.
        (
            "json/ox.edn",
            "{:name json :deps {util {:path \"../util\"}}}",
        ),
        (
            "json/ox.edn",
            "{:name json :deps {util {:path \"../util2\"}}}",
        ),
        // The other version goes, and with it the key.
        (
            "app/ox.edn",
            "{:name app :main app.core :deps {json {:path \"../json\"}}}",
        ),
        ("json/ox.edn", "{:name json}"),
        (
            "json/ox.edn",
            "{:name json :deps {util {:path \"../util2\"}}}",
        ),
    ];
    for (path, text) in steps {
        machine.write(&[(path, text)]);
        assert_eq!(built(true), built(false), "{path} {text}");
        // Nothing but summaries: whole builds are gone.
        for file in fs::read_dir(&cache).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "oxi") {
                fs::remove_file(path).unwrap();
            }
        }
        assert_eq!(built(true), built(false), "{path} {text}");
    }
}

#[test]
fn warnings_of_packages_are_their_authors() {
    let machine = two_versions();
    let text =
        "(ns json.core (:require [util.core :as u]) (:import [java.io Nothing]))\n(defn f [] 1)";
    machine.write(&[
        ("json/src/json/core.ox", text),
        (
            "app/src/app/core.ox",
            "(ns app.core (:require [json.core :as j]))\n(j/f)",
        ),
    ]);
    assert_eq!(machine.wrong("app"), "");
    assert!(
        machine.wrong("json").contains("OX0309"),
        "{}",
        machine.wrong("json")
    );
    assert!(Path::new(&machine.path("json/ox.lock")).exists());
}
