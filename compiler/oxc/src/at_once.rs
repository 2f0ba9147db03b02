//! The same for several things at the same time, as far as the system has threads for it.

use std::thread::{Builder, Scope, scope};

/// Does it for each, on a thread of its own; for those for which the system gives none on this one,
/// one after another. What each gave, in the order of `items`.
pub(crate) fn for_each<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    with_threads(Builder::new, items, &act)
}

fn with_threads<T: Sync, R: Send>(
    thread: impl Fn() -> Builder,
    items: &[T],
    act: &(impl Fn(&T) -> R + Sync),
) -> Vec<R> {
    let Some((last, others)) = items.split_last() else {
        return Vec::new();
    };
    scope(|scope: &Scope<'_, '_>| {
        let begun: Vec<_> = others
            .iter()
            .map(|item| (item, thread().spawn_scoped(scope, move || act(item))))
            .collect();
        let last = act(last);
        let given = begun.into_iter().map(|(item, thread)| match thread {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => act(item),
        });
        given.chain([last]).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn each_is_done_at_the_same_time() {
        let all = Barrier::new(3);
        let given = for_each(&[1, 2, 3], |n| {
            all.wait();
            n * 2
        });
        assert_eq!(given, [2, 4, 6]);
        assert!(for_each(&[], |n: &u8| *n).is_empty());
    }

    #[test]
    fn each_is_done_if_the_system_gives_no_thread() {
        // No address space has room for such a stack.
        let thread = || Builder::new().stack_size(1 << 60);
        assert!(thread().spawn(|| ()).is_err());
        let given = with_threads(thread, &["a", "b", "c"], &|text: &&str| text.to_uppercase());
        assert_eq!(given, ["A", "B", "C"]);
    }
}
