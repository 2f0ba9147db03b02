//! The pages of run-time errors and of stores, `docs/errors/OX05nn.md` and on: their programs run, the
//! first with the error that the page shows, the second without one. (Those of the compiler's diagnostics
//! are tested where these are made.)
//!
//! A block `sh` after the first program says how it is run; else it is `oxc run --ephemeral app.ox`. What
//! standard error has is compared with the block `text`, as in a transcript (`...`, `[..]`);
//! `UPDATE_EXPECT=1` writes it. `PAGE=OX0506` runs one.

use harness::transcript::lines_match;
use harness::{root, updates_expectations};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The first page that is run here.
const FIRST: u16 = 500;
/// From this one on they are the compiler's again: what is said of packages, each of several folders.
const END: u16 = 700;
/// Of a mistake of Ox itself there is no program.
const WITHOUT_PROGRAM: [&str; 1] = ["OX0599"];
/// Before this one is run, there is a store of a version that does not exist yet.
const NEWER: &str = "OX0602";
/// What that store is called.
const STORE: &str = "shop.redb";
/// Has a run end as in a crash.
const DYING: &str = "OX_TEST_KILL_AT_COMMIT=2";
/// The address that pages have; a server that knows nothing answers there.
const ADDRESS: &str = "localhost:8080";

/// The blocks of a page: where the text in each begins, its language, and the text.
fn blocks(page: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = page[at..].find("\n```").map(|start| at + start + 4) {
        let open = start + page[start..].find('\n').expect("a fence is a line") + 1;
        let end = page[open..].find("```").expect("a block is closed") + open;
        found.push((open, page[start..open].trim(), &page[open..end]));
        at = end + 3;
    }
    found
}

/// What a command says, and whether it went well.
struct Run {
    is_well: bool,
    stderr: Vec<String>,
}

fn run(folder: &Path, program: &str, command: &str, address: &str) -> Run {
    fs::write(folder.join("app.ox"), program.replace(ADDRESS, address)).expect("it is ours");
    let oxc = crate::cli::oxc();
    let tools = oxc.parent().expect("it is in a folder").display();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{tools}:/usr/local/bin:/usr/bin:/bin"))
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("there is a shell");
    let stderr = String::from_utf8_lossy(&output.stderr).replace(address, ADDRESS);
    let is_progress = |line: &&str| !matches!(*line, "compiling …" | "Killed");
    Run {
        is_well: output.status.success(),
        stderr: stderr
            .lines()
            .filter(is_progress)
            .map(str::to_owned)
            .collect(),
    }
}

/// Answers 404 to every request, until the test ends.
fn serve() -> String {
    let listener = TcpListener::bind("localhost:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\nConnection: close\r\n\r\nno such order",
            );
        }
    });
    format!("localhost:{port}")
}

/// What is wrong with a page, which is written anew if that is asked for.
fn check(path: &Path, code: &str, address: &str) -> Result<(), String> {
    let page = fs::read_to_string(path).expect("the page is there");
    let blocks = blocks(&page);
    let mut texts = BTreeMap::<&str, Vec<(usize, &str)>>::new();
    for &(at, language, text) in &blocks {
        texts.entry(language).or_default().push((at, text));
    }
    if WITHOUT_PROGRAM.contains(&code) {
        return if blocks.is_empty() {
            Ok(())
        } else {
            Err(format!("{code}: it has a program"))
        };
    }
    let of = |language: &str| texts.get(language).map_or(&[][..], Vec::as_slice);
    let (Some(&(_, program)), Some(&(at, expected))) = (of("ox").first(), of("text").first())
    else {
        return Err(format!("{code}: no program, or no text"));
    };
    let folder = tempfile::tempdir().expect("a folder for the page");
    if code == NEWER {
        run(
            folder.path(),
            program,
            &format!("{DYING} oxc run --store {STORE} app.ox"),
            address,
        );
        let log = folder.path().join(format!("{STORE}.log-0"));
        let mut bytes = fs::read(&log).expect("the run has a log");
        store::sim::make_newer(&mut bytes);
        fs::write(&log, bytes).expect("it is ours");
    }
    let command = of("sh")
        .first()
        .map_or("oxc run --ephemeral app.ox", |(_, text)| text);
    let failed = run(folder.path(), program, command, address);
    let wanted: Vec<String> = expected.lines().map(str::to_owned).collect();
    let says_code = failed
        .stderr
        .iter()
        .any(|line| line.contains(&format!("[{code}]")));
    if !says_code {
        return Err(format!(
            "{code}: its program says\n{}",
            failed.stderr.join("\n")
        ));
    }
    if !lines_match(&wanted, &failed.stderr) {
        if !updates_expectations() {
            return Err(format!(
                "{code}: its program says\n{}\nand not\n{expected}",
                failed.stderr.join("\n")
            ));
        }
        let said: String = failed
            .stderr
            .iter()
            .map(|line| format!("{line}\n"))
            .collect();
        let (head, tail) = (&page[..at], &page[at + expected.len()..]);
        fs::write(path, format!("{head}{said}{tail}")).expect("the page can be written");
    }
    if let Some((_, mended)) = of("ox").get(1) {
        let folder = tempfile::tempdir().expect("a folder for the page");
        let ran = run(folder.path(), mended, "oxc run --ephemeral app.ox", address);
        if !ran.is_well || !ran.stderr.is_empty() {
            return Err(format!(
                "{code}: mended, it says\n{}",
                ran.stderr.join("\n")
            ));
        }
    }
    Ok(())
}

#[test]
fn programs_of_the_pages_have_their_errors() {
    let address = serve();
    let filter = std::env::var("PAGE").unwrap_or_default();
    let mut pages: Vec<_> = fs::read_dir(root().join("docs/errors"))
        .expect("the pages are there")
        .map(|entry| entry.expect("the folder is listed").path())
        .collect();
    pages.sort();
    let mut wrong = Vec::new();
    for path in pages {
        let code = path
            .file_stem()
            .expect("it has a name")
            .to_string_lossy()
            .into_owned();
        let number: u16 = code[2..].parse().expect("a page is named by its code");
        if (FIRST..END).contains(&number) && code.contains(&filter) {
            wrong.extend(check(&path, &code, &address).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Kinds that a build has and no running program, or that a program's own tests make.
const NOT_AT_RUN_TIME: [&str; 1] = ["clash"];

/// The kinds in a text, each after one of the marks.
fn kinds_in(text: &str, marks: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for mark in marks {
        for (at, _) in text.match_indices(mark) {
            let kind = text[at + mark.len()..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-');
            found.push(kind.collect::<String>());
        }
    }
    found
}

#[test]
fn every_kind_of_error_has_a_code_and_is_documented() {
    let table = fs::read_to_string(root().join("docs/run-time-errors.md")).expect("it is there");
    let mut missing = Vec::new();
    let mut folders = vec![root().join("runtime"), root().join("stdlib")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("the folder is listed")
            .flatten()
        {
            let path = entry.path();
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            if path.is_dir() && !is_test {
                folders.push(path);
                continue;
            }
            let marks: &[&str] = match path.extension().and_then(|extension| extension.to_str()) {
                Some("rs") if !is_test => &["Fault::new(\"", ".ox_error(\"", "make_error(heap, \""],
                Some("ox") => &["(fail :ox/", ":ox/kind :ox/"],
                _ => continue,
            };
            let text = fs::read_to_string(&path).expect("sources are text");
            for kind in kinds_in(&text, marks) {
                let has_code = engine::code::of(&kind, |_| None).is_some();
                if !has_code && !NOT_AT_RUN_TIME.contains(&kind.as_str()) && !kind.is_empty() {
                    missing.push(format!("{}: {kind} has no code", path.display()));
                }
            }
        }
    }
    for code in engine::code::ALL {
        let is_documented = table.lines().any(|line| {
            line.contains(&format!(":ox/{}`", code.kind)) && line.contains(&code.to_string())
        });
        if !is_documented {
            missing.push(format!(
                "docs/run-time-errors.md: {code} of :ox/{}",
                code.kind
            ));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
