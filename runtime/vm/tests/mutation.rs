//! Cells written at any time, between collections and checkpoints in any order, against a model.
//!
//! What an old cell refers to may lie in the nursery, among survivors or in any younger level, and
//! levels become survivors again. Fibers that have not run for long hold some of it. Whoever forgets to
//! forward one word, or to store it anew, breaks one of these.

mod support;

use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use support::{IDENTITY, link};
use vm::Word;
use vm::checkpoint::State;
use vm::heap::Heap;
use vm::object::Kind;
use vm::process::{Process, Root};

/// References of a node.
const EDGES: usize = 4;
/// Words besides, so that survivors double and levels differ in size.
const BALLAST: [usize; 5] = [0, 8, 60, 700, 9_000];

/// Edges to follow from the root, as far as they lead anywhere.
type Path = Vec<usize>;

#[derive(Clone, Debug)]
enum Value {
    Nothing,
    New(usize),
    At(Path),
}

#[derive(Clone, Debug)]
enum Step {
    /// Writes an edge of a node.
    Write(Path, usize, Value),
    /// Adds a fiber that does not run: its only register holds a node.
    Hold(Path),
    Collect,
    CollectUnsealed,
    CollectAll,
    Checkpoint,
    /// A checkpoint, and the process anew from what is stored.
    Reload,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let path = || prop::collection::vec(0..EDGES, 0..6);
    let value = prop_oneof![
        1 => Just(Value::Nothing),
        6 => (0..BALLAST.len()).prop_map(Value::New),
        3 => path().prop_map(Value::At),
    ];
    let step = prop_oneof![
        12 => (path(), 0..EDGES, value).prop_map(|(at, edge, value)| Step::Write(at, edge, value)),
        1 => path().prop_map(Step::Hold),
        4 => Just(Step::Collect),
        1 => Just(Step::CollectUnsealed),
        1 => Just(Step::CollectAll),
        3 => Just(Step::Checkpoint),
        1 => Just(Step::Reload),
    ];
    prop::collection::vec(step, 1..120)
}

/// What the memory must be.
#[derive(Default)]
struct Model {
    nodes: Vec<[Option<usize>; EDGES]>,
    /// The nodes that fibers hold, by the fiber's number.
    held: Vec<usize>,
}

struct World {
    model: Model,
    process: Process,
    state: State,
    segments: u64,
}

impl World {
    fn new(protects: bool) -> World {
        let image = link(&[("identity", IDENTITY, &["identity"])]);
        let mut heap = Heap::new(Arc::clone(image.boot()));
        heap.protects_from_space = protects;
        let mut world = World {
            model: Model::default(),
            process: Process::empty(image, heap),
            state: State::default(),
            segments: 0,
        };
        let (_, root) = world.node(0);
        world.process.roots[Root::MailboxHead as usize] = root;
        world
    }

    fn node(&mut self, ballast: usize) -> (usize, Word) {
        let number = self.model.nodes.len();
        self.model.nodes.push([None; EDGES]);
        let mut words = vec![Word::small(i64::try_from(number).expect("few nodes"))];
        words.extend([Word::NIL; EDGES]);
        words.resize(1 + EDGES + BALLAST[ballast], Word::small(7));
        (
            number,
            self.process.heap.make(Kind::Array, 0, 0, &[], &words),
        )
    }

    /// The edge of a node in memory: after the header and the number.
    fn edge(edge: usize) -> u32 {
        u32::try_from(edge + 2).expect("few edges")
    }

    fn at(&self, path: &Path) -> (usize, Word) {
        let mut node = 0;
        let mut word = self.process.roots[Root::MailboxHead as usize];
        for &edge in path {
            let Some(next) = self.model.nodes[node][edge] else {
                break;
            };
            node = next;
            word = self.process.heap.word(word, World::edge(edge));
        }
        (node, word)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Write(path, edge, value) => {
                let (node, word) = self.at(path);
                let (next, value) = match value {
                    Value::Nothing => (None, Word::NIL),
                    Value::New(ballast) => {
                        let (number, word) = self.node(*ballast);
                        (Some(number), word)
                    }
                    Value::At(path) => {
                        let (number, word) = self.at(path);
                        (Some(number), word)
                    }
                };
                self.model.nodes[node][*edge] = next;
                self.process.heap.write(word, World::edge(*edge), value);
            }
            Step::Hold(path) => {
                let (node, word) = self.at(path);
                self.model.held.push(node);
                let proto = self.process.image.proto_for_call(0, 1);
                self.process
                    .add_call(proto.expect("identity takes one"), &[word]);
            }
            Step::Collect => self.process.collect(),
            Step::CollectUnsealed => self.process.collect_unsealed(),
            Step::CollectAll => self.process.collect_all(),
            Step::Checkpoint => self.checkpoint(),
            Step::Reload => {
                self.checkpoint();
                let image = Arc::clone(&self.process.image);
                let protects = self.process.heap.protects_from_space;
                self.process = Process::restore(image, self.state.clone())
                    .expect("what is stored is a process");
                self.process.heap.protects_from_space = protects;
            }
        }
    }

    fn checkpoint(&mut self) {
        let before = self.process.full_state();
        self.segments += 1;
        let delta = self.process.checkpoint(|| self.segments);
        self.state.apply(&delta);
        vm::oracle::check(&before, &self.process.full_state(), &self.state)
            .expect("what is stored is what lives");
    }

    /// The memory is sound, and from the root it is the model.
    fn check(&self) {
        self.process.verify().expect("the memory is sound");
        let heap = &self.process.heap;
        let mut places: HashMap<usize, Word> = HashMap::new();
        let mut left = vec![self.at(&Path::new())];
        for (fiber, &node) in self.process.fibers.iter().zip(&self.model.held) {
            let words = fiber.top().used(&self.process.image);
            left.push((node, Word(*words.last().expect("a register"))));
        }
        while let Some((node, word)) = left.pop() {
            if let Some(&known) = places.get(&node) {
                assert_eq!(word, known, "node {node} is in two places");
                continue;
            }
            places.insert(node, word);
            assert_eq!(heap.kind_of(word), Some(Kind::Array), "node {node}");
            let number = i64::try_from(node).expect("few nodes");
            assert_eq!(heap.word(word, 1), Word::small(number));
            for (edge, next) in self.model.nodes[node].iter().enumerate() {
                let word = heap.word(word, World::edge(edge));
                match next {
                    None => assert_eq!(word, Word::NIL, "node {node}, edge {edge}"),
                    Some(next) => left.push((*next, word)),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_is_what_was_written_into_it(steps in steps(), protects in any::<bool>()) {
        let mut world = World::new(protects);
        for step in &steps {
            world.step(step);
            if !matches!(step, Step::Write(..)) {
                world.check();
            }
        }
        world.checkpoint();
        world.check();
    }
}
