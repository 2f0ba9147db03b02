//! How many groups a second a store commits, what that writes, and how long
//! reopening takes.
//!
//!     cargo run --release -p store --example commits [DIRECTORY [GROUPS [LIVE_MB]]]

use std::path::PathBuf;
use std::time::Instant;

use store::{Batch, EmbeddedStore, Store, key::KeyBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments
        .next()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let groups: u64 = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let live_mb: u32 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let dir = dir.join(format!("store-commits-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let path = dir.join("store.redb");
    let result = measure(&path, groups).and_then(|()| measure_large(&path, live_mb));
    std::fs::remove_dir_all(&dir)?;
    result
}

fn measure(path: &std::path::Path, groups: u64) -> Result<(), Box<dyn std::error::Error>> {
    let store = EmbeddedStore::open(path)?;
    let record = |pid: u64| KeyBuilder::of_kind(b'p').u64(pid).finish();
    let chunk = |pid: u64, n: u32| KeyBuilder::of_kind(b's').u64(pid).u32(n).finish();
    let value = [7; 200];
    let start = Instant::now();
    let mut batch = Batch::new();
    let mut slowest = std::time::Duration::ZERO;
    for n in 0..groups {
        let pid = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 1000;
        let at = (n * 8 % 4000) as u32;
        batch.clear();
        batch
            .put(&record(pid), &value)
            .patch(&chunk(pid, 0), at, &n.to_le_bytes(), 4096);
        let began = Instant::now();
        store.commit(std::slice::from_ref(&batch))?;
        slowest = slowest.max(began.elapsed());
    }
    let seconds = start.elapsed().as_secs_f64();
    let stats = store.stats();
    println!(
        "1 put of 200 B and 1 patch of 8 B a group, 1,000 processes: {:.0} commits/s, slowest {:.1} ms, {:.0} bytes written a commit, {:.3} syncs a commit",
        groups as f64 / seconds,
        slowest.as_secs_f64() * 1e3,
        stats.bytes_written as f64 / groups as f64,
        stats.syncs as f64 / groups as f64,
    );
    println!("{stats:?}");
    drop(store);
    let start = Instant::now();
    let store = EmbeddedStore::open(path)?;
    println!("reopened in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    // A log that is nearly as long as it gets.
    let folds = store.stats().folds;
    let (mut n, piece) = (0_u32, [1; 4000]);
    while store.stats().log_bytes < 31 << 20 {
        n += 1;
        let mut batch = Batch::new();
        batch.put(&chunk(5000, n), &piece);
        store.commit(&[batch])?;
    }
    let stats = store.stats();
    drop(store);
    let start = Instant::now();
    let store = EmbeddedStore::open(path)?;
    println!(
        "reopened with {:.0} MiB of log in {:.1} ms ({} folds before)",
        stats.log_bytes as f64 / f64::from(1 << 20),
        start.elapsed().as_secs_f64() * 1e3,
        stats.folds - folds,
    );
    drop(store);
    Ok(())
}

/// Reopening with much beside it, in pieces of the fitting size.
fn measure_large(path: &std::path::Path, mb: u32) -> Result<(), Box<dyn std::error::Error>> {
    if mb == 0 {
        return Ok(());
    }
    let store = EmbeddedStore::open(path)?;
    let piece = vec![3; store::VALUE_BYTES_FITTING];
    let before = store.bytes_written();
    let start = Instant::now();
    for n in 0..mb * 17 {
        let mut batch = Batch::new();
        batch.put(&KeyBuilder::of_kind(b'x').u32(n).finish(), &piece);
        store.commit(&[batch])?;
    }
    let live = u64::from(mb * 17) * store::VALUE_BYTES_FITTING as u64;
    println!(
        "{} MB put in {:.1} s, {:.2} bytes written a byte",
        live / 1_000_000,
        start.elapsed().as_secs_f64(),
        (store.bytes_written() - before) as f64 / live as f64,
    );
    drop(store);
    let start = Instant::now();
    let store = EmbeddedStore::open(path)?;
    println!("reopened in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    println!("{:?}", store.stats());
    let start = Instant::now();
    let snapshot = store.snapshot();
    let mut read = 0;
    for entry in snapshot.prefix(b"x").take(2000) {
        read += entry?.1.len();
    }
    println!(
        "read {:.0} MB/s",
        read as f64 / 1e6 / start.elapsed().as_secs_f64()
    );
    Ok(())
}
