//! Linked images on disk, so that a program that has not changed is not compiled again.
//!
//! The key is the hash of this compiler (its file, code generator, library, normal form), of the
//! project's settings and of every file it could be made of; the value is the build: the image, what
//! it was made of, the warnings.
//!
//! # Invariants
//! - Whatever the files hold, a load gives the image of exactly this key or nothing: content is
//!   checked against its own hash.
//! - Files appear whole: written under another name and renamed. A cache that cannot be written
//!   costs time, never a failure.

use crate::project::Found;
use crate::workspace::Built;
use bytecode::Image;
use source::{Code, Diagnostic, FileId, Fix, Label, Severity, Span, TextRange};
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::SystemTime;

/// Raised when the format of a stored build changes.
const VERSION: u32 = 2;
/// Stored builds kept in a folder.
const FILES_MAX: usize = 64;

/// The key of a project's build.
pub(crate) fn key(found: &Found) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(&compiler());
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(&format!("{:?}", found.manifest));
    text(found.entry.as_deref().unwrap_or(""));
    for (namespace, file) in &found.files {
        text(namespace);
        text(&file.path);
        text(&file.text);
    }
    *hasher.finalize().as_bytes()
}

/// The key of a project's build in the form in which it is run.
pub(crate) fn key_to_run(found: &Found) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key(found));
    hasher.update(b"run");
    *hasher.finalize().as_bytes()
}

/// What this compiler is: two that may build different images of the same texts differ.
fn compiler() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&program());
    hasher.update(&codegen::fingerprint());
    hasher.update(&hir::hash::NORMAL_FORM_VERSION.to_le_bytes());
    for source in stdlib::SOURCES {
        hasher.update(source.namespace.as_bytes());
        hasher.update(&[0]);
        hasher.update(source.text.as_bytes());
        hasher.update(&[0]);
    }
    *hasher.finalize().as_bytes()
}

/// What the running program is, beyond the versions that it states: while the machine is being
/// worked on, two builds of it with the same versions may lay out values differently.
fn program() -> Vec<u8> {
    let identity = || {
        let path = std::env::current_exe().ok()?;
        let metadata = std::fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?;
        let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        let mut bytes = metadata.len().to_le_bytes().to_vec();
        bytes.extend_from_slice(&since.as_nanos().to_le_bytes());
        Some(bytes)
    };
    identity().unwrap_or_default()
}

/// The bytes of a build. Its warnings are among them: their spans are right for every build with the
/// same key, since the key has all texts and with them the numbers of the files.
fn encode(built: &Built) -> Vec<u8> {
    let mut out = Writer(Vec::new());
    out.list(&built.sources, |out, (path, hash)| {
        out.text(path);
        out.0.extend_from_slice(hash);
    });
    out.list(&built.warnings, Writer::diagnostic);
    out.0.extend_from_slice(&built.image.encode());
    out.0
}

fn decode(bytes: &[u8]) -> Option<Built> {
    let mut reader = Reader(bytes);
    let sources =
        reader.list(|reader| Some((reader.text()?, reader.take(32)?.try_into().ok()?)))?;
    let warnings = reader.list(Reader::diagnostic)?;
    let image = Image::decode(reader.0).ok()?;
    Some(Built {
        entry_slot: image.entry,
        main_slot: image.main,
        image,
        sources,
        warnings,
    })
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: usize) {
        // No file, text or list of a program reaches 4 GiB: texts are refused far below.
        self.0.extend_from_slice(&(number as u32).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Writer, &T)) {
        self.number(items.len());
        for item in items {
            each(self, item);
        }
    }

    fn span(&mut self, span: &Span) {
        self.number(span.file.0 as usize);
        self.number(span.range.start().into());
        self.number(span.range.end().into());
    }

    fn label(&mut self, label: &Label) {
        self.span(&label.span);
        self.text(&label.message);
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.number(diagnostic.code.number().into());
        self.text(diagnostic.severity.as_str());
        self.text(&diagnostic.message);
        self.label(&diagnostic.primary);
        self.list(&diagnostic.secondary, Writer::label);
        self.list(&diagnostic.notes, |out, note| out.text(note));
        self.list(&diagnostic.fixes, |out, fix| {
            out.text(&fix.title);
            out.list(&fix.edits, |out, (span, text)| {
                out.span(span);
                out.text(text);
            });
        });
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }

    fn list<T>(&mut self, each: impl Fn(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| each(self)).collect()
    }

    fn span(&mut self) -> Option<Span> {
        let (file, start, end) = (self.number()?, self.number()?, self.number()?);
        let range = (start <= end).then(|| TextRange::new(start.into(), end.into()))?;
        Some(Span::new(FileId(file), range))
    }

    fn label(&mut self) -> Option<Label> {
        let span = self.span()?;
        Some(Label {
            span,
            message: self.text()?,
        })
    }

    fn diagnostic(&mut self) -> Option<Diagnostic> {
        let number = self.number()?;
        let code = Code::ALL
            .iter()
            .find(|code| u32::from(code.number()) == number)?;
        let severity = self.text()?;
        let severity = SEVERITIES
            .into_iter()
            .find(|known| known.as_str() == severity)?;
        Some(Diagnostic {
            code: *code,
            severity,
            message: self.text()?,
            primary: self.label()?,
            secondary: self.list(Reader::label)?,
            notes: self.list(Reader::text)?,
            fixes: self.list(|reader| {
                let title = reader.text()?;
                let edits = reader.list(|reader| Some((reader.span()?, reader.text()?)))?;
                Some(Fix { title, edits })
            })?,
        })
    }
}

const SEVERITIES: [Severity; 4] = [
    Severity::Error,
    Severity::Warning,
    Severity::Info,
    Severity::Hint,
];

fn path_of(folder: &Path, key: &[u8; 32]) -> std::path::PathBuf {
    let name: String = key[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(format!("{name}.oxi"))
}

/// The stored build of a key.
pub(crate) fn load(folder: &Path, key: &[u8; 32]) -> Option<Built> {
    let path = path_of(folder, key);
    let bytes = std::fs::read(&path).ok()?;
    let (header, content) = bytes.split_at_checked(64)?;
    let sound = &header[..32] == key && header[32..] == *blake3::hash(content).as_bytes();
    if !sound {
        return None;
    }
    // The time of a file is that of its last use. A cache that may only be read is one, too.
    let _ = std::fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
    decode(content)
}

/// Stores a build.
pub(crate) fn save(folder: &Path, key: &[u8; 32], built: &Built) {
    let content = encode(built);
    let mut bytes = Vec::with_capacity(64 + content.len());
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(blake3::hash(&content).as_bytes());
    bytes.extend_from_slice(&content);
    let path = path_of(folder, key);
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    let written = made
        .and_then(|()| {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            options.open(&temporary)?.write_all(&bytes)
        })
        .and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        // Nothing is lost but time; a half-written file must not stay.
        let _ = std::fs::remove_file(&temporary);
        return;
    }
    forget_oldest(folder);
}

/// Keeps the cache small: the files used least recently go.
fn forget_oldest(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let path = entry.path();
            let kept = path.extension().is_some_and(|extension| extension == "oxi");
            kept.then_some(())?;
            Some((entry.metadata().ok()?.modified().ok()?, path))
        })
        .collect();
    if files.len() <= FILES_MAX {
        return;
    }
    files.sort();
    for (_, path) in &files[..files.len() - FILES_MAX] {
        let _ = std::fs::remove_file(path);
    }
}
