//! Stores whose bits have flipped, anywhere and in any number: what is answered is right, or the
//! damage is named, of a record or of the store. Never a panic, never a wrong answer.
//!
//! A sample; `OX_FLIPS=n` makes n trials.

use crate::world::{World, program};
use engine::Options;
use engine::record::Status;
use harness::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use store::sim::SimDisk;
use store::{EmbeddedStore, FoldMode, OpenError};

const PATH: &str = "/run/store.redb";
/// In-process trials of a sample.
const SAMPLE: u64 = 600;

/// Each process says its own numbers in order, so that a wrong answer shows.
const TEXT: &str = "(defn count-on [name from k state]
      (if (< k 12)
        (do (println name k (reduce + (vals state)))
            (sleep 20)
            (recur name from (inc k) (assoc state (* k 7919) k)))
        (do (send from [:done name]) (count state))))
    (def log (atom []))
    (let [workers (mapv (fn [name] (spawn count-on name (self) 0 (zipmap (range 200) (range 200)))) [:a :b :c])]
      (dotimes [n 3] (let [name (receive [:done name] name)] (swap! log conj name) (println :ended name)))
      (println (sort @log)))";

/// Times that are let pass before the store is looked at.
const STEPS: usize = 6;

fn engine_options() -> Options {
    Options {
        threads: 0,
        ..Options::default()
    }
}

fn store_options() -> store::Options {
    store::Options {
        fold_bytes: 8 << 10,
        fold: FoldMode::Inline { after: 1 },
        ..store::Options::default()
    }
}

/// The files of a store in the middle of the program, and what it says from the beginning.
fn half_done() -> (SimDisk, String) {
    let whole = crate::world::run(TEXT);
    assert_eq!(whole.standing().status, Status::Done);
    let disk = SimDisk::new();
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), store_options());
    let world = World::with(engine_options(), Arc::new(store.expect("the store opens")));
    world.start(&program(TEXT));
    for _ in 0..STEPS {
        world.settle();
        assert!(world.pass_time());
    }
    world.settle();
    drop(world);
    (disk.copy(), whole.stdout())
}

/// Flips some bits near each other or all over the file, or loses a sector.
fn damage(bytes: &mut [u8], random: &mut Random) -> String {
    let at = random.below(bytes.len());
    match random.below(4) {
        0 => {
            bytes[at] ^= 1 << random.below(8);
            format!("one bit at {at}")
        }
        1 => {
            let end = bytes.len().min(at + 1 + random.below(64));
            for byte in &mut bytes[at..end] {
                *byte ^= 1 << random.below(8);
            }
            format!("bits in {at}..{end}")
        }
        2 => {
            let flips = 1 + random.below(50);
            for _ in 0..flips {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            format!("{flips} bits anywhere")
        }
        _ => {
            let start = at / 512 * 512;
            let end = bytes.len().min(start + 512);
            bytes[start..end].fill(if random.below(2) == 0 { 0 } else { 0xff });
            format!("sector {start}..{end}")
        }
    }
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// As if nothing had happened.
    Right,
    /// A process is damaged, the others have gone on.
    Process,
    /// The store is damaged.
    Store,
}

/// Whether these lines are right: those of each worker, and those of main, go on from somewhere in
/// the expected ones without a gap. One batch may be said again.
fn is_right(said: &str, expected: &str) -> bool {
    let lines_of = |text: &str, who: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with(who))
            .map(str::to_owned)
            .collect()
    };
    [":a ", ":b ", ":c ", "("].iter().all(|who| {
        let (said, expected) = (lines_of(said, who), lines_of(expected, who));
        said.is_empty() || expected.windows(said.len()).any(|window| window == said)
    }) && lines_of(said, ":ended")
        .iter()
        .all(|line| lines_of(expected, ":ended").contains(line))
}

fn trial(disk: &SimDisk, expected: &str) -> Found {
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), store_options());
    let store = match store {
        Ok(store) => store,
        Err(OpenError::DamagedStore { .. } | OpenError::NotAStore { .. }) => return Found::Store,
        Err(error) => panic!("unexpected: {error}"),
    };
    let world = match World::opened(engine_options(), Arc::new(store)) {
        Ok(world) => world,
        // Of all that is in it, only what belongs to no process stops the whole of it.
        Err(error) => {
            let told = error.to_string();
            let is_own = ["\"A\"", "0x44"].iter().any(|key| told.contains(key));
            assert!(is_own || told.contains("own record"), "{told}");
            return Found::Store;
        }
    };
    world
        .engine
        .resume()
        .expect("damage is the matter of one process");
    world.run();
    if let Some(failure) = world.engine.failure() {
        // Pages of redb's own, in which no record is.
        assert!(
            failure.to_string().contains("folding the commit log"),
            "{failure}"
        );
        return Found::Store;
    }
    let said = world.stdout();
    if world
        .transport
        .told()
        .stderr
        .contains("output of the program is lost")
    {
        return Found::Process;
    }
    assert!(is_right(&said, expected), "{said}");
    let damaged = world.engine.damaged();
    for (_, what) in &damaged {
        assert!(!what.is_empty(), "the damage is named");
    }
    if !damaged.is_empty() {
        return Found::Process;
    }
    let standing = world.standing();
    assert_eq!(standing.status, Status::Done, "{}", standing.report);
    assert_eq!(said.lines().last(), expected.lines().last());
    Found::Right
}

#[test]
fn flipped_bits_are_harmless_or_named() {
    let trials = std::env::var("OX_FLIPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(SAMPLE);
    let (disk, expected) = half_done();
    let files = disk.files();
    assert!(files.len() >= 2, "the store has a log and a folded part");
    let mut found = Vec::new();
    for seed in 1..=trials {
        let mut random = Random(seed);
        let disk = disk.copy();
        let (path, _) = &files[random.below(files.len())];
        let mut how = String::new();
        disk.damage(path, |bytes| how = damage(bytes, &mut random));
        let outcome = catch_unwind(AssertUnwindSafe(|| trial(&disk, &expected)));
        match outcome {
            Ok(outcome) => found.push(outcome),
            Err(_) => panic!("seed {seed}: {how} of {}", path.display()),
        }
    }
    let count = |wanted| found.iter().filter(|&&outcome| outcome == wanted).count();
    assert!(
        count(Found::Right) > 0 && count(Found::Store) > 0 && count(Found::Process) > 0,
        "right {}, process {}, store {}",
        count(Found::Right),
        count(Found::Process),
        count(Found::Store)
    );
}

/// Sixty processes that sleep while the main one writes, so that their records are folded.
const MANY: &str = "(defn nap [n state]
      (sleep 100000)
      (println :woke n (reduce + (vals state))))
    (dotimes [n 60] (spawn nap (+ n 2) (zipmap (range 50) (range 50))))
    (dotimes [n 60] (println :writes n) (sleep 10))
    (sleep 200000)
    (println :end)";

fn many_half_done(text: &str) -> SimDisk {
    let disk = SimDisk::new();
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), store_options());
    let world = World::with(engine_options(), Arc::new(store.expect("the store opens")));
    world.start(&program(text));
    for _ in 0..50 {
        world.settle();
        assert!(world.pass_time());
    }
    world.settle();
    assert!(world.store.stats().folds > 0);
    drop(world);
    disk.copy()
}

/// Flips three bits of a key wherever a leaf of the main file has it.
fn flip_three(disk: &SimDisk, key: &[u8]) {
    assert!(flip_three_in(disk, key, false) > 0, "the record is folded");
}

/// Flips three bits of a key wherever a branch, or a leaf, of the main file has it; in how many places.
fn flip_three_in(disk: &SimDisk, key: &[u8], in_branches: bool) -> usize {
    const BRANCH: u8 = 2;
    let mut count = 0;
    disk.damage(Path::new(PATH), |bytes| {
        let places: Vec<usize> = bytes
            .windows(key.len())
            .enumerate()
            .filter_map(|(at, window)| (window == key).then_some(at))
            .filter(|at| {
                // Where the page begins that it is in.
                let page = at.saturating_sub(4096) / 4104 * 4104 + 4096;
                (bytes[page] == BRANCH) == in_branches
            })
            .collect();
        count = places.len();
        for at in places {
            for byte in 1..4 {
                bytes[at + byte] ^= 1 << byte;
            }
        }
    });
    count
}

#[test]
fn damage_of_one_process_leaves_the_others_running() {
    let disk = many_half_done(MANY);
    let process = 5u64;
    for kind in [b'P', b'F', b'K', b'E'] {
        let disk = disk.copy();
        flip_three(&disk, &[&[kind][..], &process.to_be_bytes()].concat());
        let store =
            EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), store_options());
        let store: Arc<dyn store::Store> = Arc::new(store.expect("one process is damaged"));
        let listed = engine::inspect::list(&store.snapshot(), 17, engine::inspect::Running::No)
            .expect("the others are told of");
        assert_eq!(listed.len(), 61);
        for number in [1, 4, 6, 20, 61] {
            let pid = engine::Pid { run: 17, number };
            let view =
                engine::inspect::view(&store.snapshot(), pid, None, engine::inspect::Running::No);
            assert!(view.is_ok(), "{number}: {view:?}");
        }
        let world = World::with(engine_options(), store);
        let resumed = world.engine.resume().expect("the others go on");
        let is_unloadable = matches!(kind, b'P');
        assert_eq!(resumed.contains(&process), !is_unloadable);
        world.run();
        assert_eq!(world.engine.failure(), None);
        let said = world.stdout();
        let is_hurt = kind != b'E';
        for number in 2..=61 {
            let line = format!(":woke {number} 1225\n");
            assert_eq!(
                said.contains(&line),
                number != process || !is_hurt,
                "{number}: {said}"
            );
        }
        assert!(said.ends_with(":end\n"), "{said}");
        let damaged: Vec<u64> = world
            .engine
            .damaged()
            .iter()
            .map(|(number, _)| *number)
            .collect();
        assert_eq!(damaged, if is_hurt { vec![process] } else { vec![] });
        if is_hurt {
            let standing = world.engine.standing(process).expect("it is known");
            assert_eq!(standing.status, Status::Damaged);
            assert!(standing.report.contains("damaged"), "{}", standing.report);
        }
    }
}

/// Sixty processes that wait for a word of the main one, which waits for one that writes.
const WAITING: &str = "(defn hear [n state]
      (receive :go (println :heard n (reduce + (vals state)))))
    (let [me (self)
          heard (mapv (fn [n] (spawn hear (+ n 2) (zipmap (range 50) (range 50)))) (range 60))]
      (spawn (fn [] (dotimes [n 60] (println :writes n) (sleep 10)) (send me :written)))
      (receive :written nil)
      (run! (fn [p] (send p :go)) heard)
      (run! await-exit heard))";

fn opened(disk: &SimDisk) -> Arc<dyn store::Store> {
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), store_options());
    Arc::new(store.expect("it is no damage of the store"))
}

#[test]
fn a_damaged_image_damages_all_who_run_it() {
    let disk = many_half_done(WAITING);
    flip_three(&disk, &[&b"I"[..], &1u32.to_be_bytes()].concat());
    let store = opened(&disk);
    let not_running = engine::inspect::Running::No;
    let listed = engine::inspect::list(&store.snapshot(), 17, not_running).unwrap();
    assert_eq!(listed.len(), 62);
    for summary in &listed {
        assert_eq!(summary.status, Status::Damaged, "{summary:?}");
        let damage = summary.damage.as_deref().unwrap_or_default();
        assert!(damage.contains("image 1"), "{damage}");
    }
    let pid = engine::Pid { run: 17, number: 7 };
    let view = engine::inspect::view(&store.snapshot(), pid, None, not_running).unwrap();
    assert_eq!(view.summary, listed[6]);

    let world = World::with(engine_options(), store);
    assert_eq!(world.engine.resume().unwrap(), Vec::<u64>::new());
    world.run();
    assert_eq!(world.engine.failure(), None);
    assert_eq!(world.stdout(), "");
    let damaged: Vec<u64> = world.engine.damaged().iter().map(|(n, _)| *n).collect();
    assert_eq!(damaged, (1..=62).collect::<Vec<u64>>());
    let standing = world
        .engine
        .wait_for_end(1)
        .unwrap()
        .expect("it is at its end");
    assert_eq!(
        (standing.status, standing.exit_status),
        (Status::Damaged, 1)
    );
    assert!(standing.report.contains("image 1"), "{}", standing.report);
}

#[test]
fn a_damaged_branch_that_hides_processes_is_damage_of_the_store() {
    let disk = many_half_done(WAITING);
    let image = [&b"I"[..], &1u32.to_be_bytes()].concat();
    assert!(
        flip_three_in(&disk, &image, true) > 0,
        "a branch has a key of the image"
    );
    let store = opened(&disk);
    let listed = engine::inspect::list(&store.snapshot(), 17, engine::inspect::Running::No);
    let told = listed
        .expect_err("nobody knows which there are")
        .to_string();
    assert!(told.contains("damaged"), "{told}");
    let told = World::opened(engine_options(), store).err();
    let told = told.expect("it is not gone on with").to_string();
    assert!(told.contains("damaged"), "{told}");
}

#[test]
fn who_waits_for_a_damaged_main_process_holds_nobody_up() {
    let disk = many_half_done(WAITING);
    flip_three(&disk, &[&b"F"[..], &1u64.to_be_bytes()].concat());
    let world = World::with(engine_options(), opened(&disk));
    assert_eq!(world.engine.resume().unwrap().len(), 62);
    world.run();
    assert_eq!(world.engine.failure(), None);
    let standing = world
        .engine
        .wait_for_end(1)
        .unwrap()
        .expect("nothing more comes");
    assert_eq!(standing.status, Status::Damaged);
    let waiting = world.engine.processes().into_iter();
    assert_eq!(
        waiting
            .filter(|(_, status)| *status == Status::Waiting)
            .count(),
        60
    );
}
