//! The content of a package: its project file and its sources, and the hash of them.
//!
//! ```text
//! hash    blake3 of "ox package 1\n", then of each file, by path:
//!         length of the path:u64 path, length of the text:u64 text        (little-endian)
//! path    relative to the package's folder, `/` between the parts
//! ```
//!
//! Invariants:
//! - Of git it is what the repository holds, not what a checkout makes of it: neither the machine, nor the time, nor
//!   what git does to line ends is in it.
//! - It holds what a program can be made of, and so what a package means: `ox.edn`, and the sources below `:paths`.

use crate::project::EXTENSIONS;
use std::collections::BTreeMap;

/// Files by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content(pub(crate) BTreeMap<String, Vec<u8>>);

/// The hash of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// The hash with this text.
    pub(crate) fn read(text: &str) -> Option<ContentHash> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        let hash = ContentHash(bytes);
        (hash.to_string() == text).then_some(hash)
    }
}

impl std::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Content {
    pub(crate) fn hash(&self) -> ContentHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"ox package 1\n");
        for (path, text) in &self.0 {
            for part in [path.as_bytes(), text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        ContentHash(*hasher.finalize().as_bytes())
    }
}

/// Whether a path of a package is one of its content: below its source roots, hidden files aside.
pub(crate) fn is_source(path: &str, source_roots: &[String]) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    let has_extension = extension.is_some_and(|extension| EXTENSIONS.contains(&extension));
    // `..` too, and what would be the root of the machine.
    let is_hidden = path
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.'));
    let is_below = |root: &String| {
        let root = root.trim_start_matches("./").trim_end_matches('/');
        root.is_empty()
            || root == "."
            || path
                .strip_prefix(root)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    has_extension && !is_hidden && source_roots.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(files: &[(&str, &str)]) -> Content {
        let files = files.iter();
        Content(
            files
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
                .collect(),
        )
    }

    #[test]
    fn a_hash_is_of_paths_and_texts_and_of_nothing_else() {
        let one = content(&[("ox.edn", "{}"), ("src/a.ox", "(ns a)")]);
        // Stored hashes are compared with it: it never changes.
        let text = "fbd12708c07e80f638a372b08bf5ad6bd571a66f6f3a365b0111e30ce9175108";
        assert_eq!(one.hash().to_string(), text);
        assert_eq!(ContentHash::read(text), Some(one.hash()));
        let others = [
            content(&[("ox.edn", "{}"), ("src/a.ox", "(ns a) ")]),
            content(&[("ox.edn", "{}"), ("src/b.ox", "(ns a)")]),
            content(&[("ox.edn", "{}s"), ("rc/a.ox", "(ns a)")]),
            content(&[("src/a.ox", "(ns a)")]),
        ];
        for other in others {
            assert_ne!(other.hash(), one.hash());
        }
        assert_eq!(ContentHash::read(&text.to_uppercase()), None);
        assert_eq!(ContentHash::read(&text[1..]), None);
    }

    #[test]
    fn sources_are_below_the_source_roots() {
        let roots = ["src".to_owned(), "more/".to_owned()];
        for path in ["src/a.ox", "src/b/c.cljc", "more/d.ox"] {
            assert!(is_source(path, &roots), "{path}");
        }
        for path in [
            "a.ox",
            "srcs/a.ox",
            "src/a.clj",
            "src/.a.ox",
            "src/.b/c.ox",
            "src",
        ] {
            assert!(!is_source(path, &roots), "{path}");
        }
        assert!(is_source("a.ox", &[".".to_owned()]));
    }
}
