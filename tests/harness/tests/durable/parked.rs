//! Processes that are parked: what has them go on, once, and what was asked of them meanwhile.

use crate::world::{Served, World, exit, options, program};
use engine::RetryError;
use engine::record::Status;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use store::{Batch, CommitError, CommitSeq, MemoryStore, Snapshot, Stats, Store};

fn status(world: &World, process: u64) -> Status {
    world.engine.standing(process).unwrap().status
}

fn attempts(world: &World, name: &str) -> usize {
    let told = world.transport.told();
    let tasks = told.started.iter().filter(|task| task.name == name);
    tasks.count()
}

/// A store that holds up who reads it, when it is told to.
#[derive(Debug)]
struct Slow {
    inner: MemoryStore,
    holds: AtomicBool,
    /// Passed by the reader when it has come, and when it goes on.
    gate: Barrier,
}

impl Store for Slow {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        self.inner.commit(batches)
    }

    fn snapshot(&self) -> Snapshot {
        if self.holds.swap(false, Ordering::SeqCst) {
            self.gate.wait();
            self.gate.wait();
        }
        self.inner.snapshot()
    }

    fn stats(&self) -> Stats {
        self.inner.stats()
    }
}

#[test]
fn of_two_retries_at_once_one_has_the_process_go_on() {
    let store = Arc::new(Slow {
        inner: MemoryStore::new(),
        holds: AtomicBool::new(false),
        gate: Barrier::new(2),
    });
    let world = World::with(options(), Arc::clone(&store) as Arc<dyn Store>);
    world.serve(|_| exit(1, "no"));
    world.start(&program(
        "(let [f (activity \"a\" {:on-exhausted :park})] (println (f)))",
    ));
    world.run();
    assert_eq!(status(&world, 1), Status::Parked);
    world.serve(|_| Served::Silence);
    store.holds.store(true, Ordering::SeqCst);
    let second = std::thread::scope(|threads| {
        let slow = threads.spawn(|| world.engine.retry(1, None));
        // It has found the process parked, and reads it.
        store.gate.wait();
        world.engine.retry(1, None).unwrap();
        world.settle();
        assert_eq!(attempts(&world, "a"), 2);
        store.gate.wait();
        slow.join().unwrap()
    });
    assert_eq!(second, Err(RetryError::NotFailed(Status::Waiting)));
    world.settle();
    assert_eq!(attempts(&world, "a"), 2);
    let told = world.transport.told();
    assert_ne!(told.started[0].id, told.started[1].id);
}
