//! Running code in the machine in several ways that must give the same.
//!
//! No engine is there: a little host takes what is written and gives every other request an answer
//! that depends only on how many there were.
//!
//! # Invariants
//! - Fuel, memory and the work of the costly modes are bounded: any code is done within seconds.
//! - A run that did not end is compared with nothing.

use std::sync::Arc;
use vm::Word;
use vm::checkpoint::State;
use vm::fiber::FiberId;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::object::Kind;
use vm::process::Process;
use vm::value::{print, string, vector};

/// How code is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As always.
    Plain,
    /// Stopping at every safepoint.
    Slices,
    /// Collecting before every instruction that may allocate or call, and verifying the memory.
    Collect,
    /// At every safepoint: a checkpoint, compared with the living process, which is then dropped
    /// and made again from what was stored.
    Reload,
    /// Collecting as [`Mode::Collect`], with such a checkpoint at every few safepoints, after which
    /// the process goes on as it lives. What objects leave is made unreadable.
    Levels,
}

/// Fuel of a plain run.
const FUEL: i64 = 30_000;
/// Fuel of a slice where nothing is done at its end.
const LONG_SLICE: i64 = 4_096;
/// Safepoints at which [`Mode::Slices`] stops.
const SLICES: u32 = 1_000;
/// Fuel for which the collecting modes collect, safepoints at which [`Mode::Reload`] acts.
const STEPS: u32 = 100;
/// Every so many safepoints [`Mode::Levels`] stores.
const LEVELS_STEPS: u32 = 3;
/// Words of memory and stack that the costly modes go through before they hurry.
const WORK_WORDS: u64 = 200_000;
/// Words after which [`Mode::Reload`] reloads no more: a deep stack makes each of its turns dear.
const RELOADED_WORDS: u64 = 2_000_000;
/// Memory quota of a process, words.
const QUOTA_WORDS: u32 = 4 << 20;
/// Bytes of output after which a program is stopped.
const OUTPUT_MAX: usize = 1 << 20;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With this value, as `pr` prints it.
    Value(String),
    /// With this error, its kind and message.
    Error(String),
    /// It was stopped: no fuel, too much output, or nothing left to run.
    Stopped,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// What it wrote.
    pub output: String,
    /// How it ended.
    pub end: End,
}

/// Runs the process that `start` makes plainly and in another mode that `choice` names, or in all of
/// them, and compares them; what came of it.
///
/// # Panics
/// When two modes differ, a checkpoint is not the living process, or the memory is not sound.
pub fn compare(start: &dyn Fn() -> Process, choice: u8) -> Ran {
    const OTHERS: [Mode; 4] = [Mode::Slices, Mode::Collect, Mode::Reload, Mode::Levels];
    let plain = run(start(), Mode::Plain);
    let chosen = usize::from(choice % 8);
    for mode in OTHERS.get(chosen..=chosen).unwrap_or(&OTHERS[1..]) {
        let other = run(start(), *mode);
        if plain.end != End::Stopped && other.end != End::Stopped {
            assert_eq!(plain, other, "{mode:?} differs from a plain run");
        }
    }
    plain
}

/// Runs a process in a mode.
///
/// # Panics
/// When a checkpoint is not the living process, or the memory is not sound.
pub fn run(mut process: Process, mode: Mode) -> Ran {
    let mut host = Host::default();
    let mut stored = State::default();
    let mut segments = 0;
    let mut left = if mode == Mode::Plain { FUEL } else { 2 * FUEL };
    let mut steps = match mode {
        Mode::Plain => 0,
        Mode::Slices => SLICES,
        Mode::Collect | Mode::Reload | Mode::Levels => STEPS,
    };
    let mut work = WORK_WORDS;
    let mut reloaded = RELOADED_WORDS;
    let mut slice = if steps > 0 { 1 } else { LONG_SLICE };
    loop {
        process.heap.quota_words = QUOTA_WORDS;
        if steps == 0 || work == 0 {
            // Once it hurries the slices grow, so that the end is reached in time.
            slice = (slice * 2).min(LONG_SLICE);
        }
        let mut fuel = slice;
        let acts = steps > 0 && work > 0;
        let zeal = Zeal {
            collect: matches!(mode, Mode::Collect | Mode::Levels) && acts,
        };
        process.heap.protects_from_space = mode == Mode::Levels && acts;
        let outcome = process.run(&mut fuel, zeal);
        left -= (slice - fuel).max(1);
        steps = steps.saturating_sub(1);
        let words = u64::from(process.heap.used_words()) + process.stack_words();
        work = work.saturating_sub(words);
        // What has failed is not stored: its last checkpoint is.
        let is_stored = match mode {
            Mode::Plain | Mode::Slices | Mode::Collect => false,
            Mode::Reload => reloaded > 0,
            Mode::Levels => acts && steps % LEVELS_STEPS == 0,
        };
        if is_stored && !matches!(outcome, Outcome::Failed(_)) {
            store(&mut process, &mut stored, &mut segments);
            if mode == Mode::Reload {
                reloaded = reloaded.saturating_sub(words);
                let image = Arc::clone(&process.image);
                process =
                    Process::restore(image, stored.clone()).expect("what was stored is a process");
            }
        }
        let end = match outcome {
            Outcome::OutOfFuel if left > 0 => continue,
            Outcome::Effect(fiber) if left > 0 && host.output.len() < OUTPUT_MAX => {
                host.answer(&mut process, fiber);
                continue;
            }
            Outcome::Done(0) => End::Value(printed(&mut process, 0)),
            Outcome::Failed(fiber) => End::Error(printed(&mut process, fiber)),
            _ => End::Stopped,
        };
        process.verify().expect("the memory is sound at the end");
        return Ran {
            output: host.output,
            end,
        };
    }
}

/// Checkpoints, and compares the sum of all checkpoints with the process.
fn store(process: &mut Process, stored: &mut State, segments: &mut u64) {
    let before = process.full_state();
    let delta = process.checkpoint(|| {
        *segments += 1;
        *segments
    });
    stored.apply(&delta);
    process
        .verify()
        .expect("the memory is sound after a checkpoint");
    let living = process.full_state();
    if let Err(difference) = vm::oracle::check(&before, &living, stored) {
        panic!("{difference}");
    }
}

/// What a fiber ended with, as text.
fn printed(process: &mut Process, fiber: FiberId) -> String {
    let index = process
        .fiber_index(fiber)
        .expect("a fiber that ended exists");
    let word = process.fibers[index].request;
    let image: Arc<LoadedImage> = Arc::clone(&process.image);
    let mut text = String::new();
    let options = print::Options::READABLE;
    match print::print(&mut process.heap, &image, &mut text, word, options, "slow") {
        Ok(()) => text,
        // An unfinished sequence, or something large.
        Err(_) => format!("{:?}", process.heap.kind_of(word)),
    }
}

/// Answers requests.
#[derive(Debug, Default)]
struct Host {
    output: String,
    asked: u64,
}

impl Host {
    fn answer(&mut self, process: &mut Process, fiber: FiberId) {
        let index = process
            .fiber_index(fiber)
            .expect("a fiber that asks exists");
        let request = process.fibers[index].request;
        let heap = &mut process.heap;
        let parts = match heap.kind_of(request) {
            Some(Kind::Vector | Kind::SmallVector) => vector::elements(heap, request),
            _ => Vec::new(),
        };
        let name = parts
            .first()
            .and_then(|&word| string::try_keyword(heap, word))
            .map(|(_, name)| name.to_owned());
        self.asked += 1;
        let answer = match name.as_deref() {
            Some("write") => {
                let text = parts.last().and_then(|&word| string::try_text(heap, word));
                self.output.push_str(text.unwrap_or("?"));
                Word::NIL
            }
            Some("monotonic" | "now") => Word::small(self.asked as i64 * 1_000),
            Some("rand") => Word::double((self.asked * 7_919 % 1_000) as f64 / 1_000.0),
            // Now and then somebody says no.
            Some(_) if self.asked % 5 == 4 => {
                let error = vm::native::make_error(heap, "refused", "not here");
                process.throw_at_once(fiber, error);
                return;
            }
            _ => Word::NIL,
        };
        process.answer_at_once(fiber, answer);
    }
}

/// A process of an image that will call a definition.
#[must_use]
pub fn start(image: &Arc<LoadedImage>, slot: u32, args: &[Word]) -> Option<Process> {
    let heap = Heap::new(Arc::clone(image.boot()));
    Process::start(Arc::clone(image), slot, args, heap).ok()
}

/// A process of an image that will run a prototype which takes nothing.
#[must_use]
pub fn start_body(image: &Arc<LoadedImage>, proto: u32) -> Process {
    let heap = Heap::new(Arc::clone(image.boot()));
    let mut process = Process::empty(Arc::clone(image), heap);
    process.add_call(proto, &[]);
    process
}
