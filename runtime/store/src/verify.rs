//! Looking at everything in a store without writing: `oxc verify`.
//!
//! Invariant: every byte that a read could depend on is looked at, and each
//! finding says which records it concerns, as far as that can be told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::CommitSeq;
use crate::disk::{Disk, OsDisk};
use crate::embedded::{Mode, Options, open_files};
use crate::error::{OpenError, StoreError, display_key};
use crate::key::KeyRange;
use crate::view::Snapshot;

/// Findings after which looking for more tells nothing new.
const FINDINGS_MAX: usize = 10_000;

/// Something wrong in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// This record is damaged; others are not affected.
    Record {
        /// Its key.
        key: Vec<u8>,
    },
    /// Damage that no single record accounts for.
    Store {
        /// What is damaged and where.
        what: String,
    },
    /// A block of the main file is damaged, but each record in it is whole: no
    /// answer is affected.
    Block {
        /// Its number.
        block: u64,
    },
    /// Flipped bits that the checksums put right: no answer is affected, but
    /// the disk is not to be trusted.
    Repaired {
        /// How many.
        bits: u64,
    },
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Record { key } => write!(f, "record {} is damaged", display_key(key)),
            Self::Store { what } => write!(f, "the store is damaged: {what}"),
            Self::Block { block } => write!(
                f,
                "block {block} of the main file is damaged, but no record in it is"
            ),
            Self::Repaired { bits } => write!(f, "{bits} flipped bits were put right"),
        }
    }
}

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The last group in the store.
    pub last: CommitSeq,
    /// The last group that is in redb.
    pub folded: CommitSeq,
    /// Whole records in redb.
    pub records: u64,
    /// Bytes of their keys and values.
    pub record_bytes: u64,
    /// Whole records that the store answers with, those only the log holds included.
    pub all_records: u64,
    /// Bytes of their keys and values.
    pub all_bytes: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether every read of the store has an answer.
    pub fn is_sound(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| matches!(finding, Finding::Repaired { .. } | Finding::Block { .. }))
    }
}

/// Looks at every record of the store at `path`, without writing.
///
/// # Errors
/// [`OpenError`] if there is no store of a known version to look at; damage is
/// in the report.
pub fn verify(path: impl AsRef<Path>) -> Result<Report, OpenError> {
    verify_with(Arc::new(OsDisk), path.as_ref())
}

/// [`verify`] on a given disk.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(disk: Arc<dyn Disk>, path: &Path) -> Result<Report, OpenError> {
    let mut report = Report::default();
    let opened = match open_files(disk, path, Options::default(), Mode::Read) {
        Ok(opened) => opened,
        Err(OpenError::DamagedStore { what }) => {
            report.findings.push(Finding::Store { what });
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    report.last = CommitSeq(opened.last);
    report.folded = CommitSeq(opened.folded_seq);
    if let Some(folded) = &opened.view.folded {
        for entry in folded.range(&KeyRange::all()) {
            match entry {
                Ok((key, value)) => {
                    report.records += 1;
                    report.record_bytes += (key.len() + value.len()) as u64;
                }
                Err(
                    StoreError::DamagedRecord { key }
                    | StoreError::Hidden {
                        claimed: Some(key), ..
                    },
                ) => report.findings.push(Finding::Record { key }),
                Err(error) => report.findings.push(Finding::Store {
                    what: error.to_string(),
                }),
            }
            if report.findings.len() >= FINDINGS_MAX {
                break;
            }
        }
    }
    // What only the log holds was checked when it was replayed.
    let snapshot = Snapshot::new(Arc::new(opened.view), Arc::default());
    for (key, value) in snapshot.range(KeyRange::all()).flatten() {
        report.all_records += 1;
        report.all_bytes += (key.len() + value.len()) as u64;
    }
    if let Some(blocks) = &opened.blocks {
        for (block, is_whole) in blocks.damaged() {
            report.findings.push(if is_whole {
                Finding::Block { block }
            } else {
                Finding::Store {
                    what: format!("block {block} of the main file"),
                }
            });
        }
    }
    let bits = opened.counters.repaired_bits.load(Ordering::Relaxed);
    if bits > 0 {
        report.findings.push(Finding::Repaired { bits });
    }
    Ok(report)
}
