//! Time and chance.

use super::{Performed, Reply, Step};
use crate::engine::unit_double;
use crate::record::Wait;
use scalar::{Instant, Uuid};
use vm::Word;
use vm::fiber::FiberId;
use vm::value::number::make_int;
use vm::value::time::{make_instant, make_uuid};

impl Step<'_> {
    pub(super) fn now_instant(&mut self) -> Performed {
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        let instant = Instant::from_millis(now).unwrap_or(Instant::MAX);
        Ok(Reply::Value(make_instant(self.heap(), instant)))
    }

    /// With an argument that is true, of the world's clock, also where programs see another.
    pub(super) fn monotonic(&mut self, of_world: Word) -> Performed {
        let clock = &self.inner.clock;
        let nanos = match of_world.is_truthy() {
            true => clock.monotonic_ns(),
            false => clock.program_ns(),
        };
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        Ok(Reply::Value(make_int(self.heap(), nanos)))
    }

    /// A sleep of no time lets the other fibers run.
    pub(super) fn sleep(&mut self, fiber: FiberId, milliseconds: Word) -> Performed {
        let milliseconds = self.integer(milliseconds)?;
        if milliseconds == 0 {
            self.actor.process.answer(fiber, Word::NIL);
            return Ok(Reply::Gone);
        }
        Ok(Reply::Wait(
            Wait::Timer,
            Some(self.now.saturating_add(milliseconds)),
        ))
    }

    pub(super) fn rand(&mut self) -> Performed {
        Ok(Reply::Value(Word::double(unit_double(
            self.inner.clock.random(),
        ))))
    }

    pub(super) fn random_uuid(&mut self) -> Performed {
        let clock = &self.inner.clock;
        let bits = u128::from(clock.random()) << 64 | u128::from(clock.random());
        // Version 4 of RFC 9562.
        let uuid = Uuid(bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62);
        Ok(Reply::Value(make_uuid(self.heap(), uuid)))
    }
}
