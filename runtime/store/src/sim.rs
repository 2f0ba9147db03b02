//! A disk in memory that loses power, for tests of crashes.
//!
//! It keeps, beside what programs see, what would survive: contents as of the
//! last sync with all writes since, and names as of the last sync of the
//! directory with all changes since. A crash image takes some of those: none
//! or all, all up to some point with the next one torn, or any sectors of any
//! of them. Faults are planned by number: the n-th write or sync fails, or the
//! power goes at it.
//!
//! Invariants
//! - A sector of 512 bytes is written whole or not at all.
//! - What was synced is in every image.
//! - The same operations and the same seed give the same image.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Batch;
use crate::disk::{Access, Disk, DiskFile, LockError, LockGuard};
use crate::log::record::{LogHeader, RECORD_HEADER_BYTES, padded, seal_record};

const SECTOR: u64 = 512;

/// What happens at a planned operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The power goes before it.
    CrashBefore,
    /// The power goes in the middle of a write, after some of its sectors; of
    /// a sync, after some of what it should make durable.
    CrashWithin,
    /// The power goes right after it.
    CrashAfter,
    /// No space is left: this and every later write that is longer than
    /// nothing fails.
    DiskFull,
    /// It fails, and what it should have made durable is not, or some sectors of it. Programs on the
    /// running machine find all of it; a later sync does not make it durable, as the system takes it
    /// for done with.
    Fails,
}

/// Which unsynced changes a crash image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survival {
    /// None of them.
    Dropped,
    /// All of them: a killed program on a running machine. What was not synced is found, but is not
    /// durable yet: the power may go after that.
    All,
    /// The first ones, the last of these torn.
    Torn,
    /// Any sectors of any of them.
    Reordered,
}

impl Survival {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Dropped, Self::All, Self::Torn, Self::Reordered];
}

/// A small generator of numbers, the same everywhere for one seed.
#[derive(Clone, Debug)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    SetLen(u64),
}

#[derive(Clone, Debug, Default)]
struct Contents {
    durable: Vec<u8>,
    current: Vec<u8>,
    pending: Vec<Change>,
}

fn set_len(bytes: &mut Vec<u8>, len: u64) {
    bytes.resize(usize::try_from(len).expect("fits in memory"), 0);
}

fn write(bytes: &mut Vec<u8>, offset: u64, new: &[u8]) {
    let offset = usize::try_from(offset).expect("fits in memory");
    let end = offset + new.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(new);
}

/// The pieces of a write, one a sector.
fn sectors(offset: u64, bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut at = offset;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let room = (SECTOR - at % SECTOR) as usize;
        let (piece, left) = rest.split_at(room.min(rest.len()));
        let start = at;
        at += piece.len() as u64;
        rest = left;
        Some((start, piece))
    })
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { offset, bytes: new } => write(bytes, *offset, new),
        Change::SetLen(len) => set_len(bytes, *len),
    }
}

/// Applies some of a change.
fn apply_part(bytes: &mut Vec<u8>, change: &Change, mut keep: impl FnMut() -> bool) {
    match change {
        Change::Write { offset, bytes: new } => {
            for (at, piece) in sectors(*offset, new) {
                if keep() {
                    write(bytes, at, piece);
                }
            }
        }
        Change::SetLen(len) => {
            if keep() {
                set_len(bytes, *len);
            }
        }
    }
}

impl Contents {
    fn survivor(&self, survival: Survival, numbers: &mut Numbers) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        match survival {
            Survival::Dropped => {}
            Survival::All => bytes.clone_from(&self.current),
            Survival::Torn => {
                let whole = numbers.below(self.pending.len() as u64 + 1) as usize;
                for change in &self.pending[..whole] {
                    apply(&mut bytes, change);
                }
                if let Some(torn) = self.pending.get(whole) {
                    let mut left = numbers.below(16);
                    apply_part(&mut bytes, torn, || {
                        let keep = left > 0;
                        left = left.saturating_sub(1);
                        keep
                    });
                }
            }
            Survival::Reordered => {
                for change in &self.pending {
                    apply_part(&mut bytes, change, || numbers.below(2) == 0);
                }
            }
        }
        bytes
    }
}

#[derive(Clone, Debug)]
enum NameChange {
    Link(PathBuf, usize),
    Unlink(PathBuf),
    Rename(PathBuf, PathBuf),
}

fn rename(names: &mut BTreeMap<PathBuf, usize>, change: &NameChange) {
    match change {
        NameChange::Link(path, file) => {
            names.insert(path.clone(), *file);
        }
        NameChange::Unlink(path) => {
            names.remove(path);
        }
        NameChange::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
    }
}

#[derive(Debug, Default)]
struct State {
    files: Vec<Contents>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending_names: Vec<NameChange>,
    locked: BTreeMap<PathBuf, ()>,
    operations: u64,
    bytes_read: u64,
    plan: Option<(u64, Fault)>,
    full: bool,
    off: bool,
    seed: u64,
}

/// The kind of operation that a plan counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Sync,
}

fn power_off() -> io::Error {
    io::Error::other("the power is off")
}

impl State {
    fn check(&self) -> io::Result<()> {
        if self.off { Err(power_off()) } else { Ok(()) }
    }

    /// Counts an operation and says what is planned for it.
    fn count(&mut self, kind: Kind) -> io::Result<Option<Fault>> {
        self.check()?;
        self.operations += 1;
        let planned = self
            .plan
            .filter(|(number, _)| *number == self.operations)
            .map(|(_, fault)| fault);
        match planned {
            Some(Fault::CrashBefore) => {
                self.off = true;
                return Err(power_off());
            }
            Some(Fault::Fails) => return Err(io::Error::other("a planned failure")),
            Some(Fault::DiskFull) => self.full = true,
            _ => {}
        }
        if self.full && kind == Kind::Write {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        Ok(planned)
    }

    fn after(&mut self, planned: Option<Fault>) -> io::Result<()> {
        if planned == Some(Fault::CrashAfter) {
            self.off = true;
            return Err(power_off());
        }
        Ok(())
    }

    fn change(&mut self, file: usize, change: Change) -> io::Result<()> {
        let planned = self.count(Kind::Write)?;
        if planned == Some(Fault::CrashWithin) {
            self.off = true;
            let mut numbers = Numbers(self.seed);
            // The part that was handed over is pending like any other write.
            if let Change::Write { offset, bytes } = change {
                let mut left = numbers.below(sectors(offset, &bytes).count() as u64);
                for (offset, piece) in sectors(offset, &bytes) {
                    if left == 0 {
                        break;
                    }
                    left -= 1;
                    let bytes = piece.to_vec();
                    let contents = &mut self.files[file];
                    let done = Change::Write { offset, bytes };
                    apply(&mut contents.current, &done);
                    contents.pending.push(done);
                }
            }
            return Err(power_off());
        }
        let contents = &mut self.files[file];
        apply(&mut contents.current, &change);
        contents.pending.push(change);
        self.after(planned)
    }

    fn sync(&mut self, file: usize) -> io::Result<()> {
        let fails = !self.off && self.plan == Some((self.operations + 1, Fault::Fails));
        if fails {
            let mut numbers = Numbers(self.seed);
            // Nothing of it in half of the runs.
            if numbers.below(2) == 0 {
                let contents = &mut self.files[file];
                contents.durable = contents.survivor(Survival::Reordered, &mut numbers);
            }
            self.files[file].pending.clear();
        }
        let planned = self.count(Kind::Sync)?;
        if planned == Some(Fault::CrashWithin) {
            self.off = true;
            let mut numbers = Numbers(self.seed);
            let contents = &mut self.files[file];
            contents.durable = contents.survivor(Survival::Reordered, &mut numbers);
            return Err(power_off());
        }
        let Contents {
            durable, pending, ..
        } = &mut self.files[file];
        pending.drain(..).for_each(|change| apply(durable, &change));
        self.after(planned)
    }
}

impl State {
    /// Another disk like this, switched on.
    fn as_it_is(&self) -> SimDisk {
        SimDisk(Arc::new(Mutex::new(State {
            files: self.files.clone(),
            names: self.names.clone(),
            durable_names: self.durable_names.clone(),
            pending_names: self.pending_names.clone(),
            ..State::default()
        })))
    }
}

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimDisk(Arc<Mutex<State>>);

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that were read from its files since the disk was made.
    pub fn bytes_read(&self) -> u64 {
        self.state().bytes_read
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `fault` happen at the write or sync with this number, counted from
    /// 1 since the disk was made. `seed` decides how much of a torn operation
    /// is done.
    pub fn plan(&self, number: u64, fault: Fault, seed: u64) {
        let mut state = self.state();
        state.plan = Some((number, fault));
        state.seed = seed;
    }

    /// Writes and syncs so far.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Switches the power off: every later operation fails.
    pub fn power_off(&self) {
        self.state().off = true;
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// The disk as it is found when the power comes back.
    pub fn crash_image(&self, survival: Survival, seed: u64) -> Self {
        let state = self.state();
        let mut numbers = Numbers(seed);
        let mut names = state.durable_names.clone();
        let kept = match survival {
            Survival::All => return state.as_it_is(),
            Survival::Dropped => 0,
            // Names change in order: that much file systems promise.
            Survival::Torn | Survival::Reordered => {
                numbers.below(state.pending_names.len() as u64 + 1) as usize
            }
        };
        for change in &state.pending_names[..kept] {
            rename(&mut names, change);
        }
        let files = state
            .files
            .iter()
            .map(|contents| {
                let bytes = contents.survivor(survival, &mut numbers);
                Contents {
                    durable: bytes.clone(),
                    current: bytes,
                    pending: Vec::new(),
                }
            })
            .collect();
        Self(Arc::new(Mutex::new(State {
            files,
            durable_names: names.clone(),
            names,
            ..State::default()
        })))
    }

    /// A copy of the disk, with what is durable of it and what is not.
    pub fn copy(&self) -> Self {
        self.state().as_it_is()
    }

    /// Names and contents, as programs see them.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let state = self.state();
        let contents =
            |(path, &file): (&PathBuf, &usize)| (path.clone(), state.files[file].current.clone());
        state.names.iter().map(contents).collect()
    }

    /// Changes a file behind everybody's back; nothing if there is no such file.
    pub fn damage(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        if let Some(&file) = state.names.get(path) {
            let contents = &mut state.files[file];
            change(&mut contents.current);
            contents.durable.clone_from(&contents.current);
            contents.pending.clear();
        }
    }
}

/// The bytes of a log file with these groups, sealed as commits seal them whatever is in them: for
/// tests of logs that are wrong under right checksums. The first group has sequence `base`.
#[must_use]
pub fn log_file(store_id: u64, salt: u64, base: u64, groups: &[&[u8]]) -> Vec<u8> {
    let header = LogHeader {
        store_id,
        salt,
        base,
    };
    let mut bytes = header.encode().to_vec();
    for (seq, group) in (base..).zip(groups) {
        let mut record = vec![0; RECORD_HEADER_BYTES];
        record.extend_from_slice(group);
        seal_record(salt, seq, &mut record);
        record.resize(RECORD_HEADER_BYTES + padded(group.len()), 0);
        bytes.extend(record);
    }
    bytes
}

/// A batch's operations as they are in a group of the commit log; `None` of one that breaks a bound.
#[must_use]
pub fn operations_of(batch: &Batch) -> Option<&[u8]> {
    batch.encoded().ok()
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    file: usize,
    writable: bool,
}

#[derive(Debug)]
struct SimLock(SimDisk, PathBuf);

impl Drop for SimLock {
    fn drop(&mut self) {
        self.0.state().locked.remove(&self.1);
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        state.check()?;
        let file = match (state.names.get(path).copied(), access) {
            (Some(file), Access::Read | Access::Write) => file,
            (None, Access::Read | Access::Write) => {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            (_, Access::Create) => {
                let file = state.files.len();
                state.files.push(Contents::default());
                let change = NameChange::Link(path.to_owned(), file);
                rename(&mut state.names, &change);
                state.pending_names.push(change);
                file
            }
        };
        Ok(Arc::new(SimFile {
            disk: self.clone(),
            file,
            writable: access != Access::Read,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.check()?;
        if !state.names.contains_key(from) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let change = NameChange::Rename(from.to_owned(), to.to_owned());
        rename(&mut state.names, &change);
        state.pending_names.push(change);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.check()?;
        if state.names.contains_key(path) {
            let change = NameChange::Unlink(path.to_owned());
            rename(&mut state.names, &change);
            state.pending_names.push(change);
        }
        Ok(())
    }

    fn create_dir_all(&self, _path: &Path) -> io::Result<()> {
        self.state().check()
    }

    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let planned = state.count(Kind::Sync)?;
        if planned == Some(Fault::CrashWithin) {
            state.off = true;
            let mut numbers = Numbers(state.seed);
            let kept = numbers.below(state.pending_names.len() as u64 + 1) as usize;
            let changes: Vec<_> = state.pending_names.drain(..kept).collect();
            for change in &changes {
                rename(&mut state.durable_names, change);
            }
            return Err(power_off());
        }
        state.durable_names = state.names.clone();
        state.pending_names.clear();
        state.after(planned)
    }

    fn lock(&self, path: &Path) -> Result<LockGuard, LockError> {
        let mut state = self.state();
        state.check().map_err(LockError::Io)?;
        if state.locked.insert(path.to_owned(), ()).is_some() {
            return Err(LockError::Held(Some(std::process::id())));
        }
        Ok(Box::new(SimLock(self.clone(), path.to_owned())))
    }
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        let state = self.disk.state();
        state.check()?;
        Ok(state.files[self.file].current.len() as u64)
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        state.check()?;
        state.bytes_read += bytes.len() as u64;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let source = state.files[self.file]
            .current
            .get(start..start.saturating_add(bytes.len()))
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        bytes.copy_from_slice(source);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if !self.writable {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        let bytes = bytes.to_vec();
        self.disk
            .state()
            .change(self.file, Change::Write { offset, bytes })
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.state().sync(self.file)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if !self.writable {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        self.disk.state().change(self.file, Change::SetLen(len))
    }
}

/// Makes the bytes of a commit log those of a later format, checksums included.
pub fn make_newer(log: &mut [u8]) {
    LogHeader::set_version(log, crate::FORMAT_VERSION + 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(disk: &SimDisk) -> Vec<u8> {
        disk.files()
            .into_iter()
            .map(|(_, bytes)| bytes)
            .next()
            .unwrap_or_default()
    }

    #[test]
    fn synced_bytes_survive_and_others_may_not() {
        let disk = SimDisk::new();
        let path = Path::new("d/f");
        let file = disk.open(path, Access::Create).expect("made");
        file.write_at(0, &[1; 1024]).expect("written");
        assert!(disk.crash_image(Survival::Dropped, 0).files().is_empty());
        file.sync().expect("synced");
        disk.sync_dir(Path::new("d")).expect("synced");
        file.write_at(0, &[2; 1024]).expect("written");
        assert_eq!(content(&disk.crash_image(Survival::Dropped, 0)), [1; 1024]);
        assert_eq!(content(&disk.crash_image(Survival::All, 0)), [2; 1024]);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..64 {
            let bytes = content(&disk.crash_image(Survival::Reordered, seed));
            assert!(
                bytes
                    .chunks(512)
                    .all(|sector| sector.iter().all(|b| *b == sector[0]))
            );
            seen.insert((bytes[0], bytes[512]));
        }
        assert_eq!(seen.len(), 4, "{seen:?}");
    }

    #[test]
    fn plans_happen_at_their_number() {
        let disk = SimDisk::new();
        disk.plan(2, Fault::DiskFull, 0);
        let file = disk.open(Path::new("f"), Access::Create).expect("made");
        file.write_at(0, b"a").expect("the first");
        let error = file.write_at(1, b"b").expect_err("the second");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        file.sync().expect("a full disk syncs");
        file.write_at(1, b"b").expect_err("still full");
    }
}
