//! Safepoints without fuel: collections, quotas, and the end of a slice.

use super::{Machine, Next, Outcome};
use crate::fiber::FiberState;
use crate::heap::QUOTA_RESERVE_WORDS;
use crate::process::Process;
use crate::value::fault::Fault;
use crate::word::Word;
use bytecode::{Instr, Op};

impl Machine<'_> {
    /// At a safepoint with no fuel left: collects if that is due, else stops the slice. The
    /// instruction at `pc` has not begun.
    #[cold]
    #[inline(never)]
    pub(crate) fn safepoint(&mut self) -> Next {
        // What the handlers of an instruction need lives before it if it may throw; else the next that
        // may throws.
        // SAFETY: the pc is of verified code.
        let may_throw = unsafe { Instr(*self.pc) }
            .op()
            .is_some_and(Op::is_safepoint);
        if let Some(error) = self.collect_if_due(may_throw) {
            // SAFETY: an instruction is there.
            self.pc = unsafe { self.pc.add(1) };
            return self.throw(error);
        }
        if may_throw && std::mem::take(&mut self.process.is_interrupted) {
            let error = Fault::new("cancelled", "cancelled").into_error(&mut self.process.heap);
            // SAFETY: as above.
            self.pc = unsafe { self.pc.add(1) };
            return self.throw(error);
        }
        if self.fuel > 0 {
            return Next::Go;
        }
        self.save();
        Next::Stop(Outcome::OutOfFuel)
    }

    /// Holds the process to its quota while the answer of the instruction under way is not yet where it
    /// belongs; the answer as it is then.
    ///
    /// # Errors
    /// The error of a process whose live words pass its quota: to be thrown at the instruction.
    #[cold]
    #[inline(never)]
    pub(super) fn hold_to_quota(&mut self, answer: Word) -> Result<Word, Word> {
        // So that the collector takes the frame for what it is, one that waits for the answer: it needs
        // what its handlers need, and what was in the answer's place.
        let fiber = &mut self.process.fibers[self.fiber];
        fiber.state = FiberState::Waiting;
        fiber.request = answer;
        let error = self.collect_if_due(true);
        let fiber = &mut self.process.fibers[self.fiber];
        fiber.state = FiberState::Ready;
        let answer = std::mem::replace(&mut fiber.request, Word::NIL);
        error.map_or(Ok(answer), Err)
    }

    /// Collects if that is due or may help a process that holds too much; the error of one that still
    /// does, where it may be thrown. Gives back the fuel that was withheld.
    fn collect_if_due(&mut self, may_throw: bool) -> Option<Word> {
        self.fuel += self.withheld;
        self.withheld = 0;
        let followed = self.process.heap.followed_words();
        let is_due = self.process.heap.wants_collection();
        let holds_too_much = may_throw && self.holds_too_much(followed);
        if !is_due && !holds_too_much {
            return None;
        }
        if is_due || self.collecting_may_help(followed) {
            self.collect(Process::collect);
        }
        if may_throw {
            self.over_quota(followed)
        } else {
            None
        }
    }

    pub(super) fn collect(&mut self, collect: fn(&mut Process)) {
        self.save();
        collect(self.process);
        self.verify();
        self.load();
    }

    /// Verifies the memory after a collection, in tests.
    fn verify(&self) {
        if (self.zeal.collect || self.process.heap.protects_from_space)
            && let Err(error) = self.process.verify()
        {
            panic!("the heap verifier found after a collection: {error}");
        }
    }

    /// Whether the quota, and the reserve of a handler that runs, is passed, by no more than the memory holds:
    /// of stacks a collection frees nothing.
    fn collecting_may_help(&self, followed: usize) -> bool {
        let heap = &self.process.heap;
        let excess = (self.words_held() + followed).saturating_sub(heap.quota_words as usize);
        let allowed = if heap.reserve_used {
            QUOTA_RESERVE_WORDS
        } else {
            0
        };
        excess > allowed && (heap.used_words() - heap.poisoned) as usize >= excess
    }

    /// The error of a process whose live words pass its quota. What it followed beside its memory counts,
    /// though the collection may have dropped it: who begins anew with a match needs as much again.
    fn over_quota(&mut self, followed: usize) -> Option<Word> {
        let quota = self.process.heap.quota_words as usize;
        // Survivors of earlier collections may be garbage by now.
        if self.collecting_may_help(followed) {
            self.collect(Process::collect_unsealed);
        }
        // So may be what is sealed. To collect that costs as much as the process is large, here and at the
        // next checkpoint: it is done when nothing else helps, and then not before what is kept anew
        // has filled the room that it left below the quota.
        if self.collecting_may_help(followed) && self.process.heap.sealed_words() > 0 {
            self.collect(Process::collect_all);
        }
        if !self.holds_too_much(followed) {
            self.process.heap.reserve_used = false;
            return None;
        }
        let words = self.words_held() + followed;
        let stack_quota = self.process.heap.stack_quota_words();
        // The handler gets a reserve, once until the process is below its quota again.
        if self.process.heap.reserve_used
            && words <= quota + QUOTA_RESERVE_WORDS
            && self.stack_held() <= stack_quota + QUOTA_RESERVE_WORDS
        {
            return None;
        }
        self.process.heap.reserve_used = true;
        self.process.heap.followed.clear();
        let megabytes = |words: usize| words >> 17;
        let message = if self.stack_held() > stack_quota {
            format!(
                "calls inside of calls: their frames take more than {} MB, a part of the process's memory limit of {} MB",
                megabytes(stack_quota),
                megabytes(quota)
            )
        } else {
            format!(
                "the process holds more than its memory limit of {} MB",
                megabytes(quota)
            )
        };
        Some(crate::native::make_error(
            &mut self.process.heap,
            "memory-limit",
            &message,
        ))
    }
}
