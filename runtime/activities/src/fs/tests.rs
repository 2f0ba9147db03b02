//! Files on a real file system.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::revealed::Revealed;

struct Folder {
    folder: tempfile::TempDir,
    beside: tempfile::TempDir,
    calls: std::cell::Cell<u64>,
}

impl Folder {
    fn new() -> Folder {
        Folder {
            folder: tempfile::tempdir().unwrap(),
            beside: tempfile::tempdir().unwrap(),
            calls: std::cell::Cell::new(0),
        }
    }

    /// A call with a key of its own.
    fn call(&self, name: &str, values: &[Data]) -> Result<Data, TaskError> {
        self.calls.set(self.calls.get() + 1);
        let key = format!("{} {}", self.folder.path().display(), self.calls.get());
        self.call_as(&key, name, values)
    }

    /// A call by another life of the run.
    fn call_as(&self, key: &str, name: &str, values: &[Data]) -> Result<Data, TaskError> {
        let journal = Journal::open(Some(&self.beside.path().join("store.groups"))).unwrap();
        let revealed = Revealed::default();
        let arguments = Arguments::new("ox.fs/test", values, self.folder.path(), &revealed);
        call(name, arguments, key, &journal)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let Data::Vector(names) = self.call("list", &[Data::text(".")]).unwrap() else {
            panic!("list answers a vector")
        };
        let names = names.iter().map(|name| name.as_text().unwrap().to_owned());
        names.collect()
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<Data> {
    texts.into_iter().map(Data::text).collect()
}

fn os_of(error: &TaskError) -> &Data {
    &error
        .data
        .iter()
        .find(|(key, _)| key == "os")
        .expect("a failure of the system")
        .1
}

#[test]
fn what_is_written_is_read() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "text λ"])).unwrap();
    assert_eq!(folder.call("read", &texts(["a"])), Ok(Data::text("text λ")));
    folder
        .call("write", &[Data::text("b"), Data::Bytes(vec![0, 255])])
        .unwrap();
    let as_bytes = Data::record([("as", Data::keyword("bytes"))]);
    assert_eq!(
        folder.call("read", &[Data::text("b"), as_bytes]),
        Ok(Data::Bytes(vec![0, 255]))
    );
    let error = folder.call("read", &texts(["b"])).unwrap_err();
    assert!(error.message.contains("not UTF-8: byte 0x"), "{error:?}");
    assert!(!error.is_retryable);
}

#[test]
fn a_write_replaces_the_whole_file_keeps_its_mode_and_leaves_nothing_else() {
    let folder = Folder::new();
    folder
        .call("write", &texts(["a", "a longer text"]))
        .unwrap();
    fs::set_permissions(folder.path("a"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.call("write", &texts(["a", "short"])).unwrap();
    assert_eq!(folder.call("read", &texts(["a"])), Ok(Data::text("short")));
    assert_eq!(
        fs::metadata(folder.path("a")).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn a_write_goes_through_a_link() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "old"])).unwrap();
    std::os::unix::fs::symlink("a", folder.path("link")).unwrap();
    folder.call("write", &texts(["link", "new"])).unwrap();
    assert_eq!(folder.call("read", &texts(["a"])), Ok(Data::text("new")));
    assert!(
        fs::symlink_metadata(folder.path("link"))
            .unwrap()
            .is_symlink()
    );
}

#[test]
fn an_attempt_that_died_is_written_over() {
    let folder = Folder::new();
    // what a crash leaves: a temporary file that never got its name
    let unfinished = AtomicFile::create(&folder.path("a"), "key").unwrap();
    unfinished
        .file()
        .write_all(b"a first part that is longer than the second try")
        .unwrap();
    std::mem::forget(unfinished);
    assert!(folder.call("read", &texts(["a"])).is_err());
    folder
        .call_as("key", "write", &texts(["a", "whole"]))
        .unwrap();
    assert_eq!(folder.call("read", &texts(["a"])), Ok(Data::text("whole")));
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn a_failed_write_leaves_the_old_file_and_no_other() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "old"])).unwrap();
    let file = AtomicFile::create(&folder.path("a"), "other").unwrap();
    file.file().write_all(b"part").unwrap();
    drop(file);
    assert_eq!(folder.call("read", &texts(["a"])), Ok(Data::text("old")));
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn appending_goes_to_the_end() {
    let folder = Folder::new();
    for text in ["one\n", "two\n"] {
        let append = Data::record([("append", Data::Bool(true))]);
        folder
            .call("write", &[Data::text("log"), Data::text(text), append])
            .unwrap();
    }
    assert_eq!(
        folder.call("read", &texts(["log"])),
        Ok(Data::text("one\ntwo\n"))
    );
}

#[test]
fn lists_are_sorted_and_recursive_ones_hold_the_files_below() {
    let folder = Folder::new();
    folder.call("mkdir", &texts(["d/e"])).unwrap();
    for name in ["z", "a", "d/y", "d/e/x"] {
        folder.call("write", &texts([name, ""])).unwrap();
    }
    assert_eq!(folder.names(), ["a", "d", "z"]);
    let recursive = Data::record([("recursive", Data::Bool(true))]);
    let found = folder.call("list", &[Data::text("."), recursive]).unwrap();
    assert_eq!(found, Data::Vector(texts(["a", "d/e/x", "d/y", "z"])));
    assert_eq!(
        os_of(&folder.call("list", &texts(["none"])).unwrap_err()),
        &Data::keyword("not-found")
    );
}

#[test]
fn stat_says_what_there_is() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "12345"])).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("link")).unwrap();
    let found = folder.call("stat", &texts(["a"])).unwrap();
    assert_eq!(found.get("type"), Some(&Data::keyword("file")));
    assert_eq!(found.get("size"), Some(&Data::Int(5)));
    let Some(Data::Printed(modified)) = found.get("modified") else {
        panic!("{found:?}")
    };
    assert!(
        modified.starts_with("#inst \"20") && modified.ends_with("-00:00\""),
        "{modified}"
    );
    let of = |name| folder.call("stat", &texts([name])).unwrap();
    assert_eq!(of(".").get("type"), Some(&Data::keyword("directory")));
    assert_eq!(of("link").get("type"), Some(&Data::keyword("link")));
    assert_eq!(of("none"), Data::Nil);
    assert_eq!(of("a/below"), Data::Nil);
}

#[test]
fn copies_keep_the_mode_and_moves_replace() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "text"])).unwrap();
    fs::set_permissions(folder.path("a"), fs::Permissions::from_mode(0o751)).unwrap();
    folder.call("copy", &texts(["a", "b"])).unwrap();
    assert_eq!(folder.call("read", &texts(["b"])), Ok(Data::text("text")));
    assert_eq!(
        fs::metadata(folder.path("b")).unwrap().permissions().mode() & 0o777,
        0o751
    );
    folder.call("mkdir", &texts(["full/of"])).unwrap();
    folder.call("mkdir", &texts(["d"])).unwrap();
    folder.call("write", &texts(["d/x", "inside"])).unwrap();
    folder.call("move", &texts(["d", "full"])).unwrap();
    assert_eq!(
        folder.call("read", &texts(["full/x"])),
        Ok(Data::text("inside"))
    );
    folder.call("move", &texts(["b", "full"])).unwrap();
    assert_eq!(
        folder.call("read", &texts(["full"])),
        Ok(Data::text("text"))
    );
    assert_eq!(folder.names(), ["a", "full"]);
    assert_eq!(
        os_of(&folder.call("move", &texts(["none", "c"])).unwrap_err()),
        &Data::keyword("not-found")
    );
}

#[test]
fn deleting_nothing_is_no_error_and_full_directories_need_to_be_asked_for() {
    let folder = Folder::new();
    assert_eq!(folder.call("delete", &texts(["none"])), Ok(Data::Nil));
    folder.call("mkdir", &texts(["d/e"])).unwrap();
    assert_eq!(
        os_of(&folder.call("delete", &texts(["d"])).unwrap_err()),
        &Data::keyword("not-empty")
    );
    let recursive = Data::record([("recursive", Data::Bool(true))]);
    assert_eq!(
        folder.call("delete", &[Data::text("d"), recursive]),
        Ok(Data::Nil)
    );
    assert!(folder.names().is_empty());
}

#[test]
fn failures_of_the_system_have_names() {
    let folder = Folder::new();
    let error = folder.call("read", &texts(["none"])).unwrap_err();
    assert_eq!(
        (error.reason, error.message.as_str()),
        ("exit", "none: no such file or directory")
    );
    folder.call("write", &texts(["a", ""])).unwrap();
    assert_eq!(
        os_of(&folder.call("mkdir", &texts(["a"])).unwrap_err()),
        &Data::keyword("exists")
    );
    assert_eq!(
        os_of(&folder.call("read", &texts(["a/b"])).unwrap_err()),
        &Data::keyword("not-directory")
    );
    assert_eq!(
        os_of(&folder.call("write", &texts([".", "x"])).unwrap_err()),
        &Data::keyword("is-directory")
    );
}

#[test]
fn wrong_arguments_are_refused_in_words() {
    let folder = Folder::new();
    let error = folder.call("read", &[Data::Int(1)]).unwrap_err();
    assert_eq!(error.message, "the path must be a string, not 1");
    let error = folder
        .call(
            "list",
            &[Data::text("."), Data::record([("recurse", Data::Nil)])],
        )
        .unwrap_err();
    assert_eq!(
        error.message,
        "unknown option :recurse: did you mean :recursive?"
    );
    assert!(
        folder
            .call("write", &[Data::text("a"), Data::Int(1)])
            .is_err()
    );
    assert!(folder.call("read", &texts([""])).is_err());
}

#[test]
fn temporary_names_are_new_and_ones_own() {
    let folder = Folder::new();
    let made = |options: Data| {
        folder
            .call("temp", &[options])
            .unwrap()
            .as_text()
            .unwrap()
            .to_owned()
    };
    let (first, second) = (
        made(Data::Nil),
        made(Data::record([("file", Data::Bool(true))])),
    );
    assert_ne!(first, second);
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&first), mode(&second)), (0o700, 0o600));
    fs::remove_dir(first).unwrap();
    fs::remove_file(second).unwrap();
}

#[test]
fn a_move_that_is_repeated_finds_it_done() {
    let folder = Folder::new();
    folder.call("write", &texts(["a", "moved"])).unwrap();
    folder.call("write", &texts(["b", "in the way"])).unwrap();
    let both = texts(["a", "b"]);
    folder.call_as("k", "move", &both).unwrap();
    assert_eq!(folder.call_as("k", "move", &both), Ok(Data::Nil));
    // Somebody has made the source anew: it is not that of the move.
    folder.call("write", &texts(["a", "another"])).unwrap();
    assert_eq!(folder.call_as("k", "move", &both), Ok(Data::Nil));
    assert_eq!(
        folder.call("read", &texts(["a"])),
        Ok(Data::text("another"))
    );
    assert_eq!(folder.call("read", &texts(["b"])), Ok(Data::text("moved")));
    // Under another key it is another move, and without a source an error as ever.
    folder.call_as("l", "move", &both).unwrap();
    assert_eq!(
        folder.call("read", &texts(["b"])),
        Ok(Data::text("another"))
    );
    let error = folder.call_as("m", "move", &both).unwrap_err();
    assert!(error.message.contains("a: "), "{}", error.message);
}

#[test]
fn a_directory_is_moved_once() {
    let folder = Folder::new();
    folder.call("mkdir", &texts(["from"])).unwrap();
    folder.call("write", &texts(["from/file", "text"])).unwrap();
    for _ in 0..2 {
        folder.call_as("k", "move", &texts(["from", "to"])).unwrap();
        assert_eq!(folder.names(), ["to"]);
    }
}

#[test]
fn what_is_appended_is_appended_once() {
    let folder = Folder::new();
    let append = |key: &str, text: &str| {
        let options = Data::record([("append", Data::Bool(true))]);
        let values = [Data::text("log"), Data::text(text), options];
        folder.call_as(key, "write", &values).unwrap();
    };
    append("one", "first\n");
    append("two", "second\n");
    append("two", "second\n");
    assert_eq!(
        folder.call("read", &texts(["log"])),
        Ok(Data::text("first\nsecond\n"))
    );
    // The crash came in the middle of a write.
    std::fs::write(folder.path("log"), "first\nsec").unwrap();
    append("two", "second\n");
    // The crash came before the write, and somebody else came first.
    std::fs::write(folder.path("log"), "first\nother\n").unwrap();
    append("two", "second\n");
    assert_eq!(
        folder.call("read", &texts(["log"])),
        Ok(Data::text("first\nother\nsecond\n"))
    );
}

#[test]
fn a_temporary_directory_is_made_once() {
    let folder = Folder::new();
    let make = |key: &str| {
        let made = folder.call_as(key, "temp", &[]).unwrap();
        PathBuf::from(made.as_text().unwrap())
    };
    let key = format!("temp {}", folder.path("").display());
    let (first, again) = (make(&key), make(&key));
    assert_eq!(first, again);
    let other = make(&format!("{key} other"));
    assert_ne!(first, other);
    // What is used is not given away again.
    std::fs::write(first.join("file"), "text").unwrap();
    let third = make(&key);
    assert_ne!(first, third);
    for path in [first, other, third] {
        std::fs::remove_dir_all(path).unwrap();
    }
}

/// The text of a part, where the next begins, whether it is the last, and which file it is.
fn part(folder: &Folder, from: u64, bytes: i64, file: &Data) -> (String, u64, bool, Data) {
    let from = Data::Int(from.cast_signed());
    let arguments = [Data::text("a"), from, Data::Int(bytes), file.clone()];
    let Data::Vector(part) = folder.call("read-part", &arguments).unwrap() else {
        panic!("a part is a vector")
    };
    match &part[..] {
        [Data::Str(text), Data::Int(next), Data::Bool(is_end), file] => {
            (text.clone(), next.unsigned_abs(), *is_end, file.clone())
        }
        other => panic!("no part: {other:?}"),
    }
}

#[test]
fn parts_of_a_file_end_where_characters_do() {
    let folder = Folder::new();
    let text = "aλb€c𝄞d";
    fs::write(folder.path("a"), text).unwrap();
    for bytes in 4..=text.len() as i64 + 1 {
        let (mut all, mut from, mut file) = (String::new(), 0, Data::Nil);
        loop {
            let (part, next, is_end, found) = part(&folder, from, bytes, &file);
            assert!(is_end || next > from);
            all.push_str(&part);
            (from, file) = (next, found);
            if is_end {
                break;
            }
        }
        assert_eq!(all, text);
    }
}

#[test]
fn of_another_file_nothing_more_is_read() {
    let folder = Folder::new();
    fs::write(folder.path("a"), "one two").unwrap();
    let (_, from, _, file) = part(&folder, 0, 4, &Data::Nil);
    let next = [
        Data::text("a"),
        Data::Int(from.cast_signed()),
        Data::Int(4),
        file,
    ];
    fs::write(folder.path("b"), "one two").unwrap();
    fs::rename(folder.path("b"), folder.path("a")).unwrap();
    let error = folder.call("read-part", &next).unwrap_err();
    assert_eq!(error.message, "a: the file has changed since it was opened");
    assert_eq!(*os_of(&error), Data::keyword("changed"));
    fs::remove_file(folder.path("a")).unwrap();
    let error = folder.call("read-part", &next).unwrap_err();
    assert_eq!(*os_of(&error), Data::keyword("not-found"));
}

#[test]
fn what_is_no_text_is_not_read_in_parts() {
    let folder = Folder::new();
    fs::write(folder.path("a"), b"abcdef\xffgh").unwrap();
    let (_, from, ..) = part(&folder, 0, 4, &Data::Nil);
    let arguments = |name: &str, from: u64| {
        let from = Data::Int(from.cast_signed());
        [Data::text(name), from, Data::Int(64), Data::Nil]
    };
    let error = folder.call("read-part", &arguments("a", from)).unwrap_err();
    assert_eq!(
        error.message,
        "a: not UTF-8: byte 0xff at offset 6; read it with {:as :bytes}"
    );
    let error = folder.call("read-part", &arguments(".", 0)).unwrap_err();
    assert_eq!(*os_of(&error), Data::keyword("is-directory"));
}
