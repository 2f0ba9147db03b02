//! What can be told about processes without running them: `oxc ps`, `inspect`, `logs`.
//!
//! Everything is read from a snapshot of the store. With an engine at work it is at most the loss
//! bound behind; without one, processes that have not ended are suspended.

use crate::persist::{self, LoadError};
use crate::pid::Pid;
use crate::record::{ActorRecord, FIRST_IMAGE, FiberNote, Notes, Status, Unheard, Wait};
use crate::report::{Place, is_repeated, place_of};
use crate::transport::Transport;
use bytecode::Live;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Snapshot;
use vm::Word;
use vm::fiber::FiberId;
use vm::image::{LoadedImage, Standing};
use vm::process::{Process, Root};
use vm::stack::{FrameRef, StackPart};
use vm::value::string::try_text;
use vm::value::vector;

/// What a process waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingFor {
    /// The fiber that waits.
    pub fiber: FiberId,
    /// `timer message activity fiber stdin process output`
    pub kind: &'static str,
    /// When the wait ends by itself, milliseconds since 1970.
    pub until: Option<u64>,
    /// When the wait is cut short: the earliest of the time limits around it (`with-timeout`) and the
    /// time for all attempts; milliseconds since 1970.
    pub deadline: Option<u64>,
    /// The process whose end is waited for.
    pub process: Option<Pid>,
    /// Name of the activity.
    pub activity: Option<String>,
    /// The activity with its arguments, cut where they are long: `ox.sh/run ["make"]`. Known where
    /// the process's memory is looked at.
    pub call: Option<String>,
    /// Its queue, if workers serve it.
    pub queue: Option<String>,
    /// Workers connected to the queue; `None` of built-in activities, or when nobody knows.
    pub workers: Option<usize>,
    /// The attempt under way, or the last one.
    pub attempt: Option<u32>,
    /// Greatest number of attempts.
    pub max_attempts: Option<u32>,
    /// The last attempt's error.
    pub last_error: Option<String>,
    /// When the next attempt starts, milliseconds since 1970.
    pub next_attempt: Option<u64>,
    /// Since when it waits, milliseconds since 1970.
    pub since: u64,
    /// Other fibers of the process that wait for something outside, or for a time; known of what a
    /// process as a whole waits for.
    pub others: u64,
}

/// A process in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub pid: Pid,
    /// Registered name.
    pub name: Option<String>,
    /// What it is doing.
    pub status: Status,
    /// What it was started with.
    pub function: String,
    /// When it was started, milliseconds since 1970.
    pub started_ms: u64,
    /// When it ended, milliseconds since 1970, if it has and it is known.
    pub ended_ms: Option<u64>,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Checkpoints so far.
    pub checkpoints: u64,
    /// Steps so far.
    pub steps: u64,
    /// What people were told about its end, or why it is parked.
    pub report: String,
    /// Why its records cannot be read.
    pub damage: Option<String>,
}

/// A frame of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it stands.
    pub place: Place,
    /// Prototype number in the image.
    pub proto: u32,
    /// The instruction under way.
    pub pc: u32,
    /// Named locals that it still needs, with their values as printed, cut where they are long.
    pub locals: Vec<(String, String)>,
}

/// A fiber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiberView {
    /// Its number; 0 is the main fiber.
    pub id: FiberId,
    /// What it waits for, `None` if it can run.
    pub waiting_for: Option<WaitingFor>,
    /// Whether a cancellation waits for it.
    pub cancelled: bool,
    /// Frames, innermost first.
    pub frames: Vec<Frame>,
}

/// A process in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// In short.
    pub summary: Summary,
    /// Who has started it.
    pub parent: Option<Pid>,
    /// Linked processes.
    pub links: Vec<Pid>,
    /// Processes it monitors.
    pub monitors: Vec<Pid>,
    /// Processes that monitor it.
    pub watchers: Vec<Pid>,
    /// Whether exit signals become messages.
    pub traps_exits: bool,
    /// Messages in its mailbox, and letters that it has not taken in.
    pub messages: usize,
    /// Words of its memory.
    pub memory_words: u64,
    /// Its fibers.
    pub fibers: Vec<FiberView>,
    /// Fibers that have failed and whose error nobody has seen; of a process that has ended or is
    /// parked, by then.
    pub unheard: Vec<Unheard>,
}

/// Whether an engine runs the processes, and who serves its queues.
#[derive(Clone, Copy, Debug)]
pub enum Running<'a> {
    /// None does.
    No,
    /// One does.
    Yes(&'a dyn Transport),
}

/// All processes of a store, in the order of their numbers.
///
/// # Errors
/// When the store cannot be read; damaged processes are listed as such.
pub fn list(
    snapshot: &Snapshot,
    run: u64,
    running: Running<'_>,
) -> Result<Vec<Summary>, LoadError> {
    let mut all = Vec::new();
    let mut images = BTreeMap::new();
    for number in persist::process_numbers(snapshot)? {
        let pid = Pid { run, number };
        all.push(match summarize(snapshot, pid, running) {
            Ok((summary, record, _)) => {
                // An engine at work has read it.
                let needs_image = matches!(running, Running::No) && !record.fibers.is_empty();
                let damage = images.entry(record.image);
                let damage = needs_image
                    .then(|| damage.or_insert_with(|| image_damage(snapshot, record.image)));
                match damage.and_then(|damage| damage.clone()) {
                    Some(damage) => summary.damaged(&damage),
                    None => summary,
                }
            }
            Err(error @ LoadError::TooNew { .. }) => return Err(error),
            Err(error) => damaged(pid, &error),
        });
    }
    Ok(all)
}

/// What is wrong with the records of an image, and of all that it extends.
fn image_damage(snapshot: &Snapshot, newest: u32) -> Option<String> {
    (FIRST_IMAGE..=newest).find_map(|image| {
        let mut pieces = 0;
        for entry in snapshot.range(crate::key::image_pieces(image)) {
            if let Err(error) = entry {
                return Some(format!("image {image}: {error}"));
            }
            pieces += 1;
        }
        (pieces == 0).then(|| format!("image {image} is missing"))
    })
}

impl Summary {
    /// The same of a process whose image cannot be read.
    fn damaged(self, error: &str) -> Summary {
        let damage = LoadError::Image {
            process: self.pid.number,
            error: error.to_owned(),
        };
        Summary {
            status: Status::Damaged,
            waiting_for: None,
            damage: Some(damage.to_string()),
            ..self
        }
    }
}

fn damaged(pid: Pid, error: &LoadError) -> Summary {
    Summary {
        pid,
        name: None,
        status: Status::Damaged,
        function: String::new(),
        started_ms: 0,
        ended_ms: None,
        waiting_for: None,
        checkpoints: 0,
        steps: 0,
        report: String::new(),
        damage: Some(error.to_string()),
    }
}

fn summarize(
    snapshot: &Snapshot,
    pid: Pid,
    running: Running<'_>,
) -> Result<(Summary, ActorRecord, Notes), LoadError> {
    let record = persist::read_record(snapshot, pid.number)?;
    let notes = persist::read_notes(snapshot, pid.number, &record)?;
    let unfinished = matches!(
        record.status,
        Status::Ready | Status::Running | Status::Waiting
    );
    let waits = unfinished || record.status == Status::Parked;
    let status = if unfinished && matches!(running, Running::No) {
        Status::Suspended
    } else {
        record.status
    };
    let waiting_for = if waits && record.vm.run_queue.is_empty() {
        main_wait(pid, &record, &notes, running)
    } else {
        None
    };
    let summary = Summary {
        pid,
        name: persist::read_name(snapshot, pid.number, &record)?,
        status,
        function: record.function.clone(),
        started_ms: record.started_ms,
        ended_ms: record
            .ending
            .as_ref()
            .filter(|_| record.status.has_ended())
            .and_then(|ending| ending.at_ms),
        waiting_for,
        checkpoints: record.checkpoints,
        steps: record.steps,
        report: record
            .ending
            .as_ref()
            .map(|ending| ending.report.clone())
            .unwrap_or_default(),
        damage: None,
    };
    Ok((summary, record, notes))
}

/// What the process as a whole waits for: what its main fiber does; if that waits for other fibers,
/// what one of these waits for outside.
fn main_wait(
    pid: Pid,
    record: &ActorRecord,
    notes: &Notes,
    running: Running<'_>,
) -> Option<WaitingFor> {
    let is_inside = |note: &FiberNote| {
        matches!(
            note.wait,
            Wait::Fiber | Wait::Cell | Wait::Scope(_) | Wait::Turn | Wait::Nothing
        )
    };
    let main = notes.get(0).map(|note| (0, note));
    let chosen = match main {
        Some((_, note)) if !is_inside(note) => main,
        _ => {
            let rank = |chosen: &(FiberId, &FiberNote)| match chosen.1.wait {
                Wait::Activity => 0,
                Wait::Stdin => 1,
                Wait::Message(_) => 2,
                Wait::Exit(_) => 3,
                _ => 4,
            };
            notes
                .iter()
                .filter(|(_, note)| !is_inside(note))
                .min_by_key(rank)
                .or(main)
        }
    };
    let (chosen, note) = chosen?;
    let mut waiting = wait_of(pid, record, chosen, note, running)?;
    // What cuts the main fiber's wait for another one short.
    let of_main = main.and_then(|(_, note)| deadline_of(note));
    waiting.deadline = [waiting.deadline, of_main].into_iter().flatten().min();
    let others = notes
        .iter()
        .filter(|&(fiber, note)| fiber != chosen && !is_inside(note));
    waiting.others = others.count() as u64;
    Some(waiting)
}

/// When what a fiber waits for is given up.
fn deadline_of(note: &FiberNote) -> Option<u64> {
    let gives_up = note.activity.as_ref().and_then(|activity| {
        let ends_by_itself = activity.stops_body();
        activity.give_up_at.filter(|_| !ends_by_itself)
    });
    let around = note.deadlines.iter().filter(|deadline| deadline.is_armed());
    let around = around
        .map(|deadline| deadline.at)
        .filter(|_| note.wait.is_interruptible());
    around.chain(gives_up).min()
}

fn wait_of(
    pid: Pid,
    record: &ActorRecord,
    fiber: FiberId,
    note: &FiberNote,
    running: Running<'_>,
) -> Option<WaitingFor> {
    let kind = match note.wait {
        Wait::Nothing | Wait::Turn => return None,
        Wait::Timer => "timer",
        Wait::Message(_) => "message",
        Wait::Activity => "activity",
        Wait::Stdin => "stdin",
        Wait::Fiber | Wait::Cell | Wait::Scope(_) => "fiber",
        Wait::Flush(_) => "output",
        Wait::Exit(_) => "process",
    };
    let mut view = WaitingFor {
        fiber,
        kind,
        until: note.until,
        deadline: deadline_of(note),
        since: note.since_ms,
        ..WaitingFor::default()
    };
    if let Wait::Exit(reference) = note.wait {
        let mut monitors = record.monitors.iter();
        let found = monitors.find(|monitor| monitor.reference == reference);
        view.process = found.map(|monitor| Pid {
            run: pid.run,
            number: monitor.process,
        });
    }
    if let Some(activity) = &note.activity {
        view.activity = Some(activity.name.clone());
        let give_up_at = activity.give_up_at.filter(|_| !activity.stops_body());
        view.until = [give_up_at, activity.start_by, activity.close_by]
            .into_iter()
            .flatten()
            .min();
        if let Running::Yes(transport) = running {
            view.workers = transport.workers(&activity.name, &activity.queue);
        }
        let is_built_in = activity.name.starts_with("ox.");
        view.queue = (!is_built_in && activity.body.is_none()).then(|| activity.queue.clone());
        view.attempt = Some(activity.attempt);
        view.max_attempts = activity.max_attempts;
        view.last_error = (!activity.last_error.is_empty()).then(|| activity.last_error.clone());
        view.next_attempt = activity.next_attempt;
    }
    Some(view)
}

/// A process in full.
///
/// # Errors
/// When it is not there or damaged.
pub fn view(
    snapshot: &Snapshot,
    pid: Pid,
    image: Option<&Arc<LoadedImage>>,
    running: Running<'_>,
) -> Result<View, LoadError> {
    let (mut summary, record, notes) = summarize(snapshot, pid, running)?;
    if image.is_none()
        && !record.fibers.is_empty()
        && let Some(damage) = image_damage(snapshot, record.image)
    {
        summary = summary.damaged(&damage);
    }
    let of = |number: u64| Pid {
        run: pid.run,
        number,
    };
    let (letters, _) = persist::read_letters(snapshot, crate::key::messages(pid.number))?;
    let is_message = |letter: &&persist::StoredLetter| {
        matches!(
            crate::letter::Letter::decode(&letter.bytes),
            Ok(crate::letter::Letter::Message(_))
        )
    };
    let mut view = View {
        parent: record.parent.map(of),
        links: record.links.iter().copied().map(of).collect(),
        monitors: record
            .monitors
            .iter()
            .map(|monitor| of(monitor.process))
            .collect(),
        watchers: record
            .watchers
            .iter()
            .map(|monitor| of(monitor.process))
            .collect(),
        traps_exits: record.traps_exits,
        messages: letters.iter().filter(is_message).count(),
        memory_words: record
            .levels
            .iter()
            .map(|level| u64::from(level.words))
            .sum(),
        fibers: Vec::new(),
        unheard: match &record.ending {
            Some(ending) => ending.unheard.clone(),
            None => record.unheard.clone(),
        },
        summary,
    };
    if let Some(image) = image.filter(|_| !record.fibers.is_empty()) {
        let (state, _) = persist::read_state(snapshot, pid.number, &record)?;
        let mut process =
            Process::restore(Arc::clone(image), state).map_err(|error| LoadError::Restore {
                process: pid.number,
                error,
            })?;
        view.messages += mailbox_length(&process);
        for index in 0..process.fibers.len() {
            if process.fibers[index].parts.is_empty() {
                // A main fiber that has ended, while the others tidy up.
                continue;
            }
            let frames = frames_of(&mut process, index, image);
            let note = notes.get(process.fibers[index].id);
            let id = process.fibers[index].id;
            let mut waiting_for = note.and_then(|note| wait_of(pid, &record, id, note, running));
            if let Some(waiting) = &mut waiting_for
                && waiting.activity.is_some()
            {
                waiting.call = call_of(&mut process, index, image);
            }
            let fiber = &process.fibers[index];
            view.fibers.push(FiberView {
                id: fiber.id,
                waiting_for,
                cancelled: note.is_some_and(|note| note.cancelled || note.cancelled_again),
                frames,
            });
        }
    }
    Ok(view)
}

/// Whether text that was committed is not known to have left.
///
/// # Errors
/// When the store cannot be read.
pub fn has_unwritten(snapshot: &Snapshot) -> Result<bool, LoadError> {
    Ok(snapshot
        .range(crate::key::outputs())
        .next()
        .transpose()?
        .is_some())
}

/// Whether a letter waits that may ask its receiver to end: a process that is parked goes on with it.
///
/// # Errors
/// When the store cannot be read.
pub fn has_wishes(snapshot: &Snapshot) -> Result<bool, LoadError> {
    let (letters, _) = persist::read_letters(snapshot, crate::key::all_messages())?;
    Ok(letters.iter().any(persist::StoredLetter::may_be_wish))
}

/// The activity that a fiber waits for, with its arguments.
fn call_of(process: &mut Process, fiber: usize, image: &LoadedImage) -> Option<String> {
    let request = process.fibers[fiber].request;
    let heap = &mut process.heap;
    if !vector::is_vector(heap, request) {
        return None;
    }
    let request = vector::elements(heap, request);
    let name = try_text(heap, *request.get(1)?)?.to_owned();
    let args = request
        .get(3)
        .copied()
        .filter(|args| vector::is_vector(heap, *args))?;
    let args = vector::elements(heap, args);
    Some(crate::report::call_text(
        heap,
        image,
        &name,
        &args,
        CALL_BYTES_MAX,
    ))
}

/// Longest text of a local, in bytes.
const LOCAL_BYTES_MAX: usize = 256;
/// Longest text of what is asked for outside, in bytes.
const CALL_BYTES_MAX: usize = 1024;
/// Frames of a fiber whose locals are shown, from the innermost out.
const FRAMES_WITH_LOCALS_MAX: usize = 256;

fn frames_of(process: &mut Process, fiber: usize, image: &LoadedImage) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut values = Vec::new();
    let mut called = None;
    for (index, part) in process.fibers[fiber].attached() {
        for frame in part.frames(index) {
            let inner = called.replace(frame.proto);
            if inner.is_some_and(|inner| is_repeated(image, frame.proto, inner)) {
                continue;
            }
            let wants_locals = frames.len() < FRAMES_WITH_LOCALS_MAX;
            values.push(if wants_locals {
                locals_of(part, frame, image)
            } else {
                Vec::new()
            });
            let place = place_of(image, frame.proto, frame.at);
            frames.push(Frame {
                place,
                proto: frame.proto,
                pc: frame.at,
                locals: Vec::new(),
            });
        }
    }
    for (frame, locals) in frames.iter_mut().zip(values) {
        let heap = &mut process.heap;
        frame.locals = locals
            .into_iter()
            .map(|(name, word)| {
                (
                    name,
                    crate::report::show(heap, image, word, LOCAL_BYTES_MAX),
                )
            })
            .collect();
    }
    frames
}

/// The named locals of a frame whose registers are still needed: others may hold anything.
fn locals_of(part: &StackPart, frame: FrameRef, image: &LoadedImage) -> Vec<(String, Word)> {
    let Some(proto) = image.protos().get(frame.proto as usize) else {
        return Vec::new();
    };
    let source = image.image().source_map.slots.get(proto.slot as usize);
    let Some(source) = source.and_then(|source| source.protos.get(usize::from(proto.index))) else {
        return Vec::new();
    };
    let mut live = Live::default();
    // The register that the answer goes to holds nothing yet.
    let standing = if frame.calling {
        frame.standing
    } else {
        Standing::During(frame.at)
    };
    proto.live(standing, &mut live);
    let words = part.used(image);
    let in_scope = source.locals.iter().filter(|(_, register, first, end)| {
        live.registers.contains(u32::from(*register)) && (*first..*end).contains(&frame.at)
    });
    in_scope
        .filter_map(|(name, register, _, _)| {
            let word = words.get(frame.base as usize + usize::from(*register))?;
            Some((name.clone(), Word(*word)))
        })
        .collect()
}

fn mailbox_length(process: &Process) -> usize {
    let mut cell = process.root(Root::MailboxHead);
    let mut count = 0;
    while !cell.is_nil() {
        count += 1;
        cell = process.heap.word(cell, 2);
    }
    count
}
