//! The modes in which a program is run, and what it reports.

use crate::language::host::{Host, Request};
use engine::archive::Archive;
use harness::specification::Config;
use std::sync::Arc;
use vm::Word;
use vm::checkpoint::State;
use vm::fiber::FiberId;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::oracle;
use vm::process::Process;
use vm::value::{print, string};

/// How a program is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As always.
    Plain,
    /// Stopping at every safepoint.
    Slices,
    /// Collecting before every instruction that may allocate or call, with the space that objects
    /// left made unreadable, and verifying the memory.
    Collect,
    /// At every safepoint: a checkpoint, read back from a store that holds nothing else, compared
    /// word for word with the living process and, up to where objects lie, with a copy of all its
    /// memory taken before; the process is then dropped and made again from what was read.
    Reload,
    /// As [`Mode::Collect`], with a checkpoint at every few safepoints, compared as those of
    /// [`Mode::Reload`], after which the process goes on as it lives: what is stored and what is new
    /// are collected beside each other.
    Levels,
}

/// Fuel of a slice where nothing is done at its end.
const LONG_SLICE: i64 = 1 << 20;
/// Safepoints a section at which [`Mode::Slices`] stops.
const SLICES: u32 = 100_000;
/// Safepoints a section at which [`Mode::Reload`] acts, and fuel for which the collecting modes do.
const STEPS: u32 = 1_000;
/// Words of memory and stack that the costly modes go through, a section, before they hurry.
const WORK_WORDS: u64 = 10_000_000;
/// Memory quota, in megabytes.
const QUOTA_MB: u32 = 512;

impl Mode {
    /// All of them.
    pub(crate) const ALL: [Mode; 5] = [
        Mode::Plain,
        Mode::Slices,
        Mode::Collect,
        Mode::Reload,
        Mode::Levels,
    ];
}

/// What came of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Number of the expression's mark.
    pub(crate) number: usize,
    /// The value's text, or the error's kind and message.
    pub(crate) result: Result<String, (String, String)>,
    /// What was written since the report before.
    pub(crate) output: String,
}

/// Sizes of slices, and what is done in and after them.
struct Pace {
    mode: Mode,
    steps: u32,
    work: u64,
    fuel: i64,
    /// Tells at which safepoints [`Mode::Levels`] stores.
    number: u64,
}

impl Pace {
    fn new(mode: Mode, config: Config) -> Pace {
        let steps = match mode {
            Mode::Plain => 0,
            Mode::Slices => config.steps.unwrap_or(SLICES),
            Mode::Collect | Mode::Reload | Mode::Levels => config.steps.unwrap_or(STEPS),
        };
        let fuel = if mode == Mode::Plain { LONG_SLICE } else { 1 };
        Pace {
            mode,
            steps,
            work: WORK_WORDS,
            fuel,
            number: 1,
        }
    }

    /// Counts a slice that left so many words to go through.
    fn count(&mut self, words: u64) {
        let hurries = self.steps == 0 || self.work == 0;
        if hurries {
            self.fuel = match self.mode {
                Mode::Reload => (self.fuel * 2).min(LONG_SLICE),
                Mode::Plain | Mode::Slices | Mode::Collect | Mode::Levels => LONG_SLICE,
            };
        }
        self.steps = self.steps.saturating_sub(1);
        self.work = self.work.saturating_sub(words);
    }

    /// Whether the mode has not begun to hurry.
    fn acts(&self) -> bool {
        self.steps > 0 && self.work > 0
    }

    /// Whether a checkpoint follows the slice.
    fn stores(&mut self) -> bool {
        match self.mode {
            Mode::Plain | Mode::Slices | Mode::Collect => false,
            Mode::Reload => true,
            Mode::Levels => {
                self.number = self.number.wrapping_mul(0x5851_f42d_4c95_7f2d) + 1;
                self.acts() && self.number >> 62 == 0
            }
        }
    }

    fn zeal(&self) -> Zeal {
        Zeal {
            collect: matches!(self.mode, Mode::Collect | Mode::Levels) && self.acts(),
        }
    }
}

/// Runs a program's entry body in a mode; the reports of its expressions.
///
/// # Errors
/// When it ends otherwise than by returning, asks for what nobody answers, or a checkpoint is not
/// the living process.
pub(crate) fn run(
    image: &Arc<LoadedImage>,
    entry: Option<u32>,
    mode: Mode,
    config: Config,
) -> Result<Vec<Report>, String> {
    let Some(entry) = entry else {
        return Ok(Vec::new());
    };
    let heap = Heap::new(Arc::clone(image.boot()));
    let mut process =
        Process::start(Arc::clone(image), entry, &[], heap).map_err(|error| error.to_string())?;
    let quota_words = config.quota_mb.unwrap_or(QUOTA_MB) << 17;
    let mut host = Host::default();
    let mut reports = Vec::new();
    let mut pace = Pace::new(mode, config);
    let mut archive = Archive::default();
    let mut segments = 0;
    loop {
        process.heap.quota_words = quota_words;
        // What is protected stays in use: where words are counted, nothing is.
        let counts = config.words.is_some() && mode != Mode::Collect;
        let protects = pace.zeal().collect || mode == Mode::Reload;
        process.heap.protects_from_space = protects && !counts;
        // Small texts go the ways of long ones, as long as the mode acts.
        process.heap.short_steps = mode != Mode::Plain && pace.acts();
        let mut fuel = pace.fuel;
        let outcome = process.run(&mut fuel, pace.zeal());
        let used = process.heap.used_words();
        if let Some(limit) = config.words.filter(|&limit| used > limit) {
            return Err(format!("{used} words are in use, more than {limit}"));
        }
        let longest = process.heap.longest_charge;
        if config.fuel.is_some_and(|limit| longest > limit) {
            return Err(format!("one call has cost {longest} units of fuel"));
        }
        pace.count(u64::from(used) + process.stack_words());
        if pace.stores() {
            let stored = store(&mut process, &mut archive, &mut segments)?;
            if mode == Mode::Reload {
                process = Process::restore(Arc::clone(&process.image), stored)
                    .map_err(|error| format!("what was stored is no process: {error:?}"))?;
            }
        }
        match outcome {
            Outcome::OutOfFuel => {}
            Outcome::Effect(fiber) => match host.answer(&mut process, fiber) {
                Request::Answered => {}
                Request::Report(report) => {
                    let output = std::mem::take(&mut host.output);
                    reports.push(read_report(&process, &report, output)?);
                    process.answer_at_once(fiber, Word::NIL);
                }
                Request::Unknown(operation) => return Err(format!("nothing answers {operation}")),
            },
            Outcome::Done(0) => return Ok(reports),
            Outcome::Failed(fiber) => return Err(uncaught(&mut process, fiber)),
            other => return Err(format!("it stopped with {other:?}")),
        }
    }
}

/// Checkpoints into the store and compares what is read back from it with the process as it is and as
/// it was before.
fn store(
    process: &mut Process,
    archive: &mut Archive,
    segments: &mut u64,
) -> Result<State, String> {
    let before = process.full_state();
    let delta = process.checkpoint(|| {
        *segments += 1;
        *segments
    });
    let fibers: Vec<FiberId> = process.fibers.iter().map(|fiber| fiber.id).collect();
    archive
        .add(&delta, &fibers)
        .map_err(|error| format!("the checkpoint cannot be stored: {error}"))?;
    process
        .verify()
        .map_err(|error| format!("the heap verifier found after a checkpoint: {error}"))?;
    let stored = archive
        .read()
        .map_err(|error| format!("what was stored cannot be read: {error}"))?;
    oracle::check(&before, &process.full_state(), &stored)?;
    Ok(stored)
}

fn read_report(process: &Process, report: &[Word], output: String) -> Result<Report, String> {
    let heap = &process.heap;
    let text = |word: Word| {
        string::try_text(heap, word)
            .map(str::to_owned)
            .ok_or("a report has texts")
    };
    let result = match *report {
        [number, value] => (number, Ok(text(value)?)),
        [number, kind, message] => (number, Err((text(kind)?, text(message)?))),
        _ => return Err("a report has two or three parts".to_owned()),
    };
    let number = usize::try_from(result.0.small_value()).expect("marks are counted from 0");
    Ok(Report {
        number,
        result: result.1,
        output,
    })
}

/// What is said of an error that nobody caught.
fn uncaught(process: &mut Process, fiber: FiberId) -> String {
    let index = process
        .fiber_index(fiber)
        .expect("a fiber that failed exists");
    let error = process.fibers[index].request;
    let mut text = String::from("it failed with ");
    let image = Arc::clone(&process.image);
    let options = print::Options::READABLE;
    if print::print(
        &mut process.heap,
        &image,
        &mut text,
        error,
        options,
        "print*slow",
    )
    .is_err()
    {
        text.push_str("a large error");
    }
    for (proto, at) in vm::interp::trace_of(&process.heap, error) {
        let slot = &image.image().slots[image.proto(proto).slot as usize];
        text.push_str(&format!(
            "\n    in {}/{} at {at}",
            slot.namespace, slot.name
        ));
    }
    text
}
