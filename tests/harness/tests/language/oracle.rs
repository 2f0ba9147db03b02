//! Clojure as oracle: what the chapters say is what real Clojure gives.
//!
//! All chapters but those of what Clojure does not have go through it; a section that differs says
//! so in a line `;;; differs: reason`, a single result in a line `;differs reason` below it. Without Debian's `clojure` the test says that it was left out.

use super::CHAPTERS;
use harness::root;
use harness::specification::{Chapter, Expected, Section};
use std::fmt::Write as _;
use std::process::Command;

/// Chapters of what Clojure does not have, or has otherwise throughout.
const NOT_CLOJURE: &[&str] = &[
    "depth",
    "handlers",
    "hashing",
    "library_check",
    "library_csv",
    "library_match",
    "library_ox",
    "limits",
    "namespaces",
    "print_methods",
    "secrets",
];
/// Results that have to be compared at least, so that the test cannot pass by comparing nothing.
const COMPARED_AT_LEAST: usize = 1_000;

#[test]
fn clojure_agrees() {
    if Command::new("clojure")
        .args(["-e", "nil"])
        .output()
        .is_err()
    {
        eprintln!(
            "left out: there is no `clojure` (Debian's package of that name) to compare with"
        );
        return;
    }
    let mut sections = String::new();
    for name in CHAPTERS.iter().filter(|name| !NOT_CLOJURE.contains(name)) {
        let path = root().join("tests/language").join(name);
        let text =
            std::fs::read_to_string(path.with_extension("ox")).expect("the chapter can be read");
        let chapter = Chapter::read(&text).unwrap_or_else(|error| panic!("{name}.ox: {error}"));
        for section in &chapter.sections {
            write_section(&mut sections, name, section);
        }
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let input = folder.path().join("sections.edn");
    std::fs::write(&input, sections).expect("the sections can be written");
    let script = root().join("tests/harness/tests/language/oracle.clj");
    let output = Command::new("clojure")
        .arg(&script)
        .arg(&input)
        .output()
        .expect("clojure can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let (differences, last) = said
        .trim_end()
        .rsplit_once('\n')
        .unwrap_or(("", said.trim_end()));
    let compared = last
        .strip_prefix("compared ")
        .and_then(|number| number.parse::<usize>().ok())
        .unwrap_or_else(|| {
            let errors = String::from_utf8_lossy(&output.stderr);
            panic!("clojure did not finish:\n{said}\n{errors}")
        });
    assert!(differences.is_empty(), "\n{differences}");
    assert!(
        compared >= COMPARED_AT_LEAST,
        "only {compared} results were compared"
    );
}

/// Writes a section as the script reads it, unless it is one that cannot be compared.
fn write_section(to: &mut String, chapter: &str, section: &Section) {
    let [file] = &section.files[..] else { return };
    if section.differs.is_some() || section.is_compiled_only() {
        return;
    }
    let at = format!("{chapter}.ox: {}", section.name);
    let _ = write!(
        to,
        "{{:at {} :text {} :marks {{",
        quoted(&at),
        quoted(&file.source)
    );
    for mark in &section.marks {
        let _ = write!(
            to,
            "{} {{:line {} :output {}",
            mark.form,
            mark.lines.start,
            quoted(&mark.output)
        );
        let _ = match &mark.result {
            Expected::Anything => Ok(()),
            Expected::Value(text) => write!(to, " :value {}", quoted(text)),
            Expected::Error(kind, _) => write!(to, " :kind {}", quoted(kind)),
            Expected::Diagnostic(..) => unreachable!("the section is run"),
        };
        let _ = write!(to, " :differs {}}} ", mark.differs);
    }
    to.push_str("}}\n");
}

/// The text as a string of EDN.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
