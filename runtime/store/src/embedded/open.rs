//! Opening a store: verify, then replay, then perhaps write.
//!
//! Invariants
//! - Nothing is written before everything that is needed has been read and
//!   found right; then files and names are synced, so that what was found in
//!   the system's cache cannot be lost after somebody was told of it. Before,
//!   what was written last is written again as it is: if its sync has failed,
//!   the system takes it for stored, and another sync would do nothing.
//! - The replayed groups follow the folded ones without a gap.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Options;
use super::create::Creation;
use crate::FORMAT_VERSION;
use crate::apply::{apply, fetch_below};
use crate::blocks::{Blocks, HEADERS_BYTES, HeaderFault, MainHeader};
use crate::disk::{Access, Counted, Counters, Disk, LockError, LockGuard, Paths, open_if_present};
use crate::error::OpenError;
use crate::folded::{Folded, Mark};
use crate::log::record::{
    HEADER_BYTES, HeaderState, LogHeader, RECORD_HEADER_BYTES, ScanError, Scanned, Wanted, scan,
};
use crate::log::{Log, LogFile, Tail, fresh_number};
use crate::table::{Live, Table};
use crate::view::View;

/// Whether the store will be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// The parts of an open store.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) view: View,
    pub(crate) blocks: Option<Blocks>,
    pub(crate) folded: Option<Folded>,
    pub(crate) folded_seq: u64,
    pub(crate) last: u64,
    pub(crate) log: Option<Log>,
    pub(crate) creation: Option<Creation>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) lock: Option<LockGuard>,
    /// How far the frozen table goes, if there is one.
    pub(crate) frozen: Option<Mark>,
}

fn damaged(what: impl Into<String>) -> OpenError {
    OpenError::DamagedStore { what: what.into() }
}

/// A log file and what its header says; nothing if it was never used.
#[derive(Debug)]
struct LoadedLog {
    index: usize,
    file: LogFile,
    header: Option<LogHeader>,
}

pub(crate) fn open_files(
    disk: Arc<dyn Disk>,
    path: &Path,
    options: Options,
    mode: Mode,
) -> Result<Opened, OpenError> {
    let paths = Paths::new(path);
    let counters = Arc::<Counters>::default();
    let is_writing = mode == Mode::Write;
    // A look before the lock: a store that is refused stays as it was, down to
    // its lock file.
    if let Some(main) = open_main(&*disk, &paths, &counters, Access::Read)? {
        read_header(&main, path)?;
    } else if !is_writing {
        return Err(OpenError::NotFound { path: path.into() });
    }
    let lock = if is_writing {
        Some(take_lock(&*disk, &paths)?)
    } else {
        None
    };
    let access = if is_writing {
        Access::Write
    } else {
        Access::Read
    };
    let Some(main) = open_main(&*disk, &paths, &counters, access)? else {
        return begin_new(disk, paths, counters, lock);
    };
    let header = read_header(&main, path)?;
    let mut logs: Vec<LoadedLog> = Vec::new();
    for index in 0..2 {
        if let Some(log) = load_log(&*disk, &paths, &counters, index, header.id, access)? {
            logs.push(log);
        }
    }
    let blocks = Blocks::open(main.clone(), header.id)
        .map_err(OpenError::io(format!("read {}", path.display())))?
        .ok_or_else(|| damaged("the header of the folded part"))?;
    let cut = blocks
        .cut()
        .map_err(OpenError::io(format!("read {}", path.display())))?;
    if let Some((length, least)) = cut {
        return Err(damaged(format!(
            "{} is cut: it has {length} bytes of at least {least}",
            path.display()
        )));
    }
    let (mut folded, mut folded_view, mut mark) = (None, None, Mark::default());
    if blocks.has_redb() {
        let redb = Folded::open(&blocks, options.cache_bytes)?;
        if let Some((found, view)) = redb.view()? {
            (folded_view, mark) = (Some(view), found);
        }
        folded = Some(redb);
    }
    let folded_seq = mark.last;
    let mut view = View {
        active: Arc::new(Table::starting_at(folded_seq)),
        frozen: None,
        folded: folded_view,
    };
    let replayed = replay(&mut view, &logs, &counters, mark)?;
    let mut opened = Opened {
        frozen: replayed.frozen,
        view,
        blocks: Some(blocks),
        folded,
        folded_seq,
        last: replayed.last,
        log: None,
        creation: None,
        counters: Arc::clone(&counters),
        lock,
    };
    if is_writing {
        for (file, from, to) in replayed.written_last {
            rewrite(&file, from, to).map_err(OpenError::io("write the commit log"))?;
        }
        rewrite(&main, 0, HEADERS_BYTES)
            .map_err(OpenError::io(format!("write {}", path.display())))?;
        // Who wrote them may have been killed before it had them synced.
        for log in &logs {
            let synced = log.file.file.sync();
            synced.map_err(OpenError::io("sync the commit log"))?;
        }
        let synced = main.sync().and_then(|()| disk.sync_dir(&paths.dir));
        synced.map_err(OpenError::io(format!("sync {}", path.display())))?;
        for left in [&paths.main_new, &paths.log_new] {
            disk.remove(left)
                .map_err(OpenError::io(format!("remove {}", left.display())))?;
        }
        let mut files = [None, None];
        for log in logs {
            files[log.index] = Some(log.file);
        }
        opened.log = Some(Log::new(
            disk,
            paths,
            counters,
            header.id,
            files,
            replayed.tail,
            options.fold_bytes.saturating_mul(2),
        ));
    }
    Ok(opened)
}

fn open_main(
    disk: &dyn Disk,
    paths: &Paths,
    counters: &Arc<Counters>,
    access: Access,
) -> Result<Option<Counted>, OpenError> {
    let file = open_if_present(disk, &paths.main, access)
        .map_err(OpenError::io(format!("open {}", paths.main.display())))?;
    Ok(file.map(|file| Counted::new(file, counters)))
}

fn read_header(main: &Counted, path: &Path) -> Result<MainHeader, OpenError> {
    let header = MainHeader::read(main)
        .map_err(OpenError::io(format!("read {}", path.display())))?
        .map_err(|fault| match fault {
            HeaderFault::NotAStore => OpenError::NotAStore { path: path.into() },
            HeaderFault::Damaged => damaged(format!("the header of {}", path.display())),
        })?;
    if header.version > FORMAT_VERSION {
        return Err(OpenError::TooNew {
            path: path.into(),
            found: header.version,
            supported: FORMAT_VERSION,
        });
    }
    Ok(header)
}

fn take_lock(disk: &dyn Disk, paths: &Paths) -> Result<LockGuard, OpenError> {
    disk.create_dir_all(&paths.dir)
        .map_err(OpenError::io(format!("make {}", paths.dir.display())))?;
    disk.lock(&paths.lock).map_err(|error| match error {
        LockError::Held(pid) => OpenError::Held {
            path: paths.main.clone(),
            pid,
        },
        LockError::Io(source) => OpenError::Io {
            doing: format!("lock {}", paths.lock.display()),
            source,
        },
    })
}

/// A store that begins with its first group. What an earlier beginning left is
/// removed; logs without any sign of one are somebody's data.
fn begin_new(
    disk: Arc<dyn Disk>,
    paths: Paths,
    counters: Arc<Counters>,
    lock: Option<LockGuard>,
) -> Result<Opened, OpenError> {
    let is_there = |path: &Path| {
        open_if_present(&*disk, path, Access::Read)
            .map(|file| file.is_some())
            .map_err(OpenError::io(format!("open {}", path.display())))
    };
    let was_begun = is_there(&paths.main_new)?;
    for log in &paths.logs {
        if is_there(log)? && !was_begun {
            return Err(damaged(format!(
                "{} is there but {} is not",
                log.display(),
                paths.main.display()
            )));
        }
    }
    // The main file goes last: it is the sign that the others may go.
    let [log_0, log_1] = &paths.logs;
    for left in [&paths.log_new, log_0, log_1, &paths.main_new] {
        if is_there(left)? {
            disk.remove(left)
                .and_then(|()| disk.sync_dir(&paths.dir))
                .map_err(OpenError::io(format!("remove {}", left.display())))?;
        }
    }
    Ok(Opened {
        view: View {
            active: Arc::default(),
            frozen: None,
            folded: None,
        },
        blocks: None,
        folded: None,
        folded_seq: 0,
        last: 0,
        log: None,
        creation: Some(Creation::new(disk, paths, Arc::clone(&counters))),
        counters,
        lock,
        frozen: None,
    })
}

fn load_log(
    disk: &dyn Disk,
    paths: &Paths,
    counters: &Arc<Counters>,
    index: usize,
    store_id: u64,
    access: Access,
) -> Result<Option<LoadedLog>, OpenError> {
    let path = &paths.logs[index];
    let read = || {
        let Some(file) = open_if_present(disk, path, access)? else {
            return Ok(None);
        };
        let file = Counted::new(file, counters);
        let len = file.len()?;
        let mut header = vec![0; HEADER_BYTES.min(usize::try_from(len).unwrap_or(HEADER_BYTES))];
        file.read_at(0, &mut header)?;
        Ok(Some((LogFile { file, len }, header)))
    };
    let Some((file, header)) = read().map_err(OpenError::io(format!("read {}", path.display())))?
    else {
        return Ok(None);
    };
    let (state, was_repaired) = LogHeader::decode(&header);
    if was_repaired {
        counters.repaired_bits.fetch_add(1, Ordering::Relaxed);
    }
    match state {
        HeaderState::Damaged => Err(damaged(format!("the header of {}", path.display()))),
        HeaderState::TooNew(found) => Err(OpenError::TooNew {
            path: path.clone(),
            found,
            supported: FORMAT_VERSION,
        }),
        HeaderState::Valid(header) if header.store_id != store_id => Err(damaged(format!(
            "{} belongs to another store",
            path.display()
        ))),
        HeaderState::Valid(header) => Ok(Some(LoadedLog {
            index,
            file,
            header: Some(header),
        })),
        HeaderState::Unused => Ok(Some(LoadedLog {
            index,
            file,
            header: None,
        })),
    }
}

struct Replayed {
    last: u64,
    tail: Tail,
    frozen: Option<Mark>,
    /// What may have been written last of each log: the file, from where and to where.
    written_last: Vec<(Counted, u64, u64)>,
}

/// Writes a part of a file as it is there.
fn rewrite(file: &Counted, from: u64, to: u64) -> std::io::Result<()> {
    let to = to.min(file.len()?);
    for at in (from..to).step_by(REWRITE_BYTES) {
        let mut bytes = vec![0; REWRITE_BYTES.min((to - at) as usize)];
        file.read_at(at, &mut bytes)?;
        file.write_at(at, &bytes)?;
    }
    Ok(())
}

/// Bytes that are written again at a time.
const REWRITE_BYTES: usize = 256 * 1024;

/// Replays what is not folded; the older log's part is a frozen table again.
fn replay(
    view: &mut View,
    logs: &[LoadedLog],
    counters: &Counters,
    mark: Mark,
) -> Result<Replayed, OpenError> {
    let folded_seq = mark.last;
    let check_next = |salt: u64, last: u64| {
        let mut headers = logs.iter().filter_map(|log| log.header);
        if headers.any(|header| header.salt == salt) {
            return Ok(());
        }
        Err(damaged(format!(
            "the commit log of the groups from {} on is not there",
            last + 1
        )))
    };
    if mark.next != 0 {
        check_next(mark.next, folded_seq)?;
    }
    let mut used: Vec<(&LoadedLog, LogHeader)> = logs
        .iter()
        .filter_map(|log| Some((log, log.header?)))
        .collect();
    used.sort_by_key(|(_, header)| header.base);
    // A log ends where the next begins: if that is folded, so is all of it.
    if used
        .get(1)
        .is_some_and(|(_, next)| next.base <= folded_seq + 1)
    {
        used.remove(0);
    }
    let Some((newest_log, newest)) = used.last().copied() else {
        return Err(damaged("no commit log"));
    };
    let (base, newest_salt) = (newest.base, newest.salt);
    let mut last = folded_seq;
    let (mut tail, mut frozen) = (None, None);
    let mut written_last = Vec::new();
    for (log, header) in used {
        if header.base > last + 1 {
            return Err(damaged(format!(
                "groups {} to {} are in no commit log",
                last + 1,
                header.base - 1
            )));
        }
        let mut wanted = Wanted::all(header);
        if mark.salt == header.salt && mark.last >= header.base && mark.end <= log.file.len {
            // What is folded is not looked at again, however long it is.
            (wanted.first, wanted.at) = (mark.last + 1, mark.end);
        }
        if log.index != newest_log.index {
            wanted.last = Some(base.saturating_sub(1));
        }
        let found = replay_log(view, log, wanted, &mut last)?;
        counters
            .repaired_bits
            .fetch_add(found.repaired, Ordering::Relaxed);
        if let Some(beyond) = found.beyond.filter(|&beyond| beyond > folded_seq) {
            return Err(damaged(format!(
                "commit log {}: group {} is broken but group {beyond} is whole",
                log.index,
                found.last.wrapping_add(1),
            )));
        }
        let mut end = found.end;
        if let Some(next) = found.next {
            check_next(next, last)?;
            end += RECORD_HEADER_BYTES as u64;
        }
        let file = &log.file.file;
        written_last.push((file.clone(), 0, HEADER_BYTES as u64));
        written_last.push((file.clone(), found.last_at, end));
        if log.index != newest_log.index {
            // Groups that change nothing are folded, too: the place of their log is needed.
            if last > folded_seq {
                frozen = Some(Mark {
                    last,
                    salt: header.salt,
                    end: found.end,
                    next: newest_salt,
                });
                view.frozen = Some(std::mem::replace(
                    &mut view.active,
                    Arc::new(Table::starting_at(last)),
                ));
            }
        } else if found.last <= folded_seq && header.salt != mark.next {
            // Nobody needs what is in it: it begins anew.
            tail = Some(Tail {
                active: log.index,
                salt: fresh_number(),
                base: folded_seq + 1,
                end: 0,
            });
        } else {
            tail = Some(Tail {
                active: log.index,
                salt: header.salt,
                base: header.base,
                end: found.end,
            });
        }
    }
    Ok(Replayed {
        last,
        tail: tail.expect("the newest log was read"),
        frozen,
        written_last,
    })
}

/// Applies the groups of a log behind `last`, and moves it.
fn replay_log(
    view: &View,
    log: &LoadedLog,
    wanted: Wanted,
    last: &mut u64,
) -> Result<Scanned, OpenError> {
    let live = Live::default();
    let found = scan(wanted, &log.file.file, log.file.len, |seq, payload| {
        if seq <= *last {
            return Ok(());
        }
        let below = fetch_below(view, payload.bytes())?;
        apply(view, &live, seq, &[payload], &below).map_err(|_| {
            damaged(format!(
                "commit log {}: group {seq} is malformed",
                log.index
            ))
        })?;
        *last = seq;
        Ok(())
    });
    found.map_err(|error| match error {
        ScanError::Io(source) => OpenError::Io {
            doing: format!("read commit log {}", log.index),
            source,
        },
        ScanError::Each(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::SimDisk;
    use crate::{Batch, EmbeddedStore, Store as _, verify_with};

    const PATH: &str = "d/store.redb";

    fn disk_with_a_store() -> SimDisk {
        let disk = SimDisk::new();
        let store = open(&disk).expect("opens");
        let mut batch = Batch::new();
        batch.put(b"k", b"v");
        store.commit(&[batch]).expect("commits");
        drop(store);
        disk
    }

    fn open(disk: &SimDisk) -> Result<EmbeddedStore, OpenError> {
        EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), Options::default())
    }

    fn assert_refused(disk: &SimDisk) {
        let (before, operations) = (disk.files(), disk.operations());
        let refused = |result: Option<OpenError>| {
            let Some(OpenError::TooNew { found, .. }) = result else {
                panic!("{result:?}");
            };
            assert_eq!(found, FORMAT_VERSION + 1);
        };
        refused(open(disk).err());
        refused(verify_with(Arc::new(disk.clone()), Path::new(PATH)).err());
        assert_eq!(disk.files(), before);
        assert_eq!(
            disk.operations(),
            operations,
            "nothing was written or synced"
        );
    }

    #[test]
    fn a_newer_store_is_refused_and_left_as_it_was() {
        let disk = disk_with_a_store();
        let newer = MainHeader {
            version: FORMAT_VERSION + 1,
            id: 7,
        };
        disk.damage(Path::new(PATH), |bytes| {
            bytes[..512].copy_from_slice(&newer.encode());
        });
        assert_refused(&disk);
    }

    #[test]
    fn a_newer_log_is_refused_and_left_as_it_was() {
        let disk = disk_with_a_store();
        disk.damage(Path::new("d/store.redb.log-0"), |bytes| {
            LogHeader::set_version(bytes, FORMAT_VERSION + 1);
        });
        assert_refused(&disk);
    }

    #[test]
    fn a_log_of_another_store_is_named() {
        let (disk, other) = (disk_with_a_store(), disk_with_a_store());
        let log = Path::new("d/store.redb.log-0");
        let foreign = other
            .files()
            .into_iter()
            .find_map(|(path, bytes)| (path == log).then_some(bytes))
            .expect("a log");
        disk.damage(log, |bytes| *bytes = foreign);
        let error = open(&disk).expect_err("refused").to_string();
        assert!(error.contains("another store"), "{error}");
    }

    #[test]
    fn logs_without_their_store_are_not_thrown_away() {
        let disk = disk_with_a_store();
        disk.remove(Path::new(PATH)).expect("removed");
        let before = disk.files();
        let error = open(&disk).expect_err("refused").to_string();
        assert!(error.contains("is not"), "{error}");
        assert_eq!(disk.files(), before);
    }
}
