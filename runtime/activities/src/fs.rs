//! `ox.fs`: files of the machine the run is on.
//!
//! # Invariants
//! - Whole-file writes and copies are atomic (`atomic`).
//! - What is repeated after a crash gives the same result as once: by itself, or since the journal has a
//!   mark of what the attempt before was about to change (`move`, `{:append true}`), or since its name
//!   follows from the idempotency key (`temp`).

use crate::arguments::{Arguments, Options};
use crate::atomic::{AtomicFile, sync_directory};
use crate::command::journal::{Journal, Mark};
use crate::failure::{misuse, os, utf8};
use engine::data::Data;
use engine::transport::TaskError;
use scalar::{Instant, Offset};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file larger than this cannot become a value.
const READ_BYTES_MAX: u64 = 256 << 20;

/// Most bytes that a part of a file has.
const PART_BYTES_MAX: i64 = 16 << 20;

/// Carries out an activity of `ox.fs`, named without the namespace.
pub(crate) fn call(
    name: &str,
    arguments: Arguments<'_>,
    key: &str,
    journal: &Journal,
) -> Result<Data, TaskError> {
    match name {
        "read" => read(arguments),
        "read-part" => read_part(arguments),
        "write" => write(arguments, key, journal),
        "list" => list(arguments),
        "stat" => stat(arguments),
        "copy" => copy(arguments, key),
        "move" => rename(arguments, key, journal),
        "delete" => delete(arguments),
        "mkdir" => {
            let (text, path) = arguments.path(0)?;
            fs::create_dir_all(path).map_err(|error| os(&error, text))?;
            Ok(Data::Nil)
        }
        "temp" => temp(arguments, key),
        "absolute" => {
            let (_, path) = arguments.path(0)?;
            Ok(Data::text(path.to_string_lossy()))
        }
        other => Err(misuse(format!("there is no activity ox.fs/{other}"))),
    }
}

fn read(arguments: Arguments<'_>) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let options = arguments.options(1, &["as"])?;
    let as_bytes = match options.get("as") {
        None => false,
        Some(Data::Keyword(None, name)) if name == "string" => false,
        Some(Data::Keyword(None, name)) if name == "bytes" => true,
        Some(other) => return Err(options.wrong("as", ":string or :bytes", other)),
    };
    let file = fs::File::open(path).map_err(|error| os(&error, text))?;
    let mut bytes = Vec::new();
    file.take(READ_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| os(&error, text))?;
    if bytes.len() as u64 > READ_BYTES_MAX {
        return Err(misuse(format!(
            "{text}: larger than {} MiB",
            READ_BYTES_MAX >> 20
        )));
    }
    if as_bytes {
        return Ok(Data::Bytes(bytes));
    }
    let read = utf8(bytes).map(Data::Str);
    read.map_err(|what| misuse(format!("{text}: {what}; read it with {{:as :bytes}}")))
}

/// `[path from bytes file]`: what follows a place in a file, `[text next end? file]`. `file` says which file it is and
/// when it was written, nil for the first part; of one that is another since nothing more is read. A part
/// ends where a character does.
fn read_part(arguments: Arguments<'_>) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let from = match *arguments.value(1) {
        Data::Int(from @ 0..) => from.unsigned_abs(),
        ref other => return Err(arguments.wrong("the place", "an integer from 0", other)),
    };
    let length = match *arguments.value(2) {
        Data::Int(length @ 4..=PART_BYTES_MAX) => length.unsigned_abs(),
        ref other => return Err(arguments.wrong("the number of bytes", "4 to 16 MiB", other)),
    };
    let mut file = fs::File::open(path).map_err(|error| os(&error, text))?;
    let found = file.metadata().map_err(|error| os(&error, text))?;
    if found.is_dir() {
        return Err(os(&io::ErrorKind::IsADirectory.into(), text));
    }
    if !found.is_file() {
        return Err(misuse(format!(
            "{text}: only a file can be read in parts; slurp reads all of it"
        )));
    }
    let identity = [
        found.dev().cast_signed(),
        found.ino().cast_signed(),
        found.len().cast_signed(),
        found.mtime(),
        found.mtime_nsec(),
    ];
    let identity = Data::Vector(identity.into_iter().map(Data::Int).collect());
    let before = arguments.value(3);
    if *before != Data::Nil && *before != identity {
        return Err(TaskError {
            data: vec![
                ("os".to_owned(), Data::keyword("changed")),
                ("path".to_owned(), Data::text(text)),
            ],
            ..misuse(format!("{text}: the file has changed since it was opened"))
        });
    }
    file.seek(io::SeekFrom::Start(from))
        .map_err(|error| os(&error, text))?;
    let mut bytes = Vec::new();
    file.take(length)
        .read_to_end(&mut bytes)
        .map_err(|error| os(&error, text))?;
    // Files of the system do not say how long they are.
    let is_end = (bytes.len() as u64) < length;
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
        && !is_end
    {
        // The part ends within a character, which the next one begins with.
        bytes.truncate(error.valid_up_to());
    }
    let next = from + bytes.len() as u64;
    let part = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let (byte, place) = (error.as_bytes()[at], from + at as u64);
        misuse(format!(
            "{text}: not UTF-8: byte 0x{byte:02x} at offset {place}; read it with {{:as :bytes}}"
        ))
    })?;
    Ok(Data::Vector(vec![
        Data::Str(part),
        Data::Int(next.cast_signed()),
        Data::Bool(is_end),
        identity,
    ]))
}

fn write(arguments: Arguments<'_>, key: &str, journal: &Journal) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let content = match arguments.value(1) {
        Data::Str(content) => content.as_bytes(),
        Data::Bytes(content) => content,
        other => return Err(arguments.wrong("the content", "a string or bytes", other)),
    };
    let append = arguments.options(2, &["append"])?.flag("append", false)?;
    let written = if append {
        append_to(&path, content, key, journal)
    } else {
        write_whole(&path, content, key)
    };
    written.map_err(|error| os(&error, text))?;
    Ok(Data::Nil)
}

fn append_to(path: &Path, content: &[u8], key: &str, journal: &Journal) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.append(true).create(true).open(path)?;
    let found = file.metadata()?;
    let mut rest = content;
    if found.is_file() {
        let (device, inode, length) = (found.dev(), found.ino(), found.len());
        let before = journal.marks(key);
        let before = before
            .iter()
            .find(|mark| (mark.device, mark.inode) == (device, inode) && mark.at <= length);
        match before {
            // Of what the attempt before has written there may be a part only.
            Some(mark) => rest = &content[appended(path, content, mark.at)?..],
            None => journal.mark(Mark::new(key, device, inode, length))?,
        }
    }
    file.write_all(rest)?;
    match file.sync_data() {
        // pipes and terminals
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

/// How much of `content` is in a file at this place: all, or what the file ends with.
fn appended(path: &Path, content: &[u8], at: u64) -> io::Result<usize> {
    let mut file = fs::File::open(path)?;
    file.seek(io::SeekFrom::Start(at))?;
    let mut found = Vec::new();
    file.take(content.len() as u64).read_to_end(&mut found)?;
    // Otherwise somebody else has written there first.
    Ok(if content.starts_with(&found) {
        found.len()
    } else {
        0
    })
}

fn write_whole(path: &Path, content: &[u8], key: &str) -> io::Result<()> {
    let target = AtomicFile::create(path, key)?;
    target.file().write_all(content)?;
    target.commit()
}

fn list(arguments: Arguments<'_>) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let is_recursive = arguments
        .options(1, &["recursive"])?
        .flag("recursive", false)?;
    let mut names = Vec::new();
    // Directories to look into, as paths from the first one.
    let mut left = vec![PathBuf::new()];
    while let Some(below) = left.pop() {
        let directory = path.join(&below);
        let fail = |error: io::Error| {
            os(
                &error,
                if is_recursive {
                    directory.to_str().unwrap_or(text)
                } else {
                    text
                },
            )
        };
        for entry in fs::read_dir(&directory).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = below.join(entry.file_name());
            if is_recursive && entry.file_type().map_err(fail)?.is_dir() {
                left.push(name);
            } else {
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort_unstable();
    Ok(Data::Vector(names.into_iter().map(Data::Str).collect()))
}

fn stat(arguments: Arguments<'_>) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Data::Nil);
        }
        Err(error) => return Err(os(&error, text)),
    };
    let kind = found.file_type();
    let kind = if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "link"
    } else {
        "other"
    };
    let modified = found.modified().map_err(|error| os(&error, text))?;
    let millis = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Ok(Data::record([
        ("type", Data::keyword(kind)),
        (
            "size",
            Data::Int(i64::try_from(found.len()).unwrap_or(i64::MAX)),
        ),
        ("modified", instant(millis)),
        (
            "mode",
            Data::Int(i64::from(found.permissions().mode() & 0o7777)),
        ),
    ]))
}

/// An instant as the reader takes it.
fn instant(millis: i64) -> Data {
    // A file may bear any date.
    let end = if millis < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    };
    let instant = Instant::from_millis(millis).unwrap_or(end);
    Data::Printed(format!("#inst \"{}\"", instant.display(Offset::Zero)))
}

fn copy(arguments: Arguments<'_>, key: &str) -> Result<Data, TaskError> {
    let (from_text, from) = arguments.path(0)?;
    let (to_text, to) = arguments.path(1)?;
    copy_file(&from, &to, key)
        .map_err(|(error, is_source)| os(&error, if is_source { from_text } else { to_text }))?;
    Ok(Data::Nil)
}

/// Copies a file with its mode. The error says whether it is the source's.
fn copy_file(from: &Path, to: &Path, key: &str) -> Result<(), (io::Error, bool)> {
    let at_source = |error| (error, true);
    let at_target = |error| (error, false);
    let mut source = fs::File::open(from).map_err(at_source)?;
    let found = source.metadata().map_err(at_source)?;
    if found.is_dir() {
        return Err(at_source(io::ErrorKind::IsADirectory.into()));
    }
    let target = AtomicFile::create(to, key).map_err(at_target)?;
    io::copy(&mut source, &mut target.file()).map_err(at_target)?;
    if target.written_path().is_some() {
        target
            .file()
            .set_permissions(found.permissions())
            .map_err(at_target)?;
    }
    target.commit().map_err(at_target)
}

fn rename(arguments: Arguments<'_>, key: &str, journal: &Journal) -> Result<Data, TaskError> {
    let (from_text, from) = arguments.path(0)?;
    let (to_text, to) = arguments.path(1)?;
    if let Ok(found) = fs::symlink_metadata(&to) {
        let (device, inode) = (found.dev(), found.ino());
        let done = journal.marks(key);
        if done
            .iter()
            .any(|mark| (mark.device, mark.inode) == (device, inode))
        {
            // What was to be moved is there.
            return sync_both(&from, &to, to_text);
        }
    }
    let found = fs::symlink_metadata(&from).map_err(|error| os(&error, from_text))?;
    let mark = |found: &fs::Metadata| journal.mark(Mark::new(key, found.dev(), found.ino(), 0));
    mark(&found).map_err(|error| os(&error, from_text))?;
    let renamed = match fs::rename(&from, &to) {
        Err(error) if is_in_the_way(&error) => {
            remove(&to, true).and_then(|()| fs::rename(&from, &to))
        }
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices && found.is_file() => {
            copy_file(&from, &to, key)
                .map_err(|(error, _)| error)
                .and_then(|()| mark(&fs::symlink_metadata(&to)?))
                .and_then(|()| fs::remove_file(&from))
        }
        other => other,
    };
    renamed.map_err(|error| os(&error, to_text))?;
    sync_both(&from, &to, to_text)
}

/// Makes durable that a file has another name.
fn sync_both(from: &Path, to: &Path, to_text: &str) -> Result<Data, TaskError> {
    for path in [from, to] {
        if let Some(directory) = path.parent() {
            sync_directory(directory).map_err(|error| os(&error, to_text))?;
        }
    }
    Ok(Data::Nil)
}

/// Whether a rename has failed because something of another kind has the name.
fn is_in_the_way(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        error.kind(),
        K::DirectoryNotEmpty | K::AlreadyExists | K::IsADirectory | K::NotADirectory
    )
}

fn delete(arguments: Arguments<'_>) -> Result<Data, TaskError> {
    let (text, path) = arguments.path(0)?;
    let is_recursive = arguments
        .options(1, &["recursive"])?
        .flag("recursive", false)?;
    remove(&path, is_recursive).map_err(|error| os(&error, text))?;
    Ok(Data::Nil)
}

/// Removes what is at a path, if there is something.
fn remove(path: &Path, is_recursive: bool) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() && is_recursive => fs::remove_dir_all(path),
        Ok(found) if found.is_dir() => fs::remove_dir(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The name follows from the key, which nobody else has: the attempt after a crash finds what the one
/// before has made, which nobody has used.
fn temp(arguments: Arguments<'_>, key: &str) -> Result<Data, TaskError> {
    let options: Options<'_> = arguments.options(0, &["file", "prefix"])?;
    let is_file = options.flag("file", false)?;
    let prefix = options.text("prefix")?.unwrap_or("ox-");
    if prefix.contains(['/', '\0']) {
        return Err(misuse(format!("{prefix:?} is no start of a name")));
    }
    for turn in 0_u64.. {
        let mut hasher = DefaultHasher::new();
        (key, is_file, turn).hash(&mut hasher);
        let path = std::env::temp_dir().join(format!("{prefix}{:016x}", hasher.finish()));
        let made = if is_file {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            options.open(&path).map(drop)
        } else {
            fs::DirBuilder::new().mode(0o700).create(&path)
        };
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !is_unused(&path, is_file) {
                    continue;
                }
            }
            Err(error) => return Err(os(&error, &path.to_string_lossy())),
            Ok(()) => {}
        }
        return Ok(Data::text(path.to_string_lossy()));
    }
    unreachable!("some name is free")
}

/// Whether what is at a path is ours, for us alone, and empty.
fn is_unused(path: &Path, is_file: bool) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else {
        return false;
    };
    let is_private = found.permissions().mode() & 0o077 == 0
        && found.uid() == rustix::process::geteuid().as_raw();
    let is_empty = if is_file {
        found.is_file() && found.len() == 0
    } else {
        found.is_dir() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
    };
    is_private && is_empty
}

#[cfg(test)]
mod tests;
