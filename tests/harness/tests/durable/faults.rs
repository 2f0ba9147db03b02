//! Every write and sync of a program's store, failing in every way, and again while the program is
//! taken up after that: what was done and said is not done or said again, or the engine stops with a
//! reason and lets nothing out.
//!
//! A sample; `OX_FAULTS=all` tries every operation.

use crate::world::{Served, World, program};
use durable_bench::Program;
use engine::data::Data;
use engine::record::Status;
use engine::{EngineError, Options};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::sim::{Fault, SimDisk, Survival};
use store::{EmbeddedStore, FoldMode, Store};

const PATH: &str = "/run/store.redb";

const FAULTS: [Fault; 5] = [
    Fault::CrashBefore,
    Fault::CrashWithin,
    Fault::CrashAfter,
    Fault::DiskFull,
    Fault::Fails,
];

/// Activities one after the other and at once, letters, timers, a large value, lines.
const TEXT: &str =
    "(def charge (activity \"charge\" {:retry {:max-attempts 3 :delay 10 :jitter 0}}))
    (defn total [sum] (receive [:add n] (total (+ sum n)) [:get from] (send from [:sum sum])))
    (let [w (spawn total 0)]
      (dotimes [n 4]
        (println \"paid\" (charge n))
        (send w [:add n]))
      (let [held (vec (range 3000))]
        (println (all (charge :a) (charge :b) (do (sleep 50) :slept)))
        (println (count held)))
      (send w [:get (self)])
      (println (receive [:sum n] n)))";

/// Lines that a crash may repeat, and requests: no more are under way at once.
const REPEATED_MAX: usize = 2;

fn open(disk: &SimDisk) -> Result<World, String> {
    // Folded often, so that faults hit that too.
    let options = store::Options {
        fold_bytes: 8 << 10,
        fold: FoldMode::Inline { after: 1 },
        ..store::Options::default()
    };
    let store = EmbeddedStore::open_with(Arc::new(disk.clone()), Path::new(PATH), options)
        .map_err(|error| error.to_string())?;
    let options = Options {
        threads: 0,
        ..Options::default()
    };
    let world = World::opened(options, Arc::new(store) as Arc<dyn Store>)
        .map_err(|error| error.to_string())?;
    world.serve(|task| Served::Answer(Data::List(task.args.clone())));
    Ok(world)
}

/// What one life of the program has let out, and how it ended.
struct Life {
    said: String,
    /// Keys of the requests it made.
    requests: Vec<String>,
    end: End,
    /// Writes and syncs of its opening.
    operations_to_open: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The store did not open.
    Refused,
    /// The engine stopped.
    Stopped,
    /// It went on for as long as there was something to do.
    AtRest,
}

impl Life {
    fn refused(why: &str, disk: &SimDisk, context: &str) -> Life {
        assert!(!why.is_empty(), "{context}: a stop without a reason");
        Life {
            said: String::new(),
            requests: Vec::new(),
            end: End::Refused,
            operations_to_open: disk.operations(),
        }
    }
}

/// Takes the program up from a disk on which it has lived before, or starts it, and lets it run as far
/// as it comes.
fn live(disk: &SimDisk, program: &Program, before: &[Life], context: &str) -> Life {
    let world = match open(disk) {
        Ok(world) => world,
        Err(why) => return Life::refused(&why, disk, context),
    };
    let operations_to_open = disk.operations();
    match world.engine.resume() {
        Ok(resumed) if resumed.is_empty() && world.engine.processes().is_empty() => {
            for life in before {
                assert_eq!(
                    (life.said.as_str(), &life.requests),
                    ("", &Vec::new()),
                    "{context}: it was not durable"
                );
            }
            world.start(program);
        }
        Ok(_) => {}
        Err(error) => return Life::refused(&error.to_string(), disk, context),
    }
    assert_eq!(world.engine.damaged(), Vec::new(), "{context}");
    world.run();
    let told = |world: &World| {
        let told = world.transport.told();
        let keys = told.started.iter().map(|task| task.idempotency_key.clone());
        (told.stdout.clone(), keys.collect::<Vec<_>>())
    };
    let (said, requests) = told(&world);
    let failure = world.engine.failure();
    if let Some(error) = &failure {
        assert!(
            matches!(error, EngineError::Commit(what) if !what.is_empty()),
            "{context}: {error}"
        );
        // It has stopped for good: more turns let nothing out.
        for _ in 0..100 {
            world.engine.turn();
        }
        assert_eq!(
            told(&world),
            (said.clone(), requests.clone()),
            "{context}: it has stopped"
        );
    } else {
        let standing = world.standing();
        assert_eq!(
            standing.status,
            Status::Done,
            "{context}: {}",
            standing.report
        );
    }
    let end = failure.map_or(End::AtRest, |_| End::Stopped);
    Life {
        said,
        requests,
        end,
        operations_to_open,
    }
}

/// What the program lets out when nothing fails.
struct Undisturbed {
    said: String,
    requests: usize,
    operations: u64,
}

impl Undisturbed {
    /// Nothing of it is missing in these lives, and nothing is there twice but what each of the crashes
    /// between them may repeat.
    fn check(&self, lives: &[Life], context: &str) {
        let mut said = 0;
        for life in lives.iter().filter(|life| !life.said.is_empty()) {
            let mut places = self.said.match_indices(&life.said).map(|(at, _)| at);
            let at = places.next();
            let at = at.unwrap_or_else(|| panic!("{context}: never said: {:?}", life.said));
            assert_eq!(places.next(), None, "{context}: lines differ");
            assert!(at <= said, "{context}: lost before {:?}", life.said);
            let again = self.said[at..said].lines().count();
            assert!(again <= REPEATED_MAX, "{context}: {again} lines again");
            said = said.max(at + life.said.len());
        }
        assert_eq!(said, self.said.len(), "{context}: the end was not said");
        let mut times = BTreeMap::new();
        for key in lives.iter().flat_map(|life| &life.requests) {
            *times.entry(key).or_insert(0usize) += 1;
        }
        assert_eq!(
            times.len(),
            self.requests,
            "{context}: a request under two keys, or none: {times:?}"
        );
        let again: usize = times.values().map(|times| times - 1).sum();
        assert!(
            again <= REPEATED_MAX * (lives.len() - 1),
            "{context}: {times:?}"
        );
    }
}

/// A fault and what survives it.
#[derive(Clone, Copy)]
struct Trial {
    number: u64,
    fault: Fault,
    survival: Survival,
    seed: u64,
}

impl std::fmt::Display for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Trial {
            number,
            fault,
            survival,
            ..
        } = self;
        write!(f, "{fault:?} at {number}, {survival:?}")
    }
}

impl Trial {
    /// Lives on the disk with this fault; the disk as it is found afterwards.
    fn happen(
        self,
        disk: &SimDisk,
        program: &Program,
        lives: &mut Vec<Life>,
        context: &str,
    ) -> SimDisk {
        disk.plan(self.number, self.fault, self.seed);
        lives.push(live(disk, program, lives, context));
        disk.power_off();
        disk.crash_image(self.survival, self.seed)
    }

    /// Another one in the life after this, of all that may happen there one by the seed: every second
    /// of them while the store is being opened.
    fn second(self, seed: u64, after: &Life, operations: u64) -> Trial {
        let (pick, to_open) = (seed as usize, after.operations_to_open);
        let is_anywhere = to_open == 0 || pick.is_multiple_of(2);
        let range = if is_anywhere { operations } else { to_open };
        Trial {
            number: 1 + seed / 2 % range.max(1),
            fault: FAULTS[pick / 3 % FAULTS.len()],
            survival: Survival::ALL[pick / 5 % Survival::ALL.len()],
            seed: self.seed ^ !seed,
        }
    }
}

#[test]
fn any_failing_write_or_sync_loses_and_repeats_nothing() {
    let program = program(TEXT);
    let disk = SimDisk::new();
    let first = live(&disk, &program, &[], "undisturbed");
    // Nothing of a new store is written before the first commit.
    assert_eq!(first.operations_to_open, 0);
    let whole = Undisturbed {
        said: first.said,
        requests: first.requests.len(),
        operations: disk.operations(),
    };
    assert_eq!((first.end, whole.requests), (End::AtRest, 6));
    let is_all = std::env::var("OX_FAULTS").is_ok_and(|value| value == "all");
    let seconds = if is_all { 4 } else { 1 };
    let (mut seed, mut trials) = (0u64, 0);
    // How often a life with a first and a second fault ended in each way.
    let mut ends = BTreeMap::new();
    for number in 1..=whole.operations {
        for (fault_number, fault) in FAULTS.into_iter().enumerate() {
            for (survival_number, survival) in Survival::ALL.into_iter().enumerate() {
                seed += 1;
                let place = number as usize * 7 + fault_number * 4 + survival_number;
                if !is_all && !place.is_multiple_of(20) {
                    continue;
                }
                trials += 1;
                let trial = Trial {
                    number,
                    fault,
                    survival,
                    seed,
                };
                let mut lives = Vec::new();
                let context = trial.to_string();
                let image = trial.happen(&SimDisk::new(), &program, &mut lives, &context);
                *ends.entry((1, lives[0].end)).or_insert(0) += 1;
                let disk = image.copy();
                lives.push(live(&disk, &program, &lives, &context));
                assert_eq!(lives[1].end, End::AtRest, "{context}: it does not go on");
                whole.check(&lives, &context);

                let after = lives.pop().expect("two were lived");
                for pick in 0..seconds {
                    let seed = seed * seconds + pick;
                    let second = trial.second(seed, &after, disk.operations());
                    let context = format!("{context}, then {second}");
                    let image = second.happen(&image.copy(), &program, &mut lives, &context);
                    *ends.entry((2, lives[1].end)).or_insert(0) += 1;
                    lives.push(live(&image, &program, &lives, &context));
                    assert_eq!(lives[2].end, End::AtRest, "{context}: it does not go on");
                    whole.check(&lives, &context);
                    lives.truncate(1);
                }
            }
        }
    }
    println!(
        "{} operations, {trials} trials of one fault, {seconds} of a second after each: {ends:?}",
        whole.operations
    );
    for kind in [(1, End::Stopped), (2, End::Refused), (2, End::Stopped)] {
        assert!(ends.get(&kind) > Some(&20), "{kind:?}: {ends:?}");
    }
}
