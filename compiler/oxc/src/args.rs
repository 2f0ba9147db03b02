//! The command line: every subcommand, its options, its help and examples.
//!
//! # Invariants
//! - Each subcommand's help ends with examples that work as they stand.
//! - Whatever prints facts takes `--format json`.
//! - Wrong usage is told by clap, which exits with 2.

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use driver::packages::Options;
use engine::Pid;
use std::path::PathBuf;

/// The toolchain of Ox, a Lisp for programs that must finish.
///
/// A program that `oxc run` starts is a durable process: after Ctrl-C, a crash or a reboot,
/// `oxc resume` goes on at the very expression where it stood.
#[derive(Debug, Parser)]
#[command(name = "oxc", version, propagate_version = false, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  oxc run deploy.ox             run a script as a durable process
  oxc ps                        what runs, waits, has failed
  oxc resume                    go on with what was interrupted
  oxc eval '(+ 1 2)'            one answer

`oxc help COMMAND` tells more. Exit status: 0 done, 1 the program or check failed,
2 wrong usage, 130 interrupted.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use color; `NO_COLOR` is obeyed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Act as if started in this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Say more about what is done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// What `--color` says, looked for before the line is understood: clap colors its own messages.
pub(crate) fn early_color(args: impl Iterator<Item = std::ffi::OsString>) -> ColorChoice {
    let mut args = args.skip(1).map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(value) => value.strip_prefix('=').map(str::to_owned),
            // What stands behind belongs to a program, or is wrong.
            None if arg == "--" => return ColorChoice::Auto,
            None => continue,
        };
        if let Some(choice) = value.and_then(|value| value.parse().ok()) {
            return choice;
        }
    }
    ColorChoice::Auto
}

/// A misspelled command with the one that was probably meant.
pub(crate) fn with_suggestion(mut error: clap::Error) -> clap::Error {
    use clap::CommandFactory as _;
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let is_unknown = error.kind() == ErrorKind::InvalidSubcommand;
    if !is_unknown || error.get(ContextKind::SuggestedSubcommand).is_some() {
        return error;
    }
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let command = Cli::command();
    let names: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    if let Some(meant) = scalar::suggest(wrong, names) {
        let meant = ContextValue::Strings(vec![meant.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

/// How facts are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Run),
    Eval(Eval),
    Repl(Repl),
    Resume(Resume),
    Retry(Retry),
    Ps(Ps),
    Inspect(Inspect),
    Logs(Logs),
    Cancel(Cancel),
    Kill(Kill),
    Send(Send),
    Rm(Rm),
    Check(Check),
    Test(Test),
    Build(Build),
    New(New),
    Explain(Explain),
    Add(Add),
    Remove(Remove),
    Update(Update),
    Tree(Tree),
    Effects(Effects),
    Semver(Semver),
    Disasm(Disasm),
    Verify(Verify),
    Version(Version),
    Completions(Completions),
    Man(Man),
}

/// How packages are looked up.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PackageArgs {
    /// Fetch no packages: what is not on this machine is an error
    #[arg(long)]
    pub(crate) offline: bool,
    /// Fail if ox.lock does not fit the dependencies of ox.edn
    #[arg(long)]
    pub(crate) locked: bool,
}

impl PackageArgs {
    /// What it asks for.
    pub(crate) fn options(&self) -> Options {
        Options {
            offline: self.offline,
            locked: self.locked,
            ..Options::default()
        }
    }
}

/// Where the process is looked for.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StoreArg {
    /// The store to use, instead of those of this folder's runs
    #[arg(long, value_name = "PATH")]
    pub(crate) store: Option<PathBuf>,
}

/// Compile a program and run it as a durable process
///
/// X is a path if it has a `/`, is `.`, or ends in `.ox`, `.cljc`, `.clj` or `.oxi`: of a file, or of a
/// folder (`./shop`) with an `ox.edn`, whose `:main` is run. `-` is standard input. Anything else
/// is a namespace of the project around this folder. Calls `-main` (or `main`) with the arguments
/// as strings; a script sees them as `*command-line-args*`.
///
/// Always begins anew, after naming unfinished runs of the same program. Exits with 0, with 1
/// after an uncaught error, with N after `(exit N)`; of an N above 255 the lowest eight bits, as
/// with every command. Warnings of the compiler are shown on standard error, `oxc check` shows them
/// without running anything. A run ends when its main process ends, well or not: what it has spawned is
/// asked to end then, and ended after 5 s.
///
/// Ctrl-C suspends the program: activities that run get 5 s to finish, then are ended and made
/// again by `oxc resume`; a second Ctrl-C leaves at once. After a crash, lines that were printed
/// last may be printed again: what was written at once, and by then not longer ago than a second. When standard output cannot be written the program is suspended
/// too; the exit status is 141 if nobody reads it.
#[derive(Debug, Default, Args)]
#[command(override_usage = "oxc run [OPTIONS] [X [--] [ARGS]...]")]
#[command(after_help = "\
Examples:
  oxc run deploy.ox                       a script
  oxc run deploy.ox prod --fast           the same, with arguments
  oxc run app.core -- prod                a namespace of this project
  oxc run .                               this project's :main
  oxc run --or-resume nightly.ox          from cron: go on if unfinished, else begin
  oxc run --ephemeral fib.ox -- 30        nothing is kept
  oxc run --serve 'F1=python3 f1.py' flow.ox
                                          a command answers the activity F1, JSON on
                                          standard input and output

In a script, `#!/usr/bin/env -S oxc run` as the first line makes the file a command.
Options of oxc stand before X; what follows X is the program's. Options of oxc that stand
between X and a later `--` are oxc's: `oxc run fib.ox --ephemeral -- 30`, and so with
`./fib.ox --ephemeral -- 30`.")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Keep nothing: no store, nothing to resume
    #[arg(long, conflicts_with_all = ["store", "or_resume"])]
    pub(crate) ephemeral: bool,
    /// Go on with the unfinished runs of the same program with the same arguments, if there are any
    #[arg(long)]
    pub(crate) or_resume: bool,
    /// Park a process whose activity has failed for good, instead of throwing the error
    #[arg(long)]
    pub(crate) park: bool,
    /// Let a command answer an activity: `NAME=COMMAND…`; may be given several times, and holds for
    /// the run also when it is resumed
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) serve: Vec<String>,
    /// Limit what each process may use: memory=512MB (bytes, or with K, M, G and perhaps B behind
    /// the number), mailbox=10000 (messages), mailbox-memory=64MB, activities=100 (open at once), fuel=1000000 (a second); may be given
    /// several times, and holds for the run also when it is resumed
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(crate) limit: Vec<String>,
    /// File, folder or namespace [default: the project around this folder], and its arguments
    #[arg(value_name = "X", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) program: Vec<String>,
}

/// Evaluate forms and print the value of the last
///
/// The forms are evaluated in order in a namespace `user` of their own; nothing is kept. On an
/// error the exit status is 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc eval '(+ 1 2)'
  oxc eval '(def x 20)' '(* 2 (inc x))'
  echo '(count (range 10))' | oxc eval -")]
pub(crate) struct Eval {
    /// Limit what each process may use, as `oxc run` does: memory=512MB; may be given several times
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(crate) limit: Vec<String>,
    /// Forms; `-` reads them from standard input
    #[arg(value_name = "FORM", required = true, allow_negative_numbers = true)]
    pub(crate) forms: Vec<String>,
}

/// Evaluate what is typed, form by form, in a durable process
///
/// X is a file or a namespace as of `oxc run`: its forms are run, and then the prompt is at its end, with its names.
/// Without X it is in a namespace `user`, of the project around this folder if there is one, whose namespaces can be
/// required. At a terminal lines can be edited, Tab completes names, Enter ends a text when it is whole, and what was typed is
/// remembered. Ctrl-C takes back what was typed, or cancels what is evaluated where it waits; a second one suspends the
/// session. Ctrl-D ends it, and all that runs in it.
///
/// A session is a run: it survives a crash with all that it holds, `oxc resume` goes on with it, and `oxc ps` shows the
/// processes that were started in it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc repl                    a prompt in this project, or in none
  oxc repl shop.cart          in a namespace of this project
  oxc repl deploy.ox          after a script has run
  echo '(+ 1 2)' | oxc repl   values only")]
pub(crate) struct Repl {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Keep nothing
    #[arg(long, conflicts_with = "store")]
    pub(crate) ephemeral: bool,
    /// Limit what each process may use, as `oxc run` does: memory=512MB; may be given several times
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(crate) limit: Vec<String>,
    /// File or namespace to begin with
    #[arg(value_name = "X")]
    pub(crate) program: Option<String>,
}

/// Go on with what a crash or Ctrl-C left
///
/// Takes unfinished processes up, in the foreground, until they end, and exits as `oxc run` would
/// have; of several, with the highest status. Without PID: all that are unfinished in this folder;
/// at a terminal, if they are several, it lists them and asks.
///
/// What ends `oxc` by a crash within 10 s each time that it is taken up, three times in a row and without
/// a step, is parked: `oxc inspect PID` shows where it stands, `oxc retry PID` takes it up.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc resume              what is unfinished here
  oxc resume 17           this one
  oxc resume --all        all of them, without asking")]
pub(crate) struct Resume {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Do not ask which
    #[arg(long)]
    pub(crate) all: bool,
    /// Park a process whose activity has failed for good; a run that was started so does so anyway
    #[arg(long)]
    pub(crate) park: bool,
    /// Let a command answer an activity: `NAME=COMMAND…`; may be given several times. Those that the
    /// run was started with answer anyway
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) serve: Vec<String>,
    /// Processes, as `oxc ps` names them
    #[arg(value_name = "PID")]
    pub(crate) pids: Vec<Pid>,
}

/// Try again what has failed
///
/// A failed or parked process goes on just before the effect that failed, in the foreground; or,
/// with --value, as if that effect had answered with the value. One that was parked because `oxc`
/// crashed whenever it was taken up is taken up as by `oxc resume`: what was answered meanwhile counts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc retry 17                        make the failed request again
  oxc retry 17 --value '{:exit 0}'    go on as if it had answered this")]
pub(crate) struct Retry {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// The answer to go on with, one form, as data
    #[arg(long, value_name = "EDN", allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// Park a process whose activity has failed for good; a run that was started so does so anyway
    #[arg(long)]
    pub(crate) park: bool,
    /// Let a command answer an activity: `NAME=COMMAND…`; may be given several times. Those that the
    /// run was started with answer anyway
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) serve: Vec<String>,
    /// The process
    #[arg(value_name = "PID")]
    pub(crate) pid: Pid,
}

/// List processes
///
/// All of this folder's runs, the newest last.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc ps
  oxc ps --unfinished
  oxc ps -v                 where they are kept, too
  oxc ps --format json | jq '.[] | select(.status == \"failed\").pid'")]
pub(crate) struct Ps {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Only those that have not ended
    #[arg(long)]
    pub(crate) unfinished: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Show where a process stands
///
/// What it waits for and why, its fibers' frames with file and line, and their locals.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc inspect 17
  oxc inspect 17 --all                the library's frames too
  oxc inspect 17.2 --format json")]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Show the frames of the library too, with their locals (JSON always has them)
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// The process
    #[arg(value_name = "PID")]
    pub(crate) pid: Pid,
}

/// Show what a process printed and what happened to it
///
/// Prints, log lines, attempts and events of its life, the oldest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc logs 17
  oxc logs 17 --follow")]
pub(crate) struct Logs {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Go on with what comes, until the process ends
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// How to print; as JSON, one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// The process
    #[arg(value_name = "PID")]
    pub(crate) pid: Pid,
}

/// Ask processes to stop
///
/// A process sees it as an `:ox/cancelled` error where it waits, and its `finally` forms run. One
/// that is suspended is taken up for that, in the foreground.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc cancel 17
  oxc cancel 17.2 17.3")]
pub(crate) struct Cancel {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Processes
    #[arg(value_name = "PID", required = true)]
    pub(crate) pids: Vec<Pid>,
}

/// End processes at once
///
/// Nothing of theirs runs any more, not even `finally`. What a killed main process has started is
/// asked to stop, as at every end of a run: the `finally` forms of these run, for at most 5 s. What a
/// killed run still had to print is not printed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc kill 17")]
pub(crate) struct Kill {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Processes
    #[arg(value_name = "PID", required = true)]
    pub(crate) pids: Vec<Pid>,
}

/// Send a message to a process
///
/// One form, read as data. A process that is suspended finds it when it is resumed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc send 17 '[:approve \"ada\"]'
  oxc send 17 :stop")]
pub(crate) struct Send {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// The process
    #[arg(value_name = "PID")]
    pub(crate) pid: Pid,
    /// The message
    #[arg(value_name = "EDN", allow_hyphen_values = true)]
    pub(crate) message: String,
}

/// Remove ended runs and all that is kept of them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc rm 17
  oxc rm 15 16 17")]
pub(crate) struct Rm {
    #[command(flatten)]
    pub(crate) store: StoreArg,
    /// Main processes of the runs
    #[arg(value_name = "PID", required = true)]
    pub(crate) pids: Vec<Pid>,
}

/// Show all diagnostics of a program, and of its tests
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc check                    this project
  oxc check deploy.ox          a script
  oxc check --deny warnings    warnings fail too
  oxc check --format json      one object a line")]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// What makes the check fail besides errors
    #[arg(long, value_name = "WHAT")]
    pub(crate) deny: Option<Deny>,
    /// How to print; as JSON, one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Files, folders or namespaces [default: the project around this folder]
    #[arg(value_name = "X")]
    pub(crate) targets: Vec<String>,
}

/// What makes a check fail besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Warnings
    Warnings,
}

/// Run tests
///
/// A namespace with a `deftest` (`clojure.test`) under the project's `:test-paths` (`test`) is a
/// namespace of tests, and so is one that PATH names: a file, a folder with all files below, or a
/// namespace. Each is run as a program of its own, several at the same time; one that does not
/// compile is an error, and keeps no other from running. What a test prints is shown if it fails.
///
/// The examples in docstrings are tests too: fenced blocks `ox` in which comments `;=> value` say
/// what comes of expressions.
///
/// Time in which nothing can happen is skipped: a test that sleeps for an hour is done at once.
///
/// Exit status: 0 if all tests passed, 1 if one failed or none was chosen by --filter, 2 after
/// wrong usage.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc test                             this project's tests
  oxc test test/shop/cart_test.cljc    a file
  oxc test shop.cart-test              a namespace
  oxc test --filter cart               tests whose name, with the namespace, contains it
  oxc test -j 1                        one namespace after another
  oxc test --junit report.xml          for continuous integration
  oxc test --format json               one object a line, the last a summary")]
pub(crate) struct Test {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// Only tests whose full name, `namespace/test`, contains this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) filter: String,
    /// How to print; as JSON, one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Write a report in JUnit's format, too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Tell which lines of the project the tests have run
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Write that as a report in LCOV's format, too
    #[arg(long, value_name = "FILE")]
    pub(crate) lcov: Option<PathBuf>,
    /// How many namespaces run at the same time [default: as many as there are processors]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Limit what each process may use, as `oxc run` does: memory=512MB; may be given several times
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub(crate) limit: Vec<String>,
    /// Leave out the examples in docstrings
    #[arg(long)]
    pub(crate) no_doc: bool,
    /// Wait for time to pass, in place of skipping it when nothing else is to be done
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Files, folders or namespaces [default: all of the project]
    #[arg(value_name = "PATH")]
    pub(crate) targets: Vec<String>,
}

/// Compile a program into an image file
///
/// `oxc run` takes the file as it takes a source file, and needs no sources then.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc build                          this project's :main
  oxc build deploy.ox -o deploy.oxi
  oxc run deploy.oxi prod")]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// Where to write the image [default: the program's name with `.oxi`, in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// File, folder or namespace [default: the project around this folder]
    #[arg(value_name = "X")]
    pub(crate) target: Option<String>,
}

/// Begin a project or script that runs at once
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc new shop                        a project: shop/ox.edn, shop/src/shop/core.ox
  oxc new --template script deploy    a script: deploy.ox

Names are of small letters, digits and hyphens; `ox`, `clojure` and `user` are taken.")]
pub(crate) struct New {
    /// What to begin with
    #[arg(long, value_name = "TEMPLATE", default_value = "app")]
    pub(crate) template: Template,
    /// Name of the project or script; a path puts it elsewhere
    #[arg(value_name = "NAME")]
    pub(crate) name: PathBuf,
}

/// What a project begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// One file
    Script,
    /// A project with an `ox.edn`
    App,
}

/// Explain an error by its code
///
/// What `error[OX0101]` says: why it happens, a program that has it, and how to mend it. Takes a code as it is
/// printed, its number, or the kind of an error of a running program (`:ox/arity`). Without CODE: all codes,
/// one a line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc explain OX0101
  oxc explain 305
  oxc explain :ox/arity
  oxc explain                  all codes
  oxc explain OX0101 --format json")]
pub(crate) struct Explain {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// The code
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Make a package a dependency of this project
///
/// Writes it into `:deps` of ox.edn, whose comments and layout stay as they are, and into ox.lock. One of
/// that name is replaced. A repository is fetched by the command `git`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("place").required(true).args(["path", "git"])))]
#[command(after_help = "\
Examples:
  oxc add util --path ../util
  oxc add json --git https://example.org/json.git --tag v1.2.0
  oxc add json --git https://example.org/tools.git --root packages/json
                                  a folder of a repository, of its default branch

A branch, or nothing, is looked up once: ox.lock says which commit it was until `oxc update`.")]
pub(crate) struct Add {
    /// The folder that it is in
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
    /// The git repository that it is in
    #[arg(long, value_name = "URL")]
    pub(crate) git: Option<String>,
    /// A commit of the repository
    #[arg(long, value_name = "COMMIT", requires = "git", conflicts_with_all = ["path", "tag", "branch"])]
    pub(crate) rev: Option<String>,
    /// A tag of the repository
    #[arg(long, requires = "git", conflicts_with_all = ["path", "branch"])]
    pub(crate) tag: Option<String>,
    /// A branch of the repository
    #[arg(long, requires = "git", conflicts_with = "path")]
    pub(crate) branch: Option<String>,
    /// The folder within the repository
    #[arg(long, value_name = "DIR", requires = "git", conflicts_with = "path")]
    pub(crate) root: Option<String>,
    /// Its name, as its own ox.edn says it
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// Take dependencies away from this project
///
/// Removes them from `:deps` of ox.edn and from ox.lock.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc remove util")]
pub(crate) struct Remove {
    /// Names of packages
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
}

/// Look up anew what the dependencies of this project are
///
/// What a branch, a tag or a repository's default branch is now goes into ox.lock. Without NAME: of all
/// packages, those that only others need too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc update
  oxc update json")]
pub(crate) struct Update {
    /// Names of packages
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
}

/// Show the packages of this project, and which needs which
///
/// A package of which the project has several versions is marked, as is one whose own dependencies are
/// shown above.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc tree
  oxc tree --format json")]
pub(crate) struct Tree {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Show which effects the definitions of a program may perform
///
/// An effect is what reaches outside of a process: `now`, `print`, an activity such as `ox.sh/run`, an effect of the
/// program's own. A definition has those of all that it names, and a definition without any is pure. One may say
/// what it has at most, `(defn ^{:effects #{now}} stamp [] …)`, and `oxc check` holds it to that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc effects
  oxc effects deploy.ox
  oxc effects --of charge
  oxc effects --format json")]
pub(crate) struct Effects {
    /// A file or a namespace; without one, the project
    pub(crate) target: Option<String>,
    /// Show of this definition only, and through which others it comes to each effect; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) of: Vec<String>,
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Compare what others can use of this package with what they could before
///
/// BASE is a revision of the git repository that the project is in (a tag, a branch, a commit), or the folder
/// of an older version. What was public and is gone, takes other arguments, is no macro or not dynamic any more, or has
/// other fields, asks for a major version; what is new, for a minor one; what does something else, for a patch.
///
/// Exit status: 1 if the `:version` in ox.edn is lower than the changes ask for.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc semver v1.2.0
  oxc semver HEAD --format json
  oxc semver ../util-1.2.0")]
pub(crate) struct Semver {
    #[command(flatten)]
    pub(crate) packages: PackageArgs,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// A revision, or a folder
    #[arg(value_name = "BASE")]
    pub(crate) base: String,
}

/// Show the bytecode of a program
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc disasm deploy.ox                 all definitions of the file
  oxc disasm deploy.ox upload          one of them
  oxc disasm deploy.ox ox.core.seq/map
                                       one of the library")]
pub(crate) struct Disasm {
    /// File, folder or namespace
    #[arg(value_name = "X")]
    pub(crate) target: String,
    /// A definition, with its namespace unless it is one of X
    #[arg(value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) name: Option<String>,
}

/// Look for damage in a store, without writing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc verify 17
  oxc verify .ox/runs/17/store.redb

Exit status: 0 if the store is sound; 1 if it is damaged, which standard output says, or if it
cannot be told, as while a program runs in it, which standard error says.")]
pub(crate) struct Verify {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// A process of the run, as `oxc ps` names it; or the store's main file, or the folder of a run
    #[arg(value_name = "STORE")]
    pub(crate) store: PathBuf,
}

/// Show the version of oxc and of the formats it writes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc version
  oxc version --format json")]
pub(crate) struct Version {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc completions bash > ~/.local/share/bash-completion/completions/oxc
  oxc completions fish > ~/.config/fish/completions/oxc.fish")]
pub(crate) struct Completions {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Write man pages
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  oxc man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The folder to write them to; it is made if need be
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        let command = Cli::command();
        let without: Vec<&str> = command
            .get_subcommands()
            .filter(|sub| {
                !sub.get_after_help()
                    .is_some_and(|text| text.to_string().starts_with("Examples:"))
            })
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(without, Vec::<&str>::new());
    }

    fn run_args(args: &[&str]) -> Run {
        let cli = Cli::try_parse_from([&["oxc", "run"], args].concat()).expect("the line is right");
        let Command::Run(run) = cli.command else {
            panic!("it says run")
        };
        run
    }

    #[test]
    fn what_follows_the_program_is_its_own() {
        let run = run_args(&["a.ox", "--store", "x", "-v"]);
        assert_eq!(run.program, ["a.ox", "--store", "x", "-v"]);
        assert_eq!(run.store.store, None);
    }

    #[test]
    fn options_of_oxc_stand_before_the_program() {
        let run = run_args(&["--store", "s.redb", "a.ox", "b"]);
        assert_eq!(run.store.store, Some(PathBuf::from("s.redb")));
        assert_eq!(run.program, ["a.ox", "b"]);
    }

    #[test]
    fn a_form_may_be_a_negative_number() {
        let cli = Cli::try_parse_from(["oxc", "eval", "-1", "--", "--x"]).expect("forms are free");
        let Command::Eval(eval) = cli.command else {
            panic!("it says eval")
        };
        assert_eq!(eval.forms, ["-1", "--x"]);
        // What looks like an option is none of the forms, wherever it stands.
        assert!(Cli::try_parse_from(["oxc", "eval", "1", "--format"]).is_err());
    }
}
