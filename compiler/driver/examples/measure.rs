//! Times of the compiler on a generated project: cold check, cold build, one edit, a second build
//! in a new process, a build in a new process after an edit. `measure [NAMESPACES [DEFINITIONS]]`.

#[path = "../tests/driver/generate.rs"]
mod generate;

use driver::packages::Options;
use driver::{Target, Workspace};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [what, folder] = &args[..]
        && what == "again"
    {
        return again(Path::new(folder));
    }
    let number = |at: usize, default: usize| {
        args.get(at)
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let size = generate::Size {
        namespaces: number(0, 100),
        definitions: number(1, 100),
    };
    let folder = std::env::temp_dir().join(format!("ox-measure-{}", std::process::id()));
    let texts = generate::texts(size);
    generate::write(&texts, &folder).expect("the folder can be written");
    let lines: usize = texts.values().map(|text| text.lines().count()).sum();
    println!(
        "{} definitions, {lines} lines",
        size.namespaces * size.definitions
    );
    let open = || {
        Workspace::open(
            &Target::Folder(folder.clone()),
            Path::new("/"),
            &Options::default(),
        )
        .expect("a project")
    };

    let mut hello = Workspace::of_text("hello.ox", "(println \"hello\")");
    timed("hello, cold build", || hello.build().is_ok());
    let cache = folder.join("hello");
    for (what, text) in [
        ("hello, empty cache", "(println \"hello\")"),
        ("hello, built before", "(println \"hello\")"),
        ("hello, library in the cache", "(println \"hello there\")"),
    ] {
        let mut hello = Workspace::of_text("hello.ox", text);
        timed(what, || hello.build_cached(&cache).is_ok());
    }

    let mut workspace = timed("open", open);
    let diagnostics = timed_by_line("cold check", lines, || workspace.check());
    println!(
        "  {} diagnostics, {} MB resident",
        diagnostics.len(),
        resident()
    );
    let built = timed("build after it", || workspace.build());
    match &built {
        Ok(built) => println!(
            "  {} slots, {} boot words",
            built.image.slots.len(),
            built.image.boot.len()
        ),
        Err(diagnostics) => println!(
            "{}",
            source::render::terminal::render(diagnostics, &workspace.files(), false)
        ),
    }
    let middle = generate::name_of(size.namespaces / 2);
    let text = &texts[&middle];
    let edits = [
        ("a body", text.replacen("(+ a (* b", "(+ a 1 (* b", 1)),
        (
            "a comment",
            text.replacen("(defn f0", ";; more\n\n(defn f0", 1),
        ),
        (
            "a macro",
            text.replacen("(neg? value#) 0", "(neg? value#) 1", 1),
        ),
        (
            "a macro's helper",
            text.replacen("(if (next forms)", "(if (seq (next forms))", 1),
        ),
        ("a signature", text.replacen("[a b]", "[a b & more]", 1)),
    ];
    for (what, edited) in edits {
        assert_ne!(*text, edited, "{what}");
        workspace.edit(&middle, &edited);
        timed(&format!("{what} edited: diagnostics of the file"), || {
            workspace.check_namespace(&middle)
        });
        timed("  all diagnostics", || workspace.check());
        timed("  build", || workspace.build().is_ok());
        workspace.edit(&middle, text);
        workspace.check();
        timed("  back, build", || workspace.build().is_ok());
    }
    drop(workspace);
    let mut workspace = open();
    timed_by_line("cold build", lines, || workspace.build().is_ok());
    drop(workspace);
    let cache = folder.join(".ox/cache");
    let mut workspace = open();
    timed("cold build with an empty cache", || {
        workspace.build_cached(&cache).is_ok()
    });
    drop(workspace);
    // What the new process does it says itself.
    let again = |what: &str| {
        println!("{what}:");
        let own = std::env::current_exe().expect("the path of this program");
        let mut command = Command::new(own);
        let status = command.arg("again").arg(&folder).status();
        assert!(status.expect("it can be run").success(), "{what}");
    };
    again("second build, new process");
    let path = folder.join(generate::path_of(&middle));
    for (what, old, new) in [
        ("a body", "(+ a (* b", "(+ a 1 (* b"),
        ("a comment", "(defn f0", ";; more\n\n(defn f0"),
        ("a macro", "(neg? value#) 0", "(neg? value#) 1"),
    ] {
        let edited = text.replacen(old, new, 1);
        std::fs::write(&path, edited).expect("the file can be written");
        again(&format!("{what} edited, new process"));
        std::fs::write(&path, text).expect("the file can be written");
    }
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

fn again(folder: &Path) {
    let mut workspace = timed("  open", || {
        Workspace::open(
            &Target::Folder(folder.to_owned()),
            Path::new("/"),
            &Options::default(),
        )
        .expect("a project")
    });
    let cache = folder.join(".ox/cache");
    timed("  build", || workspace.build_cached(&cache).is_ok());
}

/// Says how long the work took, and how much of that this thread was running: on a busy machine the
/// second is the one to compare.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = (Instant::now(), running());
    let result = work();
    let wall = start.0.elapsed().as_secs_f64() * 1000.0;
    let cpu = running() - start.1;
    println!("{what}: {cpu:.1} ms ({wall:.1} ms by the clock)");
    result
}

/// The same, and for each 1,000 lines.
fn timed_by_line<T>(what: &str, lines: usize, work: impl FnOnce() -> T) -> T {
    let start = running();
    let result = timed(what, work);
    let each = (running() - start) / lines as f64 * 1000.0;
    println!("  {each:.1} ms per 1,000 lines");
    result
}

/// For how long this thread has run, ms.
fn running() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next();
    first
        .and_then(|text| text.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e6
}

/// Resident memory, MB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
