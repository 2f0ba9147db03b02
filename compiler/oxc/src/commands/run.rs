//! `oxc run`: compiles a program and runs it as a durable process.
//!
//! # Invariants
//! - A run always begins anew, unless `--or-resume` finds one to go on with.
//! - Nothing is made in the folder before the program has been compiled.
//! - Nothing is written beside a store that is not this command's.

use crate::access::{self, Surveyed, Taken};
use crate::args::{Cli, Command, Run};
use crate::commands::resume;
use crate::compile::{Compiled, Purpose, compile};
use crate::failure::{Failure, Outcome};
use crate::folder::{Folder, RunDir};
use crate::host::{Host, foreground, hint};
use crate::manner::{Manner, write_manner};
use crate::output::Output;
use crate::served;
use crate::target::Program;
use bytecode::{Slot, SlotKind};
use clap::{CommandFactory as _, Parser as _};
use engine::Pid;
use engine::data::Data;
use engine::pid::MAIN;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vm::image::LoadedImage;

/// Runs the program; its exit status.
pub(crate) fn run(output: Output, args: &Run) -> Outcome {
    require_program(args)?;
    let (args, program_args) = split(output, args);
    let mut manner = Manner::new(args.park, &args.serve)?;
    manner.limit(&args.limit)?;
    let program = Program::named(args.program.first().map(String::as_str))?;
    let packages = args.packages.options();
    if args.ephemeral {
        let folder = program.folder().ok();
        let compiled = compile(output, &program, folder.as_ref(), &packages, Purpose::Run)?;
        let label = folder.map_or_else(String::new, |folder| program.label(&folder));
        return begin(output, compiled, None, &manner, &label, &program_args);
    }
    let folder = program.folder()?;
    let label = program.label(&folder);
    let is_wanted = |run: &Surveyed| {
        args.or_resume && run.command == label && run.args == program_args && !run.has_failed()
    };
    let unfinished = match &args.store.store {
        Some(store) => named_store(store, is_wanted)?,
        None => {
            let mut runs = access::survey_unfinished(&folder)?;
            for (run, why) in runs
                .iter()
                .filter_map(|run| Some((run, run.unreachable()?)))
            {
                output.note(format!("{} may be a run of this program: {why}", run.pid()));
            }
            runs.retain(|run| run.command == label && run.is_unfinished());
            runs
        }
    };
    let (wanted, others): (Vec<_>, Vec<_>) = unfinished.into_iter().partition(is_wanted);
    if !wanted.is_empty() {
        let wanted = wanted.into_iter().map(Taken::from).collect();
        return resume::go_on(output, wanted, &manner);
    }
    for run in &others {
        output.note(unfinished_text(run));
    }
    let compiled = compile(output, &program, Some(&folder), &packages, Purpose::Run)?;
    let kept = Some((&folder, args.store.store.as_deref()));
    begin(output, compiled, kept, &manner, &label, &program_args)
}

/// Runs what was compiled, kept among the runs of a folder, or in a store that was named, or not at all.
pub(crate) fn begin(
    output: Output,
    compiled: Compiled,
    kept: Option<(&Folder, Option<&Path>)>,
    manner: &Manner,
    label: &str,
    args: &[String],
) -> Outcome {
    let loaded = Loaded::new(compiled, label, args)?;
    let place = match kept {
        None => Place {
            store: None,
            run: 1,
            dir: None,
            base: None,
        },
        Some((folder, Some(store))) => Place {
            run: clear(output, store)?,
            store: Some(store.to_owned()),
            dir: None,
            base: Some(folder.base.clone()),
        },
        Some((folder, None)) => {
            let dir = folder.new_run()?;
            Place {
                store: Some(dir.store()),
                run: dir.number,
                dir: Some(dir),
                base: None,
            }
        }
    };
    let result = start(output, &place, manner, loaded, label, args);
    // A run whose first checkpoint was never durable has left nothing that could be resumed.
    if let Some(dir) = place.dir.filter(|dir| !dir.store().exists()) {
        let _ = dir.remove();
    }
    result
}

/// What stands where X does must not look like an option: no program begins with a hyphen.
fn require_program(args: &Run) -> Result<(), Failure> {
    let wrong = args.program.first().map(String::as_str);
    let Some(wrong) = wrong.filter(|text| text.starts_with('-') && *text != "-") else {
        return Ok(());
    };
    let failure = Failure::usage(format!("`{wrong}` is no option of oxc run"));
    let command = Cli::command();
    let run = command
        .find_subcommand("run")
        .map(clap::Command::get_arguments);
    let options = run.into_iter().flatten().chain(command.get_arguments());
    let names: Vec<String> = options
        .filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect();
    let name = wrong.split('=').next().unwrap_or(wrong);
    Err(
        match scalar::suggest(name, names.iter().map(String::as_str)) {
            Some(meant) => failure.help(format!("did you mean {meant}?")),
            None => failure.help(format!("for a file of that name write `./{wrong}`")),
        },
    )
}

/// Where a run is kept.
struct Place {
    store: Option<PathBuf>,
    run: u64,
    dir: Option<RunDir>,
    /// Where the program is, if that place does not say.
    base: Option<PathBuf>,
}

/// The line as it is meant: what follows X is the program's, without one `--` directly after X.
/// Where a later `--` has only options of oxc between it and X, they are oxc's.
fn split(output: Output, args: &Run) -> (Run, Vec<String>) {
    let rest = args.program.get(1..).unwrap_or_default();
    if let Some(at) = rest.iter().position(|arg| arg == "--") {
        let before = ["oxc".to_owned(), "run".to_owned()]
            .into_iter()
            .chain(rest[..at].iter().cloned());
        let reread = Cli::try_parse_from(before).map(|cli| cli.command);
        if let Ok(Command::Run(more)) = reread
            && more.program.is_empty()
        {
            return (args.joined(more), rest[at + 1..].to_vec());
        }
    }
    let own = [
        "--store",
        "--ephemeral",
        "--or-resume",
        "--park",
        "--serve",
        "--limit",
    ];
    if let Some(first) = rest.first().filter(|first| own.contains(&first.as_str())) {
        output.mention(format!(
            "`{first}` stands after the program, which gets it; for oxc it stands before: oxc run {first} …"
        ));
    }
    (args.joined(Run::default()), rest.to_vec())
}

impl Run {
    /// These options and more.
    fn joined(&self, more: Run) -> Run {
        Run {
            packages: crate::args::PackageArgs {
                offline: self.packages.offline || more.packages.offline,
                locked: self.packages.locked || more.packages.locked,
            },
            store: crate::args::StoreArg {
                store: more.store.store.or_else(|| self.store.store.clone()),
            },
            ephemeral: self.ephemeral || more.ephemeral,
            or_resume: self.or_resume || more.or_resume,
            park: self.park || more.park,
            serve: [self.serve.clone(), more.serve].concat(),
            limit: [self.limit.clone(), more.limit].concat(),
            program: self.program.clone(),
        }
    }
}

/// What is unfinished in a store that the user named. Beginning anew there would lose it.
fn named_store(
    store: &Path,
    is_wanted: impl Fn(&Surveyed) -> bool,
) -> Result<Vec<Surveyed>, Failure> {
    let Some(found) = access::survey_store(store)? else {
        return Ok(Vec::new());
    };
    if !found.is_unfinished() {
        return match found.unreadable().next() {
            // Nobody knows what it was about to do.
            Some(process) => Err(Failure::new(format!(
                "{} holds a run that is damaged: {}: {}",
                store.display(),
                process.pid,
                process.damage()
            ))
            .help(format!(
                "`oxc verify {}` lists what is damaged",
                store.display()
            ))
            .help("name another store; one run has one store")),
            None => Ok(Vec::new()),
        };
    }
    if found.is_running {
        return Err(access::in_use(&found));
    }
    if is_wanted(&found) {
        return Ok(vec![found]);
    }
    let pid = found.pid();
    let failure = Failure::new(format!(
        "{} holds a run that is unfinished: {}",
        store.display(),
        with_args(&found)
    ));
    Err(failure
        .help(format!(
            "`{}` goes on with it",
            hint("resume", pid, Some(store))
        ))
        .help(format!(
            "`{}` ends it; or name another store: one run has one store",
            hint("kill", pid, Some(store))
        )))
}

/// Removes the ended run that a named store holds; the number of the next.
fn clear(output: Output, store: &Path) -> Result<u64, Failure> {
    if access::survey_store(store)?.is_none() {
        return Ok(1);
    }
    let seized = access::seize(store)?;
    let Some(found) = seized.survey()? else {
        return Ok(1);
    };
    // It had ended when it was looked at before the program was compiled.
    if found.is_unfinished() || found.unreadable().next().is_some() {
        return Err(access::was_in_use(store));
    }
    // One that has not ended well could have been retried, and somebody may look for its logs.
    if output.is_terminal || output.verbose || found.status() != "done" {
        output.note(format!(
            "{} held {}, which has ended ({}) and is replaced",
            store.display(),
            found.label(),
            found.status()
        ));
    }
    seized.remove()?;
    Ok(found.run + 1)
}

/// `17 (deploy.ox)`, with the arguments if there are any: who begins it with others sees which.
fn with_args(run: &Surveyed) -> String {
    if run.args.is_empty() {
        return run.label();
    }
    format!("{} with {}", run.label(), run.args.join(" "))
}

fn unfinished_text(run: &Surveyed) -> String {
    if run.is_running {
        return format!("{} is running", with_args(run));
    }
    let pid = run.pid();
    if run.has_failed() {
        return format!(
            "{} has failed, and {} – {} · {}",
            with_args(run),
            match run.open().count() {
                0 => "not all that it printed has left".to_owned(),
                1 => "1 process is suspended with it".to_owned(),
                others => format!("{others} processes are suspended with it"),
            },
            hint("retry", pid, Some(&run.store)),
            hint("resume", pid, Some(&run.store))
        );
    }
    let status = run.standing();
    format!(
        "{} is unfinished: {status} – {} · {}",
        with_args(run),
        hint(
            if run.is_parked() { "retry" } else { "resume" },
            match run.open().next() {
                Some(process) if run.is_parked() => process.pid.parse().unwrap_or(pid),
                _ => pid,
            },
            Some(&run.store)
        ),
        hint("cancel", pid, Some(&run.store))
    )
}

/// A program that can be run.
struct Loaded {
    image: LoadedImage,
    /// The definition that it begins with, and its name.
    slot: u32,
    function: String,
    /// Whether that is a function, which gets the arguments; else an entry body.
    is_main: bool,
    sources: Vec<(String, [u8; 32])>,
}

impl Loaded {
    /// The program as a run with these arguments begins it.
    ///
    /// # Errors
    /// When it cannot begin so: found out before anything is made or removed.
    fn new(compiled: Compiled, label: &str, args: &[String]) -> Result<Loaded, Failure> {
        let image = compiled.image;
        // A file with both an entry body and a main function has been made to call it there.
        let (slot, is_main) = match (image.entry, image.main) {
            (Some(entry), _) => (entry, false),
            (None, Some(main)) => (main, true),
            (None, None) => {
                return Err(Failure::new("the image has nothing to run")
                    .help("build it from a file with an expression at top level, or a `-main`"));
            }
        };
        let function = match image.slots.get(slot as usize) {
            Some(definition) if is_main => format!("{}/{}", definition.namespace, definition.name),
            Some(definition) => definition.namespace.clone(),
            None => label.to_owned(),
        };
        let image = LoadedImage::load(Arc::new(image))
            .map_err(|error| Failure::new(format!("the image cannot be run: {error}")))?;
        if is_main {
            require_arity(&image, slot, &function, args.len())?;
        }
        Ok(Loaded {
            image,
            slot,
            function,
            is_main,
            sources: compiled.sources,
        })
    }
}

/// That the main function takes what the run was given.
fn require_arity(
    image: &LoadedImage,
    slot: u32,
    function: &str,
    given: usize,
) -> Result<(), Failure> {
    let is_function = |slot: &Slot| slot.kind == SlotKind::Function;
    if !image
        .image()
        .slots
        .get(slot as usize)
        .is_some_and(is_function)
        || image.proto_for_call(slot, given).is_some()
    {
        return Ok(());
    }
    let map = &image.image().source_map;
    let source = map.slots.get(slot as usize);
    let file = source.and_then(|source| Some((map.files.get(source.file as usize)?, source.line)));
    let place = file.map_or_else(String::new, |(file, line)| format!(" ({file}:{line})"));
    let takes = source.map_or_else(String::new, |source| source.arglists.join(" or "));
    let arguments = if given == 1 { "argument" } else { "arguments" };
    let failure = Failure::new(format!(
        "`{function}`{place} takes {takes}, and the run has {given} {arguments}"
    ));
    Err(failure.help("arguments of the run stand behind the program: `oxc run X a b`"))
}

/// Starts the main process and waits for its end.
fn start(
    output: Output,
    place: &Place,
    manner: &Manner,
    program: Loaded,
    label: &str,
    args: &[String],
) -> Outcome {
    served::tell_unknown(output, &manner.served, program.image.image());
    let host = match &place.store {
        Some(store) => {
            // What a crash leaves before the first commit is nothing to go on with.
            let opened = access::begin_store(store)?;
            write_manner(store, place.base.as_deref(), manner)?;
            Host::over(output, crate::fault::armed(opened), Some(store), manner)?
        }
        None => Host::ephemeral(output, manner)?,
    };
    host.engine
        .describe(place.run, label, args, program.sources);
    let number = host.engine.add_image(Arc::new(program.image));
    host.run()?;
    // An entry body takes none: it sees the run's arguments as `*command-line-args*`.
    let args: Vec<Data> = args
        .iter()
        .filter(|_| program.is_main)
        .map(|arg| Data::text(arg.as_str()))
        .collect();
    let main = host
        .engine
        .start_main(number, program.slot, &args, &program.function)?;
    host.set_main(main);
    if place.store.is_some() {
        let pid = Pid {
            run: place.run,
            number: MAIN,
        };
        output.mention(format!(
            "pid {pid} ({label}) – {}",
            hint("inspect", pid, place.store.as_deref())
        ));
    }
    foreground(output, vec![host])
}
