//! "Did you mean": the nearest of many names.

/// The candidate that `name` was probably meant to be, if one is near enough: at most a quarter of
/// the shorter one's characters differ, at least one may (insert, remove, replace, swap neighbors):
/// two short names that differ more are two names. Of equally near ones one with the same ends, as
/// people get these right; then the first in alphabetical order, so that the answer does not depend on the candidates' order.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name_chars: Vec<char> = name.chars().collect();
    let ends = |name: &str| (name.chars().next(), name.chars().next_back());
    let mut best: Option<(usize, bool, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let shorter = name_chars.len().min(candidate.chars().count());
        let limit = shorter.div_ceil(SHORT);
        let Some(distance) = distance_up_to(&name_chars, candidate, limit) else {
            continue;
        };
        let found = (distance, ends(candidate) != ends(name), candidate);
        if best.is_none_or(|best| found < best) {
            best = Some(found);
        }
    }
    best.map(|(.., candidate)| candidate)
}

/// Characters of a name of which one may be wrong.
const SHORT: usize = 4;

/// Whether a name is so near to what it was probably meant to be that a tool may put that in its
/// place unasked: one slip of the finger in a name that is not short.
pub fn is_slip(name: &str, meant: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    name.len() >= SHORT && distance_up_to(&name, meant, 1).is_some()
}

/// The edit distance (optimal string alignment), or `None` if it is above `limit`.
fn distance_up_to(name: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let other: Vec<char> = candidate.chars().collect();
    if name.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut row = vec![0; other.len() + 1];
    for i in 1..=name.len() {
        row[0] = i;
        for j in 1..=other.len() {
            let replaced = last[j - 1] + usize::from(name[i - 1] != other[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            let swapped =
                i > 1 && j > 1 && name[i - 1] == other[j - 2] && name[i - 2] == other[j - 1];
            if swapped {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > limit) {
            return None;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    (last[other.len()] <= limit).then_some(last[other.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(
            suggest("prinltn", ["print", "println", "prn"]),
            Some("println")
        );
        assert_eq!(suggest("reduse", ["remove", "reduce"]), Some("reduce"));
        assert_eq!(suggest("fo", ["fa", "fb"]), Some("fa"));
        assert_eq!(suggest("printn", ["print", "println"]), Some("println"));
        assert_eq!(suggest("pritnln", ["println"]), Some("println"));
        assert_eq!(suggest("mpa", ["map", "reduce"]), Some("map"));
    }

    #[test]
    fn short_names_that_differ_are_two_names() {
        let core = ["nth", "all", "get", "keyword", "ox.core"];
        for name in ["with", "kill", "agent", "Network", "ox.time"] {
            assert_eq!(suggest(name, core), None, "{name}");
        }
    }

    #[test]
    fn only_a_slip_of_the_finger_is_mended_unasked() {
        assert!(is_slip("prinltn", "println"));
        assert!(is_slip("fitler", "filter"));
        assert!(!is_slip("foo", "for"));
        assert!(!is_slip("fliterr", "filter"));
    }

    #[test]
    fn nothing_near_gives_nothing() {
        assert_eq!(suggest("frobnicate", ["map", "filter"]), None);
        assert_eq!(suggest("x", []), None);
        assert_eq!(suggest("same", ["same"]), None);
    }
}
