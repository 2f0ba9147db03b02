//! `oxc test`: finds namespaces of tests, runs each as a program of its own, and reports.
//!
//! # Invariants
//! - A namespace that does not compile, or whose process ends before its tests do, is one error and
//!   keeps no other from running.
//! - What is reported depends on the order of the namespaces' names, not on which ends first.

mod coverage;
mod find;
mod junit;
mod process;
mod report;

use crate::args::{Format, Test};
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::folder::Folder;
use crate::manner::Manner;
use crate::output::Output;
use coverage::Coverage;
use process::{Ran, Setting};
use report::{Counts, Reporter};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

/// Runs the tests that are asked for.
pub(crate) fn run(output: Output, args: &Test) -> Outcome {
    let mut manner = Manner::default();
    manner.limit(&args.limit)?;
    let setting = Setting {
        limits: manner.limits,
        real_time: args.real_time,
        watched: args.coverage || args.lcov.is_some(),
    };
    let jobs = find::jobs(output, args)?;
    let at_once = match args.jobs {
        Some(jobs) => jobs.get(),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let mut reporter = Reporter::new(output, args.format);
    let mut ran = run_all(output, &jobs, at_once, &setting, args, &mut reporter)?;
    let mut total = Counts::default();
    for one in &ran {
        total.add(&one.counts());
    }
    if let Some(path) = &args.junit {
        std::fs::write(path, junit::document(&ran))
            .map_err(io(format_args!("write {}", path.display())))?;
    }
    if setting.watched {
        let mut coverage = Coverage::default();
        for one in ran.iter_mut() {
            coverage.merge(std::mem::take(&mut one.coverage));
        }
        coverage.add_all(&jobs);
        match args.format {
            Format::Text if args.coverage => coverage.show(output)?,
            Format::Json if args.coverage => coverage.print_json()?,
            _ => {}
        }
        if let Some(path) = &args.lcov {
            coverage.write_lcov(path)?;
        }
    }
    let found_none = ran.is_empty() && !args.filter.is_empty();
    if !found_none || args.format == Format::Json {
        reporter.summary(ran.len(), &total)?;
    }
    if found_none {
        return Err(Failure::new(format!(
            "no test has `{}` in its name",
            args.filter
        )));
    }
    Ok(if total.fail + total.error > 0 {
        FAILED
    } else {
        0
    })
}

/// Runs namespaces, so many at the same time, and reports each in its turn; what came of those that
/// have tests.
fn run_all(
    output: Output,
    jobs: &[find::Job],
    at_once: usize,
    setting: &Setting,
    args: &Test,
    reporter: &mut Reporter,
) -> Result<Vec<Ran>, Failure> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(jobs.len()) {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    let folder = Folder::around(job.root()).ok();
                    let ran = process::run(output, job, folder.as_ref(), setting, &args.filter);
                    // If nobody reads the report, what has not begun need not.
                    if sender.send((index, ran)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut all = Vec::new();
        let mut turn = 0;
        for (index, ran) in receiver {
            waiting.insert(index, ran);
            while let Some(ran) = waiting.remove(&turn) {
                turn += 1;
                if let Some(ran) = ran? {
                    reporter.namespace(&ran)?;
                    all.push(ran);
                }
            }
        }
        Ok(all)
    })
}
