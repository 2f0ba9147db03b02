//! Natives of sorted maps and sets, on which the library's own walks by a comparator stand. What they do is in
//! [`crate::value::sorted`].

use super::Native;
use crate::value::error::wrong_type;
use crate::value::sorted;
use crate::word::Word;

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/sorted?", 1, 1, |call| {
        Ok(Word::bool(sorted::is_sorted(call.heap, call.args[0])))
    }),
    Native::new("ox.core/sorted-new", 2, 2, |call| {
        sorted::make(call.heap, call.args[0], call.args[1].is_truthy())
    }),
    Native::new("ox.core/sorted-part", 2, 2, |call| {
        sorted::part(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/sorted-put", 4, 4, |call| {
        let [collection, path, key, value] = [0, 1, 2, 3].map(|index| call.args[index]);
        sorted::put_at(call.heap, collection, path, key, value)
    }),
    Native::new("ox.core/sorted-drop", 2, 2, |call| {
        sorted::drop_at(call.heap, call.args[0], call.args[1])
    }),
    Native::new("ox.core/sorted-seq", 2, 2, |call| {
        let (collection, down) = (call.args[0], call.args[1].is_truthy());
        if !sorted::is_sorted(call.heap, collection) {
            return Err(wrong_type(call.heap, collection, "a sorted collection"));
        }
        Ok(sorted::seq(call.heap, collection, down))
    }),
    Native::new("ox.core/sorted-from", 3, 3, |call| {
        sorted::from(call.heap, call.args[0], call.args[1], call.args[2])
    }),
];
