//! The commit log: two files used in turn.
//!
//! Groups are appended to the *active* file, each with one write and one sync.
//! When it is long enough the other file becomes active, which is allowed only
//! after everything in that one has been folded. Files are reused, not
//! shortened, so that in the long run appending changes no file's length.
//!
//! Invariants
//! - A file that follows another has a durable header before that one is closed
//!   with its salt, and that before the first group in it; when the closed one is
//!   folded the main file has the salt. So a file that is gone is missed. Only the
//!   first file's header goes out with its first record.
//! - A file begins with a new salt each time it becomes active, so nothing
//!   that an earlier use left behind it is taken for a record.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::sync::Arc;

use crate::disk::{Access, Counted, Counters, Disk, Paths};

pub(crate) mod record;

use record::{HEADER_BYTES, LogHeader, RECORD_HEADER_BYTES, close, padded, seal_record};

/// Length a log file begins with; it then doubles, up to a step at a time.
const FIRST_LEN: u64 = 64 * 1024;
const STEP_MAX: u64 = 4 << 20;

/// A number that is new each time.
pub(crate) fn fresh_number() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The active log file and the one that rests.
#[derive(Debug)]
pub(crate) struct Log {
    disk: Arc<dyn Disk>,
    paths: Paths,
    counters: Arc<Counters>,
    store_id: u64,
    files: [Option<LogFile>; 2],
    active: usize,
    salt: u64,
    base: u64,
    /// Where the next record goes; 0 while the header is not written.
    end: u64,
    /// Length that a file is cut to when it is begun anew, if it is longer.
    len_max: u64,
    /// Room for a header and a record's header, then the payload.
    buffer: Vec<u8>,
}

/// An open log file.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) file: Counted,
    pub(crate) len: u64,
}

/// Where to go on in an existing log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    pub(crate) active: usize,
    pub(crate) salt: u64,
    pub(crate) base: u64,
    pub(crate) end: u64,
}

impl Log {
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        paths: Paths,
        counters: Arc<Counters>,
        store_id: u64,
        files: [Option<LogFile>; 2],
        tail: Tail,
        len_max: u64,
    ) -> Self {
        Self {
            disk,
            paths,
            counters,
            store_id,
            files,
            active: tail.active,
            salt: tail.salt,
            base: tail.base,
            end: tail.end,
            len_max,
            buffer: Vec::new(),
        }
    }

    /// Bytes in use of the active file.
    pub(crate) fn bytes(&self) -> u64 {
        self.end
    }

    /// Salt of the active file.
    pub(crate) fn salt(&self) -> u64 {
        self.salt
    }

    /// Empties the buffer and gives it out to take the next group's payload,
    /// which begins at its end.
    pub(crate) fn begin(&mut self) -> &mut Vec<u8> {
        self.buffer.clear();
        self.buffer.resize(HEADER_BYTES + RECORD_HEADER_BYTES, 0);
        &mut self.buffer
    }

    /// The payload of the group that is being built.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.buffer[HEADER_BYTES + RECORD_HEADER_BYTES..]
    }

    /// Writes and syncs the group in the buffer as `seq`.
    pub(crate) fn append(&mut self, seq: u64) -> io::Result<()> {
        let (header, record) = self.buffer.split_at_mut(HEADER_BYTES);
        let is_first = self.end == 0;
        if is_first {
            self.base = seq;
            let fields = LogHeader {
                store_id: self.store_id,
                salt: self.salt,
                base: self.base,
            };
            header.copy_from_slice(&fields.encode());
        }
        seal_record(self.salt, seq, record);
        let payload_len = record.len() - RECORD_HEADER_BYTES;
        self.buffer
            .resize(HEADER_BYTES + RECORD_HEADER_BYTES + padded(payload_len), 0);
        let bytes = if is_first {
            &self.buffer[..]
        } else {
            &self.buffer[HEADER_BYTES..]
        };
        let end = self.end + bytes.len() as u64;
        let file = self.files[self.active]
            .as_mut()
            .expect("the active log is open");
        if is_first && file.len > self.len_max {
            file.file.set_len(self.len_max)?;
            file.len = self.len_max;
        }
        if end > file.len {
            let len = end + file.len.clamp(FIRST_LEN, STEP_MAX);
            file.file.set_len(len)?;
            file.len = len;
        }
        file.file.write_at(self.end, bytes)?;
        file.file.sync()?;
        self.end = end;
        Ok(())
    }

    /// Makes the other file active, for groups from `base` on. What it held must be folded.
    pub(crate) fn switch(&mut self, base: u64, len_max: u64) -> io::Result<()> {
        let other = 1 - self.active;
        let salt = fresh_number();
        let slot = &mut self.files[other];
        if slot.is_none() {
            let file = self.disk.open(&self.paths.logs[other], Access::Create)?;
            *slot = Some(LogFile {
                file: Counted::new(file, &self.counters),
                len: 0,
            });
        }
        let file = slot.as_mut().expect("it was opened above");
        let is_new = file.len == 0;
        // At once, not with the first record: a long one may never come.
        let len = file.len.min(len_max).max(FIRST_LEN);
        if file.len != len {
            file.file.set_len(len)?;
            file.len = len;
        }
        let header = LogHeader {
            store_id: self.store_id,
            salt,
            base,
        };
        file.file.write_at(0, &header.encode())?;
        file.file.sync()?;
        if is_new {
            self.disk.sync_dir(&self.paths.dir)?;
        }
        let end = self.end + RECORD_HEADER_BYTES as u64;
        let before = self.files[self.active]
            .as_mut()
            .expect("the active log is open");
        if end > before.len {
            before.file.set_len(end)?;
            before.len = end;
        }
        before
            .file
            .write_at(self.end, &close(self.salt, salt, base))?;
        before.file.sync()?;
        self.active = other;
        (self.salt, self.base) = (salt, base);
        self.end = HEADER_BYTES as u64;
        Ok(())
    }
}
