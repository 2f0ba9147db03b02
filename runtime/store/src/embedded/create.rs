//! Beginning a store: files under temporary names, renamed by the first group.
//!
//! Invariant: the main file has its name only when the first group is durable
//! and the log has its name durably; whatever is found before that was told to
//! nobody and is removed.

use std::io;
use std::sync::Arc;

use crate::blocks::{Blocks, MainHeader};
use crate::disk::{Access, Counted, Counters, Disk, Paths};
use crate::log::{Log, LogFile, Tail, fresh_number};

/// A store that has no files yet, or not under their names.
#[derive(Debug)]
pub(crate) struct Creation {
    disk: Arc<dyn Disk>,
    paths: Paths,
    counters: Arc<Counters>,
    id: u64,
    main: Option<Counted>,
}

impl Creation {
    pub(crate) fn new(disk: Arc<dyn Disk>, paths: Paths, counters: Arc<Counters>) -> Self {
        Self {
            disk,
            paths,
            counters,
            id: fresh_number(),
            main: None,
        }
    }

    /// Makes the files and writes the main file's header.
    pub(crate) fn begin(&mut self) -> io::Result<Log> {
        let main = self.disk.open(&self.paths.main_new, Access::Create)?;
        let main = Counted::new(main, &self.counters);
        main.write_at(0, &MainHeader::new(self.id).encode())?;
        self.main = Some(main);
        let file = self.disk.open(&self.paths.log_new, Access::Create)?;
        let file = LogFile {
            file: Counted::new(file, &self.counters),
            len: 0,
        };
        let tail = Tail {
            active: 0,
            salt: fresh_number(),
            base: 1,
            end: 0,
        };
        Ok(Log::new(
            Arc::clone(&self.disk),
            self.paths.clone(),
            Arc::clone(&self.counters),
            self.id,
            [Some(file), None],
            tail,
            u64::MAX,
        ))
    }

    /// Gives the files their names, after the first group was synced.
    pub(crate) fn finish(self) -> io::Result<Blocks> {
        let main = self.main.expect("begun before it is finished");
        main.sync()?;
        self.disk.rename(&self.paths.log_new, &self.paths.logs[0])?;
        self.disk.sync_dir(&self.paths.dir)?;
        self.disk.rename(&self.paths.main_new, &self.paths.main)?;
        self.disk.sync_dir(&self.paths.dir)?;
        let blocks = Blocks::open(main, self.id)?;
        Ok(blocks.expect("a new file has no header to be damaged"))
    }
}
