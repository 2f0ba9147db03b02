//! What the layout promises, checked: layers, who may know what, headers, absences.
//!
//! A rule that stands in the way is changed here, with its reason, not worked around.

use harness::root;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The layers: an edge goes only to a lower rank, and nothing in `runtime` knows `compiler`.
const RANKS: &[(&str, &str, u8)] = &[
    ("source", "compiler/source", 0),
    ("syntax", "compiler/syntax", 1),
    ("hir", "compiler/hir", 4),
    ("codegen", "compiler/codegen", 5),
    ("driver", "compiler/driver", 6),
    ("oxc", "compiler/oxc", 9),
    ("scalar", "runtime/scalar", 0),
    ("bytecode", "runtime/bytecode", 1),
    ("store", "runtime/store", 0),
    ("vm", "runtime/vm", 2),
    ("engine", "runtime/engine", 3),
    ("activities", "runtime/activities", 4),
    ("stdlib", "stdlib", 0),
    ("fuzz", "tests/fuzz", 7),
    ("harness", "tests/harness", 8),
    ("durable-bench", "bench/durable", 8),
    ("upload-server", "examples/release_pipeline/server", 0),
];

/// Crates from outside that few may know, and who.
const KNOWLEDGE: &[(&str, &[&str])] = &[
    ("annotate-snippets", &["source"]),
    ("anyhow", &["oxc"]),
    ("base64", &["scalar"]),
    ("clap", &["oxc"]),
    ("clap_complete", &["oxc"]),
    ("clap_mangen", &["oxc"]),
    ("jiff", &["scalar"]),
    ("libc", &["activities"]),
    ("logos", &["syntax"]),
    ("redb", &["store"]),
    ("rowan", &["syntax"]),
    ("ryu", &["scalar"]),
    ("rustix", &["activities", "harness"]),
    ("rustls", &["activities"]),
    ("rustyline", &["oxc"]),
    ("salsa", &["hir", "codegen", "driver"]),
    // No `Serialize` on HIR, values or frames: stored formats are written by hand.
    ("serde", &["oxc", "source"]),
    ("serde_json", &["harness", "oxc", "source"]),
    ("signal-hook", &["activities", "oxc"]),
    ("ureq", &["activities"]),
];

/// The only files that may hold `unsafe`.
const UNSAFE: &[&str] = &[
    "runtime/vm/src/view.rs",
    "runtime/vm/src/interp.rs",
    "runtime/vm/src/interp/",
];

/// Longest source file, in lines.
const LINES_MAX: usize = 1_200;

struct Package {
    name: String,
    folder: PathBuf,
    /// Name and whether it is a dev-dependency.
    dependencies: Vec<(String, bool)>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("it is a string").to_owned();
    let package = |package: &serde_json::Value| Package {
        name: text(&package["name"]),
        folder: Path::new(&text(&package["manifest_path"]))
            .parent()
            .expect("it is in a folder")
            .to_owned(),
        dependencies: package["dependencies"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|dependency| (text(&dependency["name"]), dependency["kind"] == "dev"))
            .collect(),
    };
    metadata["packages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(package)
        .collect()
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_package_is_in_its_layer() {
    let ranks: BTreeMap<&str, &str> = RANKS
        .iter()
        .map(|&(name, folder, _)| (name, folder))
        .collect();
    let wrong: Vec<String> = packages()
        .iter()
        .filter(|package| {
            ranks
                .get(package.name.as_str())
                .is_none_or(|folder| root().join(folder) != package.folder)
        })
        .map(|package| format!("{} in {}", package.name, package.folder.display()))
        .collect();
    assert_none(
        "packages without a rank, or elsewhere than their rank says",
        &wrong,
    );
}

#[test]
fn dependencies_go_down_only() {
    let ranks: BTreeMap<&str, (&str, u8)> = RANKS
        .iter()
        .map(|&(name, folder, rank)| (name, (folder, rank)))
        .collect();
    let mut wrong = Vec::new();
    for package in packages() {
        // One without a rank is told by another test.
        let Some(&(from_folder, from)) = ranks.get(package.name.as_str()) else {
            continue;
        };
        for (name, is_dev) in &package.dependencies {
            let Some(&(to_folder, to)) = ranks.get(name.as_str()) else {
                continue;
            };
            let is_upward = to >= from && !(*is_dev && *name == package.name);
            let leaves_runtime =
                from_folder.starts_with("runtime/") && to_folder.starts_with("compiler/");
            if leaves_runtime || (is_upward && !is_dev) {
                wrong.push(format!("{} -> {name}", package.name));
            }
        }
    }
    assert_none("edges against the layers", &wrong);
}

#[test]
fn only_those_who_may_know_a_crate_use_it() {
    let mut wrong = Vec::new();
    for package in packages() {
        for (name, is_dev) in &package.dependencies {
            let allowed = KNOWLEDGE
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, allowed)| allowed);
            if !is_dev && allowed.is_some_and(|allowed| !allowed.contains(&package.name.as_str())) {
                wrong.push(format!("{} -> {name}", package.name));
            }
        }
    }
    assert_none("crates that are to be known elsewhere only", &wrong);
}

/// All files of the repository that people write, with their paths from the root.
fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("the folder is listed")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                let skipped = [
                    "target",
                    ".git",
                    ".ox",
                    "corpus",
                    "artifacts",
                    "node_modules",
                ];
                if !skipped.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                let relative = path.strip_prefix(root()).expect("it is below the root");
                found.push((relative.display().to_string(), path));
            }
        }
    }
    found.sort();
    found
}

fn rust_files() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"))
        .map(|(name, path)| (name, fs::read_to_string(path).expect("source is text")))
        .collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert_none("files that do not open with `//!`", &wrong);
}

#[test]
fn files_are_small() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|&(_, lines)| lines > LINES_MAX)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert_none("files with more than one subject", &wrong);
}

#[test]
fn modules_are_named_after_their_folder() {
    // Cargo would take `tests/support.rs` for a test binary.
    let is_wrong =
        |name: &String| name.ends_with("/mod.rs") && !name.ends_with("/tests/support/mod.rs");
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .map(|(name, _)| name)
        .filter(is_wrong)
        .collect();
    assert_none("`mod.rs` files; write `foo.rs` beside `foo/`", &wrong);
}

/// Lines of Rust that are code: comments are cut off.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
}

#[test]
fn nothing_is_left_to_do() {
    // Put together, so that this file does not hold the words it looks for.
    let words = [
        ["to", "do!("].concat(),
        ["unimplement", "ed!("].concat(),
        ["#[ig", "nore"].concat(),
        ["#[should", "_panic"].concat(),
    ];
    let mut wrong = Vec::new();
    for (name, text) in rust_files() {
        for (number, line) in code_lines(&text) {
            if words.iter().any(|word| line.contains(word.as_str())) {
                wrong.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none(
        "what is not built gives a clear error, and every test runs",
        &wrong,
    );
}

#[test]
fn unsafe_is_where_it_is_listed() {
    let words = [
        "unsafe {",
        "unsafe fn",
        "unsafe impl",
        "unsafe extern",
        "(unsafe_code",
    ];
    let mut wrong = Vec::new();
    for (name, text) in rust_files() {
        if UNSAFE.iter().any(|listed| name.starts_with(listed))
            || name == "tests/harness/tests/tidy.rs"
        {
            continue;
        }
        for (number, line) in code_lines(&text) {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none("`unsafe` outside of the listed modules", &wrong);
}

/// Code of a crate that is compiled into what users run: no tests.
fn is_shipped(name: &str) -> bool {
    name.contains("/src/") && !name.ends_with("/tests.rs") && !name.contains("/tests/")
}

#[test]
fn the_world_is_touched_where_it_may_be() {
    let words = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process::Command",
        "File::open",
        "File::create",
        "Instant::now",
        "SystemTime::now",
    ];
    let may = [
        "compiler/oxc/",
        "compiler/driver/src/project.rs",
        "compiler/driver/src/packages.rs",
        "compiler/driver/src/packages/",
        "compiler/driver/src/cache.rs",
        "compiler/driver/src/cache/files.rs",
        "runtime/activities/",
        "runtime/store/src/disk/os.rs",
        "tests/",
        "bench/",
        "examples/",
    ];
    let mut wrong = Vec::new();
    for (name, text) in rust_files() {
        if !is_shipped(&name) || may.iter().any(|may| name.starts_with(may)) {
            continue;
        }
        // Tests within a file stand at its end.
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code_lines(shipped) {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none(
        "files, environment, network or clocks outside of the modules that may",
        &wrong,
    );
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let places = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
    ];
    let kinds = [
        ".rs",
        ".ox",
        ".md",
        ".toml",
        ".transcript",
        ".sh",
        ".edn",
        ".cljc",
    ];
    let mut wrong = Vec::new();
    for (name, path) in files() {
        if !kinds.iter().any(|kind| name.ends_with(kind)) && !name.starts_with(".ci/") {
            continue;
        }
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            if places.iter().any(|place| line.contains(place.as_str())) {
                wrong.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none("paths of one machine", &wrong);
}

#[test]
fn adrs_are_numbered_without_gaps() {
    let folder = root().join("docs/adr");
    let mut numbers: Vec<usize> = fs::read_dir(folder)
        .expect("the folder is listed")
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().get(..4)?.parse().ok())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}

#[test]
fn the_invariants_are_all_in_the_architecture() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    let missing: Vec<String> = (1..=26)
        .map(|number| format!("{number}. "))
        .filter(|start| !text.lines().any(|line| line.starts_with(start)))
        .collect();
    assert_none("invariants that ARCHITECTURE.md does not have", &missing);
    assert!(
        text.lines().count() <= 400,
        "ARCHITECTURE.md is to be read at once"
    );
}
