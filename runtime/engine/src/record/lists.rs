//! Lists in records.
//!
//! Invariant: reading makes no more than there are bytes for, or a bound.

use super::{Monitor, SegmentRef};
use crate::wire::{Reader, WireError, Writer};

/// Fibers of a process that a record can speak of.
const FIBERS_MAX: u64 = 1 << 26;

pub(super) fn levels(w: &mut Writer, values: &[SegmentRef]) {
    w.number(values.len() as u64);
    for level in values {
        w.number(level.segment).number(u64::from(level.words));
    }
}

pub(super) fn read_levels(r: &mut Reader<'_>) -> Result<Vec<SegmentRef>, WireError> {
    (0..r.count(2)?)
        .map(|_| {
            Ok(SegmentRef {
                segment: r.number()?,
                words: r.small()?,
            })
        })
        .collect()
}

pub(super) fn numbers(w: &mut Writer, values: &[u64]) {
    w.number(values.len() as u64);
    for &value in values {
        w.number(value);
    }
}

pub(super) fn read_numbers(r: &mut Reader<'_>) -> Result<Vec<u64>, WireError> {
    (0..r.count(1)?).map(|_| r.number()).collect()
}

/// Ascending numbers as runs of such that follow one another: a thousand fibers that were started
/// together and wait are a few bytes of every checkpoint.
pub(super) fn runs(w: &mut Writer, values: &[u64]) {
    let follows = |pair: &[u64]| pair[0].checked_add(1) == Some(pair[1]);
    let runs = values.chunk_by(|&a, &b| follows(&[a, b]));
    w.number(runs.clone().count() as u64);
    let mut end = 0;
    for run in runs {
        let (first, length) = (run[0], run.len() as u64);
        w.number(first.wrapping_sub(end)).number(length);
        end = first.wrapping_add(length);
    }
}

pub(super) fn read_runs(r: &mut Reader<'_>) -> Result<Vec<u64>, WireError> {
    let mut values = Vec::new();
    let mut end = 0u64;
    for _ in 0..r.count(2)? {
        let (gap, length) = (r.number()?, r.number()?);
        // A damaged length says nothing about how many there are.
        if length > FIBERS_MAX - values.len() as u64 {
            return r.error();
        }
        // What was read from an older record need not be in order: a gap backwards wraps around.
        let first = end.wrapping_add(gap);
        values.extend((0..length).map(|index| first.wrapping_add(index)));
        end = first.wrapping_add(length);
    }
    Ok(values)
}

pub(super) fn monitors(w: &mut Writer, values: &[Monitor]) {
    w.number(values.len() as u64);
    for value in values {
        w.number(value.reference).number(value.process);
    }
}

pub(super) fn read_monitors(r: &mut Reader<'_>) -> Result<Vec<Monitor>, WireError> {
    (0..r.count(2)?)
        .map(|_| {
            Ok(Monitor {
                reference: r.number()?,
                process: r.number()?,
            })
        })
        .collect()
}
