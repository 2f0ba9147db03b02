//! Standard input of the run, which its processes share.
//!
//! # Invariants
//! - One read is under way at most, and none begins but for somebody who asks. It is nobody's own: a
//!   fiber that is interrupted leaves what it waited for to who asks next, which begins no second read.
//! - A text is offered to one asker at a time, in the order in which they have asked, and is gone when
//!   that one has taken it in. So lines are given in their order.
//! - Nothing of it is stored. What was read and given to nobody is lost with the engine, like the rest
//!   of a pipe.

use super::{Inner, Shared};
use crate::actor::Incoming;
use crate::record::Status;
use std::collections::VecDeque;

/// How much of the input is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Line,
    /// What one read gives: whole lines, with their ends.
    Part,
    All,
}

/// A request of a fiber to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    /// The process.
    pub(crate) process: u64,
    /// The fiber.
    pub(crate) fiber: u64,
    /// Serial of its request.
    pub(crate) request: u64,
    pub(crate) wanted: Wanted,
}

/// See the file's header.
#[derive(Debug, Default)]
pub(super) struct Stdin {
    /// Who waits, in the order of asking.
    askers: VecDeque<Asker>,
    /// Whether the first of them was told that there is something for it, and has not answered.
    is_offered: bool,
    /// What was read, with the ends of its lines; from `given` on nobody has got it.
    kept: String,
    given: usize,
    /// Whether the end comes after that.
    at_end: bool,
    /// Whether the read under way, if there is one, is of all.
    under_way: Option<bool>,
}

/// What standard input needs to go on.
enum Next {
    Offer(Asker),
    Read { all: bool },
}

impl Stdin {
    /// A fiber asks; after a retry it asks for the same again.
    pub(super) fn ask(&mut self, asker: Asker) {
        if !self.askers.contains(&asker) {
            self.askers.push_back(asker);
        }
    }

    /// A fiber waits no more.
    pub(super) fn withdraw(&mut self, asker: Asker) {
        self.keep(|other| *other != asker);
    }

    /// A process waits no more: it has ended or is parked.
    pub(super) fn forget(&mut self, process: u64) {
        self.keep(|asker| asker.process != process);
    }

    fn keep(&mut self, is_kept: impl Fn(&Asker) -> bool) {
        self.is_offered &= self.askers.front().is_some_and(&is_kept);
        self.askers.retain(is_kept);
    }

    /// Whether a read has not come back.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// A read has come back; an empty text is the end.
    fn has_read(&mut self, text: String) {
        let all = self.under_way.take().unwrap_or_default();
        self.at_end = all || !text.ends_with('\n');
        if self.kept.is_empty() {
            self.kept = text;
        } else {
            self.kept.push_str(&text);
        }
    }

    fn next(&mut self) -> Option<Next> {
        let &first = self.askers.front()?;
        let has_line = || self.kept[self.given..].contains('\n');
        if self.is_offered {
            None
        } else if self.at_end || first.wanted != Wanted::All && has_line() {
            self.is_offered = true;
            Some(Next::Offer(first))
        } else if self.under_way.is_none() {
            let all = first.wanted == Wanted::All;
            self.under_way = Some(all);
            Some(Next::Read { all })
        } else {
            None
        }
    }

    /// What was offered to an asker, who takes it: a line without its end, or all that is there with the ends of
    /// its lines; none at the end.
    fn take(&mut self, asker: Asker) -> Option<Option<String>> {
        if !self.is_offered || self.askers.front() != Some(&asker) {
            return None;
        }
        self.is_offered = false;
        self.askers.pop_front();
        let rest = &self.kept[self.given..];
        if rest.is_empty() && asker.wanted != Wanted::All {
            self.at_end = false;
            return Some(None);
        }
        if asker.wanted != Wanted::Line {
            // Behind a part that has a line without an end, who asks next finds the end at once.
            self.at_end &= asker.wanted == Wanted::Part;
            self.kept.drain(..std::mem::take(&mut self.given));
            return Some(Some(std::mem::take(&mut self.kept)));
        }
        let (line, taken) = match rest.split_once('\n') {
            Some((line, _)) => (line.strip_suffix('\r').unwrap_or(line), line.len() + 1),
            None => (rest, rest.len()),
        };
        let line = line.to_owned();
        self.given += taken;
        if self.given == self.kept.len() {
            self.kept.clear();
            self.given = 0;
        }
        Some(Some(line))
    }
}

impl Shared {
    /// Offers what is there to who is first to get it; whether a read is to begin, and then of all.
    pub(super) fn serve_stdin(&mut self) -> Option<bool> {
        loop {
            match self.stdin.next()? {
                Next::Read { all } => return Some(all),
                Next::Offer(asker) => {
                    let slot = self.slots.get(&asker.process);
                    if slot.is_none_or(|slot| slot.ended || slot.status == Status::Parked) {
                        self.stdin.forget(asker.process);
                        continue;
                    }
                    let epoch = self.epoch;
                    self.deliver(asker.process, epoch, Incoming::Input(asker));
                    return None;
                }
            }
        }
    }
}

impl Inner {
    /// A read has come back.
    pub(super) fn complete_read(&self, text: String) {
        self.change_stdin(|stdin| stdin.has_read(text));
    }

    /// A fiber takes what was offered to it.
    pub(crate) fn take_input(&self, asker: Asker) -> Option<Option<String>> {
        self.change_stdin(|stdin| stdin.take(asker))
    }

    /// A fiber does not want what is offered to it: it goes to the next.
    pub(crate) fn decline_input(&self, asker: Asker) {
        self.change_stdin(|stdin| stdin.withdraw(asker));
    }

    fn change_stdin<T>(&self, change: impl FnOnce(&mut Stdin) -> T) -> T {
        let mut shared = self.lock();
        let changed = change(&mut shared.stdin);
        let read = shared.serve_stdin();
        let wants_worker = shared.wants_worker();
        drop(shared);
        if wants_worker {
            self.work.notify_one();
        }
        if let Some(all) = read {
            self.transport.read(all);
        }
        changed
    }
}
