//! Compiles a file and runs its entry body in the bare machine, without an engine: for profiling
//! compiler and interpreter. Of all effects only writing to standard output is there.
//!
//! With `OX_COLLECT` set it collects before every instruction that may allocate; with `OX_RELOAD`
//! it is checkpointed and read back at every safepoint, with `OX_SLICE=N` after random slices of at
//! most N units of fuel (and with `OX_KEEP`, mostly only checkpointed).
#![expect(
    clippy::disallowed_methods,
    reason = "the program's end is decided here"
)]

use driver::packages::Options;
use driver::{Target, Workspace};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;
use vm::Word;
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;
use vm::value::{string, vector};

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("usage: run FILE [ARG…]");
    let start = Instant::now();
    let cwd = std::env::current_dir().expect("a working directory");
    let mut workspace =
        Workspace::open(&Target::File(path.into()), &cwd, &Options::default()).expect("a file");
    let built = match workspace.build() {
        Ok(built) => built,
        Err(diagnostics) => {
            let files = workspace.files();
            eprint!(
                "{}",
                source::render::terminal::render(&diagnostics, &files, false)
            );
            std::process::exit(1);
        }
    };
    eprintln!(
        "built {} definitions in {:?}",
        built.image.slots.len(),
        start.elapsed()
    );
    let start = Instant::now();
    let slot = built.entry_slot.expect("something to run");
    let arguments = built
        .image
        .slots
        .iter()
        .position(|slot| slot.name == "*command-line-args*");
    let image = Arc::new(LoadedImage::load(Arc::new(built.image)).expect("a valid image"));
    eprintln!("loaded in {:?}", start.elapsed());
    let start = Instant::now();
    let heap = Heap::new(Arc::clone(image.boot()));
    let mut process = Process::start(Arc::clone(&image), slot, &[], heap).expect("no arguments");
    let words: Vec<Word> = args
        .map(|arg| string::make_string(&mut process.heap, &arg))
        .collect();
    if let (Some(slot), false) = (arguments, words.is_empty()) {
        let list = vm::value::list::make(&mut process.heap, &words);
        let name = ("ox.core.print", "*command-line-args*");
        let bindings =
            vm::value::dynamic::bind(&mut process.heap, Word::NIL, slot as u32, name, list);
        process.fibers[0].bindings = bindings;
    }
    let reload = std::env::var_os("OX_RELOAD").is_some();
    let slice: Option<i64> = std::env::var("OX_SLICE")
        .ok()
        .and_then(|text| text.parse().ok());
    let keep = std::env::var_os("OX_KEEP").is_some();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let zeal = Zeal {
        collect: std::env::var_os("OX_COLLECT").is_some(),
    };
    let mut state = vm::checkpoint::State::default();
    let mut segment = 0;
    loop {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mut fuel = match slice {
            Some(most) => 1 + (random >> 33) as i64 % most,
            None if reload => 1,
            None => i64::MAX,
        };
        if reload || slice.is_some() {
            let delta = process.checkpoint(|| {
                segment += 1;
                segment
            });
            state.apply(&delta);
            if !keep || random >> 60 == 0 {
                process = Process::restore(Arc::clone(&image), state.clone()).expect("a process");
            } else {
                process.verify().expect("a sound memory");
            }
        }
        match process.run(&mut fuel, zeal) {
            Outcome::OutOfFuel => {}
            Outcome::Effect(id) => {
                let index = process.fiber_index(id).expect("it has just run");
                let request = process.fibers[index].request;
                let parts = vector::elements(&process.heap, request);
                let text = parts
                    .get(2)
                    .and_then(|&w| string::try_text(&process.heap, w))
                    .unwrap_or("");
                let _ = std::io::stdout().write_all(text.as_bytes());
                process.answer(id, Word::NIL);
            }
            Outcome::Failed(id) => {
                let index = process.fiber_index(id).expect("it has just run");
                let error = process.fibers[index].request;
                let mut text = String::new();
                let options = vm::value::print::Options::READABLE;
                let _ = vm::value::print::print(
                    &mut process.heap,
                    &image,
                    &mut text,
                    error,
                    options,
                    "print*slow",
                );
                eprintln!("error: {text}");
                for (proto, at) in vm::interp::trace_of(&process.heap, error) {
                    let slot = &image.image().slots[image.proto(proto).slot as usize];
                    eprintln!("  {}/{} at {at}", slot.namespace, slot.name);
                }
                std::process::exit(1);
            }
            other => {
                eprintln!(
                    "{other:?} in {:?}, {} words",
                    start.elapsed(),
                    process.heap.used_words()
                );
                break;
            }
        }
    }
}
