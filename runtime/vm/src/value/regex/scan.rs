//! Finding where the next match begins in a long text, in stretches.
//!
//! The engine itself cannot be stopped in a search. So a long one is run by hand on a lazy automaton
//! that tells where the next match ends, a stretch at a time. What is kept between stretches says
//! nothing of the automaton: a byte from which on scanning comes to the same state. That is found by
//! trial: if an automaton begun a few bytes before the end of the stretch is in the state of the one
//! that has run through all of it, both see the same matches end from there on. Where such a match
//! begins the reversed automaton then says. That is the match, unless the pattern has groups: those the
//! engine finds from there.
//!
//! # Invariants
//! - What is found here is what the engine finds.
//! - The states of automata never leave a call: they are no part of a process.
//! - A match that stays open beyond a stretch is [followed](super::long). Where what is known of that
//!   has been lost, the text is scanned again in stretches that double: twice the work in sum.

use super::BYTES_PER_FUEL;
use super::long::{Automata, Following, Slots, Stepped};
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::hybrid::regex::{self, Regex};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

/// States of the pattern times bytes of text that are scanned in one stretch: what scanning costs at
/// worst, when each byte makes a new state.
const STRETCH_WORK: usize = 1 << 21;
/// Longest and shortest stretch, in bytes.
const STRETCH_MAX: usize = 32 * 1024;
const STRETCH_MIN: usize = 256;
/// Bytes from which an automaton is begun anew, as a first trial.
const TRIAL_BYTES: usize = 64;
/// Longest match of a pattern whose search the engine is left to where little text is left, in bytes: it
/// looks no further behind the end of a match.
const SHORT_MATCH_BYTES: usize = 64;

/// The automata of a pattern.
#[derive(Debug)]
pub(super) struct Scanner {
    regex: Regex,
    cache: regex::Cache,
    automata: Automata,
    exits: Option<Exits>,
    /// Greatest length of a match, in bytes, if that is small.
    short: Option<usize>,
}

/// Fuel of scanning so many bytes on the automaton of a pattern of so many states. Who may look at each
/// state for each byte pays for it, as the length of a stretch does.
pub(super) fn scan_fuel(states: usize, bytes: usize) -> u32 {
    let weight = states.max(STRETCH_WORK / STRETCH_MAX);
    let work = bytes.saturating_mul(weight) / (STRETCH_WORK / STRETCH_MAX);
    u32::try_from(work / BYTES_PER_FUEL).map_or(u32::MAX, |fuel| fuel.saturating_add(1))
}

/// What is known of a search under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    /// From which byte on scanning comes to the same end.
    pub(crate) base: usize,
    /// How far the next stretch reaches, 0 for as far as usual.
    pub(crate) reach: usize,
}

/// Where the next match is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seek {
    /// It begins at this byte, or there is none: the engine says from there.
    From(usize),
    /// There is none.
    Nowhere,
    /// The match.
    Found(Slots),
    /// That is not known yet.
    Later(Gap),
}

/// How a stretch ended.
#[derive(Clone, Copy)]
enum Scan {
    /// No match that is open can end later: the end of the last that was seen.
    Over(Option<usize>),
    /// Open: the state, and the end of the last match seen.
    Open(LazyStateID, Option<usize>),
    /// The automaton cannot go on.
    Failed,
}

/// Bytes of text that a pattern of so many states is searched for at once.
pub(super) fn stretch_of(states: usize) -> usize {
    (STRETCH_WORK / states.max(1)).clamp(STRETCH_MIN, STRETCH_MAX)
}

impl Scanner {
    /// The automata of a pattern in the engine's notation; `None` for one that cannot be run so.
    pub(super) fn new(pattern: &str, bytes_max: usize) -> Option<Scanner> {
        let limits = thompson::Config::new().nfa_size_limit(Some(bytes_max));
        let regex = Regex::builder()
            .thompson(limits.clone())
            .dfa(DFA::config().cache_capacity(bytes_max))
            .build(pattern)
            .ok()?;
        let nfa = thompson::Compiler::new()
            .configure(limits.which_captures(thompson::WhichCaptures::All))
            .build(pattern)
            .ok()?;
        let automata = Automata {
            forward: regex.forward().clone(),
            reverse: regex.reverse().clone(),
            groups: (nfa.group_info().slot_len() > 2).then_some(nfa),
        };
        let mut cache = regex.create_cache();
        let exits = Exits::of(regex.forward(), cache.as_parts_mut().0);
        let longest = syntax::parse(pattern).ok()?.properties().maximum_len();
        Some(Scanner {
            regex,
            cache,
            automata,
            exits,
            short: longest.filter(|&longest| longest <= SHORT_MATCH_BYTES),
        })
    }

    /// The automata.
    pub(super) fn automata(&self) -> &Automata {
        &self.automata
    }

    /// Greatest length of a match, in bytes, if that is small.
    pub(super) fn short(&self) -> Option<usize> {
        self.short
    }

    /// Number of the pattern's states.
    pub(super) fn states(&self) -> usize {
        self.regex.forward().get_nfa().states().len()
    }

    /// Looks for the next match at or after `origin` in a stretch of the text. What is `followed` is
    /// kept by who calls, if they can, until the next call for the same origin. `spent` grows by what
    /// the bytes cost that were looked at.
    pub(super) fn seek(
        &mut self,
        text: &[u8],
        origin: usize,
        gap: Gap,
        stretch: usize,
        followed: Option<&mut Option<Box<Following>>>,
        spent: &mut u32,
    ) -> Seek {
        let base = gap.base.max(origin);
        let reach = gap.reach.max(stretch);
        let Some(followed) = followed else {
            return self.seek_at_once(text, origin, base, reach, spent);
        };
        if let Some(mut following) = followed.take()
            && following.origin() == origin
        {
            return match following.step(text, stretch, spent) {
                Stepped::Open => {
                    *followed = Some(following);
                    Seek::Later(gap)
                }
                Stepped::Nothing => Seek::Nowhere,
                Stepped::Found(slots) => found(text, slots),
                Stepped::Unknown(from) => Seek::From(boundary(text, origin, from)),
            };
        }
        let seek = self.seek_at_once(text, origin, base, reach, spent);
        if let Seek::Later(Gap { base, reach: 1.. }) = seek {
            let following = Following::new(&self.automata, text, origin, base, false);
            *followed = following.map(Box::new);
        }
        seek
    }

    /// The same for one stretch.
    fn seek_at_once(
        &mut self,
        text: &[u8],
        origin: usize,
        base: usize,
        reach: usize,
        spent: &mut u32,
    ) -> Seek {
        let states = self.states();
        let mut charge = |bytes| *spent = spent.saturating_add(scan_fuel(states, bytes));
        let end = (base + reach).min(text.len());
        let (forward, reverse) = self.cache.as_parts_mut();
        let dfa = self.regex.forward();
        let clears = forward.clear_count();
        let (scanned, looked) = scan((dfa, self.exits), forward, text, base, end);
        charge(looked);
        match scanned {
            Scan::Failed => Seek::From(origin),
            Scan::Over(None) => Seek::Nowhere,
            Scan::Over(Some(end)) => {
                let input = Input::new(text).range(origin..end).anchored(Anchored::Yes);
                let began = self.regex.reverse().try_search_rev(reverse, &input);
                let Ok(Some(began)) = began else {
                    charge(end - origin);
                    return Seek::From(origin);
                };
                let start = began.offset();
                charge(end - start);
                if self.automata.groups.is_some() {
                    Seek::From(boundary(text, origin, start))
                } else {
                    found(text, vec![Some(start), Some(end)])
                }
            }
            Scan::Open(state, None) => {
                let length = end - base;
                for trial in [TRIAL_BYTES.min(length / 4), length / 2] {
                    let (again, looked) = scan((dfa, self.exits), forward, text, end - trial, end);
                    charge(looked);
                    let same = matches!(again, Scan::Open(other, None) if other == state);
                    if same && forward.clear_count() == clears && trial < length {
                        return Seek::Later(Gap {
                            base: end - trial,
                            reach: 0,
                        });
                    }
                }
                Seek::Later(Gap {
                    base,
                    reach: 2 * reach,
                })
            }
            Scan::Open(_, Some(_)) => Seek::Later(Gap {
                base,
                reach: 2 * reach,
            }),
        }
    }
}

/// What a match is for who looks for it. An automaton sees the empty text within a character too: there
/// the engine has to look.
fn found(text: &[u8], slots: Slots) -> Seek {
    match slots[..] {
        [Some(start), Some(end), ..] if start < end => Seek::Found(slots),
        [Some(start), ..] => Seek::From(boundary(text, 0, start)),
        _ => Seek::Nowhere,
    }
}

/// The first byte of the character that a byte belongs to, not before `from`, which is one.
fn boundary(text: &[u8], from: usize, at: usize) -> usize {
    let mut at = at;
    while at > from && at < text.len() && (0x80..0xc0).contains(&text[at]) {
        at -= 1;
    }
    at
}

/// The bytes that lead out of the state in which an automaton is where no match is open, if they are few:
/// the next of them is found sooner than byte by byte.
#[derive(Clone, Copy, Debug)]
struct Exits([u8; Exits::MAX]);

impl Exits {
    const MAX: usize = 3;
    /// Bytes that are looked at together.
    const TOGETHER: usize = 32;

    /// Those of an automaton; none of one that looks around, which is in many states where no match is
    /// open.
    fn of(dfa: &DFA, cache: &mut Cache) -> Option<Exits> {
        if !dfa.get_nfa().look_set_any().is_empty() {
            return None;
        }
        let home = Exits::home(dfa, cache)?;
        let clears = cache.clear_count();
        let mut exits = Vec::new();
        for byte in 0..=u8::MAX {
            if dfa.next_state(cache, home, byte).ok()? != home {
                exits.push(byte);
            }
            if exits.len() > Exits::MAX || cache.clear_count() != clears {
                return None;
            }
        }
        let &first = exits.first()?;
        exits.resize(Exits::MAX, first);
        exits.try_into().ok().map(Exits)
    }

    /// The state, until the cache is cleared. Where a search begins behind a letter it may be in another
    /// at first.
    fn home(dfa: &DFA, cache: &mut Cache) -> Option<LazyStateID> {
        dfa.start_state_forward(cache, &Input::new(b"\0").range(1..))
            .ok()
    }

    /// How many bytes there are before the first that leads out.
    fn first_in(self, bytes: &[u8]) -> usize {
        let Exits([x, y, z]) = self;
        let leads_out = |byte: u8| (byte == x) | (byte == y) | (byte == z);
        let stays = |chunk: &&[u8]| !chunk.iter().fold(false, |any, &byte| any | leads_out(byte));
        let chunks = bytes.chunks_exact(Exits::TOGETHER).take_while(stays);
        let skipped = chunks.count() * Exits::TOGETHER;
        let rest = &bytes[skipped..];
        let found = rest.iter().position(|&byte| leads_out(byte));
        skipped + found.unwrap_or(rest.len())
    }
}

/// Runs an automaton over part of a text: how it ended, and the number of bytes it has looked at.
fn scan(
    (dfa, exits): (&DFA, Option<Exits>),
    cache: &mut Cache,
    text: &[u8],
    from: usize,
    to: usize,
) -> (Scan, usize) {
    let Ok(mut state) = dfa.start_state_forward(cache, &Input::new(text).range(from..)) else {
        return (Scan::Failed, 0);
    };
    let exits = exits.and_then(|exits| Some((exits, Exits::home(dfa, cache)?)));
    let clears = cache.clear_count();
    let mut last = None;
    let mut next = from;
    while next < to {
        // After it was cleared another state may have the name.
        if let Some((exits, home)) = exits
            && state == home
            && cache.clear_count() == clears
        {
            next += exits.first_in(&text[next..to]);
        }
        let Some(&byte) = text[..to].get(next) else {
            break;
        };
        let at = next;
        next += 1;
        state = match dfa.next_state(cache, state, byte) {
            Ok(state) => state,
            Err(_) => return (Scan::Failed, at - from),
        };
        if state.is_tagged() {
            if state.is_match() {
                // Matches are seen a byte late.
                last = Some(at);
            } else if state.is_dead() {
                return (Scan::Over(last), at + 1 - from);
            } else if state.is_quit() {
                return (Scan::Failed, at + 1 - from);
            }
        }
    }
    if to < text.len() {
        return (Scan::Open(state, last), to - from);
    }
    let ended = match dfa.next_eoi_state(cache, state) {
        Ok(state) if state.is_match() => Scan::Over(Some(to)),
        Ok(state) if state.is_quit() => Scan::Failed,
        Ok(_) => Scan::Over(last),
        Err(_) => Scan::Failed,
    };
    (ended, to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scan of all of a text says, with the bytes it has looked at.
    fn scanned(scanner: &mut Scanner, text: &[u8], from: usize) -> [String; 2] {
        let dfa = scanner.regex.forward();
        let cache = scanner.cache.as_parts_mut().0;
        [scanner.exits, None].map(|exits| {
            let (scan, looked) = scan((dfa, exits), cache, text, from, text.len());
            match scan {
                Scan::Over(end) => format!("{end:?} {looked}"),
                Scan::Open(..) => "open".to_owned(),
                Scan::Failed => "failed".to_owned(),
            }
        })
    }

    #[test]
    fn what_leads_out_is_found_where_it_is() {
        let exits = Exits([b'x', b'y', b'y']);
        for length in 0..100 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(exits.first_in(&bytes), length);
            for at in (0..length).rev() {
                bytes[at] = if at % 2 == 0 { b'x' } else { b'y' };
                assert_eq!(exits.first_in(&bytes), at);
            }
        }
    }

    #[test]
    fn skipping_changes_nothing_of_what_is_found_and_looked_at() {
        let line = "word \u{e4}\u{20ac} ".repeat(9);
        let text = format!("{line}\n\n{line},{line}\r\n{line}");
        for (pattern, skips) in [
            ("\\n+", true),
            ("[\\r\\n]+", true),
            ("(,)\\w*", true),
            ("x+|y", true),
            ("\u{20ac} w", true),
            ("\\w+,", false),
            ("(?m)^w", false),
            ("(?-u:\\b)q", false),
            ("a*", false),
        ] {
            let mut scanner = Scanner::new(pattern, 1 << 20).expect("it can be run so");
            assert_eq!(scanner.exits.is_some(), skips, "{pattern}");
            for (from, _) in text.char_indices() {
                let [with, without] = scanned(&mut scanner, text.as_bytes(), from);
                assert_eq!(with, without, "{pattern} from {from}");
            }
        }
    }
}
