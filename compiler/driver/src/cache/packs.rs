//! The packs of a folder: code by body hash, on disk.
//!
//! Packs are not changed: what is new is a new pack, and takes with it those that are not more than
//! twice its size. So one definition is written after the edit of one, a folder has few packs, and a
//! chunk is written again only as often as all that came after it has doubled.
//!
//! # Invariants
//! - Only packs of this code generator are read; any other is as none.
//! - A pack of this code generator goes only after another has been written that holds all of it that
//!   the program being built needs.

use super::{CHUNKS_MAX, PACK, VERSION, files};
use crate::chunks::{Builder, Pack};
use hir::hash::Hash;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The packs of a folder, as far as this process knows.
#[derive(Debug)]
pub(crate) struct FolderPacks {
    folder: PathBuf,
    /// With their keys; the smallest, which were written last, first.
    packs: Vec<([u8; 32], Arc<Pack>)>,
    damaged: Vec<PathBuf>,
    /// What this process has stored.
    saved: FxHashSet<Hash>,
}

/// How the keys of this code generator's packs begin.
fn generator() -> [u8; 8] {
    static GENERATOR: OnceLock<[u8; 8]> = OnceLock::new();
    *GENERATOR.get_or_init(|| key_of_generator(&codegen::fingerprint()))
}

fn key_of_generator(fingerprint: &[u8; 32]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"chunks");
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(fingerprint);
    let hash = *hasher.finalize().as_bytes();
    std::array::from_fn(|at| hash[at])
}

impl FolderPacks {
    /// Reads those of a folder.
    pub(crate) fn load(folder: &Path) -> FolderPacks {
        let found = files::load_owned(folder, generator(), PACK);
        let decoded = found.sound.into_iter().filter_map(|(key, content)| {
            let pack = Pack::decode(Cow::Owned(content))?;
            Some((key, Arc::new(pack)))
        });
        let mut packs = FolderPacks {
            folder: folder.to_owned(),
            packs: decoded.collect(),
            damaged: found.damaged,
            saved: FxHashSet::default(),
        };
        packs.sort();
        packs
    }

    fn sort(&mut self) {
        self.packs.sort_by_key(|(key, pack)| (pack.size(), *key));
    }

    /// The packs, those that were written last first.
    pub(crate) fn packs(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.packs.iter().map(|(_, pack)| pack)
    }

    fn size(&self) -> u64 {
        self.packs().map(|pack| pack.size()).sum()
    }

    /// Stores code that was generated, but what this process has stored already. `used` says what the program needs, asked only if something
    /// has to go.
    pub(crate) fn save(
        &mut self,
        new: impl IntoIterator<Item = (Hash, Vec<u8>)>,
        used: impl FnOnce() -> FxHashSet<Hash>,
    ) {
        let mut builder = Builder::default();
        let mut saved = Vec::new();
        for (hash, entry) in new {
            if !self.has_saved(&hash) {
                builder.add(hash, &entry);
                saved.push(hash);
            }
        }
        if builder.size() == 0 {
            return;
        }
        let taken = if self.size() + builder.size() > CHUNKS_MAX {
            self.take_needed(&mut builder, &used())
        } else {
            self.take_small(&mut builder)
        };
        // Before: the same content has the same name.
        for path in self.damaged.drain(..) {
            files::remove(&path);
        }
        let content = builder.encode();
        let hash = *blake3::hash(&content).as_bytes();
        let key = files::key_of_content(generator(), &hash);
        if !files::save(&self.folder, &key, PACK, &content) {
            return;
        }
        let old = self.packs.drain(..taken);
        for (old, _) in old.filter(|(old, _)| *old != key) {
            files::remove(&files::path_of(&self.folder, &old, PACK));
        }
        let pack = Pack::decode(Cow::Owned(content));
        self.packs.extend(pack.map(|pack| (key, Arc::new(pack))));
        self.sort();
        self.saved.extend(saved);
        // Those of other code generators go, which nobody may need again.
        let own = Some(generator());
        files::forget_oldest(&self.folder, PACK, own, usize::MAX, CHUNKS_MAX);
    }

    /// Whether this process has stored the code for a body, which it generates again after an edit
    /// that is taken back. What it found and generates nevertheless did not pass the verifier.
    fn has_saved(&self, hash: &Hash) -> bool {
        let mut all = self.packs().flat_map(|pack| &pack.entries);
        self.saved.contains(hash) && all.any(|(known, _)| known == hash)
    }

    /// Adds the packs that are to go into a new one; how many they are.
    fn take_small(&self, builder: &mut Builder) -> usize {
        let mut taken = 0;
        for pack in self.packs() {
            if pack.size() > 2 * builder.size() {
                break;
            }
            for (index, (hash, _)) in pack.entries.iter().enumerate() {
                builder.add(*hash, pack.entry(index));
            }
            taken += 1;
        }
        taken
    }

    /// As `take_small`; if there is too much that the program does not need, all packs without the
    /// older part of that.
    fn take_needed(&self, builder: &mut Builder, used: &FxHashSet<Hash>) -> usize {
        let all = || self.packs().flat_map(|pack| pack.entries.iter());
        let needed = all().filter(|(hash, _)| used.contains(hash));
        let needed: u64 = needed.map(|(_, place)| place.len() as u64).sum();
        if self.size() + builder.size() <= CHUNKS_MAX + 2 * needed {
            return self.take_small(builder);
        }
        let mut spare = CHUNKS_MAX / 2;
        for pack in self.packs() {
            for (index, (hash, place)) in pack.entries.iter().enumerate() {
                if !used.contains(hash) {
                    let Some(left) = spare.checked_sub(place.len() as u64) else {
                        continue;
                    };
                    spare = left;
                }
                builder.add(*hash, pack.entry(index));
            }
        }
        self.packs.len()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const MEGABYTE: usize = 1 << 20;

    fn hash(number: u8) -> Hash {
        Hash([number; 32])
    }

    fn entry(number: u8) -> (Hash, Vec<u8>) {
        (hash(number), vec![number; MEGABYTE])
    }

    /// The numbers whose code is in a folder.
    fn stored(folder: &Path) -> Vec<u8> {
        let packs = FolderPacks::load(folder);
        let all = packs.packs().flat_map(|pack| &pack.entries);
        let mut all: Vec<u8> = all.map(|(hash, _)| hash.0[0]).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn code_that_is_not_needed_goes_the_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        let used: FxHashSet<Hash> = [1, 2, 3].into_iter().map(hash).collect();
        // Each as by a process of its own.
        for number in 1..=40 {
            let mut packs = FolderPacks::load(folder.path());
            packs.save([entry(number)], || used.clone());
            let stored = stored(folder.path());
            assert!(stored.starts_with(&[1, 2, 3][..stored.len().min(3)]));
            assert_eq!(stored.last(), Some(&number));
            let most = CHUNKS_MAX as usize / MEGABYTE + 2 * used.len();
            assert!(stored.len() <= most, "{stored:?}");
            assert!(FolderPacks::load(folder.path()).packs.len() <= 4);
        }
        let stored = stored(folder.path());
        let newest: Vec<u8> = (40 - stored.len() as u8 + 4..=40).collect();
        assert!(stored.len() > 8, "{stored:?}");
        assert_eq!(stored[3..], newest, "the newest stay");
    }

    #[test]
    fn another_code_generator_has_packs_of_its_own() {
        let fingerprint = codegen::fingerprint();
        assert_eq!(key_of_generator(&fingerprint), generator());
        for at in 0..fingerprint.len() {
            let mut other = fingerprint;
            other[at] ^= 1;
            assert_ne!(key_of_generator(&other), generator());
        }
    }

    #[test]
    fn what_is_generated_again_is_stored_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut packs = FolderPacks::load(folder.path());
        packs.save((1..=8).map(entry), FxHashSet::default);
        packs.save([entry(9)], FxHashSet::default);
        packs.save([entry(1), entry(10)], FxHashSet::default);
        packs.save([entry(1), entry(9)], FxHashSet::default);
        assert_eq!(stored(folder.path()), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        // What is there and is generated nevertheless was none to the verifier.
        let mut packs = FolderPacks::load(folder.path());
        packs.save([entry(1)], FxHashSet::default);
        assert_eq!(stored(folder.path()), [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn packs_of_other_generators_go_before_any_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut packs = FolderPacks::load(folder.path());
        packs.save((1..=8).map(entry), FxHashSet::default);
        // Used after all of this one.
        let content = vec![0; CHUNKS_MAX as usize / 2];
        for number in 0..5 {
            let mut other = generator();
            other[0] ^= 1 + number;
            let key = files::key_of_content(other, blake3::hash(&content).as_bytes());
            assert!(files::save(folder.path(), &key, PACK, &content));
        }
        packs.save([entry(9)], FxHashSet::default);
        assert_eq!(stored(folder.path()), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let all = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(all, 2 + 1, "two packs, and one that is at most the bound");
    }

    #[test]
    fn what_two_processes_store_at_once_is_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = FolderPacks::load(folder.path());
        let mut other = FolderPacks::load(folder.path());
        one.save([entry(1), entry(2)], FxHashSet::default);
        other.save([entry(2), entry(3)], FxHashSet::default);
        assert_eq!(stored(folder.path()), [1, 2, 2, 3]);
        // The next that takes both has it once.
        FolderPacks::load(folder.path()).save([entry(4), entry(5)], FxHashSet::default);
        assert_eq!(stored(folder.path()), [1, 2, 3, 4, 5]);
    }
}
