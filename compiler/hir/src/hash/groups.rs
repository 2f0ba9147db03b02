//! Recursion groups: hashing definitions that refer to one another.
//!
//! Groups are strongly connected components, found by Tarjan's algorithm with an explicit stack, so
//! they come callees first. Within a group the members are a deterministic automaton: a member is a
//! state, its references in order are its edges. Partition refinement finds which members cannot be
//! told apart; the group's hash is that of the quotient, with its states numbered by their content
//! alone, and a member's hash is the group's with the member's class.

use std::collections::BTreeMap;

use super::{Digest, Hash};

/// A definition, as far as hashing goes.
#[derive(Debug)]
pub(super) struct Member {
    /// The hash of what it is by itself.
    pub(super) own: Hash,
    /// What its ordinals stand for.
    pub(super) refs: Vec<Ref>,
}

/// What an ordinal stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ref {
    /// Another member, by index.
    Member(usize),
    /// A definition of another namespace; `None` if it has no hash.
    Known(Option<Hash>),
}

/// The definition hash of each member.
pub(super) fn hash(members: &[Member]) -> Vec<Hash> {
    let mut done: Vec<Option<Hash>> = vec![None; members.len()];
    for group in components(members) {
        hash_group(members, &group, &mut done);
    }
    done.into_iter()
        .map(|hash| hash.unwrap_or(Hash([0; 32])))
        .collect()
}

fn targets(member: &Member) -> impl Iterator<Item = usize> {
    member.refs.iter().filter_map(|one| match one {
        Ref::Member(index) => Some(*index),
        Ref::Known(_) => None,
    })
}

/// Strongly connected components, each after those it refers to.
fn components(members: &[Member]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let edges: Vec<Vec<usize>> = members
        .iter()
        .map(|member| targets(member).collect())
        .collect();
    let mut order = vec![UNSEEN; members.len()];
    let mut low = vec![0; members.len()];
    let mut on_stack = vec![false; members.len()];
    let mut stack = Vec::new();
    let mut next = 0;
    let mut found = Vec::new();
    for root in 0..members.len() {
        if order[root] != UNSEEN {
            continue;
        }
        // A node and how many of its edges have been followed.
        let mut work = vec![(root, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&target) = edges[node].get(edge) {
                work.push((node, edge + 1));
                if order[target] == UNSEEN {
                    work.push((target, 0));
                } else if on_stack[target] {
                    low[node] = low[node].min(order[target]);
                }
                continue;
            }
            if low[node] == order[node] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                group.sort_unstable();
                found.push(group);
            }
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
        }
    }
    found
}

fn hash_group(members: &[Member], group: &[usize], done: &mut [Option<Hash>]) {
    // What each member is, with its references outside of the group.
    let signature = |index: usize| {
        let member = &members[index];
        let mut digest = Digest::new("signature");
        digest.hash(member.own);
        digest.number(member.refs.len() as u64);
        for one in &member.refs {
            let known = match one {
                Ref::Known(hash) => *hash,
                Ref::Member(index) => match done[*index] {
                    Some(hash) => Some(hash),
                    None => {
                        digest.byte(0);
                        continue;
                    }
                },
            };
            digest.byte(if known.is_some() { 1 } else { 2 });
            digest.hash(known.unwrap_or(Hash([0; 32])));
        }
        digest.finish()
    };
    let is_recursive =
        group.len() > 1 || targets(&members[group[0]]).any(|target| target == group[0]);
    let signatures: Vec<Hash> = group.iter().map(|index| signature(*index)).collect();
    if !is_recursive {
        done[group[0]] = Some(signatures[0]);
        return;
    }
    let position: BTreeMap<usize, usize> = group
        .iter()
        .enumerate()
        .map(|(position, index)| (*index, position))
        .collect();
    let edges: Vec<Vec<usize>> = group
        .iter()
        .map(|index| {
            targets(&members[*index])
                .filter_map(|target| position.get(&target).copied())
                .collect()
        })
        .collect();
    let mut classes = number(&signatures);
    loop {
        let keys: Vec<(usize, Vec<usize>)> = edges
            .iter()
            .enumerate()
            .map(|(at, edges)| {
                (
                    classes[at],
                    edges.iter().map(|edge| classes[*edge]).collect(),
                )
            })
            .collect();
        let refined = number(&keys);
        if count(&refined) == count(&classes) {
            break;
        }
        classes = refined;
    }
    // The quotient automaton, class by class.
    let mut described: BTreeMap<usize, (Hash, Vec<usize>)> = BTreeMap::new();
    for (at, class) in classes.iter().enumerate() {
        described.entry(*class).or_insert_with(|| {
            (
                signatures[at],
                edges[at].iter().map(|edge| classes[*edge]).collect(),
            )
        });
    }
    let mut digest = Digest::new("group");
    digest.number(described.len() as u64);
    for (signature, edges) in described.values() {
        digest.hash(*signature);
        digest.number(edges.len() as u64);
        edges.iter().for_each(|edge| digest.number(*edge as u64));
    }
    let whole = digest.finish();
    for (at, index) in group.iter().enumerate() {
        let mut digest = Digest::new("member");
        digest.hash(whole);
        digest.number(classes[at] as u64);
        done[*index] = Some(digest.finish());
    }
}

/// Numbers equal keys equally, in the order of the keys.
fn number<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut sorted: Vec<&K> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    keys.iter()
        .map(|key| sorted.binary_search(&key).unwrap_or_default())
        .collect()
}

fn count(classes: &[usize]) -> usize {
    classes.iter().max().map_or(0, |max| max + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(own: u8, refs: &[usize]) -> Member {
        Member {
            own: Hash([own; 32]),
            refs: refs.iter().map(|index| Ref::Member(*index)).collect(),
        }
    }

    #[test]
    fn members_that_cannot_be_told_apart_share_a_hash() {
        // Two equal functions that call each other, and one that calls itself, mean the same.
        let pair = hash(&[member(1, &[1]), member(1, &[0])]);
        let single = hash(&[member(1, &[0])]);
        assert_eq!(pair[0], pair[1]);
        assert_eq!(pair[0], single[0]);
    }

    #[test]
    fn members_that_differ_do_not() {
        let hashes = hash(&[
            member(1, &[1]),
            member(2, &[2]),
            member(1, &[3]),
            member(3, &[0]),
        ]);
        for (index, one) in hashes.iter().enumerate() {
            assert!(hashes[index + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let one = hash(&[
            member(1, &[1, 2]),
            member(2, &[0]),
            member(3, &[0, 3]),
            member(4, &[]),
        ]);
        let other = hash(&[
            member(4, &[]),
            member(3, &[2, 0]),
            member(1, &[3, 1]),
            member(2, &[2]),
        ]);
        assert_eq!(
            [one[0], one[1], one[2], one[3]],
            [other[2], other[3], other[1], other[0]]
        );
    }

    #[test]
    fn the_order_of_references_matters() {
        let one = hash(&[member(1, &[1, 2]), member(2, &[]), member(3, &[])]);
        let other = hash(&[member(1, &[2, 1]), member(2, &[]), member(3, &[])]);
        assert_ne!(one[0], other[0]);
    }

    #[test]
    fn a_long_chain_needs_no_native_stack() {
        let members: Vec<Member> = (0..100_000)
            .map(|index| member(1, if index == 0 { &[] } else { &[0] }))
            .collect();
        let mut chain = members;
        for (index, member) in chain.iter_mut().enumerate().skip(1) {
            member.refs = vec![Ref::Member(index - 1)];
        }
        assert_eq!(hash(&chain).len(), 100_000);
    }
}
