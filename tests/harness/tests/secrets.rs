//! The text of a secret is in nothing that a run leaves behind or shows.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const TOKEN: &str = "t0ken-of-the-test-4711";
const KEY: &str = "key-of-the-test-0815";

const PROGRAM: &str = r##"
(require '[ox.sh :as sh] '[ox.env :as env] '[ox.fs :as fs] '[ox.http :as http])
(def token (env/secret "OX_TEST_TOKEN"))
(def key (str "key=" (fs/secret "key.txt")))
(def kept {:token token :key key})
(println kept)
(println (:out (sh/run ["sh" "-c" "test ${#TOKEN} = 22 && echo given: $TOKEN $(cat)"] {:env {"TOKEN" token} :in key})))
(println (try (sh/run ["sh" "-c" "echo refused $TOKEN >&2; exit 3"] {:env {"TOKEN" token}}) (catch Exception e (ex-message e))))
(println (try (sh/run ["echo" token]) (catch Exception e (ex-message e))))
(println (try (http/get "http://127.0.0.1:9/" {:headers {"Authorization" (str "Bearer " token)}}) (catch Exception e :unreachable)))
(let [me (self)]
  (spawn (fn [] (send me kept)))
  (println (= kept (receive k k))))
(spawn (fn [] (sh/run ["sh" "-c" "echo $TOKEN; echo $TOKEN >&2; exit 4"] {:env {"TOKEN" token}})))
(sleep 300)
(throw (ex-info (str "failed with " token) {:token token :key key}))
"##;

fn oxc(folder: &Path, args: &[&str]) -> Output {
    Command::new(crate::cli::oxc())
        .args(args)
        .current_dir(folder)
        .env("OX_TEST_TOKEN", TOKEN)
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .expect("oxc starts")
}

fn shows(text: &[u8]) -> bool {
    [TOKEN, KEY].iter().any(|secret| {
        text.windows(secret.len())
            .any(|part| part == secret.as_bytes())
    })
}

/// Files below a folder that have the text of a secret in them.
fn files_that_show(folder: &Path, seen: &mut usize) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_that_show(&path, seen));
        } else if path.is_file() {
            *seen += 1;
            if shows(&fs::read(&path).expect("the file can be read")) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn no_text_of_a_secret_is_in_the_store_or_shown() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let folder = folder.path();
    fs::write(folder.join("key.txt"), format!("{KEY}\n")).expect("the folder is ours");
    fs::write(folder.join("app.ox"), PROGRAM).expect("the folder is ours");
    let run = oxc(folder, &["run", "app.ox"]);
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(
        said,
        "{:token #secret \"OX_TEST_TOKEN\", :key #secret \"key=${key.txt}\"}\n\
         given: #secret \"OX_TEST_TOKEN\" key=#secret \"key.txt\"\n\n\
         ox.sh/run [\"sh\" \"-c\" \"echo refused $TOKEN >&2; exit 3\"] failed: exit 3: refused #secret \"OX_TEST_TOKEN\"\n\
         ox.sh/run [\"echo\" #secret \"OX_TEST_TOKEN\"] failed: #secret \"OX_TEST_TOKEN\" may not be a word of a command, which everybody on the machine can see; use :env or :in\n\
         :unreachable\n\
         true\n",
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert!(!run.status.success());
    let mut shown = run.stderr;
    for args in [
        &["ps", "--all"][..],
        &["inspect", "1", "--all"],
        &["inspect", "1", "--format", "json"],
        &["logs", "1"],
        &["logs", "1.2"],
    ] {
        let output = oxc(folder, args);
        shown.extend([output.stdout, output.stderr].concat());
    }
    let text = String::from_utf8_lossy(&shown).into_owned();
    assert!(text.contains("failed with ${OX_TEST_TOKEN}"), "{text}");
    assert!(!shows(&shown), "{text}");
    fs::remove_file(folder.join("key.txt")).expect("the folder is ours");
    let mut seen = 0;
    assert_eq!(files_that_show(folder, &mut seen), Vec::<String>::new());
    assert!(seen > 2, "only {seen} files were looked at");
}
