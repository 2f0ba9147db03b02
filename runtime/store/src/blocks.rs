//! The main file: redb's pages in blocks with checksums of their own.
//!
//! redb does not look at its page checksums when it reads, so a flipped bit
//! could hide keys or lead to a wrong page. Here every block carries a checksum
//! seeded with its place, checked at every read from the file; a single flipped
//! bit is put right, and anything worse shows as damage of exactly the keys
//! whose way leads through the block.
//!
//! | offset              | bytes | content                                        |
//! |---------------------|-------|------------------------------------------------|
//! | 0                   | 512   | header: magic, version, store id, checksum     |
//! | 512                 | 512   | redb's header: 504 bytes of it, checksum       |
//! | 1,024               | 3,072 | unused                                         |
//! | 4,096 + 4,104 (n-1) | 4,104 | block n ≥ 1: 4,096 bytes of redb, checksum     |
//!
//! Invariants
//! - Headers are written as one sector each, which a disk writes whole or not.
//! - A *held* file is never written: what redb writes stays in memory, until
//!   the store has been verified and the first fold releases it.
//! - A read never fails because of damage, since redb would refuse every read
//!   after it; a damaged page is answered by a page that redb refuses, naming it,
//!   and what was read is kept.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::FORMAT_VERSION;
use crate::check::{Verdict, check, check_and_repair};
use crate::disk::Counted;
use crate::wreck::Wreck;

const MAGIC: [u8; 8] = *b"OXSTORE\n";
const SECTOR: usize = 512;
/// Bytes of the two headers, which are written last: what they lead to is synced before.
pub(crate) const HEADERS_BYTES: u64 = 2 * SECTOR as u64;
const SECTOR_BODY: usize = SECTOR - 8;
const PAGE: usize = 4096;
const BLOCK: usize = PAGE + 8;
const FIRST_BLOCK: u64 = 4096;
const MAIN_SECTOR_SEED: u64 = 0x4F58_4D41_494E;
const REDB_SECTOR_SEED: u64 = 0x4F58_5245_4442;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MainHeader {
    pub(crate) version: u32,
    pub(crate) id: u64,
}

/// Why a header has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    NotAStore,
    Damaged,
}

impl MainHeader {
    pub(crate) fn new(id: u64) -> Self {
        Self {
            version: FORMAT_VERSION,
            id,
        }
    }

    /// The header as its sector.
    pub(crate) fn encode(self) -> [u8; SECTOR] {
        let mut body = [0; SECTOR_BODY];
        body[..8].copy_from_slice(&MAGIC);
        body[8..12].copy_from_slice(&self.version.to_le_bytes());
        body[16..24].copy_from_slice(&self.id.to_le_bytes());
        seal_sector(MAIN_SECTOR_SEED, &body)
    }

    /// Reads the header of a file.
    pub(crate) fn read(file: &Counted) -> io::Result<Result<Self, HeaderFault>> {
        let mut sector = [0; SECTOR];
        let len = file.len()?.min(SECTOR as u64) as usize;
        file.read_at(0, &mut sector[..len])?;
        let Some(body) = open_sector(MAIN_SECTOR_SEED, &sector, file) else {
            // A file of another kind differs in more than a bit or two of the
            // magic.
            let differing: u32 = sector
                .iter()
                .zip(MAGIC)
                .map(|(found, wanted)| (found ^ wanted).count_ones())
                .sum();
            return Ok(Err(if differing > 8 {
                HeaderFault::NotAStore
            } else {
                HeaderFault::Damaged
            }));
        };
        if body[..8] != MAGIC {
            return Ok(Err(HeaderFault::NotAStore));
        }
        let (version, _) = body[8..].split_first_chunk().expect("a sector is longer");
        let (id, _) = body[16..].split_first_chunk().expect("a sector is longer");
        Ok(Ok(Self {
            version: u32::from_le_bytes(*version),
            id: u64::from_le_bytes(*id),
        }))
    }
}

fn seal_sector(seed: u64, body: &[u8; SECTOR_BODY]) -> [u8; SECTOR] {
    let mut sector = [0; SECTOR];
    sector[..SECTOR_BODY].copy_from_slice(body);
    sector[SECTOR_BODY..].copy_from_slice(&check(seed, body).to_le_bytes());
    sector
}

fn open_sector(seed: u64, sector: &[u8; SECTOR], file: &Counted) -> Option<[u8; SECTOR_BODY]> {
    let (body, stored) = sector.split_last_chunk::<8>()?;
    let mut body: [u8; SECTOR_BODY] = body.try_into().ok()?;
    match check_and_repair(seed, &mut body, u64::from_le_bytes(*stored)) {
        Verdict::Good => {}
        Verdict::Repaired => {
            file.counters()
                .repaired_bits
                .fetch_add(1, Ordering::Relaxed);
        }
        Verdict::Bad => return None,
    }
    Some(body)
}

/// What redb would write, were the file not held.
#[derive(Debug, Default)]
struct Held {
    len: Option<u64>,
    header: Option<[u8; SECTOR_BODY]>,
    pages: BTreeMap<u64, Box<[u8]>>,
}

#[derive(Debug)]
struct State {
    /// redb's header; all zero while redb was never set up.
    header: [u8; SECTOR_BODY],
    held: Option<Held>,
}

#[derive(Debug)]
struct Inner {
    file: Counted,
    seed: u64,
    state: Mutex<State>,
    closed: AtomicBool,
    refused: Mutex<Refused>,
}

/// The damaged pages that redb was refused.
#[derive(Debug, Default)]
struct Refused {
    wrecks: Vec<Arc<Wreck>>,
    /// By first block the last that was read there; and each damaged block's.
    at: BTreeMap<u64, u32>,
    blocks: BTreeMap<u64, u32>,
}

/// The main file as redb sees it.
#[derive(Clone, Debug)]
pub(crate) struct Blocks(Arc<Inner>);

/// Bytes that redb's header begins with once it is set up.
const REDB_MAGIC_LEN: usize = 9;

impl Blocks {
    /// Takes the file, held. `None`: redb's header is damaged.
    pub(crate) fn open(file: Counted, id: u64) -> io::Result<Option<Self>> {
        let mut sector = [0; SECTOR];
        let len = file.len()?;
        if len >= 2 * SECTOR as u64 {
            file.read_at(SECTOR as u64, &mut sector)?;
        }
        let header = if sector == [0; SECTOR] {
            [0; SECTOR_BODY]
        } else {
            match open_sector(REDB_SECTOR_SEED ^ id, &sector, &file) {
                Some(header) => header,
                None => return Ok(None),
            }
        };
        Ok(Some(Self(Arc::new(Inner {
            file,
            seed: id,
            state: Mutex::new(State {
                header,
                held: Some(Held::default()),
            }),
            closed: AtomicBool::new(false),
            refused: Mutex::default(),
        }))))
    }

    /// Whether redb was ever set up in the file.
    pub(crate) fn has_redb(&self) -> bool {
        let state = self.0.state();
        let header = match &state.held {
            Some(Held {
                header: Some(header),
                ..
            }) => header,
            _ => &state.header,
        };
        // redb writes its header without the magic first, and with it when
        // everything else is in place.
        header[..REDB_MAGIC_LEN] != [0; REDB_MAGIC_LEN]
    }

    /// The file's length and what redb's header says that it has at least, in bytes, if it is shorter:
    /// redb makes a file longer before it says so, and shorter after.
    pub(crate) fn cut(&self) -> io::Result<Option<(u64, u64)>> {
        if !self.has_redb() {
            return Ok(None);
        }
        let length = self.0.file.len()?;
        let least = physical_len(redb_len(&self.0.state().header));
        Ok((length < least).then_some((length, least)))
    }

    /// The damaged blocks that were read, and whether each record in them is whole all the same.
    pub(crate) fn damaged(&self) -> Vec<(u64, bool)> {
        let refused = self.0.refused();
        let is_whole = |refusal: u32| {
            let wreck = refused.wrecks.get(refusal as usize);
            wreck.is_some_and(|wreck| wreck.is_whole())
        };
        let blocks = refused.blocks.iter();
        blocks
            .map(|(&block, &refusal)| (block, is_whole(refusal)))
            .collect()
    }

    /// What was read of a page that redb was refused.
    pub(crate) fn wreck(&self, refusal: u32) -> Option<Arc<Wreck>> {
        self.0.refused().wrecks.get(refusal as usize).cloned()
    }

    /// Length of the file, in bytes.
    pub(crate) fn file_bytes(&self) -> io::Result<u64> {
        self.0.file.len()
    }

    /// Ends all access. A snapshot may keep redb open beyond the store, and
    /// must neither disturb the file's next owner nor read what that one wrote.
    pub(crate) fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
    }

    /// Writes what was held back, and everything from now on.
    pub(crate) fn release(&self) -> io::Result<()> {
        let mut state = self.0.state();
        let Some(held) = state.held.take() else {
            return Ok(());
        };
        if let Some(len) = held.len {
            self.0.file.set_len(physical_len(len))?;
        }
        for (&first, pages) in &held.pages {
            self.0.write_pages(first, pages)?;
        }
        if let Some(header) = held.header {
            self.0.write_header(&mut state, header)?;
        }
        Ok(())
    }
}

fn physical(block: u64) -> u64 {
    FIRST_BLOCK + (block - 1) * BLOCK as u64
}

fn physical_len(redb_len: u64) -> u64 {
    physical((redb_len / PAGE as u64).max(1))
}

/// The length of redb's file by its header: a page, then regions, each with pages for itself before its
/// data, all full but for a last one that may be shorter.
fn redb_len(header: &[u8; SECTOR_BODY]) -> u64 {
    let number = |at: usize| {
        let (number, _) = header[at..].split_first_chunk().expect("fixed offsets");
        u64::from(u32::from_le_bytes(*number))
    };
    let (page, own, most) = (number(12), number(16), number(20));
    let (full, last) = (number(24), number(28));
    let last = if last > 0 { own + last } else { 0 };
    let pages = full.saturating_mul(own + most).saturating_add(1 + last);
    pages.saturating_mul(page)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

impl Inner {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_open(&self) -> io::Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(io::Error::other("the store is closed"));
        }
        Ok(())
    }

    /// Counts what is written into the main file.
    fn count(&self, bytes: usize) {
        let counters = self.file.counters();
        counters
            .block_bytes
            .fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn block_seed(&self, block: u64) -> u64 {
        self.seed ^ block.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn write_header(&self, state: &mut State, header: [u8; SECTOR_BODY]) -> io::Result<()> {
        let sector = seal_sector(REDB_SECTOR_SEED ^ self.seed, &header);
        self.count(sector.len());
        self.file.write_at(SECTOR as u64, &sector)?;
        state.header = header;
        Ok(())
    }

    fn write_pages(&self, first: u64, pages: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(pages.len() / PAGE * BLOCK);
        for (block, page) in (first..).zip(pages.chunks_exact(PAGE)) {
            bytes.extend_from_slice(page);
            bytes.extend_from_slice(&check(self.block_seed(block), page).to_le_bytes());
        }
        self.count(bytes.len());
        self.file.write_at(physical(first), &bytes)
    }

    fn read_pages(&self, first: u64, out: &mut [u8]) -> io::Result<()> {
        let mut bytes = vec![0; out.len() / PAGE * BLOCK];
        self.read_behind(physical(first), &mut bytes)?;
        let mut damaged = Vec::new();
        let pages = out.chunks_exact_mut(PAGE).zip(bytes.chunks_exact(BLOCK));
        for (block, (page, stored)) in (first..).zip(pages) {
            let (body, checksum) = stored.split_last_chunk::<8>().expect("a block is longer");
            page.copy_from_slice(body);
            let seed = self.block_seed(block);
            match check_and_repair(seed, page, u64::from_le_bytes(*checksum)) {
                Verdict::Good => {}
                Verdict::Repaired => {
                    self.file
                        .counters()
                        .repaired_bits
                        .fetch_add(1, Ordering::Relaxed);
                }
                Verdict::Bad => damaged.push(block),
            }
        }
        if !damaged.is_empty() {
            let refusal = self.keep_wreck(first, out);
            let blocks = damaged.into_iter().map(|block| (block, refusal));
            self.refused().blocks.extend(blocks);
            refuse(out, refusal);
        }
        Ok(())
    }

    /// Reads bytes of the file. What lies behind its end is zero: a file that is too short is damaged,
    /// and blocks of zeros are.
    fn read_behind(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        match self.file.read_at(offset, bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let there = self.file.len()?.saturating_sub(offset);
                let there = bytes
                    .len()
                    .min(usize::try_from(there).unwrap_or(usize::MAX));
                bytes[there..].fill(0);
                self.file.read_at(offset, &mut bytes[..there])
            }
            result => result,
        }
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Refused> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what is left of a page, once for each time that something else was read; its number.
    fn keep_wreck(&self, first: u64, page: &[u8]) -> u32 {
        let mut refused = self.refused();
        if let Some(&known) = refused.at.get(&first)
            && refused.wrecks[known as usize].page() == page
        {
            return known;
        }
        let number = refused.wrecks.len() as u32;
        if number >= REFUSALS_MAX {
            return REFUSALS_MAX;
        }
        refused.wrecks.push(Arc::new(Wreck::new(page.to_vec())));
        refused.at.insert(first, number);
        number
    }
}

/// Damaged pages that are told apart. The number has 20 bits in redb's words; one is left over.
const REFUSALS_MAX: u32 = (1 << 20) - 1;

/// Fills a page with a branch of redb's whose child cannot exist.
///
/// redb answers a descent into it with an error that names the child, and goes on working. Layout:
/// type 2, no key, so that none is compared, the checksum of the one child, and its page number:
/// an order above redb's highest, and as its region the number of the refusal.
fn refuse(page: &mut [u8], refusal: u32) {
    const BRANCH: u8 = 2;
    const CHILD: std::ops::Range<usize> = 24..32;
    const ORDER: u64 = 0b1_1111 << 59;
    page.fill(0);
    page[0] = BRANCH;
    page[CHILD].copy_from_slice(&(ORDER | u64::from(refusal) << 20).to_le_bytes());
}

/// The number of the refusal that an error of redb's is about.
pub(crate) fn refusal_in(error: &str) -> Option<u32> {
    let (number, order) = error.strip_prefix("Page r")?.split_once(".0/")?;
    let number = number.parse().ok()?;
    (order.starts_with("31 ") && number < REFUSALS_MAX).then_some(number)
}

fn first_block(offset: u64, len: usize) -> io::Result<u64> {
    let page = PAGE as u64;
    if offset < page || !offset.is_multiple_of(page) || !len.is_multiple_of(PAGE) {
        return Err(invalid("not whole pages behind the header"));
    }
    Ok(offset / page)
}

impl redb::StorageBackend for Blocks {
    fn len(&self) -> io::Result<u64> {
        self.0.check_open()?;
        if !self.has_redb() {
            return Ok(0);
        }
        if let Some(Held { len: Some(len), .. }) = &self.0.state().held {
            return Ok(*len);
        }
        let blocks = self.0.file.len()?.saturating_sub(FIRST_BLOCK) / BLOCK as u64;
        Ok((blocks + 1) * PAGE as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.check_open()?;
        if offset == 0 && out.len() <= SECTOR_BODY {
            let state = self.0.state();
            let header = match &state.held {
                Some(Held {
                    header: Some(header),
                    ..
                }) => header,
                _ => &state.header,
            };
            out.copy_from_slice(&header[..out.len()]);
            return Ok(());
        }
        let first = first_block(offset, out.len())?;
        {
            let state = self.0.state();
            if let Some(held) = &state.held {
                // A page is always written and read at its own size.
                if let Some(pages) = held.pages.get(&first) {
                    if pages.len() != out.len() {
                        return Err(invalid("a page of another size"));
                    }
                    out.copy_from_slice(pages);
                    return Ok(());
                }
            }
        }
        self.0.read_pages(first, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.check_open()?;
        let mut state = self.0.state();
        match &mut state.held {
            Some(held) => {
                held.len = Some(len);
                Ok(())
            }
            None => self.0.file.set_len(physical_len(len)),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.check_open()?;
        let held = self.0.state().held.is_some();
        if held { Ok(()) } else { self.0.file.sync() }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.check_open()?;
        let mut state = self.0.state();
        if offset == 0 && data.len() <= SECTOR_BODY {
            let mut header = match &state.held {
                Some(Held {
                    header: Some(header),
                    ..
                }) => *header,
                _ => state.header,
            };
            header[..data.len()].copy_from_slice(data);
            return match &mut state.held {
                Some(held) => {
                    held.header = Some(header);
                    Ok(())
                }
                None => self.0.write_header(&mut state, header),
            };
        }
        let first = first_block(offset, data.len())?;
        match &mut state.held {
            Some(held) => {
                held.pages.insert(first, data.into());
                Ok(())
            }
            None => {
                drop(state);
                self.0.write_pages(first, data)
            }
        }
    }
}
