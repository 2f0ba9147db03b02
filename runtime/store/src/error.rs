//! What can go wrong, by the question the caller asked.
//!
//! Damage is named: as a record (by its key) when the rest of the store is not
//! touched by it, else as damage of the store.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A key as a person can read it: text where it is text, else hexadecimal.
pub(crate) fn display_key(key: &[u8]) -> String {
    match std::str::from_utf8(key) {
        Ok(text) if !text.chars().any(char::is_control) => format!("{text:?}"),
        _ => {
            use std::fmt::Write as _;
            let mut hex = String::from("0x");
            for byte in key {
                let _ = write!(hex, "{byte:02x}");
            }
            hex
        }
    }
}

fn display_hidden(after: &[u8], before: Option<&[u8]>, claimed: Option<&[u8]>) -> String {
    let before = before.map_or("the end".to_owned(), display_key);
    let claimed = claimed.map_or(String::new(), |key| {
        format!(", it seems the record {}", display_key(key))
    });
    format!(
        "records of the store from {} to {before} are damaged{claimed}",
        display_key(after)
    )
}

/// Why a read has no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// The record at `key`, or the piece of the file it would be in, is
    /// damaged; records elsewhere are not affected.
    #[error("the record {} of the store is damaged", display_key(key))]
    DamagedRecord {
        /// Key of the record.
        key: Vec<u8>,
    },
    /// Records of which it is not known which they are; those elsewhere are not
    /// affected.
    #[error("{}", display_hidden(after, before.as_deref(), claimed.as_deref()))]
    Hidden {
        /// The least key that they may have.
        after: Vec<u8>,
        /// All of them are less than this key.
        before: Option<Vec<u8>>,
        /// The key that one of them seems to have.
        claimed: Option<Vec<u8>>,
    },
    /// The store is damaged in a way that no single record accounts for.
    #[error("the store is damaged: {what}")]
    DamagedStore {
        /// What is damaged and where.
        what: String,
    },
    /// The system refused to read.
    #[error("cannot read the store: {what}")]
    Io {
        /// The system's words.
        what: String,
    },
}

/// Why a group was not acknowledged.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The batch breaks a bound; nothing was written.
    #[error("invalid batch: {what}")]
    Invalid {
        /// Which bound.
        what: String,
    },
    /// The system refused to read what the batch changes in part; nothing was
    /// written.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// No space is left on the disk. Final, as every failed write is.
    #[error("no space left for the store's commit log")]
    DiskFull,
    /// A write or sync failed. Final: what reached the disk is unknown.
    #[error("cannot write the store: {0}")]
    Io(#[source] io::Error),
    /// An earlier failure made the store stop.
    #[error("the store stopped after a failure: {reason}")]
    Poisoned {
        /// The first failure.
        reason: String,
    },
    /// The store was opened for reading.
    #[error("the store is open for reading only")]
    ReadOnly,
}

impl CommitError {
    pub(crate) fn from_write(error: io::Error) -> Self {
        if is_disk_full(&error) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Why a store was not opened. The files are as they were before, except after
/// [`OpenError::Io`].
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process works on the store.
    #[error("the store {} is in use{}", path.display(), match pid { Some(pid) => format!(" by process {pid}"), None => String::new() })]
    Held {
        /// The store.
        path: PathBuf,
        /// Process id of the holder, where known.
        pid: Option<u32>,
    },
    /// The store was written by a newer version.
    #[error("the store {} has format {found}, newer than {supported}, the newest known here; use a newer oxc", path.display())]
    TooNew {
        /// The store.
        path: PathBuf,
        /// Format of the store.
        found: u32,
        /// Newest format this program knows.
        supported: u32,
    },
    /// The file is something else.
    #[error("{} is not a store", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// There is no such store to read.
    #[error("there is no store {}", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The store is damaged.
    #[error("the store is damaged: {what}")]
    DamagedStore {
        /// What is damaged and where.
        what: String,
    },
    /// A file operation failed.
    #[error("cannot {doing}")]
    Io {
        /// What was tried, with the path.
        doing: String,
        /// The system's error.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DamagedStore { what } => Self::DamagedStore { what },
            error @ (StoreError::DamagedRecord { .. } | StoreError::Hidden { .. }) => {
                Self::DamagedStore {
                    what: error.to_string(),
                }
            }
            StoreError::Io { what } => Self::Io {
                doing: "read the store".into(),
                source: io::Error::other(what),
            },
        }
    }
}
