//! Answers to fibers that have asked for an effect.

use crate::fiber::{FiberId, FiberState};
use crate::process::Process;
use crate::word::Word;

impl Process {
    /// Gives a waiting fiber its answer and makes it ready.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer(&mut self, id: FiberId, word: Word) {
        self.put_answer(id, word);
        self.run_queue.push_back(id);
    }

    /// Gives a fiber that has just asked its answer, so that it goes on before all others.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer_at_once(&mut self, id: FiberId, word: Word) {
        self.put_answer(id, word);
        self.run_queue.push_front(id);
    }

    /// Makes a fiber that has just asked throw an error, before all others go on.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn throw_at_once(&mut self, id: FiberId, error: Word) {
        self.answer_at_once(id, Word::NIL);
        let index = self.fiber_index(id).expect("an answered fiber exists");
        self.fibers[index].pending_error = error;
        self.under_way.has_thrown = true;
    }

    /// Makes a fiber that has failed throw its error once more, where it did.
    pub fn throw_again(&mut self, id: FiberId) {
        let Some(index) = self.fiber_index(id) else {
            return;
        };
        let fiber = &mut self.fibers[index];
        if fiber.state != FiberState::Failed {
            return;
        }
        fiber.state = FiberState::Ready;
        fiber.pending_error = std::mem::replace(&mut fiber.request, Word::NIL);
        fiber.changed = true;
        fiber.top_mut().has_run = true;
        self.run_queue.push_front(id);
    }

    fn put_answer(&mut self, id: FiberId, word: Word) {
        let index = self.fiber_index(id).expect("an answered fiber exists");
        let fiber = &mut self.fibers[index];
        assert_eq!(
            fiber.state,
            FiberState::Waiting,
            "fiber {id} waits for no answer"
        );
        let register = u32::from(fiber.answer_to);
        let part = fiber.top_mut();
        let address = (part.base + register) as usize;
        part.words[address] = word.0;
        part.has_run = true;
        fiber.state = FiberState::Ready;
        fiber.request = Word::NIL;
        fiber.changed = true;
    }

    /// Makes a waiting fiber throw an error where it waits.
    ///
    /// # Panics
    /// If the fiber does not wait.
    pub fn answer_error(&mut self, id: FiberId, error: Word) {
        self.answer(id, Word::NIL);
        let index = self.fiber_index(id).expect("an answered fiber exists");
        self.fibers[index].pending_error = error;
        self.under_way.has_thrown = true;
    }
}
