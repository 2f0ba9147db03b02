//! One long match, in steps.
//!
//! A match that stays open over much text is followed byte by byte: by a lazy automaton to its end, by
//! the reversed one to its beginning, and then, if the pattern has groups, by a simulation of the
//! pattern's own automaton, from the beginning to the end, which says where the groups are. Each of the
//! three stops after a bounded amount of work and goes on from there.
//!
//! What is kept lies beside the process's memory, for as long as the state of the search stays where
//! it is in it. It is not stored. Who has lost it begins anew, and does twice as much at once as the
//! last time. What a process keeps so counts to its memory.
//!
//! # Invariants
//! - The simulation gives what the engine gives: of two ways to match the one that the pattern names
//!   first is taken, and groups are where they were last.
//! - A state of an automaton is used with the cache that made it only.

use super::scan::scan_fuel;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};

/// Where groups begin and end, two for each, the whole match first.
pub(crate) type Slots = Vec<Option<usize>>;

/// Bytes of a match in which the engine finds the groups at once: it is several times faster.
const AT_ONCE_BYTES: usize = 32 * 1024;
/// Greatest number of places that the simulation remembers: groups times states.
const PLACES_MAX: usize = 1 << 17;

/// States that the simulation visits for one unit of fuel.
const STATES_PER_FUEL: usize = 2;

/// The automata of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Automata {
    pub(super) forward: DFA,
    pub(super) reverse: DFA,
    /// With the places of groups; `None` if there are none but the whole match.
    pub(super) groups: Option<NFA>,
}

/// What a step has come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stepped {
    /// To no end yet.
    Open,
    /// There is no match.
    Nothing,
    /// The match.
    Found(Slots),
    /// The automata cannot tell: the engine has to look from this byte on.
    Unknown(usize),
}

/// A match that is followed.
#[derive(Debug)]
pub(crate) struct Following {
    automata: Automata,
    /// Where the search began.
    origin: usize,
    anchored: bool,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// To the end: the automaton at a byte, and the end of the last match seen.
    Forward(Cache, LazyStateID, usize, Option<usize>),
    /// To the beginning of the match that ends there.
    Reverse(Cache, LazyStateID, usize, Option<usize>, usize),
    /// From beginning to end.
    Groups(Box<Simulation>, usize),
}

impl Following {
    /// Looks for the match at or after `origin`, of which it is known that scanning from `base` on
    /// sees the same end; if it is anchored, for one that begins at `origin`.
    pub(super) fn new(
        automata: &Automata,
        text: &[u8],
        origin: usize,
        base: usize,
        anchored: bool,
    ) -> Option<Following> {
        let automata = automata.clone();
        let mut cache = automata.forward.create_cache();
        let mode = if anchored {
            Anchored::Yes
        } else {
            Anchored::No
        };
        let input = Input::new(text).range(base..).anchored(mode);
        let state = automata
            .forward
            .start_state_forward(&mut cache, &input)
            .ok()?;
        Some(Following {
            automata,
            origin,
            anchored,
            phase: Phase::Forward(cache, state, base, None),
        })
    }

    /// Where the search began.
    pub(super) fn origin(&self) -> usize {
        self.origin
    }

    /// Bytes that it takes beside the process's memory.
    pub(crate) fn memory(&self) -> usize {
        let more = match &self.phase {
            Phase::Forward(cache, ..) | Phase::Reverse(cache, ..) => cache.memory_usage(),
            Phase::Groups(simulation, _) => simulation.memory(),
        };
        size_of::<Following>() + more
    }

    /// Goes on for about so many bytes. `spent` grows by what those cost that were looked at.
    pub(super) fn step(&mut self, text: &[u8], bytes: usize, spent: &mut u32) -> Stepped {
        let states = self.automata.forward.get_nfa().states().len();
        let mut charge = |bytes| *spent = spent.saturating_add(scan_fuel(states, bytes));
        match &mut self.phase {
            Phase::Forward(cache, state, at, last) => {
                let from = *at;
                let dfa = &self.automata.forward;
                let ended = forward(dfa, cache, text, (state, at, last), bytes);
                charge(*at - from);
                match ended {
                    Some(true) => {}
                    Some(false) => return Stepped::Open,
                    None => return Stepped::Unknown(self.origin),
                }
                match *last {
                    None => Stepped::Nothing,
                    Some(end) if self.anchored => self.begins(self.origin, end, bytes),
                    Some(end) => self.ends(text, end),
                }
            }
            Phase::Reverse(cache, state, at, first, end) => {
                let end = *end;
                let from = *at;
                let dfa = &self.automata.reverse;
                let ended = reverse(dfa, cache, text, self.origin, (state, at, first), bytes);
                charge(from - *at);
                match ended {
                    Some(true) => {}
                    Some(false) => return Stepped::Open,
                    None => return Stepped::Unknown(self.origin),
                }
                match *first {
                    Some(start) => self.begins(start, end, bytes),
                    None => Stepped::Unknown(self.origin),
                }
            }
            Phase::Groups(simulation, end) => {
                let before = simulation.visited;
                let ended = simulation.step(text, *end, bytes / 4);
                let visited = (simulation.visited - before).div_ceil(STATES_PER_FUEL);
                *spent = spent.saturating_add(u32::try_from(visited).unwrap_or(u32::MAX));
                match ended {
                    None => Stepped::Open,
                    Some(Some(slots)) if slots.get(1) == Some(&Some(*end)) => Stepped::Found(slots),
                    Some(_) => Stepped::Unknown(self.origin),
                }
            }
        }
    }

    /// The end is known.
    fn ends(&mut self, text: &[u8], end: usize) -> Stepped {
        let dfa = &self.automata.reverse;
        let mut cache = dfa.create_cache();
        let range = self.origin..end;
        let input = Input::new(text).range(range).anchored(Anchored::Yes);
        match dfa.start_state_reverse(&mut cache, &input) {
            Ok(state) => {
                self.phase = Phase::Reverse(cache, state, end, None, end);
                Stepped::Open
            }
            Err(_) => Stepped::Unknown(self.origin),
        }
    }

    /// Beginning and end are known.
    fn begins(&mut self, start: usize, end: usize, at_once: usize) -> Stepped {
        let Some(nfa) = &self.automata.groups else {
            return Stepped::Found(vec![Some(start), Some(end)]);
        };
        if end - start <= AT_ONCE_BYTES.min(at_once) {
            return Stepped::Unknown(start);
        }
        match Simulation::new(nfa.clone(), start) {
            Some(simulation) => {
                self.phase = Phase::Groups(Box::new(simulation), end);
                Stepped::Open
            }
            None => Stepped::Unknown(start),
        }
    }
}

/// Scans on; whether it has come to the end, `None` if the automaton gives up.
fn forward(
    dfa: &DFA,
    cache: &mut Cache,
    text: &[u8],
    (state, at, last): (&mut LazyStateID, &mut usize, &mut Option<usize>),
    bytes: usize,
) -> Option<bool> {
    let to = text.len().min(at.saturating_add(bytes));
    while *at < to {
        *state = dfa.next_state(cache, *state, text[*at]).ok()?;
        if state.is_tagged() {
            if state.is_match() {
                // Matches are seen a byte late.
                *last = Some(*at);
            } else if state.is_dead() {
                return Some(true);
            } else if state.is_quit() {
                return None;
            }
        }
        *at += 1;
    }
    if to < text.len() {
        return Some(false);
    }
    let end = dfa.next_eoi_state(cache, *state).ok()?;
    if end.is_quit() {
        return None;
    }
    if end.is_match() {
        *last = Some(to);
    }
    Some(true)
}

/// Scans back; whether it has come to the beginning.
fn reverse(
    dfa: &DFA,
    cache: &mut Cache,
    text: &[u8],
    origin: usize,
    (state, at, first): (&mut LazyStateID, &mut usize, &mut Option<usize>),
    bytes: usize,
) -> Option<bool> {
    let to = origin.max(at.saturating_sub(bytes));
    while *at > to {
        *state = dfa.next_state(cache, *state, text[*at - 1]).ok()?;
        if state.is_tagged() {
            if state.is_match() {
                *first = Some(*at);
            } else if state.is_dead() {
                return Some(true);
            } else if state.is_quit() {
                return None;
            }
        }
        *at -= 1;
    }
    if to > origin {
        return Some(false);
    }
    // What stands before the origin decides whether it is a boundary.
    let end = match origin.checked_sub(1) {
        Some(before) => dfa.next_state(cache, *state, text[before]).ok()?,
        None => dfa.next_eoi_state(cache, *state).ok()?,
    };
    if end.is_quit() {
        return None;
    }
    if end.is_match() {
        *first = Some(origin);
    }
    Some(true)
}

/// The pattern's automaton in all states that it can be in, in the order in which the pattern prefers
/// them.
#[derive(Debug)]
struct Simulation {
    nfa: NFA,
    /// Places of each state's way.
    slots: usize,
    now: Threads,
    next: Threads,
    at: usize,
    /// The next of the threads that is to read the byte.
    thread: usize,
    /// States visited so far, each as often as it was.
    visited: usize,
    found: Option<Slots>,
    stack: Vec<Todo>,
    way: Slots,
}

/// States in order, each once, and the places on the way to each.
#[derive(Debug)]
struct Threads {
    order: Vec<StateID>,
    /// By state: where in `order` it is, if it is.
    index: Vec<u32>,
    places: Vec<Option<usize>>,
}

#[derive(Debug)]
enum Todo {
    Visit(StateID),
    Restore(usize, Option<usize>),
}

impl Threads {
    fn new(states: usize, slots: usize) -> Threads {
        Threads {
            order: Vec::new(),
            index: vec![0; states],
            places: vec![None; states * slots],
        }
    }

    /// Bytes that they take.
    fn memory(&self) -> usize {
        self.index.len() * (size_of::<StateID>() + size_of::<u32>())
            + self.places.len() * size_of::<Option<usize>>()
    }

    /// Adds a state; false if it is there.
    fn insert(&mut self, state: StateID) -> bool {
        let at = self.index[state.as_usize()] as usize;
        if self.order.get(at) == Some(&state) {
            return false;
        }
        self.index[state.as_usize()] = self.order.len() as u32;
        self.order.push(state);
        true
    }
}

impl Simulation {
    fn new(nfa: NFA, start: usize) -> Option<Simulation> {
        let states = nfa.states().len();
        let slots = nfa.group_info().slot_len();
        if states.saturating_mul(slots) > PLACES_MAX {
            return None;
        }
        let first = nfa.start_anchored();
        Some(Simulation {
            slots,
            now: Threads::new(states, slots),
            next: Threads::new(states, slots),
            at: start,
            thread: 0,
            visited: 0,
            found: None,
            // The first states are found by the first step.
            stack: vec![Todo::Visit(first)],
            way: vec![None; slots],
            nfa,
        })
    }

    /// Bytes that its lists take.
    fn memory(&self) -> usize {
        2 * self.now.memory() + self.stack.capacity() * size_of::<Todo>()
    }

    /// Goes on for so many states, to the end of the match: its places, if it has come there.
    fn step(&mut self, text: &[u8], end: usize, states: usize) -> Option<Option<Slots>> {
        let most = self.visited + states.max(1);
        // What was begun: where the match may begin, or where a thread that has read a byte can go.
        let begins = self.thread == 0 && self.now.order.is_empty();
        if begins {
            std::mem::swap(&mut self.now, &mut self.next);
            self.close(text, self.at);
            std::mem::swap(&mut self.now, &mut self.next);
        }
        loop {
            while let Some(&state) = self.now.order.get(self.thread) {
                self.thread += 1;
                self.visited += 1;
                let goes_to = match self.nfa.state(state) {
                    State::Match { .. } => {
                        let places = state.as_usize() * self.slots;
                        self.found = Some(self.now.places[places..places + self.slots].to_vec());
                        // The others are preferred less.
                        self.thread = self.now.order.len();
                        continue;
                    }
                    _ if self.at >= end => None,
                    State::ByteRange { trans } => {
                        trans.matches(text, self.at).then_some(trans.next)
                    }
                    State::Sparse(sparse) => sparse.matches(text, self.at),
                    State::Dense(dense) => dense.matches(text, self.at),
                    _ => None,
                };
                if let Some(to) = goes_to {
                    let places = state.as_usize() * self.slots;
                    self.way
                        .copy_from_slice(&self.now.places[places..places + self.slots]);
                    self.stack.push(Todo::Visit(to));
                    self.close(text, self.at + 1);
                }
                if self.visited >= most && self.thread < self.now.order.len() {
                    return None;
                }
            }
            if self.at >= end || self.next.order.is_empty() {
                return Some(self.found.take());
            }
            self.at += 1;
            self.thread = 0;
            std::mem::swap(&mut self.now, &mut self.next);
            self.next.order.clear();
            if self.visited >= most {
                return None;
            }
        }
    }

    /// Adds to the next threads all states that lead on without a byte.
    fn close(&mut self, text: &[u8], at: usize) {
        while let Some(todo) = self.stack.pop() {
            let mut state = match todo {
                Todo::Restore(slot, place) => {
                    self.way[slot] = place;
                    continue;
                }
                Todo::Visit(state) => state,
            };
            while self.next.insert(state) {
                self.visited += 1;
                match self.nfa.state(state) {
                    State::Look { look, next } => {
                        if !self.nfa.look_matcher().matches(*look, text, at) {
                            break;
                        }
                        state = *next;
                    }
                    State::Union { alternates } => {
                        let Some((&first, others)) = alternates.split_first() else {
                            break;
                        };
                        let others = others.iter().rev();
                        self.stack.extend(others.map(|&other| Todo::Visit(other)));
                        state = first;
                    }
                    State::BinaryUnion { alt1, alt2 } => {
                        self.stack.push(Todo::Visit(*alt2));
                        state = *alt1;
                    }
                    State::Capture { next, slot, .. } => {
                        let slot = slot.as_usize();
                        if slot < self.slots {
                            self.stack.push(Todo::Restore(slot, self.way[slot]));
                            self.way[slot] = Some(at);
                        }
                        state = *next;
                    }
                    State::Fail => break,
                    State::ByteRange { .. }
                    | State::Sparse(_)
                    | State::Dense(_)
                    | State::Match { .. } => {
                        let places = state.as_usize() * self.slots;
                        self.next.places[places..places + self.slots].copy_from_slice(&self.way);
                        break;
                    }
                }
            }
        }
    }
}
