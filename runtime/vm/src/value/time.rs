//! Instants and UUIDs as objects.

use crate::heap::Heap;
use crate::object::{Kind, Object};
use crate::word::Word;
use scalar::{Instant, Uuid};

/// The instant that an object is.
#[must_use]
pub fn instant_of(heap: &Heap, word: Word) -> Option<Instant> {
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Inst).then(|| Instant {
        seconds: object.raw(1) as i64,
        nanos: object.raw(2) as u32,
    })
}

/// Makes an instant.
pub fn make_instant(heap: &mut Heap, instant: Instant) -> Word {
    let words = [instant.seconds as u64, u64::from(instant.nanos)];
    heap.make(Kind::Inst, 0, 0, &words, &[])
}

/// The UUID that an object of that kind is.
#[must_use]
pub fn uuid(object: Object<'_>) -> Uuid {
    debug_assert!(object.kind() == Kind::Uuid);
    Uuid(u128::from(object.raw(1)) << 64 | u128::from(object.raw(2)))
}

/// Makes a UUID.
pub fn make_uuid(heap: &mut Heap, uuid: Uuid) -> Word {
    let words = [(uuid.0 >> 64) as u64, uuid.0 as u64];
    heap.make(Kind::Uuid, 0, 0, &words, &[])
}
