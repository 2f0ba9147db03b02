//! Shared by the tests: a model of a store and scripted groups.

use std::collections::BTreeMap;

use store::{Batch, FoldMode, KeyRange, Options, Store};

/// The contents of a store.
pub(crate) type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// One operation of a group.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    DeletePrefix(Vec<u8>),
    DeleteRange(Vec<u8>, Vec<u8>),
    Patch(Vec<u8>, u32, Vec<u8>, u32),
}

/// Does to a model what a batch of these actions does to a store.
pub(crate) fn apply(model: &mut Model, actions: &[Action]) {
    for action in actions {
        match action {
            Action::Put(key, value) => {
                model.insert(key.clone(), value.clone());
            }
            Action::Delete(key) => {
                model.remove(key);
            }
            Action::DeletePrefix(prefix) => model.retain(|key, _| !key.starts_with(prefix)),
            Action::DeleteRange(start, end) => {
                model.retain(|key, _| key < start || key >= end);
            }
            Action::Patch(key, at, bytes, total) => {
                let value = model.entry(key.clone()).or_default();
                value.resize(*total as usize, 0);
                let at = *at as usize;
                value[at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }
}

/// The actions as a batch.
pub(crate) fn batch(actions: &[Action]) -> Batch {
    let mut batch = Batch::new();
    for action in actions {
        match action {
            Action::Put(key, value) => batch.put(key, value),
            Action::Delete(key) => batch.delete(key),
            Action::DeletePrefix(prefix) => batch.delete_prefix(prefix),
            Action::DeleteRange(start, end) => batch.delete_range(&KeyRange::between(start, end)),
            Action::Patch(key, at, bytes, total) => batch.patch(key, *at, bytes, *total),
        };
    }
    batch
}

/// Everything in a store, by iteration, each also looked up by its key.
pub(crate) fn contents(store: &dyn Store) -> Result<Model, store::StoreError> {
    let snapshot = store.snapshot();
    let mut model = Model::new();
    for entry in snapshot.range(KeyRange::all()) {
        let (key, value) = entry?;
        assert_eq!(snapshot.get(&key)?.as_deref(), Some(&*value), "{key:?}");
        model.insert(key, value.into_vec());
    }
    Ok(model)
}

/// Options under which a short run folds often, the same in every run.
pub(crate) fn small() -> Options {
    Options {
        fold_bytes: 5_000,
        fold_bytes_min: 5_000,
        table_bytes: 60_000,
        cache_bytes: 1 << 20,
        fold: FoldMode::Inline { after: 3 },
    }
}

/// A run of groups that uses every operation and folds several times.
pub(crate) fn script(groups: usize) -> Vec<Vec<Action>> {
    let key = |n: usize| format!("k{:03}", n % 40).into_bytes();
    let bytes = |n: usize, len: usize| vec![(n % 251) as u8; len];
    (0..groups)
        .map(|n| {
            let mut group = vec![
                Action::Put(key(n * 7), bytes(n, 100 + n * 37 % 900)),
                Action::Patch(
                    b"patched".to_vec(),
                    (n * 11 % 2000) as u32,
                    bytes(n, 24),
                    2100,
                ),
                Action::Put(b"count".to_vec(), n.to_string().into_bytes()),
            ];
            if n % 5 == 1 {
                group.push(Action::Delete(key(n * 3)));
            }
            if n % 9 == 4 {
                group.push(Action::DeletePrefix(format!("k00{}", n % 7).into_bytes()));
            }
            if n % 13 == 6 {
                group.push(Action::DeleteRange(key(20), key(24)));
                group.push(Action::Put(key(22), bytes(n, 3000)));
            }
            group
        })
        .collect()
}
