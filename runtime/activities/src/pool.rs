//! A bounded pool of threads.
//!
//! # Invariants
//! - Jobs start in the order in which they were given.
//! - There are never more threads than the bound; one that finds nothing to do for a while ends.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

const IDLE_TIME: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// See the file's header.
#[derive(Clone)]
pub(crate) struct Pool {
    inner: Arc<Inner>,
}

struct Inner {
    name: &'static str,
    threads_max: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("name", &self.inner.name)
            .finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) fn new(name: &'static str, threads_max: usize) -> Pool {
        let state = Mutex::new(State::default());
        Pool {
            inner: Arc::new(Inner {
                name,
                threads_max,
                state,
                work: Condvar::new(),
            }),
        }
    }

    /// Runs a job on a thread of the pool, as soon as one is free.
    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.inner.lock();
        state.jobs.push_back(Box::new(job));
        if state.idle >= state.jobs.len() || state.threads >= self.inner.threads_max {
            drop(state);
            self.inner.work.notify_one();
            return;
        }
        state.threads += 1;
        drop(state);
        let inner = Arc::clone(&self.inner);
        let spawned = std::thread::Builder::new()
            .name(self.inner.name.to_owned())
            .spawn(move || inner.work());
        if spawned.is_err() {
            // The job stays in the queue for another thread; without any other it is done here.
            let mut state = self.inner.lock();
            state.threads -= 1;
            if state.threads == 0
                && let Some(job) = state.jobs.pop_back()
            {
                drop(state);
                job();
            }
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no job runs while the pool's state is held")
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                job();
                state = self.lock();
                continue;
            }
            state.idle += 1;
            let (next, waited) = self
                .work
                .wait_timeout(state, IDLE_TIME)
                .expect("no job runs while the pool's state is held");
            state = next;
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn all_jobs_run_and_never_more_at_once_than_the_bound() {
        let pool = Pool::new("test", 3);
        let now = Arc::new(Mutex::new((0_usize, 0_usize)));
        let (done, wait) = mpsc::channel();
        for number in 0..50 {
            let now = Arc::clone(&now);
            let done = done.clone();
            pool.run(move || {
                {
                    let mut counts = now.lock().expect("no test thread panics here");
                    counts.0 += 1;
                    counts.1 = counts.1.max(counts.0);
                }
                std::thread::yield_now();
                now.lock().expect("no test thread panics here").0 -= 1;
                done.send(number).expect("the test waits");
            });
        }
        let mut numbers: Vec<i32> = (0..50)
            .map(|_| wait.recv().expect("a job reports"))
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>());
        assert!(now.lock().expect("no test thread panics here").1 <= 3);
    }

    #[test]
    fn a_job_that_waits_keeps_no_other_from_running() {
        let pool = Pool::new("test", 2);
        let (open, gate) = mpsc::channel::<()>();
        let (done, wait) = mpsc::channel();
        let blocked = done.clone();
        pool.run(move || {
            let _ = gate.recv();
            let _ = blocked.send("blocked");
        });
        pool.run(move || {
            let _ = done.send("free");
        });
        assert_eq!(wait.recv(), Ok("free"));
        open.send(()).expect("the job waits");
        assert_eq!(wait.recv(), Ok("blocked"));
    }
}
